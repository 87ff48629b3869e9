/* Dynamics, schedule and start of an experiment. */
#include "formats/experiment_parts.h"

#if SID_HAVE_JANSSON

#include <math.h>
#include "formats/names.h"
#include "problem.h"

/* ---- dynamics ---- */

/* The coefficient of a running average. */
static double vf_required_beta(const vf_node *parent, const char *name) {
  const vf_node node = vf_required(parent, name, "a number in [0, 1)");
  if (!node.json) return 0.0;
  const double value = vf_real(&node);
  if (!(value >= 0.0 && value < 1.0)) vf_reject(&node, "%g; allowed: in [0, 1)", value);
  return value;
}

/* The parameters of the dynamics that remember: beta for all but projected_gd, and what Adam and
 * RMSprop need besides. */
static void vf_read_memory(const vf_node *node, sid_experiment *experiment) {
  sid_dynamics *dynamics = &experiment->dynamics;
  const int adam = dynamics->kind == SID_ADAM_L2 || dynamics->kind == SID_ADAMW;
  if (dynamics->kind >= SID_PROJECTED_GD && !sid_problem_scale_invariant(&experiment->problem))
    vf_reject(node, "allowed only for scale-invariant problems");
  if (dynamics->kind == SID_PROJECTED_GD) return;
  dynamics->beta = vf_required_beta(node, "beta");
  if (adam) {
    const vf_node alpha = vf_required(node, "alpha", "a finite number >= 0"),
                  eps = vf_field(node, "eps");
    dynamics->beta2 = vf_required_beta(node, "beta2");
    if (alpha.json) dynamics->alpha = vf_real_nonnegative(&alpha);
    if (eps.json) dynamics->eps = vf_real_nonnegative(&eps);
  } else if (dynamics->kind != SID_MOMENTUM) {
    const vf_node v0 = vf_required(node, "v0", "a finite number > 0");
    if (v0.json) dynamics->v0 = vf_real_positive(&v0);
  }
}

/* What the problem, a network, does not go together with. */
static void vf_check_fit(const vf_node *node, const sid_experiment *experiment) {
  const char *field, *why;
  if (!sid_problem_fits(&experiment->problem, &experiment->dynamics, &field, &why)) return;
  const vf_node place = vf_field(node, field);
  vf_reject(&place, "allowed: %s", why);
}

void vf_read_dynamics(const vf_node *root, sid_experiment *experiment) {
  static const char *const fields[] = {"kind",
                                       "kind batch",
                                       "kind l batch",
                                       "kind batch",
                                       "kind substeps batch",
                                       "kind substeps batch",
                                       "kind batch beta",
                                       "kind batch alpha beta beta2 eps",
                                       "kind batch alpha beta beta2 eps",
                                       "kind",
                                       "kind beta v0",
                                       "kind beta v0"};
  sid_dynamics *dynamics = &experiment->dynamics;
  const vf_node node = vf_required(root, "dynamics", "an object");
  if (!node.json) return;
  const int32_t index = vf_kind(&node, VF_DYNAMICS);
  if (root->reader->failed) return;
  vf_expect_fields(&node, fields[index]);
  dynamics->kind = SID_GD + index;
  dynamics->l = dynamics->substeps = dynamics->batch = 1;
  const vf_node batch = vf_field(&node, "batch");
  if (batch.json) dynamics->batch = vf_size(&batch, 1, SID_COUNT_MAX);
  if (dynamics->batch > 1 && experiment->problem.noise < SID_NOISE_SAMPLES)
    vf_reject(&batch, "%u; allowed: 1, because the noise of the problem is not samples or poisson",
              dynamics->batch);
  vf_check_fit(&node, experiment);
  if (dynamics->kind >= SID_MOMENTUM) {
    vf_read_memory(&node, experiment);
    return;
  }
  const int svag = dynamics->kind == SID_SVAG;
  if (!svag && dynamics->kind < SID_SDE) return;
  const vf_node count =
      vf_required(&node, svag ? "l" : "substeps", "an integer from 1 to 16777216");
  if (count.json) *(svag ? &dynamics->l : &dynamics->substeps) = vf_size(&count, 1, SID_COUNT_MAX);
}

/* ---- schedule ---- */

/* lr (required) and wd (optional, 0) of an object. */
static void vf_read_rates(const vf_node *node, double *lr, double *wd) {
  const vf_node rate = vf_required(node, "lr", "a finite number >= 0"),
                decay = vf_field(node, "wd");
  if (!rate.json) return;
  *lr = vf_real_nonnegative(&rate);
  *wd = decay.json ? vf_real_nonnegative(&decay) : 0.0;
  if (!node->reader->failed && !(*lr * *wd < 1.0))
    vf_reject(&rate, "lr*wd is %g; allowed: below 1", *lr * *wd);
}

