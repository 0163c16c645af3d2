#!/bin/sh
# `report dashboard`: one page that asks nothing of anybody, whose every figure is recomputed here; and the bars of reports on a terminal.
. "$AK_SRCDIR/tests/tap.sh"
AUDITKIT_DATA=$AK_SRCDIR
export AUDITKIT_DATA
cd "$tap_dir" || exit 1
page() { python3 "$AK_SRCDIR/tests/e2e/dashboard.py" "$@"; }
rows() { python3 "$AK_SRCDIR/tests/e2e/dashboard_make.py" "$@"; }
"$AUDITKIT" demo d >/dev/null 2>&1
XDG_CONFIG_HOME=$tap_dir/d/config
ak() { "$AUDITKIT" -w d/workspace "$@"; }
ok "a page is made" ak report dashboard -o p.html
is "only its owner reads it" "$(stat -c %a p.html)" 600
is "it is well-formed, asks for nothing, and its figures are those of the records" "$(page --figures d/workspace "$AUDITKIT" p.html | sed 's/ok [3-9][0-9]/all/')" all
is "another zone, locale and umask, and to standard output: the same bytes" \
	"$( (umask 0 && TZ=Asia/Tokyo LC_ALL=C.UTF-8 COLUMNS=40 ak report dashboard -o - 2>/dev/null) | cmp - p.html 2>&1)" ""
is "each page that was made is in access.jsonl" "$(grep -c '"report dashboard"' d/workspace/access.jsonl)" 2
of() {
	w=$1
	shift
	"$AUDITKIT" -w "$w" "$@"
}
for kind in hostile one years hours empty; do
	"$AUDITKIT" init $kind >/dev/null 2>&1
	[ $kind = empty ] || { rows $kind.jsonl $kind && of $kind ingest --format litellm-slp $kind.jsonl >/dev/null 2>&1; }
	of $kind report dashboard -o $kind.html >out 2>&1
	is "$kind: a page" "$?" "$([ $kind = empty ] && echo 3 || echo 0)"
done
ok "a period, a zone, other lists" of hostile report dashboard --from 2026-06-08 --to 2026-06-10 --zone Europe/Berlin --by app,provider,user -o week.html
is "all of them are well-formed and ask for nothing" "$(page hostile.html one.html years.html hours.html empty.html week.html)" "ok 0"
is "what was asked for is on the page" "$(grep -c 'From 2026-06-08T00:00:00Z to 2026-06-10T00:00:00Z' week.html) $(grep -o '<h3 id="by-[a-z]*' week.html | sed 's/.*by-//' | tr '\n' ' ')$(grep -c 'by hour' week.html) $(grep -c -- '--from 2026-06-08T00:00:00Z --to 2026-06-10T00:00:00Z --bucket 1h --zone Europe/Berlin' week.html | awk '{ print ($1 > 2) }')" \
	"1 app provider user 1 1"
is "two days have as many attempts as usage has" "$(sed -n 's/.*id="tile-attempts".*<b class="">\([0-9,]*\).*/\1/p' week.html)" \
	"$(of hostile report usage --from 2026-06-08 --to 2026-06-10 --json | jq .layers[0].total.records)"
is "names stay names" "$(grep -c '<th scope="row" class="name id">&lt;script&gt;alert(1)&lt;/script&gt;</th>' hostile.html) $(grep -ciE '<script|<img|<i>|<b>R' hostile.html) $(grep -c 'u{202e}txt.exe' hostile.html)" "1 0 1"
is "what is not listed is counted" "$(grep -o '<tr><th scope="row">[0-9]* others</th>.*of 280' hostile.html | sed 's/<[^>]*>/ /g; s/  */ /g')" " 3 others 63 of 280
 7 others 112 of 280
 3 others 60 of 280"
is "a year of days at most, the others are counted, those decades away too" "$(grep -c 'Pictures show 2025-05-31 to 2026-05-31, UTC, by day' years.html) $(grep -o '[0-9,]* of all are undated or lie outside' years.html | sort -u) $(($(wc -c <years.html) < 300000))" "1 731 of all are undated or lie outside 1"
is "one day has hours" "$(grep -c 'Pictures show 2026-06-01 00:00 to 2026-06-01 22:00, UTC, by hour' hours.html)" 1

