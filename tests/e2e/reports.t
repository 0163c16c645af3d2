#!/bin/sh
# Reports of figures: every row and total computed again by a program of its own from the rows of the workspace, to the last digit.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
AUDITKIT_DATA="$AK_SRCDIR" "$AUDITKIT" demo d >/dev/null 2>&1
export XDG_CONFIG_HOME="$tap_dir/d/config"
cat >again.py <<'END'
"""again.py WORKSPACE < report.json: the layers computed anew with Python's decimals; prints "ok" and how many rows, or the first difference."""
import json, sqlite3, sys
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from decimal import Decimal, getcontext
from zoneinfo import ZoneInfo
getcontext().prec = 200
db = sqlite3.connect(sys.argv[1] + "/workspace.db")
db.row_factory = sqlite3.Row
doc = json.load(sys.stdin)
first = lambda *names: lambda r: next((r[n] for n in names if n in r.keys() and r[n] is not None), None)
person = lambda r: r["actor_id"] if (r["actor_id"] or "").startswith(("user:", "email:")) else first("actor_email", "end_user_id")(r)
owners = {}
for k in db.execute("SELECT * FROM api_key k WHERE owner_id IS NOT NULL AND state = 0 AND seq NOT IN (SELECT seq FROM superseded) ORDER BY time_us, seq"):
    owners.update({v: k["owner_id"] for v in (k["key_id"], k["key_hash"]) if v})
by = {"source": lambda r: r["the_source"], "key": first("key_id", "key_hash", "key_alias"), "key-id": first("key_id"), "key-hash": first("key_hash"), "key-alias": first("key_alias"),
      "organization": first("organization_id"), "project": first("project_id"), "team": first("team_id", "team_name"), "app": first("app"), "environment": first("environment"),
      "cost-center": first("cost_center"), "tenant": first("tenant_id"), "user": person, "actor": first("actor_id", "actor_email", "end_user_id"),
      "provider": first("provider"), "model": first("response_model", "request_model"), "request-model": first("request_model"), "endpoint": first("endpoint_family"),
      "operation": first("operation"), "region": first("region"), "tier": first("service_tier"), "outcome": first("outcome"),
      "status": lambda r: None if first("status_code")(r) is None else str(r["status_code"]), "status-class": lambda r: None if first("status_code")(r) is None else "%dxx" % (r["status_code"] // 100),
      "error": first("error_type"), "cache": first("cache_status"), "verdict": first("policy_verdict"), "dlp": first("dlp_result"), "fallback-from": first("fallback_from"),
      "line-item": first("line_item"), "service": first("billed_service"), "settlement": first("settlement_type"), "currency": first("cost_currency"),
      "owner": lambda r: owners.get(first("key_id")(r)) or owners.get(first("key_hash")(r))}
counted = {"failed": ("outcome", "failure"), "succeeded": ("outcome", "success"), "hits": ("cache_status", "hit"), "misses": ("cache_status", "miss")}
column = {"requests": "request_count", "retries": "attempt_retries", "fallbacks": "attempt_fallbacks", "estimated": "cost_estimated", "billed": "cost_billed", "effective": "cost_effective", "saved": "cache_saved_cost"}
kinds = {"gateway attempts": "request", "provider usage": "usage", "gateway sums": "usage", "provider calls": "provider_call", "settlement": "settlement"}
us = lambda t: None if t is None else int((datetime.fromisoformat(t.replace("Z", "+00:00")) - datetime(1970, 1, 1, tzinfo=timezone.utc)) / timedelta(microseconds=1))
seconds = {"m": 60, "h": 3600, "d": 86400}
size = int(doc["bucket"][:-1]) * seconds[doc["bucket"][-1]] if doc["bucket"] else 0
zone = ZoneInfo(doc["zone"])
facets = ["response", "request", "error", "security"]
def start(t):
    if t is None:
        return None
    at = (datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=t)).astimezone(zone)
    n = (at.replace(tzinfo=None) - datetime(1970, 1, 1)) // timedelta(seconds=size)
    begin = datetime(1970, 1, 1) + n * timedelta(seconds=size)
    if doc["zone"] == "UTC":
        return begin.isoformat()
    again = begin.replace(tzinfo=zone, fold=1)
    first = begin.replace(tzinfo=zone, fold=0)
    return (again if at.fold and size <= (first.utcoffset() - again.utcoffset()).total_seconds() else first).isoformat()
