/* Problems as JSON: any kind, by the table of fields in its room. */
#include "formats/experiment_parts.h"

#if SID_HAVE_JANSSON

#include <math.h>
#include <stdio.h>
#include <string.h>
#include "fields.h"
#include "formats/names.h"
#include "formats/number.h"
#include "observe.h"

/* ---- the list of problems ---- */

#define VF_PROBLEM_NAME(kind, number, name, ...) " " name
#define VF_PROBLEM_KIND(kind, ...) kind,
const char *const vf_problem_words = &(SID_PROBLEM_LIST(VF_PROBLEM_NAME))[1];
static const int32_t vf_problem_kinds[] = {SID_PROBLEM_LIST(VF_PROBLEM_KIND)};
enum { VF_PROBLEMS = sizeof vf_problem_kinds / sizeof vf_problem_kinds[0] };

#define VF_TEST_NEEDS_0(room)
#define VF_TEST_NEEDS_1(room) sid_##room##_test_needs,
#define VF_TEST_NEEDS(kind, number, name, room, samples, own, test, ...) VF_TEST_NEEDS_##test(room)
static const char *const vf_test_needs[] = {SID_PROBLEM_LIST(VF_TEST_NEEDS) NULL};

/* ---- what the check of ref/ finds ---- */

/* A number of a message: as an integer where it is one, shortly unless it must be precise. */
static void vf_append_number(char text[VF_PATH_SIZE], double value, int precise) {
  char digits[VF_NUMBER_SIZE];
  if (fabs(value) < 0x1p53 && value == floor(value))
    vf_append(text, " %.0f", value);
  else if (precise)
    vf_append(text, " %s", vf_number_text(value, VF_DEC, digits));
  else
    vf_append(text, " %g", value);
}

static void vf_reject_fault(const vf_node *node, const sid_fault *fault) {
  char text[VF_PATH_SIZE] = "";
  if (fault->wrong) vf_append(text, " %s", fault->wrong);
  if (!isnan(fault->value)) vf_append_number(text, fault->value, fault->wrong != NULL);
  vf_append(text, "%s allowed: %s", *text ? ";" : "", fault->allowed);
  if (!isnan(fault->limit)) vf_append_number(text, fault->limit, fault->wrong != NULL);
  vf_reject(node, "%s", text + 1);
}

/* The fault's place: field or object.field, and so many indices. */
static void vf_reject_at(const vf_node *node, const sid_fault *fault) {
  const char *dot = strchr(fault->field, '.');
  char name[32];
  vf_node object, place[3];
  snprintf(name, sizeof name, "%.*s", dot ? (int)(dot - fault->field) : 0, fault->field);
  object = vf_field(node, name);
  place[0] = dot ? vf_field(&object, dot + 1) : vf_field(node, fault->field);
  for (uint32_t d = 0; d < fault->depth; d++) place[d + 1] = vf_item(place + d, fault->at[d]);
  vf_reject_fault(place + fault->depth, fault);
}

/* ---- sizes ---- */

static void vf_require_fields(const vf_node *node, const sid_problem_field *table) {
  char names[VF_PATH_SIZE] = "";
  const char *first = NULL;
  int given = 0;
  for (; table->type != SID_FIELD_END; table++) {
    if (table->need == SID_REQUIRED) vf_required(node, table->name, table->text);
    if (table->need != SID_ONE_OF) continue;
    if (!first) first = table->name;
    vf_append(names, "%s%s", *names ? " and " : "", table->name);
    given += json_object_get(node->json, table->name) != NULL;
  }
  if (!first || given == 1) return;
  const vf_node field = vf_field(node, first);
  vf_reject(&field, "allowed: exactly one of %s", names);
}

/* The dimension, which need not be given where it follows from the sizes. */
static void vf_read_dim(const vf_node *node, sid_problem *problem) {
  const char *formula;
  uint64_t own;
  const int fixed = sid_problem_own_dim(problem, &own, &formula);
  const vf_node dim = fixed ? vf_field(node, "dim") : vf_required(node, "dim", "an integer");
  uint32_t least = sid_problem_scale_invariant(problem) ? 2 : 1;
  uint32_t most = sid_problem_dim_most(problem);
  if (fixed && own <= most) problem->dim = (uint32_t)own;
  if (fixed && !formula) least = most = problem->dim;
  if (dim.json) problem->dim = vf_size(&dim, least, most);
}

static uint32_t *vf_size_of(sid_problem *problem, uint16_t offset) {
  return (uint32_t *)(void *)((char *)problem + offset);
}