is "a page that is there stays" "$(of hostile report dashboard -o hostile.html >out 2>&1; echo $?) $(grep -c -- --force out)" "2 1"
is "unless it is to be replaced, whole" "$(of hostile report dashboard -o hostile.html --force >out 2>&1; echo $?) $(tail -n 1 hostile.html) $(find . -name '.*tmp*' | wc -l)" "0 </html> 0"
is "the document has the figures of the reports" "$(of hostile report dashboard --json | jq -r '[.schema, .usage.layers[0].total.records, (.points | length), .lists[0].by, .commands.usage] | join(" ")')" \
	"auditkit.dashboard/1 280 23 key auditkit report usage --bucket 1d"
is "no page without a place for it" "$(of hostile report dashboard 2>&1 >/dev/null; echo $?)" "auditkit: the page needs a file to go to
hint: auditkit report dashboard -o dashboard.html
2"
is "nor by what nobody knows" "$(of hostile report dashboard --by planet -o x.html >/dev/null 2>&1; echo $?) $(of hostile report dashboard --zone Mars -o x.html >/dev/null 2>&1; echo $?) $(ls x.html 2>/dev/null)" "2 2 "
mkdir hostile/templates
printf '{{#workspace}}{{records}}{{/workspace}} of {{records}}, {{{checks}}}\n' >hostile/templates/dashboard.html.mustache
is "a template of one's own, which cannot unescape" "$(of hostile report dashboard -o - 2>/dev/null)" "280 of 280, "
rm -r hostile/templates


# ---- bars in the terminal ----
is "none where it is not asked for" "$(ak report usage --by team | grep -c '#')" 0
is "bars beside the figures, the largest full" "$(LC_ALL=C ak report usage --by team --bars | sed -n '4,7s/.*USD  //p' | tr '\n' ' ')" "############ ############## ############ # "
is "of amounts, where it is about amounts" "$(LC_ALL=C ak report cost --by team --bars | sed -n '3s/.*  //p;4,7s/.*USD  //p' | awk '{ print NR == 1 ? $0 : length($0) }' | tr '\n' ' ')" "estimated 27 30 27 4 "
is "a trend over buckets" "$(LC_ALL=C ak report errors --bucket 1d --bars | grep '^trend')" "trend     =++++--#=:==-+ failed by 1d, from 2026-06-01T00:00"
is "figures stay as they were" "$(ak report latency --bars | grep -v '##\|^  p95' | cksum)" "$(ak report latency | cksum)"
is "and JSON too" "$(ak report usage --bars --json | cksum)" "$(ak report usage --json | cksum)"
cat >terminal.py <<'PY'
import fcntl, os, pty, struct, sys, termios


def lines(columns, args):
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.environ.update({"LC_ALL": "C.UTF-8"} if columns == 80 else {"LC_ALL": "C", "NO_COLOR": "1"})
        os.execv(args[0], args)
    out = b""
    while True:
        try:
            part = os.read(fd, 4096)
        except OSError:
            break
        if not part:
            break
        out += part
    os.waitpid(pid, 0)
    return out.decode().replace("\r\n", "\n").split("\n")


for report in ("usage", "cost", "errors", "cache", "latency"):
    for columns in (80, 40):
        got = lines(columns, [sys.argv[1], "-w", "d/workspace", "report", report])
        text = "\n".join(got)
        if max(len(l) for l in got if " " in l.strip()) > columns or any(l.endswith(" ") for l in got) or ("\u2588" in text) != (columns == 80) or \
           ("##" in text) != (columns == 40 and report != "cost") or "\033" in text:
            print(report, columns, text)
print("looked at", columns)
PY
if python3 -c 'import pty; pty.openpty()' 2>/dev/null; then
	is "bars on terminals of 80 columns, with blocks, and of 40, without" "$(python3 terminal.py "$AUDITKIT")" "looked at 40"
fi
finish
