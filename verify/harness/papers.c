#include "harness/papers.h"
#include <ctype.h>
#include <string.h>

const vf_paper vf_papers[] = {
    {"fm", "Fast Mixing",
     "Fast Mixing of Stochastic Gradient Descent with Normalization and Weight Decay"},
    {"il", "Intrinsic Learning Rate",
     "Reconciling Modern Deep Learning with Traditional Optimization Analyses: "
     "The Intrinsic Learning Rate"},
    {"nrq", "noisy Rayleigh quotient",
     "How Normalization and Weight Decay Can Affect SGD? "
     "Insights from a Simple Normalized Model"},
    {"svag", "SVAG and SDEs",
     "On the Validity of Modeling SGD with Stochastic Differential Equations (SDEs)"},
    {"eos", "Edge of Stability",
     "Understanding the Generalization Benefit of Normalization Layers: "
     "Sharpness Reduction"},
    {"net", "networks", "What the papers show with networks, here with small ones"},
    {NULL, NULL, NULL}};

const vf_paper *vf_paper_of(const char *id) {
  static const char errata[] = "errata.";
  if (strncmp(id, errata, strlen(errata)) == 0) id += strlen(errata);
  for (const vf_paper *paper = vf_papers; paper->code; paper++) {
    const size_t length = strlen(paper->code);
    if (strncmp(id, paper->code, length) == 0 && isdigit((unsigned char)id[length])) return paper;
  }
  return NULL;
}
