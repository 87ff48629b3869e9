/* The exponential, activations and losses of the problem network: lanes are numbers, of the loss
 * samples. docs/spec-network.md sections 3, 5 and 6. */

/* 1/13!, 1/12!, ..., 1/2!. */
static const double sid_netlanes_series[12] = {
    0x1.6124613a86d09p-33, 0x1.1eed8eff8d898p-29, 0x1.ae64567f544e4p-26, 0x1.27e4fb7789f5cp-22,
    0x1.71de3a556c734p-19, 0x1.a01a01a01a01ap-16, 0x1.a01a01a01a01ap-13, 0x1.6c16c16c16c17p-10,
    0x1.1111111111111p-7,  0x1.5555555555555p-5,  0x1.5555555555555p-3,  0x1.0000000000000p-1,
};

/* E(x) of x <= 0. The last bits of t are k, and 12 of them are shifted to the exponent. Where x is
 * not a number the power is anything and the rest is x: such an x comes out at the end. */
SID_INLINE vd sid_netlanes_exp(vd x) {
  const vd rounder = vd_set(0x1.8p+52);
  const vd t = vd_add(vd_mul(x, vd_set(0x1.71547652b82fep+0)), rounder);
  const vd k = vd_sub(t, rounder);
  const vd r = vd_sub(vd_sub(x, vd_mul(k, vd_set(0x1.62e42fee00000p-1))),
                      vd_mul(k, vd_set(0x1.a39ef35793c76p-33)));
  vd q = vd_set(sid_netlanes_series[0]);
#pragma GCC unroll 12
  for (int j = 1; j < 12; j++) q = vd_add(vd_set(sid_netlanes_series[j]), vd_mul(r, q));
  const vd power = vu_double(vu_left(vu_add(vd_bits(t), vu_set(1023)), 52));
  const vd value = vd_mul(vd_add(vd_set(1.0), vd_add(r, vd_mul(vd_mul(r, r), q))), power);
  const vm number = vm_or(vd_less(x, vd_set(1.0)), vd_less(vd_set(0.0), x));
  return vd_select(number, vd_select(vd_less(x, vd_set(-700.0)), vd_set(0.0), value), x);
}

/* ---- activations --------------------------------------------------------------------------- */

typedef struct {
  vd a, slope, curvature;
} sid_activated;

SID_INLINE sid_activated sid_netlanes_activation(int32_t kind, vd z) {
  const vd zero = vd_set(0.0), one = vd_set(1.0);
  sid_activated out = {z, one, zero};
  if (kind == SID_ACTIVATION_RELU) {
    const vm positive = vd_less(zero, z);
    out.a = vd_select(positive, z, zero), out.slope = vd_select(positive, one, zero);
  }
  if (kind == SID_ACTIVATION_SWISH) {
    const vm negative = vd_less(z, zero);
    const vm number = vm_or(negative, vd_less(vd_neg(one), z));
    const vm below = vm_or(negative, vm_not(number)); /* not z >= 0 */
    const vd e = sid_netlanes_exp(vd_select(below, z, vd_neg(z)));
    const vd q = vd_inverse(vd_add(one, e)), r = vd_mul(e, q);
    const vd s = vd_select(below, r, q), t = vd_select(below, q, r);
    out.a = vd_mul(z, s);
    out.slope = vd_mul(s, vd_add(one, vd_mul(z, t)));
    out.curvature = vd_mul(vd_mul(s, t), vd_add(vd_set(2.0), vd_mul(z, vd_sub(t, s))));
  }
  return out;
}

/* n values, slopes and curvatures, the latter two unless NULL; a may be z. The trace of the noise,
 * which has no lanes, takes the slopes from here. */
SID_INLINE void sid_netlanes_activate_as(int32_t kind, const double *z, size_t n, double *a,
                                         double *slope, double *curvature) {
  size_t j = 0;
  for (; j + SID_W <= n; j += SID_W) {
    const sid_activated out = sid_netlanes_activation(kind, vd_load(z + j));
    vd_store(a + j, out.a);
    if (slope) vd_store(slope + j, out.slope);
    if (curvature) vd_store(curvature + j, out.curvature);
  }
  if (j == n) return;
  double rest[SID_W] = {0.0}, made[3][SID_W];
  for (size_t k = 0; k < n - j; k++) rest[k] = z[j + k];
  const sid_activated out = sid_netlanes_activation(kind, vd_load(rest));
  vd_store(made[0], out.a), vd_store(made[1], out.slope), vd_store(made[2], out.curvature);
  for (size_t k = 0; k < n - j; k++) {
    a[j + k] = made[0][k];
    if (slope) slope[j + k] = made[1][k];
    if (curvature) curvature[j + k] = made[2][k];
  }
}

