/* Experiments as JSON (docs/spec.md section 12). */
#ifndef VF_EXPERIMENT_JSON_H
#define VF_EXPERIMENT_JSON_H

#include "formats/memory.h"
#include "sidyn.h"

typedef struct {
  sid_experiment experiment;
  vf_arena arena; /* the arrays that the experiment points to */
} vf_experiment;

enum { VF_MESSAGE_SIZE = 5120 }; /* a path of 4096 bytes and the rest */

/* Reads and checks an experiment. Returns 0, or -1 with message = "file:line: field: what is wrong;
 * what is allowed"; it quotes the text as it is, and vf_fail() escapes what would not be one
 * line. */
int vf_experiment_load(const char *path, vf_experiment *loaded, char message[VF_MESSAGE_SIZE]);

/* The same from text in memory; name stands for the file in messages. */
int vf_experiment_parse(const char *text, size_t length, const char *name, vf_experiment *loaded,
                        char message[VF_MESSAGE_SIZE]);

void vf_experiment_free(vf_experiment *loaded);

/* The field's name of an observable, as in JSON. */
const char *vf_observable_name(int32_t observable);

#endif
