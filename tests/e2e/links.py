"""Exports whose links are obvious, one trap a row, and the checks of what `report links` and `report coverage` make of them.
links.py make DIR | rows DB LINKS | law LINKS COVERAGE | symmetry AUDITKIT W"""
import base64, json, random, sqlite3, subprocess, sys, uuid
from collections import defaultdict
from datetime import datetime, timezone

T0 = 1772443200  # 2026-03-02T09:20:00Z
hexid = lambda n: "%032x" % (0x4BF92F3577B34DA6A3CE929D0E000000 + n)
packed = lambda r: "resp_" + base64.b64encode(f"litellm:custom_llm_provider:openai;model_id:m1;response_id:{r}".encode()).decode()


def call(i, at=0, **k):
    """A call as LiteLLM logs it; at: seconds after T0."""
    env = k.pop("env", None)
    headers = {"llm_provider-x-request-id": k.pop("provider")} if "provider" in k else {}
    row = {"id": i, "trace_id": k.pop("trace", None), "call_id": k.pop("call", None), "call_type": "acompletion", "cache_hit": k.pop("hit", False),
           "stream": False, "status": "success", "custom_llm_provider": "openai", "startTime": T0 + at, "endTime": T0 + at + 1, "response_time": 1.0,
           "model": k.pop("model", "gpt-4o"), "model_group": "chat", "response_cost": 0.1, "prompt_tokens": k.pop("tin", 1), "completion_tokens": k.pop("tout", 1),
           "total_tokens": 2, "model_parameters": {}, "metadata": {"user_api_key_hash": "a" * 64, "spend_logs_metadata": {"env": env} if env else {}},
           "hidden_params": {"additional_headers": headers}, "messages": [], "response": {}}
    assert not k, k
    return row


def iso(at):
    return datetime.fromtimestamp(T0 + at, timezone.utc).isoformat()


def event(i, at=0, **k):
    return {"app": "shop", "event": "ask", "event_id": i, "time": k.pop("time", iso(at)), **{n: v for n, v in k.items()}}


