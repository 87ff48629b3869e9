/* svag8: learning rate schedules. SVAG is scheduled in effective steps, #steps/l: step t has the
 * learning rate eta(floor(t/l))/l, for steps, triangles and cosines (Appendix E.1.2, Figure 9). The
 * limit l -> infinity is the SDE with the learning rate of the effective step, reached with weak
 * order 1 in 1/l as in Theorem 4.1.
 *
 * Paper: "On the Validity of Modeling SGD with Stochastic Differential Equations" (svag). */
#include <math.h>
#include <stdlib.h>
#include "harness/text.h"
#include "checks/svag/ito.h"
#include "checks/svag/moments.h"
#include "checks/svag/powers.h"
#include "checks/svag/steps.h"
#include "formats/memory.h"

enum { EFFECTIVE = 26, PERIOD = 24, SCHEDULES = 4 };

static const double high_lr = 0.8, low_lr = 0.001, schedule_wd = 0.05;

/* Decay by 4 and by 4 again; two triangles and their turns; half a cosine and its floor; the
 * triangles of Appendix E.1.2, whose second is half as high, by segments. */
static const char *const schedule_names[SCHEDULES] = {"step", "triangle", "cosine",
                                                      "two triangles"};
static const uint64_t step_starts[] = {0, 8, 16};

/* The learning rate of effective step k by its formula. */
static double lr_by_formula(int schedule, uint64_t k) {
  const double pi = 3.14159265358979323846, up = fabs(2.0 * (double)(k % 12) / 12.0 - 1.0);
  switch (schedule) {
    case 0: return k < 8 ? high_lr : k < 16 ? high_lr / 4.0 : high_lr / 16.0;
    case 1: return low_lr + (high_lr - low_lr) * (1.0 - up);
    case 2:
      return k < PERIOD ? low_lr + (high_lr - low_lr) * (1.0 + cos(pi * (double)k / PERIOD)) / 2.0
                        : low_lr;
    default:
      return low_lr + (k < 12   ? high_lr - low_lr
                       : k < 24 ? high_lr / 2.0 - low_lr
                                : 0.0) *
                          (1.0 - up);
  }
}

/* Room for the segments of a schedule. */
typedef struct {
  sid_segment segments[EFFECTIVE];
} segment_room;

static sid_schedule real_schedule(int schedule, segment_room *room) {
  sid_schedule real = {.kind = SID_PIECEWISE, .segment_count = EFFECTIVE};
  if (schedule == 1 || schedule == 2)
    return (sid_schedule){.kind = schedule == 1 ? SID_TRIANGLE : SID_COSINE,
                          .lr = high_lr,
                          .lr_min = low_lr,
                          .wd = schedule_wd,
                          .period = schedule == 1 ? 12 : PERIOD};
  if (schedule == 0) real.segment_count = VF_COUNT(step_starts);
  for (uint32_t s = 0; s < real.segment_count; s++) {
    const uint64_t start = schedule == 0 ? step_starts[s] : s;
    room->segments[s] = (sid_segment){start, lr_by_formula(schedule, start), schedule_wd, 1.0};
  }
  real.segments = room->segments;
  return real;
}

/* x after each of `steps` steps of a run without noise on family f. */
static int silent_run(vf_context *context, const svag_family *f, int schedule,
                      sid_dynamics dynamics, uint32_t steps, double *path) {
  segment_room room;
  uint64_t *checkpoints = vf_steps(1, 1, steps);
  const svag_plan plan = {.name = schedule_names[schedule],
                          .problem = svag_silent(svag_family_problem(f)),
                          .dynamics = dynamics,
                          .schedule = real_schedule(schedule, &room),
                          .x0 = f->x0,
                          .seed = SVAG_OTHER_SEED,
                          .steps = steps,
                          .trajectories = 1,
                          .checkpoints = checkpoints,
                          .checkpoint_count = steps};
  const int status = svag_run(context, &plan, path);
  free(checkpoints);
  return status;
}

/* x <- x - h ((A + wd) x - B) with h = lr(floor(t/unit))/l: largest distance to the path over all
 * steps. */
static double distance_to_recursion(const svag_family *f, int schedule, const double *path,
                                    uint32_t steps, uint32_t l, uint32_t unit) {
  const double a = svag_table_mean(f, f->a, 0), b = svag_table_mean(f, f->b, 0);
  double x = f->x0[0], worst = 0.0;
  for (uint32_t t = 0; t < steps; t++) {
    const double h = lr_by_formula(schedule, t / unit) / l;
    x -= h * ((a + schedule_wd) * x - b);
    worst = fmax(worst, fabs(path[t] - x));
  }
  return worst;
}

