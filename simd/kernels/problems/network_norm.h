/* Means over groups for the problem network. bn: lanes are features, each a group of its own whose
 * sums go row by row. ln and gn: lanes are the accumulators of a canonical sum, group by group.
 * docs/spec-network.md sections 4 and 6. */

/* +0 where a group has no variance, else 1/sqrt; w that is not a number gives one. */
SID_INLINE vd sid_netlanes_inverse_deviation(vd mu, vd variance, vd eps) {
  const vd w = vd_add(variance, eps), least = vd_mul(vd_set(0x1p-70), vd_mul(mu, mu));
  const vm number = vm_or(vd_less(w, vd_set(1.0)), vd_less(vd_set(0.0), w));
  return vd_select(vm_or(vd_less(least, w), vm_not(number)), vd_inverse(vd_sqrt(w)), vd_set(0.0));
}

/* Of the distance of numbers from mu. */
SID_INLINE vd sid_netlanes_square(const double *a, vd mu) {
  const vd c = vd_sub(vd_load(a), mu);
  return vd_mul(c, c);
}

/* ---- bn ------------------------------------------------------------------------------------ */

/* The columns of a layer SID_W at a time. Those at the end, where they are no multiple of lanes,
 * overlap the ones before, whose lanes are then done: `fresh` are the others. */
typedef struct {
  size_t at;
  vm fresh;
} sid_columns;

static sid_columns sid_columns_at(size_t k, size_t width) {
  const size_t over = k + SID_W > width ? k + SID_W - width : 0;
  const sid_columns columns = {k - over, vm_of(((1u << SID_W) - 1u) & ~((1u << over) - 1u))};
  return columns;
}

/* Vectors of columns that go side by side, so that the sums of one do not wait. */
enum { SID_BESIDE = 4 };

/* `count` vectors of columns, a constant where this is inlined; of more than one all are fresh. */
SID_INLINE void sid_netlanes_normalise_columns(size_t count, const sid_net_pass *pass,
                                               const sid_net_layer *layer, sid_columns columns,
                                               int known, double *values) {
  const size_t rows = (size_t)pass->rows * layer->positions, width = layer->width;
  double *mean = pass->mu + layer->index * pass->groups + columns.at,
         *deviation = pass->isd + layer->index * pass->groups + columns.at;
  double *s = values + columns.at;
  const vd inverse = vd_set(1.0 / (double)rows), eps = vd_set(pass->network->eps);
  vd mu[SID_BESIDE], isd[SID_BESIDE], variance[SID_BESIDE];
#define SID_EACH _Pragma("GCC unroll 4") for (size_t v = 0; v < count; v++)
  SID_EACH mu[v] = vd_load(known ? mean + v * SID_W : s + v * SID_W);
  SID_EACH isd[v] = vd_load(deviation + v * SID_W);
  if (!known) {
    for (size_t q = 1; q < rows; q++)
      SID_EACH mu[v] = vd_add(mu[v], vd_load(s + q * width + v * SID_W));
    SID_EACH mu[v] = vd_mul(mu[v], inverse);
    SID_EACH variance[v] = sid_netlanes_square(s + v * SID_W, mu[v]);
    for (size_t q = 1; q < rows; q++)
      SID_EACH variance[v] =
          vd_add(variance[v], sid_netlanes_square(s + q * width + v * SID_W, mu[v]));
    SID_EACH {
      isd[v] = vd_select(columns.fresh,
                         sid_netlanes_inverse_deviation(mu[v], vd_mul(variance[v], inverse), eps),
                         isd[v]);
      vd_store(deviation + v * SID_W, isd[v]);
      vd_store(mean + v * SID_W, vd_select(columns.fresh, mu[v], vd_load(mean + v * SID_W)));
    }
  }
  for (size_t q = 0; q < rows; q++) SID_EACH {
      double *at = s + q * width + v * SID_W;
      const vd old = vd_load(at), z = vd_mul(vd_sub(old, mu[v]), isd[v]);
      vd_store(at, count > 1 ? z : vd_select(columns.fresh, z, old));
    }
}

