#!/bin/sh
# T-FIELD: a fixture with a distinct value for each field of retention, archive, export and attachments fills that column of that
# record and no other; the dictionary says what it is for and what fills it. --store has every column of a workspace.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
ak() { "$AUDITKIT" -w w "$@"; }
sql() { sqlite3 w/workspace.db "$1"; }
ok "a workspace" "$AUDITKIT" init w

# ---- every column has its log ----
"$AUDITKIT" fields --store --json >store.json
for t in $(sql "SELECT tbl_name FROM sqlite_schema WHERE type = 'index' AND name = tbl_name || '_time'"); do
	sql "SELECT '$t ' || name FROM pragma_table_info('$t')"
done | sort >have
jq -r '.rows[] | .table + " " + .column' store.json | sort >said
is "--store says each column of each record table once" "$(cmp have said && wc -l <said)" "$(jq .columns store.json)"
is "13 tables" "$(cut -d ' ' -f 1 have | uniq | wc -l)" 13
is "in one of the four classes" "$(jq -r '[.rows[].store] | unique | join(", ")' store.json)" "metadata log, not retained, provider admin log"
is "the classes add up" "$(jq '([.classes[]] | add) == .columns and (.rows | length) == .columns' store.json)" true
is "what only --keep-text stores is not retained" "$(jq -r '[.rows[] | select(.store == "not retained").column] | unique | join(" ")' store.json)" "error_text reason_text"
is "no column holds payload" "$(jq -r '.classes."restricted payload log"' store.json)" 0
"$AUDITKIT" fields --store >out
is "people see the same counts" "$(grep -c "$(jq -r '.classes."provider admin log"' store.json) of $(jq .columns store.json) in 13 tables: provider admin log" out)" 1
is "--store is of the list" "$("$AUDITKIT" fields show app --store >/dev/null 2>&1; echo $?)" 2
is "every field says why it is stored" "$("$AUDITKIT" fields --json | jq '[.fields[] | select((.purpose | length) < 4 or (.meaning | length) < 4 or (.store | length) < 8)] | length')" 0

# ---- T-FIELD ----
{
	for i in 1 2 3 4 5 6 7 8; do
		case $i in
		1) own='"has_attachments":true' ;;
		2) own='"attachment_count":417' ;;
		3) own='"attachment_types":["image/x-example"]' ;;
		4) own='"retention_class":"class-four"' ;;
		5) own='"delete_at":"2031-05-05T05:05:05Z"' ;;
		6) own='"archive_location":"s3://example-archive/six"' ;;
		7) own='"export_permission":"with_approval"' ;;
		8) own='"viewer_role":"role-eight"' ;;
		esac
		printf '{"event_id":"e%s","time":"2026-06-0%sT10:00:00Z","app":"support-bot","event":"ask",%s}\n' $i $i "$own"
	done
} >events.jsonl
ok "ingest" ak ingest events.jsonl --source app
one() { # one N COLUMN NAME VALUE-IN-SQL VALUE-IN-JSON
	is "$2 is in its record alone" "$(sql "SELECT group_concat(event_id) FROM app_event WHERE $2 IS NOT NULL")" "e$1"
	is "$2 by value" "$(sql "SELECT event_id FROM app_event WHERE $2 = $4")" "e$1"
	is "$3 is what show says" "$(ak show "e$1" --json | jq -c --arg n "$3" '.records[0].fields[$n]')" "$5"
	"$AUDITKIT" fields show "$3" --json >f.json
	is "$3: meaning, purpose, type, redaction, log and what fills it" "$(jq -r '[.column, (.meaning | length > 8), (.purpose | length > 8), (.type | length > 1), .redaction, (.store | contains("metadata log")), (.mappings."app-events" | length > 1)] | join(" ")' f.json)" \
		"$2 true true true kept true true"
	is "$3 is filled by what the formats say" "$("$AUDITKIT" fields show "$2" | grep -c "app-events: /")" 1
}
one 1 attachments_present auditkit.attachment.present 1 true
one 2 attachment_count auditkit.attachment.count 417 417
one 3 attachment_types file.mime_type "'[\"image/x-example\"]'" '["image/x-example"]'
one 4 retention_class auditkit.retention.class "'class-four'" '"class-four"'
one 5 delete_at auditkit.retention.delete_at "'2031-05-05T05:05:05Z'" '"2031-05-05T05:05:05Z"'
one 6 archive_location auditkit.retention.archive "'s3://example-archive/six'" '"s3://example-archive/six"'
one 7 export_permission auditkit.access.export "'with_approval'" '"with_approval"'
one 8 viewer_role auditkit.access.viewer_role "'role-eight'" '"role-eight"'

# ---- a location is an id: what it may hide is replaced ----
secret=sk-proj-$(printf 'Zq8Lw%.0s' 1 2 3 4 5 6 7 8)T3BlbkFJ$(printf 'Rt5Vn%.0s' 1 2 3 4)
{
	printf '{"event_id":"s1","time":"2026-06-09T10:00:00Z","app":"a","event":"b","archive_location":"s3://b/%s"}\n' "$secret"
	printf '{"event_id":"s2","time":"2026-06-09T10:00:00Z","app":"a","event":"b","archive_location":"https://logs.example.org/a?X-Amz-Signature=%s"}\n' "$(printf '0a%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)"
	printf '{"event_id":"s3","time":"2026-06-09T10:00:00Z","app":"a","event":"b","viewer_role":"ada@example.org","attachments":[{"name":"Salary of Ada.pdf","mime_type":"application/pdf"}]}\n'
} >hidden.jsonl
ok "ingest what hides something" ak ingest hidden.jsonl --source app
is "none of it is stored" "$(cat w/workspace.db* w/*.jsonl | grep -acE "$secret|0a0a0a0a0a|ada@example|Salary")" 0
is "a signed address is a token as a whole" "$(sql "SELECT archive_location GLOB 'id:*' FROM app_event WHERE event_id = 's2'")" 1
is "a file's name stays in the source" "$(sql "SELECT attachments_present, attachment_types FROM app_event WHERE event_id = 's3'")" '1|["application/pdf"]'

# ---- the packet's dictionary ----
ak packet build --draft -o p >/dev/null 2>&1
is "the packet's dictionary has the logs" "$(python3 -c 'import csv; r=list(csv.DictReader(open("p/data/tables/fields.csv"))); print(len(r), sorted({x["store"] for x in r}))')" \
	"$("$AUDITKIT" fields --json | jq '.fields | length') ['metadata log', 'metadata log, provider admin log', 'not retained', 'provider admin log']"
# Results that nobody can get are no success; a reader that has gone is told nothing.
for c in fields 'fields --json' help --version limits 'completion bash'; do
	# shellcheck disable=SC2086
	is "$c into a closed output" "$("$AUDITKIT" $c 2>err.txt >&-; echo "$? $(grep -c "cannot write 'standard output'" err.txt) $(grep -c '^hint: standard' err.txt)")" "74 1 1"
	# shellcheck disable=SC2086
	[ ! -c /dev/full ] || is "$c onto a full disk" "$("$AUDITKIT" $c 2>err.txt >/dev/full; echo "$? $(grep -c "cannot write 'standard output'" err.txt)")" "74 1"
done
is "all three closed" "$("$AUDITKIT" fields <&- >&- 2>&-; echo $?)" 74
is "a reader that has gone" "$( ("$AUDITKIT" fields 2>err.txt; "$AUDITKIT" fields 2>>err.txt) | true; cat err.txt)" ""
finish
