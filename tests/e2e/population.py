"""A packet of many keys: python3 population.py AUDITKIT TREE, in an empty folder. Prints TAP.

Every request has a key of its own, every second key stands in the inventory. What the tables, sections and verdicts say is counted
here from the records; memory is measured; forgeries are made behind the rows that a section shows."""
import csv, hashlib, io, json, os, pathlib, re, shutil, sqlite3, subprocess, sys

AUDITKIT, TREE = sys.argv[1:3]
sys.dont_write_bytecode = True
sys.path.insert(0, TREE + "/tests")
from tap import done, tap
ROWS, UNUSED, SHOWN = 30000, 100, 200
MOST_KIB = 160 << 10  # the rules of check keep a word or two for each key
LARGE = "data/tables/keys.csv"
SECRET = "sk-" + "ant-api03-" + "Zq7" * 31 + "-AA"
clean = "asan" not in subprocess.run(["nm", "-D", AUDITKIT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()


def run(*words):
    """Exit code, output, messages and peak KiB."""
    with open("out", "wb") as out, open("err", "wb") as err:
        p = subprocess.Popen([AUDITKIT, *words], stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    return p.returncode, pathlib.Path("out").read_text(), pathlib.Path("err").read_text(), usage.ru_maxrss


def key(i):
    return hashlib.sha256(b"key %d" % i).hexdigest()


def make():
    with open("requests.jsonl", "w") as f:
        for i in range(ROWS):
            f.write(json.dumps({"id": "chatcmpl-%06d" % i, "trace_id": "trace-%06d" % i, "call_id": "call-%06d" % i, "call_type": "acompletion",
                                "status": "success", "response_cost": 0.001, "startTime": 1780272000 + i, "endTime": 1780272001 + i,
                                "custom_llm_provider": "openai", "model": "gpt-4.1", "model_parameters": {}, "hidden_params": {},
                                "metadata": {"user_api_key_hash": key(i)}}) + "\n")
    with open("inventory.jsonl", "w") as f:
        for i in [*range(0, ROWS, 2), *range(ROWS, ROWS + UNUSED)]:
            f.write(json.dumps({"key_id": "key_%d" % i, "alias": "svc-%d" % i, "owner": "team-%d" % (i % 7), "owner_type": "Team",
                                "created_at": "2026-01-10T00:00:00Z", "state": "active", "key_hash": key(i)}) + "\n")


def reseal(p):
    def sums(names):
        return "".join("%s  %s\n" % (hashlib.sha256((p / n).read_bytes()).hexdigest(), n) for n in sorted(names))
    (p / "manifest-sha256.txt").write_text(sums(str(f.relative_to(p)) for f in (p / "data").rglob("*") if f.is_file()))
    (p / "tagmanifest-sha256.txt").write_text(sums(line[66:] for line in (p / "tagmanifest-sha256.txt").read_text().splitlines()))


def forged(name, check, path, change):
    shutil.rmtree("forged", ignore_errors=True)
    shutil.copytree("p", "forged")
    p = pathlib.Path("forged")
    (p / path).write_bytes(change((p / path).read_bytes()))
    reseal(p)
    code, out, err, _ = run("packet", "verify", "forged", "--json")
    failed = [c["name"] for c in json.loads(out)["checks"] if c["result"] == "fail"]
    tap(code == 4 and check in failed, name, [c["detail"] for c in json.loads(out)["checks"] if c["result"] == "fail"])


def line(n, change):
    """Change of one line of a CSV, far behind what the section shows; the header is 0."""
    def f(raw):
        lines = raw.split(b"\r\n")
        assert n > SHOWN and n < len(lines) - 1
        lines[n:n + 1] = change(lines[n])
        return b"\r\n".join(lines)
    return f


def section(change):
    def f(raw):
        d = json.loads(raw)
        change(next(t for t in d["tables"] if t["name"] == "keys"))
        return json.dumps(d).encode()
    return f


make()
run("init", "w")
tap(run("-w", "w", "ingest", "requests.jsonl", "inventory.jsonl")[0] in (0, 3), "ingest")
before = sorted(os.listdir("w"))
code, out, err, peak = run("-w", "w", "packet", "build", "--allow-gaps", "-o", "p")
tap(code == 0, "a packet of %d keys is built: %s" % (ROWS + UNUSED, err.splitlines()[:1]))
tap(peak < MOST_KIB or not clean, "in %d MiB" % (peak >> 10))
tap(sorted(os.listdir("w")) == sorted({*before, "access.jsonl"}), "no temporary file is left in the workspace")
# The peak of a child is at least that of this process: measured before anything large is read.
code, out, err, peak = run("packet", "verify", "p")
tap(code == 0 and re.search(r"with \d{5} rows", out), "it verifies")
tap(peak < MOST_KIB // 2 or not clean, "in %d MiB" % (peak >> 10))
rows = list(csv.DictReader(io.StringIO(pathlib.Path("p", LARGE).read_bytes().decode(), newline="")))
tap(len(rows) == ROWS + UNUSED, "every key has a row: %d" % len(rows))
tap(sum(int(r["attempts"]) for r in rows) == ROWS, "every attempt counts once")
owned = sum(1 for r in rows if int(r["attempts"]) and r["owner"])
tap(owned == ROWS // 2 and all(r["owner_basis"] == "key inventory" for r in rows if r["owner"]), "the inventory names the owners: %d" % owned)
t = next(t for t in json.loads(pathlib.Path("p/data/01-scope.json").read_text())["tables"] if t["name"] == "keys")
names = [c["name"] for c in t["columns"]]
cells = [["" if v is None else str(v) for v in r] for r in t["rows"]]
tap(t["count"] == len(rows) and len(cells) == SHOWN and cells == [[r[n] for n in names] for r in rows[:SHOWN]], "the section shows the first and has the count")
page = pathlib.Path("p/index.html").read_text()
tap("%d rows, the first %d here" % (len(rows), 25) in page, "so does the page")
q = json.loads(pathlib.Path("p/data/08-requests/questions.json").read_text())["questions"][0]
tap(q["verdict"] == "not met" and q["measured"].startswith("{:,} of {:,} keys in use at gateway or provider have an owner".format(ROWS // 2, ROWS)), "the verdict counts them all: " + q["measured"])
f = next(f for f in json.loads(pathlib.Path("p/data/08-requests/findings.json").read_text())["findings"] if f["id"] == "key-no-owner")
tap(f["measured"] == "{:,} of {:,} keys in use at gateway or provider".format(ROWS // 2, ROWS), "and so does the finding: " + f["measured"])
r = next(r for r in json.loads(pathlib.Path("p/data/datapackage.json").read_text())["resources"] if r["name"] == "keys")
raw = pathlib.Path("p", LARGE).read_bytes()
tap(r["bytes"] == len(raw) and r["hash"] == "sha256:" + hashlib.sha256(raw).hexdigest(), "size and digest of the table")

run("-w", "w", "packet", "build", "--allow-gaps", "-q", "-o", "p.tar")
os.mkdir("other")
run("-w", "w", "packet", "build", "--allow-gaps", "-q", "-o", "other/p.tar")
tap(pathlib.Path("p.tar").read_bytes() == pathlib.Path("other/p.tar").read_bytes(), "the same bytes again")

at = names.index("attempts")
forged("a word where a number belongs", "schema", LARGE, line(20000, lambda x: [b",".join(b"many" if i == at else c for i, c in enumerate(x.split(b",")))]))
forged("a cell more", "schema", LARGE, line(20000, lambda x: [x + b",1"]))
forged("a line with another end", "schema", LARGE, line(20000, lambda x: [x + b"\n" + x]))
forged("an open quote", "schema", LARGE, line(20000, lambda x: [b'"' + x]))
forged("no end of the last line", "schema", LARGE, lambda raw: raw[:-2])
forged("a row less", "content", LARGE, line(20000, lambda x: []))
forged("a row more", "content", LARGE, line(20000, lambda x: [x, x]))
forged("a secret in a row", "content", LARGE, line(20000, lambda x: [x.replace(b"svc-", SECRET.encode() + b"-", 1)]))
forged("another count", "content", "data/01-scope.json", section(lambda t: t.update(count=t["count"] + 1)))
forged("a row less is shown", "content", "data/01-scope.json", section(lambda t: t["rows"].pop()))
forged("another value is shown", "content", "data/01-scope.json", section(lambda t: t["rows"][-1].__setitem__(at, 2)))

db = sqlite3.connect("w/workspace.db")
db.execute("UPDATE request SET key_alias = ? WHERE rec_no = ?", (SECRET, ROWS - 4))
db.execute("UPDATE meta SET value = 0 WHERE key = 'columns_made'")  # the rows are read, not the columns beside them
db.commit()
db.close()
code, out, err, _ = run("-w", "w", "packet", "build", "--allow-gaps", "-o", "no.zip")
named = LARGE in err or "data/01-scope.json" in err  # rows stand by their tokens: it may be one of the first, which the section has
tap(code == 4 and named and SECRET not in out + err and not os.path.exists("no.zip"), "a secret in a row stops the build: " + err.splitlines()[0])
done()
