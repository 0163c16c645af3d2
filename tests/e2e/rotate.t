#!/bin/sh
# Rotation of the pseudonym key: new records get new tokens, old ones keep theirs, nothing is stored twice, and what a
# deleted key takes away is said.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
secret="sk-$(printf 'Brindle%.0s' 1 2 3 4)"
slp() { # slp ID EMAIL APP TOKENS
	printf '{"id":"%s","litellm_call_id":"%s-c","call_type":"acompletion","status":"success","startTime":1780480800.25,"endTime":1780480801.5,"model":"gpt-5-mini","model_group":"chat","custom_llm_provider":"openai","prompt_tokens":%s,"completion_tokens":4,"total_tokens":7,"requester_ip_address":"203.0.113.47","end_user":"","metadata":{"user_api_key_alias":"%s","user_api_key_user_email":"%s"}}\n' \
		"$1" "$1" "$4" "$3" "$2"
}
{ slp c-1 wanda@example.org bot 3; slp c-2 xavier@example.org "$secret" 3; } >day1.jsonl
{ cat day1.jsonl; slp c-3 wanda@example.org bot 3; } >day2.jsonl
# Without a natural key: identity is the content, and equal rows are counted.
head='Log Type,Timestamp,Request ID,Method,Endpoint,User ID,Client IP,Model,Status Code'
row='Request,2026-06-03T10:00:00Z,r-1,POST,/v1/embeddings,user-4711,203.0.113.47,embed-small,200'
printf '%s\n%s\n' "$head" "$row" >log1.csv
printf '%s\n%s\n%s\n' "$head" "$row" "$row" >log2.csv
ak() { "$AUDITKIT" -w w "$@" >out 2>err; rc=$?; }
db() { sqlite3 w/workspace.db "$1"; }
slps() { ak ingest --source gw --format litellm-slp "$1"; }
logs() { ak ingest --source proxy --format proxy-log-csv "$1"; }
kid() { "$AUDITKIT" -w w keys --json | jq -r ".pseudonym[$1].key_id"; }
"$AUDITKIT" init w >out 2>err
slps day1.jsonl
logs log1.csv
old=$(kid 0)
keys=$("$AUDITKIT" -w w keys --json | jq -r .folder)
is "one key at first" "$("$AUDITKIT" -w w keys --json | jq -c '[.pseudonym[] | [.records, .file, .in_force, .until]]')" '[[3,"pseudonym",true,null]]'
cp -r w before

ak keys rotate
is "a key is rotated" "$rc $(grep -c "$old is past" out)" "0 1"
new=$(kid 1)
is "the folder has one file more, private" "$(ls "$keys" | tr '\n' ' ')$(stat -c %a "$keys/pseudonym-$new")" "log packet pseudonym pseudonym-$new 600"
is "the rotation is an entry of the ledger" "$(db "SELECT body FROM ledger_entry WHERE kind = 'pseudonym_key'")" "{\"before\":\"$old\",\"files\":2,\"key_id\":\"$new\"}"
is "and sealed" "$(db "SELECT (SELECT max(size) FROM checkpoint) > (SELECT max(seq) FROM ledger_entry)")" 1
ak verify
is "verify finds the workspace intact" "$rc" 0

# ---- overlap ----
slps day2.jsonl
is "of an overlapping export only the new record is stored" "$(db "SELECT records_in, stored, duplicate, conflict FROM file ORDER BY id DESC LIMIT 1")" "3|1|2|0"
is "also of one whose secret has a marker of the old key" "$(db "SELECT key_alias GLOB '*:$old:*' FROM request WHERE event_id = 'c-2'")" 1
is "one person has a token per key" "$(db "SELECT count(DISTINCT actor_email) FROM request WHERE event_id IN ('c-1', 'c-3')")" 2
logs log2.csv
is "of rows without a key of their own the second of two is new" "$(db "SELECT records_in, stored, duplicate FROM file ORDER BY id DESC LIMIT 1")" "2|1|1"
logs log2.csv
is "and only once" "$(db "SELECT records_in, stored, duplicate FROM file ORDER BY id DESC LIMIT 1")" "2|0|2"
{ slp c-1 wanda@example.org bot 3000; } >changed.jsonl
slps changed.jsonl
is "another content of an old record is a conflict with it" "$(db "SELECT stored, duplicate, conflict FROM file ORDER BY id DESC LIMIT 1")" "1|0|1"
slps changed.jsonl
is "known the next time" "$(db "SELECT stored, duplicate, conflict FROM file ORDER BY id DESC LIMIT 1")" "0|1|0"
is "nothing warns while the keys are there" "$(db "SELECT count(*) FROM diag WHERE rule = 'key_deleted'")" 0

