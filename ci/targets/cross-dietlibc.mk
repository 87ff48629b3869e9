# The C library dietlibc on the machine that builds.
GCC := diet gcc
CLANG :=
RUN :=
LINK :=
