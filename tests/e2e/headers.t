#!/bin/sh
# Headers that no field asks for are counted by name. What is counted is told from the input by jq; a name that may hold a
# value is not shown, names without end are counted together, and no value is anywhere.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
ak() { "$AUDITKIT" -w w "$@"; }
sql() { sqlite3 w/workspace.db "$1"; }
ok "a workspace" "$AUDITKIT" init w
secret=sk-proj-$(printf 'Zq8Lw%.0s' 1 2 3 4 5 6 7 8)T3BlbkFJ$(printf 'Rt5Vn%.0s' 1 2 3 4)
key=AIza$(printf 'Sy7-x_%.0s' 1 2 3 4 5)Qw7zK
python3 - "$secret" "$key" >many.jsonl <<'END'
import json
import sys

secret, key = sys.argv[1:]
for i in range(300):
    h = {"Authorization": "Bearer valueone", "X-Brindle-Stage": "valuetwo"}
    if i % 2:
        h["authorization"[: 13].upper()] = "Bearer valueone"
    if i % 3 == 0:
        h.update({"llm_provider-Set-Cookie": "valuethree", "gw-7.internal.example": "valuefour", secret: "valuefive", key: "valuefive",
                  "ada@example.org": "valuesix", "n" * 200: "valueseven", "": "valueeight", "x-empty": "", "x-null": None})
    if i == 299:
        h.update({"x-many-%s" % "".join("abcdefghij"[int(c)] for c in str(k)): "valuenine" for k in range(700)})
    print(json.dumps({"log_type": "request", "timestamp": "2026-06-03T10:00:00Z", "request_id": "r-%d" % i, "headers": h}))
END
ok "ingest" ak ingest many.jsonl --source gw
count() { sql "SELECT coalesce(sum(n), 0) FROM redaction WHERE rule LIKE 'header%' AND $1"; }
want() { jq -s "[.[].headers | to_entries[] | select(.value != null and .value != \"\") | select($1)] | length" many.jsonl; }
is "every value is counted once" "$(count 1)" "$(want true)"
is "a name is the same in any case" "$(count "field = '/headers/authorization' AND rule = 'header, credential'")" "$(want '.key | ascii_downcase == "authorization"')"
is "a header of one's own by its name" "$(count "field = '/headers/x-brindle-stage' AND rule = 'header'")" 300
is "the provider's, as the gateway calls them" "$(count "field = '/headers/llm_provider-set-cookie' AND rule = 'header, credential'")" "$(want '.key == "llm_provider-Set-Cookie"')"
is "a name like a host's is its length" "$(count "field = '/headers/{key:21}'")" 100
is "keys and addresses are no names" "$(sql "SELECT count(*) FROM redaction WHERE field GLOB '*[Ss][Kk]-proj*' OR field LIKE '%aiza%' OR field LIKE '%ada%'")" 0
is "empty ones did not arrive" "$(count "field LIKE '%x-empty' OR field LIKE '%x-null'")" 0
is "names without end are counted together" "$(sql "SELECT count(*) <= 520 FROM redaction WHERE rule LIKE 'header%'") $(($(count "field = '/headers/(other names)'") > 200))" "1 1"
ak packet build --draft -o p >out 2>&1
is "the packet is built" "$(test -d p && echo yes)" yes
is "the statement counts values, names and records" "$(jq -r '.statements[].text | select(contains("headers arrived"))' p/data/04-redaction.json | sed 's/stored:.*/stored/')" \
	"gw: $(want true) values of $(sql "SELECT count(*) FROM redaction WHERE rule LIKE 'header%'") headers arrived in 300 records and none is stored"
is "the table has each" "$(python3 -c 'import csv; print(sum(int(r["n"]) for r in csv.DictReader(open("p/data/tables/redaction.csv")) if r["rule"].startswith("header")))')" "$(want true)"
is "no value, key or address anywhere" "$(find w p -type f -exec cat {} + | grep -acE "value(one|two|three|four|five|six|seven|nine)|$secret|$key|ada@example|internal\.example")" 0
for s in "$secret" "$key"; do
	is "lower case hides no key" "$(find w p -type f -exec cat {} + | grep -acF "$(echo "$s" | tr '[:upper:]' '[:lower:]')")" 0
done

# ---- a log that keeps all headers in a text of its metadata ----
printf '{"request_id":"chatcmpl-1","call_type":"acompletion","api_key":"","spend":0,"startTime":"2026-06-03T10:00:00Z","endTime":"2026-06-03T10:00:01Z","model":"m","status":"success","metadata":"{\\"requester_custom_headers\\":{\\"X-Api-Key\\":\\"valueten\\",\\"x-stage\\":\\"b\\"}}"}\n' >sl.jsonl
ok "ingest of spend logs" ak ingest sl.jsonl --source sl --format litellm-spendlogs
is "their headers" "$(sql "SELECT field, n FROM redaction WHERE rule LIKE 'header%' AND field LIKE '/metadata%' ORDER BY 1")" "/metadata|json/requester_custom_headers/x-api-key|1
/metadata|json/requester_custom_headers/x-stage|1"

finish
