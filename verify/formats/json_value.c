#include "formats/json_value.h"

#if SID_HAVE_JANSSON

#include <inttypes.h>
#include <math.h>
#include "formats/failure.h"

json_t *vf_json_number(double value) {
  if (isfinite(value)) return json_real(value);
  return json_string(isnan(value) ? "nan" : value > 0.0 ? "inf" : "-inf");
}

json_t *vf_json_digits(uint64_t value) { return json_sprintf("%" PRIu64, value); }

int vf_json_report(json_t *document, FILE *stream) {
  if (!document) return vf_fail("--json: a text of the report is no UTF-8");
  json_dumpf(document, stream, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
  fputc('\n', stream);
  json_decref(document);
  return 0;
}

#endif
