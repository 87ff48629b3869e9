/* Which backend is chosen: the decision, for every subset of what a processor and an operating
 * system can offer, and what this machine says. */
#include "../simd/effort.h"

/* The words that matter, one bit each. */
static const struct {
  const char *name;
  int word; /* 0: leaf 1 ECX, 1: leaf 7 EBX, 2: XCR0 */
  uint32_t bit;
  int avx2, avx512, avx512ifma; /* the backend needs it */
} features[] = {
    {"FMA", 0, 12, 1, 1, 1},           {"AVX2", 1, 5, 1, 1, 1},
    {"AVX512F", 1, 16, 0, 1, 1},       {"AVX512DQ", 1, 17, 0, 1, 1},
    {"AVX512IFMA", 1, 21, 0, 0, 1},    {"SSE state", 2, 1, 1, 1, 1},
    {"AVX state", 2, 2, 1, 1, 1},      {"opmask state", 2, 5, 0, 1, 1},
    {"high ZMM state", 2, 6, 0, 1, 1}, {"high 16 ZMM state", 2, 7, 0, 1, 1},
};

static sid_cpu cpu_of(uint32_t subset, uint32_t others) {
  uint32_t words[3] = {others, others, others};
  for (size_t f = 0; f < COUNT(features); f++) {
    words[features[f].word] &= ~(1u << features[f].bit);
    words[features[f].word] |= (subset >> f & 1u) << features[f].bit;
  }
  const sid_cpu cpu = {words[0], words[1], words[2]};
  return cpu;
}

/* What the backend of this name needs, from the table. */
static int expected_usable(const char *name, uint32_t subset) {
  for (size_t f = 0; f < COUNT(features); f++) {
    const int needed = strcmp(name, "avx2") == 0         ? features[f].avx2
                       : strcmp(name, "avx512") == 0     ? features[f].avx512
                       : strcmp(name, "avx512ifma") == 0 ? features[f].avx512ifma
                                                         : 0;
    if (needed && !(subset >> f & 1u)) return 0;
  }
  return 1;
}

/* Every subset, with all other bits of the words 0, 1 and mixed. */
static void test_all_subsets(void **state) {
  const uint32_t others[] = {0, UINT32_MAX, 0x5a5a5a5a, 0xa5a5a5a5};
  size_t built;
  const sid_backend *const *all = sid_backends_built(&built);
  for (uint32_t subset = 0; subset < 1u << COUNT(features); subset++)
    for (size_t o = 0; o < COUNT(others); o++) {
      const sid_cpu cpu = cpu_of(subset, others[o]);
      const sid_backend *best = NULL;
      for (size_t b = 0; b < built; b++) {
        const char *why = "unset";
        const int usable = sid_backend_usable_on(all[b], &cpu, &why);
        if (usable != expected_usable(all[b]->name, subset))
          fail_msg("%s, features %x: usable %d", all[b]->name, subset, usable);
        assert_true(usable ? why == NULL
                           : why != NULL && strlen(why) > 10 && strcmp(why, "unset") != 0);
        if (usable) best = all[b];
      }
      assert_ptr_equal(sid_backend_best_on(&cpu), best);
    }
  (void)state;
}

/* The reference needs nothing; a machine of which nothing is known gets it, unless what was built
 * is part of every machine of its kind. */
static void test_nothing(void **state) {
  const sid_cpu none = {0, 0, 0};
  const char *why = "unset";
  assert_true(sid_backend_usable_on(&sid_backend_ref, &none, &why));
  assert_null(why);
#if !SID_SIMD_NEON
  assert_ptr_equal(sid_backend_best_on(&none), &sid_backend_ref);
#endif
  (void)state;
}

