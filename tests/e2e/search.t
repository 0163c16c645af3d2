#!/bin/sh
# Search: filters and expressions against Python over the same rows, pages while others ingest, exports with their sidecars, saved
# queries, SQL of one's own. F178 to F197.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >key
chmod 600 key
"$AUDITKIT" init w --key-file key >/dev/null 2>&1
sed "s#path: \([a-z]\)#path: $AK_SRCDIR/samples/\1#" "$AK_SRCDIR/samples/policy.yaml" >w/policy.yaml
sed -i "s#^redaction:#&\n  key_file: $PWD/key#" w/policy.yaml
grep -q '^  key_file' w/policy.yaml || printf 'redaction:\n  key_file: %s\n' "$PWD/key" >>w/policy.yaml
"$AUDITKIT" -w w ingest >/dev/null 2>&1
sql() { sqlite3 -separator ' ' w/workspace.db "$1"; }
search() { "$AUDITKIT" -w w search "$@"; }
# An event in the middle of the night, with what surrounds it; an end user, a tenant, cells that a spreadsheet would run.
cat >night.csv <<'END'
audit_event_id,actor_id,actor_role,actor_ip,user_agent,organization_id,target_type,target_id,action,before,after,reason,request_id,created_at
ae-n1,ada@example.org,owner,198.51.100.77,curl/8.5.0,org-brindle,api_key,key_77,key.rotated,"{""alias"": ""old""}","{""alias"": ""new""}",leak,req-n1,2026-06-10T03:14:00Z
ae-n2,ada@example.org,owner,198.51.100.77,curl/8.5.0,org-brindle,api_key,key_77,key.deleted,,,=HYPERLINK,req-n2,2026-06-10T03:15:00Z
ae-n3,bob@example.org,=HYPERLINK(1),198.51.100.78,curl/8.5.0,org-brindle,'quoted,key_78,key.created,,,x,req-n3,2026-06-10T03:12:59Z
END
"$AUDITKIT" -w w ingest night.csv >/dev/null 2>&1
cat >money.csv <<'END'
settlement_id,type,amount,currency,created_at
s-1,refund,-0.5,USD,2026-06-10T00:00:00Z
END
"$AUDITKIT" -w w ingest money.csv >/dev/null 2>&1

# ---- filters, expressions, order, counts ----
python3 "$AK_SRCDIR/tests/e2e/search.py" "$AUDITKIT" w finance@example.org "$AK_SRCDIR" >cases 2>&1
is "every filter and expression finds what Python finds, in order, and counts it" "$(tail -n +2 cases)" "all agree"
is "and most of them find something" "$(awk 'NR == 1 { print ($3 * 10 >= $1 * 8) }' cases)" 1
is "a person is found by the address (F178)" "$(search --user ada@example.org --json 2>/dev/null | jq -c '[.counts.audit_event.matches, [.records[].fields.event_id]]')" \
	'[2,["ae-n1","ae-n2"]]'
# Of an address only its token counts; its network is found when a network is asked for.
found_at() { search --layer audit_event --json "$@" 2>/dev/null | jq -c '[.counts.audit_event.matches, [.records[].fields.event_id]]'; }
is "an address is not its network" "$(found_at --ip 198.51.100.77) $(found_at --where 'ip = 198.51.100.78') $(found_at --ip 198.51.100.79)" \
	'[2,["ae-n1","ae-n2"]] [1,["ae-n3"]] [0,[]]'
is "nor is a wider network or a narrower one" "$(found_at --ip 198.51.100.77/32) $(found_at --ip 198.51.100.64/26)" '[0,[]] [0,[]]'
is "a network is found as one" "$(search --layer audit_event --ip 198.51.100.0/24 --json --all 2>/dev/null | jq '[.records[].fields.event_id | select(test("^ae-n[123]$"))] | length')" 3
is "what guardrails blocked, whatever provider it was for" "$(search --layer request --dlp blocked --reason gateway --error GuardrailRaisedException --json 2>/dev/null | jq .counts.request.matches)" \
	"$(jq .dlp_block "$AK_SRCDIR/samples/truths.json")"
