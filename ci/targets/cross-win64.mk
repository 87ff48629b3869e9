# Windows, 64 bits, by MinGW and Wine: long has 32 bits.
GCC := x86_64-w64-mingw32-gcc
CLANG :=
RUN := sh tests/cross/wine.sh
LINK := -static
