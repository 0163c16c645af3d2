#!/bin/sh
# F157: whether two packets can be joined on their pseudonyms is a choice. What a packet's token stands for is found with the key
# that was in force when it was built, also when that is a past one, and never without it.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
grant() { # grant EMAIL: an access review with one grant
	printf 'reviewed_at,system,principal,principal_type,role,log_scope,state,last_used_at\n2026-06-12T09:00:00Z,gateway,%s,human,viewer,metadata,keep,2026-06-01T00:00:00Z\n' "$1"
}
ak() { "$AUDITKIT" -w w "$@" >out 2>err; rc=$?; }
packet() { # packet NAME REVIEWER: built and unpacked
	ak packet build --view internal-audit --allow-gaps -q --reviewer "$2" -o "$1.tar"
	tar -xf "$1.tar"
}
tokens() { find "$1" -type f -exec cat {} + | grep -aohE '(user|email|id|key|ip):[0-9a-f]{32}' | sort -u; }
common() { tokens "$1" >a && tokens "$2" >b && echo "$(wc -l <a) $(wc -l <b) $(comm -12 a b | wc -l)"; }
email() { grep -rohE 'email:[0-9a-f]{32}' "$1/data/tables/access_grants.csv" "$1/data" | head -n 1; }
grant wanda@example.org >in.csv
printf 'xavier@example.org\nwanda@example.org\n' >people
"$AUDITKIT" init w >out 2>err
ak ingest in.csv
db() { sqlite3 w/workspace.db "$1"; }
own=$(db "SELECT coalesce(actor_email, actor_id) FROM access_grant")
kid=$("$AUDITKIT" -w w keys --json | jq -r '.pseudonym[0].key_id')
cp w/policy.yaml base.yaml

# ---- two packets ----
packet p1 one
packet p2 two
is "per packet: no token of one is in the other" "$(common p1 p2 | awk '{print ($1 > 0), ($1 == $2), $3}')" "1 1 0"
is "nor is one of the workspace's" "$(tokens p1 | grep -c "$own")" 0
sed 's/^  pseudonyms:.*/  pseudonyms: per-workspace/' base.yaml >w/policy.yaml
packet q1 one
packet q2 two
is "per workspace: all are in both" "$(common q1 q2 | awk '{print ($1 > 0), ($1 == $2 && $2 == $3)}')" "1 1"
is "and are the workspace's" "$(tokens q1 | grep -c "$own")" 1
cp base.yaml w/policy.yaml
is "the key is in no packet, its id is" "$(cat "$XDG_CONFIG_HOME"/auditkit/keys/*/pseudonym | xargs -I{} grep -rlF {} p1 p2 q1 q2 | wc -l) $(jq -r .pseudonym_key p1/data/packet.json)" "0 $kid"

# ---- who it is ----
resolve() { ak identity resolve "$1" --from people --packet "$2"; sed -n 's/^match *//p' out; }
is "a packet's token is told" "$(resolve "$(email p1)" p1.tar)" "line 2: wanda@example.org"
is "not with another packet's" "$(resolve "$(email p1)" p2.tar)" ""
ak keys rotate
new=$("$AUDITKIT" -w w keys --json | jq -r '.pseudonym[1].key_id')
is "after a rotation still, with the past key" "$(resolve "$(email p1)" p1.tar)" "line 2: wanda@example.org"
grant xavier@example.org >in2.csv
ak ingest in2.csv
packet p3 one
is "a packet built since names the new key" "$(jq -r .pseudonym_key p3/data/packet.json)" "$new"
is "people of records before it are told" "$(for t in $(grep -rohE 'email:[0-9a-f]{32}' p3/data | sort -u); do resolve "$t" p3.tar; done | sort)" "line 1: xavier@example.org
line 2: wanda@example.org"
sed 's/^  pseudonyms:.*/  pseudonyms: per-workspace/' base.yaml >w/policy.yaml
ak identity resolve "$own" --from people
is "a token of the workspace likewise" "$rc $(sed -n 's/^match *//p' out)" "0 line 2: wanda@example.org"

# ---- and when the key is gone ----
rm "$XDG_CONFIG_HOME"/auditkit/keys/*/pseudonym
ak identity resolve "$(email p1)" --from people --packet p1.tar
is "without the key that is refused, and the key is named" "$rc $(grep -c "pseudonym key '$kid', which is not here" err)" "6 1"
ak identity resolve "$own" --from people
is "a token of a deleted key is not found, and that is said" "$rc $(grep -c "$kid" err)" "3 1"
is "as JSON too" "$("$AUDITKIT" -w w identity resolve "$own" --from people --json 2>/dev/null | jq -c '[.found, .deleted_keys]')" "[0,[\"$kid\"]]"
ak identity resolve "email:$(printf '0%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32)" --from people --packet p3.tar
is "a packet of the key in force is searched" "$rc" 3
finish
