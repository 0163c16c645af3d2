#!/bin/sh
# Typed ids may hold what looks like a card, an account or a social security number (DECISIONS 11): a packet shows them, and
# is looked through for such numbers everywhere else.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1

ssn=536-22-1234 card=4111-1111-1111-1111 iban=DE89370400440532013000
export ssn card iban
python3 - <<'PY'
import csv, json, os
ssn, card, iban = (os.environ[k] for k in ("ssn", "card", "iban"))
with open("changes.csv", "w", newline="") as f:
    w = csv.writer(f)
    w.writerow("audit_event_id actor_id actor_role actor_ip organization_id target_type target_id action before after reason request_id created_at".split())
    w.writerow([ssn, "ops@example.org", "owner", "", "org-brindle", "budget", card, "quota.update", "{}", "{}", "raise", "", "2026-06-03T00:00:00Z"])
    w.writerow(["ae-2", "ops@example.org", "owner", "", "org-brindle", "route", iban, "routing.update", "{}", "{}", "outage", "", "2026-06-04T00:00:00Z"])
with open("calls.jsonl", "w") as f:
    for i in range(3):
        f.write(json.dumps({"id": ssn if i == 0 else "c%d" % i, "call_type": "acompletion", "response_cost": 0.01, "startTime": 1780300000 + i,
            "endTime": 1780300001 + i, "status": "success", "model_parameters": {}, "hidden_params": {}, "metadata": {"user_api_key_team_alias": "team %s" % ssn},
            "model": "m-1", "model_group": "m", "custom_llm_provider": "openai", "messages": "redacted-by-litellm", "response": "redacted-by-litellm",
            "prompt_tokens": 11, "completion_tokens": 3}) + "\n")
PY
"$AUDITKIT" init w >/dev/null 2>&1
"$AUDITKIT" -w w ingest changes.csv calls.jsonl >/dev/null 2>&1
count() { grep -rlF -e "$1" p.d | wc -l; }
is "ids are stored as they are, labels lose the number" \
	"$(sqlite3 w/workspace.db "SELECT resource_id FROM audit_event ORDER BY 1; SELECT event_id, coalesce(team_name, team_id) FROM request ORDER BY event_id LIMIT 1")" \
	"$card
$iban
$ssn|team [REMOVED:ssn]"
"$AUDITKIT" -w w packet build --draft -o p.d >/dev/null 2>err
is "the packet is built" "$? $(grep -c self-audit err)" "0 0"
is "its table of changes shows them" "$(python3 -c 'import csv; print(*sorted(r["resource"] for r in csv.DictReader(open("p.d/data/tables/changes.csv", newline=""))))')" "$card $iban"
is "they are listed by SHA-256, for who verifies it" "$(jq -r '.ids[].sha256' p.d/data/integrity/allowed.json)" \
	"$(for v in "$card" "$iban"; do printf %s "$v" | sha256sum | cut -c1-64; done | sort)"
"$AUDITKIT" packet verify p.d >out 2>&1
is "and verify says how many" "$? $(grep -c '^PASS *content .*0 secrets besides 2 ids with' out) $(tr -s ' \n' ' ' <out | grep -c "2 ids with the shape of a person's number")" "0 0 1"
is "in two files of tables and pages at least" "$([ "$(count "$card")" -ge 2 ] && echo yes)" yes

# The same numbers where no type vouches for them.
mkdir -p w/templates
for number in "$ssn" '5555 5555 5555 4444' GB82WEST12345698765432; do
	printf 'one\n%s\n' "$number" >w/templates/readme.md.mustache
	"$AUDITKIT" -w w packet build --draft --force -o q.d >/dev/null 2>said
	is "$number on a page stops the packet" "$? $(grep -cE 'self-audit: README.md line 2 would hold a value of kind (ssn|card|iban)' said) $(grep -cF "$number" said) $(ls -d q.d 2>/dev/null)" "4 1 0 "
done
printf 'change of %s\n' "$card" >w/templates/readme.md.mustache
"$AUDITKIT" -w w packet build --draft --force -o q.d >/dev/null 2>said
is "an id of the packet is known there too" "$?" 0

# A secret in an id, and a packet in which somebody put a number.
rm -r w/templates
printf '{"format_version":1,"ids":[],"schema":"auditkit.allowed/1","values":[]}\n' >p.d/data/integrity/allowed.json
(cd p.d && find data -type f | LC_ALL=C sort | xargs sha256sum >manifest-sha256.txt &&
	sha256sum bagit.txt bag-info.txt manifest-sha256.txt README.md VERIFY.txt index.html >tagmanifest-sha256.txt) 2>/dev/null
"$AUDITKIT" packet verify p.d >out 2>&1
is "without the list verify finds them" "$(tr -s ' \n' ' ' <out | grep -c 'FAIL content [0-9]* files hold what looks like a secret')" 1
finish
