"""Hostile input: python3 hostile.py SRCDIR [PART-OF-NAME]. Prints TAP; the working folder is scratch and has bin/ak.

A row of hostile/*.tsv has six cells:
  name     what the case is
  make     Python expression over hostile_make.py; makes the input `in` at run time, or changes the copy `w` of a
           workspace. Nothing hostile is kept in the repository.
  command  for sh, in the case's folder; `ak` is auditkit
  exit     DECISIONS 27; `4|7` where the damage decides which
  counts   in = stored + duplicate + rejected + blank of all files of the last run, "-" when nothing may have been stored
  says     regular expressions, joined by " && ", over the output with its white space squeezed

What holds for every row stands in judge(): the law of conservation for each file, the exact byte range of each stored and
each rejected record, no byte of the marker anywhere, no control or bidi character on the terminal, a next step after
each failure, no temporary file left over, ten seconds of the processor."""
import os, pathlib, re, shutil, sqlite3, subprocess, sys

import hostile_make

source, only = pathlib.Path(sys.argv[1]), sys.argv[2]
home = pathlib.Path.cwd()
MARK = hostile_make.MARK
# Files that may stand in a workspace.
OURS = re.compile(r"workspace\.db(-wal|-shm)?|policy\.yaml|access\.jsonl|ingest\.lock|formats(/.*)?")
# C0 but newline, DEL, C1, zero width, line ends of Unicode, bidi, byte order mark.
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
NEEDS_STEP = {2, 5, 6, 7, 71, 74, 75}  # and every other code once there is an error message


def rows():
    for table in sorted((source / "tests/e2e/hostile").glob("*.tsv")):
        for number, line in enumerate(table.read_text().splitlines(), 1):
            if line and not line.startswith("#"):
                cells = line.split("\t")
                assert len(cells) == 6, "%s:%d has %d cells" % (table.name, number, len(cells))
                yield table.stem, cells


def databases(folder):
    for path in sorted(folder.glob("w*/workspace.db")):
        db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
        try:
            db.execute("SELECT count(*) FROM file")
            yield db
        except sqlite3.Error:
            pass
        finally:
            db.close()


def ranges(db, made):
    """What the workspace says of the last run: counts, ranges of stored and of rejected records."""
    run = db.execute("SELECT max(id) FROM run").fetchone()[0]
    files = db.execute("SELECT f.records_in, f.stored, f.duplicate, f.rejected, f.blank, f.excluded + f.expired, f.id"
                       " FROM file f JOIN export e ON e.id = f.export WHERE e.run = ?", (run,)).fetchall()
    ids = [f[6] for f in files]
    kinds = [r[0] for r in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%byte_offset INTEGER NOT NULL%'")]
    stored = [r for k in kinds for r in db.execute("SELECT byte_offset, byte_length, file FROM %s" % k) if r[2] in ids]
    bad = [r for r in db.execute("SELECT byte_offset, byte_length, file FROM diag WHERE severity = 'reject'") if r[2] in ids]
    return files, sorted(r[:2] for r in stored), sorted(r[:2] for r in bad)


def judge_counts(folder, made, counts):
    """Faults found in the workspace of the case."""
    faults = []
    want = [0, 0, 0, 0, 0] if counts == "-" else counts != "*" and [int(n) for n in counts.split()]
    for db in databases(folder):
        files, stored, bad = ranges(db, made)
        for f in files:
            if f[0] != sum(f[1:6]):
                faults.append("a file's counts do not add up: %s" % (f,))
        have = [sum(f[i] for f in files) for i in range(5)]
        if counts != "*" and have != want:
            faults.append("counts %s, want %s" % (have, want))
        if counts not in "-*" and made.good is not None:
            if not made.repeated and stored != sorted(made.good):
                faults.append("stored ranges %s, want %s" % (stored[:9], sorted(made.good)[:9]))
            if bad != sorted(made.bad):
                faults.append("rejected ranges %s, want %s" % (bad[:9], sorted(made.bad)[:9]))
    return faults


def judge_files(folder):
    faults = []
    for top in sorted(folder.glob("w*")):
        for path in sorted(top.rglob("*")) if top.is_dir() and not top.is_symlink() else []:
            name = str(path.relative_to(top))
            if not OURS.fullmatch(name) and name not in hostile_make.left:
                faults.append("left behind: " + name)
            if path.is_file() and not name.startswith(("policy", "formats")) and MARK.encode() in path.read_bytes():
                faults.append("the marker is in " + name)
    return faults


def judge(folder, made, row, code, raw, seconds):
    name, _, command, want, counts, says = row
    text = raw.decode("utf-8", "surrogateescape")
    flat = " ".join(text.split())
    faults = [] if re.fullmatch(want, str(code)) else ["exit %d, want %s" % (code, want)]
    faults += ["does not say: " + s for s in says.split(" && ") if s != "-" and not re.search(s, flat)]
    if seconds > 10:
        faults.append("took %.0f s" % seconds)
    if MARK in text:
        faults.append("the marker is in the output")
    if UNSAFE.search(text) or any(0xdc80 <= ord(c) <= 0xdcff for c in text):
        faults.append("unsafe bytes in the output")
    if re.search("Sanitizer|runtime error|Segmentation|Assertion", text):
        faults.append("a crash")
    if (code in NEEDS_STEP or "auditkit: " in text) and not made.mute and not re.search(r"hint: \S|repair +\S", flat):
        faults.append("no next step")
    if made.bad and counts not in "-*" and not (re.search(r"record \d+ at byte [\d,]+, [\d,]+ bytes", flat) and "repair " in flat):
        faults.append("a reject without place or next step")
    if not made.lawless:
        faults += judge_counts(folder, made, counts)
    return faults + judge_files(folder)


def case(number, table, row):
    name, make, command = row[:3]
    folder = home / ("c%d" % number)
    folder.mkdir()
    base = "full" if table in ("workspace", "packet") else "empty"
    shutil.copytree(home / base, folder / "w")
    hostile_make.begin(folder, home, source)
    made = hostile_make.make(make)
    before = os.times()
    try:
        r = subprocess.run(["sh", "-c", command], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, timeout=120, env=made.env)
        code, out = r.returncode, r.stdout
    except subprocess.TimeoutExpired:
        code, out = 124, b"timed out"
    after = os.times()
    seconds = after.children_user + after.children_system - before.children_user - before.children_system
    hostile_make.end(folder)
    faults = judge(folder, made, row, code, out, seconds)
    print("%sok %d - %s: %s" % ("not " if faults else "", number, table, name))
    for f in faults:
        print("# " + f)
    if faults:
        print("".join("# > %s\n" % line for line in out.decode("utf-8", "backslashreplace").splitlines()[:30]), end="")
    shutil.rmtree(folder, ignore_errors=True)


hostile_make.prepare(home, source)
number = 0
# Every third case, and all of them with AK_LONG or by name.
step = 1 if only or os.environ.get("AK_LONG") else 3
for n, (table, row) in enumerate(rows()):
    if only in table + ": " + row[0] and n % step == 0:
        number += 1
        case(number, table, row)
if not only:
    number += 1
    print("%sok %d - at least 200 cases" % ("" if number > 200 else "not ", number))
print("1..%d" % number)
