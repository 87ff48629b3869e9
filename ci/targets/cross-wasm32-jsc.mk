# WebAssembly with vectors in a second engine, JavaScriptCore. It has no WASI: a shim stands in.
GCC :=
CLANG := clang --target=wasm32-wasi
LINKER := clang --target=wasm32-wasi
RUN := jsc tests/cross/wasi_jsc.js --
LINK :=
FLAGS := -msimd128
