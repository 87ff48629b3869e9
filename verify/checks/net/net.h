/* What the checks of networks share: small classifiers on synthetic images (docs/spec-network.md,
 * blobs). Notation: eta the rate, lam the weight decay, el = eta lam, R_k the squared norm of layer
 * k, g_k its part of a batch's gradient. */
#ifndef VF_NET_H
#define VF_NET_H

#include "harness/observe.h"
#include "harness/text.h"

#define NET_ULP 0x1p-53

enum {
  NET_IMAGES = 512,
  NET_PIXELS = 64,
  NET_CLASSES = 10,
  NET_BATCH = 32,
  NET_LAYERS = 2,
  NET_DIM = 64 * 16 + 16 * 16 /* the most */
};

/* The images, and a network on them: of `layers` dense layers of width 16. It is made in place and
 * not copied. */
typedef struct {
  sid_problem problem;
  sid_network network;
  sid_layer layers[NET_LAYERS];
  uint8_t pixels[NET_IMAGES * NET_PIXELS], labels[NET_IMAGES];
} net_case;

void net_make(net_case *made, int32_t norm, uint32_t layers);

/* "bn", "ln", ... */
const char *net_norm_name(int32_t norm);

/* SGD with that batch; momentum where beta > 0. */
sid_dynamics net_sgd(double beta);

/* An experiment on it with one segment, which the caller holds: normal weights of this size. */
sid_experiment net_experiment(const net_case *made, sid_segment *segment, double eta, double lam,
                              double start);

#endif
