/* Configuration: what may be chosen, what is refused, and contraction switched off. The first
 * include of every file of ref/. To keep settings of your own in one place, build with
 * -DSID_CONFIG_FILE='"my_config.h"': that file is then read in place of the list of knobs below.
 * The refusals and the pragmas always stay: without them the bits are not promised.
 *
 * Every knob is off unless it is defined, and none changes a single bit of any result. */
#ifndef SID_CONFIG_H
#define SID_CONFIG_H

#ifdef SID_CONFIG_FILE
#include SID_CONFIG_FILE
#else

/* SID_NO_INT128: use 64-bit words alone for 128-bit arithmetic, also where the compiler has
 * unsigned __int128. For compilers whose __int128 is slow or missing (a missing one is noticed
 * without this). */
/* #define SID_NO_INT128 */

/* SID_FORCE_INTEGER_SQRT: take square roots with integers, also where the processor has an
 * instruction. For processors whose instruction does not round correctly, and for tests. */
/* #define SID_FORCE_INTEGER_SQRT */

/* SID_PROBLEMS: the problems to build in, as a set of bits 1u << sid_problem_kind, where memory is
 * short. The others are refused by sid_problem_validate(). All, unless it is defined; 2u is
 * rayleigh alone. */
/* #define SID_PROBLEMS (1u << SID_RAYLEIGH) */

/* SID_TEST_ALLOW_CONTRACTION: leave the pragmas out, so that a test with -ffp-contract=fast can see
 * sid_selfcheck() notice. Never in a build whose results are used. */
/* #define SID_TEST_ALLOW_CONTRACTION */

/* SID_TEST_ALLOW_UNSAFE_MATH: leave the refusals out, for the same purpose with -ffast-math, x87
 * and the like. */
/* #define SID_TEST_ALLOW_UNSAFE_MATH */

#endif

#ifndef SID_PROBLEMS
#define SID_PROBLEMS 0xffffffffu
#endif

#include <float.h>

/* ---- refusals: an arithmetic that is not that of docs/spec.md section 1 -------------------- */

#ifndef SID_TEST_ALLOW_UNSAFE_MATH

#ifdef __FAST_MATH__
#error "sidyn: -ffast-math (or -Ofast) changes results; build without it"
#endif

#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ != 0
#error "sidyn: -ffinite-math-only changes results; build without it"
#endif

#ifdef __ASSOCIATIVE_MATH__
#error "sidyn: -fassociative-math reorders sums; build without it"
#endif

#ifdef __RECIPROCAL_MATH__
#error "sidyn: -freciprocal-math changes divisions; build without it"
#endif

#ifdef __NO_SIGNED_ZEROS__
#error "sidyn: -fno-signed-zeros changes results; build without it"
#endif

#ifdef __ROUNDING_MATH__
#error "sidyn: -frounding-math announces other rounding modes; sidyn needs round to nearest even"
#endif

/* A float.h may lack FLT_EVAL_METHOD: dietlibc's does, where gcc and clang know it themselves, and
 * that of tcc, which stores the result of each operation as double; on 32-bit x86 by way of an x87.
 */
#if defined(FLT_EVAL_METHOD)
#define SID_EVAL_METHOD FLT_EVAL_METHOD
#elif defined(__FLT_EVAL_METHOD__)
#define SID_EVAL_METHOD __FLT_EVAL_METHOD__
#elif defined(__TINYC__) && defined(__i386__)
#define SID_EVAL_METHOD 2
#elif defined(__TINYC__)
#define SID_EVAL_METHOD 0
#endif

/* 0: each operation in its own format. 1 (s390x with gcc -std=c99): float in double. 16 (gcc with
 * _Float16): _Float16 in float. Both leave double alone. 2 is the x87, negative is unknown. */
#if !defined(SID_EVAL_METHOD)
#error "sidyn: the compiler does not say how it evaluates double (FLT_EVAL_METHOD)"
#elif SID_EVAL_METHOD != 0 && SID_EVAL_METHOD != 1 && SID_EVAL_METHOD != 16
#error "sidyn: double has excess precision (x87, 68881); 32-bit x86 needs -msse2 -mfpmath=sse"
#endif

/* The hardware has no subnormals without it; an emulator may have them all the same. */
#if defined(__alpha__) && !defined(_IEEE_FP)
#error "sidyn: Alpha loses subnormal numbers; build with -mieee"
#endif

/* Not __STDC_IEC_559__: clang, musl and bare-metal compilers leave it undefined although they
 * comply. */
#if FLT_RADIX != 2 || DBL_MANT_DIG != 53 || DBL_MAX_EXP != 1024 || DBL_MIN_EXP != -1021
#error "sidyn: double is not IEEE-754 binary64 on this target"
#endif

#endif

/* -fsingle-precision-constant has no macro of its own: an unsuffixed constant must be a double of 8
 * bytes. */
typedef char sid_constants_are_binary64[sizeof(1.0) == 8 && sizeof(double) == 8 ? 1 : -1];

/* ---- contraction: a*b + c is two roundings, never one -------------------------------------- */

/* In the source too, for builds that forget -ffp-contract=off and for link-time optimisation with
 * such callers. gcc ignores the STDC pragma, clang does not know the GCC one. clang with an
 * explicit -ffp-contract=fast ignores its own: that is left to sid_selfcheck(). */
#ifndef SID_TEST_ALLOW_CONTRACTION
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#if __clang_major__ >= 11 /* a pragma of somebody who includes us may have asked for it */
#pragma clang fp reassociate(off)
#endif
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#elif defined(_MSC_VER)
#pragma fp_contract(off)
#else
#pragma STDC FP_CONTRACT OFF
#endif
#endif

#endif
