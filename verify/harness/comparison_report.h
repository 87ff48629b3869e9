/* What `sidyn compare` prints and writes (docs/output.md section 9). */
#ifndef VF_COMPARISON_REPORT_H
#define VF_COMPARISON_REPORT_H

#include "formats/columns.h"
#include "formats/number.h"
#include "formats/output.h"
#include "harness/deviations.h"
#include "harness/two_ensembles.h"

typedef struct {
  const char *experiment_path, *path;
  const sid_experiment *experiment;
  const vf_given *given;
  vf_format format;
} vf_comparison_subject;

/* The table of columns, the first number that deviates, and the sum. */
void vf_deviations_print(const vf_comparison_subject *subject, const vf_deviations *deviations);

/* The same as JSON. Returns 0, or VF_EXIT_USAGE after a message. */
int vf_deviations_json(const vf_comparison_subject *subject, const vf_deviations *deviations,
                       vf_output *output);

/* The table of means and variances, what fails, what fits or would be seen, and the verdict. */
void vf_two_ensembles_print(const vf_comparison_subject *subject, const vf_two_ensembles *result);
int vf_two_ensembles_json(const vf_comparison_subject *subject, const vf_two_ensembles *result,
                          vf_output *output);

/* The name of a column that was given. */
const char *vf_given_name(const vf_comparison_subject *subject, size_t k,
                          char name[VF_COLUMN_SIZE]);

#endif
