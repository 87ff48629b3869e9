/* fm6: the time scaling of the spread of solutions (fm, Figure 2; Theorem 4.4). On the model of
 * Section 6.1 the angle spreads as V(T), T = tau(t), for every learning rate, and E cos theta =
 * e^(-V/2) across runs; at equal eta t the spreads of different learning rates differ. Finite el
 * changes |x|^4 and V by 1 + O(sqrt(el)) where there is a loss, by 1 + O(el) for pure noise. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/algebra.h"
#include "checks/fm/model.h"
#include "checks/fm/norm.h"
#include "checks/fm/variation.h"
#include "formats/memory.h"

enum { VARIATION_COLUMNS = 8 };

/* A line of figure 2: spread of the angle against time for one learning rate. */
static void fm_variation_series(vf_context *context, const fm_model *model, double eta, double lam,
                                const double *values, size_t rows) {
  static const char *const columns[VARIATION_COLUMNS] = {
      "lr",        "steps",          "lr*steps", "T",
      "variation", "standard error", "V(T)",     "V(T) with the loss's part"};
  char name[VF_TEXT_SIZE];
  vf_text(name, "spread of the angle, lr=%g wd=%g D=%u", eta, lam, (unsigned)model->dim);
  vf_series(context, name, columns, VARIATION_COLUMNS, values, rows);
  vf_view(context, "T,variation,V(T) with the loss's part");
}

/* Mean quadratic variation of `runs` trajectories at the marks against V(tau(mark)) with the loss's
 * factor. With collapse 0 the effect is an angle not divided by rho; otherwise the distance to the
 * variance `collapse`. */
static void fm_compare_variation(vf_context *context, const fm_model *model, double eta, double lam,
                                 double y0, const fm_marks *job, size_t runs, double collapse) {
  fm_setup setup;
  fm_model_run(&setup, model, eta, lam, y0);
  double *values = fm_variations(context, &setup, job, runs), series[VARIATION_COLUMNS * FM_MARKS];
  for (size_t j = 0; values && j < job->count; j++) {
    char name[VF_TEXT_SIZE];
    const double t = (double)job->marks[j], big = fm_tau(eta, lam, t);
    const double law = fm_model_variance(model, y0, big);
    const vf_moments got = vf_moments_of(values + j * runs, runs);
    const fm_means factors = fm_loss_factors(model, eta, lam, y0, job->marks[j]);
    const double error =
        sqrt(factors.noise / (double)runs); /* the increments are Gaussian and independent */
    const double effect =
        collapse > 0.0 ? law - collapse : law * (1.0 - model->across * model->across);
    vf_text(name, "variation of the angle, eta=%g lam=%g D=%u rho2=%g T=%.4g (%g steps, %zu runs)",
            eta, lam, (unsigned)model->dim, model->across * model->across, big, t, runs);
    vf_monte_carlo(context, name, got.mean, error, law * factors.angle, effect,
                   "V(T) with the loss's part of order sqrt(el)");
    const double row[VARIATION_COLUMNS] = {eta,      t,     eta * t, big,
                                           got.mean, error, law,     law * factors.angle};
    memcpy(series + VARIATION_COLUMNS * j, row, sizeof row);
  }
  if (values) fm_variation_series(context, model, eta, lam, series, job->count);
  free(values);
}

static const double fm_figure_times[] = {0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 15.58};

static void fm_figure_line(vf_context *context, double eta, size_t runs) {
  fm_model model;
  fm_model_set(&model, 10, 0.3, 0.6, 0.8);
  const fm_marks job = fm_marks_at(eta, 0.05, fm_figure_times, 8);
  fm_compare_variation(context, &model, eta, 0.05, 0.81, &job, runs, 0.0);
}

/* Figure 2: the spread of the angle at rescaled times T from .1 to 15.58 is the same for every lr.
 * The quadratic variation of the angle measures it along single trajectories (one at lr 1e-3; at
 * 1e-2 sixteen, as 584 steps to T = .1 alone say too little). */
static void fm6_quadratic_variation(vf_context *context) {
  fm_model other;
  const double times[] = {0.3, 2.5};
  fm_figure_line(context, 1e-2, 16);
  fm_figure_line(context, 1e-3, 1);
  fm_model_set(&other, 3, 0.6, 0.28, 0.96);
  const fm_marks job = fm_marks_at(4e-3, 0.2, times, 2);
  fm_compare_variation(context, &other, 4e-3, 0.2, 2.0, &job, 160, 0.0);
}

/* The same at lr 1e-4: 1.9 million steps. */
static void fm6_small_learning_rate(vf_context *context) { fm_figure_line(context, 1e-4, 2); }

