/* The object "data" of an experiment with small files of each format: pixels in their places,
 * ranges of images, and every message. */
#include "common.h"

#include <unistd.h>

#include "formats/images_json.h"

static char folder[] = "/tmp/sidyn-images.XXXXXX";

/* ---- files ---- */

static char *path_of(const char *name, char path[64]) {
  snprintf(path, 64, "%s/%s", folder, name);
  return path;
}

static void write_file(const char *name, const uint8_t *bytes, size_t count) {
  char path[64];
  FILE *file = fopen(path_of(name, path), "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, count, file), count);
  fclose(file);
}

enum { HEIGHT = 2, WIDTH = 3, IDX = HEIGHT * WIDTH, RECORD = 3073, CIFAR = 3072 };

/* `count` images of 2x3, of which byte k is first + k; and as many labels, 0, 1, 2, 0, ... */
static void write_idx(const char *images, const char *labels, uint8_t count, uint8_t first) {
  uint8_t bytes[16 + 256] = {0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, HEIGHT, 0, 0, 0, WIDTH};
  uint8_t named[8 + 256] = {0, 0, 8, 1, 0, 0, 0, count};
  for (size_t k = 0; k < (size_t)count * IDX; k++) bytes[16 + k] = (uint8_t)(first + k);
  for (size_t i = 0; i < count; i++) named[8 + i] = (uint8_t)(i % 3);
  write_file(images, bytes, 16 + (size_t)count * IDX);
  write_file(labels, named, 8 + (size_t)count);
}

static uint8_t cifar_byte(size_t image, size_t k) {
  return (uint8_t)(image * 77 + k * 13 + k / 256);
}

/* Two images with the labels 9 and `second`. */
static void write_cifar(const char *name, uint8_t second) {
  static uint8_t bytes[2 * RECORD];
  for (size_t i = 0; i < 2; i++) {
    bytes[i * RECORD] = i ? second : 9;
    for (size_t k = 0; k < CIFAR; k++) bytes[i * RECORD + 1 + k] = cifar_byte(i, k);
  }
  write_file(name, bytes, sizeof bytes);
}

/* 70 lines, of which the pixel k is (line + k) % 17 and the label line % 10. */
static void write_digits(const char *name) {
  static char text[70 * 200];
  char *to = text;
  for (int line = 0; line < 70; line++) {
    for (int k = 0; k < 64; k++) to += sprintf(to, "%d,", (line + k) % 17);
    to += sprintf(to, "%d\n", line % 10);
  }
  write_file(name, (const uint8_t *)text, (size_t)(to - text));
}

static int make_files(void **state) {
  (void)state;
  if (!mkdtemp(folder)) return -1;
  write_idx("images", "labels", 5, 0);
  write_idx("images2", "labels2", 2, 100);
  write_cifar("cifar", 0);
  write_cifar("cifar2", 5);
  write_digits("digits");
  const uint8_t tall[16 + 6] = {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 2};
  write_file("tall", tall, sizeof tall);
  return 0;
}

static int remove_files(void **state) {
  static const char *const names[] = {"images", "labels", "images2", "labels2",
                                      "cifar",  "cifar2", "digits",  "tall"};
  char path[64];
  (void)state;
  for (size_t i = 0; i < COUNT(names); i++) unlink(path_of(names[i], path));
  return rmdir(folder);
}

/* ---- reading ---- */

typedef struct {
  vf_reader reader;
  json_t *json;
  char name[64], message[6000];
  vf_image_data data;
} reading;

/* Reads an object as if it stood in DIR/experiment.json; ' are quotes. */
static void read_data(reading *one, const char *object, uint32_t classes) {
  char text[2048];
  memset(one, 0, sizeof *one);
  snprintf(text, sizeof text, "%s", object);
  for (char *at = text; *at; at++)
    if (*at == '\'') *at = '"';
  one->json = json_loads(text, 0, NULL);
  assert_non_null(one->json);
  one->reader = (vf_reader){.name = path_of("experiment.json", one->name),
                            .text = text,
                            .message = one->message,
                            .message_size = sizeof one->message};
  const vf_node root = {&one->reader, one->json, NULL, NULL, 0};
  const vf_node node = vf_field(&root, "data");
  vf_read_image_data(&node, classes, &one->data);
}

static void end_reading(reading *one) {
  vf_arena_free(&one->reader.arena);
  json_decref(one->json);
}

static void require_read(reading *one, const char *object, uint32_t classes) {
  read_data(one, object, classes);
  if (one->reader.failed) fail_msg("%s: %s", object, one->message);
}

static void require_shape(const vf_images *images, uint32_t count, uint32_t height, uint32_t width,
                          uint32_t channels) {
  assert_int_equal(images->count, count);
  assert_int_equal(images->labelled, count);
  assert_int_equal(images->height, height);
  assert_int_equal(images->width, width);
  assert_int_equal(images->channels, channels);
}

#define REST "'scale': 0.25, 'centre': -2}}"

static void test_idx(void **state) {
  reading one;
  (void)state;
  require_read(&one,
               "{'data': {'idx': ['images', 'labels', 'images2', 'labels2'], 'train': [1, 4], "
               "'test': [4, 7], " REST,
               3);
  require_shape(&one.data.train, 3, HEIGHT, WIDTH, 1);
  require_shape(&one.data.test, 3, HEIGHT, WIDTH, 1);
  for (size_t k = 0; k < 3 * (size_t)IDX; k++) {
    assert_int_equal(one.data.train.pixels[k], IDX + k);
    assert_int_equal(one.data.test.pixels[k], k < IDX ? 4 * IDX + k : 100 + k - IDX);
  }
  assert_memory_equal(one.data.train.labels, "\1\2\0", 3);
  assert_memory_equal(one.data.test.labels, "\1\0\1", 3);
  require_bits(one.data.scale, 0.25, "scale", 0);
  require_bits(one.data.centre, -2.0, "centre", 0);
  end_reading(&one);
}

/* Channel last, file after file. */
static void test_cifar(void **state) {
  reading one;
  (void)state;
  require_read(&one, "{'data': {'cifar': ['cifar', 'cifar2'], 'train': [0, 4], " REST, 10);
  require_shape(&one.data.train, 4, 32, 32, 3);
  assert_int_equal(one.data.test.count, 0);
  for (size_t i = 0; i < 4; i++)
    for (size_t k = 0; k < CIFAR; k++)
      assert_int_equal(one.data.train.pixels[i * CIFAR + k],
                       cifar_byte(i % 2, k % 3 * 1024 + k / 3));
  assert_memory_equal(one.data.train.labels, "\x9\0\x9\5", 4);
  end_reading(&one);
}

static void test_digits(void **state) {
  reading one;
  char object[200], path[64];
  (void)state;
  snprintf(object, sizeof object, "{'data': {'digits': '%s', 'train': [0, 70], " REST,
           path_of("digits", path)); /* an absolute path */
  require_read(&one, object, 10);
  require_shape(&one.data.train, 70, 8, 8, 1);
  for (size_t i = 0; i < 70; i++) {
    for (size_t k = 0; k < 64; k++)
      assert_int_equal(one.data.train.pixels[i * 64 + k], (i + k) % 17);
    assert_int_equal(one.data.train.labels[i], i % 10);
  }
  end_reading(&one);
}

/* ---- messages ---- */

/* The object is refused with this message, in which % stands for the folder. */
static void require_refused(const char *object, uint32_t classes, const char *says) {
  reading one;
  char expected[400];
  const char *place = strchr(says, '%');
  if (place)
    snprintf(expected, sizeof expected, "%.*s%s%s", (int)(place - says), says, folder, place + 1);
  else
    snprintf(expected, sizeof expected, "%s", says);
  read_data(&one, object, classes);
  if (!one.reader.failed || !strstr(one.message, expected))
    fail_msg("%s: '%s' without '%s'", object, one.message, expected);
  end_reading(&one);
}

#define PAIR "{'data': {'idx': ['images', 'labels'], "
#define RANGE "'train': [0, 1], "

static void test_objects(void **state) {
  (void)state;
  require_refused("{'data': 3}", 10, "%/experiment.json:1: data: not an object; allowed: ");
  require_refused(PAIR RANGE "'size': 3, " REST, 10,
                  "data.size: unknown field; allowed: idx cifar digits blobs images train test "
                  "scale centre");
  require_refused(PAIR REST, 10, "data.train: missing; allowed: [A, B]");
  require_refused(PAIR RANGE "'scale': 1}}", 10, "data.centre: missing; allowed: a finite number");
  require_refused(PAIR RANGE "'centre': 1}}", 10, "data.scale: missing; allowed: a finite number");
  require_refused(PAIR RANGE "'scale': 0, 'centre': 1}}", 10, "data.scale: 0; allowed: finite and");
  require_refused(PAIR RANGE "'scale': 1, 'centre': []}}", 10, "data.centre: not a finite number");
  require_refused("{'data': {" RANGE REST, 10,
                  "data: 0 of them; allowed: exactly one of idx cifar digits blobs images");
  require_refused(PAIR "'digits': 'digits', " RANGE REST, 10, "data: 2 of them; allowed: exactly");
  require_refused("{'data': {'idx': 'images', " RANGE REST, 10,
                  "data.idx: not a list; allowed: a list of 2 to 64 files");
  require_refused("{'data': {'idx': ['images'], " RANGE REST, 10,
                  "data.idx: 1 files; allowed: 2 to 64");
  require_refused("{'data': {'idx': ['images', 'labels', 'images2'], " RANGE REST, 10,
                  "data.idx: 3 files; allowed: pairs, images before their labels");
  require_refused("{'data': {'cifar': [], " RANGE REST, 10,
                  "data.cifar: 0 files; allowed: 1 to 64");
  require_refused("{'data': {'digits': ['digits'], " RANGE REST, 10,
                  "data.digits: no path; allowed: the name of a file, relative to the experiment");
  require_refused("{'data': {'cifar': [''], " RANGE REST, 10, "data.cifar[0]: no path; allowed: ");
}

static void test_ranges(void **state) {
  (void)state;
  require_refused(PAIR "'train': [0, 6], " REST, 10,
                  "data.train[1]: out of range or not an integer; allowed: an integer from 1 to 5");
  require_refused(PAIR "'train': [5, 6], " REST, 10,
                  "data.train[0]: out of range or not an integer; allowed: an integer from 0 to 4");
  require_refused(PAIR "'train': [2, 2], " REST, 10,
                  "data.train[1]: out of range or not an integer;"
                  " allowed: an integer from 3 to 5");
  require_refused(PAIR "'train': [1], " REST, 10, "data.train: 1 numbers; allowed: 2");
  require_refused(PAIR RANGE "'test': [0, 1.5], " REST, 10, "data.test[1]: out of range or not an");
  require_refused(PAIR RANGE "'test': null, " REST, 10, "data.test: not a list; allowed: ");
}

/* Each names the file, the byte, and the field. */
static void test_files(void **state) {
  (void)state;
  require_refused("{'data': {'digits': 'none', " RANGE REST, 10,
                  "data.digits: %/none: No such file or directory; allowed: a readable file");
  require_refused("{'data': {'idx': ['labels', 'labels'], " RANGE REST, 10,
                  "data.idx[0]: %/labels: byte 0: magic 00 00 08 01; allowed: 00 00 08 03, IDX of "
                  "bytes with 3 sizes, as images have");
  require_refused("{'data': {'idx': ['images', 'images'], " RANGE REST, 10,
                  "data.idx[1]: %/images: byte 0: magic 00 00 08 03; allowed: 00 00 08 01, IDX of "
                  "bytes with 1 size, as labels have");
  require_refused("{'data': {'idx': ['images', 'labels2'], " RANGE REST, 10,
                  "data.idx[1]: %/labels2: byte 4: 2 labels; allowed: 5, as many as there are");
  require_refused("{'data': {'idx': ['images', 'labels', 'images2', 'labels'], " RANGE REST, 10,
                  "data.idx[3]: %/labels: byte 4: 5 labels; allowed: 2, as many as there are");
  require_refused("{'data': {'idx': ['images', 'labels', 'tall', 'labels'], " RANGE REST, 10,
                  "data.idx[2]: %/tall: byte 8: images of 3x2x1; allowed: 2x3x1, as in the files");
  require_refused(PAIR RANGE REST, 2, "data.idx[1]: %/labels: byte 10: label 2; allowed: 0 to 1");
  require_refused("{'data': {'cifar': ['cifar2'], " RANGE REST, 9,
                  "data.cifar[0]: %/cifar2: byte 0: label 9; allowed: 0 to 8");
  require_refused("{'data': {'digits': 'digits', " RANGE REST, 5,
                  "%/digits: byte 936: line 6: no such label; allowed: an integer from 0 to 4");
  require_refused("{'data': {'digits': 'labels', " RANGE REST, 10,
                  "data.digits: %/labels: byte 0: line 1: no such pixel; allowed: an integer");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_idx),    cmocka_unit_test(test_cifar),
                                     cmocka_unit_test(test_digits), cmocka_unit_test(test_objects),
                                     cmocka_unit_test(test_ranges), cmocka_unit_test(test_files)};
  return cmocka_run_group_tests(tests, make_files, remove_files);
}
