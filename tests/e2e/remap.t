#!/bin/sh
# ingest --remap: originals read again under another mapping. What was stored is replaced record by record, with and without keys;
# nothing is counted twice, nothing is lost.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
mapping() { # mapping VERSION IDENTITY MODEL_PATH
	cat <<END
id: kestrel
title: Kestrel
version: $1
kind: request
container: json
detect:
  required: [/kcall, /kat, /kmodel, /ktokens]
$2
fields:
  gateway_request_id: /kcall
  event_id: /kcall
  event_start: {path: /kat, time: s}
  response_model: $3
  input_tokens: {path: /ktokens, int: true}
END
}
line() { printf '{"kcall": "%s", "kat": %d, "kmodel": {"name": "m-%s", "family": "f-%s"}, "ktokens": %d}\n' "$1" $((1780480800 + $2)) "$2" "$2" "$2"; }
for i in 1 2 3 4 5 6 7 8; do line "c-$i" $i; done >a.jsonl
for i in 7 8 9 10; do line "c-$i" $i; done >b.jsonl
{ line same 3; line same 3; line c-3 3; } >c.jsonl
live() { # live WORKSPACE: what counts
	sqlite3 "$1/workspace.db" "SELECT event_id, response_model, input_tokens FROM request r WHERE NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = r.seq) ORDER BY 1, 2, 3"
}
count() { sqlite3 "$1/workspace.db" "SELECT (SELECT count(*) FROM request), (SELECT count(*) FROM superseded)"; }
for identity in 'identity: [event_id]' ''; do
	how=${identity:+keys}
	how=${how:-content}
	w=w-$how
	mapping 1 "$identity" /kmodel/name >v1.yaml
	mapping 2 "$identity" /kmodel/family >v2.yaml
	"$AUDITKIT" init "$w" >/dev/null 2>&1
	"$AUDITKIT" init "new-$how" >/dev/null 2>&1
	for f in a.jsonl b.jsonl c.jsonl; do "$AUDITKIT" -w "$w" ingest --mapping v1.yaml "$f" >/dev/null 2>&1; done
	for f in a.jsonl b.jsonl c.jsonl; do "$AUDITKIT" -w "new-$how" ingest --mapping v2.yaml "$f" >/dev/null 2>&1; done
	before=$(sqlite3 "$w/workspace.db" 'SELECT count(*) FROM request')
	is "$how: the old mapping" "$(live "$w" | grep -c '|m-')" "$before"
	# Without --remap, on a copy: keyed records stay as they were, others are stored beside them, and both is said.
	cp -r "$w" "plain-$how"
	told=$(test "$how" = keys && echo mapped_before || echo mapped_twice)
	"$AUDITKIT" -w "plain-$how" ingest --mapping v2.yaml a.jsonl >out 2>/dev/null
	is "$how: read again under another mapping: ingest and status say so" \
		"$? $(grep -c "^warning *kestrel: $told 8: " out) $("$AUDITKIT" -w "plain-$how" status 2>/dev/null | grep -c 'ingest --remap')" "0 1 1"
	"$AUDITKIT" -w "plain-$how" ingest --remap --mapping v2.yaml a.jsonl b.jsonl c.jsonl >out 2>/dev/null
	is "$how: and after --remap what was done, and nothing more to do" \
		"$? $(grep -c '^remapped *kestrel: ' out) $("$AUDITKIT" -w "plain-$how" status 2>/dev/null | grep -c 'ingest --remap')" "0 1 0"
	live "plain-$how" >got
	live "new-$how" >want
	ok "$how: it counts once" cmp got want
	is "$how: status, sources and show tell the old from the new" \
		"$("$AUDITKIT" -w "plain-$how" status 2>/dev/null | head -1 | grep -c " $(wc -l <want) records,") $(
			"$AUDITKIT" -w "plain-$how" sources show kestrel --json | jq .superseded) $(
			"$AUDITKIT" -w "plain-$how" show c-1 --json | jq '[.records[] | select(.superseded_by)] | length')" "1 $before 1"
	"$AUDITKIT" -w "$w" ingest --remap --mapping v2.yaml a.jsonl c.jsonl >out 2>err
	is "$how: an original is missing: nothing is stored, and it is named" "$? $(grep -c "'b.jsonl'" err) $(grep -c '^hint' err) $(count "$w")" "5 1 1 $before|0"
	sed 's/c-9/c-0/' b.jsonl >changed.jsonl
	"$AUDITKIT" -w "$w" ingest --remap --mapping v2.yaml a.jsonl changed.jsonl c.jsonl >/dev/null 2>&1
	is "$how: an altered one is none" "$? $(count "$w")" "5 $before|0"
	cp b.jsonl moved.jsonl
	gzip -kf a.jsonl
	"$AUDITKIT" -w "$w" ingest --remap --mapping v2.yaml c.jsonl moved.jsonl a.jsonl.gz >out 2>err
	is "$how: in another order, under other names, packed" $? 0
	live "$w" >got
	live "new-$how" >want
	ok "$how: what counts is what the new mapping makes of them alone" cmp got want
	is "$how: nothing is lost" "$(count "$w")" "$((before + $(wc -l <want)))|$before"
	is "$how: the ledger says what was replaced" \
		"$(sqlite3 "$w/workspace.db" "SELECT sum(json_extract(body, '\$.replaced')), sum(json_extract(body, '\$.without_counterpart')), count(*) FROM ledger_entry WHERE kind = 'remap'")" "$before|0|3"
	is "$how: and from which mapping to which" \
		"$(sqlite3 "$w/workspace.db" "SELECT DISTINCT json_extract(body, '\$.mappings_before[0]'), json_extract(body, '\$.mapping') FROM ledger_entry WHERE kind = 'remap'")" \
		"$(sha256sum v1.yaml | cut -d' ' -f1)|$(sha256sum v2.yaml | cut -d' ' -f1)"
	is "$how: the sources say how many count no longer" \
		"$("$AUDITKIT" -w "$w" sources show --json kestrel | jq '.superseded')" "$before"
	ok "$how: verifies" "$AUDITKIT" -w "$w" verify
	"$AUDITKIT" -w "$w" ingest --remap --mapping v2.yaml a.jsonl b.jsonl c.jsonl >/dev/null 2>&1
	is "$how: once more changes nothing" "$? $(count "$w")" "0 $((before + $(wc -l <want)))|$before"
	# A third mapping makes of them what the first did.
	mapping 3 "$identity" /kmodel/name >v3.yaml
	"$AUDITKIT" -w "$w" ingest --remap --mapping v3.yaml a.jsonl b.jsonl c.jsonl >/dev/null 2>&1
	live "$w" >got
	sed 's/|f-/|m-/' want >want.3
	ok "$how: a third mapping replaces the second" cmp got want.3
	is "$how: the oldest rows are there still" "$(sqlite3 "$w/workspace.db" "SELECT count(*) FROM request WHERE seq IN (SELECT seq FROM superseded)")" \
		"$(sqlite3 "$w/workspace.db" 'SELECT count(*) FROM superseded')"
	ok "$how: verifies still" "$AUDITKIT" -w "$w" verify
