"""python3 packet_rows.py columns PACKET SRC | drift OLD NEW | method PACKET: the packet's own dictionary, by other code than the program's. Prints what
is wrong, or what was seen."""
import csv, glob, hashlib, json, re, sys


def table(packet, name):
    return list(csv.DictReader(open("%s/data/tables/%s.csv" % (packet, name), newline="")))


def columns(packet, src):
    """Every column of every CSV has a description, and so has every column that the program's source names."""
    described = {}
    for r in json.load(open(packet + "/data/datapackage.json"))["resources"]:
        described["data/" + r["path"]] = {f["name"]: f.get("description", "") for f in r["schema"]["fields"]}
    n = 0
    for path in glob.glob(packet + "/data/**/*.csv", recursive=True):
        for c in next(csv.reader(open(path, newline=""))):
            n += 1
            if len(described[path[len(packet) + 1:]].get(c, "")) < 8:
                print("no description:", path, c)
    known = set(re.findall(r'COLUMN\("(?:\w+\.)?(\w+)"', open(src + "/src/packet/columns.def").read()))
    known |= set(re.findall(r"^FIELD\(\w+, (\w+),", open(src + "/src/model/fields.def").read(), re.M))
    lists = 0
    for path in glob.glob(src + "/src/packet/*.c"):
        text = re.sub(r'"\s+"', "", open(path).read())
        for words in re.findall(r'"([a-z_0-9: ]+)"', text):
            typed = [w for w in words.split() if re.fullmatch(r"[a-z_0-9]+:(integer|number|datetime|boolean|id)", w)]
            if not typed or not all(re.fullmatch(r"[a-z_0-9]+(:[a-z]+)?", w) for w in words.split()):
                continue
            lists += 1
            for w in words.split():
                if w.split(":")[0] not in known:
                    print("not in columns.def:", path, w)
    print("columns" if n > 200 and lists > 30 else "too few: %d %d" % (n, lists))


def drift(old, new):
    """The table of changes, made again from the dictionaries of both packets."""
    want = []
    a, b = ({r["column"]: r for r in table(p, "fields")} for p in (old, new))
    want += [("dictionary", "", c, "new") for c in b if c not in a] + [("dictionary", "", c, "gone") for c in a if c not in b]
    want += [("dictionary", "", c, m + " changed") for c in b if c in a for m in ("type", "unit", "redaction", "store") if a[c][m] != b[c][m]]
    a, b = ({(r["kind"], r["field"]): r for r in table(p, "field_values")} for p in (old, new))
    null = lambda r: (int(r["records"]) - int(r["with_value"])) * 1000 // int(r["records"])
    want += [("values", *k, "first value") for k in b if k not in a] + [("values", *k, "no value any more") for k in a if k not in b]
    want += [("values", *k, "null rate changed") for k in b if k in a and abs(null(b[k]) - null(a[k])) >= 50]
    have = [(r["what"], r["kind"], r["field"], r["change"]) for r in table(new, "field_drift")]
    if sorted(have) != sorted(want):
        print("not as made again:", sorted(set(have) ^ set(want))[:5])
    print(" ".join(sorted({r[3] for r in have})))


def method(packet):
    """The worked example of method.md from its own numbers, and the root that is signed."""
    sha = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
    page = dict(re.findall(r"^    ([a-z_0-9.]+) +(\S.*)$", open(packet + "/data/integrity/method.md").read(), re.M))
    raw = lambda name: bytes.fromhex(page[name])
    digests = []
    for g in ("who", "what", "how_much"):
        assert json.dumps(json.loads(page[g + ".json"]), sort_keys=True, separators=(",", ":")) == page[g + ".json"], g
        own = sha(b"auditkit/v1/salt/" + g.encode() + b"\n", raw("salt"))
        assert own == raw(g + ".salt"), g
        digests.append(sha(own, page[g + ".json"].encode()))
        assert digests[-1] == raw(g + ".digest"), g
    assert sha(b"\0auditkit/v1/" + page["kind"].encode() + b"\n", *digests) == raw("leaf"), "leaf"
    assert sha(b"\1", raw("leaf"), raw("leaf.1")) == raw("node.0.1") and sha(b"\1", raw("node.0.1"), raw("leaf.2")) == raw("root.of.3"), "tree"
    note = open(packet + "/data/integrity/checkpoint.note").read().split("\n")
    assert note[2] == page["ledger.root"], "root"
    print("as computed again")


{"columns": columns, "drift": drift, "method": method}[sys.argv[1]](*sys.argv[2:])
