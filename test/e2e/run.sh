#!/bin/sh
# Browser tests: every page with made-up data, then the program as a person meets it.
#   sh test/e2e/run.sh build/gcc/src/cli/propre
# TAP on the way, "N passed, N failed" at the end; what is absent is skipped with its reason.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
program=${1:?the program to test}
build=${program%/src/cli/*}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
if ! command -v node >/dev/null; then
    echo "SKIP browser tests: node is not installed (Debian: apt-get install nodejs)"
    exit 0
fi
for test in "pages.mjs $build/test/web/test_web_pages" "app.mjs $program" "compose.mjs $program"; do
    # shellcheck disable=SC2086 -- a test and its argument
    set -- $test
    echo "# $1"
    node "$here/$1" "$2" 2>>"$log.err" | tee -a "$log" | grep -v -e '^1\.\.' -e ' passed, '
    tail -n 1 "$log" | grep -q -e ' 0 failed$' -e 'SKIP' || status=1
done
cat "$log.err" >&2
rm -f "$log.err"
printf '%s passed, %s failed\n' "$(grep -c '^ok ' "$log")" "$(grep -c '^not ok ' "$log")"
exit "$status"
