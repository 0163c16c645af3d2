#!/usr/bin/env python3
"""Check the proofs of a packet without the program that made it: Python 3.8 or newer, its own library, nothing else.

    python3 check_proofs.py PACKET [--annex ANNEX] [--previous OLD] [--disclosure FILE] [--log-key FILE] [--digest HEX]

PACKET, ANNEX and OLD are a folder, .zip, .tar or .tar.gz; nothing is unpacked. PACKET/VERIFY.txt checks files and the signature
of the packet; this script checks what the packet says of the ledger behind it:

    digest       with --digest: the packet is the one whose digest you were given; its files are those of its manifests
    tree head    the ledger's signed size and root (Ed25519, C2SP signed note); --log-key: signed by the key you know
    inclusion    each record of the sample trace stands in that ledger (RFC 6962)
    consistency  the ledger of the packet you had before is the beginning of this one: nothing of it was changed or taken out
    annex        the annex is the one that this packet names
    range        the annex lists every leaf of a run of the ledger, none left out; its counted records are as many as the packet says, and
                 where the annex has them row by row, they are those rows
    disclosure   records opened later (auditkit packet disclose) stand in the same ledger

Not shown: calls that never reached an export; what was edited before it was read; that a leaf of which only the hash is given is
what its column "stands" says. Pick any of these and ask for it: a disclosure opens it against the packet you hold.

Exit 0: nothing failed. 1: something failed. 2: used wrongly, or unreadable."""
import argparse, array, base64, csv, hashlib, io, json, os, sys, tarfile, zipfile


ROWS = {"request": "gateway_requests", "audit_event": "audit_events"}  # tables that have the records row by row, where they are asked for


class Bad(Exception):
    pass


def need(good, why):
    if not good:
        raise Bad(why)


# ---- files ----

class Files:
    """The files of a bag by their names below its top folder."""

    def __init__(self, path):
        self.open = {}
        if os.path.isdir(path):
            for folder, _, names in os.walk(path):
                for n in names:
                    full = os.path.join(folder, n)
                    need(os.path.isfile(full) and not os.path.islink(full), "a link or device: " + n)
                    self.open[os.path.relpath(full, path).replace(os.sep, "/")] = lambda full=full: open(full, "rb")
            return
        if zipfile.is_zipfile(path):
            z = zipfile.ZipFile(path)
            for i in z.infolist():
                self.add(i.filename, lambda i=i: z.open(i))
        else:
            t = tarfile.open(path)
            for m in t:
                need(m.isfile() or m.isdir(), "a link or device: " + m.name)
                if m.isfile():
                    self.add(m.name, lambda m=m: t.extractfile(m))

    def add(self, name, opener):
        if name.endswith("/"):
            return
        short = name.split("/", 1)[1] if "/" in name else name
        need(short not in self.open, "twice the same name: " + short)
        self.open[short] = opener

    def bytes(self, name):
        need(name in self.open, "there is no " + name)
        with self.open[name]() as f:
            return f.read()

    def json(self, name):
        return json.loads(self.bytes(name).decode())

    def rows(self, name):
        need(name in self.open, "there is no " + name)
        with self.open[name]() as f, io.TextIOWrapper(f, "utf-8", newline="") as text:
            yield from csv.DictReader(text, strict=True)

    def digest(self):
        return sha(self.bytes("tagmanifest-sha256.txt")).hex()

    def intact(self):
        """Every file is named by a manifest and has its digest; what stands below signatures/ came later."""
        listed = {"tagmanifest-sha256.txt"}
        for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
            for line in self.bytes(manifest).decode().splitlines():
                name = line[66:]
                need(name in self.open, "missing: " + name)
                h = hashlib.sha256()
                with self.open[name]() as f:
                    for block in iter(lambda: f.read(1 << 20), b""):
                        h.update(block)
                need(line[:64] == h.hexdigest(), "altered: " + name)
                listed.add(name)
        extra = [n for n in self.open if n not in listed and not n.startswith("signatures/")]
        need(not extra, "not in the manifests: " + ", ".join(sorted(extra)[:3]))


# ---- hashes and trees (RFC 6962, RFC 9162) ----

def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def node(left, right):
    return sha(b"\1", left, right)


def split(n):
    """The largest power of two below n."""
    return 1 << (n - 1).bit_length() - 1


