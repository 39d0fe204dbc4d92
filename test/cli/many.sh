#!/bin/sh
# A file of 100 000 rows: bounded memory, a bar that moves, all or nothing, all taken back.
# TAP on standard output. Usage: many.sh PROGRAM PEAK
set -u
propre=$1
peak=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
export LC_ALL=C.UTF-8
rows=100000
grep -q __asan_init "$propre" && rows=5000 # its own books are the larger part, and slow: only the rest is looked at
n=0

# t NAME PATTERN TEXT
t() {
    n=$((n + 1))
    if printf '%s\n' "$3" | grep -qE -e "$2"; then
        echo "ok $n - $1"
    else
        echo "not ok $n - $1"
        printf '%s\n' "$3" | tail -n 5 | sed 's/^/# /'
    fi
}

# One row in a thousand does not say how many engagements.
awk -v rows=$rows 'BEGIN {
    print "Tweet id,Tweet permalink,Tweet text,time,impressions,engagements,likes,replies,retweets"
    for (i = 1; i <= rows; i++)
        printf "%d,https://x.com/demo/status/%d,Post number %d about tea,2025-%02d-%02d %02d:00 +0000,%d,%s,%d,%d,%d\n",
            1000000 + i, 1000000 + i, i, i % 12 + 1, i % 28 + 1, i % 24, 100 + i % 5000, i % 1000 ? i % 50 : "", i % 20, i % 5, i % 7
}' >"$dir/many.csv"
head -n 1001 "$dir/many.csv" >"$dir/few.csv"
# The same, but for one row near the end that is cut.
sed "$((rows - 10))s/,2025.*/,2025-02-30 10:00 +0000,1,1,1,1,1/" "$dir/many.csv" >"$dir/odd.csv"
grouped=$(printf '%d' $rows | sed 's/\(...\)$/,\1/')

said=$("$propre" init --data "$dir/w.propre" 2>&1)
few=$("$peak" "$propre" import "$dir/few.csv" --channel X --network x --data "$dir/w.propre" --quiet | sed -n 's/^peak \([0-9]*\) kB/\1/p')
t "a thousand rows are taken in" '^[0-9]+$' "$few"

said=$("$peak" "$propre" import "$dir/odd.csv" --dry-run --data "$dir/w.propre" 2>&1)
t "the one wrong row of $rows is named" "line $(printf '%d' $((rows - 10)) | sed 's/\(...\)$/,\1/'), time .refused" "$said"

said=$("$peak" "$propre" import "$dir/many.csv" --data "$dir/w.propre" 2>&1)
t "$rows rows are taken in; a thousand were known" "$(printf '%d' $((rows - 1000)) | sed 's/\(...\)$/,\1/') new posts, 1,000 known" "$said"
t "the bar comes to its end" '\[#{30}\] 100 %' "$said"
if [ $rows = 100000 ]; then
    many=$(printf '%s\n' "$said" | sed -n 's/^peak \([0-9]*\) kB/\1/p')
    # What was seen before is remembered: some hundred bytes a row, 16 MB of 32. The rows themselves, with what is made
    # of them, would be over 100 MB.
    t "a hundred times the rows take less than 32 MB more" '^less' \
        "$([ "$many" -lt $((few + 32 * 1024)) ] && echo less || echo "$few kB for 1000 rows, $many kB for $rows")"
else
    n=$((n + 1))
    echo "ok $n - memory # SKIP a build with sanitizers keeps books of its own"
fi
if [ $rows = 100000 ]; then
    t "what learning leaves out is said" 'latest 50,000 posts' "$("$propre" effects --preview --data "$dir/w.propre" 2>&1)"
else
    n=$((n + 1))
    echo "ok $n - what learning leaves out is said # SKIP fewer posts than it takes"
fi
t "the posts are there" "of $grouped posts" "$("$propre" post list --data "$dir/w.propre" 2>&1)"
said=$("$propre" import undo 2 --data "$dir/w.propre" 2>&1)
t "all of it is taken back" 'Undone: ' "$said"
echo "1..$n"
