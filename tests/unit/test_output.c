/* Files of results: written beside their name, whole or not at all. */
#include "common.h"

#include <sys/stat.h>
#include <unistd.h>

#include "formats/output.h"

typedef struct {
  char folder[64], path[96], partial[128], link[96];
} place;

static place make_place(void) {
  place at = {.folder = "/tmp/sidyn-output.XXXXXX"};
  assert_non_null(mkdtemp(at.folder));
  snprintf(at.path, sizeof at.path, "%s/result", at.folder);
  snprintf(at.partial, sizeof at.partial, "%s.partial", at.path);
  snprintf(at.link, sizeof at.link, "%s/link", at.folder);
  return at;
}

static void remove_place(const place *at) {
  unlink(at->link), unlink(at->partial), unlink(at->path);
  assert_int_equal(rmdir(at->folder), 0); /* nothing else is left */
}

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  assert_int_equal(fclose(file), 0);
}

static void require_file(const char *path, const char *expected) {
  char text[100];
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  assert_string_equal(text, expected);
}

static void test_commit(void **state) {
  const place at = make_place();
  vf_output output;
  (void)state;
  write_file(at.path, "before");
  assert_int_equal(chmod(at.path, 0640), 0);
  assert_int_equal(vf_output_open(&output, at.path), 0);
  fputs("after", output.stream);
  require_file(at.path, "before");
  assert_int_equal(vf_output_commit(&output), 0);
  require_file(at.path, "after");
  struct stat status;
  assert_int_equal(stat(at.path, &status), 0);
  assert_int_equal(status.st_mode & 0777, 0640);
  assert_int_not_equal(access(at.partial, F_OK), 0);
  remove_place(&at);
}

static void test_abandon(void **state) {
  const place at = make_place();
  vf_output output;
  (void)state;
  write_file(at.path, "before");
  assert_int_equal(vf_output_open(&output, at.path), 0);
  fputs("after", output.stream);
  vf_output_abandon(&output);
  require_file(at.path, "before");
  assert_int_not_equal(access(at.partial, F_OK), 0);
  remove_place(&at);
}

/* What a killed run left behind neither blocks nor shows. */
static void test_left_behind(void **state) {
  const place at = make_place();
  vf_output output;
  (void)state;
  write_file(at.partial, "a longer text of a run that was killed");
  assert_int_equal(vf_output_open(&output, at.path), 0);
  fputs("short", output.stream);
  assert_int_equal(vf_output_commit(&output), 0);
  require_file(at.path, "short");
  remove_place(&at);
}

/* Through a link, also where it leads to nothing yet. */
static void test_link(void **state) {
  (void)state;
  for (int exists = 0; exists < 2; exists++) {
    const place at = make_place();
    vf_output output;
    struct stat status;
    if (exists) write_file(at.path, "before");
    assert_int_equal(symlink("result", at.link), 0);
    assert_int_equal(vf_output_open(&output, at.link), 0);
    fputs("after", output.stream);
    assert_int_equal(vf_output_commit(&output), 0);
    require_file(at.path, "after");
    assert_int_equal(lstat(at.link, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    remove_place(&at);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_commit), cmocka_unit_test(test_abandon),
                                     cmocka_unit_test(test_left_behind),
                                     cmocka_unit_test(test_link)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
