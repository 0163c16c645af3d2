#!/bin/sh
# Pseudonyms: one person in three logs is one token, found by the real value, which nobody keeps. Keys are where they belong.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
mkdir in
who=wanda@example.org
raw="sk-$(printf 'Brindle%.0s' 1 2 3 4)"
hash=$(printf %s "$raw" | sha256sum | cut -d' ' -f1)
cat >in/openai.json <<END
{"object":"list","data":[
 {"object":"organization.audit_log","id":"audit_log-9f2","type":"api_key.created","effective_at":1780480000,
  "actor":{"type":"session","session":{"user":{"id":"user-4711","email":"  Wanda@Example.ORG "},
   "ip_address":"2001:0DB8:0:0:0:0:0:4711","user_agent":"Mozilla/5.0"}},
  "api_key.created":{"id":"key_77","data":{"scopes":["api.model.request"]}}}],
 "first_id":"audit_log-9f2","last_id":"audit_log-9f2","has_more":false}
END
slp() { # slp ID USER EMAIL ADDRESS KEY
	printf '{"id":"%s","trace_id":"%s","litellm_call_id":"%s","call_type":"acompletion","status":"success","startTime":1780480800.25,"endTime":1780480801.5,"model":"gpt-5-mini","model_group":"chat","custom_llm_provider":"openai","prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"requester_ip_address":"%s","end_user":"","metadata":{"user_api_key_hash":"%s","user_api_key_user_id":"%s","user_api_key_user_email":"%s"}}\n' \
		"$1" "$1-t" "$1-c" "$4" "$5" "$2" "$3"
}
{
	slp c-1 user-4711 "$who" 2001:db8::4711 "$hash"
	slp c-2 user-4711 "$who" 2001:db8:0::4711 "$raw"
	slp c-3 user-12 xavier@example.org 203.0.113.47 "$(printf x | sha256sum | cut -d' ' -f1)"
} >in/gateway.jsonl
printf 'start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,quantity,quantity_unit,line_item,user_id,api_key_id,project_id,organization_id,project_name,organization_name,user_email,api_source\n1780444800,1780531200,2026-06-03T00:00:00,2026-06-04T00:00:00,0.25,usd,10,tokens,"gpt-5-mini, output_tokens",user-4711,key_77,proj_alpha,org-demo,Alpha,Demo Org,WANDA@example.org,\n' >in/costs.csv

ak() { "$AUDITKIT" -w w "$@" >out 2>err; rc=$?; }
db() { sqlite3 w/workspace.db "$1"; }
"$AUDITKIT" init w >out 2>err
ak ingest --format openai-audit in/openai.json
is "the provider's log is read" "$rc" 0
ak ingest --format litellm-slp in/gateway.jsonl
is "the gateway's log is read" "$rc" 0
ak ingest --format openai-cost-csv in/costs.csv
is "the cost CSV is read" "$rc" 0

# ---- one person, one token ----
of_wanda="SELECT actor_email FROM audit_event UNION ALL SELECT actor_email FROM request WHERE actor_id = (SELECT actor_id FROM audit_event) UNION ALL SELECT actor_email FROM usage"
is "three formats, four rows, one token of the address" "$(db "SELECT count(*), count(DISTINCT actor_email), min(actor_email) GLOB 'email:*' FROM ($of_wanda)")" "4|1|1"
is "and one of the user id" "$(db "SELECT count(DISTINCT a) FROM (SELECT actor_id a FROM audit_event UNION SELECT actor_id FROM usage UNION SELECT actor_id FROM request WHERE actor_email = (SELECT actor_email FROM usage))")" 1
is "another person has another" "$(db "SELECT count(DISTINCT actor_email) FROM request")" 2
is "spellings of one IPv6 address are one token" "$(db "SELECT count(DISTINCT a) FROM (SELECT client_address a FROM audit_event UNION SELECT client_address FROM request WHERE actor_email = (SELECT actor_email FROM usage))")" 1
is "a raw key and its SHA-256 are one token" "$(db "SELECT count(*), count(DISTINCT key_hash) FROM request WHERE actor_email = (SELECT actor_email FROM usage)")" "2|1"
keys=$XDG_CONFIG_HOME/auditkit/keys/$(ls "$XDG_CONFIG_HOME/auditkit/keys")
token() { # token CLASS VALUE: as the specification has it, by Python
	python3 - "$keys/pseudonym" "$1" "$2" <<'END'
import hashlib, hmac, sys
master = bytes.fromhex(open(sys.argv[1]).read().strip())
mac = lambda key, text: hmac.new(key, text, hashlib.sha256).digest()
token = mac(mac(bytes(32), master), b"auditkit/1/token\x01")
print(sys.argv[2] + ":" + mac(token, b"auditkit/1/" + sys.argv[2].encode() + b"\0" + sys.argv[3].encode()).hex()[:32])
END
}
is "a token is what Python's HMAC and HKDF make of key, class and canonical value" "$(db 'SELECT actor_email FROM usage')" "$(token email "$who")"
is "an address likewise, as RFC 5952 writes it" "$(db 'SELECT client_address FROM audit_event')" "$(token ip 2001:db8::4711)"
is "a key by its SHA-256" "$(db "SELECT key_hash FROM request WHERE event_id = 'c-2'")" "$(token key "$hash")"

