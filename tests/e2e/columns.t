#!/bin/sh
# Requests by column are what the rows say: pages read by a program that shares nothing with ours, after ingests of many kinds.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
export XDG_CONFIG_HOME="$tap_dir/config"
cat >pages.py <<'END'
"""pages.py WORKSPACE SRC: decode column_page as columns_page.c describes it and compare with the rows. Prints what it compared."""
import calendar, re, sqlite3, sys, time
from decimal import Decimal
db = sqlite3.connect(sys.argv[1] + "/workspace.db")
columns = re.findall(r"^COLUMN\((\w+), (\w+), (\w+)\)", open(sys.argv[2] + "/src/store/columns.def").read(), re.M)
fields = dict(re.findall(r"^FIELD\((\w+), (\w+),", open(sys.argv[2] + "/src/model/fields.def").read(), re.M))
def leb(b, p):
    v = s = 0
    while True:
        v |= (b[p] & 127) << s
        p, s = p + 1, s + 7
        if not b[p - 1] & 128:
            return v, p
us = lambda t: calendar.timegm(time.strptime(t[:19], "%Y-%m-%dT%H:%M:%S")) * 1000000 + int((t[20:-1] + "000000")[:6])
unfold = lambda v: v >> 1 if not v & 1 else -(v >> 1) - 1
def decode(kind, b, n):
    p, out, before = 0, [], 0
    if kind == "TEXT":
        count, p = leb(b, p)
        values = []
        for _ in range(count):
            k, p = leb(b, p)
            values.append(b[p:p + k].decode())
            p += k
        w, p = b[p], p + 1
        for _ in range(n):
            i = 1 if w == 0 else int.from_bytes(b[p:p + w], "little")
            p += w
            out.append(values[i - 1] if i else None)
    for _ in range(n if kind != "TEXT" else 0):
        v, p = leb(b, p)
        if v == 0:
            out.append(None)
        elif kind in ("INT", "TIME"):
            before += unfold(v - 1)
            out.append(before)
        elif v == 256:
            k, p = leb(b, p)
            out.append(Decimal(b[p:p + k].decode()))
            p += k
        else:
            m, p = leb(b, p)
            out.append(Decimal(unfold(m)).scaleb(1 - v))
    assert p == len(b), (kind, p, len(b))
    return out
rows = values = 0
last = -1
for seg, first, end, n in db.execute("SELECT id, first_seq, last_seq, records FROM column_segment ORDER BY id").fetchall():
    assert first > last and end >= first
    last = end
    want = db.execute("SELECT r.*, e.source AS the_source, nullif(r.flags & 1032, 0) AS the_marks FROM request r JOIN file f ON f.id = r.file JOIN export e ON e.id = f.export"
                      " WHERE r.facet IS NULL AND r.seq BETWEEN ? AND ? ORDER BY r.seq", (first, end))
    names = [d[0] for d in want.description]
    want = want.fetchall()
    assert len(want) == n, (seg, len(want), n)
    rows += n
    for i, (name, kind, field) in enumerate(columns):
        column = {"SEQ": "seq", "TIME": "time_us", "SOURCE": "the_source", "FILE": "file", "MARKS": "the_marks"}.get(name) or fields[field]
        page = db.execute("SELECT data FROM column_page WHERE id = ?", (seg << 8 | i,)).fetchone()
        if column not in names:
            assert not page, name
            continue
        at = names.index(column)
        have = decode(kind, page[0], n) if page else [None] * n
        for r, h in zip(want, have):
            w = r[at] if kind != "TIME" or r[at] is None else us(r[at])
            w = w if kind != "DEC" or w is None else Decimal(w)
            assert w == h, (name, r[0], w, h)
            values += h is not None
through = db.execute("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'columns_through'").fetchone()
through = through[0] if through else 0
behind = db.execute("SELECT count(*) FROM request WHERE facet IS NULL AND seq >= ?", (through,)).fetchone()[0]
total = db.execute("SELECT count(*) FROM request WHERE facet IS NULL").fetchone()[0]
assert rows + behind == total, (rows, behind, total)
print(rows, "records", "values" if values > rows * 5 or not rows else "few values", behind, "behind")
END
same() { is "$1" "$(python3 pages.py "$2" "$AK_SRCDIR" 2>&1 | tail -n 1)" "$3"; }
AUDITKIT_DATA="$AK_SRCDIR" "$AUDITKIT" demo demo >/dev/null 2>&1
export XDG_CONFIG_HOME="$tap_dir/demo/config"
same "the demo" demo/workspace "2112 records values 0 behind"
is "verify reads them too" "$("$AUDITKIT" -w demo/workspace verify 2>&1 | grep -c INTACT)" 1
# Twelve small ingests leave no small segments, and decimals of any size come back.
python3 - <<'END'
import json
for f in range(12):
    with open("day%d.jsonl" % f, "w") as out:
        for i in range(300):
            n = f * 300 + i
            out.write(json.dumps({"id": "chatcmpl-%032x" % (n * 7919), "trace_id": "%032x" % (n + 1), "call_type": "acompletion", "status": "success",
                "startTime": 1750000000 + n, "endTime": 1750000001 + n, "model": "m%d" % (n % 5), "model_group": "g", "custom_llm_provider": "openai",
                "metadata": {"user_api_key_alias": "key-%d" % (n % 300), "user_api_key_team_id": "t"},
                "response_cost": "@cost@",
                "total_tokens": 3, "prompt_tokens": n % 4096, "completion_tokens": 2}).replace(
                '"@cost@"', "0.000001" if n % 7 else "123456789012345678901234567890.000000000000000000000000000001") + "\n")
