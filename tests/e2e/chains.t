#!/bin/sh
# Chains of evidence over hand-made exports with obvious truth: each state planted once is found exactly, a clean set has none, sums agree
# with Python's decimal, and what cannot be judged is said to be so.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
here=$AK_SRCDIR/tests/e2e
make_set() { # make_set NAME clean|planted
	mkdir "$1" && (cd "$1" && python3 "$here/chains_make.py" "$2")
	"$AUDITKIT" init "w-$1" >/dev/null 2>&1
	mkdir -p "w-$1/formats" && cp "$here/chains.yaml" "w-$1/formats/chains-requests.yaml"
	"$AUDITKIT" -w "w-$1" ingest "$1"/*.csv "$1"/*.jsonl >/dev/null 2>&1 || echo "# not all was ingested"
}
check() { "$AUDITKIT" -w "w-$1" check --json change-unapproved ticket-without-change refund-unapproved refund-unsettled refund-mismatch revoked-key-use \
	key-owner-conflict balance invoice >"$1.json" 2>/dev/null; }
found() { # found SET CHECK: subject and state of each finding
	jq -r --arg c "$2" '[.checks[] | select(.check == $c) | .findings[] | "\(.subject) \(.state // "-")"] | sort | join(", ")' "$1.json"
}
make_set clean clean
make_set planted planted

check clean
is "a clean set: nothing found, all judged" "$? $(jq -c '[.met, .not_met, .not_evaluable]' clean.json)" "0 [9,0,0]"
is "what was looked at" "$(jq -r '[.checks[] | "\(.check) \(.of)"] | join(", ")' clean.json)" \
	"change-unapproved 8, ticket-without-change 3, refund-unapproved 5, refund-unsettled 5, refund-mismatch 3, revoked-key-use 5, key-owner-conflict 5, balance 1, invoice 2"
check planted
is "a planted set: nothing met, nothing undecided" "$? $(jq -c '[.met, .not_met, .not_evaluable]' planted.json)" "1 [0,9,0]"
is "refunds: each way not to be approved" "$(found planted refund-unapproved)" \
	"RF-late approved later, RF-lost approval not found, RF-none not approved, RF-refused rejected, RF-self approver is the requester"
is "released and in no settlement row: not by a row of another approval, and not what only asks" "$(found planted refund-unsettled)" \
	"ae-again not settled, ae-unpaid not settled"
sums() { # sums SET: events of privileged categories, those of each check, and that states add up
	jq -c --argjson all "$(sqlite3 "w-$1/workspace.db" "SELECT count(*) FROM audit_event WHERE state = 0 AND category IN
		('keys', 'quota', 'routing', 'billing', 'admin_access', 'configuration')")" '(.checks | map({(.check): .}) | add) as $c |
		[$c["change-unapproved"].of + ($c["change-unapproved"].apart | add) == $all,
		 $c["change-unapproved"].apart["judged by refund-unsettled"] == $c["refund-unsettled"].of,
		 ([.checks[] | select(.states) | .of == (.states | add)] | all)]' "$1.json"
}
is "each event is judged by exactly one check, and sums say so" "$(sums clean)$(sums planted)" "[true,true,true][true,true,true]"
is "states with their counts" "$(jq -c '.checks[] | select(.check == "refund-unsettled") | .states' planted.json)" \
	'{"not settled":2,"refused":1,"requested":1,"settled":16}'
"$AUDITKIT" -w w-planted packet build --draft --force -o planted.d >/dev/null 2>&1
is "packet and check have one figure for changes" "$(jq -r '.findings[] | select(.id == "change-no-ticket") | .measured' planted.d/data/08-requests/findings.json)" \
	"$(jq -r '.checks[] | select(.check == "change-unapproved") | "\(.found) of \(.of) changes"' planted.json)"
is "refunds: each claim that does not fit" "$(found planted refund-mismatch)" \
	"RF-above above cost, RF-amount approved amount differs, RF-eur other currency, RF-ghost request not found, RF-inside approved amount differs, RF-ok did not fail, RF-other approval of another request, RF-twice1 refunded twice, RF-twice2 refunded twice"
is "changes: each way not to be approved" "$(found planted change-unapproved)" \
	"ae-elsewhere ticket of another resource, ae-ghost ticket not found, ae-later approved later, ae-none no ticket, ae-rejected rejected, ae-self self-approved, ae-shut outside the window, ae-taken no ticket, ae-urgent approved later, ae-waiting not approved"
is "the ticket of another change is a candidate" "$(jq -r '.checks[].findings[] | select(.subject == "ae-taken") | .text | test("candidates .*: CHG-used$")' planted.json)" true
is "an emergency is told apart" "$(jq -c '[.checks[].findings[] | select(.emergency) | .subject]' planted.json)" '["ae-urgent"]'
is "a ticket without a change" "$(found planted ticket-without-change)" "CHG-lonely no change found"
is "a key used after its end" "$(found planted revoked-key-use)" "key_dead used after its end"
late=$(jq -c '.checks[] | select(.check == "revoked-key-use") | .findings[0] | [.late.uses, .late.of, .late.first.after, .late.first.time, .late.last.time]' planted.json)
is "how often, of how many, first and last, how long after" "$late" \
	'[3,4,"00:00:01.500","2026-06-03T12:00:01.500000Z","2026-06-04T12:00:00.000000Z"]'
grace() { # grace SECONDS: late uses, those within the declared grace
	sed '/^limits:/d' w-planted/policy.yaml >policy && { cat policy; echo "limits: {revocation_grace: $1}"; } >w-planted/policy.yaml
	"$AUDITKIT" -w w-planted check revoked-key-use --json 2>err | jq -c '.checks[0].findings | map([.late.uses, .within_grace])'
}
is "a declared grace covers what lies within, its last moment too" "$(grace 1)$(grace 2)$(grace 86399)$(grace 86400)" "[[3,0]][[2,1]][[1,2]][]"
grace 86401 >out
is "a grace beyond a day is none" "$(grep -c 'a number of seconds up to 86400' err)" 1
grace 0 >out
is "sources that disagree are both printed" "$(jq -c '.checks[] | select(.check == "key-owner-conflict") | .findings |
	[length, .[0].subject, .[0].conflicts, [.[0].links.cost_center[] | [.value, .sources[0].kind]]]' planted.json)" \
	'[1,"key_two",["cost_center"],[["CC-9","key inventory"],["CC-1","request records"]]]'
sqlite3 w-planted/workspace.db "SELECT s.name || ':' || i.seq FROM (SELECT seq, file FROM request UNION ALL SELECT seq, file FROM settlement
	UNION ALL SELECT seq, file FROM audit_event UNION ALL SELECT seq, file FROM ticket UNION ALL SELECT seq, file FROM api_key
	UNION ALL SELECT seq, file FROM usage) i JOIN file f ON f.id = i.file JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source" | sort >all
is "every finding cites its records, and they are there" "$(jq -r '.checks[].findings[] | if (.cites | length) > 0 then .cites[] else "none" end' planted.json |
	sort -u | comm -23 - all)" ""

cat >sums.py <<'PY'
import csv
from decimal import Decimal

rows = list(csv.DictReader(open("planted/settlements.csv")))
out = []
for invoice, currency in sorted({(r["invoice_id"], r["currency"]) for r in rows if r["invoice_id"]}):
    mine = [r for r in rows if (r["invoice_id"], r["currency"]) == (invoice, currency)]
    total = sum(Decimal(r["amount"]) for r in mine if r["type"] == "invoice")
    gap = total - sum(Decimal(r["amount"]) for r in mine if r["type"] != "invoice")
    if gap:
        out.append("%s %s %s" % (invoice, currency.upper(), gap))
print(", ".join(out))
PY
is "invoices agree with Python's decimal" "$(jq -r '[.checks[] | select(.check == "invoice") | .findings[] | "\(.subject) \(.currency) \(.difference)"] | join(", ")' planted.json)" \
	"$(python3 sums.py)"
is "a balance: 74.9 - 1.2 is not 73.8" "$(jq -c '[.checks[] | select(.check == "balance") | .of, .findings[0].gap]' planted.json)" '[2,"0.1"]'

trace() { "$AUDITKIT" -w w-planted trace reconstruct "$1" --json 2>/dev/null; }
chain() { trace "$1" | jq -c '[.hops[] | select(.n == 6 and (.title == "settlement" or .title == "approval")) | "\(.title) \(.state)"]'; }
is "the trace of a refund: request, usage, settlement row, approval" \
	"$(trace RF-good | jq -c '[.hops[] | select(.title | test("gateway|usage|settlement|approval")) | select(.cite or (.buckets | length > 0)) | .title]')" \
	'["gateway 1 of 1","usage and cost","settlement","settlement","approval"]'
is "the same digest from the request" "$(trace RF-good | jq -r .digest)" "$(trace r-good | jq -r .digest)"
is "a missing approval is named" "$(chain RF-lost)$(trace RF-lost | jq -r '.hops[] | select(.title == "approval") | .lines[0]')" \
	'["settlement present","approval missing"]MISSING, admin event ae-nowhere is not in this workspace'
is "a missing request is named" "$(trace RF-ghost | jq -r '[.hops[] | select(.title == "settlement") | .lines[] | select(test("MISSING"))][0]')" \
	"request MISSING: no request in this workspace has the id r-ghost"

# What would decide is not here: never met.
without() { # without CHECK FILE...: its verdict over these files alone
	rule=$1
	shift
	rm -rf w-part
	"$AUDITKIT" init w-part >/dev/null 2>&1
	mkdir -p w-part/formats && cp "$here/chains.yaml" w-part/formats/chains-requests.yaml
	(cd clean && "$AUDITKIT" -w ../w-part ingest "$@" >/dev/null 2>&1)
	"$AUDITKIT" -w w-part check --json "$rule" 2>/dev/null | jq -r '.checks[0].verdict'
}
is "no tickets: changes are not evaluable" "$(without change-unapproved audit.jsonl)" "not evaluable"
"$AUDITKIT" -w w-part packet build --draft --force -o part.d >/dev/null 2>&1
is "and the packet says of how many" "$(jq -r '.findings[] | select(.id | test("change-")) | "\(.id) \(.measured)"' part.d/data/08-requests/findings.json)" \
	"change-unjudged $("$AUDITKIT" -w w-part check change-unapproved --json 2>/dev/null | jq -r '.checks[0] | "\(.states["not evaluable"]) of \(.of) changes"')"
is "no admin audit: refunds are not evaluable" "$(without refund-unapproved settlements.csv requests.csv)" "not evaluable"
is "no requests: what refunds claim is not evaluable" "$(without refund-mismatch settlements.csv audit.jsonl)" "not evaluable"
is "no settlement rows: not evaluable" "$(without refund-unsettled audit.jsonl)$(without refund-unapproved audit.jsonl)$(without invoice requests.csv)$(without balance requests.csv)" \
	"not evaluablenot evaluablenot evaluablenot evaluable"
is "a period in which nobody called: not evaluable" "$("$AUDITKIT" -w w-planted check --json --from 2035-01-01 revoked-key-use | jq -r '.checks[0] | .verdict + ", " + .why')" "not evaluable, no request of the period names a key"
is "no inventory and no events of keys: not evaluable" "$(without revoked-key-use requests.csv)" "not evaluable"
is "no admin audit: tickets are not evaluable" "$(without ticket-without-change tickets.csv)" "not evaluable"

# The ids of a refund in other spellings than those of the records that they name: capitals, without dashes, base64, a cached answer.
mkdir spelled
python3 - <<'PY'
import base64
import json

uuid = "4bf92f35-77b3-4da6-a3ce-929d0e0e47%02d"
ids, rows, audit, paid = [], [], [], []
for n in range(1, 7):
    u = uuid % n
    rows.append({"id": u, "call_id": u, "trace_id": u.replace("-", ""), "call_type": "acompletion", "response_cost": 0.001, "status": "failure",
                 "custom_llm_provider": "openai", "startTime": "2026-09-01T09:0%d:00Z" % n, "endTime": "2026-09-01T09:0%d:01Z" % n, "response_time": 1,
                 "prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2, "model": "m", "model_group": "m", "messages": [], "response": None, "cache_hit": False,
                 "model_parameters": {}, "hidden_params": {}, "metadata": {}, "error_information": {"error_code": "500", "error_class": "ServerError"}})
rows[4].update(id="chatcmpl-c5_cache_hit1780481000.25", cache_hit=True, status="success", error_information=None)
named = [(uuid % 1).upper(), (uuid % 2).replace("-", ""), (uuid % 3).replace("-", "").upper(), "", "chatcmpl-c5", uuid % 6]
trace = [""] * 3 + [base64.b64encode(bytes.fromhex(rows[3]["trace_id"])).decode()] + [""] * 2
row = "9c1e%04d-0000-4000-8000-00000000000a"
event = "7d2f%04d-0000-4000-8000-00000000000b"
for n in range(1, 7):
    by_row = n == 6  # the event names the row and the request, the row no event
    paid.append([(row % n).upper(), "refund", "-0.001", "USD", "2026-09-01T12:00:00Z", named[n - 1], trace[n - 1], "" if by_row else (event % n).upper() if n % 2 else (event % n).replace("-", ""), "settled"])
    audit.append({"audit_event_id": event % n, "actor_id": "fin", "actor_role": "admin", "target_type": "settlement" if by_row else "wallet", "target_id": row % n if by_row else "w", "action": "refund.issue", "before": None,
                  "after": {"amount": "-0.001"}, "reason": "ok", "request_id": (uuid % n).upper() if n != 5 else None, "created_at": "2026-09-01T11:00:00Z"})
with open("spelled/calls.jsonl", "w") as f:
    f.write("".join(json.dumps(r) + "\n" for r in rows))
with open("spelled/audit.jsonl", "w") as f:
    f.write("".join(json.dumps(r) + "\n" for r in audit))
with open("spelled/settlements.csv", "w") as f:
    f.write("settlement_id,type,amount,currency,settled_at,request_id,trace_id,approval_event_id,state\n" + "".join(",".join(r) + "\n" for r in paid))
PY
"$AUDITKIT" init w-spelled >/dev/null 2>&1
"$AUDITKIT" -w w-spelled ingest spelled/* >/dev/null 2>&1 || echo "# not all was ingested"
check spelled
of() { jq -c --arg c "$1" '.checks[] | select(.check == $c) | [.verdict, .found, .of]' spelled.json; }
is "each refund meets its request and its approval" "$(of refund-unapproved)$(of refund-mismatch)$(of refund-unsettled)" '["met",0,6]["met",0,6]["met",0,6]'
trace_of() { "$AUDITKIT" -w w-spelled trace reconstruct "$1" --json 2>/dev/null | jq -c '[.digest, [.hops[] | select(.title == "settlement" or .title == "approval") | .state]]'; }
same_trace() { for id in "$@"; do trace_of "$id"; done | sort | uniq -c | sed 's/  *\([0-9]*\) .*,\[/\1 [/'; }
is "one trace from every id and spelling of the request, the row and the approval" \
	"$(same_trace 4bf92f35-77b3-4da6-a3ce-929d0e0e4701 4BF92F35-77B3-4DA6-A3CE-929D0E0E4701 9C1E0001-0000-4000-8000-00000000000A 9c1e0001-0000-4000-8000-00000000000a 7d2f0001-0000-4000-8000-00000000000b)
$(same_trace 4bf92f35-77b3-4da6-a3ce-929d0e0e4702 4bf92f3577b34da6a3ce929d0e0e4702 9c1e0002-0000-4000-8000-00000000000a 7d2f000200004000800000000000000b)
$(same_trace 4bf92f35-77b3-4da6-a3ce-929d0e0e4704 9C1E0004-0000-4000-8000-00000000000A 7d2f0004-0000-4000-8000-00000000000b)
$(same_trace 9c1e0006-0000-4000-8000-00000000000a 7D2F0006-0000-4000-8000-00000000000B)" \
	'5 ["present","present"]]
4 ["present","present"]]
3 ["present","present"]]
2 ["present","present"]]'
finish
