"""reports_make.py: a gateway of three customers for reports3.t, in the current folder: calls.jsonl with mapping.yaml, settlements, usage.jsonl with
usage.yaml, quota events, verdicts. What is planted stands beside each."""
import csv, json

calls, n = [], 0
for day in range(1, 15):
    for tenant in ("acme", "beta", "gamma", None):
        for k in range(8 if (day, tenant) == (13, "acme") else 2):  # the thirteenth costs acme three times and more
            n += 1
            c = {"call": "req-%04d" % n, "at": "2026-06-%02dT%02d:10:00Z" % (day, n * 7 % 24), "served": "gpt-4o-2024-08-06" if k % 2 else "gpt-4o-mini-2024-07-18",
                 "asked": "gpt-4o", "status": 429 if n % 17 == 0 else 200, "in": 100 + n, "out": n, "usd": "0.0%d1" % (40 + k), "cur": "EUR" if tenant == "gamma" and k else "USD",
                 "key": "key-shared" if n % 5 == 0 else "key-%s" % tenant}
            if n % 13 == 0:
                del c["usd"]  # nothing was said of its cost
            if tenant:
                c.update(tenant=tenant, team="team-" + tenant)
            if n % 11 == 0:
                c.update(rules=["pii", "secrets"] if n % 2 else ["pii"], dlp="blocked:ssn", verdict="blocked")
            elif n % 3 == 0:
                c.update(dlp="clean", verdict="allowed")
            c["trace"] = "%032x" % (n * 7919)
            calls.append(c)
with open("calls.jsonl", "w") as f:
    for c in calls:
        f.write(json.dumps(c) + "\n")
of = lambda tenant: [c["call"] for c in calls if c.get("tenant") == tenant]
rows = [
    ("s1", "refund", "-0.5", "USD", of("acme")[3], "acme", "tokens"),
    ("s2", "credit", "-1.25", "USD", of("acme")[5], "", ""),          # of acme by its call alone
    ("s3", "refund", "-2", "USD", of("beta")[2], "acme", ""),         # names acme, and a call of beta
    ("s4", "charge", "7.10", "USD", "", "beta", "tokens"),
    ("s5", "credit", "-3", "USD", "", "", ""),                        # of nobody
    ("s6", "adjustment", "0.01", "USD", "", "acme", "share of beta-eu"),  # names beta in words
    ("s7", "refund", "-4", "USD", of("beta")[4], "", ""),
    ("s8", "charge", "12.345678901", "EUR", "", "acme", "tokens"),
    ("s9", "charge", "", "USD", "", "acme", "tokens"),                # without an amount
    ("s10", "charge", "9.99", "USD", of("gamma")[1], "gamma", "=1+1"),
]
with open("settlements.csv", "w", newline="") as f:
    w = csv.writer(f)
    w.writerow("settlement_id type amount currency request_id customer_id line_item settled_at".split())
    for i, r in enumerate(rows):
        w.writerow([*r, "2026-06-%02dT12:00:00Z" % (i + 2)])
with open("usage.jsonl", "w") as f:
    for day in range(1, 15):
        for tenant in ("acme", "beta", "gamma"):
            f.write(json.dumps({"bucket": "2026-06-%02dT00:00:00Z" % day, "tenant": tenant, "team": "team-" + tenant, "model": "gpt-4o", "n": 2 + day, "in": 1000 * day,
                                "cost": "%d.0%d" % (day, day % 10), "cur": "USD"}) + "\n")
events = [("q%d" % i, "2026-06-%02dT%02d:10:00Z" % (1 + i, i), ("allowed", "throttled", "blocked")[i % 3], "tenant", ("acme", "beta")[i % 2],
           [c["call"] for c in calls if c["status"] == 429][i] if i % 3 == 1 else None) for i in range(6)]
with open("quota.jsonl", "w") as f:
    for e in events:
        f.write(json.dumps(dict(zip("event_id timestamp decision scope scope_id request_id".split(), e), limit="100", used="101", unit="requests", window="1m",
                                policy_version="b-2")) + "\n")
with open("verdicts.jsonl", "w") as f:
    for i in range(9):
        f.write(json.dumps({"verdict_id": "v%d" % i, "time": "2026-06-%02dT04:00:00Z" % (1 + i), "verdict": ("clean", "blocked", "redacted")[i % 3],
                            "result": ("clean", "blocked:iban", "redacted:email")[i % 3], "rule": ("dlp-eu", "dlp-eu", "dlp-us")[i % 3], "rule_version": "3",
                            "checked": "prompt", "request_id": of("acme")[i], "trace_id": "%032x" % (i + 1)}) + "\n")
open("mapping.yaml", "w").write("""id: reports-calls
title: calls of reports3.t
version: 1
kind: request
status: from docs
container: json
zone: UTC
detect: {required: [/call, /at, /served, /usd]}
identity: [event_id]
fields:
  event_id: /call
  gateway_request_id: /call
  trace_id: /trace
  event_start: {path: /at, time: auto}
  request_model: /asked
  response_model: /served
  status_code: /status
  outcome: {path: /status, enum: {"2*": success, "*": failure}}
  input_tokens: /in
  output_tokens: /out
  cost_estimated: /usd
  cost_currency: /cur
  tenant_id: /tenant
  team_id: /team
  key_id: /key
  dlp_result: /dlp
  policy_verdict: {path: /verdict, enum: {allowed: allowed, blocked: blocked}}
  guardrails: /rules
""".replace("detect: {required: [/call, /at, /served, /usd]}", "detect: {required: [/call, /at, /served]}"))
open("usage.yaml", "w").write("""id: reports-usage
title: usage of reports3.t
version: 1
kind: usage
status: from docs
container: json
zone: UTC
detect: {required: [/bucket, /n, /cost]}
identity: [event_start, tenant_id]
fields:
  event_start: {path: /bucket, time: auto}
  response_model: /model
  request_count: /n
  input_tokens: /in
  cost_billed: /cost
  cost_currency: /cur
  tenant_id: /tenant
  team_id: /team
""")
