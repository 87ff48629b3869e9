/* What the tests of the backends share: how much to do, which backends there are, streams that give
 * what is asked for. */
#ifndef EFFORT_H
#define EFFORT_H

#include "common.h"
#include "simd.h"

/* SID_DEEP=1: everything. SID_REDUCED=1: little, for machines that are emulated. */
static inline uint64_t effort(uint64_t reduced, uint64_t normal, uint64_t deep) {
  const char *is_deep = getenv("SID_DEEP"), *is_reduced = getenv("SID_REDUCED");
  if (is_deep && *is_deep == '1') return deep;
  return is_reduced && *is_reduced == '1' ? reduced : normal;
}

#define LANES_MOST 16

/* The backends that this machine can run, entry 0 the reference; their number. SID_ONLY=name: the
 * reference and this one. */
static inline size_t usable_backends(const sid_backend *list[8]) {
  size_t built, count = 0;
  const sid_backend *const *all = sid_backends_built(&built);
  const char *only = getenv("SID_ONLY");
  assert_true(built >= 1 && built <= 8 && all[0] == &sid_backend_ref);
  for (size_t i = 0; i < built; i++) {
    const char *why;
    assert_true(all[i]->lanes >= 1 && all[i]->lanes <= LANES_MOST);
    if (i > 0 && only && *only && strcmp(only, all[i]->name) != 0) continue;
    if (sid_backend_usable(all[i], &why)) list[count++] = all[i];
  }
  if (only && *only && count < 2) fail_msg("SID_ONLY=%s: no such backend here", only);
  return count;
}

#endif
