#!/bin/sh
# A unique string in every string position of the samples of every format and of the sample tenant: none is found in any
# byte that was written but where mapping and dictionary say that the field is kept. tests/e2e/canary.py has the rule.
. "$AK_SRCDIR/tests/tap.sh"
quick_skips
cd "$tap_dir" || exit 1
python=python3
python3 -c 'import yaml' 2>/dev/null || python=/usr/bin/python3
judge() { "$python" "$AK_SRCDIR/tests/e2e/canary.py" "$@"; }
mkdir out packets tmp killed
TMPDIR=$PWD/tmp
export TMPDIR
n=$(judge make "$AUDITKIT" .)
is "$n strings in the formats' samples" "$((n > 1000))" 1
python3 "$AK_SRCDIR/tests/samples/generate.py" --canary ZQFFX ex >/dev/null
is "$(jq length ex/canaries.json) strings in the sample tenant" "$(($(jq length ex/canaries.json) > 10000))" 1
rm -rf config

# Every byte that a system call writes is looked at too, so that WAL and temporary files count.
trace=
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	sanitized || trace=yes
fi
i=0
run() { # run ARGS...: with and without a canary in the output, whatever the exit code
	i=$((i + 1))
	"$AUDITKIT" "$@" >"out/$i" 2>&1
}
ingest() {
	if [ "$trace" ]; then
		i=$((i + 1))
		strace -f -xx -s 4000000 -e signal=none -e trace=write,pwrite64,writev,pwritev -o "strace.$i" "$AUDITKIT" "$@" >"out/$i" 2>&1
	else run "$@"; fi
}
run init w
mkdir more
for f in in/*; do
	b=${f#in/}
	ingest -w w ingest -v --format "${b%%.*}" --source "${b%.*}" "$f"
	head -c "$(($(wc -c <"$f") * 2 / 3))" "$f" | tr '"' "'" >"more/broken-$b"
done
gzip -c in/litellm-slp.0.jsonl >more/slp.jsonl.gz
(cd in && zip -q ../more/all.zip admin-audit.0.* tickets-csv.0.csv)
is "compressed and packed ones are there" "$(($(wc -c <more/slp.jsonl.gz) > 100)) $(unzip -l more/all.zip | grep -c '\.0\.')" "1 2"
echo '{"nothing": "ZQFBX000001", "known": {"ZQFBX000002": "ZQFBX000003"}}' >more/unknown.json
printf 'ZQFBX000004,other\nZQFBX000005,x\n' >more/unknown.csv
ingest -w w ingest -v more/slp.jsonl.gz more/all.zip
for f in more/broken-* more/unknown.*; do run -w w ingest -v --format litellm-slp "$f"; run -w w ingest "$f"; done
for f in in/litellm-slp.0.jsonl in/tickets-csv.0.csv in/openai-audit.0.jsonl; do
	b=${f#in/}
	run formats try "${b%%.*}" "$f"
done
# Killed in the middle, again and again: what lies there then, -wal and -shm too. AK_LONG: at more points.
kills=4
[ -z "${AK_LONG-}" ] || kills=40
run init killed/w
k=0
while [ $k -lt $kills ]; do
	k=$((k + 1))
	"$AUDITKIT" -w killed/w ingest -v --format litellm-slp --source "slp$k" in/litellm-slp.*.jsonl >"out/killed.$k" 2>&1 &
	p=$!
	sleep "0.0$((k % 8 + 1))"
	kill -9 $p 2>/dev/null
	wait $p 2>/dev/null
	cp -r killed/w "killed/$k"
done
is "ingests were killed" "$(ls killed | wc -l)" "$((kills + 1))"
run -w killed/w status
# Bad usage and what cannot be read.
for f in in/litellm-slp.0.jsonl in/tickets-csv.0.csv; do
	run -w w ingest -v --no-such-option "$f"
	run -w w ingest -v --format no-such-format "$f"
	run -w w formats try no-such-format "$f"
	run -w w ingest -v --strict --max-rejects 0 --source strict "more/broken-${f#in/}"
	run -w w trace reconstruct -v no-such-id
	run packet verify "$f"
	run -w "$f" status
done
run init tenant
sed 's#path: \([a-z]\)#path: ../ex/\1#' "$AK_SRCDIR/samples/policy.yaml" >tenant/policy.yaml
run -w tenant ingest -v
for w in w tenant; do
	for c in status sources verify checkpoint fields "trace sample"; do
		# shellcheck disable=SC2086
		run -w $w $c
		# shellcheck disable=SC2086
		run -w $w $c --json
	done
	for s in $(sqlite3 $w/workspace.db "SELECT name FROM source"); do run -w $w sources show "$s"; done
	for t in $(sqlite3 $w/workspace.db "SELECT trace_id FROM request WHERE trace_id IS NOT NULL GROUP BY 1 LIMIT 5"); do
		run -w $w trace reconstruct "$t"
		run -w $w trace reconstruct "$t" --json
		run -w $w show "$t"
	done
	run -w $w packet build --allow-gaps -o packets/$w.zip
	run -w $w packet build --allow-gaps -v -o packets/$w
	run packet verify packets/$w.zip
	run packet show packets/$w.zip
done
is "both packets are signed" "$(for w in w tenant; do "$AUDITKIT" packet verify packets/$w.zip --json | jq .ok; done | tr '\n' ' ')" "true true "
is "there are rejects" "$(sqlite3 w/workspace.db "SELECT count(*) > 5 FROM diag WHERE severity = 'reject'")" 1
is "their reasons are codes" "$(sqlite3 w/workspace.db "SELECT rule FROM diag WHERE rule GLOB '*[^a-z0-9_]*'")" ""
judge check "$AUDITKIT" . >verdict
is "in no other encoding" "$(grep -c '^encoded' verdict)" 0
is "where the dictionary allows it and nowhere else: $(tail -n 1 verdict)" "$(grep '^leak' verdict)" ""
if [ "$trace" ]; then
	is "writes were looked at" "$(($(tail -n 1 verdict | sed 's/.*, \([0-9]*\) bytes of writes.*/\1/') > 1000000))" 1
fi

# The judge sees a leak: a string that stood where no rule reads.
jq -r 'to_entries[] | select(.value.path | endswith("zz_new_member")) | .key' planted.json | head -n 1 >out/raw
mkdir -p again/out again/ex
cp planted.json again/ && cp ex/canaries.json again/ex/ && mv out/raw again/out/
judge plant . again/out/leak
judge check "$AUDITKIT" again >verdict
is "a planted leak is found" "$(grep -c '^leak' verdict)" 1
is "and in every encoding" "$(sed -n 's/^encoded \(.*\) ZQ[^ ]* leak$/\1/p' verdict | paste -sd,)" "HTML,HTML hex,JSON,UTF-16BE,UTF-16LE,base64,hex,percent,reversed"
finish
