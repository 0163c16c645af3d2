#!/bin/sh
# The rules of `check` on a tenant of few lines: each with something to find, nothing to find, and nothing to go by.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
rules() { python3 "$AK_SRCDIR/tests/e2e/rules.py" "$@"; }
ak() { "$AUDITKIT" -w "$@"; }
rules make .
for w in bad good bare; do
	"$AUDITKIT" init "w-$w" >/dev/null 2>&1
	mkdir -p "w-$w/formats" && rules format >"w-$w/formats/rules-requests.yaml"
	(cd "$w" && for f in [agkrtu]*.csv *.json; do [ -e "$f" ] && ak "../w-$w" ingest "$f" --source "${f%.*}"; done; true) >"$w.in" 2>&1 || echo "# $w was not read whole"
done
shared=$(sqlite3 w-bad/workspace.db "SELECT actor_id FROM audit_event WHERE event_id = 'e-shared'")
for w in bad good; do rules policy $w "$shared" >w-$w/policy.yaml; done
is "what was planted is found, counted and cited" "$(rules judge "$AUDITKIT" w-bad bad)" "ok 25"
is "what is in order is met" "$(rules judge "$AUDITKIT" w-good good)" "ok 25"
is "where nothing tells, nothing is said to be met" "$(rules judge "$AUDITKIT" w-bare bare)" "ok 25"

# ---- what the policy says, and what it does not ----
verdict() { ak "w-$1" check "$2" --json | jq -r '.checks[0] | "\(.verdict) \(.found) of \(.of)"'; }
told() { sed "$1" pol >w-bad/policy.yaml; } # told SED: another policy of `bad`
cp w-bad/policy.yaml pol
is "no country without the file: not evaluable, never met" "$(verdict bad admin-country)" "not evaluable 0 of 0"
is "the same input, the same findings" "$(ak w-bad check --json | sha256sum)" "$(ak w-bad check --json | sha256sum)"
told 's/payload_mode: metadata-only/payload_mode: full/'
is "full payload without a reason" "$(verdict bad payload-unapproved) $(verdict bad payload-against-mode)" "not met 1 of 186 not evaluable 0 of 0"
told 's/payload_mode: metadata-only/payload_mode: full, payload_approval: {why: abuse review, approved_by: dpo}/'
is "with a reason and an approval" "$(verdict bad payload-unapproved)" "met 0 of 186"
told 's/payload_mode: metadata-only/payload_mode: unknown/'
is "nobody has said how payload is logged, and it arrives" "$(verdict bad payload-unapproved)" "not met 1 of 186"
told 's/shared_accounts: .*/shared_accounts: [ops]/'
is "a name is no token: nobody can tell" "$(verdict bad shared-account)" "not evaluable 0 of 14"
told 's/shared_accounts: .*/shared_accounts: []/'
is "there are none" "$(verdict bad shared-account)" "met 0 of 14"
told '/^  shared_accounts/a\  countries: [BR]'
is "countries that the policy names" "$(ak w-bad check admin-country --countries bad/countries.csv --json | jq -c '[.checks[0].findings[] | [.country, .affected]] | sort | unique')" '[["DE",1],["DE",3],["DE",4],["DE",5]]'
bad_rows=
for row in 192.0.2.0/33,DE 2001:db8::/129,DE 192.0.2.x/24,DE 192.0.2.0/24,Germany 192.0.2.0/24 '192.0.2.0/24,"DE' '192.0.2.0/24,DE,"Korea, Rep' 192.0.2.9,192.0.2.1,DE; do
	printf 'network,country\n198.51.100.0/24,"FR","Paris, France"\n# %s\n\n%s\n' "$row" "$row" >rows.csv
	ak w-bad check admin-country --countries rows.csv --json >rows.out 2>rows.err
	bad_rows="$bad_rows$? $(grep -c 'rows.csv:5: this row' rows.err) $(wc -c <rows.out), "
