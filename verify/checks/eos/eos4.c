/* Row eos4, Section 4.2: the sharpness-reduction flow on the minimisers Gamma,
 *   zeta' = -2 grad_Gamma log lam1/(4 + |grad_Gamma log lam1|^2),                              (3)
 * and Theorem 4.7: GD with weight decay from the edge, et = 2/lam1, near zeta(0) has
 *   |th_t - zeta(t ein)| = O(ein^(1/4 - o(1)))
 * for t <= T/ein; measured is 1/2. On the toys, whose Gamma, lam1 and flow are known in closed
 * form. Erratum: the null space of the Hessian. */
#include <math.h>
#include "harness/algebra.h"
#include "harness/check.h"
#include "checks/eos/flow.h"
#include "checks/eos/exponent.h"
#include "checks/eos/problems.h"
#include "checks/eos/toys.h"
#include "checks/eos/track.h"

/* At the minimisers: largest eigenvalue by Lanczos, by power iteration and by
 * sid_manifold_project(); slope, angle, h; the Hessian takes the tangent and the radial direction
 * to 0. All at |x| = 2. */
static void eos_minimisers(vf_context *context) {
  for (size_t k = 0; k < 6; k++) {
    const eos_toy *toy = eos_toys + k / 3;
    const eos_angle *al = eos_angles + k % 3;
    char suffix[VF_TEXT_SIZE], name[VF_TEXT_SIZE];
    double x[3], v[3] = {.3, -.5, .8}, hv[3], work[EOS_WORK], left[2];
    sid_manifold_point at;
    vf_text(suffix, "%s.al-%s", toy->key, al->key);
    const double lam1 = vf_expected_of(context, "eos4.hessian-normal.%s", suffix),
                 unit = 100.0 * EOS_ULP * lam1;
    eos_near(toy, al->value, 0.0, x);
    for (int j = 0; j < 3; j++) x[j] *= 2.0;
    const double lanczos = sid_sharpness_lanczos(&toy->problem, x, 3, left, work);
    const double power = sid_sharpness_power(&toy->problem, x, 0.0, 3, v, left + 1, work);
    if (sid_manifold_project(&toy->problem, x, &at)) vf_error(context, suffix, "no projection");
    const double measured[] = {lanczos, power, at.sharpness};
    static const char *const ways[] = {"Lanczos", "power iteration", "projection"};
    for (int j = 0; j < 3; j++) {
      vf_text(name, "%s al=%s %s", toy->name, al->key, ways[j]);
      vf_within(context, name, measured[j], lam1, unit, "100 roundings of 2^-53 of lam1");
    }
    vf_at_most(context, "residuals", fmax(left[0], left[1]), unit,
               "100 roundings of 2^-53 of lam1");
    vf_within(context, "h at a minimiser", at.h, 0.0, 8.0 * EOS_ULP, "8 roundings of 2^-53");
    vf_within(context, "angle", at.angle, al->value, 8.0 * EOS_ULP,
              "atan2 within 4 ulp, start within 4");
    vf_text(suffix, "%s.al0-%s.tau-0", toy->key, al->key);
    vf_within(context, "slope", at.slope, vf_expected_of(context, "eos4.slope.%s", suffix),
              30.0 * EOS_ULP * 4.0, "30 roundings of 2^-53 of 4");
    const double flat[2][3] = {{-sin(al->value), cos(al->value), 0.0},
                               {.5 * x[0], .5 * x[1], .5 * x[2]}};
    for (int j = 0; j < 2; j++) {
      sid_problem_hessian_vector(&toy->problem, x, flat[j], hv, work);
      vf_text(name, "%s al=%s |H v|, v %s", toy->name, al->key, j ? "radial" : "tangent");
      vf_within(context, name, 4.0 * vf_norm(hv, 3), 0.0, unit, "100 roundings of 2^-53 of lam1");
    }
  }
}

/* Off the minimisers: h is <x/|x| - phi, v_1> at the nearest point phi; a point made from (al, h)
 * gives both back, and phi, v_1 are orthonormal to each other and to the circle. */
