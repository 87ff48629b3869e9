/* The command's random numbers as such: noise is laid bare by an experiment without gradient and
 * weight decay that starts where all coordinates but the first are 0. */
#include "conform/laws.h"

#if SID_HAVE_JANSSON

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "harness/algebra.h"

enum {
  VF_NOISES_DIM = 33, /* 32 that are looked at */
  VF_NOISES_STEPS = 4,
  VF_NOISES_ONE = (VF_NOISES_DIM - 1) * VF_NOISES_STEPS, /* numbers of a trajectory */
  VF_NOISES_MANY = 1024,                                 /* trajectories */
  VF_NOISES_QUICK = 256,
  VF_STARTS_MANY = 4096,
  VF_REPEATED = 8,
  VF_SEEDS = 3,         /* a seed, another, and the one that follows the first */
  VF_SEED_INDEX = 65536 /* of vf_law_seed(), above those of the table */
};

/* ---- pairs that are independent ------------------------------------------------------------ */

/* Numbers k of trajectory i of the first seed beside k + normals of trajectory i + trajectories of
 * that seed or another; normals are counted in the order coordinate, step. */
typedef struct {
  const char *name;
  int seed, trajectories, normals, squares;
} vf_pairing;

static const vf_pairing vf_pairings[] = {
    {"trajectories.1", 0, 1, 0, 0},
    {"trajectories.2", 0, 2, 0, 0},
    {"trajectories.4", 0, 4, 0, 0},
    {"trajectories.16", 0, 16, 0, 0},
    {"trajectories.128", 0, 128, 0, 0},
    {"sizes.1", 0, 1, 0, 1},
    {"coordinates.1", 0, 0, 1, 0},
    {"coordinates.2", 0, 0, 2, 0},
    {"coordinates.16", 0, 0, 16, 0},
    {"steps.1", 0, 0, VF_NOISES_DIM - 1, 0},
    {"steps.2", 0, 0, 2 * (VF_NOISES_DIM - 1), 0},
    {"overlap.coordinate", 0, 1, 1, 0},
    {"overlap.step", 0, 1, VF_NOISES_DIM - 1, 0},
    {"seeds.other", 1, 0, 0, 0},
    {"seeds.next", 2, 0, 0, 0},
    {"seeds.next.above", 2, 1, 0, 0},
    {"seeds.next.below", 2, -1, 0, 0},
};

enum { VF_STREAM_TESTS = 3 }; /* the two tails, and the start beside the noise */

size_t vf_law_stream_count(void) { return VF_COUNT(vf_pairings) + VF_STREAM_TESTS; }

/* Sums over pairs of numbers. */
typedef struct {
  double ab, aabb, aa, bb;
} vf_pairs;

static void vf_pair_add(vf_pairs *pairs, double a, double b) {
  pairs->ab += a * b;
  pairs->aabb += a * a * b * b;
  pairs->aa += a * a;
  pairs->bb += b * b;
}

/* The correlation; its error is that of a sum of uncorrelated terms a b. */
static void vf_pairs_record(vf_kit *kit, const vf_bars *bars, const char *id, const vf_pairs *pairs,
                            uint64_t trajectories) {
  const double size = sqrt(pairs->aa * pairs->bb);
  const vf_finding finding = {.measured = pairs->ab / size,
                              .error = sqrt(pairs->aabb) / size,
                              .faults = {{0.05, 5.0, "of correlation"}},
                              .fault_count = 1,
                              .trajectories = trajectories};
  vf_finding_record(kit, id, &finding, bars);
}

/* ---- which tests there are ----------------------------------------------------------------- */

enum { VF_STREAM_IDS = VF_COUNT(vf_pairings) + 7 };

typedef struct {
  char list[VF_STREAM_IDS][VF_TEXT_SIZE];
  size_t count;
} vf_stream_ids;

