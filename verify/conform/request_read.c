#include "conform/request_read.h"

#if SID_HAVE_JANSSON

#include <math.h>
#include <string.h>
#include "conform/draws.h"
#include "formats/experiment_parts.h"
#include "formats/names.h"
#include "problem.h"

/* Numbers that one request may ask for. */
enum { VF_ASKED_MOST = 1 << 24 };

vf_do vf_request_named(const char *name) {
  const int32_t what = vf_word_index(vf_request_words, name, strlen(name));
  return what < 0 ? VF_REQUEST_COUNT : (vf_do)what;
}

static const double *vf_read_list_of(const vf_node *root, const char *name, size_t count) {
  const vf_node list = vf_required(root, name, "a list of numbers");
  return list.json ? vf_vector(&list, count) : NULL;
}

/* Memory for the numbers of draws, which a batch may ask too many of. */
static double *vf_keep_draws(const vf_node *node, size_t draws, size_t size) {
  if (size > 0 && draws > VF_ASKED_MOST / size)
    vf_reject(node, "%zu draws of %zu numbers; allowed: at most 2^24 numbers", draws, size);
  return vf_keep(node, draws * size * sizeof(double));
}

static uint64_t vf_read_word(const vf_node *root, const char *name) {
  const vf_node word = vf_required(root, name, "a string of decimal digits");
  return word.json ? vf_integer(&word, 0, UINT64_MAX) : 0;
}

static uint64_t *vf_read_words(const vf_node *list, size_t count) {
  uint64_t *words = vf_keep(list, count * sizeof *words);
  for (size_t i = 0; words && i < count; i++) {
    const vf_node word = vf_item(list, i);
    words[i] = vf_integer(&word, 0, UINT64_MAX);
  }
  return words;
}

static void vf_read_stream(const vf_node *root, vf_request *request) {
  const vf_node key = vf_required(root, "key", "a list of at most 3 strings of digits");
  const vf_node count = vf_required(root, "count", "an integer");
  request->seed = vf_read_word(root, "seed");
  if (root->reader->failed) return;
  request->key_len = (uint32_t)vf_length(&key, 0, SID_KEY_MAX, "words");
  const uint64_t *words = vf_read_words(&key, request->key_len);
  if (words) memcpy(request->key, words, request->key_len * sizeof *words);
  request->count = (size_t)vf_integer(&count, 0, VF_ASKED_MOST);
}

static void vf_read_terms(const vf_node *root, vf_request *request) {
  const vf_node a = vf_required(root, "a", "a list of numbers");
  if (!a.json) return;
  request->count = vf_length(&a, 0, VF_ASKED_MOST, "numbers");
  request->x = vf_vector(&a, request->count);
  if (request->what == VF_DOT) request->v = vf_read_list_of(root, "b", request->count);
}

/* One draw, as conform/draws.h has it; order: that of an epoch, each index below its place. */
static void vf_read_draw(const vf_node *list, const sid_problem *problem, int gaussian, int order,
                         double *draw, size_t size) {
  const int32_t kind = gaussian ? SID_NOISE_GAUSSIAN : problem->noise;
  const double *numbers = vf_vector(list, size);
  for (size_t i = 0; numbers && i < size && !list->reader->failed; i++) {
    const vf_node item = vf_item(list, i);
    const double most = kind == SID_NOISE_POISSON ? 0x1p32 - 1.0
                        : order                   ? (double)(size - i)
                                                  : problem->samples - 1.0;
    draw[i] = numbers[i];
    if (kind == SID_NOISE_RADEMACHER && fabs(draw[i]) != 1.0)
      vf_reject(&item, "%g; allowed: 1 or -1", draw[i]);
    if (kind >= SID_NOISE_SAMPLES &&
        !(draw[i] >= 0.0 && draw[i] <= most && draw[i] == floor(draw[i])))
      vf_reject(&item, "%g; allowed: an integer from 0 to %.0f", draw[i], most);
  }
}

