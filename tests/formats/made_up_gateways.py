"""Exports of gateways that no one has heard of, with what is true of their records: python3 made_up_gateways.py FOLDER writes
NAME.EXT, NAME.truths (one line a record: columns that sqlite3 prints alike) and NAME.values (texts that no draft may hold)."""
import csv
import datetime
import json
import random
import sys

random.seed(7)
folder = sys.argv[1]
BASE = 1780480800


def hexes(n):
    return "".join(random.choice("0123456789abcdef") for _ in range(n))


def utc(seconds, fraction=""):
    t = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return t.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"


def put(name, text, table, columns, truths, values):
    with open("%s/%s" % (folder, name), "w", newline="") as f:
        f.write(text)
    stem = name.split(".")[0]
    with open("%s/%s.truths" % (folder, stem), "w") as f:
        f.writelines("|".join("" if v is None else str(v) for v in t) + "\n" for t in truths)
    with open("%s/%s.values" % (folder, stem), "w") as f:
        f.writelines(v + "\n" for v in sorted(values))
    with open("%s/%s.sql" % (folder, stem), "w") as f:
        f.write("SELECT %s FROM %s ORDER BY seq;\n" % (", ".join(columns), table))


def kestrel():
    """JSON lines: camel case, milliseconds, nested models and tokens, a messages list, a traceparent, keys that are values."""
    lines, truths, values = [], [], set()
    for i in range(60):
        call, trace, user, ok = "kc-" + hexes(12), hexes(32), "person%d@example.org" % i, i % 5 != 0
        note, prompt = "words of caller %d" % i, "tell me of contract %d" % i
        lines.append(json.dumps({
            "callId": call, "ts": 1000 * (BASE + i) + 250, "outcome": "ok" if ok else "error", "httpStatus": 200 if ok else 429,
            "model": {"requested": "fast-tier", "used": "osprey-%d-large" % (i % 3)}, "provider": "Brindle",
            "tokens": {"in": 100 + i, "out": 20 + i, "cached": 5}, "costUsd": "0.0%02d" % (i + 11), "latencyMs": 120 + i,
            "user": user, "apiKey": {"id": "key_" + hexes(8), "name": "svc-" + hexes(4)},
            "headers": {"traceparent": "00-%s-%s-01" % (trace, hexes(16))}, "byUser": {user: i},
            "messages": [{"role": "user", "content": prompt}], "reply": "the answer is %d hundred" % i, "note": note}))
        truths.append((call, utc(BASE + i, ".250"), "success" if ok else "failure", 200 if ok else 429, "osprey-%d-large" % (i % 3),
                       100 + i, 20 + i, "0.0%02d" % (i + 11), 120 + i, trace, "present"))
        values |= {call, trace, user, note, prompt, "fast-tier", "osprey-%d" % (i % 3), "Brindle"}
    put("kestrel-calls-2026-06.jsonl", "\n".join(lines) + "\n", "request",
        ("event_id", "event_start", "outcome", "status_code", "response_model", "input_tokens", "output_tokens",
         "printf('%.3f', cost_estimated)", "duration_ms", "trace_id", "payload_prompt"), truths, values)


def heron():
    """Pages of daily buckets with results inside: times in seconds on the object around."""
    data, truths, values = [], [], set()
    for d in range(4):
        rows = []
        for k in (1, 2, 3):
            model, project = "heron-model-%d" % k, "proj_" + hexes(10)
            rows.append({"model": model, "input_tokens": 1000 * k + d, "output_tokens": 50 * k, "num_requests": k, "project_id": project})
            truths.append((utc(BASE + 86400 * d), utc(BASE + 86400 * (d + 1)), model, 1000 * k + d, 50 * k, k, project))
            values |= {model, project}
        data.append({"start_time": BASE + 86400 * d, "end_time": BASE + 86400 * (d + 1), "results": rows})
    put("heron_usage.json", json.dumps({"object": "page", "data": data, "has_more": False}, indent=1), "usage",
        ("event_start", "event_end", "response_model", "input_tokens", "output_tokens", "request_count", "project_id"), truths, values)


def osprey():
    """CSV with titles, naive times, dollars, a prompt with quotes and commas."""
    out, truths, values = [["Request ID", "Timestamp", "Model", "Prompt Tokens", "Completion Tokens", "Total Cost (USD)", "Status",
                            "User Email", "Prompt", "IP Address"]], [], set()
    for i in range(40):
        rid, mail, prompt = hexes(20), "p%d@example.org" % i, 'he said, "please" %d' % i
        out.append([rid, "2026-06-03 10:%02d:00" % i, "osprey-turbo", 10 + i, 3, "0.1%02d" % i, "success", mail, prompt, "203.0.113.%d" % i])
        truths.append((rid, "2026-06-03T10:%02d:00Z" % i, "success", "osprey-turbo", 10 + i, 3, "0.1%02d" % i, "present"))
        values |= {rid, mail, prompt, "osprey-turbo", "203.0.113.%d" % (i + 10)} - {"203.0.113.%d" % i for i in range(10)}
    class Text(list):
        write = list.append
    text = Text()
    csv.writer(text).writerows(out)
    put("osprey.csv", "".join(text), "request",
        ("event_id", "event_start", "outcome", "request_model", "input_tokens", "output_tokens", "printf('%.3f', cost_estimated)",
         "payload_prompt"), truths, values)


def plover():
    """An audit log under a key: offsets in times, an actor and a target that have ids of their own."""
    events, truths, values = [], [], set()
    for i in range(40):
        eid, target = "ev-" + hexes(10), "k-" + hexes(8)
        events.append({"id": eid, "created_at": "2026-06-%02dT10:00:00+02:00" % (i % 28 + 1), "action": "key.rotated.%d" % (i % 3),
                       "actor": {"id": "staff-" + hexes(8), "email": "a%d@example.org" % i, "type": "user"},
                       "target": {"type": "api_key", "id": target}, "ip": "2001:db8::%d" % (i + 1)})
        truths.append((eid, "2026-06-%02dT08:00:00Z" % (i % 28 + 1), "key.rotated.%d" % (i % 3), "api_key", target))
        values |= {eid, target, "key.rotated", "a%d@example.org" % i, "api_key"}
    put("plover_audit.json", json.dumps({"next": None, "events": events}), "audit_event",
        ("event_id", "event_start", "action", "resource_type", "resource_id"), truths, values)


def stork():
    """JSON in a text, seconds with a fraction, money in millionths, a duration in seconds, a flag for the outcome."""
    lines, truths, values = [], [], set()
    for i in range(30):
        rid = "st-" + hexes(9)
        meta = {"model": "stork-9b-chat", "usage": {"prompt_tokens": 9 + i, "completion_tokens": 4}}
        lines.append(json.dumps({"request_id": rid, "time": BASE + i + 0.25, "meta": json.dumps(meta), "duration": 1.25 + i, "ok": i % 2 == 0,
                                 "cost_micros": 1200 + i}))
        truths.append((rid, utc(BASE + i, ".25"), "success" if i % 2 == 0 else "failure", "stork-9b-chat", 9 + i, 4, "%.6f" % ((1200 + i) / 1e6),
                       1250 + 1000 * i))
        values |= {rid, "stork-9b"}
    put("stork.log", "\n".join(lines) + "\n", "request",
        ("event_id", "event_start", "outcome", "request_model", "input_tokens", "output_tokens", "printf('%.6f', cost_estimated)",
         "duration_ms"), truths, values)


for gateway in (kestrel, heron, osprey, plover, stork):
    gateway()
