/* Cases of fixtures/laws.json and fixtures/network_laws.json: one operation, what goes in and what
 * must come out. */
#ifndef LAWS_H
#define LAWS_H

#include "common.h"

#include "formats/experiment_json.h"

#define NUMBERS_MOST 8192

/* ---- a case -------------------------------------------------------------------------------- */

typedef struct {
  const json_t *json;
  const char *id;
  vf_experiment loaded; /* around its problem, if it has one */
  const sid_problem *problem;
  sid_stream stream;
  double *work;
} law;

/* The problem inside an experiment that is of no matter. */
static inline void law_problem(law *one) {
  json_t *problem = json_object_get(one->json, "problem");
  char message[VF_MESSAGE_SIZE];
  if (!problem) return;
  json_t *experiment = json_pack("{s:s, s:O, s:{s:s}, s:{s:s, s:f}, s:{s:s, s:f}, s:i, s:i}",
                                 "schema", "sidyn-experiment-1", "problem", problem, "dynamics",
                                 "kind", "gd", "schedule", "kind", "constant", "lr", 0.1, "start",
                                 "kind", "gaussian", "scale", 1.0, "seed", 0, "steps", 0);
  assert_non_null(experiment);
  char *text = json_dumps(experiment, JSON_REAL_PRECISION(17));
  assert_non_null(text);
  if (vf_experiment_parse(text, strlen(text), "laws", &one->loaded, message))
    fail_msg("%s: %s", one->id, message);
  one->problem = &one->loaded.experiment.problem;
  one->work = allocate(8 * (size_t)one->problem->dim + sid_sharpness_workspace(one->problem, 64));
  free(text);
  json_decref(experiment);
}

static inline void law_stream(law *one) {
  const json_t *seed = json_object_get(one->json, "seed"),
               *list = json_object_get(one->json, "key");
  uint64_t key[SID_KEY_MAX] = {0};
  if (!seed) return;
  const size_t n = json_array_size(list);
  assert_true(n >= 1 && n <= SID_KEY_MAX);
  for (size_t i = 0; i < n; i++) key[i] = decimal_of(json_array_get(list, i));
  assert_int_equal(sid_stream_init(&one->stream, decimal_of(seed), key, (uint32_t)n), SID_OK);
}

/* How the operation ends: SID_OK unless the case says otherwise. */
static inline sid_status law_status(const law *one) {
  static const struct {
    const char *name;
    sid_status status;
  } names[] = {{"count", SID_E_COUNT},
               {"not_converged", SID_E_NOT_CONVERGED},
               {"nonfinite", SID_E_NONFINITE}};
  const json_t *name = json_object_get(one->json, "status");
  if (!name) return SID_OK;
  for (size_t i = 0; i < COUNT(names); i++)
    if (strcmp(names[i].name, text_of(name)) == 0) return names[i].status;
  fail_msg("%s: unknown status %s", one->id, text_of(name));
  return SID_OK;
}

/* The stream has moved as far as it should. */
static inline void law_after(law *one) {
  require_bits(sid_stream_uniform(&one->stream), real_of(field(one->json, "after")), one->id, 0);
}

static inline uint32_t law_count(const law *one, const char *group, const char *name) {
  const json_t *list = field(field(one->json, group), name);
  assert_int_equal(json_array_size(list), 1);
  return (uint32_t)json_integer_value(json_array_get(list, 0));
}

static inline size_t law_reals(const law *one, const char *group, const char *name,
                               double *values) {
  return reals_of(field(field(one->json, group), name), values, NUMBERS_MOST);
}

static inline double law_real(const law *one, const char *name) {
  double value[NUMBERS_MOST];
  assert_int_equal(law_reals(one, "reals", name, value), 1);
  return value[0];
}

/* The result of this name is these n numbers; one NaN is as good as another. */
static inline void require_result(const law *one, const char *name, const double *actual,
                                  size_t n) {
  static double expected[NUMBERS_MOST];
  assert_int_equal(law_reals(one, "results", name, expected), n);
  for (size_t i = 0; i < n; i++)
    if (actual[i] == actual[i] || expected[i] == expected[i])
      require_bits(actual[i], expected[i], one->id, i);
}

