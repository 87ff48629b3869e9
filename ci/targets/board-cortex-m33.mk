# Cortex-M33 with single precision: double in software, with the cure.
BOARD_PREFIX := arm-none-eabi-
BOARD_FLAGS := -mcpu=cortex-m33 -mthumb -mfloat-abi=hard -mfpu=fpv5-sp-d16
BOARD_START := cortex_m
BOARD_MEMORY := 0x10000000 0x38000000 0x8000
BOARD_QEMU := qemu-system-arm -M mps2-an505
BOARD_CURE := yes
