#!/bin/sh
# ci/packages.txt: every package once, with a version, a list and a reason; the scripts that install
# have their packages from there, and every list has a script.
planned=4
. tests/build/tap.sh

rows() { grep -v '^#' ci/packages.txt; }
whole() {
  none "$(rows | awk 'NF < 4 || $2 !~ /^[0-9]/ || $3 !~ /^deps[a-z0-9_,-]*$/')" &&
    [ "$(rows | wc -l)" -ge 60 ]
}
check 'each row has a name, a version, lists and a reason' whole
once() { none "$(rows | awk '{ print $1 }' | sort | uniq -d)"; }
check 'no package stands there twice' once
lists() { rows | awk '{ print $3 }' | tr , '\n' | sort -u; }
installed() { sed -n 's/^install [a-z-]* //p' ci/deps*.sh | grep -o 'deps[a-z0-9_-]*' | sort -u; }
each_list() {
  lists > "$tmp/lists"
  installed > "$tmp/installed"
  diff "$tmp/lists" "$tmp/installed"
}
check 'the lists are those that the scripts install' each_list
named() { # no script asks apt for a package itself, but for those of another architecture
  none "$(grep -l 'apt-get.* install' ci/*.sh | grep -v '^ci/install.sh$')"
}
check 'nothing else installs' named

finish
