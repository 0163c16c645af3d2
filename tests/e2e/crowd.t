#!/bin/sh
# Eight processes at once on one workspace, readers and writers, of the same and of other files, every third killed: see
# crowd.py. AK_LONG=1: a minute of it.
. "$AK_SRCDIR/tests/tap.sh"
quick_skips
[ "${AK_LONG-}" ] || ! sanitized || skip_all "under the sanitizers only in make check-long"
cd "$tap_dir" && python3 "$AK_SRCDIR/tests/e2e/crowd.py" "$AUDITKIT" "$AK_SRCDIR" "$((${AK_LONG:-0} ? 60 : 3))"
