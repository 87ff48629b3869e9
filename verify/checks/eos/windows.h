/* Means of h^2, drift of phi and speed of log lam1 over windows of steps at the edge (Section
 * 4.2.3). */
#ifndef VF_CHECKS_EOS_WINDOWS_H
#define VF_CHECKS_EOS_WINDOWS_H

#include "checks/eos/edge.h"

enum { EOS_WINDOWS = 10 };

/* Of a window of steps: mean of h^2/eta^2 (eta^2 = 2 ein); mean of (4 + w g^2) h^2/eta^2 (w the
 * weight of the flow) and w times the change of log(et lam1) per step, which balances it; drift of
 * phi over -sum h^2 g; change of log lam1 per time of the flow; largest h^2 (1 + |g|). */
typedef struct {
  double h2, balance, drift, speed, most;
} eos_window;

/* EOS_WINDOWS windows of `time` each from up to 8 starts, on all
 * threads: windows[i*EOS_WINDOWS + k]. */
void eos_all_windows(vf_context *context, const eos_edge *edges, size_t count, double time,
                     eos_window *windows);

/* Largest distance of balance and drift from 1 in all windows, at ein = 4^-first, ..., `count` of
 * them: the mean of (4 + w g^2) h^2 is 2 ein once the change of log(et lam1) over the window is
 * added, and phi moves by -h^2 grad log lam1 a step. Both are leading orders in h (odd powers
 * cancel in pairs of steps): what is left is of relative order h^2, and an offset of order h^2 (1 +
 * g) of phi and log lam1 at the ends of a window, over its length in tau. The tolerance is the
 * largest of these, at every ein; a factor in h, lam1, the slope or the recursion of the rate would
 * show as O(1). */
void eos_balance(vf_context *context, const eos_toy *toy, double al0, double cb, int first,
                 int count);

#endif
