/* sidyn info: what was built, what computes, and whether the machine can be trusted. */
#include "command.h"
#include "output.h"
#include "sidyn.h"

int vf_command_info(int argc, char **argv) {
  if (argc > 1) return vf_fail("info: %s: takes no arguments", argv[1]);
  const uint32_t failed = sid_selfcheck();
  printf("version    %s\n", SID_VERSION);
  printf("compiler   %s\n", __VERSION__);
  printf("backends   ref (built, used: the only one in this version)\n");
  printf("SLEEF      not used\n");
#ifdef _OPENMP
  printf("threads    %d (OpenMP %d)\n", vf_default_jobs(), _OPENMP);
#else
  printf("threads    1 (built without OpenMP)\n");
#endif
#if SID_HAVE_JANSSON
  printf("JSON       libjansson\n");
#else
  printf("JSON       none (built without libjansson: no experiments, no --json)\n");
#endif
  printf("selfcheck  %s\n", failed ? "FAILED" : "passed");
  for (uint32_t bit = 1; bit; bit <<= 1)
    if (failed & bit) printf("           %s\n", sid_selfcheck_text(bit));
  return failed ? VF_EXIT_MACHINE : VF_EXIT_OK;
}
