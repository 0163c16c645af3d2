#!/bin/sh
# Traps of provider exports that need more than one file or the stored bytes; tests/formats/traps-providers.tsv has the list.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
"$AUDITKIT" init personal >/dev/null 2>&1
put() { # put SOURCE FILE [OPTION...]: exit code, then the run's stored, duplicate and superseded
	s=$1 f=$2
	shift 2
	"$AUDITKIT" -w w ingest --source "$s" "$f" --json "$@" >out 2>err
	echo "$? $(jq -r '.run.totals | "\(.stored) \(.duplicate)"' out)"
}
sql() { sqlite3 -separator ' ' w/workspace.db "$1"; }
audit() { # audit ID...: a page of these events
	printf '%s\n' "$@" | jq -Rn '{object: "list", has_more: false, data: [inputs | {id: "audit_log-\(.)", type: "user.added",
		effective_at: (1785564000 + (. | tonumber)), actor: null, "user.added": {id: "user-\(.)"}}]}'
}
activities() {
	printf '%s\n' "$@" | jq -Rn '{has_more: false, data: [inputs | {id: "activity_\(.)", type: "org_users_listed",
		created_at: "2026-08-01T00:00:0\(.)Z", organization_id: "org_01X", actor: {type: "anthropic_actor", email_address: null}}]}'
}

# ---- 5: lists from newest to oldest shift while they are read ----
audit 3 2 >a1.json
audit 2 1 >a2.json
activities 3 2 >b1.json
activities 2 1 >b2.json
is "overlapping pages of events: OpenAI, Anthropic" "$(put oa a1.json), $(put oa a2.json), $(put an b1.json), $(put an b2.json)" \
	"0 2 0, 0 1 1, 0 2 0, 0 1 1"

# ---- 1: a last page that says that more follow ----
audit 9 | jq '.has_more = true | .last_id = "audit_log-9"' >more.json
jq -n '{data: [{starting_at: "2026-08-01T00:00:00Z", ending_at: "2026-08-02T00:00:00Z", results: [{uncached_input_tokens: 1,
	output_tokens: 1}]}], has_more: true, next_page: "page_AAAA"}' >more-an.json
put more more.json >/dev/null
put more-an more-an.json >/dev/null
is "has_more and no page behind it" "$(for s in more more-an oa; do "$AUDITKIT" -w w sources show $s --json | jq -c '[.has_more, .sources[0].has_more?] | map(select(. != null))[0]'; done | tr '\n' ' ')" "true true false "

# ---- 5, 7: a bucket that is read again counts once, as it was read last ----
bucket() { # bucket INPUT KEY MODEL
	jq -n --argjson n "$1" --arg k "$2" --arg m "$3" '{object: "page", data: [{object: "bucket", start_time: 1785542400, end_time: 1785628800,
		results: [{object: "organization.usage.completions.result", input_tokens: $n, output_tokens: 1, num_model_requests: 1,
		api_key_id: (if $k == "" then null else $k end), model: (if $m == "" then null else $m end)}]}], has_more: false}'
}
live() {
	sql "SELECT group_concat(input_tokens) FROM (SELECT u.input_tokens FROM usage u JOIN file f ON f.id = u.file
		JOIN export x ON x.id = f.export JOIN source s ON s.id = x.source WHERE s.name = '$1'
		AND NOT EXISTS (SELECT 1 FROM superseded d WHERE d.seq = u.seq) ORDER BY 1)"
}
bucket 100 key_1 m >u1.json
bucket 130 key_1 m >u2.json
bucket 90 key_1 m >u0.json
put use u1.json --exported-at 2026-08-02T01:00:00Z >/dev/null
put use u2.json --exported-at 2026-08-02T02:00:00Z >/dev/null
is "the later reading counts" "$(live use)" 130
put use u0.json --exported-at 2026-08-02T00:30:00Z >/dev/null
is "an earlier one that comes late does not" "$(live use) $(sql "SELECT count(*) FROM usage WHERE input_tokens IN (90, 100, 130)")" "130 3"

is "sources say that two count no longer, in whatever order they came" "$("$AUDITKIT" -w w sources show use --json | jq -c '[.stored, .superseded]')" "[3,2]"