is "the log of accesses has the token" "$(grep -c 'ada@example' w/access.jsonl) $(grep -c 'user_id\|actor_id.*email:' w/access.jsonl | awk '{ print ($1 > 0) }')" "0 1"
search --category keys --layer audit_event --at 03:14Z±1m --full >full 2>&1
is "who rotated it, from where, with what (F191)" "$(grep -c '^record' full) $(grep -cE 'email:[0-9a-f]{32}' full) $(grep -c 'network  *198.51.100.0/24' full) $(grep -c 'curl/8' full) $(grep -c '198.51.100.77' full)" "1 1 1 1 0"
is "+-1m is the same" "$(search --category keys --layer audit_event --at 03:14Z+-1m --full 2>&1 | cksum)" "$(cksum <full)"
is "the table has 80 columns, '-' where nothing is" "$(search --limit 40 2>/dev/null | awk '{ n = length($0); if (n > m) m = n } END { print (m <= 80) }') $(search --limit 40 2>/dev/null | grep -c ' - ' | awk '{ print ($1 > 0) }')" "1 1"
is "a record of the table shows by its number (F190)" "$("$AUDITKIT" -w w show ":$(sql "SELECT seq FROM audit_event WHERE event_id = 'ae-n1'")" --diff | grep -cE '^(before|after) +(old|new)')" 2
is "two runs are the same (F197)" "$(search --limit 200 --format csv 2>/dev/null | cksum)" "$(search --limit 200 --format csv 2>/dev/null | cksum)"

is "what was acted on is the key, not the ticket; a type says that it is one" "$(search --layer audit_event --action rotated --source litellm-audit 2>/dev/null | awk '$5 == "rotated" { print substr($6, 1, 4) }' | tr '\n' ' ')" "key: key: "
is "a text that is an identifier points to its filter" "$(search CHG-1216 2>&1 >/dev/null | tr '\n' ' ' | tr -s ' ')" \
	"hint no word begins so, but --ticket with this text matches 1 audit_event, 1 ticket "
is "--count counts, and lists when a page is asked for" "$(search --status 429 --count 2>/dev/null | head -n 1) $(search --status 429 --count --limit 2 2>/dev/null | grep -c '^:') $(search --status 429 --count --json 2>/dev/null | jq -c '[.records, .complete, .next]')" \
	"matches   34 request; layers tell of the same calls and are never added 2 [[],false,null]"

# ---- a key by any of its names ----
cat >inventory.csv <<'END'
key_id,key_hash,alias,owner,owner_type,app,team,environment,state,created_at
key_one,hash-one-0123456789abcdef,label-one,t-1,team,,t-1,prod,active,2026-01-01T00:00:00Z
key_77,hash-two-0123456789abcdef,label-two,t-1,team,,t-1,prod,active,2026-01-01T00:00:00Z
key_three,hash-three-0123456789abcdef,label-both,t-1,team,,t-1,prod,active,2026-01-01T00:00:00Z
key_four,hash-four-0123456789abcdef,label-both,t-1,team,,t-1,prod,active,2026-01-01T00:00:00Z
END
"$AUDITKIT" init k >/dev/null 2>&1
"$AUDITKIT" -w k ingest inventory.csv night.csv >/dev/null 2>&1
byname() { "$AUDITKIT" -w k search --layer "$1" --key "$2" --json 2>/dev/null | jq -c "[.counts.$1.matches, .counts.$1.exact]"; }
is "id, hash and label lead to the key and to events whose target it is" "$(for k in key_77 hash-two-0123456789abcdef label-two; do byname audit_event $k; byname api_key $k; done | sort | uniq -c | tr -s ' ')" \
	" 3 [1,true]
 3 [2,true]"
is "a label of two keys leads to neither's other names" "$(byname api_key label-both) $(byname api_key key_three)" "[2,true] [1,true]"
is "the names are said" "$("$AUDITKIT" -w k search --layer audit_event --key label-two 2>&1 >/dev/null | grep -c 'id key_77')" 1
is "a column of --where stays what it is" "$("$AUDITKIT" -w k search --layer api_key --where "key_id = 'label-two'" --json 2>/dev/null | jq .counts.api_key.matches)" 0

