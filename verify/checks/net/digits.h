/* scikit-learn's digits, of which checks of their own tell whether the laws hold on real data. */
#ifndef VF_NET_DIGITS_H
#define VF_NET_DIGITS_H

#include "checks/net/net.h"

/* 1024 images to train and 773 to test with, of ten classes, bn, relu, cross entropy. The large one
 * has two layers of width 32, the small one a layer of width 16. */
extern const net_shape net_digits_large, net_digits_small;

/* The network on the digits, or -1 where data/digits.csv.gz is not there or another file, which
 * leaves the check inconclusive. shape: `centres` and `spread` are not looked at. */
int net_digits(vf_context *context, net_case *made, const net_shape *shape);

/* vf_observe() of an experiment on the digits whose trajectories start from normal weights of
 * variance 2/inputs, each from its own; the start of the experiment stands for them. */
double *net_digits_observe(vf_context *context, const char *instance,
                           const sid_experiment *experiment, size_t count);

/* Compares a mean with the one that another implementation measured with other random numbers,
 * whose standard error is `other_error`. */
void net_digits_agree(vf_context *context, const char *instance, double measured,
                      double standard_error, double other, double other_error, double effect,
                      const char *basis);

#endif
