"""schemas.py AUDITKIT SRCDIR make|check: JSON Schemas of every --json document, from documents that commands print in the current folder.

make   writes src/schemas/NAME.json of every document that was printed, and what was promised before stays promised
check  validates each document against the schema that `auditkit schema NAME` prints, and those against tests/e2e/schemas.json, the
       promises of the last commit: members, types and required members are only added to. Prints what differs, then "ok N"."""
import json, os, subprocess, sys, zipfile

auditkit, src, mode = sys.argv[1:4]
W = ["-w", "d/workspace"]
SCHEMA = "https://json-schema.org/draft/2020-12/schema"
# Objects whose members are named by data.
MAPS = {"records", "verdicts", "drivers", "classes", "rules", "actions", "decisions", "own_commands", "states", "apart", "reasons", "categories",
        "totals_by", "set", "classes_of", "kinds", "environments", "owners", "fields", "absent", "roles", "canaries", "body", "links", "options",
        "values", "unused", "sources", "commands"}


# Written by hand: what a packet is held against must not promise more than every packet keeps.
BY_HAND = {"section", "allowed", "comments", "packet-diff", "packet-test", "proof", "annex", "cover", "figures", "packet", "consistency", "range-proof",
           "disclosure", "questions"}
# Of packets: another tenant's packet must not fail for what the demo always has, so that any value of these may be null.
IN_PACKETS = {"findings", "ipe", "matrix"}
NEVER_NULL = {"schema", "kind", "check", "verdict", "name", "report", "citation", "cite", "class", "severity", "command", "field", "statements", "text", "what"}


def run(*args, given=None):
    env = dict(os.environ, XDG_CONFIG_HOME=os.path.abspath("d/config"), AUDITKIT_DATA=src)
    return subprocess.run([auditkit, *args], input=given, capture_output=True, text=True, env=env, timeout=120).stdout


def of_customers():
    """What the demo has none of: customers, settlements, verdicts and quotas of their own; a sheet on a list."""
    os.makedirs("made", exist_ok=True)
    subprocess.run([sys.executable, src + "/tests/e2e/reports_make.py"], cwd="made", check=True)
    run("init", "wm")
    for m in ("mapping", "usage"):
        open("wm/formats/%s.yaml" % {"mapping": "reports-calls", "usage": "reports-usage"}[m], "w").write(open("made/%s.yaml" % m).read())
    run("-w", "wm", "ingest", *["made/" + f for f in ("calls.jsonl", "settlements.csv", "usage.jsonl", "quota.jsonl", "verdicts.jsonl")])
    for c in ["report dispute --customer acme", "report variance --from 2026-06-08 --to 2026-06-15", "report governance", "report quota", "report usage", "report cost --by team"]:
        yield "of customers: " + c, run("-w", "wm", *c.split(), "--json")
    run("-w", "wm", "report", "dispute", "--customer", "acme", "-o", "acme.csv", "--ipe", "sheet.json")
    run("-w", "wm", "report", "variance", "--ipe", "sheet2.json")
    for f in ("sheet.json", "sheet2.json", "acme.csv.meta.json"):
        yield f, open(f).read()


