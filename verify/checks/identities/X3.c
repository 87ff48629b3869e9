/* Row X3, the angle of a step: tan D = eta |g|/((1-el)|x|) with the gradient g that the step uses.
 * nrq (13), which lacks the factor 1-el. */
#include <math.h>
#include "checks/identities/steps.h"
#include "checks/identities/ratio2.h"

/* nrq (13) with its missing factor: the new point is the sum of perpendicular vectors of lengths
 * (1-el)|x| and eta |g|. */
static void exact_step_angle(vf_context *context) { exact_one_step(context, 1); }

/* E27: nrq (13) lacks 1-el. The first step of two runs of GD, by the observable step_angle. */
static void exact_erratum_angle(vf_context *context) {
  for (size_t k = 0; k < 2; k++) {
    const exact_angle_case *one = exact_angle_cases + k;
    double rows[2 * (EXACT_RUN + 1)];
    char printed[VF_TEXT_SIZE];
    vf_text(printed, "%s.printed", one->tan_key);
    if (!exact_angle_rows(context, one, rows)) continue;
    vf_erratum(context, one->name, tan(rows[3]), vf_expected(context, one->tan_key),
               vf_expected(context, printed), 192.0 * EXACT_ULP,
               "192 roundings of 2^-53 of terms below 1");
  }
}

static const vf_check table[] = {
    {"X3.step-angle", "nrq, (13)", "tan D = eta |g|/((1-el)|x|) in every step", VF_QUICK,
     exact_step_angle},
    {"errata.x3-angle-factor", "nrq, (13)", "the factor 1-el belongs into the angle", VF_QUICK,
     exact_erratum_angle},
};

VF_ROW(X3, table, "the observable step_angle against arctan of the step's own gradient",
       "an angle without the factor 1-el, or of the gradient after the step");