static void vf_read_segments(const vf_node *node, int projected, sid_schedule *schedule) {
  const vf_node list = vf_required(node, "segments", "a list of {start, lr, wd, rescale}");
  if (!list.json) return;
  const size_t count = vf_length(&list, 1, 1 << 20, "segments");
  sid_segment *segments = vf_keep(&list, count * sizeof *segments);
  for (size_t s = 0; segments && s < count && !node->reader->failed; s++) {
    const vf_node item = vf_item(&list, s);
    vf_expect_fields(&item, "start lr wd rescale");
    const vf_node start = vf_required(&item, "start", "an integer"),
                  rescale = vf_field(&item, "rescale");
    if (node->reader->failed) return;
    segments[s].start = vf_integer(&start, 0, s == 0 ? 0 : UINT64_MAX);
    if (s > 0 && segments[s].start <= segments[s - 1].start)
      vf_reject(&start, "%llu after %llu; allowed: strictly increasing starts",
                (unsigned long long)segments[s].start, (unsigned long long)segments[s - 1].start);
    segments[s].rescale = rescale.json ? vf_real_positive(&rescale) : 1.0;
    if (segments[s].rescale != 1.0 && projected)
      vf_reject(&rescale, "allowed with this kind of dynamics: 1");
    if (s == 0 && segments[s].rescale != 1.0)
      vf_reject(&rescale, "allowed in the first segment: 1");
    vf_read_rates(&item, &segments[s].lr, &segments[s].wd);
  }
  schedule->segments = segments;
  schedule->segment_count = (uint32_t)count;
}

static void vf_read_constant(const vf_node *node, sid_schedule *schedule) {
  sid_segment *segment = vf_keep(node, sizeof *segment);
  if (!segment) return;
  *segment = (sid_segment){0, 0.0, 0.0, 1.0};
  vf_read_rates(node, &segment->lr, &segment->wd);
  schedule->segments = segment;
  schedule->segment_count = 1;
}

void vf_read_schedule(const vf_node *root, sid_experiment *experiment) {
  enum { CONSTANT, PIECEWISE, EXPONENTIAL, COSINE, TRIANGLE };
  static const char *const fields[] = {"kind lr wd", "kind segments", "kind lr factor wd",
                                       "kind lr lr_min period wd", "kind lr lr_min period wd"};
  sid_schedule *schedule = &experiment->schedule;
  const int projected = experiment->dynamics.kind >= SID_PROJECTED_GD;
  const vf_node node = vf_required(root, "schedule", "an object");
  if (!node.json) return;
  const int32_t index = vf_kind(&node, VF_SCHEDULES);
  if (root->reader->failed) return;
  vf_expect_fields(&node, fields[index]);
  schedule->kind = index <= PIECEWISE ? SID_PIECEWISE : SID_EXPONENTIAL + index - EXPONENTIAL;
  if (index == CONSTANT) vf_read_constant(&node, schedule);
  if (index == PIECEWISE) vf_read_segments(&node, projected, schedule);
  if (index <= PIECEWISE) return;
  vf_read_rates(&node, &schedule->lr, &schedule->wd);
  const vf_node least = vf_field(&node, "lr_min");
  if (index == EXPONENTIAL) {
    const vf_node factor = vf_required(&node, "factor", "a finite number > 0");
    if (factor.json) schedule->factor = vf_real_positive(&factor);
    return;
  }
  if (least.json) schedule->lr_min = vf_real_nonnegative(&least);
  if (!root->reader->failed && !(schedule->lr_min * schedule->wd < 1.0))
    vf_reject(&least, "lr_min*wd; allowed: below 1");
  const vf_node period = vf_required(&node, "period", "an integer from 1 to 2^52");
  if (period.json) schedule->period = vf_integer(&period, 1, SID_STEPS_MAX / 2);
}

/* ---- start ---- */

void vf_read_start(const vf_node *root, sid_experiment *experiment) {
  static const char *const fields[] = {"kind x", "kind scale", "kind radius", "kind scale"};
  static const char *const sizes[] = {"x", "scale", "radius", "scale"};
  const vf_node node = vf_required(root, "start", "an object");
  if (!node.json) return;
  const int32_t index = vf_kind(&node, VF_STARTS);
  if (root->reader->failed) return;
  vf_expect_fields(&node, fields[index]);
  experiment->start.kind = SID_START_POINT + index;
  const vf_node size =
      vf_required(&node, sizes[index], index == 0 ? "dim numbers" : "a finite number > 0");
  if (!size.json) return;
  if (index > 0) {
    experiment->start.size = vf_real_positive(&size);
    return;
  }
  experiment->start.x = vf_vector(&size, experiment->problem.dim);
  if (root->reader->failed || !sid_problem_scale_invariant(&experiment->problem)) return;
  const double r = sid_dot(experiment->start.x, experiment->start.x, experiment->problem.dim);
  if (r == 0.0)
    vf_reject(&size,
              "norm^2 is 0 in binary64; allowed: a vector with norm^2 > 0, because the problem is "
              "scale-invariant");
  if (!isfinite(r)) vf_reject(&size, "norm^2 overflows; allowed: a vector with finite norm^2");
}

#endif
