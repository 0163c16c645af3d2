#!/bin/sh
# Packets of some records only, and for somebody only: what they hold is counted again with sqlite3, what they leave out is looked for.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
cp -r "$AK_SRCDIR/samples" ex
chmod -R u+w ex
"$AUDITKIT" init w >/dev/null 2>&1
sed 's#path: \([a-z]\)#path: ../ex/\1#' ex/policy.yaml >w/policy.yaml
"$AUDITKIT" -w w ingest >/dev/null 2>&1
"$AUDITKIT" -w w ingest --source extra --query '=1+1' ex/grc/key-inventory.csv >/dev/null 2>&1
build() { "$AUDITKIT" -w w packet build --draft --force "$@" >out 2>&1; }
sql() { sqlite3 -readonly -csv w/workspace.db "$1" | tr -d '\r'; }
# column FILE NAME: of a packet's table, by Python's own reader
column() { python3 -c 'import csv, sys
for r in csv.DictReader(open(sys.argv[1], newline="")): print(r[sys.argv[2]])' "$1" "$2"; }
total() { awk '{s += $1} END {print s + 0}'; }
people() { grep -rhoE '(user|email):[0-9a-f]{32}' "$1" | sort -u; }

# ---- whose records ----
mail=$(python3 -c 'import csv, re
print(next(m.group() for l in open("ex/assistant/ai-audit.csv") for m in [re.search(r"[\w.]+@[\w.]+", l)] if m))')
ok "of a user, by e-mail" build --view internal-audit --user "$mail" -o user
token=$("$AUDITKIT" -w w search --user "$mail" --layer request --limit 1 --full --format json 2>/dev/null | jq -r '.records[0].fields | .actor_id // .actor_email')
is "as many records of each kind as rows of theirs" "$(python3 -c 'import csv
for r in csv.DictReader(open("user/data/tables/scoped_records.csv", newline="")): print(r["kind"], r["matched"], r["of"], sep=",")')" "$(
	for k in request audit_event app_event usage ticket access_grant api_key; do
		where=$(sqlite3 -readonly w/workspace.db "SELECT group_concat(name || ' IN (''$token'')', ' OR ') FROM pragma_table_info('$k') WHERE name IN ('actor_id', 'actor_email')")
		sql "SELECT '$k', (SELECT count(*) FROM $k WHERE ${where:-0}), count(*) FROM $k"
	done)"
is "calls by model path add up to theirs" "$(column user/data/tables/routes.csv attempts | total)" "$(sql "SELECT count(*) FROM request WHERE actor_id = '$token'")"
is "no other person stands anywhere in it" "$(people user | wc -l)" 1
is "it verifies" "$("$AUDITKIT" packet verify user --json | jq .ok)" true
is "nothing is judged of a part" "$(jq -r '.questions[].verdict' user/data/08-requests/questions.json | sort -u)" "not evaluable"
is "and nobody is accused" "$(jq '.findings | length' user/data/08-requests/findings.json)" 0
is "packet.json says what was asked, without the address" "$(jq -r '.scope.filters | keys[0]' user/data/packet.json) $(grep -rc "$mail" user | grep -vc ':0$')" "user 0"
is "so does the log of accesses" "$(tail -n 1 w/access.jsonl | grep -c "actor_id") $(tail -n 1 w/access.jsonl | grep -c "$mail")" "1 0"

ok "of an application" build --app support-bot -o app
is "its keys and no others" "$(column app/data/tables/keys.csv alias | sort -u)" "$(sql "SELECT DISTINCT key_alias FROM request WHERE app = 'support-bot' UNION SELECT key_alias FROM api_key WHERE app = 'support-bot' ORDER BY 1")"
is "records of an app" "$(column app/data/tables/scoped_records.csv matched | tr '\n' ' ')" \
	"$(for k in request audit_event app_event usage; do sql "SELECT count(*) FROM $k WHERE app = 'support-bot'"; done | tr '\n' ' ')0 0 2 "
ok "of a key, as a resource" build --view internal-audit --resource key:svc-support -o key
hash=$(sql "SELECT DISTINCT key_hash FROM api_key WHERE key_alias = 'svc-support'")
id=$(sql "SELECT key_id FROM api_key WHERE key_alias = 'svc-support'")
is "calls under it" "$(column key/data/tables/routes.csv attempts | total)" "$(sql "SELECT count(*) FROM request WHERE key_hash = '$hash' OR key_id = '$id'")"
is "buckets of its id" "$(column key/data/tables/usage_cost.csv layer | sort -u | tr '\n' ' ')$(sql "SELECT count(*) FROM usage WHERE key_id = '$id'")" \
	"gateway attempts provider usage $(column key/data/tables/scoped_records.csv matched | sed -n 4p)"
is "what was done to it" "$(column key/data/tables/changes.csv citation | wc -l)" "$(sql "SELECT count(*) FROM audit_event WHERE key_hash = '$hash' OR key_id = '$id' OR (resource_id IN ('$hash', '$id', 'svc-support') AND (resource_type LIKE '%key%' OR category = 'keys'))")"
if [ -n "${AK_LONG:-}" ]; then
ok "of two applications, in a period" build --app support-bot --app doc-search --from 2026-06-03 --to 2026-06-05 -o apps
is "calls of both" "$(column apps/data/tables/routes.csv attempts | total)" \
	"$(sql "SELECT count(*) FROM request WHERE app IN ('support-bot', 'doc-search') AND event_start >= '2026-06-03' AND event_start < '2026-06-05'")"
ok "both a user and an app" build --user "$mail" --app support-bot -o both
is "must match both" "$(column both/data/tables/routes.csv attempts | total)" "$(sql "SELECT count(*) FROM request WHERE actor_id = '$token' AND app = 'support-bot'")"
ok "of nobody" build --app nobody-has-this -o none
is "is empty, and says so" "$(column none/data/tables/scoped_records.csv matched | sort -u) $(grep -c 'NO RECORD' out) $("$AUDITKIT" packet verify none --json | jq .ok)" "0 1 true"
(mkdir other && cd other && TZ=Asia/Tokyo "$AUDITKIT" -w ../w packet build --draft --app support-bot -o app) >/dev/null 2>&1
is "the same bytes elsewhere" "$(cat other/app/tagmanifest-sha256.txt)" "$(cat app/tagmanifest-sha256.txt)"
fi

# ---- for whom ----
views="internal-audit finance"
[ -z "${AK_LONG:-}" ] || views="$views vendor-risk soc2 iso27001 gdpr hipaa pci incident"
build -o v-vendor-risk
for v in $views; do
	build --view $v -o "v-$v" || cat out
	"$AUDITKIT" packet verify "v-$v" --json | jq -c '[.ok]'
	jq -c '[.questions[] | [.verdict, .measured]]' "v-$v/data/08-requests/questions.json" >>verdicts
done >verified
is "each view is built and verifies" "$(sort verified | uniq -c | tr -d ' ')" "$(echo $views | wc -w)[true]"
is "none says more than another" "$(sort -u verdicts | wc -l)" 1
is "vendor risk is what one gets" "$(jq -r .view.name v-vendor-risk/data/packet.json)" vendor-risk
for v in vendor-risk gdpr finance; do
	[ -d v-$v ] || continue
	is "$v: no person, no address" "$(people v-$v | wc -l) $(grep -rhoE 'ip:[0-9a-f]{32}|203\.0\.113\.' v-$v | wc -l)" "0 0"
	is "$v: no column that names somebody" "$(head -qn 1 v-$v/data/tables/*.csv | tr -d '\r' | tr , '\n' | grep -cxE 'actor|principal|viewer|by|operator')" 0
done
is "changes: how many made them is said where nobody is shown, and who made each where people are" \
	"$(jq -r '.statements[].text | capture("^(?<n>[0-9]+) actors made the (?<of>[0-9]+) changes") | .n + " " + .of' v-vendor-risk/data/01-scope.json) $(column v-internal-audit/data/tables/changes.csv actor | grep . | sort -u | wc -l)" \
	"$(sql "SELECT count(DISTINCT coalesce(actor_id, actor_email)) FROM audit_event WHERE category IN ('keys', 'quota', 'routing', 'billing', 'admin_access', 'configuration')") $(column v-vendor-risk/data/tables/changes.csv citation | wc -l) $(sql "SELECT count(DISTINCT coalesce(actor_id, actor_email)) FROM audit_event WHERE category IN ('keys', 'quota', 'routing', 'billing', 'admin_access', 'configuration')")"
is "internal audit has people" "$(people v-internal-audit | wc -l | sed 's/[1-9][0-9]*/some/')" some
is "finance has cost and no views of logs" "$(column v-finance/data/tables/usage_cost.csv billed | grep -c .) $(cat v-*/data/datapackage.json | grep -c log_views.csv)" \
	"$(column v-internal-audit/data/tables/usage_cost.csv billed | grep -c .) $(ls -d v-*/data/tables/log_views.csv | wc -l)"
is "no sentence rests on a table that is left out" "$(for v in $views; do jq -r '.statements[].basis' v-$v/data/0[1-7]*.json | grep -oE '^tables/[a-z_]+.csv' | while read -r t; do [ -e "v-$v/data/$t" ] || echo "$v $t"; done; done)" ""
order() { grep -oE 'id="(scope|sources|fields|redaction|retention|access|sample-trace)"' "$1/index.html" | cut -d'"' -f2 | tr '\n' ' '; }
is "its order" "$(order v-internal-audit)" "scope sources access retention redaction fields sample-trace "
is "files keep their names" "$(cd v-internal-audit && ls data/*.json)" "$(cd v-vendor-risk && ls data/*.json)"
is "another view is another packet" "$(cat v-*/data/packet.json | jq -r .id | sort -u | wc -l)" "$(ls v-*/data/packet.json | wc -l)"

is "no such view" "$(build --view nothing -o x; echo $?) $(grep -c 'one of: ' out)" "2 1"
mkdir w/templates
printf 'title: Ours\naudience: us\nsections: [access]\nleaves_out: {columns: [role], tables: [log_views]}\n' >w/templates/view-ours.yaml
ok "one's own" build --view ours -o ours
is "leaves out what it says" "$(head -qn 1 ours/data/tables/access_grants.csv | grep -c role) $(find ours/data/tables -name "*log_views*" | wc -l) $("$AUDITKIT" packet verify ours --json | jq .ok)" "0 0 true"
printf 'title: Ours\naudience: us\nleaves_out: {tables: [keys]}\n' >w/templates/view-ours.yaml
is "not what verdicts rest on" "$(build --view ours -o x; echo $?) $(grep -c 'view-ours.yaml:3' out)" "2 1"
printf 'title: Ours\naudience: us\nleaves_out: {fields: [nonsense]}\n' >w/templates/view-ours.yaml
is "nor a field that there is not" "$(build --view ours -o x; echo $?)" 2

# ---- for people ----
is "the workbook has every value of every table" "$(python3 "$AK_SRCDIR/tests/e2e/workbook.py" v-internal-audit)" \
	"ok $(($(ls v-internal-audit/data/tables | wc -l) + 1)) $(cat v-internal-audit/data/0[1-7]*.json | jq '[.tables[].count] | add // 0' | total)"
is "what looks like a formula is there, as text" "$(unzip -p v-internal-audit/data/evidence.xlsx 'xl/worksheets/*' | grep -c '<t>=1+1</t>')" 1

# ---- a sample, and numbered requests ----
is "the sample can be drawn again from the population and the packet's id" "$(python3 -c 'import csv, hashlib, json
p = "v-internal-audit/data/"
seed = json.load(open(p + "packet.json"))["id"]
table = lambda n: list(csv.DictReader(open(p + "tables/" + n + ".csv", newline="")))
rows = table("sample")
for name in ("changes", "access_grants"):
    cites = [r["citation"] for r in table(name)]
    least = sorted(cites, key=lambda c: hashlib.sha256((seed + " " + c).encode()).hexdigest())[:25]
    print(name, [r["citation"] for r in rows if r["population"] == name] == least, {int(r["of"]) for r in rows if r["population"] == name} == {len(cites)})')" \
	"$(printf 'changes True True\naccess_grants True True')"
is "calls too: population, seed and method are said" "$(jq -r '.statements[].text' v-internal-audit/data/01-scope.json | grep -c "^25 of $(sql "SELECT count(*) FROM request") calls are drawn; seed $(jq -r .id v-internal-audit/data/packet.json), method: ")" 1
is "each request names tables that are there, with their rows" "$(python3 -c 'import csv, json
p = "v-internal-audit/data/"
count = {t["name"]: t["count"] for n in ("01-scope", "02-sources", "03-fields", "04-redaction", "05-retention", "06-access", "07-sample-trace") for t in json.load(open(p + n + ".json"))["tables"]}
rows = list(csv.DictReader(open(p + "tables/request_map.csv", newline="")))
print(len(rows) > 30, sorted({r["list"] for r in rows}), all(int(r["rows"]) == sum(count[e[7:-4]] for e in r["evidence"].split()) for r in rows))')" \
	"True ['CAIQ', 'ISO27001', 'PBC', 'SIG', 'SOC2'] True"
printf 'title: Ours\naudience: us\nrequests: [PBC]\n' >w/templates/view-ours.yaml
printf 'PBC:\n  2026-17: {asks: who changed keys, section: scope, tables: [changes]}\n' >w/templates/request-map.yaml
build --view ours --sample 3 -o ours
is "one's own requests" "$(column ours/data/tables/request_map.csv id) $(column ours/data/tables/sample.csv population | grep -c changes)" "2026-17 3"

printf 'PBC:\n  2026-17: {asks: who, section: scope, tables: [changes], rules: [nothing]}\n' >w/templates/request-map.yaml
is "a rule that there is not" "$(build --view ours --sample 3 -o x; echo $?) $(grep -c 'request-map.yaml:2: no such rule' out)" "2 1"
printf 'PBC:\n  2026-17: {asks: who changed keys, section: scope, tables: [changes]}\n' >w/templates/request-map.yaml

"$AUDITKIT" -w w packet build --draft --force --view finance --sample 3 --reviewer Ada --from 2026-06-02 -o first >/dev/null 2>&1
build --like first -o second
is "like the last one: the same packet" "$(cat second/tagmanifest-sha256.txt)" "$(cat first/tagmanifest-sha256.txt)"
build --like first --to 2026-06-09 --view pci -o third
is "what differs is said" "$(grep -c '^differs ' out) $(jq -c '[.view.name, .sample.size, .reviewer, .period.from[:10], .period.to[:10]]' third/data/packet.json)" \
	'2 ["pci",3,"Ada","2026-06-02","2026-06-09"]'
is "a scope is asked for again" "$(build --like user -o x; echo $?) $(grep -c -e '--user VALUE' out)" "2 1"

# ---- what records hold ----
is "least and most of numbers" "$(python3 -c 'import csv
for r in csv.DictReader(open("v-internal-audit/data/tables/field_values.csv", newline="")):
    if (r["kind"], r["field"]) in (("request", "input_tokens"), ("request", "status_code")): print(r["with_value"], r["records"], r["least"], r["most"])')" \
	"$(sqlite3 -readonly -separator ' ' w/workspace.db "SELECT count(status_code), count(*), min(status_code), max(status_code) FROM request UNION ALL SELECT count(input_tokens), count(*), min(input_tokens), max(input_tokens) FROM request")"
is "records older than their class" "$(column v-internal-audit/data/tables/retention_due.csv due | total)" \
	"$(T=$(jq -r .as_of v-internal-audit/data/packet.json); sql "SELECT (SELECT count(*) FROM request WHERE unixepoch(event_start) < unixepoch('$T') - 90*86400) + (SELECT count(*) FROM app_event WHERE unixepoch(event_start) < unixepoch('$T') - 90*86400)")"
is "grants by role" "$(column v-internal-audit/data/tables/access_roles.csv grants | total)" "$(sql "SELECT count(*) FROM access_grant")"
finish
