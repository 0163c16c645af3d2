#!/bin/sh
# formats new: drafts of mappings for gateways that no one has heard of, used as they come; and where mappings of one's own are
# looked for (F030).
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
python3 "$AK_SRCDIR/tests/formats/made_up_gateways.py" . || exit 1
own=$XDG_CONFIG_HOME/auditkit/formats
mkdir -p "$own"
all=0
for f in kestrel-calls-2026-06.jsonl heron_usage.json osprey.csv plover_audit.json stork.log; do
	n=${f%%.*}
	"$AUDITKIT" ingest --help >/dev/null 2>&1
	ok "$f: a draft" sh -c '"$AUDITKIT" formats new "$1" >"$2.yaml"' - "$f" "$n"
	is "$f: its own sample agrees" "$("$AUDITKIT" formats check "$n.yaml" | cut -c1-4)" good
	ok "$f: it is good YAML" yamllint -d '{extends: relaxed, rules: {line-length: disable}}' "$n.yaml"
	is "$f: it holds no value" "$(grep -cFf "$n.values" "$n.yaml") $(($(wc -l <"$n.values") > 3))" "0 1"
	is "$f: it is from docs" "$(grep -c '^status: from docs' "$n.yaml")" 1
	"$AUDITKIT" init "w-$n" >/dev/null 2>&1
	"$AUDITKIT" -w "w-$n" ingest --mapping "$n.yaml" "$f" >out 2>&1
	is "$f: goes in" "$?" 0
	sqlite3 "w-$n/workspace.db" <"$n.sql" >got
	ok "$f: id, time, model, tokens and cost are as they were made" cmp got "$n.truths"
	is "$f: the mapping stands in the ledger" "$(sqlite3 "w-$n/workspace.db" "SELECT json_extract(body, '\$.sha256') FROM ledger_entry WHERE kind = 'mapping'")" \
		"$(sha256sum "$n.yaml" | cut -d' ' -f1)"
	cp "$n.yaml" "$own"
	all=$((all + 1))
done
is "what was not mapped is listed with counts" "$(grep -c '^  # /note: in 60 of 60 records, text, at most' kestrel-calls-2026-06.yaml)" 1
is "names that are values are counted" "$(grep -c '^  # and 60 whose names look like values' kestrel-calls-2026-06.yaml)" 1
is "uncommented it is a mapping still" "$(sed 's/^  # \(\/[^ ]*: in\)/  \1/' kestrel-calls-2026-06.yaml >full.yaml && "$AUDITKIT" formats check full.yaml | cut -c1-4) $(grep -c '^  /note: in' full.yaml)" "good 1"
is "the same in JSON" "$("$AUDITKIT" formats new stork.log --json | jq -r .text)" "$(cat stork.yaml)"

# All of them beside each other and the built-in ones: recognised by themselves.
"$AUDITKIT" init all >/dev/null 2>&1
"$AUDITKIT" -w all ingest kestrel-calls-2026-06.jsonl heron_usage.json osprey.csv plover_audit.json stork.log >out 2>&1
is "mappings of the user need no option" "$? $(sqlite3 all/workspace.db 'SELECT count(DISTINCT format) FROM file')" "0 $all"
is "formats lists them with their file" "$("$AUDITKIT" formats --json | jq -r '.formats[] | select(.id == "osprey") | .origin')" "$own/osprey.yaml"

# --mapping, workspace, user, built in: the first of an id wins.
origin() { "$AUDITKIT" "$@" formats --json | jq -r --arg id "$id" '.formats[] | select(.id == $id) | .title'; }
titled() { sed "s/^title:.*/title: of the $2/" "$1"; }
id=osprey
titled osprey.yaml workspace >all/formats/osprey.yaml
titled osprey.yaml user >"$own/osprey.yaml"
is "the workspace's before the user's" "$(origin -w all)" "of the workspace"
is "elsewhere the user's" "$(origin)" "of the user"
mkdir here here/osprey
mv all here/.auditkit
is "found from where one stands, beside a folder of the same name" \
	"$(cd here && origin) $(cd here && "$AUDITKIT" formats try osprey ../osprey.csv | head -1 | cut -c1-8)" "of the workspace record 1"
mv here/.auditkit all
titled osprey.yaml option | sed 's/^version: 1/version: 9/' >given.yaml
"$AUDITKIT" init given >/dev/null 2>&1
cp all/formats/osprey.yaml given/formats/
"$AUDITKIT" -w given ingest --mapping given.yaml osprey.csv >/dev/null 2>&1
is "--mapping before both" "$(sqlite3 given/workspace.db "SELECT version FROM document WHERE kind = 'mapping'")" 9
id=tickets-csv
"$AUDITKIT" formats show tickets-csv | sed 's/^title:.*/title: of the user/' >mine.yaml
mv mine.yaml "$own/tickets-csv.yaml"
is "the user's before the built-in one" "$(origin)" "of the user"
rm "$own/tickets-csv.yaml"
# The number of built-in formats does not change, and one file adds one.
before=$("$AUDITKIT" formats --json | jq '.formats | length')
sed 's/^id: .*/id: one-more/; s#/callId#/callIdentity#g; s/"callId"/"callIdentity"/' kestrel-calls-2026-06.yaml >"$own/one-more.yaml"
is "a file is a format" "$("$AUDITKIT" formats --json | jq '.formats | length')" $((before + 1))
is "and it is checked against all others" "$("$AUDITKIT" formats check "$own/one-more.yaml" | cut -c1-4)" good
printf 'id: broken\n' >"$own/broken.yaml"
"$AUDITKIT" formats >/dev/null 2>err
is "a broken one is told by file and line" "$? $(grep -c 'broken.yaml:1: ' err)" "2 1"
rm "$own/broken.yaml"

