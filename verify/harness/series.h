/* The data behind figures as CSV files. */
#ifndef VF_SERIES_H
#define VF_SERIES_H

#include "harness/report.h"

/* Makes the directory if it is not there. Returns 0, or VF_EXIT_USAGE after a message. */
int vf_series_folder(const char *directory);

/* Writes every series of the results as DIRECTORY/CHECK.NAME.csv, NAME with every character that is
 * no letter, digit, point or equals sign as one dash, and -2, -3, ... behind it where a check has
 * the name before. Returns 0, or VF_EXIT_USAGE after a message. */
int vf_report_series(const vf_report *report, const char *directory);

#endif
