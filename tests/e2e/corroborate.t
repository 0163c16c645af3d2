#!/bin/sh
# Two sources of one system are two witnesses of one attempt: totals are those of either alone, differences are listed.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
twin() { python3 "$AK_SRCDIR/tests/e2e/spendlogs.py" "$@"; }
ak() { "$AUDITKIT" "$@"; }
sql() { sqlite3 "$1/workspace.db" "$2"; }
pairs() { ak -w "$1" status --json | jq -c "[.witnesses[] | $2]"; }
for f in "$AK_SRCDIR"/samples/litellm/slp-*.jsonl.gz; do gzip -dc "$f"; done 2>/dev/null >slp.jsonl
one=$(jq -rR 'fromjson? | select(.status == "success" and .cache_hit == false and .id) | .id' slp.jsonl | sed -n 100p)
other=$(jq -rR 'fromjson? | select(.status == "success" and .cache_hit == false and .id) | .id' slp.jsonl | sed -n 200p)
twin --cost-differs "$one" --without "$other" <slp.jsonl >spend.csv
for w in alone both turned apart mock tampered; do ak init $w >/dev/null 2>&1; done

# ---- totals ----
ak -w alone ingest slp.jsonl "$AK_SRCDIR/samples/app" >/dev/null 2>&1
ak -w both ingest slp.jsonl "$AK_SRCDIR/samples/app" >/dev/null 2>&1
ak -w both ingest spend.csv --json >said.json 2>/dev/null
n=$(sql both "SELECT count(*) FROM request r JOIN file f ON f.id = r.file WHERE f.format = 'litellm-spendlogs-csv'")
m=$(sql both "SELECT count(*) FROM request r JOIN file f ON f.id = r.file WHERE f.format = 'litellm-slp'")
is "there is something to pair" "$((n > 2000))" 1
is "every record of the second source is a witness" "$(pairs both '[.counted, .witness, .attempts, .differ, .only_counted, .only_witness]')" \
	"[[\"litellm-slp\",\"litellm-spendlogs-csv\",$n,1,$((m - n)),0]]"
is "ingest says so at once" "$(jq -c '[.witnesses[] | .attempts, .differ]' said.json)" "[$n,1]"
# By hand: the id that both exports give a call, cache hits by id and time.
python3 - slp.jsonl spend.csv >want <<'PY'
import csv, json, sys
ids = set()
for line in open(sys.argv[1]):
    try:
        r = json.loads(line)
    except ValueError:
        continue
    ids.add(r["id"] if r["status"] == "success" else r["call_id"])
print(len({r["request_id"] for r in csv.DictReader(open(sys.argv[2])) if r["request_id"]} & ids))
PY
is "the same number by hand" "$(sql both "SELECT count(DISTINCT coalesce(b.response_id, b.gateway_request_id, b.event_id)) FROM corroboration c JOIN request b ON b.seq = c.seq")" "$(cat want)"
for w in alone both; do
	ak -w $w packet build --draft -o $w.zip >/dev/null 2>&1
	tables=
	mkdir u_$w && unzip -q -d u_$w $w.zip
done
for t in keys routes usage_cost links environments; do
	f=data/tables/$t.csv
	[ -f "u_alone/alone/$f" ] || continue
	# Tokens are those of each packet.
	for w in alone both; do sed 's/[a-z-]*:[0-9a-f]\{32\}/TOKEN/g' "u_$w/$w/$f" | sort >$w.csv; done
	is "$t: as with one source" "$(wc -l <both.csv) $(cmp alone.csv both.csv 2>&1)" "$(wc -l <alone.csv) "
	tables="$tables $t"
done
is "tables compared" "$tables" " keys routes usage_cost links"
is "verdicts too" "$(ak -w both status --json | jq -c '[.questions[] | .verdict, .measured]')" "$(ak -w alone status --json | jq -c '[.questions[] | .verdict, .measured]')"
is "the difference is in the packet, both values as stored" "$(cat u_both/*/data/tables/differences.csv | tail -n +2 | tr -d "\r" | cut -d, -f3-)" \
	"auditkit.cost.estimated,$(jq -rR --arg i "$one" 'fromjson? | select(.id == $i) | .response_cost' slp.jsonl),12.5"
