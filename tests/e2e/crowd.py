"""Eight processes on one workspace, some of them killed: what is left is what one process would have made of it.

crowd.py AUDITKIT TREE SECONDS   works in the current folder; prints TAP
"""
import json, os, pathlib, random, shutil, signal, subprocess, sys, time

AUDITKIT, TREE, SECONDS = sys.argv[1], sys.argv[2], float(sys.argv[3])
sys.dont_write_bytecode = True
sys.path.insert(0, TREE + "/tests")
from tap import done, tap
SECRET = "sk-" + "ant-api03-" + "Zq7" * 31 + "-AA"
BUSY, ENOUGH = 75, 40
os.environ["XDG_CONFIG_HOME"] = str(pathlib.Path("config").resolve())


def start(argv):
    return subprocess.Popen([AUDITKIT] + argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def run(argv):
    p = start(argv)
    out, err = p.communicate(timeout=120)
    return p.returncode, out, err


def content(w):
    code, out, err = run(["-w", w, "verify", "--json"])
    return json.loads(out)["content_digest"] if code == 0 else "exit %d: %s%s" % (code, out.decode()[-300:], err.decode()[-300:])


def make_input():
    src = pathlib.Path(TREE, "samples")
    shutil.copytree(src / "grc", "grc")
    shutil.copytree(src / "openai", "openai")
    rows = [json.loads(x) for x in (src / "litellm/audit.jsonl").read_text().splitlines()]
    rows[2].update(object_id=SECRET, updated_values=json.dumps({"note": SECRET}))
    pathlib.Path("audit.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    shutil.copy(src / "litellm/slp-2026-06-01_07.jsonl.gz", "slp.jsonl.gz")
    with open("usage.csv", "w") as f:
        f.write("start_time,end_time,project_id,model,num_model_requests,input_tokens,output_tokens\n")
        for i in range(20500):
            t = 1780272000 + 3600 * (i % 336)
            f.write("%d,%d,proj_%d,gpt-4.1,%d,%d,%d\n" % (t, t + 3600, i // 336, i + 1, 10 * i, i))


WRITERS = [["ingest", "grc"], ["ingest", "audit.jsonl"], ["ingest", "slp.jsonl.gz"], ["ingest", "openai"],
           ["ingest", "--format", "openai-usage-csv", "usage.csv"], ["ingest", "audit.jsonl", "grc"]]
READERS = [["status", "--json"], ["sources", "--json"], ["verify", "--json"], ["trace", "reconstruct", "{trace}", "--json"],
           ["show", "{cite}", "--json"], ["packet", "build", "--allow-gaps", "--force", "-q", "-o", "out/p.tar"],
           ["packet", "build", "--allow-gaps", "--force", "-q", "-o", "out/folder"], ["checkpoint"]]


def crowd(names, rng):
    """Until the time is over and enough were started: eight at a time, every third is killed at some moment. Exit codes by command, and oddities."""
    codes, odd, running, started = {}, [], [], 0
    end = time.monotonic() + SECONDS
    while time.monotonic() < end or started < ENOUGH or running:
        while len(running) < 8 and (time.monotonic() < end or started < ENOUGH):
            started += 1
            words = rng.choice(WRITERS if sum(r[1] for r in running) < 3 else READERS)
            argv = ["-w", "w"] + [w.format(**names) for w in words]
            kill_at = time.monotonic() + rng.expovariate(20) if rng.random() < 0.35 else None
            running.append((start(argv), words[0] == "ingest", words, kill_at))
        for r in list(running):
            p, _, words, kill_at = r
            if p.poll() is None and kill_at and time.monotonic() > kill_at:
                p.send_signal(signal.SIGKILL)
            if p.poll() is None:
                continue
            running.remove(r)
            out, err = p.communicate()
            name = words[0]
            codes.setdefault(name, {}).setdefault(p.returncode, 0)
            codes[name][p.returncode] += 1
            killed = p.returncode == -signal.SIGKILL and kill_at
            if p.returncode not in (0, BUSY) and not killed:
                odd.append("%s: exit %d: %s" % (" ".join(words), p.returncode, (out[-200:] + err[-300:]).decode().replace("\n", " | ")))
            if p.returncode == BUSY and b"\nhint: " not in b"\n" + err:
                odd.append("%s: busy without a next step: %s" % (name, err.decode()[-300:]))
            if SECRET.encode() in out + err:
                odd.append("%s prints the secret" % name)
        time.sleep(0.002)
    return codes, odd


def holds_secret():
    return [str(p) for d in ("w", "out") for p in pathlib.Path(d).rglob("*") if p.is_file() and SECRET.encode() in p.read_bytes()]


def inits():
    """The same folder made a workspace by eight at once: one succeeds."""
    ps = [start(["init", "new"]) for _ in range(8)]
    codes = sorted(p.wait() for p in ps)
    for p in ps:
        p.communicate()
    tap(codes[0] == 0 and codes[1] != 0 and set(codes) <= {0, 2, BUSY}, "init by eight at once: one made it", [str(codes)])
    tap(not content("new").startswith("exit"), "it is whole")


def main():
    make_input()
    os.mkdir("out")
    run(["init", "w"])
    run(["-w", "w", "ingest", "grc", "slp.jsonl.gz"])
    shutil.copytree("w", "serial")
    for words in WRITERS:
        run(["-w", "serial"] + words)
    want = content("serial")
    before = content("w")
    tap(not want.startswith("exit") and want != before, "one process after the other")
    ids = subprocess.run(["sqlite3", "w/workspace.db", "SELECT trace_id FROM request WHERE trace_id IS NOT NULL LIMIT 1;"
                          "SELECT 'tickets-csv:' || min(seq) FROM ticket"], stdout=subprocess.PIPE, check=True).stdout.decode().split()
    seed = int(os.environ.get("AK_SEED", "7"))
    codes, odd = crowd({"trace": ids[0], "cite": ids[1]}, random.Random(seed))
    total = sum(sum(c.values()) for c in codes.values())
    lost = sum(c.get(-9, 0) for c in codes.values())
    tap(not odd and total >= ENOUGH and lost >= 5, "%d commands, %d killed: each of the others ends well or is busy" % (total, lost),
        ["%s %s" % (k, sorted(v.items())) for k, v in sorted(codes.items())] + odd[:20])
    tap(not content("w").startswith("exit"), "the workspace is intact", [content("w")])
    tap(not holds_secret(), "no secret stands anywhere", holds_secret())
    for words in WRITERS:
        code, out, err = run(["-w", "w"] + words)
        if code:
            tap(False, "%s afterwards" % " ".join(words), [str(code), err.decode()])
    tap(content("w") == want, "all of it once more: the content of one process after the other", [content("w"), want])
    for form in ("out/p.tar", "out/folder"):
        code, out, err = run(["-w", "w", "packet", "build", "--allow-gaps", "--force", "--json", "-o", form])
        good = code == 0 and run(["packet", "verify", form, "--digest", json.loads(out)["digest"]])[0] == 0
        tap(good, "packet build %s" % form, [err.decode()] if not good else [])
    left = sorted(os.listdir("out"))
    tap(left == ["folder", "folder.annex", "folder.receipt.txt", "p.annex.tar", "p.tar", "p.tar.receipt.txt"], "nothing else is left of those that were killed", left)
    left = sorted(set(os.listdir("w")) - {"workspace.db-wal", "workspace.db-shm"})
    tap(left == ["access.jsonl", "formats", "ingest.lock", "policy.yaml", "workspace.db"], "nor in the workspace", left)
    inits()
    done()


main()