END
"$AUDITKIT" init w >/dev/null 2>&1
for f in 0 1 2 3 4 5 6 7 8 9 10 11; do "$AUDITKIT" -w w -q ingest --source gw --format litellm-slp "day$f.jsonl" >/dev/null 2>&1; done
same "twelve small ingests" w "3600 records values 0 behind"
is "small segments are made one" "$(sqlite3 w/workspace.db 'SELECT count(*) <= 4 AND min(records) >= 1024 OR max(id) FROM column_segment WHERE id < (SELECT max(id) FROM column_segment)')" 1
is "one transaction for all, or none" "$("$AUDITKIT" -w w -q ingest --dry-run --source gw --format litellm-slp day1.jsonl >/dev/null 2>&1; sqlite3 w/workspace.db 'SELECT sum(records) FROM column_segment')" 3600
is "what the dictionary says of a column may change" "$(cp -r w said && sqlite3 said/workspace.db "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, ' -- event.reason:', '-- it''s once: ') WHERE name = 'request'; SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%it''s once%'"; "$AUDITKIT" -w said status >/dev/null 2>&1; echo $?)" "1
0"
is "its type may not" "$(sqlite3 said/workspace.db "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'reason_code TEXT,', 'reason_code ANY,') WHERE name = 'request'"; "$AUDITKIT" -w said status >/dev/null 2>&1; echo $?)" 7
is "a workspace of before the columns gets them" "$(sqlite3 w/workspace.db "DROP TABLE column_page; DROP TABLE column_segment; DELETE FROM meta WHERE key = 'columns_through'" && "$AUDITKIT" -w w status >/dev/null 2>&1; sqlite3 w/workspace.db 'SELECT count(*) FROM column_segment')" 0
is "and is intact" "$("$AUDITKIT" -w w verify 2>&1 | grep -c INTACT)" 1
"$AUDITKIT" -w w -q ingest --source gw --format litellm-slp day3.jsonl >/dev/null 2>&1
same "filled by the next ingest" w "3600 records values 0 behind"
# A workspace of before a column was known: its segments are not read, verify misses nothing, the next ingest makes them again.
sqlite3 w/workspace.db "DELETE FROM column_page WHERE id & 255 BETWEEN 56 AND 127; UPDATE meta SET value = '56' WHERE key = 'columns_made'"
is "a workspace of before a column is intact" "$("$AUDITKIT" -w w verify 2>&1 | grep -c INTACT)" 1
is "and read by its rows" "$("$AUDITKIT" -w w search --layer request --model m1 --limit 1 2>/dev/null | grep -c '720 request')" 1
"$AUDITKIT" -w w -q ingest --source gw --format litellm-slp day4.jsonl >/dev/null 2>&1
is "and gets it from the next ingest" "$(sqlite3 w/workspace.db "SELECT value > 56 FROM meta WHERE key = 'columns_made'") $("$AUDITKIT" -w w verify 2>&1 | grep -c INTACT)" "1 1"
is "keys of many texts have sieves" "$(sqlite3 w/workspace.db 'SELECT count(*) > 0 FROM column_page WHERE id & 255 > 127')" 1
is "and a search by them finds its own" "$("$AUDITKIT" -w w search --layer request --key key-299 --limit 1 2>/dev/null | grep -c '12 request')" 1
same "with the values of the rows" w "3600 records values 0 behind"
tampered() {
	cp -r w t
	sqlite3 t/workspace.db "$2"
	is "$1" "$("$AUDITKIT" -w t verify 2>&1 | grep -c 'of the columns, which reports read')" 1
	rm -rf t
}
tampered "a page of other values" "UPDATE column_page SET data = (SELECT data FROM column_page WHERE id = (1 << 8 | 38)) WHERE id = (1 << 8 | 37)"
tampered "a page that is gone" "DELETE FROM column_page WHERE id = (1 << 8 | 44)"
tampered "a sieve that lets nothing through" "UPDATE column_page SET data = zeroblob(length(data)) WHERE id & 255 > 127"
tampered "a page of nothing" "INSERT INTO column_page VALUES(99 << 8, x'00')"
tampered "a segment that is gone" "DELETE FROM column_page WHERE id >> 8 = 1; DELETE FROM column_segment WHERE id = 1"
tampered "sums that begin too late" "UPDATE meta SET value = '999999' WHERE key = 'columns_through'; DELETE FROM column_page; DELETE FROM column_segment"
finish