static void vf_stream_id(const vf_kit *kit, vf_stream_ids *ids, const char *part,
                         const char *name) {
  vf_text(ids->list[ids->count], "laws.%s.%s", part, name);
  ids->count += vf_kit_wants(kit, ids->list[ids->count]) != 0;
}

/* Those that --only takes, of the ensembles of noise. */
static vf_stream_ids vf_stream_ids_of_noise(const vf_kit *kit) {
  static const char *const repeats[] = {"same", "first", "part"};
  vf_stream_ids ids = {.count = 0};
  vf_stream_id(kit, &ids, "independence", "different");
  for (size_t k = 0; k < VF_COUNT(vf_pairings); k++)
    vf_stream_id(kit, &ids, "independence", vf_pairings[k].name);
  vf_stream_id(kit, &ids, "start", "point.exact");
  for (size_t k = 0; k < VF_COUNT(repeats); k++) vf_stream_id(kit, &ids, "repeat", repeats[k]);
  if (kit->quick) return ids;
  if (!vf_session_claims(kit->session)->binary32)
    vf_stream_id(kit, &ids, "normals", "noise.repeated");
  vf_stream_id(kit, &ids, "normals", "noise.tail");
  return ids;
}

/* Of Gaussian starts. */
static vf_stream_ids vf_stream_ids_of_starts(const vf_kit *kit) {
  vf_stream_ids ids = {.count = 0};
  if (kit->quick) return ids;
  vf_stream_id(kit, &ids, "independence", "start");
  if (!vf_session_claims(kit->session)->binary32)
    vf_stream_id(kit, &ids, "normals", "start.repeated");
  vf_stream_id(kit, &ids, "normals", "start.tail");
  return ids;
}

/* Whether the command claims what is to be asked; if not, each of the tests is unsupported. */
static int vf_stream_claimed(vf_kit *kit, const vf_request *request, const vf_stream_ids *ids) {
  const char *unclaimed = request->experiment.problem.dim > 0
                              ? vf_session_unclaimed(kit->session, request)
                              : "a problem that would do";
  for (size_t k = 0; unclaimed && k < ids->count; k++)
    vf_kit_record(kit, VF_LEVEL_LAWS, ids->list[k], VF_OUTCOME_UNSUPPORTED, 0.0,
                  "%s is not claimed", unclaimed);
  return !unclaimed;
}

/* ---- the ensembles of noise ---------------------------------------------------------------- */

typedef struct {
  vf_kit *kit;
  const vf_bars *bars;
  vf_arena arena;
  vf_request request;
  double *rows[VF_SEEDS], *noise[VF_SEEDS]; /* noise: VF_NOISES_ONE numbers of a trajectory */
  double x[VF_NOISES_DIM];
  size_t width;
} vf_streams;

/* A law that has no chance in it. */
static void vf_stream_certain(const vf_streams *streams, const char *id, int right,
                              const char *wrong) {
  if (!vf_kit_wants(streams->kit, id)) return;
  vf_kit_record(streams->kit, VF_LEVEL_LAWS, id, right ? VF_OUTCOME_PASS : VF_OUTCOME_FAIL, 0.0,
                right ? NULL : "%s", wrong);
}

static void vf_stream_noise(vf_streams *streams, int seed) {
  const size_t dim = VF_NOISES_DIM;
  double *noise = streams->noise[seed];
  for (uint64_t i = 0; i < streams->request.last; i++)
    for (size_t t = 0; t < VF_NOISES_STEPS; t++)
      for (size_t j = 1; j < dim; j++) {
        const double *x = streams->rows[seed] + i * streams->width + t * dim + j;
        *noise++ = x[dim] - x[0];
      }
}

