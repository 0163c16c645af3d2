"""search.py AUDITKIT WORKSPACE PERSON: every filter, many expressions, against Python over the same rows. PERSON: an e-mail address of an actor.

The rows come from SQLite, the meaning of a test from the words of auditkit-search(1); nothing is shared with the program."""
import json, os, re, sqlite3, subprocess, sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal

program, workspace, person = sys.argv[1:4]
long = bool(os.environ.get("AK_LONG"))
db = sqlite3.connect("file:%s/workspace.db?mode=ro" % workspace, uri=True)
db.row_factory = sqlite3.Row
KINDS = ["request", "audit_event", "app_event", "usage", "ticket", "access_grant", "api_key", "provider_call", "dlp_verdict", "quota_event",
         "settlement", "price", "config_snapshot"]
rows, columns = {}, {}
superseded = {r[0] for r in db.execute("SELECT seq FROM superseded")}
sources = dict(db.execute("SELECT f.id, s.name FROM file f JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source").fetchall())
for k in KINDS:
    columns[k] = {r[1] for r in db.execute("PRAGMA table_info(%s)" % k)}
    rows[k] = [dict(r) for r in db.execute("SELECT * FROM %s WHERE state = 0" % k) if r["seq"] not in superseded]


def when(r):
    return (r["time_us"] is None, r["time_us"] or 0, r["seq"])


