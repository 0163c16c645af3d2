#!/bin/sh
# One acceptance test a row for what is stored of structure: normalisation rows F069 to F120, redaction rows F151 to F177, F367.
# Rows that have a test of their own: F098, F099 and F160 keeptext.t; F162 actions.t; F166 labels.t; F157 packet_keys.t.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
ak() { "$AUDITKIT" -w w "$@"; }
sql() { sqlite3 w/workspace.db "$1"; }
"$AUDITKIT" init w >/dev/null 2>&1
secret=sk-proj-$(printf 'aB3%.0s' 1 2 3 4 5 6 7 8 9 10)
raw=sk-$(printf 'zQ7%.0s' 1 2 3 4 5 6 7)x
hash=$(printf 'What is our notice period?' | sha256sum | cut -d' ' -f1)
keyhash=$(printf %s "$raw" | sha256sum | cut -d' ' -f1)
canary=canary$(openssl rand -hex 6)

# A gateway's log: headers, payload, tool arguments, a URL with a key, a stack trace, hashes, an unknown field, line breaks.
python3 - "$secret" "$hash" "$canary" >proxy.jsonl <<'END'
import json
import sys

secret, digest, canary = sys.argv[1:]
base = {"log_type": "request", "timestamp": "2026-06-03T10:00:00Z", "method": "POST", "user_id": "kim@example.org",
        "client_ip": "203.0.113.9", "model": "gpt-4", "user_agent": "curl/8.5.0"}
for i in range(1000):
    r = dict(base, request_id="r-%d" % i, endpoint="/v1/chat/completions?key=" + secret)
    if i < 5:
        r["body"] = {"messages": [{"role": "user", "content": canary}], "tools": [{"arguments": canary}]}
    if i == 5:
        r["body"] = "[REDACTED]"
    if i == 6:
        r["headers"] = {"Authorization": "Bearer " + secret, "API-KEY": canary, "cookie": "sid=" + canary, "Baggage": "user=" + canary,
                        "X-Forwarded-Host": canary + ".internal"}
    if i == 7:
        r.update(log_type="error", error_type="Timeout", error_message="GET https://h.example.org/?key=%s failed" % secret,
                 stack_trace="Traceback (most recent call last): " + canary)
    if i == 8:
        r.update(prompt_hash=digest, response_hash="hmac:1:" + "0f" * 16)
    if i == 9:
        r["new_field_of_the_gateway"] = {"deep": canary}
    if i == 10:
        r["model"] = "gpt-4\r\n2026-06-03 second row \x1b[31mred\u202e"
    print(json.dumps(r))
END
printf '{"event_id":"a1","event_time":"2026-06-03T10:00:00Z","app":"bot","action":"ai.request","gateway_request_id":"r-1","tenant_id":"acme","user":"kim@example.org","env":"prod","policy_verdict":"allowed"}\n' >app.jsonl
python3 - "$secret" "$keyhash" >admin.jsonl <<'END'
import json
import sys

secret, keyhash = sys.argv[1:]
print(json.dumps({"audit_event_id": "ae-1", "actor_id": "lea@example.org", "actor_role": "owner", "actor_ip": "203.0.113.9",
                  "organization_id": "org-1", "target_type": "key", "target_id": "key_7", "action": "key.rotate",
                  "before": {"key_id": "key_7", "secret": secret, "limits": {"rpm": 10}}, "created_at": "2026-06-04T09:15:00Z",
                  "after": {"key_id": "key_8", "secret": secret[:-3] + "Zz9", "limits": {"rpm": 20}}, "reason": "rotation",
                  "request_id": None}))
END
printf '{"key_id":"key_7","key_hash":"%s","owner":"team-support","cost_center":"1","captured_at":"2026-05-01T00:00:00Z"}\n' "$raw" >k1.jsonl
printf '{"key_id":"key_7b","key_hash":"%s","owner":"team-support","cost_center":"1","captured_at":"2026-05-01T00:00:00Z"}\n' "$keyhash" >k2.jsonl
printf '{"key_id":"%s","owner":"team-support","cost_center":"1","captured_at":"2026-05-01T00:00:00Z"}\n' "$secret" >k3.jsonl
for f in proxy app admin k1 k2 k3; do
	ok "$f is read" ak ingest $f.jsonl --source "$f" -v
	cat "$tap_dir/tap.out" >>log.txt
