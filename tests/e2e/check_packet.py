"""Check an unpacked packet without auditkit: `proofs` (leaves, paths, signed tree head) or `tables` (Table Schema)."""
import base64, csv, hashlib, json, pathlib, re, subprocess, sys, tempfile

packet, what = pathlib.Path(sys.argv[1]), sys.argv[2]


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf(record):
    digests = b""
    for name in ("who", "what", "how_much"):
        group = record["groups"][name]
        if "body" in group:
            assert sha(bytes.fromhex(group["salt"]), group["body"].encode()).hex() == group["digest"], name
            json.loads(group["body"])
        digests += bytes.fromhex(group["digest"])
    return sha(b"\0auditkit/v1/" + record["kind"].encode() + b"\n", digests)


def root_of(index, size, node, path):
    """RFC 9162, 2.1.3.2."""
    fn, sn = index, size - 1
    for p in path:
        assert sn
        if fn & 1 or fn == sn:
            node = sha(b"\1", p, node)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = sha(b"\1", node, p)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0
    return node


def note_is_signed(note, vkey):
    text, signature = note.split("\n\n")
    raw = base64.b64decode(signature.split(" ")[2])
    key = base64.b64decode(vkey.split("+", 2)[2])
    assert key[0] == 1
    with tempfile.TemporaryDirectory() as d:
        d = pathlib.Path(d)
        (d / "pub").write_bytes(bytes.fromhex("302a300506032b6570032100") + key[1:])
        (d / "text").write_text(text + "\n")
        (d / "sig").write_bytes(raw[4:])
        subprocess.run(["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", d / "pub", "-in", d / "text",
                        "-sigfile", d / "sig"], check=True, stdout=subprocess.DEVNULL)


def proofs():
    note = (packet / "data/integrity/checkpoint.note").read_text()
    note_is_signed(note, (packet / "data/integrity/log.vkey").read_text().strip())
    origin, size, root = note.split("\n")[:3]
    assert origin == "auditkit/" + json.loads((packet / "data/packet.json").read_text())["workspace"]
    files = sorted((packet / "data/integrity/proofs").glob("*.json"))
    assert len(files) >= 2
    for f in files:
        record = json.loads(f.read_text())
        node = leaf(record)
        assert node.hex() == record["leaf"], f
        head, tail = f.with_suffix(".tlog-proof").read_text().split("\n\n", 1)
        lines = head.split("\n")
        assert lines[0] == "c2sp.org/tlog-proof@v1" and tail == note
        index = int(lines[1].split(" ")[1])
        assert index == record["index"]
        path = [base64.b64decode(line) for line in lines[2:]]
        assert base64.b64encode(root_of(index, int(size), node, path)).decode() == root, f


TYPES = {"string": ".*", "integer": "-?[0-9]+", "number": r"-?[0-9]+(\.[0-9]+)?", "boolean": "true|false",
         "datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"}


def tables():
    package = json.loads((packet / "data/datapackage.json").read_text())
    assert len(package["resources"]) >= 12
    typed = set()
    for r in package["resources"]:
        raw = (packet / "data" / r["path"]).read_bytes()
        assert len(raw) == r["bytes"] and "sha256:" + hashlib.sha256(raw).hexdigest() == r["hash"], r["path"]
        rows = list(csv.reader(raw.decode().splitlines(keepends=True), strict=True))
        fields = r["schema"]["fields"]
        assert rows[0] == [f["name"] for f in fields], r["path"]
        for row in rows[1:]:
            assert len(row) == len(fields), r["path"]
            for cell, f in zip(row, fields):
                if cell:
                    typed.add(f["type"])
                    assert re.fullmatch(TYPES[f["type"]], cell, re.S), (r["path"], f["name"])
    assert typed >= {"string", "integer", "number", "datetime"}, typed


{"proofs": proofs, "tables": tables}[what]()