# ---- 6: the same period with another group_by is never added to it ----
bucket 500 "" m >g1.json
bucket 500 key_1 "" >g2.json
put grouped g1.json >/dev/null
put grouped g2.json >/dev/null
is "each grouping has a descriptor of its own" "$(sql "SELECT count(DISTINCT f.query), count(*) FROM usage u JOIN file f ON f.id = u.file
	JOIN export x ON x.id = f.export JOIN source s ON s.id = x.source WHERE s.name = 'grouped'")" "2 2"

# ---- nothing but empty buckets: the formats that have such are named, the user says which ----
for kind in '{starting_at: "2026-08-01T00:00:00Z", ending_at: "2026-08-02T00:00:00Z", results: []}' \
	'{object: "bucket", start_time: 1785542400, end_time: 1785628800, results: []}'; do
	jq -n "{object: \"page\", data: [$kind, $kind], has_more: false}" >empty.json
	"$AUDITKIT" -w w ingest --source empty empty.json 2>&1 | tr -s ' \n' ' ' | grep -o "nothing but empty buckets, as [a-z' -]* has them" | tr '\n' ' '
done >said
is "empty buckets alone" "$(cat said)" \
	"nothing but empty buckets, as 'anthropic-costs' or 'anthropic-usage' has them nothing but empty buckets, as 'openai-costs' or 'openai-usage' has them "
is "with --format they are evidence of zero" "$(put zero empty.json --format openai-usage)" "0 1 1"

# ---- 21: members that no page names are counted, their values never kept ----
audit 7 | jq '.data[0]["user.added"].mystery = "private remark" | .data[0].extra = {deep: "more of it"}' >unknown.json
is "the record stays" "$(put unknown unknown.json)" "0 1 0"
is "what is unknown is listed" "$("$AUDITKIT" -w w sources drift unknown --json | jq -c '[.sources[].unknown[].path] | sort')" '["/*/deep","/*/mystery"]'

# ---- 25, 26: personal data that is no payload, parts of keys, keys where none should be ----
secret="sk-$(printf 'proj-%s' 'T3BlbkFJabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH' | tr 'a-m' 'n-z')"
jq -n --arg ua "curl/8.5 $secret" '{object: "list", has_more: false, data: [{id: "audit_log-p1", type: "certificate.deleted",
	effective_at: 1785564000, actor: {type: "session", session: {user: {id: "user-11", email: "lea.person@example.org"},
	ip_address: "203.0.113.77", user_agent: $ua, ja3: "ja3fingerprint", ja4: "ja4fingerprint", ip_address_details: {country: "DE",
	city: "Weimarstadt", latitude: "50.97949", asn: "AS64511"}}}, "certificate.deleted": {id: "cert_kept", name: "edge",
	certificate: "-----BEGIN CERTIFICATE----- MIIBpem"}}]}' >p1.json
jq -n '{object: "list", has_more: false, data: [{object: "organization.project.api_key", id: "key_kept", name: "svc",
	redacted_value: "sk-hint...tail", created_at: 1785542400, owner: {type: "user", user: {id: "user-11", email: "lea.person@example.org",
	name: "Lea Person"}}}]}' >p2.json
jq -n '{object: "project.spend_alert", id: "alert_kept", threshold_amount: 1, currency: "USD", notification_channel: {type: "email",
	recipients: ["recipient@example.org"]}}' >p3.json
jq -n '{data: [{id: "apikey_kept", type: "api_key", name: "k", partial_key_hint: "hint-of-a-key", status: "active",
	created_at: "2026-08-01T00:00:00Z", created_by: {id: "user_01B", type: "user"}, workspace_id: null}], has_more: false}' >p4.json
jq -n '{data: [{date: "2026-08-01T00:00:00Z", actor: {type: "user_actor", email_address: "lea.person@example.org"},
	organization_id: "org_kept", customer_type: "api", terminal_type: "x", core_metrics: {num_sessions: 1, lines_of_code:
	{added: 918273, removed: 1}}, model_breakdown: [{model: "m", tokens: {input: 1, output: 1, cache_read: 0, cache_creation: 0}}]}],
	has_more: false}' >p5.json
