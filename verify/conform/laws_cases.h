/* The experiments of the level `laws`, as data, and the faults that they are to see. */
#ifndef VF_LAWS_CASES_H
#define VF_LAWS_CASES_H

#include "conform/session.h"
#include "formats/memory.h"

/* What is measured on a trajectory. */
typedef enum {
  VF_MEASURE_MEAN,       /* x along the direction into which the fault moves its mean */
  VF_MEASURE_COVARIANCE, /* |x - mean|^2 */
  VF_MEASURE_THIRD,      /* sum over coordinates of (x - mean)^3, ^4 */
  VF_MEASURE_FOURTH,
  VF_MEASURE_TANGENTIAL, /* of the noise: its part along x before the step */
  VF_MEASURE_COLUMN      /* an observable, averaged over the checkpoints */
} vf_measure;

/* The faults: what is scaled by 1.05 (batch 20 by 21/20), or put in place of what is right. */
#define VF_FAULTS "lr wd sigma batch beta size l substeps order dynamics kind shift moment radial"
typedef enum {
  VF_FAULT_LR,
  VF_FAULT_WD,
  VF_FAULT_SIGMA,
  VF_FAULT_BATCH,
  VF_FAULT_BETA,
  VF_FAULT_SIZE,     /* of a random start */
  VF_FAULT_L,        /* the law at 2l */
  VF_FAULT_SUBSTEPS, /* the law at 2m */
  VF_FAULT_ORDER,    /* sde for sde2 and the reverse */
  VF_FAULT_DYNAMICS, /* sgd for noisy_gd */
  VF_FAULT_KIND,     /* gaussian noise for rademacher noise and the reverse */
  VF_FAULT_SHIFT,    /* a mean of a twentieth of the standard deviation in every coordinate */
  VF_FAULT_MOMENT,   /* a tenth of the moment */
  VF_FAULT_RADIAL    /* a thousandth of the noise's variance along x */
} vf_fault;

enum { VF_LAW_TESTS_MOST = 8, VF_LAW_FAULTS_MOST = 4 };

/* A test of a row: its law, as in ids, and the faults that it is to see; for a mean one. */
typedef struct {
  char law[16];
  vf_measure measure;
  int32_t observable;
  vf_fault faults[VF_LAW_FAULTS_MOST];
  size_t fault_count;
} vf_law_test;

typedef struct {
  const char *variant; /* last part of the ids where several rows have the same subject, or NULL */
  int32_t problem;     /* 0: one that the command claims */
  int32_t noise, dynamics;
  uint32_t count; /* l or substeps */
  uint32_t batch, dim;
  double lr, wd, sigma, size; /* size: of the start */
  int32_t start;
  uint32_t steps; /* units of time; 0: the start itself */
  uint32_t trajectories;
  int quick;
  const char *tests; /* "LAW.FAULT,FAULT LAW.FAULT ..." */
} vf_law_row;

extern const vf_law_row vf_law_rows[];
extern const size_t vf_law_row_count;

/* The tests of a row; returns their number. */
size_t vf_law_tests_of(const vf_law_row *row, vf_law_test tests[VF_LAW_TESTS_MOST]);

/* Tests of all rows. */
size_t vf_law_test_count(void);

/* A fault as ids have it; in words that stand behind its size; its size in per cent. */
void vf_fault_id(vf_fault fault, char id[16]);
const char *vf_fault_name(vf_fault fault);
double vf_fault_size(vf_fault fault);

/* The experiment of a row without checkpoints, observables and seed, in arena memory. Every number
 * is exact in binary32 but exp_minus_mean, which is rounded if it must be. */
void vf_law_experiment(const vf_law_row *row, const vf_claims *claims, vf_arena *arena,
                       sid_experiment *experiment);

/* The same with a fault; 0 if the fault is none of an experiment. */
int vf_law_faulty(vf_fault fault, const sid_experiment *right, vf_arena *arena,
                  sid_experiment *faulty);

/* A problem and a dynamics that the command claims, for what needs no certain ones: no gradient,
 * no weight decay, Gaussian noise of sigma 1 in every step. 0 if it claims none. */
int vf_law_host(const vf_claims *claims, uint32_t dim, vf_arena *arena, sid_experiment *experiment);

#endif
