/* Row eos7, Figure 5: linear regression with batch normalisation from a random start. The loss
 * falls to rounding, th rests while |w| decays, enters the edge of stability, and follows the flow,
 *   tan psi = tan psi_0 e^-tau,
 * to the solution of least norm. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/algebra.h"
#include "harness/check.h"
#include "checks/eos/regression.h"
#include "formats/memory.h"

enum { FIGURE_ROWS = 400, FIGURE_COLUMNS = 7 };

typedef struct {
  double eta, ein;
  uint64_t steps, entry;     /* step of entry into the edge; `steps` before */
  double psi, null[EOS_DIM]; /* there */
  double sup;                /* |th - zeta| from there on */
  double fitted;             /* least loss before */
  double rows[FIGURE_ROWS * FIGURE_COLUMNS];
} eos_figure;

/* tau, psi, its law from the entry on, |P_row w|^2 over the edge's, loss, h over sqrt(ein),
 * distance of w~ from w* over |w*|. */
static void eos_figure_row(const eos_figure *figure, const eos_regression *r, const double *x,
                           double row2, uint64_t t, double law, double *row) {
  double rest[EOS_DIM], tilde[EOS_DIM], spread = 0.0, work[EOS_WORK];
  (void)eos_regression_split(r, x, rest);
  for (size_t i = 0; i < r->n; i++) {
    const double s = vf_dot(r->centred + i * r->d, x, r->d);
    spread += s * s / (double)r->n;
  }
  memcpy(tilde, x, sizeof tilde);
  vf_scale(tilde, r->d, r->gamma / sqrt(spread));
  vf_add(tilde, r->best, r->d, -1.0);
  row[0] = (double)t * figure->ein;
  row[1] = atan2(vf_norm(rest, r->d), sqrt(row2));
  row[2] = law;
  row[3] = row2 / eos_regression_edge(r, figure->eta, figure->ein);
  row[4] = sid_problem_loss(&r->problem, x, work);
  row[5] = vf_dot(x, r->top, r->d) / vf_norm(x, r->d) / sqrt(figure->ein);
  row[6] = vf_norm(tilde, r->d) / sqrt(r->best2);
}

/* At the entry: psi and the direction of P_null w, which stay what the flow starts from. */
static void eos_figure_entry(eos_figure *figure, const eos_regression *r, const double *x,
                             double row2, uint64_t t) {
  figure->entry = t;
  (void)eos_regression_split(r, x, figure->null);
  const double length = vf_norm(figure->null, r->d);
  vf_scale(figure->null, r->d, 1.0 / length);
  figure->psi = atan2(length, sqrt(row2));
}

/* GD with weight decay from x. Rows of the table at equal times. */
static void eos_figure_run(vf_context *context, eos_figure *figure, const eos_regression *r,
                           double *x) {
  double rest[EOS_DIM], zeta[EOS_DIM], work[EOS_WORK];
  size_t rows = 0;
  figure->entry = figure->steps, figure->sup = 0.0, figure->fitted = (double)INFINITY;
  for (uint64_t t = 0; t < figure->steps; t++) {
    const double row2 = eos_regression_split(r, x, rest);
    double law = (double)NAN;
    if (figure->entry == figure->steps && row2 <= eos_regression_edge(r, figure->eta, figure->ein))
      eos_figure_entry(figure, r, x, row2, t);
    if (figure->entry < figure->steps) {
      law = atan(tan(figure->psi) * exp(-(double)(t - figure->entry) * figure->ein));
      eos_zeta(r, figure->null, law, zeta);
      vf_raise(&figure->sup, eos_direction_distance(x, zeta, r->d));
    } else {
      figure->fitted = fmin(figure->fitted, sid_problem_loss(&r->problem, x, work));
    }
    if (t % (figure->steps / FIGURE_ROWS) == 0 && rows < FIGURE_ROWS)
      eos_figure_row(figure, r, x, row2, t, law, figure->rows + FIGURE_COLUMNS * rows++);
    if (!eos_regression_step(context, r, figure->eta, figure->ein / figure->eta, x)) return;
  }
}

