"""Exports of traces that are hard to draw, and looks at the forms of a trace with Python's own parsers.

make DIR HOSTILE...   writes exports below DIR; HOSTILE: tables of tests/output (name, text as JSON)
forms SCHEMA NAME...  all of the following for NAME.json, NAME.html, NAME.otlp, NAME.mermaid, NAME.dot: "NAME LOOK: " before what is wrong
schema SCHEMA DOC...  each document is as the JSON Schema says, and the schema refuses what was broken in it on purpose
page FILE             well-formed, no script, no handler, nothing loaded
otlp FILE DOC         ids, kinds, times and parents are as OTLP wants them, spans are those of the document
mermaid FILE          every line is one that sequenceDiagram knows
dot FILE JSON         tokens and statements of the DOT language; labels are those of the document
clean FILE...         no byte that moves or hides other text

Each prints what is wrong, a line each; nothing when all is well."""
import contextlib, copy, html.parser, io, json, pathlib, re, sys

T = {"chain": "1" * 32, "around": "2" * 32, "free": "checkout 17/ä", "wild": "3" * 32, "retry": "4" * 32, "alone": "5" * 32}
START = 1772443245


def iso(at):
    return "2026-03-02T09:20:%06.3fZ" % (45 + at)


def slp(n, trace, at, **more):
    row = {"id": "chatcmpl-%s" % n, "call_id": "call-%s" % n, "trace_id": trace, "call_type": "acompletion", "response_cost": 0.25,
           "status": "success", "custom_llm_provider": "openai", "stream": False, "startTime": START + at, "endTime": START + at + 0.5,
           "response_time": 0.5, "prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15, "model": "gpt-4o", "model_group": "smart",
           "model_parameters": {}, "metadata": {"user_api_key_alias": "svc"}, "hidden_params": {}}
    return {**row, **more}


def names(paths):
    return [json.loads(line.split("\t")[1]) for p in paths for line in pathlib.Path(p).read_text().splitlines()]


