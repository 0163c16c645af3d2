#!/bin/sh
# backup and restore as auditkit-workspace(5) shows it: the same evidence, no key, also while an ingest runs, also killed.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
mkdir bin out
ln -s "$AUDITKIT" bin/auditkit
PATH=$PWD/bin:$PATH
auditkit init ws >/dev/null 2>&1
sed 's#path: \([a-z]\)#path: ../ex/\1#' "$AK_SRCDIR/samples/policy.yaml" >ws/policy.yaml
cp -r "$AK_SRCDIR/samples" ex
cp "$AK_SRCDIR/src/formats/tickets.yaml" ws/formats/mine.yaml
touch ws/formats/.mine.yaml.swp ws/notes.txt
auditkit -w ws ingest >/dev/null 2>&1
auditkit -w ws trace sample >/dev/null 2>&1
keys=$(echo "$XDG_CONFIG_HOME"/auditkit/keys/*)
digest() { auditkit -w "$1" verify --json | jq -r 'select(.intact) | .content_digest + " " + .root'; }
before=$(digest ws)
records=$(auditkit -w ws status --json | jq .workspace.records_total)
is "there is something to keep" "${#before} $((records > 5000))" "109 1"

auditkit -w ws backup copy.tar --json >out.json
is "a backup is made" "$? $(jq -r '.content_digest + " " + .root' out.json)" "0 $before"
is "it says that the keys are not in it" "$(jq .keys_included out.json)" false
is "what is no part of a workspace is named" "$(jq -c .left_out out.json)" '["formats/.mine.yaml.swp","notes.txt"]'
is "only its owner reads it" "$(stat -c %a copy.tar)" 600
is "nothing else is left" "$(find . -maxdepth 1 -name '*tmp*' | wc -l)" 0
is "the access is logged, with the name alone" "$(tail -n 1 ws/access.jsonl | jq -c '[.command, .options.words, .records]')" "[\"backup\",[\"copy.tar\"],$records]"
page() { sed 's/\\-/-/g; s/\\e/\\/g; s/\\&//g' "$AK_SRCDIR/man/auditkit-workspace.5"; }
page | sed -n '/^  tar /,/^\.fi/p' | grep -v '^\.fi' >restore.sh
is "the page shows how to restore" "$(wc -l <restore.sh)" 5
restore() { # restore FILE.tar: as copy.tar into restored
	rm -rf out/*
	[ "$1" = copy.tar ] && cp "$1" out/copy.tar
	(cd out && umask 022 && sh -e ../restore.sh) >restore.log 2>&1
}
ok "its commands run" restore copy.tar
is "the same evidence" "$(digest out/restored)" "$before"
is "the packet's digest is that of its tagmanifest" "$(sha256sum out/copy/tagmanifest-sha256.txt | cut -c1-64)" "$(jq -r .digest out.json)"
is "the database is whole" "$(sqlite3 out/restored/workspace.db 'PRAGMA integrity_check')" ok
is "files and bytes are counted" "$(find out/restored -type f ! -name '*.lock' | wc -l) $(tar xOf copy.tar copy/data/workspace.db copy/data/policy.yaml copy/data/access.jsonl copy/data/formats/mine.yaml | wc -c)" \
	"$(jq .files out.json) $(jq .bytes out.json)"
is "policy and mapping came along" "$(cmp ws/policy.yaml out/restored/policy.yaml && cmp ws/formats/mine.yaml out/restored/formats/mine.yaml && echo same)" same
is "the access log has the backup itself" "$(tail -n 1 out/restored/access.jsonl | jq -r .command)" backup
is "no key is in it, neither as hex nor as bytes" "$(python3 - "$keys" copy.tar <<'PY'
import os, sys
data = open(sys.argv[2], "rb").read()
keys = [open(os.path.join(sys.argv[1], f)).read().strip() for f in os.listdir(sys.argv[1])]
print(len(keys), len(keys[0]), [k for k in keys if k.encode() in data or k.upper().encode() in data or bytes.fromhex(k) in data])
PY
)" "3 64 []"
auditkit -w ws packet build --allow-gaps -o one/p.tar >/dev/null 2>&1
mkdir one two
auditkit -w ws packet build --allow-gaps -o one/p.tar >/dev/null 2>&1
auditkit -w out/restored packet build --allow-gaps -o two/p.tar >/dev/null 2>&1
is "both give the same packet" "$(cmp one/p.tar two/p.tar && echo same)" same
{ head -n 1 ex/grc/tickets.csv; tail -n 1 ex/grc/tickets.csv | sed 's/^[^,]*/CHG-9999/'; } >more.csv
for w in ws out/restored; do auditkit -w "$w" ingest --source more --format tickets-csv more.csv >/dev/null 2>&1; done
is "both take the same next record" "$(digest ws | cut -d' ' -f1) $(auditkit -w ws status --json | jq .workspace.records_total)" "$(digest out/restored | cut -d' ' -f1) $((records + 1))"

# ---- what is refused ----
refused() { # refused EXIT NAME ARGS...
	want=$1
	name=$2
	shift 2
	cp -r ws/access.jsonl log
	auditkit "$@" >out.txt 2>err
	is "$name" "$? $(find . -maxdepth 1 -name '*tmp*' | wc -l) $(cmp log ws/access.jsonl && echo same)" "$want 0 same"
}
refused 2 "a backup replaces nothing" -w ws backup copy.tar
refused 2 "other archives" -w ws backup copy.zip
refused 2 "a folder" -w ws backup copy
refused 2 "a name that is none in an archive" -w ws backup 'a b.tar'
mv "$keys" away
refused 6 "without the keys" -w ws backup b.tar
mv away "$keys"
auditkit -w ws backup none/such/b.tar >out.txt 2>err
is "no such folder" "$?" 74

# ---- while an ingest writes ----
python3 - >usage.csv <<'PY'
print("start_time,end_time,project_id,model,num_model_requests,input_tokens,output_tokens")
for i in range(90000):
    print("%d,%d,proj_%d,gpt-4.1,%d,%d,%d" % (1780272000 + 3600 * (i % 336), 1780275600 + 3600 * (i % 336), i // 336, i + 1, 10 * i, i))
PY
auditkit init busy >/dev/null 2>&1
auditkit init calm >/dev/null 2>&1
auditkit -w busy ingest --format openai-usage-csv usage.csv >/dev/null 2>&1 &
pid=$!
taken=0
good=0
between=0
while kill -0 "$pid" 2>/dev/null && [ "$taken" -lt 6 ]; do
	rm -f copy.tar
	auditkit -w busy backup copy.tar >/dev/null 2>&1 && taken=$((taken + 1)) && restore copy.tar && good=$((good + 1))
	n=$(sqlite3 out/restored/workspace.db 'SELECT count(*) FROM usage')
	[ "$n" -gt 0 ] && [ "$n" -lt 90000 ] && between=$((between + 1))
done
wait "$pid"
is "an ingest under $taken backups ends well" "$? $(sqlite3 busy/workspace.db 'SELECT count(*) FROM usage')" "0 90000"
is "some were taken meanwhile, $between between its transactions" "$((taken > 0))" 1
is "each is whole and verifies" "$good" "$taken"

# ---- spoiled and killed ----
! sanitized || { finish; exit 0; }
for shim in spoil killshim; do ${CC:-cc} -O1 -shared -fPIC -o $shim.so "$AK_SRCDIR/tests/e2e/$shim.c" -ldl || exit 1; done
spoiled() { # spoiled NAME EXITS SPOIL=WHAT SPOIL_AT=N
	rm -f bad.tar
	env "$3" "$4" LD_PRELOAD="$PWD/spoil.so" auditkit -w ws backup bad.tar >out.txt 2>err
	rc=$?
	is "$1" "$(echo "$rc" | grep -cE "^($2)$") $(find . -maxdepth 1 -name '*tmp*' -o -name bad.tar | wc -l)" "1 0"
}
spoiled "a byte is wrong in the file: not kept" 4 SPOIL=archive SPOIL_AT=0
# Pages of tables (13) and indexes (10): the first cells stand at their ends, unless they were deleted, which leaves zeros.
python3 - <<'PY' >pages
data = open("ws/workspace.db", "rb").read()
size = int.from_bytes(data[16:18], "big")
for kind in (13, 10):
    at = [o for o in range(size, len(data), size) if data[o] == kind and data[o + 3] | data[o + 4] and any(data[o + size - 24 : o + size])]
    for o in at[:: max(1, len(at) // 6)][:6]:
        print(o)
PY
is "there are pages to spoil" "$(($(wc -l <pages) >= 12))" 1
for o in $(cat pages); do spoiled "a byte is wrong in the copy at $o: not kept" '4|7' SPOIL=copy SPOIL_AT="$o"; done
rm -f bad.tar
LD_PRELOAD=$PWD/spoil.so auditkit -w ws backup bad.tar >out.txt 2>err
is "the shim alone spoils nothing" "$? $(ls bad.tar)" "0 bad.tar"
rm -f bad.tar
rm -rf small
auditkit init small >/dev/null 2>&1
auditkit -w small ingest ex/grc >/dev/null 2>&1
KILL_COUNT=$PWD/n LD_PRELOAD=$PWD/killshim.so auditkit -w small backup k.tar >/dev/null 2>&1
calls=$(cat n)
is "there are calls to cut" "$((calls > 20))" 1
whole=0
cut=0
absent=0
for how in before after torn; do
	k=$calls
	while [ "$k" -ge 1 ]; do
		rm -rf k.tar k .k.tar.tmp*
		KILL_AT=$k KILL_HOW=$how LD_PRELOAD=$PWD/killshim.so auditkit -w small backup k.tar >/dev/null 2>&1
		cut=$((cut + 1))
		if [ ! -e k.tar ]; then
			absent=$((absent + 1))
		elif tar xf k.tar && (cd k && sha256sum --quiet -c manifest-sha256.txt tagmanifest-sha256.txt); then
			whole=$((whole + 1))
		fi
		k=$((k - 5))
	done
done
is "killed at $cut calls: no file ($absent) or a whole one ($whole)" "$((absent + whole)) $((absent > 0 && whole > 0))" "$cut 1"
is "the workspace is as good as before" "$(auditkit -w small verify --json | jq .intact)" true
finish
