#include "conform/serve.h"
#include "formats/failure.h"

#if !SID_HAVE_JANSSON

int vf_serve(int jobs, int bits) {
  (void)jobs, (void)bits;
  return vf_fail("conform: this sidyn was built without libjansson; make deps installs it");
}

#else

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include "conform/answer.h"
#include "conform/request_read.h"
#include "formats/experiment_parts.h"
#include "formats/json_text.h"
#include "formats/names.h"
#include "formats/output.h"

typedef struct {
  json_t *defined; /* problems by name */
  vf_json_writer json;
  int jobs;
} vf_server;

/* A list of words, which are separated by spaces. */
static void vf_write_words(vf_json_writer *json, const char *name, const char *words) {
  char word[64];
  int length;
  const char *at;
  vf_json_name(json, name);
  vf_json_open(json, '[');
  for (int32_t k = 0; (at = vf_word(words, k, &length)) != NULL; k++) {
    snprintf(word, sizeof word, "%.*s", length, at);
    vf_json_string(json, word);
  }
  vf_json_close(json, ']');
}

static void vf_serve_hello(vf_json_writer *json) {
  vf_json_name(json, "name");
  vf_json_string(json, "sidyn " SID_VERSION);
  vf_json_name(json, "specification");
  vf_json_integer(json, SID_SPECIFICATION);
  vf_json_name(json, "precision");
  vf_json_string(json, "binary64");
  vf_json_name(json, "numbers");
  vf_json_string(json, json->format == VF_BITS ? "bits" : "dec");
  vf_write_words(json, "can", vf_request_words);
  vf_write_words(json, "problems", vf_problem_words);
  vf_write_words(json, "dynamics", VF_DYNAMICS);
}

static void vf_serve_begin(vf_json_writer *json, uint64_t id) {
  vf_json_clear(json);
  vf_json_open(json, '{');
  vf_json_name(json, "id");
  vf_json_integer(json, id);
}

static void vf_serve_unsupported(vf_json_writer *json) {
  vf_json_name(json, "unsupported");
  vf_json_string(json, "no such request");
}

static void vf_serve_error(vf_json_writer *json, const char *message) {
  vf_json_name(json, "error");
  vf_json_string(json, message);
}

/* Puts the problem of that name, if it is a name, into the object. */
static void vf_serve_defined(const vf_server *server, json_t *object) {
  const char *name = json_string_value(json_object_get(object, "problem"));
  json_t *problem = name ? json_object_get(server->defined, name) : NULL;
  if (problem) json_object_set(object, "problem", problem);
}

/* The whole answer; or 0 after a fault, which is in the reader. */
static int vf_serve_request(vf_server *server, vf_do what, const vf_node *root, uint64_t id) {
  vf_request request;
  vf_answer answer;
  const vf_node name = vf_field(root, "name");
  memset(&request, 0, sizeof request);
  request.what = what;
  vf_serve_defined(server, root->json);
  vf_serve_defined(server, json_object_get(root->json, "experiment"));
  vf_request_read(root, &request);
  if (what == VF_DEFINE && !json_is_string(name.json)) vf_reject(&name, "allowed: a string");
  if (root->reader->failed) return 0;
  if (what == VF_DEFINE)
    json_object_set(server->defined, json_string_value(name.json),
                    json_object_get(root->json, "problem"));
  vf_answer_make(&request, server->jobs, &root->reader->arena, &answer);
  vf_answer_write(&server->json, &request, id, &answer);
  return 1;
}

/* The answer to an object. */
static void vf_serve_object(vf_server *server, const vf_node *root) {
  vf_json_writer *json = &server->json;
  const char *name = json_string_value(json_object_get(root->json, "do"));
  const json_int_t given = json_integer_value(json_object_get(root->json, "id"));
  const uint64_t id = given > 0 ? (uint64_t)given : 0;
  const vf_do what = name ? vf_request_named(name) : VF_REQUEST_COUNT;
  if (id > 0 && what != VF_REQUEST_COUNT && vf_serve_request(server, what, root, id)) return;
  vf_serve_begin(json, id);
  if (id == 0)
    vf_serve_error(json, "id; allowed: an integer from 1");
  else if (!name)
    vf_serve_error(json, "do; allowed: the name of a request");
  else if (strcmp(name, "hello") == 0)
    vf_serve_hello(json);
  else if (what == VF_REQUEST_COUNT)
    vf_serve_unsupported(json);
  else
    vf_serve_error(json, root->reader->message);
  vf_json_close(json, '}');
}

/* The answer to one line, in the writer. */
static void vf_serve_line(vf_server *server, const char *line, size_t length) {
  char message[VF_ANSWER_MESSAGE] = "";
  json_error_t error;
  int marked = 0;
  json_t *root = memchr(line, 0, length) ? NULL : vf_json_parse(line, length, &error, &marked);
  vf_reader reader = {"request", line, {NULL}, message, sizeof message, 0, marked};
  const vf_node node = {&reader, root, NULL, NULL, 0};
  if (root) {
    vf_serve_object(server, &node);
  } else {
    vf_serve_begin(&server->json, 0);
    vf_serve_error(&server->json, "no JSON; allowed: one object in UTF-8 on one line");
    vf_json_close(&server->json, '}');
  }
  vf_arena_free(&reader.arena);
  json_decref(root);
}

int vf_serve(int jobs, int bits) {
  vf_server server = {json_object(), {NULL, 0, 0, bits ? VF_BITS : VF_DEC, 0}, jobs};
  char *line = NULL;
  size_t capacity = 0;
  ssize_t length;
  int status = 0;
  while (!status && (length = getline(&line, &capacity, stdin)) > 0) {
    if (line[length - 1] == '\n') line[--length] = '\0';
    vf_serve_line(&server, line, (size_t)length);
    puts(server.json.text);
    status = vf_output_flush();
  }
  free(line);
  vf_json_free(&server.json);
  json_decref(server.defined);
  return status;
}

#endif
