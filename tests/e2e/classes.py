"""The redaction statement's classes against the exports themselves.

samples AUDITKIT DIR           the samples of every format as one file per format below DIR
check AUDITKIT PACKET NAME=FILE...
                               every path and column that stands in a source's files has its place in exactly one row of the
                               packet's table `classes`; mappings are read here only for where records begin
"""
import os
import csv, gzip, io, json, pathlib, re, subprocess, sys, yaml

CLASSES = {"kept", "masked", "hashed", "encrypted", "removed", "intentionally not collected"}
ANY_VALUE = {"stringValue", "intValue", "boolValue", "doubleValue", "arrayValue", "kvlistValue", "bytesValue"}


def output(*argv):
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE).stdout.decode()


def mapping(auditkit, fmt):
    return yaml.load(json.loads(output(auditkit, "formats", "show", fmt, "--json"))["text"], getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def samples(auditkit, folder):
    every = 1 if os.environ.get("AK_LONG") else 2  # a run for each sample
    for fmt in json.loads(output(auditkit, "formats", "--json"))["formats"][::every]:
        m = mapping(auditkit, fmt["id"])
        ending = "json" if m["container"] == "json" else "csv"
        for i, sample in enumerate(s for s in m["samples"] if "instead" not in s):
            (folder / ("%s.%d.%s" % (fmt["id"], i, ending))).write_text(sample["input"])


def text_of(path):
    raw = pathlib.Path(path).read_bytes()
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    elif raw[:4] == b"\x28\xb5\x2f\xfd":
        raw = subprocess.run(["zstd", "-dc"], input=raw, check=True, stdout=subprocess.PIPE).stdout
    return raw.decode("utf-8-sig")


def values(text):
    decoder, at = json.JSONDecoder(), 0
    while at < len(text.rstrip()):
        at = re.compile(r"\s*").match(text, at).end()
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError:  # a record that no reader takes
            at = (text + "\n").index("\n", at)
            continue
        yield value


def leaves(node, path=""):
    """(path, string that may hold JSON or None) of all that is not an empty container; lists of key and value are maps."""
    if isinstance(node, dict):
        if set(node) and set(node) <= ANY_VALUE:
            for v in node.values():
                yield from leaves(v.get("values", v) if isinstance(v, dict) else v, path)
            return
        for k, v in node.items():
            yield from leaves(v, path + "/" + k.replace("~", "~0").replace("/", "~1"))
    elif isinstance(node, list):
        for v in node:
            if isinstance(v, dict) and set(v) == {"key", "value"}:
                yield from leaves(v["value"], path + "/" + v["key"])
            else:
                yield from leaves(v, path + "/[]")
    else:
        yield path, "null" if node is None else node if isinstance(node, str) and node[:1] in ("{", "[") else None


def absolute(record, path):
    """A row's path from the root of a document; None when it leads out of it."""
    while path.startswith("^"):
        path = path[1:]
        if not record:
            return None
        record = record.rsplit("/[]", 1)[0].rsplit("/", 1)[0]
    return record + path


def rows_of(table, source, record):
    """[(pattern, row)] of a source: its paths from the root of a document, where its records begin at this one."""
    out = []
    for i, row in enumerate(table):
        if row["source"] != source:
            continue
        # What no mapping names is told by its path alone, whichever object around the record it stood in.
        for n in range(4 if row["how"] == "no mapping names it" else 1):
            text = absolute(record, "^" * n + row["path"])
            if text is None:
                continue
            parts = [r"[^/]+" if s == "*" or s.startswith("{key:") else re.escape(s) for s in text.split("/")]
            out.append((re.compile("/".join(parts) + r"(/|$)"), i, text.count("/"), "*" in text or "{key:" in text))
    return out


def reaches(doc, record):
    """Is there something where records may begin? An empty page is a page."""
    nodes = [doc]
    steps = record.split("/")[1:]
    for i, step in enumerate(steps):
        if nodes == [[]]:
            return step == "[]" and i + 1 == len(steps)
        nodes = [m for n in nodes for m in (n if step == "[]" and isinstance(n, list) else [n[step]] if isinstance(n, dict) and step in n else [])]
    return any(isinstance(n, dict) for n in nodes)


def place(rows, path, inner):
    """The rows that speak of a path: those nearest to it; none, one, or more than one, which is a fault."""
    found = [(depth, not star, i) for rx, i, depth, star in rows if rx.match(path)]
    if found:
        best = max(found)[:2]
        return {i for depth, plain, i in found if (depth, plain) == best}
    if inner == "null":  # of a container whose members have rows: there is nothing to treat
        return {0} if any(rx.pattern.startswith(re.escape(path) + "/") for rx, *_ in rows) else set()
    if inner is not None:
        try:
            below = [place(rows, p, t) for p, t in leaves(json.loads(inner), path)]
        except ValueError:
            return set()
        if below and all(len(b) == 1 for b in below):
            return below[0]
    return set()


def seen_in(file, records):
    text = text_of(file)
    if str(file).endswith(".csv"):
        cells = list(csv.reader(io.StringIO(text)))
        for i, name in enumerate(cells[0]):
            for row in cells[1:]:
                if i < len(row) and row[i]:
                    yield "", "/" + name.replace("~", "~0").replace("/", "~1"), row[i] if row[i][:1] in ("{", "[") else None
    else:
        for doc in values(text):
            good = [r for r in records if reaches(doc, r)]
            for path, inner in leaves(doc):
                yield max(good, key=len, default=""), path, inner


def check(auditkit, packet, *sources):
    table = list(csv.DictReader(open(pathlib.Path(packet) / "data/tables/classes.csv", newline="")))
    formats = {r["name"]: r["format"] for r in csv.DictReader(open(pathlib.Path(packet) / "data/tables/sources.csv", newline=""))}
    twice = len(table) - len({(r["source"], r["path"]) for r in table})
    strange = sorted({r["class"] for r in table} - CLASSES)
    wrong, all_seen = [], set()
    for arg in sources:
        name, file = arg.split("=", 1)
        m = mapping(auditkit, formats[name])
        records = m.get("records", [""])
        records = (records if isinstance(records, list) else [records]) + m.get("wrapped", [])
        records = sorted({x for r in records for x in (r, r + "/[]")})
        rows = {r: rows_of(table, name, r) for r in [""] + records}
        for record, path, inner in seen_in(file, records):
            if (name, path) in all_seen:
                continue
            all_seen.add((name, path))
            n = len(place(rows[record], path, inner))
            if n != 1:
                wrong.append("%s %s: %d rows" % (name, path, n))
    for w in wrong[:40]:
        print("wrong", w)
    print("%d paths seen, %d not in exactly one row, %d rows doubled, other classes: %s" % (len(all_seen), len(wrong), twice, strange))


if __name__ == "__main__":
    if sys.argv[1] == "samples":
        samples(sys.argv[2], pathlib.Path(sys.argv[3]))
    else:
        check(*sys.argv[2:])