def crosses(r):
    if "usage_type" not in r.keys() or "charge_category" not in r.keys() or r["time_us"] is None or r["event_end"] is None:
        return False
    end = us(r["event_end"])
    return end > r["time_us"] and (until is not None and end > until or size and start(end - 1) != start(r["time_us"]))
def records(layer):
    kind = kinds[layer["layer"]]
    rows = db.execute("SELECT r.*, s.name AS the_source, e.source AS source_id, f.query AS the_query FROM %s r JOIN file f ON f.id = r.file JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source"
                      " WHERE r.state = 0 AND r.seq NOT IN (SELECT seq FROM superseded) ORDER BY r.seq" % kind).fetchall()
    if kind == "usage":
        own = layer["layer"] == "gateway sums"
        rows = [r for r in rows if r["the_source"] == layer["source"] and r["the_query"] == layer["query"] and (r["usage_type"] or "").startswith("gateway_") == own]
    if kind != "request":
        return rows
    folded, out = defaultdict(list), []
    for r in rows:
        if r["facet"] is None:
            out.append(r)
        else:
            folded[(r["source_id"], r["gateway_request_id"] or r["seq"])].append(r)
    for group in folded.values():
        one = dict(group[0])
        for name in one:
            if name not in ("seq", "time_us", "source_id", "the_source"):
                values = [[g[name] for g in group if g["facet"] == f and g[name] is not None] for f in facets]
                one[name] = next((max(v) for v in values if v), None)
        one["seq"] = min(g["seq"] for g in group)
        times = [g["time_us"] for g in group if g["time_us"] is not None]
        one["time_us"] = min(times) if times else None
        out.append(one)
    second = {w[0] for w in db.execute("SELECT seq FROM corroboration")}
    return [r for r in out if r["seq"] not in second]
def figures(rows, want):
    out = {"records": len(rows)}
    for name in want:
        if name in ("records", "cost", "start", "cut_from", "cut_to") or name in doc["by"]:
            continue
        if name in counted:
            col, value = counted[name]
            out[name] = sum(1 for r in rows if col in r.keys() and r[col] == value)
        else:
            values = [Decimal(r[column.get(name, name)]) for r in rows if column.get(name, name) in r.keys() and r[column.get(name, name)] is not None]
            out[name] = {"sum": sum(values) if values else None, "of": len(values)}
    cost = defaultdict(dict)
    amounts = {"usage": ("estimated", "billed"), "cost": ("estimated", "billed", "effective"), "cache": ("saved",), "errors": ()}[doc["report"]]
    for name in amounts:
        for r in rows:
            if column[name] in r.keys() and r[column[name]] is not None:
                c = cost[r["cost_currency"]].setdefault(name, {"sum": Decimal(0), "of": 0})
                kind = r["settlement_type"] if "settlement_type" in r.keys() else ""
                back = kind in ("refund", "credit", "void")
                amount = -abs(Decimal(r[column[name]])) if back else Decimal(r[column[name]])
                c["sum"] += amount
                c["of"] += 1
                if kind != "" and name == "billed" and "settlement_id" in r.keys():
                    side = cost[r["cost_currency"]].setdefault("given_back" if back else "charged", {"sum": Decimal(0), "of": 0})
                    side["sum"] += amount
                    side["of"] += 1
    out["cost"] = dict(cost)
    return out
def stated(row):
    out = {}
    for k, v in row.items():
        if k == "cost":
            out[k] = {c["currency"]: {n: {"sum": Decimal(f["sum"]), "of": f["of"]} for n, f in c.items() if n != "currency"} for c in v}
        elif isinstance(v, dict):
            out[k] = {"sum": None if v["sum"] is None else Decimal(v["sum"]), "of": v["of"]}
        elif k not in ("start", "cut_from", "cut_to") and k not in doc["by"]:
            out[k] = v
    return out
