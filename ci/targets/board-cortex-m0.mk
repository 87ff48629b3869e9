# Cortex-M0 of a micro:bit: Thumb-1, 16 KiB of memory, double by libgcc's C code, which rounds
# correctly.
BOARD_PREFIX := arm-none-eabi-
BOARD_FLAGS := -mcpu=cortex-m0 -mthumb
BOARD_START := cortex_m
BOARD_MEMORY := 0x00000000 0x20000000 0x4000
BOARD_QEMU := qemu-system-arm -M microbit
