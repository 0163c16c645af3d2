#!/bin/sh
# pull: the OpenAI audit log from a server of our own, with its paging, its faults, kill -9 and resume. What is stored is what a
# file of the same records gives, read by sqlite3 and compared.
. "$AK_SRCDIR/tests/tap.sh"
. "$AK_SRCDIR/tests/e2e/api_start.sh"
AUDITKIT_DATA=$AK_SRCDIR
export AUDITKIT_DATA
cd "$tap_dir" || exit 1
port=''
api_start "$tap_dir/api"
secret=key-of-the-$(printf 'test-1234')
export OPENAI_ADMIN_KEY="$secret"
period='--since 2026-06-01 --until 2026-07-01'

ws() { rm -rf "$1" && "$AUDITKIT" init "$1" >/dev/null 2>&1; }
pull() { # pull WORKSPACE WORDS...; $rc, out, err
	w=$1
	shift
	"$AUDITKIT" -w "$w" pull --base-url "https://127.0.0.1:$port" --ca-file api/ca.pem --allow-private "$@" >out 2>err
	rc=$?
}
audit() { w=$1; shift; pull "$w" openai/audit $period "$@"; }
set_() { printf '%s' "$2" >"api/$1"; }
unset_() { (cd api && rm -f "$@"); }
events() { sqlite3 "$1/workspace.db" "SELECT event_id, event_start, action, actor_id, key_id, project_id FROM audit_event WHERE state = 0 ORDER BY 1" | sha256sum | cut -d" " -f1; }
count() { sqlite3 "$1/workspace.db" "SELECT count(*), count(DISTINCT event_id) FROM audit_event WHERE state = 0"; }
asked() { wc -l <api/asked; }
report() { jq -r ".sources[0] | $1" out; }

# The same records as files, for comparison.
python3 - "$AK_SRCDIR/tests/e2e" >all.jsonl <<'PY'
import json, sys
sys.argv[1:], path = ["."], sys.argv[1]
sys.path.insert(0, path)
import api_server as a
for tenant in "ft":
    for r in a.records(600, tenant):
        print(json.dumps(r))
PY
# 600 records each, newest first: the last 25 of a pass are numbers 25 to 1.
sed -n '576,600p; 1176,1200p' all.jsonl >fifty.jsonl
ws filed
"$AUDITKIT" -w filed ingest fifty.jsonl >/dev/null 2>&1
is "fifty records as a file" "$(count filed)" "50|50"

# ---- all pages of both passes ----
ws one
audit one --json
is "pulled: exit 0, six pages, fifty records" "$rc $(report '"\(.pages) \(.records_in) \(.stored) \(.state) \(.original)"')" "0 6 50 50 complete not retained"
is "what is stored is what a file of the same records gives" "$(events one)" "$(events filed)"
is "both passes were asked for, three pages each" "$(jq -r '.query | from_entries? // (map({(.[0]): .[1]}) | add) | .tenant_only' api/asked | sort | uniq -c | awk '{ print $2 $1 }' | tr '\n' ' ')" "false3 true3 "
is "cursors follow the pages" "$(jq -r '.query | map({(.[0]): .[1]}) | add | .after // "first"' api/asked | tr '\n' ' ')" \
	"first audit_log-f-16 audit_log-f-6 first audit_log-t-16 audit_log-t-6 "
is "the end is fixed before the first page" "$(jq -r '.query | map({(.[0]): .[1]}) | add | ."effective_at[lt]"' api/asked | sort -u)" 1782864000
is "every page is a source file with its request and no original" \
	"$(sqlite3 one/workspace.db "SELECT count(*), count(DISTINCT sha256), sum(saved), min(records_in), sum(request LIKE 'GET https://127.0.0.1:%/v1/organization/audit_logs effective_at[gte]=1780272000%tenant_only=%') FROM file")" "6|6|0|5|6"
is "the ledger holds the requests" "$(sqlite3 one/workspace.db "SELECT count(*) FROM ledger_entry WHERE kind = 'source_file' AND body LIKE '%GET https://127.0.0.1%'")" 6
ok "verify" "$AUDITKIT" -w one verify
is "sources show names the request, and that nobody has the original" \
	"$("$AUDITKIT" -w one sources show openai-audit | grep -c -e '^request   GET https://127.0.0.1' -e '^original  not retained; the digests of 6 pages are kept')" 2
