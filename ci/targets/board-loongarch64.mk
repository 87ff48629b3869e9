# LoongArch, 64 bits, without vectors, which QEMU 7.2 lacks. No bare metal: a program of Linux that
# has no C library under it, as Debian has none.
BOARD_CC := clang-19 --target=loongarch64-linux-gnu
BOARD_PREFIX :=
BOARD_FLAGS := -mno-lsx -fno-pic
BOARD_LINK := $(BOARD_CC) -fuse-ld=lld -no-pie -Wl,--no-rosegment
BOARD_START := loongarch64
BOARD_MEMORY := 0x00400000 0x00800000 0x8000
BOARD_QEMU := qemu-loongarch64-static
BOARD_CONSOLE := linux
