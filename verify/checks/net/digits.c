#include "checks/net/digits.h"
#include <math.h>
#include <string.h>
#include "formats/images.h"
#include "formats/memory.h"
#include "harness/algebra.h"

static const char net_digits_path[] = "data/digits.csv.gz",
                  net_digits_sha256[] = /* of the file, as ci/digits.sha256 has it */
                  "46abec6b12486ad9e51943373abcf22bbea1b5a51a1619b361570d8893f1464a";

const net_shape net_digits_large = {.side = 8,
                                    .images = 1024,
                                    .tests = 773,
                                    .classes = 10,
                                    .layers = 2,
                                    .width = 32,
                                    .norm = SID_NORM_BN,
                                    .activation = SID_ACTIVATION_RELU,
                                    .loss = SID_LOSS_CROSS_ENTROPY,
                                    .temperature = 2.0};
const net_shape net_digits_small = {.side = 8,
                                    .images = 1024,
                                    .tests = 773,
                                    .classes = 10,
                                    .layers = 1,
                                    .width = 16,
                                    .norm = SID_NORM_BN,
                                    .activation = SID_ACTIVATION_RELU,
                                    .loss = SID_LOSS_CROSS_ENTROPY,
                                    .temperature = 2.0};

static int net_digits_read(vf_content *content, vf_images *images,
                           char message[VF_CONTENT_MESSAGE]) {
  char digest[VF_SHA256_SIZE];
  vf_sha256 hash;
  if (vf_content_open(content, net_digits_path, message)) return -1;
  vf_sha256_begin(&hash);
  vf_sha256_add(&hash, content->file, content->length);
  vf_sha256_text(&hash, digest);
  if (strcmp(digest, net_digits_sha256) != 0) {
    (void)vf_content_refuse(content, 0, "another file; allowed: SHA-256 %s", net_digits_sha256);
    return -1;
  }
  return vf_images_read(content, VF_DIGITS, 10, images);
}

int net_digits(vf_context *context, net_case *made, const net_shape *shape) {
  char message[VF_CONTENT_MESSAGE];
  vf_images images = {0};
  vf_content content;
  const int status = net_digits_read(&content, &images, message);
  if (status)
    vf_undecided(context, "sh ci/digits.sh fetches the digits", message);
  else {
    memcpy(made->pixels, images.pixels, sizeof made->pixels);
    memcpy(made->labels, images.labels, sizeof made->labels);
    net_build(made, shape);
    made->network.scale = 0.0625, made->network.centre = 0.5;
  }
  vf_images_free(&images);
  vf_content_close(&content);
  return status;
}

static void net_digits_run(void *user, size_t i, double *out) {
  sid_experiment experiment = *(const sid_experiment *)user;
  const sid_network *network = experiment.problem.network;
  double x[NET_DIM];
  sid_stream stream = vf_stream(experiment.seed, SID_KEY_START, i);
  sid_stream_normals(&stream, x, experiment.problem.dim);
  for (uint32_t k = 0; k < network->layer_count; k++) {
    size_t count;
    const size_t at = sid_network_weights(network, k, &count);
    vf_scale(x + at, count, sqrt(2.0 * network->layers[k].width / (double)count));
  }
  experiment.start = (sid_start){SID_START_POINT, x, 0.0};
  vf_ensemble(&experiment, i, 1, 1, out, NULL);
}

double *net_digits_observe(vf_context *context, const char *instance,
                           const sid_experiment *experiment, size_t count) {
  if (!vf_valid(context, instance, experiment)) return NULL;
  const size_t width = experiment->checkpoint_count * sid_row_width(experiment);
  double *rows = vf_allocate(count * width, sizeof *rows);
  sid_experiment shared = *experiment;
  vf_map(count, vf_jobs(context), rows, width, net_digits_run, &shared);
  return rows;
}

void net_digits_agree(vf_context *context, const char *instance, double measured,
                      double standard_error, double other, double other_error, double effect,
                      const char *basis) {
  vf_monte_carlo(context, instance, measured, hypot(standard_error, other_error), other, effect,
                 basis);
}