"$AUDITKIT" -w one packet build --draft -o one.zip >/dev/null 2>&1
unzip -q one.zip -d onep
is "so does the packet's source index" "$(($(grep -rlF 'openai-audit was read from its API, 6 pages: original not retained' onep | wc -l) >= 2))" 1
is "and its table of sources" "$(python3 -c 'import csv, glob; print([r["original"] for r in csv.DictReader(open(glob.glob("onep/**/tables/sources.csv", recursive=True)[0]))])')" "['not retained']"
is "the credential is nowhere" "$(grep -rlF "$secret" one out err config | wc -l)" 0
is "nor is it an argument that could be given" "$("$AUDITKIT" -w one pull openai/audit --key "$secret" >out 2>err; echo $?)" 2
is "the agent says who asks" "$(jq -r .agent api/asked | sort -u | cut -d/ -f1)" auditkit

# ---- again: the overlap is read again, nothing is stored twice ----
: >api/asked
pull one openai/audit --until 2026-07-02 --json
is "the next pull begins an hour before the last one's end" "$(jq -r '.query | map({(.[0]): .[1]}) | add | ."effective_at[gte]"' api/asked | sort -u)" 1782860400
audit one --json
is "the same period again: all duplicates" "$rc $(report '"\(.records_in) \(.stored) \(.duplicate)"')" "0 50 0 50"
is "and no record more" "$(events one)" "$(events filed)"
pull one openai/audit --since 2026-05-01 --until 2026-05-02
is "a period that lies apart leaves the mark where it is" "$rc $(sqlite3 one/workspace.db "SELECT json_extract(state, '$.through') FROM pull")" "0 1782950400000000"
ws fresh
pull fresh openai/audit
is "a first pull wants to know from when on: exit 2, nothing asked for" "$rc $(grep -c 'hint: .*--since' err)" "2 1"

# ---- --save ----
ws two
audit two --save kept --json
is "--save: six pages, and the source says so" "$rc $(find kept -name '*.json' | wc -l) $(report .original)" "0 6 saved"
is "their digests are those of the register" "$(sha256sum kept/*.json | cut -d' ' -f1 | sort)" "$(sqlite3 two/workspace.db 'SELECT sha256 FROM file ORDER BY 1')"
is "private" "$(stat -c %a kept/*.json | sort -u)" 600
ws again
"$AUDITKIT" -w again ingest kept >/dev/null 2>&1
is "and ingest reads them as they are" "$(events again)" "$(events filed)"

audit two --save two/originals
is "not in the workspace, which holds nothing that is not redacted: exit 2" "$rc $([ -e two/originals ] && echo there)" "2 "

# ---- --dry-run ----
: >api/asked
audit two --restart --dry-run --json
is "--dry-run: exit 0, one request for each pass, none made" "$rc $(jq '.sources[0].requests | length' out) $(asked)" "0 2 0"

# ---- no more at a time than was said ----
ws w
set_ records 30000
set_ size 10000
audit w --max-mb 1 --json
is "--max-mb: exit 71, what came is stored" "$rc $(report '"\(.pages) \(.stored)"')" "71 1 10000"
audit w --json
is "and the same command goes on" "$rc $(report '"\(.resumed) \(.pages) \(.stored)"')" "0 true 5 50000"
set_ records 25
set_ size 10

# ---- faults that pass ----
for f in rate rate-date error cut; do
	ws w
	set_ $f 2
	start=$(date +%s)
	audit w --json
	is "$f once: asked again, all of it came" "$rc $(report '"\(.retries) \(.records_in) \(.stored) \(.state)"')" "0 1 50 50 complete"
	is "$f: after a pause" "$(($(date +%s) - start >= 1))" 1
done
ws w
set_ moved 1
audit w
is "a redirect within the host is followed once" "$rc $(count w)" "0 50|50"
unset_ moved

# ---- faults that do not: what came before is stored, and the next pull goes on there ----
while IFS='|' read -r f want part words; do
	ws w
	set_ "$f" 2
	audit w --json
	is "$f: exit, and what came before is stored" "$rc $(report '"\(.pages) \(.stored) \(.state)"')" "$want $part"
	is "$f: says so" "$(grep -ci "$words" out)" 1
	is "$f: sources and status say that it is unfinished" "$("$AUDITKIT" -w w sources | grep -c "not pulled to the end") $("$AUDITKIT" -w w status | tr -s '\n ' ' ' | grep -c "not pulled to the end")" "1 1"
	unset_ "$f"
	: >api/asked
	audit w --json
	is "$f: afterwards the rest comes, nothing twice" "$rc $(count w) $(report .state)" "0 50|50 complete"
	[ "$want" != 69 ] || is "$f: it went on at the page that failed" "$(report .resumed) $(jq -r '.query | map({(.[0]): .[1]}) | add | .after // "first"' api/asked | head -n 1)" "true audit_log-f-16"
