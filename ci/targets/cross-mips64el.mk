# MIPS, 64 bits, Linux.
GCC := mips64el-linux-gnuabi64-gcc
CLANG := clang --target=mips64el-linux-gnuabi64 -isystem /usr/mips64el-linux-gnuabi64/include
RUN := qemu-mips64el-static
LINK := -static