static void eos_projection(vf_context *context) {
  static const double heights[] = {.3, -.2, 1e-3, -1e-6};
  for (size_t k = 0; k < 24; k++) {
    const eos_toy *toy = eos_toys + k / 12;
    const double al = eos_angles[k % 3].value + 2.0 * (double)(k / 3 % 2), h = heights[k % 4];
    double x[3], worst = 0.0;
    sid_manifold_point at;
    eos_near(toy, al, h, x);
    const double expected = h / sqrt(1.0 + h * h), length = vf_norm(x, 3);
    const double reach[3] = {toy->rho * cos(al), toy->rho * sin(al), toy->level};
    const double top[3] = {-toy->level * cos(al), -toy->level * sin(al), toy->rho};
    for (int j = 0; j < 3; j++) x[j] *= 1.7 / length;
    char name[VF_TEXT_SIZE];
    vf_text(name, "%s al=%.17g h=%g", toy->name, al, h);
    if (sid_manifold_project(&toy->problem, x, &at)) vf_error(context, name, "no projection");
    for (int j = 0; j < 3; j++)
      worst = fmax(worst, fmax(fabs(at.phi[j] - reach[j]), fabs(at.v1[j] - top[j])));
    vf_within(context, name, at.h, expected, 12.0 * EOS_ULP, "12 roundings of 2^-53");
    vf_within(context, "phi, v_1", worst, 0.0, 12.0 * EOS_ULP, "12 roundings of 2^-53");
    vf_within(context, "angle", at.angle, atan2(sin(al), cos(al)), 12.0 * EOS_ULP * 4.0,
              "12 roundings of 2^-53 of pi");
    vf_within(context, "slope", at.slope, eos_slope(toy, al), 120.0 * EOS_ULP,
              "30 roundings of 2^-53 of 4");
    vf_within(context, "lam1", at.sharpness, eos_lam1(toy, al), 200.0 * EOS_ULP,
              "20 roundings of 2^-53 of 10");
  }
}

/* E65: at a minimiser the kernel of the Hessian is the tangent space of the minimisers and the line
 * of theta: its dimension is one more than theirs. Eigenvalues below 1e-12 of the largest
 * count as 0. */
static void eos_kernel(vf_context *context, const char *name, const sid_problem *problem,
                       const double *x, double manifold) {
  double values[EOS_DIM], zeros = 0.0;
  (void)eos_eigenvalues(problem, x, values);
  for (uint32_t j = 0; j < problem->dim; j++)
    zeros += fabs(values[j]) < 1e-12 * vf_largest_size(values, problem->dim);
  vf_erratum(context, name, zeros, manifold + 1.0, manifold, .1, "a count");
}

static void eos_erratum_kernel(vf_context *context) {
  double x[3];
  eos_near(eos_b, eos_angles[0].value, 0.0, x);
  eos_kernel(context, "toy B al=atan2(2,1), a curve", &eos_b->problem, x, 1.0);
  eos_near(eos_a, .5, 0.0, x);
  eos_kernel(context, "toy A al=0.5, a curve", &eos_a->problem, x, 1.0);
  eos_kernel(context, "bn_regression p=8 n=5, dimension 4", &eos_exact_regression,
             eos_exact_weights, 4.0);
}

/* ---- the flow (3) ---- */

/* Flow (3) against its closed form in 60 digits. */
static void eos_flow_closed_form(vf_context *context) {
  static const char *const taus[] = {"0.25", "0.5", "1", "1.5", "2"};
  for (size_t k = 0; k < 30; k++) {
    const eos_law law = {eos_toys + k / 15, 2.0, 1.0};
    const eos_angle *al0 = eos_angles + k / 5 % 3;
    char key[VF_TEXT_SIZE];
    vf_text(key, "eos4.al.%s.al0-%s.tau-%s", law.toy->key, al0->key, taus[k % 5]);
    eos_flow_digits(context, key, &law, al0->value, vf_number(taus[k % 5]));
  }
}

/* The error of the angle falls with the fourth power of the step, for (3) and for RMSprop's flow
 * (factor 1, weight 2/C_b); the estimate tends to the error. */