/* What is asked for; without a problem that would do, a problem of no coordinates. */
static void vf_stream_begin(vf_streams *streams) {
  static const uint64_t checkpoints[VF_NOISES_STEPS + 1] = {0, 1, 2, 3, 4};
  static const int32_t observables[1] = {SID_X};
  vf_request *request = &streams->request;
  sid_experiment *experiment = &request->experiment;
  if (!vf_law_host(vf_session_claims(streams->kit->session), VF_NOISES_DIM, &streams->arena,
                   experiment))
    experiment->problem.dim = 0;
  request->what = VF_ENSEMBLE;
  request->last = streams->kit->quick ? VF_NOISES_QUICK : VF_NOISES_MANY;
  experiment->seed = vf_law_seed(streams->kit, VF_SEED_INDEX);
  experiment->steps = VF_NOISES_STEPS;
  experiment->checkpoints = checkpoints;
  experiment->checkpoint_count = VF_NOISES_STEPS + 1;
  experiment->observables = observables;
  experiment->observable_count = 1;
  streams->x[0] = 1.0;
  experiment->start = (sid_start){.kind = SID_START_POINT, .x = streams->x};
}

/* Asks for the ensembles; returns 0, or -1 where there are none: the ids have their outcome. */
static int vf_stream_ensembles(vf_streams *streams, vf_stream_ids *ids) {
  vf_request *request = &streams->request;
  const uint64_t first = request->experiment.seed;
  const uint64_t seeds[VF_SEEDS] = {first, vf_law_seed(streams->kit, VF_SEED_INDEX + 1), first + 1};
  if (!vf_stream_claimed(streams->kit, request, ids)) return -1;
  streams->width = vf_law_width(request);
  for (int s = 0; s < VF_SEEDS; s++) {
    streams->rows[s] =
        vf_arena_take(&streams->arena, request->last * streams->width, sizeof(double));
    streams->noise[s] =
        vf_arena_take(&streams->arena, request->last * VF_NOISES_ONE, sizeof(double));
    request->experiment.seed = seeds[s];
    if (vf_law_ask(streams->kit, request, ids->list, ids->count, streams->rows[s])) return -1;
    vf_stream_noise(streams, s);
  }
  request->experiment.seed = first;
  return 0;
}

static void vf_stream_pairing(const vf_streams *streams, const vf_pairing *pairing) {
  const int64_t count = (int64_t)streams->request.last, across = pairing->trajectories;
  const double *one = streams->noise[0], *other = streams->noise[pairing->seed];
  const size_t terms = VF_NOISES_ONE - (size_t)pairing->normals;
  const double all = (double)count * VF_NOISES_ONE;
  vf_pairs pairs = {0.0, 0.0, 0.0, 0.0};
  double square = 0.0;
  char id[VF_TEXT_SIZE];
  vf_text(id, "laws.independence.%s", pairing->name);
  if (!vf_kit_wants(streams->kit, id)) return;
  if (pairing->squares)
    for (int64_t k = 0; k < count * VF_NOISES_ONE; k++) square += one[k] * one[k] / all;
  for (int64_t i = across < 0 ? -across : 0; i < count && i + across < count; i++)
    for (size_t k = 0; k < terms; k++) {
      const double a = one[(size_t)i * VF_NOISES_ONE + k];
      const double b = other[(size_t)(i + across) * VF_NOISES_ONE + k + (size_t)pairing->normals];
      if (pairing->squares)
        vf_pair_add(&pairs, a * a - square, b * b - square);
      else
        vf_pair_add(&pairs, a, b);
    }
  vf_pairs_record(streams->kit, streams->bars, id, &pairs, streams->request.last);
}

/* ---- all trajectories different, the same again -------------------------------------------- */

static int vf_by_noise(const void *a, const void *b) {
  return memcmp(*(const double *const *)a, *(const double *const *)b,
                VF_NOISES_ONE * sizeof(double));
}