static void sid_netlanes_activate(const sid_net_pass *pass, const sid_net_layer *layer) {
  const size_t place = sid_net_place(pass, layer), n = (size_t)pass->rows * layer->values;
  const double *z = pass->z + place;
  double *a = pass->a + place, *slope = pass->slope ? pass->slope + place : NULL,
         *curvature = pass->curvature ? pass->curvature + place : NULL;
  switch (pass->network->activation) {
    case SID_ACTIVATION_RELU:
      sid_netlanes_activate_as(SID_ACTIVATION_RELU, z, n, a, slope, curvature);
      return;
    case SID_ACTIVATION_SWISH:
      sid_netlanes_activate_as(SID_ACTIVATION_SWISH, z, n, a, slope, curvature);
      return;
    default: sid_netlanes_activate_as(SID_ACTIVATION_LINEAR, z, n, a, slope, curvature); return;
  }
}

/* d = slope d. */
static void sid_netlanes_slopes(const sid_net_pass *pass, const sid_net_layer *layer, double *d) {
  const size_t place = sid_net_place(pass, layer), n = (size_t)pass->rows * layer->values;
  const double *slope = pass->slope + place;
  size_t j = 0;
  for (; j + SID_W <= n; j += SID_W) vd_store(d + j, vd_mul(vd_load(slope + j), vd_load(d + j)));
  for (; j < n; j++) d[j] = slope[j] * d[j];
}

/* ---- losses -------------------------------------------------------------------------------- */

/* f of a sample in each lane becomes d, by the softmax. The sum without the label's p starts at +0,
 * which p, never below, does not show. */
SID_INLINE void sid_netlanes_softmax(uint32_t classes, vd label, vd weight, double *f) {
  vd largest = vd_load(f), total, others = vd_set(0.0);
  for (uint32_t c = 1; c < classes; c++) {
    const vd fc = vd_load(SID_AT(f, c));
    largest = vd_select(vd_less(largest, fc), fc, largest);
  }
  total = sid_netlanes_exp(vd_sub(vd_load(f), largest));
  vd_store(f, total);
  for (uint32_t c = 1; c < classes; c++) {
    const vd e = sid_netlanes_exp(vd_sub(vd_load(SID_AT(f, c)), largest));
    vd_store(SID_AT(f, c), e);
    total = vd_add(total, e);
  }
  const vd inverse = vd_inverse(total);
  for (uint32_t c = 0; c < classes; c++) {
    const vd p = vd_mul(vd_load(SID_AT(f, c)), inverse), number = vd_set((double)c);
    const vm other = vm_or(vd_less(label, number), vd_less(number, label));
    others = vd_add(others, vd_select(other, p, vd_set(0.0)));
    vd_store(SID_AT(f, c), vd_mul(weight, p));
  }
  const vd own = vd_neg(vd_mul(weight, others));
  for (uint32_t c = 0; c < classes; c++) {
    const vd number = vd_set((double)c);
    const vm other = vm_or(vd_less(label, number), vd_less(number, label));
    vd_store(SID_AT(f, c), vd_select(other, vd_load(SID_AT(f, c)), own));
  }
}

static double sid_netlanes_weight(const sid_net_pass *pass, uint32_t r) {
  return pass->factors ? pass->factors[pass->first + r] : pass->factor;
}

/* f of samples r .. r+SID_W-1 becomes d, by way of `turned`; beyond the last sample there are
 * zeros. */
static void sid_netlanes_softmax_rows(const sid_net_pass *pass, uint32_t r, double *f,
                                      double *turned) {
  const uint32_t classes = pass->network->classes;
  double label[SID_W] = {0.0}, weight[SID_W] = {0.0};
  for (uint32_t lane = 0; lane < SID_W && r + lane < pass->rows; lane++) {
    label[lane] = (double)pass->labels[sid_net_sample(pass, r + lane)];
    weight[lane] = sid_netlanes_weight(pass, r + lane);
  }
  sid_netlanes_turn(f, SID_W, classes, turned);
  sid_netlanes_softmax(classes, vd_load(label), vd_load(weight), turned);
  sid_netlanes_turn(turned, classes, SID_W, f);
}

/* f of the samples in memory becomes d. f has room for a multiple of SID_W samples, turned SID_W
 * numbers for each class. */
static void sid_netlanes_losses(const sid_net_pass *pass, double *f, double *turned) {
  const uint32_t classes = pass->network->classes;
  if (pass->network->loss == SID_LOSS_CROSS_ENTROPY) {
    for (uint32_t r = pass->rows; r % SID_W != 0; r++)
      for (uint32_t c = 0; c < classes; c++) f[(size_t)r * classes + c] = 0.0;
    for (uint32_t r = 0; r < pass->rows; r += SID_W)
      sid_netlanes_softmax_rows(pass, r, f + (size_t)r * classes, turned);
    return;
  }
  for (uint32_t r = 0; r < pass->rows; r++, f += classes) {
    const uint32_t label = pass->labels[sid_net_sample(pass, r)];
    const double weight = sid_netlanes_weight(pass, r);
    f[label] = f[label] - 1.0;
    for (uint32_t c = 0; c < classes; c++) f[c] = weight * f[c];
  }
}
