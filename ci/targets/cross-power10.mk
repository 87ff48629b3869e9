# POWER10, Linux: little-endian, 64 bits, vectors (VSX) wherever gcc finds a use for them.
GCC := powerpc64le-linux-gnu-gcc
CLANG :=
RUN := qemu-ppc64le-static -cpu power10
LINK := -static
FLAGS := -mcpu=power10 -ftree-vectorize
