# x86, 32 bits, Linux, with SSE2: with the x87 it is refused.
GCC := i686-linux-gnu-gcc
CLANG := clang --target=i686-linux-gnu -isystem /usr/i686-linux-gnu/include
RUN := qemu-i386-static
LINK := -static
FLAGS := -march=pentium4 -mfpmath=sse
