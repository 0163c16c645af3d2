#!/bin/sh
# Killed at every call that changes a file (killshim.c counts them and kills: before the call, after it, or with half of
# its bytes written, in turn), then run again: the same content as an undisturbed run, a workspace that verifies, a packet
# that is whole or not there. Every fourth time the second run is killed as well. AK_LONG=1 tries all three ways at each
# call, of large jobs one way at every few calls.
. "$AK_SRCDIR/tests/tap.sh"
quick_skips
! sanitized || skip_all 'sanitizers are loaded before anything else'
cd "$tap_dir" || exit 1
${CC:-cc} -O1 -shared -fPIC -o shim.so "$AK_SRCDIR/tests/e2e/killshim.c" -ldl || exit 1
src=$AK_SRCDIR/samples/grc
digest() { "$AUDITKIT" -w "$1" verify --json | jq -r 'select(.intact) | .content_digest'; }
counted() { KILL_COUNT=$PWD/n LD_PRELOAD=$PWD/shim.so "$AUDITKIT" "$@" >/dev/null 2>&1; }
killed() { # killed N HOW ARGS...
	at=$1
	how=$2
	shift 2
	KILL_AT=$at KILL_HOW=$how LD_PRELOAD=$PWD/shim.so "$AUDITKIT" "$@" >/dev/null 2>&1
}
ways() { # ways STEP
	if [ "${AK_LONG-}" ] && [ "$1" = 1 ]; then echo before after torn; else set -- before after torn; shift "$((points % 3))"; echo "$1"; fi
}
twice() { # twice AT HOW ARGS...: every fourth time another crash, at half the way
	[ "$((points % 4))" = 0 ] || return 0
	crashes=$((crashes + 1))
	half=$(($1 / 2 + 1))
	shift
	killed "$half" "$@"
}
# sweep TOTAL STEP TRY: TRY AT HOW for each call to cut; counts in $points, $crashes (of
# those cut twice) and $bad
sweep() {
	k=1
	bad=0
	crashes=0
	points=0
	while [ "$k" -le "$1" ]; do
		for way in $(ways "$2"); do
			points=$((points + 1))
			"$3" "$k" "$way" || { bad=$((bad + 1)); echo "# cut $way call $k"; }
		done
		k=$((k + $2))
	done
}

"$AUDITKIT" init base >/dev/null 2>&1
cp -r base whole
counted -w whole ingest "$src"
want=$(digest whole)
n=$(cat n)
is "an undisturbed run has content" "${#want}" 64
is "there are calls to cut" "$((n > 80))" 1
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	cp -r base seen
	strace -f -o calls -e signal=none -e trace=write,writev,pwrite64,fsync,fdatasync,ftruncate,unlink,unlinkat,rmdir,rename,renameat,renameat2,link,linkat,mkdir,mkdirat,fchmod,openat \
		"$AUDITKIT" -w seen ingest "$src" >/dev/null 2>&1
	is "strace sees as many calls as are counted" "$(grep -vE 'openat|write\([12],|\+\+\+|resumed' calls | wc -l) + $(grep -c O_CREAT calls)" \
		"$((n - $(grep -c O_CREAT calls))) + $(grep -c O_CREAT calls)"
fi

ingest_again() {
	rm -rf w
	cp -r base w
	killed "$1" "$2" -w w ingest "$src"
	twice "$1" "$2" -w w ingest "$src"
	"$AUDITKIT" -w w ingest "$src" >/dev/null 2>&1 && [ "$(digest w)" = "$want" ]
}
sweep "$n" "$((${AK_LONG:-0} ? 1 : 5))" ingest_again
is "ingest: $points cuts ($crashes twice) at $n calls end in the same content" "$bad" 0

