/* sidyn verify: runs the registry of checks and reports. */
#include <fnmatch.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "formats/memory.h"
#include "running/backend.h"
#include "running/parallel.h"
#include "harness/check.h"
#include "command/command.h"
#include "command/page.h"
#include "command/ticker.h"
#include "formats/output.h"
#include "harness/report.h"
#include "harness/series.h"

typedef struct {
  vf_tier tier;
  const char *filter, *json, *junit, *html, *series;
  int jobs, list;
} vf_verify_options;

static int vf_parse_tier(const char *text, vf_tier *tier) {
  for (int i = VF_QUICK; i <= VF_DEEP; i++)
    if (strcmp(text, vf_tier_name((vf_tier)i)) == 0) {
      *tier = (vf_tier)i;
      return 0;
    }
  return vf_fail("verify: --tier %s: allowed: quick, full, deep", text);
}

static int vf_parse_verify(int argc, char **argv, vf_verify_options *options) {
  int code, status = 0;
  while (!status && (code = vf_next_option(&vf_verify_command, argc, argv)) != -1) {
    switch (code) {
      case 't': status = vf_parse_tier(optarg, &options->tier); break;
      case 'f': options->filter = optarg; break;
      case 'b': status = vf_backend_choose(optarg); break;
      case 'j': status = vf_option_jobs(optarg, &options->jobs); break;
      case 'o': options->json = optarg; break;
      case 'u': options->junit = optarg; break;
      case 'w': options->html = optarg; break;
      case 's': options->series = optarg; break;
      case 'l': options->list = 1; break;
      default: status = vf_option_error("verify", code, argv);
    }
  }
  if (!status) status = vf_options_after("verify", argc, argv);
  if (!status && optind < argc) status = vf_fail("verify: %s: not an option", argv[optind]);
  return status;
}

/* A pattern matches the whole id or its row, the part before the first dot: "svag2" means
 * "svag2.*". */
static int vf_matches(const char *pattern, const char *id) {
  char row[64];
  const size_t length = strcspn(id, ".");
  if (!pattern || fnmatch(pattern, id, 0) == 0) return 1;
  if (length >= sizeof row) return 0;
  memcpy(row, id, length);
  row[length] = '\0';
  return fnmatch(pattern, row, 0) == 0;
}

/* The checks that the options choose, in the order of the registry; returns their number. With NULL
 * only counts. */
static size_t vf_select(const vf_verify_options *options, vf_tier tier, vf_result *results) {
  size_t count = 0;
  for (size_t t = 0; t < vf_row_count; t++)
    for (size_t c = 0; c < vf_rows[t]->count; c++) {
      const vf_check *check = vf_rows[t]->checks + c;
      if (check->tier > tier || !vf_matches(options->filter, check->id)) continue;
      if (results) results[count].check = check;
      count++;
    }
  return count;
}

static void vf_list(const vf_result *results, size_t count) {
  for (size_t i = 0; i < count; i++)
    printf("%-40s %-5s  %s (%s)\n", results[i].check->id, vf_tier_name(results[i].check->tier),
           results[i].check->claim, results[i].check->source);
}

/* Whether only errata were chosen: they have a table of their own. */
static int vf_all_errata(const vf_result *results, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (strncmp(results[i].check->id, "errata.", strlen("errata.")) != 0) return 0;
  return 1;
}

static void vf_run_checks(const vf_verify_options *options, vf_result *results, size_t count) {
  const int errata = vf_all_errata(results, count);
  vf_ticker ticker;
  vf_ticker_start(&ticker, count);
  vf_report_head(errata);
  for (size_t i = 0; i < count; i++) {
    const double before = vf_seconds();
    vf_ticker_begin(&ticker, i + 1, results[i].check->id);
    results[i].context.jobs = options->jobs;
    results[i].context.tier = options->tier;
    results[i].check->run(&results[i].context);
    results[i].seconds = vf_seconds() - before;
    vf_ticker_end(&ticker);
    vf_report_line(results + i, errata);
    fflush(stdout);
  }
  vf_ticker_stop(&ticker);
}

/* The files that a report is written to, each with the option that names it. */
enum { JSON, JUNIT, HTML, REPORTS };
static const char *const vf_report_options[REPORTS] = {"--json", "--junit", "--html"};

typedef struct {
  const char *path[REPORTS]; /* NULL: not wanted */
  vf_output output[REPORTS];
} vf_reports;

static void vf_abandon_reports(vf_reports *reports, int count) {
  for (int i = 0; i < count; i++)
    if (reports->path[i]) vf_output_abandon(reports->output + i);
}

