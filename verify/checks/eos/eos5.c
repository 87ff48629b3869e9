/* Row eos5, Section 4.2.3: at the edge the average of h^2 over a period is 2 ein/(4 + g^2), g =
 * |grad_Gamma log lam1|, and a step moves phi by -h^2 grad_Gamma log lam1: together flow (3), with
 *   d log lam1/dtau = -2 g^2/(4 + g^2).
 * Errata: the drift is printed with 2 h^2, the mean once without the square of g, the speed per
 * unit of t instead of tau (Section 4.2.2). */
#include <math.h>
#include <string.h>
#include "harness/quadrature.h"
#include "checks/eos/problems.h"
#include "checks/eos/windows.h"

static void eos_mean_balance(vf_context *context) {
  eos_balance(context, eos_b, eos_angles[0].value, 0.0, 4, 5);
  eos_balance(context, eos_b, 1.0, 0.0, 4, 5);
  eos_balance(context, eos_a, .3, 0.0, 4, 5);
}

/* Mean over tau in [from, to] of 2/(4 + g^2) along the flow in closed form, by Simpson's rule. */
static double eos_flow_mean(const eos_law *law, double al0, double from, double to) {
  enum { PARTS = 40 };
  double value[PARTS + 1];
  for (int k = 0; k <= PARTS; k++) {
    const double tau = from + (to - from) * k / PARTS,
                 g = eos_slope(law->toy, eos_flow_angle(law, al0, tau));
    value[k] = 2.0 / (4.0 + g * g);
  }
  return vf_simpson(value, PARTS, 1.0 / PARTS, NULL);
}

static const char *const eos_window_columns[] = {
    "tau from", "tau to", "mean h^2/ein", "2/(4+g^2) along the flow", "speed", "speed of the flow"};

/* Figure-like: mean h^2 in windows of .2/ein steps against the flow's mean of 2/(4 + g^2), within 1
 * %, and the speed of log lam1 within .003, at ein = 1e-5: a window has some 25 periods, and its
 * ends change sum h^2 by part of one. The window .4 to .6 also against 60 digits. */
static void eos_mean_windows(vf_context *context) {
  eos_edge edges[2];
  eos_window windows[2 * EOS_WINDOWS];
  for (int c = 0; c < 2; c++)
    edges[c] = (eos_edge){eos_b, eos_angles[c].value, 1e-5, .1 * sqrt(1e-5), 0.0, 0};
  eos_all_windows(context, edges, 2, .2, windows);
  for (int c = 0; c < 2; c++) {
    const eos_law law = eos_edge_law(edges + c);
    const double al0 = edges[c].al0;
    double rows[6 * EOS_WINDOWS];
    char name[VF_TEXT_SIZE], text[VF_TEXT_SIZE];
    eos_edge_name(name, edges + c);
    for (int i = 0; i < EOS_WINDOWS; i++) {
      const eos_window *window = windows + (ptrdiff_t)c * EOS_WINDOWS + i;
      const double from = .2 * i, to = .2 * (i + 1),
                   start = i ? eos_flow_angle(&law, al0, from) : al0;
      const double lost =
          log(eos_lam1(law.toy, eos_flow_angle(&law, al0, to)) / eos_lam1(law.toy, start));
      const double row[6] = {
          from, to, 2.0 * window->h2, eos_flow_mean(&law, al0, from, to), window->speed, lost / .2};
      memcpy(rows + (ptrdiff_t)6 * i, row, sizeof row);
      vf_text(text, "%s tau %.1f..%.1f mean h^2/ein", name, from, to);
      vf_within_relative(context, text, row[2], row[3], .01,
                         "windows within 1 %: ends of a window");
      vf_text(text, "%s tau %.1f..%.1f d log lam1/dtau", name, from, to);
      vf_within(context, text, row[4], row[5], .003,
                "g sup|phi - zeta|-differences over .2: sqrt(ein)");
    }
    vf_series(context, name, eos_window_columns, 6, rows, EOS_WINDOWS);
    vf_view(context, "tau to,mean h^2/ein,2/(4+g^2) along the flow;speed,speed of the flow");
    vf_text(text, "eos5.window-mean-h2-over-ein.al0-%s.from-0.4.to-0.6", eos_angles[c].key);
    vf_within_relative(context, text, 2.0 * windows[c * EOS_WINDOWS + 2].h2,
                       vf_expected(context, text), .01, "windows within 1 %");
  }
}

