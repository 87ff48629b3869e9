/* svag7: N/G of one run in equilibrium bounds the factor kappa by which batch and learning rate may
 * grow together while R, N and G stay within [1/C, C] of linear scaling: kappa <= C^2 (1 + N/G),
 * sharp kappa <= C^2 + (C^2 - 1) N/G for el -> 0 (Theorem 6.6, Figures 6 and 14).
 *
 * Paper: "On the Validity of Modeling SGD with Stochastic Differential Equations" (svag),
 * Section 6.1 and Appendix E.2. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/estimators.h"
#include "harness/text.h"
#include "checks/svag/equilibrium.h"
#include "checks/svag/powers.h"
#include "checks/svag/problems.h"
#include "checks/svag/steps.h"
#include "formats/memory.h"

/* The bounds themselves against fixtures/. */
static void check_svag7_bounds(vf_context *context) {
  static const char *const c2[] = {"1.21", "1.44", "2"},
                           *const ratios[] = {"0.5", "3", "20", "500"},
                           *const els[] = {"0.001", "0.01"};
  for (size_t i = 0; i < VF_COUNT(c2); i++)
    for (size_t r = 0; r < VF_COUNT(ratios); r++) {
      const vf_estimate ratio = {vf_number(ratios[r]), 0.0};
      const vf_critical_batch bound = vf_critical_batch_of(ratio, vf_number(c2[i]), 0.0);
      char key[VF_TEXT_SIZE];
      vf_text(key, "svag7.kappa.c2-%s.n-over-g-%s", c2[i], ratios[r]);
      vf_within_relative(context, key, bound.printed.value, vf_expected(context, key),
                         20.0 * svag_roundoff, "20 roundings of 2^-53");
      vf_text(key, "svag7.kappa-tight.c2-%s.n-over-g-%s", c2[i], ratios[r]);
      vf_within_relative(context, key, bound.tight.value, vf_expected(context, key),
                         20.0 * svag_roundoff, "20 roundings of 2^-53");
      for (size_t e = 0; e < VF_COUNT(els); e++) {
        vf_text(key, "svag7.kappa-exact.c2-%s.n-over-g-%s.el-%s", c2[i], ratios[r], els[e]);
        vf_within_relative(
            context, key,
            vf_critical_batch_of(ratio, vf_number(c2[i]), vf_number(els[e])).tight.value,
            vf_expected(context, key), 50.0 * svag_roundoff, "50 roundings of 2^-53");
      }
    }
}

enum { SCALES = 8, RUNS = 16, ROWS_PER_RUN = 512, OBSERVED = 3 };

static const int32_t observe_balance[] = {SID_NORM2, SID_GRAD_NORM2, SID_NOISE_TRACE, SID_X};

/* Rows of a run in equilibrium: from 10/el steps on, 200/el steps, ROWS_PER_RUN rows of each of
 * RUNS trajectories. */
static int equilibrium_rows(vf_context *context, const sid_problem *problem, uint32_t batch,
                            double lr, double wd, double *rows) {
  sid_segment segment;
  uint64_t checkpoints[ROWS_PER_RUN];
  const uint64_t burn = (uint64_t)ceil(10.0 / (lr * wd)),
                 stride = (uint64_t)ceil(50.0 / (lr * wd) / ROWS_PER_RUN);
  for (uint32_t c = 0; c < ROWS_PER_RUN; c++) checkpoints[c] = burn + c * stride;
  const svag_plan plan = {.name = "equilibrium of sgd",
                          .problem = *problem,
                          .dynamics = svag_dynamics(SID_SGD, 1, batch),
                          .schedule = svag_constant(&segment, lr, wd),
                          .seed = SVAG_OTHER_SEED,
                          .steps = checkpoints[ROWS_PER_RUN - 1],
                          .trajectories = RUNS,
                          .checkpoints = checkpoints,
                          .checkpoint_count = ROWS_PER_RUN,
                          .observables = observe_balance,
                          .observable_count = VF_COUNT(observe_balance)};
  return svag_run(context, &plan, rows);
}

static svag_sizes average_rows(const double *rows, size_t width) {
  double values[OBSERVED][RUNS * ROWS_PER_RUN];
  const size_t count = (size_t)RUNS * ROWS_PER_RUN;
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < OBSERVED; k++) values[k][i] = rows[i * width + k];
  return (svag_sizes){vf_moments_of(values[0], count).mean, vf_moments_of(values[1], count).mean,
                      vf_moments_of(values[2], count).mean};
}

/* A baseline run: batch and learning rate, weight decay. */
typedef struct {
  uint32_t batch;
  double lr, wd;
} baseline;

static const baseline baselines[] = {{1, 0.01, 0.1}, {2, 0.04, 0.2}, {1, 0.04, 0.5}};

/* At every row of the baseline stochastic gradients are drawn: a FEW, whose bias shows, or as MANY
 * as the paper takes (Appendix E.2). A block is eight rows, four fifths of a time 1/el. */