def inclusion_root(index, size, leaf, path):
    need(0 <= index < size, "the index lies outside of the ledger")
    fn, sn, r = index, size - 1, leaf
    for p in path:
        need(sn, "the path is too long")
        if fn & 1 or fn == sn:
            r = node(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "the path is too short")
    return r


def consistency(old, new, old_root, new_root, path):
    need(0 < old <= new, "the sizes cannot be")
    if old == new:
        need(not path and old_root == new_root, "equal sizes with different roots: two histories")
        return
    path = ([old_root] if old & (old - 1) == 0 else []) + path
    need(path, "the proof is empty")
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for p in path[1:]:
        need(sn, "the proof is too long")
        if fn & 1 or fn == sn:
            fr, sr = node(p, fr), node(p, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, p)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "the proof is too short")
    need(fr == old_root, "it does not lead to the old root")
    need(sr == new_root, "it does not lead to the new root")


def range_root(first, end, size, leaves, beside):
    """leaves: iterator of the run's leaf hashes; beside: roots of the subtrees left and right of it, from the left."""
    def root(at, n):
        if at >= end or at + n <= first:
            need(beside, "a hash beside the run is missing")
            return beside.pop(0)
        if n == 1:
            leaf = next(leaves, None)
            need(leaf is not None, "a leaf of the run is missing")
            return leaf
        k = split(n)
        left = root(at, k)
        return node(left, root(at + k, n - k))
    need(0 <= first < end <= size, "the run cannot be")
    beside = list(beside)
    r = root(0, size)
    need(not beside and next(leaves, None) is None, "there is more than the run")
    return r


def leaf_of(record):
    """SHA-256(0x00 || "auditkit/v1/" kind LF || digests of the three field groups); a group's digest is SHA-256(salt || body)."""
    digests, shown = b"", 0
    for name in ("who", "what", "how_much"):
        group = record["groups"][name]
        if "body" in group:
            need(sha(bytes.fromhex(group["salt"]), group["body"].encode()).hex() == group["digest"], "a group is not what its digest says: " + name)
            shown += 1
        digests += bytes.fromhex(group["digest"])
    need(len(digests) == 96, "a digest has another length")
    return sha(b"\0auditkit/v1/", record["kind"].encode(), b"\n", digests), shown


# ---- Ed25519 (RFC 8032, checking only) ----

P = 2 ** 255 - 19
L = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def ed_add(a, b):
    x = (a[1] - a[0]) * (b[1] - b[0]) % P
    y = (a[1] + a[0]) * (b[1] + b[0]) % P
    t, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = y - x, z - t, z + t, y + x
    return e * f % P, g * h % P, f * g % P, e * h % P


def ed_mul(s, a):
    r = (0, 1, 1, 0)
    while s:
        r = ed_add(r, a) if s & 1 else r
        a, s = ed_add(a, a), s >> 1
    return r


