#!/bin/sh
# ingest --follow: a log that grows, is rotated by renaming and by cutting, and a reader that is killed, against one ingest of the
# same lines.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
broken=1101
gzip -dc "$AK_SRCDIR"/samples/litellm/slp-*.jsonl.gz | grep '}$' | awk '!seen[$0]++' | head -n 1200 | sed "${broken}s/.....\$//" >all.jsonl
lines() { sed -n "$1,$2p" all.jsonl; } # lines FROM TO
new() { # new WORKSPACE: a folder for its log, and the workspace
	rm -rf "$1" "$1.log"
	mkdir "$1.log"
	"$AUDITKIT" init "$1" >/dev/null 2>&1
	w=$1
	log=$1.log/app.jsonl
	runs=0
}
begin() { # begin [OPTION...]: follow $log
	runs=$((runs + 1))
	out=$w.out.$runs
	"$AUDITKIT" -w "$w" ingest --json --follow "$@" "$log" >"$out" 2>"$out.err" &
	pid=$!
}
seen() { jq -rs 'map(select(.schema == "auditkit.ingest-follow/1"))[-1].total.records_in // 0' "$out" 2>/dev/null || echo 0; }
until_seen() { # until_seen N: of this run
	i=0
	while [ "$(seen)" != "$1" ] && [ "$i" -lt 300 ]; do
		kill -0 "$pid" 2>/dev/null || break
		i=$((i + 1))
		sleep 0.1
	done
	is "$w, run $runs: $1 records are committed while it is followed" "$(seen)" "$1"
}
end() { # end SIGNAL WANT
	kill "-$1" "$pid"
	wait "$pid" 2>/dev/null
	is "$w, run $runs ends on SIG$1" "$?" "$2"
}
# What was stored, without what differs between two workspaces, and how often.
stored() { sqlite3 "$1/workspace.db" "SELECT event_id, event_start, input_tokens, output_tokens, cost_estimated, response_model, flags FROM request ORDER BY 1, 2"; }
sum() { sqlite3 "$w/workspace.db" "SELECT sum(stored), sum(duplicate), sum(rejected) FROM file"; }
whole() { # whole: the same as one ingest; no line is lost, none is there twice
	stored "$w" >got
	ok "$w: as one ingest of all lines" cmp got want
	ok "$w verifies" "$AUDITKIT" -w "$w" verify
}
new once
cp all.jsonl once.log/app.jsonl
"$AUDITKIT" -w once ingest once.log/app.jsonl >/dev/null 2>&1
stored once >want
is "there is something to compare with" "$(wc -l <want) $(sum)" "1199 1199|0|1"
is "one line is broken" "$(sqlite3 once/workspace.db "SELECT rec_no FROM diag WHERE severity = 'reject'")" "$broken"

new grows
lines 1 300 >"$log"
begin
until_seen 300
lines 301 310 >>"$log"
lines 311 311 | head -c 100 >>"$log"
until_seen 310
is "a line that is being written waits" "$(grep -c '"rejected":[1-9]' "$out")" 0
is "other commands read meanwhile" "$("$AUDITKIT" -w grows status --json | jq .workspace.records.request)" 310
"$AUDITKIT" -w grows ingest "$log" >/dev/null 2>&1
is "a second ingest does not" $? 75
lines 311 311 | tail -c +101 >>"$log"
lines 312 312 | head -c 50 >>"$log"
until_seen 311
end TERM 0
is "every line of output is JSON, the report is the last" "$(jq -Rc 'fromjson | .schema' "$out" | uniq | tr -d '\n') $(jq -s 'last.run.totals.records_in' "$out")" \
	'"auditkit.ingest-follow/1""auditkit.ingest/1" 311'
is "what was left is said" "$(jq -rs 'last.diagnostics[] | .rule' "$out")" unfinished_line
is "the file's digest is of the lines that were read" "$(sqlite3 grows/workspace.db 'SELECT sha256, bytes, state FROM file')" \
	"$(lines 1 311 | sha256sum | cut -d' ' -f1)|$(lines 1 311 | wc -c)|complete"
lines 312 312 | tail -c +51 >>"$log"
lines 313 1200 >>"$log"
begin
until_seen 1200
end INT 3
is "the second run stored what was new" "$(sqlite3 grows/workspace.db 'SELECT stored, duplicate, rejected FROM file ORDER BY id DESC LIMIT 1')" "888|311|1"
whole

