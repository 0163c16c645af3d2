#!/bin/sh
# What somebody meets in the first hour with exports of their own: slips, broken files, and what the tool says to do next.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
place="an auditor's exports"
mkdir -p "$place/in" && cd "$place" || exit 1
cp "$AK_SRCDIR/samples/grc/tickets.csv" in/tickets.csv
gzip -dc "$AK_SRCDIR/samples/litellm/slp-2026-06-01_07.jsonl.gz" | head -n 200 >whole.jsonl
gzip -c whole.jsonl | head -c 9000 >in/calls.gz
ak() { "$AUDITKIT" "$@" >out 2>err; rc=$?; }
db() { sqlite3 .auditkit/workspace.db "$1"; }
hints() { grep -c '^hint: ' err; }

ak status
is "outside a workspace the way in is named" "$rc $(tr -s '\n ' ' ' <err | grep -c "auditkit init --discover EXPORTS")" "2 1"
ak help
is "so is it by the overview" "$(tail -n 1 out)" "'auditkit init --discover EXPORTS', then 'auditkit ingest'"
ak init --discover in
ak status
is "a workspace without records has no period" "$(head -n 1 out)" "workspace an auditor's exports, nothing stored yet"
ak ingest -n
is "a dry run gives no checkpoint that somebody could keep" "$rc $(grep -c checkpoint out) $(grep -c 'nothing was stored or sealed' out)" "3 0 1"
is "nor does its JSON" "$("$AUDITKIT" ingest -n --json 2>/dev/null | jq -c '[.dry_run, .run.checkpoint]')" '[true,null]'
is "and there is none" "$(db 'SELECT count(*) FROM checkpoint')" 0
ak ingest
is "a file that was cut off is exit 3" "$rc" 3
state() { "$AUDITKIT" sources --json | jq -r ".sources[] | select(.name == \"$1\").state"; }
is "and its source incomplete" "$(state litellm-slp)" incomplete
ak status
is "status names the file to export again" "$(grep -c 'auditkit sources show litellm-slp' out)" 1
is "status names policy.yaml as it is reached from here" "$(grep -c '\$EDITOR .auditkit/policy.yaml$' out)" 2
is "rejects are said with their denominator" "$(grep '^odd ' out)" \
	"odd       $(db 'SELECT sum(rejected) FROM file') of $(db 'SELECT sum(records_in) FROM file') records read were rejected, 0 conflicts"
printf 'x,y\n1,2\n' >"in/kim@example.org-$(printf '\033')[31m.csv"
ak ingest
is "a file that no source names is said to be unread, its name made safe" \
	"$(tr -s '\n ' ' ' <out | grep -cE 'NOT READ email:[0-9a-f]{32}-.u\{1b\}\[31m.csv 1 of 3 files in the folder of exports: no source')" 1
is "in JSON too" "$("$AUDITKIT" ingest --json 2>/dev/null | jq -c '[.unnamed.of, (.unnamed.files | length)]')" '[3,1]'
rm in/kim*
(cd in && "$AUDITKIT" status) >out 2>err
is "and from another folder it is one word for the shell" \
	"$(eval "set -- $(sed -n 's/.*\$EDITOR //p' out | sort -u)" && [ -f "$1" ] && echo "$#")" 1

head -n 3 whole.jsonl | gzip -c >in/calls.gz
ak ingest
is "an export of that name that is shorter makes nothing good" "$(state litellm-slp)" incomplete
gzip -c whole.jsonl >in/calls.gz
ak ingest
is "the whole export read again does" "$(state litellm-slp)" complete
is "what was cut off still stands in the register" "$(db "SELECT count(*) > 0 FROM file WHERE state = 'incomplete'")" 1

# ---- slips ----
before=$(db 'SELECT count(*) FROM file')
ak ingest in/typo.gz
is "a name that is not there is refused" "$rc $(hints) $(grep -c "cannot read 'typo.gz': No such file" err)" "5 1 1"
is "and leaves no trace in the register" "$(db 'SELECT count(*) FROM file')" "$before"
ak packet
is "half a command names its other halves" "$rc $(grep -c "'packet build', 'packet sign', 'packet verify'" err)" "2 1"
while IFS='|' read -r typed meant; do
	# shellcheck disable=SC2086
	ak $typed
	is "'$typed' is taken for $meant" "$rc $(grep -c "^auditkit: unknown command '$typed'\$" err) $(grep -c "^hint: did you mean '$meant'?\$" err)" "2 1 1"
done <<'TYPED'
report usge|report usage
packet biuld|packet build
reprot usage|report usage
TYPED
ak report
is "a family too long for a hint is named whole" "$rc $(tr -s '\n ' ' ' <err | grep -c 'hint: say which: report usage, dashboard, .*, fallbacks $')" "2 1"
ak packet build --draft -o nowhere/p.zip
is "a folder that is not there is no lack of space" "$rc $(grep -c '^hint: make the folder first' err)" "74 1"
if command -v setpriv >/dev/null; then
	mkdir theirs && "$AUDITKIT" init theirs/ws >/dev/null 2>&1
	chmod 000 theirs/ws
	setpriv --bounding-set=-all --inh-caps=-all "$AUDITKIT" -w theirs/ws status >out 2>err
	is "a workspace of another user is no folder without one" "$? $(grep -c "^auditkit: cannot look into 'theirs/ws': Permission denied" err) $(hints)" "6 1 1"
	chmod 700 theirs/ws
