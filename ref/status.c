/* The texts of the status codes. */
#include "config.h"
#include "sidyn.h"

const char *sid_status_text(sid_status status) {
  switch (status) {
    case SID_OK: return "fine";
    case SID_E_NULL: return "a pointer that is needed is NULL";
    case SID_E_KIND:
      return "unknown kind of problem, noise, dynamics, schedule, start or observable";
    case SID_E_DIM: return "dimension out of range";
    case SID_E_SAMPLES: return "number of samples out of range";
    case SID_E_NOISE: return "noise kind or size does not fit the problem";
    case SID_E_PARAMETER: return "a real parameter is not finite or out of range";
    case SID_E_WEIGHTS: return "a weight is negative, or the weights do not sum to 1";
    case SID_E_COUNT: return "l, substeps, batch, period or key length out of range";
    case SID_E_LR: return "lr or wd is negative or not finite";
    case SID_E_INTRINSIC_LR: return "lr*wd is 1 or more";
    case SID_E_SCHEDULE:
      return "schedule segments are missing, not increasing, or do not start at 0";
    case SID_E_ORIGIN:
      return "a scale-invariant problem reached the origin (its norm^2 is 0 in binary64)";
    case SID_E_NONFINITE: return "the state left the finite numbers";
    case SID_E_CHECKPOINTS:
      return "checkpoints are not strictly increasing, or lie above the number of steps";
    case SID_E_WORKSPACE: return "the workspace is too small";
    case SID_E_UNSUPPORTED:
      return "the combination is not defined, or the data of an observable are missing";
    case SID_E_NOT_CONVERGED: return "the limit was not reached in the steps allowed";
    case SID_E_STOPPED: return "the checkpoint callback asked to stop";
    default: return "unknown status";
  }
}
