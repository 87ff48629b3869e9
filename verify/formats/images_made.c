/* Images that an experiment makes (blobs) or has in itself (lists). */
#include "formats/images_json.h"

#if SID_HAVE_JANSSON

#include <stdlib.h>

/* [R, C, F]. */
static void vf_read_shape(const vf_node *parent, vf_images *images) {
  const vf_node node = vf_required(parent, "shape", "[rows, columns, channels]");
  uint32_t *sizes[3] = {&images->height, &images->width, &images->channels};
  uint64_t product = 1;
  if (parent->reader->failed) return;
  vf_length(&node, 3, 3, "numbers");
  for (size_t i = 0; i < 3 && !parent->reader->failed; i++) {
    const vf_node item = vf_item(&node, i);
    *sizes[i] = vf_size(&item, 1, SID_DIM_MAX);
    product *= *sizes[i];
    if (product > SID_DIM_MAX)
      vf_reject(&node, "%llu numbers; allowed: at most 65536", (unsigned long long)product);
  }
}

/* Memory for so many images and their labels. */
static void vf_images_allocate(vf_images *images, uint32_t count) {
  const size_t size = (size_t)images->height * images->width * images->channels;
  images->count = images->labelled = count;
  images->pixels = vf_allocate(count * size, 1);
  images->labels = vf_allocate(count, 1);
}

/* ---- blobs ---- */

/* The end of a range [A, B], or 0 where there is none; what is wrong with it is said later. */
static uint32_t vf_range_end(const vf_node *parent, const char *name) {
  const vf_node node = vf_field(parent, name), end = vf_item(&node, 1);
  return end.json ? vf_size(&end, 1, 2 * SID_SAMPLES_MAX) : 0;
}

void vf_read_blobs(const vf_node *parent, uint32_t classes, vf_images *images) {
  static const uint64_t key[2] = {SID_KEY_DATA, 0};
  const vf_node node = vf_field(parent, "blobs");
  vf_expect_fields(&node, "seed shape centres spread");
  vf_read_shape(&node, images);
  const vf_node seed = vf_required(&node, "seed", "an integer from 0 to 2^64-1"),
                centres = vf_required(&node, "centres", "an integer from 1 to 65536"),
                spread = vf_required(&node, "spread", "a finite number >= 0");
  if (node.reader->failed) return;
  const uint64_t number = vf_integer(&seed, 0, UINT64_MAX);
  const sid_blobs blobs = {images->height * images->width * images->channels,
                           vf_size(&centres, 1, SID_DIM_MAX), classes,
                           vf_real_nonnegative(&spread)};
  const uint32_t train = vf_range_end(parent, "train"), test = vf_range_end(parent, "test");
  if (node.reader->failed) return;
  double *work = vf_allocate(((size_t)blobs.centres + 1) * blobs.numbers, sizeof *work);
  sid_stream stream;
  vf_images_allocate(images, train > test ? train : test);
  (void)sid_stream_init(&stream, number, key, 2);
  (void)sid_data_blobs(&stream, &blobs, images->count, images->pixels, images->labels, work);
  free(work);
}

/* ---- lists ---- */

static void vf_read_bytes(const vf_node *list, size_t count, uint32_t below, uint8_t *out) {
  vf_length(list, count, count, "numbers");
  for (size_t i = 0; i < count && !list->reader->failed; i++) {
    const vf_node item = vf_item(list, i);
    out[i] = (uint8_t)vf_size(&item, 0, below - 1);
  }
}

void vf_read_image_lists(const vf_node *node, uint32_t classes, vf_images *images) {
  const vf_node list = vf_field(node, "images"),
                labels = vf_required(node, "labels", "as many labels as there are images");
  vf_read_shape(node, images);
  const size_t count = vf_length(&list, 1, 2 * SID_SAMPLES_MAX, "images");
  if (node->reader->failed) return;
  const size_t size = (size_t)images->height * images->width * images->channels;
  vf_images_allocate(images, (uint32_t)count);
  vf_read_bytes(&labels, count, classes, images->labels);
  for (size_t i = 0; i < count && !node->reader->failed; i++) {
    const vf_node image = vf_item(&list, i);
    vf_read_bytes(&image, size, 256, images->pixels + i * size);
  }
}

#endif
