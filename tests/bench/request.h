/* What the programs that `make bench` times speak. A request is a line on standard input, `workload
 * key=value ...`; the reply is a line of JSON on standard output: seconds of this thread's
 * processor and of the clock, the number of units done, a digest of the results, and the mean of
 * |x|^2 at the end (of z^2, for normals), which shows that all contenders do the same. A program
 * lives as long as its input, so that start-up is not measured. */
#ifndef BENCH_REQUEST_H
#define BENCH_REQUEST_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The problem that all contenders solve (W2 and the others); spectrum: linspace(1, 2, p). */
#define BENCH_LR 0.05
#define BENCH_WD 0.01
#define BENCH_SIGMA 0.1
#define BENCH_BETA 0.9 /* momentum and Adam */
#define BENCH_BETA2 0.999
#define BENCH_EPS 1e-8
enum {
  BENCH_SAMPLES = 64,
  BENCH_L = 4,
  BENCH_SUBSTEPS = 4,
  BENCH_BUFFER = 8192 /* normals at a time */
};

enum { BENCH_NAME_SIZE = 16 };

typedef struct {
  char workload[BENCH_NAME_SIZE], backend[BENCH_NAME_SIZE], stage[BENCH_NAME_SIZE];
  uint64_t p, count, steps; /* dimension, trajectories (or normals), steps of each */
  uint64_t repeat;          /* the whole so many times */
  uint64_t threads;
  uint64_t last; /* 1: the digest takes in the last states */
} bench_request;

typedef struct {
  double cpu, wall;
} bench_time;

/* Number k of the features of the linear model: of mean 0 and variance 1, the same for all
 * contenders. */
static inline double bench_feature(uint32_t k) {
  k *= 0x9e3779b1u;
  k = (k ^ k >> 16) * 0x045d9f3bu;
  return ((double)(k ^ k >> 16) * 0x1p-32 - 0.5) * 3.4641016151377544; /* sqrt(12) */
}

/* The networks: images of 8x8 bytes from 0 to 16, labels 0 to 9 in turn; layers of width p behind
 * each other, two for p >= 32, else one; bn, relu, cross entropy. */
enum {
  BENCH_IMAGES = 1024,
  BENCH_PIXELS = 64,
  BENCH_CLASSES = 10,
  BENCH_BATCH = 32,
  BENCH_DEEP = 32 /* the width from which there are two layers */
};
#define BENCH_SCALE 0.0625
#define BENCH_CENTRE 0.5
#define BENCH_TEMPERATURE 2.0
#define BENCH_START 0.2 /* standard deviation of the weights */

static inline uint8_t bench_pixel(uint32_t k) {
  k *= 0x9e3779b1u;
  k = (k ^ k >> 16) * 0x045d9f3bu;
  return (uint8_t)(((k ^ k >> 16) >> 16) * 17u >> 16);
}

/* Observed entries of a matrix of order m: 32 %, as in Figure 1 of eos. */
static inline uint32_t bench_entries(uint32_t m) { return (m * m * 8 + 24) / 25; }

static inline double bench_seconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static inline bench_time bench_now(void) {
  const bench_time now = {bench_seconds(CLOCK_THREAD_CPUTIME_ID), bench_seconds(CLOCK_MONOTONIC)};
  return now;
}

static inline void bench_reply(bench_time start, uint64_t units, uint64_t digest, double mean) {
  const bench_time end = bench_now();
  printf("{\"cpu\": %.9f, \"wall\": %.9f, \"units\": %" PRIu64 ", \"digest\": \"%016" PRIx64
         "\", \"mean\": %.9g}\n",
         end.cpu - start.cpu, end.wall - start.wall, units, digest, mean);
}

static inline void bench_error(const char *what) { printf("{\"error\": \"%s\"}\n", what); }

/* One `key=value`; returns 0, or -1. */
static inline int bench_field(bench_request *request, const char *word) {
  const struct {
    const char *key;
    char *text;
    uint64_t *number;
  } fields[] = {{"backend=", request->backend, NULL},
                {"stage=", request->stage, NULL},
                {"p=", NULL, &request->p},
                {"count=", NULL, &request->count},
                {"steps=", NULL, &request->steps},
                {"repeat=", NULL, &request->repeat},
                {"threads=", NULL, &request->threads},
                {"last=", NULL, &request->last}};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    const size_t length = strlen(fields[i].key);
    char *end = NULL;
    if (strncmp(word, fields[i].key, length) != 0) continue;
    if (fields[i].text)
      return snprintf(fields[i].text, BENCH_NAME_SIZE, "%s", word + length) >= BENCH_NAME_SIZE ? -1
                                                                                               : 0;
    *fields[i].number = strtoull(word + length, &end, 10);
    return end != word + length && *end == '\0' ? 0 : -1;
  }
  return -1;
}

/* The next request; returns 0 at the end of the input. What cannot be read is answered with an
 * error. */
static inline int bench_next(bench_request *request) {
  char line[256];
  for (fflush(stdout); fgets(line, sizeof line, stdin); fflush(stdout)) {
    const bench_request empty = {"", "", "", 2, 1, 1, 1, 1, 0};
    const char *word = strtok(line, " \n");
    int bad = !word || strlen(word) >= BENCH_NAME_SIZE;
    *request = empty;
    if (!bad) memcpy(request->workload, word, strlen(word) + 1);
    while (!bad && (word = strtok(NULL, " \n")) != NULL) bad = bench_field(request, word);
    if (!bad) return 1;
    bench_error("cannot read the request");
  }
  return 0;
}

static inline int bench_is(const bench_request *request, const char *workload) {
  return strcmp(request->workload, workload) == 0;
}

/* n doubles at the beginning of a cache line: where malloc happens to put them changes a time by 15
 * %. Ends the program without memory. */
static inline double *bench_doubles(uint64_t n) {
  void *memory;
  if (posix_memalign(&memory, 64, (size_t)n * sizeof(double)) != 0) {
    bench_error("out of memory");
    exit(1);
  }
  return memory;
}

#endif
