#!/bin/sh
# Every record of the format fixtures, against values computed by Python.
[ -d "$AK_SHARED/fixtures" ] || { echo "1..0 # SKIP no fixtures beside the checkout"; exit 0; }
exec python3 "$AK_SRCDIR/tests/formats/check_fixtures.py" "$AUDITKIT" "$AK_SHARED"
