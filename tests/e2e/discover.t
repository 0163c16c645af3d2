#!/bin/sh
# init --discover: what it finds, that it stores nothing and writes nothing personal, and that its policy.yaml leads through
# a bare ingest to a draft packet.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
has() { grep -c -- "$1" "$2"; }
path_of() { sed -n "s/^  $1: {path: \\([^,]*\\),.*/\\1/p" ws/policy.yaml; }

mkdir ex
for d in "$AK_SRCDIR"/samples/*/; do cp -r "$d" ex; done
chmod -R u+w ex
"$AUDITKIT" init ws --discover ex >out.txt 2>err.txt
is "discover the samples" "$? $(has '^found     13 files, 11 sources, 3 apps, 7 keys, 2 providers; nothing stored yet' out.txt)" "0 1"
is "nothing is stored: only the settings have rows" "$(for t in $(sqlite3 ws/workspace.db \
	"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"); do
	sqlite3 ws/workspace.db "SELECT '$t' WHERE (SELECT count(*) FROM \"$t\") > 0"; done | tr '\n' ' ')" "meta "
is "what the exports name" "$(sed -n '/^  apps:/,/^  excluded:/p' ws/policy.yaml | grep -c 'support-bot: {owner: team-support, cost_center: CC-410, purpose: unknown}\|key_15b3785b: {owner: unknown}\|key_a1f0c2d4: {owner: team-support}\|aws.bedrock: {region: unknown')" 4
is "environments" "$(has '^    - prod$' ws/policy.yaml)" 1
is "where the exports are" "$(sed -n 's/^exports: \([^ ]*\).*/\1/p' ws/policy.yaml)" ../ex
is "patterns instead of dates" "$(path_of litellm-slp) $(path_of access-review) $(path_of openai-audit)" \
	"litellm/slp-*.jsonl.gz grc/access-review-*.csv openai/audit-page*.json"
"$AUDITKIT" -w ws status --json >status.json
n=$(jq .policy_answers status.json) u=$(jq '.policy_unknown | length' status.json)
is "the answers counted are those of the file" "$(has "^policy    $((n - u)) answers filled in from the exports, $u still say" out.txt)" 1
"$AUDITKIT" init w2 --discover ex --json >out.json 2>/dev/null
ok "the same exports, the same file" cmp ws/policy.yaml w2/policy.yaml
is "JSON has what was found" "$(jq -c '[.discovered.files, (.discovered.sources | length), .discovered.key_count, .policy_unknown]' out.json)" "[13,11,7,$u]"

"$AUDITKIT" -w ws ingest --json >ingest.json 2>err.txt
is "a bare ingest reads it: the samples have one broken line" "$? $(jq '.run.totals.rejected' ingest.json)" "3 1"
sed -i 's/^    key_15b3785b: {owner: unknown}/    key_15b3785b: {owner: team-x}/' ws/policy.yaml
keys() { "$AUDITKIT" -w ws report keys --json | jq -c '[.rows[0].owner_basis, .total.owned, .total.not_confirmed, .total.keys]'; }
is "an owner under declared: {by: unknown} is declared by nobody" "$(keys)" '["policy.yaml, not confirmed",6,1,7]'
cp ws/policy.yaml kept.yaml
sed -i '/^declared:/,/^[a-z]/s/by: unknown/by: me/' ws/policy.yaml
is "and counts when somebody declares it" "$(keys)" '["policy.yaml",7,0,7]'
mv kept.yaml ws/policy.yaml
sed -i 's/^    key_15b3785b: {owner: team-x}/    key_15b3785b: {owner: unknown}/' ws/policy.yaml
is "all of it, once" "$(jq '.run.files' ingest.json) $(jq '.run.totals.records_in' ingest.json)" "13 $(jq '.discovered.records' out.json)"
"$AUDITKIT" -w ws packet build --draft -o draft.zip >out.txt 2>err.txt
is "then a draft" "$? $(has 'DRAFT, not signed' out.txt)" "0 1"
"$AUDITKIT" packet verify draft.zip >out.txt
is "which verifies and is no more than that" "$? $(has 'a DRAFT, not signed' out.txt)" "0 1"
sed 's/key_15b3785b: {owner: unknown}/key_15b3785b: {owner: team-lab}/' ws/policy.yaml >p && cat p >ws/policy.yaml
"$AUDITKIT" -w ws packet build --draft -o owned >/dev/null 2>&1
is "an owner given here is told from one that records give" "$(grep -c '^key_15b3785b,.*,team-lab,policy.yaml' owned/data/tables/keys.csv) \
$(grep -c '^key_a1f0c2d4,.*,key inventory' owned/data/tables/keys.csv) \
$(jq -r '.questions[0].measured' owned/data/08-requests/questions.json | cut -d';' -f1)" \
	"1 1 7 of 7 keys in use at gateway or provider have an owner, 1 of them by declaration only"

