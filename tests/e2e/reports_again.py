"""reports_again.py [WORKSPACE REPORT.json]...: figures of `report dispute`, `variance` and `governance` computed anew from the rows of the workspace
with Python's decimals; prints a line for each, "ok REPORT ROWS" or what differs."""
import functools, json, sqlite3, sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from decimal import Decimal, getcontext
from zoneinfo import ZoneInfo
getcontext().prec = 120
D = Decimal
epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)
us = lambda t: None if t is None else int((datetime.fromisoformat(t.replace("Z", "+00:00")) - epoch) / timedelta(microseconds=1))




def same(what, have, want):
    if have != want:
        bad.append("%s: %s, not %s" % (what, have, want))


@functools.lru_cache(None)
def stored(workspace, table):
    db = sqlite3.connect(workspace + "/workspace.db")
    db.row_factory = sqlite3.Row
    found = db.execute("SELECT r.*, s.name || ':' || r.seq AS cite, s.name AS src, f.query AS the_query FROM %s r JOIN file f ON f.id = r.file JOIN export e ON e.id = f.export"
                       " JOIN source s ON s.id = e.source WHERE r.state = 0 AND r.seq NOT IN (SELECT seq FROM superseded) ORDER BY r.time_us, r.seq" % table).fetchall()
    second = {w[0] for w in db.execute("SELECT seq FROM corroboration")} if table == "request" else set()
    assert table != "request" or not any(r["facet"] for r in found)
    return [r for r in found if r["seq"] not in second]


def live(table, since=None, until=None):
    return [r for r in stored(workspace, table) if ((r["time_us"] is None and since is None and until is None) or (r["time_us"] is not None
            and (since is None or r["time_us"] >= since) and (until is None or r["time_us"] < until)))]


def figures(members, cols):
    """{name: {sum, of}} of those that any has."""
    out = {}
    for as_, col in cols.items():
        v = [D(r[col]) for r in members if r[col] is not None]
        if v:
            out[as_] = (sum(v), len(v))
    return out


def stated(row, cols):
    return {c: (D(row[c]["sum"]), row[c]["of"]) for c in cols if row.get(c) and row[c]["of"]}


