#!/bin/sh
# What reports must not claim: last digits of binary numbers as disagreement, an alias as another model, a gateway's own throttled calls as traffic
# past it, one number for two things, and two calls as one.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
python3 - <<'END'
import json, datetime
DAY = 1780272000  # 2026-06-01T00:00:00Z
z = lambda t: datetime.datetime.fromtimestamp(t, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
def slp(n, t, provider, group, model, cost=0.0, tin=10, tout=5, fail=False, aws=None, **more):
    r = {"id": "chatcmpl-%s" % n, "trace_id": "tr-%s" % n, "call_type": "acompletion", "status": "failure" if fail else "success",
         "custom_llm_provider": provider, "startTime": t, "endTime": t + 2, "response_time": 2.0, "model": model, "model_group": group, "model_id": "dep",
         "metadata": {"user_api_key_hash": "%064x" % 7}, "cache_hit": None, "response_cost": cost, "prompt_tokens": tin, "completion_tokens": tout,
         "total_tokens": tin + tout, "messages": None, "response": None, "model_parameters": {},
         "hidden_params": {"additional_headers": {"llm_provider-x-amzn-requestid": aws} if aws else {}}}
    if fail:
        r["id"] = "00000000-0000-4000-8000-%012x" % int(t)
        r["error_information"] = {"error_code": "500", "error_class": "InternalServerError", "llm_provider": "bedrock"}
    r.update(more)
    return r
def write(name, rows):
    open(name, "w").write("".join(json.dumps(r) + "\n" for r in rows))

# Prices of a call and sums of a day in doubles, as both sides make them; day 3 lacks a cent, day 4 a millionth of a millionth in plain decimals.
calls, costs = [], []
n = 0
for day in range(5):
    total = {"input": 0.0, "output": 0.0}
    for i in range(40):
        n += 1
        tin, tout = 101 + 37 * (i + day) % 900, 53 + 29 * i % 300
        plain = day == 4
        calls.append(slp(n, DAY + day * 86400 + 2100 * i + 60, "openai", "gpt-4o", "gpt-4o-2024-08-06",
                         0.25 if plain else tin * 2.5e-06 + tout * 1e-05, tin, tout))
        total["input"] += 0.25 if plain else tin * 2.5e-06
        total["output"] += 0 if plain else tout * 1e-05
    if day == 3:
        total["output"] += 0.01
    if day == 4:
        total = {"input": 10.000000000001, "output": 0}
    costs.append({"object": "bucket", "start_time": DAY + day * 86400, "end_time": DAY + (day + 1) * 86400, "results": [
        {"object": "organization.costs.result", "amount": {"value": v, "currency": "usd"}, "line_item": "gpt-4o-2024-08-06, " + k, "project_id": "p",
         "api_key_id": "key_1"} for k, v in total.items()]})
write("noise.jsonl", calls)
json.dump({"object": "page", "data": costs, "has_more": False}, open("costs.json", "w"))

# Groups with a model's looks, a model that is served elsewhere, one that only a provider prices or counts, and one that nobody knows.
SON = "anthropic.claude-3-5-sonnet-20240620-v1:0"
write("names.jsonl", [slp("a1", DAY + 1, "bedrock", "claude-bedrock", SON), slp("a2", DAY + 2, "anthropic", "claude-sonnet", "claude-sonnet-4-20250514"),
                      slp("a3", DAY + 3, "openai", "gpt-4o", "gpt-4o-mini-2024-07-18"), slp("a4", DAY + 4, "openai", "gpt-4o", "gpt-4o-2024-08-06"),
                      slp("a5", DAY + 5, "openai", "gpt-4.1", "gpt-4o-mini-2024-07-18"), slp("a6", DAY + 6, "openai", "gpt-prod", "gpt-4o-2024-08-06")])
json.dump({"object": "page", "data": [{"object": "bucket", "start_time": DAY, "end_time": DAY + 86400, "results": [
    {"object": "organization.usage.completions.result", "input_tokens": 5, "output_tokens": 5, "num_model_requests": 1, "project_id": "p", "user_id": None,
     "api_key_id": "k", "model": "gpt-4.1-2025-04-14", "batch": False, "service_tier": "default", "input_cached_tokens": 0}]}], "has_more": False},
    open("usage.json", "w"))

# CloudTrail: 6 calls of the gateway's role that link, 3 that were throttled beside failed attempts, 1 throttled in a quiet hour, 1 that succeeded past
# the gateway; 2 throttled calls of a person who never goes through it, beside those attempts too.
def trail(n, t, who="assumed-role/gw/gw", error=None):
    r = {"eventVersion": "1.11", "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::123456789012:" + who, "accountId": "123456789012"},
         "eventTime": z(t), "eventSource": "bedrock.amazonaws.com", "eventName": "InvokeModel", "awsRegion": "eu-central-1", "sourceIPAddress": "203.0.113.9",
         "userAgent": "Boto3", "requestParameters": {"modelId": SON}, "responseElements": None, "requestID": "aws-%s" % n, "eventID": "ev-%s" % n,
         "readOnly": True, "eventType": "AwsApiCall", "managementEvent": True, "recipientAccountId": "123456789012", "eventCategory": "Management"}
    return r | ({"errorCode": error, "errorMessage": "Too many requests"} if error else {})
