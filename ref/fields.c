/* The check of a problem: what the table of its room says, then what its room says beyond that. */
#include "fields.h"
#include "config.h"
#include "fp.h"
#include "ranges.h"

/* ---- by the rooms -------------------------------------------------------------------------- */

#define SID_FIELDS(kind, number, name, room, ...)                                                  \
  case kind: return SID_HAS(kind) ? sid_##room##_fields : NULL;

const sid_problem_field *sid_problem_fields(int32_t kind) {
  switch (kind) {
    SID_PROBLEM_LIST(SID_FIELDS)
    default: return NULL;
  }
}

#define SID_OWN_DIM_0(kind, room)
#define SID_OWN_DIM_1(kind, room)                                                                  \
  case kind:                                                                                       \
    if (!SID_HAS(kind)) return 0;                                                                  \
    *dim = sid_##room##_dim(problem, formula);                                                     \
    return 1;
#define SID_OWN_DIM(kind, number, name, room, samples, own, test, dim, ...)                        \
  SID_OWN_DIM_##dim(kind, room)

int sid_problem_own_dim(const sid_problem *problem, uint64_t *dim, const char **formula) {
  *dim = 0;
  *formula = NULL;
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_OWN_DIM)
    default: return 0;
  }
}

#define SID_CHECK_0(kind, room)
#define SID_CHECK_1(kind, room)                                                                    \
  case kind:                                                                                       \
    return SID_HAS(kind) ? sid_##room##_check(problem, fault) : SID_OK;
#define SID_OWN_CHECK(kind, number, name, room, samples, own, test, dim, check, ...)               \
  SID_CHECK_##check(kind, room)

static sid_status sid_fields_room(const sid_problem *problem, sid_fault *fault) {
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_OWN_CHECK)
    default: return SID_OK;
  }
}

/* ---- members by their offsets -------------------------------------------------------------- */

static const void *sid_member(const sid_problem *problem, uint16_t offset) {
  return (const char *)problem + offset;
}

uint32_t sid_problem_size(const sid_problem *problem, uint16_t offset) {
  return *(const uint32_t *)sid_member(problem, offset);
}

static const double *sid_fields_reals(const sid_problem *problem, uint16_t offset) {
  return *(const double *const *)sid_member(problem, offset);
}

static const uint32_t *sid_fields_pairs(const sid_problem *problem, uint16_t offset) {
  return *(const uint32_t *const *)sid_member(problem, offset);
}

static int sid_fields_given(const sid_problem *problem, const sid_problem_field *field) {
  if (field->type == SID_FIELD_NETWORK) return problem->network != NULL;
  if (field->type == SID_FIELD_PAIRS) return sid_fields_pairs(problem, field->offset) != NULL;
  return sid_fields_reals(problem, field->offset) != NULL;
}

static int sid_fields_is_list(const sid_problem_field *field) {
  return field->type >= SID_FIELD_VECTOR;
}

/* ---- members that the kind does not use ---------------------------------------------------- */

typedef struct {
  const char *name;
  uint16_t offset;
  uint8_t type; /* a list of pairs stands for a pointer to numbers */
  int8_t status;
} sid_fields_member;

