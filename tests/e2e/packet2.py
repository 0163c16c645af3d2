"""A packet under independent eyes: python3 packet2.py schemas|tables PACKET, or traces FILE FILE. Exits 1 with what is wrong.

schemas  every JSON document by the JSON Schema that the packet brings, by a validator written here; the descriptor of tables by the rules of
         Data Package 1.0 (tabular) and 2.0
tables   every row of every CSV by its Table Schema
traces   two trace documents are equal but for pseudonyms and the digest over them"""
import csv, datetime, hashlib, json, pathlib, re, sys

what, packet = sys.argv[1], pathlib.Path(sys.argv[2])
bad = []
KNOWN = {"$id", "$schema", "title", "type", "const", "enum", "properties", "required", "additionalProperties", "items", "description", "pattern", "format"}


def is_type(v, t):
    return {"object": isinstance(v, dict), "array": isinstance(v, list), "string": isinstance(v, str), "null": v is None, "boolean": isinstance(v, bool),
            "integer": isinstance(v, int) and not isinstance(v, bool), "number": isinstance(v, (int, float)) and not isinstance(v, bool)}[t]


def holds(schema, v, at):
    assert set(schema) <= KNOWN, set(schema) - KNOWN
    t = schema.get("type")
    if t and not any(is_type(v, x) for x in ([t] if isinstance(t, str) else t)):
        yield "%s is not %s" % (at, t)
    if "const" in schema and v != schema["const"] or "enum" in schema and v not in schema["enum"]:
        yield at + " has another value"
    if "pattern" in schema and isinstance(v, str) and not re.search(schema["pattern"], v):
        yield at + " is not of its form"
    if isinstance(v, dict):
        yield from ("%s has no %s" % (at, m) for m in schema.get("required", []) if m not in v)
        for m, x in v.items():
            sub = schema.get("properties", {}).get(m, schema.get("additionalProperties", True))
            if isinstance(sub, dict):
                yield from holds(sub, x, at + "." + m)
            elif not sub:
                yield "%s may not have %s" % (at, m)
    if isinstance(v, list) and "items" in schema:
        for i, x in enumerate(v):
            yield from holds(schema["items"], x, "%s[%d]" % (at, i))


def schemas():
    n = 0
    for f in sorted(packet.glob("data/**/*.json")):
        if f.parent.name == "schemas" or f.name == "datapackage.json":
            continue
        doc = json.loads(f.read_text())
        schema = json.loads((packet / "data/schemas" / (re.fullmatch(r"auditkit\.([a-z-]+)/1", doc["schema"])[1] + ".schema.json")).read_text())
        assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
        n += 1
        bad.extend("%s: %s" % (f.name, w) for w in holds(schema, doc, "$"))
        if not list(holds(schema, {"schema": "other"}, "$")):
            bad.append("the schema of %s takes anything" % f.name)
    assert n >= 12, n
    d = json.loads((packet / "data/datapackage.json").read_text())
    # Required by the profiles; names and paths by their patterns.
    bad.extend("datapackage.json: " + k for k, v in {"profile": d["profile"] == "tabular-data-package", "$schema": d["$schema"].endswith("/2.0/datapackage.json"),
               "name": re.fullmatch("[-a-z0-9._/]+", d["name"]), "resources": len(d["resources"]) >= 1}.items() if not v)
    if len({r["name"] for r in d["resources"]}) != len(d["resources"]):
        bad.append("datapackage.json: a name twice")
    for r in d["resources"]:
        raw = (packet / "data" / r["path"]).read_bytes()
        good = (r["profile"] == "tabular-data-resource" and r["type"] == "table" and re.fullmatch("[-a-z0-9._/]+", r["name"]) and not re.match(r"/|~|\.|.*\.\./", r["path"])
                and r["bytes"] == len(raw) and r["hash"] == "sha256:" + hashlib.sha256(raw).hexdigest() and r["encoding"] == "utf-8"
                and all(f["name"] and f["type"] in ("string", "integer", "number", "datetime", "boolean") for f in r["schema"]["fields"]))
        if not good:
            bad.append("datapackage.json: resource " + r["name"])


def is_time(text):
    datetime.datetime.fromisoformat(re.sub(r"(\.\d{1,6})\d*", r"\1", text).replace("Z", "+00:00"))
    return True


TYPES = {"string": lambda t, f: True, "integer": lambda t, f: re.fullmatch(r"[+-]?\d+", t), "number": lambda t, f: re.fullmatch(r"[+-]?\d+(\.\d+)?", t),
         "boolean": lambda t, f: t in ("true", "false"),
         # The default format has no fraction of a second.
         "datetime": lambda t, f: is_time(t) and (f.get("format") == "any" or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", t))}


def tables():
    rows = 0
    for r in json.loads((packet / "data/datapackage.json").read_text())["resources"]:
        with open(packet / "data" / r["path"], newline="", encoding="utf-8") as f:
            lines = csv.reader(f, strict=True)
            fields = r["schema"]["fields"]
            if next(lines) != [x["name"] for x in fields]:
                bad.append(r["name"] + ": header")
            for line in lines:
                rows += 1
                for cell, x in zip(line, fields, strict=True):
                    if cell not in r["schema"]["missingValues"] and not TYPES[x["type"]](cell, x):
                        bad.append("%s: %s" % (r["name"], x["name"]))
    assert rows > 100, rows


def traces():
    a, b = ({k: v for k, v in json.loads(pathlib.Path(p).read_text()).items() if k != "digest"} for p in sys.argv[2:4])
    plain = lambda d: json.loads(re.sub(r"([a-z]+):[0-9a-f]{32}", r"\1:*", json.dumps(d)))
    assert len(a["hops"]) >= 3 and a["schema"] == "auditkit.trace/1"
    bad.extend(k for k in sorted(set(a) | set(b)) if plain(a.get(k)) != plain(b.get(k)))


{"schemas": schemas, "tables": tables, "traces": traces}[what]()
print("\n".join(bad[:5]))
sys.exit(bool(bad))
