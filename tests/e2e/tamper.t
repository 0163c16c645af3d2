#!/bin/sh
# Somebody with the database in hand: what verify says of each change, and that it ends with 4 (or 7 where the schema is
# another).
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
"$AUDITKIT" init good >/dev/null 2>&1
"$AUDITKIT" -w good ingest "$AK_SRCDIR/samples/grc" "$AK_SRCDIR/samples/gateway" "$AK_SRCDIR/samples/assistant" >/dev/null 2>&1
"$AUDITKIT" -w good trace sample >/dev/null 2>&1
"$AUDITKIT" -w good show CHG-1183 >/dev/null 2>&1
"$AUDITKIT" -w good ingest "$AK_SRCDIR/samples/litellm/audit.jsonl" >/dev/null 2>&1
"$AUDITKIT" -w good verify >/dev/null 2>&1
is "untouched" "$?" 0
seq=$(sqlite3 good/workspace.db "SELECT max(seq) FROM ticket")
# Triggers are taken off and put back as they were: they protect against accidents only.
tampered() { # tampered NAME SQL CODE WORDS
	rm -rf bad
	cp -r good bad
	python3 - "$2" <<'PY'
import sqlite3, sys
db = sqlite3.connect("bad/workspace.db", isolation_level=None)
triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
for name, _ in triggers:
    db.execute("DROP TRIGGER " + name)
db.execute("PRAGMA foreign_keys = OFF")
db.executescript(sys.argv[1])
for _, sql in triggers:
    db.execute(sql)
db.close()
PY
	"$AUDITKIT" -w bad verify >out 2>&1
	rc=$?
	is "$1" "$rc $(tr '\n' ' ' <out | tr -s ' ' | grep -c "$4")" "$3 1"
	[ "$rc" = "$3" ] || tail -n 3 out | sed 's/^/# /'
}
tampered "a value" "UPDATE ticket SET state_value = 'closed' || coalesce(state_value, '') WHERE seq = $seq" 4 "record tickets-csv:$seq (number"
tampered "a leaf too" "UPDATE ticket SET leaf = zeroblob(32) WHERE seq = $seq" 4 "does not match"
# What CHECK constraints refuse can be written by who turns them off.
off="PRAGMA ignore_check_constraints = 1;"
tampered "a leaf of one byte" "$off UPDATE ticket SET leaf = x'00' WHERE seq = $seq" 4 "does not match"
tampered "an entry's leaf of one byte" "$off UPDATE ledger_entry SET leaf = x'00' WHERE seq = (SELECT max(seq) FROM ledger_entry)" 4 "does not match"
tampered "a frontier of no bytes" "UPDATE meta SET value = x'' WHERE key = 'frontier'" 7 "frontier"
tampered "a record is gone" "DELETE FROM ticket WHERE seq = $seq" 4 "$seq"
tampered "two records change places" "UPDATE ticket SET seq = -1 WHERE seq = $seq; UPDATE ticket SET seq = $seq WHERE seq = $seq - 1; UPDATE ticket SET seq = $seq - 1 WHERE seq = -1" 4 "BROKEN"
tampered "a salt" "UPDATE ticket SET salt = zeroblob(16) WHERE seq = $seq" 4 "does not match"
tampered "a ledger entry" "UPDATE ledger_entry SET body = '{}' WHERE kind = 'policy' OR seq = (SELECT max(seq) FROM ledger_entry)" 4 "does not match"
tampered "the tail is cut off" "DELETE FROM ledger_entry WHERE seq = (SELECT max(seq) FROM ledger_entry)" 4 "BROKEN"
tampered "a checkpoint's root" "UPDATE checkpoint SET root = 'AAAA' || substr(root, 5)" 4 "BROKEN"
tampered "a checkpoint's signature" "UPDATE checkpoint SET note = replace(note, 'auditkit/', 'auditkiT/')" 4 "BROKEN"
tampered "the counts of a file" "UPDATE file SET stored = stored + 1, records_in = records_in + 1 WHERE id = 1" 4 "another number of records"
tampered "the tree's frontier" "UPDATE meta SET value = zeroblob(8) WHERE key = 'frontier'" 4 "BROKEN\|frontier"
tampered "a record's content digest" "UPDATE ticket SET content = zeroblob(32) WHERE seq = $seq" 4 "digest or identity of a record before"
tampered "a record's identity" "UPDATE ticket SET identity = zeroblob(16) WHERE seq = $seq" 4 "digest or identity of a record before"
tampered "the chain of contents" "UPDATE meta SET value = replace(hex(zeroblob(32)), '00', '00') WHERE key = 'contents'" 4 "after the last source file"
tampered "a chain that is no digest" "UPDATE meta SET value = 'x' WHERE key = 'contents'" 7 "chain of contents is damaged"
tampered "marked as disposed" "UPDATE ticket SET state = 1 WHERE seq = $seq" 4 "BROKEN"
tampered "a new table" "CREATE TABLE more(a)" 7 "altered schema"
tampered "a new trigger" "CREATE TRIGGER t AFTER INSERT ON diag BEGIN DELETE FROM diag; END" 7 "altered schema"
tampered "another program's file" "PRAGMA application_id = 1" 7 "is not an auditkit workspace"
tampered "a workspace id with a blank" "UPDATE meta SET value = ' ' || substr(value, 2) WHERE key = 'workspace_id'" 7 "lost its identity"
tampered "a key id with a blank" "UPDATE meta SET value = ' ' || substr(value, 2) WHERE key = 'key_id'" 7 "lost its identity"
tampered "a newer format" "PRAGMA user_version = 99" 7 "format 99"
tampered "a source's name that is no text" "UPDATE source SET name = CAST(x'41ff42' AS TEXT) WHERE name = 'tickets-csv'" 0 "INTACT"
is "is shown with its byte" "$("$AUDITKIT" -w bad sources --json | jq -r '.sources[].name' | grep -c '^A\\xffB$')" 1
rm -rf bad
cp -r good bad
sed -i '1d' bad/access.jsonl
"$AUDITKIT" -w bad verify >out 2>&1
is "a line of the access log is gone" "$? $(grep -c 'access log' out)" "4 1"
rm -rf bad
cp -r good bad
python3 - <<'PY'
raw = bytearray(open("bad/workspace.db", "rb").read())
at = raw.index(b"CHG-1190")
raw[at + 7] ^= 1
open("bad/workspace.db", "wb").write(raw)
PY
"$AUDITKIT" -w bad verify >out 2>&1
is "a byte of the file itself" "$? $(grep -c '^BROKEN' out)" "4 1"
finish
