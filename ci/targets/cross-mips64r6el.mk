# MIPS release 6, Linux: little-endian, 64 bits; other NaNs, fused multiply-add. QEMU must be told.
GCC := mipsisa64r6el-linux-gnuabi64-gcc
CLANG :=
RUN := qemu-mips64el-static -cpu I6400
LINK := -static
