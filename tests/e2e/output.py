"""Hostile names through a workspace into every form of output. usage: output.py AUDITKIT TSV_FOLDER; a line for each
check: name, number of failures, number looked at; failures as comments. Independent of the program: what may stand in an
output is said here, cells and pages are read with Python's own parsers."""
import csv
import html.parser
import io
import json
import os
import pathlib
import pty
import re
import shutil
import sqlite3
import subprocess
import sys

AUDITKIT, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
CHUNK = 150  # pages show the first 200 rows of a table
ENV = {**os.environ, "NO_COLOR": "1", "TERM": "xterm-256color", "LC_ALL": "C"}
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2028-\u202e"
                       "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]")
checks = {}


def note(name, good, what=""):
    bad, seen = checks.get(name, (0, 0))
    checks[name] = (bad + (not good), seen + 1)
    if not good and bad < 5:
        print("# %s: %s" % (name, ascii(what)))


def run(*args, data=None, code=None):
    p = subprocess.run([AUDITKIT, *args], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV)
    if code is not None:
        note("commands end as they should", p.returncode == code, (args, p.returncode, p.stderr[-300:]))
    return p


def on_terminal(*args):
    """All that the program writes on a terminal."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(AUDITKIT, [AUDITKIT, *args], ENV)
    out = b""
    while True:
        try:
            piece = os.read(fd, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    os.close(fd)
    os.waitpid(pid, 0)
    return out.replace(b"\r\n", b"\n")


def is_clean(name, raw, what):
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return note(name, False, what)
    found = FORBIDDEN.search(text)
    note(name, not found, (what, found and text[max(0, found.start() - 20):found.end() + 20]))


def plain(s):
    """What stands in the place of s: hidden characters as \\u{hex}."""
    return re.sub(FORBIDDEN.pattern[:-1] + "\n]", lambda m: "\\u{%x}" % ord(m[0]), s)


def unguard(s):
    return s[1:] if s.startswith("'") else s


def walk(v, path=""):
    if isinstance(v, dict):
        note("JSON keys are sorted", list(v) == sorted(v, key=lambda k: k.encode("utf-16-be")), path)
        for k, x in v.items():
            yield from walk(x, path + "/" + k)
    elif isinstance(v, list):
        for x in v:
            yield from walk(x, path)
    elif isinstance(v, str):
        yield v


class Page(html.parser.HTMLParser):
    """Text of the cells; every tag and attribute that is not the page's own."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.cells, self.tags, self.bad, self.open = set(), set(), [], None

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag == "td":
            self.open = ""
        for k, v in attrs:
            if k.startswith("on") or (k in ("href", "src", "action", "data") and re.match(r"[a-z]+:|//", v or "", re.I)):
                self.bad.append((tag, k, v))

    def handle_endtag(self, tag):
        if tag == "td" and self.open is not None:
            self.cells.add(self.open)
            self.open = None

    def handle_data(self, data):
        if self.open is not None:
            self.open += data

    def handle_comment(self, data):
        self.bad.append(("comment", data, None))


def look_html(path, stored):
    raw = path.read_text()
    page = Page()
    page.feed(raw)
    note("HTML: no script, frame, form, image or link of other places", not page.bad, page.bad[:3])
    note("HTML: no tag but the page's own", not page.tags & {"script", "iframe", "object", "embed", "form", "input", "img", "image", "use",
         "foreignobject", "animate", "base", "link", "math"}, page.tags)
    note("HTML: nothing may be loaded", "default-src 'none'" in raw.split("</head>")[0])
    for s in stored:
        note("HTML: a cell says what was stored", s in page.cells, s)
    is_clean("HTML: no hidden character", raw.encode(), path)