static int vf_same_file(FILE *a, FILE *b) {
  struct stat first, second;
  return fstat(fileno(a), &first) == 0 && fstat(fileno(b), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* Opens report i, which is another file than those before it. */
static int vf_open_report(vf_reports *reports, int i) {
  const int status = vf_output_open(reports->output + i, reports->path[i]);
  for (int k = 0; k < i && !status; k++)
    if (reports->path[k] && vf_same_file(reports->output[k].stream, reports->output[i].stream)) {
      vf_output_abandon(reports->output + i);
      return vf_fail("verify: %s and %s: the same file %s; allowed: two files",
                     vf_report_options[k], vf_report_options[i], reports->path[k]);
    }
  return status;
}

/* Opens the files, and makes the folder of the series, before the work starts: better to fail now
 * than after it. */
static int vf_open_reports(const vf_verify_options *options, vf_reports *reports) {
  *reports = (vf_reports){.path = {options->json, options->junit, options->html}};
  for (int i = 0; i < REPORTS; i++)
    if (reports->path[i] && strcmp(reports->path[i], "-") == 0)
      return vf_fail("verify: %s -: standard output has the table; allowed: a file",
                     vf_report_options[i]);
  if (options->series && vf_series_folder(options->series)) return VF_EXIT_USAGE;
  for (int i = 0; i < REPORTS; i++)
    if (reports->path[i] && vf_open_report(reports, i)) {
      vf_abandon_reports(reports, i);
      return VF_EXIT_USAGE;
    }
  return 0;
}

static int vf_write_report(int kind, const vf_report *report, int jobs, vf_output *output) {
  switch (kind) {
    case JSON: return vf_report_json(report, output);
    case HTML: return vf_page(report, jobs, output);
    default: vf_report_junit(report, output); return 0;
  }
}

static int vf_write_reports(const vf_verify_options *options, const vf_report *report,
                            vf_reports *reports) {
  int status = 0;
  for (int i = 0; i < REPORTS; i++) {
    if (!reports->path[i]) continue;
    int made = vf_write_report(i, report, options->jobs, reports->output + i);
    if (made)
      vf_output_abandon(reports->output + i);
    else
      made = vf_output_commit(reports->output + i);
    status = status ? status : made;
  }
  const int drawn = options->series ? vf_report_series(report, options->series) : 0;
  return status ? status : drawn;
}

static int vf_verify(const vf_verify_options *options, vf_result *results, size_t count) {
  vf_reports reports;
  const double start = vf_seconds();
  int status = vf_open_reports(options, &reports);
  if (status) return status;
  vf_run_checks(options, results, count);
  const vf_report report = {results, count, vf_tier_name(options->tier), vf_backend()->name,
                            vf_seconds() - start};
  status = vf_write_reports(options, &report, &reports);
  vf_report_sum(&report);
  for (size_t i = 0; i < count && !status; i++)
    if (vf_context_verdict(&results[i].context) != VF_PASS) status = VF_EXIT_FAILED;
  for (size_t i = 0; i < count; i++) vf_context_clear(&results[i].context);
  return status;
}

static int vf_verify_main(int argc, char **argv) {
  vf_verify_options options = {.tier = VF_QUICK, .jobs = vf_processors()};
  int status = vf_parse_verify(argc, argv, &options);
  if (status) return status;
  const vf_tier tier = options.list ? VF_DEEP : options.tier; /* a list shows every tier */
  const size_t count = vf_select(&options, tier, NULL);
  if (count == 0)
    return vf_fail("verify: --filter %s: no check of tier %s has such an id; --list shows all",
                   options.filter ? options.filter : "*", vf_tier_name(tier));
  vf_result *results = vf_allocate(count, sizeof *results);
  vf_select(&options, tier, results);
  if (options.list)
    vf_list(results, count);
  else
    status = vf_verify(&options, results, count);
  free(results);
  const int flushed = vf_output_flush();
  return flushed ? flushed : status;
}

static const vf_option vf_verify_table[] = {
    {'t', "tier", "quick|full|deep", "quick",
     "seconds, minutes, half an hour at most; each has those before it"},
    {'f', "filter", "GLOB", "all checks", "checks whose id or row it matches: 'svag2', 'errata.*'"},
    {'l', "list", NULL, NULL, "shows the checks with claim and source, runs none"},
    {'o', "json", "FILE", NULL, "report with every case, basis of tolerance and series"},
    {'w', "html", "FILE", NULL,
     "report as a page: laws, instances, pictures and their data; needs no network"},
    {'s', "series", "DIR", NULL, "the data behind the figures, a CSV file each"},
    {'u', "junit", "FILE", NULL, "report as JUnit XML, for CI"},
    VF_OPTION_JOBS,
    VF_OPTION_BACKEND,
    VF_OPTIONS_END};

const vf_command vf_verify_command = {
    .name = "verify",
    .summary = "checks the trajectories against the laws that five papers prove",
    .operands = "",
    .describes = "Each line is one claim of a paper: the measured value against the expected one, "
                 "of the case that is closest to failing. A check that cannot see its effect is "
                 "inconclusive, which counts as failed. Exit status 1 if any failed.",
    .example = "sidyn verify --filter 'svag*' --json report.json",
    .options = vf_verify_table,
    .run = vf_verify_main};
