#!/bin/sh
# The pseudonym key outside of the key folder: by --key-file, redaction.key_file and redaction.key_env, and never in argv.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
ak() { "$AUDITKIT" -w w "$@" >out 2>err; rc=$?; }
try() { printf 'wanda@example.org\n' | "$AUDITKIT" -w w "$@" redact try >out 2>err; rc=$?; }
policy() { sed "/^  key_[a-z]*:/d; s#^redaction:.*#&\n  $1#" base.yaml >w/policy.yaml; }
new_key() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$1" && chmod 600 "$1"; }
token() { # by Python, as SECURITY has it
	python3 - "$1" <<'PY'
import hashlib, hmac, sys
mac = lambda key, text: hmac.new(key, text, hashlib.sha256).digest()
key = mac(mac(bytes(32), bytes.fromhex(open(sys.argv[1]).read().strip())), b"auditkit/1/token\x01")
print("email:" + mac(key, b"auditkit/1/email\0wanda@example.org").hex()[:32])
PY
}
new_key k
new_key other
kid=$(python3 -c 'import hashlib, hmac; print(hmac.new(bytes.fromhex(open("k").read()), b"kid", hashlib.sha256).hexdigest()[:8])')
"$AUDITKIT" init w --key-file k >out 2>err
is "init takes a key that is there" "$? $("$AUDITKIT" -w w keys --json | jq -r '.pseudonym[0].key_id')" "0 $kid"
folder=$("$AUDITKIT" -w w keys --json | jq -r .folder)
is "and writes it nowhere" "$(find "$folder" -printf '%f\n' | sort | tail -n +2 | tr '\n' ' ') $(cat "$folder"/* w/* out err 2>/dev/null | grep -acF "$(cat k)")" "log packet  0"
is "policy.yaml names the file" "$(grep '^  key_file:' w/policy.yaml)" "  key_file: $tap_dir/k"
cp w/policy.yaml base.yaml
try
is "tokens are those of the key" "$rc $(cat out)" "0 $(token k)"
is "keys says where it is" "$("$AUDITKIT" -w w keys --json | jq -c '.pseudonym[0] | [.file, .from, .in_force]')" "[null,\"file '$tap_dir/k'\",true]"
is "doctor too" "$("$AUDITKIT" -w w doctor --json | jq -r '.checks[] | select(.name == "keys") | .state + " " + (.detail | sub(".*read from "; ""))')" "ok file '$tap_dir/k'"

# ---- what is refused ----
policy ""
try
is "without it there is no key" "$rc" 6
try --key-file k
is "the option alone will do" "$rc $(cat out)" "0 $(token k)"
try --key-file other
is "another key is refused and told by its id" "$rc $(grep -c "'[0-9a-f]\{8\}', this workspace was made with '$kid'" err)" "6 1"
for mode in 640 604 620; do
	chmod $mode k
	try --key-file k
	is "mode $mode is refused" "$rc $(cat out)" "6 "
done
is "doctor says nothing of a file nobody names" "$("$AUDITKIT" -w w doctor --json --key-file k | jq -r '.checks[] | select(.name == "keys") | .state')" bad
chmod 600 k
ln -s k link
try --key-file link
is "a link is not followed" "$rc" 6
try --key-file absent
is "a file that is not there" "$rc" 6
cut -c1-62 k >short && chmod 600 short
try --key-file short
is "a key that is too short" "$rc $(grep -c '64 hex digits expected' err)" "6 1"
cp k w/inside
try --key-file w/inside
is "a key inside the workspace" "$rc $(grep -c 'lie inside it' err)" "6 1"
rm w/inside
try --key-file "$(cat k)"
is "the key itself is no argument, and is not repeated" "$rc $(cat out err | grep -cF "$(cat k)")" "2 0"
policy "key_file: $(cat k)"
try
is "nor is it a setting" "$rc $(cat out err | grep -cF "$(cat k)")" "2 0"
policy "key_env: $(tr 0-9a-f A-P <k)x"
try
is "nor the name of a variable" "$rc" 2
policy "key_env: BRINDLE_KEY\\n  key_file: ../k"
try
is "a key comes from one place" "$rc $(grep -c 'one place' err)" "2 1"

# ---- the settings ----
policy "key_file: ../k"
try
is "a path starts from policy.yaml" "$rc $(cat out)" "0 $(token k)"
policy "key_env: BRINDLE_KEY"
try
is "a variable that is not set" "$rc $(grep -c "'BRINDLE_KEY'.* is not set" err)" "6 1"
is "doctor names it" "$("$AUDITKIT" -w w doctor --json | jq -r '.checks[] | select(.name == "keys") | .state + " " + (.detail | .[0:34])')" "bad environment variable 'BRINDLE_KEY'"
BRINDLE_KEY=nonsense try
is "or holds no key" "$rc $(grep -c nonsense err)" "6 0"
BRINDLE_KEY=$(cat k) try
is "a key from the environment" "$rc $(cat out)" "0 $(token k)"
mkfifo lines
BRINDLE_KEY=$(cat k) "$AUDITKIT" -w w redact try <lines >out 2>err &
pid=$!
exec 3>lines
printf 'wanda@example.org\n' >&3
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	shown=$(tr '\0' '\n' <"/proc/$pid/environ" | grep '^BRINDLE_KEY=') # nothing before the shell has become auditkit
	[ "$shown" = BRINDLE_KEY= ] && break
	sleep 0.1
done
is "is wiped from there" "$shown" "BRINDLE_KEY="
exec 3>&-
wait $pid
is "while it works" "$? $(cat out)" "0 $(token k)"
ak verify
is "who needs no pseudonyms needs no variable" "$rc" 0
ak keys
is "keys says that it was not read" "$rc $(grep -c '^NOT READ' out)" "0 1"

# ---- rotation: the given key becomes a past one ----
ak keys rotate
new=$("$AUDITKIT" -w w keys --json | jq -r '.pseudonym[1].key_id')
is "a rotation puts a key of the folder in force" "$rc $(find "$folder" -name "pseudonym-$new" | wc -l)" "0 1"
BRINDLE_KEY=$(cat k) try
is "which makes the tokens" "$rc $(cat out)" "0 $(token "$folder/pseudonym-$new")"
is "the given one is past" "$(BRINDLE_KEY=$(cat k) "$AUDITKIT" -w w keys --json | jq -c '[.pseudonym[] | [.from != null, .file != null, .in_force]]')" "[[true,false,false],[false,true,true]]"
BRINDLE_KEY=$(cat other) try
is "a key that the ledger does not know is refused" "$rc" 6
policy "key_file: $folder/pseudonym-$new"
try
is "a file of the folder may be named too" "$rc $(cat out)" "0 $(token "$folder/pseudonym-$new")"
is "status says where it is read from" "$("$AUDITKIT" -w w status --json 2>/dev/null | jq -c .pseudonym_key)" "{\"from\":\"file '$folder/pseudonym-$new'\",\"key_id\":\"$new\"}"
printf 'reviewed_at,system,principal,principal_type,role,log_scope,state,last_used_at\n2026-06-12T09:00:00Z,gateway,wanda@example.org,human,viewer,metadata,keep,2026-06-01T00:00:00Z\n' >in.csv
ak ingest in.csv
ak packet build --draft --allow-gaps -q -o p.tar
tar -xf p.tar
is "a packet does not" "$rc $(grep -raF "$folder" p | wc -l)" "0 0"
finish