/* Drift, mean and speed of the window .4 to .6 at ein = 1e-5, from two angles. */
static void eos_erratum_window(vf_context *context, eos_window windows[2]) {
  eos_edge edges[2];
  eos_window all[2 * EOS_WINDOWS];
  for (int c = 0; c < 2; c++)
    edges[c] = (eos_edge){eos_b, eos_angles[c].value, 1e-5, .1 * sqrt(1e-5), 0.0, 0};
  eos_all_windows(context, edges, 2, .2, all);
  for (int c = 0; c < 2; c++) windows[c] = all[c * EOS_WINDOWS + 2];
}

/* E66: phi moves by h^2 grad log lam1 a step, printed 2 h^2; the mean of h^2 is 2 ein/(4 + g^2),
 * printed of 2 h^2. The drift errs by O(h^2), the mean by the ends of the window. */
static void eos_erratum_drift(vf_context *context) {
  eos_window windows[2];
  eos_erratum_window(context, windows);
  for (int c = 0; c < 2; c++) {
    char name[VF_TEXT_SIZE], key[VF_TEXT_SIZE];
    vf_text(name, "toy B al0=%s ein=1e-5: drift/h^2", eos_angles[c].key);
    vf_erratum(context, name, windows[c].drift, vf_expected(context, "eos5.drift-over-h2"),
               vf_expected(context, "eos5.drift-over-h2.printed"), 1e-4,
               "9e-5 is 4 times the largest h^2");
    vf_text(key, "eos5.window-mean-h2-over-ein.al0-%s.from-0.4.to-0.6", eos_angles[c].key);
    vf_text(name, "toy B al0=%s ein=1e-5: mean h^2/ein", eos_angles[c].key);
    const double right = vf_expected(context, key);
    vf_erratum(context, name, 2.0 * windows[c].h2, right,
               vf_expected_of(context, "%s.printed", key), .01 * right, "windows within 1 %");
  }
}

/* E67: |grad log lam1|^2, printed without the square. */
static void eos_erratum_square(vf_context *context) {
  eos_window windows[2];
  eos_erratum_window(context, windows);
  for (int c = 0; c < 2; c++) {
    char name[VF_TEXT_SIZE];
    const double right = vf_expected_of(
        context, "eos5.window-mean-h2-over-ein.al0-%s.from-0.4.to-0.6", eos_angles[c].key);
    vf_text(name, "toy B al0=%s ein=1e-5: mean h^2/ein", eos_angles[c].key);
    vf_erratum(context, name, 2.0 * windows[c].h2, right,
               vf_expected_of(context,
                              "eos5.window-mean-h2-over-ein-no-square.al0-%s.from-0.4.to-0.6",
                              eos_angles[c].key),
               .01 * right, "windows within 1 %");
  }
}

/* E68: the speed is per unit of tau; per step t it is ein times that. Over the window .4 to .6 the
 * speed at its middle is right to the second derivative's .2^2/24, less than 1 %. */
static void eos_erratum_time(vf_context *context) {
  eos_window windows[2];
  eos_erratum_window(context, windows);
  for (int c = 0; c < 2; c++) {
    char name[VF_TEXT_SIZE];
    const double speed = vf_expected_of(context, "eos5.speed.al0-%s.tau-0.5", eos_angles[c].key),
                 ein = 1e-5;
    vf_text(name, "toy B al0=%s ein=1e-5: d log lam1 per step", eos_angles[c].key);
    vf_erratum(context, name, windows[c].speed * ein, speed * ein, speed, .01 * ein * fabs(speed),
               "1 %: curvature over the window");
  }
}

/* ---- table ---- */

static const vf_check table[] = {
    {"eos5.balance", "eos, Section 4.2.3",
     "mean of (4+g^2) h^2 is 2 ein, phi moves by -h^2 grad log lam1 a step", VF_QUICK,
     eos_mean_balance},
    {"eos5.windows", "eos, Section 4.2.3",
     "mean h^2 is 2 ein/(4+g^2), d log lam1/dtau = -2 g^2/(4+g^2)", VF_QUICK, eos_mean_windows},
    {"errata.eos5-drift-2h2", "eos, Section 4.2.3", "phi moves by h^2 grad log lam1, not 2 h^2",
     VF_QUICK, eos_erratum_drift},
    {"errata.eos5-missing-square", "eos, Section 4.2.3", "|grad log lam1|^2 in the mean of h^2",
     VF_QUICK, eos_erratum_square},
    {"errata.eos5-chain-rule-time", "eos, Section 4.2.2",
     "the speed of log lam1 is per unit of tau", VF_QUICK, eos_erratum_time},
};

VF_ROW(eos5, table, "averages of h^2 and of the drift over windows of real runs at the edge",
       "the drift 2 h^2 that is printed, a mean without the square of g");
