#include "conform/probes.h"

#if SID_HAVE_JANSSON

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "conform/bound.h"
#include "conform/cases.h"
#include "conform/same.h"
#include "formats/memory.h"
#include "conform/roundings.h"
#include "harness/algebra.h"

/* ---- asking -------------------------------------------------------------------------------- */

/* What a float of either precision leaves of an answer that is not ill-conditioned, a hundred
 * roundings in the largest of its terms with room to spare: mistakes are larger by orders. */
static double vf_probe_tolerance(const vf_claims *claims) { return claims->binary32 ? 4e-3 : 1e-8; }

/* Raws at the ends and on a lattice, where generators go wrong; 23 leading bits of them where more
 * are not exact. */
static void vf_probe_raws(vf_request *request, int binary32, vf_arena *arena, uint64_t index) {
  static const uint64_t ends[] = {0, UINT64_MAX, (uint64_t)1 << 63, (uint64_t)1 << 41,
                                  (uint64_t)3 << 40};
  uint64_t *raws = vf_arena_take(arena, request->count, sizeof *raws);
  memcpy(raws, request->raws, request->count * sizeof *raws);
  raws[0] = ends[index % VF_COUNT(ends)];
  if (binary32) raws[0] &= ~(uint64_t)0 << 41;
  request->raws = raws;
}

/* Asks, and tells whether the answer is wrong. Returns 0 without an answer, or where rounding alone
 * decides; at the ends of the uniforms that is what is asked for. */
static int vf_probe_ask(vf_kit *kit, vf_probe *probe, double tolerance) {
  char message[VF_ANSWER_MESSAGE];
  double *bound = vf_arena_take(&probe->arena, vf_request_numbers(&probe->request), sizeof *bound);
  const int bounded =
      vf_bound(&probe->request, &probe->right,
               vf_session_claims(kit->session)->binary32 ? &vf_binary32 : &vf_binary64,
               &probe->arena, bound);
  if (!bounded && probe->request.what != VF_NORMALS_FROM_RAWS) return 0;
  if (vf_ask(kit->session, &probe->request, &probe->arena, &probe->theirs, message) !=
      VF_ASK_ANSWERED)
    return 0;
  probe->wrong =
      bounded
          ? !(vf_roundings(&probe->request, &probe->theirs, &probe->right, bound, message) <= 1.0)
          : !(vf_probe_distance(&probe->request, &probe->theirs, &probe->right) <= tolerance);
  return 1;
}

static void vf_probe_one(vf_kit *kit, vf_do what, int32_t problem, int32_t dynamics, uint64_t index,
                         vf_probes *probes) {
  const vf_claims *claims = vf_session_claims(kit->session);
  vf_probe *probe = probes->list + probes->count;
  memset(probe, 0, sizeof *probe);
  if (probes->count == VF_PROBES_MOST) return;
  vf_cases cases = vf_cases_of(kit->seed,
                               (uint64_t)1 << 32 | vf_case_purpose((int)what) << 16 |
                                   (uint64_t)problem << 8 | (uint64_t)dynamics,
                               index, claims->binary32, &probe->arena);
  cases.small = index % 2 == 1;
  vf_cases_claimed(&cases, claims);
  if (vf_case_request(&cases, what, problem, dynamics, &probe->request)) {
    if (what == VF_NORMALS_FROM_RAWS)
      vf_probe_raws(&probe->request, claims->binary32, &probe->arena, index);
    vf_answer_make(&probe->request, kit->jobs, &probe->arena, &probe->right);
    if (vf_probe_ask(kit, probe, probes->tolerance)) {
      probes->count++;
      return;
    }
  }
  vf_arena_free(&probe->arena);
}

vf_probes vf_probes_ask(vf_kit *kit, vf_do what) {
  const vf_claims *claims = vf_session_claims(kit->session);
  const int pointwise = vf_request_has_problem(what), steps = what == VF_STEP;
  vf_probes probes = {vf_allocate(VF_PROBES_MOST + 1, sizeof *probes.list), 0,
                      vf_probe_tolerance(claims)};
  for (uint64_t i = 0; i < (pointwise ? 4 : 40); i++)
    for (int32_t problem = 1; problem <= (pointwise ? SID_POISSON : 1); problem++)
      for (int32_t dynamics = 1; dynamics <= (steps ? SID_QUASI_RMSPROP : 1); dynamics++)
        if ((!pointwise || claims->problems >> problem & 1u) &&
            (!steps || claims->dynamics >> dynamics & 1u))
          vf_probe_one(kit, what, problem, dynamics, i, &probes);
  return probes;
}

void vf_probes_free(vf_probes *probes) {
  for (size_t i = 0; i < probes->count; i++) vf_arena_free(&probes->list[i].arena);
  free(probes->list);
}

/* ---- distances ----------------------------------------------------------------------------- */

static double vf_gap(double a, double b) {
  if (isfinite(a) && isfinite(b)) return fabs(a - b);
  return isfinite(a) || isfinite(b) ? (double)INFINITY : 0.0;
}

/* The largest difference of count numbers over the largest size, or change from `before`. */
static double vf_vector_distance(const double *a, const double *b, const double *before,
                                 size_t count) {
  double gap = 0.0, size = 0.0;
  for (size_t k = 0; k < count; k++) {
    const double from = before ? before[k] : 0.0;
    gap = fmax(gap, vf_gap(a[k], b[k]));
    if (isfinite(a[k])) size = fmax(size, fabs(a[k] - from));
    if (isfinite(b[k])) size = fmax(size, fabs(b[k] - from));
  }
  return gap == 0.0 ? 0.0 : gap / size;
}

