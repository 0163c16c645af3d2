"""Payload is counted where it arrives, in every format that can carry it (F367).

usage: arrival.py AUDITKIT TESTS_DIR

tests/formats/payload.tsv has the places inside of records. Each one gets content in some records, the mask of a source in others and nothing
in the rest; what is planted is counted here, and compared with the packet's table, place by place, and with question 3
under a declared mode of metadata-only.
"""
import copy
import csv
import io
import json
import os
import re
import subprocess
import sys

import yaml

sys.path.insert(0, sys.argv[2])
from tap import done, tap  # noqa: E402

AUDITKIT, TESTS = sys.argv[1:3]
MASK = "[REDACTED]"
WITHOUT_MASKS = ("bedrock-invocations", "bedrock-invocations-logs", "dlp-verdicts", "dlp-verdicts-csv", "apim-gateway-logs", "apim-gateway-table",
                 "apim-gateway-table-csv", "apim-llm-table", "apim-llm-table-csv", "vertex-requests")
NOTHING = (None, "", [], {}, "[]", "{}")


def stamp(i):
    return "2026-06-03T%02d:%02d:%02dZ" % (i // 3600, i // 60 % 60, i % 60)


def spans(i):
    return {"traceId": "%032x" % (i + 1), "spanId": "%016x" % (i + 1), "name": "chat", "kind": "SPAN_KIND_CLIENT",
            "startTimeUnixNano": str(1780300000000000000 + i), "attributes": [{"key": "llm.system", "value": {"stringValue": "openai"}}]}


def bedrock(i):
    return {"schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "timestamp": stamp(i), "accountId": "111111111111", "region": "eu-central-1",
            "requestId": "6f9e9644-0000-4c3c-892f-%012x" % i, "operation": "Converse", "modelId": "amazon.nova-lite-v1:0"}


def apim(i):
    return {"TimeGenerated": stamp(i), "CorrelationId": "c-%d" % i, "ResponseCode": 200, "IsRequestSuccess": True}


def exchange(i):
    return {"TimeGenerated": stamp(i), "CorrelationId": "c-%d" % i, "RequestId": "chatcmpl-%d" % i, "SequenceNumber": 0, "PromptTokens": 1,
            "RequestMessages": None, "ResponseMessages": None}


# One record without content, by number.
RECORD = {
    "litellm-slp": lambda i: {
        "id": "c%d" % i, "call_type": "acompletion", "response_cost": 0.01, "startTime": 1780300000 + i, "endTime": 1780300001 + i, "status": "success",
        "model_parameters": {}, "hidden_params": {}, "metadata": {}, "model": "m-1", "custom_llm_provider": "openai", "prompt_tokens": 11},
    "litellm-spendlogs": lambda i: {
        "request_id": "c%d" % i, "call_type": "acompletion", "api_key": "%064x" % 77, "spend": 0.01, "startTime": stamp(i), "endTime": stamp(i), "model": "m-1",
        "metadata": "{}", "total_tokens": 3, "prompt_tokens": 1, "completion_tokens": 2},
    "app-events": lambda i: {"time": stamp(i), "app": "support-bot", "event": "ticket.summarise", "event_id": "e-%d" % i, "status": 200},
    "dlp-verdicts": lambda i: {"verdict_id": "v-%d" % i, "time": stamp(i), "verdict": "clean", "rule": "pii-all", "rule_version": "7"},
    "bedrock-invocations": bedrock,
    "otlp-attributes": lambda i: {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.response.id": "chatcmpl-%d" % i},
    "otlp-span-lines": spans,
    "otlp-spans": spans,
    "apim-gateway-logs": lambda i: {"time": stamp(i), "category": "GatewayLogs", "correlationId": "c-%d" % i, "isRequestSuccess": True, "properties": "{}"},
    "apim-gateway-table": apim,
    "apim-llm-table": exchange,
    "vertex-requests": lambda i: {"endpoint": "projects/demo/x", "logging_time": stamp(i), "request_id": str(i), "api_method": "generateContent"},
    "proxy-log": lambda i: {"log_type": "request", "timestamp": stamp(i), "request_id": "r-%d" % i, "method": "POST", "endpoint": "/v1/chat/completions"},
}
for name, of in (("litellm-spendlogs-csv", "litellm-spendlogs"), ("app-events-csv", "app-events"), ("dlp-verdicts-csv", "dlp-verdicts"),
                 ("bedrock-invocations-logs", "bedrock-invocations"), ("apim-gateway-table-csv", "apim-gateway-table"),
                 ("apim-llm-table-csv", "apim-llm-table")):
    RECORD[name] = RECORD[of]


MAPPING = {}


def mapping(fmt):
    if fmt not in MAPPING:
        MAPPING[fmt] = yaml.load(json.loads(run("formats", "show", fmt, "--json").stdout)["text"], getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return MAPPING[fmt]


def knows_mask(fmt):
    return MASK in mapping(fmt)["payload"].get("masks", [])


def has_attempts(fmt):
    kinds = mapping(fmt)["kind"]
    return any((k if isinstance(k, str) else k["kind"]) in ("request", "app_event", "provider_call") for k in ([kinds] if isinstance(kinds, str) else kinds))


def forget(node, path):
    """Take what is at a path away."""
    head, _, rest = path[1:].partition("/")
    name, _, how = head.partition("|")
    if isinstance(node, list):
        for element in node if name == "[]" else []:
            forget(element, "/" + rest) if rest else None
        if name == "[]" and not rest:
            node.clear()
    elif isinstance(node, dict) and rest and how == "json" and isinstance(node.get(name), str):
        inner = json.loads(node[name])
        forget(inner, "/" + rest)
        node[name] = json.dumps(inner)
    elif isinstance(node, dict) and rest:
        forget(node.get(name), "/" + rest)
    elif isinstance(node, dict):
        node.pop(name, None)


def first_sample(fmt):
    """The first record of a mapping's own samples, without content."""
    m = mapping(fmt)
    text = next(s["input"] for s in m["samples"] if "expect" in s)
    if m["container"] == "csv":
        record = next(csv.DictReader(io.StringIO(text)))
    else:
        record = json.JSONDecoder().raw_decode(text)[0]
        for path in m.get("records", []):
            inner = record
            for step in path.split("/")[1:]:
                inner = inner[0] if step == "[]" and isinstance(inner, list) else inner.get(step) if isinstance(inner, dict) else None
            record = record if inner is None else inner
    for role in ("prompt", "completion", "other"):
        paths = m["payload"].get(role, [])
        for path in [paths] if isinstance(paths, str) else paths:
            forget(record, path)
    return record


def of_sample(fmt):
    """That record with a number in its id; in its model where it has none."""
    base, fields = first_sample(fmt), mapping(fmt)["fields"]
    rule = fields["event_id" if "identity" in mapping(fmt) else "response_model"]
    rules = rule if isinstance(rule, list) else [rule]
    at = rules[-1]
    while not isinstance(at, str):
        at = at[0] if isinstance(at, list) else at.get("path") or at["join"]
    return lambda i: plant(copy.deepcopy(base), at, "n-%d" % i, fmt)


def wrapped(value):
    return {"stringValue": value if isinstance(value, str) else json.dumps(value)}


def plant(node, path, value, fmt):
    """Set the value at a path of a mapping; returns the node."""
    head, _, rest = path[1:].partition("/")
    name, _, how = head.partition("|")
    rest = "/" + rest if rest else ""
    if name == "[]":
        node = node if isinstance(node, list) and node else [{}]
        node[0] = plant(node[0], rest, value, fmt) if rest else value
        return node
    if how == "kv":
        pairs = node.setdefault(name, [])
        pairs.append({"key": rest[1:], "value": wrapped(value)})
    elif how == "json":
        inner = node.get(name) or "{}"
        set_in = plant(json.loads(inner) if isinstance(inner, str) else inner, rest, value, fmt)
        node[name] = json.dumps(set_in) if isinstance(inner, str) else set_in
    elif rest:
        node[name] = plant(node.get(name) or ([] if rest.startswith("/[]") else {}), rest, value, fmt)
    else:
        node[name] = value
    return node


def content(i, fmt):
    text = "what did the committee decide about case %d" % i
    forms = (text, [{"role": "user", "content": text}], {"text": text})
    return text if fmt.endswith("-csv") and i % 2 else forms[i % 3]


def write(fmt, records, f):
    if fmt.endswith("-csv"):
        columns = sorted({k for r in records for k in r})
        w = csv.writer(f)
        w.writerow(columns)
        for r in records:
            w.writerow(["" if r.get(c) is None else r[c] if isinstance(r[c], str) else json.dumps(r[c]) for c in columns])
    elif fmt == "otlp-spans":
        json.dump({"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {"name": "app"}, "spans": records}]}]}, f)
    elif fmt == "bedrock-invocations-logs":
        json.dump({"events": [{"logStreamName": "aws/bedrock/modelinvocations", "timestamp": 1785575655000, "eventId": str(i),
                               "message": json.dumps(r)} for i, r in enumerate(records)], "searchedLogStreams": []}, f)
    else:
        f.writelines(json.dumps(r) + "\n" for r in records)


def real_path(fmt, path):
    """Where a place is in the record itself; an event's message is the record of the logs."""
    return path[len("/message|json"):] if fmt == "bedrock-invocations-logs" else path


def build(fmt, places):
    """Records with content, mask and nothing by turns: place k has k % 4 + 1 with content, k % 3 + 1 masked, one with each nothing."""
    records, planted = [], {}
    for k, (role, path) in enumerate(places):
        present, masked = k % 4 + 1, k % 3 + 1 if knows_mask(fmt) else 0
        nothing = 1 if "|kv" in path else len(NOTHING)
        for value in [content(len(records) + n, fmt) for n in range(present)] + [MASK] * masked + list(NOTHING[:nothing]):
            r = copy.deepcopy(RECORD[fmt](len(records)))
            records.append(r if value is None else plant(r, real_path(fmt, path), value, fmt))
        planted[path] = (role, present, masked)
    return records, planted


def run(*argv):
    return subprocess.run((AUDITKIT,) + argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def workspace(name, data):
    run("init", name)
    policy = os.path.join(name, "policy.yaml")
    with open(policy) as f:
        text = f.read()
    with open(policy, "w") as f:
        f.write(text.replace("payload_mode: unknown", "payload_mode: metadata-only"))
    with open(name + ".in", "w", newline="") as f:
        f.write(data)
    return run("-w", name, "ingest", "--source", "s", "--format", name.partition(".")[0], name + ".in")


def question(name):
    doc = json.loads(run("-w", name, "status", "--json").stdout)
    return next(q for q in doc["questions"] if q["number"] == 3)


def held(name, what):
    """Files below a folder that hold these bytes."""
    found = []
    for top, _, files in os.walk(name):
        for f in files:
            with open(os.path.join(top, f), "rb") as g:
                if what in g.read():
                    found.append(f)
    return found


def check(fmt, places):
    records, planted = build(fmt, places)
    text = io.StringIO(newline="")
    write(fmt, records, text)
    ingested = workspace(fmt, text.getvalue())
    built = run("-w", fmt, "packet", "build", "--draft", "-o", fmt + ".d")
    if built.returncode:
        return tap(False, fmt + ": a packet is built", (ingested.stdout, built.stdout))
    with open(fmt + ".d/data/tables/payload.csv", newline="") as f:
        got = {r["path"]: (r["role"], int(r["present"]), int(r["masked"]), int(r["absent"])) for r in csv.DictReader(f) if not r["path"].startswith("^")}
    want = {p: (role, n, m, len(records) - n - m) for p, (role, n, m) in planted.items()}
    tap(got == want, fmt + ": present, masked and absent of %d records at %d places" % (len(records), len(places)),
        ["%s: %s, want %s" % (p, got.get(p), want.get(p)) for p in sorted(got.keys() | want.keys()) if got.get(p) != want.get(p)])
    asked = [(n, m) for role, n, m in planted.values() if role != "other"]
    others = sum(n for role, n, _ in planted.values() if role == "other")
    q = question(fmt)
    said = q["measured"].startswith("%d of %s " % (sum(n for n, _ in asked), "{:,}".format(len(records) if has_attempts(fmt) else 0)))
    tap(q["verdict"] == "not met" and said and ("; %d of " % others in q["measured"]) == (others > 0), fmt + ": question 3 is not met, in numbers",
        (q["verdict"] + ": " + q["measured"],))
    tap(not held(fmt, b"committee") and not held(fmt + ".d", b"committee"), fmt + ": nothing of it is stored or packed",
        held(fmt, b"committee") + held(fmt + ".d", b"committee"))


def check_clean(fmt):
    """The same records without content."""
    text = io.StringIO(newline="")
    write(fmt, [RECORD[fmt](i) for i in range(12)], text)
    workspace(fmt + ".clean", text.getvalue())
    q = question(fmt + ".clean")
    wanted = "met" if has_attempts(fmt) else "not evaluable"
    tap(q["verdict"] == wanted and q["measured"].startswith("0 of "), fmt + ": without content it is " + wanted, (q["verdict"] + ": " + q["measured"],))


def main():
    places = {}
    with open(os.path.join(TESTS, "formats/payload.tsv")) as f:
        for line in f:
            if not line.startswith("#"):
                fmt, role, path = line.rstrip("\n").split("\t")
                places.setdefault(fmt, []).append((role, path))
    texts = {f["id"]: json.loads(run("formats", "show", f["id"], "--json").stdout)["text"] for f in json.loads(run("formats", "--json").stdout)["formats"]}
    carrying = {f for f, text in texts.items() if "\npayload:" in text}
    tap(set(places) <= carrying and len(places) > 9, "places are those of formats that can carry content", sorted(set(places) - carrying))
    # Of these `formats check` counts what arrives in their own samples.
    sampled = {f for f in carrying if re.search(r"payload_(prompt|completion): (present|encrypted)", texts[f].partition("\nsamples:")[2])}
    tap(carrying == set(places) | sampled, "every other format that can carry content has a sample with some", sorted(carrying - set(places) - sampled))
    every = 1 if os.environ.get("AK_LONG") else 6  # a packet is built for each
    for fmt in sorted(places)[::every]:
        RECORD.setdefault(fmt, of_sample(fmt))
        check(fmt, places[fmt])
        check_clean(fmt)
    done()


main()
