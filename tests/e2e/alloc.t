#!/bin/sh
# Memory that is gone, at any allocation of any command, those of the libraries included: exit 71 or the right result, and
# nothing partial. AK_LONG=1 takes the first allocation of every chain of callers.
. "$AK_SRCDIR/tests/tap.sh"
quick_skips
! sanitized || skip_all 'sanitizers are loaded before anything else'
mkdir "$tap_dir/shims" "$tap_dir/work"
for s in allocshim killshim; do
	${CC:-cc} -O1 -shared -fPIC -o "$tap_dir/shims/$s.so" "$AK_SRCDIR/tests/e2e/$s.c" -ldl || exit 1
done
cd "$tap_dir/work" && python3 "$AK_SRCDIR/tests/e2e/faults.py" "$AUDITKIT" "$AK_SRCDIR" "$tap_dir/shims" memory
