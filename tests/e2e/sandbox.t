#!/bin/sh
# Every command, late in its work, tries to open what no argument named, to connect, to run a program, to be traced
# (probe.c, preloaded): nothing comes of it. With AUDITKIT_SANDBOX=off all of it works, so the probe does probe.
. "$AK_SRCDIR/tests/tap.sh"
! sanitized || skip_all 'no sandbox in builds with sanitizers'
AUDITKIT_DATA=$AK_SRCDIR
export AUDITKIT_DATA
cd "$tap_dir" || exit 1
${CC:-cc} -O1 -shared -fPIC -o probe.so "$AK_SRCDIR/tests/e2e/probe.c" -ldl || exit 1
AUDITKIT_SANDBOX=require "$AUDITKIT" limits >/dev/null 2>&1 || { echo '1..0 # SKIP this kernel or container has no Landlock or no seccomp'; exit 0; }
mkdir away work
echo secret >away/secret
PROBE_REPORT=$PWD/away/report PROBE_SECRET=$PWD/away/secret PROBE_FOLDER=$PWD/away
export PROBE_REPORT PROBE_SECRET PROBE_FOLDER
cp -r "$AK_SRCDIR/samples/grc" work/grc
cd work || exit 1

probed() { # probed ARGS...: runs it; $rc, and $report with what was tried, one line each
	rm -f "$PROBE_REPORT"
	LD_PRELOAD=$PROBE_FOLDER/../probe.so "$AUDITKIT" "$@" >out 2>err
	rc=$?
	report=$(cat "$PROBE_REPORT" 2>/dev/null)
}
lines() { echo "$report" | grep -c "$1"; }
tested=''
caged() { # caged EXIT PLACES ARGS...: nine probes at each place; none succeeds
	want=$1
	places=$2
	shift 2
	name="$*"
	probed "$@"
	[ "$1" = -w ] && shift 2
	tested="$tested
$1
$1 ${2-}"
	is "$name: works as without a probe" "$rc" "$want"
	is "$name: nine probes at: $places" "$(echo "$report" | cut -d' ' -f1 | sort | uniq -c | awk '{ print $2 $1 }' | tr '\n' ' ')" "$(echo "$places" | sed 's/[a-z]*/&9/g') "
	is "$name: no probe succeeds${may:+ but to $may}" "$(echo "$report" | grep 'DONE$' | cut -d' ' -f2 | grep -vx "$may" | sort -u)" ""
}