static void vf_stream_different(const vf_streams *streams) {
  const size_t one = streams->request.last, count = VF_SEEDS * one;
  const double **all = vf_allocate(count, sizeof *all);
  size_t equal = 0;
  char wrong[VF_TEXT_SIZE];
  for (size_t i = 0; i < count; i++) all[i] = streams->noise[i / one] + i % one * VF_NOISES_ONE;
  qsort(all, count, sizeof *all, vf_by_noise);
  for (size_t i = 1; i < count; i++) equal += vf_by_noise(all + i - 1, all + i) == 0;
  free(all);
  vf_text(wrong, "of %zu trajectories with three seeds %zu repeat the noise of another", count,
          equal);
  vf_stream_certain(streams, "laws.independence.different", equal == 0, wrong);
}

/* The point at which all of them start. */
static void vf_stream_point(const vf_streams *streams) {
  uint64_t off = 0;
  char wrong[VF_TEXT_SIZE];
  for (uint64_t i = 0; i < streams->request.last; i++)
    for (size_t j = 0; j < VF_NOISES_DIM && off == 0; j++)
      if (streams->rows[0][i * streams->width + j] != streams->x[j]) off = i + 1;
  vf_text(wrong, "trajectory %llu does not start at the point (1, 0, 0, ...)",
          (unsigned long long)off - 1);
  vf_stream_certain(streams, "laws.start.point.exact", off == 0, wrong);
}

/* Trajectories first..last-1 once more. */
static void vf_stream_repeat(vf_streams *streams, const char *name, uint64_t first, uint64_t last) {
  vf_request request = streams->request;
  const size_t width = streams->width;
  char id[1][VF_TEXT_SIZE];
  double *rows = vf_allocate_doubles((last - first) * width);
  vf_text(id[0], "laws.repeat.%s", name);
  request.first = first;
  request.last = last;
  if (vf_kit_wants(streams->kit, id[0]) && vf_law_ask(streams->kit, &request, id, 1, rows) == 0) {
    const int same =
        memcmp(rows, streams->rows[0] + first * width, (last - first) * width * sizeof *rows) == 0;
    char wrong[VF_TEXT_SIZE];
    vf_text(wrong, "trajectories [%llu, %llu) are not what they were in a larger ensemble",
            (unsigned long long)first, (unsigned long long)last);
    vf_stream_certain(streams, id[0], same, wrong);
  }
  free(rows);
}

/* ---- normals ------------------------------------------------------------------------------- */

/* The tail of normals, whose unit is known, and whether any two have the same size: of the 2^52 and
 * more that binary64 has between 0 and 1 two of some hundred thousand hardly ever agree; of the
 * 2^23 of a generator of single precision a thousand pairs do. Destroys them. */
static void vf_stream_normals(const vf_streams *streams, const char *name, uint64_t trajectories,
                              double *values, size_t count, size_t exact, double unit) {
  const double beyond = 3.5, mean = (double)count * vf_p_of_z(beyond);
  uint64_t tail = 0;
  size_t equal = 0;
  char id[VF_TEXT_SIZE], text[VF_TEXT_SIZE];
  for (size_t k = 0; k < count; k++) {
    values[k] = fabs(values[k]);
    tail += values[k] > beyond * unit;
  }
  vf_sort(values, exact);
  for (size_t k = 1; k < exact; k++) equal += values[k] == values[k - 1];
  vf_text(id, "laws.normals.%s.repeated", name);
  vf_text(text, "of %zu normals %zu have the size of another: fewer than 53 bits are random", exact,
          equal);
  if (!vf_session_claims(streams->kit->session)->binary32)
    vf_stream_certain(streams, id, equal == 0, text);
  vf_text(id, "laws.normals.%s.tail", name);
  if (!vf_kit_wants(streams->kit, id)) return;
  vf_text(text, "of the tail missing (%llu normals are beyond 3.5, where %.1f belong)",
          (unsigned long long)tail, mean);
  const double z = vf_z_of_p(vf_poisson_p(tail, mean));
  const vf_finding finding = {.measured = (double)tail < mean ? -z : z,
                              .error = 1.0,
                              .faults = {{0.9 * sqrt(mean), 90.0, text}},
                              .fault_count = 1,
                              .trajectories = trajectories};
  vf_finding_record(streams->kit, id, &finding, streams->bars);
}

