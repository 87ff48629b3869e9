/* What all levels of `sidyn conform` share: the command under test, the outcomes so far, and what
 * is to be judged. */
#ifndef VF_KIT_H
#define VF_KIT_H

#include "conform/session.h"
#include "harness/text.h"

typedef enum { VF_LEVEL_BITS, VF_LEVEL_NUMBERS, VF_LEVEL_LAWS, VF_LEVEL_COUNT } vf_level;

typedef enum {
  VF_OUTCOME_PASS,
  VF_OUTCOME_FAIL,
  VF_OUTCOME_INCONCLUSIVE, /* counts as failed */
  VF_OUTCOME_UNSUPPORTED   /* not claimed, so not judged */
} vf_outcome_kind;

/* One case. Its id is LEVEL.WHAT.…; LEVEL.WHAT is a line of the table. */
typedef struct {
  char *id, *message; /* message: what is wrong, not claimed, or by a law measured; or NULL */
  vf_level level;
  vf_outcome_kind kind;
  double distance; /* how far off: bits: ulp; numbers: in units of what rounding explains; laws:
                      standard errors */
} vf_outcome;

/* Whether an answer is right, as a level sees it. Else 0, with the difference in words and how far
 * off it is. */
typedef int (*vf_agree_fn)(const vf_request *request, const vf_answer *theirs,
                           const vf_answer *ours, char difference[VF_ANSWER_MESSAGE],
                           double *distance);

/* A request whose answer was wrong, kept to look closer. */
typedef struct {
  char *id; /* NULL: none so far */
  vf_request request;
  vf_arena arena;
  vf_agree_fn agree;
} vf_suspect;

typedef struct {
  vf_session *session;
  uint64_t seed;
  int jobs, quick;  /* quick: the selection of a run without --level */
  const char *only; /* a pattern of ids, or NULL */
  vf_outcome *outcomes;
  size_t count, capacity;
  vf_suspect run, step; /* the first of its sort that was wrong */
  char **remarks; /* lines below the table: the first wrong step, what the mistake is, horizons */
  size_t remark_count;
} vf_kit;

/* Whether --only takes an id. */
int vf_kit_wants(const vf_kit *kit, const char *id);

/* Adds an outcome; the message is formatted, NULL is none. Shows progress on a terminal. */
void vf_kit_record(vf_kit *kit, vf_level level, const char *id, vf_outcome_kind kind,
                   double distance, const char *format, ...) VF_PRINTF(6, 7);

/* Adds a line below the table, once. */
void vf_kit_remark(vf_kit *kit, const char *format, ...) VF_PRINTF(2, 3);

/* Asks, and records an outcome where there is no answer to judge. Returns whether there is one. */
int vf_kit_ask(vf_kit *kit, vf_level level, const char *id, const vf_request *request,
               vf_arena *arena, vf_answer *answer);

/* Keeps a request that was answered wrongly, if it is the first such run or step: the arena, which
 * holds all that it points to, is then empty. */
void vf_kit_keep(vf_kit *kit, const char *id, const vf_request *request, vf_arena *arena,
                 vf_agree_fn agree);

/* Asks, compares with the reference's answer and records; what is wrong is kept. */
void vf_kit_judge(vf_kit *kit, vf_level level, const char *id, const vf_request *request,
                  vf_arena *arena, vf_agree_fn agree);

/* A copy of a text that may be the command's: what is not printable ASCII becomes \xNN. */
char *vf_kit_ascii(const char *text);

/* Failed cases so far. */
size_t vf_kit_failed(const vf_kit *kit);

void vf_kit_free(vf_kit *kit);

/* ---- the levels, each in a file of its own ---- */

void vf_level_bits(vf_kit *kit);
void vf_level_numbers(vf_kit *kit);
void vf_level_laws(vf_kit *kit);

/* ---- what is wrong ---- */

/* Looks for the first wrong step of the run that was kept, and for the first wrong part of that
 * step or of the step that was kept. Adds remarks. */
void vf_first_wrong(vf_kit *kit);

/* Where something failed, looks for the mistake: by requests, and where these are right or not
 * claimed by ensembles. Adds remarks; vf_diagnose_ensembles() returns whether something is wrong.
 */
void vf_diagnose(vf_kit *kit);
int vf_diagnose_ensembles(vf_kit *kit);

#endif
