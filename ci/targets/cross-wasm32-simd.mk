# WebAssembly with vectors: clang uses them from -O2 on.
GCC :=
CLANG := clang --target=wasm32-wasi
LINKER := clang --target=wasm32-wasi
RUN := node --no-warnings tests/cross/wasi.mjs
LINK :=
FLAGS := -msimd128
