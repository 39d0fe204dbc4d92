#!/bin/sh
# Prints the figures of README "Acting": started by `./run bench`, or alone by `./run acting`. Nothing is asserted.
# What it uses besides the build: PostgreSQL's server for the lines that say so; without it they say SKIP.
set -eu
cd "$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)"
. tools/sh/lib.sh
build=${PROPRE_BUILD:-build/run}
compile "$build" bench/bench_acting
bench=$PWD/$build/bench/bench_acting
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
n=0

# fresh: a new folder $at with a new file $at/w.propre
fresh() {
    n=$((n + 1))
    at=$dir/$n
    mkdir "$at"
}
# speed POSTS ACCOUNTS WAIT_MS SPREAD_MS LANES
speed() {
    fresh
    "$bench" speed "$at" "$at/w.propre" "$@" || echo "FAILED: not all were out"
    rm -rf "$at"
}
# claim QUERY: its SQL as the program has it
claim() {
    awk -v query="-- query: $1" '$0 == query {on = 1; next} on && !/^--/ {print} on && /;$/ {exit}' src/outbox/sql/claim.sql
}

# A million deliveries in the state "scheduled": 20 000 messages to each of 50 accounts, a second apart from $1 on.
messages='INSERT INTO message (id, workspace_id, body, intent, created_us, changed_us)'
deliveries='INSERT INTO delivery (workspace_id, message_id, channel_id, state, due_us, next_us, key, created_us, changed_us)'
from=4000000000000000
numbers='WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)'

scan_sqlite() {
    fresh
    "$bench" make "$at" "$at/w.propre" 50
    "$bench" sqlite "$at/w.propre" "$numbers $messages SELECT i, 1, 'a text of the usual length', 'adhoc', 0, 0 FROM n"
    "$bench" sqlite "$at/w.propre" "$numbers $deliveries SELECT 1, i, c.id, 'scheduled', $from + (i * 50 + c.id) * 1000000,
        $from + (i * 50 + c.id) * 1000000, printf('%032d', i * 50 + c.id), 0, 0 FROM n, channel AS c"
    for query in claim_ready claim_next; do
        "$bench" sqlite "$at/w.propre" "EXPLAIN QUERY PLAN $(claim $query)" | sed "s/^/  plan of $query, SQLite: /"
    done
    looks "$at/w.propre"
    rm -rf "$at"
}
# looks ADDRESS: none due, and more and more
looks() {
    for due in 0 1000 10000; do
        "$bench" scan "$at" "$1" "$due" $((from + (due + 50) * 1000000))
    done
}
scan_postgres() {
    fresh
    sql() { psql -q -v ON_ERROR_STOP=1 -At "$PROPRE_TEST_POSTGRES" -c "$1"; }
    "$bench" make "$at" "$PROPRE_TEST_POSTGRES" 50
    sql "$messages OVERRIDING SYSTEM VALUE SELECT i, 1, 'a text of the usual length', 'adhoc', 0, 0 FROM generate_series(1, 20000) AS i"
    sql "$deliveries SELECT 1, i, c.id, 'scheduled', $from + (i * 50 + c.id) * 1000000, $from + (i * 50 + c.id) * 1000000,
        right(repeat('0', 32) || (i * 50 + c.id), 32), 0, 0 FROM generate_series(1, 20000) AS i, channel AS c"
    sql "ANALYZE"
    psql -q -v ON_ERROR_STOP=1 -At "$PROPRE_TEST_POSTGRES" -c "PREPARE ready(bigint, bigint, bigint, bigint) AS $(claim claim_ready)" \
        -c "EXPLAIN EXECUTE ready($from, 60000000, 600000000, 64)" | sed 's/^/  plan of claim_ready, PostgreSQL: /'
    looks "$PROPRE_TEST_POSTGRES"
    rm -rf "$at"
}

case ${1-all} in
all)
    echo "# acting: $(nproc) cores, load before $(cut -d ' ' -f 1-3 /proc/loadavg), data on $(df --output=fstype "$dir" | tail -n 1), every commit waits for the disk"
    speed 2000 200 0 0 64
    speed 1000 50 200 1000 64
    speed 200 50 200 1000 1
    speed 200 50 200 1000 64
    scan_sqlite
    if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
        tools/with-postgres sh bench/acting.sh postgres
    else
        echo "SKIP PostgreSQL's server is not installed (apt-get install postgresql): no look of its own"
    fi
    fresh
    # Late ones keep five minutes between them, and six hours late a person is asked: fifty are out before.
    "$bench" storm "$at" "$at/w.propre" 50 3600 || echo "FAILED: not all were out"
    echo "# load after $(cut -d ' ' -f 1-3 /proc/loadavg)"
    ;;
postgres) scan_postgres ;;
*) die "acting.sh takes nothing, not “$1”." ;;
esac
