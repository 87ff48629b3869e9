#include "formats/columns.h"
#include <stdio.h>
#include "formats/experiment_json.h"

const char *vf_column_name(const sid_experiment *experiment, size_t k, char name[VF_COLUMN_SIZE]) {
  for (uint32_t o = 0; o < experiment->observable_count; o++) {
    const int32_t observable = experiment->observables[o];
    if (observable == SID_X && k < experiment->problem.dim) {
      snprintf(name, VF_COLUMN_SIZE, "x%zu", k);
      return name;
    }
    if (observable != SID_X && k == 0) return vf_observable_name(observable);
    k -= observable == SID_X ? experiment->problem.dim : 1;
  }
  return "";
}

const char *vf_end_name(sid_status status) {
  switch (status) {
    case SID_OK: return "";
    case SID_E_ORIGIN: return "origin";
    case SID_E_LR: return "lr";
    case SID_E_INTRINSIC_LR: return "intrinsic_lr";
    default: return "nonfinite";
  }
}