/* ---- kinds of both files ------------------------------------------------------------------- */

static inline void check_derivatives(law *one) {
  const uint32_t p = one->problem->dim;
  double x[NUMBERS_MOST], y[NUMBERS_MOST], *out = allocate(p);
  assert_true(law_reals(one, "reals", "x", x) == p && law_reals(one, "reals", "y", y) == p);
  const double loss = sid_problem_loss(one->problem, x, one->work);
  require_result(one, "loss", &loss, 1);
  sid_problem_gradient(one->problem, x, out, one->work);
  require_result(one, "gradient", out, p);
  sid_problem_hessian_vector(one->problem, x, y, out, one->work);
  require_result(one, "hessian_vector", out, p);
  const double test_loss = sid_problem_test_loss(one->problem, x, one->work);
  if (json_object_get(field(one->json, "results"), "test_loss"))
    require_result(one, "test_loss", &test_loss, 1);
  free(out);
}

static inline void check_lanczos(law *one) {
  double x[NUMBERS_MOST], residual;
  assert_int_equal(law_reals(one, "reals", "x", x), one->problem->dim);
  const double value =
      sid_sharpness_lanczos(one->problem, x, law_count(one, "integers", "k"), &residual, one->work);
  require_result(one, "value", &value, 1);
  require_result(one, "residual", &residual, 1);
}

/* ---- all cases of a file ------------------------------------------------------------------- */

/* Cases whose kind begins with `kind`; there are at least `least`. */
typedef struct {
  const char *kind;
  size_t least;
  void (*check)(law *one);
} law_kind;

enum { LAW_KINDS_MOST = 16 };

static struct {
  const char *file;
  size_t least; /* cases in it */
  json_t *document;
  size_t seen;
} laws;

static inline int laws_set_up(void **state) {
  laws.document = fixture(laws.file);
  (void)state;
  return 0;
}

static inline int laws_tear_down(void **state) {
  json_decref(laws.document);
  (void)state;
  return 0;
}

static inline void test_kind(void **state) {
  const law_kind *kind = *state;
  const json_t *cases = cases_of(laws.document, laws.least);
  size_t found = 0;
  for (size_t i = 0; i < json_array_size(cases); i++) {
    law one;
    memset(&one, 0, sizeof one);
    one.json = json_array_get(cases, i);
    one.id = text_of(field(one.json, "id"));
    if (strncmp(text_of(field(one.json, "kind")), kind->kind, strlen(kind->kind)) != 0) continue;
    law_problem(&one);
    law_stream(&one);
    kind->check(&one);
    if (one.problem) vf_experiment_free(&one.loaded);
    free(one.work);
    found++;
  }
  if (found < kind->least)
    fail_msg("%zu cases of %s, fewer than %zu", found, kind->kind, kind->least);
  laws.seen += found;
}

/* Every case belongs to a kind that is known. */
static inline void test_every_case_was_seen(void **state) {
  assert_int_equal(laws.seen, json_array_size(cases_of(laws.document, laws.least)));
  (void)state;
}

/* A test for each kind, and one that there are no others in the file of at least `least` cases. */
static inline int run_laws(const char *file, size_t least, law_kind *kinds, size_t count) {
  struct CMUnitTest tests[LAW_KINDS_MOST + 1] = {{NULL, NULL, NULL, NULL, NULL}};
  if (count > LAW_KINDS_MOST) return 1;
  for (size_t k = 0; k < count; k++)
    tests[k].name = kinds[k].kind, tests[k].test_func = test_kind,
    tests[k].initial_state = kinds + k;
  tests[count].name = "every case was seen", tests[count].test_func = test_every_case_was_seen;
  laws.file = file, laws.least = least;
  return cmocka_run_group_tests(tests, laws_set_up, laws_tear_down);
}

#endif
