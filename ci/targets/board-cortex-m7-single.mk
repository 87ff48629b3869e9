# Cortex-M7 with single precision: double in software, with the cure.
BOARD_PREFIX := arm-none-eabi-
BOARD_FLAGS := -mcpu=cortex-m7 -mthumb -mfloat-abi=hard -mfpu=fpv5-sp-d16
BOARD_START := cortex_m
BOARD_MEMORY := 0x00000000 0x20000000 0x8000
BOARD_QEMU := qemu-system-arm -M mps2-an500
BOARD_CURE := yes
