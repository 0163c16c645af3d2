#!/bin/sh
# What may be missing from a source: planted silences, caps, holes, cuts, undated and future records, buckets that were not final,
# old records. Each count with what it is counted of.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
W=w
"$AUDITKIT" init w >/dev/null 2>&1
# events NAME: rows of the table day,hour,n on standard input become app events
events() {
	python3 -c '
import sys, json
k = 0
for line in sys.stdin:
    day, hour, n = map(int, line.split(","))
    for i in range(n):
        k += 1
        print(json.dumps({"app": "desk", "event": "ask", "event_id": f"{sys.argv[1]}{k}", "time": f"2026-08-{day:02d}T{hour:02d}:{i % 60:02d}:00Z"}))
' "$1" >"$1.jsonl"
}
ingest() { "$AUDITKIT" -w "$W" ingest --source "$@" >out.txt 2>err.txt; }
shown() { "$AUDITKIT" -w "$W" sources show "$1" --json | jq -r "$2"; }
check() { shown "$1" ".completeness.checks[] | select(.check == \"$2\") | \"\\(.state) \\(.n) \\(.of)\""; }

# ---- silences ----
all() { for d in $(seq 1 14); do for h in $(seq 0 23); do echo "$d,$h,3"; done; done; }
all | events even
ingest even even.jsonl
is "no hour without a record" "$(check even silence)" "none 0 336"
all | grep -v '^9,1[0-5],' | events hole
ingest hole hole.jsonl
is "six hours that never were silent before" "$(check hole silence)" "suspected 6 336"
is "their bounds, and what was to be expected" "$(shown hole '.completeness.silences[] | "\(.from) \(.to) \(.hours) \(.expected) \(.suspected)"')" \
	"2026-08-09T10:00:00Z 2026-08-09T16:00:00Z 6 17 true"
is "hours with records, of all" "$(shown hole '.completeness.hours | "\(.with_records) \(.of)"')" "330 336"
all | awk -F, '$2 >= 8 && $2 < 18' | events office
ingest office office.jsonl
is "nights are no gap" "$(check office silence)" "none 0 322"
all | awk -F, '$2 >= 8 && $2 < 18 && $1 != 6 && $1 != 7' | events away
ingest away away.jsonl
is "two days of an office are one" "$(check away silence) $(shown away '.completeness.silences[0] | "\(.hours) \(.suspected)"')" "suspected 62 322 62 true"
"$AUDITKIT" -w "$W" sources show away >text
is "in words" "$(tr -s ' \n' '  ' <text | grep -c 'suspected, 62 of 322 hours.*2026-08-05T18:00:00Z to 2026-08-08T08:00:00Z, 62 hours')" 1

# ---- caps: exports at large, and what the format says ----
seq 1 1000 | awk '{ print "1,0,1" }' | events thousand
ingest thousand thousand.jsonl
is "a thousand records" "$(check thousand cap)" "suspected 1 1"
jq -nc '{object: "list", has_more: false, data: [range(1000) | {id: "audit_log-m\(.)", type: "project.updated", effective_at: 1785564000,
	actor: null}]}' >last.json
