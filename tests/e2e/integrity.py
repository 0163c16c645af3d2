"""Forged proofs: python3 integrity.py AUDITKIT POINTS, in the folder of integrity.t. Each forger mends all manifests, and what names a
digest; the script of the annex and packet verify must both find it. Prints TAP from point POINTS + 1 on."""
import csv, hashlib, io, json, os, pathlib, shutil, subprocess, sys

tool, points = sys.argv[1], int(sys.argv[2])


def point(good, name, note):
    global points
    points += 1
    print("%sok %d - %s" % ("" if good else "not ", points, name))
    if not good:
        print("# " + note.replace("\n", "\n# "))


def sums(p, names):
    return "".join("%s  %s\n" % (hashlib.sha256((p / n).read_bytes()).hexdigest(), n) for n in sorted(names))


def reseal(p):
    (p / "manifest-sha256.txt").write_text(sums(p, (str(f.relative_to(p)) for f in (p / "data").rglob("*") if f.is_file())))
    tags = [line[66:] for line in (p / "tagmanifest-sha256.txt").read_text().splitlines()]
    (p / "tagmanifest-sha256.txt").write_text(sums(p, tags))


def edit(path, change):
    doc = json.loads(path.read_text())
    change(doc)
    path.write_text(json.dumps(doc))


def flip(hexes):
    return ("0" if hexes[0] != "0" else "1") + hexes[1:]


def rename_annex(packet, annex):
    reseal(annex)
    digest = hashlib.sha256((annex / "tagmanifest-sha256.txt").read_bytes()).hexdigest()

    def name(doc):
        doc["digest"] = digest
        for f in doc["files"]:
            raw = (annex / f["path"]).read_bytes()
            f["sha256"], f["bytes"] = hashlib.sha256(raw).hexdigest(), len(raw)
        proof = json.loads((annex / "data/range-proof.json").read_text())
        doc["range"] = {m: proof[m] for m in doc["range"]}
    edit(packet / "data/integrity/annex.json", name)
    edit(packet / "data/packet.json", lambda d: d.update(annex_sha256=digest))
    reseal(packet)


def case(name, script, verify, change, short=False):
    """script, verify: the check of each that must fail. short: also where AK_LONG does not ask for all."""
    if not short and not os.environ.get("AK_LONG"):
        return
    p, a, d = (pathlib.Path("forged-" + x) for x in ("packet", "annex", "d.json"))
    for f in (p, a):
        shutil.rmtree(f, ignore_errors=True)
    shutil.copytree("new", p)
    shutil.copytree("new.annex", a)
    shutil.copy("d.json", d)
    change(p, a, d)
    rename_annex(p, a)
    edit(d, lambda doc: doc.update(digest=hashlib.sha256((p / "tagmanifest-sha256.txt").read_bytes()).hexdigest()))
    s = subprocess.run([sys.executable, "-I", "-S", "check_proofs.py", p, "--annex", a, "--previous", "old", "--disclosure", d], capture_output=True, text=True)
    failed = [line.split("  ")[2].strip() for line in s.stdout.splitlines() if line.startswith("FAIL")]
    good = s.returncode == 1 and script in failed and "digest" not in failed and "malformed" not in s.stdout
    note = s.stdout + s.stderr
    if verify:
        v = subprocess.run([tool, "packet", "verify", p, "--annex", a, "--previous", "old", "--json"], capture_output=True, text=True)
        results = {c["name"]: c["result"] for c in json.loads(v.stdout)["checks"]}
        good = good and v.returncode == 4 and results[verify] == "fail"
        note += v.stdout
    point(good, name, note)


def rows(change):
    def forge(p, a, d):
        path = a / "data/leaves.csv"
        table = list(csv.DictReader(io.StringIO(path.read_text(), newline="")))
        change(table)
        counts, text = {}, "seq,kind,stands,leaf\r\n"
        for r in table:
            counts.setdefault(r["kind"], {}).setdefault(r["stands"], 0)
            counts[r["kind"]][r["stands"]] += 1
            text += ",".join(r.values()) + "\r\n"
        path.write_bytes(text.encode())
        edit(a / "data/range-proof.json", lambda doc: doc.update(counts=[{"kind": k, "stands": s, "leaves": n} for k, c in counts.items() for s, n in c.items()]))
    return forge