caged 0 "print sync" init ws
cp "$AK_SRCDIR/samples/policy.yaml" ws/policy.yaml
sed -i 's#path: \([a-z]\)#path: ../grc/../\1#' ws/policy.yaml
caged 0 "print sync thread" -w ws ingest grc
caged 0 "print sync thread" -w ws ingest 'grc/*'
caged 0 print -w ws pull --list
# The network is another process's: this one has none, and neither opens what is not named.
OPENAI_ADMIN_KEY=key-for-nobody
export OPENAI_ADMIN_KEY
caged 69 print -w ws pull openai/audit --since 2026-06-01 --base-url https://127.0.0.1:9
caged 0 "print thread" -w ws ingest --dry-run "$AK_SRCDIR/samples/gateway"
caged 0 print -w ws status
caged 0 print -w ws status --prometheus
caged 3 print -w ws report reconcile
caged 3 "print sync" -w ws report completeness
caged 0 print -w ws sources
caged 0 print -w ws sources drift
caged 0 print -w ws verify
caged 0 print -w ws check rejects
caged 0 "print sync" -w ws check rejects --junit j.xml --sarif s.json --markdown m.md
"$AUDITKIT" -w ws check rejects --json >former.json
caged 0 print -w ws check rejects --baseline former.json
caged 3 print -w ws report links --state unmatched
caged 3 print -w ws report coverage --by-day
caged 0 print -w ws checkpoint
caged 0 print -w ws keys
caged 0 "print sync" -w ws keys rotate
caged 0 "print sync" -w ws keys rotate --packet
caged 0 print -w ws doctor
caged 0 "print sync" -w ws packet build --draft -o p.zip
caged 0 "print sync" -w ws packet build --allow-gaps -o p
caged 0 "print sync" -w ws backup copy.tar
caged 0 print packet verify p.zip
caged 0 print packet verify p
caged 0 print packet verify --bag p
caged 0 print packet diff p p
caged 0 "print sync" packet comments p -o comments.json
caged 0 "print sync" packet comments p --read comments.json --seal -o sealed.json
caged 0 "print sync" -w ws packet test
"$AUDITKIT" -w ws packet build --allow-gaps --unsigned -o u.zip >/dev/null 2>&1
ssh-keygen -q -t ed25519 -N '' -f signer
may=read-passwd # ssh-keygen asks who its user is
caged 0 "print sync" packet sign u.zip --key signer -o s.zip
may=
caged 0 "print sync" packet timestamp s.zip --query s.tsq
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout reader.key -out reader.pem -days 2 -subj /CN=reader 2>/dev/null
caged 0 "print sync" packet annex p.annex.zip --for reader.pem
caged 0 print packet show p.zip
caged 0 print packet verify p --annex p.annex
caged 0 "print sync" -w ws packet rebuild p
caged 0 "print sync" -w ws packet disclose p 2 --reason probe -o opened.json
caged 0 print formats
caged 0 print formats show litellm-slp
caged 0 print fields
echo 'mail to ada@example.org' >lines
caged 0 print redact try <lines
caged 0 print -w ws redact try <lines
caged 0 "print sync" -w ws redact allow 00112233445566778899aabbccddeeff --reason x
caged 0 print -w ws redact rules
caged 3 "print sync" -w ws identity resolve email:00112233445566778899aabbccddeeff --from lines --json
caged 3 "print sync" -w ws identity resolve email:00112233445566778899aabbccddeeff --from lines --packet p.zip --json
caged 0 print -w ws redact explain client_address
caged 0 print -w ws redact explain --text <lines
caged 0 print -w ws config check
caged 0 print -w ws config show
caged 0 print limits
caged 0 print version --sbom
caged 0 print schema check
caged 0 print help
caged 0 print help collect
caged 0 print completion bash
caged 0 "print sync thread" demo d
export XDG_CONFIG_HOME="$PWD/d/config"
id=$(sqlite3 d/workspace/workspace.db "SELECT trace_id FROM request WHERE trace_id IS NOT NULL LIMIT 1")
caged 0 "print sync" -w d/workspace show "$id"
caged 0 "print sync" -w d/workspace trace reconstruct "$id"
caged 0 "print sync" -w d/workspace explain "$id"
caged 0 print -w d/workspace report fallbacks
caged 0 print -w d/workspace report usage --by owner
caged 0 print -w d/workspace report cost
caged 0 print -w d/workspace report errors --bucket 1h --zone Europe/Berlin
caged 0 print -w d/workspace report cache
caged 0 print -w d/workspace report latency
caged 0 sync -w d/workspace report dashboard -o page.html
for r in payload redaction processing processors variance coverage; do
	caged 0 print -w d/workspace report $r
done
for r in keys access changes quota governance log-access "dispute --team team-support"; do
	caged 0 "print sync" -w d/workspace report $r
done
caged 0 sync -w d/workspace report usage -o usage.csv --ipe usage.ipe.json
caged 0 print -w d/workspace report usage --template "$AK_SRCDIR/templates/report-usage.md.mustache"
caged 0 print canary plan --count 2
caged 0 "print sync" -w d/workspace trace sample
caged 0 "print sync" -w d/workspace trace bundle --app support-bot --from 2026-06-05 --to 2026-06-06 -o incident.tar
caged 0 "print sync" -w d/workspace timeline --around ae-route-1
caged 0 "print sync" -w d/workspace blast-radius svc-search
caged 0 sync -w d/workspace search --status 4xx -o found.csv
caged 0 "print sync" -w d/workspace search --limit 2 --save q1
caged 0 print -w d/workspace query list
caged 0 "print sync" -w d/workspace query run q1
caged 0 sync -w d/workspace query rm q1
# The mail program, and the lack of one, is another process's business: this one runs none.
sed -i "s#^\(notify: .*sendmail\),#\1, program: $PWD/none,#" d/workspace/policy.yaml
caged 69 "print sync" -w d/workspace check bypass --notify audit
caged 0 "print sync" -w d/workspace tail
gzip -dc "$AK_SRCDIR/samples/litellm/slp-2026-06-01_07.jsonl.gz" >calls.jsonl
caged 0 print -w d/workspace tail --failing calls.jsonl
caged 0 "print sync" -w d/workspace sql 'SELECT count(*) FROM request'
# Somebody opens a page, so that the log is written.
(until python3 -c 'import sys, urllib.request; urllib.request.urlopen(open("out").read().strip()).read()'; do sleep 0.1; done >/dev/null 2>&1) &
caged 0 "print sync" -w d/workspace serve --idle 2s
export XDG_CONFIG_HOME="$tap_dir/config"
is "every command was probed" "$("$AUDITKIT" help --json | jq -r '.commands[].name' | while read -r name; do
	echo "$tested" | grep -qx "$name" || echo "$name"
