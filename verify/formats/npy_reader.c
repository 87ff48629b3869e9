#include "formats/npy_reader.h"
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "formats/failure.h"
#include "formats/memory.h"
#include "formats/read_file.h"

enum { VF_DIMENSIONS = 3 };

typedef struct {
  const char *path;
  const unsigned char *data; /* behind the header */
  size_t bytes;              /* of the data */
  int size, big_endian, fortran;
  uint64_t shape[VF_DIMENSIONS]; /* trajectories, checkpoints, columns */
} vf_npy;

/* ---- the header ---- */

static int vf_npy_refuse(const vf_npy *npy, const char *what) {
  return vf_fail("%s: %s; allowed: .npy of version 1, 2 or 3 with descr, fortran_order, shape",
                 npy->path, what);
}

static uint64_t vf_little(const unsigned char *bytes, int count) {
  uint64_t value = 0;
  for (int b = count; b-- > 0;) value = value << 8 | bytes[b];
  return value;
}

/* What stands behind 'key': in the header, NULL if it does not. */
static const char *vf_npy_entry(const char *head, const char *key) {
  char quoted[32];
  snprintf(quoted, sizeof quoted, "'%s'", key);
  const char *found = strstr(head, quoted);
  if (!found) return NULL;
  found += strlen(quoted);
  found += strspn(found, " ");
  if (*found != ':') return NULL;
  found++;
  return found + strspn(found, " ");
}

/* The length of a piece of the header up to one of these bytes, as a message shows it. */
static int vf_npy_shown(const char *piece, const char *ends) {
  const size_t length = strcspn(piece, ends);
  return length < 60 ? (int)length : 60;
}

static int vf_npy_type(vf_npy *npy, const char *head) {
  const char *descr = vf_npy_entry(head, "descr");
  if (!descr) return vf_npy_refuse(npy, "a header without descr");
  const int known = strncmp(descr, "'<f8'", 5) == 0 || strncmp(descr, "'>f8'", 5) == 0 ||
                    strncmp(descr, "'<f4'", 5) == 0;
  if (!known)
    return vf_fail("%s: numbers of type %.*s; allowed: '<f8', '>f8', '<f4'", npy->path,
                   vf_npy_shown(descr, ",}\n"), descr);
  npy->big_endian = descr[1] == '>';
  npy->size = descr[3] - '0';
  return 0;
}

/* The numbers of "(2, 3, 4)" or "(2, 3, 4,)"; returns how many, or -1. */
static int vf_npy_numbers(const char *at, uint64_t *shape) {
  int count = 0;
  if (*at++ != '(') return -1;
  for (;;) {
    char *end;
    at += strspn(at, " ");
    if (*at == ')') return count;
    if (*at < '0' || *at > '9' || count == VF_DIMENSIONS + 1) return -1;
    errno = 0;
    shape[count++] = strtoull(at, &end, 10);
    if (errno) return -1;
    at = end + strspn(end, " ");
    if (*at == ',')
      at++;
    else if (*at != ')')
      return -1;
  }
}

static int vf_npy_shape(vf_npy *npy, const char *head, const sid_experiment *experiment) {
  uint64_t shape[VF_DIMENSIONS + 1] = {0};
  const char *entry = vf_npy_entry(head, "shape");
  const int count = entry ? vf_npy_numbers(entry, shape) : -1;
  if (count < 0) return vf_npy_refuse(npy, "a header without a shape of some integers");
  const size_t width = sid_row_width(experiment);
  npy->shape[0] = 1;
  if (count == 2 || count == 3)
    memcpy(npy->shape + VF_DIMENSIONS - count, shape, (size_t)count * sizeof *shape);
  if (npy->shape[0] > 0 && npy->shape[1] == experiment->checkpoint_count && npy->shape[2] == width)
    return 0;
  return vf_fail("%s: shape %.*s); allowed: (trajectories, %" PRIu32 ", %zu), or (%" PRIu32
                 ", %zu) for one: checkpoints and columns of the experiment",
                 npy->path, vf_npy_shown(entry, ")"), entry, experiment->checkpoint_count, width,
                 experiment->checkpoint_count, width);
}

static int vf_npy_head(vf_npy *npy, const unsigned char *file, size_t length,
                       const sid_experiment *experiment) {
  if (length < 12 || memcmp(file, "\x93NUMPY", 6) != 0) return vf_npy_refuse(npy, "no .npy file");
  const int wide = file[6] >= 2;
  if (file[6] < 1 || file[6] > 3) return vf_npy_refuse(npy, "another version of .npy");
  const size_t before = wide ? 12 : 10, size = (size_t)vf_little(file + 8, wide ? 4 : 2);
  if (size > length - before) return vf_npy_refuse(npy, "a header beyond the end of the file");
  char *head = vf_allocate(size + 1, 1);
  memcpy(head, file + before, size);
  npy->data = file + before + size;
  npy->bytes = length - before - size;
  int status = strlen(head) < size ? vf_npy_refuse(npy, "a zero byte in the header") : 0;
  const char *order = vf_npy_entry(head, "fortran_order");
  if (!status) status = vf_npy_type(npy, head);
  npy->fortran = order && strncmp(order, "True", 4) == 0;
  if (!status && !npy->fortran && (!order || strncmp(order, "False", 5) != 0))
    status = vf_npy_refuse(npy, "a header without fortran_order, True or False");
  if (!status) status = vf_npy_shape(npy, head, experiment);
  free(head);
  return status;
}

