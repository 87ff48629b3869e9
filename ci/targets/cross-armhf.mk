# ARMv7, Linux: 32 bits, double in hardware, no __int128.
GCC := arm-linux-gnueabihf-gcc
CLANG := clang --target=arm-linux-gnueabihf -isystem /usr/arm-linux-gnueabihf/include
RUN := qemu-arm-static
LINK := -static
