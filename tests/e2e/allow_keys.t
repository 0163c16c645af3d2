#!/bin/sh
# Values that redact allow lets through, and the keys their fingerprints were made under: a rotation takes no permission back, the
# deletion of a key does, and that is said.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
first="sk-$(printf 'Brindle%.0s' 1 2 3 4)" second="sk-$(printf 'Walnuts%.0s' 1 2 3 4)"
ak() { "$AUDITKIT" -w w "$@" >out 2>err; rc=$?; }
try() { printf '%s\n' "$1" | "$AUDITKIT" -w w redact try 2>err; }
rules() { "$AUDITKIT" -w w redact rules --json | jq -c "[.allow[] | $1]"; }
doctor() { "$AUDITKIT" -w w doctor --json | jq -r '.checks[] | select(.name == "allowed") | .state + " " + (.detail | .[0:6])'; }
key() { "$AUDITKIT" -w w keys --json | jq -r ".pseudonym[$1].key_id"; }
"$AUDITKIT" init w >out 2>err
old=$(key 0)
marker=$(try "$first")
ak redact allow "${marker##*:}" --reason 'key of the manual'
is "a bare fingerprint cannot have the bracket" "$rc" 2
ak redact allow "$(echo "$marker" | sed 's/.*:\(.*\)]/\1/')" --reason 'key of the manual' --by role
is "a value is allowed" "$rc $(try "$first")" "0 $first"
is "the entry names the key" "$(rules '[.key, .works]')" "[[\"$old\",true]]"
before=$(try "$second")
ak keys rotate
new=$(key 1)
is "a rotation says how many values need the past key" "$rc $(grep -c '^allowed  *1 values' out)" "0 1"
is "they go on being let through" "$(try "$first")" "$first"
is "doctor has nothing to say" "$(doctor)" ""
is "another value has a marker of the new key" "$(try "$second" | cut -d: -f3)" "$new"
ak redact allow "$before" --reason 'key of another manual'
is "a marker of the past key can still be allowed" "$rc $(try "$second") $(rules .key)" "0 $second [\"$old\",\"$old\"]"
printf 'reviewed_at,system,principal,principal_type,role,log_scope,state,last_used_at\n2026-06-12T09:00:00Z,gateway,wanda@example.org,human,viewer,metadata,keep,2026-06-01T00:00:00Z\n' >in.csv
ak ingest in.csv
is "ingest is silent while the key is kept" "$rc $(grep -c '^VOID' err)" "0 0"
ak packet build --draft --allow-gaps -q -o p.tar
tar -xf p.tar
is "a packet lists both" "$(grep -o 'key of [a-z]* manual' p/data/04-redaction.json | sort -u | wc -l)" 2
rm "$XDG_CONFIG_HOME"/auditkit/keys/*/pseudonym
is "the deletion of the key ends that" "$(try "$first" | cut -d: -f1-3) $(try "$second" | cut -d: -f1-3)" "[REDACTED:sk_key:$new [REDACTED:sk_key:$new"
is "doctor says so" "$(doctor)" "warn 2 of 2"
is "redact rules too" "$(rules .works) $("$AUDITKIT" -w w redact rules 2>/dev/null | grep -c '^VOID')" "[false,false] 2"
ak ingest in.csv
is "and ingest, by the line" "$rc $(grep -c '^VOID .*line [0-9]* of' err)" "0 2"
marker=$(try "$first")
ak redact allow "$marker" --reason 'key of the manual'
is "the value is allowed again by its new marker" "$rc $(try "$first") $(rules .works)" "0 $first [true,false,false]"
ak redact allow "$before" --reason again
is "a marker of a key that is gone is refused" "$rc $(grep -c "'$new' is in force" err)" "6 1"
finish