def run(*args):
    p = subprocess.run([program, "-w", workspace, "search", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if p.returncode:
        return p.returncode, p.stderr.decode()
    return p.returncode, p.stdout.decode()


def us(text):
    d = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return int((d - datetime(1970, 1, 1, tzinfo=timezone.utc)) / timedelta(microseconds=1))


def has(k, *names):
    return any(n in columns[k] for n in names)


def eq(value, *names):
    """One of the fields is the value."""
    return (lambda k: has(k, *names)), (lambda r: any(r.get(n) == value for n in names))


def common(column, kind="request"):
    """A value that some records have and others have not."""
    v = db.execute("SELECT %s, count(*) FROM %s WHERE %s IS NOT NULL GROUP BY 1 ORDER BY 2, 1 LIMIT 1 OFFSET 0" % (column, kind, column)).fetchone()
    return v[0] if v else "nobody"


tokens = {r[0] for k in ("audit_event", "request") for c in ("actor_id", "actor_email")
          for r in db.execute("SELECT DISTINCT %s FROM %s WHERE %s IS NOT NULL" % (c, k, c))}
words = lambda s: [w for w in re.split(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])", s) if w]
any_action = lambda *set_: ((lambda k: has(k, "action")), (lambda r: r.get("action") and any(w.lower() in set_ for w in words(r["action"]))))
number = lambda r, c: None if r.get(c) is None else Decimal(str(r[c]))
cost = lambda r, test: any(number(r, c) is not None and test(number(r, c)) for c in ("cost_estimated", "cost_billed"))
status = lambda r, a, b: r.get("status_code") is not None and a <= r["status_code"] <= b
request = lambda k: k == "request"
cases = []


def case(args, applies, matches):
    cases.append((args, applies, matches))


for name, fields in {
        "category": ["category"], "resource": ["resource_type", "resource_id", "resource_name"], "resource-type": ["resource_type"],
        "resource-id": ["resource_id"], "model": ["request_model", "response_model"], "requested-model": ["request_model"],
        "served-model": ["response_model"], "provider": ["provider"], "key": ["key_id", "key_hash", "key_alias"], "project": ["project_id", "project_name"],
        "team": ["team_id", "team_name"], "env": ["environment"], "cost-center": ["cost_center"], "app": ["app"], "org": ["organization_id"],
        "endpoint": ["endpoint", "endpoint_family"], "outcome": ["outcome"], "error": ["error_type"], "cache": ["cache_status"], "reason": ["reason_code"],
        "ticket": ["ticket_id"], "line-item": ["line_item"], "end-user": ["end_user_id"], "tenant": ["tenant_id"], "ip": ["client_address", "client_network"],
        "region": ["region"]}.items():
    for kind in KINDS:
        column = next((f for f in fields if f in columns[kind] and any(r[f] for r in rows[kind])), None)
        if column:
            value = common(column, kind)
            case(["--" + name, value], *eq(value, *fields))
            break
for token in sorted(tokens)[:2]:
    case(["--user", token], *eq(token, "actor_id", "actor_email"))
case(["--status", "429"], lambda k: has(k, "status_code"), lambda r: r.get("status_code") == 429)
case(["--status", "4xx", "--status", "503"], lambda k: has(k, "status_code"), lambda r: status(r, 400, 499) or r.get("status_code") == 503)
case(["--dlp", "flagged"], lambda k: has(k, "policy_verdict"), lambda r: r.get("policy_verdict") in ("flagged", "redacted", "blocked"))
case(["--dlp", "clean"], lambda k: has(k, "policy_verdict"), lambda r: r.get("policy_verdict") == "allowed")
case(["--dlp", "blocked"], lambda k: has(k, "policy_verdict"), lambda r: r.get("policy_verdict") == "blocked")
case(["--action", "delete"], *any_action("delete", "deleted", "deletion", "remove", "removed", "destroy", "destroyed", "purge", "purged"))
case(["--action", "create"], *any_action("create", "created", "creation", "add", "added", "insert", "generate", "generated", "new", "post"))
case(["--action", "invite"], *any_action("invite", "invited", "invitation", "invites"))
case(["--action", "export"], *any_action("export", "exported", "download", "downloaded"))
applies, login = any_action("login", "logged", "signin", "logon", "authenticate", "authenticated")
case(["--action", "login"], applies, lambda r: login(r) or r.get("category") == "login")
case(["--action", "role.assignment.created"], *eq("role.assignment.created", "action"))
case(["--action", "api_*"], lambda k: has(k, "action"), lambda r: (r.get("action") or "").lower().startswith("api_"))
case(["--source", "openai-audit"], lambda k: True, lambda r: sources[r["file"]] == "openai-audit")
case(["--category", "keys", "--category", "quota", "--outcome", "success"], lambda k: has(k, "category") and has(k, "outcome"),
     lambda r: r.get("category") in ("keys", "quota") and r.get("outcome") == "success")
for expression, applies, matches in [
        ("status >= 500 and cost > 0.01", request, lambda r: status(r, 500, 999) and cost(r, lambda c: c > Decimal("0.01"))),
        ("status>=400 or cost>0.02", request, lambda r: status(r, 400, 999) or cost(r, lambda c: c > Decimal("0.02"))),
        ("not (status = 200)", request, lambda r: r.get("status_code") != 200),
        ("status != 200", request, lambda r: r.get("status_code") not in (None, 200)),
        ("error_type is missing and not outcome = success", request, lambda r: r.get("error_type") is None and r.get("outcome") != "success"),
        ("error_type is not missing", request, lambda r: r.get("error_type") is not None),
        ("model in ('gpt-4.1-2025-04-14', \"gpt-4.1-mini-2025-04-14\") and cache = hit", request, lambda r: r.get("cache_status") == "hit" and
         any(r.get(c) in ("gpt-4.1-2025-04-14", "gpt-4.1-mini-2025-04-14") for c in ("request_model", "response_model"))),
        ("model not in ('gpt-4.1-2025-04-14')", request, lambda r: (r["request_model"] or r["response_model"]) and
         "gpt-4.1-2025-04-14" not in (r["request_model"], r["response_model"])),
        ("error_template contains 'RATE'", request, lambda r: "rate" in (r.get("error_template") or "").lower()),
        ("url.path like '*/chat/*' or response_model like 'eu.*'", request, lambda r: re.search("/chat/", r.get("endpoint") or "", re.I) is not None
         or (r.get("response_model") or "").lower().startswith("eu.")),
        ("gen_ai.usage.input_tokens > 500.5 and latency <= 1000", request, lambda r: (r.get("input_tokens") or 0) > 500.5 and
         number(r, "duration_ms") is not None and number(r, "duration_ms") <= 1000),
        ("guardrails = 'pii-mask' and stream = false", request, lambda r: "pii-mask" in json.loads(r.get("guardrails") or "[]") and r.get("stream") == 0),
        ("time >= 2026-06-03T00:00:00Z and time < 2026-06-03T06:00:00Z", request, lambda r: r["time_us"] is not None and
         us("2026-06-03T00:00:00Z") <= r["time_us"] < us("2026-06-03T06:00:00Z")),
        ("event_end < 2026-06-02", request, lambda r: r.get("event_end") is not None and us(re.sub(r"(\.\d{1,6})\d*Z", r"\1Z", r["event_end"]).replace("Z", "+00:00")
         if "." not in r["event_end"] else r["event_end"].split(".")[0] + "Z") < us("2026-06-02T00:00:00Z")),
        ("source = openai-audit or category = routing", lambda k: k == "audit_event", lambda r: sources[r["file"]] == "openai-audit" or r.get("category") == "routing"),
        ("action does update and not (resource_type = project or actor_type is missing)", lambda k: k == "audit_event", lambda r: bool(
            r.get("action") and {w.lower() for w in words(r["action"])} & {"update", "updated", "modify", "modified", "change", "changed", "edit", "edited", "set",
                                                                        "patch", "write", "rename", "renamed", "put"})
         and not (r.get("resource_type") == "project" or r.get("actor_type") is None))]:
    kind = [k for k in KINDS if applies(k)]
    case(["--layer", kind[0], "--where", expression], applies, matches)
template = [r["error_template"] for r in rows["request"] if r["error_template"]]
if template:
    word = max(re.findall("[A-Za-z]{4,}", template[0]), key=len)
    covered = [c for c in columns["request"] if c in dict.fromkeys(re.findall(r"^FIELD\(\w+, (\w+), .*?, (?:NAME|TEMPLATE|CODE|URLPATH|LIST|UA),",
               open(sys.argv[4] + "/src/model/fields.def").read(), re.M))]
    begins = lambda t: any(p.lower().startswith(word.lower()) for p in re.split(r"[^A-Za-z0-9\x80-\U0010ffff]+|(?<=[a-z])(?=[A-Z])", t))
    case(["--layer", "request", word], request, lambda r: any(isinstance(r[c], str) and begins(r[c]) for c in covered))
first = sorted(r["time_us"] for r in rows["request"] if r["time_us"])
middle = first[len(first) // 2]
exact = lambda t: (datetime(1970, 1, 1) + timedelta(microseconds=t)).isoformat(timespec="microseconds") + "Z"
for args, matches in [(["--from", exact(middle)], lambda r: r["time_us"] is not None and r["time_us"] >= middle),
                      (["--to", exact(middle)], lambda r: r["time_us"] is not None and r["time_us"] < middle),
                      (["--from", exact(middle), "--to", exact(middle + 1)], lambda r: r["time_us"] == middle),
                      (["--at", "2026-06-03T00:00Z+-1m"], lambda r: r["time_us"] is not None and abs(r["time_us"] - us("2026-06-03T00:00:00Z") + 1) <= 60000000
                       and r["time_us"] < us("2026-06-03T00:01:00Z")),
                      (["--at", "23:59Z\u00b15m"], lambda r: r["time_us"] is not None and
                       (r["time_us"] // 1000000 % 86400 >= 86040 or r["time_us"] // 1000000 % 86400 < 240))]:
    case(args, lambda k: True, matches)

if not long:
    cases = cases[:24:3] + cases[24:48:2] + cases[48:]
bad = []
found = 0
for args, applies, matches in cases:
    want = sorted((when(r) + (k,) for k in KINDS if applies(k) for r in rows[k] if matches(r)))
    rc, out = run("--all", "--format", "jsonl", *args) if long or len(want) <= 60 else (0, "")
    if rc:
        bad.append("%s: exit %d %s" % (args, rc, out))
        continue
    got = [(json.loads(line)["seq"], json.loads(line)["kind"]) for line in out.splitlines()]
    if out and got != [(w[2], w[3]) for w in want]:
        bad.append("%s: %d found, %d wanted" % (args, len(got), len(want)))
    found += len(want) > 0
    if out and not long:
        continue
    # Backwards, a page of it, and what it counts.
    rc, out = run("--limit", "3", "--newest", "--json", *args)
    if rc:
        bad.append("%s: exit %d %s" % (args, rc, out))
        continue
    doc = json.loads(out)
    newest = sorted(want, key=lambda w: (w[0], -w[1], -w[2]))[:3]
    if [(r["seq"], r["kind"]) for r in doc["records"]] != [(w[2], w[3]) for w in newest]:
        bad.append("%s: newest %s, wanted %s" % (args, [r["seq"] for r in doc["records"]], newest))
    counts = {k: c["matches"] for k, c in doc["counts"].items()}
    if counts != {k: sum(w[3] == k for w in want) for k in KINDS if k in counts} or sum(counts.values()) != len(want) or \
            not all(c["exact"] for c in doc["counts"].values()):
        bad.append("%s: counts %s of %d" % (args, counts, len(want)))
print("%d cases, %d with records" % (len(cases), found))
print("\n".join(bad[:12]) if bad else "all agree")
