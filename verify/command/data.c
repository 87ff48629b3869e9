/* sidyn data: what is in files of labelled images. */
#include <getopt.h>
#include "command/command.h"
#include "formats/images.h"
#include "formats/output.h"

/* A name with what is no printable ASCII as \xNN. */
static void vf_print_name(const char *name) {
  printf("file       ");
  for (const char *at = name; *at; at++) {
    const unsigned char byte = (unsigned char)*at;
    printf(byte < 0x20 || byte > 0x7e ? "\\x%02x" : "%c", byte);
  }
  printf("\n");
}

static void vf_print_pixels(const vf_images *images) {
  const size_t size = (size_t)images->height * images->width * images->channels;
  uint8_t least = UINT8_MAX, most = 0;
  for (size_t k = 0; k < images->count * size; k++) {
    if (images->pixels[k] < least) least = images->pixels[k];
    if (images->pixels[k] > most) most = images->pixels[k];
  }
  printf("images     %u\n", (unsigned)images->count);
  printf("shape      %ux%ux%u\n", (unsigned)images->height, (unsigned)images->width,
         (unsigned)images->channels);
  printf("pixels     %u..%u\n", least, most);
}

static void vf_print_labels(const vf_images *images) {
  uint32_t counts[VF_LABELS] = {0};
  int least = -1, most = -1;
  for (uint32_t i = 0; i < images->labelled; i++) counts[images->labels[i]]++;
  for (int label = 0; label < VF_LABELS; label++) {
    if (counts[label] == 0) continue;
    if (least < 0) least = label;
    most = label;
  }
  printf("labels     %d..%d\n", least, most);
  printf("counts    ");
  for (int label = least; label <= most; label++) printf(" %u", (unsigned)counts[label]);
  printf("\n");
}

/* `before` stands before it. */
static void vf_print_images(const vf_content *content, vf_images_format format,
                            const vf_images *images, vf_sha256 *hash, const char *before) {
  static const char *const names[] = {"", "IDX images", "IDX labels", "CIFAR-10 binary",
                                      "digits CSV"};
  char digest[VF_SHA256_SIZE];
  printf("%s", before);
  vf_print_name(content->path);
  printf("format     %s%s\n", names[format], content->packed ? ", gzip" : "");
  printf("bytes      %zu\n", content->at);
  if (images->count > 0) vf_print_pixels(images);
  if (images->labelled > 0) vf_print_labels(images);
  vf_sha256_text(hash, digest);
  printf("sha256     %s\n", digest);
}

static int vf_data_file(const char *path, const char *before) {
  char message[VF_CONTENT_MESSAGE];
  vf_images_format format;
  vf_images images = {0};
  vf_content content;
  vf_sha256 hash;
  vf_sha256_begin(&hash);
  int status = vf_content_open(&content, path, message);
  if (!status) status = vf_images_detect(&content, &format);
  content.hash = &hash;
  if (!status) status = vf_images_read(&content, format, VF_LABELS, &images);
  if (!status) vf_print_images(&content, format, &images, &hash, before);
  vf_images_free(&images);
  vf_content_close(&content);
  return status ? vf_fail("%s", message) : 0;
}

static int vf_data(int argc, char **argv) {
  const int code = vf_next_option(&vf_data_command, argc, argv);
  int status =
      code == -1 ? vf_options_after("data", argc, argv) : vf_option_error("data", code, argv);
  if (status) return status;
  if (optind == argc) return vf_fail("data: needs at least one FILE");
  for (int i = optind; i < argc && !status; i++)
    status = vf_data_file(argv[i], i > optind ? "\n" : "");
  if (status) return status;
  return vf_output_flush();
}

static const vf_option vf_data_table[] = {VF_OPTIONS_END};

const vf_command vf_data_command = {
    .name = "data",
    .summary = "what is in files of labelled images",
    .operands = "FILE [FILE...]",
    .describes = "Prints format, shape, range of the pixels, labels with their counts, and the "
                 "SHA-256 of the content of files in the formats of MNIST (IDX), CIFAR-10 "
                 "(binary) and scikit-learn's digits (CSV), plain or packed by gzip.",
    .example = "sidyn data labels.idx",
    .options = vf_data_table,
    .run = vf_data};
