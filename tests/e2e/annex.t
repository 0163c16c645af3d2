#!/bin/sh
# What is too large for the packet, and the records row by row, in its annex: counted and compared by sqlite3 and Python.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
cp -r "$AK_SRCDIR/samples" ex
chmod -R u+w ex
"$AUDITKIT" init w >/dev/null 2>&1
sed 's#path: \([a-z]\)#path: ../ex/\1#' ex/policy.yaml >w/policy.yaml
"$AUDITKIT" -w w ingest >/dev/null 2>&1
build() { "$AUDITKIT" -w w packet build --draft --force "$@" >out 2>&1; }
sql() { sqlite3 -readonly w/workspace.db "$1"; }

build -o whole
ok "a packet of whose tables 20 KiB stay" build --tables-max 20 --rows -o p
is "they do, the largest of the others are in the annex, none is lost and none is another" "$(python3 - <<'P'
import pathlib
whole, p, annex = (pathlib.Path(x) / "data/tables" for x in ("whole", "p", "p.annex"))
files = {f.name: f.read_bytes() for f in whole.iterdir()}
here, there = ({f.name: f.read_bytes() for f in d.iterdir()} for d in (p, annex))
rows = {n: there.pop(n) for n in ("gateway_requests.csv", "audit_events.csv")}
same = {n: b for n, b in {**here, **there}.items() if n != "request_map.csv"}  # says where evidence stands
least = min(map(len, there.values()))
kept = sum(len(b) for n, b in here.items() if n != "request_map.csv")
print(same == {n: b for n, b in files.items() if n != "request_map.csv"}, not set(here) & set(there), len(there) > 5, kept <= 20480 < kept + least)
P
)" "True True True True"
is "packet verify finds every row of them" "$("$AUDITKIT" packet verify p --annex p.annex --json | jq -r '.ok, (.checks[] | select(.name == "annex").detail)' | sed 's/.*; //' | tr '\n' ' ')" \
	"true $(find p.annex/data/tables -name '*.csv' | wc -l) tables of $(python3 -c 'import csv, glob; print(sum(len(list(csv.reader(open(f, newline="")))) - 1 for f in glob.glob("p.annex/data/tables/*.csv")))') rows "
is "without the annex it says what it did not see" "$("$AUDITKIT" packet verify p --json | jq -r '.ok, (.checks[] | select(.name == "content").detail)' | grep -c 'true\|more tables stand in the annex')" 2
is "both are data packages: bytes, digest, header and rows of each" "$(python3 - <<'P'
import csv, hashlib, json, pathlib
n = 0
for top in ("p", "p.annex"):
    data = pathlib.Path(top) / "data"
    package = json.loads((data / "datapackage.json").read_text())
    assert {r["path"] for r in package["resources"]} == {str(f.relative_to(data)) for f in data.rglob("*.csv")}
    for r in package["resources"]:
        raw = (data / r["path"]).read_bytes()
        rows = list(csv.reader(raw.decode().splitlines()))
        assert (len(raw), "sha256:" + hashlib.sha256(raw).hexdigest(), [f["name"] for f in r["schema"]["fields"]], len(rows) - 1) == (
            r["bytes"], r["hash"], rows[0], r["rows"]), r["path"]
        n += 1
print(n > 30)
P
)" True
is "what a page or statement names in the annex is there" "$(python3 - <<'P'
import json, pathlib, re
named = set(re.findall(r"([a-z_]+)\.csv in the annex", pathlib.Path("p/index.html").read_text()))
for f in pathlib.Path("p/data").glob("0*.json"):
    doc = json.loads(f.read_text())
    named |= {t["name"] for t in doc.get("tables", []) if t.get("annex")}
    for s in doc.get("statements", []):
        m = re.fullmatch(r"(annex: )?tables/(\w+)\.csv", s["basis"])
        assert not m or (pathlib.Path("p.annex" if m[1] else "p") / "data/tables" / (m[2] + ".csv")).exists(), s["basis"]
there = {f.stem for f in pathlib.Path("p.annex/data/tables").iterdir()}
print(sorted(there - named), sorted(named - there))
P
)" "['audit_events', 'gateway_requests'] []"
is "the same bytes when it is built again from what it says of itself" "$("$AUDITKIT" -w w packet rebuild p --json | jq -r .verdict)" equal
is "and like it" "$(build --like p -o l; cmp p.annex/manifest-sha256.txt l.annex/manifest-sha256.txt)" ""
is "packet diff compares number and first rows of them" "$("$AUDITKIT" packet diff whole p --json | jq -r '(.in_annex | length), ([.changes[] | select(.what == "table in the annex" and .subject != "gateway_requests")] | length)' | tr '\n' ' ')" \
	"$(find p.annex/data/tables -name '*.csv' | grep -vc 'gateway_requests\|audit_events') 0 "

# The records.
build --view incident --unsigned --allow-gaps -o i
for k in request audit_event; do
	is "every live $k is a row, with the values of the database" "$(python3 - $k <<'P'
import csv, re, sqlite3, sys
kind = sys.argv[1]
db = sqlite3.connect("file:w/workspace.db?mode=ro", uri=True)
db.row_factory = sqlite3.Row
rows = list(csv.DictReader(open("i.annex/data/tables/%s.csv" % {"request": "gateway_requests", "audit_event": "audit_events"}[kind], newline="")))
live = {r["seq"]: r for r in db.execute("SELECT * FROM %s r WHERE state = 0 AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = r.seq)" % kind)}
token, wrong, hidden = re.compile(r"\b[a-z]+:[0-9a-f]{32}\b"), 0, 0
for r in rows:
    was = live.pop(int(r.pop("citation").rpartition(":")[2]))
    for name, v in r.items():
        want = "" if was[name] is None else str(was[name])
        v = v[1:] if v.startswith("'") and want[:1] in "=+-@" else v
        v = {"true": "1", "false": "0"}.get(v, v)
        hidden += v == "withheld" != want
        wrong += token.sub("", v) != token.sub("", want) and v != "withheld"
left_out = {c for c in was.keys()} - set(r) - set("seq file rec_no byte_offset byte_length flags time_us time_raw identity content revision salt leaf state".split())
empty = all(db.execute("SELECT count(%s) FROM %s WHERE state = 0" % (c, kind)).fetchone()[0] == 0 for c in left_out - {"tenant_id"})
print(len(rows) > 20, len(live), wrong, empty)
P
)" "True 0 0 True"
done
is "pseudonyms are the packet's own" "$(grep -ohE '(user|email|ip):[0-9a-f]{32}' i.annex/data/tables/*.csv | sort -u | head -n 5 | while read -r t; do for c in actor_id actor_email client_address; do sql "SELECT count(*) FROM request WHERE $c = '$t'"; done; done | sort -u)" 0
build --rows -o v
is "a view that leaves fields out leaves them out of rows" "$(head -n 1 v.annex/data/tables/gateway_requests.csv | tr , '\n' | grep -cxE 'actor_id|actor_email|client_address|end_user_id') $(head -n 1 i.annex/data/tables/gateway_requests.csv | tr , '\n' | grep -cxE 'actor_id|client_address')" "0 2"
build --view incident --app support-bot -o s
is "rows of a scope are those of the scope" "$(python3 -c 'import csv
print(*sorted({r["app"] for r in csv.DictReader(open("s.annex/data/tables/gateway_requests.csv", newline=""))}), sum(1 for _ in csv.DictReader(open("s.annex/data/tables/gateway_requests.csv", newline=""))))')" "support-bot $(sql "SELECT count(*) FROM request WHERE app = 'support-bot' AND state = 0 AND seq NOT IN (SELECT seq FROM superseded)")"

# Forged with every manifest mended.
forge() { # forge FILE SED [PACKET [PYTHON]]: of the annex; PYTHON is given p and a, the packet and its annex
	rm -rf f f.annex
	cp -r "${3:-p}" f && cp -r "${3:-p}.annex" f.annex
	[ "$1" = - ] || sed -i "$2" "f.annex/data/$1"
	MORE=${4:-} python3 - <<'P'
import csv, hashlib, json, os, pathlib
def sums(p, names): return "".join("%s  %s\n" % (hashlib.sha256((p / n).read_bytes()).hexdigest(), n) for n in sorted(names))
def seal(p):
    (p / "manifest-sha256.txt").write_text(sums(p, (str(f.relative_to(p)) for f in (p / "data").rglob("*") if f.is_file())))
    (p / "tagmanifest-sha256.txt").write_text(sums(p, [l[66:] for l in (p / "tagmanifest-sha256.txt").read_text().splitlines()]))
p, a = pathlib.Path("f"), pathlib.Path("f.annex")
exec(os.environ["MORE"])
package = json.loads((a / "data/datapackage.json").read_text())
package["resources"] = [r for r in package["resources"] if (a / "data" / r["path"]).exists()]
for r in package["resources"]:
    raw = (a / "data" / r["path"]).read_bytes()
    r["bytes"], r["hash"] = len(raw), "sha256:" + hashlib.sha256(raw).hexdigest()
    if r["path"] in ("tables/gateway_requests.csv", "tables/audit_events.csv"):
        r["rows"] = len(list(csv.reader(raw.decode().splitlines()))) - 1
(a / "data/datapackage.json").write_text(json.dumps(package))
counts = {}
for r in csv.DictReader((a / "data/leaves.csv").open(newline="")):
    of = counts.setdefault(r["kind"], {})
    of[r["stands"]] = of.get(r["stands"], 0) + 1
counts = [{"kind": k, "stands": s, "leaves": n} for k, of in counts.items() for s, n in of.items()]
proof = json.loads((a / "data/range-proof.json").read_text())
proof["counts"] = counts
(a / "data/range-proof.json").write_text(json.dumps(proof))
seal(a)
digest = hashlib.sha256((a / "tagmanifest-sha256.txt").read_bytes()).hexdigest()
doc = json.loads((p / "data/integrity/annex.json").read_text())
doc["digest"], doc["range"]["counts"] = digest, counts
doc["files"] = [f for f in doc["files"] if (a / f["path"]).exists()]
for f in doc["files"]:
    raw = (a / f["path"]).read_bytes()
    f["sha256"], f["bytes"] = hashlib.sha256(raw).hexdigest(), len(raw)
(p / "data/integrity/annex.json").write_text(json.dumps(doc))
about = json.loads((p / "data/packet.json").read_text())
about["annex_sha256"] = digest
(p / "data/packet.json").write_text(json.dumps(about))
seal(p)
P
	"$AUDITKIT" packet verify f --annex f.annex --json | jq -r '.checks[] | select(.result == "fail" and .name != "structure") | .name + ": " + .detail'
}
script() { # script PACKET: what the annex's own script says of the run
	python3 -I -S "$1.annex/data/check_proofs.py" "$1" --annex "$1.annex" | sed -n 's/^\([A-Z]*\) *range .*/\1/p'
}
is "a value that the section shows otherwise" "$(forge tables/changes.csv '2s/[a-z]/X/')" "annex: tables/changes.csv: other values than its section has"
is "a row less" "$(forge tables/fields.csv '$d')" "annex: tables/fields.csv: another number of rows than datapackage.json has"
is "a cell that is not of its column's type" "$(forge tables/gateway_requests.csv '3s/20[0-9][0-9]-/soon-/')" "annex: data/tables/gateway_requests.csv has a row that is not as its schema says"
mail=$(printf 'ada%sexample.org' @)
is "an address among the records" "$(forge tables/gateway_requests.csv "5s/success/$mail/")" "annex: a table of it holds what looks like a secret or an e-mail address"

