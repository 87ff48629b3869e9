/* The object "data" of an experiment: labelled images from files (docs/spec.md section 12), or made
 * by itself (docs/spec-network.md section 12). */
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

/* Its parts that need no file: all images of "blobs", as many as "train" and "test" of `node`, the
 * object, reach, or of "images", "labels" and "shape". The memory is the caller's, after a fault
 * too. */
void vf_read_blobs(const vf_node *node, uint32_t classes, vf_images *images);
void vf_read_image_lists(const vf_node *node, uint32_t classes, vf_images *images);

#endif
#endif
