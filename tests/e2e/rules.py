"""rules.py make DIR | rules.py judge AUDITKIT WORKSPACE CASE: the rules of `check` on a tenant of few lines.

make   writes DIR/{bad,good,bare}: exports in which each rule has something to find, nothing to find, or nothing to go by
judge  runs `check --json` on WORKSPACE and compares verdicts, counts, subjects and cited records with what the rows below say"""
import csv
import json
import os
import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta, timezone

NOW = datetime.now(timezone.utc).replace(microsecond=0)
CALLS = "request_id time key_id app environment team status verdict cost currency provider prompt wonder".split()
EVENTS = ("audit_event_id actor_id actor_role actor_ip organization_id target_type target_id action before after reason request_id created_at ticket_id"
          " user_agent environment").split()
FORMAT = """id: rules-requests
title: requests of rules.t
version: 1
kind: request
status: from docs
container: csv
zone: UTC
detect:
  required: [/request_id, /time, /key_id, /app, /verdict, /prompt]
identity: [event_id]
fields:
  event_id: /request_id
  gateway_request_id: /request_id
  event_start: {path: /time, time: auto}
  key_id: /key_id
  app: /app
  environment: /environment
  team_id: /team
  status_code: /status
  outcome: {path: /status, enum: {"2*": success, "*": failure}}
  policy_verdict: /verdict
  cost_estimated: /cost
  cost_currency: /currency
  provider: /provider
payload:
  prompt: [/prompt]
samples:
"""
POLICY = """version: 1
declared: {by: security, on: 2026-06-01, review_by: 2026-12-01}
scope:
  system: Test
  environments: [prod]
  apps:
    bot: {owner: t-1, purpose: replies}
    loader: {owner: t-1, purpose: loads}
    search: {owner: t-1, purpose: answers}
    files: {owner: t-1, purpose: reads}
  providers: {openai: {region: us, trains: false, keeps_days: 30, contract: C-1}}
redaction: {payload_mode: %(mode)s%(approval)s}
retention:
  request: {keep: %(keep)s, why: tests, delete: job%(archive)s}
  app_event: {keep: 90d, why: tests, delete: job}
  audit_event: {keep: forever, why: law, delete: never}
  usage: {keep: 90d, why: tests, delete: job}
access:
  payload_viewers: [admin]
  export_approvers: [head]
  attestations: [{what: dashboard roles, on: %(attested)s, by: security}]
sources:
  gw: {path: gw.csv, owner: platform}
%(more_sources)slimits: {max_daily_spend: {USD: 150.00, EUR: 300}, max_monthly_spend: {USD: 100000}}
audit:
  hours: {zone: Europe/Berlin, from: "08:00", to: "18:00", holidays: [%(holiday)s]}
  shared_accounts: [%(shared)s]
vocabulary: {environment: [prod, staging], team: [t-1]}
review: {profiles: [%(profile)s]}
"""


def z(t):
    return t.strftime("%Y-%m-%dT%H:%M:%SZ")


def table(path, columns, rows):
    with open(path, "w", newline="") as f:
        out = csv.writer(f)
        out.writerow(columns)
        out.writerows(rows)


