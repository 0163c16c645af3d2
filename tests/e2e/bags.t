#!/bin/sh
# packet verify --bag: bags that other programs made, by Python's hashlib and no code of ours.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
python3 "$AK_SRCDIR/tests/e2e/bags.py" "$AUDITKIT"
