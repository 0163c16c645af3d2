#!/bin/sh
# The redact commands: what they say of a line is what ingest would store, one line out for one line in.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
try() { "$AUDITKIT" -w w redact try "$@" 2>err; }
body=$(printf 'aB3%.0s' 1 2 3 4 5 6 7 8 9 10)
key=sk-proj-$body

# ---- try ----
is "plain text stays" "$(printf 'one\ntwo three\n' | try)" "one
two three"
is "nothing in, nothing out" "$(printf '' | try | wc -c)" 0
printf 'a\n\n\0b\r\n\377\376\033[1m\nlast' | try >out
is "one line out for each line in" "$(wc -l <out)" 5
is "controls, NUL and broken UTF-8 are escaped" "$(cat out)" 'a

\u{0}b\u{d}
\xff\xfe\u{1b}[1m
last'
echo "call with $key failed" | try >out
is "a secret is a marker" "$(sed 's/:[0-9a-f]*:[0-9a-f]*]/:K:F]/' out)" "call with [REDACTED:openai_key:K:F] failed"
is "under the key of the workspace" "$(cut -d: -f3 out)" "$(sqlite3 w/workspace.db "SELECT value FROM meta WHERE key = 'key_id'")"
is "what was redacted stays as it is" "$(try <out)" "$(cat out)"
is "an address is a token, the same each time" "$(printf 'Ada@Example.org\nto ada@example.org\n' | try | grep -o 'email:[0-9a-f]*' | uniq -c | awk '{ print $1 }')" 2
is "a value of a field" "$(echo ada@example.org | try --field end_user_id)" "$(echo ada@example.org | try)"
is "a value that is not stored" "$(echo 'two words' | try --field reason_code)" "[REMOVED:not_code_shaped]"
is "no such field" "$(echo x | try --field no_such; cat err)" "auditkit: no field 'no_such'
hint: 'auditkit fields' lists them"
printf '%s and %s\n\nmail ada@example.org\n' "$key" "$key" | try --json >out
is "in JSON: one object" "$(jq -r '.schema, (.lines | length), (.lines[] | "\(.line) \([.found[] | "\(.kind) \(.action) \(.n)"] | join(","))")' out)" "auditkit.redact-try/1
3
1 openai_key removed 2
2 
3 email hashed 1"
is "the texts are those of the lines" "$(jq -r '.lines[].out' out)" "$(printf '%s and %s\n\nmail ada@example.org\n' "$key" "$key" | try)"
python3 -c 'import sys; sys.stdout.write("x" * 1048576 + "\n" + "y" * 1048577 + "\nz\n")' >long
try <long >out
is "a line over the limit is not guessed at, exit 3" "$? $(wc -l <out) $(sed -n 2,3p out | tr '\n' ' ')$(head -n 1 out | wc -c)" "3 3 [REMOVED:too_long] z 1048577"
is "the limit is told with its denominator" "$(grep -c '1 of 3 lines are longer than 1048576 bytes' err)" 1
python3 -c '
for i in range(200000): print("request %d of u%d: upstream timed out after 30 s" % (i, i))' >many
is "lines with nothing in them come out unchanged" "$(try <many | cmp - many && echo same)" same
mkdir empty && cd empty || exit 1
is "without a workspace the key is thrown away" "$({ echo ada@example.org | "$AUDITKIT" redact try; echo ada@example.org | "$AUDITKIT" redact try; } 2>/dev/null | sort -u | wc -l) $("$AUDITKIT" redact try --json </dev/null 2>/dev/null | jq -r .key)" "2 00000000"
cd .. || exit 1
is "a workspace that is none is an error" "$(echo x | "$AUDITKIT" -w empty redact try 2>/dev/null; echo $?)" 7

# ---- rules of policy.yaml ----
cp w/policy.yaml plain.yaml
policy() { sed '/^  payload_mode/r /dev/stdin' plain.yaml >w/policy.yaml; } # policy <LINES: added below redaction:
rule() { printf '  rules:\n    - {%s}\n' "$1" | policy; }
own=acme_$body
rule 'kind: acme_key, prefix: acme_, set: url64, min: 20, why: keys of our own gateway'
echo "x $own y acme_short xacme_$body" | try >out
is "a rule of one's own: the whole value, at a boundary, of the least length" "$(sed 's/:[0-9a-f]*:[0-9a-f]*]/:K:F]/' out)" "x [REDACTED:acme_key:K:F] y acme_short xacme_$body"
is "under encodings too" "$(printf '%s\n%s\n' "$(echo "say $own" | base64 -w0)" "%61cme_$body" | try | cut -d: -f2 | tr '\n' ' ')" "acme_key acme_key "
is "what a rule finds never keeps a built-in one from its find" "$(rule 'kind: part, prefix: key-sk-proj-, set: an, min: 8'; echo "key-sk-proj-abcdefgh-$body" | try | sed 's/:[0-9a-f]*:[0-9a-f]*]/]/')" "[REDACTED:openai_key]"
is "and only widens it" "$(rule 'kind: part, prefix: proj-, set: an, min: 8'; echo "$key" | try | cut -d: -f1-2)" "[REDACTED:openai_key"
wrong() { # wrong NAME RULE: refused with file and line
	rule "$2"
	echo x | try >out
	is "refused: $1" "$? $(wc -c <out) $(grep -c "policy.yaml:$(($(grep -n '^  payload_mode' plain.yaml | cut -d: -f1) + 2)):" err)" "2 0 1"
}
wrong "a kind that a marker cannot hold" 'kind: Acme, prefix: acme_, set: url64, min: 20'
wrong "a prefix that digests hold" 'kind: a, prefix: abc, set: url64, min: 20'
wrong "a prefix that tokens hold" "kind: a, prefix: 'email:', set: hex, min: 20"
wrong "a set that there is not" 'kind: a, prefix: acme_, set: letters, min: 20'
wrong "a length that words have" 'kind: a, prefix: acme_, set: url64, min: 3'
wrong "no length" 'kind: a, prefix: acme_, set: url64'
wrong "another member" 'kind: a, prefix: acme_, set: url64, min: 20, regex: x'
printf '  rules:\n    - {kind: a, prefix: acme_, set: hex, min: 20}\n    - {kind: b, prefix: acme_, set: an, min: 20}\n' | policy
is "refused: a prefix twice" "$(echo x | try; echo $?) $(grep -c 'has this prefix twice' err)" "2 1"

# ---- allow ----
cp plain.yaml w/policy.yaml
mark=$(echo "$key" | try)
fp=$(echo "$mark" | sed 's/.*:\(.*\)]/\1/')
allow() { "$AUDITKIT" -w w redact allow "$@" 2>err; }
is "without a reason it is refused" "$(allow "$fp"; echo $?)" 2
is "with a reason that may not be printed" "$(allow "$fp" --reason 'ask ada@example.org'; echo $?)" 2
is "what is no fingerprint" "$(allow "${fp%?}" --reason x; echo $?) $(allow "ZZ${fp#??}" --reason x; echo $?)" "2 2"
is "a marker of another key" "$(allow "$(echo "$mark" | sed 's/:[0-9a-f]\{8\}:/:00000000:/')" --reason x; echo $?) $(grep -c 'under a key that is not here' err)" "6 1"
is "nothing was written" "$(cmp plain.yaml w/policy.yaml && echo same)" same
is "a value is let through by its marker" "$(allow "$mark" --reason "vendor's manual: {never valid}" --by sec-ops)" "allowed   $fp: vendor's manual: {never valid}"
is "by two lines more in policy.yaml" "$(diff plain.yaml w/policy.yaml | grep -v '^[0-9]')" ">   allow:
>     - {fingerprint: \"$fp\", why: \"vendor's manual: {never valid}\", by: sec-ops, on: \"$(date -u +%Y-%m-%d)\", key: \"$(echo "$mark" | cut -d: -f3)\"}"
is "of the same mode" "$(stat -c %a w/policy.yaml)" 600
is "it comes out as it went in, and no other does" "$(echo "$key ${key}x" | try | sed 's/:[0-9a-f]*:[0-9a-f]*]/]/')" "$key [REDACTED:openai_key]"
is "twice is refused, with the line" "$(allow "$fp" --reason again; echo $?) $(grep -c "on line $(grep -n "$fp" w/policy.yaml | cut -d: -f1) of" err)" "6 1"
is "it is an access to evidence" "$(tail -n 1 w/access.jsonl | jq -r '.command + " " + (.options.words | length | tostring)')" "redact allow 1"
is "in JSON" "$(allow 00112233445566778899aabbccddeeff --reason 'a test' --json | jq -c '[.schema, .fingerprint, .why, .by]')" '["auditkit.redact-allow/1","00112233445566778899aabbccddeeff","a test","unknown"]'

# ---- ingest and packet ----
sed -i "/^  payload_mode/a\\  rules: [{kind: acme_key, prefix: acme_, set: url64, min: 20, why: keys of our own gateway}]" w/policy.yaml
{
	head -n 1 "$AK_SRCDIR/samples/grc/key-inventory.csv"
	echo "key_1,$key,,team-support,team,$own,team-support,prod,CC-410,proj_1,2026-01-10T00:00:00Z,,2026-06-14T00:00:00Z,active"
} >keys.csv
"$AUDITKIT" -w w ingest --format key-inventory-csv keys.csv >/dev/null 2>&1
is "ingest stores the one, and a marker for the other" "$(sqlite3 w/workspace.db "SELECT key_alias || ' ' || app FROM api_key" | sed 's/:[0-9a-f]*:[0-9a-f]*]/]/')" "$key [REDACTED:acme_key]"
is "the packet is built" "$("$AUDITKIT" -w w packet build --view internal-audit --allow-gaps -o p >/dev/null 2>err; echo $?; cat err | grep -v '^done\|^next\|^ ')" 0
is "with the rules in a table" "$(sed 1d p/data/tables/redaction_rules.csv | tr -d '\r')" "acme_key,acme_,url64,20,keys of our own gateway,$(grep -n 'rules: \[' w/policy.yaml | cut -d: -f1)"
is "and what is let through in another" "$(sed 1d p/data/tables/redaction_allow.csv | tr -d '\r' | cut -d, -f1-3)" "00112233445566778899aabbccddeeff,a test,unknown
$fp,vendor's manual: {never valid},sec-ops"
"$AUDITKIT" packet verify p --json >verified.json 2>err
is "who verifies it without the key is told what was let through" "$? $(jq -r '.ok, (.checks[] | select(.name == "content").detail)' verified.json | tr '\n' ' ' | grep -o 'true.*0 secrets besides 1 values')" \
	"0 true $(jq -r '.checks[] | select(.name == "content").detail' verified.json | grep -o '^[0-9]* of [0-9]* figures recomputed, [0-9]* cells of the workbook agree, [0-9]* links resolve'), 0 secrets besides 1 values"
is "by fingerprint and digest" "$(jq -r '.values[] | .fingerprint + " " + .sha256' p/data/integrity/allowed.json)" "$fp $(printf %s "$key" | sha256sum | cut -d' ' -f1)"
"$AUDITKIT" -w w packet build --allow-gaps -o p.zip >/dev/null 2>&1
is "in another form too" "$("$AUDITKIT" packet verify p.zip >/dev/null 2>&1; echo $?)" 0
sed -i "/$fp/d" w/policy.yaml
is "without the entry no packet is built" "$("$AUDITKIT" -w w packet build --allow-gaps -o q >/dev/null 2>err; echo $?) $(ls -d q 2>/dev/null) $(grep -c "$body" err)" "4  0"

# ---- rules ----
"$AUDITKIT" -w w redact rules --json >rules.json 2>err
is "every row of the table of detectors is listed" "$(jq '[.rules[] | select(.from == "built in" and .tier != "personal") | .kind] | length' rules.json)" \
	"$(($(grep -cE '^[A-Z_]+\("' "$AK_SRCDIR/src/redact/detectors.def") + 2))"
is "each with a class of the statement" "$(jq -c '[.rules[] | select(.class | IN("removed", "hashed", "masked") | not)]' rules.json)" "[]"
is "a rule of policy.yaml with line and reason" "$(jq -r '.rules[] | select(.tier == "policy") | "\(.kind) \(.shape) \(.from) \(.why)"' rules.json)" \
	"acme_key acme_ url64{20,} policy.yaml:$(grep -n 'rules: \[' w/policy.yaml | cut -d: -f1) keys of our own gateway"
is "and what is let through" "$(jq -r '.allow[] | .fingerprint + " " + .why' rules.json)" "00112233445566778899aabbccddeeff a test"
is "for people: one line each and the counts" "$("$AUDITKIT" -w w redact rules | grep -o "^in force.*finders of personal")" \
	"in force  $(jq -r '[(.rules | map(select(.from == "built in" and .tier != "personal")) | length), (.rules | map(select(.tier == "personal")) | length)] | "\(.[0]) detectors of secrets, \(.[1]) finders of personal"' rules.json)"

# ---- identity resolve ----
resolve() { "$AUDITKIT" -w w identity resolve "$@" 2>err; }
printf 'nobody@example.org\nAda@Example.org\r\n203.0.113.9\n::ffff:203.0.113.9\nlocal-user 7\n%s\n%s\nada@example.org' \
	"sk-other-1" "$(printf %s sk-other-1 | sha256sum | cut -d' ' -f1)" >candidates
token() { echo "$2" | try --field "$1"; } # token FIELD VALUE
lines() { sed 's/^match     line \([0-9]*\): .*/\1/' | tr '\n' ' '; }
is "an address, in any case" "$(resolve "$(token actor_id ada@example.org)" --from candidates | lines)" "2 8 "
is "with the candidate itself" "$(resolve "$(token actor_id nobody@example.org)" --from candidates)" "match     line 1: nobody@example.org"
is "a user" "$(resolve "$(token actor_id 'local-user 7')" --from candidates | lines)" "5 "
is "an address of a machine, mapped to IPv6 too" "$(resolve "$(token client_address 203.0.113.9)" --from candidates | lines)" "3 4 "
is "a key, and its digest" "$(resolve "$(token key_hash sk-other-1)" --from candidates | lines)" "6 7 "
is "an identifier" "$(resolve "$(token session_id 'local-user 7')" --from candidates | lines)" "5 "
is "from standard input, in JSON" "$(resolve "$(token actor_id ada@example.org)" --from - --json <candidates | jq -c '[.candidates, .found, [.matches[].line]]')" "[8,2,[2,8]]"
is "none matches: exit 3, the denominator on stderr" "$(resolve email:00112233445566778899aabbccddeeff --from candidates; echo $?) $(grep -c '0 of 8 candidates' err)" "3 1"
is "what is no token" "$(resolve ada@example.org --from candidates; echo $?) $(resolve email:0011 --from candidates; echo $?)" "2 2"
is "no candidates" "$(resolve email:00112233445566778899aabbccddeeff; echo $?)" 2
is "a token is no candidate for itself" "$(token actor_id ada@example.org >self; resolve "$(cat self)" --from self >out; echo $?)" 3
resolve "$(token actor_id ada@example.org)" --from candidates >/dev/null
is "it is written to the log of accesses, with the count and no candidate" "$(tail -n 1 w/access.jsonl | jq -r '"\(.command) \(.records)"') $(grep -ci 'ada@' w/access.jsonl)" "identity resolve 2 0"
owner=$(sed 1d p/data/tables/keys.csv | tr -d '\r' | grep -o 'user:[0-9a-f]\{32\}')
printf '\nteam-support\n' >>candidates
is "the token of a packet is its own" "$([ -n "$owner" ]; echo $?) $(resolve "$owner" --from candidates >out; echo $?)" "0 3"
is "and found with the packet" "$(resolve "$owner" --from candidates --packet p | lines)" "9 "
"$AUDITKIT" init other >/dev/null 2>&1
is "a packet of another workspace" "$("$AUDITKIT" -w other identity resolve "$owner" --from candidates --packet p 2>/dev/null; echo $?)" 6

# ---- explain ----
explain() { "$AUDITKIT" -w w redact explain "$@" 2>err; }
cp plain.yaml w/policy.yaml
is "a field by its type" "$(explain end_user_id --json | jq -r '"\(.column) \(.type) \(.action) \(.rule) \(.line)"')" "end_user_id person hashed type null"
is "every field of the dictionary has an action and a way" "$("$AUDITKIT" fields --json | jq -r '.fields[].column' | while read -r f; do explain "$f" --json; done | jq -s 'all(.[]; (.action | length) > 0 and (.how | length) > 9) and length > 80')" true
is "of the same action as the dictionary says" "$("$AUDITKIT" fields --json | jq -r '.fields[] | select(.column == ("key_hash", "user_agent", "client_address", "session_id")) | "\(.column) \(.redaction)"' | sort)" \
	"$(for f in client_address key_hash session_id user_agent; do explain "$f" --json | jq -r '"\(.column) \(.action)"'; done)"
sed 's/^fields: .*/&\n  end_user: {action: encrypt, why: support must find customers}\n  key_alias: {keep: false}/' plain.yaml >w/policy.yaml
is "a field that policy.yaml chooses, with line and reason" "$(explain end_user_id --json | jq -r '"\(.action) | \(.rule) | \(.line) | \(.why)"')" \
	"encrypted, by policy | policy | $(grep -n '^  end_user:' w/policy.yaml | cut -d: -f1) | support must find customers"
is "try does as it says" "$(echo ada@example.org | try --field end_user_id | cut -d: -f1) $(echo label | try --field key_alias)" "enc [REMOVED:dropped_by_policy]"
is "no such field" "$(explain no_such; echo $?) $(explain; echo $?) $(explain end_user_id --text </dev/null; echo $?)" "2 2 2"
cp plain.yaml w/policy.yaml
b64=$(printf 'say %s' "$key" | base64 -w0)
printf 'nothing here\nx %s and ada@example.org, %s\n%s\n\033[1m\n' "$key" "$key" "$b64" >text
explain --text <text >out
is "each find with place, and no value" "$(sed 's/fingerprint [0-9a-f]\{32\}$/F/' out) $(grep -c "$body" out) $(grep -c ada@ out)" \
	"line 2, bytes 3 to $((2 + ${#key})): openai_key, removed, F
line 2, bytes $((8 + ${#key})) to $((22 + ${#key})): email, hashed, F
line 2, bytes $((25 + ${#key})) to $((24 + 2 * ${#key})): openai_key, removed, F
line 3, bytes 1 to ${#b64}: openai_key, removed, under 1 encoding, F
line 4: 1 times control_characters, sanitised 0 0"
is "counted against the lines" "$(grep '^done' err)" "done      5 finds in 3 of 4 lines"
is "with the fingerprints that markers and tokens have" "$(grep -o '[0-9a-f]\{32\}$' out)" "$(try <text | grep -o '[0-9a-f]\{32\}')"
is "the same in JSON" "$(explain --text --json <text | jq -r '.lines, (.finds[] | "\(.line) \(.from) \(.to) \(.kind) \(.action) \(.layer) \(.n)")')" "4
2 2 $((2 + ${#key})) openai_key removed 0 1
2 $((7 + ${#key})) $((22 + ${#key})) email hashed 0 1
2 $((24 + ${#key})) $((24 + 2 * ${#key})) openai_key removed 0 1
3 0 ${#b64} openai_key removed 1 1
4 null null control_characters sanitised null 1"
"$AUDITKIT" -w w redact allow "$(echo "$key" | try)" --reason 'no secret' >/dev/null 2>&1
is "what is allowed is said to be" "$(echo "$key" | explain --text | grep -c 'openai_key, allowed, fingerprint')" 1
printf 'pay %s from %s, or call %s\n' '4111 1111 1111 1111' 203.0.113.7 '+1 212-555-0123' >text
is "personal data is placed too" "$(explain --text --json <text | jq -r '.finds[] | "\(.from) \(.to) \(.kind) \(.action) \(.n)"')" \
	"$(python3 -c 'import re; s = open("text").read(); [print(*re.search(p, s).span(), k, a, 1) for p, k, a in (("4111[0-9 ]*1111", "card", "removed"), ("203[0-9.]*", "ip", "hashed"), ("[+][0-9 -]*", "phone", "hashed"))]')"
"$AUDITKIT" -w w redact allow "$(explain --text --json <text | jq -r '.finds[0].fingerprint')" --reason 'a sample number' >/dev/null 2>&1
is "with the fingerprint that 'redact allow' takes" "$(try <text | cut -c1-24) $(explain --text <text | grep -c 'card, allowed')" "pay 4111 1111 1111 1111  1"
is "the reason stands in the log of accesses" "$(grep -c '"reason":"no secret"' w/access.jsonl)" 1

# ---- before letters are folded ----
"$AUDITKIT" init folded >/dev/null 2>&1
id=AKIA$(printf 'QZ2%.0s' 1 2 3 4 5)X
printf '{"log_type":"request","timestamp":"2026-06-03T10:00:00Z","request_id":"r-%d","method":"POST","provider":"%s","resolution":"%s","cache_status":"Hit"}\n' 1 "$id" "$id" 2 OpenAI AutoMaticRetry2Times >f.jsonl
"$AUDITKIT" -w folded ingest f.jsonl >/dev/null 2>&1
is "a key in a field of lower case is found before it is folded" "$(sqlite3 folded/workspace.db "SELECT provider, resolution, cache_status FROM request ORDER BY gateway_request_id" | sed 's/:[0-9a-f]*:[0-9a-f]*]/:K:F]/g')" "[REDACTED:aws_access_key_id:K:F]|[REDACTED:aws_access_key_id:K:F]|hit
openai|automaticretry2times|hit"
"$AUDITKIT" init folded_own >/dev/null 2>&1
sed -i "/^  payload_mode/a\\  rules: [{kind: acme_key, prefix: ACME-, set: upper36, min: 8, why: keys of our own gateway}]" folded_own/policy.yaml
own=ACME-$(printf 'Q7Z%.0s' 1 2 3)
sed "s/$id/$own/g" f.jsonl >g.jsonl
"$AUDITKIT" -w folded_own ingest g.jsonl >/dev/null 2>err
is "so is one that only policy.yaml knows" "$(sqlite3 folded_own/workspace.db "SELECT provider, resolution FROM request ORDER BY gateway_request_id LIMIT 1" | sed 's/:[0-9a-f]*:[0-9a-f]*]/:K:F]/g') $(grep -rilE 'acme-q7z' folded_own | wc -l)" \
	"[REDACTED:acme_key:K:F]|[REDACTED:acme_key:K:F] 0"
finish
