#!/bin/sh
# Acting from the command line, against a receiver of our own. TAP on standard output. Usage: act.sh PROGRAM DOUBLE
set -u
propre=$1
double=$2
n=0
# Itself, not a script that looks for it at each call.
if ! python=$(python3 -IS -c 'import sys; print(sys.executable)' 2>/dev/null); then
    echo "1..0 # SKIP python3 is not there"
    exit 0
fi
dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM
export LC_ALL=C.UTF-8 PYTHONUTF8=1
# A command that ends hurts nobody by what it leaves, and looking for that takes as long as the command: cli.sh looks.
[ -z "${ASAN_OPTIONS-}" ] || export ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0"
w=$dir/w.propre
export PROPRE_DATA="$w"

# t NAME EXIT PATTERN COMMAND...: the exit status, and an extended regular expression found in all that was printed.
t() {
    name=$1 want=$2 pattern=$3
    shift 3
    n=$((n + 1))
    out=$("$@" 2>&1 </dev/null)
    got=$?
    if [ "$got" = "$want" ] && printf '%s\n' "$out" | grep -qE -e "$pattern"; then
        echo "ok $n - $name"
    else
        echo "not ok $n - $name"
        echo "# exit $got (wanted $want), wanted /$pattern/ in:"
        printf '%s\n' "$out" | head -n 20 | sed 's/^/#   /'
    fi
}
# j NAME EXPRESSION COMMAND...: all of standard output is one JSON value v for which the Python expression holds.
j() {
    name=$1 expression=$2
    shift 2
    n=$((n + 1))
    if out=$("$@" --json 2>"$dir/err" </dev/null) && printf '%s' "$out" |
        "$python" -IS -c 'import json, sys
v = json.load(sys.stdin)
sys.exit(not eval(sys.argv[1]))' "$expression" 2>>"$dir/err"; then
        echo "ok $n - $name"
    else
        echo "not ok $n - $name"
        printf '%s\n' "$out" | head -n 5 | sed 's/^/#   /'
        sed 's/^/#   /' "$dir/err" | tail -n 5
    fi
}
# received NAME N PATTERN: so many lines of what the receiver wrote down match.
received() {
    n=$((n + 1))
    got=$(grep -cE -e "$3" "$dir/log")
    if [ "$got" = "$2" ]; then echo "ok $n - $1"; else
        echo "not ok $n - $1"
        echo "# $got lines match /$3/, wanted $2, in:"
        sed 's/^/#   /' "$dir/log"
    fi
}

: >"$dir/log"
"$python" "$double" "$dir/port" "$dir/log" &
pid=$!
tries=0
while [ ! -f "$dir/port" ] && [ $tries -lt 100000 ] && kill -0 "$pid" 2>/dev/null; do tries=$((tries + 1)); done
port=$(cat "$dir/port") || { echo "Bail out! the receiver did not start"; exit 1; }
printf 'webhook = https://in.example/\n' >"$dir/half"
(umask 077 && printf 'webhook = http://127.0.0.1:%s/in\nkey = a long shared text\n' "$port" >"$dir/secret")

# ---- a channel ----
t "init" 0 'made' "$propre" init --zone Europe/Paris
t "a channel that receives" 0 'added' "$propre" channel add "Blog" --network webhook
t "two to tell apart" 0 'added' "$propre" channel add "Atelier" --network manual
t "the list says what to do next" 0 'propre channel connect "Blog"' "$propre" channel list
t "what a connection needs is said, each by both its names" 2 'webhook \(Address that receives\), key \(Signing secret\)' "$propre" channel connect Blog
printf 'webhook = not a url\nkey = a long shared text\n' >"$dir/wrong"
t "what is no address is not kept" 2 'not the address of a server' "$propre" channel connect blog --secret-file "$dir/wrong"
t "one that is missing is named" 2 'Signing secret" \(key\)' "$propre" channel connect blog --secret-file "$dir/half"
t "connect, by the name in small letters; it is tried at once" 8 'propre channel allow 127.0.0.1:' "$propre" channel connect blog --secret-file "$dir/secret"
j "kept, and not verified" 'v[1]["account"] == "not verified"' "$propre" channel list
t "a private host is refused until it is named" 8 'ports 443 and 80' "$propre" channel verify Blog
t "the owner names it" 0 'may be reached' "$propre" channel allow "127.0.0.1:$port"
t "verify, by its network" 0 'Blog works\.$' "$propre" channel verify webhook
received "the ping is signed" 1 '^ping - True'
t "connected anew, it says at once that it works" 0 'Blog works\.$' "$propre" channel connect Blog --secret-file "$dir/secret"
t "the list shows the account" 0 'Blog.*connected' "$propre" channel list
j "the same for programs" 'v[1]["account"] == "connected" and v[1]["token_days_left"] is None' "$propre" channel list
t "limits name their source" 0 'pictures|No limit' "$propre" channel limits Blog