done
"$AUDITKIT" -w "$w" ingest --mapping v3.yaml --format kong-ai a.jsonl >/dev/null 2>err
is "a mapping file beside another format is not passed over" "$? $(grep -c "gives format 'kestrel'" err)" "2 1"
"$AUDITKIT" -w "$w" ingest --mapping v9.yaml a.jsonl >/dev/null 2>err
is "one that is not there: what to do" "$? $(tr -d '\n' <err | grep -c 'cannot read.*hint: name a mapping file')" "5 1"
# Times without a zone, and a mapping that names none: said at once, and what is said helps.
"$AUDITKIT" init naive >/dev/null 2>&1
mapping 1 'identity: [event_id]' /kmodel/name | sed 's/time: s}/time: auto}/' >n1.yaml
sed 's/^version: 1/version: 2/; s/^container/zone: Europe\/Berlin\ncontainer/' n1.yaml >n2.yaml
line c-1 1 | sed 's/1780480801/"2026-06-03 12:00:01"/' >naive.jsonl
line c-2 2 >>naive.jsonl
"$AUDITKIT" -w naive ingest --json --mapping n1.yaml naive.jsonl >out 2>/dev/null
is "a time that cannot be read is said" "$? $(jq -r '.sources[].warnings[] | "\(.rule) \(.n)"' out)" "0 undated 1"
"$AUDITKIT" -w naive ingest --json --remap --mapping n2.yaml naive.jsonl >out 2>/dev/null
is "with a zone it can" "$? $(jq -r '.sources[].warnings[] | "\(.rule) \(.n)"' out) $(sqlite3 naive/workspace.db "SELECT group_concat(event_start, ' ') FROM request
	WHERE seq NOT IN (SELECT seq FROM superseded)")" "0 remapped 1 2026-06-03T10:00:02Z 2026-06-03T10:00:01Z"
# A mapping that takes other records out of the same bytes.
"$AUDITKIT" init other >/dev/null 2>&1
mapping 1 '' /kmodel/name >v1.yaml
mapping 2 '' /kmodel/name | sed 's/^detect:/records: ["\/deep\/[]"]\ndetect:/' >v2.yaml
printf '{"kcall": "c-1", "kat": 1780480800, "kmodel": {"name": "m"}, "ktokens": 5, "deep": [%s]}\n' "$(line d-1 1)" >deep.jsonl
"$AUDITKIT" -w other ingest --mapping v1.yaml deep.jsonl >/dev/null 2>&1
"$AUDITKIT" -w other ingest --remap --mapping v2.yaml deep.jsonl >/dev/null 2>&1
is "without a counterpart they count on, and that is said" \
	"$(sqlite3 other/workspace.db "SELECT (SELECT count(*) FROM superseded), (SELECT sum(n) FROM diag WHERE rule = 'remap_unmatched')")" "0|1"
"$AUDITKIT" -w other ingest --remap - <deep.jsonl >/dev/null 2>err
is "standard input is no original" "$? $(grep -c '^hint' err)" "2 1"
# A time that the mapping reads wrongly.
"$AUDITKIT" init late >/dev/null 2>&1
mapping 1 'identity: [event_id]' /kmodel/name | sed 's,/kat\, time: s,/kate,' >v1.yaml
"$AUDITKIT" -w late ingest --mapping v1.yaml a.jsonl >out 2>/dev/null
undated() { "$AUDITKIT" -w late sources show kestrel | grep '^checked *records without a time'; }
is "records without a time are told at once" "$(grep -c '^warning *kestrel: undated 8: ' out) $(undated | grep -c 'found, 8 of 8 records')" "1 1"
mapping 2 'identity: [event_id]' /kmodel/name >v2.yaml
"$AUDITKIT" -w late ingest --remap --mapping v2.yaml a.jsonl >/dev/null 2>&1
is "and no more when they have one" "$(undated | grep -c 'none, 0 of 8 records')" 1
finish
