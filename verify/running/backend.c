#include "running/backend.h"
#include <stdio.h>
#include <string.h>
#include "formats/output.h"

static const sid_backend *vf_chosen;

const sid_backend *vf_backend(void) { return vf_chosen ? vf_chosen : sid_backend_best(); }

const char *vf_backend_reason(void) {
  return vf_chosen ? "chosen by name" : "the fastest this machine can run";
}

/* The names of what can be chosen here, separated by spaces. */
static void vf_usable_names(char *text, size_t size) {
  size_t count;
  const sid_backend *const *built = sid_backends_built(&count);
  *text = '\0';
  for (size_t i = 0; i < count; i++) {
    const char *why;
    if (!sid_backend_usable(built[i], &why)) continue;
    snprintf(text + strlen(text), size - strlen(text), "%s%s", i ? " " : "", built[i]->name);
  }
}

int vf_backend_choose(const char *name) {
  const sid_backend *backend = sid_backend_named(name);
  const char *why = "not built, or no such backend";
  char names[128];
  if (backend && sid_backend_usable(backend, &why)) {
    vf_chosen = backend;
    return 0;
  }
  vf_usable_names(names, sizeof names);
  return vf_fail("backend %s: %s; allowed: %s", name, why, names);
}
