# IBM Z, Linux: big-endian. gcc -std=c99 says FLT_EVAL_METHOD 1 here, which leaves double alone.
GCC := s390x-linux-gnu-gcc
CLANG := clang --target=s390x-linux-gnu -isystem /usr/s390x-linux-gnu/include
RUN := qemu-s390x-static
LINK := -static
