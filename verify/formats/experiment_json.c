/* Experiments as JSON: what to record, and the parts put together. */
#include "formats/experiment_json.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The observables, from SID_NORM2 on. */
/* clang-format off */
#define VF_OBSERVABLES(X) \
  X("norm2") X("loss") X("grad_norm2") X("noise_trace") X("step_angle") X("effective_lr") \
  X("gamma") X("f") X("plane_angle") X("x") X("test_loss") X("midpoint_loss") \
  X("midpoint_test_loss") X("spherical_sharpness") X("midpoint_sharpness") X("manifold_h") \
  X("manifold_angle") X("layer_norm2") X("accuracy") X("test_accuracy") X("test_classes")
/* clang-format on */

#define VF_OBSERVABLE_NAME(name) name,
const char *vf_observable_name(int32_t observable) {
  static const char *const names[] = {VF_OBSERVABLES(VF_OBSERVABLE_NAME)};
  return names[observable - SID_NORM2];
}

#if !SID_HAVE_JANSSON

int vf_experiment_parse(const char *text, size_t length, const char *name, vf_experiment *loaded,
                        char message[VF_MESSAGE_SIZE]) {
  (void)text, (void)length, (void)loaded;
  snprintf(
      message, VF_MESSAGE_SIZE,
      "%s: this sidyn was built without libjansson and reads no experiments; make deps installs it",
      name);
  return -1;
}

int vf_experiment_load(const char *path, vf_experiment *loaded, char message[VF_MESSAGE_SIZE]) {
  return vf_experiment_parse(NULL, 0, path, loaded, message);
}

void vf_experiment_free(vf_experiment *loaded) { (void)loaded; }

#else

#include <errno.h>
#include "formats/experiment_parts.h"
#include "formats/json_line.h"
#include "formats/json_text.h"
#include "formats/read_file.h"

#define VF_OBSERVABLE_WORD(name) " " name
const char *const vf_observable_words = &(VF_OBSERVABLES(VF_OBSERVABLE_WORD))[1];

/* ---- what to record ---- */

/* 0, every, 2 every, ... and steps. */
static void vf_every_checkpoint(const vf_node *node, uint64_t every, sid_experiment *experiment) {
  const uint64_t regular = experiment->steps / every + 1; /* NOLINT: its readers let no 0 through */
  const uint64_t count = regular + (experiment->steps % every != 0);
  if (count > 1 << 20) {
    vf_reject(node, "gives %llu checkpoints; allowed: at most 2^20", (unsigned long long)count);
    return;
  }
  uint64_t *steps = vf_keep(node, count * sizeof *steps);
  for (uint64_t c = 0; steps && c < count; c++)
    steps[c] = c < regular ? c * every : experiment->steps;
  experiment->checkpoints = steps;
  experiment->checkpoint_count = (uint32_t)count;
}

static void vf_read_checkpoints(const vf_node *root, sid_experiment *experiment) {
  const vf_node node = vf_field(root, "checkpoints");
  if (!node.json) {
    vf_every_checkpoint(&node, experiment->steps ? experiment->steps : 1, experiment);
    return;
  }
  if (json_is_object(node.json)) {
    vf_expect_fields(&node, "every");
    const vf_node every = vf_required(&node, "every", "an integer >= 1");
    const uint64_t step = every.json ? vf_integer(&every, 1, UINT64_MAX) : 1;
    if (!root->reader->failed) vf_every_checkpoint(&every, step, experiment);
    return;
  }
  const size_t count = vf_length(&node, 1, 1 << 20, "checkpoints");
  uint64_t *steps = vf_keep(&node, count * sizeof *steps);
  for (size_t c = 0; steps && c < count && !root->reader->failed; c++) {
    const vf_node item = vf_item(&node, c);
    steps[c] = vf_integer(&item, 0, experiment->steps);
    if (c > 0 && steps[c] <= steps[c - 1])
      vf_reject(&item, "%llu after %llu; allowed: strictly increasing steps",
                (unsigned long long)steps[c], (unsigned long long)steps[c - 1]);
  }
  experiment->checkpoints = steps;
  experiment->checkpoint_count = (uint32_t)count;
}

