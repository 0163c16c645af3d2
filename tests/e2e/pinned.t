#!/bin/sh
# F318, F319: the key that signs packets is replaced with an overlap, whoever verifies pins keys, and ssh-keygen agrees about each.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
ak() { "$AUDITKIT" -w w "$@" >out 2>err; rc=$?; }
"$AUDITKIT" -w w ingest "$AK_SRCDIR/samples/gateway" >/dev/null 2>&1
packet() { ak packet build --allow-gaps --force -q -o "$1"; }
sig() { "$AUDITKIT" packet verify "$@" --json | jq -r '.checks[] | select(.name == "signature") | .result + " " + .detail'; }
keygen() { # keygen PACKET LIST TIME: does ssh-keygen take the signature at that time?
	ssh-keygen -Y verify -f "$2" -I auditkit -n auditkit-packet -O verify-time="$3" -s "$1/signatures/tagmanifest-sha256.txt.sshsig" <"$1/tagmanifest-sha256.txt" >/dev/null 2>&1 && echo pass || echo fail
}
stamp() { date -u -d "$1" +%Y%m%d%H%M%SZ; }
created() { jq -r .created "$1/data/packet.json"; }

packet before
"$AUDITKIT" -w w keys --signers >first
is "before a rotation the list has one key, for ever" "$(wc -l <first) $(grep -c valid- first)" "1 0"
is "which is the one that the packet brings" "$(cat first)" "$(cat before/signatures/allowed_signers)"
ak keys rotate --packet --overlap 14d
is "the packet key is replaced" "$rc $(grep -c '^auditkit namespaces="auditkit-packet",valid-' out)" "0 2"
"$AUDITKIT" -w w keys --signers >list
is "keys --signers prints the same lines" "$(cat list)" "$(grep '^auditkit ' out)"
before=$(sed -n 's/.*valid-before="\([^"]*\)".*/\1/p' list) after=$(sed -n 's/.*valid-after="\([^"]*\)".*/\1/p' list)
iso() { echo "$1" | sed 's/\(....\)\(..\)\(..\)\(..\)\(..\)\(..\)Z/\1-\2-\3T\4:\5:\6Z/'; }
is "the two overlap by what was asked for" "$(( ($(date -d "$(iso "$before")" +%s) - $(date -d "$(iso "$after")" +%s) + 1) / 86400 ))" 14
packet after
is "two keys sign" "$(cat before/signatures/allowed_signers after/signatures/allowed_signers | sort -u | wc -l) $(cut -d' ' -f3- list | sort | tr '\n' ' ')" "2 $(cut -d' ' -f3- before/signatures/allowed_signers after/signatures/allowed_signers | sort | tr '\n' ' ')"
is "pinned: what the old one signed before is believed" "$(sig before --signers list | cut -d' ' -f1)" pass
is "and what the new one signs" "$(sig after --signers list | cut -d' ' -f1)" pass
is "by the packet's own time, which is said" "$(sig after --signers list | grep -c "judged at $(created after), the time of the packet, by its own word")" 1
is "in JSON too" "$("$AUDITKIT" packet verify after --json | jq -r '.judged_at | .time + " " + .from')" "$(created after) packet"
is "ssh-keygen agrees, at the packets' times" "$(keygen before list "$(stamp "$(created before)")") $(keygen after list "$(stamp "$(created after)")")" "pass pass"
is "the old list does not know the new key" "$(sig after --signers first | grep -c 'not in the list of signers')" 1
ak verify
is "the workspace is whole" "$rc" 0