/* svag, Appendix E.1.2, Figure 9: SVAG is plotted and scheduled in effective steps, #steps/l: step
 * t has the learning rate eta(floor(t/l))/l. Without noise a run is a product that can be
 * multiplied out. Tolerance: 10 roundings per step, and the cosine of ref/ is rounded to 2^-32, so
 * its rate is off by at most 2^-34 of the range; the slope |A x - B| stays below 2. The same run
 * held against rates that follow t is rejected. */
static void check_svag8_effective_steps(vf_context *context) {
  enum { MOST = 8 };
  static const char *const columns[] = {"effective step", "step", "triangle", "cosine",
                                        "two triangles"};
  double table[EFFECTIVE][1 + SCHEDULES], path[EFFECTIVE * MOST];
  for (int s = 0; s < SCHEDULES; s++) {
    segment_room room;
    const sid_schedule real = real_schedule(s, &room);
    double off = 0.0;
    char instance[VF_TEXT_SIZE];
    for (uint32_t k = 0; k < EFFECTIVE; k++) {
      double lr, wd;
      sid_schedule_at(&real, k, &lr, &wd);
      off = fmax(off, fabs(lr - lr_by_formula(s, k)));
      table[k][0] = k;
      table[k][1 + s] = lr;
    }
    vf_text(instance, "%s, learning rate against its formula", schedule_names[s]);
    vf_within(context, instance, off, 0.0, s == 2 ? 0x1p-34 : 10.0 * svag_roundoff,
              s == 2 ? "cosine rounded to 2^-32, halved, range below 1" : "10 roundings of 2^-53");
    for (uint32_t l = 1; l <= MOST; l *= 2) {
      const uint32_t steps = EFFECTIVE * l;
      const double tolerance =
          10.0 * svag_roundoff * steps + (s == 2 ? 2.0 * EFFECTIVE * 0x1p-34 : 0.0);
      if (silent_run(context, &svag_far_families[0], s, svag_dynamics(SID_SVAG, l, 1), steps, path))
        return;
      vf_text(instance, "%s svag l=%u, no noise, distance to the recursion over all steps",
              schedule_names[s], l);
      vf_within(context, instance,
                distance_to_recursion(&svag_far_families[0], s, path, steps, l, l), 0.0, tolerance,
                "10 roundings of 2^-53 per step; cosine 2^-34");
      if (l == 1) continue;
      vf_text(instance,
              "%s svag l=%u, no noise, distance to rates that follow the number of the step",
              schedule_names[s], l);
      vf_rejected(context, instance,
                  distance_to_recursion(&svag_far_families[0], s, path, steps, l, 1), 0.0, 1e-3,
                  "a thousandth of x, far above rounding");
    }
  }
  vf_series(context, "learning rate by effective step (Figure 9)", columns, 1 + SCHEDULES,
            &table[0][0], EFFECTIVE);
}

/* Streams that draw every pair of members of a family. */
static void every_pair(vf_context *context, const svag_family *f, svag_outcomes *all) {
  const sid_problem problem = svag_family_problem(f);
  svag_enumerate(context, &problem, svag_dynamics(SID_SVAG, 1, 1), all);
}

/* E x^n of SVAG after `effective` effective steps, by recursion of real steps; rates follow
 * floor(t/unit), unit = l or 1. */
static void scheduled_moments(vf_context *context, const svag_outcomes *pairs, const svag_family *f,
                              int schedule, uint32_t l, uint32_t effective, uint32_t unit,
                              double *m) {
  const svag_monomials set = svag_monomials_of(1);
  svag_point_moments(&set, f->x0, m);
  for (uint32_t t = 0; t < effective * l; t += unit) {
    const svag_affine_law law = svag_affine_from(context, f, pairs, svag_dynamics(SID_SVAG, l, 1),
                                                 lr_by_formula(schedule, t / unit), schedule_wd);
    svag_advance(&set, &law, unit, m);
  }
}

/* The schedules of fixtures/, 20 effective steps without weight decay. */
static const sid_segment fixture_segments[] = {{0, 0.4, 0.0, 1.0}, {8, 0.1, 0.0, 1.0}};

typedef struct {
  const char *name;
  sid_schedule schedule;
} named_schedule;

