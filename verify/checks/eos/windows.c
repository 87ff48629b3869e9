/* Windows of steps at the edge. */
#include <math.h>
#include <string.h>
#include "checks/eos/windows.h"

/* The walk from an edge, in `count` windows of `time` units of the flow. */
static void eos_windows(const eos_edge *edge, size_t count, double time, eos_window *windows) {
  const eos_law law = eos_edge_law(edge);
  const double eta2 = 2.0 * edge->ein;
  const long steps = lround(time / eos_edge_time(edge));
  eos_seen seen;
  eos_walk walk;
  eos_edge_begin(edge, &walk);
  eos_look(&walk, &seen);
  for (size_t k = 0; k < count; k++) {
    const eos_seen start = seen;
    double h2 = 0.0, q = 0.0, push = 0.0, most = 0.0;
    for (long t = 0; t < steps; t++) {
      const double h = seen.at.h, g = seen.at.slope;
      h2 += h * h;
      q += (4.0 + law.weight * g * g) * h * h;
      push += h * h * g;
      most = fmax(most, h * h * (1.0 + fabs(g)));
      eos_step(&walk);
      eos_look(&walk, &seen);
    }
    const double n = (double)steps, lost = log(seen.at.sharpness / start.at.sharpness);
    const double level = log(seen.et / start.et) + lost;
    windows[k] = (eos_window){h2 / n / eta2, (q + law.weight * level) / n / eta2,
                              edge->toy->rho * (start.at.angle - seen.at.angle) / push,
                              lost / (n * eos_edge_time(edge)), most};
    if (walk.status) windows[k].h2 = (double)NAN;
  }
}

typedef struct {
  const eos_edge *edges;
  double time;
} eos_window_case;

static void eos_windows_one(void *user, size_t i, double *out) {
  const eos_window_case *one = user;
  eos_window windows[EOS_WINDOWS];
  eos_windows(one->edges + i, EOS_WINDOWS, one->time, windows);
  memcpy(out, windows, sizeof windows);
}

enum { EOS_FIELDS = sizeof(eos_window) / sizeof(double) };

void eos_all_windows(vf_context *context, const eos_edge *edges, size_t count, double time,
                     eos_window *windows) {
  eos_window_case one = {edges, time};
  double values[8 * EOS_WINDOWS * EOS_FIELDS];
  vf_map(count, vf_jobs(context), values, (size_t)EOS_WINDOWS * EOS_FIELDS, eos_windows_one, &one);
  memcpy(windows, values, count * EOS_WINDOWS * sizeof *windows);
}

void eos_balance(vf_context *context, const eos_toy *toy, double al0, double cb, int first,
                 int count) {
  const double time = cb > 0.0 ? .4 : .2;
  eos_edge edges[8] = {{NULL, 0.0, 0.0, 0.0, 0.0, 0}};
  eos_window windows[8 * EOS_WINDOWS];
  for (int k = 0; k < count; k++) {
    const double ein = ldexp(1.0, -2 * (first + k));
    edges[k] = (eos_edge){toy, al0, ein, .1 * sqrt(ein), cb, 0};
  }
  eos_all_windows(context, edges, (size_t)count, time, windows);
  for (int k = 0; k < count; k++) {
    double balance = 0.0, drift = 0.0, most = 0.0;
    char name[VF_TEXT_SIZE], text[VF_TEXT_SIZE];
    for (int i = 0; i < EOS_WINDOWS; i++) {
      const eos_window *window = windows + (ptrdiff_t)k * EOS_WINDOWS + i;
      balance = isnan(window->h2) ? (double)NAN : fmax(balance, fabs(window->balance - 1.0));
      drift = isnan(window->h2) ? (double)NAN : fmax(drift, fabs(window->drift - 1.0));
      most = fmax(most, window->most);
    }
    const double tolerance = most / time;
    eos_edge_name(name, edges + k);
    vf_text(text, "%s: balance of 10 windows", name);
    vf_within(context, text, balance, 0.0, tolerance,
              "largest h^2 (1 + g) over the time of a window");
    vf_text(text, "%s: drift of 10 windows", name);
    vf_within(context, text, drift, 0.0, tolerance,
              "largest h^2 (1 + g) over the time of a window");
  }
}
