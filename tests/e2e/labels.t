#!/bin/sh
# Labels that people write themselves and that name a person are a finding: where, how many, never which (F166).
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
ak() { "$AUDITKIT" -w w "$@"; }
"$AUDITKIT" init w >/dev/null 2>&1
i=0
for team in "John Smith's laptop" platform "Dr. Byron" search; do
	i=$((i + 1))
	printf '{"key_id":"key_%s","alias":"svc-%s","owner":"team-support","cost_center":"4711","team":"%s","captured_at":"2026-05-01T00:00:00Z"}\n' "$i" "$i" "$team"
done >keys.jsonl
ok "read" ak ingest keys.jsonl --source keys
ak sources show keys >shown
is "listed with field and count" "$(tr -s '[:space:]' ' ' <shown | grep -o "personal_label, n [0-9]*, values of '[a-z_]*' look like a person's")" "personal_label, n 2, values of 'team_id' look like a person's"
is "in JSON" "$(ak sources --json | jq -r '.sources[0].warnings[] | select(.rule == "personal_label") | .n')" 2
is "without the label" "$(grep -c 'Smith\|Byron' shown)" 0
ak packet build -o p.zip --draft >out 2>&1
unzip -qo p.zip -d p
is "a finding of the packet" "$(jq -r '.. | objects | select(.id? == "label-personal") | .measured' p/*/data/08-requests/findings.json p/data/08-requests/findings.json 2>/dev/null | sort -u)" "2 values in 4 records stored"
is "said in the source index" "$(grep -rl "2 values of 'team_id' look like a person" p | grep -c 'sources')" "$(grep -rl 'Source index' p | grep -c sources)"
printf 'version: 1\nfields:\n  team: {action: hash, why: they name people}\n' >w/policy.yaml
cp keys.jsonl more.jsonl
sed -i 's/"key_\([0-9]\)/"k_\1/' more.jsonl
ok "read with the field hashed" ak ingest more.jsonl --source hashed
is "a token says nothing to a reader" "$(ak sources show hashed | grep -c personal_label)" 0
finish
