# MIPS o32, Linux: big-endian, 32 bits. The quiet bit of a NaN is inverted before release 6.
GCC := mips-linux-gnu-gcc
CLANG :=
RUN := qemu-mips-static
LINK := -static