def ed_point(raw):
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    need(y < P, "no point of the curve")
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    need((x * x - xx) % P == 0 and (x or not sign), "no point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def ed_verify(key, message, signature):
    base = ed_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    s = int.from_bytes(signature[32:], "little")
    need(len(key) == 32 and len(signature) == 64 and s < L, "a signature of another length")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    a, b = ed_mul(s, base), ed_add(ed_point(signature[:32]), ed_mul(h, ed_point(key)))
    need((a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0, "the signature is not by the log's key")


# ---- the ledger's signed size and root ----

def tree_head(note, vkey):
    """(origin, size, root) of a checkpoint (c2sp.org/tlog-checkpoint) that this key signed."""
    text, _, signatures = note.partition("\n\n")
    text += "\n"
    name, key_id, key = vkey.strip().split("+", 2)
    raw = base64.b64decode(key, validate=True)
    need(raw[0] == 1 and sha(name.encode(), b"\n", raw)[:4].hex() == key_id, "the log's key is malformed")
    for line in signatures.splitlines():
        dash, by, blob = line.split(" ")
        blob = base64.b64decode(blob, validate=True)
        if dash == "\u2014" and by == name and blob[:4].hex() == key_id:
            ed_verify(raw[1:], text.encode(), blob[4:])
            origin, size, root = text.splitlines()[:3]
            need(origin == name, "the tree head is of another ledger")
            return origin, int(size), base64.b64decode(root, validate=True)
    raise Bad("the log's key did not sign it")


class Packet:
    def __init__(self, path, log_key=None):
        self.files = Files(path)
        self.about = self.files.json("data/packet.json")
        self.note = self.files.bytes("data/integrity/checkpoint.note").decode()
        self.vkey = self.files.bytes("data/integrity/log.vkey").decode()
        self.known = log_key
        self.size, self.root, self.proven = 0, None, {}

    def head(self):
        need(self.known is None or self.known.strip() == self.vkey.strip(), "the packet's log key is not the one you know")
        origin, size, root = tree_head(self.note, self.vkey)
        need(origin == "auditkit/" + self.about["workspace"], "the tree head is of another workspace")
        need(size == self.about["ledger_size"] and base64.b64encode(root).decode() == self.about["ledger_root"], "packet.json names another tree head")
        self.size, self.root = size, root
        return "%d leaves, root %s%s" % (size, base64.b64encode(root).decode(), "" if self.known else "; the key is the packet's own: compare it")

    def proven_head(self):
        need(self.root, "there is no tree head to prove it in")

    def inclusion(self):
        self.proven_head()
        names = sorted(n for n in self.files.open if n.startswith("data/integrity/proofs/") and n.endswith(".json"))
        for n in names:
            record = self.files.json(n)
            leaf, _ = leaf_of(record)
            need(leaf.hex() == record["leaf"], n + ": the record gives another leaf")
            head, _, note = self.files.bytes(n[:-5] + ".tlog-proof").decode().partition("\n\n")
            lines = head.split("\n")
            need(lines[0] == "c2sp.org/tlog-proof@v1" and lines[1] == "index %d" % record["index"], n + ": no proof of this record")
            need(note == self.note, n + ": the proof is of another tree head")
            path = [base64.b64decode(x, validate=True) for x in lines[2:]]
            need(inclusion_root(record["index"], self.size, leaf, path) == self.root, n + ": the path leads to another root")
        self.proven = {self.files.json(n)["index"]: self.files.json(n)["leaf"] for n in names}
        return "%d of %d records of the sample trace" % (len(names), len(names)) if names else None

    def consistency(self, old):
        name = "data/integrity/consistency.json"
        if name not in self.files.open:
            need(old is None and not self.about.get("previous"), "the proof that it continues the packet before is missing")
            return None
        self.proven_head()
        doc = self.files.json(name)
        note = self.files.bytes("data/integrity/checkpoint-previous.note").decode()
        _, size, root = tree_head(note, self.vkey)
        p = doc["previous"]
        need(p["size"] == size and p["root"] == root.hex(), "it names another tree head than the note")
        need(doc["size"] == self.size and doc["root"] == self.root.hex(), "it leads to another tree head than this packet's")
        consistency(size, self.size, root, self.root, [bytes.fromhex(h) for h in doc["proof"]])
        if old is None:
            return "continues %s (%d leaves); --previous compares the packet you had" % (p["packet"], size)
        need(old.files.digest() == p["digest"], "the packet you had is not the one it names")
        need(old.note == note, "the packet you had shows another tree head")
        return "continues the packet you had, %s: its %d leaves are the first of %d" % (p["packet"], size, self.size)

    def annex(self, annex):
        if annex is None:
            return None
        doc = self.files.json("data/integrity/annex.json")
        need(annex.digest() == doc["digest"] == self.about["annex_sha256"], "it is not the annex that the packet names")
        annex.intact()
        return "sha256 %s" % doc["digest"]

    def range(self, annex):
        if annex is None:
            return None
        self.proven_head()
        doc = annex.json("data/range-proof.json")
        named = self.files.json("data/integrity/annex.json")["range"]
        need(all(doc[m] == named[m] for m in ("first", "end", "size", "root", "counts")), "the packet names another run")
        need(doc["size"] == self.size and doc["root"] == self.root.hex(), "it is of another tree head")
        first, end, counts, counted = doc["first"], doc["end"], {}, {kind: array.array("Q") for kind in ROWS}

        def leaves():
            want = first
            for row in annex.rows("data/leaves.csv"):
                need(int(row["seq"]) == want, "leaf %d is not where it belongs" % want)
                kind = counts.setdefault(row["kind"], {})
                kind[row["stands"]] = kind.get(row["stands"], 0) + 1
                need(self.proven.get(want, row["leaf"]) == row["leaf"], "leaf %d is not that of the sample trace" % want)
                if row["stands"] == "not selected":
                    need(self.about.get("scope"), "leaf %d is not selected, and the packet has all of its period" % want)
                    need(want not in self.proven, "leaf %d of the sample trace is not selected" % want)
                if row["stands"] == "counted" and row["kind"] in ROWS:
                    counted[row["kind"]].append(want)
                want += 1
                yield bytes.fromhex(row["leaf"])
        if first == end:
            need(next(leaves(), None) is None, "leaves in an empty run")
        else:
            need(range_root(first, end, self.size, leaves(), [bytes.fromhex(h) for h in doc["beside"]]) == self.root, "the run leads to another root")
        need([{"kind": k, "stands": s, "leaves": n} for k, c in counts.items() for s, n in c.items()] == doc["counts"], "the leaves are counted otherwise")
        table = "data/tables/records.csv"  # in the annex where the packet was to be very small
        told = {r["kind"]: int(r["records"]) for r in (self.files if table in self.files.open else annex).rows(table)}
        found = {k: c["counted"] for k, c in counts.items() if c.get("counted")}
        need(told == found, "records.csv counts other records: %s, leaves: %s" % (told, found))
        self.records(annex, counted)
        total = end - first
        return "%d leaves from %d on, none left out: %d counted records, as many as the packet says; %d others" % (
            total, first, sum(found.values()), total - sum(found.values()))

    def records(self, annex, counted):
        """Where the packet has its records row by row: each counted leaf of the kind is a row, and no other is."""
        view = self.about.get("view") or {}
        out = view.get("leaves_out") or {"tables": [], "columns": []}
        for kind, name in ROWS.items():
            file = "data/tables/" + name + ".csv"
            if file not in annex.open:
                need(name in out["tables"] or not (self.about.get("rows") or kind in view.get("rows", [])), name + ".csv is not there")
                continue
            cited = array.array("Q")
            for n, row in enumerate(annex.rows(file)):
                cited.append(int(row["citation"].rpartition(":")[2]) if "citation" not in out["columns"] else counted[kind][n])
            need(cited == counted[kind], "%s.csv has other records than those whose leaves are counted: %d rows, %d leaves" % (name, len(cited), len(counted[kind])))

    def disclosure(self, path):
        if path is None:
            return None
        self.proven_head()
        with open(path, "rb") as f:
            doc = json.loads(f.read().decode())
        need(doc["packet"] == self.about["id"] and doc["digest"] == self.files.digest(), "it was made for another packet")
        groups = 0
        for r in doc["records"]:
            leaf, shown = leaf_of(r)
            need(inclusion_root(r["index"], self.size, leaf, [bytes.fromhex(h) for h in r["path"]]) == self.root,
                 "record %d does not stand in the ledger of this packet" % r["index"])
            groups += shown
        need(doc["records"], "it discloses nothing")
        return "%d records, %d field groups opened" % (len(doc["records"]), groups)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("packet")
    for name in ("annex", "previous", "disclosure", "log-key", "digest"):
        p.add_argument("--" + name)
    a = p.parse_args()
    failed = False
    try:
        packet = Packet(a.packet, open(a.log_key).read() if a.log_key else None)
        old = Packet(a.previous) if a.previous else None
        annex = Files(a.annex) if a.annex else None
    except (Bad, OSError, ValueError, KeyError, tarfile.TarError) as e:
        print("cannot be read: %s" % e, file=sys.stderr)
        return 2

    def digest():
        packet.files.intact()
        need(a.digest is None or packet.files.digest() == a.digest.lower(), "it is " + packet.files.digest())
        return packet.files.digest() + ("" if a.digest else "; compare it with the one you were given")
    for name, check, without in (("digest", digest, ""), ("tree head", packet.head, ""),
                                 ("inclusion", packet.inclusion, "the packet has no sample trace"),
                                 ("consistency", lambda: packet.consistency(old), "the packet names none before it"),
                                 ("annex", lambda: packet.annex(annex), "no --annex given"),
                                 ("range", lambda: packet.range(annex), "no --annex given"),
                                 ("disclosure", lambda: packet.disclosure(a.disclosure), "no --disclosure given")):
        try:
            said = check()
            print("%-8s %-12s %s" % ("SKIPPED" if said is None else "PASS", name, without if said is None else said))
        except Exception as e:  # whatever a forged file makes of it is a failure, never a pass
            failed = True
            print("%-8s %-12s %s" % ("FAIL", name, e if isinstance(e, Bad) else "malformed: %s" % type(e).__name__))
    return 1 if failed else 0


sys.exit(main())