# ---- now ----
t "a post needs its channels" 2 'propre channel list' "$propre" post "Hello" --now
t "a channel that is not there" 3 '"Blok"' "$propre" post "Hello" --to Blok --now
t "one time, not two" 2 'say when, once' "$propre" post "Hello" --to blog --now --at "tomorrow 09:00"
t "a time nobody understands" 2 'tomorrow 09:00' "$propre" post "Hello" --to blog --at "soonish"
t "what would be asked" 0 'POST \[…\]' "$propre" post "Hello" --to blog --now --dry-run
j "the same for programs" 'v[0]["method"] == "POST" and "Hello" in v[0]["body"]' "$propre" post "Hello" --to blog --now --dry-run
t "nothing of it was kept" 0 'Nothing waits' "$propre" queue
t "post --now" 0 'Blog: .*number 1 ' "$propre" post "First light" --to BLOG --tags "tea, cups" --now
j "it waits" 'v[0]["id"] == 1 and v[0]["state"] == "scheduled"' "$propre" queue
t "the worker sends it" 0 '' "$propre" worker --once --quiet
received "once, whole and signed" 1 '^publish - True First light #tea,cups'
j "it is published" 'v[0]["state"] == "published" and v[0]["permalink"].startswith("https://example.org/")' "$propre" queue --all
t "the ledger" 0 'Publish it +done +200|Publish it +published +200' "$propre" attempts 1
t "in French too" 0 'Publier.*200' "$propre" attempts 1 --lang fr
j "the ledger for programs" 'len(v["attempts"][-1]["body_sha256"]) == 64 and v["delivery"]["id"] == 1' "$propre" attempts 1
t "the worker has nothing more, and says so" 0 '^0 published, 0 waiting, 0 need you' "$propre" worker --once --lanes 4
received "so it went out once" 1 '^publish'
t "lanes are a number" 2 'lanes' "$propre" worker --once --lanes many

# ---- where it is published ----
t "what is out is not edited in passing" 4 'propre edit 1 --live' "$propre" edit 1 --text "Second"
t "what a live edit would ask" 0 'POST .*' "$propre" edit 1 --live --text "First light, mended" --dry-run
received "asked is not done" 0 '^edit'
t "edit it there" 0 'changed where it is published' "$propre" edit 1 --live --text "First light, mended"
received "the receiver has the new text" 1 '^edit made-.* True First light, mended #tea,cups'
t "take it down" 0 'taken down' "$propre" withdraw 1
received "the receiver was told which" 1 '^withdraw made-.* True'
t "only once" 4 'taken down already' "$propre" withdraw 1
t "a number that is not there" 3 '99' "$propre" withdraw 99

# ---- what waits ----
j "a post for tomorrow" 'v["numbers"] == [2]' "$propre" post "Tomorrow" --to blog --at "tomorrow 09:00"
t "taking down what is not out" 4 'propre cancel' "$propre" withdraw 2
t "a number that is none" 2 'propre queue. shows' "$propre" move abc --at "tomorrow 09:00"
t "edit says what it can change" 2 'say what changes' "$propre" edit 2
t "edit what waits" 0 'changed' "$propre" edit 2 --text "Tomorrow, better" --title "Soon" --link https://example.org/x --tags tea
j "it is changed" 'v[0]["title"] == "Soon" and v[0]["text"] == "Tomorrow, better"' "$propre" queue
t "hold one" 0 'held back' "$propre" hold 2
j "release one" 'v["state"] == "scheduled"' "$propre" release 2
j "move one" 'v["wall"].endswith("T10:30")' "$propre" move 2 --at "tomorrow 10:30"
t "the week shows it" 0 '10:30 +2 +Blog' "$propre" schedule
t "the month is a leaf of the calendar, then the days" 0 '^Monday +Tuesday' "$propre" schedule --month
j "seven days for programs" 'len(v) == 7 and [p["id"] for d in v for p in d["posts"]] == [1, 2]' "$propre" schedule --week
t "days the wrong way round" 2 'the last day' "$propre" schedule --from 2026-12-31 --until 2026-12-01
j "cancel one" 'v["state"] == "cancelled"' "$propre" cancel 2
t "only once" 4 'Cancelled' "$propre" cancel 2
t "which is said in French" 4 'la remise 2 .*: Annulé' "$propre" cancel 2 --lang fr
t "a draft waits for a word" 0 'propre release 3' "$propre" post "Later" --to blog --draft
t "everything on hold" 0 'propre release' "$propre" hold
t "the queue says so" 0 'on hold' "$propre" queue
t "and off again" 0 'sent again' "$propre" release

