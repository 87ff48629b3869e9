# Cortex-M3 without floating point: libgcc's addition needs the cure.
BOARD_PREFIX := arm-none-eabi-
BOARD_FLAGS := -mcpu=cortex-m3 -mthumb
BOARD_START := cortex_m
BOARD_MEMORY := 0x00000000 0x20000000 0x8000
BOARD_QEMU := qemu-system-arm -M mps2-an385
BOARD_CURE := yes
