#!/bin/sh
# Reconstruction: one trace from each of its ids, its hops with their evidence, what is refused and what is said to be missing.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
sed "s#path: \([a-z]\)#path: $AK_SRCDIR/samples/\1#" "$AK_SRCDIR/samples/policy.yaml" >w/policy.yaml
"$AUDITKIT" -w w ingest >/dev/null 2>&1
truth() { jq -r ".$1" "$AK_SRCDIR/samples/truths.json"; }
sql() { sqlite3 -separator ' ' w/workspace.db "$1"; }
trace() { "$AUDITKIT" -w w trace reconstruct "$1" --json 2>/dev/null; }

"$AUDITKIT" -w w trace sample --json >sample 2>/dev/null
"$AUDITKIT" -w w trace sample --json --seed 1 >again 2>/dev/null
ok "the same seed, the same sample" cmp sample again
seq=$(jq '[.hops[] | select(.n == 2)][0].seq' sample)
for id in $(sql "SELECT gateway_request_id, response_id, provider_request_id, trace_id, 'litellm-prod:' || seq FROM request WHERE seq = $seq") \
	$(sql "SELECT span_id, 'app-spans:' || seq FROM app_event WHERE trace_id = (SELECT trace_id FROM request WHERE seq = $seq)"); do
	is "the same digest from $(echo "$id" | cut -c1-12)" "$(trace "$id" | jq -r .digest)" "$(jq -r .digest sample)"
done
is "five hops in order, the sample lacks none" "$(jq -c '[([.hops[].n] | unique), .links.missing]' sample)" "[[1,2,3,4,5],0]"
is "each present hop cites a record of its kind" "$(jq -r '.hops[] | select(.state == "present") | .cite' sample | while read -r c; do
	"$AUDITKIT" -w w show "$c" --json | jq -r '.records | length'
done | sort -u)" 1
is "its digest is that of its canonical bytes" "$(jq -r .digest sample)" \
	"$(python3 -c 'import hashlib, json; d = json.load(open("sample")); [d.pop(k, 0) for k in ("digest", "rule", "seed")]; print(hashlib.sha256(json.dumps(d, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest())')"

back=$(sql "SELECT trace_id FROM request WHERE fallback_from IS NOT NULL AND outcome = 'success' LIMIT 1")
is "a fallback: two attempts, the story says so" "$(trace "$back" | jq -c '[.attempts, ([.story[].text] | join(" ") | test("fell back"))]')" "[2,true]"
is "every fallback of the sample has its refused attempt" "$(sql "SELECT count(*) FROM request a WHERE a.fallback_from IS NOT NULL AND EXISTS(SELECT 1 FROM request b WHERE b.trace_id = a.trace_id AND b.seq <> a.seq AND b.outcome = 'failure')")" "$(truth fallback)"
is "the clock shift of an app is measured, not applied" "$(trace "$(sql "SELECT trace_id FROM app_event WHERE app = 'invoice-reader' LIMIT 1")" | jq '.hops[0].time < .hops[1].time or .hops[0].time > .hops[1].time')" true
is "key in force, its rotation without a ticket" "$(trace "$(sql "SELECT trace_id FROM request WHERE key_hash = (SELECT key_hash FROM audit_event WHERE event_id = '$(truth rotation_without_ticket)') AND event_start > '2026-06-09' LIMIT 1")" |
	jq '[.in_force[] | select(.title == "key" and (.state | test("NO TICKET")))] | length > 0')" true
"$AUDITKIT" -w w trace reconstruct "$(truth repeated_id.id)" >out 2>&1
is "an id that several calls share is no answer, the calls are listed" "$? $(grep -o 'litellm-prod:[0-9]*' out | wc -l)" "2 3"
"$AUDITKIT" -w w trace reconstruct no-such-id >out 2>&1
is "an unknown id" "$? $(grep -c 'no record' out)" "3 1"
is "a cost that is declared missing is a hop" "$(jq '[.hops[] | select(.n == 4) | .lines[]] | map(select(test("aws-cost: MISSING"))) | length' sample)" 1

# A verdict on the sample's call, from a DLP export of its own.
call=$(jq -r '[.hops[] | select(.n == 2)][0].fields["http.request.id"]' sample)
echo "{\"verdict_id\": \"v-1\", \"time\": \"2026-06-09T14:02:12Z\", \"request_id\": \"$call\", \"verdict\": \"blocked\", \"rule\": \"pii\"}" >dlp.jsonl
"$AUDITKIT" -w w ingest dlp.jsonl >/dev/null 2>&1
is "a verdict stands on its call" "$(trace "$call" | jq -c '[.hops[] | select(.title == "DLP verdict") | .lines[0]]')" '["blocked"]'
is "a call with a finding is never the sample" "$("$AUDITKIT" -w w trace sample --json 2>/dev/null | jq --arg c "$call" '[.hops[] | select(.n == 2)][0].fields["http.request.id"] != $c')" true
finish
