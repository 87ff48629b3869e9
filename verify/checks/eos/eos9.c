/* Row eos9, Appendix B and Section 4.2.3 (quasi-RMSprop schedulers): scalar RMSprop, et =
 * eta/sqrt(v), v+ = beta v + (1-beta) |grad L|^2, 1 - beta = C_b eta^2, tracks in tau = t eta^2 the
 * flow
 *   zeta' = -grad_Gamma log lam1/(4 + (2/C_b) g^2), with mean h^2 = eta^2/(4 + 2 g^2/C_b).
 * GD with weight decay is the case C_b = 2, eta^2 = 2 ein. */
#include <math.h>
#include "harness/algebra.h"
#include "harness/check.h"
#include "checks/eos/flow.h"
#include "checks/eos/exponent.h"
#include "checks/eos/track.h"
#include "checks/eos/walk.h"
#include "checks/eos/windows.h"

/* The flow of RMSprop against 60 digits. */
static void eos_rmsprop_flow(vf_context *context) {
  static const char *const cbs[] = {"0.5", "1", "2", "4"}, *const taus[] = {"0.5", "1", "2", "4"};
  for (size_t k = 0; k < 32; k++) {
    const eos_law law = {eos_b, 1.0, 2.0 / vf_number(cbs[k / 4 % 4])};
    const eos_angle *al0 = eos_angles + k / 16;
    char key[VF_TEXT_SIZE];
    vf_text(key, "eos9.al.al0-%s.cb-%s.tau-%s", al0->key, cbs[k / 4 % 4], taus[k % 4]);
    eos_flow_digits(context, key, &law, al0->value, vf_number(taus[k % 4]));
  }
}

/* zeta' = -grad log lam1/(4 + (2/C_b) g^2) in time t eta^2, over 4/eta^2 steps: sup |theta - zeta|
 * <= 3 eta, for RMSprop and quasi-RMSprop. The exponent 1 shows from eta = .002 on, and in the
 * constants of eos9.constants. */
static void eos_rmsprop_tracks(vf_context *context, int count, double time) {
  static const double cbs[] = {.5, 1.0, 2.0, 4.0};
  for (int c = 0; c < 8; c++) {
    eos_edge edges[8];
    double tracks[24];
    eos_ladder(eos_b, eos_angles[c % 2].value, 2.3, count, cbs[c / 2], edges);
    for (int k = 0; k < count; k++) edges[k].quasi = c % 2;
    eos_tracks(context, edges, (size_t)count, time, tracks);
    eos_track_claims(context, edges, tracks, (size_t)count, 3.0);
    if (count > 5) eos_track_order(context, edges, tracks, (size_t)count);
    char name[VF_TEXT_SIZE];
    vf_text(name, "%s cb=%g", c % 2 ? "quasi-RMSprop al0=1" : "RMSprop al0=atan2(2,1)", cbs[c / 2]);
    eos_sup_series(context, name, edges, tracks, (size_t)count);
  }
}

/* Exponent 1 and its constant. */
static void eos_rmsprop_constants(vf_context *context) {
  static const double cbs[] = {.5, 1.0, 2.0, 4.0};
  for (int c = 0; c < 4; c++) eos_constant(context, eos_angles[c / 2].value, cbs[c], c % 2);
}

static void eos_rmsprop_track(vf_context *context) { eos_rmsprop_tracks(context, 5, 4.0); }

static void eos_rmsprop_track_long(vf_context *context) { eos_rmsprop_tracks(context, 8, 4.0); }

/* <h^2> = eta^2/(4 + 2 g^2/C_b) and the drift, as in eos5. */
static void eos_rmsprop_mean(vf_context *context) {
  static const double cbs[] = {.5, 1.0, 4.0};
  for (int c = 0; c < 3; c++) eos_balance(context, eos_b, eos_angles[c % 2].value, cbs[c], 5, 4);
}

static void eos_rmsprop_curve(vf_context *context) {
  for (int c = 0; c < 3; c++) {
    const double ein = 5e-5, eta = sqrt(2.0 * ein);
    const eos_edge edge = {
        eos_b, eos_angles[0].value, ein, .1 * sqrt(ein), c == 0 ? .5 : c == 1 ? 1.0 : 4.0, c == 1};
    char name[VF_TEXT_SIZE];
    eos_edge_name(name, &edge);
    eos_angle_series(context, name, &edge, 4.0, 3.0 * eta, "3 eta");
  }
}

/* quasi_rmsprop with 1 - beta = 2 k, k = 2 ein - ein^2 and eta = sqrt(k)/(1 - ein) is GD with
 * weight decay (C_b = 2 (1 - ein)^2, eta^2 = 2 ein to first order): its 1/et+ = (1 - k)/et +
 * (k/eta^2) et |g|^2 is the recursion of X9. One step from each of 50 states, as in
 * X9.projected-gd. */