/* The contrast of figure 2: after the same eta t = 30 the rescaled times, and so the spreads, are
 * far apart. */
static void fm6_no_collapse(vf_context *context) {
  static const struct {
    const char *key;
    double eta;
    size_t runs;
  } cases[] = {{"fm6.tau-at-fixed-eta-t.eta-0.01.lam-0.05.eta-t-30", 1e-2, 16},
               {"fm6.tau-at-fixed-eta-t.eta-0.001.lam-0.05.eta-t-30", 1e-3, 4},
               {"fm6.tau-at-fixed-eta-t.eta-0.0001.lam-0.05.eta-t-30", 1e-4, 2}};
  fm_model model;
  fm_model_set(&model, 10, 0.3, 0.6, 0.8);
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    const fm_marks job = {{(uint64_t)(30.0 / cases[i].eta + 0.5)}, 1};
    const double other = vf_expected(context, cases[i == 0 ? 1 : 0].key);
    vf_within_relative(context, cases[i].key, fm_tau(cases[i].eta, 0.05, (double)job.marks[0]),
                       vf_expected(context, cases[i].key), 64.0 * FM_ULP, "64 roundings");
    fm_compare_variation(context, &model, cases[i].eta, 0.05, 0.81, &job, cases[i].runs,
                         fm_model_variance(&model, 0.81, other));
  }
}

/* The scatter of figure 2: angles of the first 60 models at each time. */
static void fm_scatter_series(vf_context *context, double eta, double lam, const double *big,
                              const uint64_t *marks, const double *rows, size_t count) {
  static const char *const columns[] = {"model", "steps", "T", "angle"};
  enum { MODELS = 60, WIDTH = 4 };
  double *values = vf_allocate(MODELS * count * WIDTH, sizeof *values);
  char name[VF_TEXT_SIZE];
  for (size_t k = 0; k < MODELS * count; k++) {
    const size_t run = k / count;
    const double row[WIDTH] = {(double)run, (double)marks[k % count], big[k % count], rows[2 * k]};
    memcpy(values + WIDTH * k, row, sizeof row);
  }
  vf_text(name, "angles of 60 models, lr=%g wd=%g", eta, lam);
  vf_series(context, name, columns, WIDTH, values, MODELS * count);
  vf_view(context, "model,angle");
  free(values);
}

/* Ensemble means of cos(n theta) at rescaled times against e^(-n^2 V/2), V with the loss's factor.
 * Effect: the same mean if the rescaled time were 2 el t, without the logarithm (linear), or with
 * an angle not divided by rho. */
static void fm_compare_cosine(vf_context *context, const fm_model *model, double eta, double lam,
                              double y0, const double *big, const char *const *keys, size_t count,
                              size_t runs, int linear) {
  fm_setup setup;
  const fm_marks job = fm_marks_at(eta, lam, big, count);
  fm_model_run(&setup, model, eta, lam, y0);
  double *rows = fm_rows(context, &setup, job.marks, count, runs),
         *cosine = vf_allocate(runs, sizeof *cosine);
  for (size_t j = 0; rows && j < count; j++) {
    char name[VF_TEXT_SIZE];
    for (size_t i = 0; i < runs; i++) cosine[i] = cos(rows[2 * (i * count + j)]);
    const vf_moments got = vf_moments_of(cosine, runs);
    const double law =
        keys ? -2.0 * log(vf_expected(context, keys[j])) : fm_model_variance(model, y0, big[j]);
    const double variance = law * fm_loss_factors(model, eta, lam, y0, job.marks[j]).angle;
    const double wrong = linear
                             ? fm_model_variance(model, y0, 2.0 * eta * lam * (double)job.marks[j])
                             : law * model->across * model->across;
    vf_text(name, "E cos theta, eta=%g lam=%g D=%u T=%g (%zu runs)", eta, lam, (unsigned)model->dim,
            big[j], runs);
    vf_monte_carlo(context, name, got.mean, got.standard_error, exp(-variance / 2.0),
                   exp(-law / 2.0) - exp(-wrong / 2.0),
                   linear ? "effect: rescaled time 2 el t" : "effect: an angle not divided by rho");
  }
  if (rows) fm_scatter_series(context, eta, lam, big, job.marks, rows, count);
  free(rows);
  free(cosine);
}

