#!/bin/sh
# sources drift: unknown fields with path, type, count, longest and first seen; known ones that went; never a value.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
record() { # record ID JQ-FILTER: a payload of a gateway call
	jq -nc --arg id "$1" '{id: $id, trace_id: ("t-" + $id), call_type: "acompletion", response_cost: 0, startTime: 1780480800,
		status: "success", model: "m", model_group: "g", model_parameters: {}, hidden_params: {}, end_user: "cust-9",
		metadata: {user_api_key_alias: "svc", user_api_key_team_id: "team-a"}}' | jq -c "$2"
}
drift() { "$AUDITKIT" -w w sources drift "$@"; }
of() { drift gw --json | jq -c "$1"; }
"$AUDITKIT" init w >/dev/null 2>&1

record a '.foo = "first value kept nowhere" | .nest = {deep: [1, 22]}' >1.jsonl
record b '.foo = "x" | .metadata.plan = true' >>1.jsonl
record c . >>1.jsonl
"$AUDITKIT" -w w ingest --source gw 1.jsonl >/dev/null 2>&1
is "path, type, count, longest, record" "$(of '[.sources[0].unknown[] | select(.path == "/foo") | [.type, .n, .max_length, .first_in, .first_rec, .new]]')" \
	"[[\"string\",2,$(jq -s 'map(.foo // "" | length) | max' 1.jsonl),\"1.jsonl\",1,false]]"
is "first seen is the run's time" "$(of '.sources[0].unknown[0].first_seen')" "\"$(sqlite3 w/workspace.db 'SELECT started FROM run')\""
is "below known objects too" "$(of '[.sources[0].unknown[] | select(.path == "/metadata/plan") | .type, .n, .first_rec]')" '["boolean",1,2]'
is "nothing went: there is one batch" "$(of '.sources[0].gone')" '[]'

record d '.bar = 7 | del(.end_user) | .metadata.user_api_key_team_id = null' >2.jsonl
record e '.foo = "yy" | del(.end_user, .metadata.user_api_key_team_id)' >>2.jsonl
"$AUDITKIT" -w w ingest --source gw 2.jsonl >/dev/null 2>&1
is "new in the last batch" "$(of '[.sources[0].unknown[] | select(.new) | .path]')" '["/bar"]'
is "counts go on" "$(of '[.sources[0].unknown[] | select(.path == "/foo") | .n, .first_rec]')" '[3,1]'
is "known fields that went, with both denominators" \
	"$(of '[.sources[0].gone[] | [.column, .before, .of_before, .last, .of_last]] | sort')" \
	'[["end_user_id",3,3,0,2],["team_id",3,3,0,2]]'
is "the same by hand" "$(sqlite3 w/workspace.db "SELECT count(end_user_id), count(team_id), count(*) FROM request GROUP BY file ORDER BY file" | tr '\n' ' ')" "3|3|3 0|0|2 "
"$AUDITKIT" -w w ingest --source gw 2.jsonl >/dev/null 2>&1
is "a run that stores nothing is no batch" "$(of '[.sources[0].gone[].column] | sort')" '["end_user_id","team_id"]'
drift gw | tr -s ' \n' ' ' >text
is "in words" "$(grep -c 'gone user.end.id\|in 0 of 2 records of the last batch, in 3 of 3 before; read from /end_user' text) $(grep -c '/foo string: 4 times, longest 24, first seen' text)" "1 1"
drift nothing >out 2>err
is "an unknown source" "$?" 2

# ---- the cap, and key names that are values ----
record f '. + ([range(700) | {("extra_" + (. | tostring)): .}] | add)' >3.jsonl
"$AUDITKIT" -w w ingest --source wide 3.jsonl >/dev/null 2>&1
limit=$("$AUDITKIT" limits --json | jq '.limits[] | select(.name == "DRIFT_PATHS") | .value')
is "listed and unlisted are what there was" \
	"$(drift wide --json | jq -c '.sources[0] | [(.unknown | length), .unlisted, .path_limit]')" "[$limit,$((700 - limit)),$limit]"
is "said in words" "$(drift wide | grep -c "^unlisted  $((700 - limit)) further")" 1
is "not one of the paths" "$(drift wide --json | jq '[.sources[0].unknown[] | select(.path | startswith("/") | not)] | length')" 0
record g '.["jane.doe@example.org"] = 1 | .["4111111111111111"] = 2' >4.jsonl
"$AUDITKIT" -w w ingest --source keys 4.jsonl >/dev/null 2>&1
is "a key that looks like a value is not printed" "$(drift keys --json | jq '[.sources[0].unknown[] | select(.path | startswith("/{key:"))] | length')" 2
secret="$(printf 's%s' k-)86C7Jd8C-GD0obq_OpkURt"
token="glp$(printf at)-a1b2c3-d4e5_f6g7-h8i9j0"
record h ". + {(\"$secret\"): 1} | .metadata += {(\"app_$secret\"): 2, (\"$token\"): 3}" >5.jsonl
"$AUDITKIT" -w w ingest --source secrets 5.jsonl >/dev/null 2>&1
is "nor one that is a secret" "$(drift secrets --json | jq -r '.sources[0].unknown[].path' | sed 's/:[0-9a-f]*:[0-9a-f]*]/:*]/' | sort | tr '\n' ' ')" \
	"/[REDACTED:sk_key:*] /metadata/[REDACTED:gitlab_token:*] /metadata/app_[REDACTED:sk_key:*] "
is "each counted once" "$(sqlite3 w/workspace.db "SELECT rule, sum(n) FROM redaction WHERE field = '(names)' GROUP BY 1 ORDER BY 1" | tr '\n' ' ')" "gitlab_token|1 sk_key|2 "
is "no value anywhere" "$( (drift; drift --json; sqlite3 w/workspace.db .dump) | grep -c 'kept nowhere\|jane.doe\|4111111111\|86C7Jd8C\|d4e5_f6g7')" 0
finish
