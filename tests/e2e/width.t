#!/bin/sh
# What a person reads fits 80 columns, has no blanks at line ends, and is plain text where NO_COLOR says so or no terminal is.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
cp -r "$AK_SRCDIR/samples" ex
run() { # run CODE ARGS...: output and messages go into all, each line with its command
	want=$1
	shift
	"$AUDITKIT" "$@" >out 2>&1
	rc=$?
	[ "$rc" = "$want" ] || { tap 1 "$*: exit $rc, not $want"; sed 's/^/# /' out | head -n 5; }
	sed "s#^#[$*] #" out >>all
	awk -v c="[$*] " '{ if (length($0) > 80) print c "long: " $0 } / $/ { print c "blank at the end: " $0 }' out >>wrong
	ran="${ran}x"
}
: >wrong
run 0 init w
sed 's#path: \([a-z]\)#path: ../ex/\1#' ex/policy.yaml >w/policy.yaml
run 0 -w w ingest
run 0 -w w ingest
run 0 -w w status
run 0 -w w status -v
run 0 -w w sources
run 0 -w w sources drift
gzip -dc ex/litellm/slp-2026-06-08_14.jsonl.gz | python3 "$AK_SRCDIR/tests/e2e/spendlogs.py" >spend.csv
run 0 -w w ingest --source litellm-db spend.csv
for s in $(sqlite3 w/workspace.db 'SELECT name FROM source'); do run 0 -w w sources show "$s"; done
for r in completeness links coverage reconcile fallbacks; do run 0 -w w report $r; done
for r in usage cost errors cache latency; do LC_ALL=C run 0 -w w report $r --bars --bucket 1d; done
run 1 -w w check
run 1 -w w check -v
run 0 -w w blast-radius key_15b3785b
run 0 -w w timeline --around ae-route-1 --window 2h
run 0 -w w explain "$(sqlite3 w/workspace.db 'SELECT trace_id FROM request WHERE trace_id IS NOT NULL AND fallback_from IS NOT NULL LIMIT 1')"
is "counts have their thousands parted" "$(grep -E '^\[(report|-w w report|-w w (check|blast|timeline|explain))' all | grep -cE '(^| )[0-9]{4,},? (of|requests|records|rows|calls|input|output|provider|gateway|gap|to [0-9])|(of|provider|gateway|gap) -?[0-9]{4,}([ ,;:]|$)') \
$((\
$(grep -E '^\[-w w (report|check|blast)' all | grep -cE '[0-9],[0-9]{3} (of|requests|rows)|of [0-9]+,[0-9]{3}|provider [0-9]+,[0-9]{3}') > 10))" "0 1"
run 0 -w w verify
run 0 -w w trace sample
for t in $(sqlite3 w/workspace.db "SELECT trace_id FROM request WHERE fallback_from IS NOT NULL OR status_code = 429 OR policy_verdict = 'blocked' LIMIT 12"); do
	run 0 -w w trace reconstruct "$t"
done
run 0 -w w show key_15b3785b
run 0 -w w show "litellm-prod:$(sqlite3 w/workspace.db 'SELECT min(seq) FROM request')" --raw-ref
run 3 -w w packet build -o no.zip
run 0 -w w packet build --allow-gaps -v -o p.zip
run 0 packet verify p.zip
run 0 formats
run 0 fields
run 0 fields show gen_ai.usage.input_tokens
run 0 limits
run 0 -w w doctor
run 0 -w w backup copy.tar
run 0 help collect
for s in litellm openai anthropic bedrock azure cloudflare otel; do run 0 help collect "$s"; done
"$AUDITKIT" completion bash | sed -n 's/^\t"\(.*\)"\*) options=.*/\1/p' >names
for c in '' packet trace $(tr ' ' / <names); do
	# shellcheck disable=SC2046
	run 0 help $(echo "$c" | tr / ' ')