/* ---- the numbers ---- */

/* The reals that round to a binary32: half an ulp around it. Both sums are exact. */
static void vf_npy_single(uint32_t bits, vf_given_number *number) {
  float value;
  memcpy(&value, &bits, sizeof value);
  number->value = (double)value;
  vf_given_settle(number);
  if (isnan(value) || isinf(value)) return;
  const double step_down = (double)nextafterf(value, -INFINITY),
               step_up = (double)nextafterf(value, INFINITY);
  /* Beyond the largest the next one would be 2^128. */
  number->low = 0.5 * (number->value + (isinf(step_down) ? -0x1p128 : step_down));
  number->high = 0.5 * (number->value + (isinf(step_up) ? 0x1p128 : step_up));
}

static void vf_npy_number(const vf_npy *npy, size_t place, vf_given_number *number) {
  unsigned char bytes[8] = {0};
  const unsigned char *at = npy->data + place * (size_t)npy->size;
  for (int b = 0; b < npy->size; b++) bytes[b] = at[npy->big_endian ? npy->size - 1 - b : b];
  const uint64_t bits = vf_little(bytes, npy->size);
  if (npy->size == 4) {
    vf_npy_single((uint32_t)bits, number);
    return;
  }
  memcpy(&number->value, &bits, sizeof bits);
  vf_given_settle(number);
}

static void vf_npy_take(const vf_npy *npy, const sid_experiment *experiment,
                        const vf_given_options *options, vf_given *given) {
  const size_t trajectories = (size_t)npy->shape[0], checkpoints = (size_t)npy->shape[1],
               width = (size_t)npy->shape[2];
  given->width = width;
  given->count = trajectories * checkpoints;
  given->binary32 = npy->size == 4;
  given->columns = vf_allocate(width, sizeof *given->columns);
  given->rows = vf_allocate(given->count, sizeof *given->rows);
  given->numbers = vf_allocate(given->count * width, sizeof *given->numbers);
  for (size_t k = 0; k < width; k++) given->columns[k] = k;
  for (size_t r = 0; r < given->count; r++) {
    const size_t t = r / checkpoints, c = r % checkpoints;
    given->rows[r] = (vf_given_row){.trajectory = options->first + t,
                                    .step = experiment->checkpoints[c],
                                    .checkpoint = c,
                                    .at = r};
    for (size_t k = 0; k < width; k++) {
      const size_t place = npy->fortran ? t + trajectories * (c + checkpoints * k) : r * width + k;
      vf_npy_number(npy, place, given->numbers + r * width + k);
    }
  }
}

static int vf_npy_check(const vf_npy *npy, const vf_given_options *options) {
  const uint64_t row = npy->shape[2] + 2;
  /* No product overflows: checkpoints and columns are the experiment's, below 2^20 and 2^23. */
  if (npy->shape[0] > VF_GIVEN_LIMIT || npy->shape[0] * npy->shape[1] > VF_GIVEN_LIMIT ||
      npy->shape[0] * npy->shape[1] * row > VF_GIVEN_LIMIT)
    return vf_fail("%s: too many numbers; allowed: at most %d, two for a row and one for each of "
                   "its columns",
                   npy->path, VF_GIVEN_LIMIT);
  const uint64_t bytes = npy->shape[0] * npy->shape[1] * npy->shape[2] * (uint64_t)npy->size;
  if (bytes != npy->bytes)
    return vf_fail("%s: %zu bytes of numbers; allowed: the %" PRIu64 " that its shape takes",
                   npy->path, npy->bytes, bytes);
  if (options->count && options->count != npy->shape[0])
    return vf_fail("%s: has %" PRIu64 " trajectories, and %" PRIu64
                   " are named; allowed: as many as the file has",
                   npy->path, npy->shape[0], options->count);
  return 0;
}

int vf_npy_read(const char *path, const sid_experiment *experiment, const vf_given_options *options,
                vf_given *given) {
  size_t length;
  memset(given, 0, sizeof *given);
  char *file = vf_read_file(path, &length);
  if (!file)
    return vf_fail("%s: %s; allowed: a readable file of at most %d bytes", path, strerror(errno),
                   VF_FILE_LIMIT);
  vf_npy npy = {.path = path};
  int status = vf_npy_head(&npy, (const unsigned char *)file, length, experiment);
  if (!status) status = vf_npy_check(&npy, options);
  if (!status) vf_npy_take(&npy, experiment, options, given);
  free(file);
  return status;
}