def documents():
    run("demo", "d")
    db = lambda q: subprocess.run(["sqlite3", "d/workspace/workspace.db", q], capture_output=True, text=True).stdout.strip()
    trace, key = db("SELECT trace_id FROM request WHERE trace_id IS NOT NULL LIMIT 1"), "key_a1f0c2d4"
    cite = db("SELECT s.name || ':' || r.seq FROM request r JOIN file f ON f.id = r.file JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source LIMIT 1")
    os.makedirs("other", exist_ok=True)
    open("other/note.txt", "w").write("a note\n")
    open("lines", "w").write("mail to ada@example.org\n")
    open("mine.jsonl", "w").write('{"when": "2026-06-01T00:00:00Z", "who": "svc", "model": "gpt-4o", "tokens": 5}\n' * 3)
    open("mine.yaml", "w").write(open(src + "/src/formats/log-access.yaml").read())
    policy = "d/workspace/policy.yaml"
    targets = "notify: {audit: {type: sendmail, to: [audit@brindle.example]}, hook: {type: webhook, url: \"https://hook.example.org/x\"}}\n"
    text = "".join(l for l in open(policy) if not l.startswith("notify:"))
    open(policy, "w").write(text + targets)
    given = {"redact try": "mail to ada@example.org\n", "redact explain --text": "mail to ada@example.org\n"}
    commands = ["status", "sources", "sources show litellm-prod", "sources drift", "check", "check rejects bypass", "check --list", "check --matrix", "check --questions",
                "check rejects --notify audit",
                "search --status 4xx --limit 3", "search --layer audit_event --limit 3", "search --outcome failure --limit 2 --save saved", "query list", "query run saved",
                "query rm saved", "tail --lines 1", "config check", "config show",
                "report usage", "report dashboard", "report cost --by team --bucket 1d", "report errors", "report latency", "report cache", "report keys", "report access",
                "report changes", "report quota", "report log-access", "report payload", "report redaction", "report processing", "report processors",
                "report variance", "report governance", "report dispute --team team-support",
                "report fallbacks", "report completeness", "report coverage --by-day", "report reconcile --bucket 1d", "show " + trace, "show " + cite,
                "show " + key, "explain " + trace, "trace reconstruct " + trace, "trace sample", "timeline --around ae-route-1", "blast-radius svc-search",
                "trace bundle --app support-bot --from 2026-06-05 --to 2026-06-06 -o incident.tar", "packet build --allow-gaps -o p.zip", "packet test", "packet rebuild p.zip", "packet disclose p.zip 2 --reason probe", "verify", "keys", "checkpoint",
                "backup copy.tar", "redact explain client_address", "redact rules", "redact allow 00112233445566778899aabbccddeeff --reason x", "doctor",
                "serve --idle 1s", "ingest --manual other/note.txt", "ingest mine.jsonl --dry-run", "ingest", "keys rotate", "keys rotate --packet"]
    if mode == "check" and not os.environ.get("AK_LONG"):
        yield "check --notify", run(*W, "check", "--notify", "hook", "--dry-run")
        for c in [c for c in commands if c.split()[0] in ("status", "check", "explain", "search", "query", "tail") or c.startswith("report ")] + ["trace reconstruct " + trace]:
            yield c, run(*W, *c.split(), "--json")
        return
    for c in commands:
        yield c, run(*W, *c.split(), "--json", given=given.get(c))
    yield from of_customers()
    subprocess.run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout reader.key -out reader.pem -days 2 -subj /CN=reader".split(), capture_output=True)
    yield "sql", run(*W, "sql", "SELECT seq, status_code FROM request LIMIT 2", "--json")
    yield "check --notify", run(*W, "check", "--notify", "hook", "--dry-run")
    for c in ["packet verify p.zip", "packet show p.zip", "packet diff p.zip p.zip", "packet comments p.zip", "packet timestamp p.zip --query p.tsq", "packet annex p.annex.zip --for reader.pem", "version", "formats", "formats show litellm-slp", "formats check mine.yaml", "formats try litellm-slp mine.jsonl", "fields", "fields show event_start", "schema",
              "fields --store", "limits", "help", "help collect", "help collect openai", "canary plan --count 2", "redact try", "init new"]:
        yield c, run(*c.split(), "--json", given=given.get(c))
    for c in ["status", "sources", "check", "report usage", "report dashboard", "report keys", "report changes", "report access", "report quota", "report log-access", "report payload",
              "report redaction", "report processing", "report processors", "report fallbacks", "report completeness", "report coverage", "report reconcile", "trace sample"]:
        yield "nothing: " + c, run("-w", "new", *c.split(), "--json")
    if os.path.exists("p.zip"):
        with zipfile.ZipFile("p.zip") as z:
            for n in z.namelist():
                if n.endswith(".json"):
                    yield "packet " + n, z.read(n).decode()