done <<'FAULTS'
dead|69|1 10 failed|status 503
half|69|1 10 failed|cut short
elsewhere|69|1 10 failed|another place
plain|69|1 10 failed|another place
circle|69|1 10 failed|in a circle
huge|71|1 10 failed|more than 67108864
repeat|3|2 20 incomplete|leads back
empty|3|2 10 incomplete|empty page
nowhere|3|2 20 incomplete|but not where
same|3|1 10 incomplete|same page
FAULTS

# ---- a cursor that is too long to be sent back ----
ws w
set_ endless 2
audit w --json
is "endless: exit, and what came before is stored" "$rc $(report '"\(.pages) \(.stored) \(.state)"')" "69 2 20 failed"
is "endless: says so, and what helps" "$(grep -c 'address of the next page has 20[0-9]* bytes' out) $(grep -c 'hint: .*--restart' err)" "1 1"
unset_ endless
audit w --restart
is "endless: which does" "$rc $(count w)" "0 50|50"

# ---- who is not spoken to ----
ws w
: >api/asked
"$AUDITKIT" -w w pull openai/audit $period --base-url "https://127.0.0.1:$port" --ca-file api/ca.pem >out 2>err
is "a private address is refused without --allow-private" "$? $(grep -c 'private address' err) $(asked)" "69 1 0"
"$AUDITKIT" -w w pull openai/audit $period --base-url "https://localhost:$port" --ca-file api/ca.pem >out 2>err
is "also behind a name" "$? $(grep -c 'private address' err) $(asked)" "69 1 0"
"$AUDITKIT" -w w pull openai/audit $period --base-url "https://127.0.0.1:$port" --allow-private >out 2>err
is "a certificate of nobody known is refused" "$? $(grep -c 'not to be trusted' err) $(asked)" "69 1 0"
for url in "http://127.0.0.1:$port" "https://user@127.0.0.1:$port" "file:///etc/passwd" "https://127.0.0.1:$port/a?b=c" "https://127.0.0.1:$port/../x"; do
	pull w openai/audit $period --base-url "$url"
	is "$url is no base URL: exit 2" "$rc $(asked)" "2 0"
done
OPENAI_ADMIN_KEY='' pull w openai/audit $period
is "no credential: exit 6, nothing asked for" "$rc $(asked) $(grep -c 'hint: set OPENAI_ADMIN_KEY' err)" "6 0 1"
OPENAI_ADMIN_KEY="another-$secret"
audit w
OPENAI_ADMIN_KEY=wrong-key-entirely audit w
is "a refused credential: exit 6, and it is not printed" "$rc $(grep -c 'status 401' err) $(grep -c wrong-key out err | tr '\n' ' ')" "6 1 out:0 err:0 "
OPENAI_ADMIN_KEY="two lines
of it" audit w
is "what cannot be a header is no credential" "$rc $(grep -c 'is none' err)" "6 1"
printf '%s\n' "$secret" >key.txt
chmod 644 key.txt
audit w --credential-file key.txt
is "a key file that others may read: exit 6" "$rc" 6
chmod 600 key.txt
OPENAI_ADMIN_KEY='' audit w --credential-file key.txt
is "a private one works" "$rc $(count w)" "0 50|50"
pull w openai/audti
is "an unknown stream: exit 2" "$rc" 2
pull w opnai/audit
is "an unknown API: exit 2 and a guess" "$rc $(grep -c "did you mean 'openai'" err)" "2 1"
pull w
is "nothing to pull: exit 2" "$rc" 2
mkdir elsewhere
certify api other 'subjectAltName=DNS:other.example.org'
cp api/ca.pem api/ca.key elsewhere
cp api/other.pem elsewhere/server.pem
python3 "$AK_SRCDIR/tests/e2e/api_server.py" elsewhere 2>/dev/null &
other=$!
for _ in $(seq 100); do [ -e elsewhere/port ] && break; sleep 0.1; done
"$AUDITKIT" -w w pull openai/audit $period --restart --base-url "https://127.0.0.1:$(cat elsewhere/port)" --ca-file api/ca.pem --allow-private >out 2>err
is "a certificate for another name is refused" "$? $(grep -c 'not to be trusted' err)" "69 1"
kill $other

