/* The third part of the public header of sidyn, which sidyn.h includes: the data of the problem
 * network, a classifier with normalised layers and a fixed last one (docs/spec-network.md). */
#ifndef SIDYN_NETWORK_H
#define SIDYN_NETWORK_H

#ifndef SIDYN_H
#error "include sidyn.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define SID_NETWORK_DIM_MAX 1048576u /* of x, and of what a layer gives for one sample */
#define SID_NETWORK_LAYERS_MAX 16u
#define SID_NETWORK_CLASSES_MAX 256u

typedef enum {
  SID_LAYER_DENSE = 1,
  SID_LAYER_CONV /* 3x3, a row and a column of zeros around */
} sid_layer_kind;

typedef struct {
  int32_t kind;    /* sid_layer_kind */
  uint32_t width;  /* outputs, of a conv layer at each position: 1..65536 */
  uint32_t stride; /* conv: 1..65536 */
} sid_layer;

typedef enum {
  SID_NORM_NONE = 1,
  SID_NORM_BN, /* over the batch */
  SID_NORM_LN, /* over a sample */
  SID_NORM_GN, /* over a group of a sample's features */
  SID_NORM_WN  /* of the weights */
} sid_norm_kind;

typedef enum {
  SID_ACTIVATION_RELU = 1,
  SID_ACTIVATION_SWISH,
  SID_ACTIVATION_LINEAR
} sid_activation_kind;

typedef enum { SID_LOSS_CROSS_ENTROPY = 1, SID_LOSS_SQUARED_ERROR } sid_loss_kind;

/* Images are bytes, rows*cols positions row by row with `channels` numbers each; byte u has the
 * value u*scale - centre. sid_problem.samples says how many there are to train with. */
typedef struct sid_network {
  uint32_t rows, cols, channels; /* of an image; their product is at most 65536 */
  uint32_t layer_count;          /* 1..SID_NETWORK_LAYERS_MAX */
  const sid_layer *layers;       /* conv layers first */
  int32_t norm;                  /* sid_norm_kind */
  int32_t activation;            /* sid_activation_kind */
  int32_t loss;                  /* sid_loss_kind */
  uint32_t groups;               /* gn: of the features of a layer; else not looked at */
  double eps;                    /* added to variances, >= 0; not looked at without a norm */
  double gain;                   /* wn: length of a column, > 0; else not looked at */
  uint32_t classes;              /* 2..SID_NETWORK_CLASSES_MAX */
  uint32_t test_samples;         /* 0..SID_SAMPLES_MAX */
  double temperature;            /* of the last layer, > 0 */
  double scale, centre;          /* of the bytes; scale > 0 */
  const uint8_t *pixels, *labels;
  const uint8_t *test_pixels, *test_labels; /* NULL without test samples */
  const struct sid_network_lanes *lanes;    /* NULL; a backend of simd/ sets it in its own copy */
} sid_network;

/* E(x), the exponential of x <= 0 within 1 ulp, and N(u) = log(1 + u) of u >= 0 within 4 ulp. */
double sid_network_exp(double x);
double sid_network_log1p(double u);

/* Gradient of the batch of `count` >= 1 samples with these indices, each a whole number below
 * problem->samples, in this order; p numbers. work: sid_problem_batch_workspace() doubles. */
void sid_network_batch_gradient(const sid_problem *problem, const double *x, const double *indices,
                                uint32_t count, double *gradient, double *work);

/* Accuracies in [0, 1] on the samples to train with and to test with (NaN where there are none);
 * and the classes of the latter, test_samples numbers. work: sid_problem_workspace() doubles. */
double sid_network_accuracy(const sid_problem *problem, const double *x, double *work);
double sid_network_test_accuracy(const sid_problem *problem, const double *x, double *work);
void sid_network_test_classes(const sid_problem *problem, const double *x, double *classes,
                              double *work);

/* The part of x that is W_k: *size numbers from the offset that is returned. */
size_t sid_network_weights(const sid_network *network, uint32_t k, size_t *size);

#ifdef __cplusplus
}
#endif
#endif
