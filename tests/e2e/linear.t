#!/bin/sh
# Hostile texts: twice the text takes at most 2.2 times the instructions (SECURITY R-SEC-1), which callgrind counts, so that the
# machine's load is no part of it. Short texts may take 2.5 times as many, since buffers grow by steps; AK_LONG=1 takes long ones, and
# tests/unit/test_linear 64 MB by the clock.
. "$AK_SRCDIR/tests/tap.sh"
! sanitized || skip_all 'sanitizers and valgrind exclude each other'
command -v valgrind >/dev/null || skip_all 'no valgrind here'
linear=$(dirname "$AUDITKIT")/tests/unit/test_linear
[ -x "$linear" ] || skip_all 'no unit tests are built here'
cd "$tap_dir" || exit 1
valgrind --tool=callgrind --collect-atstart=no --toggle-collect=ak_redact_text --dump-after=ak_redact_text --callgrind-out-file=counts \
	"$linear" "$((${AK_LONG:-0} ? 65536 : 3072))" >names 2>err
is "all texts are counted" "$? $(ls counts.* | wc -l)" "0 $(($(wc -l <names) * 2))"
most=$((${AK_LONG:-0} ? 22 : 25))
n=0
while IFS= read -r name; do
	once=$(sed -n 's/^\(summary\|totals\): *\([0-9]*\).*/\2/p' "counts.$((2 * n + 1))" | head -n 1)
	twice=$(sed -n 's/^\(summary\|totals\): *\([0-9]*\).*/\2/p' "counts.$((2 * n + 2))" | head -n 1)
	is "$name: ${once:-no} and ${twice:-no} instructions" "$((${once:-0} > 1000 && ${twice:-0} * 10 <= ${once:-0} * most))" 1
	n=$((n + 1))
done <names
finish