# what it is, the calls, the event, and what it must be: state, targets, method, confidence, cardinality or reason
U = "6a1b0d6e-1111-4222-8333-94445555666"
CASES = [
    ("trace", [call("chatcmpl-a1", trace=hexid(1))], dict(trace_id=hexid(1)), ("linked", "chatcmpl-a1", "exact", "certain", "1:1")),
    ("capitals", [call("chatcmpl-a2", trace=hexid(2))], dict(trace_id=hexid(2).upper()), ("linked", "chatcmpl-a2", "normalised", "high", "1:1")),
    ("dashes", [call("chatcmpl-a3", trace=hexid(3))], dict(trace_id=str(uuid.UUID(hexid(3)))), ("linked", "chatcmpl-a3", "normalised", "high", "1:1")),
    ("a UUID against hex", [call("chatcmpl-a4", trace=str(uuid.UUID(hexid(4))))], dict(trace_id=hexid(4)), ("linked", "chatcmpl-a4", "normalised", "high", "1:1")),
    ("a whole traceparent", [call("chatcmpl-a5", trace=hexid(5))], dict(trace_id=f"00-{hexid(5)}-00f067aa0ba902b7-01"), ("linked", "chatcmpl-a5", "normalised", "high", "1:1")),
    ("base64", [call("chatcmpl-a6", trace=hexid(6))], dict(trace_id=base64.b64encode(bytes.fromhex(hexid(6))).decode()), ("linked", "chatcmpl-a6", "normalised", "high", "1:1")),
    ("call id", [call("chatcmpl-a7", call=U + "7")], dict(request_id=U + "7"), ("linked", "chatcmpl-a7", "exact", "certain", "1:1")),
    ("call id in capitals", [call("chatcmpl-a8", call=U + "8")], dict(request_id=(U + "8").upper()), ("linked", "chatcmpl-a8", "normalised", "high", "1:1")),
    ("response id", [call("chatcmpl-a9")], dict(response_id="chatcmpl-a9"), ("linked", "chatcmpl-a9", "exact", "high", "1:1")),
    ("response id that LiteLLM packed", [call(packed("resp_abc12345"))], dict(response_id="resp_abc12345"), ("linked", packed("resp_abc12345"), "normalised", "high", "1:1")),
    ("provider request id of two calls", [call("chatcmpl-b1", provider="req_b"), call("chatcmpl-b2", 5, provider="req_b")], dict(provider_request_id="req_b"),
     ("ambiguous", "chatcmpl-b1 chatcmpl-b2", None, None, None)),
    ("of two attempts one trace", [call("chatcmpl-b3", trace=hexid(7)), call("chatcmpl-b4", 2, trace=hexid(7))], dict(trace_id=hexid(7)),
     ("linked", "chatcmpl-b3 chatcmpl-b4", "exact", "certain", "1:n")),
    ("a step of a run", [call("chatcmpl-b5", trace=hexid(8)), call("chatcmpl-b6", 2, trace=hexid(8))], dict(trace_id=hexid(8), response_id="chatcmpl-b6"),
     ("linked", "chatcmpl-b6", "exact", "certain", "1:1")),
    ("served from the cache", [call("chatcmpl-b7", trace=hexid(9)), call("chatcmpl-b7_cache_hit1772443260.5", 60, trace=hexid(10), hit=True)],
     dict(trace_id=hexid(10), response_id="chatcmpl-b7"), ("linked", "chatcmpl-b7_cache_hit1772443260.5", "exact", "certain", "1:1")),
    ("only the id of a cached answer", [call("chatcmpl-b8"), call("chatcmpl-b8_cache_hit1772443260.5", 60, hit=True)], dict(response_id="chatcmpl-b8"),
     ("ambiguous", "chatcmpl-b8 chatcmpl-b8_cache_hit1772443260.5", None, None, None)),
    ("replayed elsewhere", [call("chatcmpl-b9", env="production")], dict(response_id="chatcmpl-b9", env="staging"), ("unmatched", "", None, None, "not found")),
    ("prod is production", [call("chatcmpl-c1", env="production")], dict(response_id="chatcmpl-c1", env="prod"), ("linked", "chatcmpl-c1", "exact", "high", "1:1")),
    ("free ids are not folded", [call("chatcmpl-c2", trace="Batch-1234")], dict(trace_id="batch-1234"), ("unmatched", "", None, None, "not found")),
    ("a session never joins", [call("chatcmpl-c3", trace="s-12345678")], dict(session_id="s-12345678"), ("unmatched", "", None, None, "no identifier")),
    ("an id the client chose never joins", [call("chatcmpl-c4", call="mine-1234")], dict(client_request_id="mine-1234"), ("unmatched", "", None, None, "no identifier")),
    ("zeros", [call("chatcmpl-c5", trace="0" * 32)], dict(trace_id="0" * 32), ("unmatched", "", None, None, "no identifier")),
    ("a word that stands for all", [call("chatcmpl-e5", trace="unknown")], dict(trace_id="unknown"), ("unmatched", "", None, None, "nil or sentinel id")),
    ("a word for nothing", [call("chatcmpl-c6", trace="None")], dict(trace_id="None"), ("unmatched", "", None, None, "no identifier")),
    ("another year", [], dict(trace_id=hexid(11), time="2020-01-01T00:00:00Z"), ("unmatched", "", None, None, "outside the period")),
    ("unknown", [], dict(trace_id=hexid(12)), ("unmatched", "", None, None, "not found")),
    ("the next day", [call("chatcmpl-c7", 86400, trace=hexid(13))], dict(trace_id=hexid(13), at=86300), ("linked", "chatcmpl-c7", "exact", "certain", "1:1")),
    ("time, model and tokens", [call("chatcmpl-c8", 7200, tin=77, tout=33)], dict(model="gpt-4o", input_tokens=77, output_tokens=33, at=7199),
     ("linked", "chatcmpl-c8", "window", "inferred", "1:1")),
    ("of two the same", [call("chatcmpl-c9", 9000, tin=78, tout=33), call("chatcmpl-d1", 9002, tin=78, tout=33)],
     dict(model="gpt-4o", input_tokens=78, output_tokens=33, at=9001), ("ambiguous", "chatcmpl-c9 chatcmpl-d1", "window", None, None)),
    ("what an id joins is no guess", [call("chatcmpl-d2", 9900, tin=79, tout=33, trace=hexid(15))], dict(model="gpt-4o", input_tokens=79, output_tokens=33, at=9900),
     ("unmatched", "", None, None, "no identifier")),
    ("which is another's", [], dict(trace_id=hexid(15), at=9900), ("linked", "chatcmpl-d2", "exact", "certain", "1:1")),
    ("at another gateway too", [call("chatcmpl-d3", trace=hexid(14), provider="req_d3")], dict(trace_id=hexid(14)), ("linked", "chatcmpl-d3", "exact", "certain", "1:1")),
]


def make(folder):
    kong = {"started_at": T0 * 1000, "client_ip": "10.1.2.3", "request": {"id": "f" * 31 + "1", "method": "POST", "uri": "/chat", "headers": {}},
            "response": {"status": 200, "headers": {"x-request-id": "req_d3"}}, "latencies": {"kong": 3, "proxy": 5, "request": 9},
            "ai": {"proxy": {"meta": {"provider_name": "openai", "response_model": "gpt-4o"}}}}
    with open(folder + "/calls.jsonl", "w") as c, open(folder + "/events.jsonl", "w") as e:
        for n, (_, calls, ev, _) in enumerate(CASES):
            for row in calls:
                c.write(json.dumps(row) + "\n")
            e.write(json.dumps(event("case-%d" % n, **ev)) + "\n")
    json.dump(kong, open(folder + "/kong.jsonl", "w"))


def names(db):
    con, out = sqlite3.connect(db), {}
    for table in ("request", "app_event"):
        out.update(con.execute(f"SELECT seq, coalesce(event_id, gateway_request_id) FROM {table}"))
    return lambda cite: out[int(cite.rsplit(":", 1)[1])]


