/* Answers to requests: the reference's own, as data and as JSON, and those of a command, read with
 * no trust (docs/conform.md). */
#ifndef VF_ANSWER_H
#define VF_ANSWER_H

#include "conform/request.h"
#include "running/ensemble.h"

enum { VF_ANSWER_MESSAGE = 512 };

/* An answer of vf_request_numbers() numbers, in the order in which its text has them. */
typedef struct {
  double *values; /* of rows: those of checkpoints that are not reached are NaN */
  uint64_t *raws; /* raw alone, in place of values */
  vf_end *ends;   /* run and ensemble */
  sid_status end; /* step: why it is refused, with the state that it began with; else SID_OK */
} vf_answer;

/* The reference's answer, in memory of the arena. */
void vf_answer_make(const vf_request *request, int jobs, vf_arena *arena, vf_answer *answer);

/* The line of an answer, without its LF. */
void vf_answer_write(vf_json_writer *json, const vf_request *request, uint64_t id,
                     const vf_answer *answer);

/* What an answer turned out to be. */
typedef enum { VF_ANSWERED, VF_UNSUPPORTED, VF_ILL_FORMED } vf_reading;

/* Reads the answer to request `id` from a line of `length` bytes. Unless VF_ANSWERED, message says
 * why: the command's own reason, or what is wrong with the line. */
vf_reading vf_answer_read(const vf_request *request, uint64_t id, const char *line, size_t length,
                          vf_arena *arena, vf_answer *answer, char message[VF_ANSWER_MESSAGE]);

/* Whether an answer is one number, `value`, and no list. */
int vf_answer_is_single(vf_do what);

/* Where number k of an answer stands: "values[3]", "state.v[2]", "rows[4][1]". */
void vf_answer_place(const vf_request *request, size_t k, char place[64]);

#endif
