#include "checks/net/net.h"
#include <string.h>

enum { NET_CENTRES = 20 }; /* the most */

const net_shape net_small = {.side = 4,
                             .images = 64,
                             .tests = 64,
                             .classes = 4,
                             .centres = 8,
                             .spread = 70.0,
                             .layers = 1,
                             .width = 8,
                             .norm = SID_NORM_BN,
                             .activation = SID_ACTIVATION_RELU,
                             .loss = SID_LOSS_CROSS_ENTROPY,
                             .temperature = 2.0};

static void net_images(net_case *made, const net_shape *shape) {
  const sid_blobs blobs = {shape->side * shape->side, shape->centres, shape->classes,
                           shape->spread};
  double work[(NET_CENTRES + 1) * NET_PIXELS];
  sid_stream stream = vf_stream(1, SID_KEY_DATA, 0);
  (void)sid_data_blobs(&stream, &blobs, shape->images + shape->tests, made->pixels, made->labels,
                       work);
}

void net_build(net_case *made, const net_shape *shape) {
  const uint32_t size = shape->side * shape->side, width = shape->width;
  for (uint32_t k = 0; k < shape->layers; k++)
    made->layers[k] = (sid_layer){SID_LAYER_DENSE, width, 1};
  made->network = (sid_network){
      .rows = shape->side,
      .cols = shape->side,
      .channels = 1,
      .layer_count = shape->layers,
      .layers = made->layers,
      .norm = shape->norm,
      .activation = shape->activation,
      .loss = shape->loss,
      .groups = 2,
      .gain = 4.0,
      .classes = shape->classes,
      .test_samples = shape->tests,
      .temperature = shape->temperature,
      .scale = 0.0078125,
      .centre = 1.0,
      .pixels = made->pixels,
      .labels = made->labels,
      .test_pixels = shape->tests ? made->pixels + (size_t)shape->images * size : NULL,
      .test_labels = shape->tests ? made->labels + shape->images : NULL};
  made->problem = (sid_problem){.kind = SID_NETWORK,
                                .noise = SID_NOISE_SAMPLES,
                                .dim = size * width + (shape->layers - 1) * width * width,
                                .samples = shape->images,
                                .network = &made->network};
}

void net_make_of(net_case *made, const net_shape *shape) {
  memset(made, 0, sizeof *made);
  net_images(made, shape);
  net_build(made, shape);
}

void net_make(net_case *made, int32_t norm, uint32_t layers) {
  const net_shape shape = {.side = 8,
                           .images = 512,
                           .classes = 10,
                           .centres = NET_CENTRES,
                           .spread = 70.0,
                           .layers = layers,
                           .width = 16,
                           .norm = norm,
                           .activation = SID_ACTIVATION_RELU,
                           .loss = SID_LOSS_CROSS_ENTROPY,
                           .temperature = 2.0};
  net_make_of(made, &shape);
}

const char *net_norm_name(int32_t norm) {
  static const char *const names[] = {"none", "bn", "ln", "gn", "wn"};
  return names[norm - SID_NORM_NONE];
}

sid_dynamics net_sgd(double beta) {
  return (sid_dynamics){.kind = beta > 0.0 ? SID_MOMENTUM : SID_SGD,
                        .l = 1,
                        .substeps = 1,
                        .batch = NET_BATCH,
                        .beta = beta};
}

sid_experiment net_experiment(const net_case *made, sid_segment *segment, double eta, double lam,
                              double start) {
  *segment = (sid_segment){0, eta, lam, 1.0};
  return (sid_experiment){
      .problem = made->problem,
      .dynamics = net_sgd(0.0),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = segment},
      .start = {SID_START_GAUSSIAN, NULL, start},
      .seed = 1};
}
