"""Exports of one small tenant, with every kind of evidence beside gateway requests, and what they must add up to.

make DIR     writes the exports below DIR
expect DIR   prints NAME VALUE, computed from the exports with the standard library alone
"""
import csv, datetime, gzip, json, pathlib, random, sys
from decimal import Decimal

START = datetime.datetime(2026, 6, 1, tzinfo=datetime.timezone.utc)


def iso(minutes, seconds=0):
    return (START + datetime.timedelta(minutes=minutes, seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def lines(path, rows):
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))


def gateway(rng):
    """Calls of a gateway, all to Bedrock; the last three never reach it."""
    for i in range(40):
        yield {"id": "chatcmpl-%04d" % i, "call_id": "call-%04d" % i, "trace_id": "%032x" % (i + 1), "call_type": "acompletion",
               "response_cost": 0.001, "status": "success", "custom_llm_provider": "bedrock", "stream": False,
               "startTime": (START + datetime.timedelta(minutes=i)).timestamp(),
               "endTime": (START + datetime.timedelta(minutes=i, seconds=2)).timestamp(), "response_time": 2,
               "prompt_tokens": 10 + i, "completion_tokens": 5, "total_tokens": 15 + i, "model": "amazon.nova-lite-v1:0",
               "model_group": "chat", "model_parameters": {}, 
               "metadata": {"user_api_key_alias": "svc", "usage_object": {"prompt_tokens_details": {"cached_tokens": i % 4}}},
               "hidden_params": {"additional_headers": {"llm_provider-x-amzn-requestid": "aws-%04d" % i}}}


def cloudtrail(rng):
    for i in list(range(37)) + [100, 101, 102, 103, 104]:
        yield {"eventVersion": "1.10", "eventID": "ev-%04d" % i, "eventTime": iso(i, 1), "eventName": "Converse", "readOnly": True,
               "eventSource": "bedrock.amazonaws.com", "awsRegion": "eu-west-1", "recipientAccountId": "111111111111",
               "requestID": "aws-%04d" % i, "requestParameters": {"modelId": "amazon.nova-lite-v1:0"},
               "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111111111111:assumed-role/gw/i-1"}}
    yield {"eventVersion": "1.10", "eventID": "ev-admin", "eventTime": iso(50), "eventName": "DeleteModelInvocationLoggingConfiguration",
           "eventSource": "bedrock.amazonaws.com", "awsRegion": "eu-west-1", "readOnly": False, "requestID": "adm-1",
           "userIdentity": {"type": "Root", "arn": "arn:aws:iam::111111111111:root"}}


def invocations(rng):
    for i in range(30):
        yield {"schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "timestamp": iso(i, 1), "accountId": "111111111111",
               "region": "eu-west-1", "requestId": "aws-%04d" % i, "operation": "Converse", "modelId": "amazon.nova-lite-v1:0",
               "input": {"inputTokenCount": 10 + i, "inputBodyJson": {"messages": [{"content": [{"text": "NEVERKEPT"}]}]}},
               "output": {"outputTokenCount": 5, "outputBodyJson": {"output": "NEVERKEPT"}}}


def proxy(rng):
    """Entries of a second gateway: up to five for one request id, in any order, one request id without a response."""
    rows = []
    for i in range(25):
        rid = "px-%03d" % i
        base = {"request_id": rid}
        rows.append({**base, "log_type": "request", "timestamp": iso(i), "method": "POST", "endpoint": "/v1/chat/completions",
                     "model": "gpt-4", "user_id": "kim@example.org", "body": "NEVERKEPT" if i % 5 == 0 else ""})
        rows.append({**base, "log_type": "security", "timestamp": iso(i), "auth_method": "API Key", "key_id": "key_%d" % (i % 3),
                     "rate_limit": "%d%%" % i})
        for n in range(i % 3):
            rows.append({**base, "log_type": "error", "timestamp": iso(i, 1 + n), "error_type": "Timeout", "retry_count": n + 1})
        if i != 24:
            rows.append({**base, "log_type": "response", "timestamp": iso(i, 5), "status_code": 200 if i % 7 else 500,
                         "latency_ms": 5000, "prompt_tokens": i, "completion_tokens": 2 * i, "model_version": "gpt-4-0613",
                         "cost_usd": 0.01})
    rng.shuffle(rows)
    return rows


