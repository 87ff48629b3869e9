# WebAssembly, 32 bits, with WASI; node runs it. There is no gcc for it.
GCC :=
CLANG := clang --target=wasm32-wasi
LINKER := clang --target=wasm32-wasi
RUN := node --no-warnings tests/cross/wasi.mjs
LINK :=