# ---- what is refused ----
refused() { # refused NAME COLUMN EXPRESSION
	search --layer request --where "$3" >out 2>err
	is "$1" "$? $(grep -o 'column [0-9]*' err | head -n 1)" "2 column $2"
}
refused "an unknown field, with its column" 5 "not stauts = 3"
refused "a value that is missing" 12 "status >=  "
refused "an open parenthesis" 16 "(status >= 500 "
refused "a number that is none" 10 "status = abc"
refused "an order of tokens" 11 "user.id > 'x'"
refused "a part of a token" 18 "user.id contains 'x'"
refused "words without a sign between" 12 "status = 5 6"
is "a quote in a value is a value" "$(search --layer request --where "model = 'x'' or 1=1 --'" --json 2>/dev/null | jq .counts.request.matches)" 0
search --layer usage --status 429 >out 2>err
is "a layer without the field" "$? $(grep -c "layer 'usage'" err)" "2 1"

# ---- pages ----
pages() { # pages SIZE BETWEEN: all pages, one after the other; BETWEEN is run after the first
	cursor=''
	: >pages
	while :; do
		search --status 4xx --layer request --limit "$1" --json ${cursor:+--cursor "$cursor"} >page 2>/dev/null || break
		jq -r '.records[].seq' page >>pages
		[ -n "$cursor" ] || $2
		cursor=$(jq -r '.next // empty' page)
		[ -n "$cursor" ] || break
	done
}
later() {
	zcat "$AK_SRCDIR/samples/litellm/slp-2026-06-01_07.jsonl.gz" | sed -n 's/"id": "chatcmpl-/&later/; s/"call_id": "/&f/; s/"trace_id": "../"trace_id": "ff/; s/"x-request-id": "/&later/; 1,400p' >later.jsonl
	"$AUDITKIT" -w w ingest later.jsonl >/dev/null 2>&1
}
before=$(sql "SELECT seq FROM request WHERE status_code BETWEEN 400 AND 499 ORDER BY time_us, seq" | cksum)
pages 7 later
is "pages put together are all there was, while others ingest (F189)" "$(cksum <pages)" "$before"
is "and there is more now" "$(($(search --status 4xx --layer request --all --format jsonl 2>/dev/null | wc -l) > $(wc -l <pages)))" 1
search --status 5xx --layer request --cursor "$(search --status 4xx --layer request --limit 3 --json 2>/dev/null | jq -r .next)" >out 2>err
is "a cursor of another search" "$? $(grep -c 'another search' err)" "2 1"

# ---- exports ----
search --layer request --status 4xx --all -o found.csv >out 2>err
is "an export has as many rows as the search counts (F192)" "$? $(($(wc -l <found.csv) - 1))" "0 $(search --layer request --status 4xx --json 2>/dev/null | jq .counts.request.matches)"
is "its columns are the dictionary's" "$(head -n 1 found.csv | tr -d '\r' | tr ',' '\n' | grep -v '^auditkit_')" \
	"$("$AUDITKIT" fields --json | jq -r '.fields[] | select((.kinds | index("request")) != null) | .column')"
is "the sidecar: filter, count, times and digest (F193)" "$(jq -r '[.filter, .listed, .first, .last, .sha256, .complete] | map(tostring) | join("|")' found.csv.meta.json)" \
	"request where status_code >= '400' and status_code <= '499'|$(sql "SELECT count(*), min(event_start), max(event_start) FROM request WHERE status_code BETWEEN 400 AND 499" | tr ' ' '|')|$(sha256sum <found.csv | cut -d' ' -f1)|true"
search --layer request --status 4xx --all --format jsonl --trailer >t.jsonl 2>/dev/null
is "the trailer has count and digest of the lines before" "$(tail -n 1 t.jsonl | jq -r '[.records, .sha256] | map(tostring) | join(" ")')" "$(($(wc -l <t.jsonl) - 1)) $(sed '$d' t.jsonl | sha256sum | cut -d' ' -f1)"
search --layer audit_event --where "event_id in (ae-n2, ae-n3)" --format csv >guard.csv 2>/dev/null
search --layer audit_event --where "event_id in (ae-n2, ae-n3)" --format csv --raw-csv >raw.csv 2>/dev/null
cat >cells.py <<'END'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="")))
print([[r["actor_role"], r["resource_type"]] for r in rows if r["event_id"] == "ae-n3"])
END
is "cells are neutralised and reverse (F194)" "$(python3 cells.py guard.csv | tr -d "\"'") $(python3 cells.py raw.csv | tr -d "\"'") $(grep -c "'=HYPERLINK(1)" guard.csv) $(grep -c "''quoted" guard.csv) $(grep -c "'" raw.csv)" "[[=HYPERLINK(1), quoted]] [[=HYPERLINK(1), quoted]] 1 1 1"
is "a number stays a number" "$(search --layer settlement --format csv 2>/dev/null | grep -c ',-0\.5,')" 1
is "json has the same records" "$(search --layer request --status 4xx --all --format json 2>/dev/null | jq -c '[.records[].cite]' | cksum)" "$(jq -sc '[.[] | select(.cite).cite]' t.jsonl | cksum)"
search --layer request --status 4xx -o found.csv >out 2>err
is "a file that is there is not replaced" "$?" 2

