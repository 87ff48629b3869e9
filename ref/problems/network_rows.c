/* Products of rows and matrices, in the order of the specification: every sum goes on in its own
 * accumulator, so the outputs may be taken several at a time. docs/spec-network.md sections 4, 6
 * and 7. */
#include "network.h"

enum { SID_NET_GROUP = 8 }; /* outputs at a time: written out, gcc vectorises them at -O2 */

/* acc_k = acc_k + a*w_k. */
static inline void sid_net_add_eight(double acc[SID_NET_GROUP], double a, const double *w) {
  acc[0] = acc[0] + a * w[0];
  acc[1] = acc[1] + a * w[1];
  acc[2] = acc[2] + a * w[2];
  acc[3] = acc[3] + a * w[3];
  acc[4] = acc[4] + a * w[4];
  acc[5] = acc[5] + a * w[5];
  acc[6] = acc[6] + a * w[6];
  acc[7] = acc[7] + a * w[7];
}

void sid_net_product(const double *a, const double *w, uint32_t inputs, uint32_t outputs,
                     double *s) {
  uint32_t o = 0;
  for (; o + SID_NET_GROUP <= outputs; o += SID_NET_GROUP) {
    double acc[SID_NET_GROUP];
    for (uint32_t k = 0; k < SID_NET_GROUP; k++) acc[k] = a[0] * w[o + k];
    for (uint32_t i = 1; i < inputs; i++) sid_net_add_eight(acc, a[i], w + (size_t)i * outputs + o);
    for (uint32_t k = 0; k < SID_NET_GROUP; k++) s[o + k] = acc[k];
  }
  for (; o < outputs; o++) {
    double acc = a[0] * w[o];
    for (uint32_t i = 1; i < inputs; i++) acc = acc + a[i] * w[(size_t)i * outputs + o];
    s[o] = acc;
  }
}

void sid_net_product_two(const sid_net_layer *layer, const double *b, const double *w,
                         const double *a, const double *y, double *s) {
  const uint32_t inputs = layer->inputs, outputs = layer->width;
  for (uint32_t o = 0; o < outputs; o++) s[o] = b[0] * w[o] + a[0] * y[o];
  for (uint32_t i = 1; i < inputs; i++) {
    const double *wi = w + (size_t)i * outputs, *yi = y + (size_t)i * outputs;
    for (uint32_t o = 0; o < outputs; o++) s[o] = s[o] + (b[i] * wi[o] + a[i] * yi[o]);
  }
}

void sid_net_transposed(const double *d, const double *w, uint32_t inputs, uint32_t outputs,
                        double *u) {
  uint32_t i = 0;
  for (; i + 4 <= inputs; i += 4) {
    const double *w0 = w + (size_t)i * outputs, *w1 = w0 + outputs, *w2 = w1 + outputs,
                 *w3 = w2 + outputs;
    double u0 = d[0] * w0[0], u1 = d[0] * w1[0], u2 = d[0] * w2[0], u3 = d[0] * w3[0];
    for (uint32_t o = 1; o < outputs; o++) {
      u0 = u0 + d[o] * w0[o];
      u1 = u1 + d[o] * w1[o];
      u2 = u2 + d[o] * w2[o];
      u3 = u3 + d[o] * w3[o];
    }
    u[i] = u0, u[i + 1] = u1, u[i + 2] = u2, u[i + 3] = u3;
  }
  for (; i < inputs; i++) {
    const double *wi = w + (size_t)i * outputs;
    double acc = d[0] * wi[0];
    for (uint32_t o = 1; o < outputs; o++) acc = acc + d[o] * wi[o];
    u[i] = acc;
  }
}

