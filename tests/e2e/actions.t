#!/bin/sh
# `fields: NAME: {action: ...}` of policy.yaml: what each action stores, what it refuses, who can read what is encrypted.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
ak() { "$AUDITKIT" -w w "$@"; }
sql() { sqlite3 w/workspace.db "$1"; }
policy() { printf 'version: 1\nfields:\n%s\n' "$1" >w/policy.yaml; }
"$AUDITKIT" init w >/dev/null 2>&1
key=sk-proj-$(printf 'aB3%.0s' 1 2 3 4 5 6 7 8 9 10)
row() { # row N ALIAS OWNER COST_CENTER PROJECT
	printf '{"key_id":"key_%s","alias":"%s","owner":"%s","cost_center":"%s","project_name":"%s","app":"support-bot","team":"t%s","captured_at":"2026-05-01T00:00:00Z","state":"active","environment":"prod"}\n' \
		"$1" "$2" "$3" "$4" "$5" "$1"
}
{
	row 1 'Ada laptop' ada@example.org 4711 'order 4711 of Brindle'
	row 2 'Ada laptop' bob 4712 'order 4712 of Brindle'
	row 3 "k $key" svc_acct_nightly 4713 'plain words'
} >keys.jsonl

# ---- the six actions ----
policy '  key_alias: {action: encrypt, why: labels name people}
  owner: {action: keep, why: owners are called}
  cost_center: {action: mask}
  project_name: {action: sanitise}
  app: {action: hash}
  environment: {action: remove}'
ok "keys are read" ak ingest keys.jsonl
cell() { sql "SELECT $1 FROM api_key WHERE key_id = 'key_$2'"; }
is "remove: nothing, counted as policy's" "$(cell environment 1)|$(sql "SELECT sum(n) FROM absent WHERE field = 'environment' AND reason = 'dropped by policy'")" "|3"
is "mask: three stars, equal for all" "$(sql "SELECT group_concat(DISTINCT cost_center) FROM api_key")" '***'
is "sanitise: the words" "$(cell project_name 1)" 'order <n> of Brindle'
is "hash: one token" "$(sql "SELECT count(DISTINCT app), min(app) GLOB 'id:*', length(min(app)) FROM api_key")" '1|1|35'
is "keep: a user's name" "$(cell owner_id 2)" bob
is "keep: an e-mail address is a token all the same" "$(cell owner_id 1 | sed 's/:[0-9a-f]\{32\}$/:T/')" email:T
is "encrypt: its form" "$(cell key_alias 1 | grep -cE "^enc:$(sql "SELECT value FROM meta WHERE key = 'key_id'"):[0-9a-f]{52}$")" 1
is "equal texts are equal" "$(cell key_alias 1)" "$(cell key_alias 2)"
is "each action is counted" "$(sql "SELECT field, action, sum(n) FROM redaction WHERE rule = 'policy' GROUP BY 1, 2")" "cost_center|masked|3
key_alias|encrypted|3"

# ---- who can read it ----
master=$(echo config/auditkit/keys/*/pseudonym)
is "openssl opens it with the key file, secrets gone" "$(sql "SELECT key_alias FROM api_key ORDER BY seq" | python3 "$AK_SRCDIR/tests/e2e/open_seal.py" "$master" | sed 's/:[0-9a-f]\{8\}:[0-9a-f]*]/:K:F]/')" "Ada laptop
Ada laptop
k [REDACTED:openai_key:K:F]"
is "and not with another one" "$(openssl rand -hex 32 >other; cell key_alias 1 | python3 "$AK_SRCDIR/tests/e2e/open_seal.py" other)" "does not open"
is "the files hold no label" "$(cat w/workspace.db* w/access.jsonl 2>/dev/null | grep -ac 'Ada laptop')" 0
cite=$(ak show key_1 --json | jq -r '.records[0].cite // .first[0].cite')
is "show shows it sealed" "$(ak show "$cite" --json | jq -r '.records[0].fields["auditkit.key.alias"][:4]')" enc:
is "reveal wants a reason" "$(ak show "$cite" --reveal key_alias 2>err; echo $?; grep -c -- --reason err)" "2
2"
is "reveal reads it" "$(ak show "$cite" --reveal key_alias --reason 'leaver check' --json | jq -r '.records[0].fields["auditkit.key.alias"]')" "Ada laptop"
is "and leaves field, reason and operator" "$(tail -n 1 w/access.jsonl | jq -r '.options.field, .options.reason, (.operator | test("^[a-z]+:[0-9a-f]{32}$") | tostring)')" "key_alias
leaver check
true"
is "what is not encrypted cannot be revealed" "$(ak show "$cite" --reveal app --reason x >/dev/null 2>&1; echo $?)" 3
is "found by its real value" "$(ak show 'Ada laptop' --json | jq -r '.total // (.records | length)')" 2

# ---- again ----
is "reading again adds nothing" "$(ak ingest keys.jsonl --json 2>/dev/null | jq -r '[.. | .duplicate? // empty] | max'); $(sql "SELECT count(*) FROM api_key")" "3; 3"
is "what is sealed stays as it is" "$(cell key_alias 1 | ak redact try --field key_alias 2>/dev/null)" "$(cell key_alias 1)"
fake="enc:$(sql "SELECT value FROM meta WHERE key = 'key_id'"):$(printf '00%.0s' $(seq 40))"
is "what only looks sealed is sealed" "$(echo "$fake" | ak redact try --field key_alias 2>/dev/null | python3 "$AK_SRCDIR/tests/e2e/open_seal.py" "$master")" "$fake"

# ---- a packet ----
ak packet build -o p.zip --draft >/dev/null 2>&1
unzip -qo p.zip -d p 2>/dev/null
is "the dictionary of a packet says what was chosen" "$(grep -hoE '[a-z]+, by policy' -r p | sort -u | tr '\n' ' ')" "encrypted, by policy hashed, by policy kept, by policy masked, by policy removed, by policy sanitised, by policy "
is "an exception is declared with its why" "$(grep -rhoc 'is kept, by policy: owners are called' p | grep -c '^[1-9]' | sed 's/^[1-9].*/said/')" said
is "no sealed value leaves in a packet" "$(grep -rEc 'enc:[0-9a-f]{8}:[0-9a-f]{32}' p | awk -F: '{ n += $NF } END { print n + 0 }')" 0

# ---- what cannot be ----
while IFS='|' read -r name entry want; do
	policy "  $entry"
	is "refused: $name" "$(ak ingest keys.jsonl 2>&1 >/dev/null | head -n 1); $(ak ingest keys.jsonl >/dev/null 2>&1; echo $?)" "auditkit: policy.yaml:3: $want; 2"
done <<'END'
encrypting a number|input_tokens: {action: encrypt}|action 'encrypt' cannot be done to 'input_tokens', which is of type integer
hashing a time|created_at: {action: hash}|action 'hash' cannot be done to 'created_at', which is of type time
masking an identifier|key_id: {action: mask}|action 'mask' cannot be done to 'key_id', which is of type id and an identifier
keeping a key|key_hash: {action: keep, why: x}|action 'keep' cannot be done to 'key_hash', which is of type key and an identifier
keeping people without a why|owner: {action: keep}|keeping 'owner_id' wants a why
an action that is none|app: {action: shred}|there is no action 'shred'
keep and action|app: {keep: false, action: hash}|field 'app' has both keep and action
a field that is none|end_usr: {action: hash}|there is no field 'end_usr'
END
finish
