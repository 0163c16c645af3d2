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

# Bounds from both sides: the shift lies in them, whatever the delay between the two.
bounds() { jq -r --arg a "$2" '.clock_bounds[] | select(.from_app == $a and .to == "litellm-slp") | "\(.low_ms) \(.high_ms) \(.pairs) \(.consistent)"' "$1.json"; }
within() { # within TRUTH LOW HIGH REST...
	echo "$(($2 <= $1 && $1 <= $3)) $(($3 - $2 < 500)) $5"
}
is "in step is in the bounds, which are narrow" "$(within 0 $(bounds same doc-search))" "1 1 true"
is "two seconds behind" "$(within -2000 $(bounds same invoice-reader))" "1 1 true"
is "four minutes ahead, to a tenth" "$(within 240000 $(bounds ahead doc-search))" "1 1 true"
is "the bounds of the others stay" "$(bounds ahead support-bot)" "$(bounds same support-bot)"
is "two applications that never meet are bounded by way of the gateway" \
	"$(within 242000 $(jq -r '.clock_bounds[] | select(.from_app == "doc-search" and .to_app == "invoice-reader") | "\(.low_ms) \(.high_ms) \(.pairs) \(.consistent)"' ahead.json | sed 's/ 0 / /; s/ true/ x true/'))" "1 1 true"
# The same by another hand: starts bound from below, ends from above, a tenth of the pairs may contradict.
is "the bounds of a program of its own" "$(bounds ahead doc-search)" "$(sqlite3 -separator ' ' ahead/workspace.db "SELECT a.event_start, a.event_end, q.event_start, q.event_end
	FROM app_event a JOIN request q ON q.trace_id = a.trace_id WHERE a.app = 'doc-search'" | python3 -c '
import sys, math
from datetime import datetime
us = lambda t: round((datetime.strptime(t[:19], "%Y-%m-%dT%H:%M:%S") - datetime(2026, 1, 1)).total_seconds()) * 10**6 + int((t[19:].strip("Z.") + "000000")[:6])
rows = [[us(t) for t in line.split()] for line in sys.stdin]
low = sorted((a - g - 1001 for a, b, g, h in rows), reverse=True)
high = sorted(b - h + 1001 for a, b, g, h in rows)
most = len(rows) // 10
ok = [x for x in low + high if sum(l > x for l in low) + sum(h < x for h in high) <= most]
print((min(ok) - 1000) // 1000, -((-max(ok) - 1000) // 1000), len(rows), "true")')"
# The check.
"$AUDITKIT" -w same check clock --json >check.json
is "one of three clocks is off by more than a second" "$?$(jq -r '.checks[0] | " \(.verdict) \(.found) \(.of) \(.findings[0].subject)"' check.json)" "1 not met 1 3 otlp-spans of invoice-reader"
is "its finding cites a pair" "$(jq -r '.checks[0].findings[0].cites | map(split(":")[0]) | join(" ")' check.json)" "otlp-spans litellm-slp"
"$AUDITKIT" -w ahead check clock --json >check.json
is "and two of them where another was shifted" "$(jq -r '.checks[0] | "\(.found) \(.of) \(.findings[0].text[0:49])"' check.json)" "2 3 the clock of otlp-spans of doc-search is at least"
"$AUDITKIT" init empty >/dev/null 2>&1
"$AUDITKIT" -w empty check clock --json >check.json
is "without pairs nothing is said to be met" "$?$(jq -r '.checks[0].verdict' check.json)" "0not evaluable"
# A large source is read in part, and that is said; applications in turns, one of them five seconds ahead, and a source of few records beside it.
python3 - <<'END'
import json
with open("calls.jsonl", "w") as calls, open("turns.jsonl", "w") as turns, open("few.jsonl", "w") as few:
    for n in range(6100):
        t, trace = 1772445600 + n, "%032x" % (n + 1)
        calls.write(json.dumps({"id": "chatcmpl-%d" % n, "trace_id": trace, "call_type": "acompletion", "startTime": t, "endTime": t + 0.5, "model": "gpt-4o",
                                "status": "success", "custom_llm_provider": "openai", "response_cost": 0.1, "prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}) + "\n")
        by, to = ((-9, few) if n >= 6090 else (5 * (n % 2), turns))
        to.write(json.dumps({"event_id": "e-%d" % n, "time": t - 0.01 + by, "end_time": t + 0.51 + by, "app": "rare" if by < 0 else "odd" if n % 2 else "even",
                             "event": "answer", "trace_id": trace, "response_id": "chatcmpl-%d" % n}) + "\n")
END
"$AUDITKIT" init large >/dev/null 2>&1
"$AUDITKIT" -w large ingest --source gateway --format litellm-slp calls.jsonl >large.out 2>&1
"$AUDITKIT" -w large ingest --source turns --format app-events turns.jsonl >large.out 2>&1
"$AUDITKIT" -w large ingest --source few --format app-events few.jsonl >>large.out 2>&1
"$AUDITKIT" -w large check clock --json >check.json
is "both skews are found in a sample, the few are read whole" "$(jq -r '.checks[0].findings[] | "\(.subject) \(.bounds.sampled) \([.bounds.low_ms, .bounds.high_ms, if .subject == "few of rare" then -9000 else 5000 end] | .[0] <= .[2] and .[2] <= .[1] and .[1] - .[0] < 1200)"' check.json | sort)" \
	'few of rare null true
turns of odd {"of":6090,"one_in":4,"source":"turns"} true'
is "the verdict says what was read" "$(jq -c '.checks[0].states' check.json)" '{"from all records":1,"from one in 4 of the 6,090 records of turns":2}'
is "about as many pairs as one in so many" "$(jq '[.checks[0].findings[] | select(.subject == "turns of odd").bounds.pairs] | .[0] > 600 and .[0] < 900' check.json)" true
is "ingest says it too" "$(tr -s ' \n' ' ' <large.out | grep -o 'clock turns events of odd [^)]*)' | sed 's/([0-9]* pairs/(N pairs/')" "clock turns events of odd 4.9 s ahead of gateway (N pairs, one in 4 of 6,090 records of turns)"
finish
