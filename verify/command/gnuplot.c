#include "command/gnuplot.h"
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "command/command.h"
#include "formats/output.h"

static void vf_write_data(const vf_table_of_numbers *table, FILE *script) {
  fputs("$data << EOD\n", script);
  for (size_t r = 0; r < table->rows; r++)
    for (size_t c = 0; c < table->column_count; c++) {
      const double value = table->values[r * table->column_count + c];
      fprintf(script, isfinite(value) ? "%.17g" : "NaN", value);
      fputc(c + 1 == table->column_count ? '\n' : ' ', script);
    }
  fputs("EOD\n", script);
}

/* A text in quotes of gnuplot, in which nothing has a meaning; the end of a line would end them. */
static void vf_quoted(const char *text, FILE *script) {
  fputc('\'', script);
  for (; *text; text++) {
    const int control = (unsigned char)*text < 0x20;
    fprintf(script, *text == '\'' ? "''" : "%c", control ? ' ' : *text);
  }
  fputc('\'', script);
}

static void vf_write_panel(const vf_picture *picture, int panel, FILE *script) {
  const vf_table_of_numbers *table = picture->table;
  const int log_y = vf_picture_log_y(picture, panel);
  int line = 0;
  fputs(log_y ? "set logscale y\nset format y '%g'\n" : "unset logscale y\n", script);
  for (size_t c = 0; c < table->column_count; c++) {
    if (!vf_picture_draws(picture, c, panel)) continue;
    const int errors = vf_picture_has_errors(picture, c);
    fprintf(script, log_y ? "%s $data using %zu:(abs($%zu))" : "%s $data using %zu:%zu",
            line ? ", \\\n " : "plot", picture->x + 1, c + 1);
    if (errors) fprintf(script, ":%zu with yerrorbars pt 7 ps 0.5", c + 2);
    if (!errors && vf_is_law(table->columns[c])) fputs(" with lines lw 2 dt 2", script);
    if (!errors && !vf_is_law(table->columns[c])) fputs(" with linespoints pt 7 ps 0.4", script);
    fprintf(script, " lc %d title ", ++line);
    vf_quoted(table->columns[c], script);
  }
  fputc('\n', script);
}

static void vf_write_script(const vf_picture *picture, const char *terminal, FILE *script) {
  fprintf(script, "set terminal %s size 900,%d font 'Sans,13' noenhanced background 'white'\n",
          terminal, 60 + 380 * picture->panels);
  fputs("set title ", script);
  vf_quoted(picture->table->name, script);
  fputs("\nset xlabel ", script);
  vf_quoted(picture->table->columns[picture->x], script);
  fprintf(script, "\nset grid\nset key outside right top Left reverse\n%s",
          picture->log_x ? "set logscale x\nset format x '%g'\n" : "");
  vf_write_data(picture->table, script);
  if (picture->panels > 1) fprintf(script, "set multiplot layout %d,1\n", picture->panels);
  for (int panel = 0; panel < picture->panels; panel++) {
    vf_write_panel(picture, panel, script);
    fputs("unset title\n", script);
  }
}

/* gnuplot with standard input `from` and standard output `to`; does not return. */
static void vf_become_gnuplot(int from, int to) {
  dup2(from, STDIN_FILENO);
  dup2(to, STDOUT_FILENO);
  signal(SIGXFSZ, SIG_DFL);
  execlp("gnuplot", "gnuplot", "-", (char *)NULL);
  _exit(127);
}

/* Runs the script; its output goes to the file. */
static int vf_run_gnuplot(FILE *script, FILE *to) {
  int status = 0;
  rewind(script);
  const pid_t child = fork();
  if (child == 0) vf_become_gnuplot(fileno(script), fileno(to));
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (child < 0) return vf_fail("plot: a process: %s", strerror(errno));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
    return vf_fail("plot: gnuplot is not installed; make deps installs it");
  if (status != 0) return vf_fail("plot: gnuplot failed");
  return 0;
}

int vf_gnuplot(const vf_picture *picture, const char *path) {
  vf_output output;
  const int svg = vf_ends_with(path, ".svg");
  int status = vf_output_open(&output, path);
  if (status) return status;
  FILE *script = tmpfile();
  if (!script) {
    vf_output_abandon(&output);
    return vf_fail("plot: a temporary file: %s", strerror(errno));
  }
  vf_write_script(picture, svg ? "svg" : "pngcairo", script);
  if (fflush(script) != 0)
    status = vf_fail("plot: a temporary file: %s", strerror(errno));
  else
    status = vf_run_gnuplot(script, output.stream);
  fclose(script);
  if (!status) return vf_output_commit(&output);
  vf_output_abandon(&output);
  return status;
}