def make(folder, *tables):
    out = pathlib.Path(folder)
    wild = names(tables)
    lines = lambda name, rows: (out / name).write_text("".join(json.dumps(r) + "\n" for r in rows))
    app = [{"event_id": "e-%s" % k, "time": iso(0), "end_time": iso(3), "app": "shop", "event": "checkout.%s" % k, "trace_id": t, "status": 200,
            "span_id": "%016x" % (i + 161), "session_id": "s-1"} for i, (k, t) in enumerate(T.items()) if k not in ("wild", "alone")]
    fives = [(wild[i:i + 5] * 5)[:5] for i in range(0, len(wild), 5)]
    app += [{"event_id": "w-%d" % i, "time": iso(0), "end_time": iso(1), "app": w[0], "event": w[1], "env": w[2], "user": w[3], "error_type": w[4],
             "trace_id": T["wild"]} for i, w in enumerate(fives[1::2])]
    lines("app.jsonl", app)
    # Their clocks contradict the ids: the one that calls the other is the first, whatever it shows.
    lines("router.jsonl", [{"id": "gen-1", "upstream_id": "call-chain", "total_cost": 0.5, "created_at": iso(2), "model": "openai/gpt-4o",
                            "provider_name": "OpenAI", "latency": 900, "generation_time": 800, "tokens_prompt": 10, "tokens_completion": 5,
                            "origin": "https://shop.example.org/", "app_id": 1, "finish_reason": "stop", "streamed": True, "cancelled": False}])
    lines("kong.jsonl", [{"started_at": int((START + 0.1) * 1000), "request": {"id": "9" * 32, "method": "POST", "uri": "/v1/chat/completions",
                          "headers": {"traceparent": "00-%s-%016x-01" % (T["around"], 162)}}, "response": {"status": 200},
                          "latencies": {"request": 2500, "kong": 3}, "ai": {"proxy": {"meta": {"provider_name": "openai", "response_model": "gpt-4o"},
                          "usage": {"prompt_tokens": 10, "completion_tokens": 5, "cost": 0.25}}}}])
    rows = [slp("chain", T["chain"], 0.5), slp("around", T["around"], 0.6), slp("free", T["free"], 0.5), slp("alone", T["alone"], 0.5)]
    rows += [slp("r1", T["retry"], 0.2, status="failure", error_information={"error_code": "429", "error_class": "RateLimitError"}),
             slp("r2", T["retry"], 0.8, status="failure", error_information={"error_code": "500", "error_class": "InternalServerError"}),
             slp("r3", T["retry"], 1.4, custom_llm_provider="bedrock", model="amazon.nova-lite-v1:0",
                 hidden_params={"additional_headers": {"llm_provider-x-amzn-requestid": "aws-r3"}})]
    rows += [slp("w%d" % i, T["wild"], 0.5 + i / 1000, model=w[0], model_group=w[1], custom_llm_provider=w[2],
                 metadata={"user_api_key_alias": w[3], "user_api_key_team_id": w[4]}) for i, w in enumerate(fives[::2])]
    lines("litellm.jsonl", rows + [rows[0]])
    lines("trail.jsonl", [{"eventVersion": "1.10", "eventID": "ev-r3", "eventTime": "2026-03-02T09:20:47Z", "eventName": "Converse", "readOnly": True,
                           "eventSource": "bedrock.amazonaws.com", "awsRegion": "eu-west-1", "recipientAccountId": "111111111111",
                           "requestID": "aws-r3", "requestParameters": {"modelId": "amazon.nova-lite-v1:0"},
                           "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111111111111:assumed-role/gw/i-1"}}])
    lines("settled.jsonl", [{"settlement_id": "st-1", "type": "refund", "amount": "-0.25", "currency": "USD", "settled_at": "2026-03-05T00:00:00Z",
                             "request_id": "call-r3", "approval_event_id": "ae-1"}])
    lines("dlp.jsonl", [{"verdict_id": "v-1", "time": iso(0.3), "request_id": "call-r3", "verdict": "blocked", "rule": "pii", "rule_version": "7",
                         "checked": "prompt", "findings": 1}])
    lines("admin.jsonl", [{"audit_event_id": i, "created_at": at, "action": action, "actor_id": "kim", "target_type": kind, "target_id": target}
                          for i, at, action, kind, target in (("ae-1", "2026-03-04T08:00:00Z", "refund.approve", "refund", "st-1"),
                                                              ("ae-2", "2026-03-01T08:00:00Z", "key.rotate", "api_key", "svc"))])
    (out / "usage.jsonl").write_text(json.dumps({"object": "page", "has_more": False, "next_page": None, "data": [
        {"object": "bucket", "start_time": START // 3600 * 3600, "end_time": START // 3600 * 3600 + 3600, "results": [
            {"object": "organization.usage.completions.result", "input_tokens": 10, "output_tokens": 5, "num_model_requests": 1,
             "input_cached_tokens": 0, "project_id": None, "user_id": None, "api_key_id": "key_x", "model": "gpt-9-one", "batch": False}]}]}) + "\n")
    lines("one.jsonl", [slp("one", "6" * 32, 0.9, model="gpt-9-one")])


# ---- JSON Schema, as much of it as ours uses ----

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def is_type(v, t):
    return isinstance(v, int) and not isinstance(v, bool) if t == "integer" else isinstance(v, TYPES[t])