done
is "a row of countries that cannot be used is an error with its line" "$bad_rows" "2 1 0, 2 1 0, 2 1 0, 2 1 0, 2 1 0, 2 1 0, 2 1 0, 2 1 0, "
told 's/from: "08:00", to: "18:00"/from: "18:00", to: "04:00"/'
is "hours over midnight: 03:00 is within, noon is not" "$(ak w-bad check admin-outside-hours --json | jq -c '.checks[0] | [.found, ([.findings[].calendar.local_date] | unique | length), ([.findings[] | .affected] | add), .of]')" "[6,5,6,7]"
told 's/holidays: .*\]}/holidays: [2026-06-02]}/'
is "a holiday" "$(ak w-bad check admin-outside-hours --json | jq -c '[.checks[0].findings[].calendar | [.local_date, .local_time, .workday]] | sort')" '[["2026-06-02","12:00:00",false],["2026-06-03","03:00:00",true]]'
told 's/^audit:/audit: unknown/; /^  hours/d; /^  shared/d; s/^limits: .*/limits: unknown/; s/^vocabulary: .*/vocabulary: unknown/; s/^review: .*/review: unknown/'
is "unknown is no answer" "$(ak w-bad check admin-outside-hours unexpected-spend owner-vocabulary evidence-missing shared-account --json | jq -c '[.not_evaluable, .not_met, .met]')" "[5,0,0]"
# ---- who is a person, what a ticket is worth, when somebody attested ----
told ''
mkdir one && "$AUDITKIT" init w-one >/dev/null 2>&1
cat >one/adm.csv <<'END'
audit_event_id,actor_id,actor_role,actor_ip,organization_id,target_type,target_id,action,before,after,reason,request_id,created_at,ticket_id,user_agent,environment
o-1,ada@example.org,admin,198.51.100.7,org-1,api_key,k-1,key.update,"{""v"": 1}","{""v"": 2}",,r-1,2026-06-06T12:00:00Z,CHG-1,Terraform/1.5,prod
o-2,ada@example.org,admin,198.51.100.7,org-1,api_key,k-1,key.update,"{""v"": 1}","{""v"": 2}",,r-2,2026-06-03T12:00:00Z,NOSUCH-1,Firefox/128.0,prod
o-3,ada@example.org,admin,198.51.100.7,org-1,api_key,k-1,key.update,"{""v"": 1}","{""v"": 2}",why,r-3,2026-06-02T12:00:00Z,,Firefox/128.0,prod
o-4,svc-deploy,system,198.51.100.7,org-1,api_key,k-1,key.update,"{""v"": 1}","{""v"": 2}",why,r-4,2026-06-06T12:00:00Z,,Terraform/1.5,prod
o-5,bob@example.org,admin,198.51.100.7,org-1,session,cust-9,support_session.start,,,why,r-5,2026-06-01T09:00:00Z,,Firefox/128.0,prod
o-6,bob@example.org,admin,198.51.100.7,org-1,session,cust-9,support_session.end,,,why,r-6,2026-06-04T09:00:00Z,,Firefox/128.0,prod
END
ak w-one ingest one/adm.csv >/dev/null 2>&1
rules policy good "$shared" >w-one/policy.yaml
texts() { ak w-one check "$@" --json | jq -c '[.checks[] | .found, .of, (.findings[].text | sub("^[^:]*: "; ""))]'; }
is "an e-mail as who acted is a person; a day off is named" "$(texts admin-outside-hours)" '[1,3,"1 operation by a person at 2026-06-06 14:00 Europe/Berlin, on a Saturday, no working day"]'
is "and a tool in their name" "$(ak w-one check automated-as-human --json | jq -c '.checks[0] | [.found, .of]')" "[1,5]"
is "no tickets: they are taken and said not to be confirmed" "$(ak w-one check reason-missing --json | jq -c '.checks[0] | [.verdict, .states["a ticket in place of a reason, which no ticket records can confirm"]]')" '["met",2]'
ak w-one ingest good/tickets.csv >/dev/null 2>&1
is "a ticket that nobody knows is no reason" "$(texts reason-missing)" "[1,6,\"1 of 4 events 'key.update' without a reason; 1 of them names a ticket that no ticket record has\"]"
is "a field is a field: a ticket is no reason" "$(texts admin-event-fields)" '[1,6,"2 of 6 events lack fields: reason 2; a known ticket stands in for 1 of the reasons"]'
is "a session that ended after the limit" "$(texts session-without-end)" "[1,1,\"'support_session.start' at 2026-06-01T09:00:00Z lasted until 2026-06-04T09:00:00Z, 4,320 minutes; 480 minutes are allowed (policy.yaml declares no audit.session_limit)\"]"
sed -i 's/^audit:/&\n  session_limit: 72h/' w-one/policy.yaml
is "as long as it may be" "$(ak w-one check session-without-end --json | jq -c '.checks[0] | [.verdict, .states]')" '["met",{"ended":1}]'
is "attested after the period is not in the future; tomorrow is" "$(ak w-one check attestation-overdue --to 2026-03-01 --json | jq -r '.checks[0].verdict') $(sed -i 's/\(what: dashboard roles, on: \)[0-9-]*/\12999-01-01/' w-one/policy.yaml
	ak w-one check attestation-overdue --json | jq -r '.checks[0].findings[0].state')" "met future"
