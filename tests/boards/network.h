/* A small network, 8-8-4 on 64 images, trained by SGD and in epochs: the state after each step and
 * the loss at the end, hashed. All memory is on the stack, and less than 12 KiB with that of the
 * library (make size). */
#ifndef BOARD_NETWORK_H
#define BOARD_NETWORK_H

#include "sidyn.h"

/* Of the steps below; changes only with docs/spec-network.md or with them. */
#define BOARD_NETWORK_HASH 0x9312a42dbd67d1e3u

enum {
  BOARD_NETWORK_DIM = 64,
  BOARD_NETWORK_SAMPLES = 64,
  BOARD_NETWORK_BATCH = 8,
  BOARD_NETWORK_STEPS = 20,
  BOARD_NETWORK_STATE = BOARD_NETWORK_DIM + BOARD_NETWORK_SAMPLES + 1,
  BOARD_NETWORK_WORK = 820
};

static uint64_t board_network_add(uint64_t hash, double x) {
  uint64_t bits = 0;
  unsigned char *to = (unsigned char *)&bits;
  const unsigned char *from = (const unsigned char *)&x;
  for (size_t i = 0; i < sizeof bits; i++) to[i] = from[i];
  for (int shift = 56; shift >= 0; shift -= 8)
    hash = (hash ^ ((bits >> shift) & 255)) * 0x100000001b3u;
  return hash;
}

/* One norm and one way to sample. Returns 0 where the library refuses or has too little room. */
static uint64_t board_network_train(uint64_t hash, const sid_problem *problem, double *work) {
  static const sid_dynamics sgd = {.kind = SID_SGD, .batch = BOARD_NETWORK_BATCH};
  const uint64_t key[2] = {SID_KEY_NOISE, 4};
  double x[BOARD_NETWORK_STATE];
  sid_stream stream;
  if (sid_problem_validate(problem) || sid_dynamics_validate(&sgd, problem) ||
      sid_step_workspace(problem, &sgd) > BOARD_NETWORK_WORK ||
      sid_state_doubles(problem, &sgd) > BOARD_NETWORK_STATE ||
      sid_stream_init(&stream, 11, key, 2))
    return 0;
  sid_stream_normals(&stream, x, BOARD_NETWORK_DIM);
  sid_state_begin(problem, &sgd, 0.125, x);
  for (uint32_t step = 0; step < BOARD_NETWORK_STEPS; step++) {
    if (sid_step(problem, &sgd, 0.125, 0.0625, x, &stream, work)) return 0;
    for (uint32_t j = 0; j < BOARD_NETWORK_DIM; j++) hash = board_network_add(hash, x[j]);
  }
  return board_network_add(hash, (double)(sid_stream_raw(&stream) >> 11));
}

static uint64_t board_network_hash(void) {
  static const sid_layer layer = {SID_LAYER_DENSE, 8, 1};
  static const sid_blobs blobs = {8, 6, 4, 40.0};
  const uint64_t key[2] = {SID_KEY_DATA, 0};
  uint8_t pixels[8 * BOARD_NETWORK_SAMPLES], labels[BOARD_NETWORK_SAMPLES];
  double work[BOARD_NETWORK_WORK];
  sid_network network = {.rows = 2, .cols = 4, .channels = 1, .layer_count = 1, .layers = &layer};
  sid_problem problem = {.kind = SID_NETWORK,
                         .noise = SID_NOISE_SAMPLES,
                         .dim = BOARD_NETWORK_DIM,
                         .samples = BOARD_NETWORK_SAMPLES,
                         .network = &network};
  uint64_t hash = 0xcbf29ce484222325u;
  sid_stream stream;
  (void)sid_stream_init(&stream, 5, key, 2);
  (void)sid_data_blobs(&stream, &blobs, BOARD_NETWORK_SAMPLES, pixels, labels, work);
  network.norm = SID_NORM_BN, network.activation = SID_ACTIVATION_RELU;
  network.loss = SID_LOSS_CROSS_ENTROPY, network.classes = 4, network.temperature = 2.0;
  network.scale = 0.0078125, network.centre = 1.0;
  network.pixels = pixels, network.labels = labels;
  hash = board_network_train(hash, &problem, work);
  network.norm = SID_NORM_LN, network.activation = SID_ACTIVATION_SWISH;
  problem.noise = SID_NOISE_EPOCHS;
  return hash ? board_network_train(hash, &problem, work) : 0;
}

#endif