static void vf_read_noise_request(const vf_node *root, vf_request *request) {
  const sid_problem *problem = &request->experiment.problem;
  const vf_node gaussian = vf_required(root, "gaussian", "true or false");
  const vf_node batch = vf_required(root, "batch", "an integer");
  const vf_node draw = vf_required(root, "draw", "a list of numbers");
  if (root->reader->failed) return;
  if (!json_is_boolean(gaussian.json)) vf_reject(&gaussian, "allowed: true or false");
  request->gaussian = json_is_true(gaussian.json);
  if (request->gaussian && !vf_has_gaussian(problem))
    vf_reject(&gaussian, "allowed: false, because the noise is epochs or the norm bn");
  const int many = problem->noise >= SID_NOISE_SAMPLES && !request->gaussian;
  request->batch = vf_size(&batch, 1, many ? SID_COUNT_MAX : 1);
  if (root->reader->failed) return;
  const size_t size = vf_draw_size(problem, request->batch, request->gaussian);
  double *numbers = vf_keep_draws(&draw, 1, size);
  if (numbers) vf_read_draw(&draw, problem, request->gaussian, 0, numbers, size);
  request->draws = numbers;
}

/* o, a permutation of the samples, or e, batches that have been taken. */
static void vf_read_epoch(const vf_node *part, const vf_request *request, size_t length,
                          double *to) {
  const uint32_t n = request->experiment.problem.samples;
  if (length == 0) {
    *to = (double)vf_integer(part, 0, n / request->experiment.dynamics.batch);
    return;
  }
  vf_length(part, n, n, "integers");
  uint8_t *seen = vf_keep(part, n);
  for (size_t i = 0; seen && i < n && !part->reader->failed; i++) {
    const vf_node item = vf_item(part, i);
    const uint64_t sample = vf_integer(&item, 0, n - 1);
    if (seen[sample]++) vf_reject(&item, "once more; allowed: each sample once");
    to[i] = (double)sample;
  }
}

static const double *vf_read_state(const vf_node *root, const vf_request *request) {
  const sid_problem *problem = &request->experiment.problem;
  const sid_dynamics *dynamics = &request->experiment.dynamics;
  const vf_node state = vf_required(root, "state", "an object");
  double *values = vf_keep(root, sid_state_doubles(problem, dynamics) * sizeof *values);
  double *to = values;
  size_t length = 0;
  const char *name;
  if (!values) return NULL;
  for (size_t k = 0; (name = vf_state_part(problem, dynamics, k, &length)) != NULL; k++) {
    const vf_node part = vf_required(&state, name, "a part of the state");
    if (root->reader->failed) return NULL;
    if (vf_state_counts(name)) {
      vf_read_epoch(&part, request, length, to);
    } else if (length > 0) {
      const double *list = vf_vector(&part, length);
      if (list) memcpy(to, list, length * sizeof *to);
    } else {
      *to = vf_real(&part);
    }
    to += length > 0 ? length : 1;
  }
  return values;
}

static void vf_read_step(const vf_node *root, vf_request *request) {
  const sid_problem *problem = &request->experiment.problem;
  vf_read_dynamics(root, &request->experiment);
  const vf_node lr = vf_required(root, "lr", "a number"), wd = vf_required(root, "wd", "a number");
  const vf_node draws = vf_required(root, "draws", "a list of draws");
  if (root->reader->failed) return;
  const sid_dynamics *dynamics = &request->experiment.dynamics;
  const size_t count = vf_step_draws(dynamics);
  const size_t size = vf_step_draw_size(problem, dynamics);
  request->lr = vf_real(&lr);
  request->wd = vf_real(&wd);
  request->x = vf_read_state(root, request);
  if (!root->reader->failed) vf_length(&draws, count, count, "draws");
  double *numbers = vf_keep_draws(&draws, count, size);
  for (size_t d = 0; numbers && d < count; d++) {
    const vf_node draw = vf_item(&draws, d);
    vf_read_draw(&draw, problem, vf_draws_gaussian(dynamics), problem->noise == SID_NOISE_EPOCHS,
                 numbers + d * size, size);
  }
  request->draws = numbers;
}

