#include "checks/net/net.h"
#include <string.h>

/* Twenty blobs of ten classes, which overlap: batches keep their noise. */
static void net_images(net_case *made) {
  static const sid_blobs blobs = {NET_PIXELS, 20, NET_CLASSES, 70.0};
  double work[21 * NET_PIXELS];
  sid_stream stream = vf_stream(1, SID_KEY_DATA, 0);
  (void)sid_data_blobs(&stream, &blobs, NET_IMAGES, made->pixels, made->labels, work);
}

void net_make(net_case *made, int32_t norm, uint32_t layers) {
  memset(made, 0, sizeof *made);
  net_images(made);
  for (uint32_t k = 0; k < layers; k++) made->layers[k] = (sid_layer){SID_LAYER_DENSE, 16, 1};
  made->network = (sid_network){.rows = 8,
                                .cols = 8,
                                .channels = 1,
                                .layer_count = layers,
                                .layers = made->layers,
                                .norm = norm,
                                .activation = SID_ACTIVATION_RELU,
                                .loss = SID_LOSS_CROSS_ENTROPY,
                                .groups = 2,
                                .gain = 4.0,
                                .classes = NET_CLASSES,
                                .temperature = 2.0,
                                .scale = 0.0078125,
                                .centre = 1.0,
                                .pixels = made->pixels,
                                .labels = made->labels};
  made->problem = (sid_problem){.kind = SID_NETWORK,
                                .noise = SID_NOISE_SAMPLES,
                                .dim = NET_PIXELS * 16 + (layers - 1) * 16 * 16,
                                .samples = NET_IMAGES,
                                .network = &made->network};
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