enum {
  BLOCK = 8,
  BLOCKS_PER_RUN = ROWS_PER_RUN / BLOCK,
  BLOCKS = RUNS * BLOCKS_PER_RUN,
  FEW = 8,
  MANY = 200
};

typedef struct {
  double g[BLOCKS], n[BLOCKS]; /* means of the blocks, trajectory by trajectory */
} sampled_sizes;

/* G_t and N_t from `drawn` gradients at each row of the first blocks, less the exact values of the
 * row times `centre`. */
static void sample_sizes(const sid_problem *problem, uint32_t batch, const double *rows,
                         size_t blocks, size_t drawn, double centre, sampled_sizes *sampled) {
  double gradients[MANY * SVAG_DIM], work[SVAG_WORK];
  memset(sampled, 0, sizeof *sampled);
  for (size_t i = 0; i < blocks * BLOCK; i++) {
    const double *row = rows + i * (OBSERVED + SVAG_DIM);
    sid_stream stream = vf_stream(SVAG_OTHER_SEED, SID_KEY_NOISE, 1000 + i);
    for (size_t k = 0; k < drawn; k++)
      sid_problem_noisy_gradient(problem, row + OBSERVED, batch, &stream, gradients + k * SVAG_DIM,
                                 work);
    const vf_gradient_sizes found = vf_gradient_sizes_of(gradients, drawn, SVAG_DIM);
    sampled->g[i / BLOCK] += (found.g.value - centre * row[1]) / BLOCK;
    sampled->n[i / BLOCK] += (found.n.value - centre * row[2]) / BLOCK;
  }
}

/* The estimates against the exact |grad L|^2 and tr Cov(g)/B of the same states. Effects: N/FEW, by
 * which |mean|^2 exceeds G; and half of N, a batch off by two. */
static void compare_sampled(vf_context *context, const char *name, const sid_problem *problem,
                            uint32_t batch, const double *rows, svag_sizes exact,
                            sampled_sizes *room) {
  char instance[VF_TEXT_SIZE];
  sample_sizes(problem, batch, rows, BLOCKS, FEW, 1.0, room);
  const vf_moments g = vf_moments_of(room->g, BLOCKS), n = vf_moments_of(room->n, BLOCKS);
  vf_text(instance, "%s, G from 8 gradients, less |grad L|^2", name);
  vf_monte_carlo(context, instance, g.mean, g.standard_error, 0.0, exact.n / FEW,
                 "8192 states; effect: |mean|^2 without the correction");
  vf_text(instance, "%s, N from 8 gradients, less tr Cov(g)/B", name);
  vf_monte_carlo(context, instance, n.mean, n.standard_error, 0.0, 0.5 * exact.n,
                 "8192 states; effect: half of N");
}

/* Theorem 6.6 from one run, its first trajectory, the blocks taken as independent. */
static vf_critical_batch predict_critical(const sid_problem *problem, const baseline *b,
                                          const double *rows, sampled_sizes *room) {
  sample_sizes(problem, b->batch, rows, BLOCKS_PER_RUN, MANY, 0.0, room);
  return vf_critical_batch_of(vf_ratio_of(room->n, room->g, BLOCKS_PER_RUN), 2.0, b->lr * b->wd);
}

/* The balance (14) of batch kappa B at kappa eta, (2 - kappa el) lam R = kappa eta (G + N), each
 * trajectory one number. Effect: G left out. */
static void compare_scaled_balance(vf_context *context, const char *name, const double *rows,
                                   double lr, double wd) {
  const size_t width = OBSERVED + SVAG_DIM;
  double values[ROWS_PER_RUN], imbalance[RUNS], scale = 0.0, gradient = 0.0;
  char instance[VF_TEXT_SIZE];
  for (size_t i = 0; i < RUNS; i++) {
    for (size_t c = 0; c < ROWS_PER_RUN; c++) {
      const double *row = rows + (i * ROWS_PER_RUN + c) * width;
      values[c] = (2.0 - lr * wd) * wd * row[0] - lr * (row[1] + row[2]);
      scale += wd * row[0] / (RUNS * ROWS_PER_RUN);
      gradient += lr * row[1] / (RUNS * ROWS_PER_RUN);
    }
    imbalance[i] = vf_moments_of(values, ROWS_PER_RUN).mean;
  }
  const vf_moments found = vf_moments_of(imbalance, RUNS);
  vf_text(instance, "%s, imbalance of (14) over lam R", name);
  vf_monte_carlo(context, instance, found.mean / scale, found.standard_error / scale, 0.0,
                 gradient / scale, "16 trajectories; effect: G left out");
}

/* Where C^2 passes 2, between two scales by interpolation of logarithms. */
static double breakdown(const double *kappa, const double *c2, size_t count) {
  for (size_t i = 1; i < count; i++)
    if (c2[i] > 2.0)
      return kappa[i - 1] *
             pow(kappa[i] / kappa[i - 1], log(2.0 / c2[i - 1]) / log(c2[i] / c2[i - 1]));
  return (double)INFINITY;
}