T = DAY + 40000
gw = [slp("b%d" % i, T + 100 * i, "bedrock", "claude", SON, aws="aws-%d" % i) for i in range(6)]
gw += [slp("f%d" % i, T + 1000 + 100 * i, "bedrock", "claude", SON, fail=True, tin=0, tout=0) for i in range(3)]
ev = [trail(i, T + 100 * i) for i in range(6)] + [trail("t%d" % i, T + 1001 + 100 * i, error="ThrottlingException") for i in range(3)]
ev += [trail("carl%d" % i, T + 1001 + 100 * i, "assumed-role/carl/carl", "ThrottlingException") for i in range(2)]
write("gw.jsonl", gw)
json.dump({"Records": ev}, open("only.json", "w"))
json.dump({"Records": ev + [trail("quiet", T + 9000, error="ThrottlingException"), trail("past", T + 9500)]}, open("trail.json", "w"))

# Two files of one gateway: the same ids of the provider a week apart, on calls with other ids and traces, and with the same trace.
week = [slp("w%d" % i, DAY + 100 * i, "bedrock", "claude", SON, aws="same-%d" % i) for i in range(4)]
later = [slp("x%d" % i, DAY + 7 * 86400 + 100 * i, "bedrock", "claude", SON, aws="same-%d" % i) for i in range(3)]
later.append(slp("x3", DAY + 7 * 86400 + 300, "bedrock", "claude", SON, aws="same-3", trace_id="tr-w3"))
write("week.jsonl", week)
write("later.jsonl", later)
# another gateway's record of the first of these: found beside the one of the week before
write("again.jsonl", [slp("y0", DAY + 7 * 86400 + 1, "bedrock", "claude", SON, aws="same-0")])
END
ws() { # ws NAME FILE...
	"$AUDITKIT" init "$1" >/dev/null 2>&1
	w=$1
	shift
	for f; do "$AUDITKIT" -w "$w" ingest --source "${f%.json*}" --exported-at 2026-06-20T00:00:00Z "$f" >>ingested 2>&1; done
}

ws noise noise.jsonl costs.json
"$AUDITKIT" -w noise report reconcile --json >r 2>/dev/null
is "last digits of doubles agree but for rounding, in every row; a cent and plain decimals do not" \
	"$(jq -c '[.sources[].totals[] | [.rows, .agree + .agree_but_rounding, .agree_but_rounding > 0]]' r) $(jq -c '[.rows[] | select(.classes.unexplained) | [.bucket[:10], (.classes.unexplained | tonumber * 1e12 | round)]]' r)" \
	'[[5,3,true]] [["2026-06-04",10000000000],["2026-06-05",1]]'
is "rounding is shown: classes add up to each gap exactly, and so do the totals" "$(python3 - r <<'END'
import json, sys
from decimal import Decimal as D, getcontext
getcontext().prec = 60
d = json.load(open(sys.argv[1]))
assert all(sum(map(D, r["classes"].values())) == D(r["gap"]) == D(r["provider_figure"]) - D(r["gateway"]) for r in d["rows"])
t, = [t for s in d["sources"] for t in s["totals"]]
assert D(t["classes"]["rounding"]) == sum(D(r["classes"].get("rounding", 0)) for r in d["rows"])
assert D(t["rounding_in_all"]) == sum(abs(D(r["classes"].get("rounding", 0))) for r in d["rows"]) > 0
assert not any("bucket_edge" in r["classes"] for r in d["rows"])
print("ok")
END
)" ok
is "what is open is printed first, what is rounding alone last" "$("$AUDITKIT" -w noise report reconcile 2>/dev/null | sed -n '/^rows/,$p' | grep -o '2026-06-0[0-9]T00' | sed -n '1p;2p' | tr '\n' ' ')" "2026-06-04T00 2026-06-05T00 "