SID_INLINE void sid_netlanes_columns_normalise_back(size_t count, const sid_net_pass *pass,
                                                    const sid_net_layer *layer, sid_columns columns,
                                                    double *d) {
  const size_t rows = (size_t)pass->rows * layer->positions, width = layer->width;
  const double *z = pass->z + sid_net_place(pass, layer) + columns.at,
               *isd = pass->isd + layer->index * pass->groups + columns.at;
  const vd inverse = vd_set(1.0 / (double)rows);
  vd p[SID_BESIDE], h[SID_BESIDE];
  d += columns.at;
  SID_EACH p[v] = vd_load(d + v * SID_W);
  SID_EACH h[v] = vd_mul(p[v], vd_load(z + v * SID_W));
  for (size_t q = 1; q < rows; q++) SID_EACH {
      const size_t at = q * width + v * SID_W;
      p[v] = vd_add(p[v], vd_load(d + at));
      h[v] = vd_add(h[v], vd_mul(vd_load(d + at), vd_load(z + at)));
    }
  SID_EACH p[v] = vd_mul(p[v], inverse);
  SID_EACH h[v] = vd_mul(h[v], inverse);
  for (size_t q = 0; q < rows; q++) SID_EACH {
      const size_t at = q * width + v * SID_W;
      const vd old = vd_load(d + at), rest = vd_mul(vd_load(z + at), h[v]);
      const vd next = vd_mul(vd_load(isd + v * SID_W), vd_sub(vd_sub(old, p[v]), rest));
      vd_store(d + at, count > 1 ? next : vd_select(columns.fresh, next, old));
    }
#undef SID_EACH
}

/* CALL(count, columns) for all columns of a layer. */
#define SID_BY_COLUMNS(width, CALL)                                                                \
  do {                                                                                             \
    size_t k = 0;                                                                                  \
    for (; k + (size_t)SID_BESIDE * SID_W <= (width); k += (size_t)SID_BESIDE * SID_W)             \
      CALL(SID_BESIDE, sid_columns_at(k, width));                                                  \
    for (; k < (width); k += SID_W) CALL(1, sid_columns_at(k, width));                             \
  } while (0)

/* ---- ln and gn ----------------------------------------------------------------------------- */

/* What a canonical sum over a group adds: a number, the square of its distance from mu, or the
 * product of two. */
typedef enum { SID_TERM_NUMBER, SID_TERM_SQUARE, SID_TERM_PRODUCT } sid_term;

SID_INLINE vd sid_netlanes_term(sid_term term, const double *a, const double *b, vd mu) {
  if (term == SID_TERM_NUMBER) return vd_load(a);
  if (term == SID_TERM_PRODUCT) return vd_mul(vd_load(a), vd_load(b));
  return sid_netlanes_square(a, mu);
}

SID_INLINE sid_group sid_netlanes_terms(sid_term term, const double *a, const double *b, vd mu) {
  sid_group terms;
  for (int k = 0; k < SID_GROUP; k++)
    terms.v[k] = sid_netlanes_term(term, a + k * SID_W, b + k * SID_W, mu);
  return terms;
}

/* The canonical sum of n terms, the last of which are padded with +0. */
SID_INLINE double sid_netlanes_sum(sid_term term, const double *a, const double *b, double mu,
                                   size_t n) {
  const vd vmu = vd_set(mu);
  sid_group acc = sid_group_set(0.0);
  size_t q = 0;
  if (n >= 8) acc = sid_netlanes_terms(term, a, b, vmu), q = 8;
  for (; q + 8 <= n; q += 8) acc = sid_group_add(acc, sid_netlanes_terms(term, a + q, b + q, vmu));
  if (q < n) {
    double rest[8] = {0.0}, c;
    for (size_t k = 0; k < n - q; k++) {
      c = a[q + k] - mu;
      rest[k] = term == SID_TERM_NUMBER    ? a[q + k]
                : term == SID_TERM_PRODUCT ? a[q + k] * b[q + k]
                                           : c * c;
    }
    acc = q > 0 ? sid_group_add(acc, sid_group_load(rest)) : sid_group_load(rest);
  }
  return sid_group_fold(acc);
}

