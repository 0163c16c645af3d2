#!/bin/sh
# Slips of the hand, and what a reader must not make of a file: a pattern that matches nothing, another format's name, rows that a
# column tells apart which no mapping knows.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
ak() { "$AUDITKIT" -w w "$@"; }
sql() { sqlite3 w/workspace.db "$1"; }
"$AUDITKIT" init w >/dev/null 2>&1
mkdir in
printf '{"key_id":"key_1","key_hash":"%064d","owner":"team-a","cost_center":"1","captured_at":"2026-05-01T00:00:00Z"}\n' 7 >in/keys.jsonl
fails() { # fails CODE NAME COMMAND...: the exit code; what was said is in err
	code=$1 name=$2
	shift 2
	"$@" >out 2>err
	is "$name" $? "$code"
}

fails 5 "a pattern that matches nothing" ak ingest 'in/*.jsn'
is "says so" "$(tr -s ' \n' ' ' <err | grep -c "'\*.jsn': no file matches .*nothing was read")" 1
fails 5 "one in a folder that is not there" ak ingest 'inn/*.jsonl'
is "and no run, no source remembers either" "$(sql 'SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM source)')" "0|0"
ok "a pattern that matches is read" ak ingest 'in/*.jsonl'

fails 5 "a file under another format's name" ak ingest --format openai-audit in/keys.jsonl
is "is not read as that" "$(sql "SELECT count(*) FROM audit_event"; sql "SELECT detail LIKE '%--format says ''openai-audit''%it has % of ''key-inventory''; hint: leave --format out%' FROM diag WHERE rule = 'file_not_read'")" "0
1"
"$AUDITKIT" formats show key-inventory | sed 's/^id:.*/id: own-keys/' >own.yaml
ok "a mapping of one's own is believed" ak ingest --mapping own.yaml --source own in/keys.jsonl
ok "what cannot be told from its signs may be named" ak ingest --format key-inventory in/keys.jsonl
"$AUDITKIT" -w w status >status.txt 2>/dev/null
is "a file of no format has no owner to be declared" "$(grep -c 'owner, first unrecognised' status.txt)" 0

# Three rows of a bucket that only `region` tells apart.
python3 - >usage.json <<'END'
import json
rows = [{"object": "organization.usage.completions.result", "input_tokens": n, "output_tokens": 1, "num_model_requests": 1,
         "project_id": "proj_1", "user_id": None, "api_key_id": None, "model": "gpt-4.1", "batch": None, "region": r}
        for n, r in ((100, "eu"), (300, "us"), (500, "ap"))]
print(json.dumps({"object": "page", "data": [{"object": "bucket", "start_time": 1780272000, "end_time": 1780275600, "results": rows}],
                  "has_more": False, "next_page": None}))
END
ok "rows that share all that is mapped" ak ingest --source usage usage.json
is "all count, and two are said to be in conflict" "$(ak report usage --json 2>/dev/null | jq -c '[.. | objects | select(has("input_tokens")) | .input_tokens | if type == "object" then .sum else . end] | unique') $(sql 'SELECT sum(conflict), sum(superseded) FROM file')" "[\"900\"] 2|0"
is "where they are read" "$(sql "SELECT rule, n FROM diag WHERE rule = 'id_not_unique'")" "id_not_unique|2"
ok "and read again" ak ingest --source usage usage.json
is "they are the same three" "$(sql 'SELECT count(*) FROM usage')" 3
finish
