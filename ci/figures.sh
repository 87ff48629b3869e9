#!/bin/sh
# figures.sh DATA TO [NAME...]: draws the figures of docs/figures, or those named, from the CSV
# files in DATA as TO/NAME.svg and TO/NAME.png.
set -eu
case $1 in /*) data=$1 ;; *) data=$PWD/$1 ;; esac
case $2 in /*) to=$2 ;; *) to=$PWD/$2 ;; esac
shift 2
command -v gnuplot > /dev/null || {
  echo 'make figures: gnuplot is not installed; make deps installs it' >&2
  exit 1
}
cd "$(dirname "$0")/../docs/figures"
[ $# -gt 0 ] || set -- $(ls ./*.gp | sed 's/^..//; s/\.gp$//; /^style$/d')
mkdir -p "$to"
for name in "$@"; do
  for kind in svg png; do
    gnuplot -e "data='$data'; out='$to/$name'; kind='$kind'" "$name.gp"
  done
done
echo "$# figures in $to"
