/* sidyn plot: a picture of what sidyn wrote. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "command/command.h"
#include "command/drawn.h"
#include "command/gnuplot.h"
#include "formats/failure.h"
#include "formats/memory.h"

typedef struct {
  const char *file, *out, *series, *columns;
  int log_x, log_y;
} vf_plot_options;

static int vf_parse_log(const char *text, vf_plot_options *options) {
  options->log_x = strchr(text, 'x') != NULL;
  options->log_y = strchr(text, 'y') != NULL;
  if (strcmp(text, "x") == 0 || strcmp(text, "y") == 0 || strcmp(text, "xy") == 0) return 0;
  return vf_fail("plot: --log %s: allowed: x, y, xy", text);
}

static int vf_parse_plot(int argc, char **argv, vf_plot_options *options) {
  int code, status = 0;
  while (!status && (code = vf_next_option(&vf_plot_command, argc, argv)) != -1) {
    switch (code) {
      case 'o': options->out = optarg; break;
      case 's': options->series = optarg; break;
      case 'c': options->columns = optarg; break;
      case 'l': status = vf_parse_log(optarg, options); break;
      default: status = vf_option_error("plot", code, argv);
    }
  }
  if (status) return status;
  if (vf_options_after("plot", argc, argv)) return VF_EXIT_USAGE;
  if (argc - optind != 1) return vf_fail("plot: needs exactly one FILE.csv or REPORT.json");
  options->file = argv[optind];
  if (!vf_ends_with(options->out, ".svg") && !vf_ends_with(options->out, ".png"))
    return vf_fail("plot: --out %s: allowed: a name that ends in .svg or .png",
                   *options->out ? options->out : "is missing");
  if (options->series && !vf_ends_with(options->file, ".json"))
    return vf_fail("plot: --series: allowed with a REPORT.json");
  return 0;
}

/* The panel of a column of trajectories or statistics: one for each observable, with its law. */
static void vf_panels_of_observables(const vf_table_of_numbers *table, int *panel, int *panels) {
  for (size_t c = 0; c < table->column_count; c++) {
    panel[c] = c == 0 ? -1 : *panels;
    if (c && vf_is_error(table->columns[c])) panel[c] = panel[c - 1];
    for (size_t k = 1; k < c; k++)
      if (strncmp(table->columns[c], "law_", 4) == 0 &&
          strcmp(table->columns[c] + 4, table->columns[k]) == 0)
        panel[c] = panel[k];
    *panels += panel[c] == *panels;
  }
}

/* Whether a table of `run --set` is it: a column for the field before those of a run. Rows of other
 * values, or of other observables, are no curve. */
static int vf_is_sweep(const vf_table_of_numbers *table) {
  for (size_t c = 1; c < table->column_count; c++)
    if (strcmp(table->columns[c], "trajectory") == 0 ||
        strcmp(table->columns[c], "observable") == 0)
      return 1;
  return 0;
}

static int vf_draw(const vf_plot_options *options, const vf_table_of_numbers *table) {
  int *panel = vf_allocate(table->column_count, sizeof *panel), status = 0;
  vf_picture picture = {
      .table = table, .panel = panel, .log_x = options->log_x, .log_y = options->log_y ? ~0u : 0};
  const char *view = options->columns ? options->columns : table->view;
  if (view) {
    status = vf_picture_view(options->columns ? "plot: --columns" : "plot: view", view, &picture);
  } else if (strcmp(table->columns[0], "step") == 0 && !vf_ends_with(options->file, ".json")) {
    vf_panels_of_observables(table, panel, &picture.panels);
  } else {
    vf_picture_all(&picture);
  }
  if (!status) status = vf_gnuplot(&picture, options->out);
  free(panel);
  return status;
}

static int vf_plot(int argc, char **argv) {
  vf_plot_options options = {.file = "", .out = ""};
  vf_table_of_numbers table = {0};
  int status = vf_parse_plot(argc, argv, &options);
  if (status) return status;
  if (vf_same_path(options.file, options.out))
    return vf_fail("plot: --out %s: that is read; allowed: another file", options.out);
  status = vf_ends_with(options.file, ".json") ? vf_drawn_json(options.file, options.series, &table)
                                               : vf_drawn_csv(options.file, &table);
  if (!status && !options.columns && vf_is_sweep(&table))
    status = vf_fail("plot: %s: a table of `run --set`; allowed: --columns, or one value's rows "
                     "without the columns of --set",
                     options.file);
  if (!status) status = vf_draw(&options, &table);
  vf_drawn_free(&table);
  return status;
}

static const vf_option vf_plot_table[] = {
    {'o', "out", "FILE.svg|FILE.png", NULL, "the picture; must be given"},
    {'s', "series", "NAME", "the first", "series of a report, by its name or by that of its check"},
    {'c', "columns", "X,Y,...;Y", "those of a report's view, or all over the first",
     "names of the columns to draw, that of the horizontal axis first; ';' begins a panel below"},
    {'l', "log", "x|y|xy", NULL, "logarithmic axes"},
    VF_OPTIONS_END};

const vf_command vf_plot_command = {
    .name = "plot",
    .summary = "a picture of what run or verify wrote",
    .operands = "FILE.csv|REPORT.json",
    .describes = "Draws trajectories, statistics (mean with standard errors) or a series over its "
                 "first column, by gnuplot; columns law_NAME and those of a law are dashed lines. "
                 "The same file gives the same picture.",
    .example = "sidyn plot run.csv --out run.svg",
    .options = vf_plot_table,
    .run = vf_plot,
    .runs_on_wrong_machine = 1};