python3 - >usage.csv <<'PY'
print("start_time,end_time,project_id,model,num_model_requests,input_tokens,output_tokens")
for i in range(22000):
    print("%d,%d,proj_%d,gpt-4.1,%d,%d,%d" % (1780272000 + 3600 * (i % 336), 1780275600 + 3600 * (i % 336), i // 336, i + 1, 10 * i, i))
PY
cp -r base several
counted -w several ingest --format openai-usage-csv usage.csv
many=$(cat n)
content=$(digest several)
is "22,000 rows are two transactions" "$(sqlite3 several/workspace.db "SELECT count(*) FROM usage") ${#content}" "22000 64"
begun=base # where the killed run starts from
batches_again() {
	rm -rf w
	cp -r "$begun" w
	killed "$1" "$2" -w w ingest --format openai-usage-csv usage.csv
	twice "$1" "$2" -w w ingest --format openai-usage-csv usage.csv
	"$AUDITKIT" -w w ingest --format openai-usage-csv usage.csv >/dev/null 2>&1 && [ "$(digest w)" = "$content" ]
}
sweep "$many" "$((many / (${AK_LONG:-0} ? 300 : 6)))" batches_again
is "several transactions: $points cuts ($crashes twice) of $many calls end in the same content" "$bad" 0

# Cut between its two transactions, and the run that goes on from there is cut too.
cp -r base half
killed "$((many * 2 / 3))" before -w half ingest --format openai-usage-csv usage.csv
cp -r half whole_half
counted -w whole_half ingest --format openai-usage-csv usage.csv
rest=$(cat n)
is "the run that goes on reports the whole file" "$("$AUDITKIT" -w whole_half sources --json | jq -c '[.sources[0].files, .sources[0].records_in]') $(sqlite3 whole_half/workspace.db "SELECT count(*) FROM export WHERE run = (SELECT max(id) FROM run)")" "[1,22000] 1"
is "the first transaction is there" "$(sqlite3 half/workspace.db "SELECT count(*) FROM usage")" 20000
# What goes on as something else leaves what is there as it is: under another mapping, and beside a file that cannot be read.
"$AUDITKIT" formats show openai-usage-csv | sed 's/^id:.*/id: own-usage/' >own.yaml
printf 'PAR1%0100dPAR1' 0 >no.parquet
cp -r half other
"$AUDITKIT" -w other ingest --mapping own.yaml usage.csv >/dev/null 2>&1
is "gone on with under another mapping: two files, all is well" "$? $(sqlite3 other/workspace.db "SELECT group_concat(format || ' ' || records_in || ' ' || state, ', ') FROM file") $("$AUDITKIT" -w other verify >/dev/null 2>&1; echo $?)" \
	"0 openai-usage-csv 20000 interrupted, own-usage 22000 complete 0"
cp -r half beside
"$AUDITKIT" -w beside ingest --format openai-usage-csv usage.csv no.parquet >/dev/null 2>&1
is "gone on with, and a file behind it that cannot be read" "$? $(sqlite3 beside/workspace.db "SELECT group_concat(format || ' ' || records_in || ' ' || state, ', ') FROM file") $("$AUDITKIT" -w beside verify >/dev/null 2>&1; echo $?)" \
	"5 openai-usage-csv 22000 complete, openai-usage-csv 0 incomplete 0"
begun=half
sweep "$rest" "$((rest / (${AK_LONG:-0} ? 180 : 3)))" batches_again
is "a resumed ingest: $points cuts ($crashes twice) of $rest calls end in the same content" "$bad" 0

verify_again() {
	killed "$1" "$2" -w whole verify
	[ "$(digest whole)" = "$want" ]
}
counted -w whole verify
n=$(cat n)
sweep "$n" "$((n > 30 && ! ${AK_LONG:-0} ? 5 : 1))" verify_again
is "verify: $points cuts at $n calls leave the workspace as it was" "$bad$((n == 0))" 00

counted init made
n=$(cat n)
init_again() {
	rm -rf made "$XDG_CONFIG_HOME/auditkit/keys"
	killed "$1" "$2" init made
	[ -e made/workspace.db ] || "$AUDITKIT" init made >/dev/null 2>&1
	"$AUDITKIT" -w made verify >/dev/null 2>&1 && [ "$(ls "$XDG_CONFIG_HOME/auditkit/keys")" = "$(id_of made)" ] &&
		[ "$(ls -A made | tr '\n' ' ')" = "formats policy.yaml workspace.db " ]
}
id_of() { sqlite3 "$1/workspace.db" "SELECT value FROM meta WHERE key='workspace_id'"; }
cp -r "$XDG_CONFIG_HOME" kept
sweep "$n" "$((${AK_LONG:-0} ? 1 : 8))" init_again
is "init: $points cuts of $n calls leave a workspace or none, and its keys alone" "$bad" 0
rm -rf "$XDG_CONFIG_HOME"
mv kept "$XDG_CONFIG_HOME"

"$AUDITKIT" -w whole packet build --allow-gaps -q -o good.tar >/dev/null
packet=$(sed -n 's/^digest   sha256 //p' good.tar.receipt.txt)
pack_again() {
	rm -rf out
	mkdir out
	killed "$1" "$2" -w whole packet build --allow-gaps -o "out/$form"
	if [ -e "out/$form" ]; then "$AUDITKIT" packet verify "out/$form" --digest "$packet" >/dev/null 2>&1 || return 1; fi
	twice "$1" "$2" -w whole packet build --allow-gaps --force -o "out/$form"
	"$AUDITKIT" -w whole packet build --allow-gaps --force -o "out/$form" >/dev/null 2>&1 &&
		"$AUDITKIT" packet verify "out/$form" --digest "$packet" >/dev/null 2>&1 && digest whole >/dev/null
}
for form in p.zip p.tar folder; do
	rm -rf out
	mkdir out
	counted -w whole packet build --allow-gaps -o "out/$form"
	n=$(cat n)
	sweep "$n" "$((${AK_LONG:-0} ? 1 : n / 8 + 1))" pack_again
	is "packet build $form: $points cuts ($crashes twice) of $n calls leave a whole packet or none" "$bad" 0
done
is "the workspace is as it was" "$(digest whole)" "$want"
finish
