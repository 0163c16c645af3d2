#!/bin/sh
# --json: one object with schema and format_version on standard output and nothing else, whatever the command.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
sed "s#path: \([a-z]\)#path: $AK_SRCDIR/samples/\1#" "$AK_SRCDIR/samples/policy.yaml" >w/policy.yaml
json() {
	"$AUDITKIT" "$@" --json >out 2>err
	rc=$?
	is "$*" "$rc $(jq -r -s 'length == 1 and (.[0] | type == "object" and (.schema | startswith("auditkit.")) and .format_version == 1)' out 2>&1)" "0 true"
}
json init other
json -w w ingest
json -w w ingest "$AK_SRCDIR/samples/grc"
json -w w status
json -w w sources
json -w w sources show litellm-prod
json -w w sources drift
json -w w sources drift litellm-prod
json -w w verify
json -w w checkpoint
json -w w trace sample
json -w w trace reconstruct "$(sqlite3 w/workspace.db "SELECT trace_id FROM request WHERE trace_id IS NOT NULL LIMIT 1")"
json -w w show CHG-1183
json -w w show key_15b3785b
json -w w packet build --allow-gaps -o p.zip
json packet verify p.zip
json packet show p.zip
json packet timestamp p.zip --query p.tsq
json version
json -w w keys rotate --packet
json formats
json formats show litellm-slp
json formats check "$AK_SRCDIR/src/formats/tickets.yaml"
json formats try tickets-csv "$AK_SRCDIR/samples/grc/tickets.csv"
json fields
json fields show key_hash
echo 'mail to ada@example.org' >lines
json -w w redact try <lines
json redact try --field end_user_id <lines
json -w w redact allow 00112233445566778899aabbccddeeff --reason x
json -w w redact rules
json redact rules
json -w w identity resolve "$("$AUDITKIT" -w w redact try -q --field actor_id <lines)" --from lines
json -w w redact explain key_hash
json redact explain --text <lines
json limits
json doctor
json -w w doctor
json -w w backup copy.tar
json help
json help collect
json help collect openai
# A mapping whose sample does not come out as it says.
sed 's/state_value: approved/state_value: refused/' "$AK_SRCDIR/src/formats/tickets.yaml" >mine.yaml
"$AUDITKIT" formats check mine.yaml --json >out 2>/dev/null
is "a sample that differs: exit 4, named" "$? $(jq -r '.findings[0] | .got + " " + .want' out)" "4 approved refused"
finish
