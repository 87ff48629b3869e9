#include "formats/columns.h"
#include <stdio.h>
#include <string.h>
#include "formats/experiment_json.h"
#include "formats/number.h"

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

size_t vf_column_find(const sid_experiment *experiment, const char *name) {
  char spelt[VF_COLUMN_SIZE];
  uint64_t coordinate;
  size_t k = 0;
  for (uint32_t o = 0; o < experiment->observable_count; o++) {
    const int32_t observable = experiment->observables[o];
    if (observable != SID_X) {
      if (strcmp(name, vf_observable_name(observable)) == 0) return k;
      k++;
      continue;
    }
    if (*name == 'x' && !vf_parse_u64(name + 1, &coordinate) &&
        coordinate < experiment->problem.dim &&
        strcmp(name, vf_column_name(experiment, k + (size_t)coordinate, spelt)) == 0)
      return k + (size_t)coordinate;
    k += experiment->problem.dim;
  }
  return k;
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

int vf_end_parse(const char *name, sid_status *status) {
  static const sid_status all[] = {SID_OK, SID_E_ORIGIN, SID_E_LR, SID_E_INTRINSIC_LR,
                                   SID_E_NONFINITE};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    *status = all[i];
    if (strcmp(name, vf_end_name(all[i])) == 0) return 0;
  }
  return -1;
}
