/* Answers the requests of docs/conform.md with sidyn's library as two files: what a board would do
 * over a serial line (README.md).
 *
 *     adapter [--generator sidyn|foreign]
 *
 * sidyn: ensembles with the streams of the specification; foreign: with those of foreign.c. */
#include <stdio.h>
#include <string.h>
#include "answer.h"
#include "json.h"
#include "port.h"
#include "requests.h"

/* All memory there is, in bytes; a compiler's -D sets others. A request of n bytes needs 4*n at the
 * most for its numbers, and what it computes with. */
#ifndef AD_LINE
#define AD_LINE (8u << 20) /* the longest request */
#endif
#ifndef AD_MEMORY
#define AD_MEMORY (64u << 20) /* numbers of a request and its answer, workspace */
#endif
#ifndef AD_DEFINED
#define AD_DEFINED (16u << 20) /* problems that were defined, as they came */
#endif

static char ad_line[AD_LINE + 1]; /* a zero byte at the end */
static union {
  unsigned char bytes[AD_MEMORY];
  double real;
  uint64_t integer;
} ad_memory;

/* ---- define: name, zero byte, JSON of the problem, zero byte, and so on ---- */

static char ad_definitions[AD_DEFINED];
static size_t ad_defined_size;

/* Where the name of a definition stands, or the end. */
static size_t ad_find_defined(const char *name) {
  size_t at = 0;
  while (at < ad_defined_size && strcmp(ad_definitions + at, name) != 0) {
    at += strlen(ad_definitions + at) + 1; /* over the name, then over the problem */
    at += strlen(ad_definitions + at) + 1;
  }
  return at;
}

static const char *ad_defined(const char *name) {
  const size_t at = ad_find_defined(name);
  return at < ad_defined_size ? ad_definitions + at + strlen(name) + 1 : NULL;
}

static void ad_forget_defined(const char *name) {
  const size_t at = ad_find_defined(name);
  if (at == ad_defined_size) return;
  const size_t size = strlen(name) + 1 + strlen(ad_defined(name)) + 1;
  memmove(ad_definitions + at, ad_definitions + at + size, ad_defined_size - at - size);
  ad_defined_size -= size;
}

static void ad_do_define(const ad_task *task) {
  char name[64];
  sid_problem problem;
  const char *given = ad_json_member(task->request, "name");
  ad_read_problem(task->reader, task->request, &problem);
  if (!given || ad_json_text(given, name, sizeof name))
    ad_fail(task->reader, "name", "a string of at most 63 bytes");
  if (ad_failed(task->reader)) return;
  const char *value = ad_json_member(task->request, "problem");
  if (*value != '{') {
    ad_fail(task->reader, "problem", "an object");
    return;
  }
  const size_t length = (size_t)(ad_json_end(value) - value), name_size = strlen(name) + 1;
  ad_forget_defined(name);
  if (name_size + length + 1 > AD_DEFINED - ad_defined_size) {
    ad_fail(task->reader, "problem", "no more definitions than there is memory for");
    return;
  }
  memcpy(ad_definitions + ad_defined_size, name, name_size);
  memcpy(ad_definitions + ad_defined_size + name_size, value, length);
  ad_defined_size += name_size + length;
  ad_definitions[ad_defined_size++] = '\0';
  (void)ad_open(task);
}

/* ---- requests by their names ---- */

static void ad_do_hello(const ad_task *task);

static const struct {
  const char *name;
  void (*answer)(const ad_task *task);
} ad_requests[] = {{"hello", ad_do_hello},
                   {"define", ad_do_define},
                   {"raw", ad_do_raw},
                   {"uniform", ad_do_uniform},
                   {"normals", ad_do_normals},
                   {"normals_from_raws", ad_do_normals_from_raws},
                   {"sum", ad_do_sum},
                   {"dot", ad_do_dot},
                   {"loss", ad_do_loss},
                   {"gradient", ad_do_gradient},
                   {"hessian_vector", ad_do_hessian_vector},
                   {"noise", ad_do_noise},
                   {"noise_trace", ad_do_noise_trace},
                   {"schedule", ad_do_schedule},
                   {"sharpness", ad_do_sharpness},
                   {"step", ad_do_step},
                   {"run", ad_do_run},
                   {"ensemble", ad_do_ensemble}};
