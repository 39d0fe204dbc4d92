#!/bin/sh
# Prints the figures of the README. Started by `./run bench`; nothing here is asserted, machines differ.
# What it uses besides the build: GNU time, curl, wrk; R with rstan only when it is installed.
set -eu
cd "$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)"
. tools/sh/lib.sh
need_packages $BENCH_PACKAGES
compile build/run
propre=$PWD/build/run/src/cli/propre
dir=$(mktemp -d)
server=
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$dir"
}
trap cleanup EXIT INT TERM

echo "# binary"
ls -l "$propre" | awk '{printf "size of the program: %.1f MB\n", $5 / 1e6}'
strip -o "$dir/stripped" "$propre"
ls -l "$dir/stripped" | awk '{printf "without debug symbols: %.1f MB\n", $5 / 1e6}'

echo "# effects on the 500 posts, 4 x (1000 + 1000)"
build/run/bench/bench_effects | tee "$dir/ours"
if command -v Rscript >/dev/null 2>&1 && Rscript -e 'library(rstan)' >/dev/null 2>&1; then
    if Rscript bench/effects_stan.R >"$dir/stan" 2>"$dir/stan.err"; then
        cat "$dir/stan"
        awk '/bulk ESS min per CPU second/ {ours = $NF} /^rstan/ {stan = $NF}
            END {printf "bulk ESS per CPU second, Propre to rstan: %.1f times\n", ours / stan}' "$dir/ours" "$dir/stan"
    else
        tail -n 5 "$dir/stan.err"
        echo "SKIP rstan is installed but did not run, the lines above say why: no comparison in this run"
    fi
else
    echo "SKIP rstan is not installed (apt-get install r-cran-rstan libboost-dev): no comparison in this run"
fi

echo "# import of 100 000 rows"
awk 'BEGIN {
    print "Post id,Date,Post text,Post Link,Impressions,Likes,Engagements,Bookmarks,Shares,New follows,Replies,Reposts,Profile visits,Detail Expands,URL Clicks,Hashtag Clicks,Permalink Clicks"
    srand(1)
    for (i = 1; i <= 100000; i++) {
        views = int(100 + 5000 * rand()); likes = int(views * 0.02 * rand())
        printf "%d,\"2025-%02d-%02d\",\"Post number %d, about tea; with “quotes” and an accent é\",https://x.com/demo/status/%d,%d,%d,%d,0,%d,0,%d,%d,1,2,%d,0,0\n",
            1000000 + i, i % 12 + 1, i % 28 + 1, i, 1000000 + i, views, likes, likes * 2, i % 5, i % 3, i % 7, i % 11
    }
}' >"$dir/account_analytics_content_2025-01-01_2025-12-31.csv"
"$propre" init --data "$dir/w.propre" --zone Europe/Paris --quiet
/usr/bin/time -f "%e %M" -o "$dir/time" "$propre" import "$dir"/account_*.csv --data "$dir/w.propre" --quiet
awk '{printf "rows per second: %.0f\npeak memory: %.1f MB\n", 100000 / $1, $2 / 1024}' "$dir/time"

echo "# serving"
"$propre" demo --no-serve --data "$dir/demo.propre" --quiet
for try in 1 2 3; do
    build/run/bench/first_byte "$propre" serve --data "$dir/demo.propre" --port 0
done
"$propre" serve --data "$dir/demo.propre" --port 0 >"$dir/out" 2>&1 &
server=$!
for try in 1 2 3 4 5 6 7 8 9 10; do
    base=$(sed -n 's#.*\(http://127.0.0.1:[0-9]*\)/.*#\1#p' "$dir/out" | head -n 1)
    link=$(sed -n 's#.*\(http://127.0.0.1:[0-9]*/[^ ]*\).*#\1#p' "$dir/out" | grep -v '/$' | head -n 1)
    [ -n "$base" ] && [ -n "$link" ] && break
    sleep 0.5
done
# The one-time link shows a button; pressing it signs in, and the first visit chooses a password.
token() { sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' | head -n 1; }
visit() { curl -s -b "$dir/cookies" -c "$dir/cookies" -H "Origin: $base" "$@"; }
csrf=$(visit "$link" | token)
visit -o "$dir/answer" --data-urlencode "csrf=$csrf" "$link"
csrf=$(visit "$base/password" | token)
visit -o "$dir/answer" --data-urlencode "csrf=$csrf" -d "password=only for the bench" -d "again=only for the bench" "$base/password"
cookie=$(awk '$6 ~ /propre/ {print $6 "=" $7}' "$dir/cookies" | paste -sd ';' -)
for page in / /results; do
    echo "page $page under wrk -t2 -c64 -d10s"
    code=$(curl -s -o /dev/null -w '%{http_code}' -b "$cookie" "$base$page")
    [ "$code" = 200 ] || die "bench: $page answered $code and not 200: signing in did not work, and the figures would be those of another page"
    wrk -t2 -c64 -d10s --latency -H "Cookie: $cookie" "$base$page" | grep -E 'Requests/sec|50%|99%|Non-2xx|Socket errors'
done

sh bench/acting.sh
