#!/bin/sh
# torture.sh [WHAT] [N]: the fault tests with as many cases as before a release. Started by `./run torture`.
#   kill [N]  N (10 000) kills of workers, half on SQLite, half on PostgreSQL, a seed each round (also: only N)
#   loss [N]  N (20 000) images of the files after a power cut
#   nth       every failure of SQL, wire and memory, one by one, on both engines
#   sim [N]   N (20 000) simulated worlds
#   all       all of these
# It prints what each round found and the sum; its status is not 0 when anybody was hurt.
set -eu
cd "$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)"
. tools/sh/lib.sh
what=${1:-kill}
case $what in
kill | loss | nth | sim | all) [ $# -eq 0 ] || shift ;;
*) what=kill ;;
esac
case ${1-} in
*[!0-9]*) die "torture.sh takes how many, not “$1”." ;;
esac
number=${1-}
need_packages $BUILD_PACKAGES $CHECK_PACKAGES
# as ./check made it, where it did
[ -f build/gcc/build.ninja ] || configure build/gcc -Dwerror=true
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'trap - TERM; kill 0' INT TERM
status=0

# round ENGINE COMMAND…: shows its counts and keeps all it said; false when somebody was hurt.
round() {
    engine=$1
    shift
    said=$log.${engine:-sqlite}
    [ -z "$engine" ] || set -- tools/with-postgres "$@"
    if ! PROPRE_TEST_DB=$engine "$@" >"$said" 2>&1; then
        status=1
        cat "$said"
    else
        grep '^# ' "$said" || true
    fi
    cat "$said" >>"$log"
    rm -f "$said"
}

# kills_on ENGINE N: N kills, a hundred of each kind of network a round.
kills_on() {
    seed=1
    left=$2
    while [ "$left" -gt 0 ]; do
        each=$(((left + 2) / 3))
        [ "$each" -le 100 ] || each=100
        round "$1" build/gcc/test/fault/test_fault_kill --kills "$each" --seed "$seed"
        seed=$((seed + 1))
        left=$((left - 3 * each))
    done
    return "$status"
}

# Both engines at once: most of the time is that of networks slower than a restart.
kills() {
    compile build/gcc test/fault/test_fault_kill
    half=$(((${1:-10000} + 1) / 2))
    kills_on '' "$half" &
    sqlite=$!
    kills_on postgres "$half" &
    postgres=$!
    wait "$sqlite" || status=1
    wait "$postgres" || status=1
    sed -n 's/^# .*: \([0-9]*\) kills, \([0-9]*\) posts, \([0-9]*\) duplicates, \([0-9]*\) lost, \([0-9]*\) stuck.*/\1 \2 \3 \4 \5/p' "$log" |
        awk '{k += $1; p += $2; d += $3; l += $4; s += $5}
             END {printf "%d kills, %d posts: %d duplicates, %d lost, %d stuck\n", k, p, d, l, s}'
}

losses() {
    compile build/gcc test/fault/test_fault_loss
    round '' build/gcc/test/fault/test_fault_loss --images "${1:-20000}"
}

nths() {
    compile build/gcc test/fault/test_fault_nth
    for engine in '' postgres; do
        round "$engine" env PROPRE_TEST_DIR=/dev/shm build/gcc/test/fault/test_fault_nth --every 1 --memory 1000000
    done
}

worlds() {
    compile build/gcc test/outbox/test_outbox_sim
    for engine in '' postgres; do
        round "$engine" env PROPRE_TEST_DIR=/dev/shm PROPRE_SEEDS=$((${1:-20000} / 2)) build/gcc/test/outbox/test_outbox_sim
    done
}

case $what in
kill) kills $number ;;
loss) losses $number ;;
nth) nths ;;
sim) worlds $number ;;
all)
    kills $number
    losses
    nths
    worlds
    ;;
esac
exit $status
