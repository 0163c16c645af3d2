#!/bin/sh
# doctor: a healthy workspace, then one fault at a time; each is named, its repair is run as printed, and it is gone.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
"$AUDITKIT" init "a b's" >/dev/null 2>&1
ws="a b's"
"$AUDITKIT" -w "$ws" ingest "$AK_SRCDIR/samples/grc" >/dev/null 2>&1
keys=$(echo "$XDG_CONFIG_HOME"/auditkit/keys/*)
doctor() { # all but what this machine may lack
	"$AUDITKIT" -w "$ws" doctor --json >out 2>err
	rc=$?
}
faults() { jq -r '.checks[] | select(.state != "ok" and .name != "sandbox" and .name != "filesystem") | .name + " " + .state' out | sort | tr '\n' ' '; }
before=$(find "$ws" "$XDG_CONFIG_HOME" -type f -exec sha256sum {} + | sort)
doctor
is "a healthy workspace" "$rc $(faults)" "0 "
is "counts add up" "$(jq '.checked == (.checks | length) and .checked == .ok + .warnings + .bad and .ok >= 8' out)" true
is "what is looked at" "$(jq -r '[.checks[].name] | unique | join(" ")' out)" "clock database files filesystem keys libraries limits sandbox space time zones"
is "SQLite's version is the library's" "$(jq -r '.checks[] | select(.name == "libraries").detail' out | grep -c "SQLite $(python3 -c 'import sqlite3; print(sqlite3.sqlite_version)'),")" 1
is "free space is what df says, within 64 MiB" "$(jq -r '.checks[] | select(.name == "space").detail' out | awk -v df="$(df -m --output=avail . | tail -n 1)" '{ d = $1 - df; print (d < 64 && d > -64) }')" 1
is "nothing is changed" "$(find "$ws" "$XDG_CONFIG_HOME" -type f -exec sha256sum {} + | sort)" "$before"
"$AUDITKIT" doctor --json >out 2>&1
is "without a workspace, the machine" "$? $(jq -c '[.workspace, [.checks[].name]]' out)" '0 [null,["clock","time zones","sandbox","libraries","limits"]]'
"$AUDITKIT" -w "$AK_SRCDIR" doctor >out 2>&1
is "a folder that is no workspace" "$?" 7

repaired() { # repaired NAME: the repairs of that check, run as they stand there, make it well
	jq -r --arg name "$1" '.checks[] | select(.name == $name and .state != "ok").repair' out >repairs
	while read -r line; do sh -c "$line" || return 1; done <repairs
	doctor
	[ -s repairs ] && [ "$rc $(faults)" = "0 " ]
}
chmod 755 "$ws"
doctor
is "workspace open to others" "$rc $(faults)" "1 files bad "
ok "its repair repairs" repaired files
chmod 644 "$ws/workspace.db" "$ws/policy.yaml"
doctor
is "two files open to others" "$rc $(faults)" "1 files bad files bad "
ok "their repairs repair" repaired files
chmod 640 "$keys/log"
doctor
is "a key open to others" "$rc $(faults)" "1 keys bad "
ok "its repair repairs" repaired keys
chmod 750 "$keys"
doctor
is "key folder open to others" "$rc $(faults)" "1 keys bad "
ok "its repair repairs" repaired keys
if [ "$(id -u)" = 0 ]; then
	chown 65534 "$ws/policy.yaml"
	doctor
	is "a file of another user" "$rc $(faults)" "1 files bad "
	ok "its repair repairs" repaired files
fi
mv "$keys/packet" kept
doctor
is "a key is missing" "$rc $(faults) $(jq -r '.checks[] | select(.name == "keys").repair != null' out)" "1 keys bad  true"
mv kept "$keys/packet"
cp "$keys/pseudonym" kept
openssl rand -hex 32 >"$keys/pseudonym"
doctor
is "another workspace's key" "$rc $(faults)" "1 keys bad "
cp kept "$keys/pseudonym"
mv "$keys" "$keys.away"
doctor
is "no keys at all" "$rc $(faults) $(jq -r '.checks[] | select(.name == "keys").detail' out)" "1 keys bad  there is no folder '$keys'"
mv "$keys.away" "$keys"
cp "$ws/workspace.db" kept
printf 'x' | dd of="$ws/workspace.db" bs=1 seek=60 conv=notrunc 2>/dev/null
doctor
is "a foreign database" "$rc $(faults)" "1 database bad "
cp kept "$ws/workspace.db"
AUDITKIT_SANDBOX=off "$AUDITKIT" -w "$ws" doctor --json >out
is "sandbox off" "$? $(jq -r '.checks[] | select(.name == "sandbox") | .state + " " + .repair' out)" "0 warn unset AUDITKIT_SANDBOX"
prlimit --nofile=100 --fsize=1000000000 "$AUDITKIT" -w "$ws" doctor --json >out
is "low limits" "$(jq -c '[.checks[] | select(.name == "limits") | .repair]' out)" '["ulimit -n 1024","ulimit -f unlimited"]'

# ---- another machine ----
! sanitized || { finish; exit 0; }
${CC:-cc} -O1 -shared -fPIC -o machine.so "$AK_SRCDIR/tests/e2e/machine.c" -ldl || exit 1
machine() { # machine NAME WANT VARIABLE=VALUE: exit code, state and the start of the detail of that check
	got=$(env "$3" LD_PRELOAD="$PWD/machine.so" "$AUDITKIT" -w "$ws" doctor --json >out 2>err
	echo "$? $(jq -r --arg name "$1" 'first(.checks[] | select(.name == $name and .state != "ok")) | .state + " " + .detail' out)")
	is "$1, $3" "$(echo "$got" | cut -c1-"${#2}")" "$2"
}
machine clock "1 bad 2000-01-01T00:00:00Z is before this program was made" MACHINE_TIME=946684800
machine clock "1 bad behind: the last checkpoint was cut at 2" MACHINE_TIME="$(($(date +%s) - 3600))"
newest=$(sqlite3 "$ws/workspace.db" "SELECT max(last_us) / 1000000 FROM file")
sealed=$(sqlite3 "$ws/workspace.db" "SELECT max(strftime('%s', time)) FROM checkpoint")
is "records of the samples lie before the checkpoint" "$((newest < sealed))" 1
machine filesystem "0 warn NFS: " MACHINE_FS=6969
machine filesystem "0 warn tmpfs: gone when the machine stops" MACHINE_FS=01021994
machine filesystem "0 warn CIFS: " MACHINE_FS=ff534d42
machine space "1 bad 0 of " MACHINE_FREE=1
machine space "0 warn 195 of " MACHINE_FREE=50000
machine space "1 bad 5 of " MACHINE_NAMES=5
finish
