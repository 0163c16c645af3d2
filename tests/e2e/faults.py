"""Every command under injected faults: the right result, or a clear error of the exit table.

faults.py AUDITKIT TREE SHIMS calls   a call fails, is cut short or is interrupted (faultshim.c)
faults.py AUDITKIT TREE SHIMS memory  an allocation fails (allocshim.c)

Works in the current folder; prints TAP. AK_LONG=1 takes every call and every chain of callers that allocates, otherwise
a sample. After each fault: no crash, no other answer than that of an undisturbed run, the workspace intact, a planted secret nowhere, and
the same command run again gives what it would have given.
"""
import hashlib, json, os, pathlib, random, re, shutil, subprocess, sys

AUDITKIT, TREE, SHIMS, DOMAIN = sys.argv[1:5]
sys.dont_write_bytecode = True
sys.path.insert(0, TREE + "/tests")
from tap import done, tap
LONG = bool(os.environ.get("AK_LONG"))
# Some commands, or all but some.
ONLY, SKIP = (os.environ.get(v, "").split(",") for v in ("AK_ONLY", "AK_SKIP"))
SECRET = "sk-" + "ant-api03-" + "Zq7" * 31 + "-AA"
USAGE_ROWS = 22000  # two transactions
KEYS = pathlib.Path("config")
os.environ["XDG_CONFIG_HOME"] = str(KEYS.resolve())


class Command:
    """argv, what it works on (copied fresh for each try unless it only reads), and how its result is told."""

    def __init__(self, name, argv, on="whole", writes=False, share=1.0, result="stdout", also=(), cheap=False):
        self.name, self.argv, self.on, self.writes, self.result = name, argv, on, writes, result
        self.share = share  # of the points of a short run, 0 = it has none
        self.cheap = cheap  # every twentieth call is struck in a short run, too
        self.also = set(also)  # exit codes of this command under a fault, besides those of the fault


COMMANDS = [
    Command("init", "init w", on=None, writes=True, result="made", also={2, 75}),  # cannot look: the folder is taken
    Command("ingest", "-w w ingest in", on="empty", writes=True, result="content", also={3, 5}),  # an input, or its rest, is listed
    Command("ingest resumed", "-w w ingest --format openai-usage-csv usage.csv", on="half", writes=True, share=0.1, result="content", also={3, 5}),
    Command("ingest strict", "-w w ingest --strict in", on="empty", writes=True, share=0.3, result="content", also={3, 5}),
    Command("status", "-w w status --json"),
    Command("trace reconstruct", "-w w trace reconstruct {trace} --json"),
    Command("show", "-w w show {cite} --json"),
    Command("verify", "-w w verify --json"),
    Command("sources show", "-w w sources show tickets-csv --json"),
    Command("formats check", "formats check {mapping} --json"),
    Command("packet build folder", "-w w packet build --allow-gaps --force -o out/p --json", share=0, result="packet"),
    Command("packet build tar", "-w w packet build --allow-gaps --force -o out/p.tar --json", share=0.3, result="packet"),
    Command("packet build zip", "-w w packet build --allow-gaps --force -o out/p.zip --json", share=0, result="packet"),
    Command("packet verify", "packet verify good.tar --digest {digest} --json", cheap=True),
    Command("packet verify zip", "packet verify good.zip --digest {digest} --json"),
]

IO, LIMIT = {74}, {71, 74}  # SQLite tells a file that cannot be opened in one way only
# fault: exit codes it may end with besides the undisturbed one; whether it goes on striking; how many points in a short run
FAULTS = {
    "calls": [("eio", IO, False, 6), ("eio", IO, True, 2), ("full", IO, False, 3), ("full", IO, True, 3),
              ("limit", LIMIT, False, 2), ("limit", LIMIT, True, 1), ("eintr", set(), False, 2), ("short", set(), False, 2),
              ("short", set(), True, 1)],
    "memory": [("memory", LIMIT, False, 12), ("memory", LIMIT, True, 3)],
}
# Callers are told by their addresses, which must be the same in every run.
FIXED = ["setarch", "-R"] if shutil.which("setarch") and subprocess.run(["setarch", "-R", "true"]).returncode == 0 else []
struck = set()
proven = set()  # what was left by a fault, after which the workspace was sound and the command gave what it should


def run(argv, before=(), **env):
    p = subprocess.run([*before, AUDITKIT] + argv, env={**os.environ, **env}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=120)
    return p.returncode, p.stdout, p.stderr


def shim(fault, **more):
    return {"LD_PRELOAD": "%s/%s.so" % (SHIMS, "allocshim" if fault == "memory" else "faultshim"), "FAULT": fault, **more}


def content(w):
    code, out, _ = run(["-w", w, "verify", "--json"])
    return json.loads(out)["content_digest"] if code == 0 else "exit %d" % code


def clear(path):
    shutil.rmtree(path, ignore_errors=True)


def fresh(c):
    clear("w")
    clear("out")
    os.mkdir("out")
    if c.on:
        shutil.copytree(c.on, "w")
    else:
        clear(KEYS)


