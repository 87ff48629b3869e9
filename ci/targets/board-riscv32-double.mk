# RV32 with double precision: registers of floating point wider than those of integers.
BOARD_PREFIX := riscv64-unknown-elf-
BOARD_FLAGS := -march=rv32gc -mabi=ilp32d -mcmodel=medany
BOARD_START := riscv
BOARD_MEMORY := 0x80000000 0x80800000 0x8000
BOARD_QEMU := qemu-system-riscv32 -M virt -bios none -nic none
