/* Small networks of every norm, activation and loss, dense and with conv layers, for tests. */
#ifndef NETWORKS_H
#define NETWORKS_H

#include "common.h"

#include "sidyn_network.h"

enum { NETWORK_SAMPLES = 37, NETWORK_TEST = 11, NETWORK_PIXELS = 48, NETWORK_DIM_MAX = 1024 };

/* The data of a network; must not be copied. */
typedef struct {
  sid_problem problem;
  sid_network network;
  sid_layer layers[3];
  uint8_t pixels[NETWORK_SAMPLES * NETWORK_PIXELS], labels[NETWORK_SAMPLES];
  uint8_t test_pixels[NETWORK_TEST * NETWORK_PIXELS], test_labels[NETWORK_TEST];
} network_case;

typedef struct {
  int32_t norm, activation, loss;
  int conv;
  double eps;
} network_choice;

static inline void network_bytes(data_source *data, uint8_t *bytes, size_t count, uint32_t below) {
  for (size_t i = 0; i < count; i++) bytes[i] = (uint8_t)data_below(data, below);
}

static inline void network_make(network_case *made, network_choice choice) {
  data_source data = {(uint64_t)(choice.norm * 7 + choice.conv)};
  memset(made, 0, sizeof *made);
  made->layers[0] = (sid_layer){SID_LAYER_DENSE, 8, 0};
  made->layers[1] = (sid_layer){SID_LAYER_DENSE, 12, 0};
  if (choice.conv) {
    made->layers[0] = (sid_layer){SID_LAYER_CONV, 4, 1};
    made->layers[1] = (sid_layer){SID_LAYER_CONV, 6, 2};
    made->layers[2] = (sid_layer){SID_LAYER_DENSE, 8, 0};
  }
  network_bytes(&data, made->pixels, sizeof made->pixels, 256);
  network_bytes(&data, made->test_pixels, sizeof made->test_pixels, 256);
  network_bytes(&data, made->labels, sizeof made->labels, 5);
  network_bytes(&data, made->test_labels, sizeof made->test_labels, 5);
  made->network = (sid_network){.rows = choice.conv ? 4 : 3,
                                .cols = choice.conv ? 5 : 3,
                                .channels = choice.conv ? 2 : 1,
                                .layer_count = choice.conv ? 3 : 2,
                                .layers = made->layers,
                                .norm = choice.norm,
                                .activation = choice.activation,
                                .loss = choice.loss,
                                .groups = 2,
                                .eps = choice.eps,
                                .gain = 1.5,
                                .classes = 5,
                                .test_samples = NETWORK_TEST,
                                .temperature = 2.0,
                                .scale = 0.015625,
                                .centre = 1.9,
                                .pixels = made->pixels,
                                .labels = made->labels,
                                .test_pixels = made->test_pixels,
                                .test_labels = made->test_labels};
  made->problem = (sid_problem){.kind = SID_NETWORK,
                                .noise = SID_NOISE_SAMPLES,
                                .dim = choice.conv ? 18 * 4 + 36 * 6 + 36 * 8 : 9 * 8 + 8 * 12,
                                .samples = NETWORK_SAMPLES,
                                .network = &made->network};
  assert_int_equal(sid_problem_validate(&made->problem), SID_OK);
}

/* A point and a direction. */
static inline void network_point(const network_case *made, uint64_t seed, double *x) {
  data_source data = {seed};
  data_fill(&data, x, made->problem.dim, -1.0, 1.0);
}

/* Calls `each` for every choice; with relu none of it is differentiated twice across a kink. */
static inline void network_for_each(void (*each)(const network_choice *choice, void *user),
                                    void *user) {
  for (int32_t norm = SID_NORM_NONE; norm <= SID_NORM_WN; norm++)
    for (int32_t activation = SID_ACTIVATION_RELU; activation <= SID_ACTIVATION_LINEAR;
         activation++)
      for (int32_t loss = SID_LOSS_CROSS_ENTROPY; loss <= SID_LOSS_SQUARED_ERROR; loss++)
        for (int conv = 0; conv < 2; conv++)
          for (int eps = 0; eps < 2; eps++) {
            const network_choice choice = {norm, activation, loss, conv, eps ? 0.03125 : 0.0};
            each(&choice, user);
          }
}

#endif
