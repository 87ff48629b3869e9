/* Internal: what the files of the problem network share. docs/spec-network.md. */
#ifndef SID_NETWORK_H
#define SID_NETWORK_H

#include "../config.h"
#include "../sidyn.h"
#include "room.h"

/* ---- network_shape.c ----------------------------------------------------------------------- */

/* One layer: what comes in, what comes out of one sample, and what lies before it. */
typedef struct {
  uint32_t index, conv, stride;
  uint32_t rows, cols, channels; /* in */
  uint32_t out_rows, out_cols;
  uint32_t inputs, width, positions;
  uint32_t values; /* positions*width */
  size_t weights;  /* numbers of x before W_k */
  size_t before;   /* values of the layers before */
  size_t columns;  /* widths of the layers before */
} sid_net_layer;

/* Layer k; of k = layer_count only what comes in (the numbers of the last layer) and what lies
 * before it are right. */
sid_net_layer sid_net_layer_at(const sid_network *network, uint32_t k);

/* What is wrong with the shapes, or SID_OK: then all sizes fit into their members, but for the
 * number of weights, which *weights receives. */
sid_status sid_net_check_shape(const sid_network *network, uint64_t *weights, sid_fault *fault);

/* Rows of a group of bn in a batch of that many samples, in the layer with the fewest. */
uint64_t sid_net_least_rows(const sid_network *network, uint64_t samples);

/* ---- network_memory.c ---------------------------------------------------------------------- */

enum {
  SID_NET_TILE = 8,  /* rows of inputs that are made at a time */
  SID_NET_CHUNK = 32 /* samples in memory at a time, where no mean goes over the batch */
};

typedef enum { SID_NET_EVALUATION = 0, SID_NET_GRADIENT, SID_NET_HESSIAN } sid_net_use;

/* A pass over samples: which they are, and the workspace. Arrays of a value for each output of a
 * layer hold layer after layer, in a layer sample after sample; but an evaluation keeps two layers
 * alone, by turns. Arrays of a value for each group likewise, `groups` to a layer. */
typedef struct {
  const sid_problem *problem;
  const sid_network *network;
  const uint8_t *pixels, *labels;
  const double *indices; /* of the samples; NULL: they are first, first + 1, ... */
  uint32_t first, rows;  /* the samples in memory */
  uint32_t most;         /* how many fit */
  const double *factors; /* w_b of the samples from the first one; NULL: all `factor` */
  double factor;
  int32_t use;               /* sid_net_use */
  size_t groups;             /* the most groups of a layer */
  size_t values;             /* the most values of a layer, of one sample */
  const double *weights;     /* x; with wn the normalised columns */
  double *z, *a, *slope;     /* a value for each output */
  double *mu, *isd;          /* a value for each group */
  double *d, *below;         /* derivatives to the values of a layer and of the one below */
  double *tile, *patch;      /* rows of inputs; derivatives to one of them */
  double *gather;            /* a group's numbers, several times */
  size_t gathered;           /* the most numbers of a group */
  double *readout, *outputs; /* the last layer; 4 times a number for each class */
  double *normalised, *iw;   /* wn */
  /* products with the Hessian: y or Yh, what goes with z, a and d, and the rest of wn */
  const double *direction;
  double *rz, *ra, *curvature, *m, *rd, *rbelow, *rtile, *rpatch, *yh, *u, *gh;
} sid_net_pass;

/* Lays the pass out for batches of that many samples and gives the doubles it takes; with work NULL
 * only those. */
size_t sid_net_layout(sid_net_pass *pass, const sid_problem *problem, int32_t use, uint32_t samples,
                      double *work);

/* The layout, the last layer, and the columns of wn at x; the samples to train with. */
void sid_net_begin(sid_net_pass *pass, const sid_problem *problem, int32_t use, uint32_t samples,
                   const double *x, double *work);

static inline size_t sid_net_larger(size_t a, size_t b) { return a > b ? a : b; }

/* Where a layer's part of an array of values lies. */
static inline size_t sid_net_place(const sid_net_pass *pass, const sid_net_layer *layer) {
  if (pass->use == SID_NET_EVALUATION) return layer->index % 2 * pass->values * pass->most;
  return layer->before * pass->most;
}

/* The sample that row r of the pass is. */
static inline size_t sid_net_sample(const sid_net_pass *pass, uint32_t r) {
  return pass->indices ? (size_t)pass->indices[r] : (size_t)pass->first + r;
}

/* ---- network_rows.c: products -------------------------------------------------------------- */

/* s_o = sum_i a_i*w_io, and s_o = sum_i (b_i*w_io + a_i*y_io). */
void sid_net_product(const double *a, const double *w, uint32_t inputs, uint32_t outputs,
                     double *s);
