"""A unique string in every string position of every format's samples, and where each may be found afterwards.

make AUDITKIT DIR   one input per sample below DIR/in: the sample as it is, then a copy per position with one string in it;
                    DIR/planted.json says for each string where it stood
plant DIR FILE      the first planted string that no field may keep, in every encoding that is searched, one a line
check AUDITKIT DIR  those of DIR/ex/canaries.json, the planted sample tenant, count too. Every string found in the bytes that were written must be one the dictionary lets pass: its path is one
                    that a mapping rule reads into a field whose redaction is `kept` or `sanitised`, and in the database it
                    stands in that field's column

The mappings are read here with PyYAML and matched here: nothing of the program decides what it may keep.
"""
import os
import base64, csv, functools, io, json, pathlib, re, sqlite3, subprocess, sys, yaml

# Letters and digits in one run, so that no rule for ids, numbers or words treats a part of it as something else.
CANARY = re.compile(rb"ZQ[0-9A-F]{2}X[0-9]{6}", re.I)
SHAPE = ("Zz", "Qq", "0123456789ABCDEFabcdef", "0123456789ABCDEFabcdef", "Xx") + ("0123456789",) * 6


def shaped(one, last=False):
    """The same shape with every letter written in another way."""
    sets = SHAPE[::-1] if last else SHAPE
    pattern = re.compile(b"".join(b"(?:" + b"|".join(sorted({re.escape(one(c)) for c in s})) + b")" for s in sets), re.I)
    letters = [(a, b) for a in SHAPE[0] for b in SHAPE[1]]
    return pattern, {(one(b) + one(a) if last else one(a) + one(b)).lower() for a, b in letters}