enum { AD_REQUESTS = sizeof ad_requests / sizeof ad_requests[0] };

static void ad_put_item(int first, const char *name, size_t length) {
  ad_put(first ? "[\"" : ",\"");
  for (size_t i = 0; i < length; i++) ad_port_write(name[i]);
  ad_put("\"");
}

static void ad_do_hello(const ad_task *task) {
  (void)ad_integer(task->reader, task->request, "sidyn", 1, 1);
  if (!ad_open(task)) return;
  ad_put(",\"name\":\"sidyn " SID_VERSION " in two files");
  ad_put(task->foreign ? ", foreign generator\"" : "\"");
  ad_put(",\"precision\":\"binary64\",\"numbers\":\"bits\"");
  ad_put_name("can");
  for (size_t i = 1; i < AD_REQUESTS; i++)
    ad_put_item(i == 1, ad_requests[i].name, strlen(ad_requests[i].name));
  ad_put("]");
  ad_put_name("problems");
  for (int32_t kind = 1; kind < AD_PROBLEMS_END; kind++)
    ad_put_item(kind == 1, sid_problem_name(kind), strlen(sid_problem_name(kind)));
  ad_put("]");
  ad_put_name("dynamics");
  for (const char *at = ad_dynamics_names; *at; at += strspn(at, " ")) {
    ad_put_item(at == ad_dynamics_names, at, strcspn(at, " "));
    at += strcspn(at, " ");
  }
  ad_put("]");
}

static void ad_dispatch(const ad_task *task) {
  const char *name = ad_json_member(task->request, "do");
  for (size_t i = 0; name && i < AD_REQUESTS; i++) {
    if (!ad_json_is(name, ad_requests[i].name)) continue;
    ad_requests[i].answer(task);
    return;
  }
  ad_fail(task->reader, "do", "a request of docs/conform.md");
}

/* ---- lines ---- */

/* The next line without its end; its length, AD_LINE + 1 if it is longer than there is room for, of
 * which nothing is kept, or -1 at the end of the input. A last line may lack its end. */
static long ad_read_line(void) {
  long length = 0;
  int byte = ad_port_read();
  if (byte < 0) return -1;
  for (; byte >= 0 && byte != '\n'; byte = ad_port_read()) {
    if (length < (long)AD_LINE) ad_line[length] = (char)byte;
    if (length <= (long)AD_LINE) length++;
  }
  ad_line[length <= (long)AD_LINE ? length : 0] = '\0';
  return length;
}

/* One answer for one line, whatever it holds. */
static void ad_answer_line(long length, int foreign) {
  ad_reader reader = {ad_memory.bytes, 0, sizeof ad_memory.bytes, ad_defined, NULL, NULL};
  ad_task task = {&reader, ad_line + strspn(ad_line, " \t\r"), 0, foreign};
  if (length > (long)AD_LINE)
    ad_fail(&reader, "request", "a line that is not longer than there is memory for");
  else if (ad_json_check(ad_line) != ad_line + length || *task.request != '{')
    ad_fail(&reader, "request", "one JSON object");
  task.id = ad_integer(&reader, task.request, "id", 1, SID_STEPS_MAX);
  if (ad_failed(&reader))
    task.id = 0; /* there is none that could be repeated */
  else
    ad_dispatch(&task);
  if (ad_failed(&reader)) {
    ad_put("{\"id\":");
    ad_put_integer(task.id);
    ad_put(",\"error\":\"");
    ad_put(reader.field);
    ad_put("; allowed: ");
    ad_put(reader.allowed);
    ad_put("\"");
  }
  ad_put("}\n");
  ad_port_flush();
}

int main(int argc, char **argv) {
  const int named = argc == 3 && strcmp(argv[1], "--generator") == 0;
  const int foreign = named && strcmp(argv[2], "foreign") == 0;
  if (argc > 1 && !foreign && !(named && strcmp(argv[2], "sidyn") == 0)) {
    fputs("adapter: allowed: --generator sidyn or --generator foreign\n", stderr);
    return 2;
  }
  const uint32_t wrong = sid_selfcheck();
  if (wrong) {
    fprintf(stderr, "adapter: %s\n", sid_selfcheck_text(wrong & (~wrong + 1)));
    return 3;
  }
  for (long length = ad_read_line(); length >= 0; length = ad_read_line())
    ad_answer_line(length, foreign);
  return 0;
}