/* Figure 5: from a random start the loss first falls to rounding; th rests at the minimiser found
 * while |w| decays; past the edge rounding noise has to grow from 1e-16 to sqrt(ein) first, which
 * takes until u = et lam1 - 2 = 4 sqrt(ein ln(sqrt(ein) 1e16)/2) and makes E = u^2/(4 ein) = 2
 * ln(sqrt(ein) 1e16) = 64 at ein = 1e-4: h^2 < 2 ein 70/(4 + g^2), so |h| < 6 sqrt(ein). Then th
 * follows the flow to w*. */
static void eos_figure_of(vf_context *context, int which, double size, double ein, double taus,
                          const char *series) {
  static const char *const columns[FIGURE_COLUMNS] = {
      "tau", "psi", "psi of the flow", "|P_row w|^2/edge", "loss", "h/sqrt(ein)", "|w~ - w*|/|w*|"};
  eos_regression *r = eos_regression_new(context, which);
  double x[EOS_DIM];
  char name[VF_TEXT_SIZE];
  if (!r) return;
  eos_figure *figure = vf_allocate(1, sizeof *figure);
  figure->eta = .1, figure->ein = ein, figure->steps = (uint64_t)llround(taus / ein);
  eos_regression_start(r, 20, size, x);
  eos_figure_run(context, figure, r, x);
  if (figure->entry == figure->steps) {
    vf_error(context, series, "the edge is not reached");
    free(r), free(figure);
    return;
  }
  vf_text(name, "least loss before the edge, %s ein=%g", r->name, ein);
  vf_at_most(context, name, figure->fitted, 1e-24, "square of rounding errors, condition included");
  vf_text(name, "sup|th - zeta|/sqrt(ein) from the entry, %s ein=%g", r->name, ein);
  vf_at_most(context, name, figure->sup / sqrt(ein), 6.0,
             "2 ln(sqrt(ein) 1e16) is the energy of a start from rounding");
  const double *last = figure->rows + (size_t)FIGURE_COLUMNS * (FIGURE_ROWS - 1);
  vf_text(name, "|w~ - w*|/|w*| before the edge, %s ein=%g", r->name, ein);
  vf_within(context, name,
            figure->rows[6 + FIGURE_COLUMNS * (figure->entry / (figure->steps / FIGURE_ROWS))],
            tan(figure->psi), 1e-9, "a minimiser: w~ - w* is |w*| tan psi of the null space");
  vf_text(name, "psi at the end, %s ein=%g", r->name, ein);
  vf_within_relative(
      context, name, last[1], last[2], 20.0 * ein,
      "P_null w decays exactly, |P_row w|^2 is the edge's to order ein as in eos7.stationary");
  vf_series(context, series, columns, FIGURE_COLUMNS, figure->rows, FIGURE_ROWS);
  vf_view(context, "tau,psi,psi of the flow;loss;|P_row w|^2/edge;h/sqrt(ein)");
  free(r), free(figure);
}

static void eos_figure5(vf_context *context) {
  eos_figure_of(context, 0, .3, 1e-3, 6.0, "n=20 d=40 ein=0.001");
  eos_figure_of(context, 1, 2.0, 3e-4, 6.0, "n=6 d=9 ein=0.0003");
}

static void eos_figure5_full(vf_context *context) {
  eos_figure_of(context, 0, .3, 1e-4, 8.0, "n=20 d=40 ein=0.0001");
  eos_figure_of(context, 0, .3, 1e-5, 8.0, "n=20 d=40 ein=0.00001");
  eos_figure_of(context, 1, 2.0, 1e-5, 8.0, "n=6 d=9 ein=0.00001");
}

/* ---- table ---- */

static const vf_check table[] = {
    {"eos7.figure-5", "eos, Figure 5, Section 5",
     "fit, rest, edge of stability, then along the flow to w*", VF_QUICK, eos_figure5},
    {"eos7.figure-5-long", "eos, Figure 5, Section 5", "the same at ein = 1e-4 and 1e-5", VF_FULL,
     eos_figure5_full},
};

VF_ROW(eos7_figure5, table, "a run from a random start through all its phases",
       "a phase that is missing: no decay, no edge, no flow");
