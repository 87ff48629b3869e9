/* Experiments as JSON. libjansson reads the text; what is done here is to say precisely what is
 * wrong with it. */
#include "formats/experiment_json.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const vf_observable_names[] = {"norm2",
                                                  "loss",
                                                  "grad_norm2",
                                                  "noise_trace",
                                                  "step_angle",
                                                  "effective_lr",
                                                  "gamma",
                                                  "f",
                                                  "plane_angle",
                                                  "x",
                                                  "test_loss",
                                                  "midpoint_loss",
                                                  "midpoint_test_loss",
                                                  "spherical_sharpness",
                                                  "midpoint_sharpness",
                                                  "manifold_h",
                                                  "manifold_angle"};

const char *vf_observable_name(int32_t observable) {
  return vf_observable_names[observable - SID_NORM2];
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
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include "formats/json_line.h"
#include "formats/number.h"

/* VF_LARGE marks an integer that libjansson cannot hold: see vf_mark_large(). */
enum { VF_PATH_SIZE = 256, VF_FILE_LIMIT = 1 << 28, VF_LARGE = 1 };

/* Arrays in a chain, freed together. */
typedef struct vf_block {
  struct vf_block *next;
  double data[];
} vf_block;

typedef struct {
  const char *name, *text;
  vf_experiment *loaded;
  char *message;
  int failed; /* the first error counts */
  int marked; /* the text is the result of vf_mark_large() */
} vf_reader;

/* A value and where it stands: member `name`, or else element `index`, of a parent that outlives
 * it. json is NULL where an optional field is absent. */
typedef struct vf_node {
  vf_reader *reader;
  json_t *json;
  const struct vf_node *parent; /* NULL at the root */
  const char *name;
  size_t index;
} vf_node;

/* Where the node stands in the text; its nearest ancestor if it is absent. */
static const char *vf_place(const vf_node *node) {
  if (!node->parent) return vf_json_begin(node->reader->text);
  const char *at = vf_place(node->parent);
  return node->name ? vf_json_member(at, node->name) : vf_json_element(at, node->index);
}

/* Appends to a text of VF_PATH_SIZE bytes, as far as there is room. */
static void vf_append(char path[VF_PATH_SIZE], const char *format, ...) {
  const size_t used = strlen(path);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(path + used, VF_PATH_SIZE - used, format, arguments);
  va_end(arguments);
}

/* The path of a node such as problem.a[2][1]; names that could be misread stand in quotes. */
static void vf_path(const vf_node *node, char path[VF_PATH_SIZE]) {
  static const char *const plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  if (!node->parent) return;
  vf_path(node->parent, path);
  if (!node->name) {
    vf_append(path, "[%zu]", node->index);
    return;
  }
  const char *quote = *node->name && node->name[strspn(node->name, plain)] == '\0' ? "" : "\"";
  vf_append(path, "%s%s%.60s%s", *path ? "." : "", quote, node->name, quote);
}

static void vf_reject(const vf_node *node, const char *format, ...) {
  vf_reader *reader = node->reader;
  char path[VF_PATH_SIZE] = "";
  if (reader->failed) return;
  reader->failed = 1;
  vf_path(node, path);
  int used = snprintf(reader->message, VF_MESSAGE_SIZE, "%s:%d: %s: ", reader->name,
                      vf_json_line(reader->text, vf_place(node)), *path ? path : "experiment");
  if (used < 0 || used >= VF_MESSAGE_SIZE) return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(reader->message + used, (size_t)(VF_MESSAGE_SIZE - used), format, arguments);
  va_end(arguments);
}

static void *vf_keep(const vf_node *node, size_t bytes) {
  vf_block *block = malloc(sizeof *block + bytes);
  if (!block) {
    vf_reject(node, "out of memory");
    return NULL;
  }
  block->next = node->reader->loaded->memory;
  node->reader->loaded->memory = block;
  return block->data;
}

void vf_experiment_free(vf_experiment *loaded) {
  vf_block *block = loaded->memory;
  while (block) {
    vf_block *next = block->next;
    free(block);
    block = next;
  }
  loaded->memory = NULL;
}

static vf_node vf_field(const vf_node *parent, const char *name) {
  return (vf_node){parent->reader, json_object_get(parent->json, name), parent, name, 0};
}

static vf_node vf_item(const vf_node *parent, size_t index) {
  return (vf_node){parent->reader, json_array_get(parent->json, index), parent, NULL, index};
}

static vf_node vf_required(const vf_node *parent, const char *name, const char *allowed) {
  vf_node node = vf_field(parent, name);
  if (!node.json) vf_reject(&node, "missing; allowed: %s", allowed);
  return node;
}

/* An object whose fields are all among the names (one string, separated by spaces). */
static void vf_expect_fields(const vf_node *node, const char *names) {
  const char *key;
  json_t *value;
  if (!json_is_object(node->json)) {
    vf_reject(node, "not an object; allowed: an object with fields %s", names);
    return;
  }
  json_object_foreach(node->json, key, value) {
    const size_t length = strlen(key);
    int known = 0;
    for (const char *at = names; *at && !known; at += strcspn(at, " "), at += *at == ' ')
      known = strcspn(at, " ") == length && strncmp(at, key, length) == 0;
    const vf_node field = vf_field(node, key);
    if (!known) vf_reject(&field, "unknown field; allowed: %s", names);
  }
}

/* The digits of an integer that libjansson cannot hold, or NULL. */
static const char *vf_large(const vf_node *node) {
  const char *text = json_string_value(node->json);
  return node->reader->marked && text && *text == VF_LARGE ? text + 1 : NULL;
}

static double vf_real(const vf_node *node) {
  double value = (double)NAN;
  const char *text = json_string_value(node->json), *large = vf_large(node);
  if (json_is_number(node->json)) return json_number_value(node->json);
  if (large)
    value = strtod(large, NULL);
  else if (!text || vf_parse_bits(text, &value))
    value = (double)NAN;
  if (isfinite(value)) return value;
  vf_reject(node,
            "not a finite number; allowed: a JSON number or 16 hex digits of a finite binary64");
  return 0.0;
}

static double vf_real_nonnegative(const vf_node *node) {
  const double value = vf_real(node);
  if (!(value >= 0.0)) vf_reject(node, "%g; allowed: finite and >= 0", value);
  return value;
}

static double vf_real_positive(const vf_node *node) {
  const double value = vf_real(node);
  if (!(value > 0.0)) vf_reject(node, "%g; allowed: finite and > 0", value);
  return value;
}

static void vf_reject_integer(const vf_node *node, uint64_t least, uint64_t most) {
  vf_reject(node, "out of range or not an integer; allowed: an integer from %llu to %llu",
            (unsigned long long)least, (unsigned long long)most);
}

/* A 64-bit integer: a JSON integer or a string of digits. */
static uint64_t vf_integer(const vf_node *node, uint64_t least, uint64_t most) {
  uint64_t value = 0;
  int good = json_is_integer(node->json) && json_integer_value(node->json) >= 0;
  const char *large = vf_large(node), *text = large ? large : json_string_value(node->json);
  if (good) value = (uint64_t)json_integer_value(node->json);
  if (text) good = strlen(text) <= 20 && vf_parse_u64(text, &value) == 0;
  if (!good || value < least || value > most) vf_reject_integer(node, least, most);
  return value;
}

/* A size: a JSON integer alone. */
static uint32_t vf_size(const vf_node *node, uint32_t least, uint32_t most) {
  if (json_is_integer(node->json)) return (uint32_t)vf_integer(node, least, most);
  vf_reject_integer(node, least, most);
  return 0;
}

/* The position of a string among names (one string, separated by spaces), from 0. */
static int32_t vf_name(const vf_node *node, const char *names) {
  const char *given = json_string_value(node->json);
  int32_t index = 0;
  if (given) {
    const size_t length = strlen(given);
    for (const char *at = names; *at; at += strcspn(at, " "), at += *at == ' ', index++)
      if (strcspn(at, " ") == length && strncmp(at, given, length) == 0) return index;
  }
  vf_reject(node, "%s%.60s%s; allowed: %s", given ? "\"" : "", given ? given : "not a string",
            given ? "\"" : "", names);
  return 0;
}

/* The position of an object's kind among names. */
static int32_t vf_kind(const vf_node *node, const char *names) {
  if (!json_is_object(node->json))
    vf_reject(node, "not an object; allowed: an object of kind %s", names);
  const vf_node kind = vf_required(node, "kind", names);
  return vf_name(&kind, names);
}

static size_t vf_length(const vf_node *node, size_t least, size_t most, const char *what) {
  const size_t length = json_array_size(node->json);
  if (!json_is_array(node->json)) {
    vf_reject(node, "not a list; allowed: a list of %zu to %zu %s", least, most, what);
  } else if (length < least || length > most) {
    if (least == most)
      vf_reject(node, "%zu %s; allowed: %zu", length, what, least);
    else
      vf_reject(node, "%zu %s; allowed: %zu to %zu", length, what, least, most);
  }
  return length;
}

static void vf_fill(const vf_node *node, size_t count, double (*read)(const vf_node *),
                    double *out) {
  vf_length(node, count, count, "numbers");
  for (size_t i = 0; i < count && !node->reader->failed; i++) {
    const vf_node item = vf_item(node, i);
    out[i] = read(&item);
  }
}

static const double *vf_vector(const vf_node *node, size_t count, double (*read)(const vf_node *)) {
  if (node->reader->failed) return NULL;
  double *values = vf_keep(node, count * sizeof *values);
  if (values) vf_fill(node, count, read, values);
  return values;
}

/* rows lists of count numbers, one after the other. */
static const double *vf_table(const vf_node *node, size_t rows, size_t count) {
  if (node->reader->failed) return NULL;
  vf_length(node, rows, rows, "lists");
  double *values = node->reader->failed ? NULL : vf_keep(node, rows * count * sizeof *values);
  for (size_t i = 0; values && i < rows && !node->reader->failed; i++) {
    const vf_node row = vf_item(node, i);
    vf_fill(&row, count, vf_real, values + i * count);
  }
  return values;
}

/* ---- problem ---- */

#define VF_NOISES "none gaussian rademacher sphere samples poisson"

static void vf_read_noise(const vf_node *parent, sid_problem *problem) {
  const vf_node node = vf_field(parent, "noise");
  const int samples = problem->kind == SID_QUADRATIC_SAMPLES,
            poisson = problem->kind == SID_POISSON;
  if (!node.json) {
    problem->noise = samples ? SID_NOISE_SAMPLES : poisson ? SID_NOISE_POISSON : SID_NOISE_NONE;
    if (problem->kind == SID_NOISE_ONLY)
      vf_reject(&node, "missing; allowed: an object with kind and sigma or scale");
    return;
  }
  vf_expect_fields(&node, "kind sigma scale");
  const vf_node kind = vf_required(&node, "kind", VF_NOISES);
  problem->noise = vf_name(&kind, VF_NOISES);
  const vf_node sigma = vf_field(&node, "sigma"), scale = vf_field(&node, "scale");
  const int sized = problem->noise != SID_NOISE_NONE && problem->noise < SID_NOISE_SAMPLES;
  const int family = samples || problem->kind == SID_NORMALISED_LINEAR;
  if (problem->noise == SID_NOISE_SAMPLES && !family)
    vf_reject(&kind, "\"samples\"; allowed only for normalised_linear and quadratic_samples");
  if (samples && sized) vf_reject(&kind, "allowed for quadratic_samples: none samples");
  if (problem->noise == SID_NOISE_POISSON && !poisson)
    vf_reject(&kind, "\"poisson\"; allowed only for poisson");
  if (poisson && (sized || problem->noise == SID_NOISE_SAMPLES))
    vf_reject(&kind, "allowed for poisson: none poisson");
  if (problem->kind == SID_NOISE_ONLY && !sized)
    vf_reject(&kind, "allowed for noise_only: gaussian rademacher sphere");
  if (!sized && sigma.json) vf_reject(&sigma, "not allowed with this kind of noise");
  if ((!sized || problem->noise == SID_NOISE_SPHERE) && scale.json)
    vf_reject(&scale, "not allowed with this kind of noise");
  if (!sized) return;
  if (sigma.json && scale.json) vf_reject(&scale, "allowed: sigma or scale, not both");
  if (scale.json) {
    problem->scale = vf_vector(&scale, problem->dim, vf_real_nonnegative);
  } else {
    const vf_node needed = vf_required(&node, "sigma", "a finite number >= 0");
    if (needed.json) problem->sigma = vf_real_nonnegative(&needed);
  }
}

static void vf_read_rayleigh(const vf_node *node, sid_problem *problem) {
  const vf_node spectrum = vf_field(node, "spectrum"), matrix = vf_field(node, "matrix");
  const size_t p = problem->dim;
  if (!spectrum.json == !matrix.json)
    vf_reject(&spectrum, "allowed: exactly one of spectrum and matrix");
  if (spectrum.json) problem->spectrum = vf_vector(&spectrum, p, vf_real);
  if (!matrix.json) return;
  problem->matrix = vf_table(&matrix, p, p);
  for (size_t i = 0; i < p && !node->reader->failed; i++)
    for (size_t j = 0; j < i; j++)
      if (problem->matrix[i * p + j] != problem->matrix[j * p + i])
        vf_reject(&matrix, "not symmetric at row %zu, column %zu; allowed: a symmetric matrix", i,
                  j);
}

static void vf_read_linear(const vf_node *node, sid_problem *problem) {
  const vf_node features = vf_required(node, "features", "a list of lists of dim numbers");
  const vf_node labels =
      vf_required(node, "labels", "a list of as many numbers as there are features");
  if (node->reader->failed) return;
  problem->samples = (uint32_t)vf_length(&features, 1, SID_SAMPLES_MAX, "samples");
  problem->features = vf_table(&features, problem->samples, problem->dim);
  problem->labels = vf_vector(&labels, problem->samples, vf_real);
}

static void vf_read_samples(const vf_node *node, sid_problem *problem) {
  const vf_node a = vf_required(node, "a", "a list of lists of dim numbers");
  const vf_node b = vf_required(node, "b", "a list of lists of dim numbers");
  const vf_node weights = vf_field(node, "weights");
  if (node->reader->failed) return;
  problem->samples = (uint32_t)vf_length(&a, 1, SID_SAMPLES_MAX, "samples");
  problem->a = vf_table(&a, problem->samples, problem->dim);
  problem->b = vf_table(&b, problem->samples, problem->dim);
  if (!weights.json) return;
  problem->weights = vf_vector(&weights, problem->samples, vf_real_nonnegative);
  if (node->reader->failed) return;
  const double total = sid_sum(problem->weights, problem->samples);
  if (fabs(total - 1.0) > 0x1p-40)
    vf_reject(&weights, "the sum is %.17g; allowed: a sum within 2^-40 of 1", total);
}

/* n pairs [row, column] inside the shape, row by row and strictly increasing. */
static const uint32_t *vf_entries(const vf_node *list, const sid_problem *problem) {
  uint32_t *entries = vf_keep(list, 2 * (size_t)problem->samples * sizeof *entries);
  for (uint32_t i = 0; entries && i < problem->samples && !list->reader->failed; i++) {
    const vf_node pair = vf_item(list, i);
    uint32_t *entry = entries + 2 * (size_t)i;
    vf_length(&pair, 2, 2, "numbers");
    const vf_node row = vf_item(&pair, 0), column = vf_item(&pair, 1);
    if (list->reader->failed) return NULL;
    entry[0] = vf_size(&row, 0, problem->rows - 1);
    entry[1] = vf_size(&column, 0, problem->cols - 1);
    if (i > 0 && (entry[0] < entry[-2] || (entry[0] == entry[-2] && entry[1] <= entry[-1])))
      vf_reject(&pair, "allowed: entries row by row, strictly increasing");
  }
  return entries;
}

/* Shape, which fixes the dimension, then the data. */
static void vf_read_completion(const vf_node *node, sid_problem *problem) {
  const vf_node rows = vf_required(node, "rows", "an integer"),
                cols = vf_required(node, "cols", "an integer");
  const vf_node inner = vf_required(node, "inner", "an integer"), dim = vf_field(node, "dim");
  const vf_node entries = vf_required(node, "entries", "a list of pairs [row, column]");
  const vf_node labels =
      vf_required(node, "labels", "a list of as many numbers as there are entries");
  const vf_node matrix = vf_field(node, "matrix");
  if (node->reader->failed) return;
  problem->rows = vf_size(&rows, 1, SID_DIM_MAX);
  problem->cols = vf_size(&cols, 1, SID_DIM_MAX);
  problem->inner = vf_size(&inner, 1, SID_DIM_MAX);
  if (node->reader->failed) return;
  const uint64_t p = ((uint64_t)problem->rows + problem->cols) * problem->inner;
  if (p > SID_DIM_MAX)
    vf_reject(&inner, "(rows + cols)*inner is %llu; allowed: at most 65536", (unsigned long long)p);
  if (node->reader->failed) return;
  problem->dim = (uint32_t)p;
  if (dim.json && vf_size(&dim, 1, SID_DIM_MAX) != problem->dim)
    vf_reject(&dim, "allowed: (rows + cols)*inner, which is %u", problem->dim);
  const uint64_t cells = (uint64_t)problem->rows * problem->cols;
  problem->samples = (uint32_t)vf_length(
      &entries, 1, cells < SID_SAMPLES_MAX ? cells : SID_SAMPLES_MAX, "entries");
  if (node->reader->failed) return;
  problem->entries = vf_entries(&entries, problem);
  problem->labels = vf_vector(&labels, problem->samples, vf_real);
  if (matrix.json) problem->matrix = vf_table(&matrix, problem->rows, problem->cols);
}

static void vf_read_poisson(const vf_node *node, sid_problem *problem) {
  const vf_node mean = vf_required(node, "mean", "a number > 0, at most 500");
  const vf_node constant = vf_required(node, "exp_minus_mean", "exp(-mean)");
  if (node->reader->failed) return;
  problem->mean = vf_real_positive(&mean);
  problem->exp_minus_mean = vf_real_positive(&constant);
  if (problem->mean > 500.0) vf_reject(&mean, "%g; allowed: at most 500", problem->mean);
  const double least = 1.0 - problem->mean;
  if (problem->exp_minus_mean < least || problem->exp_minus_mean * (1.0 + problem->mean) > 1.0)
    vf_reject(&constant, "%g; allowed: exp(-mean), which is about %g", problem->exp_minus_mean,
              exp(-problem->mean));
}

/* The dimension; ratio2, trough3 and ridge3 have one of their own, which need not be given. */
static void vf_read_dim(const vf_node *node, sid_problem *problem) {
  const uint32_t least = sid_problem_scale_invariant(problem) ? 2 : 1;
  const uint32_t fixed = problem->kind == SID_RATIO2                                   ? 2
                         : problem->kind == SID_TROUGH3 || problem->kind == SID_RIDGE3 ? 3
                                                                                       : 0;
  const vf_node dim = fixed ? vf_field(node, "dim") : vf_required(node, "dim", "an integer");
  problem->dim =
      dim.json ? vf_size(&dim, fixed ? fixed : least, fixed ? fixed : SID_DIM_MAX) : fixed;
}

static void vf_read_problem(const vf_node *root, sid_problem *problem) {
  static const char *const fields[] = {"kind dim spectrum matrix noise",
                                       "kind dim features labels noise",
                                       "kind dim noise",
                                       "kind dim a b weights noise",
                                       "kind dim noise",
                                       "kind dim spectrum noise",
                                       "kind dim noise",
                                       "kind dim noise",
                                       "kind dim features labels noise",
                                       "kind dim rows cols inner entries labels matrix noise",
                                       "kind dim mean exp_minus_mean noise"};
  const char *kinds = "rayleigh normalised_linear ratio2 quadratic_samples noise_only "
                      "quadratic_noisy trough3 ridge3 "
                      "bn_regression bn_completion poisson";
  const vf_node node = vf_required(root, "problem", "an object");
  if (!node.json) return;
  const int32_t index = vf_kind(&node, kinds);
  if (root->reader->failed) return;
  vf_expect_fields(&node, fields[index]);
  problem->kind = SID_RAYLEIGH + index;
  if (problem->kind == SID_BN_COMPLETION)
    vf_read_completion(&node, problem);
  else
    vf_read_dim(&node, problem);
  if (root->reader->failed) return;
  if (problem->kind == SID_RAYLEIGH) vf_read_rayleigh(&node, problem);
  if (problem->kind == SID_NORMALISED_LINEAR || problem->kind == SID_BN_REGRESSION)
    vf_read_linear(&node, problem);
  if (problem->kind == SID_POISSON) vf_read_poisson(&node, problem);
  if (problem->kind == SID_QUADRATIC_SAMPLES) vf_read_samples(&node, problem);
  if (problem->kind == SID_QUADRATIC_NOISY) {
    const vf_node spectrum = vf_required(&node, "spectrum", "dim numbers");
    problem->spectrum = vf_vector(&spectrum, problem->dim, vf_real);
  }
  vf_read_noise(&node, problem);
}

/* ---- dynamics, schedule, start ---- */

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

static void vf_read_dynamics(const vf_node *root, sid_experiment *experiment) {
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
  const char *kinds =
      "gd sgd svag noisy_gd sde sde2 momentum adam_l2 adamw projected_gd rmsprop quasi_rmsprop";
  sid_dynamics *dynamics = &experiment->dynamics;
  const vf_node node = vf_required(root, "dynamics", "an object");
  if (!node.json) return;
  const int32_t index = vf_kind(&node, kinds);
  if (root->reader->failed) return;
  vf_expect_fields(&node, fields[index]);
  dynamics->kind = SID_GD + index;
  dynamics->l = dynamics->substeps = dynamics->batch = 1;
  const vf_node batch = vf_field(&node, "batch");
  if (batch.json) dynamics->batch = vf_size(&batch, 1, SID_COUNT_MAX);
  if (dynamics->batch > 1 && experiment->problem.noise < SID_NOISE_SAMPLES)
    vf_reject(&batch, "%u; allowed: 1, because the noise of the problem is not samples or poisson",
              dynamics->batch);
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

static void vf_read_segments(const vf_node *node, sid_schedule *schedule) {
  const vf_node list = vf_required(node, "segments", "a list of {start, lr, wd, rescale}");
  if (!list.json) return;
  const size_t count = vf_length(&list, 1, 1 << 20, "segments");
  sid_segment *segments = node->reader->failed ? NULL : vf_keep(&list, count * sizeof *segments);
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
    if (segments[s].rescale != 1.0 &&
        node->reader->loaded->experiment.dynamics.kind >= SID_PROJECTED_GD)
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

static void vf_read_schedule(const vf_node *root, sid_schedule *schedule) {
  enum { CONSTANT, PIECEWISE, EXPONENTIAL, COSINE, TRIANGLE };
  static const char *const fields[] = {"kind lr wd", "kind segments", "kind lr factor wd",
                                       "kind lr lr_min period wd", "kind lr lr_min period wd"};
  const char *kinds = "constant piecewise exponential cosine triangle";
  const vf_node node = vf_required(root, "schedule", "an object");
  if (!node.json) return;
  const int32_t index = vf_kind(&node, kinds);
  if (root->reader->failed) return;
  vf_expect_fields(&node, fields[index]);
  schedule->kind = index <= PIECEWISE ? SID_PIECEWISE : SID_EXPONENTIAL + index - EXPONENTIAL;
  if (index == CONSTANT) vf_read_constant(&node, schedule);
  if (index == PIECEWISE) vf_read_segments(&node, schedule);
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

static void vf_read_start(const vf_node *root, sid_experiment *experiment) {
  static const char *const fields[] = {"kind x", "kind scale", "kind radius", "kind scale"};
  static const char *const sizes[] = {"x", "scale", "radius", "scale"};
  const vf_node node = vf_required(root, "start", "an object");
  if (!node.json) return;
  const int32_t index = vf_kind(&node, "point gaussian sphere uniform");
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
  experiment->start.x = vf_vector(&size, experiment->problem.dim, vf_real);
  if (root->reader->failed || !sid_problem_scale_invariant(&experiment->problem)) return;
  const double r = sid_dot(experiment->start.x, experiment->start.x, experiment->problem.dim);
  if (r == 0.0)
    vf_reject(&size, "the zero vector; allowed: a vector with norm^2 > 0, because the problem is "
                     "scale-invariant");
  if (!isfinite(r)) vf_reject(&size, "norm^2 overflows; allowed: a vector with finite norm^2");
}

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
  uint64_t *steps = root->reader->failed ? NULL : vf_keep(&node, count * sizeof *steps);
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

/* Observables that look at what only some problems have. */
static void vf_check_observable(const vf_node *node, const sid_problem *problem,
                                int32_t observable) {
  const int test = observable == SID_TEST_LOSS || observable == SID_MIDPOINT_TEST_LOSS;
  const int sharp = observable == SID_SPHERICAL_SHARPNESS || observable == SID_MIDPOINT_SHARPNESS;
  if (test && (problem->kind != SID_BN_COMPLETION || !problem->matrix))
    vf_reject(node, "allowed only for bn_completion with a matrix");
  if (sharp && !sid_problem_scale_invariant(problem))
    vf_reject(node, "allowed only for scale-invariant problems");
  if (observable >= SID_MANIFOLD_H && problem->kind != SID_TROUGH3 && problem->kind != SID_RIDGE3)
    vf_reject(node, "allowed only for trough3 and ridge3");
}

static void vf_read_observables(const vf_node *root, sid_experiment *experiment) {
  static const int32_t standard[] = {SID_NORM2, SID_LOSS};
  const vf_node node = vf_field(root, "observables"), plane = vf_field(root, "plane");
  int angle = 0;
  experiment->observables = standard;
  experiment->observable_count = 2;
  if (node.json) {
    const size_t count = vf_length(&node, 1, 64, "observables");
    int32_t *observables =
        root->reader->failed ? NULL : vf_keep(&node, count * sizeof *observables);
    for (size_t o = 0; observables && o < count; o++) {
      const vf_node item = vf_item(&node, o);
      observables[o] =
          SID_NORM2 +
          vf_name(
              &item,
              "norm2 loss grad_norm2 noise_trace step_angle effective_lr gamma f plane_angle x "
              "test_loss "
              "midpoint_loss midpoint_test_loss spherical_sharpness midpoint_sharpness manifold_h "
              "manifold_angle");
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
  if (angle) experiment->plane = vf_table(&plane, 2, experiment->problem.dim);
}

static void vf_read_experiment(const vf_node *root) {
  sid_experiment *experiment = &root->reader->loaded->experiment;
  vf_expect_fields(
      root, "schema problem dynamics schedule start seed steps checkpoints observables plane");
  const vf_node schema = vf_required(root, "schema", "\"sidyn-experiment-1\"");
  vf_name(&schema, "sidyn-experiment-1");
  vf_read_problem(root, &experiment->problem);
  if (!root->reader->failed) vf_read_dynamics(root, experiment);
  if (!root->reader->failed) vf_read_schedule(root, &experiment->schedule);
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

/* The text with every integer of 19 or more digits as a string that begins with VF_LARGE:
 * libjansson refuses integers beyond 2^63-1, which a seed or a real may be. No line changes. NULL
 * without memory, or where a string holds VF_LARGE already. */
static char *vf_mark_large(const char *text) {
  static const char mark[] = "\\u0001";
  char *marked = strstr(text, mark) ? NULL : malloc(2 * strlen(text) + 1), *to = marked;
  int quoted = 0;
  while (marked && *text) {
    const size_t digits = quoted ? 0 : strspn(text + (*text == '-'), "0123456789"),
                 length = digits + (digits && *text == '-');
    if (digits >= 19 && !strchr(".eE", text[length])) {
      to += sprintf(to, "\"%s%.*s\"", mark, (int)length, text);
      text += length;
    } else if (digits) { /* with what follows, so that a fraction is not taken for an integer */
      for (size_t left = length + strspn(text + length, ".eE+-0123456789"); left; left--)
        *to++ = *text++;
    } else {
      if (*text == '"') quoted = !quoted;
      if (quoted && *text == '\\' && text[1]) *to++ = *text++;
      *to++ = *text++;
    }
  }
  if (marked) *to = '\0';
  return marked;
}

static json_t *vf_parse(const char *text, size_t length, json_error_t *error, int *marked_large) {
  json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, error);
  if (json || json_error_code(error) != json_error_numeric_overflow) return json;
  char *marked = vf_mark_large(text);
  if (marked) json = json_loads(marked, JSON_REJECT_DUPLICATES, error);
  *marked_large = json && marked;
  free(marked);
  return json;
}

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
  json_t *json = vf_parse(text, length, &error, &marked);
  if (!json) {
    snprintf(message, VF_MESSAGE_SIZE, "%s:%d: %s; allowed: one JSON object in UTF-8", name,
             error.line, error.text);
    return -1;
  }
  vf_reader reader = {name, text, loaded, message, 0, marked};
  const vf_node root = {&reader, json, NULL, NULL, 0};
  vf_read_experiment(&root);
  json_decref(json);
  if (reader.failed) vf_experiment_free(loaded);
  return reader.failed ? -1 : 0;
}

/* The whole file in memory with a zero byte behind it, or NULL with errno. */
static char *vf_read_file(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  char *text = NULL;
  size_t used = 0, capacity = 0;
  if (!file) return NULL;
  for (;;) {
    if (used + 1 >= capacity) {
      capacity = capacity ? 2 * capacity : 1 << 16;
      char *larger = realloc(text, capacity);
      errno = ENOMEM;
      if (!larger) break;
      text = larger;
    }
    errno = 0;
    const size_t got = fread(text + used, 1, capacity - used - 1, file);
    used += got;
    if (used > VF_FILE_LIMIT) {
      errno = EFBIG;
      break;
    }
    if (got == 0 && !ferror(file)) {
      fclose(file);
      text[used] = '\0';
      *length = used;
      return text;
    }
    if (got == 0) break;
  }
  const int problem = errno;
  free(text);
  fclose(file);
  errno = problem;
  return NULL;
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
