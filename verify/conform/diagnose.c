/* Which mistake it is: requests are asked once more, and each entry of the table says what a
 * command with that mistake would have answered. */
#include "conform/kit.h"

#if SID_HAVE_JANSSON

#include <math.h>
#include <string.h>
#include "conform/probes.h"

/* A mistake need not be everywhere: answers are looked at by dynamics, problem, noise or schedule,
 * whichever the request is about. */
static int32_t vf_group_of(const vf_request *request) {
  switch (request->what) {
    case VF_STEP: return request->experiment.dynamics.kind;
    case VF_NOISE: return request->experiment.problem.noise;
    case VF_SCHEDULE: return request->experiment.schedule.kind;
    case VF_NORMALS_FROM_RAWS: return 0;
    default: return request->experiment.problem.kind;
  }
}

enum { VF_GROUPS = 16 };

/* How a mistake fits the probes of a group. */
typedef struct {
  size_t fits, misses; /* answers as the mistake has them, and others */
  size_t telling;      /* of those that fit: far from what is right */
} vf_fit;

/* The fits of a mistake in all groups. */
static void vf_fit_all(const vf_mistake *mistake, const vf_probes *probes, vf_fit fits[VF_GROUPS]) {
  memset(fits, 0, VF_GROUPS * sizeof *fits);
  for (size_t i = 0; i < probes->count; i++) {
    vf_probe *probe = probes->list + i;
    vf_fit *fit = fits + vf_group_of(&probe->request);
    vf_arena arena = {NULL};
    vf_answer wrong;
    vf_mistaken(mistake, &probe->request, &arena, &wrong);
    const int same =
        vf_probe_distance(&probe->request, &probe->theirs, &wrong) <= probes->tolerance;
    fit->fits += (size_t)same;
    fit->misses += (size_t)!same;
    fit->telling += same && !(vf_probe_distance(&probe->request, &probe->right, &wrong) <=
                              10.0 * probes->tolerance);
    vf_arena_free(&arena);
  }
}

/* An answer or two of many do not acquit a mistake: what a wrong formula does where it divides 0 by
 * 0 is another matter. */
static int vf_fit_convinces(const vf_fit *fit) {
  return fit->telling >= 2 && 10 * fit->misses <= fit->fits;
}

/* Whether a mistake explains a group: by itself, or with a single answer where it explains
 * another. */
static int vf_fit_explains(const vf_fit fits[VF_GROUPS], int group) {
  int elsewhere = 0;
  for (int g = 0; g < VF_GROUPS; g++) elsewhere |= vf_fit_convinces(fits + g);
  return vf_fit_convinces(fits + group) ||
         (elsewhere && fits[group].misses == 0 && fits[group].telling > 0);
}

/* Wrong answers of each group; returns how many there are in all. */
static size_t vf_count_wrong(const vf_probes *probes, size_t wrong[VF_GROUPS]) {
  size_t all = 0;
  memset(wrong, 0, VF_GROUPS * sizeof *wrong);
  for (size_t i = 0; i < probes->count; i++) {
    const vf_probe *probe = probes->list + i;
    wrong[vf_group_of(&probe->request)] += (size_t)probe->wrong;
    all += (size_t)probe->wrong;
  }
  return all;
}

/* Names the mistakes that explain a group best; what is explained is no longer wrong. */
static void vf_name_mistakes(vf_kit *kit, vf_do what, const vf_probes *probes, uint32_t acquitted,
                             size_t wrong[VF_GROUPS]) {
  size_t fewest[VF_GROUPS];
  vf_fit fits[VF_GROUPS];
  for (int g = 0; g < VF_GROUPS; g++) fewest[g] = SIZE_MAX;
  for (const vf_mistake *mistake = vf_mistakes; mistake->id; mistake++) {
    if (acquitted >> mistake->place & 1u) continue;
    vf_fit_all(mistake, probes, fits);
    for (int g = 0; g < VF_GROUPS; g++)
      if (wrong[g] && vf_fit_explains(fits, g) && fits[g].misses < fewest[g])
        fewest[g] = fits[g].misses;
  }
  for (const vf_mistake *mistake = vf_mistakes; mistake->id; mistake++) {
    vf_fit sum = {0, 0, 0};
    if (acquitted >> mistake->place & 1u) continue;
    vf_fit_all(mistake, probes, fits);
    for (int g = 0; g < VF_GROUPS; g++) {
      if (fewest[g] == SIZE_MAX || !vf_fit_explains(fits, g) || fits[g].misses > fewest[g])
        continue;
      sum.fits += fits[g].fits;
      sum.misses += fits[g].misses;
      sum.telling += fits[g].telling;
    }
    if (sum.telling > 0)
      vf_kit_remark(kit,
                    "mistake: %s: %s (fits %zu of %zu answers to %s; %zu of them are not right)",
                    mistake->id, mistake->says, sum.fits, sum.fits + sum.misses,
                    vf_request_name(what), sum.telling);
  }
  for (int g = 0; g < VF_GROUPS; g++)
    if (fewest[g] != SIZE_MAX) wrong[g] = 0;
}