def settlements(rng):
    return [{"settlement_id": "st-%d" % i, "type": ["refund", "credit", "void", "manual_adjustment", "invoice"][i % 5],
             "amount": str(Decimal(i - 4) / 8), "currency": ["EUR", "USD"][i % 2], "settled_at": iso(1000 + i),
             "request_id": "call-%04d" % (i * 9), "approval_event_id": "ae-%d" % i} for i in range(12)]


def verdicts(rng):
    return [{"verdict_id": "v-%d" % i, "time": iso(i), "request_id": "call-%04d" % i, "verdict": ["clean", "redacted", "blocked"][i % 3],
             "rule": "pii", "rule_version": "7", "checked": "prompt", "findings": i % 3, "text": "NEVERKEPT"} for i in range(50)]


def quotas(rng):
    return [{"event_id": "q-%d" % i, "time": iso(i), "scope": "team", "scope_id": "t-1", "limit": 100, "used": 100 + i, "unit": "requests",
             "window": "1m", "decision": "blocked", "policy_version": "b-7", "request_id": "call-%04d" % (30 + i)} for i in range(15)]


def views(rng):
    return [{"event_id": "la-%d" % i, "time": iso(2000 + i), "viewer": "kim@example.org", "viewer_role": "support", "action": "view",
             "log_class": ["metadata", "payload"][i % 2], "log": "gw"} for i in range(9)]


def snapshots(rng):
    return [{"captured_at": iso(m), "system": "gw", "payload_logging": mode, "retention_days": days,
             "settings": {"roles": {"auditor": ["logs.read"]}}} for m, mode, days in ((-10, "metadata", 90), (20, "full", 30))]


def prices(rng):
    """The price of the gateway's model changes after twenty minutes, and cached input gets one of its own; gpt-4 has a price
    for its output only."""
    for since, tokens_in, tokens_out in (("2026-01-01T00:00:00Z", "0.06", "0.24"), (iso(20), "0.07", "0.25")):
        for item, amount in (("input", tokens_in), ("output", tokens_out)):
            yield {"provider": "bedrock", "model": "amazon.nova-lite-v1:0", "item": item, "price": amount, "per": 1000000,
                   "unit": "tokens", "currency": "USD", "valid_from": since}
    yield {"provider": "bedrock", "model": "amazon.nova-lite-v1:0", "item": "cached_input", "price": "0.015", "per": 1000000,
           "unit": "tokens", "currency": "USD", "valid_from": iso(20)}
    yield {"provider": None, "model": "gpt-4-0613", "item": "output", "price": "30", "per": 1000000, "unit": "tokens",
           "currency": "USD", "valid_from": "2026-01-01"}


def approvals(rng):
    return [{"audit_event_id": "ae-%d" % i, "actor_id": "user-1", "actor_role": "owner", "actor_ip": None, "organization_id": "o",
             "target_type": "settlement", "target_id": "st-%d" % i, "action": "refund.approve", "before": None, "after": None,
             "reason": "ok", "request_id": None, "created_at": iso(900 + i)} for i in range(0, 12, 2)]


FILES = {"gateway": gateway, "invocations": invocations, "proxy": proxy, "settlements": settlements, "verdicts": verdicts,
         "quotas": quotas, "views": views, "snapshots": snapshots, "approvals": approvals, "prices": prices}


def make(folder):
    rng = random.Random(7)
    for name, rows in FILES.items():
        lines(folder / (name + ".jsonl"), rows(rng))
    with gzip.open(folder / "cloudtrail.json.gz", "wt") as f:
        json.dump({"Records": list(cloudtrail(rng))}, f)
    with open(folder / "focus.csv", "w", newline="") as f:
        w = csv.writer(f)
        w.writerow("BilledCost BillingCurrency ChargePeriodStart ChargePeriodEnd ChargeCategory EffectiveCost ProviderName ServiceName".split())
        for i in range(20):
            w.writerow(["0.%04d" % (i * 7), "USD", iso(0), iso(1440), "Usage" if i % 5 else "Credit", "0.01", "Amazon Web Services",
                        "Amazon Bedrock"])


