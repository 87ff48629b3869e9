/* Pictures as SVG inside a page, by no other program. */
#ifndef VF_SVG_H
#define VF_SVG_H

#include <stdio.h>
#include "command/picture.h"

/* One <svg> element, as wide as the room it gets, with a title and a description for those who do
 * not see it; `number` makes their ids. Laws are dashed lines, what was measured is points, joined
 * where x only increases; bars are one standard error to either side. Colours are classes of the
 * page: c0..c7, and its text's. */
void vf_svg(const vf_picture *picture, size_t number, FILE *stream);

#endif
