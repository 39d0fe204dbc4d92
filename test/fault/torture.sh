#!/bin/sh
# torture.sh [KILLS]: the fault test with many more kills (10 000), half on SQLite, half on PostgreSQL, a seed each
# round; prints what each round found and the sum. Started by `./run torture`.
set -eu
cd "$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)"
. tools/sh/lib.sh
kills=${1:-10000}
case $kills in
*[!0-9]* | '') die "torture.sh takes how many kills, not “$kills”." ;;
esac
need_packages $BUILD_PACKAGES $CHECK_PACKAGES
configure build/gcc -Dwerror=true
compile build/gcc test/fault/test_fault_kill
log=$(mktemp)
trap 'rm -f "$log"' EXIT INT TERM
seed=1
status=0
done_n=0
while [ "$done_n" -lt "$kills" ]; do
    each=$(((kills - done_n + 5) / 6))
    [ "$each" -le 100 ] || each=100
    for engine in '' postgres; do
        PROPRE_TEST_DB=$engine tools/with-postgres build/gcc/test/fault/test_fault_kill --kills "$each" --seed "$seed" \
            2>&1 | tee -a "$log" | grep -E '^# |FAILED' || true
    done
    seed=$((seed + 1))
    done_n=$((done_n + 6 * each))
done
grep -q FAILED "$log" && status=1
sed -n 's/^# .*: \([0-9]*\) kills, \([0-9]*\) posts, \([0-9]*\) duplicates, \([0-9]*\) lost, \([0-9]*\) stuck.*/\1 \2 \3 \4 \5/p' "$log" |
    awk '{k += $1; p += $2; d += $3; l += $4; s += $5}
         END {printf "%d kills, %d posts: %d duplicates, %d lost, %d stuck\n", k, p, d, l, s}'
exit $status