# ---- an answer that never came ----
t "a post whose answer is lost" 0 'number 4' "$propre" post "lose the answer" --to blog --now
t "the worker" 0 '' "$propre" worker --once --quiet
j "it may be live, and is not sent again" '[d["state"] for d in v if d["id"] == 4] == ["person"]' "$propre" queue
t "say what you saw" 2 'say what you saw' "$propre" resolve 4
t "an address is one of the web" 2 'https://' "$propre" resolve 4 --live "javascript:alert(1)"
j "a person saw it" 'v["state"] == "published" and v["permalink"] == "https://example.org/seen" and v["reason"] is None' "$propre" resolve 4 --live https://example.org/seen
received "it was sent once" 1 'lose the answer'
t "a post that is refused" 0 'number 5' "$propre" post "refuse" --to blog --now
j "the worker says what it did" 'v == {"ok": True, "published": 0, "waiting": 0, "needs_person": 1}' "$propre" worker --once
t "the network's words are there" 0 'we do not take this' "$propre" attempts 5
j "it is over" '[d["state"] for d in v if d["id"] == 5] == ["rejected"]' "$propre" queue --all

# ---- slots and queues ----
t "a queue without a slot says how to make one" 3 'propre slot add "Blog" --queue "news"' "$propre" post "Q" --to blog --queue news
t "a slot" 0 'Slot 1 of Blog' "$propre" slot add blog --every monday,thursday --at 09:00 --queue news
t "the same slot twice" 4 'already' "$propre" slot add blog --every monday --at 9h --queue news
t "a slot needs its hour" 2 'at 09:00' "$propre" slot add blog --every monday
t "an hour that is none" 2 'not an hour' "$propre" slot add blog --at noonish
t "a day that is none" 2 'every "mundi"' "$propre" slot add blog --every mundi --at 09:00
j "slots for programs" '[s["weekday"] for s in v] == [1, 4] and v[0]["queue"] == "news"' "$propre" slot list
free=$("$propre" queue next --queue news --json | grep -o '"free_us":[0-9]*' | cut -d: -f2)
t "post --queue takes the next free" 0 'number 6' "$propre" post "Queued" --to blog --queue news
j "that moment" "[(d['due_us'], d['queue']) for d in v if d['id'] == 6] == [(${free:-0}, 'news')]" "$propre" queue
j "the next is another" "v[0]['free_us'] > ${free:-0}" "$propre" queue next
t "a queue stands still" 0 'queue resume' "$propre" queue pause news
t "and says so" 4 'queue resume "news"' "$propre" post "Q" --to blog --queue news
t "a queue that is not there" 3 'slot list' "$propre" queue pause newz
t "and goes on" 0 'again' "$propre" queue resume news
t "a slot removed" 0 'removed' "$propre" slot remove 2
t "a slot that is not there" 3 '99' "$propre" slot remove 99

