# sidyn. `make help` lists the targets and variables.
#
# Everything is built in $(BUILD)/<configuration>/, the configuration being the compiler and OPT;
# $(BUILD)/sidyn is the executable of the default configuration. A change of any flag rebuilds what
# it concerns.

BUILD ?= build
OPT ?= -O2
JOBS ?= $(shell nproc 2>/dev/null || echo 1)
CROSS_PREFIX ?=
# Whose functions the vector kernels start from: own, or sleef. The bits are the same.
SID_CANDIDATES ?= own
EXEC_WRAPPER ?=
PREFIX ?= /usr/local
DESTDIR ?=
# Debian's packages belong to Debian's Python, whatever else may come first in PATH.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)
ifeq ($(origin CC),default)
CC := $(CROSS_PREFIX)gcc
endif
LTO := $(filter -flto%,$(CC) $(OPT) $(EXTRA_CFLAGS))
ifeq ($(origin AR),default)
AR := $(CROSS_PREFIX)ar
endif
# Link-time optimisation: the archiver is the compiler's own. gcc judges once more when it links,
# and across functions: what it takes for uninitialised then is a guess. Parts without a number of
# jobs to compile them are worth a warning to it.
ifneq (,$(LTO))
CLANG := $(shell echo __clang__ | $(CC) -E -P -x c - 2>/dev/null | grep 1)
ifeq ($(origin AR),file)
AR := $(if $(CLANG),$(shell $(CC) -print-prog-name=llvm-ar),$(CROSS_PREFIX)gcc-ar)
endif
LINK_FLAGS := $(if $(CLANG),,-Wno-maybe-uninitialized \
  $(if $(filter -flto,$(LTO)),-flto-partition=one))
endif

ifneq (1,$(words $(BUILD)))
$(error BUILD is '$(BUILD)'; allowed: one path without spaces)
endif
ifneq (,$(and $(filter install uninstall,$(MAKECMDGOALS)),$(word 2,x$(PREFIX)x)))
$(error PREFIX is '$(PREFIX)'; allowed: one path without spaces, which pkg-config would split)
endif
VERSION := $(shell sed -n 's/^.define SID_VERSION "\(.*\)"/\1/p' ref/sidyn.h)
CONFIG := $(notdir $(firstword $(CC)))$(subst $() ,,$(OPT))
DEFAULT_CONFIG := gcc-O2
B := $(BUILD)/$(CONFIG)

WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow \
  -Wmissing-prototypes -Wdouble-promotion -Wvla -Werror
# Contraction is switched off in the sources too; -fno-math-errno lets sqrt be the instruction.
ARITHMETIC := -ffp-contract=off -fno-math-errno
BASE_FLAGS := -std=c99 $(OPT) $(WARNINGS) $(ARITHMETIC) $(EXTRA_CFLAGS)
REF_FLAGS := $(BASE_FLAGS) -ffreestanding
SIMD_BASE_FLAGS = $(BASE_FLAGS) -Iref -Isimd $(SIMD_FLAGS)
HOSTED_FLAGS = $(BASE_FLAGS) -D_POSIX_C_SOURCE=200809L -pthread \
  -Iref -Isimd -Iverify -Ifixtures -I$(B)/generated $(HOSTED_CFLAGS)
HOSTED_LIBS = $(HOSTED_LDLIBS) -lm $(EXTRA_LDFLAGS)

