"""Golden cases of packet verify: python3 golden.py AUDITKIT GOOD_FOLDER TABLE [EDITS]. Prints TAP. Without EDITS a third of it all.

Each line of the table: name, how it is made from the good packet (steps separated by " ; "), options, exit code, levels that fail (in
order, all of them; - = no report), what is said, and what VERIFY.txt says when it is run with sh and no auditkit in PATH (- = an archive).
The second verifier may miss what it does not look for; where it sees something, so must the first one, and what both call good is good."""
import csv, hashlib, io, json, os, pathlib, random, re, shutil, struct, subprocess, sys, tarfile, zipfile, zlib

tool, folder, table = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
full = len(sys.argv) > 4
edits = int(sys.argv[4]) if full else 12
work, points = pathlib.Path("golden"), 0


def point(good, name, note=""):
    global points
    points += 1
    print("%sok %d - %s" % ("" if good else "not ", points, name))
    if not good:
        print("# " + str(note))


def run(path, *options):
    r = subprocess.run([tool, "packet", "verify", str(path), "--json", *options], capture_output=True, timeout=60)
    checks = json.loads(r.stdout)["checks"] if r.stdout.strip() else None
    failed = [c["name"] for c in checks if c["result"] == "fail"] if checks is not None else None
    return r.returncode, failed, " / ".join(c["detail"] for c in checks or []) + r.stderr.decode()