void sid_net_outer(const sid_net_layer *layer, const double *a, const double *d, uint32_t count,
                   int begun, double *g) {
  const uint32_t inputs = layer->inputs, outputs = layer->width;
  const uint32_t first = begun ? 0 : 1; /* the sum starts with the term of the first row */
  for (uint32_t i = 0; i < inputs; i++, g += outputs) {
    uint32_t o = 0;
    for (; o + SID_NET_GROUP <= outputs; o += SID_NET_GROUP) {
      double acc[SID_NET_GROUP];
      for (uint32_t k = 0; k < SID_NET_GROUP; k++) acc[k] = begun ? g[o + k] : a[i] * d[o + k];
      for (uint32_t q = first; q < count; q++)
        sid_net_add_eight(acc, a[(size_t)q * inputs + i], d + (size_t)q * outputs + o);
      for (uint32_t k = 0; k < SID_NET_GROUP; k++) g[o + k] = acc[k];
    }
    for (; o < outputs; o++) {
      double acc = begun ? g[o] : a[i] * d[o];
      for (uint32_t q = first; q < count; q++)
        acc = acc + a[(size_t)q * inputs + i] * d[(size_t)q * outputs + o];
      g[o] = acc;
    }
  }
}

/* ---- rows of inputs ------------------------------------------------------------------------ */

/* Where the numbers of a position come from: a sample's values below, or its bytes. */
typedef struct {
  const double *values;
  const uint8_t *bytes;
  double scale, centre;
} sid_net_source;

static sid_net_source sid_net_source_of(const sid_net_pass *pass, const sid_net_layer *layer,
                                        const double *below, uint32_t sample) {
  const size_t size = (size_t)layer->rows * layer->cols * layer->channels;
  sid_net_source source = {NULL, NULL, pass->network->scale, pass->network->centre};
  if (below)
    source.values = below + sample * size;
  else
    source.bytes = pass->pixels + sid_net_sample(pass, sample) * size;
  return source;
}

static void sid_net_copy(const sid_net_source *source, size_t from, uint32_t count, double *to) {
  for (uint32_t f = 0; f < count; f++)
    to[f] = source->values ? source->values[from + f]
                           : (double)source->bytes[from + f] * source->scale - source->centre;
}

/* Position (r*t + dy - 1, c*t + dx - 1) of the layer's input, in *from its first number; 0 where
 * there is none. */
static int sid_net_neighbour(const sid_net_layer *layer, uint32_t position, uint32_t dy,
                             uint32_t dx, size_t *from) {
  const uint32_t y = position / layer->out_cols * layer->stride + dy;
  const uint32_t x = position % layer->out_cols * layer->stride + dx;
  if (y < 1 || y > layer->rows || x < 1 || x > layer->cols) return 0;
  *from = ((size_t)(y - 1) * layer->cols + (x - 1)) * layer->channels;
  return 1;
}

static void sid_net_make_patch(const sid_net_layer *layer, const sid_net_source *source,
                               uint32_t position, double *to) {
  for (uint32_t dy = 0; dy < 3; dy++)
    for (uint32_t dx = 0; dx < 3; dx++, to += layer->channels) {
      size_t from;
      if (sid_net_neighbour(layer, position, dy, dx, &from)) {
        sid_net_copy(source, from, layer->channels, to);
        continue;
      }
      for (uint32_t f = 0; f < layer->channels; f++) to[f] = 0.0;
    }
}

const double *sid_net_inputs(const sid_net_pass *pass, const sid_net_layer *layer,
                             const double *below, uint32_t q, uint32_t count, double *tile) {
  if (below && !layer->conv) return below + (size_t)q * layer->inputs;
  for (uint32_t t = 0; t < count; t++) {
    const uint32_t sample = (q + t) / layer->positions;
    const sid_net_source source = sid_net_source_of(pass, layer, below, sample);
    double *to = tile + (size_t)t * layer->inputs;
    if (layer->conv)
      sid_net_make_patch(layer, &source, (q + t) % layer->positions, to);
    else
      sid_net_copy(&source, 0, layer->inputs, to);
  }
  return tile;
}

void sid_net_add_patch(const sid_net_layer *layer, uint32_t q, const double *u, double *below) {
  const size_t size = (size_t)layer->rows * layer->cols * layer->channels;
  double *sample = below + q / layer->positions * size;
  for (uint32_t dy = 0; dy < 3; dy++)
    for (uint32_t dx = 0; dx < 3; dx++, u += layer->channels) {
      size_t to;
      if (!sid_net_neighbour(layer, q % layer->positions, dy, dx, &to)) continue;
      for (uint32_t f = 0; f < layer->channels; f++) sample[to + f] = sample[to + f] + u[f];
    }
}
