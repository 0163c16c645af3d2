#!/bin/sh
# Hostile names (tests/output/*.tsv: name, text as JSON) go through a workspace to every form of output and back: tables
# for spreadsheets, pages, Markdown, JSON, terminals and messages (SECURITY R-OUT-1 to 4).
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
count() { wc -l <"$AK_SRCDIR/tests/output/$1.tsv"; }
is "payloads for spreadsheets, terminals, pages" "$(($(count csv) >= 60)) $(($(count terminal) >= 80)) $(($(count markup) >= 60))" "1 1 1"
is "no two are the same" "$(cut -f 2 "$AK_SRCDIR"/tests/output/*.tsv | sort | uniq -d)" ""
python3 "$AK_SRCDIR/tests/e2e/output.py" "$AUDITKIT" "$AK_SRCDIR/tests/output" >out 2>err
is "all looks are done" "$? $(tail -n 1 err)" "0 "
grep '^#' out
grep -v '^#' out >lines
while IFS="$(printf '\t')" read -r name bad seen; do
	is "$name, of $seen" "$bad $((seen > 0))" "0 1"
done <lines
is "that were so many looks" "$(wc -l <lines)" 32

# ---- where output may go: never over the workspace, the keys or another output ----
export XDG_CONFIG_HOME="$PWD/config"
"$AUDITKIT" init ws >/dev/null 2>&1
printf 'settlement_id,type,amount,currency,created_at\ns-1,refund,-0.5,USD,2026-06-10T00:00:00Z\n' >money.csv
"$AUDITKIT" -w ws ingest money.csv "$AK_SRCDIR/samples/openai/costs.json" >/dev/null 2>&1
keys=$(echo config/auditkit/keys/*)
mkdir place ws/templates
ln -s ../ws place/link
ln -s ../ws/policy.yaml place/policy
ln ws/workspace.db place/second
state() { find ws config -type f ! -name access.jsonl ! -name '*-shm' ! -name '*-wal' -exec sha256sum {} + | sort -k 2; ls ws; }
state >before
tried=0 wrong=
refused() { # COMMAND...: exit 2, nothing said on standard output, and a hint
	tried=$((tried + 1))
	"$AUDITKIT" -w ws "$@" >said 2>why
	[ "$? $(wc -c <said) $(grep -c '^hint: name a file elsewhere' why)" = "2 0 1" ] || wrong="$wrong [$*]"
}
for to in ws/workspace.db ws/policy.yaml ws/access.jsonl ws/new.csv "$PWD/ws/../ws/new.csv" place/link/new.csv place/policy place/second ws/templates/x.csv \
	"$keys/log" "$keys/new.csv" config/auditkit/x.csv none/../ws/new.csv; do
	refused check --junit "$to"
	refused report usage --format csv -o "$to" --force
done
refused check --sarif ws/policy.yaml
refused check --markdown ws/access.jsonl
refused report usage --ipe "$keys/log" --force
refused report dashboard -o ws/workspace.db --force
refused search --all --format csv -o ws/workspace.db --force
refused packet build --draft -o ws/workspace.db --force
refused packet build --draft -o . --force
refused packet build --draft -o config --force
refused trace bundle --key k -o ws/x.jsonl --force
refused trace sample -o ws/x.json --force
refused backup ws/new.tar
refused backup "$keys/new.tar"
(cd ws && "$AUDITKIT" packet build --draft) >said 2>why
is "a packet without -o is not put into the workspace one stands in" "$? $(grep -c '^hint: name a file elsewhere' why)" "2 1"
is "what lies in a workspace or among keys is refused, tries: $((tried > 30))" "$wrong" ""
state >after
is "and nothing has changed" "$(diff before after)" ""
"$AUDITKIT" -w ws check --junit place/j.xml --sarif place/s.json >/dev/null 2>&1
is "a file beside it is written" "$(ls place | tr '\n' ' ')" "j.xml link policy s.json second "

same() { "$AUDITKIT" -w ws "$@" >said 2>why; printf '%s %s %s' $? "$(grep -c '^hint: give each a file of its own' why)" "$(ls same)"; }
mkdir same
is "two outputs on one file: report and sheet" "$(same report usage --format csv -o same/a --ipe same/a --force)" "2 1 "
is "sheet on the sidecar" "$(same report usage --format csv -o same/a --ipe same/../same/a.meta.json)" "2 1 "
is "three forms of check" "$(same check --junit same/a --sarif same/b --markdown same/./a)" "2 1 "

echo old >same/z.csv
mkdir same/z.csv.meta.json
"$AUDITKIT" -w ws search --all --format csv -o same/z.csv --force >/dev/null 2>why
is "no place for the sidecar of a search: the file stays" "$? $(cat same/z.csv) $(grep -c 'is a folder' why) $(ls -A same | wc -l)" "2 old 1 2"
"$AUDITKIT" -w ws report usage --format csv -o same/z.csv --force >/dev/null 2>why
is "nor of a report" "$? $(cat same/z.csv) $(grep -c 'is a folder' why) $(ls -A same | wc -l)" "2 old 1 2"
is "--top -1 and 0" "$(for n in -1 0; do "$AUDITKIT" -w ws report usage --top $n 2>&1 | head -n 1; done | uniq)" \
	"auditkit: option '--top' wants a whole number above 0"

# ---- templates ----
page() { "$AUDITKIT" -w ws report usage --bucket 1d --template "$1" 2>&1 >/dev/null | head -n 1; }
printf 'a\n{{^report}}{{>x}}{{/report}}\n' >t.md
is "no partials" "$(page t.md)" "auditkit: t.md:2: there are no partials here: {{>x}}"
python3 -c 'print("{{#layers}}" + "{{#rows}}" * 40 + "x" + "{{/rows}}" * 40 + "{{/layers}}")' >t.md
begun=$(date +%s)
is "sections that multiply end" "$(page t.md | cut -c -60)" "auditkit: t.md: the page takes more than 20000000 steps"
is "soon" "$(($(date +%s) - begun < 20))" 1
python3 -c 'print("{{#layers}}" + "{{#rows}}" * 5 + "x" * 900000 + "{{/rows}}" * 5 + "{{/layers}}")' >t.md
is "a page is at most 64 MiB" "$(page t.md)" "auditkit: t.md: page is larger than 67108864 bytes"
dashboard() { "$AUDITKIT" -w ws report dashboard -o d.html --force 2>&1 >/dev/null | head -n 1; }
printf '{{from}}\n{{nobody}}\n' >ws/templates/dashboard.html.mustache
is "a name that our page does not know" "$(dashboard)" "auditkit: dashboard.html.mustache:2: nothing has this name: {{nobody}}"
printf '\n{{> x }}\n' >ws/templates/dashboard.html.mustache
is "no partials there either" "$(dashboard)" "auditkit: dashboard.html.mustache:2: there are no partials here: {{>x}}"
rm ws/templates/dashboard.html.mustache
"$AUDITKIT" -w ws report dashboard -o e.html >/dev/null 2>&1
cp "$AK_SRCDIR/templates/dashboard.html.mustache" ws/templates/
dashboard >/dev/null
is "a copy of ours makes the same page" "$(cmp d.html e.html && echo same)" same
finish
