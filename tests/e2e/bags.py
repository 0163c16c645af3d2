"""Bags as other programs make them: python3 bags.py AUDITKIT. Prints TAP. Each case: how the bag is made, exit code, levels that fail, what is said."""
import hashlib, json, os, pathlib, re, shutil, subprocess, sys, tarfile, zipfile

tool, points, bag = sys.argv[1], 0, pathlib.Path("bag")
PAYLOAD = {"a.txt": b"one\n", "deep/er/b.bin": bytes(range(256)), "empty": b""}


def enc(name, v1):
    name = name.replace("%", "%25") if v1 else name
    return name.replace("\r", "%0D").replace("\n", "%0A")


def make(version="1.0", algorithms=("sha256",), payload=PAYLOAD, encoding="UTF-8", codec="utf-8", tags=True, star=False, upper=False, dot=False, eol="\n"):
    shutil.rmtree(bag, ignore_errors=True)
    for name, data in payload.items():
        to = bag / "data" / name
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(data)
    text = lambda name, s: (bag / name).write_bytes(s.replace("\n", eol).encode(codec if name != "bagit.txt" else "utf-8"))
    text("bagit.txt", "BagIt-Version: %s\nTag-File-Character-Encoding: %s\n" % (version, encoding))
    text("bag-info.txt", "Source-Organization: K\u00f6ln\nPayload-Oxum: %d.%d\n" % (sum(map(len, payload.values())), len(payload)))
    for a in algorithms:
        digest = lambda data: (lambda h: h.upper() if upper else h)(hashlib.new(a, data).hexdigest())
        lines = ["%s %s%s%s\n" % (digest(d), "*" if star else " ", "./" if dot else "", "data/" + enc(n, version == "1.0")) for n, d in payload.items()]
        text("manifest-%s.txt" % a, "".join(lines))
    if tags:
        for a in algorithms:
            names = sorted(f.name for f in bag.iterdir() if f.is_file() and not f.name.startswith("tagmanifest"))
            text("tagmanifest-%s.txt" % a, "".join("%s  %s\n" % (hashlib.new(a, (bag / n).read_bytes()).hexdigest(), n) for n in names))


def point(good, name, note):
    global points
    points += 1
    print("%sok %d - %s" % ("" if good else "not ", points, name))
    if not good:
        print("# " + str(note))


def case(name, want, fails, says, change=None, path=bag, **how):
    make(**how)
    if change:
        path = change() or path
    r = subprocess.run([tool, "packet", "verify", "--bag", "--json", str(path)], capture_output=True, timeout=60)
    doc = json.loads(r.stdout) if r.stdout.strip() else None
    failed = [c["name"] for c in doc["checks"] if c["result"] == "fail"] if doc else None
    said = " / ".join(c["detail"] for c in doc["checks"][:3]) if doc else r.stderr.decode()
    point(r.returncode == want and failed == fails and re.search(says, said), name, (r.returncode, failed, said))


def put(name, data):
    def change():
        (bag / name).parent.mkdir(parents=True, exist_ok=True)
        (bag / name).write_bytes(data)
    return change


def add(name, text):
    def change():
        with open(bag / name, "a", newline="") as f:
            f.write(text)
    return change


def pack(kind):
    def change():
        to = pathlib.Path("bag." + kind)
        if kind == "zip":
            with zipfile.ZipFile(to, "w") as z:
                for f in sorted(x for x in bag.rglob("*") if x.is_file()):
                    z.write(f, "bag/" + str(f.relative_to(bag)))
        else:
            with tarfile.open(to, "w:gz" if kind == "tgz" else "w", format=tarfile.PAX_FORMAT) as t:
                t.add(bag, "bag")
        return to
    return change


def fetched(present):
    def change():
        (bag / "fetch.txt").write_text("https://store.example/big.bin 3 data/big.bin\n")
        with open(bag / "manifest-sha256.txt", "a") as f:
            f.write(hashlib.sha256(b"big").hexdigest() + "  data/big.bin\n")
        if present:
            (bag / "data/big.bin").write_bytes(b"big")
            info = (bag / "bag-info.txt").read_text()
            (bag / "bag-info.txt").write_text(re.sub("Oxum: .*", "Oxum: 263.4", info))
    return change