ingest last last.json
is "a thousand records, and the page says that it is the last" "$(check last cap) $(shown last .records_in)" "none 0 1 1000"
cat >gate.yaml <<'Y'
id: gate
title: Gate, call log
version: 1
kind: request
container: json
detect: {required: [/gate, /at]}
identity: [event_id]
completeness:
  caps: [{rows: 7, what: one page of the gate's console}]
  sequence: event_id
  truncated:
    - {path: /cut, is: "true"}
    - {path: /note, is: "skipped*"}
fields: {event_id: /gate, event_start: /at}
Y
row() { printf '%s\n' "{\"gate\":\"$1\",\"at\":\"${2-2026-08-01T00:00:00Z}\"${3-}}"; }
{ row 11; row 12; row 15; row 14; row 21; row 22; row 23; } >gate.jsonl
ingest gate --mapping gate.yaml gate.jsonl
is "the limit that the format names" "$(check gate cap) $(shown gate '.warnings[] | select(.rule == "suspected_cap").detail')" \
	"suspected 1 1 exactly the limit of one page of the gate's console; check for a further part"
is "holes of the sequence" "$(check gate sequence) $(shown gate '[.completeness.missing_numbers[] | "\(.first)-\(.last)"] | join(" ")')" "found 6 13 16-20 13-13"
is "no record is cut" "$(check gate cut)" "none 0 7"
{ row 31 2026-08-01T00:00:00Z ',"cut":true'; row 32 2026-08-01T00:00:00Z ',"note":"skipped 3"'; row 33 '' ; row 34 2199-01-01T00:00:00Z
	row 35 1999-01-01T00:00:00Z; row 36 2026-08-01T01:00:00Z ',"cut":false'; } >marks.jsonl
ingest marks --mapping gate.yaml marks.jsonl
is "two records that the source cut" "$(check marks cut)" "found 2 6"
is "one without a time" "$(check marks undated)" "found 1 6"
is "one of the future, one of long ago" "$(check marks odd_time)" "found 2 6"
is "what a format says nothing of is not judged" "$(check even sequence) $(check even cut) $(check even provisional)" \
	"not judged null null not judged null null not judged null null"
cat >>gate.yaml <<'Y'
payload: {prompt: /ask, masks: [hidden], cuts: ["(gate skipped ", "[clipped]"]}
Y
{ row 41 2026-08-01T00:00:00Z ',"ask":"one (gate skipped 9 bytes) two"'; row 42 2026-08-01T00:00:00Z ',"ask":[{"role":"user","content":"a\n\u0062 \u005bclipped] c"}]'
	row 43 2026-08-01T00:00:00Z ',"ask":"{\"content\":\"[clipped]\"}"'; row 44 2026-08-01T00:00:00Z ',"ask":"gate skipped nothing"'
	row 45 2026-08-01T00:00:00Z ',"ask":"hidden"'; } >inside.jsonl
ingest inside --mapping gate.yaml inside.jsonl
is "texts that the source cut inside: plain, escaped, in JSON in a text" "$(check inside cut)" "found 3 5"
is "a text to look for is not empty" "$(sed 's/"\[clipped\]"/""/' gate.yaml >bad.yaml; "$AUDITKIT" formats check bad.yaml 2>&1 | grep -c 'payload.cuts: a text is empty')" 1
sed 's/rows: 7/rows: 0/' gate.yaml >bad.yaml
is "caps are checked" "$("$AUDITKIT" formats check bad.yaml 2>&1 | grep -c "'rows' is 1 or more")" 1

# ---- pages, buckets, ages ----
page() { echo "{\"object\":\"list\",\"has_more\":$1,\"data\":[{\"id\":\"audit_log-$2\",\"type\":\"$3\",\"effective_at\":178556400$2,\"actor\":null}]}"; }
page true 2 project.created >p1.json
page true 1 tenant.hologram.started >p2.json
ingest pages p1.json p2.json
is "no last page" "$(check pages has_more)" "found 2 2"
is "an action of no category is listed" "$(check pages action) $(shown pages '.completeness.unmapped_actions[] | "\(.action) \(.category) \(.n)"')" \
	"found 1 2 tenant.hologram.started other 1"
is "the others are counted by category" "$(shown pages '.completeness.categories | tostring')" '{"configuration":1}'
page false 0 project.archived >p3.json
ingest pages p3.json
is "with the last page nothing is missing" "$(check pages has_more)" "none 0 3"
# Others say it by a number of pages, a total, or a flag in an object of its own.
"$AUDITKIT" init numbered >/dev/null 2>&1
others() { # others SOURCE FILE...: what the check says of these files alone
	W=numbered
	ingest "$@"
	"$AUDITKIT" -w numbered sources show "$1" --json | jq -r '.completeness.checks[] | select(.check == "has_more") | "\(.state) \(.n) \(.of)"'
	W=w
}
cloudflare() { # cloudflare PAGE RECORDS TOTAL
	jq -n --argjson p "$1" --argjson n "$2" --argjson t "$3" '{success: true, result: [range($n) | {id: "01JN\($p)\(.)", provider: "openai", model: "m",
		created_at: "2026-03-02T0\($p):20:46Z", path: "chat/completions", success: true, status_code: 200, cached: false, duration: 5, step: 0,
		tokens_in: 1, tokens_out: 1, cost: 0.1, metadata: "{}"}], result_info: {count: $n, page: $p, per_page: 3, total_count: $t}}'
}
for p in 1 2; do cloudflare $p 3 7 >cf$p.json; done
cloudflare 3 1 7 >cf3.json
logs() { # logs MORE ID: a text that looks like the flag stands before it
	jq -n --argjson m "$1" --arg i "$2" '{auditLogs: [{id: $i, createdAt: "2026-03-02T09:00:00Z", organizationId: "o", userId: "u", action: "api_key.create",
		resourceType: "api_key", resourceId: "k", metadata: null}], pagination: {nextCursor: "\"hasMore\": \($m | not)", hasMore: $m, limit: 1}}'
}
logs true a >la1.json
logs false b >la2.json
is "two of three pages by number and total" "$(others aig cf1.json cf2.json)" "found 2 2"
is "and the third" "$(others aig cf3.json)" "none 0 3"
is "a flag inside an object" "$(others llmgw la1.json), $(others llmgw la2.json)" "found 1 1, none 0 2"
jq -c '. + {has_more: true, page: 1, total_pages: 5}' office.jsonl | head -n 3 >named.jsonl
is "members of a record say nothing of pages" "$(others named named.jsonl)" "not judged null null"
bucket() { echo "{\"object\":\"bucket\",\"start_time\":$1,\"end_time\":$2,\"results\":[{\"object\":\"organization.usage.completions.result\",\"input_tokens\":5,\"output_tokens\":5,\"num_model_requests\":1}]}"; }
echo "{\"object\":\"page\",\"has_more\":false,\"data\":[$(bucket 1785542400 1785628800),$(bucket 1785628800 1785715200)]}" >usage.json
ingest usage --exported-at 2026-08-03T12:00:00Z usage.json
is "both buckets are over" "$(check usage provisional)" "none 0 2"
W=early
"$AUDITKIT" init early >/dev/null 2>&1
ingest usage --exported-at 2026-08-02T12:00:00Z usage.json
is "one was exported while it ran" "$(check usage provisional)" "found 1 2"
ingest usage --exported-at 2026-08-03T00:05:00Z usage.json
is "and again while it was still counted" "$(check usage provisional)" "found 1 2"
ingest usage --exported-at 2026-08-03T09:00:00Z usage.json
is "a later export says the same: it is final" "$(check usage provisional) $(shown usage .duplicate)" "none 0 2 4"
W=w
printf 'version: 1\nretention:\n  app_event: {keep: 1d, why: short}\n' >w/policy.yaml
is "older than the declared class" "$(check even overdue)" "found 1008 1008"
sed -i 's/keep: 1d/keep: 3650d/' w/policy.yaml
is "within a long one" "$(check even overdue)" "none 0 1008"
is "other kinds have none" "$(check gate overdue)" "not judged null null"

