# AArch64 without MMU, where every access must be aligned.
BOARD_PREFIX := aarch64-linux-gnu-
BOARD_FLAGS := -mcpu=cortex-a53 -mstrict-align -fno-pic -fno-stack-protector
BOARD_START := aarch64
BOARD_MEMORY := 0x40100000 0x40800000 0x8000
BOARD_QEMU := qemu-system-aarch64 -M virt -cpu cortex-a53 -nic none
