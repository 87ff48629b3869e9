# SPARC, Linux: big-endian, 32 bits, on a processor of V9.
GCC := sparc64-linux-gnu-gcc
CLANG :=
RUN := qemu-sparc32plus-static
LINK := -static
FLAGS := -m32
