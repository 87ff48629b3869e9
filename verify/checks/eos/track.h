/* How walks at the edge track the flow (Theorem 4.7, Appendix B). A track is three numbers: sup
 * |theta - zeta|, sup of the distance of phi to zeta along the circle, and at how many steps h does
 * not change its sign. */
#ifndef VF_CHECKS_EOS_TRACK_H
#define VF_CHECKS_EOS_TRACK_H

#include "checks/eos/edge.h"

/* Edges of one toy and angle with ein = 10^(-first - k/2), h0 = .1 sqrt(ein). */
void eos_ladder(const eos_toy *toy, double al0, double first, int count, double cb,
                eos_edge *edges);

/* Tracks of `count` edges over a time of the flow, on all threads; 3 numbers each. */
void eos_tracks(vf_context *context, const eos_edge *edges, size_t count, double time,
                double *tracks);

/* What holds of each track: sup |theta - zeta| <= factor*unit, and h changes its sign at every
 * step. */
void eos_track_claims(vf_context *context, const eos_edge *edges, const double *tracks,
                      size_t count, double factor);

/* Exponent 1/2 in ein: order 1 in sqrt(ein), of sup |theta - zeta| and of sup |phi - zeta|. At
 * whole steps a peak of h is missed by up to (y - 1) ein/2 of itself, one of u by ein. */
void eos_track_order(vf_context *context, const eos_edge *edges, const double *tracks,
                     size_t count);

/* ein, sup, sup along the circle: the errors of a ladder (16 edges at most) as a series. */
void eos_sup_series(vf_context *context, const char *name, const eos_edge *edges,
                    const double *tracks, size_t count);

/* The constants, from the first period, in units of eta = sqrt(2 ein): sup |theta - zeta| is the
 * first peak of h; and phi leads zeta by w g Delta u/(2 (4 + w g^2)), because sum (4 + w g^2) h^2 =
 * eta^2 t - w Delta log(et lam1), so that sup |phi - zeta| is g sqrt(w (E - 1)/2)/(4 + w g^2): the
 * largest u is eta sqrt(C_b (E - 1)), w = 2/C_b. Limits at ein = 4^-6 .. 4^-11, errors a series in
 * sqrt(ein); the peak is sampled at whole steps, an error O(ein), so that one extrapolation is all
 * that helps. */
void eos_constant(vf_context *context, double al0, double cb, int quasi);

/* Angle against time of the flow: measured, and by the closed form, within `tolerance`. */
void eos_angle_series(vf_context *context, const char *name, const eos_edge *edge, double time,
                      double tolerance, const char *basis);

#endif