/* The predictions against the scales that were run. All bounds are inequalities. Factor 4: the
 * paper finds the condition close to sufficient without a number; on these instances the breakdown
 * is at .52 to .61 of the sharp bound. */
static void compare_critical(vf_context *context, const char *name, vf_critical_batch critical,
                             const double *kappa, const double *c2, size_t count) {
  char instance[VF_TEXT_SIZE];
  const double most = critical.tight.value + 3.0 * critical.tight.standard_error,
               least = critical.tight.value - 3.0 * critical.tight.standard_error;
  vf_text(instance, "%s, sharp bound of kappa against C^2 (1 + N/G)", name);
  vf_at_most(context, instance, critical.tight.value, critical.printed.value,
             "Theorem 6.6, sharp and as printed");
  vf_text(instance, "%s, measured breakdown of C^2 = 2 against the sharp bound", name);
  vf_at_most(context, instance, breakdown(kappa, c2, count), least,
             "Theorem 6.6, three standard errors of N/G inside");
  for (size_t i = 0; i < count; i++) {
    if (kappa[i] > least / 4.0 && kappa[i] < most) continue;
    vf_text(instance, "%s, least C^2 of kappa=%g", name, kappa[i]);
    if (kappa[i] >= most)
      vf_at_least(context, instance, c2[i], 2.0, "beyond the bound linear scaling fails");
    else
      vf_at_most(context, instance, c2[i], 2.0, "below a quarter of the bound it holds");
  }
}

typedef struct {
  svag_regression_data data;
  sampled_sizes sampled;
  double rows[RUNS * ROWS_PER_RUN * (OBSERVED + SVAG_DIM)];
} critical_room;

static void compare_baseline(vf_context *context, const sid_problem *problem, const baseline *b,
                             critical_room *room) {
  static const char *const columns[] = {"kappa", "R", "G", "N", "G/N", "least C^2"};
  double table[SCALES][VF_COUNT(columns)], kappa[SCALES], c2[SCALES];
  size_t count = 0;
  vf_critical_batch critical = {{0.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}};
  svag_sizes small = {0.0, 0.0, 0.0};
  char name[VF_TEXT_SIZE], instance[VF_TEXT_SIZE];
  vf_text(name, "regression B=%u eta=%g lam=%g", b->batch, b->lr, b->wd);
  for (uint32_t scale = 1; count < SCALES && scale * b->lr * b->wd < 0.5; scale *= 2) {
    if (equilibrium_rows(context, problem, scale * b->batch, scale * b->lr, b->wd, room->rows))
      return;
    const svag_sizes now = average_rows(room->rows, OBSERVED + SVAG_DIM);
    if (scale == 1) {
      small = now;
      compare_sampled(context, name, problem, b->batch, room->rows, now, &room->sampled);
      critical = predict_critical(problem, b, room->rows, &room->sampled);
    }
    kappa[count] = scale;
    c2[count] = svag_closeness2(small, (svag_sizes){now.r, now.g, scale * now.n});
    vf_text(instance, "%s kappa=%u", name, scale);
    if (now.g > 0.2 * now.n)
      compare_scaled_balance(context, instance, room->rows, scale * b->lr, b->wd);
    const double row[] = {scale, now.r, now.g, now.n, now.g / now.n, c2[count]};
    memcpy(table[count++], row, sizeof row);
  }
  compare_critical(context, name, critical, kappa, c2, count);
  vf_series(context, name, columns, VF_COUNT(columns), &table[0][0], count);
  vf_view(context, "kappa,G/N,least C^2;R,G,N");
}

/* svag, Theorem 6.6, Figures 6 and 14: N/G of one baseline run, estimated from stochastic gradients
 * at its equilibrium, bounds the factor kappa by which batch and learning rate may grow together.
 * Held against the real breakdown, C^2 of (17) passing 2, of real runs with kappa = 1, 2, 4, ... on
 * the regression with heavy and skewed noise. */
static void check_svag7_critical_batch(vf_context *context) {
  critical_room *room = vf_allocate(1, sizeof *room);
  const sid_problem problem = svag_regression(context, &room->data);
  for (size_t i = 0; i < VF_COUNT(baselines); i++)
    compare_baseline(context, &problem, &baselines[i], room);
  free(room);
}

static const vf_check table[] = {
    {"svag7.bounds", "svag, Theorem 6.6",
     "the critical batch size as a function of N/G, C^2 and el", VF_QUICK, check_svag7_bounds},
    {"svag7.critical-batch", "svag, Theorem 6.6, Figure 6",
     "N/G of one run bounds the factor at which linear scaling breaks down", VF_QUICK,
     check_svag7_critical_batch},
};

VF_ROW(svag7, table, "N/G of one run, and the factor at which linear scaling is seen to break",
       "N and G of different batches, a bound that no run comes near");
