"""An incident with known truth: a key leaks at 12:00, is used from a new network, and a second key is made with it. The gateway's clock is
right, the application's is 240 s ahead. usage: incident.py make DIR | incident.py check JSON... (see below)."""
import collections, csv, decimal, hashlib, json, pathlib, random, sys
from datetime import datetime, timedelta, timezone

LEAK = datetime(2026, 6, 9, 12, 0, tzinfo=timezone.utc)
AHEAD = timedelta(seconds=240)
KEYS = {"svc-leaky": "sk-" + "Leaky7" * 5, "svc-quiet": "sk-" + "Quiet3" * 5}
HASH = {name: hashlib.sha256(raw.encode()).hexdigest() for name, raw in KEYS.items()}


def z(t):
    return t.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (t.microsecond // 1000)


def calls():
    """One a minute for five hours around the leak, the leaky key every other; later ones also from elsewhere."""
    rnd = random.Random(7)
    for i in range(300):
        start = LEAK + timedelta(minutes=i - 150, milliseconds=rnd.randrange(30000))
        key = "svc-leaky" if i % 2 == 0 else "svc-quiet"
        after = i >= 150
        yield {"i": i, "key": key, "start": start, "end": start + timedelta(milliseconds=200 + rnd.randrange(3000)), "failed": rnd.random() < (.3 if after else .05),
               "spend": decimal.Decimal(rnd.randrange(1, 10**7)).scaleb(-9), "model": rnd.choice(["gpt-4.1", "gpt-4.1-mini"] if after else ["gpt-4.1-mini"]),
               "ip": "203.0.113.9" if not after or rnd.random() < .5 else "198.51.100.7", "tenant": "t%d" % (i % 3 if after else 0), "app": "desk",
               "alias_only": i % 50 == 4}


def make(folder):
    folder = pathlib.Path(folder)
    for sub in ("gateway", "app", "admin", "inventory"):
        (folder / sub).mkdir(parents=True)
    with open(folder / "gateway/spend.jsonl", "w") as g, open(folder / "app/spans.jsonl", "w") as a:
        for c in calls():
            meta = {"user_api_key_alias": c["key"], "spend_logs_metadata": {"trace_id": "%032x" % (c["i"] + 1), "tenant_id": c["tenant"], "app": c["app"]}}
            row = {"request_id": "chatcmpl-%06d" % c["i"], "call_type": "acompletion", "api_key": "" if c["alias_only"] else HASH[c["key"]], "spend": float(c["spend"]),
                   "startTime": z(c["start"]), "endTime": z(c["end"]), "model": c["model"], "custom_llm_provider": "openai", "status": "failure" if c["failed"] else "success",
                   "requester_ip_address": c["ip"], "metadata": meta, "total_tokens": 10, "prompt_tokens": 4, "completion_tokens": 6}
            g.write(json.dumps(row).replace('"spend": %s' % json.dumps(row["spend"]), '"spend": %s' % format(c["spend"], "f")) + "\n")
            begin, end = c["start"] + AHEAD - timedelta(milliseconds=40), c["end"] + AHEAD + timedelta(milliseconds=30)
            ns = lambda t: str(int(t.timestamp() * 1000) * 10**6)
            a.write(json.dumps({"name": "answer", "kind": 3, "traceId": "%032x" % (c["i"] + 1), "spanId": "%016x" % (c["i"] + 1), "startTimeUnixNano": ns(begin),
                                "endTimeUnixNano": ns(end), "attributes": {"service.name": "desk"}, "status": {"code": 1}}) + "\n")
    def event(n, at, action, kind, target, **more):
        return {"audit_event_id": "ev-%d" % n, "actor_id": "user-ops", "actor_role": "admin", "action": action, "target_type": kind, "target_id": target,
                "created_at": z(at), **more}
    events = [event(1, LEAK - timedelta(days=9), "key.created", "api_key", "key_leaky"), event(2, LEAK, "key.exposed", "api_key", "key_leaky"),
              event(3, LEAK + timedelta(minutes=40), "key.rotated", "api_key", "key_leaky"), event(4, LEAK + timedelta(minutes=5), "quota.updated", "quota", "q-1"),
              event(5, LEAK + timedelta(hours=50), "route.updated", "route", "r-1")]
    (folder / "admin/audit.jsonl").write_text("".join(json.dumps(e) + "\n" for e in events))
    with open(folder / "inventory/key-inventory.csv", "w", newline="") as f:
        w = csv.writer(f)
        w.writerow(HEAD)
        for name in KEYS:
            w.writerow(["key_" + name[4:] if h == "key_id" else HASH[name] if h == "key_hash" else name if h == "alias" else "active" if h == "state" else
                        "desk" if h == "app" else "" for h in HEAD])


HEAD = next(csv.reader(open(pathlib.Path(__file__).parents[2] / "samples/grc/key-inventory.csv")))


def total(rows):
    return format(sum((c["spend"] for c in rows), decimal.Decimal(0)), "f").rstrip("0").rstrip(".")


def say(name, got, want):
    print("%s|%s|%s" % (name, got, want))


def blast(doc):
    mine = [c for c in calls() if c["key"] == "svc-leaky"]
    certain, inferred = [c for c in mine if not c["alias_only"]], [c for c in mine if c["alias_only"]]
    later = lambda rows: [c for c in rows if c["start"] >= LEAK]
    r = doc["requests"]
    say("it begins with the event that says exposed", (doc["exposure"]["basis"], doc["exposure"]["time"]), ("event", z(LEAK)))
    say("requests from then on, and before", (r["certain"]["n"], r["certain"]["before"]), (len(later(certain)), len(certain) - len(later(certain))))
    say("by alias only: inferred, apart", (r["inferred"]["n"], r["inferred"]["before"]), (len(later(inferred)), len(inferred) - len(later(inferred))))
    say("failures", r["certain"]["failures"], sum(c["failed"] for c in later(certain)))
    say("first and last", (r["certain"]["first"]["time"].rstrip("0Z"), r["certain"]["last"]["time"].rstrip("0Z")),
        tuple(z(f(c["start"] for c in later(certain))).rstrip("0Z") for f in (min, max)))
    cost = {(c["currency"], c["confidence"]): c["estimated"] for c in doc["cost"]}
    say("exact cost, inferred apart", cost, {("USD", "certain"): total(later(certain)), ("USD", "inferred"): total(later(inferred))})
    count = lambda rows, what: dict(collections.Counter(c[what] for c in rows))
    for group, what in (("models", "model"), ("apps", "app")):
        got = {g["value"]: g["n"] for g in doc["groups"][group]["rows"] if g["confidence"] == "certain"}
        say(group, sorted(got.items()), sorted(count(later(certain), what).items()))
    nets = {g["value"]: (g["n"], g["new"]) for g in doc["groups"]["networks"]["rows"] if g["confidence"] == "certain"}
    by_ip = count(later(certain), "ip")
    say("networks, the one that is new marked", nets, {"198.51.100.0/24": (by_ip["198.51.100.7"], True), "203.0.113.0/24": (by_ip["203.0.113.9"], False)})
    say("tenants: three, two of them new", sorted((g["n"], g["new"]) for g in doc["groups"]["tenants"]["rows"] if g["confidence"] == "certain"),
        sorted((n, t != "t0") for t, n in count(later(certain), "tenant").items()))
    say("what was done to it", [e["action"] for e in doc["events"]["changed"]["rows"]], ["key.created", "key.exposed", "key.rotated"])
    say("and to nothing else", doc["events"]["configured"]["of"] + doc["events"]["did"]["of"], 0)


def timeline(doc, middle, minutes):
    """Around the app span of call `middle`, whose clock is ahead: order must be the true one."""
    rows = list(calls())
    at = rows[middle]["start"] - timedelta(milliseconds=40)
    inside = [c for c in rows if abs(c["start"] - at) < timedelta(minutes=minutes, seconds=-2)]
    sides = doc["sides"]
    # The call of the middle begins with it: concurrent, on whichever side.
    own = sides["before"]["requests"] - sum(c["start"] < at for c in inside)
    say("the call of the middle is on either side", own in (0, 1) and sum(s["concurrent"] for s in sides.values()) >= 1, True)
    for c in inside:
        if c["i"] == middle and own == 1:
            c["start"] = at - timedelta(milliseconds=1)
    for side, want in (("before", [c for c in inside if c["start"] < at]), ("after", [c for c in inside if c["start"] >= at])):
        s = sides[side]
        say("requests " + side, (s["requests"], s["failures"]), (len(want), sum(c["failed"] for c in want)))
        say("cost " + side, s["cost"][0]["estimated"], total(want))
        say("models " + side, sorted((m["model"], m["requests"]) for m in s["models"]), sorted(collections.Counter(c["model"] for c in want).items()))
    true = {"chatcmpl": {z(c["start"]).rstrip("0Z").rstrip("."): c["start"] for c in rows}}["chatcmpl"]
    failed = [e for e in doc["events"] if e["kind"] == "request"]
    wrong = [e for e in failed if e["order"] != "concurrent" and (true[e["time"].rstrip("Z").rstrip("0").rstrip(".")] < at) != (e["order"] == "before")]
    say("no false order", (len(failed) > 5, wrong), (True, []))
    say("most are ordered", sum(e["order"] == "concurrent" for e in failed) <= 2, True)
    say("clocks that never meet order nothing", {e["order"] for e in doc["events"] if e["kind"] == "audit_event"}, {"concurrent"})
    say("all of the list", (doc["listed"], len(doc["events"])), (doc["of"], doc["of"]))


def bundle(lines, start, end):
    docs = collections.defaultdict(list)
    for line in lines:
        ((kind, doc),) = json.loads(line).items()
        docs[kind].append(doc)
    (index,) = docs["index"]
    mine = [c for c in calls() if c["key"] == "svc-leaky" and start <= c["start"] < end]
    want = len(mine)
    say("each interaction once", (len(docs["trace"]), len({t["digest"] for t in docs["trace"]}), index["traces"]["written"]), (want, want, want))
    seqs = [m["seq"] for t in docs["trace"] for m in t["members"] if m["kind"] == "request"]
    say("no request in two of them", len(seqs), len(set(seqs)))
    say("requests of the period", (index["requests"]["in_scope"]["requests"], index["requests"]["of"], index["requests"]["inferred"]),
        (want, sum(start <= c["start"] < end for c in calls()), sum(c["alias_only"] for c in mine)))
    say("exact cost", index["requests"]["in_scope"]["cost"][0]["estimated"], total(mine))
    say("admin events of the key", sorted(e["fields"]["event.id"] for e in docs["event"]), ["ev-2", "ev-3"])
    say("of all in the period", index["events"]["of_admin"], 3)
    say("the timeline has all of them", (len(docs["timeline"]), index["timeline"]), (want + 2, want + 2))
    say("in order of the recorded times", [t["time"] for t in docs["timeline"]] == sorted((t["time"] for t in docs["timeline"]), key=lambda t: t.rstrip("Z")), True)
    say("calls of one clock are in proven order", {t["after_previous"] for t, b in zip(docs["timeline"][1:], docs["timeline"]) if t["kind"] == b["kind"] == "request"}, {"proven"})
    say("each of a trace", all(t["trace"] for t in docs["timeline"] if t["kind"] == "request"), True)
    for t in docs["trace"]:
        digest = t.pop("digest")
        if hashlib.sha256(json.dumps(t, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest() != digest:
            say("digest of a trace", digest, "")


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2])
    elif sys.argv[1] == "blast":
        blast(json.load(open(sys.argv[2])))
    elif sys.argv[1] == "timeline":
        timeline(json.load(open(sys.argv[2])), int(sys.argv[3]), int(sys.argv[4]))
    else:
        bundle(open(sys.argv[2]), LEAK, LEAK + timedelta(hours=1))
