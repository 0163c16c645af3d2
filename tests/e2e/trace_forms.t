#!/bin/sh
# A trace in each of its forms, looked at with parsers of others (trace_forms.py); gateways behind gateways; why a hop is missing;
# bridges from refunds, approvals, usage rows and resources; hostile names in every form.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
look() { python3 "$AK_SRCDIR/tests/e2e/trace_forms.py" "$@" 2>&1; }
mkdir in
printf 'diagram-1\t"\\"]; end %%%% alert\\n  A->>B: x #quot;"\ndiagram-2\t"wrap:end"\n' >diagram.tsv
head -n 60 "$AK_SRCDIR/tests/output/terminal.tsv" >terminal.tsv
look make in "$AK_SRCDIR/tests/output/markup.tsv" terminal.tsv diagram.tsv
"$AUDITKIT" init w >/dev/null 2>&1
awk '{ print } /^sources:/ { for (i = 1; i <= split("app router kong litellm trail settled dlp admin usage one", f); i++) print "  " f[i] ": {path: ../in/" f[i] ".jsonl}" }' w/policy.yaml >p && cat p >w/policy.yaml
"$AUDITKIT" -w w ingest >out 2>&1
is "every export is read whole" "$("$AUDITKIT" -w w sources --json | jq -c '[([.sources[].rejected] | add), ([.sources[].name] | sort | length)]')" "[0,10]"
ak() { "$AUDITKIT" -w w trace reconstruct "$@" 2>err; }
form() { # form NAME ID: NAME.json and the other forms
	for f in json html mermaid dot otlp text; do ak "$2" --format $f -o "$1.$f" || cat err; done
}
id() { printf '%032d' 0 | tr 0 "$1"; }
form chain "$(id 1)"
form around "$(id 2)"
form free call-free
form wild "$(id 3)"
form retry "$(id 4)"
form alone "$(id 5)"
all='chain around free wild retry alone'

# shellcheck disable=SC2086
look forms "$AK_SRCDIR/templates/trace.schema.json" $all >looks
looked() { sed -n "s/^$1 $2://p" looks; }
for t in $all; do
	is "$t: the document is as its schema says, and the schema sees what is broken" "$(looked $t schema)" ""
	is "$t: the page is well-formed, has no script and loads nothing" "$(looked $t page)" ""
	is "$t: OTLP has the spans of the document" "$(looked $t otlp)" ""
	is "$t: every line of the diagram is one of its kind" "$(looked $t mermaid)" ""
	is "$t: the graph has every hop once, and its strings are read back as they stand in the document" "$(looked $t dot)" ""
	is "$t: no form has a byte that hides or moves text" "$(looked $t clean)" ""
done
is "that were so many looks" "$(wc -l <looks)" 36
is "nor markup of a name" "$(cat wild.html | grep -ciE '<(script|img|iframe|a |form|object|embed)')" 0
is "hostile names are there, as text" "$(grep -c 'lt;script' wild.html | awk '{ print ($1 > 0) }') $(jq '.attempts' wild.json | awk '{ print ($1 > 20) }')" "1 1"

is "two gateways by upstream id: the caller first, whatever the clocks show" "$(jq -c '[.hops[] | select(.gateway) | [.gateway.number, .source, .attempt.of]]' chain.json)" '[[1,"router",1],[2,"litellm",1]]'
is "why is said" "$(jq -r '.gateways[1].basis' chain.json) $(grep -c 'gateway 1 of 2 on the way, router: upstream id' chain.text)" "upstream id 1"
is "their costs are not added" "$(jq -c '[.cost[] | [.gateway, .currency, .estimated]]' chain.json)" '[["router","USD","0.5"],["litellm","USD","0.25"]]'
is "two gateways of one trace: the call around the other's" "$(jq -c '[.hops[] | select(.gateway) | .source]' around.json)" '["kong","litellm"]'
is "in OTLP the inner hangs below the outer, and that below the app" "$(jq -r '[.resourceSpans[].scopeSpans[].spans[]] | (map({(.spanId): .}) | add) as $s | [.[] | select(.attributes | any(.key == "auditkit.source" and .value.stringValue == "litellm")) | $s[.parentSpanId] | [.attributes[] | select(.key == "auditkit.source") | .value.stringValue][0], ($s[.parentSpanId].name)] | join(" ")' around.otlp)" "kong checkout.around"

is "attempts with decision and reason" "$(jq -c '[.hops[] | select(.attempt) | [.attempt.number, .decision, .decided_by, (.because.cite // "-" | sub(":.*"; ""))]]' retry.json)" \
	'[[1,"first","order","-"],[2,"retry","order","litellm"],[3,"fallback","order","litellm"]]'
is "the provider's own record, verdict, settlement with its approval" "$(jq -c '[.hops[] | select(.source == "trail" or .source == "dlp" or .source == "settled") | [.n, .source]] | sort' retry.json)" '[[2,"dlp"],[3,"trail"],[6,"settled"]]'
is "the same bytes from every id" "$(for i in "$(id 4)" call-r1 call-r3 chatcmpl-r2 aws-r3 00000000000000a5 e-retry st-1 ae-1 v-1 ev-r3 \
	$(jq -r '.members[].cite' retry.json) "$(sqlite3 w/workspace.db "SELECT 'admin:' || seq FROM audit_event WHERE event_id = 'ae-1'")"; do
	ak "$i" --json | cmp -s - retry.json || echo "$i: $(cat err)"