/* The reason names what is missing. */
static void test_reasons(void **state) {
#if SID_SIMD_X86
  static const struct {
    const char *backend, *missing, *says;
  } cases[] = {
      {"avx2", "FMA", "FMA"},
      {"avx2", "AVX2", "AVX2"},
      {"avx2", "SSE state", "256-bit"},
      {"avx2", "AVX state", "256-bit"},
      {"avx512", "AVX512F", "AVX-512"},
      {"avx512", "AVX512DQ", "AVX-512"},
      {"avx512", "opmask state", "512-bit"},
      {"avx512", "high ZMM state", "512-bit"},
      {"avx512", "high 16 ZMM state", "512-bit"},
      {"avx512", "AVX2", "AVX2"},
      {"avx512", "FMA", "FMA"},
      {"avx512ifma", "AVX512IFMA", "IFMA"},
      {"avx512ifma", "AVX512F", "F and DQ"},
      {"avx512ifma", "high ZMM state", "512-bit"},
      {"avx512ifma", "AVX2", "AVX2"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    uint32_t subset = (1u << COUNT(features)) - 1;
    const char *why;
    for (size_t f = 0; f < COUNT(features); f++)
      if (strcmp(features[f].name, cases[i].missing) == 0) subset &= ~(1u << f);
    assert_true(subset != (1u << COUNT(features)) - 1);
    const sid_cpu cpu = cpu_of(subset, 0);
    assert_false(sid_backend_usable_on(sid_backend_named(cases[i].backend), &cpu, &why));
    if (!strstr(why, cases[i].says))
      fail_msg("%s without %s: \"%s\"", cases[i].backend, cases[i].missing, why);
  }
#endif
  (void)state;
}

/* What is used here is decided by what this machine says. */
static void test_here(void **state) {
  const sid_cpu cpu = sid_cpu_here(), again = sid_cpu_here();
  size_t built;
  const sid_backend *const *all = sid_backends_built(&built);
  assert_memory_equal(&cpu, &again, sizeof cpu);
  assert_ptr_equal(sid_backend_best(), sid_backend_best_on(&cpu));
  for (size_t b = 0; b < built; b++) {
    const char *why, *why_on;
    assert_int_equal(sid_backend_usable(all[b], &why),
                     sid_backend_usable_on(all[b], &cpu, &why_on));
    assert_ptr_equal(why, why_on);
  }
#if defined(__GNUC__) && SID_SIMD_X86
  /* the compiler's library reads the same registers; it looks at the state of the
   * operating system too */
  const char *why;
  assert_int_equal(sid_backend_usable(sid_backend_named("avx2"), &why),
                   __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"));
  assert_int_equal(sid_backend_usable(sid_backend_named("avx512"), &why),
                   __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                       __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"));
  assert_int_equal(sid_backend_usable(sid_backend_named("avx512ifma"), &why),
                   sid_backend_usable(sid_backend_named("avx512"), &why) &&
                       __builtin_cpu_supports("avx512ifma"));
#endif
  (void)state;
}

/* The table: the reference first, names apart, lanes that do not shrink; a name is the whole name.
 */
static void test_table(void **state) {
  size_t built;
  const sid_backend *const *all = sid_backends_built(&built);
  const char *const wrong[] = {"",      "re",      "reff",    "REF",   "avx",
                               "avx2 ", "avx5122", "avx512i", "neon2", "best"};
  assert_ptr_equal(all[0], &sid_backend_ref);
  assert_string_equal(all[0]->name, "ref");
  assert_int_equal(all[0]->lanes, 1);
  for (size_t b = 0; b < built; b++) {
    assert_ptr_equal(sid_backend_named(all[b]->name), all[b]);
    if (b > 0) assert_true(all[b]->lanes >= all[b - 1]->lanes);
  }
  for (size_t i = 0; i < COUNT(wrong); i++) assert_null(sid_backend_named(wrong[i]));
#if SID_SIMD_X86
  assert_int_equal(built, 4);
  assert_true(sid_backend_named("avx2")->lanes == 4 && sid_backend_named("avx512")->lanes == 8 &&
              sid_backend_named("avx512ifma")->lanes == 8 && !sid_backend_named("neon"));
#elif SID_SIMD_NEON
  assert_int_equal(built, 2);
  assert_true(sid_backend_named("neon")->lanes == 2 && !sid_backend_named("avx2"));
#else
  assert_int_equal(built, 1);
#endif
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_all_subsets), cmocka_unit_test(test_nothing),
      cmocka_unit_test(test_reasons),     cmocka_unit_test(test_here),
      cmocka_unit_test(test_table),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
