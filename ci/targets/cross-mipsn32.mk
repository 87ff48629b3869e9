# MIPS n32, Linux: big-endian, pointers of 32 bits, registers of 64.
GCC := mips64-linux-gnuabi64-gcc
CLANG :=
RUN := qemu-mipsn32-static
LINK := -static
FLAGS := -mabi=n32
