#!/usr/bin/env python3
"""What auditkit says of a tenant of tenant.py, against what is true of it.

usage: compare.py AUDITKIT WORKSPACE DIR [--only links,coverage,...] [--many N]

The workspace has ingested DIR. Each point is told as TAP; details of what is wrong follow as comments.
"""
import argparse
import csv
import gzip
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import datetime, timezone

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.dont_write_bytecode = True

import books_check  # noqa: E402
from tap import done, tap  # noqa: E402

NATIVE = {"app-spans": ("app_event", "spanId", "event_id"), "openai-audit": ("audit_event", "id", "event_id")}


class Tenant:
    """Truth, program and the way from a citation to the record that truth names."""

    def __init__(self, program, workspace, folder):
        self.program, self.workspace, self.folder = program, workspace, folder
        with open(os.path.join(folder, "truth.json")) as f:
            self.truth = json.load(f)
        self.records = self.truth["records"]
        self.cite, self.of = {}, {}  # citation -> uid and back
        self.kinds = {}              # citation -> kind, of every record
        self.place()

    def run(self, *args):
        p = subprocess.run([self.program, "-w", self.workspace] + list(args), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return p.returncode, p.stdout.decode(), p.stderr.decode()

    def json(self, *args):
        rc, out, err = self.run(*args)
        try:
            return rc, json.loads(out)
        except ValueError:
            return rc, {"error": err.strip() or "no JSON"}

    def place(self):
        where, native = {}, {}
        for uid, r in self.records.items():
            for file, line in r["at"]:
                where[(r["source"], file, line)] = uid
            if r["source"] in NATIVE:
                native[(r["source"], r["key"][NATIVE[r["source"]][1]])] = uid
        db = sqlite3.connect("file:%s?mode=ro" % os.path.join(self.workspace, "workspace.db"), uri=True)
        lines = {}
        for kind in sorted({r[0] for r in db.execute("SELECT DISTINCT kind FROM export_kind")}):
            for seq, source, file, offset, event in db.execute(
                    "SELECT r.seq, s.name, f.name, r.byte_offset, r.event_id FROM %s r JOIN file f ON f.id = r.file"
                    " JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source WHERE r.state = 0" % kind):
                cite = "%s:%d" % (source, seq)
                self.kinds[cite] = kind
                file = file.replace(".gz", "")
                if source in NATIVE:
                    uid = native.get((source, event))
                else:
                    if (source, file) not in lines:
                        lines[(source, file)] = self.starts(source, file)
                    uid = where.get((source, file, lines[(source, file)].get(offset)))
                if uid:
                    self.cite[cite] = uid
                    self.of[uid] = cite

    def starts(self, source, file):
        """Offset of each line of a file -> its number."""
        out, at = {}, 0
        for root, _, names in os.walk(self.folder):
            for name in names:
                if name.replace(".gz", "") != file:
                    continue
                path = os.path.join(root, name)
                data = gzip.open(path).read() if name.endswith(".gz") else open(path, "rb").read()
                for i, line in enumerate(data.split(b"\n")):
                    out[at] = i + 1
                    at += len(line) + 1
                return out
        return out


def some(notes, most=12):
    notes = list(notes)
    return notes[:most] + (["and %d more" % (len(notes) - most)] if len(notes) > most else [])


# ---- links ----

def read_links(t):
    rc, out, err = t.run("report", "links", "--format", "jsonl")
    rows = [json.loads(x) for x in out.splitlines() if x.startswith("{")]
    return rc, rows, err


def wrong_links(t, rows):
    """Links between records of which truth says that they are not of one call."""
    for r in rows:
        if r["state"] != "linked" or not r.get("to"):
            continue
        a, b = t.cite.get(r["from"]), t.cite.get(r["to"])
        if not a or not b:
            continue
        a, b = t.records[a], t.records[b]
        both = [a, b]
        target = {t.cite[r["from"]], t.cite[r["to"]]}
        for x, other in ((a, r["to"]), (b, r["from"])):
            uid = t.cite[other]
            if x.get("state") == "linked" and t.kinds[other] == "request" and uid not in x["may"]:
                yield "%s -> %s (%s): %s; may be %s" % (r["from"], r["to"], r.get("field"), x["cls"], x["may"][:3])
                break
            if x.get("state") in ("unmatched", "ambiguous") and t.kinds[other] == "request":
                yield "%s -> %s (%s): truth says %s, %s" % (r["from"], r["to"], r.get("field"), x["state"], x["cls"])
                break
        else:
            if all("whose" in x for x in both) and a["whose"] != b["whose"]:
                yield "%s -> %s (%s): of two calls, %s" % (r["from"], r["to"], r.get("field"), sorted(target))


def check_links(t):
    rc, rows, err = read_links(t)
    tap(rc in (0, 3) and bool(rows), "report links answers", [err[:300]] if not rows else [])
    if not rows:
        return
    known = [r for r in rows if r["from"] in t.cite]
    by = defaultdict(list)
    for r in known:
        by[t.cite[r["from"]]].append(r)
        if r["state"] == "linked" and t.cite.get(r["to"]) and t.records[t.cite[r["to"]]].get("second"):
            by[t.cite[r["to"]]].append(dict(r, to=r["from"]))
        for c in r.get("candidates") or []:
            if c in t.cite and t.records[t.cite[c]].get("second"):
                by[t.cite[c]].append(dict(r, candidates=[r["from"]]))
    wrong = list(wrong_links(t, rows))
    tap(not wrong, "0 wrong links of %d" % sum(r["state"] == "linked" for r in rows), some(wrong))
    asked = {u: r for u, r in t.records.items() if r.get("state")}
    silent = [u for u in asked if not by[u]]
    tap(not silent, "every record that could name a call has a row", some("%s %s" % (u, asked[u]["cls"]) for u in silent))
    missed, good = [], 0
    for uid, r in asked.items():
        if r["state"] != "linked" or not by[uid]:
            continue
        hit = {t.cite.get(x["to"]) for x in by[uid] if x["state"] == "linked"}
        if hit & set(r["must"] + r["may"]):
            good += 1
        elif not any(x["state"] in r.get("accept", []) for x in by[uid]):
            missed.append("%s %s: %s, %s; should be %s" % (t.of.get(uid), r["cls"], sorted({x["state"] for x in by[uid]}),
                                                           sorted({str(x.get("reason") or x.get("field")) for x in by[uid]}),
                                                           [t.of.get(u) for u in r["must"][:2]]))
    tap(not missed, "100 %% of what exact ids link (%d)" % (good + len(missed)), some(missed))
    picked, reasons = [], []
    for uid, r in asked.items():
        states = {x["state"] for x in by[uid]}
        if r["state"] == "ambiguous" and by[uid] and not states <= {"ambiguous", "unmatched"}:
            picked.append("%s %s: %s" % (t.of.get(uid), r["cls"], sorted(states)))
        if r["state"] == "ambiguous" and "ambiguous" in states and r.get("candidates"):
            have = {t.cite.get(c) for x in by[uid] for c in x.get("candidates") or []}
            if not set(r["candidates"]) <= have:
                picked.append("%s: candidates %s, should be %s" % (t.of.get(uid), sorted(map(str, have)), r["candidates"]))
        if r["state"] == "unmatched" and by[uid] and states == {"unmatched"}:
            said = {x.get("reason") for x in by[uid]}
            if not said & set(r["reasons"]):
                reasons.append("%s %s: %s, should be one of %s" % (t.of.get(uid), r["cls"], sorted(map(str, said)), r["reasons"]))
    tap(not picked, "what several calls share is ambiguous, with its candidates, and never picked", some(picked))
    tap(not reasons, "reasons of unmatched records", some(reasons))
    fuzzy = [r for r in rows if r["state"] == "linked" and r.get("method") not in ("exact", "normalised")]
    tap(not fuzzy, "nothing is guessed unless --fuzzy is said", some(str(r) for r in fuzzy))
    shape = [str(r) for r in rows if r["state"] not in ("linked", "unmatched", "ambiguous") or (r["state"] == "linked") != bool(r.get("to"))
             or (r["state"] == "unmatched") != bool(r.get("reason")) or (r["state"] == "ambiguous") != bool(r.get("candidates"))]
    tap(not shape, "each row says its state with target, reason or candidates", some(shape))
    days = [str(r) for r in known if r.get("day") and r["day"] != t.records[t.cite[r["from"]]]["day"]]
    tap(not days, "days are those of the record", some(days))


def check_alone(t):
    """A workspace without any gateway: what could be linked says that the other side was not supplied."""
    rc, rows, err = read_links(t)
    tap(rc in (0, 3) and bool(rows), "report links answers without a gateway", [err[:300]] if not rows else [])
    wrong = list(wrong_links(t, rows))
    tap(not wrong, "what still links is of one call", some(wrong))
    asked = [r for r in rows if r["to_kind"] == "request"]
    bad = [str(r) for r in asked if r["state"] != "unmatched" or r["reason"] not in
           ("source not supplied", "no identifier", "nil or sentinel id")]
    tap(bool(asked) and not bad, "nothing links to a gateway, and the reason is the missing source", some(bad))
    nil = [t.cite[r["from"]] for r in asked if r["reason"] in ("no identifier", "nil or sentinel id") and r["from"] in t.cite]
    wrong = [u for u in nil if not t.records[u].get("cls", "").startswith("nil")]
    tap(not wrong, "records without ids say so", some(wrong))


def check_coverage(t):
    _, total = t.json("report", "coverage", "--json")
    _, daily = t.json("report", "coverage", "--by-day", "--json")
    pairs, days = (next((v for k, v in d.items() if isinstance(v, list)), []) for d in (total, daily))
    tap(bool(pairs) and bool(days), "report coverage answers", [str(total)[:300], str(daily)[:300]] if not pairs or not days else [])
    bad = [str(r) for r in pairs + days if "reasons" in r
           and not r["linked"] + r["ambiguous"] + r["unmatched"] == r["total"]]
    bad += [str(r) for r in pairs + days if "reasons" in r and sum(r["reasons"].values()) != r["unmatched"]]
    tap(not bad, "linked + ambiguous + unmatched = total in each pair and day, and reasons sum to unmatched", some(bad))
    sums = defaultdict(Counter)
    for which, rows in (("all", pairs), ("days", days)):
        for r in rows:
            for k in ("linked", "ambiguous", "unmatched", "total"):
                if "reasons" in r:
                    sums[(r["from"], r["to"], r["from_kind"], r["to_kind"], k)][which] += r[k]
    bad = ["%s: %d over all, %d over days" % (k, v["all"], v["days"]) for k, v in sorted(sums.items(), key=str) if v["all"] != v["days"]]
    tap(not bad, "days sum to the whole", some(bad))
    _, rows, _ = read_links(t)
    own = Counter((r["from_source"], r["to_source"], r["from_kind"], r["to_kind"]) for r in rows if r["state"] == "linked")
    firsts = defaultdict(set)
    for r in rows:
        if r["state"] == "linked":
            firsts[(r["from_source"], r["to_source"], r["from_kind"], r["to_kind"])].add(r["from"])
    bad = ["%s: coverage says %d, links %d records" % (k, v["all"], len(firsts[k[:4]])) for k, v in sorted(sums.items(), key=str)
           if k[4] == "linked" and v["all"] not in (len(firsts[k[:4]]), own[k[:4]])]
    tap(not bad, "coverage counts what report links lists", some(bad))


# ---- check ----

# True of the exports whatever is planted: fields that these logs do not have, or leave empty, and the day of the access review.
LACKING = {"gateway-admin": {"request_id"}, "litellm-audit": {"actor_role", "actor_ip", "organization_id", "reason", "request_id"},
           "openai-audit": {"actor_role", "organization_id", "reason", "request_id", "before", "after", "target_id"}}


def true_anyway(t, name, f):
    if name == "admin-event-fields" and f["subject"] == "gateway-admin":
        with open(os.path.join(t.folder, "gateway/admin-audit.csv")) as rows:
            return f["missing"] == {"request_id": sum(not r["request_id"] for r in csv.DictReader(rows))}
    if name == "admin-event-fields":
        return set(f["names"]) <= LACKING.get(f["subject"], set())
    if name == "access-review-overdue":
        with open(os.path.join(t.folder, "grc/access-review.csv")) as rows:
            days = [(datetime.now(timezone.utc) - datetime.fromisoformat(r["reviewed_at"].replace("Z", "+00:00"))).days for r in csv.DictReader(rows)
                    if r["system"] == f["subject"]]
        return len(days) == f["affected"] and min(days) > 92 and max(days) == f["days"]
    return False


def check_findings(t):
    rc, doc = t.json("check", "--json")
    checks = doc.get("checks", [])
    tap(bool(checks), "check answers", [str(doc)[:300]] if not checks else [])
    names = {c["check"] for c in checks}
    said = [(c["check"], f) for c in checks if c["verdict"] == "not met" for f in c.get("findings", [])]
    used = set()
    for w in t.truth["findings"]:
        hits = [i for i, (name, f) in enumerate(said) if name == w["check"] and names_it(t, w, f)]
        used.update(hits)
        tap(bool(hits), "planted %s of %s is found" % (w["check"], w["subject"]),
            [] if hits else some(["no such check"] if w["check"] not in names else
                                 [json.dumps(next(c for c in checks if c["check"] == w["check"]))[:600]]))
    more = ["%s: %s" % (n, json.dumps(f)[:300]) for i, (n, f) in enumerate(said) if i not in used and not (n == "clock" and "clock" in t.truth["plants"])
            and not true_anyway(t, n, f)]
    more += ["%s: not met without a finding" % c["check"] for c in checks if c["verdict"] == "not met" and not c.get("findings")]
    tap(not more, "nothing else is found", some(more))
    tap(rc == (1 if said else 0) or (rc == 3 and not said), "exit code", ["%d" % rc])


def names_it(t, want, finding):
    text = json.dumps(finding)
    if want["check"] == "revoked-key-use":
        return any(x in text for x in (want["subject"], want["key"]["provider_key"])) or \
            any(t.cite.get(c) in want["uses"] for c in finding.get("cites", []))
    if want["subject"] in text:
        return True
    if want["check"] == "residual":  # a share of all that the provider charged
        return finding.get("measure") == "cost"
    return any(want["subject"] in json.dumps(t.records[t.cite[c]]["key"]) for c in finding.get("cites", []) if c in t.cite)


# ---- traces ----

CALL_KINDS = ("request", "app_event", "provider_call", "dlp_verdict")


def cites_of(doc):
    return set(re.findall(r'"([A-Za-z0-9._-]+:\d+)"', json.dumps(doc)))


def check_traces(t, many):
    whole = [i for i in t.truth["interactions"] if i["whole"] and i["members"]]
    classes = defaultdict(list)
    for i in whole:
        kinds = sorted({t.records[m]["source"] for m in i["members"]})
        classes[(i["attempts"], bool(i["entities"]), tuple(kinds))].append(i)
    chosen = [i for _, x in sorted(classes.items(), key=str) for i in x[:1]]
    chosen = sorted(chosen, key=lambda i: (not i["entities"], -i["attempts"], i["members"]))[:many]
    differ, foreign, lacking, asked = [], [], [], 0
    for i in chosen:
        seen = defaultdict(list)
        cites = [t.of[m] for m in i["members"] if m in t.of and t.kinds[t.of[m]] in CALL_KINDS]
        doc = None
        for name in i["ids"] + cites + i["entities"]:
            rc, d = t.json("trace", "reconstruct", name, "--json")
            asked += 1
            seen[d.get("digest") or "%d %s" % (rc, str(d.get("error"))[:160])].append(name)
            doc = d if "digest" in d else doc
        if len(seen) != 1 or doc is None:
            differ.append("%s: %s" % (cites[:1], dict(sorted((k[:90], v) for k, v in seen.items()))))
        if doc is not None:
            named = {c for c in cites_of(doc.get("hops")) if t.kinds.get(c) in CALL_KINDS and c in t.cite}
            foreign += ["%s in the trace of %s" % (c, cites[0]) for c in sorted(named)
                        if t.cite[c] not in i["members"] and t.records[t.cite[c]].get("whose") != t.records[i["members"][0]].get("whose")]
            lacking += ["%s not in the trace of %s" % (c, cites[0]) for c in cites if c not in cites_of(doc)]
    tap(bool(chosen) and not differ, "one digest from each of %d identifiers of %d interactions" % (asked, len(chosen)), some(differ))
    tap(not foreign, "no trace has a record of another call", some(foreign))
    tap(not lacking, "each trace has all its records", some(lacking))


# ---- explain, incidents, clock ----

def check_explain(t):
    wrong = []
    for e in t.truth["explain"][:9]:
        _, doc = t.json("explain", e["id"], "--json")
        cause = t.of.get(e["by"])
        hits = [f for f in doc.get("findings", []) if f.get("question") == e["question"]]
        if not any(cause in (f.get("cites") or []) + [f.get("cause")] for f in hits):
            wrong.append("%s: %s should cite %s: %s" % (e["id"], e["question"], cause, json.dumps(doc)[:400]))
    tap(not wrong, "explain names the cause of %d calls" % len(t.truth["explain"][:9]), some(wrong))


def numbers(doc):
    return set(re.findall(r"-?\d+(?:\.\d+)?", json.dumps(doc)))


def plain(figure):
    """A decimal as the program writes it: no zeros at its end."""
    return figure.rstrip("0").rstrip(".") if "." in figure else figure


def check_blast(t):
    b = t.truth["blast"]
    for name in (b["key"]["alias"], b["key"]["provider_key"]):
        rc, doc = t.json("blast-radius", "--key", name, "--since", b["from"], "--json")
        if "error" in doc:
            rc, doc = t.json("blast-radius", name, "--from", b["from"], "--json")
        text = numbers(doc)
        lacking = [k for k in ("attempts", "end_users") if str(b[k]) not in text]
        models = [m for m in b["models"] if m not in json.dumps(doc)]
        cost = [] if plain(b["gateway_cost"]) in text else ["cost %s" % b["gateway_cost"]]
        tap(not lacking and not models and not cost, "blast radius of %s" % name,
            ["lacks %s %s %s of %s" % (lacking, models, cost, {k: v for k, v in b.items() if k != "requests"}), json.dumps(doc)[:600]]
            if lacking or models or cost else [])


def check_clock(t):
    """Bounds of the clocks of two sources contain the true offset, and are narrow where spans contain calls."""
    rows = {}
    for name in t.truth["clock"]:
        _, doc = t.json("sources", "show", name, "--json")
        for r in walk(doc):
            if isinstance(r, dict) and {"from", "to", "low_ms", "high_ms"} <= set(r):
                rows[json.dumps(r, sort_keys=True)] = r
    true = dict(t.truth["clock"], **{"litellm-prod": 0.0})
    wrong, wide, told = [], [], set()
    for r in rows.values():
        if r["from"] not in true or r["to"] not in true:
            continue
        ahead = (true[r["from"]] - true[r["to"]]) * 1000
        low, high = (float("-inf") if r["low_ms"] is None else r["low_ms"]), (float("inf") if r["high_ms"] is None else r["high_ms"])
        told.add((r["from"], r["to"]))
        if not low <= ahead <= high:
            wrong.append("%s ahead of %s by %.0f ms, bounds %s" % (r["from"], r["to"], ahead, json.dumps(r)))
        if {r["from"], r["to"]} == {"app-spans", "litellm-prod"} and high - low > 500:
            wide.append(json.dumps(r))
    tap(len(told) >= 4, "bounds of %d pairs of clocks are told" % len(told), ["%s" % sorted(told), str(doc)[:400]] if len(told) < 4 else [])
    tap(not wrong, "the bounds contain the true offsets", some(wrong))
    tap(bool(told) and not wide, "spans bound their gateway's clock to half a second", some(wide))


def walk(doc):
    yield doc
    for x in doc.values() if isinstance(doc, dict) else doc if isinstance(doc, list) else ():
        yield from walk(x)


PARTS = {"links": check_links, "alone": check_alone, "coverage": check_coverage, "reconcile": lambda t: books_check.check(t, tap, some), "check": check_findings,
         "clock": check_clock, "explain": check_explain, "blast": check_blast}


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("program")
    ap.add_argument("workspace")
    ap.add_argument("dir")
    ap.add_argument("--only", default="links,coverage,reconcile,check,traces,clock,explain,blast")
    ap.add_argument("--many", type=int, default=6)
    a = ap.parse_args()
    t = Tenant(a.program, a.workspace, a.dir)
    lost = [u for u in t.records if u not in t.of and a.only != "alone"]
    tap(not lost, "every record of the exports is in the workspace (%d)" % len(t.records), some(lost))
    for part in a.only.split(","):
        if part == "traces":
            check_traces(t, a.many)
        else:
            PARTS[part](t)
    done()


if __name__ == "__main__":
    main()
