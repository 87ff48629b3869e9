# RV64 with double precision in the registers of integers (Zdinx). gcc 12 does not know it; the
# library of another RV64 is enough, for integers. QEMU knows the names in small letters alone.
BOARD_CC := clang-19 --target=riscv64-unknown-elf
BOARD_PREFIX := riscv64-unknown-elf-
BOARD_FLAGS := -march=rv64imac_zdinx -mabi=lp64 -mcmodel=medany
BOARD_START := riscv
BOARD_MEMORY := 0x80000000 0x80800000 0x8000
BOARD_QEMU := qemu-system-riscv64 -M virt -bios none -nic none \
  -cpu rv64,f=off,d=off,zfinx=on,zdinx=on
BOARD_LINK := riscv64-unknown-elf-gcc -march=rv64imac -mabi=lp64
