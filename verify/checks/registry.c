/* The registry: the tables and the laws of all rows, in the order of the papers. rows.h is made
 * from the VF_ROW lines and the first comments of the rows' files (ci/rows.sh), so a check is added
 * in one file. */
#include "harness/check.h"

#define VF_REGISTER(row, law) extern const vf_table vf_row_##row;
#include "rows.h"
#undef VF_REGISTER

#define VF_REGISTER(row, law) &vf_row_##row,
const vf_table *const vf_rows[] = {
#include "rows.h"
};
#undef VF_REGISTER

#define VF_REGISTER(row, law) law,
const char *const vf_row_laws[] = {
#include "rows.h"
};
#undef VF_REGISTER

const size_t vf_row_count = sizeof vf_rows / sizeof vf_rows[0];