def invalid(v, s, root, at="$"):
    known = {"$schema", "title", "description", "$defs", "$ref", "type", "required", "properties", "additionalProperties", "items", "enum", "const",
             "minimum", "maximum", "minItems", "maxItems", "minLength", "pattern", "anyOf"}
    bad = ["%s: the test does not know %s" % (at, k) for k in set(s) - known]
    if "$ref" in s:
        return bad + invalid(v, root["$defs"][s["$ref"].rsplit("/", 1)[1]], root, at)
    if "anyOf" in s and all(invalid(v, o, root, at) for o in s["anyOf"]):
        bad.append("%s: none of anyOf" % at)
    types = s.get("type", [])
    if types and not any(is_type(v, t) for t in ([types] if isinstance(types, str) else types)):
        return bad + ["%s: not %s" % (at, types)]
    if "const" in s and v != s["const"] or "enum" in s and v not in s["enum"]:
        bad.append("%s: %r is not of the list" % (at, v))
    if isinstance(v, (int, float)) and not isinstance(v, bool) and not s.get("minimum", v) <= v <= s.get("maximum", v):
        bad.append("%s: %r out of range" % (at, v))
    if isinstance(v, str) and (len(v) < s.get("minLength", 0) or "pattern" in s and not re.search(s["pattern"], v)):
        bad.append("%s: %r does not fit" % (at, v))
    if isinstance(v, list):
        if not s.get("minItems", 0) <= len(v) <= s.get("maxItems", len(v)):
            bad.append("%s: %d items" % (at, len(v)))
        for i, o in enumerate(v):
            bad += invalid(o, s.get("items", {}), root, "%s[%d]" % (at, i))
    if isinstance(v, dict):
        bad += ["%s: no %s" % (at, k) for k in s.get("required", []) if k not in v]
        for k, o in v.items():
            bad += invalid(o, s.get("properties", {}).get(k, s.get("additionalProperties", {})), root, "%s.%s" % (at, k))
    return bad


BREAKS = [lambda d: d.pop("digest"), lambda d: d.update(digest="x"), lambda d: d["hops"][0].update(state="perhaps"), lambda d: d.update(attempts=-1),
          lambda d: d["members"][0]["proof"].update(level="trusted"), lambda d: d["story"].append({"text": "It was fine."}) , lambda d: d.update(hops=[])]


def schema(path, *docs):
    s = json.loads(pathlib.Path(path).read_text())
    for p in docs:
        d = json.loads(pathlib.Path(p).read_text())
        for line in invalid(d, s, s):
            print("%s %s" % (p, line))
        named = set(s["properties"])
        for k in set(d) - named:
            print("%s: the schema does not name %s" % (p, k))
        for k in {k for h in d["hops"] for k in h} - set(s["$defs"]["hop"]["properties"]):
            print("%s: the schema does not name %s of a hop" % (p, k))
        for i, change in enumerate(BREAKS):
            broken = copy.deepcopy(d)
            change(broken)
            if not invalid(broken, s, s):
                print("%s: break %d is not seen" % (p, i))


# ---- the page ----

VOID = {"meta", "link", "br", "hr", "img", "input", "line", "rect"}
FINE = set("html head meta title style body header h1 h2 small p span main svg text line g rect ol li div ul b br table thead tbody tr th td footer".split())


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.bad, self.csp, self.seen = [], [], "", set()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        if tag not in FINE:
            self.bad.append("element %s" % tag)
        for k, v in attrs:
            if k.startswith("on") or k in ("href", "src", "style", "srcset", "action") or "javascript:" in (v or ""):
                self.bad.append("attribute %s of %s" % (k, tag))
            if k == "content" and "default-src" in v:
                self.csp = v
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.bad.append("end of %s" % tag)

    def handle_comment(self, data):
        self.bad.append("a comment")

    def unknown_decl(self, data):
        self.bad.append("a declaration")


def page(path):
    p, text = Page(), pathlib.Path(path).read_text()
    p.feed(text)
    p.close()
    bad = p.bad + ["%s is never closed" % t for t in p.open] + ["no %s" % t for t in ("svg", "rect", "title", "style") if t not in p.seen]
    if "default-src 'none'" not in p.csp or "script" in p.csp:
        bad.append("policy %r" % p.csp)
    for word in ("prefers-color-scheme: dark", "@media print", "max-width: 40rem"):
        if word not in text:
            bad.append("no style for %s" % word)
    print("\n".join(sorted(set(bad))), end="\n" if bad else "")


# ---- OTLP ----

