#!/bin/sh
# What people declare is stored as it is written: no secret comes in by policy.yaml, a mapping file or an option, and no
# message says one that was typed.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
core=Qx7Zr2Lm9Kp4Wd6Hb1Vn8Tc3
secret="$(printf 's%s' k-proj-)$core"
mail=zq7ada@corp.example.org
n=0
run() { n=$((n + 1)); "$AUDITKIT" "$@" >"out/$n" 2>&1; }
refused() { # refused WHAT: exit 6 and what stands in the message
	code=$?
	is "$1: exit 6, and says where" "$code $(grep -c "^auditkit: $1 holds a value of kind [a-z_]*$" "out/$n")" "6 1"
}
mkdir out
echo '{"id": "a", "call_type": "acompletion", "startTime": 1780480800, "status": "success", "model": "m"}' >1.jsonl
run init w
for option in name system owner; do
	run -w w ingest "--$(echo $option | sed s/name/source/)" "x $secret" --format litellm-slp 1.jsonl
	refused "the $option of a source"
done
run -w w ingest --source "x-$mail" --format litellm-slp 1.jsonl
refused "the name of a source"
cp w/policy.yaml keep.yaml
printf 'version: 1\nscope: {organization: "Brindle Labs",\n  system: "%s"}\n' "$secret" >w/policy.yaml
run -w w ingest --format litellm-slp 1.jsonl
refused policy.yaml:3
is "nothing was stored" "$(sqlite3 w/workspace.db 'SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM document), (SELECT count(*) FROM source)')" "0|0|0"
printf 'version: 1\n%s: 1\n' "$secret" >w/policy.yaml
run -w w status
is "an unknown key is not said" "$? $(grep -c "unknown key '\[REDACTED:openai_key:" "out/$n")" "2 1"
cp keep.yaml w/policy.yaml
"$AUDITKIT" formats show litellm-slp >own.yaml 2>/dev/null
sed -i "s/^id: .*/id: own-slp/; 1s/^/# for $secret\n/" own.yaml
run -w w ingest --mapping own.yaml --source own 1.jsonl
refused own-slp:1
is "nor a mapping file" "$(sqlite3 w/workspace.db "SELECT count(*) FROM document WHERE name = 'own-slp'")" 0

# What is printed and sent: the whole of policy.yaml, and the two files beside it.
for text in 'quotas: [{key: "%s", amount: 5, unit: requests, window: 1d}]' 'checks: {q1: {title: "rule %s", layer: request, count: {over: 0}}}'; do
	{ cat keep.yaml; printf "$text\n" "$secret"; } >w/policy.yaml
	lines=$(wc -l <w/policy.yaml)
	for words in check "report quota" "report usage" status config; do
		# shellcheck disable=SC2086
		run -w w $words
		refused "policy.yaml:$lines"
	done
done
{ cat keep.yaml; printf 'checks: {q1: {layer: request, count: {over: 0},\n  title: "rule %s\\\n  %s"}}\n' "${secret%%$core}" "$core"; } >w/policy.yaml
line=$(($(wc -l <w/policy.yaml) - 1))
run -w w check
refused "policy.yaml:$line"
cp keep.yaml w/policy.yaml
for part in reason owner; do
	other=$(echo reasonowner | sed "s/$part//")
	printf 'version: 1\nsuppressions:\n  - {id: 0123456789abcdef, expires: 2099-01-01, %s: a,\n     %s: "x %s"}\n' $other $part "$secret" >w/suppressions.yaml
	run -w w check --json
	refused suppressions.yaml:4
done
rm w/suppressions.yaml
printf 'version: 1\nresponses:\n  0123456789abcdef: {owner: a, due: 2099-01-01,\n    text: "x %s"}\n' "$secret" >w/responses.yaml
run -w w check --sarif -
refused responses.yaml:4
mv w/responses.yaml responses.keep

# A filter is kept with tokens, as a search is.
run -w w ingest --source gw --format litellm-slp --owner team-platform --query "user = '$mail' and key = '$secret'" 1.jsonl
is "a query is kept" "$? $(sqlite3 w/workspace.db "SELECT query GLOB 'user = ''email:*'' and key = ''?REDACTED:openai_key:*' FROM export WHERE query IS NOT NULL")" "0 1"
is "in the run too" "$(sqlite3 w/workspace.db "SELECT options GLOB '*email:*REDACTED:openai_key:*' FROM run ORDER BY id DESC LIMIT 1")" 1
fp=$(printf '%s\n' "$secret" | "$AUDITKIT" -w w redact try 2>/dev/null | sed 's/.*:\([0-9a-f]*\)]$/\1/')
run -w w redact allow "$fp" --reason "the sample of a manual"
run -w w ingest --source "x $secret" --format litellm-slp 1.jsonl
is "what is allowed is no secret" "$?" 0
cp responses.keep w/responses.yaml
run -w w check --json
is "nor in what is read without the key" "$(jq -r .schema "out/$n" 2>/dev/null)" auditkit.check/1
rm -r w out
mkdir out
run init w

# Typed by mistake.
for words in "$secret" "help $secret" "packet verify $secret" "-w $secret status" "--$secret" "ingest $secret" "redact try --field $secret" \
	"-w w ingest --tz $secret 1.jsonl" "-w w ingest --format $secret 1.jsonl" "-w w sources show $secret" "-w w show $secret"; do
	# shellcheck disable=SC2086
	run $words
done
is "no message says it" "$(grep -l "$core" out/* | wc -l)" 0
is "no file of the workspace holds it" "$(grep -rl "$core\|zq7ada" w config | wc -l)" 0
is "messages were looked at" "$(grep -l '^auditkit: .*REDACTED' out/* | wc -l | sed 's/^[5-9]$/enough/; s/^1[0-9]$/enough/')" enough
finish
