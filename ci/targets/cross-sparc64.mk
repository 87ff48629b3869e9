# SPARC V9, Linux: big-endian, 64 bits.
GCC := sparc64-linux-gnu-gcc
CLANG :=
RUN := qemu-sparc64-static
LINK := -static