/* Of what no mistake explains. */
static void vf_name_nothing(vf_kit *kit, vf_do what, const vf_probes *probes,
                            const size_t wrong[VF_GROUPS]) {
  char measured[VF_ANSWER_MESSAGE];
  size_t left = 0;
  for (int g = 0; g < VF_GROUPS; g++) left += wrong[g];
  if (left == 0) return;
  const int known = what == VF_STEP && vf_probes_measure(probes, measured);
  vf_kit_remark(kit,
                "mistake: none that is known fits the answers to %s (%zu of %zu are wrong)%s%s",
                vf_request_name(what), left, probes->count, known ? "; measured: " : "",
                known ? measured : "");
}

typedef enum { VF_NOT_ANSWERED, VF_ALL_RIGHT, VF_SOME_WRONG } vf_answers;

static vf_answers vf_diagnose_requests(vf_kit *kit, vf_do what, uint32_t acquitted) {
  size_t wrong[VF_GROUPS];
  vf_probes probes = vf_probes_ask(kit, what);
  const size_t all = vf_count_wrong(&probes, wrong);
  const vf_answers answers = all > 0            ? VF_SOME_WRONG
                             : probes.count > 0 ? VF_ALL_RIGHT
                                                : VF_NOT_ANSWERED;
  if (all > 0) {
    vf_name_mistakes(kit, what, &probes, acquitted, wrong);
    vf_name_nothing(kit, what, &probes, wrong);
  }
  vf_probes_free(&probes);
  return answers;
}

/* Networks are not asked for once more: whether one of them failed. */
static int vf_failed_networks(const vf_kit *kit) {
  for (size_t i = 0; i < kit->count; i++)
    if (kit->outcomes[i].kind == VF_OUTCOME_FAIL && strstr(kit->outcomes[i].id, ".network-"))
      return 1;
  return 0;
}

void vf_diagnose(vf_kit *kit) {
  /* What one needs of another comes first: a wrong gradient makes every step wrong. */
  static const struct {
    vf_do what;
    vf_place place;
  } order[] = {
      {VF_NORMALS_FROM_RAWS, VF_IN_NORMALS}, {VF_SCHEDULE, VF_IN_SCHEDULE}, {VF_LOSS, VF_IN_LOSS},
      {VF_GRADIENT, VF_IN_GRADIENT},         {VF_NOISE, VF_IN_NOISE},       {VF_STEP, VF_IN_UPDATE},
      {VF_SHARPNESS, VF_IN_SHARPNESS}};
  uint32_t acquitted = 0; /* places whose own request is answered right */
  int found = 0;
  if (vf_kit_failed(kit) == 0) return;
  for (size_t i = 0; i < VF_COUNT(order); i++) {
    const vf_answers answers = vf_diagnose_requests(kit, order[i].what, acquitted);
    if (answers == VF_ALL_RIGHT) acquitted |= 1u << order[i].place;
    found |= answers == VF_SOME_WRONG;
    if (found && order[i].place >= VF_IN_LOSS) break;
  }
  if (!found && !vf_diagnose_ensembles(kit) && acquitted)
    vf_kit_remark(kit, "%s",
                  vf_failed_networks(kit)
                      ? "no mistake is known by name for networks, and the rest is right"
                      : "what was asked again is right but for rounding");
}

#endif