static const named_schedule fixture_schedules[] = {
    {"step", {.kind = SID_PIECEWISE, .segment_count = 2, .segments = fixture_segments}},
    {"triangle", {.kind = SID_TRIANGLE, .lr = 0.4, .lr_min = 0.05, .period = 10}},
    {"cosine", {.kind = SID_COSINE, .lr = 0.4, .lr_min = 0.02, .period = 20}}};

enum { FIXTURE_STEPS = 20 };

/* The rate of the cosine is off by at most 2^-34 of its range; a moment of degree 4 moves by less
 * than 8 |x|^4 <= 32 times that per effective step. To this come 100 roundings per step: 15 in the
 * entries of the map, up to 16 outcomes and 5 monomials in the sums. */
static double scheduled_tolerance(const named_schedule *s, uint32_t l) {
  return 100.0 * svag_roundoff * FIXTURE_STEPS * l +
         (s->schedule.kind == SID_COSINE ? 32.0 * FIXTURE_STEPS * 0x1p-34 : 0.0);
}

/* The rates of ref/ at some effective steps; 10 roundings of numbers below 1/2, the cosine as
 * above. */
static void compare_rates(vf_context *context, const named_schedule *s) {
  static const uint32_t steps[] = {0, 1, 5, 9, 12, 19};
  const double tolerance =
      5.0 * svag_roundoff + (s->schedule.kind == SID_COSINE ? 0.4 * 0x1p-34 : 0.0);
  for (size_t i = 0; i < VF_COUNT(steps); i++) {
    double lr, wd;
    char key[VF_TEXT_SIZE];
    sid_schedule_at(&s->schedule, steps[i], &lr, &wd);
    vf_text(key, "svag8.rate.schedule-%s.k-%u", s->name, steps[i]);
    vf_within(context, key, lr, vf_expected(context, key), tolerance,
              "5 roundings of 2^-53; cosine 2^-34 of .4");
  }
}

static void compare_scheduled(vf_context *context, const named_schedule *s, const svag_family *f,
                              const char *group, uint32_t l, const double *m) {
  for (uint32_t n = 1; n <= 4; n++) {
    char key[VF_TEXT_SIZE], middle[VF_TEXT_SIZE] = "";
    if (l > 1) vf_text(middle, ".l-%u", l);
    vf_text(key, "svag8.%s.instance-%s.schedule-%s%s.moment-%u", group, f->name, s->name, middle,
            n);
    vf_within(context, key, m[n], vf_expected(context, key), scheduled_tolerance(s, l),
              "100 roundings of 2^-53 per step; cosine 2^-34");
  }
}

/* svag, Appendix E.1.2, noise-free: moments of SGD, SVAG and the SDE after 20 effective steps under
 * schedules, by recursion of real steps at the real rates, from fixtures/. Fixtures/ also has SVAG
 * that reads the schedule at its own step. */
static void check_svag8_moments(vf_context *context) {
  const uint32_t ls[] = {1, 4, 16};
  for (size_t s = 0; s < VF_COUNT(fixture_schedules); s++)
    compare_rates(context, &fixture_schedules[s]);
  const svag_monomials set = svag_monomials_of(1);
  for (size_t i = 0; i < 2; i++) { /* those in one dimension */
    const svag_family *f = &svag_families[i];
    svag_outcomes pairs;
    every_pair(context, f, &pairs);
    for (size_t s = 0; s < VF_COUNT(fixture_schedules); s++) {
      const named_schedule *named = &fixture_schedules[s];
      double m[VF_COUNT(ls)][SVAG_POWERS], sde[SVAG_POWERS], lr, wd;
      for (size_t a = 0; a < VF_COUNT(ls); a++) svag_point_moments(&set, f->x0, m[a]);
      svag_point_moments(&set, f->x0, sde);
      for (uint32_t k = 0; k < FIXTURE_STEPS; k++) {
        sid_schedule_at(&named->schedule, k, &lr, &wd);
        for (size_t a = 0; a < VF_COUNT(ls); a++) {
          const svag_affine_law law =
              svag_affine_from(context, f, &pairs, svag_dynamics(SID_SVAG, ls[a], 1), lr, wd);
          svag_advance(&set, &law, ls[a], m[a]);
        }
        svag_sde_moments(f, lr, wd, lr, sde);
      }
      for (size_t a = 0; a < VF_COUNT(ls); a++)
        compare_scheduled(context, named, f, a == 0 ? "sgd" : "svag", ls[a], m[a]);
      compare_scheduled(context, named, f, "sde", 1, sde);
    }
  }
}

/* Real trajectories after some effective steps against the recursion. Effect: rates that follow the
 * number of the step. */