def otlp(path, doc_path):
    d, doc, bad = json.loads(pathlib.Path(path).read_text()), json.loads(pathlib.Path(doc_path).read_text()), []
    spans, cites = {}, {}
    for r in d["resourceSpans"]:
        resource = {a["key"]: a["value"] for a in r["resource"]["attributes"]}
        if not resource["service.name"]["stringValue"]:
            bad.append("a resource without a name")
        for sc in r["scopeSpans"]:
            for s in sc["spans"]:
                at = {a["key"]: a["value"] for a in s["attributes"]}
                if len(at) != len(s["attributes"]) or any(len(v) != 1 or set(v) - {"stringValue", "intValue", "boolValue", "arrayValue"} for v in at.values()):
                    bad.append("attributes of %s" % s["name"])
                if not re.fullmatch("[0-9a-f]{32}", s["traceId"]) or not re.fullmatch("[0-9a-f]{16}", s["spanId"]) or set(s["spanId"]) == {"0"}:
                    bad.append("ids %s %s" % (s["traceId"], s["spanId"]))
                if s["kind"] not in (2, 3) or not s["name"] or s["status"].get("code", 0) not in (0, 1, 2) or s["spanId"] in spans:
                    bad.append("span %s" % s["spanId"])
                if not (s["startTimeUnixNano"].isdigit() and int(s["startTimeUnixNano"]) <= int(s["endTimeUnixNano"]) < 2 ** 63):
                    bad.append("times of %s" % s["name"])
                if any(not e["name"] or not e["timeUnixNano"].isdigit() for e in s["events"]):
                    bad.append("events of %s" % s["name"])
                spans[s["spanId"]] = s
                cites[at["auditkit.citation"]["stringValue"]] = (s, at)
    if len({s["traceId"] for s in spans.values()}) != 1:
        bad.append("more than one trace")
    if re.fullmatch("[0-9a-f]{32}", doc["id"]) and {s["traceId"] for s in spans.values()} != {doc["id"]}:
        bad.append("another trace id")
    for s in spans.values():
        up, seen = s, set()
        while "parentSpanId" in up and up["spanId"] not in seen and up["parentSpanId"] in spans:
            seen.add(up["spanId"])
            up = spans[up["parentSpanId"]]
        if up["spanId"] in seen:
            bad.append("%s is above itself" % s["name"])
        if "parentSpanId" in s and (s["parentSpanId"] not in spans or s["parentSpanId"] == s["spanId"]):
            bad.append("parent of %s" % s["name"])
    want = {h["cite"]: h for h in doc["hops"] if h["state"] == "present" and (h["n"] == 1 or "attempt" in h or h["n"] == 3 and h["kind"] != "request")}
    if set(want) != set(cites):
        bad.append("spans of %s" % (set(want) ^ set(cites)))
    for cite, h in want.items():
        s, at = cites[cite]
        for k, v in h["fields"].items():
            if k in ("event.start", "event.end", "trace.id", "span.id"):
                continue
            got = at.get(k, {})
            told = got.get("stringValue") if isinstance(v, str) else got.get("boolValue") if isinstance(v, bool) else int(got.get("intValue", -1)) if isinstance(v, int) else v
            if told != v:
                bad.append("%s of %s" % (k, cite))
        if "attempt" in h and (s["status"].get("code") == 2) != (h["fields"].get("event.outcome") == "failure"):
            bad.append("status of %s" % cite)
        # One root a caller can see: an attempt has a parent wherever an app event or an outer gateway is there.
        if "attempt" in h and "parentSpanId" not in s and "auditkit.parent.left_out" not in at and (any(x["n"] == 1 for x in want.values()) or h["gateway"]["number"] > 1):
            bad.append("%s has no parent" % cite)
        if h.get("time") and "auditkit.start.left_out" not in at and int(s["startTimeUnixNano"]) // 10**9 % 60 != int(h["time"][17:19]):
            bad.append("seconds of %s" % cite)
    print("\n".join(bad), end="\n" if bad else "")


# ---- Mermaid ----

LABEL = r"(?:[A-Za-z0-9 \-_./,()=+:]|#[0-9]+;)*"
LINES = [re.compile(p) for p in (r"    %% auditkit trace " + LABEL + ", digest [0-9a-f]{64}", r"    participant ([AGP][0-9]+) as (?:app|gateway|provider) " + LABEL,
                                 r"    ([AGP][0-9]+)(?:->>|-->>)([AGP][0-9]+): [A-Za-z]" + LABEL, r"    Note over ([AGP][0-9]+): [A-Za-z]" + LABEL)]


