# MIPS n64, Linux: big-endian, 64 bits.
GCC := mips64-linux-gnuabi64-gcc
CLANG :=
RUN := qemu-mips64-static
LINK := -static
