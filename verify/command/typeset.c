#include "command/typeset.h"
#include <ctype.h>
#include <string.h>
#include "harness/report.h"

/* Words and signs, and the characters (Unicode) that are written for them. */
typedef struct {
  const char *text;
  unsigned character;
} vf_sign;

static const vf_sign vf_words[] = {
    {"alpha", 945}, {"beta", 946},  {"gamma", 947}, {"eps", 949},   {"zeta", 950},   {"eta", 951},
    {"theta", 952}, {"th", 952},    {"kappa", 954}, {"lam", 955},   {"lambda", 955}, {"mu", 956},
    {"pi", 960},    {"rho", 961},   {"sigma", 963}, {"tau", 964},   {"phi", 966},    {"psi", 968},
    {"Gamma", 915}, {"Lam", 923},   {"Xi", 926},    {"Sigma", 931}, {"Phi", 934},    {"Psi", 936},
    {"Omega", 937}, {"grad", 8711}, {"sqrt", 8730}};

static const vf_sign vf_signs[] = {{"->", 8594}, {"<=", 8804}, {">=", 8805},
                                   {"!=", 8800}, {"+-", 177},  {"-+", 8723}};

static void vf_put_character(unsigned character, FILE *stream) {
  fprintf(stream, "&#%u;", character);
}

static int vf_is_letter(char letter) { return isalpha((unsigned char)letter) != 0; }
static int vf_is_word(char letter) { return isalnum((unsigned char)letter) != 0; }

/* The length of what is raised or lowered: a sign and a group in brackets, or letters and digits
 * with one point; 0 if nothing is. */
static size_t vf_script_length(const char *text, size_t left) {
  size_t n = left && (*text == '-' || *text == '+');
  if (n < left && (text[n] == '(' || text[n] == '{')) {
    int depth = 0;
    for (size_t k = n; k < left; k++) {
      depth += (text[k] == '(' || text[k] == '{') - (text[k] == ')' || text[k] == '}');
      if (depth == 0) return k + 1;
    }
    return 0;
  }
  const size_t first = n;
  while (n < left && (vf_is_word(text[n]) ||
                      (text[n] == '.' && n + 1 < left && isdigit((unsigned char)text[n + 1]))))
    n++;
  return n > first ? n : 0;
}

static void vf_typeset_part(const char *text, size_t length, FILE *stream);

static void vf_put_script(const char *tag, const char *text, size_t length, FILE *stream) {
  /* brackets around all of it say what is raised: nobody needs them when it is */
  const int braced = text[0] == '(' || text[0] == '{';
  fprintf(stream, "<%s>", tag);
  vf_typeset_part(text + braced, length - 2 * (size_t)braced, stream);
  fprintf(stream, "</%s>", tag);
}

/* The sign of a word of that many letters; 0 if it has none. "th" of "j-th" is no theta. */
static unsigned vf_sign_of(const char *word, size_t letters, int hyphened) {
  if (hyphened && letters == 2) return 0;
  for (size_t w = 0; w < sizeof vf_words / sizeof vf_words[0]; w++)
    if (strlen(vf_words[w].text) == letters && strncmp(word, vf_words[w].text, letters) == 0)
      return vf_words[w].character;
  return 0;
}

/* A word, with its digits lowered behind a sign; its length. Names of a letter or two and signs are
 * those of a formula, by which _ lowers what follows. */
static size_t vf_put_word(const char *text, size_t left, int hyphened, int *in_formula,
                          FILE *stream) {
  size_t letters = 0;
  while (letters < left && vf_is_letter(text[letters])) letters++;
  const unsigned sign = vf_sign_of(text, letters, hyphened);
  *in_formula = sign || letters <= 2;
  if (!sign) {
    for (size_t k = 0; k < letters; k++) vf_report_xml_letter(text[k], stream);
    return letters;
  }
  size_t n = letters;
  while (n < left && isdigit((unsigned char)text[n])) n++;
  vf_put_character(sign, stream);
  if (n > letters) vf_put_script("sub", text + letters, n - letters, stream);
  return n;
}

/* A sign of two characters; 0 if none stands here. */
static size_t vf_put_sign(const char *text, size_t left, FILE *stream) {
  for (size_t s = 0; s < sizeof vf_signs / sizeof vf_signs[0]; s++)
    if (left >= 2 && strncmp(text, vf_signs[s].text, 2) == 0) {
      vf_put_character(vf_signs[s].character, stream);
      return 2;
    }
  return 0;
}

/* A hyphen joins words: letters to both sides, or a digit behind three letters (order-1). */
static int vf_is_minus(const char *text, size_t at, size_t length) {
  size_t before = 0;
  while (before < at && vf_is_letter(text[at - before - 1])) before++;
  const char after = at + 1 < length ? text[at + 1] : ' ';
  if (after == '-' || (at && text[at - 1] == '-')) return 0;
  return !(before && vf_is_letter(after)) && !(before > 2 && vf_is_word(after));
}

static void vf_typeset_part(const char *text, size_t length, FILE *stream) {
  int in_formula = 0;
  for (size_t k = 0; k < length;) {
    const char here = text[k];
    const size_t left = length - k - 1, script = vf_script_length(text + k + 1, left);
    if (vf_is_letter(here)) {
      const int hyphened = k > 1 && text[k - 1] == '-' && vf_is_word(text[k - 2]);
      k += vf_put_word(text + k, left + 1, hyphened, &in_formula, stream);
      continue;
    }
    if ((here == '^' && script) || (here == '_' && script && in_formula)) {
      vf_put_script(here == '^' ? "sup" : "sub", text + k + 1, script, stream);
      k += script + 1;
      continue;
    }
    const size_t sign = vf_put_sign(text + k, left + 1, stream);
    if (sign) {
      k += sign;
      continue;
    }
    if (here == '-' && vf_is_minus(text, k, length))
      vf_put_character(8722, stream);
    else
      vf_report_xml_letter(here, stream);
    in_formula = in_formula && (here == '~' || here == '\'' || here == '|');
    k++;
  }
}

void vf_typeset(const char *text, FILE *stream) { vf_typeset_part(text, strlen(text), stream); }

void vf_typeset_lines(const char *text, FILE *stream) {
  int in_paragraph = 0;
  while (*text) {
    const size_t length = strcspn(text, "\n");
    const int formula = length > 2 && text[0] == ' ' && text[1] == ' ';
    if (in_paragraph && (formula || length == 0)) {
      fputs("</p>\n", stream);
      in_paragraph = 0;
    }
    if (formula) {
      fputs("<p class=\"formula\">", stream);
      vf_typeset_part(text + 2, length - 2, stream);
      fputs("</p>\n", stream);
    } else if (length) {
      fputs(in_paragraph ? "\n" : "<p>", stream);
      vf_typeset_part(text, length, stream);
      in_paragraph = 1;
    }
    text += length + (text[length] == '\n');
  }
  if (in_paragraph) fputs("</p>\n", stream);
}
