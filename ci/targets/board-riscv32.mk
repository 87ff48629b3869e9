# RV32 without floating point: double by libgcc's C code, which rounds correctly.
BOARD_PREFIX := riscv64-unknown-elf-
BOARD_FLAGS := -march=rv32imac -mabi=ilp32 -mcmodel=medany
BOARD_START := riscv
BOARD_MEMORY := 0x80000000 0x80800000 0x8000
BOARD_QEMU := qemu-system-riscv32 -M virt -bios none -nic none