# What try and check say of a mapping that is not right yet.
cat >team.yaml <<'END'
id: team
title: Team log
version: 1
kind: request
container: csv
detect: {required: [/when, /ticketless]}
fields: {event_start: /when, event_id: /ticketless}
END
printf 'when,ticketless\n2026-10-01 10:00:00,q-1\n' >team.csv
is "a time without a zone is told from a value that does not fit" "$("$AUDITKIT" formats try team.yaml team.csv | grep -c '^event_start.*`zone`.* /when$')" 1
is "with one it is read" "$(sed 's/^container/zone: UTC\n&/' team.yaml >zone.yaml && "$AUDITKIT" formats try zone.yaml team.csv | grep -c '^event_start *2026-10-01T10:00:00Z')" 1
is "no samples: nothing was compared" "$("$AUDITKIT" formats check team.yaml | grep -c 'no samples')" 1
# Signs that a file lacks, and lines that are no records: the hint of ingest sends here.
printf '%s\n' '{"id":"x-1","call_type":"acompletion","startTime":1780480800.25,"model":"m"}' '{"id": broken' >lacking.jsonl
"$AUDITKIT" formats try litellm-slp lacking.jsonl >out 2>err
is "a file that would not be recognised" "$? $(grep -c "would not be recognised as 'litellm-slp'" err)" "5 1"
is "its signs one by one" "$(grep -c '^found *.*, required: in 1 of the first 1 records' out | awk '{ print ($1 > 0) }') $(grep -c '^missing *.*, required: in 0 of' out | awk '{ print ($1 > 0) }')" "1 1"
is "and the line that is no record" "$(grep -c '^unread *line 2: json_' out)" 1
"$AUDITKIT" formats try litellm-slp lacking.jsonl --json >out 2>/dev/null
is "the same in JSON" "$(jq -c '[.detect.fits, .unread, .unread_all, ([.detect.signs[] | select(.found == 0)] | length > 0)]' out | sed 's/json_[a-z]*/R/')" '[false,[{"line":2,"reason":"R"}],1,true]'
"$AUDITKIT" formats try team.yaml kestrel-calls-2026-06.jsonl >/dev/null 2>err
is "the other container is named" "$? $(grep -c "^hint: 'team' reads CSV" err)" "5 1"

# Names of another language: the one time is known by its shape, the columns stand in the draft.
printf 'Zeit,Anfrage,Token ein\n2026-10-01 10:00:00,q-1,10\n2026-10-01 10:01:00,q-2,11\n' >amt.csv
"$AUDITKIT" formats new amt.csv >amt.yaml 2>/dev/null
is "a time is found without its name" "$? $(grep -c '^  event_start: /Zeit  # without a zone' amt.yaml) $(grep -c '^  # .*/Token ein' amt.yaml) $("$AUDITKIT" formats check amt.yaml | cut -c1-4)" "0 1 1 good"
printf 'Zeit,Ende\n2026-10-01 10:00:00,2026-10-01 10:00:01\n' >two.csv
"$AUDITKIT" formats new two.csv >/dev/null 2>err
is "of two times none is guessed" "$?" 5
printf '{"ts":"2026-10-01T10:00:00Z","call":"c-%s","ms":12,"route":{"asked":"smart","served":"gpt-4o"},"usage":{"in":1,"out":2},"src_ip":"10.0.0.1"}\n' 1 2 >short.json
is "short names of members" "$("$AUDITKIT" formats new short.json | grep -cxE '  (request_model: /route/asked|response_model: /route/served|duration_ms: /ms|input_tokens: /usage/in|output_tokens: /usage/out|client_address: /src_ip)')" 6

# What nothing can be made of.
no() { # no NAME WANT
	"$AUDITKIT" formats new "$1" >out 2>err
	is "$1: exit $2, a next step, nothing written" "$? $(grep -c '^hint:' err) $(wc -c <out)" "$2 1 0"
}
: >empty.json
printf 'PAR1\0\0\0\0' >columns.parquet
printf '{"a": ' >cut.json
printf '[1, 2, 3]' >numbers.json
printf '{"zz": "x"}\n' >unknown.json
no empty.json 5
no columns.parquet 5
no cut.json 5
no numbers.json 5
no unknown.json 5
no missing.json 5
gzip -k stork.log
is "a compressed one is read" "$("$AUDITKIT" formats new stork.log.gz | sed 's/^id:.*//; s/^title:.*//' | cksum)" "$(sed 's/^id:.*//; s/^title:.*//' stork.yaml | cksum)"
finish
