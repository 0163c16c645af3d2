#!/bin/sh
# Every event type that the pages name: one record each, its action verbatim, the category of tests/formats/event-types.tsv.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
tsv=$AK_SRCDIR/tests/formats/event-types.tsv
"$AUDITKIT" init w >/dev/null 2>&1
types() { awk -F '\t' -v f="$1" '$1 == f { print $2 "\t" $3 }' "$tsv" | sort; }
# events FORMAT TIME: a page with one event of each type
events() {
	types "$1" | cut -f 1 | jq -Rn --argjson time "$2" --arg id "$3" '{object: "list", has_more: false,
		data: [inputs | {id: ($id + "_" + (. | gsub("[.]"; "-"))), type: ., actor: {type: "api_key"}} + $time]}'
}
stored() {
	sqlite3 -separator "$(printf '\t')" w/workspace.db "SELECT a.action, a.category FROM audit_event a
		JOIN file f ON f.id = a.file JOIN export x ON x.id = f.export JOIN source s ON s.id = x.source
		WHERE s.name = '$1'" | sort
}
is "145 and 305 types" "$(types openai-audit | wc -l) $(types anthropic-activities | wc -l)" "145 305"
is "no type twice" "$(grep -v '^#' "$tsv" | cut -f 1,2 | sort | uniq -d)" ""
is "each has a category of F121 to F132" \
	"$(grep -v '^#' "$tsv" | cut -f 3 | sort -u | tr '\n' ' ')" \
	"admin_access ai_interaction billing configuration data_access keys login quota routing "
events openai-audit '{"effective_at": 1785564000}' audit_log >openai.json
events anthropic-activities '{"created_at": "2026-08-01T09:14:15Z"}' activity >anthropic.json
for pair in openai:openai-audit anthropic:anthropic-activities; do
	"$AUDITKIT" -w w ingest --source "${pair%%:*}" "${pair%%:*}.json" --json >out 2>err
	is "${pair%%:*}: recognised and stored" "$? $(jq -r '[.sources[].format] | join(" ")' out)" "0 ${pair##*:}"
	types "${pair##*:}" >want
	stored "${pair%%:*}" >got
	is "${pair%%:*}: action and category of each" "$(diff want got | head -5)" ""
	is "${pair%%:*}: as many records" "$(wc -l <got)" "$(wc -l <want)"
done
jq -c '.data[] | {event: {original: tostring}}' openai.json >elastic.json
"$AUDITKIT" -w w ingest --source elastic elastic.json >/dev/null 2>&1
is "the same events inside documents" "$(stored elastic | cksum)" "$(types openai-audit | cksum)"

# ---- the 55 payloads that are published: no member unknown, each target named ----
payloads=$AK_SRCDIR/tests/formats/openai-payloads.tsv
grep -v '^#' "$payloads" | jq -Rc 'split("\t") as [$type, $body] | {id: "audit_log-p_\($type)", type: $type, effective_at: 1785564000,
	actor: null, ($type): ($body | fromjson)}' >payloads.json
"$AUDITKIT" -w w ingest --source payloads payloads.json >/dev/null 2>&1
is "55 payloads" "$(stored payloads | wc -l)" 55
is "no member is unknown" "$("$AUDITKIT" -w w sources drift payloads --json | jq -c '[.sources[].unknown[]?.path]')" "[]"
is "every target is named" "$(sqlite3 w/workspace.db "SELECT group_concat(action) FROM (SELECT a.action FROM audit_event a
	WHERE a.event_id LIKE 'audit_log-p_%' AND a.resource_id IS NULL ORDER BY 1)")" "login.failed,login.succeeded,logout.failed,logout.succeeded"
echo '{"object":"list","data":[{"id":"audit_log-x","type":"tenant.hologram.started","effective_at":1785564000,"actor":null}]}' >new.json
"$AUDITKIT" -w w ingest --source new new.json >/dev/null 2>&1
is "a type of tomorrow stays, as other" "$(stored new)" "$(printf 'tenant.hologram.started\tother')"
finish
