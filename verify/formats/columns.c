#include "formats/columns.h"
#include <stdio.h>
#include <string.h>
#include "formats/experiment_json.h"
#include "formats/number.h"
#include "observe.h"

/* Column k of an observable: x0, x1, ...; layer_norm2_0, ...; or the name alone. */
static const char *vf_column_spell(int32_t observable, size_t k, char name[VF_COLUMN_SIZE]) {
  const char *own = vf_observable_name(observable);
  if (observable == SID_X)
    snprintf(name, VF_COLUMN_SIZE, "x%zu", k);
  else if (sid_observable_many(observable))
    snprintf(name, VF_COLUMN_SIZE, "%s_%zu", own, k);
  else
    return own;
  return name;
}

const char *vf_column_name(const sid_experiment *experiment, size_t k, char name[VF_COLUMN_SIZE]) {
  for (uint32_t o = 0; o < experiment->observable_count; o++) {
    const size_t width = sid_observable_width(&experiment->problem, experiment->observables[o]);
    if (k < width) return vf_column_spell(experiment->observables[o], k, name);
    k -= width;
  }
  return "";
}

size_t vf_column_find(const sid_experiment *experiment, const char *name) {
  char spelt[VF_COLUMN_SIZE];
  uint64_t index;
  size_t k = 0;
  for (uint32_t o = 0; o < experiment->observable_count; o++) {
    const int32_t observable = experiment->observables[o];
    const size_t width = sid_observable_width(&experiment->problem, observable);
    const char *digits = name + strlen(name);
    while (digits > name && digits[-1] >= '0' && digits[-1] <= '9') digits--;
    if (!sid_observable_many(observable) || vf_parse_u64(digits, &index)) index = 0;
    if (index < width && strcmp(name, vf_column_spell(observable, (size_t)index, spelt)) == 0)
      return k + (size_t)index;
    k += width;
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