# ---- saved ----
search --user ada@example.org --save who >out 2>&1
is "a saved query holds tokens (F188)" "$? $(grep -c ada@example w/queries.json) $(stat -c %a w/queries.json) $("$AUDITKIT" -w w query run who --json 2>/dev/null | jq .counts.audit_event.matches)" "0 0 600 2"
is "a filter is a parameter by its name" "$("$AUDITKIT" -w w query run who --param user=bob@example.org --json 2>/dev/null | jq -c '[.records[].fields.event_id]')" '["ae-n3"]'
search --layer request --where 'status >= $low and not (model = $m)' --from '$since' --save low >out 2>&1
is "parameters: named when they are saved" "$? $("$AUDITKIT" -w w query list --json | jq -c '.queries[] | select(.name == "low") | .params | sort')" '0 ["low","m","since"]'
is "and given when it runs" "$("$AUDITKIT" -w w query run low --param low=500 --param m=nothing --param since=2026-06-02 --json 2>/dev/null | jq .counts.request.matches)" \
	"$(sql "SELECT count(*) FROM request WHERE status_code >= 500 AND event_start >= '2026-06-02'")"
"$AUDITKIT" -w w packet build --draft --unsigned -o saved >/dev/null 2>&1
is "a packet lists them, without their values (F188)" "$(python3 -c '
import csv
print([[r["name"], r["version"], r["filters"], r["expression"], r["parameters"]] for r in csv.DictReader(open("saved/data/tables/saved_searches.csv"))])') $(grep -c '2 searches are saved' saved/data/06-access.md)" \
	"[['low', '1', '', 'true', 'low, m, since'], ['who', '1', 'user', 'false', '']] 1"
"$AUDITKIT" -w w query run low --param low=500 >out 2>err
is "one that is missing" "$? $(grep -c 'parameter without a value' err)" "2 1"
"$AUDITKIT" -w w query run who --param nobody=1 >out 2>err
is "one that it has not" "$?" 2
search --status 429 --limit 2 --save two >/dev/null 2>&1
is "a page is saved too, and a run may have another" "$("$AUDITKIT" -w w query run two 2>/dev/null | grep -c '^:') $("$AUDITKIT" -w w query run two --limit 3 2>/dev/null | grep -c '^:') $("$AUDITKIT" -w w query rm two >/dev/null 2>&1; echo $?)" "2 3 0"
search --user bob@example.org --save who >/dev/null 2>&1
is "versions" "$("$AUDITKIT" -w w query list | grep -c 'who, version 2') $("$AUDITKIT" -w w query rm who >/dev/null 2>&1; "$AUDITKIT" -w w query run who 2>&1 | grep -c 'no saved query')" "1 1"

# ---- own exports come back ----
for format in jsonl csv; do
	"$AUDITKIT" init two.$format --key-file key >/dev/null 2>&1
	search ${AK_LONG:+--all} --limit 300 -o all.$format >/dev/null 2>&1
	"$AUDITKIT" -w two.$format ingest --key-file key all.$format >out 2>&1
	is "$format: an export is taken in by a workspace with the same key (F195)" "$?" 0
	is "$format: every canonical field of every record is equal" "$(python3 - w two.$format <<'END'
import collections, sqlite3, sys
def records(folder):
    db = sqlite3.connect("file:%s/workspace.db?mode=ro" % folder, uri=True)
    out = collections.Counter()
    fixed = {"seq", "file", "rec_no", "byte_offset", "byte_length", "flags", "time_raw", "identity", "content", "revision", "salt", "leaf", "state"}
    for k in ("request", "audit_event", "app_event", "usage", "ticket", "access_grant", "api_key", "settlement"):
        q = db.execute("SELECT * FROM %s r WHERE NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = r.seq)" % k)
        names = [d[0] for d in q.description]
        for r in q:
            out[(k,) + tuple((n, v) for n, v in zip(names, r) if n not in fixed)] += 1
    return out
