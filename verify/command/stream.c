/* sidyn stream: the numbers of a stream, one a line; without --key that of the seed alone. */
#include <getopt.h>
#include <inttypes.h>
#include <string.h>
#include "command/command.h"
#include "formats/number.h"
#include "formats/output.h"
#include "sidyn.h"

typedef enum { VF_RAW, VF_UNIFORM, VF_NORMAL } vf_what;

typedef struct {
  uint64_t seed, key[SID_KEY_MAX], count, skip;
  uint32_t key_len;
  int has_seed, has_count;
  vf_what what;
  vf_format format;
} vf_stream_options;

static int vf_parse_key(const char *text, vf_stream_options *options) {
  char word[32];
  options->key_len = 0;
  for (const char *at = text;; at++) {
    const size_t length = strcspn(at, ",");
    int bad = length >= sizeof word || options->key_len == SID_KEY_MAX;
    if (!bad) {
      memcpy(word, at, length);
      word[length] = '\0';
      bad = vf_parse_u64(word, &options->key[options->key_len++]);
    }
    if (bad)
      return vf_fail(
          "stream: --key %s: allowed: 1 to 3 integers from 0 to 2^64-1, separated by commas", text);
    at += length;
    if (!*at) return 0;
  }
}

static int vf_parse_count(const char *option, const char *text, uint64_t *value) {
  if (vf_parse_u64(text, value) == 0) return 0;
  return vf_fail("stream: %s %s: allowed: an integer from 0 to 2^64-1", option, text);
}

static int vf_parse_what(const char *text, vf_what *what) {
  static const char *const names[] = {"raw", "uniform", "normal"};
  for (int i = 0; i < 3; i++)
    if (strcmp(text, names[i]) == 0) {
      *what = (vf_what)i;
      return 0;
    }
  return vf_fail("stream: --what %s: allowed: raw, uniform, normal", text);
}

static int vf_parse_stream(int argc, char **argv, vf_stream_options *options) {
  int code, status = 0;
  while (!status && (code = vf_next_option(&vf_stream_command, argc, argv)) != -1) {
    switch (code) {
      case 's':
        status = vf_parse_count("--seed", optarg, &options->seed), options->has_seed = 1;
        break;
      case 'k': status = vf_parse_key(optarg, options); break;
      case 'c':
        status = vf_parse_count("--count", optarg, &options->count), options->has_count = 1;
        break;
      case 'i': status = vf_parse_count("--skip", optarg, &options->skip); break;
      case 'w': status = vf_parse_what(optarg, &options->what); break;
      case 'f':
        if (vf_format_parse(optarg, &options->format))
          status = vf_fail("stream: --format %s: allowed: bits, hex, dec", optarg);
        break;
      default: status = vf_option_error("stream", code, argv);
    }
  }
  if (status) return status;
  if (optind < argc) return vf_fail("stream: %s: not an option", argv[optind]);
  if (!options->has_seed || !options->has_count) return vf_fail("stream: needs --seed and --count");
  return 0;
}

static void vf_print_raw(uint64_t raw, vf_format format) {
  if (format == VF_DEC)
    printf("%" PRIu64 "\n", raw);
  else
    printf("%s%016" PRIx64 "\n", format == VF_HEX ? "0x" : "", raw);
}

static void vf_print_stream(const vf_stream_options *options, sid_stream *stream) {
  char text[VF_NUMBER_SIZE];
  double pair[2] = {0.0, 0.0};
  for (uint64_t i = 0; i < options->count && !ferror(stdout); i++) {
    if (options->what == VF_RAW) {
      vf_print_raw(sid_stream_raw(stream), options->format);
      continue;
    }
    if (options->what == VF_NORMAL && i % 2 == 0) sid_stream_normals(stream, pair, 2);
    const double value = options->what == VF_NORMAL ? pair[i % 2] : sid_stream_uniform(stream);
    puts(vf_number_text(value, options->format, text));
  }
}

static int vf_stream(int argc, char **argv) {
  vf_stream_options options = {0};
  vf_output output;
  sid_stream stream;
  const int status = vf_parse_stream(argc, argv, &options);
  if (status) return status;
  sid_stream_init(&stream, options.seed, options.key, options.key_len);
  sid_stream_advance(&stream, 0, options.skip);
  vf_output_open(&output, "-");
  vf_print_stream(&options, &stream);
  return vf_output_commit(&output);
}

static const vf_option vf_stream_table[] = {
    {'s', "seed", "S", NULL, "seed, 0 to 2^64-1; must be given"},
    {'k', "key", "A[,B[,C]]", "the stream of the seed alone", "spawn key, 1 to 3 integers"},
    {'c', "count", "N", NULL, "how many numbers; must be given"},
    {'i', "skip", "K", "0", "64-bit outputs of the generator to leave out first"},
    {'w', "what", "raw|uniform|normal", "raw", "64-bit outputs, uniform in [0, 1), or normal"},
    VF_OPTION_FORMAT("bits"),
    VF_OPTIONS_END};

const vf_command vf_stream_command = {
    .name = "stream",
    .summary = "random numbers of a stream, one a line",
    .operands = "",
    .describes = "Raw and uniform numbers are those of NumPy's "
                 "PCG64(SeedSequence(S, spawn_key=(A, B, C))), without --key those of "
                 "default_rng(S). Normals are exactly rounded (docs/spec.md section 3).",
    .example = "sidyn stream --seed 12345 --count 3 --what uniform --format dec",
    .options = vf_stream_table,
    .run = vf_stream};
