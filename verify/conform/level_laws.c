/* The level `laws`: ensembles with the command's own random numbers against what the specification
 * implies. */
#include "conform/laws.h"

#if SID_HAVE_JANSSON

void vf_level_laws(vf_kit *kit) {
  const vf_bars bars = vf_bars_of(vf_law_test_count() + vf_law_stream_count());
  vf_law_moments(kit, &bars);
  vf_law_streams(kit, &bars);
}

#endif