static void vf_read_sizes(const vf_node *node, const sid_problem_field *table,
                          sid_problem *problem) {
  sid_fault fault;
  for (; table->type != SID_FIELD_END && !node->reader->failed; table++) {
    if (table->type != SID_FIELD_SIZE) continue;
    const vf_node size = vf_field(node, table->name);
    *vf_size_of(problem, table->offset) = vf_size(&size, 1, SID_DIM_MAX);
  }
  if (node->reader->failed) return;
  vf_read_dim(node, problem);
  if (!node->reader->failed && sid_problem_check_sizes(problem, &fault)) vf_reject_at(node, &fault);
}

/* ---- lists ---- */

/* n pairs of integers below the two bounds. */
static const uint32_t *vf_read_pairs(const vf_node *list, uint32_t count, uint32_t first,
                                     uint32_t second) {
  uint32_t *pairs = vf_keep(list, 2 * (size_t)count * sizeof *pairs);
  for (uint32_t i = 0; pairs && i < count && !list->reader->failed; i++) {
    const vf_node pair = vf_item(list, i);
    vf_length(&pair, 2, 2, "numbers");
    const vf_node a = vf_item(&pair, 0), b = vf_item(&pair, 1);
    if (list->reader->failed) return NULL;
    pairs[2 * (size_t)i] = vf_size(&a, 0, first - 1);
    pairs[2 * (size_t)i + 1] = vf_size(&b, 0, second - 1);
  }
  return pairs;
}

/* Puts a pointer where the field stands, which has that type. */
static void vf_read_list(const vf_node *list, const sid_problem_field *field,
                         sid_problem *problem) {
  void *to = (char *)problem + field->offset;
  uint32_t *count = vf_size_of(problem, field->counts[0]);
  if (count == &problem->samples && *count == 0) /* the first such list counts */
    *count = (uint32_t)vf_length(list, 1, sid_problem_most_samples(problem, field),
                                 field->type == SID_FIELD_PAIRS ? field->name : "samples");
  vf_length(list, *count, *count, field->type == SID_FIELD_VECTOR ? "numbers" : "lists");
  if (list->reader->failed) return;
  const uint32_t second = *vf_size_of(problem, field->counts[1]);
  if (field->type == SID_FIELD_PAIRS)
    *(const uint32_t **)to =
        vf_read_pairs(list, *count, second, *vf_size_of(problem, field->counts[2]));
  else
    *(const double **)to =
        field->type == SID_FIELD_VECTOR ? vf_vector(list, *count) : vf_matrix(list, *count, second);
}

static void vf_read_data(const vf_node *node, const sid_problem_field *table,
                         sid_problem *problem) {
  for (; table->type != SID_FIELD_END && !node->reader->failed; table++) {
    const vf_node field = vf_field(node, table->name);
    if (!field.json || table->type == SID_FIELD_SIZE) continue;
    if (table->type == SID_FIELD_REAL)
      *(double *)(void *)((char *)problem + table->offset) = vf_real(&field);
    else
      vf_read_list(&field, table, problem);
  }
}

/* ---- noise ---- */

/* The names of the set of noises. */
static void vf_append_noises(char text[VF_PATH_SIZE], uint32_t noises) {
  int length;
  const char *at;
  for (int32_t kind = SID_NOISE_NONE; (at = vf_word(VF_NOISES, kind, &length)) != NULL; kind++)
    if (noises & SID_NOISE_BIT(kind)) vf_append(text, " %.*s", length, at);
}

static void vf_read_noise_kind(const vf_node *node, sid_problem *problem) {
  const uint32_t noises = sid_problem_traits_of(problem)->noises;
  char allowed[VF_PATH_SIZE] = "";
  const vf_node kind = vf_required(node, "kind", VF_NOISES);
  problem->noise = vf_name(&kind, VF_NOISES);
  if (noises & SID_NOISE_BIT(problem->noise)) return;
  vf_append_noises(allowed, noises);
  vf_reject(&kind, "\"%s\"; allowed for %s:%s", json_string_value(kind.json),
            sid_problem_name(problem->kind), allowed);
}

