#!/bin/sh
# Signatures that sources made: rows of Kong's audit log against openssl, batches of LLM Gateway's streams against Python.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
for k in kong other; do
	openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out $k.pem 2>/dev/null
	openssl pkey -in $k.pem -pubout -out $k.pub
done
openssl genpkey -quiet -algorithm ED25519 2>/dev/null | openssl pkey -pubout >ed.pub

# What is signed, written by hand: values by the order of their names, null left out, objects flattened.
row() { # row ID PATH STATUS SIGNATURE
	printf '{"request_id":"%s","path":"%s","method":"PATCH","request_timestamp":1772443300,"status":%s,"client_ip":"203.0.113.9",' "$1" "$2" "$3"
	printf '"payload":null,"ttl":2591997,"expire":1775035300,"workspace":"w1","tags":{"b":true,"a":"x y"},"signature":%s}\n' "$4"
}
sign() { # sign KEY ID PATH STATUS: client_ip, method, path, request_id, request_timestamp, status, tags.a, tags.b, workspace
	printf '203.0.113.9|PATCH|%s|%s|1772443300|%s|x y|true|w1' "$3" "$2" "$4" | openssl dgst -sha256 -sign "$1".pem | base64 -w 0
}
{
	row r1 /services/pay 200 "\"$(sign kong r1 /services/pay 200)\""
	row r2 /rbac/users/lea 200 "\"$(sign kong r2 /rbac/users/kim 200)\""
	row r3 /services/pay 200 null
	row r4 /services/pay 403 "\"$(sign kong r4 /services/pay 403)\""
	row r5 /services/pay 200 '"bm8gc2lnbmF0dXJl"'
} >audit.jsonl
grep -v '"request_id":"r[25]"' audit.jsonl >good.jsonl

ingest() { # a workspace of its own; rc, out.json, and the verdicts as rule:n
	rm -rf ws
	"$AUDITKIT" init ws >/dev/null 2>&1
	"$AUDITKIT" -w ws ingest --json "$@" >out.json 2>err.txt
	rc=$?
	stored=$(jq '[.sources[].stored] | add' out.json 2>/dev/null)
	said=$(sqlite3 ws/workspace.db "SELECT rule || ':' || sum(n) FROM diag WHERE rule LIKE 'signature%' GROUP BY rule ORDER BY rule" | tr '\n' ' ')
}
ingest --signature-key kong.pub audit.jsonl
is "altered rows are stored, counted and exit 4" "$rc $stored $said" "4 5 signature_bad:2 signature_good:2 signature_missing:1 "
is "they are named by their place" "$(sqlite3 ws/workspace.db "SELECT rec_no || '@' || byte_offset FROM diag WHERE rule = 'signature_bad' ORDER BY rec_no" | tr '\n' ' ')" \
	"$(grep -b '"request_id":"r[25]"' audit.jsonl | cut -d: -f1 | paste -sd' ' | sed 's/^\([0-9]*\) \([0-9]*\)/2@\1 5@\2 /')"
is "sources show says it" "$("$AUDITKIT" -w ws sources show kong-audit-requests | grep -c 'not to be trusted')" 1
is "and --json" "$("$AUDITKIT" -w ws sources show kong-audit-requests --json | jq -c '[.. | objects | select(.rule? == "signature_bad") | .n] | add')" 2
is "no signature is kept" "$(strings -n 40 ws/workspace.db | grep -c "$(sign kong r1 /services/pay 200 | cut -c1-40)")" 0
ingest --signature-key kong.pub good.jsonl
is "genuine rows: exit 0, and what has no signature is said" "$rc $said" "0 signature_good:2 signature_missing:1 "
gzip -k good.jsonl
ingest --signature-key kong.pub good.jsonl.gz
is "packed too" "$rc $said" "0 signature_good:2 signature_missing:1 "
ingest --signature-key other.pub good.jsonl
is "another key" "$rc $said" "4 signature_bad:2 signature_missing:1 "
ingest good.jsonl
is "without a key nothing is claimed" "$rc $said" "0 signature_missing:1 signature_unchecked:2 "
grep '"request_id":"r3"' good.jsonl >none.jsonl
ingest none.jsonl
is "a log that does not sign is not blamed" "$rc $said" "0 "
ingest --dry-run --signature-key kong.pub audit.jsonl
is "a dry run tells too" "$rc $(jq -c '[.. | objects | select(.rule? == "signature_bad" and .rec_no?) | .rec_no]' out.json)" "4 [2,5]"
ingest --signature-key ed.pub good.jsonl
is "no RSA key: exit 5, with what to give" "$rc $(grep -c 'no RSA key of at least 2048 bits' err.txt) $(grep -c 'hint: ' err.txt)" "5 1 1"
(echo '-----BEGIN PUBLIC KEY-----'; echo 'nonsense') >broken.pub
ingest --signature-key broken.pub good.jsonl
is "no key at all" "$rc $(grep -c 'no public key in PEM' err.txt)" "5 1"

