/* Problems. */
#include <math.h>
#include <string.h>
#include "json.h"
#include "reader.h"

/* Pairs of integers; their bounds are the library's to check. */
static const uint32_t *ad_pairs(ad_reader *reader, const char *parent, const char *name,
                                uint32_t count) {
  const double *values = ad_table(reader, parent, name, count, 2);
  uint32_t *pairs = values ? ad_take(reader, 2 * (uint64_t)count, sizeof *pairs) : NULL;
  for (size_t i = 0; pairs && i < 2 * (size_t)count; i++) {
    if (!(values[i] >= 0.0 && values[i] < SID_DIM_MAX) || values[i] != floor(values[i])) {
      ad_fail(reader, name, "pairs of integers below rows and cols");
      return NULL;
    }
    pairs[i] = (uint32_t)values[i];
  }
  return pairs;
}

static const double *ad_vector_or_none(ad_reader *reader, const char *parent, const char *name,
                                       uint32_t count) {
  if (ad_failed(reader) || !ad_json_member(parent, name)) return NULL;
  return ad_vector(reader, parent, name, count);
}

/* The first of the lists that have an element for each sample says how many there are. */
static uint32_t ad_samples(ad_reader *reader, const char *object) {
  static const char *const names[] = {"labels", "a"};
  for (int i = 0; i < 2 && !ad_failed(reader); i++) {
    if (!ad_json_member(object, names[i])) continue;
    const char *list = ad_list(reader, object, names[i]);
    const size_t count = list ? ad_json_length(list) : 0;
    if (count <= SID_SAMPLES_MAX) return (uint32_t)count;
    ad_fail(reader, names[i], "at most 65536 samples");
  }
  return 0;
}

static void ad_read_noise(ad_reader *reader, const char *parent, sid_problem *problem) {
  const char *noise = ad_object(reader, parent, "noise");
  if (!noise) return;
  problem->noise = ad_kind(reader, noise, "none gaussian rademacher sphere samples poisson");
  const int drawn = problem->noise >= SID_NOISE_GAUSSIAN && problem->noise <= SID_NOISE_SPHERE;
  const int scaled = drawn && !ad_failed(reader) && ad_json_member(noise, "scale");
  ad_fields(reader, noise, "noise", !drawn ? "kind" : scaled ? "kind scale" : "kind sigma", "");
  if (!drawn) return;
  if (scaled)
    problem->scale = ad_vector(reader, noise, "scale", problem->dim);
  else
    problem->sigma = ad_real(reader, noise, "sigma");
}

static int32_t ad_problem_kind(ad_reader *reader, const char *object) {
  const char *value = ad_failed(reader) ? NULL : ad_json_member(object, "kind");
  for (int32_t kind = 1; value && kind < AD_PROBLEMS_END; kind++)
    if (ad_json_is(value, sid_problem_name(kind))) return kind;
  ad_fail(reader, "kind", "the name of a problem");
  return 0;
}

/* The dimension where it need not be given. */
static uint32_t ad_own_dim(const sid_problem *problem) {
  switch (problem->kind) {
    case SID_RATIO2: return 2;
    case SID_TROUGH3:
    case SID_RIDGE3: return 3;
    default: {
      const uint64_t dim = ((uint64_t)problem->rows + problem->cols) * problem->inner;
      return dim <= SID_DIM_MAX ? (uint32_t)dim : 0;
    }
  }
}

static void ad_read_lists(ad_reader *reader, const char *object, sid_problem *problem) {
  const uint32_t p = problem->dim, n = problem->samples;
  const int completion = problem->kind == SID_BN_COMPLETION;
  problem->spectrum = ad_vector_or_none(reader, object, "spectrum", p);
  problem->matrix = ad_table(reader, object, "matrix", completion ? problem->rows : p,
                             completion ? problem->cols : p);
  problem->features = ad_table(reader, object, "features", n, p);
  problem->labels = ad_vector_or_none(reader, object, "labels", n);
  problem->a = ad_table(reader, object, "a", n, p);
  problem->b = ad_table(reader, object, "b", n, p);
  problem->weights = ad_vector_or_none(reader, object, "weights", n);
  problem->entries = ad_pairs(reader, object, "entries", n);
}

/* What a kind needs and what it must not have is the library's to check. */
void ad_read_problem(ad_reader *reader, const char *parent, sid_problem *problem) {
  char name[64];
  memset(problem, 0, sizeof *problem);
  problem->dim = 1; /* after a fault too there is a problem that does no harm */
  const char *object = ad_failed(reader) ? NULL : ad_json_member(parent, "problem");
  if (object && *object == '"')
    object = ad_json_text(object, name, sizeof name) ? NULL : reader->defined(name);
  if (!object || *object != '{') {
    ad_fail(reader, "problem", "an object or the name of one that was defined");
    return;
  }
  ad_fields(reader, object, "problem", "kind noise",
            "dim rows cols inner mean exp_minus_mean spectrum matrix features labels a b weights "
            "entries");
  problem->kind = ad_problem_kind(reader, object);
  problem->rows = ad_count_or(reader, object, "rows", SID_DIM_MAX, 0);
  problem->cols = ad_count_or(reader, object, "cols", SID_DIM_MAX, 0);
  problem->inner = ad_count_or(reader, object, "inner", SID_DIM_MAX, 0);
  problem->dim = ad_count_or(reader, object, "dim", SID_DIM_MAX, ad_own_dim(problem));
  problem->samples = ad_samples(reader, object);
  problem->mean = ad_real_or(reader, object, "mean", 0.0);
  problem->exp_minus_mean = ad_real_or(reader, object, "exp_minus_mean", 0.0);
  ad_read_lists(reader, object, problem);
  ad_read_noise(reader, object, problem);
  const sid_status status = ad_failed(reader) ? SID_OK : sid_problem_validate(problem);
  if (status) ad_fail(reader, "problem", sid_status_text(status));
}