static void eos_flow_order(vf_context *context) {
  enum { COUNT = 6 };
  static const double factors[] = {2, 2, 1, 1}, weights[] = {1, 1, 4, .5};
  for (size_t k = 0; k < 4; k++) {
    const eos_law law = {eos_toys + (k + 1) % 2, factors[k], weights[k]};
    const double tau = 2.0 / factors[k], al0 = eos_angles[k % 2].value,
                 exact = eos_flow_angle(&law, al0, tau);
    double h[COUNT], error[COUNT], ratio[COUNT], x[3], end[3];
    eos_near(law.toy, exact, 0.0, end);
    for (int i = 0; i < COUNT; i++) {
      const uint64_t steps = (uint64_t)8 << i;
      double largest = 0.0, estimate = (double)NAN;
      h[i] = tau / (double)steps;
      error[i] = fabs(eos_flow_run(&law, al0, tau, steps, x, &estimate) - exact);
      for (int j = 0; j < 3; j++) largest = fmax(largest, fabs(x[j] - end[j]));
      ratio[i] = estimate / largest;
    }
    char name[VF_TEXT_SIZE];
    vf_text(name, "%s al0=%s factor=%g weight=%g", law.toy->name, eos_angles[k % 2].key, factors[k],
            weights[k]);
    eos_exponent(context, name, h, error, COUNT, 4.0, 0.0);
    vf_within(context, "estimate/error, 64 steps", ratio[3], 1.0,
              2.0 * fabs(ratio[3] - ratio[2]) + .02,
              "twice the change from 32 to 64 steps, and the next order");
  }
}

/* ---- GD with weight decay tracks the flow ---- */

/* sup |theta - zeta| on toy B at ein = 1e-2, ..., 1e-7 and al0 = atan2(2,1), 1: the distance at the
 * first peak of h, by a run of projected GD with 40 digits. */
static const double eos_sup_digits[2][6] = {
    {0.13011688569935797, 0.042250631431346696, 0.014086426878460379, 0.0045746168710889286,
     0.0014609314073883814, 0.00046351519320550602},
    {0.12752109201725286, 0.040386112152392277, 0.013316642529914974, 0.0042957146747996441,
     0.0013686729853104241, 0.00043390546261547953}};

/* Every second of the tracks against these. Up to the peak there are 1.5/sqrt(ein) steps of some 4
 * roundings, which grow with h, 25 times at most; zeta's Runge-Kutta steps of ein err by .02 ein^4
 * (the estimate of eos4.flow). */
static void eos_track_digits(vf_context *context, int angle, const double *tracks, int first,
                             int last) {
  for (int k = first; k <= last; k++) {
    const double ein = pow(10.0, -2.0 - k);
    char name[VF_TEXT_SIZE];
    vf_text(name, "toy B al0=%s ein=1e-%d: sup |theta - zeta|", eos_angles[angle].key, k + 2);
    vf_within(context, name, tracks[(ptrdiff_t)6 * k], eos_sup_digits[angle][k],
              150.0 / sqrt(ein) * EOS_ULP + .02 * pow(ein, 4.0),
              "1.5/sqrt(ein) steps of 4 roundings of 2^-53, 25 times, and the flow's error");
  }
}

/* Theorem 4.7 on toy B: sup |theta - zeta| over 2/ein steps from h0 = .1 sqrt(ein), eta = .1, al0 =
 * atan2(2,1), at ein = 1e-2 to 1e-5, <= 2 sqrt(ein), and of order 1/2, above the 1/4 of the
 * theorem. Another al0, and toy A from .3. */
static void eos_track_flow(vf_context *context) {
  enum { COUNT = 7 };
  static const struct {
    int toy;
    double al0;
    const char *series;
  } cases[] = {{1, 1.1071487177940904, "toy B al0=atan2(2,1)"},
               {1, 1.0, "toy B al0=1"},
               {0, .3, "toy A al0=0.3"}};
  for (size_t c = 0; c < 3; c++) {
    eos_edge edges[COUNT];
    double tracks[3 * COUNT];
    eos_ladder(eos_toys + cases[c].toy, cases[c].al0, 2.0, COUNT, 0.0, edges);
    eos_tracks(context, edges, COUNT, 2.0, tracks);
    eos_track_claims(context, edges, tracks, COUNT, 2.0);
    eos_track_order(context, edges + 1, tracks + 3, COUNT - 1);
    eos_sup_series(context, cases[c].series, edges, tracks, COUNT);
    if (c < 2) eos_track_digits(context, (int)c, tracks, 0, 3);
  }
}

