#include "formats/json_value.h"

#if SID_HAVE_JANSSON

#include <inttypes.h>
#include <math.h>

json_t *vf_json_number(double value) {
  if (isfinite(value)) return json_real(value);
  return json_string(isnan(value) ? "nan" : value > 0.0 ? "inf" : "-inf");
}

json_t *vf_json_digits(uint64_t value) { return json_sprintf("%" PRIu64, value); }

#endif
