#include "conform/laws_test.h"

#if SID_HAVE_JANSSON

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- probabilities ------------------------------------------------------------------------- */

double vf_p_of_z(double z) { return erfc(fabs(z) / sqrt(2.0)); }

/* By bisection: vf_p_of_z() falls from 1 at 0 to the smallest number at 38.6. */
double vf_z_of_p(double p) {
  double low = 0.0, high = 39.0;
  for (int i = 0; i < 100; i++) {
    const double middle = 0.5 * (low + high);
    *(vf_p_of_z(middle) > p ? &low : &high) = middle;
  }
  return low;
}

vf_bars vf_bars_of(size_t tests) {
  const double family = 0.01, nineteen_of_twenty = 1.6448536269514722;
  const double fail = vf_z_of_p(family / (double)(tests > 0 ? tests : 1));
  return (vf_bars){fail, fail + nineteen_of_twenty};
}

/* P(X = k) summed from k upwards until nothing is added; the terms fall from the mean on. */
static double vf_poisson_above(uint64_t count, double mean) {
  double k = (double)count, total = 0.0;
  double term = exp(k * log(mean) - mean - lgamma(k + 1.0));
  for (; total + term > total || k < mean; k += 1.0) {
    total += term;
    term *= mean / (k + 1.0);
  }
  return total;
}

double vf_poisson_p(uint64_t count, double mean) {
  const double above = vf_poisson_above(count, mean);
  const double below = 1.0 - vf_poisson_above(count + 1, mean);
  return fmin(1.0, 2.0 * fmax(fmin(above, below), 0.0));
}

/* ---- verdicts ------------------------------------------------------------------------------ */

double vf_finding_z(const vf_finding *finding) {
  const double z = (finding->measured - finding->expected) / finding->error;
  return z - finding->skewness / 6.0 * (fmin(z * z, 25.0) - 1.0);
}

double vf_finding_smallest(const vf_finding *finding, size_t fault, const vf_bars *bars) {
  const vf_seen *seen = finding->faults + fault;
  return seen->size * bars->seen * finding->error / fabs(seen->effect);
}

double vf_finding_needs(const vf_finding *finding, size_t fault, const vf_bars *bars) {
  const double ratio = vf_finding_smallest(finding, fault, bars) / finding->faults[fault].size;
  return ceil((double)finding->trajectories * ratio * ratio);
}

size_t vf_finding_hardest(const vf_finding *finding) {
  size_t hardest = 0;
  double least = (double)INFINITY;
  for (size_t f = 0; f < finding->fault_count; f++) {
    const double effect = fabs(finding->faults[f].effect);
    if (effect >= least) continue;
    hardest = f;
    least = isnan(effect) ? 0.0 : effect;
  }
  return hardest;
}

vf_outcome_kind vf_finding_verdict(const vf_finding *finding, const vf_bars *bars) {
  const size_t hardest = vf_finding_hardest(finding);
  /* What is not a number fails, or is not seen. */
  if (!(fabs(vf_finding_z(finding)) <= bars->fail)) return VF_OUTCOME_FAIL;
  return vf_finding_smallest(finding, hardest, bars) <= finding->faults[hardest].size
             ? VF_OUTCOME_PASS
             : VF_OUTCOME_INCONCLUSIVE;
}

void vf_finding_record(vf_kit *kit, const char *id, const vf_finding *finding,
                       const vf_bars *bars) {
  const vf_outcome_kind kind = vf_finding_verdict(finding, bars);
  const int exact = finding->allowance > 0.5 * finding->error && kind == VF_OUTCOME_PASS;
  const size_t hardest = vf_finding_hardest(finding);
  const double z = vf_finding_z(finding);
  char seen[VF_TEXT_SIZE] = "", needs[96] = "";
  for (size_t f = 0, used = 0; f < finding->fault_count; f++, used = strlen(seen))
    snprintf(seen + used, sizeof seen - used, "%s %.2g %% %s", f > 0 ? "," : "",
             vf_finding_smallest(finding, f, bars), finding->faults[f].name);
  if (kind == VF_OUTCOME_INCONCLUSIVE)
    snprintf(needs, sizeof needs, "; %.0f would see %.3g %% %s",
             vf_finding_needs(finding, hardest, bars), finding->faults[hardest].size,
             finding->faults[hardest].name);
  vf_kit_record(kit, VF_LEVEL_LAWS, id, kind, exact ? 0.0 : fabs(z),
                "measured %.7g, expected %.7g, z %.2f, p %.2g (fails below %.2g); %llu trajectories"
                " see%s%s",
                finding->measured, finding->expected, z, vf_p_of_z(z), vf_p_of_z(bars->fail),
                (unsigned long long)finding->trajectories, seen, needs);
}

#endif