def by_hand():
    r = subprocess.run(["sh", "VERIFY.txt"], cwd=work, capture_output=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"}, timeout=60)
    return r.returncode


def sha(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def seal(p):
    """Mend manifests and Payload-Oxum, as a forger without the key can."""
    payload = sorted(str(f.relative_to(p)) for f in (p / "data").rglob("*") if f.is_file() and not f.is_symlink())
    info = (p / "bag-info.txt").read_text()
    oxum = "Payload-Oxum: %d.%d" % (sum((p / n).stat().st_size for n in payload), len(payload))
    (p / "bag-info.txt").write_text(re.sub("Payload-Oxum: .*", oxum, info))
    (p / "manifest-sha256.txt").write_text("".join("%s  %s\n" % (sha(p / n), n) for n in payload))
    tags = sorted(line[66:] for line in (p / "tagmanifest-sha256.txt").read_text().splitlines())
    (p / "tagmanifest-sha256.txt").write_text("".join("%s  %s\n" % (sha(p / n), n) for n in tags))


def sign(p, namespace, listed="yes"):
    """By a key of the forger's, who names it in the packet's own list or not."""
    key = pathlib.Path("forger")
    if not key.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    out = p / "tagmanifest-sha256.txt.sig"
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", namespace, str(p / "tagmanifest-sha256.txt")], check=True, capture_output=True)
    out.rename(p / "signatures/tagmanifest-sha256.txt.sshsig")
    for n in ("tagmanifest-sha256.txt.ed25519", "ed25519.pub.pem"):
        (p / "signatures" / n).unlink(missing_ok=True)
    if listed == "yes":
        pub = " ".join(pathlib.Path("forger.pub").read_text().split()[:2])
        (p / "signatures/allowed_signers").write_text('auditkit namespaces="auditkit-packet" %s\n' % pub)


def put(p, name, *text):
    (p / name).parent.mkdir(parents=True, exist_ok=True)
    (p / name).write_text(" ".join(text))


def edit(p, name, old, *new):
    raw = (p / name).read_bytes()
    assert old.encode() in raw, (name, old)
    (p / name).write_bytes(raw.replace(old.encode(), " ".join(new).encode(), 1))


def flip(p, name, at=None):
    raw = bytearray((p / name).read_bytes())
    raw[len(raw) // 2 if at is None else int(at)] ^= 1
    (p / name).write_bytes(raw)


def member(p, key, value):
    """json FILE.member VALUE"""
    name, m = key.split("#")
    d = json.loads((p / name).read_text())
    d[m] = json.loads(value)
    (p / name).write_text(json.dumps(d))


def fill(p, name, megabytes):
    """Words that mean nothing, behind the others."""
    with open(p / name, "a") as f:
        for _ in range(int(megabytes)):
            f.write("lorem ipsum\n" * 87382)


def drop_row(p, name):
    rows = (p / name).read_bytes().splitlines(True)
    (p / name).write_bytes(b"".join(rows[:-1]))


def pack(p, form):
    """The folder as an archive of that form, under the name golden.FORM."""
    to = "golden." + form
    if form == "zip":
        with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as z:
            for f in sorted(x for x in p.rglob("*") if x.is_file()):
                z.write(f, "top/" + str(f.relative_to(p)))
    else:
        with tarfile.open(to, {"tar": "w", "tar.gz": "w:gz"}[form], format=tarfile.USTAR_FORMAT) as t:
            t.add(p, "top")
    return pathlib.Path(to)


KINDS = {"file": tarfile.REGTYPE, "symlink": tarfile.SYMTYPE, "hardlink": tarfile.LNKTYPE, "device": tarfile.CHRTYPE, "fifo": tarfile.FIFOTYPE}


def more(p, name, kind="file", link="", size="1"):
    """One more member behind the others."""
    m = tarfile.TarInfo(name)
    m.type, m.linkname = KINDS[kind], link
    m.size = int(size) if kind == "file" else 0
    with tarfile.open("golden.tar", "a", format=tarfile.USTAR_FORMAT) as t:
        t.addfile(m, io.BytesIO(b"\0" * m.size))


def archive(step):
    def change(p, path, *words):
        raw = pathlib.Path(path).read_bytes()
        pathlib.Path(path).write_bytes(step(raw, *words))
    return change


def stamp(p, who):
    """A token of that authority over the packet as it is."""
    ssl = lambda *a: subprocess.run(["openssl", "ts", *a], check=True, capture_output=True)
    ssl("-query", "-digest", sha(p / "tagmanifest-sha256.txt"), "-sha256", "-cert", "-out", "q.tsq")
    ssl("-reply", "-config", "ca.cnf", "-section", "t", "-queryfile", "q.tsq", "-signer", who + ".pem", "-inkey", who + ".key", "-out", str(p / "signatures/tagmanifest-sha256.txt.tsr"))


def annex(p, step, *words):
    """A step on the packet's annex, golden-annex."""
    STEPS[step](pathlib.Path("golden-annex"), *words)


def adopt(p):
    """The packet names the annex as it is now."""
    digest = sha(pathlib.Path("golden-annex/tagmanifest-sha256.txt"))
    member(p, "data/packet.json#annex_sha256", json.dumps(digest))
    member(p, "data/integrity/annex.json#digest", json.dumps(digest))


def swap(p):
    """The annex of the packet before, under the name of this one's."""
    shutil.rmtree("golden-annex")
    with tarfile.open("first.annex.tar") as t:
        t.extractall("golden-annex-of-first")
    next(pathlib.Path("golden-annex-of-first").iterdir()).rename("golden-annex")


def bomb(p):
    with zipfile.ZipFile("golden.zip", "a", zipfile.ZIP_DEFLATED) as z:
        z.writestr("top/data/zeros", b"\0" * (200 << 20))


STEPS = {"flip": flip, "put": put, "edit": edit, "seal": seal, "sign": sign, "json": member, "pack": pack, "more": more, "bomb": bomb, "stamp": stamp, "annex": annex, "adopt": adopt, "swap": swap, "drop-row": drop_row, "fill": fill,
         "rm": lambda p, n: (p / n).unlink(), "unsign": lambda p: shutil.rmtree(p / "signatures"), "mv": lambda p, a, b: (p / a).rename(p / b),
         "link": lambda p, n, to: os.symlink(to, p / n), "fifo": lambda p, n: os.mkfifo(p / n), "crlf": lambda p, n: (p / n).write_bytes((p / n).read_bytes().replace(b"\r\n", b"\n")),
         "cut": archive(lambda raw, part: raw[:len(raw) * int(part) // 100]), "behind": archive(lambda raw, text: raw + text.encode() * 400),
         "before": archive(lambda raw, text: text.encode() + raw)}


def make(recipe):
    """The folder or archive of a case."""
    for f in (work, "golden-annex", "golden-annex-of-first"):
        shutil.rmtree(f, ignore_errors=True)
    if "annex" in recipe:
        shutil.copytree(str(folder) + ".annex", "golden-annex", symlinks=True)
    for f in pathlib.Path().glob("golden.*"):
        f.unlink()
    shutil.copytree(folder, work, symlinks=True)
    path = work
    for step in (s for s in recipe.split(" ; ") if s != "-"):
        words = step.split(" ")
        made = STEPS[words[0]](work, *words[1:])
        path = made if words[0] == "pack" else path
    return path


def cases():
    n = 0
    for row in csv.DictReader(open(table, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE):
        n += 1
        if not full and n % 3 != 1: # each third line; all of them in the long form
            continue
        path = make(row["made"])
        options = [] if row["options"] == "-" else row["options"].split(" ")
        rc, failed, said = run(path, *options)
        want = None if row["fails"] == "-" else [] if row["fails"] == "none" else row["fails"].split(",")
        good = rc == int(row["exit"]) and failed == want and re.search(row["says"], said) is not None
        hand = by_hand() if row["sh"] != "-" else None
        if hand is not None:
            good = good and (hand != 0) == (row["sh"] != "0") and not (hand != 0 and rc == 0)
        point(good, row["name"], "exit %d, failed %s, by hand %s, said %s" % (rc, failed, hand, said))
    point(n >= 40, "%d golden cases" % n)


def each_file():
    """One byte of each file that the manifests or the signature cover."""
    names = [line[66:] for m in ("manifest-sha256.txt", "tagmanifest-sha256.txt") for line in (folder / m).read_text().splitlines()]
    names += ["tagmanifest-sha256.txt", "signatures/tagmanifest-sha256.txt.sshsig", "signatures/tagmanifest-sha256.txt.ed25519"]
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(folder, work)
    missed = []
    for n in names if full else names[::10]:
        raw = (work / n).read_bytes()
        if raw:
            flip(work, n, 60 if n.endswith(".sshsig") else None)
            rc, failed, said = run(work)
            # A covered file is named; a manifest names another one, a signature fails as one.
            if rc != 4 or not ("fixity" in failed or "signature" in failed) or not (n in said or "manifest" in n):
                missed.append((n, rc, failed))
            (work / n).write_bytes(raw)
    point(not missed, "one byte in each of %d files, which is named" % len(names if full else names[::10]), missed[:5])
    return names


def at_random(names, n):
    rng, missed = random.Random(8), []
    sizes = [(folder / f).stat().st_size for f in names]
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(folder, work)
    for _ in range(n):
        name = rng.choices(names, sizes)[0] if rng.random() < 0.7 else rng.choice([f for f, s in zip(names, sizes) if s])
        raw = (work / name).read_bytes()
        at, value = rng.randrange(len(raw)), rng.randrange(255)
        value += value >= raw[at]
        (work / name).write_bytes(raw[:at] + bytes([value]) + raw[at + 1:])
        r = subprocess.run([tool, "packet", "verify", str(work)], capture_output=True, timeout=60)
        if r.returncode != 4:
            missed.append((name, at, value, r.returncode))
        (work / name).write_bytes(raw)
    point(not missed, "%d of %d single bytes changed at random are seen" % (n - len(missed), n), missed[:5])


def book_of(parts):
    """Parts stored as they are, as auditkit packs a workbook: a forgery differs in what is forged alone."""
    out, directory = b"", b""
    for name, text in parts:
        head = struct.pack("<HHHIIIIHH", 20, 2048, 0, 0x210000, zlib.crc32(text), len(text), len(text), len(name), 0)
        directory += b"PK\1\2" + struct.pack("<H", 20) + head + bytes(10) + struct.pack("<I", len(out)) + name.encode()
        out += b"PK\3\4" + head + name.encode() + text
    return out + directory + b"PK\5\6" + struct.pack("<IHHIIH", 0, len(parts), len(parts), len(directory), len(out), 0)


def lies(xml):
    """The rows with another number in them."""
    return re.sub(rb"<v>\d+</v>", b"<v>9999</v>", xml)


def second(parts, name, change):
    """The part with its rows (the whole match, what is inside of it) changed."""
    return [(n, re.sub(rb"<sheetData>(.*)</sheetData>", lambda m: change(m[0], m[1]), t, flags=re.S) if n == name else t) for n, t in parts]


def books():
    """Workbooks that a spreadsheet program shows otherwise than the CSV files say, or with more in them."""
    good = (folder / "data/evidence.xlsx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(good)) as z:
        parts = [(i.filename, z.read(i)) for i in z.infolist()]
    # two sheets with numbers
    sheet, other = [n for n, t in parts if "sheets/sheet" in n and n != "xl/worksheets/sheet1.xml" and b"<v>" in t][:2]
    text = dict(parts)
    sub = lambda pattern, to, only=".": [(n, re.sub(pattern.encode(), to.encode(), t) if re.search(only, n) else t) for n, t in parts]
    rels, style, types = "xl/_rels/workbook.xml.rels", "xl/styles.xml", "Content_Types"
    short, to = sheet.rsplit("/", 1)[1], other.rsplit("/", 1)[1]
    comment = lambda rows, inside: b"<!--" + rows + b"--><sheetData >" + lies(inside) + b"</sheetData>"
    forged = {
        "another part": sub("worksheets/" + short, "worksheets/evil.xml", rels) + [("xl/worksheets/evil.xml", lies(text[sheet]))],
        "two sheets that are exchanged": sub(short, "@", rels),
        "the sheets of two tables exchanged": [(n, text[other] if n == sheet else text[sheet] if n == other else t) for n, t in parts],
        "true rows in a comment": second(parts, sheet, comment),
        "rows twice": second(parts, sheet, lambda rows, inside: rows + lies(rows)),
        "a comment between rows": sub("</row>\n<row r=\"2\">", "</row>\n<!-- --><row r=\"2\">", sheet),
        "a formula": [(n, re.sub(rb"<v>(\d+)</v>", rb"<f>1+1</f><v>\1</v>", t, 1) if n == sheet else t) for n, t in parts],
        "a style of a cell": [(n, re.sub(rb'"><v>', rb'" s="1"><v>', t, 1) if n == sheet else t) for n, t in parts],
        "a hidden row": sub('<row r="2">', '<row r="2" hidden="1">', sheet),
        "a number format": sub("<fonts", '<numFmts count="1"><numFmt numFmtId="200" formatCode="&quot;9999&quot;"/></numFmts><fonts', style),
        "hidden columns": sub('customWidth="1"/>', 'customWidth="1" hidden="1"/>', "sheets/"),
        "a hidden sheet": sub('<sheet name="records"', '<sheet state="veryHidden" name="records"', "xl/workbook.xml"),
        "a sheet left out of the list": sub('<sheet name="records"[^>]*/>', "", "xl/workbook.xml"),
        "a macro": parts + [("xl/vbaProject.bin", b"macro")],
        "a part before the others": [("xl/vbaProject.bin", b"macro")] + parts,
        "relations of a sheet": parts + [("xl/worksheets/_rels/sheet2.xml.rels", b"<Relationships/>")],
        "a reference to another workbook": sub("</sheets>", '</sheets><externalReferences><externalReference r:id="rId99"/></externalReferences>', "xl/workbook.xml"),
        "something behind the rows": sub("</sheetData>", '</sheetData><conditionalFormatting sqref="A1"/>', sheet),
        "another type of a part": sub("worksheet.xml", "chartsheet+xml", types),
        "the words of the list": sub("what it shows", "all is well", "sheet1.xml"),
        "parts in another order": parts[-1:] + parts[:-1],
        "a part twice": parts[:1] + [(sheet, lies(text[sheet]))] + parts[1:],
    }
    forged["two sheets that are exchanged"] = [(n, t.replace(to.encode(), short.encode()).replace(b"@", to.encode())) if n == rels else (n, t) for n, t in forged["two sheets that are exchanged"]]
    raw = {n: book_of(p) for n, p in forged.items()}
    raw["something behind the last part"] = good + b"PK"
    raw["other bytes than its checksum says"] = good[:14] + bytes(4) + good[18:]
    with io.BytesIO() as b:
        with zipfile.ZipFile(b, "w", zipfile.ZIP_DEFLATED) as z:
            for n, t in parts:
                z.writestr(n, t)
        raw["a compressed part"] = b.getvalue()
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(folder, work)
    missed = [] if book_of(parts) == good else ["the good one is not made again"]
    for name, made in raw.items():
        (work / "data/evidence.xlsx").write_bytes(made)
        seal(work)
        rc, failed, said = run(work)
        if made == good or rc != 4 or failed != ["content", "signature"] or "data/evidence.xlsx" not in said:
            missed.append((name, made == good, rc, failed))
    point(not missed, "%d forged workbooks are seen" % len(raw), missed[:6])


cases()
books()
files = [f for f in each_file() if "sshsig" not in f]
at_random(files, edits)
print("1..%d" % points)