ODD = {"100% sure.txt": b"x", "line\nend.txt": b"y", "car\rriage": b"z", "sp ace \u00e9\u4e2d.txt": b"u", "%0A literal": b"v"}
LONG = {"n" * 120 + "/" + "m" * 120: b"long", "\u00fc/\u00e4.txt": b"w"}
case("a bag of 1.0", 0, [], "BagIt 1.0, tag files in UTF-8, 1 payload manifests, 3 payload files / 6 of 6 digests equal / 0 missing, 0 extra")
case("a bag of 0.97", 0, [], "BagIt 0.97", version="0.97")
case("md5", 0, [], "md5 and sha1 show accidents", algorithms=("md5",))
case("sha1", 0, [], "md5 and sha1 show accidents", algorithms=("sha1",))
case("sha512", 0, [], "6 of 6 digests equal /", algorithms=("sha512",))
case("four manifests at once", 0, [], "4 payload manifests, 3 payload files / 36 of 36", algorithms=("md5", "sha1", "sha256", "sha512"))
case("no tag manifest", 0, [], "3 of 3", tags=False)
case("digests in upper case, a star, ./ in front", 0, [], "3 of 3", upper=True, star=True, dot=True, tags=False)
case("CRLF", 0, [], "6 of 6", eol="\r\n")
case("CR alone", 0, [], "6 of 6", eol="\r")
case("names with %, CR, LF, blanks and letters of other alphabets", 0, [], "5 payload files / 8 of 8", payload=ODD)
case("the same in 0.97, where % stands for itself", 0, [], "7 of 7", version="0.97", payload={k: v for k, v in ODD.items() if k != "%0A literal"})
case("tag files in ISO-8859-1", 0, [], "tag files in ISO-8859-1", encoding="ISO-8859-1", codec="latin-1", payload={"\u00e9.txt": b"e"})
case("tag files in UTF-16", 0, [], "tag files in UTF-16", encoding="UTF-16", codec="utf-16", payload={"\u4e2d\U0001f600.txt": b"e"})
case("UTF-8 that is none", 4, ["structure"], "bag-info.txt is not in UTF-8", codec="latin-1")
case("an encoding that nobody knows", 4, ["structure", "completeness"], "not known here", encoding="EBCDIC")
case("in a tar with long names", 0, [], "4 of 4|5 of 5", pack("tar"), payload=LONG)
case("in a tar.gz", 0, [], "6 of 6", pack("tgz"))
case("in a zip with names of another alphabet", 0, [], "5 of 5", pack("zip"), payload={"\u00fc/\u00e4.txt": b"w", "b": b"c"})
case("a changed file", 4, ["fixity"], "data/a.txt differs", put("data/a.txt", b"two\n"))
case("a changed tag file", 4, ["fixity"], "bag-info.txt differs", add("bag-info.txt", "Note: x\n"))
case("a missing file", 4, ["structure", "completeness"], "data/a.txt is missing", lambda: (bag / "data/a.txt").unlink())
case("an extra file", 4, ["structure", "completeness"], "data/more is in no manifest", put("data/more", b""))
case("an extra tag file is as good", 0, [], "6 of 6", put("about.txt", b"x"))
case("a file in one of two manifests only", 4, ["completeness"], "is not in every manifest",
     lambda: (bag / "manifest-md5.txt").write_text((bag / "manifest-md5.txt").read_text().split("\n", 1)[1]) and None, algorithms=("md5", "sha256"), tags=False)
case("which 0.97 allows", 0, [], "BagIt 0.97", lambda: (bag / "manifest-md5.txt").write_text((bag / "manifest-md5.txt").read_text().split("\n", 1)[1]) and None,
     algorithms=("md5", "sha256"), version="0.97", tags=False)
case("files that are elsewhere", 4, ["completeness"], "1 files are elsewhere: fetch.txt says where, nothing is fetched here", fetched(False), tags=False)
case("files that were fetched", 0, [], "all that fetch.txt names is here", fetched(True), tags=False)
case("fetch.txt that climbs out", 4, ["structure", "completeness"], "does not stay below data/", add("fetch.txt", "https://h.example/x 1 ../x\n"))
case("a manifest that climbs out", 4, ["structure", "completeness"], "names a path that has '.' or '..'", add("manifest-sha256.txt", "0" * 64 + "  data/../../x\n"), tags=False)
case("a manifest of an absolute path", 4, ["structure", "completeness"], "is absolute", add("manifest-sha256.txt", "0" * 64 + "  /etc/passwd\n"), tags=False)
case("a payload manifest that lists a tag file", 4, ["structure"], "does not lie below data/",
     lambda: add("manifest-sha256.txt", "%s  bagit.txt\n" % hashlib.sha256((bag / "bagit.txt").read_bytes()).hexdigest())(), tags=False)
case("a file twice in a manifest", 4, ["structure"], "names a file twice",
     lambda: add("manifest-sha256.txt", (bag / "manifest-sha256.txt").read_text().split("\n")[0] + "\n")(), tags=False)
case("a line that is none", 4, ["structure"], "no digest and path", add("manifest-sha256.txt", "hello\n"), tags=False)
case("an algorithm that is not computed", 4, ["fixity"], "no manifest whose digests are computed",
     lambda: (bag / "manifest-sha256.txt").rename(bag / "manifest-crc32.txt") and None, tags=False)
case("no manifest", 4, ["structure", "fixity"], "no payload manifest", lambda: (bag / "manifest-sha256.txt").unlink(), tags=False)
case("no bagit.txt", 4, ["structure", "completeness"], "bagit.txt is missing", lambda: (bag / "bagit.txt").unlink())
case("a byte order mark in bagit.txt", 4, ["structure"], "byte order mark", put("bagit.txt", b"\xef\xbb\xbfBagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"), tags=False)
case("a version to come", 4, ["structure"], "version of BagIt that is not checked here", version="2.0", tags=False)
case("another Payload-Oxum", 4, ["structure"], "another number of bytes", put("bag-info.txt", b"Payload-Oxum: 1.1\n"), tags=False)
case("a link", 4, None, "is a link", lambda: os.symlink("/etc/passwd", bag / "data/l"))
print("1..%d" % points)
