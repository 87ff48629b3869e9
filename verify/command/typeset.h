/* Formulas of the comments and claims, which are ASCII, as HTML that reads like a formula. */
#ifndef VF_TYPESET_H
#define VF_TYPESET_H

#include <stdio.h>

/* Writes the text, escaped: eta, Sigma, grad, sqrt, ... and the relations as their signs, x^2 and
 * x_0 raised and lowered. */
void vf_typeset(const char *text, FILE *stream);

/* Paragraphs of a comment: lines with two blanks before them are formulas, each in a line of its
 * own. */
void vf_typeset_lines(const char *text, FILE *stream);

#endif
