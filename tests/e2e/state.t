#!/bin/sh
# Configuration at a time, contradictions between change events and snapshots, explanations, and limits replayed: small exports whose truth can be
# seen (state.py).
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
make() { # make CASE: a workspace of that name
	python3 "$AK_SRCDIR/tests/e2e/state.py" "in-$1" "$1"
	"$AUDITKIT" init "$1" >/dev/null 2>&1
	"$AUDITKIT" -w "$1" ingest "in-$1"/*.jsonl >/dev/null 2>&1 || echo "# ingest $1: $?"
}
at() { "$AUDITKIT" -w versions trace reconstruct "t-$1" --json | jq -c "[.in_force[] | select(.what == \"$2\")] | .[0] | $3"; }
cite() { sqlite3 "$1/workspace.db" "SELECT '$2:' || seq FROM $3 WHERE event_id = '$4'"; }

make versions
noon=$(cite versions admin-audit audit_event ae-1)
is "a call before noon has the route before" "$(at 1 route '[.version, .value, .by, .until]')" "[\"v11\",\"models [\\\"gpt-4.1\\\"]\",\"$noon\",\"2026-06-03T12:00:00Z\"]"
is "a call after noon the route behind, with its event and ticket" "$(at 2 route '[.version, .since, .by, .ticket, .until]')" "[\"v12\",\"2026-06-03T12:00:00Z\",\"$noon\",\"CHG-1\",null]"
is "at noon it is the new one" "$(at 3 route .version)" '"v12"'
is "what failed set nothing" "$(at 4 route '.value | test("gpt-5")')" false
is "budget policy version: of the snapshot, then of the event" "$(at 2 budget '[.version, .value]')$(at 4 budget '[.version, .value]')" '["b-7","cap 100"]["b-8","cap 250"]'
is "payload mode by snapshot, then by event, which the next snapshot confirms" "$(at 1 payload_mode '[.value, .basis, .until]')$(at 4 payload_mode '[.value, .basis, .by]')" \
	"[\"metadata-only\",\"snapshot\",\"2026-06-03T14:00:00Z\"][\"full\",\"event\",\"$(cite versions admin-audit audit_event ae-3)\"]"
is "retention and role as captured" "$(at 1 retention '[.value, .since]')$(at 1 role '[.subject, .value]')" '["90","2026-06-03T08:00:00Z"]["auditor","[\"logs.read\"]"]'
is "before the first capture nothing is known, and what is known next is said" "$(at 5 retention '[.value, .by, .next.value, .next.since]')" '[null,null,"90","2026-06-03T08:00:00Z"]'
is "the owner of the key, before its first event and behind it" "$([ "$(at 5 key_owner .value)" != "$(at 1 key_owner .value)" ] && for n in 5 1; do at $n key_owner '.value | test("^owner user:[0-9a-f]{32}$")'; done | paste -sd' ')" "true true"
is "one line of text with its record" "$("$AUDITKIT" -w versions trace reconstruct t-2 | tr -s ' \n' ' ' | grep -c "route chat-premium v12: models \[\"gpt-4.1-2025-04-14\"\], route.update 2026-06-03T12:00:00Z, CHG-1 $noon")" 1

check() { "$AUDITKIT" -w "$1" check "$2" --json | jq -c ".checks[0] | $3"; }
short='[.verdict, .found, .of, [.findings[] | [.kind, .subject, .path, .expected, .shown, .expected_at[11:16], .shown_at[11:16]]]]'
make replay
is "a whole log: every value is what was left, the masked one is not compared" "$(check replay missing-audit-event '[.verdict, .found, .of]')" '["met",0,9]'
for l in a c d ${AK_LONG:+b e}; do make without-$l; done
is "without the first event" "$(check without-a missing-audit-event "$short")" '["not met",1,8,[["before","chat-premium","/fallback","chat-a","chat-b","08:00","11:00"]]]'
[ -z "${AK_LONG-}" ] || is "without the second" "$(check without-b missing-audit-event "$short")" '["not met",1,8,[["snapshot","chat-premium","/fallback","chat-b","chat-c","10:00","18:00"]]]'
is "without the third" "$(check without-c missing-audit-event "$short")" '["not met",1,8,[["snapshot","team-a","/limit","100","250","08:00","18:00"]]]'
is "without that of the payload mode" "$(check without-d missing-audit-event "$short")" '["not met",1,8,[["snapshot","gw","","metadata-only","full","08:00","18:00"]]]'
[ -z "${AK_LONG-}" ] || is "without that of the retention" "$(check without-e missing-audit-event "$short")" '["not met",1,8,[["snapshot","gw","","90","30","08:00","18:00"]]]'
is "both records are cited" "$(check without-c missing-audit-event '.findings[0].cites == [.findings[0].expected_by, .findings[0].shown_by] and (.findings[0].cites | length) == 2')" true
make mismatch
is "an event that found another value than was left" "$(check mismatch missing-audit-event "$short")" '["not met",1,10,[["before","team-a","/limit","250","400","12:00","15:00"]]]'
make equal
is "two events of one second that follow each other are no contradiction" "$(check equal missing-audit-event '[.verdict, .found]')" '["met",0]'
make conflict
is "two that do not conflict, and both are cited" "$(check conflict missing-audit-event '[.found, .findings[0].kind, .findings[0].expected, .findings[0].shown, (.findings[0].cites | length)]')" '[1,"conflict","chat-c","chat-z",2]'
make vague
is "an event that does not say what it changed explains nothing and accuses nobody" "$(check vague missing-audit-event '[.verdict, .found, .of]')" '["met",0,7]'
make two
is "with two systems an event that names none is not compared" "$(check two missing-audit-event '[.verdict, .found]')" '["not met",1]'
make systems
is "two systems' histories of one name are two" "$(check systems missing-audit-event '[.verdict, .found, .of]')" '["met",0,3]'
make undated
is "an event without a time sets nothing" "$(check undated missing-audit-event '[.found, .findings[0].path]')" '[1,"/limit"]'
"$AUDITKIT" init none >/dev/null 2>&1
is "nothing ingested: not evaluable, with what to ingest" "$(check none missing-audit-event '[.verdict, (.why | test("audit log"))]')$(check none quota-not-enforced '[.verdict, (.why | test("config-snapshot"))]')" '["not evaluable",true]["not evaluable",true]'
"$AUDITKIT" -w without-c check missing-audit-event --from 2026-06-03T09:00:00Z --to 2026-06-03T18:00:00Z >out 2>&1
is "a period before the snapshot that shows it has no finding" "$?" 0

make explain
for i in 1 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do "$AUDITKIT" -w explain explain "call-$i" --json >"why-call-$i"; done
why() { jq -c "$2" "why-$1"; }
c() { cite explain litellm-slp request "call-$1"; }
is "another model: the fallback, the attempt that failed, the route" "$(why call-1 '.findings[0] | [.question, .cause, (.cites | length), (.answer | test("fell back") and test("429 RateLimitError"))]')" "[\"model\",\"$(c 2)\",3,true]"
is "another model: the route in force names it" "$(why call-3 '.findings | map([.question, .cause, (.answer | test("CHG-7"))])')" "[[\"model\",\"$(cite explain admin-audit audit_event ae-1)\",true]]"
is "another model and no record of why" "$(why call-4 '.findings | map([.question, .cause, (.answer | test("no record explains it"))])')" '[["model",null,true]]'
is "a dated name is told by the name alone" "$(why call-5 '.findings | map([.question, .cause, .basis])')" '[["model",null,"name"]]'
is "throttled at the gateway: the change of the limit in force" "$(why call-6 '.findings | map(select(.question == "throttled") | [.cause, .basis, (.answer | test("rpm_limit 5"))])')" "[[\"$(cite explain admin-audit audit_event ae-2)\",\"event\",true]]"
is "throttled by the provider: its request id" "$(why call-7 '.findings | map(select(.question == "throttled") | [.cause, .basis, (.answer | test("provider.s own limit"))])')" "[[\"$(c 7)\",\"record\",true]]"
is "throttled, and no record tells by whom" "$(why call-8 '.findings | map(select(.question == "throttled") | [.cause, (.answer | test("no record explains it"))])')" '[[null,true]]'
is "throttled by the provider, as the gateway's record says, whatever limits are in force" "$(why call-15 '.findings | map([.question, .cause, .basis, (.answer | test("provider.s own limit.*openai"))])')" "[[\"throttled\",\"$(c 15)\",\"record\",true]]"
is "throttled by the gateway itself, and no limit in force is near: none of them is the cause" "$(why call-16 '.findings | map([.question, .cause, (.answer | test("refused it itself.*in no record.*near to being used up"))])')" '[["throttled",null,true]]'
is "over budget: the change of the budget and the sum against it" "$(why call-9 '.findings | map(select(.question == "over budget") | [.cause, (.sums | map(select(.path == "/max_budget")) | .[0] | [.limit, .used])])')" \
	"[[\"$(cite explain admin-audit audit_event ae-2)\",[\"0.5\",\"1\"]]]"
is "blocked: the rule and its version" "$(why call-10 '.findings | map(select(.question == "blocked") | [.cause, (.answer | test("pii-ssn version 7"))])')" "[[\"$(cite explain dlp-verdicts dlp_verdict v-1)\",true]]"
is "failed otherwise" "$(why call-11 '.findings | map([.question, .cause])')" "[[\"failed\",\"$(c 11)\"]]"
is "throttled: the quota event, and the change that set its limit" "$(why call-12 '.findings | map(select(.question == "throttled") | [.cause, (.cites | length), (.answer | test("7 of 7 requests in 1m"))])')" \
	"[[\"$(cite explain admin-audit audit_event ae-3)\",3,true]]"
is "nothing to explain" "$(why call-13 '[.findings, .schema]')$("$AUDITKIT" -w explain explain call-13 2>/dev/null | grep -c 'as asked')" '[[],"auditkit.explain/1"]1'
is "every sentence cites" "$(for i in 1 3 4 5 6 7 8 9 10 11 12 14 15 16; do why "call-$i" '.findings[] | .cites | length > 0'; done | sort -u)" true
"$AUDITKIT" -w explain explain nobody >out 2>&1
is "an id that nothing has" "$? $(grep -c 'no record has' out)" "3 1"
ok "the answer as text" sh -c '"$AUDITKIT" -w explain explain call-6 | grep -q "cause: admin-audit:"'

make quota
rows='[.findings[] | [.subject, .path, .limit, .judged, .reached, .refused, .enforced_not, .first]]'
is "three calls a minute: the fourth is served, one is refused; one USD a day: reached when spent" "$(check quota quota-not-enforced "[.verdict, .of, $rows]")" \
	'["not met",11,[["svc-a","/limit","1",7,3,1,2,"2026-06-03T12:00:00.000Z"],["team-a","/rpm_limit","3",9,2,1,1,"2026-06-03T10:00:40.000Z"]]]'
is "the limit and the call are cited" "$(check quota quota-not-enforced '.findings[1].cites')" "[\"$(cite quota config-snapshot config_snapshot cfg-1)\",\"$(cite quota litellm-slp request call-4)\"]"
make noquota
is "a limit that does not say what it counts is not evaluable" "$(check noquota quota-not-enforced '[.verdict, (.why | test("no unit"))]')" '["not evaluable",true]'
"$AUDITKIT" -w explain report fallbacks --json >fallbacks
is "what attempts were served by: the rows sum to all" "$(jq -c '[.requests, ([.rows[].requests] | add), .served_otherwise, ([.classes[]] | add)]' fallbacks)" "[16,16,1,16]"
is "one fell back, one is the route's own; what a name that nobody declares stands for is not stated" "$(jq -c '[.rows[] | select(.kind | test("fallback|other|route|told")) | [.kind, .asked, .served, .by]] | sort' fallbacks)" \
	"[[\"by route\",\"chat-premium\",\"gpt-4.1-2025-04-14\",\"$(cite explain admin-audit audit_event ae-1)\"],[\"fallback\",\"chat-premium\",\"eu.anthropic.claude-x\",null],[\"not told\",\"chat-other\",\"mystery-1\",null]]"

# What no event says and none has to: a number in another spelling, counters, a list whose order means nothing. Next to a change that one should.
mkdir in-same && cat >in-same/s.jsonl <<'JSON'
{"snapshot_id": "s1", "captured_at": "2026-06-01T09:00:00Z", "system": "gw", "retention_days": 90, "settings": {"budgets": {"team-a": {"limit": 650, "spend": 1, "remaining": 9}, "team-b": {"limit": 5}}, "roles": {"admin": ["a", "b"]}, "routes": {"chat": {"fallbacks": ["a", "b"]}}}}
{"snapshot_id": "s2", "captured_at": "2026-06-02T09:00:00Z", "system": "gw", "retention_days": 90, "settings": {"budgets": {"team-a": {"limit": "650.00", "spend": 2, "remaining": 8}, "team-b": {"limit": "5.01"}}, "roles": {"admin": ["b", "a"]}, "routes": {"chat": {"fallbacks": ["b", "a"]}}}}
JSON
cat >in-same/a.jsonl <<'JSON'
{"audit_event_id": "x1", "actor_id": "u1", "actor_role": "admin", "actor_ip": "203.0.113.9", "organization_id": "o", "target_type": "budget", "target_id": "team-z", "action": "budget.update", "before": {"limit": 5}, "after": {"limit": 9}, "reason": "ok", "request_id": null, "created_at": "2026-06-01T10:00:00Z"}
JSON
"$AUDITKIT" init same >/dev/null 2>&1
"$AUDITKIT" -w same ingest in-same/*.jsonl >/dev/null 2>&1
is "numbers, counters and unordered lists are no missing event, a limit and an order of fallbacks are" \
	"$(check same missing-audit-event '[.verdict, .found, .of, ([.findings[] | .subject + .path] | sort)]' | jq -c 'flatten')" '["not met",2,5,"chat/fallbacks","team-b/limit"]'

# A number of a setting is a number whatever the names around it; what a secret's own member or a long number below it holds is not.
mkdir in-numbers && cat >in-numbers/s.jsonl <<'JSON'
{"snapshot_id": "n1", "captured_at": "2026-06-01T09:00:00Z", "system": "gw", "payload_logging": "metadata", "retention_days": 90, "settings": {"budgets": {"team-mail": {"limit": 300, "spend": 1}, "user_pool": {"limit": 50000}, "auth-svc": {"limit": 70000, "rpm": 60000}, "token-pool": 120000}, "db": {"password": 73519284, "user_id": 88123}, "secrets": {"backup": 5550193}}}
JSON
"$AUDITKIT" init numbers >/dev/null 2>&1
"$AUDITKIT" -w numbers ingest in-numbers/s.jsonl >/dev/null 2>&1
is "numbers of settings stay, those of persons and secrets do not" "$(sqlite3 numbers/workspace.db 'SELECT settings FROM config_snapshot' |
	jq -c '[.[] | select(.after | type == "number") | .path | split("/")[-2:] | join("/")], (map(select(.after | type == "string")) | length)' | paste -sd' ')" \
	'["auth-svc/limit","auth-svc/rpm","team-mail/limit","team-mail/spend","budgets/token-pool","user_pool/limit"] 3'

# A quota event that allowed more than its limit or refused a call that was served contradicts itself; one in order does not.
mkdir in-decided && cat >in-decided/q.csv <<'CSV'
event_id,time,scope,scope_id,limit,used,unit,window,threshold,decision,policy_version,request_id
q-1,2026-06-01T09:01:00Z,key,key_77,100,101,requests,1m,,blocked,b-7,chatcmpl-1
q-2,2026-06-01T09:02:00Z,key,key_77,100,101,requests,1m,,allowed,b-7,chatcmpl-2
q-3,2026-06-01T09:03:00Z,key,key_77,100,99,requests,1m,,allowed,b-7,chatcmpl-3
q-4,2026-06-01T09:04:00Z,key,key_77,100,100,requests,1m,,blocked,b-7,chatcmpl-4
CSV
for n in 1 2 3; do
	echo '{"request_id": "chatcmpl-'$n'", "call_type": "acompletion", "api_key": "5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f", "spend": 0.001, "prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12, "startTime": "2026-06-01 09:0'$n':00.000000", "endTime": "2026-06-01 09:0'$n':00.500000", "model": "gpt-5-mini", "model_group": "chat", "custom_llm_provider": "openai", "cache_hit": "None", "session_id": "x'$n'", "status": "success", "metadata": "{}"}'
done >in-decided/s.jsonl
"$AUDITKIT" init decided >/dev/null 2>&1
"$AUDITKIT" -w decided ingest in-decided/q.csv in-decided/s.jsonl >/dev/null 2>&1
is "quota events are judged by what they state" "$(check decided quota-not-enforced '[.verdict, .found, .of, [.findings[] | .text | split(", but ")[1]]]')" \
	'["not met",2,4,["the call that it names was served","more was used than the limit"]]'
# A limit that a capture no longer shows, or shows for the first time: an event is missing, unless one names it.
snap() { printf '{"snapshot_id": "%s", "captured_at": "%s", "system": "gw", "settings": {"budgets": {%s}}}\n' "$1" "$2" "$3"; }
missing() { "$AUDITKIT" -w "$1" check missing-audit-event --json | jq -c '[.checks[].findings[] | [.kind, .subject, (.cites | length)]]'; }
a='"team-a": {"limit": 500}' b='"team-b": {"limit": 5}'
{ snap c1 2026-09-01T09:00:00Z "$a, $b"; snap c2 2026-09-02T09:00:00Z "$a"; snap c3 2026-09-03T09:00:00Z "$a"; snap c4 2026-09-04T09:00:00Z "$a, $b"; } >captures.jsonl
event() { printf 'audit_event_id,actor_id,actor_role,actor_ip,organization_id,target_type,target_id,action,before,after,reason,request_id,created_at,ticket_id,outcome\ne1,u1,admin,,o,budget,%s,%s,"%s","%s",ok,,%s,CHG-1,\n' "$@"; }
event team-z budget.update '{""limit"": 5}' '{""limit"": 9}' 2026-09-01T10:00:00Z >other.csv
event team-b budget.delete '{""limit"": 5}' '' 2026-09-01T10:00:00Z >names.csv
for w in other names; do
	"$AUDITKIT" init "g-$w" >/dev/null 2>&1
	"$AUDITKIT" -w "g-$w" ingest captures.jsonl "$w.csv" >/dev/null 2>&1
done
is "a limit that went, and one that came, without an event" "$(missing g-other)" '[["gone","team-b",2],["new","team-b",2]]'
is "that it went is told by an event, that it came is not" "$(missing g-names)" '[["snapshot","team-b",2]]'

# A ticket's state is not the verdict of the change that names it; what an update does not name stays; buckets cover up to their end.
make verdicts
awk '{ print } /^fields:/ { print "  end_user: {keep: false, why: not needed}"; found = 1 } END { if (!found) print "fields:\n  end_user: {keep: false, why: not needed}" }' verdicts/policy.yaml >p && cat p >verdicts/policy.yaml
line=$(grep -n 'end_user: {keep: false' verdicts/policy.yaml | head -n 1 | cut -d: -f1)
"$AUDITKIT" -w verdicts ingest in-verdicts/usage.csv >/dev/null 2>&1
ak() { "$AUDITKIT" -w verdicts "$@" 2>&1; }
ak trace reconstruct call-1 --json >v.json
force() { jq -r ".in_force[] | select(.what == \"$1\") | $2" v.json; }
is "an approved ticket for another resource: state and verdict apart" "$(force budget '[.ticket, .ticket_state, .ticket_verdict, .ticket_why] | join("|")' | head -n 1)" \
	"CHG-1216|approved|ticket of another resource|the ticket is for route chat-premium"
is "and the change that it is for" "$(force route '[.ticket_state, .ticket_verdict] | join("|")')" "approved|approved"
is "in words, on the page, and in explain" "$(for f in text html; do ak trace reconstruct call-1 --format $f | tr -s ' \n' ' ' | grep -c 'CHG-1216 approved, but the ticket is for route chat-premium'; done; ak explain call-1 | tr -s ' \n' ' ' | grep -c 'CHG-1216 approved, but the ticket is for route')" "1
1
1"
is "what an update does not name stays, null is a removal" "$(force key_scope '.settings[] | select(.path | test("alias|rotated")) | .path + " " + .value')$(jq -r '.in_force[] | .settings[]? | select(.path == "/tpm_limit") | .value' v.json)" "/key_alias svc-a
/rotated truenot set"
is "and show says so" "$(ak show rot-1 --diff | grep -A2 '/key_alias' | grep -c 'after *(not named by the update)') $(ak show rot-1 --diff --json | jq -c '[.changes[] | [.path, .unnamed]]')" \
	'1 [["/key_alias",true],["/rotated",null],["/tpm_limit",null]]'
is "a daily row of the model's dated name covers the call" "$(jq -r '.hops[] | select(.n == 4) | [.state, (.buckets | length), .buckets[0].model] | join(" ")' v.json)" "aggregate 1 gpt-4.1-2025-04-14"
"$AUDITKIT" init others >/dev/null 2>&1
sed 's/gpt-4.1-2025-04-14/o3-mini/' in-verdicts/usage.csv >others.csv
"$AUDITKIT" -w others ingest in-verdicts/calls.jsonl others.csv >/dev/null 2>&1
is "a row of another model: the bucket's end, and why it does not count" "$("$AUDITKIT" -w others trace reconstruct call-1 --json | jq -r '.hops[] | select(.n == 4) | [.lacks.reason, .lacks.sources[0].last, (.lacks.text | test("not of openai gpt-4.1: .*:[0-9]+ .openai o3-mini.$"))] | join(" ")')" \
	"not found 2026-06-04T00:00:00Z true"
is "what policy.yaml removed is not what the source did not give" "$(ak blast-radius svc-a | grep -c "end_users *removed by policy.yaml:$line") $(ak blast-radius svc-a --json | jq -r '.groups.end_users.rows[0] | .value, .why' | paste -sd,)" \
	"1 null,removed by policy.yaml:$line"
is "nor is a customer that it removed" "$(ak report dispute --customer x | grep -c "no record of this scope: end_user_id is removed by policy.yaml:$line")" 1
is "the id of an event is said to be one, and what takes it" "$(ak explain rot-1 | tr -s ' \n' ' ' | grep -c "this is the id of an event .*auditkit timeline --around")" 1

# Limits that policy.yaml states: the same replay as of captured ones, cited by line, and beside what was captured.
quotas() { # quotas WORKSPACE LINE...: its policy with these entries, and the line of the first
	w=$1
	shift
	sed '/^quotas:/,$d' "$w/policy.yaml" >policy && { cat policy && echo "quotas:" && printf '  - %s\n' "$@"; } >"$w/policy.yaml"
	first=$(($(wc -l <policy) + 2))
}
"$AUDITKIT" init stated >/dev/null 2>&1
"$AUDITKIT" -w stated ingest in-quota/calls.jsonl >/dev/null 2>&1
quotas stated '{team: team-a, amount: 3, unit: requests, window: 1m, since: 2026-06-03}' '{team: team-a, amount: 100, unit: requests, window: 1m, since: "2026-06-03T11:00:00Z"}' \
	'{key: svc-a, amount: 1.00, unit: usd, window: 1d}' '{model: chat-premium, amount: unknown, unit: tokens, window: 1d}'
rows='[.findings[] | [.subject, .limit, .judged, .reached, .refused, .enforced_not, .basis]]'
is "stated limits: what captured ones of the same size found; what has no amount is told" "$(check stated quota-not-enforced "[.verdict, .of, $rows, (.why // \"\" | test(\"does not say how much\"))]")" \
	'["not met",11,[["team-a","3",9,2,1,1,"declared"],["svc-a","1",7,3,1,2,"declared"]],true]'
is "the line is cited" "$(check stated quota-not-enforced '[.findings[].cites[0]]')" "[\"policy.yaml:$first\",\"policy.yaml:$((first + 2))\"]"
is "a refusal is explained by the stated limit that was reached" "$("$AUDITKIT" -w stated explain call-20 --json 2>/dev/null | jq -c '.findings | map([.question, .cause, .basis])')" \
	"[[\"throttled\",\"policy.yaml:$first\",\"declared\"]]"
is "and stands in the trace, with its line" "$("$AUDITKIT" -w stated trace reconstruct call-20 --json 2>/dev/null | jq -c '[.in_force[] | select(.what == "budget") | [.state, .cite, .until]]')" \
	"[[\"team-a: 3 requests in 1m, declared since 2026-06-03T00:00:00Z\",\"policy.yaml:$first\",\"2026-06-03T11:00:00Z\"],[\"svc-a: 1 USD in 1d, declared\",\"policy.yaml:$((first + 2))\",null],[\"chat-premium: not answered\",\"policy.yaml:$((first + 3))\",null]]"
is "without captured settings there is nothing to compare with" "$(check stated limit-declared '[.verdict, .of, (.why | test("none of 3 limits"))]')" '["not evaluable",0,true]'
quotas quota '{team: team-a, amount: 3, unit: requests, window: 1 minute}' '{key: svc-a, amount: 2, unit: USD, window: 1d}' '{key: svc-a, amount: 9, unit: USD, window: 1mo}'
is "settings beside what is stated: one that was raised, one that is another, and one of another window that is not compared" \
	"$(check quota limit-declared '[.verdict, .found, .of, ([.findings[] | [.subject, .declared, .shown, .from]] | sort)]')" '["not met",2,3,[["svc-a","2","1","2026-06-03T08:00:00Z"],["team-a","3","100","2026-06-03T11:00:00Z"]]]'
is "both are cited" "$(check quota limit-declared '[.findings[] | select(.subject == "team-a") | .cites[]]')" "[\"policy.yaml:$first\",\"$(cite quota admin-audit audit_event ae-1)\"]"
wrong() { quotas stated "$1"; "$AUDITKIT" -w stated status 2>&1 | grep -o "policy.yaml:$first: .*"; }
is "an unknown key, two subjects, a window that is none" "$(wrong '{team: a, amout: 3, unit: requests}' | grep -c "did you mean 'amount'")$(wrong '{team: a, key: b, amount: 3, unit: requests}' | grep -c 'must name one of')$(
	wrong '{team: a, amount: 3, unit: requests, window: soon}' | grep -c 'must be a time such as')$(wrong '{team: a, amount: three, unit: requests}' | grep -c 'must be a number')" 1111

# What holds for all calls is found by terms in the index: as the whole history says it, where it is set once, and where it is set all the time.
mkdir in-often && python3 - <<'PY'
import json

def event(n, hour, minute, target, before, after, kind="payload_logging"):
    return {"audit_event_id": "o-%d" % n, "actor_id": "job:x", "actor_role": "automation", "target_type": kind, "target_id": target, "action": kind + ".update", "before": before,
            "after": after, "reason": "x", "request_id": None, "created_at": "2026-06-%02dT%02d:%02d:00Z" % (3 + hour // 24, hour % 24, minute)}

modes = ["metadata", "full", "none"]
rows = [event(0, 0, 1, "gw", {"retention_days": 30}, {"retention_days": 90}), event(1, 0, 2, "gw", {"route_policy_version": "v1"}, {"route_policy_version": "v2"})]
rows += [event(2 + i, i // 6 + 1, i % 6 * 10, "gw", {"payload_logging": modes[i % 3]}, {"payload_logging": modes[(i + 1) % 3]}) for i in range(250)]
rows += [event(900 + i, i // 20 + 1, i % 20 * 3 + 1, "team-%d" % (i % 40), {"cap": i}, {"cap": i + 1}, "budget") for i in range(700)]
call = {"call_type": "acompletion", "response_cost": 0.1, "status": "success", "custom_llm_provider": "openai", "model": "m", "model_group": "m", "messages": [], "response": {}, "stream": False, "error_str": None,
        "prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2, "response_time": 1, "model_parameters": {}, "hidden_params": {}, "metadata": {"user_api_key_team_id": "team-3"}}
calls = [dict(call, id="c-%d" % i, trace_id="t-%d" % i, startTime="2026-06-%02dT%02d:%02d:30Z" % t, endTime="2026-06-%02dT%02d:%02d:31Z" % t) for i, t in enumerate([(3, 0, 0), (3, 0, 30), (3, 5, 15), (4, 1, 0), (9, 0, 0)])]
for name, list_ in (("events", rows), ("calls", calls)):
    with open("in-often/%s.jsonl" % name, "w") as f:
        f.write("".join(json.dumps(r) + "\n" for r in list_))
PY
"$AUDITKIT" init often >/dev/null 2>&1
"$AUDITKIT" -w often ingest in-often/*.jsonl >/dev/null 2>&1
states() { for id in $2; do "$AUDITKIT" -w "$1" trace reconstruct "$id" --json 2>/dev/null | jq -c '[.in_force[] | [.what, .subject, .value, .version, .since, .until, .by, .before_of]]'; done; }
for w in versions often; do
	cp -r "$w" "$w-old"
	sqlite3 "$w-old/workspace.db" "DELETE FROM meta WHERE key = 'terms'"
	ids='t-1 t-2 t-3 t-4'
	[ "$w" = versions ] || ids="t-0 $ids"
	is "$w: the state by terms is that by the history" "$(states "$w" "$ids")" "$(states "$w-old" "$ids")"
done
is "and it is there: payload mode, retention and version of 1,000 events" "$(states often t-3 | jq -c '[.[] | select(.[0] == "payload_mode" or .[0] == "retention" or .[0] == "route") | .[2] // .[3]]')" '["v2","full",null,"90",null]'
finish