void sid_net_product_two(const sid_net_layer *layer, const double *b, const double *w,
                         const double *a, const double *y, double *s);

/* u_i = sum_o d_o*w_io. */
void sid_net_transposed(const double *d, const double *w, uint32_t inputs, uint32_t outputs,
                        double *u);

/* g_io = sum_q a_qi*d_qo over `count` rows, added to what g has if `begun`. */
void sid_net_outer(const sid_net_layer *layer, const double *a, const double *d, uint32_t count,
                   int begun, double *g);

/* Rows q .. q+count-1 of a layer's inputs, one after the other: in `below`, the values of the layer
 * below, or made in `tile`. below is NULL for the image. */
const double *sid_net_inputs(const sid_net_pass *pass, const sid_net_layer *layer,
                             const double *below, uint32_t q, uint32_t count, double *tile);

/* Adds the derivatives u to the inputs of row q of a conv layer to those to the values below. */
void sid_net_add_patch(const sid_net_layer *layer, uint32_t q, const double *u, double *below);

/* ---- network_norm.c: means over groups ----------------------------------------------------- */

typedef struct {
  size_t first, run, stride; /* number j is at first + (j/run)*stride + j%run */
  uint32_t count;            /* M */
  double inverse;            /* 1/i2f(M) */
} sid_net_group;

static inline int sid_net_has_groups(const sid_network *network) {
  return network->norm >= SID_NORM_BN && network->norm <= SID_NORM_GN;
}
uint32_t sid_net_group_count(const sid_net_pass *pass, const sid_net_layer *layer);
sid_net_group sid_net_group_at(const sid_net_pass *pass, const sid_net_layer *layer, uint32_t t);
void sid_net_gather(const sid_net_group *group, const double *values, double *out);
void sid_net_scatter(const sid_net_group *group, const double *in, double *values);

/* S(a) and S(a*b) of the specification, times 1/M. */
double sid_net_mean(const sid_net_pass *pass, const sid_net_group *group, const double *a);
double sid_net_mean_product(const sid_net_pass *pass, const sid_net_group *group, const double *a,
                            const double *b);

/* z from s in place, with mu and isd of each group; or with those that are there. */
void sid_net_normalise(sid_net_pass *pass, const sid_net_layer *layer, double *values, int known);

/* d to the z of a layer becomes d to its s. */
void sid_net_normalise_back(const sid_net_pass *pass, const sid_net_layer *layer, double *d);

/* wn: sum_i a_io*b_io; the columns of W and iw; g of them becomes g of W. */
double sid_net_column_product(const sid_net_layer *layer, const double *a, const double *b,
                              uint32_t o);
void sid_net_columns(sid_net_pass *pass, const double *x);
void sid_net_columns_back(const sid_net_pass *pass, const sid_net_layer *layer, double *g);

/* ---- passes in lanes ----------------------------------------------------------------------- */

/* What a backend of simd/ puts in the place of the functions below, with the same bits. */
typedef struct sid_network_lanes {
  const double *(*forward)(sid_net_pass *pass, int known);
  void (*backward)(sid_net_pass *pass, const double *last, int begun, double *g);
} sid_network_lanes;

/* ---- network_forward.c --------------------------------------------------------------------- */

/* Values of the layer that a pass has in memory, and of the one below; NULL for the image. */
const double *sid_net_below(const sid_net_pass *pass, const sid_net_layer *layer,
                            const double *array);

/* The forward pass of `rows` samples; `known`: bn with the mu and isd that are there. Returns what
 * the last layer takes, D numbers for each sample. */
const double *sid_net_forward(sid_net_pass *pass, int known);

/* ---- network_loss.c ------------------------------------------------------------------------ */

uint32_t sid_net_class(const double *f, uint32_t classes);
double sid_net_loss(const sid_network *network, const double *f, uint32_t label);

/* d_c of a sample with that weight; and p_c (cross entropy alone). */
void sid_net_slope(const sid_network *network, const double *f, uint32_t label, double weight,
                   double *d, double *p);

/* ---- network_gradient.c -------------------------------------------------------------------- */

/* Which samples make a batch: with these indices, or (NULL) the first; each with its weight, or
 * (NULL) all with 1/i2f(count). */
typedef struct {
  const double *indices, *weights;
  uint32_t count;
} sid_net_batch;

/* d to the values of the last layer of the samples in memory, each with its weight of the pass;
 * then g, added to what it has if `begun`. `sizes`, unless NULL, receives A_k*D_k of each layer k
 * of sample r at sizes[r*K + k] in the place of g. */
void sid_net_backward(sid_net_pass *pass, const double *last, int begun, double *g, double *sizes);

/* Gradient of a batch. */
void sid_net_gradient(const sid_problem *problem, const double *x, const sid_net_batch *batch,
                      double *gradient, double *work);

#endif