done
mkdir p && (cd p && "$AUDITKIT" -w ../w packet build --draft -o ../p.zip) >>log.txt 2>&1
unzip -qo p.zip -d p
all() { find w p -type f -exec cat {} + && cat log.txt; }
none() { all | grep -acF -- "$1"; }

# ---- normalisation ----
is "F069 a tenant is a token, in the workspace and in packets" "$(sql "SELECT tenant_id GLOB 'id:*' FROM app_event"; grep -rcw acme p | grep -vc ':0')" "1
0"
is "F070 a key in the key column is a fingerprint, and counted" "$(sql "SELECT key_id FROM api_key a JOIN file f ON f.id = a.file WHERE f.name = 'k3.jsonl'" | sed 's/:[0-9a-f]*:[0-9a-f]*]/:K:F]/'; sql "SELECT rule, sum(n) > 0 FROM redaction WHERE field = 'key_id' GROUP BY 1")" "[REDACTED:openai_key:K:F]
openai_key|1"
is "F071 the owner of a key" "$(sql "SELECT count(owner_id) FROM api_key")" 3
is "F072 a raw key and its SHA-256 are one key" "$(sql "SELECT count(DISTINCT key_hash), min(key_hash) GLOB 'key:*' FROM api_key WHERE key_hash IS NOT NULL"); $(none "$raw") $(none "$keyhash")" "1|1; 0 0"
is "F078 before and after of nested objects" "$(sql "SELECT changes FROM audit_event" | jq -r '.[] | select(.path == "/limits/rpm") | "\(.before) \(.after)"')" "10 20"
is "F079 show --diff: path, old, new; secrets are markers" "$(ak show ae-1 --diff --json | jq -r '.changes[] | [.path, (.before | tostring), (.after | tostring)] | join(" ")' | sed 's/\[REDACTED:[a-z_]*:[0-9a-f]*:[0-9a-f]*]/[R]/g')" "/key_id key_7 key_8
/limits/rpm 10 20
/secret [R] [R]"
is "F164 two secrets of a rotation differ, ids stay" "$(ak show ae-1 --diff --json | jq '.changes[] | select(.path == "/secret") | .before != .after')" true
is "F098 a message with a URL and a key: class and template" "$(sql "SELECT error_type, error_template FROM request WHERE facet = 'error'")" "Timeout|GET <url> failed"
is "F099 a stack trace is a flag" "$(sql "SELECT sum(stack_trace_present) FROM request"); $(sqlite3 w/workspace.db '.dump request' | grep -c Traceback); $(sqlite3 w/workspace.db '.dump request' | grep -c 'INSERT INTO request')" "1; 0; 1000"
is "F110 the mode of payload logging is a declared answer of the statement" "$(find p -name '04-redaction.md' -exec grep -c payload_mode {} + | sed 's/^[1-9][0-9]*$/printed/')" printed
is "F111 what redaction did, by field, rule and action" "$(sql "SELECT action, sum(n) FROM redaction WHERE field = 'actor_id' AND rule = 'email' GROUP BY 1")" "hashed|1002"
is "F112 a policy verdict is kept" "$(sql "SELECT policy_verdict FROM app_event")" allowed
is "F113 a plain hash of a prompt is keyed anew and counted as such" "$(sql "SELECT count(*), min(prompt_hash) GLOB 'id:*', min(response_hash) GLOB 'id:*' FROM request WHERE prompt_hash IS NOT NULL"; sql "SELECT field, rule, sum(n) FROM redaction WHERE field IN ('prompt_hash', 'response_hash') GROUP BY 1, 2"; none "$hash")" "1|1|1
prompt_hash|unkeyed_hash|1
response_hash|identifier|1
0"
is "F118 every field belongs to a record kind with a store class" "$(ak fields --json | jq '[.fields[] | select(.kinds | length == 0)] | length')" 0
is "F119 every field says what it is needed for" "$(ak fields --json | jq '[.fields[] | select(.purpose == "" or .meaning == "")] | length')" 0
is "F120 control, colour and direction characters are escaped" "$(sql "SELECT request_model FROM request WHERE gateway_request_id = 'r-10'")" 'gpt-4\u{d}\u{a}2026-06-03 second row \u{1b}[31mred\u{202e}'
is "F161 and make no second row" "$(sql "SELECT count(*) FROM request")" 1000

