#!/bin/sh
# Content at every place of every format that can carry it, counted as it arrives: see arrival.py.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" && python3 "$AK_SRCDIR/tests/e2e/arrival.py" "$AUDITKIT" "$AK_SRCDIR/tests"
