# The Tiny C Compiler on the machine that builds: no optimisation, no 128-bit integers.
GCC := tcc
CLANG :=
RUN :=
LINK :=
NOTES := -MD