# ---- what comes again ----
t "a rule nobody understands" 2 'weekly on monday' "$propre" post "R" --to blog --at "tomorrow 09:00" --repeat sometimes
t "what repeats has a first" 2 'the time of its first' "$propre" post "R" --to blog --now --repeat daily
t "until what?" 2 'repeat' "$propre" post "R" --to blog --now --until 2099-01-01
t "post --repeat" 0 'every Monday.*Next: .*09:00' "$propre" post "Weekly tea" --to blog --at "tomorrow 09:00" --repeat "weekly on monday"
j "its occurrences are in the queue" '[d["text"] for d in v].count("Weekly tea") == 2' "$propre" queue
j "two more weeks are planned" 'sum(p["state"] == "planned" for d in v for p in d["posts"]) >= 2' "$propre" schedule --month
j "the list" 'v[0]["id"] == 1 and v[0]["rule"] == "FREQ=WEEKLY;BYDAY=MO" and v[0]["state"] == "in use"' "$propre" repeat list
j "leave out the next" 'v["id"] == 1' "$propre" repeat skip 1
j "one is left of the two" '[d["text"] for d in v].count("Weekly tea") == 1' "$propre" queue
t "a day that has none" 3 'schedule' "$propre" repeat skip 1 --on today
j "stand still" 'v["waiting"] == 1' "$propre" repeat pause 1
t "it says so" 0 'stands still' "$propre" repeat list
j "go on" 'v["waiting"] == 1' "$propre" repeat resume 1
j "end it" 'v["cancelled"] == 1' "$propre" repeat end 1
t "only once" 4 'over already' "$propre" repeat end 1
j "nothing of it waits" '[d["text"] for d in v].count("Weekly tea") == 0' "$propre" queue
t "a number of the queue comes again" 0 'every month, on day 15' "$propre" repeat add 6 --repeat "monthly on the 15th" --times 3
j "an RRULE" 'v["repeat"] == 3' "$propre" post "R" --to blog --at "tomorrow 09:00" --repeat "FREQ=DAILY;INTERVAL=20" --until 2099-12-31
t "a rule for a number that is not there" 3 '99' "$propre" repeat add 99 --repeat daily

# ---- polls, names, tactics ----
t "a poll where there is none" 2 'Blog has no polls' "$propre" post "Tea?" --to blog --poll "Yes|No" --now
t "a poll needs --poll" 2 'add --poll' "$propre" post "Tea?" --to atelier --poll-hours 3 --now
t "a poll of one answer" 2 'with \| between' "$propre" post "Tea?" --to atelier --poll "Yes" --now
j "a poll" 'v["id"] > 0' "$propre" post "Tea?" --to atelier --poll "Yes|No|Both" --poll-hours 48 --draft
t "networks" 0 'added' "$propre" channel add "Bluesky" --network bluesky
t "networks" 0 'added' "$propre" channel add "Our toots" --network mastodon
t "a tactic" 0 'added' "$propre" tactic add "Tutorial"
j "the whole sentence" 'len(v["numbers"]) == 3' "$propre" post "How to brew" --to blog,bluesky,mastodon --tactic tutorial --at "tomorrow 09:00"
t "limits with their source and date" 0 'Bluesky +300 .*20[0-9]{2}-' "$propre" channel limits bluesky
j "limits for programs" 'v[0]["limit"] == "text_max" and v[0]["is"] == 300 and not v[0]["told_by_server"]' "$propre" channel limits bluesky
t "another on that network" 0 'added' "$propre" channel add "Their toots" --network mastodon --handle them
t "which of the two?" 2 'Our toots.*Their toots' "$propre" post "X" --to mastodon --now
t "an edit for one channel" 0 'changed' "$propre" edit "$("$propre" queue --json | grep -o '"id":[0-9]*' | tail -n 1 | cut -d: -f2)" --only --text "Only here"

# ---- channels: another name, put away, brought back ----
t "a channel is renamed" 0 'is called' "$propre" channel rename blog --to "Notes"
t "put away over what waits" 4 'planned posts wait for Notes' "$propre" channel archive Notes
t "put away, and held" 0 'on hold' "$propre" channel archive Notes --hold
t "among those put away" 0 'Notes' "$propre" channel list --archived
t "brought back" 0 'still on hold' "$propre" channel restore notes
t "renamed back" 0 'is called' "$propre" channel rename Notes --to Blog

# ---- nothing to connect, and not connected yet ----
t "a network nobody made a driver for" 0 'added' "$propre" channel add "Page" --network facebook
t "it is by hand" 0 'Page .*by hand' "$propre" channel list
t "there is nothing to connect" 0 'Page is published by hand' "$propre" channel connect Page
t "nor to verify" 0 'Page is published by hand' "$propre" channel verify Page
t "a post there" 0 'Page: ' "$propre" post "With my own hands" --to Page --now
t "a place that several ways lead to" 0 'added' "$propre" channel add "Own place" --network other
t "a post there too" 0 'Own place: ' "$propre" post "It waits for you" --to "Own place" --now
t "the worker goes through both" 0 '' "$propre" worker --once --quiet
j "the first is a person's" '[d["reason"] for d in v if d["text"] == "With my own hands" and d["state"] == "person"][0].startswith("It is time")' "$propre" queue
j "the second waits for its channel" '[d["reason"] for d in v if d["text"] == "It waits for you" and d["state"] == "held"][0].startswith("Its channel is not connected;")' "$propre" queue
t "which way is asked" 2 'with one of discord, webhook, manual' "$propre" channel connect "Own place"
t "connected and seen to work" 0 'Own place works\.' "$propre" channel connect "Own place" --way webhook --secret-file "$dir/secret"
t "the worker sends what waited" 0 '' "$propre" worker --once --quiet
received "once" 1 '^publish - True It waits for you'
t "one more there, for tomorrow" 0 'Own place: ' "$propre" post "And then?" --to "Own place" --at "tomorrow 09:00"
t "what waits is told when it is disconnected" 0 'wait for it: 1' "$propre" channel disconnect "Own place"