static void sid_netlanes_normalise_group(const sid_net_pass *pass, const sid_net_group *group,
                                         double *mean, double *deviation, double *s) {
  const size_t n = group->count;
  const double mu = sid_netlanes_sum(SID_TERM_NUMBER, s, s, 0.0, n) * group->inverse;
  const double w =
      sid_netlanes_sum(SID_TERM_SQUARE, s, s, mu, n) * group->inverse + pass->network->eps;
  const double isd = w <= 0x1p-70 * (mu * mu) ? 0.0 : 1.0 / sid_sqrt(w);
  size_t j = 0;
  *mean = mu, *deviation = isd;
  for (; j + SID_W <= n; j += SID_W)
    vd_store(s + j, vd_mul(vd_sub(vd_load(s + j), vd_set(mu)), vd_set(isd)));
  for (; j < n; j++) s[j] = (s[j] - mu) * isd;
}

static void sid_netlanes_group_normalise_back(const sid_net_group *group, double isd,
                                              const double *z, double *d) {
  const size_t n = group->count;
  const double p = sid_netlanes_sum(SID_TERM_NUMBER, d, d, 0.0, n) * group->inverse;
  const double h = sid_netlanes_sum(SID_TERM_PRODUCT, d, z, 0.0, n) * group->inverse;
  size_t j = 0;
  for (; j + SID_W <= n; j += SID_W)
    vd_store(d + j, vd_mul(vd_set(isd), vd_sub(vd_sub(vd_load(d + j), vd_set(p)),
                                               vd_mul(vd_load(z + j), vd_set(h)))));
  for (; j < n; j++) d[j] = isd * ((d[j] - p) - z[j] * h);
}

/* ---- a layer ------------------------------------------------------------------------------- */

/* A group is one piece of memory where its features are all of its sample's, or at one position. */
static int sid_netlanes_is_whole(const sid_net_group *group) {
  return group->run == group->stride || group->run == group->count;
}

static void sid_netlanes_normalise(sid_net_pass *pass, const sid_net_layer *layer, double *values,
                                   int known) {
  const int bn = pass->network->norm == SID_NORM_BN;
  if (bn && layer->width >= SID_W) {
#define SID_CALL(count, columns)                                                                   \
  sid_netlanes_normalise_columns(count, pass, layer, columns, known, values)
    SID_BY_COLUMNS(layer->width, SID_CALL);
#undef SID_CALL
    return;
  }
  if (bn) {
    sid_net_normalise(pass, layer, values, known);
    return;
  }
  double *mu = pass->mu + layer->index * pass->groups,
         *isd = pass->isd + layer->index * pass->groups;
  const uint32_t groups = sid_net_group_count(pass, layer);
  for (uint32_t t = 0; t < groups; t++) {
    const sid_net_group group = sid_net_group_at(pass, layer, t);
    const int whole = sid_netlanes_is_whole(&group);
    double *s = whole ? values + group.first : pass->gather;
    if (!whole) sid_net_gather(&group, values, s);
    sid_netlanes_normalise_group(pass, &group, mu + t, isd + t, s);
    if (!whole) sid_net_scatter(&group, s, values);
  }
}

static void sid_netlanes_normalise_back(const sid_net_pass *pass, const sid_net_layer *layer,
                                        double *d) {
  const int bn = pass->network->norm == SID_NORM_BN;
  if (bn && layer->width >= SID_W) {
#define SID_CALL(count, columns) sid_netlanes_columns_normalise_back(count, pass, layer, columns, d)
    SID_BY_COLUMNS(layer->width, SID_CALL);
#undef SID_CALL
    return;
  }
  if (bn) {
    sid_net_normalise_back(pass, layer, d);
    return;
  }
  const double *values = pass->z + sid_net_place(pass, layer),
               *isd = pass->isd + layer->index * pass->groups;
  const uint32_t groups = sid_net_group_count(pass, layer);
  for (uint32_t t = 0; t < groups; t++) {
    const sid_net_group group = sid_net_group_at(pass, layer, t);
    const double *z = values + group.first;
    double *own = d + group.first;
    if (!sid_netlanes_is_whole(&group)) {
      z = pass->gather, own = pass->gather + pass->gathered;
      sid_net_gather(&group, values, pass->gather);
      sid_net_gather(&group, d, own);
    }
    sid_netlanes_group_normalise_back(&group, isd[t], z, own);
    if (!sid_netlanes_is_whole(&group)) sid_net_scatter(&group, own, d);
  }
}