void vf_read_observables(const vf_node *root, sid_experiment *experiment) {
  static const int32_t standard[] = {SID_NORM2, SID_LOSS};
  const vf_node node = vf_field(root, "observables"), plane = vf_field(root, "plane");
  int angle = 0;
  experiment->observables = standard;
  experiment->observable_count = 2;
  if (node.json) {
    const size_t count = vf_length(&node, 1, 64, "observables");
    int32_t *observables = vf_keep(&node, count * sizeof *observables);
    for (size_t o = 0; observables && o < count; o++) {
      const vf_node item = vf_item(&node, o);
      observables[o] = SID_NORM2 + vf_name(&item, vf_observable_words);
      vf_check_observable(&item, &experiment->problem, observables[o]);
      angle |= observables[o] == SID_PLANE_ANGLE;
    }
    experiment->observables = observables;
    experiment->observable_count = (uint32_t)count;
  }
  if (angle && !plane.json)
    vf_reject(&plane,
              "missing; allowed: two lists of dim numbers, because plane_angle is observed");
  if (!angle && plane.json) vf_reject(&plane, "allowed only with the observable plane_angle");
  if (angle) experiment->plane = vf_matrix(&plane, 2, experiment->problem.dim);
}

/* ---- the whole ---- */

void vf_read_experiment(const vf_node *root, sid_experiment *experiment) {
  vf_expect_fields(
      root, "schema problem dynamics schedule start seed steps checkpoints observables plane");
  const vf_node schema = vf_required(root, "schema", "\"sidyn-experiment-1\"");
  vf_name(&schema, "sidyn-experiment-1");
  vf_read_problem(root, &experiment->problem);
  if (!root->reader->failed) vf_read_dynamics(root, experiment);
  if (!root->reader->failed) vf_read_schedule(root, experiment);
  if (!root->reader->failed) vf_read_start(root, experiment);
  if (root->reader->failed) return;
  const vf_node seed = vf_required(root, "seed", "an integer from 0 to 2^64-1");
  const vf_node steps = vf_required(root, "steps", "an integer from 0 to 2^53");
  if (root->reader->failed) return;
  experiment->seed = vf_integer(&seed, 0, UINT64_MAX);
  experiment->steps = vf_integer(&steps, 0, SID_STEPS_MAX);
  if (!root->reader->failed) vf_read_checkpoints(root, experiment);
  if (!root->reader->failed) vf_read_observables(root, experiment);
  if (root->reader->failed) return;
  /* Whatever got past the messages above is refused here. */
  const sid_status status = sid_experiment_validate(experiment);
  if (status) vf_reject(root, "%s", sid_status_text(status));
}

void vf_experiment_free(vf_experiment *loaded) { vf_arena_free(&loaded->arena); }

int vf_experiment_parse(const char *text, size_t length, const char *name, vf_experiment *loaded,
                        char message[VF_MESSAGE_SIZE]) {
  json_error_t error;
  int marked = 0;
  memset(loaded, 0, sizeof *loaded);
  const char *zero = memchr(text, 0, length);
  if (zero) {
    snprintf(message, VF_MESSAGE_SIZE, "%s:%d: a zero byte; allowed: one JSON object in UTF-8",
             name, vf_json_line(text, zero));
    return -1;
  }
  json_t *json = vf_json_parse(text, length, &error, &marked);
  if (!json) {
    snprintf(message, VF_MESSAGE_SIZE, "%s:%d: %s; allowed: one JSON object in UTF-8", name,
             error.line, error.text);
    return -1;
  }
  vf_reader reader = {name, text, {NULL}, message, VF_MESSAGE_SIZE, 0, marked};
  const vf_node root = {&reader, json, NULL, NULL, 0};
  vf_read_experiment(&root, &loaded->experiment);
  loaded->arena = reader.arena;
  json_decref(json);
  if (reader.failed) vf_experiment_free(loaded);
  return reader.failed ? -1 : 0;
}

int vf_experiment_load(const char *path, vf_experiment *loaded, char message[VF_MESSAGE_SIZE]) {
  size_t length = 0;
  memset(loaded, 0, sizeof *loaded);
  char *text = vf_read_file(path, &length);
  if (!text) {
    snprintf(message, VF_MESSAGE_SIZE, "%s: %s; allowed: a readable JSON file of at most %d bytes",
             path, strerror(errno), VF_FILE_LIMIT);
    return -1;
  }
  const int status = vf_experiment_parse(text, length, path, loaded, message);
  free(text);
  return status;
}

#endif
