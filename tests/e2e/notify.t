#!/bin/sh
# check --notify: what goes to a webhook, to Slack and to a mail program, once per finding; what is not taken comes again; and nothing in a
# message that evidence holds. The network is a server of our own.
. "$AK_SRCDIR/tests/tap.sh"
AUDITKIT_DATA=$AK_SRCDIR
export AUDITKIT_DATA
cd "$tap_dir" || exit 1
mkdir hook
python3 "$AK_SRCDIR/tests/e2e/notify_stub.py" hook &
stub=$!
trap 'kill $stub 2>/dev/null; rm -rf "$tap_dir"' EXIT
cat >mailer <<END
#!/bin/sh
echo "\$@" >>$tap_dir/mail.args
cat >>$tap_dir/mail.got
env >$tap_dir/mail.env
exit 0
END
chmod +x mailer
"$AUDITKIT" init w >/dev/null 2>&1
cp w/policy.yaml plain.yaml
for i in 1 2 3 4; do
	printf '{"log_type":"response","request_id":"req-%d","timestamp":"2026-06-0%d 10:00:00","method":"POST","endpoint":"/v1/chat/completions","status_code":%d,"user_id":"ada@example.org"}\n' \
		"$i" "$i" $((i == 4 ? 500 : 429))
done >log.jsonl
"$AUDITKIT" -w w ingest log.jsonl >ingest.out 2>&1
i=0
while [ ! -e hook/port ] && [ $i -lt 200 ]; do i=$((i + 1)); sleep 0.05; done
port=$(cat hook/port)
secret=XXXX-the-secret-part
printf 'http://127.0.0.1:%s/services/T0/B0/%s\n' "$port" $secret >slack-url
chmod 600 slack-url
SOC_TOKEN=token-of-the-soc
export SOC_TOKEN
policy() { # policy FINDINGS [TARGETS]: so many findings, severities high, medium, low
	{
		cat plain.yaml
		echo "checks:"
		n=1
		for severity in high medium low; do
			[ $n -gt "$1" ] || echo "  rule-$n: {layer: request, severity: $severity, title: 'rule <$n> of & *mine*', where: {status_code: {ge: 400}}, count: {over: 0}}"
			n=$((n + 1))
		done
		cat <<END
notify:
  soc: {type: webhook, url: "http://127.0.0.1:$port/hook", token_env: SOC_TOKEN}
  chat: {type: slack, url_file: ../slack-url, severities: [high, low]}
  mail: {type: sendmail, to: [audit@example.org, second@example.org], from: auditkit@example.org, program: $tap_dir/mailer}
END
		[ -z "${2-}" ] || echo "$2"
	} >w/policy.yaml
}
rules="rule-1 rule-2 rule-3"
told() { # told WORDS...: $rc, out, err; hook/got and mail.* begin anew
	: >hook/got
	rm -f mail.*
	# shellcheck disable=SC2086
	"$AUDITKIT" -w w check $rules "$@" >out 2>err
	rc=$?
}
all="--notify soc --notify chat --notify mail"
posts() { jq -rs 'map(.path | split("/")[1]) | join(" ")' hook/got; }
body() { jq -r --arg p "$1" 'select(.path | startswith($p)) | .body' hook/got; }
said() { tr '\n' ' ' <err | tr -s ' ' | grep -c -e "$1"; }
book() { jq -rs "map($1) | join(\" \")" w/notified.jsonl; }

# ---- once per finding ----
policy 2
rules="rule-1 rule-2"
# shellcheck disable=SC2086
told $all -n
is "dry run: exit 1 as without, nothing is sent, nothing written down" "$rc $(posts) $(ls mail.* w/notified.jsonl 2>/dev/null)" "1  "
cp out dry
# shellcheck disable=SC2086
told $all
is "sent: the exit code is that of the findings" "$rc $(posts) $(wc -l <mail.args)" "1 hook services 1"
jq -j .body hook/got >sent
cat mail.got >>sent
is "what went out are the bytes of the dry run" "$(cmp sent dry 2>&1)" ""
is "the webhook: a document, with its token, of two findings" \
	"$(jq -r 'select(.path == "/hook") | [.auth, .type] | join(" ")' hook/got) $(body /hook | jq -r '[.schema, .findings.new, .findings.failing, (.checks | map("\(.check) \(.severity) \(.new) \(.affected) \(.of) \(.ids | length) \(.see)") | join(", "))] | join(" ")')" \
	"Bearer token-of-the-soc application/json auditkit.notification/1 2 2 rule-1 high 1 4 4 1 auditkit check rule-1 --all, rule-2 medium 1 4 4 1 auditkit check rule-2 --all"