static const sid_fields_member sid_fields_members[] = {
    {"samples", SID_MEMBER(samples), SID_FIELD_SIZE, SID_E_SAMPLES},
    {"rows", SID_MEMBER(rows), SID_FIELD_SIZE, SID_E_PARAMETER},
    {"cols", SID_MEMBER(cols), SID_FIELD_SIZE, SID_E_PARAMETER},
    {"inner", SID_MEMBER(inner), SID_FIELD_SIZE, SID_E_PARAMETER},
    {"spectrum", SID_MEMBER(spectrum), SID_FIELD_VECTOR, SID_E_PARAMETER},
    {"matrix", SID_MEMBER(matrix), SID_FIELD_VECTOR, SID_E_PARAMETER},
    {"features", SID_MEMBER(features), SID_FIELD_VECTOR, SID_E_PARAMETER},
    {"labels", SID_MEMBER(labels), SID_FIELD_VECTOR, SID_E_PARAMETER},
    {"a", SID_MEMBER(a), SID_FIELD_VECTOR, SID_E_PARAMETER},
    {"b", SID_MEMBER(b), SID_FIELD_VECTOR, SID_E_PARAMETER},
    {"weights", SID_MEMBER(weights), SID_FIELD_VECTOR, SID_E_WEIGHTS},
    {"entries", SID_MEMBER(entries), SID_FIELD_PAIRS, SID_E_PARAMETER},
    {"mean", SID_MEMBER(mean), SID_FIELD_REAL, SID_E_PARAMETER},
    {"exp_minus_mean", SID_MEMBER(exp_minus_mean), SID_FIELD_REAL, SID_E_PARAMETER},
    {"network", SID_MEMBER(network), SID_FIELD_NETWORK, SID_E_PARAMETER},
};

static int sid_fields_empty(const sid_problem *problem, const sid_fields_member *member) {
  switch (member->type) {
    case SID_FIELD_SIZE: return sid_problem_size(problem, member->offset) == 0;
    case SID_FIELD_REAL: return *(const double *)sid_member(problem, member->offset) == 0.0;
    case SID_FIELD_PAIRS: return sid_fields_pairs(problem, member->offset) == NULL;
    case SID_FIELD_NETWORK: return problem->network == NULL;
    default: return sid_fields_reals(problem, member->offset) == NULL;
  }
}

/* Whether a field of the table is the member, or counts with it. */
static int sid_fields_used(const sid_problem_field *table, uint16_t offset) {
  for (; table->type != SID_FIELD_END; table++)
    if (table->offset == offset || (sid_fields_is_list(table) && table->counts[0] == offset))
      return 1;
  return 0;
}

static sid_status sid_fields_unused(const sid_problem *problem, const sid_problem_field *table,
                                    sid_fault *fault) {
  for (size_t m = 0; m < sizeof sid_fields_members / sizeof sid_fields_members[0]; m++) {
    const sid_fields_member *member = sid_fields_members + m;
    if (sid_fields_empty(problem, member) || sid_fields_used(table, member->offset)) continue;
    fault->field = member->name;
    fault->allowed = "nothing: this kind of problem has no such field";
    return member->status;
  }
  return SID_OK;
}

/* ---- sizes --------------------------------------------------------------------------------- */

uint32_t sid_problem_most_samples(const sid_problem *problem, const sid_problem_field *field) {
  if (field->type != SID_FIELD_PAIRS) return SID_SAMPLES_MAX;
  const uint64_t cells = (uint64_t)sid_problem_size(problem, field->counts[1]) *
                         sid_problem_size(problem, field->counts[2]);
  return cells < SID_SAMPLES_MAX ? (uint32_t)cells : SID_SAMPLES_MAX;
}

static sid_status sid_fields_dim(const sid_problem *problem, const sid_problem_field *table,
                                 sid_fault *fault) {
  const char *formula, *last = "dim";
  uint64_t own;
  for (; table->type != SID_FIELD_END; table++) {
    if (table->type != SID_FIELD_SIZE) continue;
    const uint32_t size = sid_problem_size(problem, table->offset);
    last = table->name;
    if (size >= 1 && size <= SID_DIM_MAX) continue;
    fault->field = last;
    fault->allowed = "an integer from 1 to 65536";
    return SID_E_DIM;
  }
  const int fixed = sid_problem_own_dim(problem, &own, &formula);
  const uint32_t least = sid_problem_scale_invariant(problem) ? 2 : 1;
  const uint32_t most = sid_problem_dim_most(problem);
  if (fixed && own > most) {
    fault->field = last;
    fault->wrong = formula, fault->value = (double)own;
    fault->allowed = "at most", fault->limit = most;
    return SID_E_DIM;
  }
  if (fixed ? problem->dim == own : problem->dim >= least && problem->dim <= SID_DIM_MAX)
    return SID_OK;
  fault->field = "dim", fault->wrong = formula;
  fault->value = formula ? (double)own : problem->dim;
  fault->allowed = formula ? "the same number" : "the dimension of this kind of problem";
  return SID_E_DIM;
}