a, b = records(sys.argv[1]), records(sys.argv[2])
for x, y in list(zip(sorted((a - b).keys(), key=str), sorted((b - a).keys(), key=str)))[:1]:
    if b - a:
        print([(p, q) for p, q in zip(x, y) if p != q][:4])
print("%d differ of %s" % (sum((b - a).values()), "hundreds" if sum(b.values()) >= 300 else sum(b.values())))
END
)" "0 differ of hundreds"
	"$AUDITKIT" init three.$format >/dev/null 2>&1
	"$AUDITKIT" -w three.$format ingest all.$format >out 2>&1
	is "$format: with another key it is refused, and nothing is stored" "$? $(sqlite3 three.$format/workspace.db "SELECT sum(stored), sum(rejected) > 299 FROM file")" "6 0|1"
done

# ---- SQL ----
own() { "$AUDITKIT" -w w sql "$@" 2>err; }
is "SQL of one's own (F196)" "$(own "SELECT count(*), ak_sum(cost_estimated) FROM request" --format csv | tail -n 1 | tr -d '\r')" \
	"$("$AUDITKIT" -w w search --layer request --all --format jsonl 2>/dev/null | python3 -c 'import sys, json, decimal; r = [json.loads(l)["fields"] for l in sys.stdin]; s = sum(decimal.Decimal(x.get("cost_estimated", "0")) for x in r); print("%d,%s" % (len(r), format(s.normalize(), "f")))')"
for statement in "DELETE FROM request" "INSERT INTO source(name, format) VALUES('x', 'y')" "UPDATE main.request SET event_id = 1" "ATTACH 'x.db' AS x" "PRAGMA journal_mode" \
	"CREATE TEMP TABLE t(x)" "SELECT * FROM meta" "SELECT salt FROM main.request" "WITH request AS (SELECT salt FROM main.request) SELECT * FROM request" \
	"SELECT * FROM sqlite_schema" "SELECT * FROM pragma_table_info('request')" "SELECT load_extension('x')" "SELECT value FROM main.meta" "SELECT data FROM column_page" \
	"VACUUM INTO 'copy.db'" "SELECT h FROM lookup WHERE h = 1" "DROP VIEW request" "BEGIN" "SELECT identity FROM main.usage"; do
	own "$statement" >out
	is "refused: $statement" "$? $(wc -c <out)" "6 0"
done
is "the database is as it was" "$(sql "SELECT count(*) FROM source WHERE name = 'x'") $(ls copy.db x.db 2>/dev/null)" "0 "
own "SELECT 1; SELECT 2" >out
is "one statement" "$?" 2
own "SELEC 1" >out
is "what is no SQL" "$? $(grep -c syntax err)" "2 1"
is "rows are bounded, and that is said" "$(own "SELECT seq FROM request" --limit 3 --format jsonl | wc -l) $(own "SELECT seq FROM request" --limit 3 >/dev/null; echo $?)" "3 3"
if [ -n "${AK_LONG-}" ]; then
own "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n" --timeout 1 >out
is "time is bounded" "$? $(grep -c 'longer than it may' err)" "71 1"
own "SELECT group_concat(zeroblob(9000000)) FROM request" >out
is "memory is bounded" "$?" 71
fi
own "SELECT length(zeroblob(20000000))" >out
is "a value is bounded" "$?" 71
cases="SELECT instr('aébéb', 'éb'), instr('abc', ''), instr('', 'a'), instr(x'6162ff', x'ff'), instr('ab', x'62'), instr(NULL, 'a'), instr(12345, 34), replace('aXbXX', 'X', 'éé'), replace('abc', '', 'x'), replace('aaa', 'aa', 'b'), replace('a', 'a', ''), replace(121, 1, 7), replace('a', NULL, 'b')"
is "instr and replace say what SQLite says" "$(own "$cases" --format csv | tail -n 1 | tr -d '\r"')" "$(sqlite3 -csv :memory: "$cases" | tr -d '\r"')"
is "and take no minutes, which no deadline could stop" "$(timeout 20 "$AUDITKIT" -w w sql "SELECT instr(a, b), length(replace(a, b, 'x')) FROM (SELECT printf('%.*c', 4000000, 'a') AS a, printf('%.*c', 2000000, 'a') || 'b' AS b)" --format csv | tail -n 1 | tr -d '\r')" "0,4000000"
own "SELECT length(replace(printf('%.*c', 4000000, 'a'), 'a', 'bbb'))" >out
is "nor more memory than a value may" "$?" 71
is "only the newest records are seen" "$(own "SELECT count(*) FROM usage" --format csv | tail -n 1 | tr -d '\r')" "$(sql "SELECT count(*) FROM usage u WHERE state = 0 AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = u.seq)")"

