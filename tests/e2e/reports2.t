#!/bin/sh
# Reports that list rows: counts computed again from the rows of the workspace, and states that were planted.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
AUDITKIT_DATA="$AK_SRCDIR" "$AUDITKIT" demo d >/dev/null 2>&1
cat >again.py <<'END2'
"""again.py WORKSPACE POLICY < report.json: figures computed anew; prints "ok REPORT ROWS" or what differs."""
import json, re, sqlite3, sys
from collections import Counter, defaultdict
from datetime import datetime
db = sqlite3.connect(sys.argv[1] + "/workspace.db")
db.row_factory = sqlite3.Row
doc = json.load(sys.stdin)
total, rows, name = doc["total"], doc["rows"], doc["report"]
LIVE = " %s.state = 0 AND %s.seq NOT IN (SELECT seq FROM superseded)"
bad = []
instant = lambda t: datetime.fromisoformat(t.replace("Z", "+00:00"))
def same(what, have, want):
    if have != want:
        bad.append("%s: %s, not %s" % (what, have, want))
def live(table, more=""):
    return db.execute("SELECT r.*, s.name || ':' || r.seq AS cite, s.name AS src FROM %s r JOIN file f ON f.id = r.file JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source WHERE %s %s ORDER BY r.seq" % (table, LIVE % ("r", "r"), more)).fetchall()
def attempts():
    second = {w[0] for w in db.execute("SELECT seq FROM corroboration")}
    rows = [r for r in live("request") if r["seq"] not in second]
    assert not any(r["facet"] for r in rows)
    return rows
if name == "keys":
    pairs = Counter()
    for t in ("api_key", "request", "usage"):
        pairs.update({(r["key_id"], r["key_hash"]): 1 for r in db.execute("SELECT DISTINCT key_id, key_hash FROM %s WHERE key_id IS NOT NULL AND key_hash IS NOT NULL" % t)})
    ids, hashes = Counter(p[0] for p in pairs), Counter(p[1] for p in pairs)
    one = {h: i for i, h in pairs if ids[i] == 1 and hashes[h] == 1}
    of = lambda r: one.get(r["key_hash"]) or r["key_hash"] or r["key_id"]
    used = Counter((of(r), r["environment"]) for r in attempts())
    times, counted = defaultdict(list), {of(u) for u in live("usage")}
    for r in attempts():
        if r["time_us"] is not None:
            times[of(r)].append(instant(r["event_start"]))
    owner = {}
    for r in sorted(live("api_key"), key=lambda r: (r["time_us"] or -2**63, r["seq"])):
        if r["owner_id"]:
            owner[of(r)] = r["owner_id"]
    same("attempts", total["attempts"], sum(used.values()))
    same("named", total["attempts_of_keys"], sum(n for (k, _), n in used.items() if k))
    same("adds up", total["attempts_of_keys"] + total["attempts_without_key"], total["attempts"])
    same("rows add up", sum(r["attempts"] for r in rows), total["attempts_of_keys"])
    for r in rows:
        same(r["key"], {e["environment"]: e["attempts"] for e in r["environments"]}, {e: n for (k, e), n in used.items() if k == r["key"]})
        if times[r["key"]] and r["key"] not in counted:
            same(r["key"] + " uses", [instant(t) for t in (r["first_use"], r["last_use"])], [min(times[r["key"]]), max(times[r["key"]])])
        if not (r["owner_basis"] or "").startswith("policy.yaml"):
            same(r["key"] + " owner", r["owner"], owner.get(r["key"]))
    same("flagged", total["flagged"], sum(r["flagged"] for r in rows))
    same("owned", total["owned"], sum(r["owner"] is not None and r["owner_basis"] != "policy.yaml, not confirmed" for r in rows))
    same("in use", sorted(k for k in {of(r) for t in ("usage", "provider_call", "api_key") for r in live(t)} | {k for k, _ in used} if k and k not in [r["key"] for r in rows]), [])
    same("each once", len({r["key"] for r in rows}), len(rows))
elif name == "access":
    have = {r["cite"]: r for r in live("access_grant")}
    same("grants", sorted(r["citation"] for r in rows), sorted(have))
    for r in rows:
        h = have[r["citation"]]
        same(r["citation"], [r["role"], r["resource"], r["reviewed"], r["last_used"]], [h["role"], h["resource_id"], h["reviewed_at"], h["last_used_at"]])
    for right in ("create", "view", "update", "revoke"):
        for what in ("keys", "settings"):
            same(right + what, total[what][right], sum(right in (r[what] or []) for r in rows))
    same("overdue", total["overdue"], sum(r["review"] == "overdue" for r in rows))