def made():
    """What init leaves: a workspace that verifies and the folder of its keys, nothing else."""
    ids = [p.name for p in (KEYS / "auditkit" / "keys").glob("*")]
    code, out, _ = run(["-w", "w", "status", "--json"])
    return code, len(ids), sorted(p.name for p in pathlib.Path("w").glob("*")), content("w")


def outcome(c, stdout):
    if c.result == "made":
        return made()
    if c.result == "content":
        return content("w")
    if c.result == "packet":
        form = c.argv[c.argv.index("-o") + 1]
        code, out, _ = run(["packet", "verify", form, "--digest", json.loads(stdout)["digest"]])
        return code, json.loads(stdout)["digest"], sorted(os.listdir("out"))
    return stdout


def leaks(*outputs):
    found = [str(p) for d in ("w", "out") for p in pathlib.Path(d).rglob("*") if p.is_file() and SECRET.encode() in p.read_bytes()]
    return found + ["what is printed" for o in outputs if SECRET.encode() in o]


def speaks(code, out, err):
    """A message that names what it is about, and a next step."""
    text = err.decode()
    if code in (3, 5):  # an input that could not be read to its end stands in the report
        return b"cannot " in out and b"hint:" in out
    if "out of memory" in text:
        return True
    return re.search(r"^auditkit: .*'[^']+'", text, re.M) is not None and "\nhint: " in "\n" + text


def wrong(c, want, code, out, err, may):
    """What is wrong about a run under a fault, and about the same run after it; None when nothing is."""
    if code < 0 or code in (70, 127, 134):
        return "crash: exit %d: %s" % (code, err.decode()[-200:])
    if code != want["code"] and code not in may | (c.also if may else set()):
        return "exit %d: %s" % (code, err.decode()[-300:].replace("\n", " | "))
    if code != want["code"] and not speaks(code, out, err):
        return "exit %d says only: %s" % (code, err.decode()[-300:].replace("\n", " | "))
    if code == want["code"] and outcome(c, out) != want["outcome"]:
        return "another result: %s" % str(outcome(c, out))[:300]
    if leaks(out, err):
        return "the secret stands in %s" % leaks(out, err)
    return None


def left(c):
    """What there is now, byte by byte; lines of the log of accesses by their number, for they hold the time."""
    h = hashlib.sha256(c.name.encode())
    for p in sorted(p for d in ("w", "out") for p in pathlib.Path(d).rglob("*") if p.is_file()):
        data = p.read_bytes()
        if p.name == "access.jsonl":
            data = b"%d lines, then %s" % (data.count(b"\n"), data.rpartition(b"\n")[2])
        h.update(b"%s %d " % (str(p).encode(), len(data)) + data)
    return h.digest()


def wrong_after(c, want):
    state = left(c)
    if state in proven:
        return None
    why = wrong_now(c, want)
    if not why:
        proven.add(state)
    return why


def wrong_now(c, want):
    if not c.writes and content("w" if c.on else "whole") != want["before"]:
        return "the workspace is no longer what it was: %s" % content("w")
    if not c.writes and c.result != "packet":
        return None
    code, out, err = run(c.argv)
    if c.name == "init" and code == 2 and b"is a workspace already" in err:
        code = 0
    if code != want["code"]:
        return "run again: exit %d: %s" % (code, err.decode()[-300:].replace("\n", " | "))
    if outcome(c, out) != want["outcome"]:
        return "run again: another result: %s" % str(outcome(c, out))[:300]
    return "run again: the secret stands in %s" % leaks(out, err) if leaks(out, err) else None


def places(on):
    """Numbers of the allocations whose callers no command before has struck."""
    rows = [x.split() for x in pathlib.Path("places").read_text().splitlines()]
    fresh_ones = [int(n) for n, chain in rows if (chain, on) not in struck]
    struck.update((chain, on) for n, chain in rows)
    return fresh_ones


def points(c, fault, on, few):
    """Numbers of the calls to strike."""
    fresh(c)
    run(c.argv, FIXED if fault == "memory" else (), **shim(fault, FAULT_COUNT="n", FAULT_PLACES="places"))
    n = int(pathlib.Path("n").read_text())
    every = places(on) if fault == "memory" else list(range(1, n + 1))
    if on:
        every = every[::7]
    rng = random.Random(c.name + fault)
    if LONG or c.cheap and fault in ("eio", "eintr") and not on:
        return n, every[:: 1 if LONG else 20]
    few = max(1, int(few * c.share / (9 if fault == "memory" else 5) + 0.5))
    return n, sorted(rng.sample(every, min(few, len(every))))


