#!/bin/sh
# Provider against gateways: classes add up to each gap, planted bypass is found, retries, failures, edges and time zones are none; omission and
# retention. AK_LONG: more seeds.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
py() { python3 "$AK_SRCDIR/tests/e2e/reconcile.py" "$@"; }
total() { jq -c --arg m "$1" '[.sources[].totals[] | select(.measure == $m) | .classes]' "$2"; }
ws() { # ws HOW SEED: folder HOWSEED with a workspace and its report
	mkdir -p "$1$2" && py make "$2" "$1$2" "$1" && "$AUDITKIT" init "$1$2/w" >/dev/null 2>&1
	"$AUDITKIT" -w "$1$2/w" ingest --exported-at 2026-06-05T00:00:00Z "$1$2/gateway.jsonl" "$1$2/usage.json" "$1$2/costs.json" >/dev/null 2>&1
	"$AUDITKIT" -w "$1$2/w" report reconcile --json >"$1$2/r" 2>/dev/null
}
seeds=1
[ -z "$AK_LONG" ] || seeds="1 2 3 4 5 6 7 8 9 10 11 12"
for s in $seeds; do
	for how in planted quiet zone random; do
		ws $how "$s"
		is "$how $s: figures, classes and totals add up exactly" "$(py check $how$s/r)" ok
	done
	is "planted $s: the key with its requests, tokens and buckets, nothing else" \
		"$(jq -c '[.bypass[] | [.basis, .key, .requests, .buckets]]' planted$s/r)" "$(jq -c '[["key", "key_direct", (.bypass_requests | tostring), 5]]' planted$s/truth.json)"
	is "planted $s: a discount is one ratio, and nothing is left" \
		"$(jq -c '[([.sources[].rates[].value] | unique), ([.sources[].totals[].unexplained_ppm] | add)]' planted$s/r)" '[["0.9"],0]'
	is "quiet $s: retries, failures, cache hits and edges are no bypass" "$(jq -c '[(.bypass | length), ([.sources[].totals[].unexplained_ppm] | add)]' quiet$s/r)" "[0,0]"
	is "zone $s: two hours, nothing is left" "$(jq -c '[([.sources[].time_zone.shift_minutes] | unique), (.bypass | length), ([.sources[].totals[].unexplained_ppm] | add)]' zone$s/r)" "[[120],0,0]"
done
is "rows drill to the records that they add up" "$(py drill planted1/r "$AUDITKIT" planted1/w)" 0
"$AUDITKIT" -w planted1/w report reconcile --drill 0123456789abcdef >out 2>&1
is "a row that is none" "$? $(grep -c 'no such row' out)" "2 1"
is "all lines fit" "$("$AUDITKIT" -w planted1/w report reconcile 2>/dev/null | awk 'length > 80' | wc -l)" 0
"$AUDITKIT" -w planted1/w check bypass residual --json >c 2>/dev/null
is "checks: bypass is not met, the residual is" "$? $(jq -c '[.checks[] | [.check, .verdict]]' c)" '1 [["bypass","not met"],["residual","met"]]'
"$AUDITKIT" -w planted1/w report reconcile --bucket 1d --json >d 2>/dev/null
is "by day: the same totals" "$(py check d) $(jq -c '[.sources[].totals[] | [.measure, .gap]]' d)" "ok $(jq -c '[.sources[].totals[] | [.measure, .gap]]' planted1/r)"

# A workspace whose columns are those of an older program: what it needs is taken from the rows.
cp -r quiet1/w before
sqlite3 before/workspace.db "UPDATE meta SET value = value - 1 WHERE key = 'columns_made'"
is "times of ends from the rows: the same report" "$("$AUDITKIT" -w before report reconcile --json 2>/dev/null | cmp - quiet1/r 2>&1)" ""
is "and it has calls at edges" "$(jq '[.rows[].classes.bucket_edge // empty] | length > 0' quiet1/r)" true

# A second gateway has the same calls, and writes the only id that both know in capitals.
mkdir both && "$AUDITKIT" init both/w >/dev/null 2>&1
jq -c '.id |= "x-" + . | .call_id |= "y-" + . | .trace_id |= ascii_upcase' quiet1/gateway.jsonl >both/other.jsonl
"$AUDITKIT" -w both/w ingest --source gateway quiet1/gateway.jsonl >/dev/null 2>&1
"$AUDITKIT" -w both/w ingest --source other both/other.jsonl >/dev/null 2>&1
"$AUDITKIT" -w both/w ingest quiet1/usage.json >/dev/null 2>&1
served() { "$AUDITKIT" -w "$1" report reconcile --json 2>/dev/null | jq -c '[.sources[].totals[] | select(.measure != "amount") | [.measure, .gateway]]'; }
is "a call in two gateways' logs is one, in whatever spelling" "$(served both/w)" \
	"$(jq -c '[.sources[].totals[] | select(.measure | endswith("tokens") or . == "requests") | [.measure, .gateway]]' quiet1/r)"

