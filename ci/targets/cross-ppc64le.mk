# POWER, Linux: little-endian, 64 bits.
GCC := powerpc64le-linux-gnu-gcc
CLANG := clang --target=powerpc64le-linux-gnu -isystem /usr/powerpc64le-linux-gnu/include
RUN := qemu-ppc64le-static
LINK := -static