static sid_status sid_fields_samples(const sid_problem *problem, const sid_problem_field *table,
                                     sid_fault *fault) {
  for (; table->type != SID_FIELD_END; table++) {
    if (!sid_fields_is_list(table) || table->counts[0] != SID_MEMBER(samples)) continue;
    const uint32_t most = sid_problem_most_samples(problem, table);
    if (problem->samples >= 1 && problem->samples <= most) continue;
    fault->field = table->name, fault->wrong = "the number of elements is";
    fault->value = problem->samples;
    fault->allowed = "1 to", fault->limit = most;
    return SID_E_SAMPLES;
  }
  return SID_OK;
}

/* ---- data ---------------------------------------------------------------------------------- */

static const char *const sid_fields_ranges[] = {"a finite number", "finite and >= 0",
                                                "finite and > 0", "finite and >= 0"};

static int sid_fields_in_range(double value, uint8_t range) {
  if (range == SID_FINITE) return sid_is_finite(value);
  return range == SID_POSITIVE ? sid_is_positive(value) : sid_is_nonnegative(value);
}

/* rows lists of cols numbers, or, with no rows, cols numbers. */
static sid_status sid_fields_numbers(const double *values, size_t rows, size_t cols, uint8_t range,
                                     sid_fault *fault) {
  const size_t total = rows ? rows * cols : cols;
  for (size_t i = 0; i < total; i++) {
    if (sid_fields_in_range(values[i], range)) continue;
    fault->depth = rows ? 2 : 1;
    fault->at[0] = rows ? i / cols : i, fault->at[1] = i % cols;
    fault->value = values[i], fault->allowed = sid_fields_ranges[range];
    return range == SID_WEIGHTS ? SID_E_WEIGHTS : SID_E_PARAMETER;
  }
  return SID_OK;
}

static sid_status sid_fields_bounds(const uint32_t *pairs, size_t count, const uint32_t bound[2],
                                    sid_fault *fault) {
  for (size_t i = 0; i < 2 * count; i++) {
    if (pairs[i] < bound[i % 2]) continue;
    fault->depth = 2, fault->at[0] = i / 2, fault->at[1] = i % 2;
    fault->value = pairs[i];
    fault->allowed = "an integer below", fault->limit = bound[i % 2];
    return SID_E_PARAMETER;
  }
  return SID_OK;
}

static sid_status sid_fields_data(const sid_problem *problem, const sid_problem_field *field,
                                  sid_fault *fault) {
  const uint32_t rows = sid_problem_size(problem, field->counts[0]);
  fault->field = field->name;
  if (field->type == SID_FIELD_SIZE) return SID_OK;
  if (field->type == SID_FIELD_REAL) {
    const double value = *(const double *)sid_member(problem, field->offset);
    fault->value = value, fault->allowed = sid_fields_ranges[field->range];
    return sid_fields_in_range(value, field->range) ? SID_OK : SID_E_PARAMETER;
  }
  if (!sid_fields_given(problem, field)) {
    fault->wrong = "missing", fault->allowed = field->text;
    return field->need == SID_REQUIRED ? SID_E_NULL : SID_OK;
  }
  if (field->type == SID_FIELD_NETWORK) return SID_OK;
  if (field->type == SID_FIELD_PAIRS) {
    const uint32_t bound[2] = {sid_problem_size(problem, field->counts[1]),
                               sid_problem_size(problem, field->counts[2])};
    return sid_fields_bounds(sid_fields_pairs(problem, field->offset), rows, bound, fault);
  }
  const double *values = sid_fields_reals(problem, field->offset);
  if (field->type == SID_FIELD_VECTOR)
    return sid_fields_numbers(values, 0, rows, field->range, fault);
  return sid_fields_numbers(values, rows, sid_problem_size(problem, field->counts[1]), field->range,
                            fault);
}