/* Gaussian starts, and one step from each: its noise where no projection hides it. */
static void vf_stream_starts(vf_streams *streams, vf_stream_ids *ids) {
  static const uint64_t checkpoints[2] = {0, 1};
  vf_request request = streams->request;
  sid_experiment *experiment = &request.experiment;
  const size_t dim = VF_NOISES_DIM, count = VF_STARTS_MANY;
  const char *id = "laws.independence.start";
  double *rows = vf_allocate_doubles(2 * count * dim), *starts = vf_allocate_doubles(count * dim);
  vf_pairs pairs = {0.0, 0.0, 0.0, 0.0};
  request.last = count;
  experiment->steps = 1;
  experiment->checkpoints = checkpoints;
  experiment->checkpoint_count = 2;
  experiment->start = (sid_start){.kind = SID_START_GAUSSIAN, .size = 1.0};
  if (vf_stream_claimed(streams->kit, &request, ids) &&
      vf_law_ask(streams->kit, &request, ids->list, ids->count, rows) == 0) {
    for (size_t i = 0; i < count; i++)
      for (size_t j = 0; j < dim; j++) {
        const double *x = rows + 2 * i * dim + j;
        starts[i * dim + j] = x[0];
        vf_pair_add(&pairs, x[0], x[dim] - x[0]);
      }
    if (!vf_kit_wants(streams->kit, id)) {
    } else if (sid_problem_scale_invariant(&experiment->problem)) {
      vf_kit_record(streams->kit, VF_LEVEL_LAWS, id, VF_OUTCOME_UNSUPPORTED, 0.0,
                    "a problem whose noise is not tangential is not claimed");
    } else {
      vf_pairs_record(streams->kit, streams->bars, id, &pairs, count);
    }
    vf_stream_normals(streams, "start", count, starts, count * dim, count * dim, 1.0);
  }
  free(starts);
  free(rows);
}

/* Normals of the noise: of the first step they come without a rounding of sums. */
static void vf_stream_noises(const vf_streams *streams) {
  const size_t all = streams->request.last * VF_NOISES_ONE, dim = VF_NOISES_DIM;
  double *values = vf_allocate_doubles(all);
  const size_t first = streams->request.last * (dim - 1);
  size_t to = 0;
  for (size_t t = 0; t < VF_NOISES_STEPS; t++)
    for (uint64_t i = 0; i < streams->request.last; i++)
      for (size_t j = 0; j < dim - 1; j++)
        values[to++] = streams->noise[0][i * VF_NOISES_ONE + t * (dim - 1) + j];
  vf_stream_normals(streams, "noise", streams->request.last, values, all, first,
                    streams->request.experiment.schedule.segments->lr);
  free(values);
}

/* ---- all of it ----------------------------------------------------------------------------- */

void vf_law_streams(vf_kit *kit, const vf_bars *bars) {
  vf_streams streams = {.kit = kit, .bars = bars};
  vf_stream_ids noise = vf_stream_ids_of_noise(kit), starts = vf_stream_ids_of_starts(kit);
  vf_stream_begin(&streams);
  if (noise.count > 0 && vf_stream_ensembles(&streams, &noise) == 0) {
    vf_stream_different(&streams);
    for (size_t k = 0; k < VF_COUNT(vf_pairings); k++) vf_stream_pairing(&streams, vf_pairings + k);
    vf_stream_point(&streams);
    vf_stream_repeat(&streams, "same", 0, VF_REPEATED);
    vf_stream_repeat(&streams, "first", 0, VF_REPEATED / 2);
    vf_stream_repeat(&streams, "part", VF_REPEATED / 2, VF_REPEATED);
    if (!kit->quick) vf_stream_noises(&streams);
  }
  if (starts.count > 0) vf_stream_starts(&streams, &starts);
  vf_arena_free(&streams.arena);
}

#endif
