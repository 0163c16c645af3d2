#!/bin/sh
# Every kind of evidence beside requests: where it stands in packet and trace, and that its figures are those of the exports,
# as tests/e2e/evidence.py adds them up. Entries of one request id are one attempt.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
mkdir in
python3 "$AK_SRCDIR/tests/e2e/evidence.py" make in
python3 "$AK_SRCDIR/tests/e2e/evidence.py" expect in >expected
want() { sed -n "s/^$1 //p" expected; }
"$AUDITKIT" init w >/dev/null 2>&1
sed 's/payload_mode: unknown/payload_mode: metadata-only/' w/policy.yaml >p && cat p >w/policy.yaml
"$AUDITKIT" -w w ingest in/*.jsonl in/*.gz in/*.csv >out 2>&1
is "every file is recognised and read whole" "$? $("$AUDITKIT" -w w sources --json | jq -c '[([.sources[].rejected] | add), (.sources | length)]')" "0 [0,12]"
is "CloudTrail tells calls from administration" "$(sqlite3 w/workspace.db "SELECT (SELECT count(*) FROM provider_call p JOIN file f ON f.id = p.file WHERE f.format = 'aws-cloudtrail') || ' ' || group_concat(action || ' ' || category) FROM audit_event WHERE category = 'configuration'")" \
	"$(want cloudtrail_linked | cut -d' ' -f2) DeleteModelInvocationLoggingConfiguration configuration"
is "currencies are in upper case, as the exports write them or as a mapping in lower case" \
	"$(for k in request usage settlement price; do sqlite3 w/workspace.db "SELECT DISTINCT cost_currency FROM $k WHERE cost_currency IS NOT NULL"; done | sort -u | tr '\n' ' ')$(grep -qw "currency: usd" "$AK_SRCDIR/src/formats/litellm-slp.yaml" && echo usd)" \
	"EUR USD usd"
is "no body of a call is kept" "$(grep -rlF NEVERKEPT w | wc -l)" 0

"$AUDITKIT" -w w packet build --draft -o p.d >/dev/null 2>&1
ok "the packet holds together" "$AUDITKIT" packet verify p.d
sum() { # sum TABLE COLUMN [CONDITION]: over a packed table, by Python
	python3 - "$@" <<'PY'
import csv, sys
from decimal import Decimal
rows = list(csv.DictReader(open("p.d/data/tables/%s.csv" % sys.argv[1])))
rows = [r for r in rows if eval(sys.argv[3] if len(sys.argv) > 3 else "True", {}, r)]
n = sum((Decimal(r[sys.argv[2]].lstrip("'") or 0) for r in rows), Decimal(0))
print(format(n.normalize() if n else Decimal(0), "f"))
PY
}
rows() { python3 -c 'import csv, sys; print(sum(bool(eval(sys.argv[2], {}, r)) for r in csv.DictReader(open("p.d/data/tables/%s.csv" % sys.argv[1]))))' "$@"; }
layer() { printf '%s' "layer == '$1' and source == '$2'"; }

is "provider calls of CloudTrail that a gateway record has, by id" \
	"$(jq -r '.tables[] | select(.name == "links") | .columns as $c | .rows[] | [$c, .] | transpose | map({(.[0].name): .[1]}) | add | select(.from == "aws-cloudtrail" and .to != null) | "\(.linked) \(.total)"' p.d/data/02-sources.json)" "$(want cloudtrail_linked)"
is "question 5 names the calls that no gateway has" "$("$AUDITKIT" -w w status --json | jq -r '.questions[] | select(.number == 5) | .verdict + ": " + .measured' | grep -c "not met: .*5 of 42 calls of aws-cloudtrail have none by id")" 1
is "tokens as the provider counted them are a layer of their own" \
	"$(sum usage_cost input_tokens "$(layer 'provider calls' bedrock-invocations)") $(sum usage_cost output_tokens "$(layer 'provider calls' bedrock-invocations)")" "$(want invocation_tokens)"
is "FOCUS rows and their sum" "$(sum usage_cost records "source == 'focus-csv'") $(sum usage_cost billed "source == 'focus-csv'")" "$(want focus)"

is "records of the entries" "$(sqlite3 w/workspace.db "SELECT count(*) FROM request WHERE facet IS NOT NULL")" "$(want proxy_records)"
is "they are this many attempts" "$(sum routes attempts "source == 'proxy-log'")" "$(want proxy_attempts)"
is "the view attempt says the same to sqlite3" "$(sqlite3 -separator ' ' w/workspace.db "SELECT sum(records), count(*) FROM attempt WHERE folded; SELECT sum(input_tokens), sum(output_tokens), sum(outcome = 'failure'), sum(payload_prompt = 'present'), sum(key_id = 'key_0') FROM attempt WHERE folded" | tr '\n' ' ')" \
	"$(want proxy_records) $(want proxy_attempts) $(want proxy_tokens) $(want proxy_failed) $(want proxy_present) $(want proxy_key_0) "
is "their tokens are counted once" "$(sum usage_cost input_tokens "$(layer 'gateway attempts' proxy-log)") $(sum usage_cost output_tokens "$(layer 'gateway attempts' proxy-log)")" "$(want proxy_tokens)"
is "their cost is counted once" "$(sum usage_cost estimated "$(layer 'gateway attempts' proxy-log)")" "$(want proxy_cost)"
is "a failure is that of the answer, or of an error without one" "$(sum routes failed "source == 'proxy-log'")" "$(want proxy_failed)"
is "the key of the security entry is the attempt's" "$(sum keys attempts "key == 'key_0'")" "$(want proxy_key_0)"
is "payload that arrived, by attempt" "$(jq -r '.statements[].text' p.d/data/04-redaction.json | grep -c "^proxy-log: $(want proxy_present) of $(want proxy_attempts) attempts arrived")" 1
is "records and attempts are told apart" "$(jq -r '.statements[].text' p.d/data/01-scope.json | grep -c "$(want proxy_records) entries of request logs fold into $(want proxy_attempts) attempts")" 1
one=$("$AUDITKIT" -w w trace reconstruct px-017 --json)
is "a trace of entries is one attempt, each entry is cited" "$(echo "$one" | jq -c '[.attempts, .records, ([.hops[] | select(.title | test("entry$")) | .cite] | unique | length)]')" "[1,5,5]"
is "it has what the entries have together" "$(echo "$one" | jq -c '[.hops[] | select(.title == "gateway 1 of 1") | .fields | .["gen_ai.request.model"], .["gen_ai.response.model"], .["auditkit.key.id"], .["auditkit.attempt.retries"], .["event.outcome"]]')" \
	'["gpt-4","gpt-4-0613","key_2",1,"success"]'
is "from any of its records, the same trace" "$(for c in $(echo "$one" | jq -r '.members[].cite'); do "$AUDITKIT" -w w trace reconstruct "$c" --json | jq -r .digest; done | sort -u | wc -l)" 1

is "settlement rows, with request, with approval" "$(rows settlements True) $(rows settlements "request_state == 'found'") $(rows settlements "approval != ''")" "$(want settlements)"
is "settled, per currency" "$(sum usage_cost billed "layer == 'settlement' and currency == 'EUR'") $(sum usage_cost billed "layer == 'settlement' and currency == 'USD'")" "$(want settled_eur) $(want settled_usd)"
gw="source == 'litellm-slp'"
is "costs computed again with the price of their time" "$(for c in attempts priced stored recomputed residual; do sum price_check $c "$gw"; done | paste -sd' ')" "$(want price_check)"
is "a model without a price for what it used is not priced" "$(rows price_check "source == 'proxy-log' and priced == '0'")" 1
is "verdicts, other than allowed, of known calls" "$(sum dlp_verdicts verdicts) $(sum dlp_verdicts verdicts "verdict != 'allowed'") $(sum dlp_verdicts linked)" "$(want verdicts)"
is "quota events, of known calls" "$(sum quota_events events) $(sum quota_events linked)" "$(want quotas)"
is "views of logs, of payload" "$(rows log_views "log_scope != ''") $(rows log_views "log_scope == 'payload'")" "$(want views)"
is "captured settings beside the declared ones" "$(jq -r '.statements[] | select(.tag == "proven") | .text' p.d/data/04-redaction.json p.d/data/05-retention.json | grep -c '^gw was set to \(payload mode full\|keep logs for 30 days\)')" 2
is "which refute the declaration" "$("$AUDITKIT" -w w status --json | jq -r '.questions[] | select(.number == 3) | .verdict')" "not met"

call=$("$AUDITKIT" -w w trace reconstruct call-0036 --json)
is "a call with the provider's record, quota event, verdict and settlement" "$(echo "$call" | jq -c '[.hops[] | select(.title | test("provider|DLP|quota|settlement")) | [.n, .title, .state]] | sort')" \
	'[[2,"DLP verdict","present"],[2,"quota","present"],[3,"provider route","present"],[6,"settlement","present"]]'
is "its settlement names the approving event" "$(echo "$call" | jq -r '.hops[] | select(.title == "approval") | .state + " " + .cite + " " + .lines[0]' | grep -c "^present admin-audit:[0-9]* refund.approve by")" 1
is "one whose approval is not there says so" "$("$AUDITKIT" -w w trace reconstruct st-1 2>/dev/null | tr -s ' \n' ' ' | grep -c 'approval MISSING, admin event ae-1 is not in this workspace')" 1
is "a call before the second capture had the first settings" "$("$AUDITKIT" -w w trace reconstruct call-0010 --json | jq -c '[.in_force[] | select((.title | test("payload|retention")) and (.state | test("captured"))) | .state[0:13]]')" '["metadata-only","90 d, gw as c"]'
is "and one after it the second" "$(echo "$call" | jq -c '[.in_force[] | select((.title | test("payload|retention")) and (.state | test("captured"))) | .state[0:4]]')" '["full","30 d"]'
is "show prints one of each kind" "$(for k in provider_call dlp_verdict quota_event settlement config_snapshot; do
	"$AUDITKIT" -w w show "$(sqlite3 w/workspace.db "SELECT s.name || ':' || min(r.seq) FROM $k r JOIN file f ON f.id = r.file JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source")" --json | jq -r '.records[].kind'
done | paste -sd,)" "provider_call,dlp_verdict,quota_event,settlement,config_snapshot"
digest=$("$AUDITKIT" -w w verify --json | jq -r .content_digest)
"$AUDITKIT" -w w ingest in/*.jsonl in/*.gz in/*.csv >/dev/null 2>&1
is "the same again adds nothing" "$("$AUDITKIT" -w w verify --json | jq -r .content_digest)" "$digest"
finish
