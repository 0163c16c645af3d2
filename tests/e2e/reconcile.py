"""Usage and gateway requests with known classes. usage: reconcile.py make SEED DIR [random] | check DIR REPORT | drill DIR REPORT AUDITKIT WS"""
import csv
import datetime
import json
import random
import subprocess
import sys
from decimal import Decimal, getcontext

getcontext().prec = 60
T0 = 1780272000  # 2026-06-01T00:00:00Z
HOURS = 72
MODELS = {"gpt-4.1-2025-04-14": ("2", "8"), "gpt-4.1-mini-2025-04-14": ("0.4", "1.6")}


def z(t):
    return datetime.datetime.fromtimestamp(t, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def price(model, tin, tout):
    a, b = MODELS[model]
    return (Decimal(a) * tin + Decimal(b) * tout) / 1000000


def slp(n, start, end, model, tin, tout, cost, status="success", retries=0, hit=False):
    return {"id": "chatcmpl-%06d" % n, "trace_id": "%032x" % n, "call_id": "%032x" % (n + 10**6), "call_type": "acompletion",
            "status": status, "custom_llm_provider": "openai", "startTime": start, "endTime": end, "response_time": end - start,
            "model": model, "model_group": "chat", "model_id": "dep-1",
            "metadata": {"user_api_key_hash": "%064x" % (n % 5 + 1), "user_api_key_alias": "svc-%d" % (n % 5), "attempted_retries": retries,
                         "attempted_fallbacks": 0},
            "cache_hit": hit, "response_cost": float(cost), "total_tokens": tin + tout, "prompt_tokens": tin, "completion_tokens": tout,
            "messages": None, "response": None, "model_parameters": {}, "hidden_params": {}}


class Provider:
    def __init__(self):
        self.cell = {}

    def add(self, t, key, model, tin, tout, n=1, tier="default", batch=False):
        hour = int((t - T0) // 3600)
        c = self.cell.setdefault((hour, key, model, tier, batch), [0, 0, 0])
        c[0] += n
        c[1] += tin
        c[2] += tout

    def write(self, path, shift=0):
        buckets = []
        for h in sorted({k[0] for k in self.cell} | set(range(HOURS))):
            rows = [{"object": "organization.usage.completions.result", "input_tokens": v[1], "input_cached_tokens": 0, "output_tokens": v[2],
                     "num_model_requests": v[0], "project_id": "proj_a", "user_id": None, "api_key_id": k[1], "model": k[2], "batch": k[4],
                     "service_tier": k[3]} for k, v in sorted(self.cell.items()) if k[0] == h]
            buckets.append({"object": "bucket", "start_time": T0 + h * 3600, "end_time": T0 + (h + 1) * 3600, "results": rows})
        json.dump({"object": "page", "data": buckets, "has_more": False}, open(path, "w"))


def make(seed, d, how="planted"):
    """planted: known classes; quiet: nothing that is a bypass, with retries, failures, edges, a batch; zone: all buckets two hours late;
    random: any two tables."""
    rnd = random.Random(seed)
    p, out, truth = Provider(), [], {"bypass_requests": 0, "edge": 0, "failed": 0, "retry": 0}
    n = 0
    costs = {}
    for h in range(HOURS):
        for _ in range(rnd.randrange(4, 12) * (1 if how != "zone" else 1 + (h % 24 > 8) * 3)):
            n += 1
            model = rnd.choice(list(MODELS))
            tin, tout = rnd.randrange(10, 4000), rnd.randrange(1, 900)
            t = T0 + h * 3600 + 60 + rnd.random() * 3480
            dur = rnd.random() * 9
            key = "key_up%d" % rnd.randrange(2)
            counted = t + dur
            retries = 0
            if how in ("quiet", "planted"):
                roll = rnd.random()
                if roll < 0.03 and h + 1 < HOURS:  # begins before the edge, ends and counts behind it
                    t = T0 + (h + 1) * 3600 - 20
                    dur = 45
                    counted = t + dur
                    truth["edge"] += 1
                elif roll < 0.06:  # failed at the gateway, counted by the provider
                    out.append(slp(n, t, t + dur, model, tin, 0, 0, "failure"))
                    p.add(counted, key, model, tin, 0)
                    truth["failed"] += 1
                    continue
                elif roll < 0.09:  # failed, and not counted
                    out.append(slp(n, t, t + dur, model, 0, 0, 0, "failure"))
                    continue
                elif roll < 0.12:  # a retry that has no record
                    retries = 1
                    p.add(counted, key, model, tin, 0)
                    truth["retry"] += 1
                elif roll < 0.15:  # answered from the gateway's cache
                    out.append(slp(n, t, t + dur, model, tin, tout, 0, hit=True))
                    continue
            if how == "zone":
                counted += 7200
            cost = price(model, tin, tout)
            out.append(slp(n, t, t + dur, model, tin, tout, cost, retries=retries))
            p.add(counted, key, model, tin, tout)
            day = int((counted - T0) // 86400)
            costs[day, model] = costs.get((day, model), 0) + cost
    if how == "planted":
        for h in rnd.sample(range(2, HOURS - 2), 5):
            k = rnd.randrange(1, 6)
            p.add(T0 + h * 3600 + 100, "key_direct", "gpt-4.1-2025-04-14", 900 * k, 100 * k, k)
            truth["bypass_requests"] += k
    if how == "random":
        for c in p.cell.values():
            for i in range(3):
                c[i] = max(0, c[i] + rnd.randrange(-3, 4) * (1 if i == 0 else 50)) if rnd.random() < 0.5 else c[i]
        for _ in range(20):
            p.add(T0 + rnd.randrange(HOURS) * 3600, "key_%d" % rnd.randrange(5), rnd.choice(list(MODELS) + ["gpt-x"]), rnd.randrange(999), 5, rnd.randrange(4))
    p.write(d + "/usage.json")
    with open(d + "/gateway.jsonl", "w") as f:
        rnd.shuffle(out)
        for r in out:
            f.write(json.dumps(r) + "\n")
    results = {}
    for (day, model), cost in sorted(costs.items()):
        if how == "random":
            cost = cost * Decimal(rnd.randrange(1, 200)) / 100 + Decimal(rnd.randrange(-10**9, 10**9)) / 10**rnd.randrange(9, 30)
        results.setdefault(day, []).append((model, cost * Decimal("0.9") if how == "planted" else cost))
    with open(d + "/costs.json", "w") as f:  # amounts as they stand, never through a float
        f.write('{"object": "page", "data": [')
        f.write(", ".join('{"object": "bucket", "start_time": %d, "end_time": %d, "results": [%s]}' % (
            T0 + day * 86400, T0 + (day + 1) * 86400, ", ".join(
                '{"object": "organization.costs.result", "amount": {"value": "%s", "currency": "%s"}, "line_item": "%s, all", "project_id": null}'
                % (format(c, "f"), "eur" if how == "random" and rnd.random() < 0.2 else "usd", m) for m, c in rows)) for day, rows in sorted(results.items())))
        f.write('], "has_more": false}')
    json.dump(truth, open(d + "/truth.json", "w"))


def check(report):
    """Every law that a report must satisfy, whatever the input; prints what is broken."""
    r = json.load(open(report))
    bad, total = [], {}
    for row in r["rows"]:
        gap = Decimal(row["gap"])
        if Decimal(row["provider_figure"]) - Decimal(row["gateway"]) != gap:
            bad.append("gap of " + row["row"])
        if sum((Decimal(v) for v in row["classes"].values()), Decimal(0)) != gap:
            bad.append("classes of " + row["row"])
        k = (row["source"], row["query"], row["provider"], row["bucket_end"] > "", row["measure"], row.get("currency") or row["unit"])
        t = total.setdefault(k, [Decimal(0)] * 3)
        for i, m in enumerate(("provider_figure", "gateway", "gap")):
            t[i] += Decimal(row[m])
    if len({row["row"] for row in r["rows"]}) != len(r["rows"]):
        bad.append("rows share an id")
    for s in r["sources"]:
        for t in s["totals"]:
            have = total.pop((s["source"], s["query"], s["provider"], True, t["measure"], t.get("currency") or t["unit"]))
            if have != [Decimal(t[m]) for m in ("provider_figure", "gateway", "gap")]:
                bad.append("total of " + t["measure"])
            if sum((Decimal(v) for v in t["classes"].values()), Decimal(0)) != have[2]:
                bad.append("classes of total " + t["measure"])
    if total:
        bad.append("rows without a total")
    return bad


def drill(report, auditkit, ws, seed):
    rows = json.load(open(report))["rows"]
    bad = 0
    for row in random.Random(seed).sample(rows, 6):
        d = json.loads(subprocess.run([auditkit, "-w", ws, "report", "reconcile", "--json", "--drill", row["row"]], capture_output=True).stdout)
        for side, figure in (("provider", "provider_figure"), ("gateway", "gateway")):
            have = sum((Decimal(x["value"]) for x in d["records"] if x["side"] == side and x["counted"]), Decimal(0))
            if have != Decimal(row[figure]):
                print(row["row"], side, have, row[figure])
                bad += 1
    return bad


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(int(sys.argv[2]), sys.argv[3], *sys.argv[4:])
    elif sys.argv[1] == "check":
        print("; ".join(check(sys.argv[2])[:5]) or "ok")
    else:
        print(drill(sys.argv[2], sys.argv[3], sys.argv[4], 1))