is "a source that had no owner when it was read has the one that policy.yaml gives it now" \
	"$(sed 's/^  tickets: {\(.*\)owner: unknown/  tickets: {\1owner: sec-ops/' ws/policy.yaml >p && cat p >ws/policy.yaml
	"$AUDITKIT" -w ws packet build --draft -o owners >/dev/null 2>&1; grep -c '^tickets,ticket,tickets-csv,sec-ops,' owners/data/tables/sources.csv)" 1

one() { jq -c "{object: \"list\", has_more: false, data: [.data[$1]]}" "$AK_SRCDIR/samples/openai/audit-page1.json"; }
mkdir random
one 30 >random/123456789012_CloudTrail_eu-central-1_20260601T0210Z_Mu0KsOhtH1ar15ZZ.json
cp "$AK_SRCDIR/samples/openai/usage-completions.json" random/part-3f2a9c81-1a2b-4c3d-9e8f-001122aabbcc.json
"$AUDITKIT" init wrandom --discover random >/dev/null 2>&1
is "what a file's name has at random is none of the next one's" "$(sed -n 's/^  [a-z-]*: {path: \([^,]*\),.*/\1/p' wrandom/policy.yaml | sort | tr '\n' ' ')" \
	'"*_CloudTrail_eu-central-*Z_*.json" part-*.json '

# Awkward folders: everything that is recognised is read once and under a name that may be printed.
secret="sk-proj-$(printf 'Ab3%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)"
rm -rf ex w2
mkdir -p ex/objects ex/mixed ex/by-date/2026/06/01 ex/by-date/2026/06/02 ex/eu ex/us 'ex/a [b]' ex/people/maria.keller@example.org
i=0
while [ $i -lt 25 ]; do
	one $i >"ex/objects/$(printf '%s' "$i" | sha256sum | cut -c1-12).json"
	i=$((i + 1))
done
one 25 >ex/by-date/2026/06/01/0.json
one 26 >ex/by-date/2026/06/02/0.json
one 27 >ex/eu/log.json
one 28 >ex/us/log.json
one 29 >'ex/a [b]/log*1.json'
one 30 >ex/mixed/maria.keller@example.org.json
one 31 >"ex/mixed/$secret.json"
one 32 >ex/people/maria.keller@example.org/log.json
cp "$AK_SRCDIR/samples/openai/costs.json" ex/mixed/costs.txt
cp "$AK_SRCDIR/samples/grc/tickets.csv" ex/mixed/tickets.csv
(cd "$AK_SRCDIR/samples" && zip -q "$tap_dir/ex/mixed/all.zip" grc/tickets.csv openai/costs.json)
echo 'a note' >ex/notes.txt
: >ex/empty.json
printf 'PAR1' >ex/x.parquet
"$AUDITKIT" init w3 --discover ex >out.txt 2>err.txt
is "awkward folders" "$?" 0
is "no person and no secret in it" "$(cat out.txt err.txt w3/policy.yaml | grep -c 'maria\|keller@\|sk-proj')" 0
is "one source for many files, one for a tree of dates" "$(grep -c 'path: objects, .*files: 25\|path: by-date, .*files: 2' w3/policy.yaml)" 2
is "an archive of two formats" "$(grep -c 'path: mixed/all.zip, .*# mixed, files: 1' w3/policy.yaml)" 1
is "what is not read is said: a note and a parquet file" "$(grep -c '^  # NOT READ: ' w3/policy.yaml) $(has '^NOT READ' out.txt)" "2 2"
"$AUDITKIT" -w w3 ingest --json >ingest.json 2>err.txt
is "bare ingest agrees with it: nothing missing, nothing failed" "$? $(jq -c '.missing' ingest.json)" "0 []"
is "each file once" "$(jq '.run.files' ingest.json)" "$(($(find ex -type f ! -name notes.txt ! -name empty.json ! -name x.parquet | wc -l) + 1))"
is "the workspace holds neither" "$(strings -a w3/workspace.db | grep -c 'maria.keller\|sk-proj')" 0

# What cannot work leaves nothing behind.
mkdir none && echo x >none/x.txt
refused() { # refused NAME EXIT ARGUMENT...
	name=$1 want=$2
	shift 2
	"$AUDITKIT" init "$@" >out.txt 2>err.txt
	is "$name" "$? $(has '^hint' err.txt)" "$want 1"
}
refused "nothing that can be read" 5 w4 --discover none
refused "no such folder" 5 w4 --discover nowhere
refused "a file" 5 w4 --discover none/x.txt
refused "a workspace among the exports" 2 ex/w4 --discover ex
is "no workspace was made" "$(find . -path ./ws -prune -o -name 'w4' -print)" ""
refused "a workspace that is there" 2 ws --discover ex
mkdir -p far/a/b/c
"$AUDITKIT" init far/a/b/c/ws --discover ex >/dev/null 2>&1
is "far folders are named whole" "$(sed -n 's/^exports: \([^ ]*\).*/\1/p' far/a/b/c/ws/policy.yaml)" "$(realpath ex)"
(cd ex && "$AUDITKIT" init --discover . >/dev/null 2>&1)
is "a hidden workspace may stand there" "$? $(sed -n 's/^exports: \([^ ]*\).*/\1/p' ex/.auditkit/policy.yaml)" "0 .."
"$AUDITKIT" -w ex/.auditkit ingest --dry-run --json >again.json 2>/dev/null
is "and reads the same" "$(jq -c '.run.totals' again.json)" "$(jq -c '.run.totals' ingest.json)"