# ---- the same in the packet ----
"$AUDITKIT" -w w packet build --draft --force -o p >out.txt 2>err.txt
is "the packet is built" "$?" 0
csv() { python3 -c '
import csv, sys
for r in csv.DictReader(open("p/data/tables/" + sys.argv[1] + ".csv")): print(*(r[c] for c in sys.argv[2:]))' "$@"; }
for s in even hole office away thousand last gate marks inside pages usage; do
	shown "$s" '.completeness.checks[] | select(.check != "overdue") | "\(.check) \(.state) \(.n // "") \(.of // "")"' | sed "s/^/$s /"
done | LC_ALL=C sort >want
csv completeness source check state n of | grep -v ' overdue ' | LC_ALL=C sort >got
is "every check of every source, as sources show has it" "$(diff want got | head -5) $(wc -l <got)" " 99"
found() { jq -r ".findings[] | select(.id == \"$1\").measured" p/data/08-requests/findings.json; }
is "findings: silence, holes, caps" "$(found source-silent), $(found source-hole), $(found source-capped)" \
	"68 of $(awk '$2 == "silence" { n += $NF } END { print n }' got | sed 's/...$/,&/') hours from the first to the last record, 6 of 24 numbers from the first to the last, 2 of 13 files"
is "cuts, times, actions" "$(found record-cut), $(found record-undated), $(found action-unmapped)" \
	"5 of 18 records, 3 of $(awk '$2 == "undated" { n += $NF } END { print n }' got | sed 's/...$/,&/') records, 1 of 1,003 audit events"
is "nothing that is not there" "$(found source-paged)$(found bucket-provisional)" ""
is "the action that has no category" "$(csv unmapped_actions source action category n)" "pages tenant.hologram.started other 1"
is "a sheet per source" "$(ls p/data/02-sources/ipe | tr '\n' ' ')" "away.json even.json gate.json hole.json inside.json last.json marks.json office.json pages.json thousand.json usage.json "
sheet() { jq -r "$2" "p/data/02-sources/ipe/$1.json"; }
is "its digest is the file's" "$(sheet gate .sha256)" "$(sha256sum gate.jsonl | cut -d' ' -f1)"
is "of several files that of their listing" "$(sheet pages .sha256)" "$(sha256sum p?.json | LC_ALL=C sort | sha256sum | cut -d' ' -f1)"
is "its counts obey the law, and are those of the lines" \
	"$(sheet marks '.counts | [.records_in == .stored + .duplicate + .rejected + .blank + .excluded + .expired, .records_in] | tostring')" \
	"[true,$(wc -l <marks.jsonl)]"
is "what it adds up to" "$(sheet usage '.control_totals[] | "\(.records) \(.requests) \(.input_tokens) \(.billed)"') $(jq '[.data[].results[].input_tokens] | add' usage.json)" \
	"2 2 10 null 10"
is "each export with its time and its basis" "$(sheet usage '.exports[] | "\(.name) \(.exported_at) \(.exported_at_basis) \(.records_in)"')" \
	"usage.json 2026-08-03T12:00:00Z declared 2"
is "what it does not show stands there" "$(sheet thousand '.limitations | join("\n")' | grep -c 'nobody is declared\|query that produced\|by file time only\|alone it does not\|known export limit')" 5
ok "the packet verifies" "$AUDITKIT" packet verify p
finish
