#!/bin/sh
# The sample tenant: counts against what the generator says is in there; what sqlite3 sees; nothing twice; resume.
. "$AK_SRCDIR/tests/tap.sh"
mkdir "$tap_dir/w"
cp -r "$AK_SRCDIR/samples" "$tap_dir/w/ex"
chmod -R u+w "$tap_dir/w"
cd "$tap_dir/w/ex" || exit 1
truth() { jq -r ".$1" truths.json; }
sum() { jq "[.[].$1] | add" "$tap_dir/files.json"; }

ok init "$AUDITKIT" init .auditkit
sed 's#path: \([a-z]\)#path: ../\1#' policy.yaml >.auditkit/policy.yaml
"$AUDITKIT" -w .auditkit ingest >"$tap_dir/ingest.out" 2>&1
is "one broken line: exit 3 or 0 as the policy says" "$(($? == 0 || $? == 3))" 1
ok verify "$AUDITKIT" -w .auditkit verify
first=$("$AUDITKIT" -w .auditkit verify --json | jq -r .content_digest)

db=.auditkit/workspace.db
"$AUDITKIT" -w .auditkit sources --json >"$tap_dir/sources.json"
jq 'if type == "array" then . else .sources end' "$tap_dir/sources.json" >"$tap_dir/files.json"
is "conservation over all sources" "$(sum records_in)" \
	"$(($(sum stored) + $(sum duplicate) + $(sum rejected) + $(sum blank) + $(sum excluded) + $(sum expired)))"
is "one rejected record" "$(sum rejected)" "$(truth broken_lines)"
is "one blank line" "$(sum blank)" "$(truth blank_lines)"
is "duplicates: repeated lines and overlapping pages" "$(sum duplicate)" \
	"$(($(truth duplicates) + $(truth openai_audit.overlap)))"
is "verify counts what was stored" "$("$AUDITKIT" -w .auditkit verify --json | jq .records)" "$(sum stored)"
is "grants" "$(jq '[.[] | select(.kind == "access_grant").stored] | add' "$tap_dir/files.json")" "$(truth grants)"
is "tickets" "$(jq '[.[] | select(.kind == "ticket" or .kind == "change_ticket").stored] | add' "$tap_dir/files.json")" \
	"$(truth tickets)"

"$AUDITKIT" -w .auditkit ingest >/dev/null 2>&1
is "the same again adds nothing" "$("$AUDITKIT" -w .auditkit verify --json | jq -r .content_digest)" "$first"
ok "trace from a provider's id" "$AUDITKIT" -w .auditkit trace reconstruct "$(truth refund.request)"
"$AUDITKIT" -w .auditkit trace reconstruct no-such-id >/dev/null 2>&1
is "an unknown id is not a success" "$(($? != 0))" 1
is "a field that policy.yaml does not keep is nowhere" "$(sqlite3 $db "SELECT count(end_user_id) FROM request")" 0
is "and counted as dropped" "$(sqlite3 $db "SELECT sum(n) > 2000 FROM absent WHERE field = 'end_user_id' AND reason = 'dropped by policy'")" 1
sed 's/  end_user: {/  end_usr: {/' .auditkit/policy.yaml >p && mv p .auditkit/policy.yaml
"$AUDITKIT" -w .auditkit ingest >out 2>&1
is "a field that does not exist: exit 2" "$? $(grep -c "policy.yaml:[0-9]*: there is no field 'end_usr'" out)" "2 1"
finish
