# PA-RISC, Linux: big-endian, 32 bits. The quiet bit of a NaN is inverted: hashes count all as one.
GCC := hppa-linux-gnu-gcc
CLANG :=
RUN := qemu-hppa-static
LINK := -static
