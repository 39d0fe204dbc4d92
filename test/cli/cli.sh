#!/bin/sh
# The command line as a person uses it. TAP on standard output. Usage: cli.sh PROGRAM CASES_DIR DEMO_CSV
set -u
propre=$1
cases=$2
demo=$3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
export LC_ALL=C.UTF-8
n=0

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
# posts: how many posts the workspace has, from the machine-readable list.
posts() { "$propre" post list --limit 1000 --json --data "$1" 2>/dev/null | grep -o '"id":' | wc -l | tr -d ' '; }
same_posts() {
    name=$1 want=$2 file=$3
    n=$((n + 1))
    got=$(posts "$file")
    if [ "$got" = "$want" ]; then echo "ok $n - $name"; else echo "not ok $n - $name"; echo "# $got posts, wanted $want"; fi
}

w=$dir/w.propre

# ---- finding one's way ----
t "help lists the commands" 0 'import FILE' "$propre" help
t "--help is help" 0 'import FILE' "$propre" --help
t "-h is help" 0 'import FILE' "$propre" -h
t "--version is version" 0 '^propre [0-9]' "$propre" --version
t "help speaks French" 0 'Énumérer les importations' "$propre" help import --lang fr
t "help of one command names its options" 0 '--dry-run' "$propre" import --help
t "a misspelt command is guessed" 2 'did you mean "import"' "$propre" imprt x.csv
t "a misspelt command is guessed in French" 2 'vouliez-vous dire' "$propre" imprt x.csv --lang fr
t "an unknown option is named" 2 'is not an option' "$propre" import --frob x.csv
t "an option without its value is named" 2 'needs a value' "$propre" init --name
t "help of a verb, in two words" 0 '^propre channel add NAME' "$propre" help channel add
t "or in one" 0 '^propre channel add NAME' "$propre" help "channel add"
t "help of a verb that is not there" 3 '"channel frob"' "$propre" help channel frob
t "what is taken everywhere is taken before the command" 0 'Énumérer les importations' "$propre" --lang fr help import
t "and with an equals sign" 0 'Énumérer les importations' "$propre" --lang=fr --help import
t "a command of one word is named as it is" 2 '`propre help` does not know' "$propre" help channel add more
t "the version names the database" 0 'SQLite 3' "$propre" version
t "the manual is a manual page" 0 '^\.TH PROPRE 1' "$propre" manual
t "completion is a script" 0 'complete -F _propre propre' "$propre" completion
t "without a workspace it says how to make one" 3 'propre init --data' "$propre" post list --data "$dir/none.propre"

# ---- a workspace ----
t "init makes a workspace" 0 'made' "$propre" init --data "$w" --zone Europe/Paris --name "Thé & Cie"
t "init never overwrites" 4 'exists' "$propre" init --data "$w"
t "a zone that does not exist is refused" 2 'Mars/Olympus' "$propre" init --data "$dir/mars.propre" --zone Mars/Olympus
t "a refused init leaves nothing behind" 2 'cannot access' ls "$dir/mars.propre"
t "a second one for French" 0 'fr.propre' "$propre" init --data "$dir/fr.propre" --lang fr
t "the first day of the week has its name" 0 'semaine.: lundi' "$propre" workspace show --data "$dir/fr.propre" --lang fr
t "the workspace shows its zone" 0 'Europe/Paris' "$propre" workspace show --data "$w"
t "the name can be changed" 0 'Maison' "$propre" workspace set --name Maison --data "$w"

# ---- an empty workspace teaches ----
t "no objective yet" 0 'propre objective add' "$propre" objective list --data "$w"
t "no post yet" 0 'propre import' "$propre" post list --data "$w"
t "no effects without posts" 3 'propre import' "$propre" effects --data "$w"

# ---- aims and means ----
t "an objective" 0 'added' "$propre" objective add "More orders" --metric clicks --target 500 --deadline 2027-12-31 --data "$w"
t "French writes its decimals with a comma" 0 '"id":1' "$propre" objective add "Plus" --metric clicks --target 1500,5 --deadline 2027-12-31 --json --lang fr --data "$dir/fr.propre"
t "and means them" 0 '"target":1500.5' "$propre" objective show 1 --json --data "$dir/fr.propre"
t "English does not" 2 '"1500,5" is not a number' "$propre" objective add "More" --metric clicks --target 1500,5 --deadline 2027-12-31 --lang en --data "$w"
t "a day that does not exist" 2 '2027-02-30.*like 2026-12-31' "$propre" objective add X --target 1 --deadline 2027-02-30 --data "$w"
t "a target is needed" 2 'target' "$propre" objective add X --deadline 2027-12-31 --data "$w"
t "objectives are listed" 0 'More orders' "$propre" objective list --data "$w"
t "an objective that is not there" 3 '99' "$propre" objective show 99 --data "$w"
t "a tactic" 0 'added' "$propre" tactic add "Tutorials" --hypothesis "People share what helps" --objective 1 --data "$w"
t "the same tactic twice" 4 'Tutorials' "$propre" tactic add "Tutorials" --data "$w"
t "a channel" 0 'added' "$propre" channel add "Our blog" --network blog --handle blog.example --data "$w"
t "an unknown network is answered with the list" 2 'facebook, instagram' "$propre" channel add X --network myspace2 --data "$w"
t "a post by hand" 0 'recorded' "$propre" post add "How to brew tea" --channel "Our blog" --tactic Tutorials --data "$w"
t "posts are listed" 0 'How to brew tea' "$propre" post list --data "$w"

