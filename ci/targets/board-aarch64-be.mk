# AArch64, big-endian: QEMU sets SCTLR_EL1.EE for an image that says so.
BOARD_PREFIX := aarch64-linux-gnu-
BOARD_FLAGS := -mcpu=cortex-a53 -mbig-endian -mstrict-align -fno-pic -fno-stack-protector
BOARD_START := aarch64
BOARD_MEMORY := 0x40100000 0x40800000 0x8000
BOARD_QEMU := qemu-system-aarch64 -M virt -cpu cortex-a53 -nic none
