#!/bin/sh
# make figures draws every figure of docs/figures, each as SVG and PNG, without a word of gnuplot.
planned=2
. tests/build/tap.sh
draws() {
  make -s B="$B" CC="$CC" BUILD="$tmp/build" -o all figures > "$tmp/out" 2> "$tmp/err" || {
    cat "$tmp/err"
    return 1
  }
  [ ! -s "$tmp/err" ] || { cat "$tmp/err"; return 1; }
}
check 'every figure is drawn' draws
all_there() {
  for script in docs/figures/*.gp; do
    figure=$(basename "$script" .gp)
    [ "$figure" = style ] || { [ -s "$tmp/build/figures/$figure.svg" ] &&
      [ -s "$tmp/build/figures/$figure.png" ]; } || { echo "$figure"; return 1; }
  done
}
check 'as SVG and as PNG' all_there
finish
