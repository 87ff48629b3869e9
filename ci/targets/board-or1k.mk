# OpenRISC 1000: big-endian, double by libgcc's C code, which rounds correctly. There is no
# semihosting: a serial line and a register that ends the program.
BOARD_PREFIX := or1k-elf-
BOARD_FLAGS :=
BOARD_START := or1k
BOARD_MEMORY := 0x00000000 0x00800000 0x8000
BOARD_QEMU := qemu-system-or1k -M virt -nic none
BOARD_CONSOLE := or1k_virt