elif name == "changes":
    same("verdicts", total["verdicts"], dict(Counter(r["verdict"] for r in rows)))
    same("classes", {k: v for k, v in total["classes"].items() if v}, dict(Counter(r["class"] for r in rows)))
    same("changes", total["changes"], len(rows))
    changing = ("admin_access", "billing", "configuration", "keys", "quota", "routing")
    same("citations", sorted(r["citation"] for r in rows), sorted(r["cite"] for r in live("audit_event") if r["category"] in changing))
elif name == "quota":
    events = live("quota_event")
    same("events", total["events"], len(events))
    same("decisions", total["decisions"], dict(Counter(e["quota_decision"] or "-" for e in events)))
    same("hits", sorted(r["citation"] for r in rows), sorted(e["cite"] for e in events if e["quota_decision"] != "allowed"))
    same("limits", sum(l["events"] for l in doc["limits"]), len(events))
    same("429", total["answered_429"], sum(r["status_code"] == 429 for r in attempts()))
    same("attempts", total["attempts"], len(attempts()))
    limits = lambda a: any(w in c["path"] for c in json.loads(a["changes"] or "[]") for w in ("limit", "budget", "max_requests", "cap"))
    same("changes", sorted(c["citation"] for c in doc["changes"]), sorted(a["cite"] for a in live("audit_event") if a["category"] == "quota" or (a["category"] in ("admin_access", "keys", "routing", "configuration", "billing") and limits(a))))
    same("not replayed", [l for l in doc["in_force"] if (l["judged"] is None) == l["replayed"]], [])
    same("all changes", total["changes"], len(doc["changes"]))
    same("refused", sorted(r["citation"] for r in doc["refused"]), sorted(r["cite"] for r in attempts() if r["status_code"] == 429))
elif name == "log-access":
    lines = [json.loads(l) for l in open(sys.argv[1] + "/access.jsonl")][:total["lines"]]
    same("own", [(o["time"], o["command"], o["records"]) for o in doc["own"]], [(l["time"], l["command"], l["records"]) for l in lines])
    same("records", total["own_records"], sum(l["records"] for l in lines))
    same("views", sorted(r["citation"] for r in rows), sorted(a["cite"] for a in live("audit_event") if a["category"] == "data_access" or a["log_scope"]))
elif name == "payload":
    n = Counter()
    for kind, records in (("request", attempts()), ("app_event", live("app_event")), ("provider_call", live("provider_call"))):
        for r in records:
            states = (r["payload_prompt"], r["payload_completion"])
            n[r["src"], kind, "present" if "present" in states else "masked" if set(states) & {"masked", "encrypted"} else "absent"] += 1
    same("rows", {(r["source"], r["kind"], s): r[s] for r in rows for s in ("present", "masked", "absent") if r[s]}, dict(n))
    same("total", total["present"] + total["masked"] + total["absent"], total["records"])
    same("places", sum(p["present"] + p["masked"] + p["absent"] for p in doc["places"]), db.execute("SELECT sum(present + masked + absent) FROM payload").fetchone()[0] or 0)
elif name == "redaction":
    q = lambda col: {r[0]: r[1] for r in db.execute("SELECT %s, sum(n) FROM redaction x JOIN export e ON e.id = x.export JOIN source s ON s.id = e.source GROUP BY 1" % col)}
    same("rules", total["rules"], q("x.rule"))
    same("actions", total["actions"], q("x.action"))
    same("sources", total["sources"], q("s.name"))
    same("values", total["values"], sum(r["n"] for r in rows))
    same("files", sorted(f["sha256"] for f in doc["files"]), sorted(r[0] for r in db.execute("SELECT sha256 FROM file")))
elif name in ("processing", "processors"):
    seen = Counter(r["provider"] for t in ("request", "usage") for r in live(t) if r["provider"])
    same("providers", {r["provider"]: r["records"] for r in (rows if name == "processors" else doc["providers"]) if r["records"]}, dict(seen))
    same("gaps", total["gaps"], len(doc["gaps"]))
    for c in doc.get("categories", []):
        r = db.execute("SELECT count(%s), count(*) FROM %s r WHERE %s" % (c["field"], c["kind"], LIVE % ("r", "r"))).fetchone()
        same(c["kind"] + c["field"], (c["n"], c["of"]), tuple(r))
    for k in doc.get("retention", []):
        same(k["kind"], k["records"], len(live(k["kind"])))
