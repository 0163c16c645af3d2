#!/bin/sh
# What commands print with --json meets the schema that `auditkit schema` gives, and no schema takes back what the last one promised.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
# With AK_LONG=1 every command, else status, checks, reports and a trace.
said=$(python3 "$AK_SRCDIR/tests/e2e/schemas.py" "$AUDITKIT" "$AK_SRCDIR" check 2>&1 | head -n 12)
if [ -n "${AK_LONG-}" ]; then
	is "documents and promises: every schema" "$said" "ok $("$AUDITKIT" schema | wc -l)"
else
	is "documents and promises" "$said" "ok 23"
fi
is "as a document" "$("$AUDITKIT" schema --json | jq -r '[.schema, (.schemas | length)] | join(" ")')" "auditkit.schemas/1 $("$AUDITKIT" schema | wc -l)"
is "by its full name" "$("$AUDITKIT" schema auditkit.check/1 | sha256sum)" "$("$AUDITKIT" schema check | sha256sum)"
is "no such schema" "$("$AUDITKIT" schema planet 2>&1; echo $?)" "auditkit: there is no schema 'planet'
hint: 'auditkit schema' lists them
2"
finish