# ---- redaction ----
is "F151, F155 no prompt, tool argument, header or unknown value anywhere" "$(none "$canary")" 0
is "F153 no key anywhere: workspace, packet, words of the program" "$(none "$secret")" 0
is "F152 nothing keeps payload" "$(ak ingest proxy.jsonl --keep-text prompt --reason x >/dev/null 2>&1; echo $?)" 6
is "F156 the same person is one token across sources" "$(sql "SELECT count(DISTINCT actor_id), min(actor_id) GLOB 'email:*' FROM (SELECT actor_id FROM request UNION SELECT actor_id FROM app_event)")" "1|1"
is "F158, F159 headers that no field names are dropped and counted by name, whatever their case" "$(sql "SELECT field, rule, action, n FROM redaction WHERE rule LIKE 'header%' ORDER BY 1")" "/headers/api-key|header, credential|not collected|1
/headers/authorization|header, credential|not collected|1
/headers/baggage|header|not collected|1
/headers/cookie|header, credential|not collected|1
/headers/x-forwarded-host|header, origin|not collected|1"
is "F158 the statement names them, over all records" "$(find p -name '04-redaction.json' -exec cat {} + | jq -r '.statements[].text | select(contains("headers arrived"))')" "proxy: 5 values of 5 headers arrived in 1000 records and none is stored: api-key 1, authorization 1, baggage 1, cookie 1, x-forwarded-host 1"
is "F160 the record points at its place in the source" "$(ak show "$(sql "SELECT 'proxy:' || seq FROM request WHERE facet = 'error'")" --raw-ref | grep -c 'tail -c +[0-9]* FILE | head -c [0-9]*')" 1
eval "$(ak show "$(sql "SELECT 'proxy:' || seq FROM request WHERE facet = 'error'")" --raw-ref | sed -n 's/.*\(tail -c +[0-9]*\) FILE | \(head -c [0-9]*\).*/\1 proxy.jsonl | \2 >raw.json/p')"
is "and that is the record" "$(jq -r .request_id raw.json)" r-7
is "F174 a field that nobody has classified is listed by path and count, its value is nowhere" "$(sql "SELECT path, type, n FROM unknown_field WHERE path LIKE '/new_field%'"); $(none "$canary")" "/new_field_of_the_gateway|object|1; 0"
is "F177 no argument is kept" "$(sql "SELECT group_concat(options) FROM run" | grep -c '/')" 0

# ---- payload that arrived ----
is "F367 five of a thousand came with a prompt, one with a mask" "$(sql "SELECT sum(payload_prompt = 'present'), sum(payload_prompt = 'masked'), count(*) FROM request")" "5|1|1000"
printf 'version: 1\nredaction: {payload_mode: metadata-only}\n' >w/policy.yaml
ak packet build --draft --force -o q.zip >/dev/null 2>&1
unzip -qo q.zip -d q
is "question 3 is not met" "$(find q -name '*.json' -exec jq -r '.. | objects | select(.question? == 3 or .number? == 3) | .verdict? // empty' {} + 2>/dev/null | sort -u)" "not met"
is "and it is a finding" "$(find q -name findings.json -exec jq -r '.findings[] | select(.id == "payload-arrived") | .measured' {} + | grep -c '^5 of 1,001 ')" 1

# ---- read again ----
changed() { sql "SELECT sum(n) FROM redaction WHERE action <> 'not collected'"; }
was=$(changed)
ok "the same file is read again" ak ingest proxy.jsonl --source proxy
is "what was there already is not counted as redacted twice" "$(changed); $(sql "SELECT sum(duplicate) FROM file")" "$was; 1000"
finish