# ref/port/ holds cures for some targets, linked only there.
REF_SOURCES := $(sort $(filter-out ref/port/%,$(wildcard ref/*.c ref/*/*.c)))
# verify/adapters/ holds other implementations, programs of their own.
# verify/mpi/ is a program of its own, built with an MPI's compiler.
VERIFY_SOURCES := $(sort $(filter-out verify/adapters/% verify/mpi/%, \
  $(wildcard verify/*/*.c verify/*/*/*.c)))
# One set of instructions a file; contraction stays off, and AVX-512's is the only one that brings
# FMA along. The kernels gain 2 to 10 % from -O3 and from calls of SLEEF that do not go through the
# PLT (docs/performance.md).
SIMD_OPT := $(if $(filter -O2,$(OPT)),-O3) -fno-plt
FLAGS_avx2 := -mavx2 $(SIMD_OPT)
FLAGS_avx512 := -mavx512f -mavx512dq $(SIMD_OPT)
FLAGS_avx512ifma := $(FLAGS_avx512) -mavx512ifma
FLAGS_neon := $(SIMD_OPT)
FLAGS_normals_avx2 := $(FLAGS_avx2) -mfma
FLAGS_normals_avx512 := $(FLAGS_avx512)
FLAGS_normals_avx512ifma := $(FLAGS_avx512ifma)
FLAGS_normals_neon := $(FLAGS_neon)
SIMD_OBJECTS = $(patsubst %,$(B)/simd/%.o,dispatch single $(SIMD) $(SIMD:%=normals_%))
REF_OBJECTS := $(REF_SOURCES:%.c=$(B)/%.o)
VERIFY_OBJECTS := $(VERIFY_SOURCES:%.c=$(B)/%.o)
TEST_SIMD_OBJECTS = $(SIMD:%=$(B)/tests/simd/candidates_%.o) \
  $(if $(SLEEF),$(SIMD:%=$(B)/tests/simd/candidates_sleef_%.o))
TEST_SOURCES := $(wildcard tests/unit/test_*.c)
TEST_PROGRAMS := $(TEST_SOURCES:%.c=$(B)/%) \
  $(patsubst %.cpp,$(B)/%,$(wildcard tests/unit/test_*.cpp))
TEST_SCRIPTS := $(sort $(wildcard tests/*/test_*.py tests/*/test_*.sh))
LONG_SCRIPTS := $(sort $(wildcard tests/*/long_*.py tests/*/long_*.sh))

GOALS := $(or $(MAKECMDGOALS),all)
OTHER_GOALS := $(filter-out deps,$(GOALS))

ifneq (,$(and $(filter deps,$(GOALS)),$(OTHER_GOALS)))
# `make deps verify`: install first, then let a new make see what was installed.
.PHONY: $(GOALS)
$(OTHER_GOALS): deps
	@:
deps:
	ci/deps.sh
	$(MAKE) --no-print-directory $(OTHER_GOALS)
else

MAKEFLAGS += --no-print-directory
# The number of jobs is that of make's environment, where it has one and JOBS is not given.
ifneq (,$(or $(filter command environment,$(origin JOBS)), \
  $(if $(filter -j% --jobserver%,$(MAKEFLAGS) $(shell printf '%s' "$$MAKEFLAGS")),,1)))
MAKEFLAGS += -j$(JOBS)
endif
# One short line per file; V=1 shows the whole commands.
ifeq ($(V),)
short = @printf '  %-4s %s\n' $(1) $@;
endif
.PHONY: all deps verify verify-full verify-deep figures findings test test-long conform-deep \
  test-programs mutants bench fixtures fixtures-check coverage coverage-merged format \
  format-check lint install uninstall tree shared clean help FORCE
.DELETE_ON_ERROR:
.PRECIOUS: $(B)/%.flags

all: $(B)/libsidyn.a $(B)/sidyn $(if $(filter $(DEFAULT_CONFIG),$(CONFIG)),$(BUILD)/sidyn)

help:
	@echo 'Targets'
	@echo '  all             library and $(BUILD)/sidyn'
	@echo '  deps            install what the project needs (Debian, Ubuntu; root or sudo)'
	@echo '  verify          all quick checks of the science; ends with N passed, N failed'
	@echo '  verify-full     the quick and the full tier'
	@echo '  verify-deep     all tiers: the sizes of the papers too, up to 30 minutes on two cores'
	@echo '  figures         the figures of the papers in $(BUILD)/figures (gnuplot)'
	@echo '  test            unit, command line and build tests, up to 4 minutes on two cores'
	@echo '  test-long       the tests that take longer: compilers, flags, AArch64'
	@echo '  conform-deep    the statistics of sidyn conform by repetition, hours;' \
	  'LAWS_SEEDS=20: less'
	@echo '  bench           speed against NumPy and C with GSL;' \
	  'BENCH_ARGS=--quick, --profile, --no-targets; AGAINST=REVISION: against that, too'
	@echo '  mutants         deliberate faults: each must turn something red; PART=3/8,' \
	  'FAULTS="NAME FILE"'
	@echo '  boards          the same bits on bare metal under QEMU'
	@echo '  size            code, constants, data and stack on each board against ci/budgets.txt;' \
	  'BOARD=name for its functions'
	@echo '  deps-cross      install cross compilers and emulators'
	@echo '  cross           the same bits on other machines;' \
	  'TARGETS="s390x wasm32" COMPILERS=gcc choose'
	@echo '  cross-parts     runs begun on this machine and finished on s390x, and the other way'
	@echo '  matrix          the same at -O0, -O2 and -O3; sidyn verify under emulation (hours)'
	@echo '  refusals        builds and machines that would change results, here and under emulation'
	@echo '  amalgamation    the library as two files in $(BUILD)/amalgamation'
	@echo '  sanitize, fuzz  sanitizers, valgrind and analysers; a minute of libFuzzer on the readers'
	@echo '  deps-readers    install Octave, R, pandas, gnuplot, Node.js, awks, SQLite'
	@echo '  test-readers    docs/output.md: how to read the output exactly, and who does not'
	@echo '  deps-adapters   install PyTorch, Octave, R, Node.js: the languages of verify/adapters/'
	@echo '  test-adapters   judges them with sidyn conform'
	@echo '  mpi             sidyn-mpi, with the MPI of MPICC=mpicc;' \
	  'deps-mpi installs Open MPI and MPICH'
	@echo '  test-mpi        the same bytes under ranks of both, and the scripts of docs/clusters.md'
	@echo '  fixtures        regenerate fixtures/ (Python, mpmath)'
	@echo '  fixtures-check  regenerate elsewhere and compare'
	@echo '  coverage        line and branch coverage of ref/ and verify/;' \
	  'coverage-merged: of ref/ with AArch64'
	@echo '  format, lint    clang-format in place; clang-tidy, cppcheck and format-check'
	@echo '  install         library, headers, executable, man pages, completions' \
	  '(DESTDIR, PREFIX, SHARED=1)'
	@echo '  uninstall       removes what install with the same DESTDIR, PREFIX, SHARED installed'
	@echo '  dist, deb       reproducible archives of a release; a Debian package'
	@echo '  docs            API reference from the headers (Doxygen)'
	@echo '  prove           undefined behaviour on unknown input: Frama-C (make deps-prove)'
	@echo '  findings        runs the surprises about tools again, with the network, npm and apt'
	@echo '  clean           remove $(BUILD)/'
	@echo 'Variables (current value)'
	@echo '  CC=$(CC) CROSS_PREFIX=$(CROSS_PREFIX) EXEC_WRAPPER=$(EXEC_WRAPPER)' \
	  'BUILD=$(BUILD) OPT=$(OPT) JOBS=$(JOBS)'
	@echo '  EXTRA_CFLAGS=$(EXTRA_CFLAGS) EXTRA_LDFLAGS=$(EXTRA_LDFLAGS)' \
	  'PYTHON=$(PYTHON) PREFIX=$(PREFIX) SID_CANDIDATES=$(SID_CANDIDATES)'

deps:
	ci/deps.sh

# ---- build ---------------------------------------------------------------------------------------

# Two makes may work in one build folder: what is made gets its name when it is whole.
# tidy: what another name had until then goes, also when make is interrupted.
tidy = trap 'rm -f $@.$$$$ $@.$$$$.[do]' EXIT; trap 'exit 130' HUP INT TERM;
# renew: standard input becomes $@, which is left alone where nothing changes. None is a failure.
renew = { $(tidy) cat > $@.$$$$ && [ -s $@.$$$$ ] && \
  if ! cmp -s $@.$$$$ $@; then mv -f $@.$$$$ $@; fi; }
# compile: $< to $@ with the flags $(1); coverage keeps notes beside the object under its name.
ifneq (,$(findstring --coverage,$(EXTRA_CFLAGS)))
compile = $(call short,CC)$(CC) $(1) -MMD -MP -c $< -o $@
else
compile = $(call short,CC)$(tidy) \
  $(CC) $(1) -MMD -MP -MT $@ -MF $@.$$$$.d -c $< -o $@.$$$$.o && \
  mv -f $@.$$$$.d $(@:.o=.d) && mv -f $@.$$$$.o $@
endif
archive = $(call short,AR)$(tidy) $(AR) rcs $@.$$$$ $^ && mv -f $@.$$$$ $@
# link: $(1), the names of files, to $@ with the libraries $(2).
link = $(call short,CC)$(tidy) $(CC) $(HOSTED_FLAGS) $(1) $(LINK_FLAGS) -o $@.$$$$ $(2) && \
  mv -f $@.$$$$ $@

# Libraries are probed at every make (a fraction of a second); the file changes only when the answer
# does.
ifneq (,$(filter-out clean help format format-check,$(GOALS)))
include $(B)/hosted.mk
endif
$(B)/hosted.mk: FORCE
	@mkdir -p $(@D)
	@CC='$(CC)' SID_CANDIDATES='$(SID_CANDIDATES)' sh ci/probe.sh | $(renew)

# One file per set of flags; objects depend on it.
$(B)/%.flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $($*_FLAGS) $(HOSTED_LIBS)' | $(renew)

$(REF_OBJECTS): $(B)/%.o: %.c $(B)/REF.flags
	@mkdir -p $(@D)
	$(call compile,$(REF_FLAGS))

$(B)/simd/%.o: simd/%.c $(B)/SIMD_BASE.flags
	@mkdir -p $(@D)
	$(call compile,$(SIMD_BASE_FLAGS) $(FLAGS_$*))

$(VERIFY_OBJECTS): $(B)/%.o: %.c $(B)/HOSTED.flags
	@mkdir -p $(@D)
	$(call compile,$(HOSTED_FLAGS))

# The registry of checks: made at every make, changed only when a row comes or goes.
$(B)/generated/rows.h: FORCE
	@mkdir -p $(@D)
	@sh ci/rows.sh | $(renew)

$(B)/verify/checks/registry.o: $(B)/generated/rows.h

# The examples, which `sidyn example` prints.
$(B)/generated/examples.h: ci/examples.sh $(wildcard docs/examples docs/examples/*/*)
	@mkdir -p $(@D)
	@sh ci/examples.sh | $(renew)

$(B)/verify/command/example.o: $(B)/generated/examples.h

$(B)/libsidyn.a: $(REF_OBJECTS)
	$(archive)

$(B)/libsidyn_simd.a: $(SIMD_OBJECTS)
	$(archive)

$(B)/sidyn: $(VERIFY_OBJECTS) $(B)/libsidyn_simd.a $(B)/libsidyn.a
	$(call link,$^,$(HOSTED_LIBS))

$(BUILD)/sidyn: $(B)/sidyn
	@$(tidy) cp -f $< $@.$$$$ && mv -f $@.$$$$ $@

# The adapter in C stands on the library as two files, as a board's would (verify/adapters/c/).
ADAPTER_FLAGS = $(BASE_FLAGS) -I$(B)/adapters/amalgamation
ADAPTER_SOURCES := $(wildcard verify/adapters/c/*.c) $(B)/adapters/amalgamation/sidyn.c
$(B)/adapters/amalgamation/sidyn.c: ci/amalgamate.py \
  $(filter-out ref/port/%,$(wildcard ref/*.[ch] ref/*/*.[ch]))
	@$(PYTHON) -B $< $(@D)

$(B)/adapters/c: $(ADAPTER_SOURCES) $(wildcard verify/adapters/c/*.h) $(B)/ADAPTER.flags
	$(call short,CC)$(tidy) $(CC) $(ADAPTER_FLAGS) $(ADAPTER_SOURCES) $(LINK_FLAGS) \
	  -o $@.$$$$ -lm $(EXTRA_LDFLAGS) && mv -f $@.$$$$ $@

-include $(REF_OBJECTS:.o=.d) $(SIMD_OBJECTS:.o=.d) $(VERIFY_OBJECTS:.o=.d) \
  $(TEST_SIMD_OBJECTS:.o=.d) $(TEST_PROGRAMS:=.d)

# ---- main job and tests --------------------------------------------------------------------------

verify: all
	@$(EXEC_WRAPPER) $(B)/sidyn verify --jobs $(JOBS) $(VERIFY_ARGS)

verify-full: all
	@$(EXEC_WRAPPER) $(B)/sidyn verify --tier full --jobs $(JOBS) $(VERIFY_ARGS)

verify-deep: all
	@$(EXEC_WRAPPER) $(B)/sidyn verify --tier deep --jobs $(JOBS) $(VERIFY_ARGS)

# Every figure of docs/figures, from the data of a run of the checks.
figures: all
	@mkdir -p $(BUILD)/figures
	@$(EXEC_WRAPPER) $(B)/sidyn verify --jobs $(JOBS) --series $(BUILD)/figures/data \
	  > $(BUILD)/figures/checks.txt
	@sh ci/figures.sh $(BUILD)/figures/data $(BUILD)/figures

TEST_LIBS = -lcmocka -lmpfr -lgmp $(if $(SLEEF),-lsleef)
# What tests link besides the libraries: the harness without its main(), and the vector kernels'
# candidates, laid open.
$(B)/tests/simd/candidates_%.o: tests/simd/candidates_%.c $(B)/SIMD_BASE.flags
	@mkdir -p $(@D)
	$(call compile,$(SIMD_BASE_FLAGS) $(FLAGS_normals_$*) -USID_CANDIDATES_SLEEF)

$(B)/tests/simd/candidates_sleef_%.o: tests/simd/candidates_%.c $(B)/SIMD_BASE.flags
	@mkdir -p $(@D)
	$(call compile,$(SIMD_BASE_FLAGS) $(FLAGS_normals_$*) -DSID_CANDIDATES_SLEEF=1)

$(B)/libtest.a: $(filter-out $(B)/verify/command/main.o,$(VERIFY_OBJECTS)) $(TEST_SIMD_OBJECTS)
	$(archive)

TEST_ARCHIVES := $(B)/libtest.a $(B)/libsidyn_simd.a $(B)/libsidyn.a
$(TEST_SOURCES:%.c=$(B)/%): $(B)/%: %.c $(TEST_ARCHIVES) $(B)/HOSTED.flags
	@mkdir -p $(@D)
	$(call short,CC)$(CC) $(HOSTED_FLAGS) $(SIMD_FLAGS) -Itests/unit -MMD -MP $< $(TEST_ARCHIVES) \
	  $(LINK_FLAGS) -o $@ $(HOSTED_LIBS) $(TEST_LIBS)

CXX_FLAGS := -std=c++11 $(OPT) -Wall -Wextra -Werror $(ARITHMETIC) $(EXTRA_CFLAGS)
$(B)/%: %.cpp $(B)/libsidyn.a $(B)/HOSTED.flags
	@mkdir -p $(@D)
	$(call short,CXX)$(CXX) $(CXX_FLAGS) -Iref -Itests/unit -MMD -MP $< $(B)/libsidyn.a -o $@ \
	  $(EXTRA_LDFLAGS)

test-programs: all $(TEST_PROGRAMS) $(B)/adapters/c

# Tests that print TAP, $(1) at a time.
tap = B='$(B)' BUILD='$(BUILD)' CC='$(CC)' PYTHON='$(PYTHON)' EXEC_WRAPPER='$(EXEC_WRAPPER)' \
  TIMES='$(BUILD)/times.json' $(PYTHON) -B tests/run.py --jobs $(1)

test: test-programs
	@$(call tap,$(JOBS)) $(TEST_PROGRAMS) $(TEST_SCRIPTS)

test-long: test-programs
	@$(call tap,$(JOBS)) $(LONG_SCRIPTS)

# LAWS_SEEDS: seeds of the right command of tests/conform/deep_laws.py.
conform-deep: all $(B)/adapters/c
	@$(if $(LAWS_SEEDS),LAWS_SEEDS='$(LAWS_SEEDS)') $(call tap,1) tests/conform/deep_laws.py

fixtures:
	$(PYTHON) -B fixtures/generate/generate.py --out fixtures

fixtures-check:
	@$(call tap,1) fixtures/generate/check.py fixtures/generate/selftest.py \
	  fixtures/generate/selftest_network.py

# ---- readers of the output -----------------------------------------------------------------------

.PHONY: deps-readers test-readers
deps-readers: | $(filter deps-cross,$(GOALS))
	ci/deps-readers.sh

test-readers: all | $(filter deps-readers,$(GOALS))
	@$(call tap,1) tests/readers/readers.py

# ---- adapters of other languages -----------------------------------------------------------------

.PHONY: deps-adapters test-adapters
deps-adapters: | $(filter deps-cross deps-readers,$(GOALS))
	ci/deps-adapters.sh

test-adapters: all | $(filter deps-adapters,$(GOALS))
	@$(call tap,1) tests/adapters/adapters.py


# ---- MPI ----------------------------------------------------------------------------------------

.PHONY: mpi deps-mpi test-mpi
# The compiler of an MPI, which wraps $(CC); what it builds has a folder of its own.
MPICC ?= mpicc
MPI := $(B)/mpi/$(notdir $(MPICC))
MPI_FLAGS = $(HOSTED_FLAGS) -Wno-missing-prototypes
MPI_OBJECTS := $(patsubst verify/mpi/%.c,$(MPI)/%.o,$(wildcard verify/mpi/*.c)) $(MPI)/sidyn.o
$(MPI)/%.o: verify/mpi/%.c $(B)/MPI.flags
	@mkdir -p $(@D)
	$(call short,MPI)$(MPICC) $(MPI_FLAGS) -MMD -MP -c $< -o $@

$(MPI)/sidyn.o: verify/command/main.c $(B)/MPI.flags
	@mkdir -p $(@D)
	$(call short,MPI)$(MPICC) $(MPI_FLAGS) -Dmain=vf_main -MMD -MP -c $< -o $@

$(MPI)/sidyn-mpi: $(MPI_OBJECTS) $(filter-out $(B)/verify/command/main.o,$(VERIFY_OBJECTS)) \
  $(B)/libsidyn_simd.a $(B)/libsidyn.a
	$(call short,MPI)$(MPICC) $(MPI_FLAGS) $^ $(LINK_FLAGS) -o $@ $(HOSTED_LIBS)

mpi: $(MPI)/sidyn-mpi

-include $(MPI_OBJECTS:.o=.d)

deps-mpi: | $(filter deps-cross deps-readers deps-adapters,$(GOALS))
	ci/deps-mpi.sh

test-mpi: all | $(filter deps-mpi,$(GOALS))
	@$(call tap,1) tests/mpi/mpi.py tests/mpi/clusters.py

# ---- benchmark -----------------------------------------------------------------------------------

BENCH := $(B)/tests/bench
$(BENCH)/stage_%.o: tests/bench/stage.c tests/bench/stage.h \
  $(wildcard simd/*.h simd/*/*.h simd/*/*/*.h) $(B)/SIMD_BASE.flags
	@mkdir -p $(@D)
	$(call short,CC)$(CC) $(SIMD_BASE_FLAGS) $(FLAGS_normals_$*) \
	  -DBENCH_LANES='"lanes_$(*:avx512ifma=avx512).h"' $(if $(filter %ifma,$*),-DSID_IFMA=1) \
	  -c $< -o $@

$(BENCH)/bench: tests/bench/bench.c tests/bench/kinds.h tests/bench/request.h \
  tests/bench/stage.h \
  $(patsubst %,$(BENCH)/stage_%.o,$(SIMD)) $(B)/libtest.a $(B)/libsidyn_simd.a $(B)/libsidyn.a \
  $(B)/HOSTED.flags
	@mkdir -p $(@D)
	$(call short,CC)$(CC) $(HOSTED_FLAGS) $(SIMD_FLAGS) $(filter %.c %.o %.a,$^) -o $@ $(HOSTED_LIBS)

# The competitor, not sidyn: everything that makes it fast is allowed. The one place for
# -march=native.
$(BENCH)/gsl: tests/bench/gsl.c tests/bench/request.h
	@mkdir -p $(@D)
	$(call short,CC)if pkg-config --exists gsl; then $(CC) -std=gnu99 -O3 -march=native $< -o $@ \
	  $$(pkg-config --libs gsl); fi

# AGAINST: another revision, measured in the same run.
bench: $(BENCH)/bench $(BENCH)/gsl $(B)/sidyn
	@$(if $(AGAINST),against=$$(CC='$(CC)' sh tests/bench/against.sh '$(AGAINST)' $(BUILD)/against \
	  $(B)) &&) $(PYTHON) -B tests/bench/run.py --programs $(BENCH) --out $(BUILD)/bench.json \
	  $(if $(AGAINST),--against "$$against") $(BENCH_ARGS)

# PART=3/8 takes a part, FAULTS="NAME FILE FOLDER" some. Runs side by side disturb nothing.
mutants:
	@$(PYTHON) -B tests/mutants/run.py --jobs $(JOBS) $(if $(PART),--part $(PART)) $(FAULTS)

# ---- boards --------------------------------------------------------------------------------------

.PHONY: boards size
boards:
	@BUILD='$(BUILD)' OPT='$(OPT)' JOBS='$(JOBS)' WARNINGS='$(WARNINGS)' PYTHON='$(PYTHON)' \
	  ARITHMETIC='$(ARITHMETIC)' sh tests/boards/run.sh

size:
	@BUILD='$(BUILD)' WARNINGS='$(WARNINGS)' ARITHMETIC='$(ARITHMETIC)' \
	  $(PYTHON) -B tests/boards/size.py $(BOARD)

# ---- other machines ------------------------------------------------------------------------------

.PHONY: deps-cross cross cross-parts matrix refusals emulated-refusals amalgamation sanitize fuzz
deps-cross:
	ci/deps-cross.sh

# `make deps-cross cross`: install first.
cross cross-parts matrix refusals emulated-refusals sanitize fuzz boards size: | \
  $(filter deps-cross,$(GOALS))

MATRIX = BUILD='$(BUILD)' JOBS='$(JOBS)' PYTHON='$(PYTHON)' WARNINGS='$(WARNINGS)' \
  ARITHMETIC='$(ARITHMETIC)' TARGETS='$(TARGETS)' COMPILERS='$(COMPILERS)' sh ci/matrix.sh
cross:
	@$(MATRIX) $(OPT)

cross-parts: all
	@$(call tap,1) tests/cross/parts.py

matrix: all
	@$(MATRIX) -O0 -O2 -O3
	@$(call tap,1) tests/cross/verify.sh

refusals: $(B)/REF.flags
	@$(call tap,$(JOBS)) $(sort $(wildcard tests/refusals/test_*.sh tests/refusals/long_*.sh \
	  tests/refusals/cross_*.sh))

emulated-refusals: $(B)/REF.flags
	@$(call tap,$(JOBS)) $(sort $(wildcard tests/refusals/cross_*.sh))

amalgamation:
	@$(PYTHON) -B ci/amalgamate.py $(BUILD)/amalgamation && ls $(BUILD)/amalgamation/sidyn.[ch]

sanitize:
	@$(call tap,1) tests/sanitize/run.sh

fuzz: all
	@$(call tap,1) tests/fuzz/run.sh

# ---- quality -------------------------------------------------------------------------------------

coverage:
	@$(MAKE) BUILD=$(BUILD)/coverage OPT=-O1 EXTRA_CFLAGS='--coverage -fprofile-update=atomic' \
	  EXTRA_LDFLAGS=--coverage test verify
	@gcovr --root . --object-directory $(BUILD)/coverage --filter ref/ --filter verify/ \
	  --exclude-unreachable-branches --exclude-throw-branches --print-summary \
	  --txt $(BUILD)/coverage/summary.txt $(BUILD)/coverage
	@cat $(BUILD)/coverage/summary.txt

coverage-merged: coverage
	@BUILD='$(BUILD)' PYTHON='$(PYTHON)' WARNINGS='$(WARNINGS)' ARITHMETIC='$(ARITHMETIC)' \
	  sh ci/coverage-merged.sh

# Generated files look as their generators write them.
FORMATTED := $(filter-out tests/boards/known_answers.h,$(wildcard ref/*.[ch] ref/*/*.[ch] \
  simd/*.[ch] simd/*/*.h simd/*/*/*.h verify/*/*.[ch] verify/*/*/*.[ch] tests/*/*.[ch] \
  tests/*/*/*.[ch] docs/examples/*/*.[ch]))
format:
	clang-format -i $(FORMATTED)

format-check:
	clang-format --dry-run -Werror $(FORMATTED)

lint: $(B)/hosted.mk format-check
	clang-tidy --quiet $(REF_SOURCES) -- $(filter-out -Werror,$(REF_FLAGS))
	clang-tidy --quiet $(VERIFY_SOURCES) -- $(filter-out -Werror,$(HOSTED_FLAGS))
	clang-tidy --quiet $(wildcard verify/adapters/c/*.c) -- $(filter-out -Werror,$(BASE_FLAGS)) -Iref
	cppcheck --quiet --std=c99 --enable=warning,performance,portability \
	  --inline-suppr --error-exitcode=1 -USID_CONFIG_FILE -Iref -Isimd -Iverify ref verify

# SHARED=1 makes the shared library too, with versioned symbols.
SHARED_NAME := libsidyn.so.$(VERSION)
SHARED_FLAGS = $(REF_FLAGS) -fPIC
SHARED_OBJECTS := $(REF_SOURCES:%.c=$(B)/shared/%.o)
$(SHARED_OBJECTS): $(B)/shared/%.o: %.c $(B)/SHARED.flags
	@mkdir -p $(@D)
	$(call compile,$(SHARED_FLAGS))

$(B)/generated/sidyn.map: ci/exports.sh $(wildcard ref/sidyn*.h)
	@mkdir -p $(@D)
	@sh ci/exports.sh $(VERSION) | $(renew)

$(B)/$(SHARED_NAME): $(SHARED_OBJECTS) $(B)/generated/sidyn.map
	$(call short,CC)$(tidy) $(CC) $(SHARED_FLAGS) -shared -Wl,-soname,libsidyn.so.$(basename \
	  $(VERSION)) -Wl,--version-script=$(B)/generated/sidyn.map $(SHARED_OBJECTS) -o $@.$$$$ \
	  $(EXTRA_LDFLAGS) && mv -f $@.$$$$ $@

shared: $(B)/$(SHARED_NAME)

-include $(SHARED_OBJECTS:.o=.d)

# All that is installed, below $(TREE).
TREE ?= $(B)/tree
tree: all $(if $(SHARED),shared)
	@B='$(B)' VERSION='$(VERSION)' PREFIX='$(PREFIX)' PYTHON='$(PYTHON)' \
	  SHARED='$(if $(SHARED),$(SHARED_NAME))' EXEC_WRAPPER='$(EXEC_WRAPPER)' \
	  LIBS='$(if $(filter -lsleef,$(HOSTED_LDLIBS)), -lsleef)' sh ci/tree.sh $(TREE)

TO = $(DESTDIR)$(PREFIX)
# A find that runs the commands would not fail where one of them does.
install: tree
	(cd $(TREE) && find . -type d) | while read -r one; do \
	  install -d '$(TO)/'"$$one" || exit 1; done
	(cd $(TREE) && find . -type f) | while read -r one; do \
	  case $$one in ./bin/*) mode=755 ;; *) mode=644 ;; esac; \
	  install -m $$mode $(TREE)/"$$one" '$(TO)/'"$$one" || exit 1; done
	(cd $(TREE) && find . -type l) | while read -r one; do \
	  cp -Pf $(TREE)/"$$one" '$(TO)/'"$$one" || exit 1; done

# What the same variables installed; folders of its own go with it.
uninstall: tree
	(cd $(TREE) && find . ! -type d) | while read -r one; do rm -f '$(TO)/'"$$one" || exit 1; done
	-rmdir '$(TO)/lib/cmake/sidyn'

# ---- releases ------------------------------------------------------------------------------------

.PHONY: dist deb docs
dist:
	@PYTHON='$(PYTHON)' sh ci/dist.sh $(VERSION) $(BUILD)/dist

deb: all
	@B='$(B)' PYTHON='$(PYTHON)' sh ci/deb.sh $(VERSION) $(BUILD)/deb

docs:
	@sh ci/docs.sh $(VERSION) $(BUILD)/docs

findings:
	@ci/findings.sh

.PHONY: deps-prove prove
deps-prove:
	ci/deps-prove.sh

prove: | $(filter deps-prove,$(GOALS))
	@BUILD='$(BUILD)' ci/prove.sh

clean:
	rm -rf $(BUILD)

FORCE:
endif
