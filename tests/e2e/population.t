#!/bin/sh
# A packet of many rows: complete tables, sections that show the first of them, verdicts over all, in bounded memory.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
exec python3 "$AK_SRCDIR/tests/e2e/population.py" "$AUDITKIT" "$AK_SRCDIR"
