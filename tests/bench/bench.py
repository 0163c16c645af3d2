#!/usr/bin/env python3
"""Benchmarks, each a ratio in one run, or a figure beside what was asked for (issue: speed and size).

usage: bench.py AUDITKIT SHARED_BENCH_FOLDER [NAME...]   in $BENCH_DIR or the user cache folder; names: see JOBS below
ROWS (500000), PAIRS (3), PAYLOAD_ROWS (100000), USAGE_ROWS (1000000), DAYS (10) of ROWS each for the large workspace.
"""
import json
import os
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time

AUDITKIT, SHARED = os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2])
ROWS, PAIRS = int(os.environ.get("ROWS", 500000)), int(os.environ.get("PAIRS", 3))
PAYLOAD_ROWS, USAGE_ROWS = int(os.environ.get("PAYLOAD_ROWS", 100000)), int(os.environ.get("USAGE_ROWS", 1000000))
DAYS = int(os.environ.get("DAYS", 10))
HERE = os.environ.get("BENCH_DIR") or os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "auditkit-bench")


def say(name, figure, want, good):
    print("%-10s %-66s %s %s" % (name, figure, "want " + want, "" if good else " MISSED"), flush=True)


def run(*argv, expect=(0, 3), **kw):
    """Seconds and peak KiB of a command that must succeed (3: done, with evidence missing, counts as well; 1: findings, of check)."""
    start = time.monotonic()
    p = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=dict(os.environ, XDG_CONFIG_HOME=HERE + "/config"), **kw)
    err = p.stderr.read()
    _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    if p.returncode not in expect:
        sys.exit("%s: exit %d\n%s" % (" ".join(argv), p.returncode, err.decode()))
    return time.monotonic() - start, usage.ru_maxrss


def fresh(name="ws"):
    shutil.rmtree(name, ignore_errors=True)
    run(AUDITKIT, "init", name)
    return name


def duckdb():
    """The peer as a program that runs SQL."""
    if not os.path.exists("package/libduckdb.so"):
        subprocess.run("npm pack --silent @duckdb/node-bindings-linux-x64 >/dev/null && tar xzf duckdb-node-bindings-*.tgz", shell=True, check=True)
    for name, source in (("duckdb_load", SHARED + "/duckdb_load.c"), ("duckdb_sql", os.path.dirname(os.path.abspath(__file__)) + "/duckdb_sql.c")):
        if not os.path.exists(name) or os.path.getmtime(name) < os.path.getmtime(source):
            subprocess.run(["gcc", "-O2", source, "-o", name, "-Lpackage", "-lduckdb", "-Wl,-rpath," + HERE + "/package"], check=True)


def made(name, write):
    if not os.path.exists(name):
        with open(name + ".part", "w") as f:
            write(f)
        os.rename(name + ".part", name)
    return name


def generated(rows, seed=7):
    return made("requests-%d%s.jsonl" % (rows, "" if seed == 7 else "-%d" % seed),
                lambda f: subprocess.run([sys.executable, SHARED + "/gen_requests.py", str(rows), str(seed)], stdout=f, check=True))