def rows(db, links, fuzzy):
    name, got = names(db), defaultdict(list)
    for line in open(links):
        r = json.loads(line)
        if r["from_kind"] == "app_event" and r["to_kind"] == "request" and (r["to_source"] or "") != "kong":
            got[name(r["from"])].append(r)
    for n, (title, _, _, want) in enumerate(CASES):
        rs = got["case-%d" % n]
        if not fuzzy and (want[2] == "window"):
            want = ("unmatched", "", None, None, "no identifier")
        state = "/".join(sorted({r["state"] for r in rs}))
        to = sorted({name(r["to"]) for r in rs if r["to"]} | {name(c) for r in rs for c in r.get("candidates", [])})
        one = lambda m: "/".join(sorted({str(r.get(m)) for r in rs}))
        last = one("reason") if state == "unmatched" else one("cardinality")
        have = (state, " ".join(to), one("method"), one("confidence"), last)
        ok = have == tuple(str(w) for w in want)
        print("ok" if ok else "not ok", "-", title, "" if ok else f"\n# got  {have}\n# want {want}")


def law(links, coverage):
    """linked + ambiguous + unmatched = total for each pair and day, counted again from the rows."""
    total, linked, ambiguous = defaultdict(set), defaultdict(set), defaultdict(set)
    for line in open(links):
        r = json.loads(line)
        key = (r["from_source"], r["from_kind"], r["to_kind"], r["day"])
        total[key].add(r["from"])
        if r["state"] == "linked":
            linked[key + (r["to_source"],)].add(r["from"])
        for c in r.get("candidates", []):
            ambiguous[key + (c.rsplit(":", 1)[0],)].add(r["from"])
    seen, bad = set(), []
    for r in json.load(open(coverage))["coverage"]:
        key = (r["from"], r["from_kind"], r["to_kind"], r["day"])
        seen.add(key)
        want = len(linked[key + (r["to"],)]), len(ambiguous[key + (r["to"],)]), len(total[key])
        if (r["linked"], r["ambiguous"], r["total"]) != want or r["linked"] + r["ambiguous"] + r["unmatched"] != r["total"] \
                or sum(r["reasons"].values()) != r["unmatched"]:
            bad.append((key, r, want))
    print("ok" if not bad and seen == set(total) else "not ok", "- linked + ambiguous + unmatched = total in %d rows, as report links has them" % len(seen))
    for b in bad[:5]:
        print("#", b)


def scatter(folder, seed):
    """Calls and events that share ids of all sorts by chance."""
    r, some = random.Random(seed), lambda kind, n: random.choice([None, "%s-%08d" % (kind, r.randrange(n))])
    random.seed(seed)
    with open(folder + "/calls.jsonl", "w") as c:
        for n in range(14):
            c.write(json.dumps(call("chatcmpl-%08d" % r.randrange(12), n, trace=some("trace", 12), call=some("call", 14))
                               | {"hidden_params": {"additional_headers": {"llm_provider-x-request-id": some("req", 9)}}}) + "\n")
    with open(folder + "/events.jsonl", "w") as e:
        for n in range(14):
            e.write(json.dumps(event("e%d-%d" % (seed, n), n, trace_id=some("trace", 12), request_id=some("call", 14), provider_request_id=some("req", 9),
                                     response_id=random.choice([None, "chatcmpl-%08d" % r.randrange(12)]))) + "\n")


def symmetry(auditkit, w):
    """Wherever one starts in an interaction, the same records are in it."""
    con = sqlite3.connect(w + "/workspace.db")
    cites, classes, sizes = [], {}, set()
    for table in ("request", "app_event"):
        cites += [f"{s}:{n}" for s, n in con.execute(f"SELECT s.name, r.seq FROM {table} r JOIN file f ON f.id = r.file JOIN export e ON e.id = f.export"
                                                     " JOIN source s ON s.id = e.source WHERE r.seq NOT IN (SELECT seq FROM superseded) ORDER BY r.seq")]
    for c in cites:
        doc = json.loads(subprocess.run([auditkit, "-w", w, "trace", "reconstruct", c, "--json"], capture_output=True, check=True).stdout)
        classes[c] = frozenset(m["cite"] if isinstance(m, dict) else m for m in doc["members"])
        sizes.add(len(classes[c]))
    bad = [(c, m) for c in cites for m in classes[c] if m in classes and classes[m] != classes[c]] + [(c, c) for c in cites if c not in classes[c]]
    print("ok" if not bad and max(sizes) > 2 else "not ok", "- from each of %d records the same ones are met; sizes %s" % (len(cites), sorted(sizes)))
    for b in bad[:5]:
        print("#", b, sorted(classes[b[0]]), sorted(classes[b[1]]))


if __name__ == "__main__":
    what, args = sys.argv[1], sys.argv[2:]
    {"make": make, "rows": lambda a, b: rows(a, b, False), "fuzzy": lambda a, b: rows(a, b, True), "law": law, "symmetry": symmetry,
     "scatter": lambda f, s: scatter(f, int(s))}[what](*args)
