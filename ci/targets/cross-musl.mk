# The C library musl on the machine that builds.
GCC := musl-gcc
CLANG := clang -isystem /usr/include/$(shell uname -m)-linux-musl
RUN :=
LINK := -static