def in_json(where, change):
    return lambda p, a, d: edit({"packet": p, "annex": a}[where[0]] / where[1] if where else d, change)


def left_out(table):
    del table[100]
    for i, r in enumerate(table):
        r["seq"] = str(i)


def swap(table):
    table[5]["leaf"], table[6]["leaf"] = table[6]["leaf"], table[5]["leaf"]


def stands(table):
    next(r for r in table if r["kind"] == "request" and r["stands"] == "counted")["stands"] = "superseded"


def shorter(doc):
    doc["end"] -= 1
    doc["counts"][0]["leaves"] -= 1


def sample(doc):
    doc["groups"]["what"]["body"] = doc["groups"]["what"]["body"].replace("2026", "2025", 1)
    body = bytes.fromhex(doc["groups"]["what"]["salt"]) + doc["groups"]["what"]["body"].encode()
    doc["groups"]["what"]["digest"] = hashlib.sha256(body).hexdigest()


def of_sample(p, a, d):
    edit(sorted((p / "data/integrity/proofs").glob("*.json"))[0], sample)


def bigger(p, a, d):
    note = p / "data/integrity/checkpoint.note"
    size = note.read_text().split("\n")[1]
    note.write_text(note.read_text().replace(size, str(int(size) + 1), 1))
    edit(p / "data/packet.json", lambda doc: doc.update(ledger_size=int(size) + 1))


def no_proof(p, a, d):
    (p / "data/integrity/consistency.json").unlink()


def opened(doc):
    r = doc["records"][0]["groups"]["how_much"]
    r["body"] = r["body"].replace(":", ": ", 1)
    r["digest"] = hashlib.sha256(bytes.fromhex(r["salt"]) + r["body"].encode()).hexdigest()


CONSISTENCY, RANGE = ("packet", "data/integrity/consistency.json"), ("annex", "data/range-proof.json")
case("a leaf taken out of the run, the others numbered anew", "range", "annex", rows(left_out), True)
case("a leaf taken out of its place", "range", "annex", rows(lambda t: t.pop(100)))
case("two leaves in each other's place", "range", "annex", rows(swap))
case("a leaf put in", "range", "annex", rows(lambda t: t.append(dict(t[-1], seq=str(len(t))))), True)
case("another hash of one leaf", "range", "annex", rows(lambda t: t[7].update(leaf=flip(t[7]["leaf"]))))
case("a counted record called superseded", "range", "annex", rows(stands), True)
case("a run that ends before its leaves do", "range", "annex", in_json(RANGE, shorter))
case("a hash beside the run of no use", "range", "annex", in_json(RANGE, lambda d: d["beside"].append("00" * 32)))
case("another root", "range", "annex", in_json(RANGE, lambda d: d.update(root=flip(d["root"]))))
case("another hash in the proof of consistency", "consistency", "continuity", in_json(CONSISTENCY, lambda d: d["proof"].__setitem__(0, flip(d["proof"][0]))), True)
case("a hash less in it", "consistency", "continuity", in_json(CONSISTENCY, lambda d: d["proof"].pop()))
case("one more in it", "consistency", "continuity", in_json(CONSISTENCY, lambda d: d["proof"].append("00" * 32)))
case("an older size of the packet before", "consistency", "continuity", in_json(CONSISTENCY, lambda d: d["previous"].update(size=d["previous"]["size"] - 1)))
case("another packet before it", "consistency", "continuity", in_json(CONSISTENCY, lambda d: d["previous"].update(digest=flip(d["previous"]["digest"]))))
case("no proof of consistency at all", "consistency", "continuity", no_proof, True)
case("a larger ledger than was signed", "tree head", "log", bigger)
case("another record in the sample trace", "inclusion", "log", of_sample, True)
case("a disclosed record with another text", "disclosure", None, in_json(None, opened), True)
case("a disclosed record at another place", "disclosure", None, in_json(None, lambda d: d["records"][0].update(index=d["records"][0]["index"] + 1)))
case("a path that is cut short", "disclosure", None, in_json(None, lambda d: d["records"][0]["path"].pop()))
case("a disclosure for another packet", "disclosure", None, in_json(None, lambda d: d.update(packet="AK-00000000")))