# ---- from a file to an answer ----
d=$dir/d.propre
t "init for the file" 0 'made' "$propre" init --data "$d" --zone Europe/Paris
t "dry run says what would happen" 0 '500 rows' "$propre" import "$demo" --dry-run --data "$d"
same_posts "a dry run writes nothing" 0 "$d"
t "the file is recognised and imported" 0 'Imported: 500 new posts' "$propre" import "$demo" --data "$d"
same_posts "all posts are there" 500 "$d"
t "the same file twice adds nothing" 0 'nothing was added' "$propre" import "$demo" --data "$d"
same_posts "still as many posts" 500 "$d"
t "preview at once" 0 'preview' "$propre" effects --preview --data "$d"
t "nothing is kept of a preview" 3 'propre effects' "$propre" effects show --data "$d"
t "a short computation says that it did not settle" 0 'did not settle' "$propre" effects --chains 2 --draws 50 --data "$d"
t "what did not settle shows the numbers of the preview" 0 "$("$propre" effects --preview --data "$d" | grep -o -m 1 '90%: [^)]*')" "$propre" effects show --data "$d"
t "and as JSON has the preview beside it" 0 '"settled":false.*"preview":.' "$propre" effects show --json --data "$d"
t "the kept answer is shown" 0 'Photo' "$propre" effects show --data "$d"
t "the kept answer as JSON has its fingerprint" 0 '"fingerprint":"[0-9a-f]{64}"' "$propre" effects show --json --data "$d"
t "the confounding sentence is there" 0 'You chose' "$propre" effects show --data "$d"
t "the same in French" 0 'vous qui avez choisi' "$propre" effects show --lang fr --data "$d"
t "an unknown outcome is answered with the list" 2 'interactions' "$propre" effects --outcome joy --data "$d"
l=$dir/l.propre
{
    echo 'When,Words,Liked'
    for day in 05 06 07 08 09 10; do echo "2026-01-$day 10:00,a,1$day"; done
} >"$dir/likes.csv"
t "init for a file without interactions" 0 'made' "$propre" init --data "$l"
t "its columns are said" 0 'Imported: 6 new posts' "$propre" import "$dir/likes.csv" --channel Ours --network other --map "When=published,Words=body,Liked=likes" --data "$l"
t "the answer is about what it has" 0 '"outcome":"likes"' "$propre" effects --preview --json --data "$l"
t "undo takes the import back" 0 'Undone: 500 posts' "$propre" import undo 1 --data "$d"
same_posts "no post is left" 0 "$d"
t "undoing twice is refused" 4 'undone' "$propre" import undo 1 --data "$d"
t "the answer is stale now" 0 'changed since' "$propre" effects show --data "$d"
t "the file can be imported again" 0 'Imported: 500 new posts' "$propre" import "$demo" --data "$d"