def pairs(name, rows, path, peer, most, want, *options):
    subprocess.run(["cat", path], stdout=subprocess.DEVNULL, check=True)
    ours, theirs, peak = [], [], 0
    for _ in range(PAIRS):
        seconds, kib = run(AUDITKIT, "-w", fresh(), "ingest", *options, path)
        ours.append(seconds)
        peak = max(peak, kib)
        for old in ("d.db", "d.db.wal"):
            if os.path.exists(old):
                os.remove(old)
        theirs.append(run(*peer)[0])
    a, b = statistics.median(ours), statistics.median(theirs)
    say(name, "%s rows/s, %.2f s, peer %.2f s, peak %d MiB, ratio %.2f" % (format(int(rows / a), ","), a, b, peak // 1024, a / b),
        want, a / b <= most and peak <= 256 * 1024)


def requests():
    path = generated(ROWS)
    pairs("requests", ROWS, path, ["./duckdb_load", "d.db", path], 1.0, "<= 1.0, 256 MiB")


def payload():
    rng = random.Random(3)
    words = "the quick brown fox jumps over lazy dogs while incident review proceeds with care".split()
    texts = [" ".join(rng.choices(words, k=1640)) for _ in range(50)]

    def write(f):
        with open(generated(PAYLOAD_ROWS)) as lines:
            for line in lines:
                row = json.loads(line)
                row["messages"][0]["content"] = rng.choice(texts)
                row["response"]["choices"][0]["message"]["content"] = rng.choice(texts)
                f.write(json.dumps(row) + "\n")
    path = made("payload-%d.jsonl" % PAYLOAD_ROWS, write)
    pairs("payload", PAYLOAD_ROWS, path, ["./duckdb_load", "d.db", path], 0.7, "<= 0.7, 256 MiB")


def usage():
    def write(f):
        f.write("start_time,end_time,project_id,user_id,api_key_id,model,num_model_requests,input_tokens,output_tokens,input_cached_tokens\n")
        for i in range(USAGE_ROWS):
            t = 1750000000 // 3600 * 3600 + 3600 * (i // 2000)
            f.write("%d,%d,proj_%d,user-%d,key_%d,gpt-4.1-%d,%d,%d,%d,%d\n" %
                    (t, t + 3600, i % 20, i % 50, i % 2000, i % 7, 1 + i % 97, 10 * i % 99991, i % 9973, i % 31))
    path = made("usage-%d.csv" % USAGE_ROWS, write)
    sql = ["create table usage as select * from read_csv('%s')" % path]
    pairs("usage csv", USAGE_ROWS, path, ["./duckdb_sql", "d.db"] + sql, 1.0, "<= 1.0, 256 MiB", "--format", "openai-usage-csv")


def day(n):
    """Another day's rows: ids and times of its own."""
    rules = ["s/chatcmpl-/chatcmpl-%03d/" % n, 's/"trace_id": "..../"trace_id": "%04x/' % n, 's/"call_id": "..../"call_id": "%04x/' % n,
             "s/req_..../req_%04x/" % n, 's/"\\([a-zA-Z]*Time\\)": 175/"\\1": 1%d/g' % (75 + n)]
    return made("day-%d-%d.jsonl" % (ROWS, n), lambda f: subprocess.run(["sed", ";".join(rules), generated(ROWS)], stdout=f, check=True))


def trace_ms(ws):
    with open(generated(ROWS)) as f:
        ids = [json.loads(f.readline())["trace_id"] for _ in range(12)]
    return 1000 * statistics.median(run(AUDITKIT, "-w", ws, "trace", "reconstruct", i)[0] for i in ids)


def lookups(ws, rows):
    ms = trace_ms(ws)
    say("trace", "reconstruct at %s rows: %.0f ms" % (format(rows, ","), ms), "< 50 ms", ms < 50)
    ms = 1000 * run(AUDITKIT, "-w", ws, "trace", "reconstruct", "00000000deadbeef00000000deadbeef", expect=(3,))[0]
    say("trace", "an id that is nowhere, at %s rows: %.0f ms" % (format(rows, ","), ms), "< 100 ms", ms < 100)


def one_day():
    """A workspace of ROWS: trace, packet, verify."""
    ws = fresh("one")
    run(AUDITKIT, "-w", ws, "ingest", generated(ROWS))
    lookups(ws, ROWS)
    seconds, kib = run(AUDITKIT, "-w", ws, "verify")
    say("verify", "%s records/s, %.1f s, peak %d MiB" % (format(int(ROWS / seconds), ","), seconds, kib // 1024), ">= 100,000/s", ROWS / seconds >= 1e5)
    seconds, kib = run(AUDITKIT, "-w", ws, "packet", "build", "--allow-gaps", "--force", "-o", "one.zip")
    say("packet", "build over %s rows: %.1f s, peak %d MiB" % (format(ROWS, ","), seconds, kib // 1024), "< 20 s, 256 MiB",
        seconds < 20 and kib <= 256 * 1024)
    seconds, kib = run(AUDITKIT, "packet", "verify", "one.zip")
    say("packet", "verify of it: %.1f s, peak %d MiB" % (seconds, kib // 1024), "256 MiB", kib <= 256 * 1024)


def joined():
    """ROWS requests with an app event for each and provider usage by minute, key and model: linking, reconciliation, reports."""
    path = generated(ROWS)

    def events(f):
        with open(path) as lines:
            for n, line in enumerate(lines):
                r = json.loads(line)
                f.write('{"event_id": "e-%d", "time": %.6f, "end_time": %.6f, "app": "%s", "event": "answer", "trace_id": "%s", "response_id": "%s"}\n' %
                        (n, r["startTime"] - 0.01, r["endTime"] + 0.01, r["metadata"]["spend_logs_metadata"]["app"], r["trace_id"], r["id"]))

    def used(f):
        rows = {}
        with open(path) as lines:
            for line in lines:
                r = json.loads(line)
                if r["custom_llm_provider"] == "openai" and r["status"] == "success":
                    row = rows.setdefault((int(r["startTime"]) // 60 * 60, r["metadata"]["user_api_key_alias"], r["model"]), [0, 0, 0])
                    for i, v in enumerate((1, r["prompt_tokens"], r["completion_tokens"])):
                        row[i] += v
        f.write("start_time,end_time,project_id,user_id,api_key_id,model,num_model_requests,input_tokens,output_tokens,input_cached_tokens\n")
        for (t, key, model), (n, given, made_) in sorted(rows.items()):
            f.write("%d,%d,proj,,%s,%s,%d,%d,%d,0\n" % (t, t + 60, key.replace("-", "_"), model, n, given, made_))
    ws = fresh("joined")
    whole = 0
    for name, options in ((path, ["--source", "gateway"]), (made("events-%d.jsonl" % ROWS, events), ["--format", "app-events"]),
                          (made("used-%d.csv" % ROWS, used), ["--format", "openai-usage-csv"])):
        whole += run(AUDITKIT, "-w", ws, "ingest", *options, name)[0]
    seconds, kib = run(AUDITKIT, "-w", ws, "report", "coverage")
    say("linking", "%.2f s of %.2f s of ingest, %.1f %%, peak %d MiB" % (seconds, whole, 100 * seconds / whole, kib // 1024), "< 25 %", seconds < whole / 4)
    seconds, kib = run(AUDITKIT, "-w", ws, "report", "reconcile", "--json")
    say("reconcile", "%.2f s, peak %d MiB" % (seconds, kib // 1024), "< 2 s", seconds < 2)
    lookups(ws, ROWS)
    seconds, kib = run(AUDITKIT, "-w", ws, "check", expect=(0, 1, 3))
    say("check", "%.2f s, peak %d MiB" % (seconds, kib // 1024), "< 10 s", seconds < 10)


def reports(ws, rows):
    """What a day asks for, over a workspace of many rows."""
    for name, want, words in (("cost by team and day", 1, ["report", "cost", "--by", "team", "--bucket", "1d"]),
                              ("usage by provider and model", 1, ["report", "usage"]), ("all checks", 10, ["check"])):
        seconds, kib = run(AUDITKIT, "-w", ws, *words, expect=(0, 1, 3))
        say("report", "%s at %s rows: %.2f s, peak %d MiB" % (name, format(rows, ","), seconds, kib // 1024), "< %d s" % want, seconds < want)


def version():
    ms = 1000 * statistics.median(run(AUDITKIT, "--version")[0] for _ in range(21))
    say("--version", "%.1f ms" % ms, "< 10 ms", ms < 10)


def second_day():
    """50,000 rows into an empty workspace and into one of DAYS x ROWS."""
    small = generated(50000, 11)
    empty, large = [], []
    if not os.path.exists("large/complete-%d-%d" % (ROWS, DAYS)):
        ws = fresh("large")
        for n in range(DAYS):
            run(AUDITKIT, "-w", ws, "ingest", "--source", "gateway", day(n + 1))
            os.remove(day(n + 1))
        os.rename(ws, "large.tmp")
        os.makedirs("large")
        os.rename("large.tmp", "large/ws")
        open("large/complete-%d-%d" % (ROWS, DAYS), "w").close()
    for _ in range(PAIRS):
        empty.append(run(AUDITKIT, "-w", fresh(), "ingest", small)[0])
        shutil.rmtree("copy", ignore_errors=True)
        subprocess.run(["cp", "-r", "--reflink=auto", "large/ws", "copy"], check=True)
        os.sync()
        large.append(run(AUDITKIT, "-w", "copy", "ingest", "--source", "gateway", small)[0])
    a, b = statistics.median(large), statistics.median(empty)
    say("second day", "50,000 rows: %.2f s into %s rows, %.2f s into none, ratio %.2f" % (a, format(ROWS * DAYS, ","), b, a / b), "about 1", a / b <= 1.3)
    ids = ["%04x" % 1]
    with open(generated(ROWS)) as f:
        ids = ["%04x" % (1 + n % DAYS) + json.loads(f.readline())["trace_id"][4:] for n in range(12)]
    ms = 1000 * statistics.median(run(AUDITKIT, "-w", "copy", "trace", "reconstruct", i)[0] for i in ids)
    say("trace", "reconstruct at %s rows: %.0f ms" % (format(ROWS * DAYS + 50000, ","), ms), "< 50 ms", ms < 50)
    reports("copy", ROWS * DAYS + 50000)
    shutil.rmtree("copy")


def scanning():
    """The same ingest by a program that looks for no secret and no address (noscan.c), in turns; time of all threads."""
    path, blind = generated(ROWS), os.path.join(os.path.dirname(AUDITKIT), "tests/bench/noscan")
    cpu, wall = {AUDITKIT: [], blind: []}, {AUDITKIT: [], blind: []}
    for _ in range(PAIRS):
        for program in cpu:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            wall[program].append(run(program, "-w", fresh(), "ingest", path)[0])
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu[program].append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    a, b = min(cpu[AUDITKIT]), min(cpu[blind])
    say("scanning", "%.2f of %.2f s of processor time, %.1f %%; %.2f and %.2f s on the clock" %
        (a - b, a, 100 * (a - b) / a, min(wall[AUDITKIT]), min(wall[blind])), "<= 15 %", a - b <= 0.15 * a)


JOBS = {"version": version, "scanning": scanning, "requests": requests, "payload": payload, "usage": usage, "one": one_day, "joined": joined, "day": second_day}


def main():
    os.makedirs(HERE, exist_ok=True)
    os.chdir(HERE)
    names = sys.argv[3:] or list(JOBS)
    if set(names) - {"version", "scanning", "day"}:
        duckdb()
    for name in names:
        JOBS[name]()
    for name in ("ws", "one", "one.zip", "one.zip.receipt.txt", "d.db"):
        shutil.rmtree(name, ignore_errors=True) if os.path.isdir(name) else os.path.exists(name) and os.remove(name)


main()