# One request in a hundred is left out of the gateway's export.
mkdir drop && "$AUDITKIT" init drop/w >/dev/null 2>&1
awk 'NR % 40' quiet1/gateway.jsonl >drop/gateway.jsonl
"$AUDITKIT" -w drop/w ingest drop/gateway.jsonl quiet1/usage.json >/dev/null 2>&1
lost=$(($(wc -l <quiet1/gateway.jsonl) - $(wc -l <drop/gateway.jsonl)))
"$AUDITKIT" -w drop/w report completeness --json >c 2>/dev/null
is "omission: a lower bound, and not more than was left out" "$(jq --argjson n $lost '.missing.at_least > 0 and .missing.at_least <= $n' c)" true
canaries() { "$AUDITKIT" -w drop/w report completeness --canaries ids "$@" 2>err; }
printf '%s\n' '# sent on Monday' chatcmpl-000001 chatcmpl-999999 '' chatcmpl-000001 >ids
is "canaries: one line of N of M, and the lost one" "$(canaries --json | jq -c '.methods[] | select(.method == "canaries") | [.found, .of, .canaries]')" \
	"[1,2,[{\"cites\":[\"$(canaries --json | jq -r '.methods[] | select(.method == "canaries") | .cites[0]')\"],\"id\":\"chatcmpl-000001\",\"line\":2,\"state\":\"found\"},{\"cites\":[],\"id\":\"chatcmpl-999999\",\"line\":3,\"state\":\"missing\"}]]"
is "and as text" "$(canaries | sed -n '/canaries/,/chatcmpl/p' | tr -s ' \n' ' ')" \
	"method canaries: 1 of 2 calls that were sent to be found; no gateway record has them - line 3: chatcmpl-999999 "
# An id in any spelling, of the gateway's record or of one in its trace.
head -1 drop/gateway.jsonl >row
trace=$(jq -r .trace_id row)
{ jq -r .call_id,.id,.trace_id row; echo "00-$trace-00f067aa0ba902b7-01"; echo "$trace" | tr a-f A-F
	echo "$trace" | sed 's/\(.\{8\}\)\(.\{4\}\)\(.\{4\}\)\(.\{4\}\)/\1-\2-\3-\4-/'; } >ids
is "canaries: six spellings of one call" "$(canaries --json | jq -c '.methods[] | select(.method == "canaries") | [.found, .of]')" "[0,6]"
printf 'chatcmpl-000001\nx\377\000SECRETBYTES\n' >ids
canaries --json >out
is "canaries: what is no text is refused by line and reason, without its bytes" "$? $(grep -c 'ids:2: no id of a call: a ' err) $(cat out err | grep -c SECRETBYTES)" "5 1 0"
printf '# nothing\n' >ids
canaries >out
is "canaries: a file that names none" "$? $(grep -c "'ids' names no call" err)" "5 1"

# An app event shares only the trace with the gateway's record: its own id leads there.
mkdir apps && "$AUDITKIT" init apps/w >/dev/null 2>&1
head -40 quiet1/gateway.jsonl >apps/gateway.jsonl
jq -c '{time: (.startTime | floor | todate), app: "cart", event: "cart.hint", event_id: ("ev-" + .id), env: "prod", status: 200,
	response_id: (if input_line_number < 31 then .id else "chatcmpl-none-" + .id end)}' apps/gateway.jsonl >apps/app-events.jsonl
"$AUDITKIT" -w apps/w ingest apps/gateway.jsonl apps/app-events.jsonl >/dev/null 2>&1
is "application records bound nothing, in the report and in the check" "$("$AUDITKIT" -w apps/w report completeness --json 2>/dev/null | jq .missing.at_least) $("$AUDITKIT" -w apps/w check omission --json 2>/dev/null | jq -c '.checks[0].found')" "0 0"