done)" ""

# ---- the same without a sandbox: the probe is able to do all this ----
AUDITKIT_SANDBOX=off
export AUDITKIT_SANDBOX
probed -w ws ingest grc
is "off: everything is possible, at every place" "$rc $(lines DONE)" "0 27"
probed limits
is "off: in a small command as well" "$rc $(lines DONE)" "0 9"
unset AUDITKIT_SANDBOX

# ---- AUDITKIT_SANDBOX and other kernels ----
kernel() { # kernel KIND SANDBOX ARGS...
	PROBE_KERNEL=$1
	AUDITKIT_SANDBOX=$2
	export PROBE_KERNEL AUDITKIT_SANDBOX
	shift 2
	probed "$@"
	unset PROBE_KERNEL AUDITKIT_SANDBOX
}
kernel none maybe limits
is "another word is a usage error" "$rc $(head -n 1 err)" "2 auditkit: AUDITKIT_SANDBOX is on, off or require"
kernel none require -w ws ingest grc
is "required and there" "$rc $(lines DONE)" "0 0"
kernel none require demo d2
is "required and there, for commands within a command too" "$rc $(lines DONE)" "0 0"
kernel no-landlock on -w ws ingest grc
is "without Landlock, seccomp still refuses network, programs, tracing" "$rc $(echo "$report" | grep -E 'socket|connect|run-program|be-traced|signal' | grep -c EPERM)" "0 15"
kernel no-landlock on packet verify p.zip
is "without Landlock, a command that reads cannot write" "$rc $(echo "$report" | grep -E 'make-file|change-secret' | grep -c EPERM)" "0 2"
kernel no-landlock on limits
is "without Landlock, one that computes cannot open" "$rc $(lines EPERM)" "0 9"
kernel no-seccomp on -w ws ingest grc
is "without seccomp, Landlock still refuses files and ports" "$rc $(echo "$report" | grep -E 'read|make|change|connect' | grep -c EACCES)" "0 15"
for kind in no-landlock no-seccomp; do
	kernel "$kind" require limits
	is "required, but $kind" "$rc $(cat out) $(head -n 1 err)" "71  auditkit: AUDITKIT_SANDBOX=require: this kernel or container cannot close the sandbox"
done
cp -r ws kept
for kind in broken-landlock broken-seccomp; do
	kernel "$kind" on -w ws ingest "$AK_SRCDIR/samples/gateway"
	is "$kind: nothing is done" "$rc $(cat out) $(sqlite3 ws/workspace.db .dump | sha256sum)" "71  $(sqlite3 kept/workspace.db .dump | sha256sum)"
	is "$kind: it says what failed" "$(grep -c '^auditkit: cannot close the sandbox' err)" 1
done
# Older Landlocks: what they cannot refuse is left to seccomp; the work is done all the same.
for abi in 1 2 3 4 5 6; do
	[ "$abi" -lt "$("$AUDITKIT" --version -v | sed -n 's/^sandbox Landlock ABI \([0-9]*\).*/\1/p')" ] || continue
	rm -rf w p2 p2.annex c.tar p2.receipt.txt
	codes=''
	for c in 'init w' '-w w ingest grc' '-w w packet build --draft -o p2' 'packet verify p2' '-w w backup c.tar'; do
		# shellcheck disable=SC2086
		kernel "abi-$abi" require $c
		codes="$codes $rc:$(lines DONE)"
	done
	is "Landlock ABI $abi" "$codes" " 0:0 0:0 0:0 0:0 0:0"
done
# The classes' own test on kernels that have less.
unit=$(dirname "$AUDITKIT")/tests/unit/test_sandbox
for kind in no-landlock no-seccomp; do
	if [ -x "$unit" ]; then ok "classes, $kind" env PROBE_KERNEL="$kind" LD_PRELOAD="$PROBE_FOLDER/../probe.so" "$unit"; fi
done
finish