# ---- F132: privileged events, by a list that can be edited ----
cites() { "$AUDITKIT" -w w search "$@" --all --format jsonl 2>/dev/null | jq -r .cite | sort; }
want() { sql "SELECT s.name || ':' || a.seq FROM audit_event a JOIN file f ON f.id = a.file JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source WHERE a.state = 0 AND a.seq NOT IN (SELECT seq FROM superseded) AND ($1)" | sort; }
cp w/policy.yaml policy.kept 2>/dev/null || : >policy.kept
is "the categories that checks of approvals are about" "$(cites --privileged)" "$(want "category IN ('keys', 'quota', 'routing', 'billing', 'admin_access', 'configuration')")"
act=$(sql "SELECT action FROM audit_event WHERE category = 'admin_access' AND action GLOB '*.*' LIMIT 1")
printf '\naudit:\n  privileged: [keys, "%s"]\n  high_risk: "%s*"\n' "$act" "${act%%.*}" >>w/policy.yaml
is "or what policy.yaml lists: categories and actions" "$(cites --privileged)" "$(want "category = 'keys' OR action = '$act'")"
is "high-risk is another list, and both go together with other tests" "$(cites --high-risk --where "category = 'keys' or outcome = 'success'")" "$(want "action GLOB '${act%%.*}*' AND (category = 'keys' OR outcome = 'success')")"
is "an error names the column of what was typed" "$("$AUDITKIT" -w w search --privileged --where "outcome = success and nosuch = 1" 2>&1 | head -n 1)" "auditkit: column 23 of --where: there is no field 'nosuch'"
sed -i "s/high_risk: .*/high_risk: [\"a'); --\"]/" w/policy.yaml
is "what is no action is no part of an expression" "$("$AUDITKIT" -w w search --high-risk >/dev/null 2>err; echo $?) $(grep -c 'audit.high_risk' err)" "2 1"
cp policy.kept w/policy.yaml

