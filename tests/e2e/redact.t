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
finish