def look_markdown(path, stored):
    raw = path.read_text()
    is_clean("Markdown: no hidden character", raw.encode(), path)
    rows, columns = set(), None
    for line in raw.split("\n"):
        cells = re.split(r"(?<!\\)(?:\\\\)*\|", line)
        if re.fullmatch(r"\|( ?:?-+:? ?\|)+", line):
            columns = len(cells)
        elif line.startswith("|") and columns:
            note("Markdown: a row has the cells of its header", len(cells) == columns, line)
            rows.update(c.strip() for c in cells)
        else:
            columns = columns if line.startswith("|") else None
    for s in stored:
        want = re.sub(r"\s+", "", s)
        mine = [c for c in rows if re.sub(r"\s+", "", re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", c).replace("[:]", ":").replace("[@]", "@")) ==
                want.replace("[:]", ":").replace("[@]", "@")]
        note("Markdown: a cell says what was stored", bool(mine) or not want, s)
        for c in mine:
            note("Markdown: no tag, link, image, code or address", not re.search(r"(?<!\\)[<`*\[]|[a-z]://|(?<!\[)@[a-z]+\.[a-z]", re.sub(r"\\\\", "", c)), c)


def look_csv(path, stored):
    raw = path.read_bytes()
    note("CSV: lines end in CR LF", raw.count(b"\n") == raw.count(b"\r\n") or b'"' in raw, path)
    rows = list(csv.reader(io.StringIO(raw.decode(), newline=""), strict=True))
    note("CSV: every row has the cells of the header", all(len(r) == len(rows[0]) for r in rows), path)
    for r in rows[1:]:
        for c in r:
            cover = re.sub('^(?: |"|\u00a0|\ufeff)+', "", c)
            number = re.fullmatch(r"-?\d+(\.\d+)?", c)
            note("CSV: no cell is a formula", bool(number) or not re.match("[=+\\-@\t\r\n|\x00\uff1d\uff0b\uff0d\uff20]", cover), c)
    if path.name == "access_grants.csv":
        at = rows[0].index("role"), rows[0].index("resource")
        got = {r[at[1]]: unguard(r[at[0]]) for r in rows[1:]}
        for name, s in stored.items():
            note("CSV: without its guard a cell says what was stored", got.get("sys-" + name) == s, (name, s, got.get("sys-" + name)))


def look_packet(root, stored):
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        name = str(path.relative_to(root))
        note("names of files are of our making", re.fullmatch(r"[A-Za-z0-9._/-]+", name) is not None, name)
        if path.suffix == ".json":
            raw = path.read_bytes()
            is_clean("JSON: valid UTF-8, nothing hidden", raw, name)
            list(walk(json.loads(raw.decode())))
        elif path.suffix == ".csv":
            look_csv(path, stored)
    doc = json.loads((root / "data/06-access.json").read_text())
    strings = set(walk(doc))
    for s in stored.values():
        note("JSON: a cell says what was stored", s in strings, s)
    look_markdown(root / "data/06-access.md", stored.values())
    first = {c for t in doc["tables"] for r in t["rows"][:25] for c in r}  # what the page has room for
    look_html(root / "index.html", [s for s in stored.values() if s in first])
    for t in ("VERIFY.txt", "README.md"):
        is_clean("texts for people: nothing hidden", (root / t).read_bytes(), t)


def ingest(work, rows):
    shutil.rmtree(work, ignore_errors=True)
    run("init", work, code=0)
    lines = "".join(json.dumps({"reviewed_at": "2026-06-12", "system": "sys-" + n, "principal": "svc-" + n,
                                "principal_type": "service", "role": p, "log_scope": "metadata", "state": "keep",
                                "x" + p[:20]: 1}) + "\n" for n, p in rows)
    run("-w", work, "ingest", "--source", "grants", "-", data=lines.encode(), code=0)
    db = sqlite3.connect(work + "/workspace.db")
    return {r[0][4:]: r[1] for r in db.execute("SELECT resource_id, role FROM access_grant")}


def look_terminal(work, rows):
    seqs = sqlite3.connect(work + "/workspace.db").execute(
        "SELECT seq, role FROM access_grant WHERE resource_id LIKE 'sys-terminal-%' ORDER BY seq").fetchall()
    for seq, role in seqs:
        out = run("-w", work, "show", "grants:%d" % seq, code=0).stdout
        is_clean("show, piped", out, seq)
        note("show: what was stored", role in out.decode(), role)
    for seq, role in seqs[::5]:
        out = on_terminal("-w", work, "show", "grants:%d" % seq)
        is_clean("show, on a terminal", out, seq)
        note("show: what was stored", role in out.decode(), role)
        list(walk(json.loads(run("-w", work, "show", "grants:%d" % seq, "--json").stdout.decode())))
    for args in (["status"], ["sources"], ["sources", "show", "grants"], ["sources", "drift"], ["status", "-v"], ["verify"]):
        is_clean("reports, piped", run("-w", work, *args).stdout, args)
        is_clean("reports, on a terminal", on_terminal("-w", work, *args), args)
        p = run("-w", work, *args, "--json")
        is_clean("reports in JSON", p.stdout, args)
        list(walk(json.loads(p.stdout.decode() or "null")))
    for n, s in rows[::6]:
        if "\0" in s or not s:
            continue
        for args in (["show", s], ["sources", "show", s], [s], ["status", "--" + s], ["trace", "reconstruct", s], ["ingest", "/nowhere/" + s]):
            p = run("-w", work, *args)
            is_clean("errors, piped", p.stdout + p.stderr, args)
        is_clean("errors, on a terminal", on_terminal("-w", work, "show", s), n)
    text = "\n".join(s.replace("\n", " ") for _, s in rows).encode() + b"\n\xff\xfe\x80\x1b[31m\n"
    out = run("-w", work, "redact", "try", data=text, code=0).stdout
    is_clean("redact try", out, "redact try")
    note("redact try: one line out for one line in", out.count(b"\n") == text.count(b"\n"))


def main():
    rows = []
    for path in sorted(FOLDER.glob("*.tsv")):
        for line in path.read_text().splitlines():
            name, text = line.split("\t")
            rows.append((name, json.loads(text)))
    absent = masked = same = 0
    for i in range(0, len(rows), CHUNK):
        part = rows[i:i + CHUNK]
        stored = ingest("w", part)
        for n, s in part:
            got = stored.get(n)
            if got is None:
                absent += 1
                print("# absent: %s %s" % (n, ascii(s)))
            elif got != plain(s) and re.search(r"\[REDACTED:|email:[0-9a-f]{32}|\[CUT\]", got):
                masked += 1
                print("# masked: %s %s" % (n, ascii(s)))
            else:
                same += 1
                note("stored: visible characters as they are, hidden ones escaped", got == plain(s), (n, s, got))
        shutil.rmtree("p", ignore_errors=True)
        shutil.rmtree("p.annex", ignore_errors=True)
        pathlib.Path("p.receipt.txt").unlink(missing_ok=True)
        run("-w", "w", "packet", "build", "--draft", "-o", "p", code=0)
        look_packet(pathlib.Path("p"), {n: s for n, s in stored.items() if s is not None})
        if any(n.startswith("terminal") for n, _ in part):
            look_terminal("w", part)
    for name, (bad, seen) in checks.items():
        print("%s\t%d\t%d" % (name, bad, seen))
    print("payloads\t%d\t%d" % (len(rows) - same - masked - absent, len(rows)))
    print("kept, not masked or absent\t%d\t%d" % (same < 500, same))


main()
