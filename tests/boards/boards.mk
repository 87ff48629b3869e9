# One image for one board:
#
#   make -f tests/boards/boards.mk BOARD=cortex-m3 D=build/boards/cortex-m3 \
#     build/boards/cortex-m3/main.elf
#
# ci/targets/board-BOARD.mk names what differs: BOARD_PREFIX and BOARD_FLAGS, the compiler, gcc
# unless there is a BOARD_CC; BOARD_LINK, what links, if it is not the compiler; BOARD_START, the
# file of start/; BOARD_MEMORY, where code begins, where memory begins, how much of it is the
# stack's; BOARD_QEMU, the machine; BOARD_CONSOLE, how the program speaks: semihost, unless it says
# or1k_virt or linux; BOARD_CURE=yes, if double addition needs ref/port/. CURE= leaves the cure out.
# The board `native` is the machine that builds.
# WARNINGS and ARITHMETIC come from the Makefile.
OPT ?= -O2
ifeq ($(BOARD),native)
BOARD_START :=
else
include ci/targets/board-$(BOARD).mk
endif
CC := $(or $(BOARD_CC),$(BOARD_PREFIX)gcc)
BOARD_LINK ?= $(CC) $(BOARD_FLAGS)
BOARD_CONSOLE ?= semihost
RUN_semihost := -nographic -monitor none -serial null \
  -semihosting-config enable=on,target=native -kernel
RUN_or1k_virt := -nographic -monitor none -serial stdio -kernel
RUN_linux :=
CURE ?= $(BOARD_CURE)

FLAGS := -std=c99 $(OPT) $(WARNINGS) $(ARITHMETIC) $(BOARD_FLAGS) $(MORE_FLAGS) -Iref -Itests/boards
ifeq ($(BOARD),native)
SYSTEM := native.o
LINK :=
else
FLAGS += -ffreestanding -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables
SYSTEM := start/$(BOARD_START).o start/$(BOARD_CONSOLE).o start/memory.o
LINK := -nostartfiles -nostdlib -static -Wl,--gc-sections -Wl,--build-id=none \
  -T tests/boards/start/image.ld \
  -Wl,--defsym=board_code=$(word 1,$(BOARD_MEMORY)) \
  -Wl,--defsym=board_ram=$(word 2,$(BOARD_MEMORY)) \
  -Wl,--defsym=board_ram_size=$(word 3,$(BOARD_MEMORY))
ifeq ($(CURE),yes)
PORT := $(D)/ref/port/arm_softadd.o
LINK += -Wl,--wrap=__aeabi_dadd,--wrap=__aeabi_dsub,--wrap=__aeabi_drsub
endif
LIBRARIES := $(if $(filter linux,$(BOARD_CONSOLE)),,-lgcc)
endif

LIBRARY := $(patsubst %.c,$(D)/%.o,$(filter-out ref/port/%,$(wildcard ref/*.c ref/*/*.c)))
SYSTEM := $(SYSTEM:%=$(D)/tests/boards/%) $(PORT)

.PHONY: show
# For the scripts.
show:
	@echo "cc='$(CC)' tools='$(BOARD_PREFIX)'" \
	  "run='$(if $(BOARD_QEMU),$(BOARD_QEMU) $(RUN_$(BOARD_CONSOLE)))'"

RULES := tests/boards/boards.mk $(wildcard ci/targets/board-$(BOARD).mk) Makefile
$(D)/%.o: %.c $(RULES)
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -MMD -MP -c $< -o $@

$(D)/tests/boards/start/memory.o: FLAGS += \
  $(if $(BOARD_CC),-fno-builtin,-fno-tree-loop-distribute-patterns)

$(D)/%.o: %.S $(RULES)
	@mkdir -p $(@D)
	$(CC) $(BOARD_FLAGS) -MMD -MP -c $< -o $@

$(D)/libsidyn.a: $(LIBRARY)
	@rm -f $@
	$(BOARD_PREFIX)ar rcs $@ $^

$(D)/%.elf: $(D)/tests/boards/%.o $(SYSTEM) $(D)/libsidyn.a tests/boards/start/image.ld
	$(BOARD_LINK) $(LINK) $(filter %.o,$^) $(filter %.a,$^) $(LIBRARIES) -o $@

-include $(wildcard $(D)/*.d $(D)/*/*.d $(D)/*/*/*.d $(D)/*/*/*/*.d)

# Parts of the library for tests/boards/size.py.
FOOTPRINTS := nothing core step run network
$(FOOTPRINTS:%=$(D)/tests/boards/footprint_%.o): $(D)/tests/boards/footprint_%.o: \
  tests/boards/footprint.c $(RULES)
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -DFOOTPRINT_$* -MMD -MP -c $< -o $@

# The core with rayleigh alone, by the knob SID_PROBLEMS.
$(D)/core_problem.o $(D)/core_sampling.o: $(D)/core_%.o: ref/%.c $(RULES)
	@mkdir -p $(@D)
	$(CC) $(FLAGS) '-DSID_PROBLEMS=(1u << SID_RAYLEIGH)' -MMD -MP -c $< -o $@
$(D)/footprint_core.elf: $(D)/core_problem.o $(D)/core_sampling.o

# And the network with itself alone, the room for the others left out.
NETWORK := problem sampling fields
$(NETWORK:%=$(D)/network_%.o): $(D)/network_%.o: ref/%.c $(RULES)
	@mkdir -p $(@D)
	$(CC) $(FLAGS) '-DSID_PROBLEMS=(1u << SID_NETWORK)' -MMD -MP -c $< -o $@
$(D)/footprint_network.elf: $(NETWORK:%=$(D)/network_%.o)

.PHONY: footprints
footprints: $(FOOTPRINTS:%=$(D)/footprint_%.elf)
