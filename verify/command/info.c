/* sidyn info: what was built, what computes, and whether the machine can be trusted. */
#include <inttypes.h>
#include <unistd.h>
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

/* Rounds of random cases: 1.8 million of them. */
enum { VF_DEEP_ROUNDS = 100000 };

/* One line for each operation. Returns whether all results were right. */
static int vf_info_deep(void) {
  sid_deep_check check;
  const uint64_t wrong = sid_selfcheck_deep(VF_DEEP_ROUNDS, &check);
  for (int32_t i = 0; i < SID_OP_COUNT; i++) {
    const sid_operation_check *one = &check.operation[i];
    printf("%-10s %s: ", i == 0 ? "deep" : "", sid_operation_name(i));
    if (one->wrong == 0)
      printf("%" PRIu64 " results right\n", one->cases);
    else
      printf("FAILED, %" PRIu64 " of %" PRIu64 " results wrong; %016" PRIx64 " %016" PRIx64
             " gave %016" PRIx64 ", right is %016" PRIx64 "\n",
             one->wrong, one->cases, one->a, one->b, one->result, one->right);
  }
  return wrong == 0;
}

enum { VF_INFO_DEEP = 1 };

static const vf_option vf_info_table[] = {
    {VF_INFO_DEEP, "deep", NULL, NULL,
     "also compare 2 million results of single operations with integers"},
    VF_OPTIONS_END};

static int vf_info(int argc, char **argv) {
  int deep = 0;
  for (int code; (code = vf_next_option(&vf_info_command, argc, argv)) != -1;) {
    if (code != VF_INFO_DEEP) return vf_option_error("info", code, argv);
    deep = 1;
  }
  if (optind < argc) return vf_fail("info: %s: takes no operands", argv[optind]);
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
  const int trusted = (!deep || vf_info_deep()) && failed == 0;
  const int status = vf_output_flush();
  return trusted ? status : VF_EXIT_MACHINE;
}

const vf_command vf_info_command = {
    .name = "info",
    .summary = "what was built, what computes, and whether this machine can be trusted",
    .operands = "",
    .describes = "Names version, compiler, backends, threads, and the verdict of the self-check of "
                 "the arithmetic, which every other command also makes before it "
                 "computes.\n\n--deep is for a new "
                 "machine, compiler or library of floating point: each operation, with operands "
                 "chosen where such a library goes wrong, is held against integers. Of a wrong "
                 "result it shows operation, operands, result and what is right, as bits.",
    .example = "sidyn info --deep",
    .options = vf_info_table,
    .run = vf_info,
    .runs_on_wrong_machine = 1};
