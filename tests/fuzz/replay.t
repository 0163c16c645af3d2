#!/bin/sh
# Every input in corpus/ once through its fuzz target: no promise broken, no crash, and no leak in a sanitized build.
. "$AK_SRCDIR/tests/tap.sh"
TMPDIR=$tap_dir
export TMPDIR
programs=$(dirname "$AUDITKIT")/tests/fuzz
is "a folder of inputs for each target, and no other" "$(cd "$AK_SRCDIR/tests/fuzz/corpus" && ls)" \
	"$(cd "$AK_SRCDIR/tests/fuzz" && ls fuzz_*.c | sed 's/^fuzz_\(.*\)\.c$/\1/')"
for d in "$AK_SRCDIR"/tests/fuzz/corpus/*; do
	name=${d##*/}
	files=$(find "$d" -type f | wc -l)
	is "$name has inputs" "$((files >= 5))" 1
	"$programs/fuzz_$name" "$d"/* >"$tap_dir/out" 2>&1
	is "$name: none of its $files inputs breaks anything" "$? $(grep -c '^Executed ' "$tap_dir/out")" "0 $files"
	[ "$(grep -c '^Executed ' "$tap_dir/out")" = "$files" ] || grep -v '^Executed ' "$tap_dir/out" | head -n 40 | sed 's/^/# /'
done
finish