# ---- the edges of a key's time, and what ssh-keygen says of each ----
keys=$("$AUDITKIT" -w w keys --json | jq -r .folder)
t=$(created after)
row() { # row NAME OPTIONS WANT: packet verify and ssh-keygen say the same of a line with these options
	sed "s/ssh-ed25519/ $2 ssh-ed25519/; s/\" *,* *valid/\",valid/; s/  */ /g" after/signatures/allowed_signers | sed "s/\" valid/\",valid/" >edge
	is "$1" "$(sig after --signers edge | cut -d' ' -f1) $(keygen after edge "$(stamp "$t")")" "$3 $3"
}
row "in the last second" "valid-before=\"$(stamp "$t")\"" pass
row "a second later" "valid-before=\"$(stamp "$t - 1 second")\"" fail
is "which is told with the end" "$(sig after --signers edge | grep -c "may not sign at $t.*: the list lets this key sign until .*Z only")" 1
row "in the first second" "valid-after=\"$(stamp "$t")\"" pass
row "a second before" "valid-after=\"$(stamp "$t + 1 second")\"" fail
[ -z "${AK_LONG-}" ] || row "between two times" "valid-after=\"$(stamp "$t - 1 day")\",valid-before=\"$(stamp "$t + 1 day")\"" pass
jq 'del(.created)' after/data/packet.json >x
cp -r after undated && cp x undated/data/packet.json
is "a packet without a time is not believed by a key that has one" "$(sig undated --signers list | cut -d' ' -f1)" fail

# ---- somebody else ----
ssh-keygen -q -t ed25519 -N '' -f stranger
cp -r after forged && rm -r forged/signatures
"$AUDITKIT" packet sign forged --key stranger >/dev/null 2>&1
[ -z "${AK_LONG-}" ] || is "signed anew by a stranger: by the packet's own list it would pass" "$(sig forged | cut -d' ' -f1)" pass
is "pinned it is refused" "$(sig forged --signers list | grep -c 'fail .*not in the list of signers')" 1
rm -r forged/signatures
"$AUDITKIT" packet verify forged --signers list >/dev/null
is "unsigned it is exit 4, too" "$? $(sig forged --signers list | cut -d' ' -f1)" "4 fail"

# ---- keys come and go ----
cp "$keys"/packet-* old
rm "$keys/packet"
ak keys rotate --packet --overlap 0
is "again, without an overlap, and without the first file" "$rc $("$AUDITKIT" -w w keys --signers | wc -l) $("$AUDITKIT" -w w keys | grep -c DELETED)" "0 3 1"
"$AUDITKIT" -w w keys --signers >list
is "the second ends in the second before the last begins" "$("$AUDITKIT" -w w keys --json | jq -c '[(.packet[1].until | fromdate) + 1 == (.packet[2].from | fromdate), .packet[2].in_force, .packet[2].until]')" "[true,true,null]"
sleep 1.1
"$AUDITKIT" -w w ingest --manual first >/dev/null 2>&1
ak packet build --allow-gaps -q --unsigned -o late
chmod 600 old && cp -r late good
"$AUDITKIT" packet sign late --key old >/dev/null 2>&1
"$AUDITKIT" packet sign good --key "$keys/packet-$(sqlite3 w/workspace.db "SELECT value FROM meta WHERE key = 'packet_key'")" >/dev/null 2>&1
"$AUDITKIT" packet verify late --signers list >out
is "what a key signs behind its end is exit 4" "$? $(grep -c '^FAIL *signature' out)" "4 1"
is "ssh-keygen agrees" "$(keygen late list "$(stamp "$(created late)")")" fail
is "the same packet by the key in force passes both" "$(sig good --signers list | cut -d' ' -f1) $(keygen good list "$(stamp "$(created good)")")" "pass pass"
ak keys rotate --overlap 3d
is "an overlap of pseudonyms is none: exit 2" "$rc" 2
cp -r w bad
sqlite3 bad/workspace.db "DELETE FROM meta WHERE key = 'packet_key'"
cp old "$keys/packet" # or there would be no key at all
"$AUDITKIT" -w bad verify >out 2>err
is "a workspace that names another packet key than its ledger is broken: exit 4" "$? $(tr -s '\n ' ' ' <out | grep -c 'BROKEN the ledger has put another packet key in force')" "4 1"
rm "$keys/packet"
rm "$keys"/packet-"$(sqlite3 w/workspace.db "SELECT value FROM meta WHERE key = 'packet_key'")"
packet none
is "without the key in force nothing is signed: exit 6, and what to do" "$rc $(grep -c 'hint: restore the backup of the keys' err)" "6 1"
finish
