# Cortex-M55 with double precision and vectors (MVE).
BOARD_PREFIX := arm-none-eabi-
BOARD_FLAGS := -mcpu=cortex-m55 -mthumb -mfloat-abi=hard
BOARD_START := cortex_m
BOARD_MEMORY := 0x00000000 0x21000000 0x8000
BOARD_QEMU := qemu-system-arm -M mps3-an547
