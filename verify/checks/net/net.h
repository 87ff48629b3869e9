/* What the checks of networks share: small classifiers on synthetic images (docs/spec-network.md,
 * blobs). Notation: eta the rate, lam the weight decay, el = eta lam, R_k the squared norm of layer
 * k, g_k its part of a batch's gradient. */
#ifndef VF_NET_H
#define VF_NET_H

#include "harness/observe.h"
#include "harness/text.h"

#define NET_ULP 0x1p-53

enum {
  NET_IMAGES = 1797, /* the most, to train and to test with */
  NET_PIXELS = 64,
  NET_BATCH = 32,
  NET_LAYERS = 2, /* the most, and of net_make() */
  NET_DIM = 64 * 32 + 32 * 32
};

/* A network of dense layers, all of one width, on images of side x side numbers: blobs of `centres`
 * clusters, which overlap the more the larger `spread` is. */
typedef struct {
  uint32_t side, images, tests, classes, centres;
  double spread;
  uint32_t layers, width;
  int32_t norm, activation, loss;
  double temperature;
} net_shape;

/* The smallest that shows the laws: 4x4 numbers, 64 images to train and 64 to test with, four
 * classes, a layer of width 8, bn and relu. */
extern const net_shape net_small;

/* The images, and a network on them. It is made in place and not copied. */
typedef struct {
  sid_problem problem;
  sid_network network;
  sid_layer layers[NET_LAYERS];
  uint8_t pixels[NET_IMAGES * NET_PIXELS], labels[NET_IMAGES];
} net_case;

/* The network on the images that are there, those to test with behind the others. */
void net_build(net_case *made, const net_shape *shape);

void net_make_of(net_case *made, const net_shape *shape);

/* `layers` of width 16 on 512 images of 64 numbers and ten classes. */
void net_make(net_case *made, int32_t norm, uint32_t layers);

/* "bn", "ln", ... */
const char *net_norm_name(int32_t norm);

/* SGD with that batch; momentum where beta > 0. */
sid_dynamics net_sgd(double beta);

/* An experiment on it with one segment, which the caller holds: normal weights of this size. */
sid_experiment net_experiment(const net_case *made, sid_segment *segment, double eta, double lam,
                              double start);

#endif
