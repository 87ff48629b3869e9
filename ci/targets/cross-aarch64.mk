# AArch64, Linux. Fused multiply-add is in the base instruction set.
GCC := aarch64-linux-gnu-gcc
CLANG := clang --target=aarch64-linux-gnu -isystem /usr/aarch64-linux-gnu/include
RUN := qemu-aarch64-static
LINK := -static