done
is "commands that were looked at" "$((${#ran} > 40))" 1
# Mappings, digests of files and paths of fields are never cut: such a word may stand alone on a longer line.
is "no line is longer than 80, none ends in a blank" "$(grep -vE 'long: +[^ ]+$' wrong | head -n 20)" ""
is "no escape codes without a terminal" "$(grep -c "$(printf '\033')" all)" 0
is "colour where it is asked for" "$("$AUDITKIT" --color always -w w status | grep -c "$(printf '\033')\[31mNOT MET")" 1
is "but never in JSON" "$("$AUDITKIT" --color always -w w status --json | grep -c "$(printf '\033')")" 0
is "a workspace in .auditkit has its folder's name" "$(mkdir brindle && cd brindle && "$AUDITKIT" init >/dev/null 2>&1 && "$AUDITKIT" status --json | jq -r .workspace.name)" brindle

is "a row without cost makes no column of its own" "$("$AUDITKIT" -w w report cost --json | jq '[.layers[].rows[] | select(.cost == [])] | length > 0') $("$AUDITKIT" -w w report cost --format csv 2>/dev/null | head -n 1 | tr -d '\r' | tr , '\n' | grep -c '^cost$')" "true 0"

# A terminal of 40 columns: what is text fits it; tables are written row by row.
cat >narrow.py <<'END'
import fcntl, os, pty, re, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
    os.environ["NO_COLOR"] = "1"
    os.execv(sys.argv[2], sys.argv[2:])
out = b""
while True:
    try:
        part = os.read(fd, 4096)
    except OSError:
        break
    if not part:
        break
    out += part
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
text = re.sub(r"[^\n]*\r(?!\n)(\x1b\[K)?", "", out.decode().replace("\r\n", "\n"))
print("exit", code)
print(text, end="")
END
at() { # at COLUMNS ARGS...: lines that are longer although they could be broken
	columns=$1
	shift
	python3 narrow.py "$columns" "$AUDITKIT" "$@" >out
	sed -n '1s/^exit //p' out | tr '\n' ' '
	awk -v n="$columns" 'NR > 1 && length($0) > n && $0 !~ /^ *[^ ]+$/ && $0 !~ /^[A-Za-z]+ +[^ ]+$/' out
}
if python3 -c 'import pty; pty.openpty()' 2>/dev/null; then
	mkdir exports
	for d in ex/*/; do cp -r "$d" exports; done
	is "init at 40 columns" "$(at 40 init n --discover exports)" "0 "
	is "ingest" "$(at 40 -w n ingest)" "3 "
	is "its rows are named" "$(grep -c '^litellm-slp$' out) $(grep -c '=stored 2,088' out)" "1 1"
	is "status" "$(at 40 -w n status)" "0 "
	is "sources" "$(at 40 -w n sources)" "0 "
	trace=$(sqlite3 w/workspace.db "SELECT trace_id FROM request WHERE fallback_from IS NOT NULL LIMIT 1")
	is "the page of check" "$(at 40 -w w check)" "1 "
	is "each rule on it has its name" "$(grep -E '^(HIGH|medium|low) ' out | grep -vcE '^(HIGH|medium|low) +[a-z][a-z-]*,( |$)') $(grep -cE '^(HIGH|medium|low) ' out | sed 's/[1-9][0-9]*/some/')" "0 some"
	is "a trace" "$(at 40 -w w trace reconstruct "$trace")" "0 "
	is "traces of all kinds" "$(sqlite3 w/workspace.db "SELECT min(trace_id) FROM request WHERE trace_id IS NOT NULL GROUP BY key_id, status_code, fallback_from IS NULL LIMIT 12" |
		while read -r t; do at 40 -w w trace reconstruct "$t"; done | tr -d ' 0')" ""
	is "the reports" "$(for r in completeness links coverage reconcile fallbacks; do at 40 -w w report $r; done)" "0 0 0 0 0 "
	is "and as long rows" "$(at 40 -w w report reconcile --drill "$("$AUDITKIT" -w w report reconcile --json | jq -r '[.rows[] | select(.gap != "0")][0].row')")" "0 "
	is "a trace again" "$(at 40 -w w trace reconstruct "$trace")" "0 "
	is "its citations are whole" "$(grep -cE '(litellm-prod|app-spans)[^ ]*:[0-9]+$' out | awk '{ print ($1 > 2) }')" 1
	is "a trace at 60 columns" "$(at 60 -w w trace reconstruct "$trace")" "0 "
	is "help of a command" "$(at 40 help ingest | sed 's/^0 *//' | grep -vE '^ *(auditkit|zcat) ')" ""
	is "the overview, the formats" "$(at 40 help)$(at 40 formats)" "0 0 "
	is "what explains an option stands below it" "$(at 40 init --help >/dev/null; grep -A1 -- '^  --discover' out | sed -n '2s/[^ ].*//p')" "      "
	is "a table that fits stays one" "$(at 80 -w n sources) $(grep -c '^litellm-slp  *request ' out)" "0  1"
	is "no colour with NO_COLOR on a terminal" "$(grep -c "$(printf '\033')" out)" 0
else
	echo '# no terminal can be made here: narrow ones are not tried'
fi
finish
