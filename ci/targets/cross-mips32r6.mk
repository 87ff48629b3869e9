# MIPS release 6, Linux: big-endian, 32 bits; other NaNs, fused multiply-add. QEMU must be told.
GCC := mipsisa32r6-linux-gnu-gcc
CLANG :=
RUN := qemu-mips-static -cpu mips32r6-generic
LINK := -static