double vf_probe_distance(const vf_request *request, const vf_answer *a, const vf_answer *b) {
  const size_t count = vf_request_numbers(request), dim = request->experiment.problem.dim;
  double worst = 0.0;
  if (a->end != b->end) return (double)INFINITY;
  if (a->end) return 0.0;
  if (request->what == VF_SCHEDULE || request->what == VF_NORMALS_FROM_RAWS) {
    for (size_t k = 0; k < count; k++)
      worst = fmax(worst, vf_vector_distance(a->values + k, b->values + k, NULL, 1));
    return worst;
  }
  if (request->what != VF_STEP) return vf_vector_distance(a->values, b->values, NULL, count);
  worst = vf_vector_distance(a->values, b->values, request->x, dim);
  if (count == dim) return worst;
  return fmax(worst, vf_vector_distance(a->values + dim, b->values + dim, NULL, count - dim));
}

/* ---- coefficients -------------------------------------------------------------------------- */

/* The coefficients of x, G and the noise in what a step adds to x; 0 where they cannot be told. */
static int vf_step_coefficients(const vf_probe *probe, const double *after, double c[3]) {
  const vf_request *request = &probe->request;
  const sid_problem *problem = &request->experiment.problem;
  const uint32_t p = problem->dim;
  const int32_t kind = request->experiment.dynamics.kind;
  if (p < 3 || !(kind == SID_SGD || kind == SID_NOISY_GD) || problem->noise == SID_NOISE_NONE)
    return 0;
  const size_t room = p + vf_mistaken_workspace(problem, &request->experiment.dynamics);
  double *work = vf_allocate(3 * (size_t)p + room, sizeof *work), *columns[3];
  const vf_rates rates = vf_rates_of(request, request->x);
  double m[12] = {0};
  for (int i = 0; i < 3; i++) columns[i] = work + (size_t)i * p;
  memcpy(columns[0], request->x, p * sizeof *work);
  sid_problem_gradient(problem, request->x, columns[1], work + 3 * (size_t)p);
  vf_mistaken_noise(&vf_no_mistake, problem, &rates, request->x, request->experiment.dynamics.batch,
                    kind == SID_NOISY_GD, request->draws, columns[2], work + 3 * (size_t)p);
  if (kind == SID_SGD && problem->noise >= SID_NOISE_SAMPLES)
    vf_add(columns[2], columns[1], p, -1.0);
  for (int i = 0; i < 3; i++) {
    for (int k = 0; k < 3; k++) m[4 * i + k] = vf_dot(columns[i], columns[k], p);
    for (uint32_t j = 0; j < p; j++) m[4 * i + 3] += columns[i][j] * (after[j] - request->x[j]);
  }
  const int solved = vf_solve(m, 3, 1) == 0;
  for (int i = 0; i < 3; i++) c[i] = m[4 * i + 3];
  free(work);
  return solved && isfinite(c[0]) && isfinite(c[1]) && isfinite(c[2]);
}

/* Powers of lr, wd and |x| in the ratio of measured to right of coefficient i: log-log least
 * squares. Returns how many probes it comes from. */
static size_t vf_ratio_powers(const vf_probes *probes, int which, double powers[4]) {
  double m[20] = {0};
  size_t used = 0;
  for (size_t i = 0; i < probes->count; i++) {
    const vf_probe *probe = probes->list + i;
    double theirs[3], right[3];
    if (!vf_step_coefficients(probe, probe->theirs.values, theirs) ||
        !vf_step_coefficients(probe, probe->right.values, right) ||
        !(theirs[which] / right[which] > 1e-6))
      continue;
    const vf_rates rates = vf_rates_of(&probe->request, probe->request.x);
    if (rates.wd == 0.0) continue;
    const double row[4] = {1.0, log(rates.lr), log(rates.wd), log(rates.norm)};
    for (int a = 0; a < 4; a++) {
      for (int b = 0; b < 4; b++) m[5 * a + b] += row[a] * row[b];
      m[5 * a + 4] += row[a] * log(theirs[which] / right[which]);
    }
    used++;
  }
  if (used < 6 || vf_solve(m, 4, 1)) return 0;
  for (int a = 0; a < 4; a++) powers[a] = m[5 * a + 4];
  for (int a = 1; a < 4; a++) /* what rounding leaves is no power */
    if (fabs(powers[a]) < 5e-3) powers[a] = 0.0;
  powers[0] = exp(powers[0]);
  return used;
}

int vf_probes_measure(const vf_probes *probes, char text[VF_ANSWER_MESSAGE]) {
  static const char *const names[3] = {"decay", "gradient", "noise"};
  size_t used = 0;
  *text = '\0';
  for (int i = 0; i < 3; i++) {
    double powers[4];
    const size_t from = vf_ratio_powers(probes, i, powers), length = strlen(text);
    if (from == 0) continue;
    used = from > used ? from : used;
    snprintf(text + length, VF_ANSWER_MESSAGE - length,
             "%s%s is %.4g lr^%.2g wd^%.2g |x|^%.2g times what is right", length ? "; " : "",
             names[i], powers[0], powers[1], powers[2], powers[3]);
  }
  return used > 0;
}

#endif
