#!/bin/sh
# model.sh MODEL: checks every order of events of the protocol's model, and that each of its mutants is caught. TAP.
set -u
model=$1
for program in spin cc; do
    command -v $program >/dev/null || { echo "1..0 # SKIP $program is not installed"; exit 0; }
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work" || exit 1
cp "$model" model.pml

# check FLAGS…: leaves what the checker said in $work/said
check() {
    spin "$@" -a model.pml >spin.out 2>&1 || { cat spin.out; return 1; }
    cc -O1 -w -DSAFETY -DVECTORSZ=2048 -o pan pan.c 2>cc.out || { cat cc.out; return 1; }
    ./pan -m100000 -w20 >said 2>&1
    grep -q 'errors: ' said && ! grep -q 'max search depth too small' said
}

echo "1..7"
if check && grep -q 'errors: 0' said; then
    echo "ok 1 - the protocol: nothing twice, nothing lost, nothing stuck ($(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' said) states)"
else
    echo "not ok 1 - the protocol"
    sed 's/^/# /' said
fi
n=2
for mutant in NO_QUARANTINE ONE_LOOK RETRY_UNKNOWN CALL_FIRST CHECK_THEN_SET OLD_TEXT; do
    if check -D$mutant && ! grep -q 'errors: 0' said; then
        echo "ok $n - without it the model breaks: $mutant ($(sed -n 's/^pan:[0-9]*: //p' said | head -n 1))"
    else
        echo "not ok $n - $mutant was not caught"
        sed 's/^/# /' said
    fi
    n=$((n + 1))
done
