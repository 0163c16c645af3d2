#!/bin/sh
# Members that a source encrypted: shut they are counted, with the private key they are read. seal.py encrypts with openssl.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
for k in mine other; do
	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out $k.pem 2>/dev/null
	openssl pkey -in $k.pem -pubout -out $k.pub
done
openssl pkey -in mine.pem -traditional -out pkcs1.pem
openssl pkey -in mine.pem -aes256 -passout pass:x -out locked.pem
cat >clear.jsonl <<'X'
{"Cached":false,"Endpoint":"chat/completions","Gateway":"prod","Model":"gpt-4o-mini","Provider":"openai","RateLimited":false,"Metadata":{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","team":"pay"},"RequestBody":{"model":"gpt-4o-mini","temperature":0.10,"messages":[{"role":"user","content":"which committee decides"}]},"ResponseBody":{"id":"chatcmpl-Ab3","choices":[{"finish_reason":"stop","message":{"content":"committee 7"}}],"usage":{"prompt_tokens":15,"completion_tokens":7}}}
{"Cached":true,"Endpoint":"chat/completions","Gateway":"prod","Model":"gpt-4o-mini","Provider":"openai","RateLimited":false,"Metadata":{},"RequestBody":{"model":"gpt-4o-mini","stream":true,"messages":[{"role":"user","content":"über \"the\" committee"}]},"ResponseBody":"data: {\"id\":\"chatcmpl-Ab4\"}\n\ndata: committee [DONE]"}
X
python3 "$AK_SRCDIR/tests/e2e/seal.py" mine.pub <clear.jsonl >sealed.jsonl
is "the test's own records are encrypted" "$(grep -c committee sealed.jsonl) $(jq -r '.RequestBody.key | length > 300' sealed.jsonl | sort -u)" "0 true"

like() { is "$1" "$(printf '%s' "$2" | tr -s ' \n' '  ' | grep -cE "$3")" 1; }
rows() { sqlite3 "$1/workspace.db" "SELECT ifnull(trace_id, '-'), ifnull(response_id, '-'), ifnull(input_tokens, '-'), payload_prompt, payload_completion FROM request ORDER BY seq"; }
"$AUDITKIT" init shut >/dev/null 2>&1
"$AUDITKIT" -w shut ingest sealed.jsonl >shut.out 2>&1
is "shut records are stored" "$? $(rows shut | tr '\n' ' ')" "0 -|-|-|encrypted|encrypted -|-|-|encrypted|encrypted "
like "and counted as hidden by the source" "$(cat shut.out)" "0 of 2 .*2 with one masked or encrypted by the source"
is "member by member" "$("$AUDITKIT" -w shut packet build --draft -o shut.d >/dev/null 2>&1; grep -h 'data,encrypted by the source and not opened,not collected,2,2' shut.d/data/tables/*.csv | wc -l)" 3

"$AUDITKIT" init open >/dev/null 2>&1
"$AUDITKIT" -w open ingest --open-with mine.pem sealed.jsonl >open.out 2>&1
is "with the key they are read" "$? $(rows open | tr '\n' ' ')" \
	"0 4bf92f3577b34da6a3ce929d0e0e4736|chatcmpl-Ab3|15|present|present -|-|-|present|present "
"$AUDITKIT" init plain >/dev/null 2>&1
"$AUDITKIT" -w plain ingest clear.jsonl >/dev/null 2>&1
is "as if they had never been encrypted" "$(rows plain | wc -l) $(rows plain | cmp - /dev/fd/3 3<<X && echo same
$(rows open)
X
)" "2 same"
is "the text of them is not kept" "$(grep -rlc committee open/ | tr '\n' ' ')" ""
is "nor the key or where it lies, only that one was used" \
	"$(sqlite3 open/workspace.db "SELECT json_extract(options, '\$.\"open-with\"') FROM run ORDER BY id DESC LIMIT 1") $(grep -rlE 'mine\.pem|PRIVATE KEY' open | tr '\n' ' ')" "1 "
"$AUDITKIT" init old >/dev/null 2>&1
"$AUDITKIT" -w old ingest --open-with pkcs1.pem sealed.jsonl >/dev/null 2>&1
is "a key in the older form" "$? $(rows old | grep -c present)" "0 2"

jq -c '.ResponseBody.data |= (.[0:8] + "AAAA" + .[12:])' sealed.jsonl >altered.jsonl
"$AUDITKIT" init part >/dev/null 2>&1
"$AUDITKIT" -w part ingest --open-with mine.pem altered.jsonl >part.out 2>&1
is "what was altered stays shut, the rest is read" "$(rows part | tr '\n' ' ')" "4bf92f3577b34da6a3ce929d0e0e4736|-|-|present|encrypted -|-|-|present|encrypted "
like "and is counted" "$(cat part.out)" "2 of 6 encrypted members could not be opened"
"$AUDITKIT" init wrong >/dev/null 2>&1
"$AUDITKIT" -w wrong ingest --open-with other.pem sealed.jsonl >wrong.out 2>&1
is "another key opens nothing" "$(rows wrong | tr '\n' ' ')" "-|-|-|encrypted|encrypted -|-|-|encrypted|encrypted "
like "and says so" "$(cat wrong.out)" "6 of 6 encrypted members could not be opened"
for k in locked.pem mine.pub clear.jsonl; do
	"$AUDITKIT" -w wrong ingest --open-with $k sealed.jsonl >bad.out 2>&1
	is "no private key: $k" "$? $(grep -c 'holds no RSA private key' bad.out)" "2 1"
done
"$AUDITKIT" -w wrong ingest --open-with missing.pem sealed.jsonl >/dev/null 2>&1
is "a key that is not there" "$?" 5
finish