# ---- two processes, each in its own sandbox ----
if ! sanitized; then
	ws w
	set_ hang 1
	"$AUDITKIT" -w w pull openai/audit $period --base-url "https://127.0.0.1:$port" --ca-file api/ca.pem --allow-private >out 2>err &
	pid=$!
	: >api/asked
	for _ in $(seq 100); do [ "$(asked)" -gt 0 ] && break; sleep 0.1; done
	child=$(pgrep -P $pid)
	is "both have a filter of system calls, and cannot win rights" \
		"$(sed -n 's/^\(Seccomp\|NoNewPrivs\):[[:space:]]*/\1 /p' /proc/$pid/status /proc/"$child"/status | tr '\n' ' ')" "NoNewPrivs 1 Seccomp 2 NoNewPrivs 1 Seccomp 2 "
	kill -9 $pid
	wait $pid 2>/dev/null
	for _ in $(seq 50); do grep -qs '^State:.[^Z]' "/proc/$child/status" || break; sleep 0.1; done
	is "the one ends with the other" "$(grep -cs '^State:.[^Z]' "/proc/$child/status")" "$([ -d "/proc/$child" ] && echo 0)"
	unset_ hang
fi

# ---- a secret in a page, a page that is not known ----
ws w
set_ secret 1
audit w --save kept2
is "a secret in a page is stored nowhere" "$rc $(grep -rl A1b2C3d4A1b2C3d4 w | wc -l) $(grep -rl A1b2C3d4A1b2C3d4 kept2 | wc -l)" "0 0 1"
unset_ secret

# ---- every night: what stops one source stops no other ----
ws night
printf '%s\n' 'version: 1' 'sources:' '  locked: {pull: {api: openai, stream: audit, since: 2026-06-01, key_env: NO_SUCH_KEY}, owner: sec}' \
	'  open: {pull: {api: openai, stream: audit, since: 2026-06-01}, owner: sec}' >night/policy.yaml
: >api/asked
pull night --all --until 2026-07-01
is "one credential is missing: exit 6, it is named, the other source is whole" \
	"$rc $(grep -c '^failed *locked: there is no credential' out) $(grep -c 'hint: set NO_SUCH_KEY' err) $(count night)" "6 1 1 50|50"
printf '%s\n' 'version: 1' 'sources:' '  later: {pull: {api: openai, stream: audit}, owner: sec}' >night/policy.yaml
pull night --all
is "no beginning: the hint names policy.yaml too" "$rc $(tr -s ' \n' '  ' <err | grep -c 'with since in the `pull:` of policy.yaml')" "2 1"

# ---- kill -9 in the middle ----
set_ records 600
set_ size 5
set_ slow 0.02
ws big
"$AUDITKIT" -w big ingest all.jsonl >/dev/null 2>&1
ws killed
: >api/asked
n=0
while [ "$n" -lt 3 ]; do
	n=$((n + 1))
	before=$(asked)
	"$AUDITKIT" -w killed pull openai/audit $period --base-url "https://127.0.0.1:$port" --ca-file api/ca.pem --allow-private >out 2>err &
	pid=$!
	for _ in $(seq 300); do
		[ "$(asked)" -ge $((before + 47)) ] && break
		sleep 0.02
	done
	kill -9 $pid
	wait $pid 2>/dev/null
	is "killed the $n. time: the workspace is whole" "$("$AUDITKIT" -w killed verify >/dev/null 2>&1; echo $?)" 0
	is "killed the $n. time: what is stored are whole pages, and the place behind them" \
		"$(sqlite3 killed/workspace.db "SELECT (SELECT count(*) FROM audit_event) = 5 * (SELECT count(*) FROM file), (SELECT count(*) FROM file) = json_extract(state, '$.pages') FROM pull")" "1|1"
done
is "it had not come to its end" "$(sqlite3 killed/workspace.db "SELECT count(*) >= 200 AND count(*) < 1200 FROM audit_event")" 1
stored=$(sqlite3 killed/workspace.db 'SELECT count(*) FROM file')
before=$(asked)
audit killed --json
is "then it goes on and ends" "$rc $(report '"\(.resumed) \(.state) \(.duplicate)"')" "0 true complete 0"
is "with the pages that were missing" "$(($(asked) - before))" $((240 - stored))
is "no record is lost, none is there twice" "$(events killed)" "$(events big)"
is "no process is left" "$(pgrep -f "$tap_dir/killed" | wc -l)" 0
finish