# A word that one record of few has, whatever the number of texts that its column has.
python3 - >words.jsonl <<'PY'
import json
for i in range(30):
    print(json.dumps({"id": "cx%d" % i, "trace_id": "%032x" % (99 + i), "call_id": "cx%d" % i, "call_type": "acompletion", "status": "failure",
                      "custom_llm_provider": "openai", "startTime": 1792000000.0 + i, "endTime": 1792000001.0 + i, "response_time": 1.0, "model": "m",
                      "model_group": "m", "metadata": {}, "response_cost": 0, "model_parameters": {}, "hidden_params": {},
                      "error_information": {"error_code": "500", "error_class": "Q%cword" % (97 + i % 26) + "abcd"[i // 26] * (i % 5), "error_message": "x"}}))
PY
for n in 1 8 30; do
	head -n $n words.jsonl >some.jsonl
	"$AUDITKIT" init words$n >/dev/null 2>&1 && "$AUDITKIT" -w words$n ingest some.jsonl >/dev/null 2>&1
	is "each of $n words is found" "$(sqlite3 words$n/workspace.db "SELECT DISTINCT error_type FROM request" | while read -r w; do "$AUDITKIT" -w words$n search "$w" --layer request --count --json 2>/dev/null | jq '.counts.request.matches > 0'; done | sort | uniq -c | tr -s ' ')" " $(sqlite3 words$n/workspace.db "SELECT count(DISTINCT error_type) FROM request") true"
done

# ---- what an attacker tried ----
many() { python3 -c 'import sys; print(sys.argv[3].join(sys.argv[2] % i for i in range(int(sys.argv[1]))))' "$@"; }
find_in() { "$AUDITKIT" -w w search "$@" --count --json >out 2>err; echo "$?"; }
is "200 tests of one search" "$(find_in --where "$(many 200 'status = %d' ' or ')")" 0
is "the last of 200 counts as the first" "$(find_in --where "$(many 199 'status = %d' ' or ') or status = 200"; jq .counts.request.matches out)" "$(find_in --where "status = 200"; jq .counts.request.matches out)"
is "200 values" "$(find_in --where "model in ($(many 199 'm%d' ', '))")" 0
is "90 options" "$(find_in $(many 90 '--user u%d@example.com' ' '))" 0
is "60 words over all layers" "$(find_in "$(many 60 'w%d' ' ')")" 0
is "60 brackets are usage or work, never damage" "$(find_in --where "$(many 60 'not (status = %d or (model = a and ' ' ')status = 1$(many 60 '))%.0s' '')" | sed 's/^[02]$/fine/')" fine
is "what is no network" "$(find_in --where "ip = '203.0.113.0/33'") $(find_in --where "ip = '203.0.113.0/x'") $(find_in --where "ip = '2001:db8::/129'") $(find_in --where "ip = '203.0.113.0/24'")" "2 2 2 0"
is "columns of one name" "$(own "SELECT 1 AS a, 2 AS a, 3 AS a_2" --json | jq -c '.rows[0]') $(grep -c '1 of 3' err)" '{"a":1,"a_2":3,"a_3":2} 1'
is "a column whose name is no UTF-8" "$(own "SELECT 1 AS \"$(printf '\377')\"" --json | jq -c '.rows[0] | length')" 1
own "SELECT length(printf('%.*c', 50000000, 'x'))" >out
is "a text that is too long is none" "$? $(wc -c <out)" "71 0"
is "printf as it was" "$(own "SELECT printf('%05.1f|%s', 2.5, 'é') AS a, printf('') AS b, printf(NULL) AS c" --json | jq -c '.rows[0]')" '{"a":"002.5|é","b":"","c":null}'
is "NUL in JSON" "$(own "SELECT 'a' || char(0) || 'b' AS n" --json | jq -c '.rows[0].n')" '"a\u0000b"'
for format in csv table; do
	is "NUL and ESC as $format" "$(own "SELECT 'a' || char(0, 27) || 'b' AS n" --format $format | tr -d '\r' | grep -c 'a\\u{0*0}\\u{0*1b}b *$')" 1
done
own "SELECT 'sk-ant-api03-' || 'Qz7xTail' /* Qz8x */ AS \"Qz9x\" -- Qz6x" >/dev/null
is "what is quoted in a statement is not logged" "$(grep -c 'Qz[0-9]x' w/access.jsonl) $(tail -n 1 w/access.jsonl | jq -r '.options.words[0]' | sed 's/hmac [0-9a-f]\{32\}$/hmac/')" "0 SELECT ? || ?   AS ?  ; hmac"

# ---- fields that no record fills are not read ----
is "the list of filled fields is what the rows say" "$(python3 - <<'PY'
import sqlite3
db = sqlite3.connect("file:w/workspace.db?mode=ro", uri=True)
listed, filled = set(db.execute("SELECT value FROM meta WHERE key = 'filled'").fetchone()[0].split()), set()
own = set("seq file rec_no byte_offset byte_length flags time_us time_raw identity content revision salt leaf state".split())
for kind, in db.execute("SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) i WHERE m.type = 'table' AND i.name = 'leaf' AND m.name <> 'ledger_entry'").fetchall():
    fields = [c for c, in db.execute("SELECT name FROM pragma_table_info(?)", (kind,)) if c not in own]
    counts = db.execute("SELECT %s FROM %s" % (", ".join("count(%s)" % c for c in fields), kind)).fetchone()
    filled |= {kind + "." + c for c, n in zip(fields, counts) if n}
print(len(filled) > 50, listed == filled)
PY
)" "True True"
cp -r w w-all && sqlite3 w-all/workspace.db "DELETE FROM meta WHERE key = 'filled'"
for where in "status >= 400" "not status >= 400" "status is missing or session_id = x" "not (cost > 0 and status = 200)" "team = nobody" "app is missing" "not app is missing and cost is missing"; do
	is "with the list and without: $where" "$("$AUDITKIT" -w w search --where "$where" --count --json 2>/dev/null | jq -c .counts)" "$("$AUDITKIT" -w w-all search --where "$where" --count --json 2>/dev/null | jq -c .counts)"
done
sqlite3 w-all/workspace.db "INSERT INTO meta SELECT 'filled', '' WHERE 1"
is "verify sees that the list lacks one" "$("$AUDITKIT" -w w-all verify --json | jq -r .first_break)" "the list of filled fields, which searches go by, lacks one that a record fills"
finish
