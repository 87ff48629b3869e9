/* The object "data" of an experiment: labelled images from files (docs/spec.md section 12). */
#ifndef VF_IMAGES_JSON_H
#define VF_IMAGES_JSON_H

#include "formats/images.h"
#include "formats/json_reader.h"

#if SID_HAVE_JANSSON

/* The fields of which exactly one names files, or says how the images are made or which they are;
 * words separated by spaces. */
#define VF_IMAGE_SOURCES "idx cifar digits blobs images"

/* The images that are in use, each with its label; test.count is 0 where there are none. The value
 * of a pixel is pixel*scale - centre, rounded after either operation. The memory is the reader's:
 * vf_images_free() is not for it. */
typedef struct {
  vf_images train, test;
  double scale, centre;
} vf_image_data;

/* Reads the object, and of the files that it names what it uses. `classes`: labels are below it,
 * 1..256. */
void vf_read_image_data(const vf_node *node, uint32_t classes, vf_image_data *data);

/* Its parts. All images of the files that `node`, the object, names; paths are relative to the
 * folder of the reader's file. The memory is the caller's, after a fault too. */
void vf_read_image_files(const vf_node *node, uint32_t classes, vf_images *images);

/* All images of "blobs", as many as "train" and "test" of `node` reach, or of "images", "labels"
 * and "shape": random data and lists (docs/spec-network.md section 12). The memory is the caller's,
 * after a fault too. */
void vf_read_blobs(const vf_node *node, uint32_t classes, vf_images *images);
void vf_read_image_lists(const vf_node *node, uint32_t classes, vf_images *images);

/* And images A..B-1 of all, of which each has a label, from a list [A, B]; the memory is the
 * reader's. */
void vf_read_image_range(const vf_node *node, const vf_images *all, vf_images *part);

#endif
#endif
