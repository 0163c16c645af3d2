#!/bin/sh
# ingest --manual: files that nobody reads, by their digest, in register, ledger and packet, apart from records.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
printf '%%PDF-1.4\n%s\n' 'CANARY of the approval' >policy.pdf
printf 'PAR1\0\0PAR1' >columns.parquet
: >empty.png
db() { sqlite3 w/workspace.db "$1"; }
"$AUDITKIT" -w w ingest --manual --question 6 --owner sec-ops --exported-at 2026-06-01T00:00:00Z policy.pdf columns.parquet empty.png --json >out 2>err
is "taken in" "$?" 0
is "with the digests that sha256sum has" "$(jq -r '.files[] | .sha256 + "  " + .name' out)" "$(sha256sum policy.pdf columns.parquet empty.png)"
is "and marked" "$(jq -r '.class, .question' out | tr '\n' ' ')" "manual question 6 "
is "the register says so" "$(db "SELECT f.name, f.bytes, f.records_in, f.state, e.query, e.exported_at, s.format, s.owner FROM file f JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source WHERE f.id = 1")" \
	"policy.pdf|$(wc -c <policy.pdf)|0|complete|question 6|2026-06-01T00:00:00Z|manual|sec-ops"
is "and the ledger" "$(db "SELECT json_extract(body, '\$.sha256'), json_extract(body, '\$.format') FROM ledger_entry WHERE kind = 'source_file' ORDER BY seq LIMIT 1")" \
	"$(sha256sum <policy.pdf | cut -d' ' -f1)|manual"
is "nothing of what is in it" "$(grep -c CANARY w/workspace.db w/workspace.db-wal 2>/dev/null | grep -vc ':0')" 0
is "no record is counted" "$("$AUDITKIT" -w w status --json | jq '[.workspace.records[]] | add')" 0
is "the source index shows the class" "$("$AUDITKIT" -w w sources --json | jq -r '.sources[] | .kind, .files, .records_in' | tr '\n' ' ')" "manual 3 0 "
is "and what it does not prove" "$("$AUDITKIT" -w w sources show manual | tr -s '\n ' ' ' | grep -c 'weaker than records.*does not prove anything that the files say')" 1
before=$(db 'SELECT count(*) FROM ledger_entry')
is "the same again adds nothing" "$("$AUDITKIT" -w w ingest --manual --question 6 policy.pdf --json 2>/dev/null | jq '.files[0].known') $(db 'SELECT count(*) FROM ledger_entry')" "true $before"
"$AUDITKIT" -w w ingest --manual --question 2 policy.pdf >/dev/null 2>&1
is "for another question it is another statement" "$(db 'SELECT count(*) FROM file')" 4
"$AUDITKIT" -w w ingest --source tickets "$AK_SRCDIR/samples/grc/tickets.csv" >/dev/null 2>&1
ok "verify" "$AUDITKIT" -w w verify
"$AUDITKIT" -w w packet build --allow-gaps -o p.tar >/dev/null 2>&1
ok "a packet with it verifies" "$AUDITKIT" packet verify p.tar
is "and shows it in the source index" "$(tar xOf p.tar --wildcards '*tables/sources.csv' | grep '^manual,' | grep -c 'manual,manual,sec-ops,4,0,0,.*anything that the files say')" 1
is "no question is met by it" "$("$AUDITKIT" -w w status --json | jq -r '.questions[]? | select(.number == 6) | .verdict' | grep -ci '^met$')" 0
refused() { # refused EXIT WORD...
	want=$1
	shift
	n=$(db 'SELECT count(*) FROM file')
	"$AUDITKIT" -w w ingest --manual "$@" >/dev/null 2>err
	is "exit $want, nothing stored: $*" "$? $(grep -c '^hint' err) $(db 'SELECT count(*) FROM file')" "$want 1 $n"
}
mkdir folder
ln -s policy.pdf link.pdf
printf 'new' >new.pdf
refused 2
refused 2 --source tickets new.pdf
refused 2 --format tickets-csv new.pdf
refused 2 --follow new.pdf
refused 2 --question 8 new.pdf
refused 5 new.pdf folder
refused 5 link.pdf
refused 5 new.pdf missing.pdf
refused 6 --source "$(printf 'sk-%s-%s' proj "$(printf 'a1B2%.0s' 1 2 3 4 5 6 7 8 9 10 11 12)")" new.pdf
"$AUDITKIT" -w w ingest --question 6 new.pdf >/dev/null 2>err
is "a question alone does not take a file in by hand" "$? $(grep -c "goes with '--manual'" err) $(grep -c '^hint' err)" "2 1 1"
finish