done)" ""
is "a usage row of one call leads to it" "$(ak "usage:$(sqlite3 w/workspace.db 'SELECT seq FROM usage')" --json | jq -r .digest)" "$(ak call-one --json | jq -r .digest)"
ak ae-2 >out
is "an admin event of many calls is explained" "$? $(grep -c 'names no call\|not one request' err)" "2 1"
ak s-1 >out
is "a session is of several calls, which are named" "$? $(grep -c 'separate calls' err)" "2 1"
is "records of the same session stand beside, and are no members" "$(jq -c '[(.neighbours[0].records | length), .records]' chain.json)" "[3,3]"
is "what was folded is counted" "$(jq -c '[.folded.at_ingest[] | select(.source == "litellm") | .duplicates]' chain.json) $(grep -c '^folded .*of all of litellm 1 duplicate' chain.text)" "[1] 1"

is "no app record: supplied, covers, not found" "$(jq -r '.hops[] | select(.n == 1) | .state, .lacks.reason, .lacks.command' alone.json | paste -sd, -)" "missing,not found,auditkit help collect otel"
is "every command that would fill a hop runs" "$(jq -r '.hops[] | select(.lacks) | .lacks.command' *.json | sort -u | sed 's/^auditkit //' | while read -r c; do
	# shellcheck disable=SC2086
	"$AUDITKIT" $c >/dev/null 2>&1 || echo "$c"; done)" ""
"$AUDITKIT" init x >/dev/null 2>&1
"$AUDITKIT" -w x ingest --source litellm in/litellm.jsonl >/dev/null 2>&1
is "without the app's export: source not supplied" "$("$AUDITKIT" -w x trace reconstruct call-r3 --json | jq -r '.hops[] | select(.n == 1) | .lacks.reason')" "source not supplied"
sed 's/2026-03-02/2026-04-02/' in/app.jsonl >april.jsonl
"$AUDITKIT" -w x ingest --source app april.jsonl >/dev/null 2>&1
is "with one of another month: outside its period" "$(sed 's/trace_id": "[0-9]*/&9/' april.jsonl >z; "$AUDITKIT" -w x trace reconstruct call-alone --json | jq -r '.hops[] | select(.n == 1) | .lacks.reason')" "outside its period"
sed '/^not_provided:/,/^[a-z]/ { /^not_provided:/d; /^ /d; }' x/policy.yaml >p
printf 'not_provided:\n  cloudtrail: {why: later, owner: ops, due: 2026-07-15}\n' | cat p - >x/policy.yaml
is "a declared gap is one, with its line" "$("$AUDITKIT" -w x trace reconstruct call-r3 --json | jq -r '.hops[] | select(.n == 3) | .lacks | .reason, .gap.due, (.gap.cite | sub("[0-9]+$"; "N"))' | paste -sd, -)" "declared gap,2026-07-15,policy.yaml:N"

jq -r '.story[].cites[]' chain.json around.json free.json retry.json alone.json | sort -u >cited
seqs() { for k in request app_event audit_event provider_call dlp_verdict settlement; do
	echo "SELECT s.name || ':' || r.seq FROM $k r JOIN file f ON f.id = r.file JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source;"; done | sqlite3 w/workspace.db; }
is "each sentence cites records that are there" "$(seqs | sort -u | comm -13 - cited) $(($(wc -l <cited) > 10))" " 1"
is "no sentence is without one" "$(jq '[.story[] | select((.cites | length) == 0 or .cite != .cites[0])] | length' *.json | sort -u)" 0
is "every record has a proof" "$(jq -r '.members[].proof.level' retry.json | sort -u)" "sealed at ingest"
is "-o leaves nothing else behind" "$(find . -maxdepth 1 -name '.*tmp*' | wc -l) $(stat -c %a chain.html)" "0 600"
"$AUDITKIT" -w w trace reconstruct call-r3 --format pdf >out 2>&1
is "a form that is none" "$? $(grep -c 'text, json, html, mermaid, dot or otlp' out)" "2 1"

# An id that many calls share: refused at once, with how many there are.
awk 'BEGIN { for (i = 0; i < 2100; i++) { t = "all"; if (i < 7) t = "seven"
	printf "{\"id\": \"chatcmpl-%d\", \"litellm_call_id\": \"call-%d\", \"trace_id\": \"trace-%d\", \"session_id\": \"session-%s\", \"startTime\": %d.5, \"endTime\": %d.9, \"model\": \"gpt-4o\", \"custom_llm_provider\": \"openai\", \"status\": \"success\", \"call_type\": \"acompletion\", \"model_group\": \"g\", \"response_cost\": 0.1, \"metadata\": {\"requester_metadata\": {\"session_id\": \"session-%s\"}}}\n", i, i, i, t, 1784506207 + i, 1784506207 + i, t } }' >many.jsonl