/* Figure 2 across runs: E cos theta at T = 1. */
static void fm6_ensemble_cosine(vf_context *context) {
  static const char *const keys[] = {"fm6.cos-law.rho2-0.64.y04-0.81.tau-1"};
  const double one = 1.0;
  fm_model model, other;
  fm_model_set(&model, 10, 0.3, 0.6, 0.8);
  fm_compare_cosine(context, &model, 1e-2, 0.05, 0.81, &one, keys, 1, 500, 1);
  fm_model_set(&other, 3, sqrt(0.405), 0.6, 0.8);
  fm_compare_cosine(context, &other, 1e-2, 0.05, 0.81, &one, NULL, 1, 1000, 1);
}

/* The same up to T = 15.58, with enough runs to see rho. */
static void fm_ensemble_to_the_end(vf_context *context, size_t runs) {
  static const char *const keys[] = {
      "fm6.cos-law.rho2-0.64.y04-0.81.tau-1", "fm6.cos-law.rho2-0.64.y04-0.81.tau-4",
      "fm6.cos-law.rho2-0.64.y04-0.81.tau-8", "fm6.cos-law.rho2-0.64.y04-0.81.tau-15.58"};
  static const double big[] = {1.0, 4.0, 8.0, 15.58};
  fm_model model;
  fm_model_set(&model, 10, 0.3, 0.6, 0.8);
  fm_compare_cosine(context, &model, 1e-2, 0.05, 0.81, big, keys, 4, runs, 0);
}

static void fm6_ensemble_late(vf_context *context) { fm_ensemble_to_the_end(context, 4000); }

static void fm6_ensemble_deep(vf_context *context) { fm_ensemble_to_the_end(context, 40000); }

/* The paper's own: 60 models at each lr, whose angles scatter by V(T). */
static void fm6_figure(vf_context *context) {
  static const double etas[] = {1e-2, 1e-3, 1e-4};
  enum { MODELS = 60 };
  for (size_t i = 0; i < VF_COUNT(etas); i++) {
    fm_model model;
    fm_setup setup;
    fm_figure_line(context, etas[i], MODELS);
    fm_model_set(&model, 10, 0.3, 0.6, 0.8);
    const fm_marks job = fm_marks_at(etas[i], 0.05, fm_figure_times, 8);
    fm_model_run(&setup, &model, etas[i], 0.05, 0.81);
    double *rows = fm_rows(context, &setup, job.marks, 8, MODELS);
    if (rows) fm_scatter_series(context, etas[i], 0.05, fm_figure_times, job.marks, rows, 8);
    free(rows);
  }
}

/* Sums along a trajectory after `burn` steps: |x|^4, and eta^2 sigma^2/((1-el)^2 |x|^4 (1-|h|^2)),
 * the variance that the next step gives to the angle (without a loss there is no circle: 1-|h|^2 is
 * left out). */
typedef struct {
  uint64_t burn;
  uint32_t dim, normal; /* number of the coordinates in h */
  double size, norm4, variance, count;
} fm_average;

static void fm_average_row(void *user, uint64_t trajectory, uint64_t step, const double *x) {
  fm_average *average = (fm_average *)user + trajectory;
  if (step < average->burn) return;
  const double r = vf_dot(x, x, average->dim);
  double h2 = 0.0;
  for (uint32_t j = 0; j < average->normal; j++) h2 += x[j] * x[j] / r;
  average->norm4 += r * r;
  average->variance += average->size / (r * r * (1.0 - h2));
  average->count += 1.0;
}

/* Relative excess of the stationary means over the limits: |x|^4 over eta c/(2 lam), the angle's
 * variance per step over 2 el/((D-1) rho^2) (in units in which T = 2 el t). Noise of fixed length,
 * so that without a loss nothing is random. 0 with an error in the report if it fails. */
static int fm_excess(vf_context *context, const fm_model *model, int loss, double el, size_t runs,
                     uint64_t steps, double excess[2]) {
  enum { RUNS_MAX = 16 };
  const double eta = el / 0.5, lam = 0.5, c = fm_model_c(model), limit = eta * c / (2.0 * lam);
  const uint64_t burn = (uint64_t)(loss ? 2.0 / el : 5.0 / el);
  const double d = (double)model->dim, rho2 = loss ? model->across * model->across : 1.0;
  fm_average averages[RUNS_MAX];
  fm_setup setup;
  fm_model_run(&setup, model, eta, lam, limit);
  if (!loss) setup.experiment.problem = fm_noise_only(SID_NOISE_SPHERE, model->dim, 0.0);
  setup.experiment.problem.noise = SID_NOISE_SPHERE;
  setup.experiment.problem.sigma = sqrt(c);
  setup.experiment.plane = NULL;
  fm_observe(&setup, SID_X, 0);
  for (size_t i = 0; i < runs; i++)
    averages[i] = (fm_average){burn,
                               model->dim,
                               loss ? model->dim - 2 : 0,
                               eta * eta * model->sigma * model->sigma / ((1.0 - el) * (1.0 - el)),
                               0.0,
                               0.0,
                               0.0};
  uint64_t *every = vf_steps(0, 1, (size_t)(burn + steps) + 1);
  const int ready = fm_ready(context, &setup, every, (size_t)(burn + steps) + 1);
  if (ready)
    vf_ensemble_visit(&setup.experiment, 0, runs, vf_jobs(context), fm_average_row, averages, NULL);
  free(every);
  double sums[3] = {0.0, 0.0, 0.0};
  for (size_t i = 0; i < runs; i++) {
    sums[0] += averages[i].norm4;
    sums[1] += averages[i].variance;
    sums[2] += averages[i].count;
  }
  excess[0] = sums[0] / sums[2] / limit - 1.0;
  excess[1] = sums[1] / sums[2] / (2.0 * el / ((d - 1.0) * rho2)) - 1.0;
  return ready;
}