# ---- which key a record knows ----
seq() { db "SELECT 'gw:' || seq FROM request WHERE event_id = '$1' ORDER BY seq LIMIT 1"; }
knows() { "$AUDITKIT" -w w show --json "$(seq "$1")" 2>>err | jq -r '.records[0].pseudonym_key'; }
is "each record knows its key" "$(knows c-1) $(knows c-3)" "$old $new"
is "keys counts the records of each" "$("$AUDITKIT" -w w keys --json | jq -c '[.pseudonym[] | [.records, .in_force]]')" "[[3,false],[3,true]]"
total() { "$AUDITKIT" -w w show --json "$1" 2>>err | jq -s '.[0].total // 0'; }
is "a value finds the records of both" "$(total wanda@example.org) $(total user-4711)" "3 2"
"$AUDITKIT" -w w keys rotate >out 2>err
is "a third one: nothing is stored twice" "$(slps day2.jsonl; db "SELECT stored, duplicate FROM file ORDER BY id DESC LIMIT 1")" "0|3"
ak verify
is "and all is intact" "$rc" 0

# ---- crypto-erasure ----
rm "$keys/pseudonym"
is "a deleted key is said to be" "$("$AUDITKIT" -w w keys --json | jq -c '[.pseudonym[].file != null]')" "[false,true,true]"
ak verify
is "all still verifies" "$rc" 0
is "its records are found by value no more" "$(total wanda@example.org) $(total xavier@example.org)" "2 0"
is "but stand where they stood" "$(db "SELECT count(*) FROM request WHERE event_id IN ('c-1', 'c-2')")" 3
slps day2.jsonl
is "an overlap cannot be told, and that is said" "$(db "SELECT stored, (SELECT n FROM diag WHERE file = f.id AND rule = 'key_deleted') FROM file f ORDER BY id DESC LIMIT 1")" "2|2"
is "to who reads the report as well" "$(cat out err | grep -c key_deleted)" 1
{ slp c-9 wanda@example.org bot 3; } | sed 's/17804808/17904808/g' >later.jsonl
slps later.jsonl
is "a later time needs no warning" "$(db "SELECT stored, (SELECT count(*) FROM diag WHERE file = f.id AND rule = 'key_deleted') FROM file f ORDER BY id DESC LIMIT 1")" "1|0"
ak packet build --allow-gaps -q -o p.tar
is "a packet is built" "$rc" 0
ak packet verify p.tar
is "and verifies" "$rc" 0
for f in "$keys"/pseudonym-*; do case $f in *"$(kid 2)") mv "$f" last ;; *) rm "$f" ;; esac; done
ak verify
is "without any pseudonym key verify does its work" "$rc" 0
slps day1.jsonl
is "ingest does not" "$rc" 6
ak keys rotate
slps day1.jsonl
is "until there is a new key" "$rc" 0

# ---- what must not be ----
cp -r w forged
sqlite3 forged/workspace.db "UPDATE meta SET value = '$old' WHERE key = 'key_id'"
"$AUDITKIT" -w forged verify >out 2>err
is "a workspace that names another key than its ledger is broken" "$? $(tr -s '\n ' ' ' <out | grep -c 'BROKEN the ledger has put another pseudonym key in force')" "4 1"
mv last "$keys/pseudonym-$old"
ak ingest --source gw --format litellm-slp day1.jsonl
is "a key under another one's name is refused" "$rc" 6
rm -r "$XDG_CONFIG_HOME/auditkit/keys"/*/pseudonym*
rm -rf w && mv before w
ak keys
is "a backup from before the rotation names its key" "$rc $(tr -s '\n ' ' ' <out | grep -c "$old .* DELETED")" "0 1"
finish
