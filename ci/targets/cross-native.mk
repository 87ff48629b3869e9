# The machine that builds: what the others are compared with.
GCC := gcc
CLANG := clang
RUN :=
LINK :=