"$AUDITKIT" init m >/dev/null 2>&1
"$AUDITKIT" -w m ingest --source litellm --format litellm-slp many.jsonl >/dev/null 2>&1
many() { "$AUDITKIT" -w m "$@" >out 2>err; echo "$? $(sed -n '1s/^auditkit: //p' err)"; }
is "more than are followed: their number, not that of a cap" "$(many trace reconstruct session-all)" "2 2,093 records, 2,093 of them separate calls, have this identifier; none is picked"
is "and so says explain" "$(many explain session-all)" "2 2,093 records, 2,093 of them separate calls, have this identifier; none is picked"
is "several: not all are followed, and that is said" "$(many trace reconstruct session-seven) $(grep -c 'reconstruct one of them: litellm:' err)" \
	"2 more than 4 separate calls, in 7 records, have this identifier; none is picked 1"


# Times that OTLP cannot hold and parents in a circle are left out, with the reason; the rest of the trace is there.
odd() { printf '{"event_id": "%s", "time": "%s", "end_time": "%s", "app": "shop", "event": "%s", "trace_id": "%s", "span_id": "%016d", "parent_span_id": "%016d"}\n' "$@"; }
t=$(id 7)
{ odd o-1 2026-03-02T09:20:45Z 2026-03-02T09:20:44Z back "$t" 1 2; odd o-2 2026-03-02T09:20:46Z 2026-03-02T09:20:47Z around "$t" 2 3; odd o-3 2026-03-02T09:20:46Z 2900-01-01T00:00:00Z late "$t" 3 1
	odd o-4 2700-01-01T00:00:00Z 2700-01-01T00:00:01Z far "$t" 4 2; } >odd.jsonl
"$AUDITKIT" -w m ingest --source app --format app-events odd.jsonl >/dev/null 2>&1
"$AUDITKIT" -w m trace reconstruct "$t" --json >odd.json
"$AUDITKIT" -w m trace reconstruct "$t" --format otlp >odd.otlp
is "OTLP of impossible times and of a circle is valid" "$(look otlp odd.otlp odd.json)" ""
is "each with its reason" "$(jq -r '[.resourceSpans[].scopeSpans[].spans[]] | sort_by(.spanId)[] | (.attributes | map({(.key): .value.stringValue}) | add) as $a | [.name, (.parentSpanId // "-" | .[-1:]), .startTimeUnixNano, .endTimeUnixNano, $a["auditkit.start.left_out"] // "-", $a["auditkit.end.left_out"] // "-", ($a["auditkit.parent.recorded"] // "-" | .[-1:]), $a["event.end"] // "-"] | join(" ")' odd.otlp)" \
"back - 1772443245000000000 1772443245000000000 - before the start 2 2026-03-02T09:20:44Z
around - 1772443246000000000 1772443247000000000 - - 3 -
late - 1772443246000000000 1772443246000000000 - outside the years 1970 to 2262 that OTLP can hold 1 2900-01-01T00:00:00Z
far 2 0 0 outside the years 1970 to 2262 that OTLP can hold outside the years 1970 to 2262 that OTLP can hold - 2700-01-01T00:00:01Z"

# What contradicts itself, is empty or nonsense is a mistake, not something else that was not asked for.
mistake() { # mistake WORDS-OF-THE-MESSAGE ARGUMENT...
	says=$1
	shift
	"$AUDITKIT" -w w "$@" >out 2>err
	rc=$?
	is "$(printf '%s ' "$@")" "$rc $(grep -c -- "$says" err) $(grep -c '^hint: ' err) $(wc -c <out)" "2 1 1 0"
}
mistake "'--json' and '--format html' contradict each other" trace reconstruct call-r3 --json --format html
mistake "'--json' and '--format mermaid' contradict" trace sample --format mermaid --json
mistake "'--json' and '--format jsonl' contradict" report links --format jsonl --json
mistake "argument 1 of 'trace reconstruct' is empty" trace reconstruct ''
mistake "argument 1 of 'explain' is empty" explain ''
mistake "'--output' wants a value that is not empty" trace reconstruct call-r3 -o ''
mistake "'--around' wants a value that is not empty" timeline --around ''
mistake "not written to standard output" packet build --draft -o -
mistake "not written to standard output" trace bundle --key k -o -
for window in -1h 99999999999h 0h 1.5h 2 h ' 1h' 36526d; do mistake "'--window' is a whole number above 0" timeline --around call-r3 --window "$window"; done
mistake "'--window' wants a value that is not empty" timeline --around call-r3 --window ''
ak call-r3 --json >one
ak call-r3 --json --format json >two
ak call-r3 --format json -o - >three
is "the same twice is no contradiction, - is standard output" "$(jq -r .digest one two three | uniq | wc -l) $(jq -r .digest one | wc -c) $([ -e ./- ]; echo $?)" "1 $(jq -r .digest two | wc -c) 1"
if command -v chromium >/dev/null && [ "${AK_LONG-}" ]; then
	ok "a browser draws it" chromium --headless --no-sandbox --disable-gpu --screenshot=page.png "file://$PWD/retry.html"
fi
finish