static void eos_member(vf_context *context) {
  static const double eins[] = {.1, .001};
  for (size_t c = 0; c < (size_t)2 * EOS_SUBJECTS; c++) {
    const eos_subject *subject = eos_subjects + c / 2;
    const uint32_t p = subject->problem.dim;
    const double ein = eins[c % 2], k = 2.0 * ein - ein * ein;
    double th[EOS_DIM], values[EOS_DIM], worst = 0.0;
    eos_walk gd, quasi;
    eos_random(&subject->problem, 42000 + c, th);
    (void)eos_eigenvalues(&subject->problem, th, values);
    eos_walk_gd(&gd, &subject->problem, th, 1.5 / vf_largest_size(values, p), .3, ein);
    for (int t = 0; t < 50; t++) {
      quasi = gd;
      quasi.lr = sqrt(k) / (1.0 - ein), quasi.wd = 0.0;
      const double root = quasi.lr / eos_rate(&gd);
      quasi.dynamics = (sid_dynamics){
          .kind = SID_QUASI_RMSPROP, .batch = 1, .beta = 1.0 - 2.0 * k, .v0 = root * root};
      sid_state_begin(quasi.problem, &quasi.dynamics, quasi.lr, quasi.x);
      eos_step(&quasi);
      eos_step(&gd);
      worst = fmax(worst, eos_apart(&quasi, &gd));
    }
    if (gd.status || quasi.status) worst = (double)NAN;
    char name[VF_TEXT_SIZE];
    vf_text(name, "%s ein=%g", subject->name, ein);
    vf_within(context, name, worst, 0.0,
              (36.0 * p + 12.0 * subject->problem.samples + 120.0) * EOS_ULP * 4.0,
              "36 p + 12 n + 120 roundings of 2^-53 of 1 + et |Hess| <= 4");
  }
}

/* One step of (quasi-)RMSprop with 1 - beta = rest from effective rate et on toy B: by the
 * observable effective_lr before and after, and the angle of the step. expected: the same by v+ =
 * beta v + (1 - beta) |grad L|^2, et = eta/sqrt(v), and tan D = et |grad L|. */
typedef struct {
  double before, after, angle;
} eos_rates;

static void eos_rates_of_step(double rest, int32_t kind, eos_rates *measured, eos_rates *expected) {
  static const int32_t names[] = {SID_EFFECTIVE_LR, SID_STEP_ANGLE};
  const double et = .4, eta = .3, v = eta * eta / (et * et);
  const sid_segment segment = {0, eta, 0.0, 1.0};
  const sid_experiment experiment = {
      .problem = eos_b->problem,
      .dynamics = {.kind = kind, .batch = 1, .beta = 1.0 - rest, .v0 = v},
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .observables = names,
      .observable_count = 2};
  double row[2], th[EOS_DIM] = {.5, .6, -.4}, work[EOS_WORK];
  eos_walk walk;
  eos_walk_gd(&walk, &eos_b->problem, th, et, eta, 0.0);
  walk.dynamics = experiment.dynamics;
  sid_state_begin(walk.problem, &walk.dynamics, walk.lr, walk.x);
  const double g2 = eos_gradient2(&walk);
  sid_observe(&experiment, 0, walk.x, NULL, row, work);
  measured->before = row[0];
  eos_step(&walk);
  sid_observe(&experiment, 1, walk.x, walk.work, row, work);
  measured->after = walk.status ? (double)NAN : row[0], measured->angle = row[1];
  *expected = (eos_rates){et, eta / sqrt((1.0 - rest) * v + rest * g2), atan(et * sqrt(g2))};
}

/* Rates and angle of a step; the quasi form has RMSprop's next rate to first order in 1 - beta. */
static void eos_rmsprop_step(vf_context *context) {
  enum { COUNT = 7 };
  double rest[COUNT], apart[COUNT], worst = 0.0;
  for (int i = 0; i < COUNT; i++) {
    eos_rates quasi, rms, expected;
    rest[i] = ldexp(1.0, -6 - i);
    eos_rates_of_step(rest[i], SID_QUASI_RMSPROP, &quasi, &expected);
    worst =
        fmax(worst, fmax(fabs(quasi.before - expected.before), fabs(quasi.angle - expected.angle)));
    eos_rates_of_step(rest[i], SID_RMSPROP, &rms, &expected);
    worst = fmax(worst, fmax(fabs(rms.before - expected.before), fabs(rms.angle - expected.angle)));
    worst = fmax(worst, fabs(rms.after - expected.after));
    apart[i] = fabs(log(rms.after / quasi.after));
  }
  vf_within(context, "toy B: effective_lr before and after a step of RMSprop, angle of the step",
            worst, 0.0, 230.0 * EOS_ULP, "36 p + 120 roundings of 2^-53");
  eos_exponent(context, "toy B: ln et of RMSprop - ln et of quasi-RMSprop, against 1 - beta", rest,
               apart, COUNT, 2.0, 0.0);
}

/* ---- table ---- */

static const vf_check table[] = {
    {"eos9.flow", "eos, Appendix B", "flow of RMSprop in closed form", VF_QUICK, eos_rmsprop_flow},
    {"eos9.track", "eos, Appendix B", "RMSprop and quasi-RMSprop track the flow within 3 eta",
     VF_QUICK, eos_rmsprop_track},
    {"eos9.constants", "eos, Appendix B",
     "sup |theta - zeta| and sup |phi - zeta| over eta in the limit", VF_QUICK,
     eos_rmsprop_constants},
    {"eos9.track-long", "eos, Appendix B", "the same to eta = .002, with exponent 1", VF_FULL,
     eos_rmsprop_track_long},
    {"eos9.balance", "eos, Appendix B", "mean of (4 + 2 g^2/C_b) h^2 is eta^2", VF_QUICK,
     eos_rmsprop_mean},
    {"eos9.curve", "eos, Appendix B", "angle against tau for three C_b: measured and closed form",
     VF_QUICK, eos_rmsprop_curve},
    {"eos9.gd-member", "eos, Section 4.2.3",
     "GD with weight decay is a quasi-RMSprop scheduler, C_b = 2", VF_QUICK, eos_member},
    {"eos9.step", "eos, Appendix B",
     "effective_lr and angle of a step of RMSprop and quasi-RMSprop", VF_QUICK, eos_rmsprop_step},
};

VF_ROW(eos9, table, "RMSprop and quasi-RMSprop at the edge against their flows",
       "1-beta without its square of eta, v updated after the step");
