#!/bin/sh
# What is read by column says what the rows say: totals of a packet, and which records have an identifier.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
exec python3 "$AK_SRCDIR/tests/e2e/by_column.py" "$AUDITKIT" "$AK_SRCDIR"
