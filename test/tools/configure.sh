#!/bin/sh
# When a build is prepared again, with a meson that only notes what it was asked. Usage: configure.sh LIB. TAP.
set -u
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT INT TERM
. "$1"
unset CC CC_LD
meson() {
    echo "$*" >>"$place/asked"
    mkdir -p "$2" && touch "$2/build.ninja"
}
n=0

# asked NAME TIMES: how often meson was, until now.
asked() {
    n=$((n + 1))
    got=$(wc -l <"$place/asked" | tr -d ' ')
    if [ "$got" = "$2" ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; echo "# asked $got times, wanted $2"; fi
}

configure "$place/b" -Dtests=false -Dsqlite=system
asked "the first time" 1
configure "$place/b" -Dtests=false -Dsqlite=system
asked "the same again is left" 1
touch "$place/b/remains"
configure "$place/b" -Dtests=false
asked "other options" 2
n=$((n + 1))
if [ -e "$place/b/remains" ]; then echo "not ok $n - nothing of the old options remains"; else echo "ok $n - nothing of the old options remains"; fi
CC=clang
configure "$place/b" -Dtests=false
asked "another compiler" 3
configure "$place/b" -Dtests=false
asked "and that is left" 3
echo "1..$n"