# ---- what it stands on is not there yet ----
t "no database yet: the worker says so and does not pretend to run" 7 'does not answer' "$propre" worker --data postgresql://127.0.0.1:1/x
t "no database yet: nor do the pages start without their worker" 7 'does not answer' "$propre" serve --data postgresql://127.0.0.1:1/x

# ---- what has no time, and what was cancelled ----
made() { "$propre" "$@" --json 2>/dev/null | grep -o '"numbers":\[[0-9]*' | grep -o '[0-9]*$'; }
id=$(made post "Some day" --to blog --draft)
t "a draft has no time" 0 "$id +no time yet" "$propre" queue
j "nor for programs" "[d['due_us'] for d in v if d['id'] == $id] == [None]" "$propre" queue
t "nor is it let go without one" 2 "propre release $id --at" "$propre" release "$id"
t "one time, not two" 2 'one of --at and --now' "$propre" release "$id" --at "tomorrow 09:00" --now
j "with one it goes out then" 'v["state"] == "scheduled" and v["wall"].endswith("T11:00")' "$propre" release "$id" --at "tomorrow 11:00"
t "cancelled" 0 'cancelled' "$propre" cancel "$id"
j "it is planned again, by another number" "v['id'] > $id and v['state'] == 'scheduled' and v['wall'].endswith('T11:00')" "$propre" release "$id"
t "only once" 4 'planned for that channel already' "$propre" move "$id" --at "tomorrow 12:00"
t "at another time, in French" 0 'reste annulé' sh -c "'$propre' cancel $((id + 1)) && '$propre' move $((id + 1)) --at 'demain 13 h' --lang fr"
long=$(printf '%0400d' 0)
t "what is too long is kept as a draft" 2 'propre release [0-9]* --now' "$propre" post "$long" --to bluesky --now
id=$("$propre" queue --json | grep -o '"id":[0-9]*,"post":[0-9]*,"channel":"Bluesky","network":"bluesky","state":"draft"' | head -n 1 | grep -o '^"id":[0-9]*' | cut -d: -f2)
t "and not let go as it is" 2 'Bluesky: The text is 400 characters long; at most 300 are taken' "$propre" release "$id" --now

# ---- what needs a person ----
t "what needs a person is said with its post" 0 'Number 5, Blog, “refuse”: ' "$propre" incident list
t "in French too" 0 'Le numéro 5, Blog, «.refuse.».: ' "$propre" incident list --lang fr
j "and for programs" '[i["title"] for i in v if i["closed_us"] is None] == ["With my own hands", "refuse"]' "$propre" incident list
t "let be" 0 'cancelled' "$propre" cancel 5
t "and what a person was to publish" 0 'noted' "$propre" resolve 14 --drop
t "then nothing does" 0 '^Nothing needs you' "$propre" incident list
t "what is over is there when asked for" 0 '“refuse”: .*\(over\)' "$propre" incident list --all

# ---- French, and a restored backup ----
t "French puts a space before the colon" 3 'vérification de [^ ]*[^ ]: ' "$propre" channel verify Bluesky --lang fr
t "French" 0 '^Jour .*Canal' "$propre" schedule --lang fr
t "French errors" 2 'quand' "$propre" post "X" --to blog --lang fr
t "French rules" 0 'chaque lundi' "$propre" post "Thé" --to blog --at "demain 9 h" --repeat "tous les lundis" --lang fr
t "an error for programs" 3 '"error":"absent"' "$propre" attempts 99 --json
t "a backup" 0 'backup' "$propre" backup "$dir/b.propre"
t "restored elsewhere, it is on hold" 0 'until you release' "$propre" restore "$dir/b.propre" --data "$dir/r.propre"
t "and its queue says so" 0 'on hold' "$propre" queue --data "$dir/r.propre"
received "no secret and no text went out unsigned" 0 ' False '

echo "1..$n"