fi
ak packet build --draft --from 2026-06-05 --to 2026-06-01
is "a wrong use names the command that explains it" "$rc $(grep '^hint' err)" "2 hint: 'auditkit help packet build' explains it"

# ---- a product that nobody has heard of ----
python3 - >kestrel.jsonl <<'END_PY'
import json
for i in range(20):
    print(json.dumps({"id": f"kr-{i}", "at": f"2026-06-02 09:{i:02d}:11", "to": "OPENAI/gpt-4.1-mini", "team": "red", "ok": i % 7 > 0}))
END_PY
cat >kestrel.yaml <<'END_YAML'
id: kestrel
title: Kestrel proxy log
version: 1
kind: request
container: json
zone: Europe/Berlin
detect:
  required: [/id, /to]
identity: [event_id]
fields:
  event_id: /id
  event_start: {path: /at, time: rfc3339}
  gateway_request_id: /id
  provider: {path: /to, split: {by: "/", take: 1}, lower: true}
  response_model: {path: /to, split: {by: "/", take: 2}}
  team: /team
  outcome: {path: /ok, enum: {"true": success, "false": failure}}
samples:
  - {name: one, input: '{"id": "kr-1", "to": "OPENAI/gpt-4.1-mini"}', expect: [{event_id: kr-1, provider: openai}]}
END_YAML
ak ingest kestrel.jsonl
is "a format that is not known names the manual" "$rc $(tr -s '\n ' ' ' <out | grep -c "'kestrel.jsonl': format not recognised.*auditkit-formats(5)")" "5 1"
is "its source is incomplete" "$(state unrecognised)" incomplete
ak formats check kestrel.yaml
is "a wrong column is answered with those that begin so" "$rc $(head -n 1 err)" \
	"2 auditkit: kestrel.yaml:16: unknown field 'team' (there is 'team_id', 'team_name')"
is "and with the page and the list" "$(grep -A 1 '^hint' err | tr -d '\n' | grep -c 'auditkit-formats(5).*auditkit *fields')" 1
ak fields
is "the list has the columns" "$(grep -c '^team_id  *auditkit.team.id ' out)" 1
sed -i 's/^  team:/  team_id:/' kestrel.yaml
ak formats check kestrel.yaml
is "mended" "$rc" 0
ak ingest --mapping kestrel.yaml kestrel.jsonl
is "read with it" "$rc $(state kestrel) $(db "SELECT count(*) FROM request WHERE team_id = 'red'")" "0 complete 20"
is "and what was not read is made good by the same bytes" "$(state unrecognised)" complete
ak trace reconstruct kr-3
is "tokens that no record has are not 0" "$rc $(grep -c 'in -, out -,' out) $(grep -c 'in 0' out)" "0 1 0"
is "nor is the time it took" "$(grep -c '^when  *2026-06-02, 1 attempt' out) $("$AUDITKIT" trace reconstruct kr-3 --json | jq -c .when.duration_ms)" "1 null"

# ---- what is printed can be pasted ----
ak init 'a b/ws'
is "a workspace with a blank is quoted" "$(grep -c "auditkit -w 'a b/ws' ingest" err)" 1
mkdir "anna's copy"
ak packet build --draft -o "anna's copy/draft"
is "so is a packet below a folder with an apostrophe" "$(sed -n 's/^next *//p' err)" "auditkit packet verify 'anna'\\''s copy/draft'"
ak packet build --draft -o -
is "no packet is named like an option" "$rc $(hints) $([ -e ./- ] || echo none)" "2 1 none"

# ---- the page of a packet, where nothing is answered yet ----
page="anna's copy/draft/index.html"
is "its title is no empty name" "$(grep -c '<title>DRAFT: System not named: ' "$page")" 1
is "a finding without a response has no owner and no date, and a phone says which is which" \
	"$(grep -c 'data-label="Owner">nobody</td><td class="w" data-label="Due">no date<' "$page")" "$(grep -c 'data-label="Management response">' "$page")"
is "rows of many columns are named cell by cell, for paper" "$(python3 - "$page" <<'END_PY'
import re, sys
t = re.findall(r'<table class="data many">(.*?)</table>', open(sys.argv[1]).read(), re.S)
print(bool(t) and all(re.findall(r"<th .*?>(.*?)</th>", x) == re.findall(r'data-label="(.*?)"', x.split("<tr>")[2]) for x in t if x.count("<tr>") > 1))
END_PY
)" True

# ---- exports of two years ----
"$AUDITKIT" init years >/dev/null 2>&1
mkdir both && cp kestrel.jsonl both/new.jsonl
head -n 3 kestrel.jsonl | sed 's/2026-06-02/2024-06-02/; s/"kr-/"older-/' >both/old.jsonl
cat >years/policy.yaml <<'END_YAML'
version: 1
sources: {old: {path: ../both/old.jsonl}, new: {path: ../both/new.jsonl}}
END_YAML
"$AUDITKIT" -w years ingest --mapping kestrel.yaml both >out 2>&1
is "a newest record of another year says which" "$(grep -E '^(old|new) ' out | sed 's/  .*  / /' | tr '\n' '/')" "new 06-02 07:19/old 2024-06-02/"
finish
