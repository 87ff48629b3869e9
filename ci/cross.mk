# One build of the library, of the two programs of tests/cross/ and of that of tests/boards/, for
# one machine, compiler and level of optimisation:
#
#   make -f ci/cross.mk TARGET=aarch64 COMPILER=clang OPT=-O2 D=build/cross/aarch64-clang-O2
#
# ci/targets/cross-TARGET.mk names what differs: GCC and CLANG, the compilers (empty: there is none,
# or it does not work, and a comment says why); FLAGS for both; LINKER, if it is not GCC; LINK, its
# flags; RUN, what runs a program. CURE, what ref/port/ has for the compiler's library; NOTES, flags
# that write what a file depends on. WARNINGS and ARITHMETIC come from the Makefile.
include ci/targets/cross-$(TARGET).mk
LINKER ?= $(GCC)
NOTES ?= -MMD -MP
COMPILER_gcc := $(GCC)
COMPILER_clang := $(CLANG)
CC := $(COMPILER_$(COMPILER))

ALL_FLAGS := -std=c99 $(OPT) $(WARNINGS) $(ARITHMETIC) $(FLAGS) $(MORE_FLAGS)
SOURCES := $(wildcard ref/*.c ref/*/*.c)
SOURCES := $(filter-out ref/port/%,$(SOURCES)) $(CURE)
OBJECTS := $(SOURCES:%.c=$(D)/%.o)
PROGRAMS := $(D)/known_answers $(D)/trajectory_hash $(D)/board
# The program that every board runs, hosted: its hash must be that of the boards.
BOARD_OBJECTS := $(patsubst %,$(D)/tests/boards/%.o,main native)

.PHONY: programs show
programs: $(PROGRAMS)

# For ci/cross.sh.
show:
	@echo "compilers='$(if $(GCC),gcc) $(if $(CLANG),clang)'" \
	  "cc='$(CC)' linker='$(LINKER)' run='$(RUN)'"

$(OBJECTS): $(D)/%.o: %.c ci/cross.mk ci/targets/cross-$(TARGET).mk Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_FLAGS) -ffreestanding $(NOTES) -c $< -o $@

$(D)/tests/%.o: tests/%.c ci/cross.mk ci/targets/cross-$(TARGET).mk Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_FLAGS) -Iref $(NOTES) -c $< -o $@

# The objects themselves: the archiver of one machine writes no index for another's.
link = $(LINKER) $(FLAGS) $(MORE_FLAGS) $(LINK) $^ -o $@
$(D)/known_answers $(D)/trajectory_hash: $(D)/%: $(D)/tests/cross/%.o $(OBJECTS)
	$(link)

$(D)/board: $(BOARD_OBJECTS) $(OBJECTS)
	$(link)

-include $(patsubst %.o,%.d,$(OBJECTS) $(BOARD_OBJECTS)) $(D)/tests/cross/known_answers.d \
  $(D)/tests/cross/trajectory_hash.d
