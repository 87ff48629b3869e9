/* Images of an experiment: which files, which of their images, and the scale of a pixel. */
#include "formats/images_json.h"

#if SID_HAVE_JANSSON

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "formats/names.h"

/* A field that names files: one, or a list of so many at least, alternately of the two formats. */
typedef struct {
  const char *field;
  vf_images_format formats[2];
  size_t list; /* 0: one file */
} vf_image_source;

enum { VF_IMAGE_FILES = 64 };

/* ---- files ---- */

/* The path of a file, relative to the folder of the reader's. To be freed. */
static char *vf_image_path(const vf_node *node) {
  const char *given = json_string_value(node->json);
  if (!given || !*given) {
    vf_reject(node, "no path; allowed: the name of a file, relative to the experiment's folder");
    return NULL;
  }
  const char *slash = *given == '/' ? NULL : strrchr(node->reader->name, '/');
  const size_t folder = slash ? (size_t)(slash + 1 - node->reader->name) : 0;
  const size_t length = strlen(given) + 1;
  char *path = vf_allocate(folder + length, 1);
  memcpy(path, node->reader->name, folder);
  memcpy(path + folder, given, length);
  return path;
}

/* Appends the images or labels of a file. */
static void vf_read_image_file(const vf_node *node, vf_images_format format, uint32_t classes,
                               vf_images *images) {
  char message[VF_CONTENT_MESSAGE];
  vf_content content;
  char *path = node->reader->failed ? NULL : vf_image_path(node);
  if (!path) return;
  if (vf_content_open(&content, path, message) || vf_images_read(&content, format, classes, images))
    vf_reject(node, "%s", message);
  vf_content_close(&content);
  free(path);
}

static void vf_read_image_list(const vf_node *node, const vf_image_source *source, uint32_t classes,
                               vf_images *images) {
  const size_t files = vf_length(node, source->list, VF_IMAGE_FILES, "files");
  if (files % source->list)
    vf_reject(node, "%zu files; allowed: pairs, images before their labels", files);
  for (size_t f = 0; f < files; f++) {
    const vf_node item = vf_item(node, f);
    vf_read_image_file(&item, source->formats[f % 2], classes, images);
  }
}

/* All images of the files that the object names. */
static void vf_read_image_files(const vf_node *node, uint32_t classes, vf_images *images) {
  static const vf_image_source sources[] = {{"idx", {VF_IDX_IMAGES, VF_IDX_LABELS}, 2},
                                            {"cifar", {VF_CIFAR, VF_CIFAR}, 1},
                                            {"digits", {VF_DIGITS, VF_DIGITS}, 0}};
  const vf_image_source *source = sources;
  while (!json_object_get(node->json, source->field)) source++;
  const vf_node files = vf_field(node, source->field);
  if (source->list)
    vf_read_image_list(&files, source, classes, images);
  else
    vf_read_image_file(&files, source->formats[0], classes, images);
}

/* ---- what is in use ---- */

/* A copy in the reader's memory. */
static void *vf_kept(const vf_node *node, const uint8_t *from, size_t size) {
  return memcpy(vf_keep(node, size), from, size); /* NOLINT: nobody comes here after a fault */
}

/* Images A..B-1 of all, of which each has a label, from a list [A, B]. */
static void vf_read_image_range(const vf_node *node, const vf_images *all, vf_images *part) {
  const size_t size = (size_t)all->height * all->width * all->channels;
  vf_length(node, 2, 2, "numbers");
  if (node->reader->failed) return;
  const vf_node first = vf_item(node, 0), behind = vf_item(node, 1);
  const uint32_t begin = vf_size(&first, 0, all->count - 1);
  if (node->reader->failed) return;
  const uint32_t end = vf_size(&behind, begin + 1, all->count);
  if (node->reader->failed) return;
  *part = *all;
  part->count = part->labelled = end - begin;
  part->pixels = vf_kept(node, all->pixels + begin * size, part->count * size);
  part->labels = vf_kept(node, all->labels + begin, part->count);
}

/* All images of the one source that is given. */
static void vf_read_images(const vf_node *node, uint32_t classes, vf_images *images) {
  const char *at;
  int given = 0, length;
  for (int32_t s = 0; (at = vf_word(VF_IMAGE_SOURCES, s, &length)) != NULL; s++) {
    char word[16];
    snprintf(word, sizeof word, "%.*s", length, at);
    given += json_object_get(node->json, word) != NULL;
  }
  if (given != 1)
    vf_reject(node, "%d of them; allowed: exactly one of " VF_IMAGE_SOURCES, given);
  else if (json_object_get(node->json, "blobs"))
    vf_read_blobs(node, classes, images);
  else if (json_object_get(node->json, "images"))
    vf_read_image_lists(node, classes, images);
  else
    vf_read_image_files(node, classes, images);
}

void vf_read_image_data(const vf_node *node, uint32_t classes, vf_image_data *data) {
  vf_images all = {0};
  memset(data, 0, sizeof *data);
  const char *made = json_object_get(node->json, "images") ? " labels shape" : "";
  char fields[VF_PATH_SIZE] = VF_IMAGE_SOURCES " train test scale centre";
  vf_append(fields, "%s", made);
  vf_expect_fields(node, fields);
  const vf_node test = vf_field(node, "test"),
                train = vf_required(node, "train", "[A, B]: images A to B-1"),
                scale = vf_required(node, "scale", "a finite number > 0"),
                centre = vf_required(node, "centre", "a finite number");
  if (node->reader->failed) return;
  data->scale = vf_real_positive(&scale);
  data->centre = vf_real(&centre);
  if (!node->reader->failed) vf_read_images(node, classes, &all);
  if (!node->reader->failed) vf_read_image_range(&train, &all, &data->train);
  if (!node->reader->failed && test.json) vf_read_image_range(&test, &all, &data->test);
  vf_images_free(&all);
}

#endif
