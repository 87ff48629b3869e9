/* sidyn law: what theory says of the numbers of an experiment. docs/laws.md. */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "command/command.h"
#include "formats/experiment_json.h"
#include "formats/json_value.h"
#include "formats/memory.h"
#include "formats/names.h"
#include "formats/output.h"
#include "laws/laws.h"

typedef struct {
  const char *experiment, *json;
  int list;
} vf_law_options;

/* One quantity: its law and value, or the reason why there is none. */
typedef struct {
  const vf_quantity *quantity;
  const vf_law *law;
  vf_law_value value;
  const char *reason;
} vf_finding;

static int vf_parse_law(int argc, char **argv, vf_law_options *options) {
  int code, status = 0;
  while (!status && (code = vf_next_option(&vf_law_command, argc, argv)) != -1) {
    switch (code) {
      case 'o': options->json = optarg; break;
      case 'l': options->list = 1; break;
      default: status = vf_option_error("law", code, argv);
    }
  }
  if (!status) status = vf_options_after("law", argc, argv);
  if (status) return status;
  if (options->list && (optind < argc || options->json))
    return vf_fail("law: --list: stands alone; allowed: no EXPERIMENT.json, no --json");
  if (!options->list && argc - optind != 1)
    return vf_fail("law: needs exactly one EXPERIMENT.json");
  if (options->json && strcmp(options->json, "-") == 0)
    return vf_fail("law: --json -: standard output has the table; allowed: a file");
  options->experiment = argv[optind];
  return 0;
}

/* ---- the table of laws ---- */

enum { LAST_DYNAMICS = SID_QUASI_RMSPROP };

enum { NAME = 24 };

/* The name of a dynamics in JSON. */
static const char *vf_dynamics_name(int32_t dynamics, char name[NAME]) {
  int length;
  const char *word = vf_word(VF_DYNAMICS, dynamics - SID_GD, &length);
  snprintf(name, NAME, "%.*s", length, word);
  return name;
}

/* The laws that speak of a problem under a dynamics, as a Markdown table. */
static void vf_list_laws(void) {
  char name[NAME];
  printf("| law | quantity | source | condition: this is small |\n|---|---|---|---|\n");
  for (const vf_law *law = vf_laws; law < vf_laws + vf_law_count; law++)
    printf("| %s | %s | %s | %s |\n", law->name, law->quantity, law->source, law->condition);
  printf("\n| problem | dynamics | laws |\n|---|---|---|\n");
  for (int32_t problem = 1; sid_problem_name(problem); problem++)
    for (int32_t dynamics = SID_GD; dynamics <= LAST_DYNAMICS; dynamics++) {
      int any = 0;
      for (const vf_law *law = vf_laws; law < vf_laws + vf_law_count; law++) {
        if (!vf_law_covers(law, problem, dynamics)) continue;
        if (!any)
          printf("| %s | %s | ", sid_problem_name(problem), vf_dynamics_name(dynamics, name));
        printf("%s%s", any ? ", " : "", law->name);
        any = 1;
      }
      if (any) printf(" |\n");
    }
}

/* ---- an experiment ---- */

static int vf_inside(const vf_finding *one) { return one->value.here <= one->value.bound; }

static void vf_print_finding(const vf_finding *found) {
  char law[128];
  snprintf(law, sizeof law, "%s: %s", found->law->name, found->law->source);
  printf("%-16s %14.8g %9.2e  %-8s %9.3g %9.3g  %-66s  %s\n", found->quantity->name,
         found->value.value, found->value.next, vf_inside(found) ? "inside" : "OUTSIDE",
         found->value.here, found->value.bound, law, found->law->condition);
}

static void vf_print_findings(const vf_law_case *one, const vf_finding *findings) {
  printf("lr %.10g, wd %.10g, intrinsic lr %.10g, noise trace at |x| = 1 %.10g, %" PRIu64
         " steps\n\n",
         one->lr, one->wd, one->el, one->s2, one->experiment->steps);
  printf("%-16s %14s %9s  %-8s %9s %9s  %-66s  %s\n", "quantity", "value", "next", "", "here",
         "bound", "law: source", "condition: here is at most bound");
  for (size_t i = 0; i < vf_quantity_count; i++) {
    const vf_finding *found = findings + i;
    if (!found->law)
      printf("%-16s %14s            no law known: %s\n", found->quantity->name, "-", found->reason);
    else
      vf_print_finding(found);
  }
}

