#!/bin/sh
# What `make install` installs: all may read it, man pages and completions are there, every header
# compiles and links in C and in C++ with what pkg-config says, static and shared, the shared
# library exports what the headers declare and nothing else, and `make uninstall` removes all of it.
planned=15
. tests/build/tap.sh
to=$tmp/installed

# As an administrator does whose files are private by default.
installs() {
  (umask 077 && make -s B="$B" CC="$CC" TREE="$tmp/tree" -o all install DESTDIR= PREFIX="$to" \
    SHARED=1)
}
check 'it installs what was built' installs
# What others cannot read or enter, and what they could change.
wrong_modes() {
  find "$to" -type d ! -perm 755 -o -type f -path '*/bin/*' ! -perm 755 \
    -o -type f ! -path '*/bin/*' ! -perm 644
}
check 'all may read it, whatever the umask' none "$(wrong_modes 2>&1)"
says_of_itself() {
  for file in man/man1/sidyn.1 man/man1/sidyn-run.1 man/man5/sidyn-experiment.5 \
    bash-completion/completions/sidyn \
    zsh/site-functions/_sidyn; do
    [ -s "$to/share/$file" ] || { echo "$file"; return 1; }
  done
}
check 'man pages and completions are there' says_of_itself
headers=$(cd "$to/include" && ls)
all_headers() {
  [ "$headers" = "$(printf 'sidyn.h\nsidyn_laws.h\nsidyn_network.h\nsidyn_simd.h')" ]
}
check 'the headers are those that this test knows' all_headers

# What a program calls from a header.
use_of() {
  case $1 in
    sidyn.h) echo 'sid_selfcheck() == 0 && sid_status_text(SID_OK)[0]' ;;
    sidyn_laws.h) echo 'sid_data_fill(0, SID_DATA_NORMAL, 0, 0) == SID_E_NULL' ;;
    sidyn_network.h) echo 'sid_network_exp(0.0) == 1.0' ;;
    sidyn_simd.h) echo 'sid_backend_best()->lanes >= sid_backend_ref.lanes' ;;
  esac
}
package_of() { case $1 in sidyn_simd.h) echo sidyn_simd ;; *) echo sidyn ;; esac; }
flags() { PKG_CONFIG_PATH=$to/lib/pkgconfig pkg-config --static "$@"; }

# Each header by itself (sidyn_laws.h and sidyn_network.h are parts of sidyn.h), all together. An
# instrumented library needs its compiler's own.
links() { # COMPILER LANGUAGE STANDARD [FLAGS]
  compiler=$1 language=$2 standard=$3
  shift 3
  instrumented=$(tr ' ' '\n' < "$B/REF.flags" | grep '^-fsanitize\|^--coverage\|^-fprofile' |
    tr '\n' ' ')
  for header in $headers all; do
    package=$(package_of "$header")
    [ "$header" != all ] || package='sidyn sidyn_simd'
    {
      case $header in
        all) for one in $headers; do echo "#include <$one>"; done ;;
        sidyn_laws.h | sidyn_network.h) echo '#include <sidyn.h>' ;;
        *) echo "#include <$header>" ;;
      esac
      echo 'int main(void) { return !(1'
      for one in $headers; do case $header in "$one" | all) echo "&& $(use_of "$one")" ;; esac done
      echo '); }'
    } > "$tmp/program.$language"
    # shellcheck disable=SC2046,SC2086
    "$compiler" -x $language -std=$standard -Wall -Wextra -Wpedantic -Werror \
      $(flags --cflags $package) "$tmp/program.$language" -x none "$@" $instrumented \
      -Wl,-Bstatic $(flags --libs $package) -Wl,-Bdynamic -o "$tmp/program" &&
      $EXEC_WRAPPER "$tmp/program" || {
      echo "$header"
      return 1
    }
  done
}
check 'they compile and link as C99' links gcc c c99
check 'they compile and link as C++11' links g++ c++ c++11
check 'they compile and link as C++17 with clang' links clang++ c++ c++17

# ---- the shared library ----

soname=libsidyn.so.$(sed -n 's/^.define SID_VERSION "\([0-9]*\.[0-9]*\).*/\1/p' ref/sidyn.h)
# Names and symbol versions of what it exports, and of what a program needs that calls it.
exported() { nm -D --defined-only "$to/lib/libsidyn.so" | sed -n 's/.* [TDRB] //p' | sort; }
declared() {
  "$CC" -E -Iref -include sidyn.h -x c /dev/null | tr '\n' ' ' | tr ';' '\n' |
    sed -n 's/.*[ *]\(sid_[a-z0-9_]*\)(.*).*/\1/p' | sort -u
}
exports() {
  declared | sed "s/$/@@SIDYN_${soname#libsidyn.so.}/" > "$tmp/declared"
  [ "$(wc -l < "$tmp/declared")" -ge 60 ] && exported | grep -v '^SIDYN_' > "$tmp/exported"
  diff "$tmp/declared" "$tmp/exported"
}
check 'it exports what the headers declare, with a version, and nothing else' exports
has_soname() { readelf -d "$to/lib/libsidyn.so" | grep -F "Library soname: [$soname]"; }
check 'its soname has the first two numbers of the version' has_soname
dynamic() { # COMPILER LANGUAGE
  printf '#include <sidyn.h>\nint main(void) { return !(%s); }\n' "$(use_of sidyn.h)" \
    > "$tmp/program.$2"
  # shellcheck disable=SC2046
  "$1" -x "$2" "$tmp/program.$2" -x none $(PKG_CONFIG_PATH=$to/lib/pkgconfig pkg-config --cflags \
    --libs sidyn) -o "$tmp/program" && readelf -d "$tmp/program" | grep -qF "[$soname]" &&
    LD_LIBRARY_PATH=$to/lib $EXEC_WRAPPER "$tmp/program"
}
check 'a C program takes the shared library by pkg-config' dynamic gcc c
check 'a C++ program does' dynamic g++ c++

# What cannot be written or removed is no success; /proc takes no files, not even root's.
says_no() { # TARGET DESTDIR
  ! make -s B="$B" CC="$CC" TREE="$tmp/tree" -o all "$1" DESTDIR="$2" PREFIX=/bin SHARED=1
}
check 'where nothing can be written make install fails' says_no install /proc
not_removed() { mkdir -p "$tmp/full/bin/bin/sidyn" && says_no uninstall "$tmp/full"; }
check 'where a file cannot be removed make uninstall fails' not_removed
relative() {
  stage=$B/stage.$$
  timeout 60 make -s B="$B" CC="$CC" TREE="$tmp/tree" -o all install DESTDIR="$stage" PREFIX=/usr &&
    [ -x "$stage/usr/bin/sidyn" ] && rm -r "$stage"
}
check 'a relative DESTDIR is below the folder of make' relative

uninstalls() {
  make -s B="$B" CC="$CC" TREE="$tmp/tree" -o all uninstall DESTDIR= PREFIX="$to" SHARED=1 &&
    none "$(find "$to" ! -type d)" && [ ! -e "$to/lib/cmake/sidyn" ]
}
check 'make uninstall leaves no file' uninstalls

finish