/* With a loss the corrections of |x|^4 and of the angle's variance are of order sqrt(el), the
 * effective learning rate, not el as for pure noise. The orders in sqrt(el) are 1 and 2; an order
 * of 2 with a loss must be rejected, within the widest interval that vf_order() accepts. */
static void fm6_half_order(vf_context *context) {
  static const char *const what[] = {"|x|^4", "variance of the angle"};
  enum { LEVELS = 8 };
  fm_model model;
  fm_model_set(&model, 5, 0.25, 0.28, 0.96);
  for (int loss = 0; loss < 2; loss++) {
    static const char *const columns[] = {"wd*lr", "excess of |x|^4", "excess of the variance"};
    double h[LEVELS], error[2][LEVELS], series[3 * LEVELS];
    for (size_t k = 0; k < LEVELS; k++) {
      double excess[2];
      const double root = 0.12 * pow(2.0, -0.5 * (double)k);
      const uint64_t steps = loss ? (uint64_t)(2000.0 / root) : 2;
      if (!fm_excess(context, &model, loss, root * root, loss ? 8 : 1, steps, excess)) return;
      h[k] = loss ? root : root * root;
      series[3 * k] = root * root;
      for (size_t j = 0; j < 2; j++) series[3 * k + 1 + j] = error[j][k] = excess[j];
    }
    vf_series(context, loss ? "corrections with a loss" : "corrections without a loss", columns, 3,
              series, LEVELS);
    for (size_t j = 0; j < 2; j++) {
      char name[VF_TEXT_SIZE];
      vf_text(name, "correction of the %s, order in %s loss", what[j],
              loss ? "sqrt(el), with a" : "el, without a");
      const double order = vf_order(context, name, h, error[j], LEVELS, 1.0);
      vf_text(name, "correction of the %s taken as O(el), with a loss", what[j]);
      if (loss)
        vf_rejected(context, name, order, 2.0, 0.25, "the widest interval that is accepted");
    }
  }
}

static const vf_check table[] = {
    {"fm6.quadratic-variation", "fm, Figure 2",
     "the angle's spread is V(T) for every learning rate", VF_QUICK, fm6_quadratic_variation},
    {"fm6.no-collapse", "fm, Figure 2",
     "at equal eta t the spreads of different learning rates differ", VF_QUICK, fm6_no_collapse},
    {"fm6.ensemble-cosine", "fm, Figure 2", "E cos theta = e^(-V/2) across runs", VF_QUICK,
     fm6_ensemble_cosine},
    {"fm6.small-learning-rate", "fm, Figure 2", "the angle's spread is V(T) at lr 1e-4", VF_FULL,
     fm6_small_learning_rate},
    {"fm6.ensemble-late", "fm, Figure 2", "E cos theta = e^(-V/2) across runs up to T = 15.58",
     VF_FULL, fm6_ensemble_late},
    {"fm6.ensemble-deep", "fm, Figure 2", "the same with 40000 runs", VF_DEEP, fm6_ensemble_deep},
    {"fm6.sixty-models", "fm, Figure 2",
     "60 models at lr 1e-2, 1e-3 and 1e-4 up to T = 15.58: the angle's spread is V(T)", VF_DEEP,
     fm6_figure},
    {"fm6.half-order", "fm, Theorem 4.4",
     "with a loss the corrections are O(sqrt(el)), for pure noise O(el)", VF_QUICK, fm6_half_order},
};

VF_ROW(fm6, table,
       "angles on the circle of minimisers across learning rates, by quadratic variation and "
       "ensembles",
       "time measured by eta t instead of tau, a noise with another scale in lr");