# Ten calls of one key and project. The provider counts three more of them beside three refused ones, and two of a project that no record names.
row() { # row N ERROR PROJECT
	printf '{"request_id":"chatcmpl-s%s","call_type":"acompletion","api_key":"%064d","spend":0.001,"prompt_tokens":%s,"completion_tokens":%s,"startTime":"2026-09-01 17:%s:18","endTime":"2026-09-01 17:%s:19","model":"gpt-5-mini","custom_llm_provider":"openai","status":"%s","metadata":"{\\"user_api_key_project_id\\":\\"proj_k\\"%s}"}\n' \
		"$1" 7 "$3" "$4" "$2" "$2" "$5" "$6"
}
mkdir proj && "$AUDITKIT" init proj/w >/dev/null 2>&1
{ for i in 0 1 2 3 4 5 6 7 8 9; do [ $i -lt 6 ] && m=${i}4 || m=5$i; row $i $m 100 10 success; done
	for i in a b c; do row $i 30 0 0 failure ',\"error_information\":{\"error_code\":\"401\",\"error_class\":\"AuthenticationError\"}'; done; } >proj/spend.jsonl
printf 'key_id,alias,key_hash,owner,owner_type,app,team,environment,cost_center,project_id,created_at,expires_at,last_used_at,state\nkey_a,svc-a,%064d,t,team,cart,t,prod,CC-1,proj_k,2026-01-10T00:00:00Z,,,active\n' 7 >proj/keys.csv
jq -nc '{object: "page", data: [{object: "bucket", start_time: 1788282000, end_time: 1788285600, results: [["proj_k", 13], ["proj_z", 2] | {object: "organization.usage.completions.result",
	input_tokens: (.[1] * 100), input_cached_tokens: 0, output_tokens: (.[1] * 10), num_model_requests: .[1], project_id: .[0], user_id: null, api_key_id: "key_a", model: "gpt-5-mini", batch: null}]}], has_more: false}' >proj/usage.json
"$AUDITKIT" -w proj/w ingest proj/spend.jsonl proj/keys.csv proj/usage.json >/dev/null 2>&1
"$AUDITKIT" -w proj/w report reconcile --json >r 2>/dev/null
is "projects of a key are compared; refused calls are not billed" "$(jq -c '[.sources[0].dims.project, ([.rows[] | select(.measure == "requests") | [.project, .gateway, .provider_figure, .classes]] | sort)]' r)" \
	'["compared",[["proj_k","10","13",{"bypass":"3"}],["proj_z","0","2",{"bypass":"2"}]]]'
sed -i 's/AuthenticationError/Timeout/g; s/401/504/g' proj/spend.jsonl
mkdir proj/t && "$AUDITKIT" init proj/t/w >/dev/null 2>&1
"$AUDITKIT" -w proj/t/w ingest proj/spend.jsonl proj/keys.csv proj/usage.json >/dev/null 2>&1
is "a timeout may be billed" "$("$AUDITKIT" -w proj/t/w report reconcile --json 2>/dev/null | jq -c '[.rows[] | select(.measure == "requests" and .project == "proj_k") | .classes]')" '[{"failed_but_billed":"3"}]'

costs() { # costs AMOUNT
	jq -nc --argjson v "$1" '{object: "page", data: [{object: "bucket", start_time: 1788220800, end_time: 1788307200, results: [{object: "organization.costs.result",
		amount: {value: $v, currency: "usd"}, line_item: "gpt-5-mini", project_id: null}]}], has_more: false, next_page: null}'
}
costs 0.015 >proj/t/costs.json
"$AUDITKIT" -w proj/t/w ingest proj/t/costs.json >/dev/null 2>&1
is "costs know what usage explained of the same provider and time" "$("$AUDITKIT" -w proj/t/w report reconcile --json 2>/dev/null | jq -c '[.rows[] | select(.measure == "cost") | [.gap, .classes]]')" \
	'[["0.005",{"bypass":"0.002","failed_but_billed":"0.003"}]]'
mkdir proj/n && "$AUDITKIT" init proj/n/w >/dev/null 2>&1
sed '1,3s/"spend":0.001/"spend":0/; /failure/s/"spend":0.001/"spend":0/' proj/spend.jsonl >proj/n/spend.jsonl
costs 0.0101 >proj/n/costs.json
"$AUDITKIT" -w proj/n/w ingest proj/n/spend.jsonl proj/n/costs.json >/dev/null 2>&1
is "calls without a cost: no more than the larger share of their tokens" "$("$AUDITKIT" -w proj/n/w report reconcile --json 2>/dev/null | jq -c '[.rows[] | select(.measure == "cost") | [.gap, .classes]]')" \
	'[["0.0031",{"bucket_edge":"0.00007","unpriced_model":"0.00303"}]]'
costs 0.01 >proj/n/costs2.json
mkdir proj/m && "$AUDITKIT" init proj/m/w >/dev/null 2>&1
"$AUDITKIT" -w proj/m/w ingest proj/n/spend.jsonl proj/n/costs2.json >/dev/null 2>&1
is "the gap of a bucket with calls without a cost is theirs as it stands" "$("$AUDITKIT" -w proj/m/w report reconcile --json 2>/dev/null | jq -c '[.rows[] | select(.measure == "cost") | [.gap, .classes]]')" \
	'[["0.003",{"unpriced_model":"0.003"}]]'

