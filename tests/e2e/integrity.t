#!/bin/sh
# Proofs of a packet, checked by the annex's own script as shipped and by packet verify, on good packets and on forged ones; packets
# built again, records disclosed later.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
cp -r "$AK_SRCDIR/samples" ex
chmod -R u+w ex
"$AUDITKIT" init w >/dev/null 2>&1
sed 's#path: \([a-z]\)#path: ../ex/\1#' ex/policy.yaml >w/policy.yaml
build() { "$AUDITKIT" -w w packet build --allow-gaps -q "$@" >/dev/null; }

rm ex/litellm/slp-2026-06-08_14.jsonl.gz ex/openai/* ex/litellm/audit.jsonl # a small one: each forgery is read several times
gzip -dc ex/litellm/slp-2026-06-01_07.jsonl.gz | head -n 500 >ex/litellm/slp.jsonl && rm ex/litellm/*.gz && gzip ex/litellm/slp.jsonl && mv ex/litellm/slp.jsonl.gz ex/litellm/slp-1.jsonl.gz
zstd -dcq ex/app/spans.jsonl.zst | head -n 300 >ex/app/spans.jsonl && rm ex/app/*.zst && zstd -q --rm ex/app/spans.jsonl
"$AUDITKIT" -w w ingest ex/gateway ex/assistant >/dev/null 2>&1
build -o old.zip
"$AUDITKIT" -w w ingest >/dev/null 2>&1
build --previous old.zip -o new
build --from 2026-06-01T06:00:00Z --to 2026-06-01T18:00:00Z --previous old.zip -o part.tar
unzip -q old.annex.zip && unzip -q old.zip
cp new.annex/data/check_proofs.py .
is "the script is the one that the annex of each packet has" "$(tar -xOf part.annex.tar part.annex/data/check_proofs.py | cmp - check_proofs.py && cmp old.annex/data/check_proofs.py check_proofs.py)" ""
check() { python3 -I -S check_proofs.py "$@" >out 2>&1; }
words() { awk '{ print $1 }' out | sort | uniq -c | awk '{ printf "%s%s %s", s, $1, $2; s = ", " }'; }
check new --annex new.annex --previous old.zip
is "a packet, its annex and the one before it: all proven" "$? $(words)" "0 6 PASS, 1 SKIPPED"
check part.tar --annex part.annex.tar --previous old
is "a period, as archives" "$? $(words)" "0 6 PASS, 1 SKIPPED"
is "packet verify says so too" "$("$AUDITKIT" packet verify part.tar --annex part.annex.tar --previous old.zip --json | jq -c '[.ok] + [.checks[] | select(.name == "continuity" or .name == "annex" or .name == "log") | .result]')" \
	'[true,"pass","pass","pass"]'

# What the proofs say, by other means.
sql() { sqlite3 w/workspace.db "$1"; }
kinds=$(sql "SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) i WHERE m.type = 'table' AND i.name = 'leaf'")
is "leaves.csv has the leaves of the database, each once" "$(tail -n +2 new.annex/data/leaves.csv | tr -d '\r' | cut -d, -f1,4 | sha256sum)" \
	"$(for k in $kinds; do sql "SELECT seq || ',' || lower(hex(leaf)) FROM $k"; done | sort -n | sha256sum)"
is "the root of all of them is the one that openssl finds signed" "$(python3 - <<'P'
import csv, hashlib
def mth(d):
    if len(d) == 1: return d[0]
    k = 1
    while k * 2 < len(d): k *= 2
    return hashlib.sha256(b"\1" + mth(d[:k]) + mth(d[k:])).digest()
print(mth([bytes.fromhex(r["leaf"]) for r in csv.DictReader(open("new.annex/data/leaves.csv", newline=""))]).hex())
P
)" "$(sed -n 3p new/data/integrity/checkpoint.note | base64 -d | od -An -tx1 | tr -d ' \n')"
ok "which it does" python3 "$AK_SRCDIR/tests/e2e/check_packet.py" new proofs
is "counted leaves of a period, as sqlite3 counts them" "$(tar -xOf part.annex.tar part.annex/data/leaves.csv | tr -d '\r' | awk -F, '$3 == "counted" { n++ } END { print n }')" \
	"$(for k in $kinds; do [ "$k" = ledger_entry ] || sql "SELECT count(*) FROM $k WHERE event_start >= '2026-06-01T06' AND event_start < '2026-06-01T18' AND state = 0 AND seq NOT IN (SELECT seq FROM superseded)"; done | awk '{ n += $1 } END { print n }')"
is "the packet names its annex by the digest that sha256sum gives" "$(jq -r .annex_sha256 new/data/packet.json)" "$(sha256sum new.annex/tagmanifest-sha256.txt | cut -c1-64)"
is "and the packet before" "$(jq -r .previous new/data/packet.json)" "$(sha256sum old/tagmanifest-sha256.txt | cut -c1-64)"
is "annex and packet are the same under another name, and as another form" "$(build --previous old.zip -o again.tar.gz; tar -xOf again.annex.tar.gz again.annex/tagmanifest-sha256.txt | cmp - new.annex/tagmanifest-sha256.txt; tar -xOf again.tar.gz again/tagmanifest-sha256.txt | cmp - new/tagmanifest-sha256.txt)" ""

# Records that were not shown, later.
one=$(awk -F, '$2 == "request" && $3 == "counted" { print $1; exit }' new.annex/data/leaves.csv)
"$AUDITKIT" -w w packet disclose new "$one" $((one + 1)) --group how_much --reason 'item 7' -o d.json >/dev/null
is "a record is opened against a packet that was sent" "$? $(check new --disclosure d.json; echo $?) $(grep -c 'PASS *disclosure' out)" "0 0 1"
is "the group asked for and no other" "$(jq -c '[.records[].groups | map_values(has("body"))] | unique' d.json)" '[{"how_much":true,"what":false,"who":false}]'
is "the record says what the database says" "$(jq -r '.records[0].groups.how_much.body | fromjson | ."gen_ai.usage.input_tokens"' d.json)" "$(sql "SELECT input_tokens FROM request WHERE seq = $one")"
"$AUDITKIT" -w w packet disclose new "$one" --group who --reason x >/dev/null 2>&1
is "pseudonyms of the workspace are asked for once more: exit 6" "$?" 6
ok "and shown then" "$AUDITKIT" -w w packet disclose new "$one" --group who --tokens --reason x
"$AUDITKIT" -w w packet disclose old.zip 999999 --reason x >/dev/null 2>&1
is "a record behind the packet's tree head: exit 2" "$?" 2
"$AUDITKIT" -w w packet disclose new "$one" >/dev/null 2>&1
is "without a reason: exit 2" "$?" 2
is "the log of accesses says why" "$(jq -r 'select(.command == "packet disclose") | .options.reason' w/access.jsonl | sort -u | tr '\n' ' ')" "item 7 x "

python3 "$AK_SRCDIR/tests/e2e/integrity.py" "$AUDITKIT" "$tap_n" >forged
cat forged
tap_n=$((tap_n + $(grep -c '^\(not \)\{0,1\}ok ' forged)))

# Built again.
again() { "$AUDITKIT" -w w packet rebuild "$@" --json >r.json 2>err; }
again new --previous old.zip
is "built again: equal" "$? $(jq -c '[.verdict, .digest == .rebuilt, .files]' r.json)" '0 ["equal",true,[]]'
again new
is "without the packet before it: exit 2" "$?" 2
again old.zip
is "the ledger went on: exit 3, and nothing of it stands otherwise" "$? $(jq -c '[.verdict, .rebuilt, .changed, .ledger.then < .ledger.now]' r.json)" '3 ["went on",null,[],true]'
cp w/policy.yaml policy.away
sed -i 's/finance releases/finance will release/' w/policy.yaml
again new --previous old.zip
is "another policy: exit 3, with the reason and the files" "$? $(jq -c '[.verdict, .reasons, (.files | length > 0)]' r.json)" '3 ["explained",["policy.yaml is another one than then"],true]'
mv policy.away w/policy.yaml
mkdir -p w/templates
echo 'Mine: {{id}}' >w/templates/readme.md.mustache
again new --previous old.zip
is "another page that nothing explains: exit 4" "$? $(jq -c '[.verdict, .files[].path]' r.json)" '4 ["differs","README.md"]'
rm -r w/templates
"$AUDITKIT" init other >/dev/null 2>&1
"$AUDITKIT" -w other ingest ex/gateway >/dev/null 2>&1
"$AUDITKIT" -w other packet rebuild new --previous old.zip >/dev/null 2>&1
is "of another workspace: exit 6" "$?" 6
"$AUDITKIT" -w other packet build --draft --previous old.zip -o no.zip >/dev/null 2>&1
is "which cannot continue it: exit 4, nothing is written" "$? $(ls no.* 2>/dev/null)" "4 "
"$AUDITKIT" -w w packet build --draft --previous old.zip --reviewer Somebody -o no.zip >/dev/null 2>&1
is "nor can a packet for another reviewer: exit 6" "$? $(ls no.* 2>/dev/null)" "6 "

# The clock: as if it were years later, in every call that tells the time.
cat >clock.c <<'C'
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t c, struct timespec *t) { long r = syscall(SYS_clock_gettime, c, t); if (!r && c == CLOCK_REALTIME) t->tv_sec += 100000000; return (int)r; }
int gettimeofday(struct timeval *v, void *z) { struct timespec t; (void)z; clock_gettime(CLOCK_REALTIME, &t); v->tv_sec = t.tv_sec; v->tv_usec = t.tv_nsec / 1000; return 0; }
time_t time(time_t *p) { struct timespec t; clock_gettime(CLOCK_REALTIME, &t); if (p) *p = t.tv_sec; return t.tv_sec; }
C
if sanitized; then echo "# the clock is not moved in a build with sanitizers"; else
	${CC:-cc} -shared -fPIC -o clock.so clock.c || exit 1
	is "the clock is another one" "$(LD_PRELOAD=$PWD/clock.so date +%Y)" "$(date -d '+100000000 seconds' +%Y)"
	mkdir late
	(cd late && umask 077 && TZ=Asia/Kathmandu LD_PRELOAD=$tap_dir/clock.so "$AUDITKIT" -w ../w packet build --allow-gaps -q --from 2026-06-01T06:00:00Z --to 2026-06-01T18:00:00Z --previous ../old.zip -o part.tar >/dev/null 2>&1)
	ok "another clock, zone, umask and folder: the same bytes" cmp part.tar late/part.tar
	ok "of the annex too" cmp part.annex.tar late/part.annex.tar
fi
finish
