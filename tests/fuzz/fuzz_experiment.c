/* libFuzzer on the reader of experiments: whatever the bytes are, it answers with an experiment
 * that sid_experiment_validate() takes, or with a message that begins with the name of the file
 * (vf_fail() makes one line of it); and a small experiment that it takes can be run. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "formats/experiment_json.h"
#include "sidyn.h"

enum { STEPS = 50, DOUBLES = 4096, TURNS = 8 };

/* Runs what is small enough to be run a thousand times in a second. */
static void run(const sid_experiment *experiment) {
  static double x[DOUBLES], work[DOUBLES];
  uint64_t step;
  const sid_dynamics *dynamics = &experiment->dynamics;
  const size_t size = sid_run_workspace(experiment);
  if (experiment->steps > STEPS || experiment->problem.dim > 64 ||
      experiment->problem.samples > 64 || size > DOUBLES)
    return;
  if (dynamics->substeps > TURNS || dynamics->batch > TURNS) return;
  const sid_status status = sid_run(experiment, 0, NULL, NULL, x, &step, work, size);
  if (step > experiment->steps || (status == SID_OK && step != experiment->steps)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char name[] = "input.json";
  char message[VF_MESSAGE_SIZE] = "";
  vf_experiment loaded;
  char *text =
      malloc(size + 1); /* with the zero byte behind it that vf_experiment_load() provides */
  if (!text) return 0;
  memcpy(text, data, size);
  text[size] = '\0';
  const int status = vf_experiment_parse(text, size, name, &loaded, message);
  free(text);
  if (status == 0) {
    if (sid_experiment_validate(&loaded.experiment) != SID_OK) abort();
    run(&loaded.experiment);
    vf_experiment_free(&loaded);
  } else if (status != -1 || strncmp(message, name, sizeof name - 1) != 0) {
    abort();
  }
  return 0;
}
