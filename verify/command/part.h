/* Parts of runs: the exact state of an ensemble of which some trajectories are done (docs/output.md
 * section 12). Parts of one experiment merge; a run goes on from its part. */
#ifndef VF_PART_H
#define VF_PART_H

#include "formats/bytes.h"
#include "formats/crc64.h"
#include "formats/memory.h"
#include "formats/number.h"
#include "formats/sha256.h"
#include "running/flight.h"
#include "running/statistics.h"

enum { VF_PART_FORMAT = 1 };

typedef enum { VF_PART_STATISTICS = 1, VF_PART_CSV, VF_PART_NPY } vf_part_kind;

/* Trajectories first .. first+count-1. */
typedef struct {
  uint64_t first, count;
} vf_range;

/* A part that was read owns its arrays, in one arena but for the statistics; one that is to be
 * written may point to those of a run. */
typedef struct {
  char hash[VF_SHA256_SIZE]; /* of the experiment's meaning, as text */
  uint32_t kind;             /* vf_part_kind */
  uint32_t format;           /* vf_format of the numbers of CSV, else 0 */
  vf_range whole;            /* what all parts together are to have */
  vf_range *done;            /* ascending, apart from each other */
  uint32_t done_count;
  uint64_t ended; /* trajectories among them that ended early */
  /* Of a sweep: the number of the point, how many there are (0 for other runs), and the swept
   * columns and their values with a comma behind each; empty texts for other runs. */
  uint32_t point, points;
  const char *swept, *values;
  /* What the columns are: dim, observables and checkpoints of an experiment, layers and test
   * samples of its network, nothing else of it; and the observables that laws are of. */
  sid_experiment shape;
  int32_t law_of[SID_MANIFOLD_ANGLE];
  uint32_t laws;
  vf_statistics *statistics; /* (width + laws)*checkpoint_count, or NULL */
  char *rows; /* name of the file with the rows, in the folder of the part, or NULL */
  uint64_t rows_from, rows_bytes; /* the part's bytes in it: where they begin, how many, */
  uint64_t rows_sum;              /* and their CRC-64 */
  vf_bytes_reader flights;        /* trajectories in flight, for vf_part_take_flight() */
  vf_arena arena;
} vf_part;

/* The hash of an experiment's meaning: of its one spelling (docs/conform.md section 1) with all
 * numbers as bits, and of the laws beside its columns. */
void vf_experiment_hash(const sid_experiment *experiment, const int32_t *law_of, size_t laws,
                        char hash[VF_SHA256_SIZE]);

/* Adds trajectories in flight to those of a part: several flights follow each other, ascending. */
void vf_part_put_flight(const vf_flight *flight, vf_bytes *bytes);

/* flights: what vf_part_put_flight() put there. */
void vf_part_write(const vf_part *part, const vf_bytes *flights, vf_bytes *bytes);

/* Reads the bytes of a part, which must live as long as it. Returns 0, or -1 with what is wrong. */
int vf_part_read(vf_part *part, const unsigned char *data, size_t count, const char **wrong);

/* Puts a flight back. Returns 0, or -1 where it does not fit the experiment. */
int vf_part_take_flight(vf_bytes_reader *reader, vf_flight *flight);

/* Statistics of a part. */
size_t vf_part_columns(const vf_part *part);

void vf_part_free(vf_part *part);

#endif
