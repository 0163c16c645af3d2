#!/bin/sh
# What is no secret stays as it is: ids, digests, names and numbers of 94 families. AK_LONG: a million of them.
. "$AK_SRCDIR/tests/tap.sh"
count=50000
[ -z "${AK_LONG-}" ] || count=1000000
PYTHONDONTWRITEBYTECODE=1 python3 "$AK_SRCDIR/tests/redact/benign.py" "$AUDITKIT" "${AK_SEED-1}" "$count"