def check(doc):
    name, rows, total = doc["report"], doc["rows"], doc["total"]
    since, until = us(doc["from"]), us(doc["to"])
    if name == "dispute":
        cols = {"customer": ["tenant_id"], "user": ["actor_id", "actor_email", "end_user_id"], "team": ["team_id", "team_name"], "key": ["key_id", "key_hash", "key_alias"]}[doc["scope"]["by"]]
        value = doc["scope"]["value"]
        mine = lambda r: any(r[c] == value for c in cols if c in r.keys())
        named = lambda r: any(r[c] is not None for c in cols if c in r.keys())
        attempts = [r for r in live("request", since, until) if mine(r)]
        same("attempts", [r["citation"] for r in rows], [r["cite"] for r in attempts])
        for have, r in zip(rows, attempts):
            same(r["cite"], [have[k] for k in ("request_id", "trace_id", "time", "requested_model", "served_model", "estimated", "billed", "currency", "input_tokens", "output_tokens", "status")],
                 [r[k] for k in ("gateway_request_id", "trace_id", "event_start", "request_model", "response_model", "cost_estimated", "cost_billed", "cost_currency", "input_tokens",
                                 "output_tokens", "status_code")])
        same("count", total["attempts"], len(attempts))
        same("failed", total["failed"], sum(r["outcome"] == "failure" for r in attempts))
        same("nobody's", total["not_attributed"], sum(not named(r) for r in live("request", since, until)))
        for c in ("input_tokens", "output_tokens", "reasoning_tokens"):
            same(c, stated(total, [c]), figures(attempts, {c: c}))
        money = defaultdict(list)
        for r in attempts:
            money[r["cost_currency"]].append(r)
        same("cost", {c["currency"]: (c["rows"], stated(c, ("estimated", "billed"))) for c in total["cost"]},
             {c: (len(m), figures(m, {"estimated": "cost_estimated", "billed": "cost_billed"})) for c, m in money.items()})
        calls = {}
        for r in live("request"):
            for c in ("gateway_request_id", "response_id", "trace_id"):
                if r[c]:
                    calls.setdefault(r[c], []).append(r)
        ids = lambda r: [r[c] for c in ("gateway_request_id", "response_id", "trace_id") if r[c]]
        kept = [r for r in live("settlement", since, until) if (doc["scope"]["by"] != "user" and mine(r)) or
                ((doc["scope"]["by"] == "user" or not named(r)) and any(mine(c) for i in ids(r) for c in calls.get(i, [])))]
        same("adjustments", [(a["citation"], a["amount"], a["currency"], a["type"]) for a in doc["adjustments"]],
             [(r["cite"], r["cost_billed"], r["cost_currency"], r["settlement_type"]) for r in kept])
        money = defaultdict(list)
        for r in kept:
            money[r["settlement_type"], r["cost_currency"]].append(r)
        same("adjusted", {(a["type"], a["currency"]): (a["rows"], stated(a, ["amount"])) for a in total["adjustments"]},
             {k: (len(m), figures(m, {"amount": "cost_billed"})) for k, m in money.items()})
        used = defaultdict(list)
        for r in live("usage", since, until):
            if mine(r):
                used[r["src"], r["the_query"], "gateway sums" if (r["usage_type"] or "").startswith("gateway_") else "provider usage", r["cost_currency"]].append(r)
        names = {"requests": "request_count", "input_tokens": "input_tokens", "output_tokens": "output_tokens", "estimated": "cost_estimated", "billed": "cost_billed", "effective": "cost_effective"}
        same("usage", {(u["source"], u["query"], u["basis"], u["currency"]): (u["rows"], stated(u, names)) for u in total["usage"]},
             {k: (len(m), figures(m, names)) for k, m in used.items()})
        same("usage rows", sorted(u["citation"] for u in doc["usage"]), sorted(r["cite"] for m in used.values() for r in m))
    elif name == "variance":
        zone, size = ZoneInfo(doc["zone"]), {"m": 60, "h": 3600, "d": 86400}[doc["bucket"][-1]] * int(doc["bucket"][:-1])
        base = us(doc["baseline"]["from"]), us(doc["baseline"]["to"])

        def start(t):
            local = (epoch + timedelta(microseconds=t)).astimezone(zone).replace(tzinfo=None)
            return datetime(1970, 1, 1) + (local - datetime(1970, 1, 1)) // timedelta(seconds=size) * timedelta(seconds=size)

        def named(t):
            fold = (epoch + timedelta(microseconds=t)).astimezone(zone).fold
            one, two = (start(t).replace(tzinfo=zone, fold=f) for f in (0, 1))
            if doc["zone"] == "UTC":
                return start(t).isoformat()
            return (two if fold and size <= (one.utcoffset() - two.utcoffset()).total_seconds() else one).isoformat()

        def signed(r):
            back = "settlement_type" in r.keys() and r["settlement_type"] in ("refund", "credit", "void")
            return -abs(D(r[col])) if back else D(r[col])

        def instant(local):
            return int((local.replace(tzinfo=zone).astimezone(timezone.utc) - epoch) / timedelta(microseconds=1))

        first = lambda *names: lambda r: next((r[n] for n in names if n in r.keys() and r[n] is not None), None)
        by = {"key": first("key_id", "key_hash", "key_alias"), "model": first("response_model", "request_model"), "team": first("team_id", "team_name"), "provider": first("provider"),
              "tenant": first("tenant_id"), "status": lambda r: None if first("status_code")(r) is None else str(r["status_code"])}
        kinds = {"gateway attempts": "request", "provider usage": "usage", "gateway sums": "usage", "settlement": "settlement"}
        column = {"estimated": "cost_estimated", "billed": "cost_billed", "effective": "cost_effective"}
        verdicts, seen = Counter(), defaultdict(set)
        for row in rows:
            members = [r for r in live(kinds[row["layer"]]) if r["time_us"] is not None and (row["source"] is None or (r["src"] == row["source"] and r["the_query"] == row["query"]))]
            if kinds[row["layer"]] == "usage":
                members = [r for r in members if (r["usage_type"] or "").startswith("gateway_") == (row["layer"] == "gateway sums")]
            col, begin = column[row["figure"]], datetime.fromisoformat(row["start"][:19])
            amounts = [r for r in members if col in r.keys() and r[col] is not None and r["cost_currency"] == row["currency"]]
            now = [r for r in amounts if named(r["time_us"]) == row["start"] and since <= r["time_us"] < until]
            before = [r for r in amounts if base[0] <= r["time_us"] < base[1]]
            old = sorted(r["time_us"] for r in members if r["time_us"] < base[1])
            day = lambda t: (epoch + timedelta(microseconds=t)).astimezone(zone).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
            buckets, at = 0, start(base[0])
            while old and at < start(base[1] - 1) + timedelta(seconds=size):
                there = size >= 86400 or datetime.fromtimestamp(at.replace(tzinfo=zone).timestamp(), zone).replace(tzinfo=None) == at
                buckets += there and at + timedelta(seconds=size) > day(old[0])
                at += timedelta(seconds=size)
            a, b = sum((signed(r) for r in now), D(0)), sum((signed(r) for r in before), D(0))
            what = "%s %s %s %s" % (row["layer"], row["figure"], row["currency"], row["start"])
            same(what, (D(row["amount"]), row["of"], D(row["baseline_sum"]), row["baseline_buckets"]), (a, len(now), b, buckets))
            cut = instant(begin) < since or instant(begin + timedelta(seconds=size)) > until
            factor = D(doc["factor"])
            want = "no baseline" if not buckets else "new" if b <= 0 and a > 0 else "cut" if b <= 0 and cut else "usual" if b <= 0 else "high" if a * buckets >= b * factor else "cut" if cut \
                else "low" if a * buckets * factor <= b else "usual"
            same(what + " verdict", row["verdict"], want)
            verdicts[want] += 1
            seen[row["layer"], row["source"], row["query"], row["figure"], row["currency"]].add(row["start"])
            if not buckets:
                continue
            same(what + " difference", D(row["difference"]), D(row["amount"]) - D(row["expected"]))
            if abs(D(row["expected"]) * buckets - b) > D(buckets) * D(10) ** (b.normalize().as_tuple().exponent if b else 0) / D(10) ** 6:
                bad.append("%s: %s is no mean of %s" % (what, row["expected"], b))
            same(what + " has drivers", "drivers" in row, want in ("high", "low", "new"))
            for word, list_ in row.get("drivers", {}).items():
                same(what + " adds up by " + word, sum((D(d["contribution"]) for d in list_), D(0)), D(row["difference"]))
                part = lambda rs: {k: sum(D(r[col]) for r in rs if by[word](r) == k) for k in {by[word](r) for r in rs}}
                same(what + " by " + word, {d["name"]: (D(d["amount"]), D(d["baseline_sum"])) for d in list_},
                     {k: (part(now).get(k, D(0)), part(before).get(k, D(0))) for k in part(now).keys() | part(before).keys()})
                same(what + " in order", [abs(D(d["contribution"])) for d in list_], sorted((abs(D(d["contribution"])) for d in list_), reverse=True))
        same("verdicts", {k: v for k, v in total["verdicts"].items() if v}, dict(verdicts))
        same("each series has each bucket", len({frozenset(s) for s in seen.values()}) <= 1, True)
    elif name == "governance":
        n = Counter()
        for v in live("dlp_verdict", since, until):
            rule = v["rule_name"] or (", ".join(json.loads(v["guardrails"])) if v["guardrails"] else None)
            n["policy verdicts", rule, v["rule_version"], v["policy_verdict"] or (v["dlp_result"] or "").split(":")[0] or None, v["dlp_result"]] += 1
        for v in live("quota_event", since, until):
            n["quota events", "quota of %s %s" % (v["quota_scope"], v["resource_id"]), v["budget_policy_version"], v["quota_decision"], None] += 1
        for r in live("request", since, until):
            if r["policy_verdict"] or r["dlp_result"]:
                decision = r["policy_verdict"] or r["dlp_result"].split(":")[0]
                acted = decision not in ("allowed", "clean", "not_run")
                n["gateway attempts", ", ".join(json.loads(r["guardrails"])) if acted and r["guardrails"] else None, None, decision, r["dlp_result"]] += 1
        same("rows", {(r["layer"], r["policy"], r["version"], r["decision"], r["result"]): r["n"] for r in rows if r["layer"] != "provider calls"}, dict(n))
        same("decisions", total["decisions"], sum(r["n"] for r in rows))
        same("attempts", total["attempts"], len(live("request", since, until)))
        for of in total["by_layer"]:
            same(of["layer"], sum(of["verdicts"].values()), sum(r["n"] for r in rows if r["layer"] == of["layer"]))
        there = {r["cite"]: r for t in ("dlp_verdict", "quota_event", "request") for r in live(t, since, until)}
        for r in rows:
            same("of", r["of"], sum(o["n"] for o in rows if o["layer"] == r["layer"]))
            for s in r["samples"]:
                same(s["citation"], s["trace"], there[s["citation"]]["trace_id"])
    return "; ".join(bad[:3]) if bad else "ok %s %d" % (name, len(rows))

for workspace, path in zip(sys.argv[1::2], sys.argv[2::2]):
    bad = []
    print(check(json.load(open(path))))