static void compare_scheduled_run(vf_context *context, const svag_family *f, int schedule,
                                  uint32_t l, uint32_t effective, uint64_t trajectories) {
  segment_room room;
  svag_outcomes pairs;
  double right[SVAG_POWERS], wrong[SVAG_POWERS];
  const svag_plan plan = {.name = schedule_names[schedule],
                          .problem = svag_family_problem(f),
                          .dynamics = svag_dynamics(SID_SVAG, l, 1),
                          .schedule = real_schedule(schedule, &room),
                          .x0 = f->x0,
                          .seed = SVAG_OTHER_SEED,
                          .steps = (uint64_t)effective * l,
                          .trajectories = trajectories};
  double *end = vf_allocate((size_t)trajectories, sizeof *end),
         *space = vf_allocate((size_t)trajectories, sizeof *space);
  if (!svag_run(context, &plan, end)) {
    every_pair(context, f, &pairs);
    scheduled_moments(context, &pairs, f, schedule, l, effective, l, right);
    scheduled_moments(context, &pairs, f, schedule, l, effective, 1, wrong);
    for (uint32_t n = 1; n <= 2; n++) {
      const vf_moments found = svag_power_mean(end, (size_t)trajectories, 0.0, n, space);
      char instance[VF_TEXT_SIZE];
      vf_text(instance, "%s svag l=%u family %s, %u effective steps, E x^%u", plan.name, l, f->name,
              effective, n);
      vf_monte_carlo(context, instance, found.mean, found.standard_error, right[n],
                     right[n] - wrong[n], "effect: rates that follow the number of the step");
    }
  }
  free(end);
  free(space);
}

/* svag, Appendix E.1.2: whole noisy trajectories under each schedule, from far away, so that rates
 * show in the mean. */
static void check_svag8_runs(vf_context *context) {
  static const double far[] = {4.0};
  svag_family skewed = svag_far_families[0], heavy = svag_far_families[1];
  skewed.x0 = heavy.x0 = far;
  for (int s = 0; s < SCHEDULES; s++) {
    compare_scheduled_run(context, &skewed, s, 4, s == 0 ? 9 : 5, 1u << 16);
    compare_scheduled_run(context, &heavy, s, 3, s == 0 ? 9 : 5, 1u << 16);
  }
}

/* svag, Theorem 4.1 under schedules: the limit l -> infinity is the SDE whose learning rate is that
 * of the effective step, and the weak error stays of first order in 1/l. Noise-free. */
static void check_svag8_weak_order(vf_context *context) {
  const uint32_t effective = 13;
  const svag_family *f = &svag_far_families[0];
  const svag_monomials set = svag_monomials_of(1);
  svag_outcomes pairs;
  every_pair(context, f, &pairs);
  for (int s = 0; s < SCHEDULES; s++) {
    double limit[SVAG_POWERS], error[SVAG_ORDER_SIZES][SVAG_POWERS];
    char name[VF_TEXT_SIZE];
    svag_point_moments(&set, f->x0, limit);
    for (uint32_t k = 0; k < effective; k++) {
      const double lr = lr_by_formula(s, k);
      svag_sde_moments(f, lr, schedule_wd, lr, limit);
    }
    for (int k = 0; k < SVAG_ORDER_SIZES; k++) {
      scheduled_moments(context, &pairs, f, s, 16u << k, effective, 16u << k, error[k]);
      for (uint32_t n = 1; n < set.count; n++) error[k][n] -= limit[n];
    }
    vf_text(name, "%s, family skewed lam=0.05, 13 effective steps", schedule_names[s]);
    svag_compare_orders_in_l(context, name, error);
  }
}

static const vf_check table[] = {
    {"svag8.effective-steps", "svag, Appendix E.1.2, Figure 9",
     "the schedule follows effective steps, t/l", VF_QUICK, check_svag8_effective_steps},
    {"svag8.moments", "svag, Appendix E.1.2", "moments of SGD, SVAG and the SDE under schedules",
     VF_QUICK, check_svag8_moments},
    {"svag8.trajectories", "svag, Appendix E.1.2", "moments of SVAG trajectories under schedules",
     VF_QUICK, check_svag8_runs},
    {"svag8.weak-order", "svag, Theorem 4.1, Appendix E.1.2",
     "under schedules too SVAG is an order-1 weak approximation of the SDE", VF_QUICK,
     check_svag8_weak_order},
};

VF_ROW(svag8, table, "learning rates step by step, exact moments under schedules, trajectories",
       "a schedule that counts steps instead of steps/l");