/* The same down to 10^(-depth), and from a large slope on toy A (al0 = 1.1), where the largest
 * distance comes late, its constant is larger and not yet that of the limit. */
static void eos_track_flow_to(vf_context *context, int depth) {
  enum { MOST = 11 };
  const size_t count = 2 * (size_t)depth - 3;
  for (size_t c = 0; c < 3; c++) {
    eos_edge edges[MOST];
    double tracks[3 * MOST];
    eos_ladder(c < 2 ? eos_b : eos_a, eos_angles[c % 2].value, 2.0, (int)count, 0.0, edges);
    eos_tracks(context, edges, count, 2.0, tracks);
    eos_track_claims(context, edges, tracks, count, c < 2 ? 2.0 : 3.0);
    if (c < 2) eos_track_order(context, edges + 2, tracks + 6, count - 2);
    if (c < 2) eos_track_digits(context, (int)c, tracks, depth - 2, depth - 2);
  }
}

static void eos_track_flow_long(vf_context *context) { eos_track_flow_to(context, 6); }

static void eos_track_flow_deep(vf_context *context) { eos_track_flow_to(context, 7); }

static void eos_constants(vf_context *context) {
  static const double angles[] = {1.1071487177940904, 1.0, .8};
  for (size_t c = 0; c < 3; c++) eos_constant(context, angles[c], 0.0, 0);
}

static void eos_curve(vf_context *context) {
  const eos_edge edges[] = {{eos_b, eos_angles[0].value, 1e-4, 1e-3, 0.0, 0},
                            {eos_b, 1.0, 2e-5, .1 * sqrt(2e-5), 0.0, 0}};
  for (size_t k = 0; k < 2; k++) {
    char name[VF_TEXT_SIZE];
    eos_edge_name(name, edges + k);
    eos_angle_series(context, name, edges + k, 2.0, 2.0 * sqrt(edges[k].ein),
                     "Theorem 4.7: 2 sqrt(ein)");
  }
}

/* ---- table ---- */

static const vf_check table[] = {
    {"eos4.minimisers", "eos, Section 4.2.1",
     "lam1, slope and Hessian on the circles of minimisers", VF_QUICK, eos_minimisers},
    {"eos4.projection", "eos, Section 4.2.3",
     "projection on the minimisers: phi, v_1, h, angle, lam1, slope", VF_QUICK, eos_projection},
    {"eos4.flow", "eos, (3)",
     "the sharpness-reduction flow has the closed form tau = Psi(al0) - Psi(al)", VF_QUICK,
     eos_flow_closed_form},
    {"eos4.flow-order", "eos, (3)",
     "Runge-Kutta of the flow is of order 4, and its estimate is the error", VF_QUICK,
     eos_flow_order},
    {"eos4.track", "eos, Theorem 4.7",
     "GD with weight decay tracks the flow within 2 sqrt(ein), exponent 1/2", VF_QUICK,
     eos_track_flow},
    {"eos4.track-long", "eos, Theorem 4.7", "the same to ein = 1e-6, and from a large slope",
     VF_FULL, eos_track_flow_long},
    {"eos4.track-deep", "eos, Theorem 4.7", "the same to ein = 1e-7", VF_DEEP, eos_track_flow_deep},
    {"eos4.constants", "eos, Theorem 4.7",
     "sup |theta - zeta| and sup |phi - zeta| over sqrt(ein) in the limit", VF_QUICK,
     eos_constants},
    {"eos4.curve", "eos, Figure 4", "angle against tau: measured and closed form", VF_QUICK,
     eos_curve},
    {"errata.eos4-null-space", "eos, Section 4.2.1",
     "the kernel of the Hessian also has the line of theta", VF_QUICK, eos_erratum_kernel},
};

VF_ROW(eos4, table,
       "GD with decay at the edge against the flow, whose solution is known in closed form",
       "a flow without the 4 of its denominator, tau = t eta lam/2, iterates for midpoints");
