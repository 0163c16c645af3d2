#!/bin/sh
# A forger at a packet: each case with its exit code and the check that must fail. See forge.py.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
for w in one two; do
	"$AUDITKIT" init $w >/dev/null 2>&1
	sed "s#path: \([a-z]\)#path: $AK_SRCDIR/samples/\1#" "$AK_SRCDIR/samples/policy.yaml" >$w/policy.yaml
	"$AUDITKIT" -w $w ingest >/dev/null 2>&1
	"$AUDITKIT" -w $w packet build --allow-gaps -q -o $w.packet >/dev/null
done
"$AUDITKIT" -w one packet build --allow-gaps -q -o good.tar >/dev/null
"$AUDITKIT" -w one packet build --allow-gaps -q -o good.zip >/dev/null
python3 "$AK_SRCDIR/tests/e2e/forge.py" "$AUDITKIT" one.packet good.tar good.zip two.packet