# Names that mean something to YAML, or nothing to anybody: the file is read back, by us and by others, with the same names.
rm -rf ex nasty && mkdir -p nasty/app
cat >nasty.py <<'END'
import json, sys
names = ["plain", 'quo"te', "apo'st", "back\\slash", "col: on", "a:b", "#hash", "x # y", "-lead", "- lead", "*star", "&amp", "!bang", "%pc",
         "@at", "`bt", "|pipe", ">gt", "{b", "[b", "a,b", "x}", "true", "No", "123", "1.5", "0x1F", "1e5", "1_000", "12:30", "2026-01-01", ".5",
         ".inf", "=", "<<", "? q", "tab\there", "new\nline", "nul\0x", "esc\x1b[31m", "del\x7f", "c1\x85x", "ls\u2028x", "zw\u200bx",
         "bidi\u202ex", "bom\ufeffx", "\ufffe", "\u00e9\u00fc", "emoji\U0001f600", "  lead", "trail  ", "---", "...", "a: {b: c}",
         "L" * 20000, "M" * 1100, "N" * 300, "O" * 200]
with open(sys.argv[1], "w") as f:
    for i, n in enumerate(names):
        f.write(json.dumps({"time": "2026-06-01T00:00:%02dZ" % i, "app": n, "event": "call", "event_id": "e%d" % i, "env": n}) + "\n")
END
python3 nasty.py nasty/app/ev.jsonl
cp nasty/app/ev.jsonl "nasty/it's: #1 \"x\" {y}.jsonl"
printf 'a note\n' >"$(printf 'nasty/no\nte: "#%0200d' 7).txt"
"$AUDITKIT" init w5 --discover nasty --json >out.json 2>err.txt
is "nasty names" "$? $(jq -c '[.discovered.files, .discovered.unfit_apps, .discovered.unfit_environments]' out.json)" "0 [3,3,3]"
is "what is left out is said" "$(has '# 3 of their names left out: empty, over 256 bytes or like a secret' w5/policy.yaml)" 2
is "auditkit reads it, and every file by it" "$("$AUDITKIT" -w w5 ingest --json 2>/dev/null | jq -c '[.missing, .run.files, .run.totals.rejected]')" "[[],2,0]"
sqlite3 -json w5/workspace.db "SELECT DISTINCT app FROM app_event WHERE length(app) <= 256 ORDER BY app" | jq -c '[.[].app]|sort' >stored.json
is "names in the workspace" "$(jq length stored.json)" 55
ok "those are the names it found" sh -c 'jq -c "[.discovered.apps[].app]|sort" out.json | cmp - stored.json'
if python3 -c 'import yaml' 2>/dev/null; then
	python3 -c 'import json, sys, yaml
s = yaml.safe_load(open(sys.argv[1], encoding="utf-8"))["scope"]
print(json.dumps([sorted(s["apps"]), sorted(s["environments"])], ensure_ascii=False))' w5/policy.yaml | jq -c '.[]|sort' >read.txt
	is "another reader of YAML finds those" "$(sort -u read.txt)" "$(cat stored.json)"
fi
echo "# $secret" >>w5/policy.yaml
is "a secret behind all that is still found" "$("$AUDITKIT" -w w5 ingest 2>&1 | grep -c 'holds a value of kind openai')" 1

# A policy.yaml that would be too large leaves nothing, and one that is there stays.
if [ -n "${AK_LONG:-}" ]; then
cat >far.py <<'END'
import os, sys
deep = "/".join(["d" * 240] * 8)
for i in range(270):
    d = "far/%03d/%s" % (i, deep)
    os.makedirs(d)
    for name, at in (("x.csv", "tickets.csv"), ("y.csv", "key-inventory.csv")):
        os.link("far." + name, d + "/" + name)
END
cp "$AK_SRCDIR/samples/grc/tickets.csv" far.x.csv && cp "$AK_SRCDIR/samples/grc/key-inventory.csv" far.y.csv
rm -rf far && python3 far.py
keys() { find "${XDG_CONFIG_HOME:-$HOME/.config}/auditkit/keys" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l; }
before=$(keys)
refused "more than one policy.yaml holds" 71 w6 --discover far
is "which one: that" "$(has 'name more than one policy.yaml can hold' err.txt)" 1
is "it leaves nothing" "$(ls -d w6 2>/dev/null) $(($(keys) - before))" " 0"
fi
mkdir w7 && echo 'version: 1' >w7/policy.yaml
refused "a policy.yaml that is there" 2 w7 --discover nasty
is "it is left as it is" "$(cat w7/*)" "version: 1"
finish