#if SID_HAVE_JANSSON

static json_t *vf_json_finding(const vf_finding *one) {
  if (!one->law)
    return json_pack("{s:s, s:s, s:n, s:s}", "quantity", one->quantity->name, "meaning",
                     one->quantity->meaning, "law", "reason", one->reason);
  return json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:b, s:o}", "quantity",
                   one->quantity->name, "meaning", one->quantity->meaning, "law", one->law->name,
                   "source", one->law->source, "value", vf_json_number(one->value.value),
                   "condition", one->law->condition, "here", vf_json_number(one->value.here),
                   "bound", vf_json_number(one->value.bound), "inside", vf_inside(one), "next",
                   vf_json_number(one->value.next));
}

static int vf_write_json(const vf_law_case *one, const vf_finding *findings, const char *path) {
  char name[NAME];
  vf_output output;
  const int status = vf_output_open(&output, path);
  if (status) return status;
  json_t *laws = json_array();
  for (size_t i = 0; i < vf_quantity_count; i++)
    json_array_append_new(laws, vf_json_finding(findings + i));
  json_t *document = json_pack(
      "{s:s, s:s, s:i, s:s, s:s, s:o, s:o, s:o, s:o}", "schema", "sidyn-law-1", "version",
      SID_VERSION, "specification", SID_SPECIFICATION, "problem",
      sid_problem_name(one->experiment->problem.kind), "dynamics",
      vf_dynamics_name(one->experiment->dynamics.kind, name), "lr", vf_json_number(one->lr), "wd",
      vf_json_number(one->wd), "intrinsic_lr", vf_json_number(one->el), "laws", laws);
  const int made = vf_json_report(document, output.stream);
  if (!made) return vf_output_commit(&output);
  vf_output_abandon(&output);
  return made;
}

#else

static int vf_write_json(const vf_law_case *one, const vf_finding *findings, const char *path) {
  (void)one, (void)findings, (void)path;
  return vf_fail("--json: this sidyn was built without libjansson; make deps installs it");
}

#endif

static int vf_law_experiment(const sid_experiment *experiment, const vf_law_options *options) {
  double *x = vf_allocate(experiment->problem.dim, sizeof *x);
  vf_finding *findings = vf_allocate(vf_quantity_count, sizeof *findings);
  int status = 0;
  if (sid_start_state(experiment, 0, x)) {
    status = vf_fail("law: the start of trajectory 0 is no state");
  } else {
    const vf_law_case one = vf_law_case_of(experiment, x);
    for (size_t i = 0; i < vf_quantity_count; i++) {
      vf_finding *found = findings + i;
      found->quantity = vf_quantities + i;
      found->law = vf_law_find(&one, found->quantity->name, &found->value, &found->reason);
    }
    if (options->json) status = vf_write_json(&one, findings, options->json);
    if (!status) vf_print_findings(&one, findings);
  }
  free(findings);
  free(x);
  return status ? status : vf_output_flush();
}

static int vf_law_main(int argc, char **argv) {
  vf_law_options options = {NULL, NULL, 0};
  char message[VF_MESSAGE_SIZE];
  vf_experiment loaded;
  int status = vf_parse_law(argc, argv, &options);
  if (status) return status;
  if (options.list) {
    vf_list_laws();
    return vf_output_flush();
  }
  if (vf_experiment_load(options.experiment, &loaded, message)) return vf_fail("%s", message);
  if (options.json && vf_same_path(options.experiment, options.json))
    status = vf_fail("law: --json %s: that is the experiment; allowed: another file", options.json);
  else
    status = vf_law_experiment(&loaded.experiment, &options);
  vf_experiment_free(&loaded);
  return status;
}

static const vf_option vf_law_table[] = {
    {'o', "json", "FILE", NULL, "the same with the meaning of each quantity"},
    {'l', "list", NULL, NULL,
     "which laws there are, and of which problems and dynamics they speak"},
    VF_OPTIONS_END};

const vf_command vf_law_command = {
    .name = "law",
    .summary = "what theory says for an experiment: equilibrium norm, relaxation time, risk",
    .operands = "EXPERIMENT.json",
    .describes = "A line for each quantity: its value by the law that fits the experiment, whether "
                 "the numbers lie inside of that law's condition, and where it is proved. "
                 "docs/laws.md explains them.",
    .example = "sidyn law experiment.json",
    .options = vf_law_table,
    .run = vf_law_main};