def calls(bad):
    """(id, time, key, app, environment, team, status, verdict, cost, currency, provider, prompt, wonder)"""
    rows = []

    def call(day, minute, key, app, environment="prod", team="t-1", status=200, verdict="allowed", cost="0.5", currency="USD", provider="openai", prompt=""):
        rows.append(["r-%03d" % len(rows), "2026-06-%02dT%02d:%02d:00Z" % (day, 9 + minute // 60, minute % 60), key, app, environment, team, status, verdict,
                     cost, currency, provider, prompt, "x" if bad else ""])

    for day in range(1, 9):
        for i in range(5):
            call(day, i, "k-load", "loader")
    for i in range(120 if bad else 6):
        call(9, i, "k-load", "loader", cost="1.5")
    call(9, 0, "k-bot", "bot", cost="200", currency="EUR")
    for app in ("bot", "search", "files") if bad else ("search",) * 3:
        call(2, 0, "k-shared", app)
    for i in range(3):
        call(5, 10 + i, "k-new", "bot", status=403 if bad else 200)
    call(4, 0, "k-bot", "bot", status=401)
    if bad:
        call(3, 0, "k-free", "bot", team="")
        for i in range(2):
            call(3, i, "k-bot", "ghost")
        for i in range(4):
            call(3, i, "k-bot", "bot", environment="prd", team="T-1")
        for i in range(2):
            call(3, i, "k-bot", "bot", provider="mistral_ai")
        for i in range(5):
            call(6, i, "k-bot", "bot", prompt="a prompt that nobody should keep")
    return rows


def events(bad):
    rows = []

    def event(eid, time, actor, action, target, kind="api_key", role="admin", ip="198.51.100.7", reason="planned_change", agent="", before='{"v": 1}', after='{"v": 2}'):
        rows.append([eid, actor, role, ip, "org-1", kind, target, action, before, after, reason, "req-" + eid, time, "", agent, "prod"])

    for i in range(4):
        event("e-home%d" % i, "2026-06-0%dT10:00:00Z" % (i + 1), "user-1", "key.update", "k-bot")
    event("e-night", "2026-06-03T01:00:00Z" if bad else "2026-06-03T11:00:00Z", "user-1", "key.update", "k-load")
    event("e-abroad", "2026-06-05T12:00:00Z", "user-1", "key.update", "k-load", ip="203.0.113.9" if bad else "198.51.100.9")
    event("e-why", "2026-06-03T12:00:00Z", "user-2", "quota.update", "q-1", kind="quota", reason="" if bad else "launch")
    event("e-role", "2026-06-03T12:30:00Z", "user-2", "quota.update", "q-1", kind="quota", role="" if bad else "admin")
    event("e-tool", "2026-06-03T13:00:00Z", "user-2", "routing.update", "chat", kind="route", agent="Terraform/1.5.7" if bad else "Mozilla/5.0 Firefox/128.0")
    event("e-new", "2026-06-05T09:00:00Z", "user-2", "key.create", "k-new", before="", after='{"name": "new"}')
    event("e-shared", "2026-06-04T12:00:00Z", "user-ops" if bad else "user-4", "quota.update", "q-1", kind="quota")
    event("e-in1", "2026-06-04T09:00:00Z", "user-3", "impersonation.start", "cust-1", kind="session", before="", after="")
    if not bad:
        event("e-out1", "2026-06-04T09:20:00Z", "user-3", "impersonation.end", "cust-1", kind="session", before="", after="")
    event("e-in2", "2026-06-04T10:00:00Z", "user-3", "support_session.start", "cust-2", kind="session", before="", after="")
    event("e-out2", "2026-06-04T10:30:00Z", "user-3", "support_session.end", "cust-2", kind="session", before="", after="")
    return rows


def grants(bad):
    reviewed = NOW - timedelta(days=120 if bad else 10)
    used = reviewed - timedelta(days=100 if bad else 5)
    return [[z(reviewed), system, "m%d@example.org" % i, "human", role, scope, "keep", z(used if i == 0 else reviewed)]
            for i, (system, role, scope) in enumerate((("gateway", "viewer", "payload" if bad else "metadata"), ("gateway", "admin", "payload"),
                                                       ("store", "viewer", "metadata"), ("store", "admin", "payload")))]


def make(folder):
    for case in ("bad", "good", "bare"):
        bad, d = case == "bad", os.path.join(folder, case)
        os.makedirs(d)
        if case != "bare":
            table(d + "/gw.csv", CALLS if bad else CALLS[:-1], [r if bad else r[:-1] for r in calls(bad)])
            table(d + "/admin.csv", EVENTS, events(bad))
            table(d + "/review.csv", "reviewed_at system principal principal_type role log_scope state last_used_at".split(), grants(bad))
            table(d + "/keys.csv", "key_id alias owner owner_type app team environment state created_at".split(),
                  [["k-" + k, k, "t-1", "team", "", "t-1", "prod", "active", "2026-01-01T00:00:00Z"] for k in ("load", "bot", "shared", "new")])
            table(d + "/apps.csv", "event_id time app event user trace_id".split(), [["a-%d" % i, "2026-06-01T10:0%d:00Z" % i, "bot", "asked", "svc", "" if bad else "t-%d" % i]
                                                                                     for i in range(4)])
        if case == "good":
            table(d + "/usage.csv", "start_time end_time start_time_iso end_time_iso model input_tokens output_tokens num_model_requests".split(),
                  [[1780272000, 1780358400, "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z", "gpt-4.1", 10, 20, 3]])
            with open(d + "/config.json", "w") as f:
                json.dump({"snapshot_id": "s-1", "captured_at": "2026-06-01T00:00:00Z", "system": "gw", "settings": {"a": 1}}, f)
        table(d + "/tickets.csv", "ticket_id title state resource_type resource_id requested_by approver created_at closed_at".split(),
              [["CHG-1", "A change", "approved", "route", "chat", "p1@example.org", "p2@example.org", "2026-06-01T00:00:00Z", "2026-06-01T01:00:00Z"]])
        with open(d + "/countries.csv", "w") as f:
            f.write("network,country\n198.51.100.0/24,DE\n203.0.113.0,203.0.113.255,BR\n")


def policy(case, shared):
    bad = case == "bad"
    return POLICY % {"mode": "metadata-only", "approval": "", "keep": "unknown" if bad else "90d",
                     "archive": ", archive: s3 logs" + ("" if bad else ", archive_proof: {lock: worm, on: %s, by: ops}" % (NOW - timedelta(days=30)).date()),
                     "attested": (NOW - timedelta(days=120 if bad else 20)).date(), "more_sources": "  console: {export: dashboard}\n" if bad else "",
                     "holiday": "2026-12-25" if bad else "2026-12-24", "shared": shared, "profile": "internal-audit" if bad else "incident"}


def when(prefix):
    return lambda key: key.startswith(prefix)


# rule: (of, {subject: (affected, cited event or request ids)}) of `bad`; None: not looked at here. ids: None = nothing is cited.
def wanted():
    c = [dict(zip(CALLS, r)) for r in calls(True)]
    e = [dict(zip(EVENTS, r)) for r in events(True)]
    ids = lambda test: [r["request_id"] for r in c if test(r)]
    ten = lambda names: sorted(names)[:10]
    day = lambda r, d: r["time"].startswith("2026-06-%02d" % d)
    ghost, prd, free = ids(lambda r: r["app"] == "ghost"), ids(lambda r: r["environment"] == "prd"), ids(lambda r: r["key_id"] == "k-free")
    mistral, prompts = ids(lambda r: r["provider"] == "mistral_ai"), ids(lambda r: r["prompt"])
    refused, spent = ids(lambda r: r["status"] == 403), ids(lambda r: day(r, 9) and r["currency"] == "USD")
    of_keys = [x for x in e if x["target_type"] == "api_key"]
    return {
        "shared-key": (5, {"k-shared": (1, ids(lambda r: r["key_id"] == "k-shared")), "k-free": (1, free),
                           "k-bot": (1, ids(lambda r: r["key_id"] == "k-bot")[:1] + ghost[:1])}),  # bot and ghost
        "payload-against-mode": (len(c) + 4, {"gw": (5, prompts)}),
        "payload-seen-by-all": (4, {"gateway": (2, ["m0", "m1"])}),
        "source-not-exported": (2, {"console": (1, None)}),
        "source-without-ids": (2, {"apps": (1, ["a-0", "a-1", "a-2", "a-3"])}),
        "evidence-missing": (9, {"internal-audit": (2, None)}),  # usage and cost
        "retention-not-chosen": (3, {"request": (1, None)}),
        "archive-unproven": (1, {"request": (1, None)}),
        "attestation-overdue": (1, {"dashboard roles": (1, None)}),
        "access-stale": (4, {"gateway": (1, ["m0"])}),
        "access-review-overdue": (4, {"gateway": (2, ["m0", "m1"]), "store": (2, ["m2", "m3"])}),
        "reason-missing": (len(e), {"quota.update": (1, ["e-why"])}),
        "admin-event-fields": (len(e), {"admin": (2, ["e-role", "e-why"])}),
        "automated-as-human": (1, {"admin": (1, ["e-tool"])}),
        "shared-account": (len(e), {None: (1, ["e-shared"])}),
        "admin-outside-hours": (len(of_keys), {None: (1, ["e-night"])}),
        "admin-country": (len(e), {None: (1, ["e-abroad"])}),
        "session-without-end": (2, {"cust-1": (1, ["e-in1"])}),
        "change-before-suspicion": (len(refused) + 1, {"k-new": (3, ["e-new"] + refused)}),
        "usage-anomaly": (2, {"k-load": (1, ten(ids(lambda r: r["key_id"] == "k-load" and day(r, 9))))}),
        "unexpected-spend": (len(c), {"gw": (120, ten(spent))}),
        "scope-undeclared": (len(c), {"ghost": (2, ghost[:1]), "prd": (4, prd[:1]), "k-free": (1, free)}),
        "provider-undeclared": (2, {"mistral_ai": (1, mistral[:1])}),
        "owner-vocabulary": (2 * len(c) - 1 + 8, {"prd": (4, prd[:1]), "T-1": (4, prd[:1])}),
        "undocumented-fields": (1, {"gw /wonder": (1, None)}),
    }


class Workspace:
    def __init__(self, path):
        self.db = sqlite3.connect("file:%s/workspace.db?mode=ro" % path, uri=True)
        self.grants = [r[0] for r in self.db.execute("SELECT seq FROM access_grant ORDER BY seq")]

    def name(self, cite):
        seq = int(cite.split(":")[-1])
        if seq in self.grants:
            return "m%d" % self.grants.index(seq)
        for kind in ("request", "audit_event", "app_event", "usage", "api_key"):
            row = self.db.execute("SELECT event_id FROM %s WHERE seq = ?" % kind, (seq,)).fetchone()
            if row:
                return row[0]
        return cite


def judge(program, path, case):
    w = Workspace(path)
    out = subprocess.run([program, "-w", path, "check", "--json"] + (["--countries", case + "/countries.csv"] if case != "bare" else []), capture_output=True, text=True)
    doc = json.loads(out.stdout)
    rules, bad = {k["check"]: k for k in doc["checks"]}, []
    for name, (of, found) in wanted().items():
        k = rules[name]
        if case == "bare":
            if k["verdict"] != "not evaluable" and name not in ("undocumented-fields",) or k["verdict"] == "not evaluable" and not k.get("why"):
                bad.append("%s: %s of nothing (%s)" % (name, k["verdict"], k.get("why")))
            continue
        if case == "good":
            if k["verdict"] != "met" or (not k["of"] and name != "undocumented-fields"):
                bad.append("%s: %s of %d, %s %s" % (name, k["verdict"], k["of"], k.get("why"), [f["text"] for f in k["findings"]]))
            continue
        have = {}
        for f in k["findings"]:
            subject = f["subject"] if f["subject"] in found or None not in found else None
            affected, cites = have.get(subject, (0, []))
            have[subject] = (affected + f.get("affected", 1), sorted(set(cites + [w.name(c) for c in f["cites"]])))
        want = {s: (n, sorted(ids or [])) for s, (n, ids) in found.items()}
        if k["verdict"] != "not met" or k["of"] != of or have != want:
            bad.append("%s: %s of %d (not %d)\n#   have %s\n#   want %s" % (name, k["verdict"], k["of"], of, have, want))
    print("\n".join(bad) if bad else "ok %d" % len(wanted()))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2])
    elif sys.argv[1] == "policy":
        print(policy(sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else ""))
    elif sys.argv[1] == "format":
        print(FORMAT, end="")
    else:
        judge(*sys.argv[2:5])
