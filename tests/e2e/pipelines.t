#!/bin/sh
# The pipelines of recipes, each run step by step in a clean folder: exit codes, artefacts, and what a second night brings. Figures for
# Prometheus.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
mkdir bin exports && ln -s "$AUDITKIT" bin/auditkit
PATH=$tap_dir/bin:$PATH
AUDITKIT_DATA=$AK_SRCDIR
export PATH AUDITKIT_DATA
cp "$AK_SRCDIR"/samples/openai/*.json "$AK_SRCDIR"/samples/grc/*.csv "$AK_SRCDIR"/samples/gateway/*.csv exports
sed '/^sources:/,/^not_provided/{/^not_provided/!d}' "$AK_SRCDIR/samples/policy.yaml" >policy.yaml
night() { # night NAME COMMAND...: in a folder of its own, without a terminal; $rc
	[ -d "$1" ] || { mkdir "$1" && cp -R exports policy.yaml "$1"; }
	where=$1
	shift
	(cd "$where" && XDG_CONFIG_HOME=$tap_dir/$where/config && export XDG_CONFIG_HOME && "$@" </dev/null >log 2>&1)
	rc=$?
}
what() { (cd "$1" && jq -r '[.schema, (.not_met > 0)] | join(" ")' out/check.json; auditkit packet verify out/packet.zip --json | jq -r .verdict); }
DELIVER_FOLDER=$tap_dir/shelf
export DELIVER_FOLDER
night cron sh "$AK_SRCDIR/src/recipes/nightly.sh"
is "cron: findings, and everything was made" "$rc $(what cron | head -n 1) $(ls cron/out | tr '\n' ' ')" "1 auditkit.check/1 true check.json packet.annex.zip packet.zip packet.zip.receipt.txt status.prom "
n=$(sqlite3 cron/workspace/workspace.db "SELECT count(*) FROM audit_event")
# The second night has no network at all, where this user may make such a place (F354).
alone=''
unshare -rn true 2>/dev/null && alone='unshare -rn'
# shellcheck disable=SC2086
night cron $alone sh "$AK_SRCDIR/src/recipes/nightly.sh"
is "cron: the second night adds nothing twice" "$rc $((n > 50)) $(sqlite3 cron/workspace/workspace.db "SELECT count(*) FROM audit_event")" "1 1 $n"
is "cron: two nights with the same exports deliver once, what was made in the first" "$(find shelf -type f | sed 's/.*\///' | sort | tr '\n' ' ')$(wc -l <cron/delivered)" "check.json packet.zip 1"
sed -i "s#^\(notify: .*sendmail\),#\1, program: $tap_dir/none,#" cron/policy.yaml
NOTIFY=audit
export NOTIFY
night cron sh "$AK_SRCDIR/src/recipes/nightly.sh"
unset NOTIFY
is "cron: other inputs are delivered beside them, and what could not be told is exit 69" "$rc $(find shelf -name packet.zip | wc -l) $(cd shelf/"$(tail -n 1 cron/delivered | cut -c1-16)" && cmp packet.zip ../../cron/out/packet.zip 2>&1)" "69 2 "
unset DELIVER_FOLDER

# ---- deliver.sh to a webhook and by mail ----
mkdir hook
python3 "$AK_SRCDIR/tests/e2e/notify_stub.py" hook &
printf '#!/bin/sh\ncat >>%s/mail\n[ ! -e %s/refuses ]\n' "$tap_dir" "$tap_dir" >mailer
chmod +x mailer
i=0
while [ ! -e hook/port ] && [ $i -lt 200 ]; do i=$((i + 1)); sleep 0.05; done
echo "http://127.0.0.1:$(cat hook/port)/secret-place" >url
printf 'some\nbytes' >packet.zip
echo 400 >hook/answer
touch refuses
deliver() { DELIVER_URL_FILE=url DELIVER_MAIL=reviewer@example.org SENDMAIL=$tap_dir/mailer sh "$AK_SRCDIR/src/recipes/deliver.sh" "$@" >log 2>&1; }
deliver 0123456789abcdef0123 packet.zip
is "neither is taken: exit 69, nothing is ticked off, the address is not shown" "$? $(cat delivered 2>/dev/null) $(grep -c 'not delivered' log) $(grep -c secret-place log)" "69  2 0"
rm -f refuses mail
deliver 0123456789abcdef0123 packet.zip
one=$?
deliver 0123456789abcdef0123 packet.zip
is "then once each" "$one $? $(jq -rs 'map(.status) | join(" ")' hook/got) $(grep -c '^To: reviewer@example.org' mail)" "0 0 400 200 1"
is "what arrives is the file" "$(jq -r 'select(.status == 200) | .body' hook/got | tr -d '\r' | grep -c -e '^some$' -e '^bytes$') $(python3 -c '
import email, sys
m = email.message_from_file(open("mail"))
print(m["Subject"], [(p.get_filename(), p.get_payload(decode=True)) for p in m.get_payload()])')" "2 evidence 0123456789abcdef [('packet.zip', b'some\\nbytes')]"
night github python3 "$AK_SRCDIR/tests/e2e/pipelines.py" "$AK_SRCDIR/src/recipes/github-actions.yml"
is "GitHub Actions: each step, and the job fails for the findings" "$rc $(grep -E '^(ingest|check|packet|verify|findings) [0-9]+$' github/log | tr '\n' ' ')" \
	"1 ingest 0 check 1 packet 0 verify 0 findings 1 "
night gitlab python3 "$AK_SRCDIR/tests/e2e/pipelines.py" "$AK_SRCDIR/src/recipes/gitlab-ci.yml"
is "GitLab CI: an exit code that the pipeline allows" "$rc $(tail -n 1 gitlab/log) $(ls gitlab/out | tr '\n' ' ')" "1 script 1 allowed check.json packet.annex.zip packet.zip packet.zip.receipt.txt "
for p in github gitlab; do
	is "$p: the same findings as from cron" "$(jq -c '[.checks[] | [.check, .verdict, .found]]' $p/out/check.json)" "$(jq -c '[.checks[] | [.check, .verdict, .found]]' cron/out/check.json)"
done
mkdir broken && cp -R policy.yaml broken && mkdir broken/exports && echo 'no: export' >broken/policy.yaml
night broken sh "$AK_SRCDIR/src/recipes/nightly.sh"
is "a policy that cannot be read: its exit code, and no packet" "$rc $(ls broken/out | wc -l)" "2 0"

# ---- Prometheus ----
prom=cron/out/status.prom
sql() { sqlite3 cron/workspace/workspace.db "$1"; }
is "every line is a sample or tells of one" "$(grep -vcE '^(# (HELP|TYPE) auditkit_[a-z_]+ .+|auditkit_[a-z_]+(\{[a-z_]+="[^"\\]*"(,[a-z_]+="[^"\\]*")*\})? [0-9]+)$' $prom)" 0
is "each metric is told of once, before its samples" "$(awk '/^# TYPE/ { if (seen[$3]++) print "twice", $3; next } /^#/ { next } { n = $1; sub(/\{.*/, "", n); if (!seen[n]) print "late", n }' $prom)" ""
is "no sample twice" "$(grep -v '^#' $prom | sed 's/ [0-9]*$//' | sort | uniq -d)" ""
for k in audit_event usage ticket api_key; do
	is "records: $k" "$(sed -n "s/^auditkit_records{kind=\"$k\"} //p" $prom)" "$(sql "SELECT count(*) FROM $k WHERE state = 0")"
done
is "last event" "$(sed -n 's/^auditkit_source_last_event_timestamp_seconds{source="openai-audit"} //p' $prom)" \
	"$(sql "SELECT max(a.time_us) / 1000000 FROM audit_event a JOIN file f ON f.id = a.file WHERE f.format = 'openai-audit'")"
is "checks as check has them" "$(sed -n 's/^auditkit_check_findings{check="\(.*\)"} /\1 /p' $prom)" \
	"$(jq -r '.checks[] | select(.verdict != "not evaluable") | "\(.check) \(.found)"' cron/out/check.json)"
XDG_CONFIG_HOME=$tap_dir/cron/config
export XDG_CONFIG_HOME
auditkit -w cron/workspace status --prometheus >again
is "the same bytes again" "$(auditkit -w cron/workspace status --prometheus | cmp - again 2>&1)" ""
finish
