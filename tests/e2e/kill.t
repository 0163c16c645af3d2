#!/bin/sh
# Killed at every write of a small ingest, then run again: the same content as an undisturbed run.
. "$AK_SRCDIR/tests/tap.sh"
command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null || { echo '1..0 # SKIP no strace here'; exit 0; }
case $(nm -D "$AUDITKIT" 2>/dev/null) in *asan*) echo '1..0 # SKIP sanitizers and ptrace'; exit 0 ;; esac
cd "$tap_dir" || exit 1
src=$AK_SRCDIR/samples/grc
digest() { "$AUDITKIT" -w "$1" verify --json | jq -r .content_digest; }

"$AUDITKIT" init base >/dev/null 2>&1
id=$(sqlite3 base/workspace.db .dump | sha256sum)
[ -n "$id" ]
cp -r base whole
strace -f -o calls -e trace=write,pwrite64,fsync,fdatasync "$AUDITKIT" -w whole ingest "$src" >/dev/null 2>&1
want=$(digest whole)
n=$(grep -c 'pwrite64(' calls)
is "an undisturbed run has content" "$((${#want} == 64))" 1
is "there are writes to cut" "$((n > 10))" 1
k=1
bad=0
points=0
while [ "$k" -le "$n" ]; do
	rm -rf w
	cp -r base w
	strace -f -o /dev/null -e trace=pwrite64 -e inject=pwrite64:signal=SIGKILL:when="$k" \
		"$AUDITKIT" -w w ingest "$src" >/dev/null 2>&1
	"$AUDITKIT" -w w ingest "$src" >/dev/null 2>&1
	points=$((points + 1))
	[ "$(digest w)" = "$want" ] || { bad=$((bad + 1)); echo "# cut at write $k differs"; }
	k=$((k + 1 + n / 60))
done
is "$points cut points of $n writes end in the same content" "$bad" 0
finish
