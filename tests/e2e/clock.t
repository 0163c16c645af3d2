#!/bin/sh
# Clocks: what arrives before it was sent proves one wrong (F034). Estimates come from linked pairs; raw times stay.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
spans="$AK_SRCDIR/samples/app/spans.jsonl.zst"
shifted() { # shifted SECONDS: the spans of one application that many seconds later
	zstd -dc "$spans" | jq -c --argjson by "$1" '.resourceSpans |= map(if any(.resource.attributes[]; .value.stringValue == "doc-search")
		then (.scopeSpans[].spans[] |= (.startTimeUnixNano |= "\((.[:-9] | tonumber) + $by)\(.[-9:])"
			| .endTimeUnixNano |= "\((.[:-9] | tonumber) + $by)\(.[-9:])")) else . end)'
}
try() { # try NAME SECONDS
	"$AUDITKIT" init "$1" >/dev/null 2>&1
	mkdir "of-$1" && shifted "$2" >"of-$1/spans.jsonl"
	"$AUDITKIT" -w "$1" ingest "$AK_SRCDIR/samples/litellm" "of-$1" >"$1.out" 2>"$1.err"
	"$AUDITKIT" -w "$1" sources show otlp-spans --json >"$1.json"
}
clock() { tr -s ' \n' ' ' <"$1.err" | cat "$1.out" - | tr -s ' \n' ' ' | grep -o "clock otlp-spans events of $2 [^(]*([0-9,]* pairs), raw kept"; }
of_app() { jq -r --arg a "$2" '.clocks[] | select(.app == $a) | .median_ms' "$1.json"; }

try same 0
try ahead 240
is "in step: nothing to say" "$(clock same doc-search)" ""
is "a constant delay of two seconds is a clock that is behind" "$(clock same invoice-reader)" "clock otlp-spans events of invoice-reader 2.1 s behind litellm-slp (640 pairs), raw kept"
is "four minutes ahead" "$(clock ahead doc-search)" "clock otlp-spans events of doc-search 239.9 s ahead of litellm-slp (702 pairs), raw kept"
is "the estimate of sources show is off by what was shifted" "$(($(of_app same doc-search) - $(of_app ahead doc-search)))" 240000
is "the others are as before" "$(of_app ahead support-bot)" "$(of_app same support-bot)"
# The same from the tables.
median="WITH d AS (SELECT (SELECT min(q.time_us) FROM request q WHERE q.trace_id = a.trace_id) - a.time_us AS d FROM app_event a
	WHERE a.app = 'doc-search') SELECT d / 1000 FROM d WHERE d IS NOT NULL ORDER BY d LIMIT 1 OFFSET (SELECT count(d) / 2 FROM d)"
is "the median that the tables have" "$(of_app ahead doc-search)" "$(sqlite3 ahead/workspace.db "$median")"
first="SELECT min(time_us) FROM app_event WHERE app = 'doc-search'"
is "raw times are kept" "$(($(sqlite3 ahead/workspace.db "$first") - $(sqlite3 same/workspace.db "$first")))" 240000000
finish
