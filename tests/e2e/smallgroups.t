#!/bin/sh
# Published groups of few people: counted, flagged, left out or merged, as policy.yaml says.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
slp() { # slp ID USER KEY MODEL COST
	printf '{"id":"%s","litellm_call_id":"%s-c","call_type":"acompletion","status":"success","startTime":1780480800.25,"endTime":1780480801.5,"model":"%s","model_group":"%s","custom_llm_provider":"openai","prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"response_cost":%s,"requester_ip_address":"203.0.113.47","end_user":"","metadata":{"user_api_key_alias":"%s","user_api_key_user_id":"%s"}}\n' \
		"$1" "$1" "$4" "$4" "$5" "$3" "$2"
}
{
	for i in 1 2 3 4 5 6 7 8 9 10; do slp "a-$i" "user-$((i % 5))" key-team gpt-5-mini 0.5; done
	for i in 1 2 3 4; do slp "b-$i" "user-$i" key-four gpt-5 0.25; done
	slp c-1 user-9 key-one gpt-5 0.25
	slp d-1 svc_acct_bot key-bot embed-small 0.1
} >calls.jsonl
"$AUDITKIT" init w >out 2>err
"$AUDITKIT" -w w ingest --format litellm-slp calls.jsonl >out 2>err
is "calls are read" "$(sqlite3 w/workspace.db 'SELECT count(*), count(DISTINCT actor_id) FROM request')" "16|7"
build() { # build NAME POLICY-LINE
	printf 'version: 1\nredaction: {pseudonyms: per-workspace%s}\n' "$2" >w/policy.yaml
	"$AUDITKIT" -w w packet build --draft --view internal-audit --force -q -o "$1" >out 2>err
}
cells() { # cells NAME TABLE COLUMN...: sorted rows
	python3 - "$@" <<'END'
import csv, sys
rows = list(csv.DictReader(open(f"{sys.argv[1]}/data/tables/{sys.argv[2]}.csv")))
print(" ".join(sorted(",".join(r[c] for c in sys.argv[3:]) for r in rows)))
END
}
finding() { jq -r '[.findings[] | select(.id == "small-group").measured] | join(" ")' "$1/data/08-requests/findings.json"; }
said() { jq -r '.statements[] | select(.basis == "tables/small_groups.csv").text' "$1/data/04-redaction.json"; }

build plain ''
is "each key says how many people used it" "$(cells plain keys alias people)" "key-bot,0 key-four,4 key-one,1 key-team,5"
is "so do models and totals" "$(cells plain routes served people) $(cells plain usage_cost model people)" "embed-small,0 gpt-5,5 gpt-5-mini,5 embed-small,0 gpt-5,5 gpt-5-mini,5"
is "groups, those that name people, small ones" "$(cells plain small_groups table groups name_people small left_out merged)" \
	"dlp_verdicts,0,0,0,0,0 keys,4,3,2,0,0 quota_events,0,0,0,0,0 routes,3,2,0,0,0 usage_cost,3,2,0,0,0"
is "the finding has its denominator" "$(finding plain)" "2 of 7 groups that name people"
is "the statement says the same" "$(said plain)" "2 of 7 groups that name people stand for fewer than 5 of them: published and flagged; 3 of 10 groups name nobody and are not judged"
is "and that tokens are personal data" "$(jq -r '.statements[].text' plain/data/04-redaction.json | grep -c 'pseudonymised, still personal data')" 1
"$AUDITKIT" packet verify plain >out 2>&1
is "only the signature is missing" "$(grep '^FAIL' out | grep -vc signature)" 0

