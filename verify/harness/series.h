/* The data behind figures as CSV files. */
#ifndef VF_SERIES_H
#define VF_SERIES_H

#include "harness/report.h"

/* The name of the file of series s of a check without a folder: CHECK.NAME.csv, NAME with every
 * character that is no letter, digit, point or equals sign as one dash, and -2, -3, ... behind it
 * where the check has the name before. */
enum { VF_SERIES_NAME = 320 };
void vf_series_name(const vf_result *result, size_t s, char name[VF_SERIES_NAME]);

/* The table as CSV. */
void vf_series_csv(const vf_table_of_numbers *table, FILE *stream);

/* Makes the directory if it is not there. Returns 0, or VF_EXIT_USAGE after a message. */
int vf_series_folder(const char *directory);

/* Writes every series of the results into the directory. Returns 0, or VF_EXIT_USAGE after a
 * message. */
int vf_report_series(const vf_report *report, const char *directory);

#endif
