/* Steps of SGD, each against the identities of normalised layers. */
#ifndef VF_NET_WALK_H
#define VF_NET_WALK_H

#include "checks/net/net.h"

/* So many steps with batches of NET_BATCH, from normal weights of size `start`. */
typedef struct {
  int steps;
  double eta, lam, start;
} net_path;

/* The largest deviations of all steps and layers. */
typedef struct {
  double cosine;    /* |W_k . g_k|/(|W_k| |g_k|) */
  double recursion; /* of R_k from a^2 R_k + eta^2 |g_k|^2, relative to it */
  double whole;     /* the same of |x|^2 */
} net_deviations;

net_deviations net_walk(vf_context *context, const char *name, const net_case *made,
                        const net_path *path);

#endif