build k6 ', small_groups: {k: 6}'
is "another k" "$(finding k6)" "7 of 7 groups that name people"
build gone ', small_groups: {k: 5, action: suppress}'
is "suppressed" "$(cells gone keys alias attempts) | $(cells gone small_groups table small left_out | tr ' ' '\n' | grep keys)" "key-bot,1 key-team,10 | keys,2,2"
is "what is left out is no finding, but said" "$(finding gone)$(said gone | cut -d: -f2 | cut -d';' -f1)" " left out"
build merged ', small_groups: {k: 5, action: merge}'
is "merged: one row with the sums of both" "$(cells merged keys key attempts provider_requests)" "(2 groups of fewer than 5 people),5,0 key-bot,1,0 key-team,10,0"
is "and counted" "$(cells merged small_groups table small left_out merged | tr ' ' '\n' | grep keys)" "keys,2,0,2"
build six ', small_groups: {k: 6, action: merge}'
is "money is added exactly, by source, layer and currency" "$(cells six usage_cost layer currency model records requests input_tokens estimated)" \
	"gateway attempts,USD,(2 groups of fewer than 6 people),15,15,45,6.25 gateway attempts,USD,embed-small,1,1,3,0.1"
"$AUDITKIT" packet verify six >out 2>&1
is "such a packet is whole as well" "$(grep '^FAIL' out | grep -vc signature)" 0
build one ', small_groups: {k: 2, action: merge}'
is "a group that would stand alone is left out" "$(cells one keys alias attempts) | $(cells one small_groups table small left_out merged | tr ' ' '\n' | grep keys)" "key-bot,1 key-four,4 key-team,10 | keys,1,1,0"
for bad in '{k: 1}' '{k: many}' '{action: hide}' '{size: 5}'; do
	build bad ", small_groups: $bad"
	is "refused: $bad" "$? $(grep -c 'policy.yaml:2' err)" "2 1"
done

# ---- scope of pseudonyms ----
tokens() { cat "$1"/data/*.json "$1"/data/tables/*.csv | grep -oE '(user|email|key|id|ip):[0-9a-f]{32}' | sort -u; }
per() { # per NAME SCOPE REVIEWER
	printf 'version: 1\nredaction: {pseudonyms: %s}\n' "$2" >w/policy.yaml
	"$AUDITKIT" -w w packet build --draft --view internal-audit --force -q --reviewer "$3" -o "$1" >out 2>err
}
cp "$AK_SRCDIR/samples/grc/access-review-2026-06.csv" .
echo 'version: 1' >w/policy.yaml
"$AUDITKIT" -w w ingest access-review-2026-06.csv >out 2>err
per a per-packet first
per b per-packet second
per c per-workspace first
per d per-workspace second
is "packets have tokens" "$(($(tokens a | wc -l) > 3)) $(($(tokens c | wc -l) > 3))" "1 1"
is "per packet: as many, and none in common" "$(tokens a | wc -l) $(tokens a >t; tokens b | comm -12 - t | wc -l)" "$(tokens b | wc -l) 0"
is "per workspace: the same" "$(tokens c)" "$(tokens d)"
is "which are those of the workspace" "$(grep -ohE '(user|email):[0-9a-f]{32}' c/data/tables/access_grants.csv | sort -u >t; sqlite3 w/workspace.db "SELECT actor_id FROM access_grant UNION SELECT actor_email FROM access_grant" | grep : | comm -12 - t | wc -l)" "$(grep -cE '^(user|email)' t)"
is "and none of the others" "$(tokens c >t; tokens a | comm -12 - t | wc -l)" 0
is "the packet says which" "$(jq -r '.statements[] | select(.basis == "policy.yaml redaction.pseudonyms").text' a/data/04-redaction.json c/data/04-redaction.json | cut -d: -f1)" \
	"tokens are keyed again for this packet
tokens are those of the workspace"
keys=$XDG_CONFIG_HOME/auditkit/keys/$(ls "$XDG_CONFIG_HOME/auditkit/keys")
is "no key is in a packet" "$(for k in "$keys"/*; do grep -rlF "$(cat "$k")" a c w; grep -rlF "$(xxd -r -p "$k" | base64)" a c w; done | wc -l)" 0
finish