new renamed
lines 1 400 >"$log"
begin
until_seen 400
exec 5>>"$log"
mv "$log" "$log.1"
lines 401 410 >&5
sleep 1
lines 411 420 >&5
exec 5>&-
lines 421 700 >"$log"
until_seen 700
mv "$log" "$log.2"
until_seen 700
lines 701 1200 >"$log"
until_seen 1200
end TERM 3
is "three files of one export" "$(sqlite3 renamed/workspace.db 'SELECT count(*), count(DISTINCT export), min(name), min(state) FROM file')" "3|1|app.jsonl|complete"
is "each with its own digest" "$(sqlite3 renamed/workspace.db 'SELECT sha256 FROM file ORDER BY id')" "$(sha256sum "$log.1" "$log.2" "$log" | cut -d' ' -f1)"
whole

new cut
lines 1 400 >"$log"
begin
until_seen 400
cp "$log" "$log.1" && : >"$log"
lines 401 700 >>"$log"
until_seen 700
cp "$log" "$log.2"
# Cut and longer than before when it is looked at again: the bytes tell.
lines 701 1200 | dd of="$log" conv=notrunc 2>/dev/null
until_seen 1200
end TERM 3
is "a cut is said" "$(sqlite3 cut/workspace.db "SELECT count(*) FROM diag WHERE rule = 'file_cut'")" 2
whole

new killed
lines 1 400 >"$log"
begin
until_seen 400
end KILL 137
lines 401 500 >>"$log"
begin
until_seen 100
end KILL 137
is "it went on in the same file, nothing twice" "$(sqlite3 killed/workspace.db 'SELECT count(*), sum(duplicate), sum(stored) FROM file')" "1|0|500"
lines 501 600 >>"$log"
mv "$log" "$log.1"
lines 601 800 >"$log"
gzip "$log.1"
touch -d '1 hour ago' "$log.1.gz"
mv "$log" "$log-20260614"
lines 801 900 >"$log"
begin
until_seen 400
lines 901 1000 >>"$log"
until_seen 500
end TERM 0
is "it went on in the file of another name" "$(sqlite3 killed/workspace.db "SELECT group_concat(name || ' ' || stored || ' ' || duplicate, ', ') FROM file")" \
	"app.jsonl 600 0, app.jsonl-20260614 200 0, app.jsonl 200 0"
lines 1001 1050 >>"$log"
mv "$log" "$log.3"
lines 1051 1200 >"$log"
begin
until_seen 400
end TERM 3
is "also after an end in order" "$(sqlite3 killed/workspace.db "SELECT sum(stored) FROM file")" "$(wc -l <want)"
whole
rm "$log.3"
lines 1 1 >"$log"
begin
until_seen 1
end TERM 0
is "a file that is gone is missed" "$(sqlite3 killed/workspace.db "SELECT count(*) FROM diag WHERE rule = 'file_gone'")" 1

# Killed at any moment.
new random
: >"$log"
(n=1; while [ "$n" -lt 1200 ]; do lines "$n" $((n + 39)) >>"$log"; n=$((n + 40)); sleep 0.1; done) &
writer=$!
for pause in 0.3 0.5 0.7 0.4 0.9; do
	begin
	sleep "$pause"
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
done
wait "$writer"
begin
i=0
while [ "$(sqlite3 random/workspace.db 'SELECT coalesce(sum(records_in), 0) FROM file')" != 1200 ] && [ "$i" -lt 200 ]; do i=$((i + 1)); sleep 0.1; done
end TERM 3
is "killed five times: every line once" "$(sum)" "$(wc -l <want)|0|1"
whole

new table
printf 'Time,app,event,trace_id\n' >"$log"
cp "$AK_SRCDIR/samples/grc/tickets.csv" "$log"
n=$(($(wc -l <"$log") - 1))
begin --source tickets
until_seen "$n"
tail -n 1 "$log" | sed 's/^[^,]*/CHG-9999/' >>"$log"
until_seen $((n + 1))
end TERM 0
is "rows of a table" "$(sqlite3 table/workspace.db 'SELECT count(*) FROM ticket')" $((n + 1))

# Texts for people, and what does not go together.
new said
lines 1 3 >"$log"
"$AUDITKIT" -w said ingest --follow "$log" >text 2>text.err &
pid=$!
i=0
while ! grep -q '^added' text && [ "$i" -lt 100 ]; do i=$((i + 1)); sleep 0.1; done
end INT 0
is "a line for each transaction" "$(grep -c '^added     3 of litellm-slp: 3 stored, 0 duplicate, 0 rejected; 3 in all,' text)" 1
is "and the report at the end" "$(grep -c '^litellm-slp' text)" 1
refused() { # refused WANT WORD...
	want=$1
	shift
	"$AUDITKIT" -w said ingest "$@" >/dev/null 2>err
	is "exit $want: $*" "$?" "$want"
}
refused 2 --follow --dry-run "$log"
refused 2 --follow --strict "$log"
refused 2 --follow -
refused 2 --follow "$log" "$log"
gzip -k "$log"
refused 5 --follow "$log.gz"
ln -s app.jsonl said.log/link.jsonl
refused 5 --follow said.log/link.jsonl
finish
