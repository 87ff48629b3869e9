# Alpha, Linux, 64 bits. Without -mieee, which is Debian's default, the hardware has no subnormals,
# and ref/config.h refuses; QEMU has them all the same. Linked dynamically: QEMU does not run its
# static programs.
GCC := alpha-linux-gnu-gcc
CLANG :=
RUN := qemu-alpha-static -L /usr/alpha-linux-gnu
LINK :=
FLAGS := -mieee
