#!/bin/sh
# An incident whose truth is known (incident.py): what a leaked key touched, what happened around an event, all of it in one file.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
truth="python3 $AK_SRCDIR/tests/e2e/incident.py"
$truth make in
"$AUDITKIT" init w >/dev/null 2>&1
"$AUDITKIT" -w w ingest in/gateway in/app in/admin in/inventory >ingest.out 2>ingest.err
is "all of it was read" "$(sqlite3 w/workspace.db "SELECT (SELECT count(*) FROM request) || ' ' || (SELECT count(*) FROM app_event) || ' ' || (SELECT count(*) FROM audit_event) || ' ' || (SELECT count(*) FROM api_key)")" "300 300 5 2"
points() { # points PREFIX: lines name|got|want of incident.py
	while IFS='|' read -r name got want; do is "$1: $name" "$got" "$want"; done
}

# ---- blast-radius ----
"$AUDITKIT" -w w blast-radius key_leaky --json >by_id.json 2>by_id.err
$truth blast by_id.json >points && points "by id" <points
same() { jq -c '[.requests, .cost, .groups] | walk(if type == "object" then del(.confidence, .method) else . end)' "$1" | sha256sum; }
for key in svc-leaky sk-Leaky7Leaky7Leaky7Leaky7Leaky7 "$(jq -r '.key.values[] | select(startswith("key:"))' by_id.json | head -n 1)" "$(printf sk-Leaky7Leaky7Leaky7Leaky7Leaky7 | sha256sum | cut -d' ' -f1)"; do
	"$AUDITKIT" -w w blast-radius "$key" --json >other.json 2>/dev/null
	is "the same from $(echo "$key" | cut -c1-12)" "$(same other.json)" "$(same by_id.json)"
done
is "and so does every count" "$("$AUDITKIT" -w w blast-radius svc-leaky --json | jq -c '[.requests, .cost, .cost_by_source, .groups, .records, .events, .derived | .. | objects | .confidence // empty] | unique')$(
	"$AUDITKIT" -w w blast-radius svc-leaky | grep -c '^certain')" '["inferred"]0'
is "in the list too" "$("$AUDITKIT" -w w blast-radius svc-leaky --list --json | sed 1d | jq -r .confidence | sort -u)" inferred
is "a key that was found by its label says so" "$("$AUDITKIT" -w w blast-radius svc-leaky --json | jq -r '.key.by + " " + .key.confidence')" "alias inferred"
"$AUDITKIT" -w w blast-radius key_leaky --list --json >list.json
is "the list has every request that is counted" "$(sed 1d list.json | jq -rs 'map(.confidence) | group_by(.) | map("\(.[0]) \(length)") | join(" ")')" \
	"$(jq -r '"certain \(.requests.certain.n) inferred \(.requests.inferred.n)"' by_id.json)"
is "from a time that is given" "$("$AUDITKIT" -w w blast-radius key_leaky --from 2026-06-09T13:00:00Z --json | jq -c '[.exposure.basis, .requests.certain.n + .requests.certain.before]')" \
	"[\"given\",$(jq '.requests.certain.n + .requests.certain.before' by_id.json)]"
"$AUDITKIT" -w w blast-radius key_leaky --limit 1 >text
is "what is not listed is counted" "$(grep -c 'more tenants' text)" 1
is "a key that is only known to others begins with its first use" "$("$AUDITKIT" -w w blast-radius key_quiet --json | jq -r .exposure.basis)" "first use"
"$AUDITKIT" -w w blast-radius nobody >out 2>&1
is "a key that nothing names" "$?" 3

# ---- timeline ----
span=$(sqlite3 w/workspace.db "SELECT s.name || ':' || a.seq FROM app_event a, source s WHERE s.name LIKE 'otlp%' AND a.trace_id = '$(printf '%032x' 151)'")
"$AUDITKIT" -w w timeline --around "$span" --window 60m --json >t.json 2>t.err
$truth timeline t.json 150 60 >points && points "around a span that is 240 s ahead" <points
"$AUDITKIT" -w w timeline --around ev-2 --window 1h --json >t.json
is "around the leak: the admin log's clock meets no other" "$(jq -c '[.around.action, .sides.after.requests, .sides.after.unbounded, .sides.after.concurrent]' t.json)" '["key.exposed",60,60,0]'
"$AUDITKIT" -w w timeline --around ev-2 --window 1h --limit 4 >text
is "a list that is cut says so" "$(tr -s ' \n' ' ' <text | grep -o 'listed 4 of [0-9]* events')" "listed 4 of $(jq .of t.json) events"
"$AUDITKIT" -w w timeline --around key_leaky >out 2>&1
is "a key is no event" "$?" 2
is "each look was logged" "$(jq -r 'select(.command == "timeline") | .options.words[0]' w/access.jsonl | tr '\n' ' ')" "$span ev-2 ev-2 "

# ---- trace bundle ----
bundle() { "$AUDITKIT" -w w trace bundle --from 2026-06-09T12:00:00Z --to 2026-06-09T13:00:00Z "$@"; }
bundle --key key_leaky -o b.jsonl --json >b.json 2>b.err
is "it was written" "$?" 0
$truth bundle b.jsonl >points && points "bundle" <points
is "its digest is the file's" "$(jq -r .sha256 b.json)" "$(sha256sum <b.jsonl | cut -d' ' -f1)"
bundle --key key_leaky -o again.jsonl >/dev/null 2>&1
ok "the same bytes" cmp b.jsonl again.jsonl
bundle --key key_leaky -o again.jsonl >out 2>&1
is "nothing is replaced unasked" "$?" 2
bundle --key key_leaky -o folder --json >f.json 2>/dev/null
ok "a folder is a bag" sh -c 'cd folder && sha256sum --quiet -c manifest-sha256.txt tagmanifest-sha256.txt'
is "its digest is that of the tag manifest" "$(jq -r .sha256 f.json)" "$(sha256sum <folder/tagmanifest-sha256.txt | cut -d' ' -f1)"
is "with the same traces" "$(sha256sum <folder/data/traces.jsonl)" "$(jq -c 'select(.trace) | .trace' b.jsonl | python3 -c 'import json, sys
for l in sys.stdin: print(json.dumps(json.loads(l), sort_keys=True, separators=(",", ":"), ensure_ascii=False))' | sha256sum)"
bundle --app desk -o app.zip --json >app.json 2>/dev/null
is "all of an application, four calls more by the recorded times of its spans" "$(jq -c '[.traces.written, .requests.in_scope.requests, .requests.of]' app.json)" "[64,60,60]"
bundle --actor user-ops -o actor.tar --json >actor.json 2>/dev/null
is "all of a person" "$(jq -c '[.traces.written, .events.admin, .events.of_admin]' actor.json)" "[0,3,3]"
is "who stands in it as a token" "$(tar -xOf actor.tar actor/data/index.json | jq -r '.scope.values[]' | cut -c1-5; grep -c 'user-ops' actor.tar)" "user:
0"
bundle --key key_leaky --app desk -o no.jsonl >out 2>&1
is "one scope at a time" "$?$(ls no.jsonl 2>/dev/null)" 2
bundle --key nobody -o no.jsonl >out 2>&1
is "a key that nothing names leaves no file" "$?$(ls no.jsonl 2>/dev/null)" 3
is "it is logged" "$(($(jq -r 'select(.command == "trace bundle") | .command' w/access.jsonl | wc -l) >= 5))" 1
finish