is "and counted by field, with its denominator" "$(tail -n +2 u_both/*/data/tables/difference_fields.csv | tr -d "\r")" \
	"litellm-slp,litellm-spendlogs-csv,auditkit.cost.estimated,1,$n"
is "how many of them are listed" "$(grep -c "1 of 1 differences are listed" u_both/both/data/02-sources.md /dev/null 2>/dev/null | grep -c ':1')" 1
ok "the packet verifies" ak packet verify both.zip

ak init many >/dev/null 2>&1
ak -w many ingest slp.jsonl >/dev/null 2>&1
twin --model another <slp.jsonl >another.csv
ak -w many ingest another.csv >/dev/null 2>&1
ak -w many packet build --draft -o many.zip >/dev/null 2>&1
mkdir u_many && unzip -q -d u_many many.zip
is "a field that always differs: all are counted, the first thousand listed, and it is said" \
	"$(pairs many '[.attempts == .differ, (.fields[] | .column, .n == 2087)]') $(tail -n +2 u_many/many/data/tables/differences.csv | wc -l) $(grep -c '1000 of 2087 differences are listed' u_many/many/data/02-sources.md)" \
	'[[true,"response_model",true]] 1000 1'

# ---- traces ----
ak -w both trace reconstruct "$one" --json >t.json
is "one attempt, its witness and the difference" "$(jq -c '[.attempts, (.hops[] | select(.witnesses) | .witnesses[] | .compared > 20, [.differences[] | .field, .witness])]' t.json)" \
	'[1,true,["auditkit.cost.estimated","12.5"]]'
is "cost is counted once" "$(jq -r '.cost[0].estimated' t.json)" "$(jq -rR --arg i "$one" 'fromjson? | select(.id == $i) | .response_cost' slp.jsonl)"
is "the witness has a citation of its own" "$(jq -r '[.members[] | select(.kind == "request") | .cite] | length' t.json)" 2
is "from the witness the same attempt" "$(ak -w both trace reconstruct "$(jq -r '[.members[] | select(.kind == "request") | .cite] | last' t.json)" --json | jq -r .digest)" "$(jq -r .digest t.json)"
tr=$(sql both "SELECT trace_id FROM request WHERE trace_id IS NOT NULL AND outcome = 'failure' LIMIT 1")
is "retries and fallbacks: as many attempts as with one source" "$(ak -w both trace reconstruct "$tr" --json | jq '.attempts')" "$(ak -w alone trace reconstruct "$tr" --json | jq '.attempts')"

# ---- order, repetition, resumption of the pairing ----
ak -w turned ingest spend.csv >/dev/null 2>&1
ak -w turned ingest slp.jsonl >/dev/null 2>&1
is "the other order: the other source counts, as often" "$(pairs turned '[.counted, .attempts, .differ, .only_counted, .only_witness]')" \
	"[[\"litellm-spendlogs-csv\",$n,1,0,$((m - n))]]"
before=$(sql both 'SELECT count(*), sum(seq), sum(of_seq) FROM corroboration')
ak -w both ingest spend.csv slp.jsonl >/dev/null 2>&1
is "read again: the same pairs" "$(sql both 'SELECT count(*), sum(seq), sum(of_seq) FROM corroboration')" "$before"
head -n 900 slp.jsonl >part1.jsonl && tail -n +901 slp.jsonl >part2.jsonl
ak init piece >/dev/null 2>&1
ak -w piece ingest part1.jsonl >/dev/null 2>&1
ak -w piece ingest spend.csv >/dev/null 2>&1
ak -w piece ingest part2.jsonl >/dev/null 2>&1
is "in pieces: the earlier source counts, also for its later records" "$(pairs piece '[.counted, .attempts, .only_counted, .only_witness]')" "$(pairs both '[.counted, .attempts, .only_counted, .only_witness]')"
is "a dry run pairs and forgets" "$(ak -w alone ingest -n spend.csv --json 2>/dev/null | jq -c '[.witnesses[].attempts]') $(sql alone 'SELECT count(*) FROM corroboration')" "[$n] 0"

