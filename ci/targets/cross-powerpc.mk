# PowerPC, Linux: big-endian, 32 bits. Fused multiply-add is in the base instruction set.
GCC := powerpc-linux-gnu-gcc
CLANG :=
RUN := qemu-ppc-static
LINK := -static
