#!/bin/sh
# Golden cases of packet verify (golden.tsv), a byte in each file, and bytes at random: all cases and 10,000 bytes with AK_LONG.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
sed "s#path: \([a-z]\)#path: $AK_SRCDIR/samples/\1#" "$AK_SRCDIR/samples/policy.yaml" >w/policy.yaml
"$AUDITKIT" -w w ingest >/dev/null 2>&1
"$AUDITKIT" -w w packet build --allow-gaps -q --from 2026-06-03 --to 2026-06-04 -o good >/dev/null
cp good/signatures/allowed_signers mine
: >nobody
sed "s/DIGEST/$(sha256sum good/tagmanifest-sha256.txt | cut -c1-64)/" "$AK_SRCDIR/tests/e2e/golden.tsv" >golden-cases
python3 "$AK_SRCDIR/tests/e2e/golden.py" "$AUDITKIT" good golden-cases ${AK_LONG:+10000}