def ranked(rows, name):
    col = {"gateway_overhead_ms": "gateway_overhead_ms"}.get(name, name)
    odd = [x for x in rows if name == "time_to_first_chunk_ms" and x[col] is not None and
           (Decimal(x[col]) < 0 or x["duration_ms"] is not None and Decimal(x[col]) > Decimal(x["duration_ms"]) + 1)]
    v = sorted(Decimal(x[col]) for x in rows if x[col] is not None and x not in odd)
    return {"of": len(v), "not_ranked": 0, "not_plausible": len(odd)} | {p: str(v[-(-len(v) * k // 100) - 1]) if v else None for p, k in (("p50", 50), ("p90", 90), ("p95", 95), ("p99", 99), ("max", 100))}
if doc["report"] == "latency":
    doc["layers"] = [{"layer": "gateway attempts", "rows": doc["rows"], "total": doc["total"]}]
since, until = us(doc["from"]), us(doc["to"])
n = 0
for layer in doc["layers"]:
    rows = [r for r in records(layer) if (r["time_us"] is None and since is None and until is None) or
            (r["time_us"] is not None and (since is None or r["time_us"] >= since) and (until is None or r["time_us"] < until))]
    groups = defaultdict(list)
    usage = kinds[layer["layer"]] == "usage"
    across = [r for r in rows if usage and crosses(r)]
    if usage and bool(across) != bool(layer["across"]) or across and figures(across, layer["across"]) != stated(layer["across"]):
        sys.exit("%s: %d rows lie across, not %s" % (layer["layer"], len(across), layer["across"]))
    for r in rows:
        if usage and crosses(r):
            continue
        groups[((start(r["time_us"]),) if size else ()) + tuple(by[b](r) for b in doc["by"])].append(r)
    have = {((row["start"],) if size else ()) + tuple(row[b] for b in doc["by"]): row for row in layer["rows"]}
    if set(groups) != set(have) or len(have) != len(layer["rows"]):
        sys.exit("other groups in %s: %s" % (layer["layer"], sorted(set(groups) ^ set(have), key=str)[:3]))
    for key, members in list(groups.items()) + [(None, rows)]:
        row = have[key] if key is not None else layer["total"]
        if doc["report"] == "latency":
            want = {m: ranked(members, m) for m in ("duration_ms", "time_to_first_chunk_ms", "gateway_overhead_ms")}
            want.update(records=len(members), failed=sum(1 for r in members if r["outcome"] == "failure"))
            if want != {k: v for k, v in row.items() if k not in ("start", "cut_from", "cut_to") and k not in doc["by"]}:
                sys.exit("%s: %s, not %s" % (key, want, row))
        elif figures(members, row) != stated(row):
            sys.exit("%s %s: %s, not %s" % (layer["layer"], key, figures(members, row), stated(row)))
        n += 1
    if sum(r["records"] for r in layer["rows"]) + ((layer.get("across") or {}).get("records") or 0) != layer["total"]["records"]:
        sys.exit("rows do not add up")
print("ok" if n else "nothing", "%d layers" % len(doc["layers"]))
END
again() { # again WORKSPACE LAYERS REPORT...
	w=$1 layers=$2
	shift 2
	is "$w: $*" "$("$AUDITKIT" -w "$w" report "$@" --json | python3 again.py "$w" 2>&1)" "ok $layers layers"
}
again d/workspace 3 usage
again d/workspace 3 usage --by key,project --bucket 1d
again d/workspace 3 usage --by owner,model
again d/workspace 3 usage --by user
again d/workspace 3 usage --by team,app,environment --from 2026-06-03T10:30:00Z --to 2026-06-09T00:00:00.000001Z
again d/workspace 3 usage --bucket 15m --zone Asia/Kolkata
again d/workspace 3 cost --by line-item,project --bucket 1d --zone America/New_York
again d/workspace 3 cost --by team,cost-center
again d/workspace 1 errors
again d/workspace 1 errors --by status-class,model --bucket 6h
again d/workspace 1 cache --by cache,source
again d/workspace 1 latency
again d/workspace 1 latency --by provider,status --bucket 6h --zone Asia/Kolkata --from 2026-06-02
for b in source,key key-id,key-hash,key-alias organization,tenant,actor provider,request-model,endpoint operation,region,tier outcome,status,verdict dlp,fallback-from,service settlement,currency; do
	again d/workspace 3 usage --by "$b"
done
# Calls that come as entries, second witnesses, revisions, several gateways and providers.
mkdir in
python3 "$AK_SRCDIR/tests/e2e/evidence.py" make in
for n in 1 2; do
	for i in 1 2 3; do
		printf '{"request_id": "h-%s", "request_created_at": "2026-06-0%sT10:00:00Z", "response_created_at": "2026-06-0%sT10:00:01Z", "updated_at": "2026-06-0%sT11:00:00Z", "delay_ms": 40, "response_status": 200, "request_model": "gpt-4o", "helicone_user": "u", "provider": "OPENAI", "prompt_tokens": %s, "completion_tokens": 5, "cost": 0.00%s}\n' $i $i $i $n $((n * 100)) $n
	done >in/helicone-$n.jsonl
done
# First chunks a week after the call, before it, and in it.
for first in 1781000000 1780390000 1780394401.5; do
	printf '{"id": "f-%s", "trace_id": "t-%s", "call_type": "acompletion", "stream": true, "status": "success", "custom_llm_provider": "openai", "model": "gpt-4o", "startTime": 1780394400, "endTime": 1780394403, "response_time": 3, "completionStartTime": %s, "prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2, "response_cost": 0.1, "model_group": "gpt-4o", "cache_hit": null, "messages": null, "response": null, "model_parameters": {}, "metadata": {}, "hidden_params": {}}\n' $first $first $first
done >in/first.jsonl
"$AUDITKIT" init w >/dev/null 2>&1
"$AUDITKIT" -w w ingest in/*.jsonl in/*.gz in/*.csv >ingested 2>&1
. "$AK_SRCDIR/tests/tenant/lib.sh"
made t 5 --calls 200
is "entries, revisions, witnesses" "$(sqlite3 w/workspace.db 'SELECT count(facet) > 0 FROM request')$(sqlite3 w/workspace.db 'SELECT count(*) > 0 FROM superseded')$(sqlite3 w-t/workspace.db 'SELECT count(*) > 0 FROM corroboration')" 111
for w in w w-t; do
	l=$("$AUDITKIT" -w $w report usage --json | jq '.layers | length')
	c=$("$AUDITKIT" -w $w report cost --json | jq '.layers | length')
	again $w "$l" usage --by key,status
	again $w "$l" usage --by user,provider --bucket 1d
	again $w "$c" cost --by tenant,currency,settlement
	again $w "$("$AUDITKIT" -w $w report errors --json | jq '.layers | length')" errors --by source,error,outcome
	again $w 1 cache --by source,cache
	again $w 1 latency --by source --bucket 1d
done
is "a first chunk that no attempt can have had is counted and not ranked" "$("$AUDITKIT" -w w report latency --by source --json | jq -c '.rows[] | select(.source == "litellm-slp") | .time_to_first_chunk_ms | [.of, .not_plausible, .max]') $("$AUDITKIT" -w w report latency | grep -c 'left out.*2 of .* not plausible')" '[1,2,"1500"] 1'
is "an unknown word" "$("$AUDITKIT" -w d/workspace report usage --by planet 2>&1 >/dev/null | head -n 1)" "auditkit: option '--by': records are not grouped by 'planet'"
cut() { "$AUDITKIT" -w d/workspace report usage --zone Europe/Berlin --from 2026-06-01 --to 2026-06-03 --bucket 1d "$@" 2>/dev/null; }
is "the period, and what it cuts of the zone's days" "$(cut | sed -n '1,2p'; cut | grep -c '(from 02:00)\|(to 02:00)') $(cut --json | jq -c '[[.layers[0].rows[] | [.cut_from, .cut_to]], .notes]')" \
	'period    2026-06-01T00:00:00Z to 2026-06-03T00:00:00Z, in UTC, end not included
          in Europe/Berlin: 2026-06-01 02:00 to 2026-06-03 02:00
4 [[["2026-06-01T02:00:00",null],[null,null],[null,"2026-06-03T02:00:00"]],["12 of 12 rows of openai-costs are UTC days: those that lie across buckets of Europe/Berlin are in none, and stand apart"]]'
is "no bucket" "$("$AUDITKIT" -w d/workspace report usage --bucket 7h >/dev/null 2>&1; echo $?)" 2
is "a period without records" "$("$AUDITKIT" -w d/workspace report cost --from 2020-01-01 --to 2020-01-02 >out 2>/dev/null; echo "$? $(wc -c <out)")" "3 0"
is "others are counted" "$("$AUDITKIT" -w d/workspace report usage --by key --bucket 1d --top 3 | grep -c 'groups are not printed')" 3
is "the host's zone is nothing to it" "$(TZ=Asia/Tokyo "$AUDITKIT" -w d/workspace report usage --bucket 1d --json | sha256sum)" "$(TZ=UTC "$AUDITKIT" -w d/workspace report usage --bucket 1d --json | sha256sum)"
# ---- rows of a provider that no bucket may claim, refunds, and the hour that is there twice ----
ak() { "$AUDITKIT" -w "$tap_dir/x" "$@"; }
"$AUDITKIT" init x >/dev/null 2>&1
cat >settled.csv <<'END2'
settlement_id,settled_at,type,amount,currency,request_id
q1,2026-10-22T10:00:00Z,refund,100,USD,
q2,2026-10-22T11:00:00Z,charge,1,USD,
q3,2026-10-22T12:00:00Z,credit,-2.5,USD,
q4,2026-10-22T12:00:00Z,charge,7,EUR,
END2
python3 - <<'END2'
day, top = 86400, "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,quantity,quantity_unit,line_item,user_id,api_key_id,project_id,organization_id,project_name,organization_name,user_email,api_source\n"
first = 1792540800  # 2026-10-21T00:00:00Z
open("costs.csv", "w").write(top + "".join("%d,%d,,,%d,usd,1,tokens,line,,,proj,org,,,,\n" % (first + d * day, first + (d + 1) * day, d + 1) for d in range(4)))
open("hours.jsonl", "w").write("".join('{"id": "h%d", "call_id": "h%d", "trace_id": "%032x", "call_type": "acompletion", "status": "success", "custom_llm_provider": "openai", "startTime": %d.0, "endTime": %d.0, "response_time": 1.0, "model": "m", "model_group": "m", "metadata": {"user_api_key_hash": "%s"}, "response_cost": 1, "prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2, "messages": null, "response": null, "model_parameters": {}, "hidden_params": {}}\n' % (n, n, n + 1, t, t + 1, "ab" * 32) for n, t in enumerate((1792886400 + 1800, 1792886400 + 3600 + 1800, 1792886400 + 7200))))
END2
ak ingest settled.csv costs.csv hours.jsonl >ingested 2>&1
usage() { jq -c '.layers[] | select(.layer == "provider usage") | [(.rows | length), .across.records, .across.cost[0].billed.sum, .total.cost[0].billed.sum, .begun_before.records, .begun_before.cost[0].billed.sum]'; }
is "UTC days in UTC days" "$(ak report cost --bucket 1d --json | usage)" '[4,null,null,"10",null,null]'
is "no hour claims a day" "$(ak report cost --bucket 1h --json | usage)" '[0,4,"10","10",null,null]'
is "nor a day of another zone" "$(ak report cost --bucket 1d --zone America/New_York --json | usage)" '[0,4,"10","10",null,null]'
is "a day that the period cuts is nobody's, one that began before it in no sum" "$(ak report cost --by project --from 2026-10-22T12:00:00Z --to 2026-10-23T13:00:00Z --json | usage)" '[0,1,"3","3",1,"2"]'
is "and there is a line of each" "$(ak report cost --by project --from 2026-10-22T12:00:00Z --to 2026-10-23T13:00:00Z | grep -c '^ *spans\|^(no bucket)\|^ *(no bucket)')" 3
is "buckets with such rows are not judged" "$(ak report variance --zone America/New_York --from 2026-10-22T04:00:00Z --to 2026-10-24T04:00:00Z --json | jq -c '[.rows[] | select(.layer == "provider usage") | .verdict] | unique')" '["not judged"]'
is "a bucket behind the end of the records is not low" "$(ak report variance --zone Etc/GMT-2 --from 2026-10-23T22:00:00Z --to 2026-10-25T22:00:00Z --bucket 1d --json | jq -c '[.rows[] | select(.layer == "provider usage" and .verdict == "low")] | length')" 0
is "refunds and credits count against charges" "$(ak report cost --json | jq -c '[.layers[] | select(.layer == "settlement") | .total.cost[] | [.currency, .billed.sum, .charged.sum, .given_back.sum]] | sort')" '[["EUR","7","7",null],["USD","-101.5","1","-102.5"]]'
is "the hour that is there twice is two" "$(ak report cost --bucket 1h --zone Europe/Vienna --json | jq -c '[.layers[0].rows[] | [.start, .records]]')" \
	'[["2026-10-25T02:00:00+02:00",1],["2026-10-25T02:00:00+01:00",1],["2026-10-25T03:00:00+01:00",1]]'
is "and has its offset in text" "$(ak report cost --bucket 1h --zone Europe/Vienna | grep -c '2026-10-25T02:00+0[12]:00')" 2

finish