def type_of(v):
    return {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object", type(None): "null"}[type(v)]


def null_last(kinds):
    return sorted(kinds, key=lambda k: (k == "null", k))


def infer(values, name="", top=False, listed=False, strict=True):
    """One schema that all of these values meet. Below the top a value that no record provides is null, seen or not, but in NEVER_NULL."""
    out = {"type": sorted({type_of(v) for v in values})}
    if not top and set(out["type"]) <= {"string", "integer", "number"} and not (strict and name in NEVER_NULL):
        out["type"] = null_last(set(out["type"]) | {"null"})
    objects, items = [v for v in values if isinstance(v, dict)], [i for v in values if isinstance(v, list) for i in v]
    if objects:
        members = sorted({k for o in objects for k in o})
        named_by_data = (name in MAPS and not listed) or any(not k.replace("_", "").isalnum() or k != k.lower() or k[0].isdigit() for k in members)
        if named_by_data:
            out["additionalProperties"] = infer([v for o in objects for v in o.values()], strict=strict) if members else True
        else:
            out["properties"] = {k: infer([o[k] for o in objects if k in o], k, strict=strict) for k in members}
            out["required"] = [k for k in members if all(k in o for o in objects)] if top or len(objects) > 1 else []
            out["additionalProperties"] = True
    if items:
        out["items"] = infer(items, name, listed=True, strict=strict)
    if out["type"] == ["null"]: # nothing was there to be seen
        return {}
    if len(out["type"]) == 1:
        out["type"] = out["type"][0]
    return out


def types(s):
    t = s.get("type")
    return None if t is None else {t} if isinstance(t, str) else set(t)


def wrong(v, s, at="$"):
    """Where a value does not meet its schema."""
    t = types(s)
    if t and type_of(v) not in t and not (isinstance(v, int) and not isinstance(v, bool) and "number" in t):
        yield "%s is %s, not %s" % (at, type_of(v), sorted(t))
        return
    if "const" in s and v != s["const"]:
        yield "%s is not %s" % (at, s["const"])
    if isinstance(v, dict):
        for k in s.get("required", []):
            if k not in v:
                yield "%s has no %s" % (at, k)
        for k, m in v.items():
            sub = s.get("properties", {}).get(k, s.get("additionalProperties", True))
            if sub is False:
                yield "%s has %s" % (at, k)
            elif isinstance(sub, dict):
                yield from wrong(m, sub, at + "." + k)
    elif isinstance(v, list) and "items" in s:
        for i, m in enumerate(v):
            yield from wrong(m, s["items"], "%s[%d]" % (at, i))


def taken_back(old, new, at="$"):
    """What a schema promised and the newer one does not."""
    if types(old) and (types(new) is None or not types(new) <= types(old)):
        yield "%s: %s, was %s" % (at, sorted(types(new) or []), sorted(types(old)))
    for k in old.get("required", []):
        if k not in new.get("required", []):
            yield "%s.%s is no longer required" % (at, k)
    for k, s in old.get("properties", {}).items():
        if k not in new.get("properties", {}):
            yield "%s.%s is gone" % (at, k)
        else:
            yield from taken_back(s, new["properties"][k], at + "." + k)
    for k in ("items", "additionalProperties"):
        if isinstance(old.get(k), dict) and old[k]:
            yield from taken_back(old[k], new.get(k) if isinstance(new.get(k), dict) else {}, "%s.%s" % (at, k))


def keep(old, new):
    """What was promised stays, seen this time or not."""
    if "type" in old and "type" in new:
        all_types = null_last(types(old) | types(new))
        new["type"] = all_types[0] if len(all_types) == 1 else all_types
    for k, s in old.get("properties", {}).items():
        keep(s, new.setdefault("properties", {}).setdefault(k, s))
    if old.get("required"):
        new["required"] = sorted(set(old["required"]) | set(new.get("required", [])))
    for k in ("items", "additionalProperties"):
        if isinstance(old.get(k), dict) and old[k]:
            if isinstance(new.get(k), dict):
                keep(old[k], new[k])
            else:
                new[k] = old[k]


def load(text):
    try:
        doc = json.loads(text)
    except ValueError:
        return None
    return doc if isinstance(doc, dict) and str(doc.get("schema", "")).startswith("auditkit.") else None


seen, came = {}, {}
for command, text in documents():
    doc = load(text)
    if doc is not None:
        seen.setdefault(doc["schema"], []).append((command, doc))
    came[command] = doc is not None
names = {s: s[len("auditkit."):].rsplit("/", 1) for s in seen}
promised = json.load(open(src + "/tests/e2e/schemas.json"))
if mode == "make":
    for s, docs in seen.items():
        name, version = names[s]
        if name in BY_HAND:
            continue
        out = infer([d for _, d in docs], top=True, strict=name not in IN_PACKETS)
        keep(promised.get(name, {}), out)
        out["properties"]["schema"] = {"const": s}
        if name == "sql": # columns are named by the statement
            out["properties"]["rows"] = {"type": "array", "items": {"type": "object"}}
        out.update({"$schema": SCHEMA, "$id": "urn:auditkit:%s:%s" % (name, version), "title": "auditkit %s, version %s" % (name, version)})
        with open("%s/src/schemas/%s.json" % (src, name), "w") as f:
            f.write(json.dumps(out, indent=1, sort_keys=True) + "\n")
    print("made", len(seen), "without a document:", [c for c, ok in came.items() if not ok])
    sys.exit(0)
bad = []
for s, docs in sorted(seen.items()):
    text = run("schema", names[s][0])
    try:
        schema = json.loads(text)
    except ValueError:
        bad.append("%s has no schema" % s)
        continue
    for command, doc in docs:
        bad += ["%s: %s" % (command, w) for w in list(wrong(doc, schema))[:2]]
    if not list(wrong({"schema": "other"}, schema)):
        bad.append("%s: the schema takes anything" % s)
listed = run("schema").split("\n")
for old_name, old in promised.items():
    new = json.loads(run("schema", old_name) or "{}")
    bad += ["%s: %s" % (old_name, t) for t in taken_back(old, new)]
print("\n".join(bad[:10]) if bad else "ok %d" % len(seen))