static void vf_read_noise(const vf_node *parent, sid_problem *problem) {
  const sid_problem_traits *traits = sid_problem_traits_of(problem);
  const vf_node node = vf_field(parent, "noise");
  if (!node.json) {
    problem->noise = traits->standard_noise;
    if (!(traits->noises & SID_NOISE_BIT(problem->noise)))
      vf_reject(&node, "missing; allowed: an object with kind and sigma or scale");
    return;
  }
  vf_expect_fields(&node, "kind sigma scale");
  vf_read_noise_kind(&node, problem);
  const vf_node sigma = vf_field(&node, "sigma"), scale = vf_field(&node, "scale");
  const int sized = (SID_NOISES_DRAWN & SID_NOISE_BIT(problem->noise)) != 0;
  if (!sized && sigma.json) vf_reject(&sigma, "not allowed with this kind of noise");
  if ((!sized || problem->noise == SID_NOISE_SPHERE) && scale.json)
    vf_reject(&scale, "not allowed with this kind of noise");
  if (!sized) return;
  if (sigma.json && scale.json) vf_reject(&scale, "allowed: sigma or scale, not both");
  if (scale.json) {
    problem->scale = vf_vector(&scale, problem->dim);
  } else {
    const vf_node needed = vf_required(&node, "sigma", "a finite number >= 0");
    if (needed.json) problem->sigma = vf_real(&needed);
  }
}

/* ---- all of it ---- */

static void vf_expect_problem_fields(const vf_node *node, const sid_problem_field *table) {
  char names[VF_PATH_SIZE] = "kind dim";
  for (; table->type != SID_FIELD_END; table++) vf_append(names, " %s", table->name);
  vf_append(names, " noise");
  vf_expect_fields(node, names);
}

void vf_read_problem(const vf_node *root, sid_problem *problem) {
  sid_fault fault;
  const vf_node node = vf_required(root, "problem", "an object");
  if (!node.json) return;
  const int32_t index = vf_kind(&node, vf_problem_words);
  if (root->reader->failed) return;
  problem->kind = vf_problem_kinds[index];
  const sid_problem_field *table = sid_problem_fields(problem->kind);
  if (!table) {
    const vf_node kind = vf_field(&node, "kind");
    vf_reject(&kind, "unknown kind: not built in; allowed: what SID_PROBLEMS names");
    return;
  }
  if (problem->kind == SID_NETWORK) {
    vf_read_network(&node, problem);
    if (!root->reader->failed) vf_read_sizes(&node, table, problem);
  } else {
    vf_expect_problem_fields(&node, table);
    vf_require_fields(&node, table);
    vf_read_sizes(&node, table, problem);
    vf_read_data(&node, table, problem);
  }
  if (!root->reader->failed) vf_read_noise(&node, problem);
  if (!root->reader->failed && sid_problem_check(problem, &fault)) vf_reject_at(&node, &fault);
}

/* ---- observables that not every problem has ---- */

static void vf_append_manifolds(char text[VF_PATH_SIZE]) {
  for (size_t i = 0; i < VF_PROBLEMS; i++) {
    const sid_problem problem = {.kind = vf_problem_kinds[i]};
    if (sid_problem_traits_of(&problem)->manifold)
      vf_append(text, "%s%s", *text ? " and " : "", sid_problem_name(problem.kind));
  }
}

void vf_check_observable(const vf_node *node, const sid_problem *problem, int32_t observable) {
  char only[VF_PATH_SIZE] = "";
  switch (observable) {
    case SID_TEST_LOSS:
    case SID_MIDPOINT_TEST_LOSS:
      if (sid_problem_has_test(problem)) return;
      for (size_t i = 0; vf_test_needs[i]; i++)
        vf_append(only, "%s%s", i ? " and " : "", vf_test_needs[i]);
      break;
    case SID_SPHERICAL_SHARPNESS:
    case SID_MIDPOINT_SHARPNESS:
      if (sid_problem_scale_invariant(problem)) return;
      vf_append(only, "scale-invariant problems");
      break;
    case SID_MANIFOLD_H:
    case SID_MANIFOLD_ANGLE:
      if (sid_problem_traits_of(problem)->manifold) return;
      vf_append_manifolds(only);
      break;
    case SID_NOISE_TRACE:
      if (sid_observable_defined(problem, observable)) return;
      vf_append(only, "networks without bn, whose batches have no covariance");
      break;
    case SID_LAYER_NORM2:
    case SID_ACCURACY:
    case SID_TEST_ACCURACY:
    case SID_TEST_CLASSES:
      if (sid_observable_defined(problem, observable)) return;
      vf_append(only, "network%s", observable < SID_TEST_ACCURACY ? "" : " with test samples");
      break;
    default: return;
  }
  vf_reject(node, "allowed only for %s", only);
}

#endif
