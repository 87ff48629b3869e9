/* Loss, accuracy and classes on the samples to train with and to test with.
 * docs/spec-network.md section 9. */
#include "network.h"
#include "../fp.h"

/* What an evaluation finds. classes, unless NULL, receives the class of each sample. */
typedef struct {
  double loss; /* sum_b l_b */
  uint32_t right;
  double *classes;
} sid_net_findings;

/* The outputs of the samples in memory. */
static void sid_net_look(const sid_net_pass *pass, const double *last, sid_net_findings *findings) {
  const sid_network *network = pass->network;
  const uint32_t classes = network->classes;
  const uint32_t inputs = sid_net_layer_at(network, network->layer_count).inputs;
  double *f = pass->outputs;
  for (uint32_t r = 0; r < pass->rows; r++) {
    const uint32_t label = pass->labels[sid_net_sample(pass, r)];
    sid_net_product(last + (size_t)r * inputs, pass->readout, inputs, classes, f);
    const double loss = sid_net_loss(network, f, label);
    const uint32_t guess = sid_net_class(f, classes);
    findings->loss = pass->first + r == 0 ? loss : findings->loss + loss;
    findings->right += guess == label;
    if (findings->classes) findings->classes[pass->first + r] = (double)guess;
  }
}

/* Samples 0 .. count-1 in chunks of the pass; known: with the means of bn that are there. */
static void sid_net_walk(sid_net_pass *pass, uint32_t count, int known,
                         sid_net_findings *findings) {
  for (uint32_t first = 0; first < count; first += pass->most) {
    pass->first = first;
    pass->rows = count - first < pass->most ? count - first : pass->most;
    sid_net_look(pass, sid_net_forward(pass, known), findings);
  }
}

static void sid_net_train(const sid_problem *problem, const double *x, sid_net_findings *findings,
                          double *work) {
  sid_net_pass pass;
  sid_net_begin(&pass, problem, SID_NET_EVALUATION, problem->samples, x, work);
  sid_net_walk(&pass, problem->samples, 0, findings);
}

/* With bn the samples to train with go first, all in one pass, and leave their means. */
static void sid_net_test(const sid_problem *problem, const double *x, sid_net_findings *findings,
                         double *work) {
  const sid_network *network = problem->network;
  const int bn = network->norm == SID_NORM_BN;
  sid_net_pass pass;
  sid_net_begin(&pass, problem, SID_NET_EVALUATION, problem->samples, x, work);
  if (bn) (void)sid_net_forward(&pass, 0);
  pass.pixels = network->test_pixels, pass.labels = network->test_labels;
  sid_net_walk(&pass, network->test_samples, bn, findings);
}

double sid_network_loss(const sid_problem *problem, const double *x, double *work) {
  sid_net_findings findings = {0.0, 0, NULL};
  sid_net_train(problem, x, &findings, work);
  return findings.loss * (1.0 / (double)problem->samples);
}

double sid_network_accuracy(const sid_problem *problem, const double *x, double *work) {
  sid_net_findings findings = {0.0, 0, NULL};
  sid_net_train(problem, x, &findings, work);
  return (double)findings.right / (double)problem->samples;
}

const char sid_network_test_needs[] = "network with test samples";

int sid_network_has_test(const sid_problem *problem) { return problem->network->test_samples > 0; }

double sid_network_test_loss(const sid_problem *problem, const double *x, double *work) {
  sid_net_findings findings = {0.0, 0, NULL};
  sid_net_test(problem, x, &findings, work);
  return findings.loss * (1.0 / (double)problem->network->test_samples);
}

double sid_network_test_accuracy(const sid_problem *problem, const double *x, double *work) {
  sid_net_findings findings = {0.0, 0, NULL};
  if (problem->network->test_samples == 0) return sid_double_of(0x7ff8000000000000u);
  sid_net_test(problem, x, &findings, work);
  return (double)findings.right / (double)problem->network->test_samples;
}

void sid_network_test_classes(const sid_problem *problem, const double *x, double *classes,
                              double *work) {
  sid_net_findings findings = {0.0, 0, classes};
  sid_net_test(problem, x, &findings, work);
}
