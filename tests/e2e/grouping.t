#!/bin/sh
# Aggregate exports that lack a dimension: which questions they cannot answer, in how many of how many files.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
page() { # page DAY KEY MODEL REQUESTS: one bucket; "-" stands for null, no requests for an empty bucket
	start=$((1780272000 + $1 * 86400))
	results=
	[ -z "${4-}" ] || results=$(jq -nc --arg k "$2" --arg m "$3" --argjson n "$4" '{object: "organization.usage.completions.result",
		input_tokens: 10, output_tokens: 5, num_model_requests: $n,
		api_key_id: (if $k == "-" then null else $k end), model: (if $m == "-" then null else $m end)}')
	echo "{\"object\":\"page\",\"data\":[{\"object\":\"bucket\",\"start_time\":$start,\"end_time\":$((start + 86400)),\"results\":[$results]}],\"has_more\":false,\"next_page\":null}"
}
run() { "$AUDITKIT" -w "$1" ingest "$2" --format openai-usage --source usage --json ${3+"$3" "$4"} 2>err >out; }
said() { jq -c '[.grouping[] | [.as, .files, .of, .questions]]' out; }
for w in a b c d e; do "$AUDITKIT" init $w >/dev/null 2>&1; done

mkdir 1 2 3 4 5
page 0 - - 5 >1/a.json
run a 1/a.json
is "neither key nor model" "$(said)" '[["api_key_id",1,1,[1,5]],["model",1,1,[5]]]'
page 0 key_1 gpt-5-mini 5 >2/a.json
run b 2/a.json
is "both" "$(said)" '[]'
page 0 key_1 gpt-5-mini 5 >3/a.json
page 1 - gpt-5-mini 5 >3/b.json
page 2 - - >3/c.json
run c 3
is "one of two files; the third is empty and measures nothing" "$(said)" '[["api_key_id",1,2,[1,5]]]'
is "said again by sources show" "$("$AUDITKIT" -w c sources show usage --json | jq -c '[.grouping[] | [.as, .files, .of]]')" '[["api_key_id",1,2]]'
is "in words" "$("$AUDITKIT" -w c sources show usage | tr -s ' \n' ' ' | grep -c 'not grouped by api_key_id in 1 of 2 files: questions 1 and 5 not evaluable from it; re-export so: add group_by=api_key_id')" 1
page 5 - gpt-5-mini 5 >5/a.json
run c 5/a.json
is "a further run speaks of its own file" "$(said)" '[["api_key_id",1,1,[1,5]]]'
is "all files together" "$("$AUDITKIT" -w c sources show usage --json | jq -c '[.grouping[] | [.as, .files, .of]]')" '[["api_key_id",2,3]]'
page 0 - - 5 >4/a.json
run d 4/a.json --query 'group_by=api_key_id,model'
is "declared as grouped: null means unknown, not ungrouped" "$(said)" '[]'
run e 4/a.json --query 'group_by=project_id'
is "declared as grouped by another" "$(said)" '[["api_key_id",1,1,[1,5]],["model",1,1,[5]]]'
is "the sum agrees with the rows" "$(sqlite3 e/workspace.db "SELECT count(*) FROM usage WHERE key_id IS NULL AND request_count = 5")" 1
finish
