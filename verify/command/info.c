/* sidyn info: what was built, what computes, and whether the machine can be trusted. */
#include "running/backend.h"
#include "running/parallel.h"
#include "command/command.h"
#include "formats/content.h"
#include "formats/output.h"
#include "sidyn.h"

static void vf_info_backends(void) {
  size_t count;
  const sid_backend *const *built = sid_backends_built(&count);
  for (size_t i = 0; i < count; i++) {
    const char *why;
    const int usable = sid_backend_usable(built[i], &why);
    printf("%-10s %s: %u lane%s, %s", i ? "" : "backends", built[i]->name,
           (unsigned)built[i]->lanes, built[i]->lanes > 1 ? "s" : "", usable ? "usable" : why);
    printf(built[i] == vf_backend() ? ", used: %s\n" : "\n", vf_backend_reason());
  }
  printf("SLEEF      %s\n", sid_simd_sleef_version());
}

static int vf_info(int argc, char **argv) {
  if (argc > 1) return vf_fail("info: %s: takes no arguments", argv[1]);
  const uint32_t failed = sid_selfcheck();
  printf("version    %s\n", SID_VERSION);
  printf("spec       %d\n", SID_SPECIFICATION);
  printf("compiler   %s\n", __VERSION__);
  vf_info_backends();
  printf("threads    %d\n", vf_processors());
#if SID_HAVE_JANSSON
  printf("JSON       libjansson\n");
#else
  printf("JSON       none (built without libjansson: no experiments, no --json)\n");
#endif
  const char *unpacker = vf_content_unpacker();
  printf("gzip       %s\n", unpacker ? unpacker : "none (built without zlib: plain files alone)");
  printf("selfcheck  %s\n", failed ? "FAILED" : "passed");
  for (uint32_t bit = 1; bit; bit <<= 1)
    if (failed & bit) printf("           %s\n", sid_selfcheck_text(bit));
  const int status = vf_output_flush();
  return failed ? VF_EXIT_MACHINE : status;
}

static const vf_option vf_info_table[] = {VF_OPTIONS_END};

const vf_command vf_info_command = {
    .name = "info",
    .summary = "what was built, what computes, and whether this machine can be trusted",
    .operands = "",
    .describes = "Names version, compiler, backends, threads, and the verdict of the self-check of "
                 "the arithmetic, which every other command also makes before it computes.",
    .example = "sidyn info",
    .options = vf_info_table,
    .run = vf_info,
    .runs_on_wrong_machine = 1};