def mermaid(path):
    lines, known, bad = pathlib.Path(path).read_text().split("\n"), set(), []
    if lines[0] != "sequenceDiagram" or lines[-1] != "":
        bad.append("first or last line")
    for line in lines[1:-1]:
        m = next((m for m in (p.fullmatch(line) for p in LINES) if m), None)
        if not m:
            bad.append("line %r" % line)
        elif line.startswith("    participant"):
            known.add(m.group(1))
        elif set(m.groups()) - known:
            bad.append("who is %r" % line)
        elif len(line) > 4000:
            bad.append("a label of %d" % len(line))
    print("\n".join(bad[:5]), end="\n" if bad else "")


# ---- DOT ----

TOKEN = re.compile(r'"((?:[^"\\\n]|\\.)*)"|(->)|([{}\[\];=,])|([A-Za-z_][A-Za-z0-9_]*|[0-9]+)|\s+')


def tokens(text):
    at, out = 0, []
    while at < len(text):
        m = TOKEN.match(text, at)
        if not m:
            raise ValueError("no token at %r" % text[at:at + 20])
        at = m.end()
        if not m.group().isspace():
            out.append(("text", m.group(1)) if m.group(1) is not None else ("", m.group()))
    return out


def shown(label):
    """What Graphviz makes of a quoted string: lines, escapes and names of characters."""
    lines = label.replace("\\\\", "\0").split("\\n")
    if any(re.search(r"\\[^\"]|&(?!amp;)", line) for line in lines):
        raise ValueError("an escape in %r" % label)
    return [line.replace('\\"', '"').replace("&amp;", "&").replace("\0", "\\") for line in lines]


def dot(path, document):
    hops, got, edges, bad = json.loads(pathlib.Path(document).read_text())["hops"], {}, [], []
    t = tokens(pathlib.Path(path).read_text())
    if t[:3] != [("", "digraph"), ("", "trace"), ("", "{")] or t[-1] != ("", "}"):
        bad.append("no digraph")
    rest, statement = t[3:-1], []
    for token in rest:
        if token != ("", ";"):
            statement.append(token)
            continue
        names = [z for kind, z in statement[:3]]
        attributes = [z for kind, z in statement if kind == "text"]
        if names[1] == "->":
            edges.append((names[0], names[2]))
        elif names[0] not in ("graph", "node"):
            got[names[0]] = shown(attributes[0])
        statement = []
    if statement or edges != [("h%d" % i, "h%d" % (i + 1)) for i in range(1, len(hops))] or len(got) != len(hops):
        bad.append("%d boxes, %d edges, %d hops" % (len(got), len(edges), len(hops)))
    for i, h in enumerate(hops, 1):
        lines = [z for z in (h["title"], h.get("time"), (h.get("lines") or [""])[0], h.get("cite")) if z]
        for want, have in zip(lines, got["h%d" % i]):
            safe = want.isprintable()
            if safe and have != want and not (have.endswith("...") and want.startswith(have[:-3])):
                bad.append("%r for %r" % (have, want))
        if len(lines) != len(got["h%d" % i]):
            bad.append("lines of h%d" % i)
    print("\n".join(bad[:5]), end="\n" if bad else "")


HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
                    "\ufff9-\ufffb\U000e0000-\U000e0fff]")


def clean(*paths):
    for p in paths:
        for m in HIDDEN.finditer(pathlib.Path(p).read_bytes().decode()):
            print("%s: %r at %d" % (p, m.group(), m.start()))


def forms(path, *traces):
    for t in traces:
        for name, look in (("schema", lambda: schema(path, t + ".json")), ("page", lambda: page(t + ".html")), ("otlp", lambda: otlp(t + ".otlp", t + ".json")),
                           ("mermaid", lambda: mermaid(t + ".mermaid")), ("dot", lambda: dot(t + ".dot", t + ".json")), ("clean", lambda: clean(t + ".html", t + ".mermaid", t + ".dot", t + ".text"))):
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                look()
            print("%s %s:%s" % (t, name, out.getvalue()[:600].replace("\n", " | ")))


globals()[sys.argv[1]](*sys.argv[2:])
