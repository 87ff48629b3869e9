/* A command under test: its process, what it claims, and one request after the other
 * (docs/conform.md, sections 1, 2 and 4). Nothing that it does may hang or harm the kit. */
#ifndef VF_SESSION_H
#define VF_SESSION_H

#include "conform/answer.h"
#include "formats/output.h"

typedef struct vf_session vf_session;

/* The end of a request. */
typedef enum {
  VF_ASK_ANSWERED,
  VF_ASK_UNSUPPORTED, /* not claimed, so not asked; message says what is not */
  VF_ASK_WRONG,       /* an answer that cannot be taken; message says why */
  VF_ASK_GONE         /* no answer, and none to any later request; message says why */
} vf_asked;

/* What hello says. */
typedef struct {
  char *name;
  int binary32, bits;                              /* precision, and numbers as bit patterns */
  uint32_t can, problems, dynamics;                /* sets of 1 << vf_do, kind, kind */
  uint32_t noises, schedules, starts, observables; /* likewise; schedules by sid_schedule_kind, and
                                                      bit 0 for constant */
  uint32_t levels;                                 /* 1 bits, 2 numbers, 4 laws */
} vf_claims;

/* Starts the command (a list of arguments that ends with NULL) and asks for hello. transcript may
 * be NULL. Returns NULL after a message of vf_fail() where it cannot be started, or says no hello
 * that can be taken. */
vf_session *vf_session_open(char **command, double timeout, FILE *transcript);

const vf_claims *vf_session_claims(const vf_session *session);

/* Asks. The answer's memory is the arena's. message is empty where it is answered. */
vf_asked vf_ask(vf_session *session, const vf_request *request, vf_arena *arena, vf_answer *answer,
                char message[VF_ANSWER_MESSAGE]);

/* Why a request is not claimed, or NULL. */
const char *vf_session_unclaimed(const vf_session *session, const vf_request *request);

/* Seconds in which answers were waited for, and requests sent. */
double vf_session_waited(const vf_session *session);
uint64_t vf_session_requests(const vf_session *session);

/* Ends the command and its process group. */
void vf_session_close(vf_session *session);

#endif