print("; ".join(bad[:3]) if bad else "ok %s %d" % (name, len(rows)))
END2
again() { # again WORKSPACE ROWS REPORT...
	w=$1 rows=$2
	shift 2
	"$AUDITKIT" -w "$w" report "$@" --json >out.json 2>err
	rc=$?
	is "$w: $*" "$rc $(python3 again.py "$w" <out.json 2>&1 | tail -n 1)" "0 ok $1 $rows"
}
export XDG_CONFIG_HOME="$tap_dir/d/config"
w=d/workspace
again $w 7 keys
is "a rotation that names no successor, and a key of usage rows alone" "$(jq -c '[[.rows[] | select(.rotated != []) | [.key, .rotated, .rotations[0].action]], [.rows[] | select(.key == "key_15b3785b") | .attempts, .verdict], .total.owned, .total.keys]' out.json)" \
	'[[["key_a1f0c2d4",["litellm-audit:2103"],"rotated"],["key_b7e1d3c5",["litellm-audit:2115"],"rotated"]],[0,"unknown"],6,7]'
again $w 14 access --to 2026-06-15
again $w 95 changes
again $w 0 quota
is "budgets of teams are limits too; a time that is not replayed has no figures" "$(jq -c '[.total.changes, ([.in_force[] | select(.subject == "bud-support") | [.since, .judged, .enforced_not]])]' out.json)" \
	'[45,[["2026-06-03T00:00:00Z",0,0],[null,null,null]]]'
"$AUDITKIT" -w $w report quota --from 2026-06-13T09:00:00Z --to 2026-06-13T10:00:00Z --json >out.json 2>/dev/null
is "one of an hour, as report changes has it" "$(jq -c '.changes[] | del(.settings)' out.json) $(jq -c '.changes[].settings' out.json)" \
	"$("$AUDITKIT" -w $w report changes --from 2026-06-13T09:00:00Z --to 2026-06-13T10:00:00Z --json | jq -c '.rows[] | select(.citation == "litellm-audit:2128")') "'[{"after":110,"before":105,"path":"/max_budget"}]'
again $w 1 log-access
again $w 1 log-access
is "its own access is listed the next time" "$(jq -r '.own[-1].command' out.json)" "report log-access"
again $w 3 payload
is "payload: as declared" "$(jq -r '.verdict' out.json)" met
again $w 42 redaction
again $w 3 processing
is "gaps are what policy.yaml leaves open" "$(jq -r '[.gaps[] | .what] | sort | join(" ")' out.json)" "app retention retention retention retention"
again $w 2 processors
is "a provider is declared under its short name" "$(jq -rc '[.rows[] | [.provider, .declared_as, .state]]' out.json)" \
	'[["aws.bedrock","bedrock","declared"],["openai","openai","declared"]]'
sed -i '/^    openai: {region/d' $w/policy.yaml
"$AUDITKIT" -w $w report processors --json >out.json 2>/dev/null
is "a provider that nobody declared is a gap" "$(jq -rc '[.total.not_declared, .gaps[0].text]' out.json)" \
	'[1,"provider openai occurs in records and policy.yaml does not declare it"]'
again $w 2 processors
is "grants: overdue behind 92 days" "$("$AUDITKIT" -w $w report access --to 2026-09-12T09:00:00Z --json | jq -c '.total | [.overdue, .grants]') $("$AUDITKIT" -w $w report access --to 2026-09-13T09:00:01Z --json | jq -c '.total | [.overdue, .stale, .grants]')" "[0,14] [14,14,14]"
for r in keys access changes quota payload redaction processing processors log-access; do
	"$AUDITKIT" -w $w report $r --to 2026-09-01 >text 2>&1 || "$AUDITKIT" -w $w report $r >text 2>&1
	is "$r: at most 80 columns of ASCII" "$(LC_ALL=C awk 'length($0) > 80 || /[^ -~]/' text | head -n 1)$([ -s text ] || echo empty)" ""
	case $r in redaction | keys) continue ;; esac
	is "$r: a period without records" "$("$AUDITKIT" -w $w report $r --from 2020-01-01 --to 2020-01-02 >out 2>err; echo "$? $(wc -c <out) $(grep -c '^auditkit: there is no' err)")" "3 0 1"