def sweep(c, want, fault, may, on, few):
    n, at = points(c, fault, on, few)
    bad, codes = [], {}
    for k in at:
        fresh(c)
        more = {"FAULT_AT": str(k), "FAULT_SAYS": "says"}
        try:
            code, out, err = run(c.argv, **shim(fault, **more, **({"FAULT_ON": "1"} if on else {})))
            why = wrong(c, want, code, out, err, may) or wrong_after(c, want)
        except subprocess.TimeoutExpired:
            code, why = "hangs", "no end after two minutes"
        codes[code] = codes.get(code, 0) + 1
        if why:
            says = pathlib.Path("says").read_text().strip() if fault != "memory" and os.path.exists("says") else ""
            bad.append("%s %d %s: %s" % (fault, k, says, why))
    name = "%s: %s%s at %d of %d, exits %s" % (c.name, fault, " and on" if on else "", len(at), n,
                                               " ".join("%s:%d" % x for x in sorted(codes.items(), key=str)))
    tap(not bad and n > 0, name, bad[:400 if LONG else 8])


def make_input():
    """Samples of several formats, plain, gzip and in an archive, one with a key in every free place."""
    import gzip, tarfile

    src = pathlib.Path(TREE, "samples")
    shutil.copytree(src / "grc", "in")
    lines = (src / "litellm/audit.jsonl").read_text().splitlines()[:12]
    row = json.loads(lines[3])
    row.update(object_id=SECRET, updated_values=json.dumps({"note": SECRET}))
    row[SECRET] = SECRET
    pathlib.Path("in/audit.jsonl").write_text("\n".join(lines[:3] + [json.dumps(row)] + lines[3:]) + "\n")
    calls = gzip.open(src / "litellm/slp-2026-06-01_07.jsonl.gz", "rt").read().splitlines()[:40]
    first = json.loads(calls[0])
    first.update(end_user=SECRET, error_str="refused: " + SECRET)
    with gzip.open("in/slp.jsonl.gz", "wt") as f:
        f.write("\n".join([json.dumps(first)] + calls[1:]) + "\n")
    with tarfile.open("in/pages.tar.xz", "w:xz") as t:
        t.add(src / "openai/audit-page1.json", "page1.json")
    with open("usage.csv", "w") as f:
        f.write("start_time,end_time,project_id,model,num_model_requests,input_tokens,output_tokens\n")
        for i in range(USAGE_ROWS):
            t = 1780272000 + 3600 * (i % 336)
            f.write("%d,%d,proj_%d,gpt-4.1,%d,%d,%d\n" % (t, t + 3600, i // 336, i + 1, 10 * i, i))


def make_workspaces():
    run(["init", "empty"])
    shutil.copytree("empty", "whole")
    code, out, err = run(["-w", "whole", "ingest", "in", "--json"])
    tap(code == 0 and content("whole") != content("empty"), "an undisturbed ingest", [err.decode()] if code else [])
    tap(SECRET in open("in/audit.jsonl").read() and b"sk-ant" not in b"".join(p.read_bytes() for p in pathlib.Path("whole").glob("*.db")),
        "the input holds a secret, the workspace does not")
    # Killed after the first of its two transactions.
    n = 100
    while not pathlib.Path("half").exists() or rows("half") == 0:
        n += 60
        clear("half")
        shutil.copytree("empty", "half")
        run(["-w", "half", "ingest", "--format", "openai-usage-csv", "usage.csv"], **killer(n))
    tap(rows("half") not in (0, USAGE_ROWS), "half of a large file: %d rows" % rows("half"))


def killer(n):
    return {"LD_PRELOAD": SHIMS + "/killshim.so", "KILL_AT": str(n), "KILL_HOW": "before"}


def sql(w, text):
    return subprocess.run(["sqlite3", w + "/workspace.db", text], stdout=subprocess.PIPE, check=True).stdout.decode().split()


def rows(w):
    return int(sql(w, "SELECT count(*) FROM usage")[0])


def main():
    make_input()
    make_workspaces()
    for form in ("good.tar", "good.zip"):
        run(["-w", "whole", "packet", "build", "--allow-gaps", "-o", form])
    names = {"trace": sql("whole", "SELECT trace_id FROM request WHERE trace_id IS NOT NULL LIMIT 1")[0], "cite": "tickets-csv:%s" % sql("whole", "SELECT min(seq) FROM ticket")[0], "mapping": TREE + "/src/formats/tickets-csv.yaml",
             "digest": re.search(r"sha256 (\w+)", pathlib.Path("good.tar.receipt.txt").read_text()).group(1)}
    shutil.copytree(KEYS, "keys")
    for c in COMMANDS:
        if c.name in SKIP or ONLY != [""] and c.name not in ONLY:
            continue
        clear(KEYS)
        shutil.copytree("keys", KEYS)
        c.argv = [w.format(**names) for w in c.argv.split()]
        fresh(c)
        before = content("w") if c.on else None
        code, out, err = run(c.argv)
        want = {"code": code, "outcome": outcome(c, out), "before": before}
        fresh(c)
        code, out, _ = run(c.argv)
        same = (code, outcome(c, out)) == (want["code"], want["outcome"]) and code == 0
        tap(same, "%s gives the same twice" % c.name, [] if same else [str(code), err.decode()])
        if not c.share and not LONG:  # is struck in another form
            continue
        for fault, may, on, few in FAULTS[DOMAIN]:
            sweep(c, want, fault, may, on, few)
    done()


main()