# ---- bad input: a clear message, nothing half-written ----
printf '\211PNG\r\n\032\n\000\000\000\rIHDR\000\000' >"$dir/picture.csv"
t "a binary file is refused" 2 'picture.csv' "$propre" import "$dir/picture.csv" --data "$d"
: >"$dir/empty.csv"
t "an empty file is refused" 2 'empty.csv' "$propre" import "$dir/empty.csv" --data "$d"
head -c 20000 "$demo" >"$dir/cut.csv"
t "a file cut in the middle of a row says which row" 0 'line [0-9]+' "$propre" import "$dir/cut.csv" --dry-run --data "$d"
printf 'a,b\n1,2\n' >"$dir/other.csv"
t "an unknown file asks what its columns mean" 2 '--map' "$propre" import "$dir/other.csv" --data "$d"
t "a word that is none is answered with all" 2 'likes.*hides.*permalink.*effort_minutes' "$propre" import "$dir/other.csv" --map a=joy --data "$d"
t "the words are listed too" 0 'published +Date' "$propre" import fields
t "and named by the help" 0 'propre import fields' "$propre" import --help
t "as JSON an unknown file tells its columns, and what it asks" 2 '"asks":\["map"\].*"header":"a","field":"ignore","example":"1"' "$propre" import "$dir/other.csv" --dry-run --json --data "$d"
t "a command without its file is named without a gap" 2 '`propre import` needs FILE' "$propre" import
printf 'Tweet id,Tweet permalink,Tweet text,time,impressions,engagements,Odd\n7,,a,2026-01-02 10:00 +0000,1,1,9\n8,,b,,1,1,9\n' >"$dir/odd.csv"
t "a column that is left out is named" 0 'Odd \(remark\): this column' "$propre" import "$dir/odd.csv" --dry-run --data "$d"
t "a post without a date is warned of" 0 'line 3, time \(warning\): the post has no date' "$propre" import "$dir/odd.csv" --dry-run --data "$d"
t "numbers have their plural, in French too" 0 '  1 juste, 1 avec un avertissement, 0 refusée$' "$propre" import "$dir/odd.csv" --dry-run --lang fr --data "$d"
t "a file that is not there" 3 'absent.csv' "$propre" import "$dir/absent.csv" --data "$d"
truncate -s 2200M "$dir/huge.csv"
t "a file of 2 GB is refused before it is read" 2 'huge.csv' "$propre" import "$dir/huge.csv" --data "$d"
rm -f "$dir/huge.csv"
{ echo 'date,text,likes'; i=0; while [ $i -lt 207 ]; do echo "2026-01-02,a,many"; i=$((i + 1)); done; } >"$dir/notes.csv"
t "messages beyond those shown are counted" 2 'and 7 more messages; --refused FILE' "$propre" import "$dir/notes.csv" --data "$d"
printf 'date,text,likes\n2026-01-02 10:00,=a,3\n2026-01-03 10:00,=b,many\n' >"$dir/rows.csv"
ref=$dir/ref.csv
t "what is not confirmed refuses nothing yet" 2 '--map' "$propre" import "$dir/rows.csv" --refused "$ref" --data "$d"
t "so no file was written" 2 'cannot access' ls "$ref"
t "a dry run writes the refused rows" 0 'written to' "$propre" import "$dir/rows.csv" --map text=body --dry-run --refused "$ref" --data "$d"
t "the import after it finds them there" 0 'already' "$propre" import "$dir/rows.csv" --map text=body --channel R --network other --refused "$ref" --data "$d"
printf '9,x,2026-01-09 10:00,c,1\n' >>"$ref"
t "a file that was changed since is not overwritten" 4 'does not exist yet' "$propre" import "$dir/rows.csv" --map text=body --dry-run --channel R --refused "$ref" --data "$d"
sed 's/,"many"/,4/' "$ref" >"$dir/right.csv"
t "refused rows put right are known by their columns" 0 'Imported: 2 new posts' "$propre" import "$dir/right.csv" --channel R --data "$d"
t "and their texts are as they were" 0 '[^'\'']=b' "$propre" post list --data "$d"
t "the demo beside one's own is said, with the way out" 0 'propre import undo 2$' "$propre" import "$dir/right.csv" --channel R --dry-run --data "$d"
t "away with it" 0 'Undone: 2 posts' "$propre" import undo 4 --data "$d"
t "and with the first" 0 'Undone: 1 post and 1 number taken out' "$propre" import undo 3 --data "$d"
same_posts "nothing of all that was written" 500 "$d"
for case in "$cases"/*.csv; do
    [ -f "$case" ] || continue
    expect=${case%.csv}.expect
    t "case $(basename "$case")" "$(sed -n 1p "$expect")" "$(sed -n 2p "$expect")" "$propre" import "$case" --dry-run \
        --channel "Our X" --network x --refused "$dir/$(basename "$case").refused" --data "$d"
done

# ---- keeping it ----
t "a backup" 0 'backup' "$propre" backup "$dir/b.propre" --data "$d"
t "a backup never overwrites" 4 'exists' "$propre" backup "$dir/b.propre" --data "$d"
t "verify finds it whole" 0 'whole' "$propre" verify --data "$d"
t "rebuild computes the sums again" 0 'sum' "$propre" rebuild --data "$d"
t "the answer survives a rebuild" 0 'Photo' "$propre" effects show --data "$d"
t "restore keeps the old file aside" 0 'aside' "$propre" restore "$dir/b.propre" --data "$d"
t "what was restored is on hold, and that is said" 0 'until you release' "$propre" restore "$dir/b.propre" --data "$dir/r.propre"
(umask 077 && printf '%064d\n' 7 >"$d.key")
t "a backup says that the key is not in it" 0 '\.key is not in it' "$propre" backup "$dir/k.propre" --data "$d"
t "verify looks at the key too" 0 'key file .* is whole' "$propre" verify --data "$d"
chmod 644 "$d.key"
t "a key that others may read is not used" 5 'chmod 400' "$propre" verify --data "$d"
t "another key file can be named" 9 'not a file' "$propre" verify --data "$d" --key "$dir"
rm -f "$d.key" "$dir/k.propre" "$dir/r.propre"
same_posts "the restored workspace has its posts" 500 "$d"
head -c 30000 "$dir/b.propre" >"$dir/broken.propre"
t "a damaged backup is refused" 9 'broken.propre' "$propre" restore "$dir/broken.propre" --data "$d"
same_posts "and the workspace stays as it was" 500 "$d"
t "a file that is no workspace is refused" 9 'demo|csv' "$propre" post list --data "$demo"

echo "1..$n"
