#!/bin/sh
# Every kind of secret in every context it is found in, through the real program. AK_LONG: twenty of each, from another seed.
. "$AK_SRCDIR/tests/tap.sh"
rounds=1
[ -z "${AK_LONG-}" ] || rounds=20
PYTHONDONTWRITEBYTECODE=1 python3 "$AK_SRCDIR/tests/redact/recall.py" "$AUDITKIT" "${AK_SEED-1}" "$rounds"
