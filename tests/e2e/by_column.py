"""Totals and identifiers by column: python3 by_column.py AUDITKIT TREE, in an empty folder. Prints TAP.

The demo's packet and `show`, against what Python adds up from the view of attempts and from the rows."""
import csv, json, os, pathlib, sqlite3, subprocess, sys
from collections import defaultdict
from decimal import Decimal

AUDITKIT, TREE = sys.argv[1:3]
sys.dont_write_bytecode = True
sys.path.insert(0, TREE + "/tests")
from tap import done, tap

os.environ["AUDITKIT_DATA"] = TREE
os.environ["XDG_CONFIG_HOME"] = os.path.abspath("d/config")
HASHED = ("actor_id", "actor_email", "end_user_id", "tenant_id", "client_address", "key_hash", "key_id", "key_alias", "conversation_id",
          "prompt_hash", "response_hash", "owner_id", "approver_id")


def run(*words):
    p = subprocess.run([AUDITKIT, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return p.returncode, p.stdout.decode(), p.stderr.decode()


def table(name):
    with open("p/data/tables/%s.csv" % name, newline="") as f:
        return list(csv.DictReader(f))


def total(values):
    values = [Decimal(str(v)) for v in values if v is not None]
    return sum(values) if values else None


def number(cell):
    return Decimal(cell) if cell else None


run("demo", "d")
code, out, err = run("-w", "d/workspace", "packet", "build", "--draft", "-o", "p")
tap(code == 0, "a packet of the demo: " + (err or out).splitlines()[0])
db = sqlite3.connect("file:d/workspace/workspace.db?mode=ro", uri=True)
db.row_factory = sqlite3.Row
calls = [dict(r) for r in db.execute("SELECT a.*, s.name AS source FROM attempt a JOIN file f ON f.id = a.file JOIN export e ON e.id = f.export"
                                     " JOIN source s ON s.id = e.source WHERE a.state = 0 AND a.seq NOT IN (SELECT seq FROM superseded)")]

routes = defaultdict(lambda: [0] * 5)
for c in calls:
    row = routes[tuple(c[x] or "" for x in ("source", "request_model", "provider", "response_model"))]
    again = c["attempt_fallbacks"] if c["attempt_fallbacks"] is not None else c["fallback_used"]
    for i, n in enumerate((1, c["outcome"] == "failure", c["fallback_from"] is not None or (again or 0) > 0, c["cache_status"] == "hit",
                           not (c["key_id"] or c["key_hash"] or c["key_alias"]))):
        row[i] += n
said = {tuple(r[x] for x in ("source", "asked", "provider", "served")): [int(r[x]) for x in ("attempts", "failed", "after_fallback", "cache_hits", "without_key")]
        for r in table("routes")}
tap(len(calls) > 500 and said == dict(routes), "%d model paths of %d calls" % (len(said), len(calls)))
tap([*said] == sorted(said), "in order")

spent = defaultdict(list)
for c in calls:
    spent[c["source"], c["provider"] or "", c["response_model"] or c["request_model"] or "", c["cost_currency"] or ""].append(c)
want = {k: [len(v), *(total(c[x] for c in v) for x in ("input_tokens", "output_tokens", "cost_estimated", "cost_billed"))] for k, v in spent.items()}
rows = table("usage_cost")
have = {(r["source"], r["provider"], r["model"], r["currency"]): [int(r["records"]), *(number(r[x]) for x in ("input_tokens", "output_tokens", "estimated", "billed"))]
        for r in rows if r["layer"] == "gateway attempts"}
tap(have == want and len(want) > 3, "%d sums of what gateways counted" % len(want))
order = [(r["source"], r["layer"], r["provider"], r["model"], r["line_item"], r["currency"], r["query"]) for r in rows]
tap(order == sorted(order) and len({r["layer"] for r in rows}) > 1, "among those of %d other rows, in order" % (len(rows) - len(have)))

kinds = [r[0] for r in db.execute("SELECT DISTINCT kind FROM export_kind ORDER BY 1")]
of = {k: [c for c in [r[1] for r in db.execute("PRAGMA table_info(%s)" % k)] if c in HASHED or (c == "resource_id" and k in ("audit_event", "quota_event", "access_grant"))]
      for k in kinds}
asked, wrong = 0, []
for k in kinds:
    for c in of[k]:
        for value in [r[0] for r in db.execute("SELECT %s FROM %s WHERE %s IS NOT NULL AND state = 0 GROUP BY 1 ORDER BY count(*) DESC LIMIT 2" % (c, k, c))]:
            code, out, err = run("-w", "d/workspace", "show", value, "--json")
            doc = json.loads(out) if code == 0 else {}
            if doc.get("schema") != "auditkit.show-key/1":
                wrong += [c] if code else []
                continue  # an identifier of records of its own
            n = sum(db.execute("SELECT count(*) FROM %s WHERE state = 0 AND ? IN (%s)" % (o, ", ".join(of[o])), (value,)).fetchone()[0] for o in kinds if of[o])
            asked += 1
            wrong += [(k, c, doc["total"], n)] if doc["total"] != n else []
tap(asked > 10 and not wrong, "%d identifiers, each with all of its records: %s" % (asked, wrong))
code, out, err = run("-w", "d/workspace", "trace", "reconstruct", "00000000deadbeef00000000deadbeef")
tap(code == 3 and "no record has this identifier" in err, "an id that is nowhere: " + err.splitlines()[0])
done()
