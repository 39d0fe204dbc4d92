#!/bin/sh
# What the compiler and the linker were asked for is in the program that came out. Usage: hardened.sh PROGRAM
set -u
program=$1
export LC_ALL=C
command -v readelf >/dev/null || { echo "1..0 # SKIP readelf is missing (package binutils)"; exit 0; }
names=$(readelf -W --dyn-syms "$program")
if printf '%s' "$names" | grep -q '__asan_init'; then
    echo "1..0 # SKIP a build with sanitizers is not the one that is given away"
    exit 0
fi
head=$(readelf -hW "$program")
dynamic=$(readelf -dW "$program")
segments=$(readelf -lW "$program")
n=0

# t NAME COMMAND...
t() {
    name=$1
    shift
    n=$((n + 1))
    if "$@"; then echo "ok $n - $name"; else echo "not ok $n - $name"; fi
}
has() { printf '%s\n' "$1" | grep -qE -e "$2"; }
lacks() { ! has "$1" "$2"; }
# Calls that check the length of what they write to, as -D_FORTIFY_SOURCE makes them.
checked() { [ "$(printf '%s\n' "$names" | grep -cE '__(memcpy|memmove|snprintf|vsnprintf|fprintf|read|pread)_chk')" -ge 3 ]; }

t "it is loaded where nobody expects it (PIE)" has "$dynamic" 'FLAGS_1.*PIE'
t "its type says so" has "$head" 'Type:.*DYN'
t "its tables are read-only once it runs (RELRO)" has "$segments" 'GNU_RELRO'
t "and all are filled in at once (BIND_NOW)" has "$dynamic" 'BIND_NOW|FLAGS_1.*NOW'
t "its stack holds no code" has "$segments" 'GNU_STACK .* RW +0x'
t "nothing can be written and run" lacks "$segments" ' RWE '
t "it looks for libraries only where the system does" lacks "$dynamic" 'RPATH|RUNPATH'
t "it does not mend its own code (TEXTREL)" lacks "$dynamic" 'TEXTREL'
t "a stack that was written over is noticed" has "$names" '__stack_chk_fail'
t "lengths are checked as they are written (FORTIFY)" checked
echo "1..$n"
