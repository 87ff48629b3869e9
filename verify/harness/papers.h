/* The papers whose claims are checked, by the code that ids and sources begin with. */
#ifndef VF_PAPERS_H
#define VF_PAPERS_H

typedef struct {
  const char *code, *name, *title; /* name: a few words of the title */
} vf_paper;

/* Ends with an entry without a code. */
extern const vf_paper vf_papers[];

/* The paper of a check's id, such as "svag2.weak-order" or "errata.il2-stray-t"; NULL: identities,
 * which all papers share. */
const vf_paper *vf_paper_of(const char *id);

#endif
