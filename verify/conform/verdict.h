/* What is shown of the outcomes: table, JSON, JUnit, TAP. */
#ifndef VF_VERDICT_H
#define VF_VERDICT_H

#include "conform/kit.h"

/* The table, failures, remarks and the sum, on standard output. `required` are patterns of ids of
 * which each must have been judged; they end with NULL. Returns an exit status. */
int vf_verdict_print(const vf_kit *kit, const char *const *required, double seconds);

/* Reports; each returns 0, or VF_EXIT_USAGE after a message. */
int vf_verdict_json(const vf_kit *kit, vf_output *output);
int vf_verdict_junit(const vf_kit *kit, vf_output *output);
int vf_verdict_tap(const vf_kit *kit, vf_output *output);

#endif