# F363: a packet flags it at its checkpoint, and says it of no other.
sed -i 's/\(what: dashboard roles, on: \)[0-9-]*/\12020-01-01/' w-one/policy.yaml
sed -i 's/\(what: dashboard roles, on: 2020-01-01, by: \)[a-z-]*/\1zoe@example.org/' w-one/policy.yaml
ak w-one checkpoint >/dev/null 2>&1
ak w-one packet build --draft --allow-gaps -q -o attested
is "a packet flags what was attested too long ago, at its checkpoint" "$(python3 - <<'END2'
import csv, glob, json
rows = list(csv.DictReader(open(glob.glob("attested/**/attestations.csv", recursive=True)[0])))
documents = [json.load(open(f)) for f in glob.glob("attested/**/*.json", recursive=True)]
section = next(d for d in documents if isinstance(d, dict) and any(t.get("name") == "attestations" for t in d.get("tables", [])))
found = [f for d in documents for f in (d.get("findings", []) if isinstance(d, dict) else []) if f.get("id") == "attestation-overdue"]
print([(r["what"], r["state"], int(r["days"]) > 2000) for r in rows], any("dashboard roles" in g["text"] for g in section["gaps"]), [f["measured"] for f in found][:1])
END2
) $(grep -rl zoe@example attested)" "[('dashboard roles', 'overdue', True)] True ['1 of 1 attestations'] "
sed -i 's/zoe@example.org/security/' w-one/policy.yaml
cat >one/uses.csv <<'END'
request_id,time,key_id,app,environment,team,status,verdict,cost,currency,provider,prompt
u-1,2026-06-05T10:05:00Z,k-9,bot,prod,t-1,200,allowed,0.5,USD,openai,
u-2,2026-06-05T10:06:00Z,k-9,bot,prod,t-1,401,allowed,0,USD,openai,
END
cat >one/revoked.csv <<'END'
audit_event_id,actor_id,actor_role,actor_ip,organization_id,target_type,target_id,action,before,after,reason,request_id,created_at,ticket_id,user_agent,environment
o-9,ada@example.org,admin,198.51.100.7,org-1,api_key,k-9,key.revoked,,,leak,r-9,2026-06-05T10:00:00Z,,Firefox/128.0,prod
END
mkdir -p w-one/formats && rules format >w-one/formats/rules-requests.yaml
ak w-one ingest one/uses.csv one/revoked.csv >/dev/null 2>&1
grace() { rules policy good "$shared" | sed "s/^limits: {/&revocation_grace: $1, /" >w-one/policy.yaml; texts revoked-key-use; }
is "a use at the very end of the grace is inside of it; a refused one is told" "$(grace 300) $(grace 240)" \
	'[0,2] [1,2,"1 of 2 uses after it was revoked, the first 00:05:00.000 after; 1 more use was refused, which shows that the end held there"]'
refused() { told "$1"; ak w-bad check >out 2>err; echo "$? $(grep -c "$2" err)"; }
is "values that are none are refused with their line" "$(refused 's#Europe/Berlin#Europe/Berlni#' "policy.yaml:[0-9]*: 'audit.hours.zone' must be a zone") $(
	refused 's/EUR: 300/EURO: 300/' 'is no currency') $(refused 's/^vocabulary: {/&stage: [a], /' 'there is no vocabulary') $(
	refused 's/export: dashboard/export: screen/' "'sources.\*.export' must be") $(refused 's/\[internal-audit\]/[internal]/' "there is no profile 'internal'")" "2 1 2 1 2 1 2 1 2 1"
told ''
is "what a review of another kind misses" "$(ak w-bad check evidence-missing --profile vendor-risk --json | jq -c '[.checks[0].findings[].class] | sort')" '["cost","usage"]'

# ---- the matrix and the questions ----
ak w-bad check --matrix --json >m.json
is "exit 1: an area is not met" "$?" 1
is "seven areas; what is needed is supplied or missing; rules and verdicts add up" "$(jq -c '[(.areas | length), (.met + .not_met + .not_evaluable),
	(.areas | all(.needed == .supplied + (.missing | length) and .needed == (.classes | length) and .rules == (.checks | length) and
	  .rules_met == ([.checks[] | select(.verdict == "met")] | length) and
	  (.verdict == (if any(.checks[]; .verdict == "not met") then "not met" elif (.missing | length) > 0 or any(.checks[]; .decides and .verdict != "met")
	    then "not evaluable" else "met" end))))]' m.json)" "[7,7,true]"
is "owners are those of the policy's sources, else who declared it, and which is said" "$(jq -c '[.areas[] | {(.owner_basis // "nobody"): .owners}] | add' m.json)" '{"policy.yaml declared.by":["security"],"sources":["platform"]}'
ak w-bad check --questions --json >q.json
is "what each question fails by" "$(jq -c '[.questions[] | [.number, .common_failure.verdict]]' q.json)" \
	'[[1,"found"],[2,"found"],[3,"found"],[4,"found"],[5,"found"],[6,"found"],[7,"found"]]'
is "nothing is read: every question names what it needs" "$(ak w-bare check --questions --json | jq -c '[.questions[] | (.needs | length) > 0 and .common_failure.verdict != "found"] | unique')" "[true]"
is "pages of 80 columns" "$({ ak w-bad check --matrix; ak w-bad check --questions; ak w-bad check; } | awk 'length > 80' | wc -l) $(($(ak w-bad check | wc -l) <= 40))" "0 1"
finish