def read(folder, name):
    return [json.loads(line) for line in (folder / (name + ".jsonl")).read_text().splitlines()]


def expect(folder):
    out = {}
    asked = {r["hidden_params"]["additional_headers"]["llm_provider-x-amzn-requestid"] for r in read(folder, "gateway")}
    known = {r["call_id"] for r in read(folder, "gateway")}
    with gzip.open(folder / "cloudtrail.json.gz", "rt") as f:
        calls = [r["requestID"] for r in json.load(f)["Records"] if r["eventName"] == "Converse"]
    out["cloudtrail_linked"] = "%d %d" % (sum(c in asked for c in calls), len(calls))
    inv = read(folder, "invocations")
    out["invocation_tokens"] = "%d %d" % (sum(r["input"]["inputTokenCount"] for r in inv), sum(r["output"]["outputTokenCount"] for r in inv))
    entries = read(folder, "proxy")
    rates = [[Decimal("0.06"), Decimal("0.24")], [Decimal("0.07"), Decimal("0.25")]]
    cached = [i % 4 if i >= 20 else 0 for i in range(40)]
    cost = sum((r["prompt_tokens"] - cached[i]) * rates[i >= 20][0] + cached[i] * Decimal("0.015")
               + r["completion_tokens"] * rates[i >= 20][1] for i, r in enumerate(read(folder, "gateway"))) / 1000000
    stored = len(asked) * Decimal("0.001")
    out["price_check"] = " ".join(["40 40"] + [format(x.normalize(), "f") for x in (stored, cost, stored - cost)])
    by_id = {}
    for e in entries:
        by_id.setdefault(e["request_id"], {})[e["log_type"]] = e
    out["proxy_records"] = len(entries)
    out["proxy_attempts"] = len(by_id)
    out["proxy_tokens"] = "%d %d" % (sum(e.get("prompt_tokens", 0) for e in entries), sum(e.get("completion_tokens", 0) for e in entries))
    out["proxy_cost"] = "%.2f" % sum(Decimal("0.01") for e in entries if "cost_usd" in e)
    out["proxy_failed"] = sum(g["response"]["status_code"] >= 400 if "response" in g else "error" in g for g in by_id.values())
    out["proxy_present"] = sum(bool(g["request"]["body"]) for g in by_id.values())
    out["proxy_key_0"] = sum(g["security"]["key_id"] == "key_0" for g in by_id.values())
    st = read(folder, "settlements")
    for c in ("EUR", "USD"):
        out["settled_" + c.lower()] = format(sum(Decimal(r["amount"]) for r in st if r["currency"] == c).normalize(), "f")
    approved = {r["audit_event_id"] for r in read(folder, "approvals")}
    out["settlements"] = "%d %d %d" % (len(st), sum(r["request_id"] in known for r in st), sum(r["approval_event_id"] in approved for r in st))
    v = read(folder, "verdicts")
    out["verdicts"] = "%d %d %d" % (len(v), sum(r["verdict"] != "clean" for r in v), sum(r["request_id"] in known for r in v))
    q = read(folder, "quotas")
    out["quotas"] = "%d %d" % (len(q), sum(r["request_id"] in known for r in q))
    a = read(folder, "views")
    out["views"] = "%d %d" % (len(a), sum(r["log_class"] == "payload" for r in a))
    with open(folder / "focus.csv", newline="") as f:
        rows = list(csv.DictReader(f))
    out["focus"] = "%d %s" % (len(rows), format(sum(Decimal(r["BilledCost"]) for r in rows).normalize(), "f"))
    for name, value in out.items():
        print(name, value)


if __name__ == "__main__":
    {"make": make, "expect": expect}[sys.argv[1]](pathlib.Path(sys.argv[2]))