# The records row by row are those whose leaves are counted.
n=$(sql "SELECT count(*) FROM request WHERE state = 0 AND seq NOT IN (SELECT seq FROM superseded)")
is "nine of them left out" "$(forge - '' p 'f = a / "data/tables/gateway_requests.csv"; f.write_bytes(b"".join(f.read_bytes().splitlines(True)[:-9]))'; script f)" \
	"annex: gateway_requests.csv has $((n - 9)) rows, and $n leaves of its kind are counted
FAIL"
is "one of them twice, in the place of another" "$(forge - '' p 'f = a / "data/tables/gateway_requests.csv"; l = f.read_bytes().splitlines(True); f.write_bytes(b"".join(l[:-1] + l[-2:-1]))'; script f)" \
	"annex: gateway_requests.csv cites other records than those whose leaves are counted
FAIL"
is "a table of them gone" "$(forge - '' p '(a / "data/tables/audit_events.csv").unlink()')" \
	"annex: audit_events.csv is not there, in which the packet has its records row by row"

# Leaves of a scope: what it shows is counted, the rest of the period is not selected.
mail=$(python3 -c 'import csv, re
print(next(m.group() for l in open("ex/assistant/ai-audit.csv") for m in [re.search(r"[\w.]+@[\w.]+", l)] if m))')
who=$("$AUDITKIT" -w w search --user "$mail" --layer request --limit 1 --full --format json 2>/dev/null | jq -r '.records[0].fields | .actor_id // .actor_email')
scoped() { # scoped TEST OPTION...: TEST of SQL says which requests it has
	test=$1
	shift
	build --rows -o s "$@"
	is "the annex of $1 ${3:+in a period }fits, by the program and by its own script" \
		"$("$AUDITKIT" packet verify s --annex s.annex --json | jq -r '.ok, (.checks[] | select(.name == "annex").result)' | tr '\n' ' ')$(script s)" "true pass PASS"
	is "its requests are those of the database, the others of the period are not selected" \
		"$(grep -c ',request,counted,' s.annex/data/leaves.csv)|$(grep -c ',request,not selected,' s.annex/data/leaves.csv)" \
		"$(sql "SELECT sum(coalesce($test, 0)), sum(NOT coalesce($test, 0)) FROM request WHERE state = 0 AND seq NOT IN (SELECT seq FROM superseded)${3:+ AND event_start >= '2026-06-03' AND event_start < '2026-06-05'}")"
}
hash=$(sql "SELECT DISTINCT key_hash FROM api_key WHERE key_alias = 'svc-support'")
of_key="(key_alias = 'svc-support' OR key_hash = '$hash')"
scoped "$of_key" --key svc-support
scoped "app = 'support-bot'" --app support-bot --from 2026-06-03 --to 2026-06-05
relabel='import re; f = a / "data/leaves.csv"; t = f.open(newline="").read()
def put(t, of, was, now, n): return re.sub(r"(?m)^(%s,request),%s," % (of, was), r"\1,%s," % now, t, count=n)
'
write='
f.write_bytes(t.encode())'
is "a counted leaf that is said not to be selected, and another one in its place" "$(forge - '' s "${relabel}t = put(put(t, r'\d+', 'counted', 'MINE', 1), r'\d+', 'not selected', 'counted', 1).replace('MINE', 'not selected')$write"; script f)" \
	"annex: gateway_requests.csv cites other records than those whose leaves are counted
FAIL"
proven=$(jq -r 'select(.kind == "request").index' s/data/integrity/proofs/*.json | head -n 1)
is "a record of the sample trace" "$(forge - '' s "${relabel}t = put(put(t, '$proven', 'counted', 'MINE', 1), r'\d+', 'not selected', 'counted', 1).replace('MINE', 'not selected'); (a / 'data/tables/gateway_requests.csv').unlink()$write"; script f)" \
	"annex: a record of the packet's sample trace is not selected
FAIL"
is "a leaf that is not selected in a packet of everything" "$(forge leaves.csv '/,request,counted,/{s/counted/not selected/;:e;n;be}' whole; script f)" \
	"annex: a record is not selected, and the packet has all of its period
FAIL"
if [ -n "${AK_LONG:-}" ]; then
is "a row of a leaf of another kind" "$(forge tables/gateway_requests.csv '2s/^\([^,:]*\):[0-9]*/\1:0/')" "annex: gateway_requests.csv cites other records than those whose leaves are counted"
is "the same where the view has them" "$(forge - '' i '(a / "data/tables/gateway_requests.csv").unlink()')" "annex: gateway_requests.csv is not there, in which the packet has its records row by row"
is "a counted leaf that is said not to be selected" "$(forge - '' s "${relabel}t = put(t, r'\d+', 'counted', 'not selected', 1)$write" | sed 's/[0-9][0-9]*/N/g'; script f)" \
	"annex: gateway_requests.csv has N rows, and N leaves of its kind are counted
FAIL"
is "a record that stands for no record" "$(forge leaves.csv '/,request,counted,/{s/counted/entry/;:e;n;be}' whole)" "annex: a record stands for an entry of the ledger"
is "one outside of a period without bounds" "$(forge leaves.csv '/,request,counted,/{s/counted/outside/;:e;n;be}' whole)" "annex: a record stands outside of the period, which has no bounds"
scoped "$of_key" --resource key:svc-support
scoped "actor_id = '$who'" --user "$mail"
scoped "app = 'support-bot'" --app support-bot
fi
is "a size that is none is refused" "$(build --tables-max 9999999 -o n; echo $?) $(grep -c 'from 0 to' out)" "2 1"
build --tables-max 0 -o least
is "a packet that shows no whole table: by both" "$("$AUDITKIT" packet verify least --annex least.annex --json | jq .ok) $(python3 -I -S least.annex/data/check_proofs.py least --annex least.annex | grep -c '^PASS     range')" "true 1"
finish