static void vf_read_trajectories(const vf_node *root, vf_request *request) {
  const vf_node experiment = vf_required(root, "experiment", "an object");
  if (experiment.json) vf_read_experiment(&experiment, &request->experiment);
  if (request->what == VF_RUN) {
    request->first = vf_read_word(root, "trajectory");
    request->last = request->first + 1;
    if (!root->reader->failed && vf_request_numbers(request) > VF_ASKED_MOST)
      vf_reject(&experiment, "%zu numbers; allowed: at most 2^24", vf_request_numbers(request));
    return;
  }
  const vf_node range = vf_required(root, "trajectories", "two strings of decimal digits, A and B");
  if (root->reader->failed) return;
  vf_length(&range, 2, 2, "numbers");
  const uint64_t *words = vf_read_words(&range, 2);
  if (root->reader->failed) return;
  request->first = words[0];
  request->last = words[1];
  const uint64_t numbers =
      sid_row_width(&request->experiment) * request->experiment.checkpoint_count;
  if (words[1] < words[0] || words[1] - words[0] > VF_ASKED_MOST / numbers)
    vf_reject(&range, "%llu to %llu; allowed: A <= B, and at most 2^24 numbers in all",
              (unsigned long long)words[0], (unsigned long long)words[1]);
}

static void vf_read_observe(const vf_node *root, vf_request *request) {
  const vf_node names = vf_required(root, "observables", "a list of names");
  sid_experiment *experiment = &request->experiment;
  if (root->reader->failed) return;
  vf_read_observables(root, experiment);
  for (uint32_t o = 0; o < experiment->observable_count && !root->reader->failed; o++) {
    const vf_node item = vf_item(&names, o);
    if (!(vf_observed >> experiment->observables[o] & 1u))
      vf_reject(&item, "allowed: what a point has without a step: norm2, loss, grad_norm2, x, "
                       "test_loss, spherical_sharpness, layer_norm2, accuracy, test_accuracy, "
                       "test_classes");
  }
}

void vf_request_read(const vf_node *root, vf_request *request) {
  if (vf_request_has_problem(request->what) && !vf_request_has_experiment(request->what))
    vf_read_problem(root, &request->experiment.problem);
  if (root->reader->failed) return;
  const uint32_t dim = request->experiment.problem.dim;
  switch (request->what) {
    case VF_DEFINE: return;
    case VF_RAW:
    case VF_UNIFORM:
    case VF_NORMALS: vf_read_stream(root, request); return;
    case VF_NORMALS_FROM_RAWS: {
      const vf_node raws = vf_required(root, "raws", "a list of strings of decimal digits");
      if (!raws.json) return;
      request->count = vf_length(&raws, 0, VF_ASKED_MOST, "raws");
      if (request->count % 2) vf_reject(&raws, "%zu raws; allowed: pairs", request->count);
      request->raws = vf_read_words(&raws, request->count);
      return;
    }
    case VF_SUM:
    case VF_DOT: vf_read_terms(root, request); return;
    case VF_SCHEDULE: {
      const vf_node k = vf_required(root, "k", "an integer");
      vf_read_schedule(root, &request->experiment);
      if (k.json) request->k = vf_integer(&k, 0, SID_STEPS_MAX);
      return;
    }
    case VF_STEP: vf_read_step(root, request); return;
    case VF_RUN:
    case VF_ENSEMBLE: vf_read_trajectories(root, request); return;
    default: break;
  }
  if (request->what == VF_SHARPNESS && !sid_problem_scale_invariant(&request->experiment.problem))
    vf_reject(root, "allowed only for scale-invariant problems");
  if (request->what == VF_NOISE_TRACE)
    vf_check_observable(root, &request->experiment.problem, SID_NOISE_TRACE);
  request->x = vf_read_list_of(root, "x", dim);
  if (request->what == VF_OBSERVE) vf_read_observe(root, request);
  if (request->what == VF_HESSIAN_VECTOR) request->v = vf_read_list_of(root, "v", dim);
  if (request->what == VF_NOISE) vf_read_noise_request(root, request);
}

#endif