# ---- found by the real value ----
ak show "$who"
is "an e-mail address lists the person's records" "$rc $(grep -c 'email:[0-9a-f]*: 4 records' out)" "0 1"
is "in JSON too" "$("$AUDITKIT" -w w show --json Wanda@EXAMPLE.org 2>>err | jq -c '[.total, .key]')" "[4,\"$(token email "$who")\"]"
is "a user id lists them as well" "$("$AUDITKIT" -w w show --json user-4711 2>>err | jq .total)" 4
is "an address of the network" "$("$AUDITKIT" -w w show --json 2001:DB8:0:0::4711 2>>err | jq .total)" 3
is "a key by its hash" "$("$AUDITKIT" -w w show --json "$hash" 2>>err | jq .total)" 2
is "a token itself" "$("$AUDITKIT" -w w show --json "$(token email xavier@example.org)" 2>>err | jq .total)" 1
ak show nobody@example.org
is "somebody without records" "$rc $(grep -c nobody err out | tr '\n' ' ')" "3 err:0 out:0 "
ak trace reconstruct "$who"
is "a person is not one request, and the way on is said" "$rc $(grep -c 'auditkit show' err)" "2 1"
ak explain "$who"
is "nor for explain" "$rc $(grep -c 'auditkit show' err)" "2 1"
ak timeline --around "$who"
is "nor one event for timeline" "$rc $(grep -c 'auditkit show' err)" "2 1"
is "the log of accesses holds tokens" "$(jq -rs '[.[].options.words[0] | sub(":.*"; "")] | group_by(.) | map("\(.[0]) \(length)") | join(", ")' w/access.jsonl)" "email 3, ip 1, key 1, user 1"
is "and no value that was typed or read" "$(cat w/* w/.[!.]* out err 2>/dev/null | LC_ALL=C grep -aicE "wanda@|xavier@|user-4711|db8:0+:0|db8::4711|203\.0\.113\.47|$hash|$raw")" 0

# ---- keys ----
is "key files are private" "$(stat -c %a "$keys" "$keys"/* | sort -u | tr '\n' ' ')" "600 700 "
chmod 640 "$keys/pseudonym"
ak ingest --format litellm-slp in/gateway.jsonl
is "a key that others may read is refused" "$rc $(grep -c 'which other users may read' err)" "6 1"
chmod 600 "$keys/pseudonym"
mv "$keys/pseudonym" away
ln -s "$tap_dir/away" "$keys/pseudonym"
ak ingest --format litellm-slp in/gateway.jsonl
is "a link is not followed" "$rc" 6
rm "$keys/pseudonym"
od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$keys/pseudonym"
chmod 600 "$keys/pseudonym"
ak ingest --format litellm-slp in/gateway.jsonl
is "another key is refused, and named by its id only" "$rc $(grep -c "pseudonym key is '[0-9a-f]\{8\}', this workspace was made with '$(db "SELECT value FROM meta WHERE key = 'key_id'")'" err)" "6 1"
mv away "$keys/pseudonym"
mkdir w/inside && cp -r "$XDG_CONFIG_HOME/auditkit" w/inside/
XDG_CONFIG_HOME=$PWD/w/inside "$AUDITKIT" -w w ingest --format litellm-slp in/gateway.jsonl >out 2>err
is "keys inside the workspace are refused" "$? $(grep -c 'lie inside it' err)" "6 1"
rm -r w/inside
finish
