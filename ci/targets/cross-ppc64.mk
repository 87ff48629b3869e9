# POWER, Linux: big-endian, 64 bits.
GCC := powerpc64-linux-gnu-gcc
CLANG := clang --target=powerpc64-linux-gnu -isystem /usr/powerpc64-linux-gnu/include
RUN := qemu-ppc64-static
LINK := -static