# ---- the system is declared ----
ak -w apart ingest slp.jsonl --system litellm-prod >/dev/null 2>&1
ak -w apart ingest spend.csv --system litellm-test >/dev/null 2>&1
is "other systems: nothing corroborates" "$(pairs apart .attempts)" "[]"
ak -w apart ingest spend.csv --system litellm-prod >/dev/null 2>&1
is "declared as the same later: all do" "$(pairs apart .attempts)" "[$n]"
printf 'version: 1\nsources:\n  a: {path: %s, system: one}\n  b: {path: %s, system: two}\n' "$PWD/slp.jsonl" "$PWD/spend.csv" >apart/policy.yaml
ak -w apart ingest >/dev/null 2>&1
is "policy.yaml declares it too" "$(sql apart "SELECT name, system FROM source WHERE name IN ('a', 'b') ORDER BY name" | tr '\n' ' ')" "a|one b|two "

# ---- ids that repeat ----
call() { # call ID SECONDS OUTCOME
	jq -nc --arg id "$1" --argjson t "$2" --arg s "${3-success}" '{id: $id, trace_id: "t", call_id: "c-1", call_type: "acompletion", response_cost: 1,
		startTime: (1780480800 + $t), endTime: (1780480801 + $t), status: $s, model: "m", model_group: "g", custom_llm_provider: "openai",
		total_tokens: 1, prompt_tokens: 1, completion_tokens: 0, cache_hit: false, model_parameters: {}, hidden_params: {},
		metadata: {user_api_key_hash: "litellm_proxy_master_key"}}'
}
{ call chatcmpl-mock 0; call chatcmpl-mock 5; call chatcmpl-mock 5; call chatcmpl-other 7; call chatcmpl-late 9; } >mock.jsonl
{ call chatcmpl-mock 0; call chatcmpl-mock 5; call chatcmpl-other 8; call chatcmpl-late 2000; } | twin >mock.csv
ak -w mock ingest mock.jsonl >/dev/null 2>&1
ak -w mock ingest mock.csv >/dev/null 2>&1
is "by millisecond, where one record of each starts in it; by id alone within ten minutes; never further apart" \
	"$(sql mock "SELECT a.event_id, (a.time_us / 1000000) % 100, (b.time_us / 1000000) % 100 FROM corroboration c JOIN request a ON a.seq = c.of_seq JOIN request b ON b.seq = c.seq ORDER BY 1" | tr '\n' ' ')" \
	"$(if [ "$(sql mock "SELECT count(*) FROM request r JOIN file f ON f.id = r.file WHERE f.name = 'mock.jsonl'")" = 4 ]; then echo 'chatcmpl-mock|0|0 chatcmpl-mock|5|5 chatcmpl-other|7|8 '; else echo 'chatcmpl-mock|0|0 chatcmpl-other|7|8 '; fi)"
call chatcmpl-same 0 | jq -c '. as $c | range(300) | . as $i | $c | .startTime += 3 * $i | .endTime += 3 * $i' >common.jsonl
ak init common >/dev/null 2>&1
ak -w common ingest common.jsonl >/dev/null 2>&1
twin <common.jsonl >common.csv
ak -w common ingest common.csv >/dev/null 2>&1
is "an id that hundreds share pairs nothing, and what stands alone is counted" "$(sql common 'SELECT count(*) FROM corroboration') $(pairs common .attempts)" "0 []"

