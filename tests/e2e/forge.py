"""Forgeries of a packet: python3 forge.py AUDITKIT GOOD_FOLDER GOOD_TAR GOOD_ZIP OTHER_FOLDER. Prints TAP.

Each case is made from a good packet and must end with the exit code and the failing checks that stand beside it."""
import csv, hashlib, io, json, os, pathlib, random, shutil, struct, subprocess, sys, tarfile, zipfile

tool, folder, tar, zipped, other = sys.argv[1], *(pathlib.Path(p) for p in sys.argv[2:6])
work = pathlib.Path("forged")
points = 0


def point(good, name, note=""):
    global points
    points += 1
    print("%sok %d - %s" % ("" if good else "not ", points, name))
    if not good:
        print("# " + note)


def verify(path, *options):
    r = subprocess.run([tool, "packet", "verify", str(path), "--json", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    failed = []
    if r.stdout.strip():
        failed = [c["name"] for c in json.loads(r.stdout)["checks"] if c["result"] == "fail"]
    return r.returncode, failed, r.stderr.decode()


def reseal(p):
    """Mend the manifests, as a forger without the key can."""
    def sums(names):
        return "".join("%s  %s\n" % (hashlib.sha256((p / n).read_bytes()).hexdigest(), n) for n in sorted(names))
    (p / "manifest-sha256.txt").write_text(sums(str(f.relative_to(p)) for f in (p / "data").rglob("*") if f.is_file()))
    tags = [line[66:] for line in (p / "tagmanifest-sha256.txt").read_text().splitlines()]
    (p / "tagmanifest-sha256.txt").write_text(sums(tags))


def case(name, want, failing, change, options=(), seal=False):
    """failing: checks that must be among the failed ones; want: the exit code."""
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(folder, work)
    change(work)
    if seal:
        reseal(work)
    rc, failed, err = verify(work, *options)
    point(rc == want and set(failing) <= set(failed), name, "exit %d, failed %s: %s" % (rc, failed, err[:200]))


def edit(path, old, new):
    def change(p):
        text = (p / path).read_bytes()
        assert old.encode() in text, (path, old)
        (p / path).write_bytes(text.replace(old.encode(), new.encode(), 1))
    return change


def put(path, data=b"x"):
    def change(p):
        (p / path).parent.mkdir(parents=True, exist_ok=True)
        (p / path).write_bytes(data)
    return change


def change_json(path, f):
    def change(p):
        d = json.loads((p / path).read_text())
        f(d)
        (p / path).write_text(json.dumps(d))
    return change


def swap(name):
    return lambda p: shutil.copy(other / name, p / name)


def own_key(namespace, principal="auditkit"):
    """Sign the manifests with a key of the forger's, and name that key in the packet."""
    def change(p):
        reseal(p)
        key = pathlib.Path("forger")
        if not key.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
        sig = p / "tagmanifest-sha256.txt.sig"
        sig.unlink(missing_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", namespace, str(p / "tagmanifest-sha256.txt")],
                       check=True, stderr=subprocess.DEVNULL)
        sig.rename(p / "signatures/tagmanifest-sha256.txt.sshsig")
        pub = pathlib.Path("forger.pub").read_text().split(" ")[:2]
        (p / "signatures/allowed_signers").write_text('%s namespaces="auditkit-packet" %s\n' % (principal, " ".join(pub)))
    return change


proof = sorted((folder / "data/integrity/proofs").glob("*.json"))
first, second = (str(f.relative_to(folder)) for f in proof[:2])
pathlib.Path("mine").write_text((folder / "signatures/allowed_signers").read_text())
pathlib.Path("nobody").write_text("")

case("as it was made", 0, [], lambda p: None)
case("with the list of signers from elsewhere", 0, [], lambda p: None, ("--signers", "mine"))
case("another digest was given", 4, ["fixity"], lambda p: None, ("--digest", "0" * 64))
case("a byte more", 4, ["fixity"], put("data/01-scope.md", (folder / "data/01-scope.md").read_bytes() + b" "))
case("an extra payload file", 4, ["completeness"], put("data/more.txt"))
case("an extra tag file", 4, ["completeness"], put("readme.html"))
case("an extra hidden file", 4, ["completeness"], put(".hidden"))
case("a file is missing", 4, ["completeness"], lambda p: (p / "data/tables/keys.csv").unlink())
case("a file has another name", 4, ["completeness"], lambda p: (p / "data/tables/keys.csv").rename(p / "data/tables/key.csv"))
case("no manifest", 4, ["fixity"], lambda p: (p / "manifest-sha256.txt").unlink())
case("an empty manifest", 4, ["fixity"], put("manifest-sha256.txt", b""))
case("a manifest of another form", 4, ["fixity"], put("manifest-sha256.txt", b"no manifest\n"))
case("no bagit.txt", 4, ["structure"], lambda p: (p / "bagit.txt").unlink())
case("another version of BagIt", 4, ["structure"], put("bagit.txt", b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n"), seal=True)
case("no packet.json", 4, ["structure"], lambda p: (p / "data/packet.json").unlink(), seal=True)
case("packet.json is no JSON", 4, ["structure", "schema"], put("data/packet.json", b"{"), seal=True)
case("no signature", 4, ["signature"], lambda p: (p / "signatures/tagmanifest-sha256.txt.sshsig").unlink())
case("no raw signature", 4, ["signature"], lambda p: (p / "signatures/tagmanifest-sha256.txt.ed25519").unlink())
case("the signature of another packet", 4, ["signature"], swap("signatures/tagmanifest-sha256.txt.sshsig"))
case("a signature of no form", 4, ["signature"], put("signatures/tagmanifest-sha256.txt.sshsig", b"-----BEGIN SSH SIGNATURE-----\nAAAA\n"))
case("nobody may sign", 4, ["signature"], lambda p: None, ("--signers", "nobody"))
case("mended manifests, the old signature", 4, ["signature"], edit("data/01-scope.md", "Scope", "Scape"), seal=True)
case("signed by a stranger who names himself in the packet", 4, ["signature"], own_key("auditkit-packet"))
case("the same, against the true list", 4, ["signature"], own_key("auditkit-packet"), ("--signers", "mine"))
case("signed for another purpose", 4, ["signature"], own_key("file"))
case("a draft that says it is none", 4, ["signature"], lambda p: shutil.rmtree(p / "signatures"))
case("a packet that says it is a draft keeps its signature in force", 4, ["signature"],
     change_json("data/packet.json", lambda d: d.update(draft=True)), seal=True)


def downgrade(p):
    shutil.rmtree(p / "signatures")
    change_json("data/packet.json", lambda d: d.update(draft=True))(p)


case("a signed packet turned into a draft, where a signer is asked for", 4, ["signature"], downgrade, ("--signers", "mine"), seal=True)
case("a figure in a table", 4, ["content"], edit("data/tables/records.csv", "request,", "request,1"), seal=True)
case("a row less in a table", 4, ["content"],
     lambda p: (p / "data/tables/changes.csv").write_bytes(b"".join((p / "data/tables/changes.csv").read_bytes().splitlines(True)[:-1])), seal=True)


def both(p):
    """One more stored record, in the table and in the section alike."""
    d = json.loads((p / "data/02-sources.json").read_text())
    t = next(t for t in d["tables"] if t["name"] == "sources")
    i = [c["name"] for c in t["columns"]].index("stored")
    t["rows"][0][i] += 1
    (p / "data/02-sources.json").write_text(json.dumps(d))
    rows = list(csv.reader(io.StringIO((p / "data/tables/sources.csv").read_bytes().decode(), newline="")))
    rows[1][i] = str(int(rows[1][i]) + 1)
    s = io.StringIO(newline="")
    csv.writer(s, lineterminator="\r\n").writerows(rows)
    (p / "data/tables/sources.csv").write_bytes(s.getvalue().encode())


case("a sum that does not add up, in both places", 4, ["content"], both, seal=True)
case("a statement more", 4, ["content"], change_json("data/01-scope.json", lambda d: d["statements"].append(
    {"tag": "proven", "text": "all is well", "basis": "none"})), seal=True)
case("a column less in the schema", 4, ["schema"], change_json("data/datapackage.json", lambda d: d["resources"][0]["schema"]["fields"].pop()), seal=True)
case("a table that is described and not there", 4, ["schema"], lambda p: (p / "data/tables/keys.csv").unlink(), seal=True)
case("LF instead of CRLF", 4, ["schema"], lambda p: (p / "data/tables/keys.csv").write_bytes((p / "data/tables/keys.csv").read_bytes().replace(b"\r\n", b"\n")), seal=True)
case("deep JSON", 4, ["schema"], put("data/deep.json", b"[" * 100000 + b"]" * 100000), seal=True)
case("an address in a page", 4, ["content"], put("data/note.md", b"write to kim" + b"@" + b"example.org\n"), seal=True)
case("a tree head of another workspace", 4, ["log"], swap("data/integrity/checkpoint.note"), seal=True)
case("with its key too", 4, ["log"], lambda p: [swap("data/integrity/checkpoint.note")(p), swap("data/integrity/log.vkey")(p)], seal=True)
case("proofs swapped", 4, ["log"], lambda p: [shutil.copy(folder / first, p / second)], seal=True)
case("a proof without its path", 4, ["log"], lambda p: (p / first.replace(".json", ".tlog-proof")).unlink(), seal=True)
case("another leaf index", 4, ["log"], change_json(first, lambda d: d.update(index=d["index"] + 1)), seal=True)
case("a group made anew", 4, ["log"], change_json(first, lambda d: d["groups"]["who"].update(digest="0" * 64)), seal=True)
case("a link in the folder", 4, [], lambda p: os.symlink("/etc/hostname", p / "data/link"))
case("a pipe in the folder", 4, [], lambda p: os.mkfifo(p / "data/pipe"))


def archive(name, want, make, source):
    path = pathlib.Path("forged" + "".join(source.suffixes[-2:] if source.name.endswith(".tar.gz") else source.suffixes[-1:]))
    path.write_bytes(make(source.read_bytes()))
    rc, failed, err = verify(path)
    point(rc in want, name, "exit %d, failed %s: %s" % (rc, failed, err[:200]))


def retar(change):
    def make(raw):
        out = io.BytesIO()
        with tarfile.open(fileobj=io.BytesIO(raw)) as src, tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as dst:
            for m in src.getmembers():
                data = src.extractfile(m).read() if m.isfile() else None
                for m2, d2 in change(m, data):
                    dst.addfile(m2, io.BytesIO(d2) if d2 is not None else None)
        return out.getvalue()
    return make


def member(name, data=b"x", type=tarfile.REGTYPE, link=""):
    m = tarfile.TarInfo(name)
    m.size, m.type, m.linkname = len(data) if type == tarfile.REGTYPE else 0, type, link
    return m, data if type == tarfile.REGTYPE else None


top = tarfile.open(tar).getmembers()[0].name.split("/")[0]
once = []


def also(*more):
    def change(m, d):
        if once:
            return [(m, d)]
        once.append(1)
        return [(m, d), *more]
    once.clear()
    return retar(change)


for label, more in (("climbs out", member(top + "/../../etc/x")), ("is absolute", member("/etc/x")), ("is in another folder", member("other/x")),
                    ("is a symlink", member(top + "/data/l", type=tarfile.SYMTYPE, link="/etc/passwd")),
                    ("is a hard link", member(top + "/data/l", type=tarfile.LNKTYPE, link=top + "/bagit.txt")),
                    ("is a device", member(top + "/data/d", type=tarfile.CHRTYPE)), ("comes twice", member(top + "/bagit.txt"))):
    once.clear()
    archive("a member that " + label, (4,), also(more), tar)
once.clear()
archive("tar cut in the middle", (4, 5), lambda b: b[:len(b) // 2], tar)
archive("tar with bytes behind its end", (4,), lambda b: b + b"more" * 200, tar)
archive("zip cut in the middle", (4, 5), lambda b: b[:len(b) // 2], zipped)
archive("zip with bytes in front", (4, 5), lambda b: b"MZ" * 50 + b, zipped)
archive("zip with bytes behind its end", (4, 5), lambda b: b + b"more", zipped)
archive("zip whose directory names another size", (4, 5), lambda b: b[:b.rindex(b"PK\x01\x02") + 24] + struct.pack("<I", 12345) + b[b.rindex(b"PK\x01\x02") + 28:], zipped)
archive("no archive at all", (4, 5), lambda b: b"nothing of the kind", zipped)
archive("an empty file", (4, 5), lambda b: b"", zipped)

# Any one byte, anywhere in what the manifests cover or in the archives.
case("no proofs of the records that proofs.csv lists", 4, ["content", "signature"], lambda p: shutil.rmtree(p / "data/integrity/proofs"), seal=True)
rng, bad = random.Random(7), []
names = sorted(str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file() and not str(f.relative_to(folder)).startswith("signatures/allowed"))
long = "AK_LONG" in os.environ
if not long:  # golden.t takes each file
    names = names[::7]
for n in names:
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(folder, work)
    raw = bytearray((work / n).read_bytes())
    if not raw:
        continue
    raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    (work / n).write_bytes(raw)
    rc, _, err = verify(work)
    # The PEM copy of the key is for openssl; it is compared there.
    if rc != 4 and n != "signatures/ed25519.pub.pem":
        bad.append((n, rc, err[:80]))
point(not bad, "one bit in each of %d files" % len(names), str(bad[:3]))
bad = []
for source in (tar, zipped):
    raw = source.read_bytes()
    good = json.loads(subprocess.run([tool, "packet", "verify", str(source), "--json"], stdout=subprocess.PIPE).stdout)["digest"]
    for _ in range(60 if long else 12):
        b = bytearray(raw)
        i = rng.randrange(len(b))
        b[i] ^= 1 << rng.randrange(8)
        path = pathlib.Path("bit" + source.suffix)
        path.write_bytes(b)
        rc, _, err = verify(path)
        same = rc == 0 and json.loads(subprocess.run([tool, "packet", "verify", str(path), "--json"], stdout=subprocess.PIPE).stdout)["digest"] == good
        if rc not in (4, 5, 71) and not same:  # times and modes of an archive are no content
            bad.append((source.name, i, rc, err[:80]))
point(not bad, "%d single bits of archives: seen, or not in any file" % (120 if long else 24), str(bad[:3]))
print("1..%d" % points)
