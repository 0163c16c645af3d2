#!/bin/sh
# Eight processes at once on one workspace, readers and writers, of the same and of other files, every third killed: see
# crowd.py. AK_LONG=1: a minute of it.
. "$AK_SRCDIR/tests/tap.sh"
quick_skips
case ${AK_LONG-}$(nm -D "$AUDITKIT" 2>/dev/null) in *asan*) [ "${AK_LONG-}" ] || { echo "1..0 # SKIP under the sanitizers only in make check-long"; exit 0; } ;; esac
cd "$tap_dir" && python3 "$AK_SRCDIR/tests/e2e/crowd.py" "$AUDITKIT" "$AK_SRCDIR" "$((${AK_LONG:-0} ? 60 : 3))"
