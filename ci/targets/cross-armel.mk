# ARM, Linux, double in software: libgcc's addition needs the cure.
GCC := arm-linux-gnueabi-gcc
CLANG := clang --target=arm-linux-gnueabi -isystem /usr/arm-linux-gnueabi/include
RUN := qemu-arm-static
CURE := ref/port/arm_softadd.c
LINK := -static -Wl,--wrap=__aeabi_dadd,--wrap=__aeabi_dsub,--wrap=__aeabi_drsub
