#!/bin/sh
# What is proposed can be typed: the commands of status, and the hints behind what went wrong.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
ak() { "$AUDITKIT" -w w "$@"; }
mkdir exports
cat >exports/audit.json <<'END'
{"object": "list", "data": [{"object": "organization.audit_log", "id": "audit_log-1", "type": "login.succeeded", "effective_at": 1790812800,
  "actor": {"type": "session", "session": {"user": {"id": "user-1", "email": "kim@example.org"}, "ip_address": "198.51.100.7"}}, "login.succeeded": {}}],
  "first_id": "audit_log-1", "last_id": "audit_log-1", "has_more": true}
END
cat >exports/usage.json <<'END'
{"object": "page", "has_more": false, "next_page": null, "data": [{"object": "bucket", "start_time": 1790812800, "end_time": 1790899200, "results": [
  {"object": "organization.usage.completions.result", "input_tokens": 10, "output_tokens": 2, "num_model_requests": 5, "project_id": "proj_1"}]}]}
END
cat >exports/spend.json <<'END'
[{"request_id": "chatcmpl-1", "call_type": "acompletion", "api_key": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  "spend": 0.01, "total_tokens": 12, "prompt_tokens": 10, "completion_tokens": 2, "startTime": "2026-10-01T00:00:00Z",
  "endTime": "2026-10-01T00:00:02Z", "model": "gpt-4o", "custom_llm_provider": "openai", "cache_hit": "False", "cache_key": "Cache OFF",
  "metadata": {"status": "success"}, "status": "success", "request_tags": [], "session_id": "s-1"}]
END
"$AUDITKIT" init w --discover exports >/dev/null 2>&1
sed -i 's/^not_provided:/  nightly: {pull: {api: openai, stream: costs}, owner: fin, every: 1d}\n&/' w/policy.yaml
ak ingest >out 2>/dev/null
is "exports are read, and sums alone accuse nobody" "$? $(grep -c '^bypass' out)" "0 0"

# ---- status ----
ak status >out 2>/dev/null
steps() { # each matter on a line of its own, with its command beside or below it
	sed -n '/^do this first/,$p' out | sed 1d | awk '/^[1-9]/ { if (n) print l; l = ""; n = 1 } { l = l " " $0 } END { print l }' | tr -s ' '
}
said=$(ak report reconcile --json 2>/dev/null | jq -r '.bypass | map("\(.source): no gateway record explains project \(.project), \(.requests) requests") | join(" ")')
is "a bypass stands in status as reconcile has it" "$(steps | grep -c "bypass $said auditkit -w w report reconcile") $(ak status --json 2>/dev/null | jq -c '[.links[].bypass[]? | [.basis, .requests]]')" '1 [["project",5]]'
is "a page that is not the last: how to export all" "$(steps | grep -c 'openai-audit lacks its last page.*auditkit -w w help collect openai')" 1
is "what is pulled is never read by ingest" "$(steps | grep -c 'never read.*auditkit -w w pull --all')" 1
grep -o 'auditkit -w w .*' out | sort -u >typed
is "all of them" "$(($(wc -l <typed) >= 3))" 1
while read -r c; do
	sh -c "\"\$AUDITKIT\" ${c#auditkit }" >/dev/null 2>err </dev/null
	is "$c is a command" "$(grep -c 'yntax\|usage:\|unknown' err)" 0
done <typed

is "sources says so too" "$(ak sources 2>/dev/null | grep -c '^warning *openai-audit lacks its last page')" 1
"$AUDITKIT" help collect litellm | grep -q '^ *litellm-spendlogs$'
is "rows of spend logs as JSON are named" "$?" 0

# ---- ingest ----
printf 'a|b\n1|2\n' >exports/pipes.csv
ak ingest >out 2>/dev/null
is "a file that no format knows: how to draft a mapping" "$(tr -s ' \n' '  ' <out | grep -c "NOT READ pipes.csv .*'auditkit formats new FILE'")" 1
is "four sources are a table at 80 columns, formats or not" "$(grep -c '^openai-usage  *1  *0  *1  *0  *0  ' out) $(awk 'length > 80' out)" "1 "
echo '{"no":"record of any format"}' >row
cat row row row row row row row row row row row row >wrong.jsonl
ak ingest --format openai-usage wrong.jsonl >out 2>/dev/null
is "more rejects than are shown: where the others are" "$? $(grep -c 'and 2 more: auditkit -w w sources show openai-usage$' out)" "3 1"
is "and that the format may be the wrong one" "$(tr -s ' \n' '  ' <out | grep -c 'repair json_no_records: .* of another format')" 1
ak --key-file nowhere.key ingest exports >/dev/null 2>err
is "no key file: what one is" "$? $(grep -c '^hint: name the private file that holds the pseudonym key' err)" "6 1"
ak packet build --draft --from 2027-01-01 --to 2027-02-01 -o empty.zip >out 2>/dev/null
is "a packet of another month says that it is empty" "$? $(grep -c "NO RECORD lies in it: 'auditkit -w w sources'" out)" "0 1"
"$AUDITKIT" fields show latency_ms >/dev/null 2>err
is "a field by a name that is none: what products call so" "$? $(grep -c '^hint: near it: duration_ms' err)" "2 1"
"$AUDITKIT" fields show qqqqq >/dev/null 2>err
is "and of a name that nobody uses the list" "$? $(grep -c "^hint: 'auditkit fields' lists them$" err)" "2 1"
ak ingest --follow exports >/dev/null 2>err
is "a folder is not followed, and leaves no trace" "$? $(grep -c "wants one file" err) $(ak sources | grep -c unrecognised)" "2 1 0"
is "help collect says what the questions are" "$("$AUDITKIT" help collect 2>/dev/null | grep -c '^questions 1 who\|^          [2-7] ')" 7
finish
