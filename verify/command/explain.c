/* sidyn explain: what a check claims, how it is measured, and why its tolerance is what it is. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "command/describe.h"
#include "formats/output.h"
#include "harness/context.h"
#include "harness/papers.h"
#include "harness/report.h"
#include "running/parallel.h"

enum { CASES_SHOWN = 5 };

/* A heading and a text beside it, wrapped. */
static void vf_beside_heading(const char *heading, const char *text) {
  printf("%-10s", heading);
  vf_wrap(text, 10, 10, stdout);
}

/* The law of a row: its lines as they stand. */
static void vf_print_law(const char *law) {
  for (const char *line = law; *line;) {
    const size_t length = strcspn(line, "\n");
    printf("%s%.*s\n", length ? "    " : "", (int)length, line);
    line += length + (line[length] == '\n');
  }
}

static void vf_print_row(size_t row) {
  printf("\nThe law of row %s\n\n", vf_rows[row]->row);
  vf_print_law(vf_row_laws[row]);
  printf("\n    eta learning rate, lam weight decay, el = ein = eta lam, Sigma covariance of the\n"
         "    gradient's noise, et effective learning rate; a hat or ~ means on the sphere\n\n");
  vf_beside_heading("measured", vf_rows[row]->measured);
  vf_beside_heading("broken by", vf_rows[row]->breaks);
}

static void vf_print_source(const vf_check *check) {
  char text[512];
  const vf_paper *paper = vf_paper_of(check->id);
  vf_beside_heading("claim", check->claim);
  if (paper)
    snprintf(text, sizeof text, "%s (%s: %s)", check->source, paper->code, paper->title);
  else
    snprintf(text, sizeof text, "%s (identities that the papers share; sidyn help has their names)",
             check->source);
  vf_beside_heading("source", text);
}

static void vf_print_case(const vf_case *one) {
  printf("\n    ");
  vf_wrap(one->instance, 4, 4, stdout);
  if (one->erratum && one->printed_relation)
    printf("      printed %s %.10g; ", one->printed_relation, one->printed);
  else
    printf("      ");
  if (strcmp(one->relation, "bits") == 0)
    printf("measured %.10g different numbers, expected none\n", one->measured);
  else
    printf("measured %.10g, expected %s %.10g, tolerance %.2e\n", one->measured,
           strcmp(one->relation, "order") == 0 ? "the order" : one->relation, one->expected,
           one->tolerance);
  printf("      why: ");
  vf_wrap(one->basis, 11, 11, stdout);
}

/* The case closest to failing first: it is the one that the table of verify shows. */
static void vf_print_cases(const vf_check *check, int jobs) {
  vf_context context = {.jobs = jobs, .tier = check->tier};
  check->run(&context);
  const vf_case *worst = vf_context_worst(&context);
  printf("\nIts %zu instance%s; first the one in the table of verify\n", context.count,
         context.count == 1 ? "" : "s");
  if (worst) vf_print_case(worst);
  size_t shown = 1;
  for (size_t i = 0; i < context.count && shown < CASES_SHOWN; i++)
    if (context.cases + i != worst) {
      vf_print_case(context.cases + i);
      shown++;
    }
  if (context.count > shown)
    printf("\n    %zu more: sidyn verify --filter %s --json FILE\n", context.count - shown,
           check->id);
  vf_context_clear(&context);
}

static void vf_explain_check(const vf_check *check, size_t row, int jobs) {
  printf("%s (tier %s)\n\n", check->id, vf_tier_name(check->tier));
  vf_print_source(check);
  if (strncmp(check->id, "errata.", strlen("errata.")) == 0)
    printf("erratum   docs/errata.md has what is printed, what is right, and why\n");
  vf_print_row(row);
  if (check->tier == VF_QUICK)
    vf_print_cases(check, jobs);
  else
    printf("\nIts instances take long: sidyn verify --tier %s --filter %s --json FILE\n",
           vf_tier_name(check->tier), check->id);
}

static void vf_explain_row(size_t row) {
  printf("%s: %zu checks\n", vf_rows[row]->row, vf_rows[row]->count);
  vf_print_row(row);
  printf("\n");
  for (size_t c = 0; c < vf_rows[row]->count; c++)
    printf("%-40s %s\n", vf_rows[row]->checks[c].id, vf_rows[row]->checks[c].claim);
}

/* Explains the check or the row of that name; returns whether there is one. */
static int vf_explain_named(const char *name, int jobs) {
  for (size_t r = 0; r < vf_row_count; r++) {
    if (strcmp(name, vf_rows[r]->row) == 0) {
      vf_explain_row(r);
      return 1;
    }
    for (size_t c = 0; c < vf_rows[r]->count; c++)
      if (strcmp(name, vf_rows[r]->checks[c].id) == 0) {
        vf_explain_check(vf_rows[r]->checks + c, r, jobs);
        return 1;
      }
  }
  return 0;
}

static int vf_explain(int argc, char **argv) {
  int code, status = 0, jobs = vf_processors();
  while (!status && (code = vf_next_option(&vf_explain_command, argc, argv)) != -1) {
    switch (code) {
      case 'j': status = vf_option_jobs(optarg, &jobs); break;
      default: status = vf_option_error("explain", code, argv);
    }
  }
  if (status) return status;
  if (vf_options_after("explain", argc, argv)) return VF_EXIT_USAGE;
  if (argc - optind != 1)
    return vf_fail("explain: needs exactly one ID; `sidyn verify --list` shows all");
  if (!vf_explain_named(argv[optind], jobs))
    return vf_fail("explain: %s: no check and no row has this name; `sidyn verify --list` shows "
                   "all",
                   argv[optind]);
  return vf_output_flush();
}

static const vf_option vf_explain_table[] = {VF_OPTION_JOBS, VF_OPTIONS_END};

const vf_command vf_explain_command = {
    .name = "explain",
    .summary = "what a check claims, how it is measured, and why its tolerance is what it is",
    .operands = "ID",
    .words = "sidyn verify --list | cut -d ' ' -f 1",
    .describes = "Shows claim, paper and equation, the law that its row is about, how it is "
                 "measured, what would turn it red, and its instances with the origin of each "
                 "tolerance; quick checks are run for that. A row, such as svag2, is explained "
                 "with the list of its checks.",
    .example = "sidyn explain svag2.weak-order",
    .options = vf_explain_table,
    .run = vf_explain};
