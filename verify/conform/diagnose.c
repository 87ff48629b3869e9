/* Which mistake it is: requests are asked once more, and each entry of the table says what a
 * command with that mistake would have answered. */
#include "conform/kit.h"

#if SID_HAVE_JANSSON

#include <math.h>
#include <string.h>
#include "conform/probes.h"

/* How a mistake fits the probes. */
typedef struct {
  size_t fits, misses; /* answers as the mistake has them, and others */
  size_t telling;      /* of those that fit: far from what is right */
} vf_fit;

static vf_fit vf_fit_of(const vf_mistake *mistake, const vf_probes *probes) {
  vf_fit fit = {0, 0, 0};
  for (size_t i = 0; i < probes->count; i++) {
    vf_probe *probe = probes->list + i;
    vf_arena arena = {NULL};
    vf_answer wrong;
    vf_mistaken(mistake, &probe->request, &arena, &wrong);
    const int same =
        vf_probe_distance(&probe->request, &probe->theirs, &wrong) <= probes->tolerance;
    fit.fits += (size_t)same;
    fit.misses += (size_t)!same;
    fit.telling += same && !(vf_probe_distance(&probe->request, &probe->right, &wrong) <=
                             10.0 * probes->tolerance);
    vf_arena_free(&arena);
  }
  return fit;
}

static size_t vf_probes_wrong(const vf_probes *probes) {
  size_t wrong = 0;
  for (size_t i = 0; i < probes->count; i++) {
    const vf_probe *probe = probes->list + i;
    wrong +=
        !(vf_probe_distance(&probe->request, &probe->theirs, &probe->right) <= probes->tolerance);
  }
  return wrong;
}

/* An ill-conditioned answer among many does not acquit a mistake. */
static int vf_fit_convinces(const vf_fit *fit) {
  return fit->telling >= 2 && 20 * fit->misses <= fit->fits;
}

/* Names what fits; of several those that leave the fewest answers unexplained. Returns how many. */
static size_t vf_name_mistakes(vf_kit *kit, vf_do what, const vf_probes *probes) {
  size_t named = 0, fewest = SIZE_MAX;
  for (const vf_mistake *mistake = vf_mistakes; mistake->id; mistake++) {
    const vf_fit fit = vf_fit_of(mistake, probes);
    if (vf_fit_convinces(&fit) && fit.misses < fewest) fewest = fit.misses;
  }
  for (const vf_mistake *mistake = vf_mistakes; mistake->id; mistake++) {
    const vf_fit fit = vf_fit_of(mistake, probes);
    if (!vf_fit_convinces(&fit) || fit.misses > fewest) continue;
    vf_kit_remark(kit, "%s: %s: %s (fits %zu of %zu answers to %s; %zu of them cannot be right)",
                  named++ ? "or else" : "mistake", mistake->id, mistake->says, fit.fits,
                  probes->count, vf_request_name(what), fit.telling);
  }
  return named;
}

/* Returns whether something was wrong with the answers to these requests. */
static int vf_diagnose_requests(vf_kit *kit, vf_do what) {
  char measured[VF_ANSWER_MESSAGE];
  vf_probes probes = vf_probes_ask(kit, what);
  const size_t wrong = vf_probes_wrong(&probes);
  if (wrong > 0 && vf_name_mistakes(kit, what, &probes) == 0) {
    const int known = what == VF_STEP && vf_probes_measure(&probes, measured);
    vf_kit_remark(kit,
                  "mistake: none that is known fits the answers to %s (%zu of %zu are wrong)%s%s",
                  vf_request_name(what), wrong, probes.count, known ? "; measured: " : "",
                  known ? measured : "");
  }
  vf_probes_free(&probes);
  return wrong > 0;
}

void vf_diagnose(vf_kit *kit) {
  /* What one needs of another comes first: a wrong gradient makes every step wrong. */
  static const vf_do order[] = {VF_NORMALS_FROM_RAWS, VF_SCHEDULE, VF_SHARPNESS, VF_LOSS,
                                VF_GRADIENT,          VF_NOISE,    VF_STEP};
  if (vf_kit_failed(kit) == 0) return;
  for (size_t i = 0; i < VF_COUNT(order); i++)
    if (vf_diagnose_requests(kit, order[i]) && order[i] >= VF_LOSS) return;
}

#endif
