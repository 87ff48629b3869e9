/* Problems as data: choice by kind. docs/spec.md section 6. */
#include "problem.h"
#include "config.h"
#include "fp.h"

#define SID_NAME(kind, number, name, ...)                                                          \
  case kind: return name;

const char *sid_problem_name(int32_t kind) {
  switch (kind) {
    SID_PROBLEM_LIST(SID_NAME)
    default: return NULL;
  }
}

static const sid_problem_traits sid_problem_unknown = {0, 0, 0, 0};

#define SID_TRAITS(kind, number, name, room, ...)                                                  \
  case kind: return SID_HAS(kind) ? &sid_##room##_traits : &sid_problem_unknown;

const sid_problem_traits *sid_problem_traits_of(const sid_problem *problem) {
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_TRAITS)
    default: return &sid_problem_unknown;
  }
}

int sid_problem_scale_invariant(const sid_problem *problem) {
  const int invariant = sid_problem_traits_of(problem)->scale_invariant;
  if (invariant != SID_IF_NORMALISED) return invariant;
  const sid_network *network = problem->network;
  return network && network->norm != SID_NORM_NONE && network->eps == 0.0;
}

#define SID_WORKSPACE(kind, number, name, room, ...)                                               \
  case kind: return SID_HAS(kind) ? sid_##room##_workspace(problem) : 0;

size_t sid_problem_workspace(const sid_problem *problem) {
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_WORKSPACE)
    default: return 0;
  }
}

static int sid_problem_is_network(const sid_problem *problem) {
  return SID_HAS(SID_NETWORK) && problem->kind == SID_NETWORK;
}

uint32_t sid_problem_dim_most(const sid_problem *problem) {
  return sid_problem_is_network(problem) ? SID_NETWORK_DIM_MAX : SID_DIM_MAX;
}

size_t sid_problem_workspace_for(const sid_problem *problem, int32_t purpose, uint32_t batch) {
  if (sid_problem_is_network(problem)) return sid_network_workspace_for(problem, purpose, batch);
  return sid_problem_workspace(problem);
}

size_t sid_problem_batch_workspace(const sid_problem *problem, uint32_t batch) {
  const int32_t purpose = problem->noise == SID_NOISE_NONE ? SID_FOR_GRADIENT : SID_FOR_BATCH;
  return sid_problem_workspace_for(problem, purpose, batch);
}

sid_status sid_problem_fits(const sid_problem *problem, const sid_dynamics *dynamics,
                            const char **field, const char **why) {
  if (!sid_problem_is_network(problem)) return SID_OK;
  return sid_network_dynamics(problem, dynamics, field, why);
}

#define SID_LOSS(kind, number, name, room, ...)                                                    \
  case kind: return SID_HAS(kind) ? sid_##room##_loss(problem, x, work) : 0.0;

double sid_problem_loss(const sid_problem *problem, const double *x, double *work) {
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_LOSS)
    default: return 0.0;
  }
}

#define SID_HAS_TEST_0(kind, room)
#define SID_HAS_TEST_1(kind, room)                                                                 \
  case kind:                                                                                       \
    return SID_HAS(kind) ? sid_##room##_has_test(problem) : 0;
#define SID_HAS_TEST(kind, number, name, room, samples, own, test, ...)                            \
  SID_HAS_TEST_##test(kind, room)

int sid_problem_has_test(const sid_problem *problem) {
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_HAS_TEST)
    default: return 0;
  }
}

#define SID_TEST_LOSS_0(kind, room)
#define SID_TEST_LOSS_1(kind, room)                                                                \
  case kind:                                                                                       \
    return SID_HAS(kind) ? sid_##room##_test_loss(problem, x, work) : 0.0;
#define SID_TEST_LOSS(kind, number, name, room, samples, own, test, ...)                           \
  SID_TEST_LOSS_##test(kind, room)

double sid_problem_test_loss(const sid_problem *problem, const double *x, double *work) {
  if (!sid_problem_has_test(problem)) return sid_double_of(0x7ff8000000000000u);
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_TEST_LOSS)
    default: return 0.0; /* has none */
  }
}

#define SID_GRADIENT(kind, number, name, room, ...)                                                \
  case kind:                                                                                       \
    if (SID_HAS(kind)) sid_##room##_gradient(problem, x, gradient, work);                          \
    return;

void sid_problem_gradient(const sid_problem *problem, const double *x, double *gradient,
                          double *work) {
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_GRADIENT)
    default: return;
  }
}

#define SID_HESSIAN(kind, number, name, room, ...)                                                 \
  case kind:                                                                                       \
    if (SID_HAS(kind)) sid_##room##_hessian_vector(problem, x, v, hv, work);                       \
    return;

void sid_problem_hessian_vector(const sid_problem *problem, const double *x, const double *v,
                                double *hv, double *work) {
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_HESSIAN)
    default: return;
  }
}
