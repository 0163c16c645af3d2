#!/bin/sh
# The main job and every unit test program under valgrind: no invalid access, nothing lost. Every change runs under the sanitizers.
. "$AK_SRCDIR/tests/tap.sh"
[ "${AK_LONG-}" ] || skip_all 'only in make check-long; the sanitizers look at every change'
command -v valgrind >/dev/null || { echo '1..0 # SKIP no valgrind here'; exit 0; }
! sanitized || skip_all 'sanitizers and valgrind exclude each other'
cd "$tap_dir" || exit 1
case $(valgrind -q "$AUDITKIT" --version 2>&1) in *dwarf*) echo "1..0 # SKIP this valgrind cannot read this compiler's debug data (try -gdwarf-4)"; exit 0 ;; esac
memcheck() { AUDITKIT_SANDBOX=off valgrind -q --leak-check=full --errors-for-leak-kinds=definite,indirect --error-exitcode=99 --log-file="$tap_dir/vg.%p" "$@"; }
clean() { # clean WANT ARGS...: the exit code that a run without valgrind has
	want=$1
	shift
	memcheck "$AUDITKIT" "$@" >/dev/null 2>&1
	rc=$?
	is "$*" "$rc$(cat vg.* | head -n 12)" "$want"
	rm -f vg.*
}
cp -r "$AK_SRCDIR/samples/grc" "$AK_SRCDIR/samples/gateway" "$AK_SRCDIR/samples/assistant" .
mkdir app litellm
zstd -dcq "$(find "$AK_SRCDIR/samples/app" -name '*.zst' | sort | head -n 1)" | head -n 40 >app/spans.jsonl
zcat "$(find "$AK_SRCDIR/samples/litellm" -name 'slp*.gz' | sort | head -n 1)" | head -n 60 >litellm/slp.jsonl
printf '{"broken\n' >>litellm/slp.jsonl
clean 0 init w
sed 's#path: \([a-z]\)#path: ../\1#' "$AK_SRCDIR/samples/policy.yaml" >w/policy.yaml
clean 3 -w w ingest app litellm grc gateway assistant
clean 0 -w w status
clean 0 -w w sources --json
id=$(sqlite3 w/workspace.db "SELECT trace_id FROM request WHERE trace_id IS NOT NULL LIMIT 1")
clean 0 -w w trace reconstruct "$id"
clean 0 -w w show "$id"
clean 0 -w w packet build --allow-gaps -o p.tar.gz
clean 0 packet verify p.tar.gz
clean 0 -w w verify
clean 0 formats try litellm-slp litellm/slp.jsonl
clean 5 -w w ingest w/workspace.db
clean 2 -w w ingest --no-such-option
unset AK_LONG # their own long runs would take days here
for t in "$(dirname "$AUDITKIT")"/tests/unit/test_*; do
	# The sandbox makes calls that valgrind does not know.
	case $t in *.o | *.log | *.trs | */test_sandbox) continue ;; esac
	memcheck "$t" >out 2>&1
	is "$(basename "$t")" "$?$(cat vg.* | head -n 12)" 0
	rm -f vg.*
done
finish