# ---- entries that fold into one attempt, and a second witness of it ----
entry() { # entry TYPE ID SECONDS MEMBERS
	jq -nc --arg t "$1" --arg id "$2" --argjson s "$3" --argjson more "$4" '{log_type: $t, request_id: $id, timestamp: ((1780480800 + $s) | todate)} + $more'
}
{
	for i in 1 2 3; do
		entry request "px-$i" $((i * 10)) '{"model": "gpt-4", "provider": "openai", "request_body": "[REDACTED]"}'
		entry response "px-$i" $((i * 10 + 2)) '{"status_code": 200, "model_version": "gpt-4-0613", "prompt_tokens": 7, "cost_usd": "0.25"}'
	done
} >entries.jsonl
csv() { # csv FIRST LAST: the same calls as another export of the same system has them, one record each
	i=$1
	while [ "$i" -le "$2" ]; do
		entry access "px-$i" $((i * 10)) '{"model": "gpt-4", "provider": "openai", "status_code": 200, "model_version": "gpt-4-0613", "prompt_tokens": 8, "cost_usd": "0.25"}'
		i=$((i + 1))
	done
}
csv 2 4 >plain.jsonl
for w in folds turns halves; do ak init $w >/dev/null 2>&1; done
counted() { # counted WS: what routes, costs, view and witnesses say
	rm -rf "$1.d"
	ak -w "$1" packet build --draft -o "$1.d" >/dev/null 2>&1
	python3 - "$1.d" <<'PY'
import csv, decimal, sys
rows = lambda n: list(csv.DictReader(open(f"{sys.argv[1]}/data/tables/{n}.csv")))
print(sum(int(r["attempts"]) for r in rows("routes")), sum(decimal.Decimal(r["estimated"] or 0) for r in rows("usage_cost")))
PY
	sql "$1" 'SELECT count(*) FROM attempt'
	pairs "$1" '[.counted, .attempts, .differ, .only_counted, .only_witness, [.fields[] | .column, .n]]'
}
ak -w folds ingest --source a --system px entries.jsonl >/dev/null 2>&1
ak -w folds ingest --source b --system px plain.jsonl >/dev/null 2>&1
is "entries and a second witness: each call once" "$(counted folds | tr '\n' ' ')" '4 1.00 4 [["a",2,2,1,1,["input_tokens",2]]] '
ak -w turns ingest --source b --system px plain.jsonl >/dev/null 2>&1
ak -w turns ingest --source a --system px entries.jsonl >/dev/null 2>&1
turned=$(counted turns | tr '\n' ' ')
is "the other order" "$turned" '4 1.00 4 [["b",2,2,1,1,["input_tokens",2]]] '
is "every entry of a witness is set aside" "$(sql turns 'SELECT count(*) FROM corroboration')" 4
head -n 3 entries.jsonl >half1.jsonl && tail -n +4 entries.jsonl >half2.jsonl
ak -w halves ingest --source b --system px plain.jsonl >/dev/null 2>&1
ak -w halves ingest --source a --system px half1.jsonl >/dev/null 2>&1
ak -w halves ingest --source a --system px half2.jsonl >/dev/null 2>&1
is "entries that come later join their call" "$(counted halves | tr '\n' ' ')" "$turned"
for w in folds turns; do
	is "$w: a trace has one attempt, its entries and its witness" \
		"$(ak -w $w trace reconstruct px-2 --json | jq -c '[.attempts, (.members | length), ([.hops[] | select(.witnesses) | .witnesses[] | [.differences[] | .field]] | unique)]')" \
		'[1,3,[["gen_ai.usage.input_tokens"]]]'
	ok "$w: pairs are borne out" ak -w $w verify
done

# ---- tampering ----
ak -w tampered ingest slp.jsonl >/dev/null 2>&1
ak -w tampered verify >/dev/null 2>&1
is "intact before" "$?" 0
sql tampered "INSERT INTO corroboration SELECT max(seq), min(seq), 'response_id' FROM request"
ak -w tampered verify >out 2>&1
is "an attempt hidden as a witness is found" "$? $(tr -s ' \n' ' ' <out | grep -c 'set aside as a second witness')" "4 1"
ok "true pairs are borne out" ak -w both verify
finish
