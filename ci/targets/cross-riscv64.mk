# RISC-V, 64 bits, Linux. Fused multiply-add is in the base instruction set.
GCC := riscv64-linux-gnu-gcc
CLANG := clang --target=riscv64-linux-gnu -isystem /usr/riscv64-linux-gnu/include
RUN := qemu-riscv64-static
LINK := -static
