#!/bin/sh
# Files given by hand that policy.yaml has a source for are read under its name and settings.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
mkdir -p exports/zones elsewhere
cp -r "$AK_SRCDIR"/samples/litellm "$AK_SRCDIR"/samples/openai "$AK_SRCDIR"/samples/grc exports
for z in berlin tokyo; do
	printf '{"id": "%s-1", "at": "2026-06-02 09:00:00"}\n' "$z" >"exports/zones/$z.jsonl"
done
cat >zoned.yaml <<'END_YAML'
id: zoned
title: A log without zones
version: 1
kind: request
container: json
detect: {required: [/id, /at]}
identity: [event_id]
fields: {event_id: /id, event_start: {path: /at, time: rfc3339}}
samples:
  - {name: one, input: '{"id": "z-1", "at": "2026-06-02 09:00:00Z"}', expect: [{event_id: z-1}]}
END_YAML
make_workspace() {
	rm -rf .auditkit
	"$AUDITKIT" init >/dev/null 2>&1
	cp zoned.yaml .auditkit/formats/
	cat >.auditkit/policy.yaml <<'END_YAML'
version: 1
exports: ../exports
sources:
  litellm-prod: {path: litellm/slp-*.jsonl.gz, owner: platform}
  changes: {path: litellm/audit.jsonl, owner: platform}
  provider: {path: openai, owner: unknown}
  berlin: {path: zones/berlin.jsonl, tz: Europe/Berlin}
  tokyo: {path: zones/tokyo.jsonl, tz: Asia/Tokyo}
END_YAML
}
ak() { "$AUDITKIT" "$@" >out 2>err; rc=$?; }
db() { sqlite3 "$tap_dir/.auditkit/workspace.db" "$1"; }
rows() { db "SELECT s.name, s.owner, f.format, f.records_in, f.stored, f.duplicate FROM file f JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source ORDER BY 1, 2, 3, 4, 5"; }

make_workspace
ak ingest
rows >bare
is "the policy's sources, read without arguments" "$rc $(wc -l <bare)" "3 9"
make_workspace
ak ingest exports
grep -v '^grc\|^ticket\|^access-review\|^key-inventory' bare >want
rows | grep -vE '^(tickets|access-review|key-inventory)(-csv)?[|]' >have
is "the folder that holds them: the same names, owners and counts" "$(cat have)" "$(cat want)"
is "what no source names has its format's" "$(rows | grep -cE '^(tickets|access-review|key-inventory)(-csv)?[|]')" 3
is "every export is closed" "$(db "SELECT count(*) FROM export WHERE state = 'partial'")" 0
is "each file in its source's zone" "$(db "SELECT group_concat(event_start, ' ') FROM (SELECT event_start FROM request WHERE event_id LIKE '%-1' AND event_start LIKE '2026-06-02T%:00:00Z' ORDER BY event_id)")" \
	"2026-06-02T07:00:00Z 2026-06-02T00:00:00Z"
ak verify
is "what it says of itself holds" "$rc" 0
ak status
is "none of them was never read" "$(grep -c 'never' out)" 0

make_workspace
(cd elsewhere && ln -s ../exports/litellm linked && "$AUDITKIT" -w .. ingest linked/audit.jsonl ../exports/litellm/./slp-2026-06-01_07.jsonl.gz) >out 2>&1
is "single files, however their path is spelled" "$(rows | cut -d '|' -f 1 | tr '\n' ' ')" "changes litellm-prod "
ak ingest --source by-hand 'exports/zones/t*.jsonl'
is "--source goes before" "$(rows | cut -d '|' -f 1 | sort | head -n 1)" by-hand
ak ingest --owner somebody --tz UTC exports/zones/berlin.jsonl
is "so do owner and zone, the name stays" "$(rows | grep berlin) $(db "SELECT event_start FROM request WHERE event_id = 'berlin-1'")" \
	"berlin|somebody|zoned|1|1|0 2026-06-02T09:00:00Z"
cp exports/litellm/audit.jsonl 'exports/litellm/audit2.jsonl'
ak ingest exports/litellm/audit2.jsonl
is "a name that only begins like one is another" "$(rows | cut -d '|' -f 1 | sort -u | tr '\n' ' ')" "berlin by-hand changes litellm-audit litellm-prod "
"$AUDITKIT" ingest --json - <exports/litellm/audit.jsonl >out 2>/dev/null
is "standard input is no file" "$(rows | grep -c '^litellm-audit')" 2
finish