# ---- signed batches ----
python3 - <<'E'
import hashlib, hmac, json
secret = "-".join(["whsec", "brindle", "0123456789"])
open("secret", "w").write(secret + "\n")
lines = []
for i in range(3):
    body = json.dumps({"stream": "strm_1", "source": "request_logs", "events": [
        {"id": f"Zx{i}{k}", "timestamp": "2026-03-02T09:20:47.951Z", "requestId": f"rq_{i}{k}", "organizationId": "org1", "projectId": "pr1",
         "apiKeyId": "ak1", "requestedModel": "gpt-4o", "usedModel": "gpt-4o", "usedProvider": "azure", "promptTokens": "14",
         "completionTokens": "21", "cost": 0.00037, "duration": 1103, "hasError": False, "cached": False} for k in range(2)]}).encode()
    at = 1772443250 + i
    mac = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    lines.append(f"batch {i}.json {'X-LLMGateway-Signature: ' if i == 1 else ''}t={at},v1={mac}\n")
    if i == 2:
        body = body.replace(b"0.00037", b"0.00036")
    open(f"batch {i}.json", "wb").write(body)
open("headers", "w").write("\n".join(lines[:3]))
open("batch 3.json", "wb").write(open("batch 0.json", "rb").read())
E
chmod 600 secret
mkdir batches && mv batch*.json batches
sed 's/X-LLMGateway-Signature: //' headers >plain
ingest --signature-key secret --signatures headers batches
is "an altered batch is stored and exit 4" "$rc $said" "4 signature_bad:1 signature_good:2 signature_missing:1 "
is "events sent twice are stored once" "$stored" 6
is "the altered file is named" "$(sqlite3 ws/workspace.db "SELECT f.name FROM diag d JOIN file f ON f.id = d.file WHERE d.rule = 'signature_bad'")" "batch 2.json"
rm "batches/batch 2.json" "batches/batch 3.json"
ingest --signature-key secret --signatures plain batches
is "genuine batches" "$rc $said" "0 signature_good:2 "
rm -rf ws && "$AUDITKIT" init ws >/dev/null 2>&1
AUDITKIT_SIGNATURE_SECRET=$(cat secret) "$AUDITKIT" -w ws ingest --signatures plain batches >/dev/null 2>&1
is "the secret from the environment" "$? $(sqlite3 ws/workspace.db "SELECT rule, sum(n) FROM diag WHERE rule LIKE 'signature%' GROUP BY rule")" "0 signature_good|2"
is "it is nowhere in the workspace" "$(grep -c "$(cat secret)" -r ws "$XDG_CONFIG_HOME" | grep -cv ':0$')" 0
printf 'wrong-secret-of-mine' >wrong && chmod 600 wrong
ingest --signature-key wrong --signatures plain batches
is "another secret" "$rc $said" "4 signature_bad:2 "
sed 's/v1=.*/v1=zz/; s/t=/x=/' plain >odd
ingest --signature-key secret --signatures odd batches
is "a header that is none" "$rc $said" "4 signature_bad:2 "
chmod 644 secret
ingest --signature-key secret --signatures plain batches
is "a secret that others can read is refused" "$rc $(grep -c 'others can read' err.txt)" "6 1"
chmod 600 secret
echo 'batch-without-a-value' >half
ingest --signature-key secret --signatures half batches
is "a line that is none" "$rc $(grep -c "line 1 of '--signatures'" err.txt)" "5 1"
ingest --signatures plain batches
is "headers without a key are not passed over" "$rc $(grep -c "goes with a key" err.txt) $(grep -c '^hint.*--signature-key' err.txt)" "2 1 1"
finish
