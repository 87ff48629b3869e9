#!/bin/sh
# A project of somebody else takes sidyn by CMake: as a subdirectory and as an installed package,
# static and shared, from C and from C++.
planned=6
. tests/build/tap.sh
root=$PWD
mkdir "$tmp/client"
cat > "$tmp/client/CMakeLists.txt" << 'END'
cmake_minimum_required(VERSION 3.19)
project(client C CXX)
if(SIDYN_SOURCE)
  add_subdirectory(${SIDYN_SOURCE} sidyn)
else()
  find_package(sidyn ${SIDYN_WANTED} REQUIRED)
endif()
add_executable(in_c main.c)
add_executable(in_cxx main.cxx)
target_link_libraries(in_c sidyn::sidyn)
target_link_libraries(in_cxx sidyn::sidyn)
enable_testing()
add_test(NAME in_c COMMAND in_c)
add_test(NAME in_cxx COMMAND in_cxx)
END
printf '#include <sidyn.h>\nint main(void) { return %s; }\n' \
  'sid_selfcheck() != 0 || sid_sqrt(4.0) != 2.0' | tee "$tmp/client/main.c" > "$tmp/client/main.cxx"
version=$(sed -n 's/^.define SID_VERSION "\(.*\)"/\1/p' ref/sidyn.h)

# client NAME [OPTIONS]: configures, builds and runs the client.
client() {
  folder=$tmp/$1
  shift
  cmake -S "$tmp/client" -B "$folder" "$@" && cmake --build "$folder" -j2 &&
    (cd "$folder" && ctest --output-on-failure)
}
installs() { # NAME [OPTIONS]
  folder=$tmp/$1
  shift
  cmake -S "$root" -B "$folder" -DCMAKE_INSTALL_PREFIX="$folder/to" "$@" &&
    cmake --build "$folder" -j2 && cmake --install "$folder"
}
by_package() { # NAME [OPTIONS]
  installs "$@" && client "$1-client" -DCMAKE_PREFIX_PATH="$tmp/$1/to" -DSIDYN_WANTED="$version"
}
of_make() {
  make -s B="$B" CC="$CC" TREE="$tmp/tree" -o all install DESTDIR= PREFIX="$tmp/made" &&
    client made-client -DCMAKE_PREFIX_PATH="$tmp/made"
}
other_version() {
  ! client other -DCMAKE_PREFIX_PATH="$tmp/made" -DSIDYN_WANTED=9.0 &&
    grep -q 'is not compatible\|could not find\|Could not find' "$tmp/check.log"
}
versioned() { nm -D "$tmp/shared/to/lib/libsidyn.so" | grep 'sid_run@@SIDYN_'; }
check 'add_subdirectory' client subdirectory -DSIDYN_SOURCE="$root"
check 'find_package, static' by_package static
check 'find_package, shared' by_package shared -DBUILD_SHARED_LIBS=ON -DCMAKE_INSTALL_LIBDIR=lib
check 'the shared library has versioned symbols' versioned
check 'find_package of what make installs' of_make
check 'another version is refused' other_version
finish