# Names of encodings, the shape and its first letters, how to read a find back. Base64 is decoded instead, in all alignments.
ENCODED = {
    "reversed": (*shaped(lambda c: c.encode(), True), lambda b: b[::-1]),
    "UTF-16LE": (*shaped(lambda c: c.encode("utf-16-le")), lambda b: b[::2]),
    "UTF-16BE": (*shaped(lambda c: c.encode("utf-16-be")), lambda b: b[1::2]),
    "hex": (*shaped(lambda c: b"%02x" % ord(c)), lambda b: bytes.fromhex(b.decode())),
    "percent": (*shaped(lambda c: b"%%%02x" % ord(c)), lambda b: bytes.fromhex(b.decode().replace("%", ""))),
    "JSON": (*shaped(lambda c: b"\\u%04x" % ord(c)), lambda b: bytes.fromhex(b.decode().lower().replace("\\u00", ""))),
    "HTML": (*shaped(lambda c: b"&#%d;" % ord(c)), lambda b: bytes(int(n) for n in re.findall(rb"\d+", b))),
    "HTML hex": (*shaped(lambda c: b"&#x%x;" % ord(c)), lambda b: bytes(int(n, 16) for n in re.findall(rb"x([0-9a-f]+)", b.lower()))),
}
B64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def base64_shape(before):
    """What base64 makes of the shape when so many other bytes stand before it in a group, of any content."""
    sets = [range(256)] * before + [{ord(c) for c in s} for s in SHAPE] + [range(256)] * 2
    signs = []
    for at in range(before * 8 // 6, -((before + len(SHAPE)) * 8 // -6)):
        one, bit = divmod(at * 6, 8)
        signs.append({(a << 8 | b) >> 10 - bit & 63 for a in sets[one] for b in sets[one + 1]})
    return re.compile(b"".join(b"[%s]" % re.escape("".join(B64[i] for i in s)).encode() for s in signs))


BASE64 = [(b"A" * (before * 8 // 6), base64_shape(before)) for before in range(3)]


def encoded(raw):
    """(encoding, string) of every find in bytes that is not the string as it is."""
    lower = raw.lower()
    for name, (pattern, starts, back) in ENCODED.items():
        for hit in pattern.findall(raw) if any(s in lower for s in starts) else ():
            yield name, back(hit).decode().upper()
    plain = raw.replace(b"-", b"+").replace(b"_", b"/")
    for skipped, pattern in BASE64:
        for run in pattern.findall(plain):
            part = skipped + run + b"AAA"
            for hit in CANARY.findall(base64.b64decode(part[:len(part) // 4 * 4])):
                yield "base64", hit.decode().upper()


def in_every_encoding(s):
    letters = s.encode()
    yield letters[::-1]
    yield s.encode("utf-16-le")
    yield s.encode("utf-16-be")
    yield letters.hex().encode()
    yield b"".join(b"%%%02X" % c for c in letters)
    yield b"".join(b"\\u%04x" % c for c in letters)
    yield b"".join(b"&#%d;" % c for c in letters)
    yield b"".join(b"&#x%X;" % c for c in letters)
    for shift in range(3):
        yield base64.b64encode(b"ab"[:shift] + letters + b" and more")

PASS = ("kept", "sanitised", "masked")

# Folders below DIR that hold what auditkit wrote; strace* beside them hold what it wrote and removed again.
WRITTEN = ("w", "tenant", "config", "out", "packets", "tmp", "killed")


def output(*argv):
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE).stdout.decode()


def mappings(auditkit):
    ids = [f["id"] for f in json.loads(output(auditkit, "formats", "--json"))["formats"]]
    return {i: yaml.load(json.loads(output(auditkit, "formats", "show", i, "--json"))["text"], getattr(yaml, "CSafeLoader", yaml.SafeLoader)) for i in ids}


class Planter:
    def __init__(self):
        self.where = {}

    def new(self, fmt, path, role):
        name = "ZQ%02XX%06d" % (len(self.where) % 251, len(self.where))
        self.where[name] = {"format": fmt, "path": path, "role": role}
        return name


def kv_name(node):
    """Key of an attribute {key, value: {stringValue}} as OTLP writes it."""
    return node.get("key") if isinstance(node, dict) and set(node) == {"key", "value"} else None


def positions(node, path, put, kv=None):
    """Yield (path, role, put) for each place a string can be planted; put(x) returns nothing and changes the tree."""
    if isinstance(node, dict):
        for k in list(node):
            yield from positions(node[k], path + "/" + k, lambda x, n=node, k=k: n.__setitem__(k, x))
        yield path + "/(new key)", "key", lambda x, n=node: n.__setitem__(x, 1)
        yield path + "/zz_new_member", "value", lambda x, n=node: n.__setitem__("zz_new_member", x)
    elif isinstance(node, list):
        for i, v in enumerate(node):
            name = kv_name(v)
            if name is not None:
                for k, old in list(v["value"].items()):
                    yield from positions(old, path + "|kv/" + name, lambda x, v=v, k=k: v["value"].__setitem__(k, x))
                yield path + "|kv/(new key)", "key", lambda x, v=v: v.__setitem__("key", x)
            else:
                yield from positions(v, path + "/[]", lambda x, n=node, i=i: n.__setitem__(i, x))
        yield path + "/[]", "value", lambda x, n=node: n.append(x)
    else:
        yield path, "value", put
        if isinstance(node, str) and node[:1] in "{[":
            try:
                inner = json.loads(node)
            except ValueError:
                return
            for p, role, inner_put in positions(inner, path + "|json", None):
                if inner_put:
                    yield p, role, lambda x, ip=inner_put, t=inner: (ip(x), put(json.dumps(t)))


def documents(text):
    """The values of a JSON sample, one after the other."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text.rstrip()):
        at = re.compile(r"\s*").match(text, at).end()
        value, at = decoder.raw_decode(text, at)
        yield value


def mutate_json(fmt, text, planter):
    out = []
    for doc in documents(text):
        out.append(json.dumps(doc))
        n = len(list(positions(doc, "", None)))
        for i in range(n):
            copy = json.loads(json.dumps(doc))
            path, role, put = list(positions(copy, "", None))[i]
            if put:
                put(planter.new(fmt, path, role))
                out.append(json.dumps(copy))
    return "\n".join(out) + "\n"


def is_json(text):
    """Is the text of a cell an object or a list?"""
    try:
        return isinstance(json.loads(text), (dict, list))
    except ValueError:
        return False


def mutate_csv(fmt, text, planter):
    rows = list(csv.reader(io.StringIO(text)))
    head, body = rows[0], rows[1:]
    extra = planter.new(fmt, "/(new key)", "key")
    out = [head + [extra]] + [row + [""] for row in body]
    for row in body:
        for i, title in enumerate(head):
            name = title.lstrip("\ufeff").replace("~", "~0").replace("/", "~1")  # as a pointer has it
            if is_json(row[i]):
                tree = json.loads(row[i])
                for k in range(len(list(positions(tree, "", None)))):
                    copy = json.loads(row[i])
                    path, role, put = list(positions(copy, "/" + name + "|json", None))[k]
                    if put:
                        put(planter.new(fmt, path, role))
                        out.append(row[:i] + [json.dumps(copy)] + row[i + 1:] + [""])
            out.append(row[:i] + [planter.new(fmt, "/" + name, "value")] + row[i + 1:] + [""])
        out.append(row + [planter.new(fmt, "/zz_new_member", "value")])
    s = io.StringIO()
    csv.writer(s, lineterminator="\n").writerows(out)
    return s.getvalue()


def make(auditkit, root):
    planter = Planter()
    (root / "in").mkdir()
    # Every write is looked at, so a short run takes every sixth format and those that canary.t names.
    for n, (fmt, m) in enumerate(mappings(auditkit).items()):
        if n % 6 and fmt not in ("litellm-slp", "admin-audit", "tickets-csv", "openai-audit") and not os.environ.get("AK_LONG"):
            continue
        for i, sample in enumerate(s for s in m["samples"] if "instead" not in s):
            is_csv = m["container"] != "json"
            text = (mutate_csv if is_csv else mutate_json)(fmt, sample["input"], planter)
            (root / "in" / ("%s.%d.%s" % (fmt, i, "csv" if is_csv else "jsonl"))).write_text(text)
    (root / "planted.json").write_text(json.dumps(planter.where))
    print(len(planter.where))


def rule_paths(rule):
    """Paths that give a rule's value; conditions are read and not kept."""
    if isinstance(rule, str):
        return [rule]
    if isinstance(rule, list):
        return [p for r in rule for p in rule_paths(r)]
    if not isinstance(rule, dict):
        return []
    found = []
    if "enum" in rule and "path" in rule:
        return []  # only words of the mapping come out of an enum
    for k in ("path", "first-of", "diff", "kv", "split", "sum", "join"):
        v = rule.get(k)
        if k == "diff" and isinstance(v, dict):
            found += [p for side in v.values() for p in rule_paths(side)]
        elif k in ("path", "first-of", "join"):
            found += rule_paths(v)
    return found


def absolute(record, path):
    """A rule's path from the root of the document."""
    while path.startswith("^"):
        path = path[1:]
        record = record.rsplit("/[]", 1)[0].rsplit("/", 1)[0]
    return (record if record not in ("", "/") else "") + path


@functools.cache
def pattern(path):
    """A path of the mapping as a regular expression over paths of the document, children included."""
    parts = [r"[^/|]+" if s == "*" else re.escape(s) for s in path.split("/")]
    # An object may stand where JSON in a string or a list of key and value is expected; a body of payload may be such a string.
    text = r"(\|json)?/".join(parts).replace(r"\|json(\|json)?", r"(\|json)?").replace(r"\|json", r"(\|json)?")
    text = text.replace(r"((\|json)?)?", r"(\|json)?").replace(r"\|kv(\|json)?/", r"(\|kv)?(\|json)?/")
    return re.compile(text + r"(\||/|$)")


def allowed(m, fields):
    """[(regex, column)] of a mapping: paths whose values the dictionary lets pass."""
    out = []
    records = m.get("records", [""])
    records = (records if isinstance(records, list) else [records]) + m.get("wrapped", [])
    rules = list(m.get("fields", {}).items()) + [(i["kind"], i["path"]) for i in m.get("identifiers", [])]
    for column, rule in rules:
        for path in rule_paths(rule):
            for r in records + [x + "/[]" for x in records if not x]:
                if fields[column]["redaction"] in PASS:
                    out.append((pattern(absolute(r, path)), column))
    return out


HERE = os.path.dirname(os.path.abspath(__file__))
with open(HERE + "/../../src/store/columns.def") as columns, open(HERE + "/../../src/model/fields.def") as fields_def:
    FIELDS = dict(re.findall(r"^FIELD\((\w+), (\w+),", fields_def.read(), re.M))
    PAGED = [FIELDS.get(field, "seq") for field in re.findall(r"^COLUMN\(\w+, \w+, (\w+)\)", columns.read(), re.M)]


def columns_of(database, found):
    """Where the database holds a string: {string: {table.column}}."""
    db = sqlite3.connect("file:%s?mode=ro" % database, uri=True)
    for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        names = [r[1] for r in db.execute("SELECT * FROM pragma_table_info(?)", (table,))]
        for row in db.execute('SELECT * FROM "%s"' % table):
            # A page is a column of requests (src/store/columns.def), or from 128 on the sieve of one: what stands in it stands there.
            if table == "column_page":
                names = ["id", PAGED[row[0] & 127]]
            for name, value in zip(names, row):
                raw = value.encode() if isinstance(value, str) else value if isinstance(value, bytes) else b""
                for c in CANARY.findall(raw):
                    found.setdefault(c.decode().upper(), set()).add(table + "." + name)


def strace_bytes(path):
    """What every write call wrote, as strace -xx shows it."""
    for line in open(path, errors="replace"):
        for text in re.findall(r'"((?:\\x[0-9a-f]{2})*)"', line):
            yield bytes.fromhex(text.replace("\\x", ""))


def check(auditkit, root):
    planted = json.loads((root / "planted.json").read_text())
    for name, where in json.loads((root / "ex" / "canaries.json").read_text()).items():
        fmt, path = where.split(" ", 1)
        planted[name] = {"format": fmt, "path": path, "role": "key" if path.endswith("(key)") else "value"}
    maps = mappings(auditkit)
    fields = {f["column"]: f for f in json.loads(output(auditkit, "fields", "--json"))["fields"]}
    rules = functools.cache(lambda i: allowed(maps[i], fields) if i in maps else [])
    tables, seen, hidden = {}, {}, set()
    for w in (w for w in ("w", "tenant") if (root / w).exists()):
        columns_of(root / w / "workspace.db", tables)
    for f in (p for d in WRITTEN for p in (root / d).rglob("*") if p.is_file()):
        raw = f.read_bytes()
        for c in CANARY.findall(raw):
            seen.setdefault(c.decode().upper(), str(f.relative_to(root)).split("/")[0] + "/" + f.name)
        hidden |= {(name, c, f.name) for name, c in encoded(raw)}
    written = 0
    for f in root.glob("strace*"):
        for chunk in strace_bytes(f):
            written += len(chunk)
            for c in CANARY.findall(chunk):
                seen.setdefault(c.decode().upper(), "a write that is gone")
            hidden |= {(name, c, "a write that is gone") for name, c in encoded(chunk)}
    bad, kept = [], 0
    for c in sorted(set(seen) | set(tables)):
        p = planted.get(c, {"format": "none", "path": "a file of no format", "role": "value"})
        # Of member names only those of changed settings are kept: a change is {path, before, after}.
        may = {col for rx, col in rules(p["format"]) if rx.match(p["path"]) and (p["role"] == "value" or fields[col]["type"] == "diff")}
        where = {t.split(".")[1] for t in tables.get(c, ()) if t.split(".")[0] != "alias"}
        if not may or where - may:
            bad.append((p["format"], p["role"], p["path"], sorted(tables.get(c, ())) or seen.get(c)))
        kept += 1
    for b in sorted({(f, r, p, str(w)) for f, r, p, w in bad})[:60]:
        print("leak", *b)
    for h in sorted(hidden)[:60]:
        print("encoded", *h)
    print("%d planted, %d found, %d where they may not be, %d in another encoding, %d bytes of writes looked at" % (
        len(planted), kept, len(bad), len(hidden), written))
    return not bad and not hidden and kept > 100


def plant(root, file):
    planted = json.loads((root / "planted.json").read_text())
    name = next(n for n, where in planted.items() if where["path"].endswith("zz_new_member"))
    pathlib.Path(file).write_bytes(b"\n".join(in_every_encoding(name)) + b"\n")


if __name__ == "__main__":
    if sys.argv[1] == "plant":
        sys.exit(plant(pathlib.Path(sys.argv[2]), sys.argv[3]))
    sys.exit(0 if {"make": make, "check": check}[sys.argv[1]](sys.argv[2], pathlib.Path(sys.argv[3])) in (None, True) else 1)