done
is "others are counted" "$("$AUDITKIT" -w $w report changes --top 3 | grep '^others')" "others    92 of 95 rows are not printed"
# Planted: keys used after their end, each way not to approve a change.
export XDG_CONFIG_HOME="$tap_dir/config"
mkdir p && (cd p && python3 "$AK_SRCDIR/tests/e2e/chains_make.py" planted)
"$AUDITKIT" init wp >/dev/null 2>&1
mkdir -p wp/formats && cp "$AK_SRCDIR/tests/e2e/chains.yaml" wp/formats/chains-requests.yaml
"$AUDITKIT" -w wp ingest p/*.csv p/*.jsonl >/dev/null 2>&1
again wp "$("$AUDITKIT" -w wp report keys --json | jq '.rows | length')" keys
is "flagged keys are those that the check finds" "$(jq -r '[.rows[] | select(.flagged) | .key] | join(" ")' out.json)" \
	"$("$AUDITKIT" -w wp check --json revoked-key-use | jq -r '[.checks[0].findings[].subject] | sort | join(" ")')"
is "there are some" "$(jq '.total.flagged > 0' out.json)" true
again wp "$("$AUDITKIT" -w wp report changes --json | jq '.rows | length')" changes
is "approvals: found as the check finds them, each way apart" "$(jq -r '[.rows[] | select(.class == "found") | .citation] | length' out.json) $(jq '.total.verdicts | has("no ticket") and has("self-approved") and has("approved later")' out.json)" \
	"$("$AUDITKIT" -w wp check --json change-unapproved | jq '.checks[0].found') true"
# Quota events: limits, hits and who changed what.
cat >quota.jsonl <<'END2'
{"event_id": "q1", "timestamp": "2026-06-02T10:00:00Z", "decision": "allowed", "scope": "key", "scope_id": "key_a", "limit": "100", "used": "10", "unit": "requests", "window": "1m"}
{"event_id": "q2", "timestamp": "2026-06-02T10:00:30Z", "decision": "throttled", "scope": "key", "scope_id": "key_a", "limit": "100", "used": "101", "unit": "requests", "window": "1m"}
{"event_id": "q3", "timestamp": "2026-06-03T10:00:00Z", "decision": "blocked", "scope": "team", "scope_id": "team-a", "limit": "50.00", "used": "50.01", "unit": "USD", "window": "30d"}
END2
"$AUDITKIT" init wq >/dev/null 2>&1
"$AUDITKIT" -w wq ingest quota.jsonl >quota.in 2>&1
again wq 2 quota
is "decisions" "$(jq -c .total.decisions out.json)" '{"allowed":1,"blocked":1,"throttled":1}'
# A tenant with full payload, several providers and quota events.
if [ -n "${AK_LONG-}" ]; then
	. "$AK_SRCDIR/tests/tenant/lib.sh"
	made t 5 --calls 200
	for r in keys changes quota payload redaction processing processors; do
		again w-t "$("$AUDITKIT" -w w-t report $r --json 2>/dev/null | jq '.rows | length')" $r
	done
	is "there are quota events" "$("$AUDITKIT" -w w-t report quota --json | jq '.total.events > 0 and .total.hits > 0')" true
fi
# Scopes say what a grant may do; a role's name only where they do not, and nothing is assumed.
cat >grants.jsonl <<'END2'
{"reviewed_at": "2026-06-12", "system": "gateway", "principal": "svc-a", "role": "admin", "scopes": "keys:write;settings:read"}
{"reviewed_at": "2026-06-12", "system": "gateway", "principal": "svc-b", "role": "admin", "scopes": "models.request"}
{"system": "gateway", "principal": "svc-c", "role": "steward", "reviewed_at": "2026-01-12"}
{"reviewed_at": "2026-06-12", "system": "gateway", "principal": "svc-d", "role": "key-admin"}
END2
"$AUDITKIT" init wg >/dev/null 2>&1
"$AUDITKIT" -w wg ingest grants.jsonl >/dev/null 2>&1
again wg 4 access --to 2026-06-20
is "rights" "$(jq -rc '.rows[] | [.role, .keys, .settings, .rights_basis, .review]' out.json | sort)" '["admin",["create","update"],["view"],"scopes","in time"]
["admin",["create","view","update","revoke"],["create","view","update","revoke"],"role name","in time"]
["key-admin",["create","view","update","revoke"],[],"role name","in time"]
["steward",null,null,null,"overdue"]'
finish
