#!/bin/sh
# Calls that fail, are cut short or are interrupted, in every command: the right result or a clear error, and nothing partial.
# AK_LONG=1 takes every call; resume.t does one command of it then.
. "$AK_SRCDIR/tests/tap.sh"
quick_skips
[ "${AK_LONG-}" ] || ! sanitized || skip_all "under the sanitizers only in make check-long"
# With a sanitizer in the program nothing may be lost on the way out either. libarchive loses a buffer when a write fails.
printf "leak:libarchive\nleak:deflateInit2_\n" >"$tap_dir/known"
ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=1
LSAN_OPTIONS=suppressions=$tap_dir/known:print_suppressions=0
export ASAN_OPTIONS LSAN_OPTIONS
[ -z "${AK_LONG-}" ] || [ "${AK_ONLY-}" ] || AK_SKIP='ingest resumed'
export AK_SKIP
mkdir "$tap_dir/shims" "$tap_dir/work"
for s in faultshim killshim; do
	${CC:-cc} -O1 -shared -fPIC -o "$tap_dir/shims/$s.so" "$AK_SRCDIR/tests/e2e/$s.c" -ldl || exit 1
done
cd "$tap_dir/work" && python3 "$AK_SRCDIR/tests/e2e/faults.py" "$AUDITKIT" "$AK_SRCDIR" "$tap_dir/shims" calls