# Two exports of one source: the newer still has a record whose class is over, and lacks three that it should have.
mkdir keep && "$AUDITKIT" init keep/w >/dev/null 2>&1
printf 'version: 1\nretention:\n  request: {keep: 2d, why: test, delete: job}\n' >keep/w/policy.yaml
"$AUDITKIT" -w keep/w ingest --source gw --exported-at 2026-06-03T00:00:00Z quiet1/gateway.jsonl >/dev/null 2>&1
python3 - <<'P'
import json
rows = sorted((json.loads(x) for x in open("quiet1/gateway.jsonl")), key=lambda r: r["startTime"])
kept = [r for r in rows if r["startTime"] > 1780272000 + 2 * 86400]
survivor = dict(rows[0], id="chatcmpl-old", trace_id="f" * 32, call_id="e" * 32)
with open("keep/newer.jsonl", "w") as f:
    for r in [survivor] + kept[:5] + kept[8:]:
        f.write(json.dumps(r) + "\n")
P
"$AUDITKIT" -w keep/w ingest --source gw --exported-at 2026-06-05T00:00:00Z keep/newer.jsonl >/dev/null 2>&1
"$AUDITKIT" -w keep/w check retention-early retention-late --json >c 2>/dev/null
is "retention: the survivor and the three that are gone too early" "$(jq -c '[.checks[] | [.check, .found, .findings[0].affected]]' c)" \
	'[["retention-early",1,3],["retention-late",1,1]]'

# Cases in which sums and guesses alone go wrong (reconcile_hard.py says what is true).
python3 "$AK_SRCDIR/tests/e2e/reconcile_hard.py" hard
for c in edges zone nozone each same past versions; do
	"$AUDITKIT" init hard/$c/w >/dev/null 2>&1 && "$AUDITKIT" -w hard/$c/w ingest hard/$c/*.json* >/dev/null 2>&1
	"$AUDITKIT" -w hard/$c/w report reconcile --json >hard/$c/r 2>/dev/null
	is "$c: figures, classes and totals add up exactly" "$(py check hard/$c/r)" ok
done
class() { jq -c --arg c "$1" '[.sources[].totals[] | .classes[$c] // "0"]' "hard/$2/r"; }
is "whole calls at every edge in a row, so that one call past the gateway has its own tokens" "$(class bypass edges) $(class unexplained edges)" '["1","777","77"] ["0","0","0"]'
is "a time zone is seen beside calls past the gateway" "$(jq -c '[.sources[].time_zone.shift_minutes]' hard/zone/r) $(class bypass zone) $(class unexplained zone)" \
	'[480] ["20","10000","1000"] ["0","0","0"]'
is "and none where none is" "$(jq -c '[.sources[].time_zone]' hard/nozone/r) $(class bypass nozone) $(class unexplained nozone)" '[null] ["20","10000","1000"] ["0","0","0"]'
folds() { jq -c '[(.gateway_records | .recorded_twice, .twice_by_time, .apart_by_count), (.sources[].totals[] | select(.measure == "requests").gap), (.bypass | length)]' "hard/$1/r"; }
is "records of one time and size that the provider counts twice are two calls" "$(folds each)" '[0,0,60,"0",0]'
is "those that it counts once are one, and the report says by what" "$(folds same) $("$AUDITKIT" -w hard/same/w report reconcile | grep -c 'share no identifier')" '[60,60,0,"0",0] 1'
is "calls past the gateways do not make two of one" "$(folds past)" '[60,60,0,"3",1]'
is "versions of one record are named with what differs" "$(jq -c '.conflicts | del(.of, .named[].time)' hard/versions/r)" \
	"$(jq -nc --arg a "$(awk 'NR == 12 { match($0, /"completion_tokens": [0-9]+/); print substr($0, RSTART + 21, RLENGTH - 21) }' hard/versions/spend.jsonl)" --argjson c "$(jq -c '.conflicts.named[0].cites' hard/versions/r)" \
		'{named: [{cites: $c, differ: {output_tokens: [($a | tonumber + 7 | tostring), $a]}, kind: "request", source: "litellm-spendlogs"}], records: 1, versions: 2}')"
is "and in the text" "$("$AUDITKIT" -w hard/versions/w report reconcile | tr -s ' \n' ' ' | grep -c 'CONFLICT 2 of [0-9]* records are versions of 1, exported again with other content')" 1
finish
