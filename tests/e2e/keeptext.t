#!/bin/sh
# `ingest --keep-text`: prose is off, is kept redacted where somebody said why, and says so in run, access log and packet.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
ak() { "$AUDITKIT" -w w "$@"; }
sql() { sqlite3 w/workspace.db "$1"; }
"$AUDITKIT" init w >/dev/null 2>&1
gkey=AIza$(printf 'Sy7%.0s' 1 2 3 4 5 6 7 8 9 10 11)Qw
event() { # event N JSON-STRING
	printf '{"event_id":"e%s","event_time":"2026-05-0%sT08:00:00Z","app":"support-bot","action":"ai.request","outcome":"failure","gateway_request_id":"g%s","error_message":"%s"}\n' "$1" "$1" "$1" "$2"
}
{
	event 1 "call to https://api.example.org/v1?key=$gkey failed for ada@example.org after 3 tries"
	event 2 'worker died\nTraceback (most recent call last):\n  File \"/srv/app/main.py\", line 12, in handler\n    raise Timeout'
	event 3 'plain words only'
} >events.jsonl


# ---- off by default ----
ok "read" ak ingest events.jsonl --source plain
is "texts are not kept" "$(sql "SELECT count(*), count(error_text) FROM app_event")" "3|0"
is "a failure has its template, without address, number and key" "$(sql "SELECT error_template FROM app_event WHERE event_id = 'e1'")" "call to <url> failed for <email> after <n> tries"
is "a stack trace is a flag" "$(sql "SELECT error_template, stack_trace_present FROM app_event WHERE event_id = 'e2'")" "worker died|1"
is "and stands in no file of the workspace" "$(cat w/workspace.db* w/*.jsonl 2>/dev/null | grep -acE "Traceback|main\.py|AIza|api\.example")" 0

# ---- what is refused ----
code() { "$@" >/dev/null 2>err; echo $?; }
is "no reason" "$(code ak ingest events.jsonl --keep-text error_text)" 2
is "a reason alone" "$(code ak ingest events.jsonl --reason x)" 2
is "a field that has no text" "$(code ak ingest events.jsonl --keep-text app --reason x)" 2
for name in prompt completion messages content payload_prompt; do
	is "payload: $name" "$(code ak ingest events.jsonl --keep-text $name --reason x) $(grep -c "never stored" err)" "6 1"
done

ak packet build -o off.zip --draft >/dev/null 2>&1
is "the path has the class of its template" "$(unzip -p off.zip '*/classes.csv' | grep '^plain,/error_message,' | cut -d, -f3-5)" masked,template,error_template

# ---- on ----
is "the same again adds nothing: a text is no part of a record's identity" "$(code ak ingest events.jsonl --source plain --keep-text error_text --reason again) $(sql "SELECT count(*), count(error_text) FROM app_event")" "0 3|0"
sed 's/"e\([0-9]\)"/"f\1"/; s/"g\([0-9]\)"/"h\1"/' events.jsonl >more.jsonl
ok "asked for" ak ingest more.jsonl --source kept --keep-text error_message --reason "incident 17 of $gkey"
is "kept without secret and address" "$(sql "SELECT error_text FROM app_event WHERE event_id = 'f1'" | sed 's/:[0-9a-f]*:[0-9a-f]*]/:K:F]/; s/email:[0-9a-f]*/email:T/')" "call to https://api.example.org/v1?key=[REDACTED:google_api_key:K:F] failed for email:T after 3 tries"
is "without its stack trace" "$(sql "SELECT error_text FROM app_event WHERE event_id = 'f2'")" "worker died"
is "plain words as they are" "$(sql "SELECT error_text FROM app_event WHERE event_id = 'f3'")" "plain words only"
is "the run says field, reason and operator" "$(sql "SELECT options FROM run ORDER BY id DESC LIMIT 1" | jq -c '."keep-text" | [.fields, (.reason | gsub(":[0-9a-f]+:[0-9a-f]+]"; ":K:F]")), (.operator | length)]')" '[["error_text"],"incident 17 of [REDACTED:google_api_key:K:F]",37]'
is "so does the access log" "$(tail -n 1 w/access.jsonl | jq -r '[.command, .options.field, (.options.reason | .[:14])] | join("|")')" "ingest|error_text|incident 17 of"
is "show shows it" "$(ak show f3 --json | jq -r '.records[0].fields["auditkit.error.text"]')" "plain words only"
ak packet build -o p.zip --draft >/dev/null 2>&1
unzip -qo p.zip -d p
for section in redaction access; do
	is "the $section statement says it" "$(find p -path "*$section*" -type f -exec cat {} + | tr -s '[:space:]' ' ' | grep -c 'error_text was kept as redacted text in the run of')" 1
done
is "the path has the class of the text that was kept" "$(find p -name classes.csv -exec grep '^kept,/error_message,' {} + | cut -d, -f3-6)" 'kept,"as redacted text, by ingest --keep-text",error_template error_text'
is "nothing secret in workspace and packet" "$(cat w/workspace.db* w/access.jsonl $(find p -type f) | grep -acE "$gkey|Traceback|ada@example")" 0
# ---- what policy.yaml removes ----
cp w/policy.yaml policy.yaml
for profile in hipaa strict; do
	sed "s/^redaction:.*/&\n  profile: $profile/" policy.yaml >w/policy.yaml
	is "profile $profile keeps no text" "$(code ak ingest more.jsonl --source $profile --keep-text error_text --reason x) $(grep -c "policy.yaml removes the field 'error_text'" err)" "6 1"
done
sed "s/^fields:.*/&\n  error_text: {keep: false, why: not needed}/" policy.yaml >w/policy.yaml
is "nor does one that policy.yaml names" "$(code ak ingest more.jsonl --source named --keep-text error_text --reason x) $(grep -c "policy.yaml removes the field 'error_text'" err)" "6 1"
cp policy.yaml w/policy.yaml

is "a dry run leaves no line" "$(wc -l <w/access.jsonl) $(code ak ingest more.jsonl --dry-run --keep-text error_text --reason x) $(wc -l <w/access.jsonl)" "$(wc -l <w/access.jsonl) 0 $(wc -l <w/access.jsonl)"
finish