is "its ids are those that check prints" "$(body /hook | jq -c '[.checks[].ids[]] | sort')" "$("$AUDITKIT" -w w check rule-1 rule-2 --json | jq -c '[.checks[].findings[].id] | sort')"
is "Slack: only its severities, and its own characters escaped" "$(body /services | jq -r 'keys[0], .text' | grep -c -e '^text$' -e 'rule-1`: rule &lt;1&gt; of &amp; .mine.;' -e 'rule-2')" 2
is "the mail program gets a message with its recipients, and no token" "$(cat mail.args) $(grep -c -e '^To: audit@example.org,$' -e '^ second@example.org$' -e '^Subject: auditkit: 2 new findings, 2 failing in all$' mail.got) $(grep -c SOC_TOKEN mail.env)" "-t -i 3 0"
is "nothing of a record, and no secret, in messages, output and files" "$(cat hook/got mail.got err w/notified.jsonl | grep -ciE "ada@|user:[0-9a-f]|completions|log:[0-9]") $(grep -rlF -e $secret -e $SOC_TOKEN w out err | wc -l)" "0 0"
# shellcheck disable=SC2086
told $all
is "the same findings again: nothing goes out" "$rc [$(posts)] $(grep -c 'nothing new' err)" "1 [] 3"
policy 3
rules="rule-1 rule-2 rule-3"
told --notify soc --notify chat --json
is "one more finding: that one only" "$(posts) $(body /hook | jq -c '[.findings.new, .findings.failing, (.checks | map(.check))]') $(jq -c '[.notified[] | [.target, .state, .new, .tries]]' out)" \
	'hook services [1,3,["rule-3"]] [["soc","sent",1,1],["chat","sent",1,1]]'
sed -i 's/severity: medium, \(.*\)over: 0/severity: medium, \1over: 9/' w/policy.yaml
told --notify soc --to 2026-06-01
is "a period that does not see it makes nothing gone" "$(posts) $(book .event)" " told told told told told"
told --notify soc
is "a finding that is gone is no message" "$(posts) $(jq -c 'select(.event == "gone") | [.findings[] | [.check, (.ids | length)]]' w/notified.jsonl)" ' [["rule-2",1]]'
policy 3
printf '{"torn' >>w/notified.jsonl
told --notify soc --from 2026-06-01
is "and comes back: told again, under another id; the line that a kill had cut is gone" \
	"$(posts) $(body /hook | jq -c '[.checks[].check]') $(jq -r 'select(.target == "soc") | .notification' w/notified.jsonl | sort | uniq -d | wc -l)" 'hook ["rule-2"] 0'
id=$("$AUDITKIT" -w w check rule-1 --json | jq -r '.checks[0].findings[0].id')
printf 'version: 1\nsuppressions:\n  - {id: %s, owner: me, reason: planned, expires: 2099-01-01}\n' "$id" >w/suppressions.yaml
told --notify soc
rm w/suppressions.yaml
mute=$(posts)
told --notify soc
is "muted, then not: told again" "$mute:$(posts) $(body /hook | jq -c '[.checks[].check]')" ':hook ["rule-1"]'

# ---- what is not taken ----
policy 3 "  soc2: {type: webhook, url: \"http://127.0.0.1:$port/hook\"}"
echo 503 >hook/answer
told --notify soc2
is "busy once: tried again after a while" "$rc $(jq -rs 'map(.status) | join(" ")' hook/got) $(grep -c 'trying again in 1 s' err)" "1 503 200 1"
policy 3 "  soc3: {type: webhook, url: \"http://127.0.0.1:$port/hook\"}
  far: {type: webhook, url_env: FAR}"
echo 400 307 202 >hook/answer
told --notify soc3 --json
is "refused: exit 69, the document is printed all the same" "$rc $(jq -c '[.not_met, .notified[0].state, .notified[0].new]' out) $(grep -c 'answers with status 400' err)" '69 [3,"failed",3] 2'
first=$(body /hook | jq -r .id)
told --notify soc3
is "a redirect is not followed" "$rc $(posts) $(said 'to another place, which is not followed')" "69 hook 1"
sed -i 's/^exit 0/exit 75/' mailer
told --notify mail --notify soc3
is "a mail program that fails stops no other, and a long answer is no fault" "$rc $(posts) $(body /hook | jq -r .id) $(book 'select(.target == "soc3") | .event')" "69 hook $first failed failed told"
sed -i 's/^exit 75/exit 0/' mailer
told --notify mail --notify soc3
is "the next run sends what was not taken, and that only" "$rc [$(posts)] $(wc -l <mail.args)" "1 [] 1"

# ---- what is refused ----
refused() { # refused WANT WORDS-OF-THE-MESSAGE OPTIONS...
	want=$1
	words=$2
	shift 2
	told "$@"
	is "$words" "$rc $(said "$words") $(posts)" "$want 1 "
}
refused 2 "no target 'sock' under notify" --notify sock
refused 2 "'--dry-run' goes with --notify" -n
refused 2 "and nothing else can" --notify soc -n --json
FAR="http://example.org/hook"
export FAR
far=$(grep -n '^  far:' w/policy.yaml | cut -d: -f1)
refused 2 "what the variable FAR holds is no address that a message could be sent to (target 'far', policy.yaml:$far)" --notify far
FAR="https://127.0.0.1:$port/hook"
refused 69 "has a private address, which is not connected to" --notify far
unset FAR
refused 6 "there is no credential for 'far'" --notify far
chmod 644 slack-url
refused 6 "slack-url" --notify chat
chmod 600 slack-url
policy 3 '  held: {type: webhook, url: "https://gw.example.org/x", token_file: ../soc-token}'
echo token-of-the-soc >soc-token
chmod 644 soc-token
refused 6 "soc-token', which other users may read (target 'held', policy.yaml:[0-9]*)" --notify held
policy 3 '  bad: {type: webhook, url: "https://gw.example.org/x?sig=1"}'
refused 6 "policy.yaml:[0-9]*: 'url' holds a query" --notify soc
finish