/* Exactly one of the arrays marked so, if there are any. */
static sid_status sid_fields_one_of(const sid_problem *problem, const sid_problem_field *table,
                                    sid_fault *fault) {
  int marked = 0, given = 0;
  for (; table->type != SID_FIELD_END; table++) {
    if (table->need != SID_ONE_OF) continue;
    if (!marked++) fault->field = table->name;
    given += sid_fields_given(problem, table);
  }
  fault->allowed = "exactly one of two fields";
  if (!marked || given == 1) return SID_OK;
  return given ? SID_E_PARAMETER : SID_E_NULL;
}

/* ---- noise --------------------------------------------------------------------------------- */

static sid_status sid_fields_noise(const sid_problem *problem, sid_fault *fault) {
  const int32_t kind = problem->noise;
  fault->field = "noise.kind";
  fault->allowed = "a kind of noise that fits the problem";
  if (kind < SID_NOISE_NONE || kind > SID_NOISE_EPOCHS) return SID_E_KIND;
  if (!(sid_problem_traits_of(problem)->noises & SID_NOISE_BIT(kind))) return SID_E_NOISE;
  const int drawn = (SID_NOISES_DRAWN & SID_NOISE_BIT(kind)) != 0;
  if (!problem->scale) {
    fault->field = "noise.sigma";
    fault->value = problem->sigma, fault->allowed = sid_fields_ranges[SID_NONNEGATIVE];
    return !drawn || sid_is_nonnegative(problem->sigma) ? SID_OK : SID_E_PARAMETER;
  }
  fault->field = "noise.scale", fault->allowed = "nothing with this kind of noise";
  if (!drawn || kind == SID_NOISE_SPHERE) return SID_E_NOISE;
  return sid_fields_numbers(problem->scale, 0, problem->dim, SID_NONNEGATIVE, fault);
}

/* ---- all of it ----------------------------------------------------------------------------- */

/* A step leaves its findings in *fault where they count; the next one begins with a new one. */
static void sid_fault_clear(sid_fault *fault) {
  static const sid_fault none = {SID_OK, NULL, 0, {0, 0}, NULL, NULL, 0.0, 0.0};
  *fault = none;
  fault->value = fault->limit = sid_double_of(0x7ff8000000000000u);
}

sid_status sid_problem_check_sizes(const sid_problem *problem, sid_fault *fault) {
  const sid_problem_field *table = sid_problem_fields(problem->kind);
  sid_fault_clear(fault);
  return table ? sid_fields_dim(problem, table, fault) : SID_E_KIND;
}

static sid_status sid_fields_all(const sid_problem *problem, const sid_problem_field *table,
                                 sid_fault *fault) {
  sid_status status = sid_fields_dim(problem, table, fault);
  if (!status) status = sid_fields_unused(problem, table, fault);
  if (!status) status = sid_fields_samples(problem, table, fault);
  if (!status) status = sid_fields_one_of(problem, table, fault);
  for (; !status && table->type != SID_FIELD_END; table++) {
    sid_fault_clear(fault);
    status = sid_fields_data(problem, table, fault);
  }
  if (status) return status;
  sid_fault_clear(fault);
  status = sid_fields_room(problem, fault);
  if (status) return status;
  sid_fault_clear(fault);
  return sid_fields_noise(problem, fault);
}

sid_status sid_problem_check(const sid_problem *problem, sid_fault *fault) {
  sid_fault_clear(fault);
  fault->field = "kind", fault->allowed = "a kind of problem that is built in";
  const sid_problem_field *table = sid_problem_fields(problem->kind);
  fault->status = table ? sid_fields_all(problem, table, fault) : SID_E_KIND;
  return fault->status;
}
