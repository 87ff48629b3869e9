# RV64 with double precision.
BOARD_PREFIX := riscv64-unknown-elf-
BOARD_FLAGS := -march=rv64gc -mabi=lp64d -mcmodel=medany
BOARD_START := riscv
BOARD_MEMORY := 0x80000000 0x80800000 0x8000
BOARD_QEMU := qemu-system-riscv64 -M virt -bios none -nic none