ws names names.jsonl usage.json
"$AUDITKIT" -w names report fallbacks --json >f 2>/dev/null
is "another model only where the name asked for is known as one: served, or counted by a provider" \
	"$(jq -c '[.served_otherwise, ([.rows[] | select(.class == "another model") | .asked] | sort), ([.rows[] | select(.class == "not stated") | .asked] | sort)]' f)" \
	'[2,["gpt-4.1","gpt-4o"],["claude-bedrock","claude-sonnet","gpt-prod"]]'

ws only gw.jsonl only.json
"$AUDITKIT" -w only report reconcile --json >c 2>/dev/null
is "throttled calls of the gateways' own role are undecided, with both counts; those of others are bypass" \
	"$(jq -c '.calls | [(.judged[] | [.calls, .named, .without, .may_be_unnamed]), (.undecided[] | [.calls, .of, .at_least, .may_be_unnamed, .unnamed_attempts, (.cites | length)]), (.findings[] | [.calls, .of, .at_least])]' c)" \
	'[[11,11,5,3],[3,9,0,3,3,3],[2,2,2]]'
is "no link is made for them" "$("$AUDITKIT" -w only report links --format jsonl 2>/dev/null | jq -c 'select(.from_kind == "provider_call" and .state == "unmatched" and .reason == "not found")' | wc -l)" 5
"$AUDITKIT" -w only check bypass omission --json >k 2>/dev/null
is "check: the lower bound, its denominator, and the upper bound beside it" \
	"$(jq -c '[.checks[] | select(.check == "bypass") | .affected, .of, (.why | test("at least 2 of 11, up to 5 if 3 failed"))]' k)" '[2,11,true]'
"$AUDITKIT" -w only report completeness --json >o 2>/dev/null
is "omission: the check says what the report says" "$(jq -c '[.missing.at_least, .missing.of]' o) $(jq -c '.checks[] | select(.check == "omission") | [.affected, .of]' k)" "[1,21] [1,21]"
is "and each method its own count" "$(jq -c '[.methods[] | select(.method == "provider calls") | .found, .of, .unit, .at_least]' o) $("$AUDITKIT" -w only report completeness | grep -c 'at least 1 record is missing of 21')" '[2,11,"provider calls",1] 1'
ws trail gw.jsonl trail.json
"$AUDITKIT" -w trail report reconcile --json >c 2>/dev/null
is "a failed call in a quiet hour, and one that succeeded, are nobody's failed attempt: at least two, up to five" \
	"$(jq -c '[.calls.findings[] | select(.of == 11) | .calls, .at_least, .may_be_unnamed, (.cites | length)]' c) $(jq '.calls.undecided | length' c)" '[5,2,3,1] 0'
is "in words too" "$("$AUDITKIT" -w trail report reconcile 2>/dev/null | tr -s ' \n' ' ' | grep -c 'at least 2 of 11 calls .* up to 5: 3 failed while 3 attempts')" 1

# ---- two files of one gateway ----
ws week week.jsonl later.jsonl again.jsonl usage.json
"$AUDITKIT" -w week report reconcile --json >s 2>/dev/null
is "one id of the provider a week apart, and nothing else in common: each counts, and is listed with the other; with the same trace, or a second beside it, it is one call" \
	"$(jq -c '[.gateway_records | .requests, .recorded_twice, .one_id_several_calls]' s) $(jq -c '[.one_id_several_calls[] | [.records[].time[:10]]]' s)" \
	'[9,2,3] [["2026-06-01","2026-06-08","2026-06-08"],["2026-06-01","2026-06-08"],["2026-06-01","2026-06-08"]]'
is "in words, with both records" "$("$AUDITKIT" -w week report reconcile 2>/dev/null | tr -s ' \n' ' ' | grep -c 'CONFLICT 3 of 9 requests .* week:[0-9]* of 2026-06-01.*, later:[0-9]* of 2026-06-08')" 1
finish