cat >p6.csv <<'CSV'
start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,user_id,api_key_id,project_id,organization_id,project_name,organization_name,user_email,api_source
1785542400,1785628800,2026-08-01T00:00:00,2026-08-02T00:00:00,0.1,usd,line-kept,,key_77,proj_alpha,org-demo,Alpha,Organization Fullname,lea.person@example.org,
CSV
is "six exports with such data" "$(for f in p1.json p2.json p3.json p4.json p5.json p6.csv; do "$AUDITKIT" -w personal ingest $f --json 2>/dev/null | jq .run.totals.stored; done | tr '\n' ' ')" "1 1 1 1 1 1 "
sqlite3 personal/workspace.db .dump >dump
is "what is evidence is there" "$(for w in cert_kept key_kept alert_kept apikey_kept org_kept line-kept; do grep -c "$w" dump >n && [ "$(cat n)" -gt 0 ] && echo yes; done | grep -c yes)" 6
cat personal/workspace.db* dump >bytes
for w in lea.person 'Lea Person' 203.0.113.77 ja3fingerprint ja4fingerprint Weimarstadt 50.97949 AS64511 MIIBpem sk-hint recipient@ \
	hint-of-a-key 918273 'Organization Fullname' "$secret" 'private remark'; do
	grep -aqF "$w" bytes && echo "$w"
done >found
is "nothing of these is" "$(cat found)" ""
cat w/workspace.db* >bytes
is "nor of unknown members" "$(grep -acF 'private remark' bytes) $(grep -acF 'more of it' bytes)" "0 0"

# ---- a page larger than what is held of one: its records go out in parts, each with the bounds of its bucket ----
python3 - <<'END'
import json
def results(bucket, n):
    return [{"object": "organization.usage.completions.result", "input_tokens": i, "project_id": "proj_%d" % bucket, "model": "m%d" % i,
             "input_text_tokens": "x" * 900000} for i in range(n)]
def bucket(i, n):
    return {"object": "bucket", "start_time": 1785542400 + 86400 * i, "end_time": 1785628800 + 86400 * i, "results": results(i, n)}
def write(name, buckets):
    json.dump({"object": "page", "data": buckets, "has_more": True, "next_page": "p2"}, open(name, "w"))
write("large.json", [bucket(0, 45), bucket(1, 45), bucket(2, 3)])
late = bucket(3, 60)
late = [{"object": "bucket", "start_time": 1785801600, "results": late["results"], "end_time": late["end_time"]}]
write("late.json", late)
END
"$AUDITKIT" init large >/dev/null 2>&1
is "a page of 80 MB" "$("$AUDITKIT" -w large ingest --source u large.json --json 2>/dev/null | jq -c '.run.totals|[.records_in, .stored, .rejected]')" "[93,93,0]"
is "its buckets" "$(sqlite3 large/workspace.db "SELECT group_concat(x, ' ') FROM (SELECT project_id || ',' || substr(event_start, 1, 10) || ',' \
	|| substr(event_end, 1, 10) || ',' || count(*) || ',' || sum(input_tokens) AS x FROM usage GROUP BY project_id, event_start, event_end ORDER BY 1)")" \
	"proj_0,2026-08-01,2026-08-02,45,990 proj_1,2026-08-02,2026-08-03,45,990 proj_2,2026-08-03,2026-08-04,3,3"
is "one that tells a bound behind its records is counted and refused" "$("$AUDITKIT" -w large ingest --source l late.json --format openai-usage --json 2>/dev/null |
	jq -c '[.run.totals.records_in, .run.totals.stored + .run.totals.rejected, .run.totals.rejected > 0]')" "[60,60,true]"

# ---- the list: each trap has a test that exists, or a reason ----
for list in traps-providers traps-aws-azure-gcp; do
	list=$AK_SRCDIR/tests/formats/$list.tsv
	is "all 26 traps are listed, in order" "$(grep -v '^#' "$list" | cut -f 1 | uniq | tr '\n' ' ')" "$(seq 26 | tr '\n' ' ')"
	grep -v '^#' "$list" | while IFS="$(printf '\t')" read -r n what where; do
		case $what in
		reason) [ -n "$where" ] || echo "$n" ;;
		*) grep -qF -- "$where" "$AK_SRCDIR/$what" || echo "$n $what" ;;
		esac
	done >missing
	is "each test that is named exists" "$(cat missing)" ""
done
finish
