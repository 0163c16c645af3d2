#!/bin/sh
# Where ids do not meet, ingest looks for a path that would and proposes the mapping line; with that line they do meet.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
for f in "$AK_SRCDIR"/samples/litellm/slp-*.jsonl.gz; do gzip -dc "$f"; done 2>/dev/null | jq -cR 'fromjson? | select(.id and .trace_id)' >slp.jsonl
# The application's trace id stands where no mapping reads it, as is and in a traceparent; every other id is another.
away() { jq -c "($1) = .trace_id | .n = input_line_number | .trace_id = \"t-\(.n)\" | .id = \"x-\(.n)\" | .call_id = \"c-\(.n)\" | .hidden_params = {} | del(.n)" slp.jsonl; }
away .metadata.spend_logs_metadata.corr >moved.jsonl
away '.metadata.requester_metadata.tp' | jq -c '.metadata.requester_metadata.tp |= "00-\(.)-00f067aa0ba902b7-01"' >header.jsonl
away '.messages[0].content' >payload.jsonl
new() { rm -rf "$1" && "$AUDITKIT" init "$1" >/dev/null 2>&1 && "$AUDITKIT" -w "$1" ingest "$AK_SRCDIR/samples/app" >/dev/null 2>&1; }
ingest() { "$AUDITKIT" -w "$@" --json 2>/dev/null >out; }
linked() { "$AUDITKIT" -w "$1" status --json | jq -c '[.links[] | select(.from_kind == "app_event") | .linked] | add'; }

new w
ingest w ingest moved.jsonl
is "nothing meets" "$(linked w)" 0
is "the path, the field and how often" "$(jq -c '[.proposals[] | [.format, .column, .path, .of, .other, .traceparent]]' out)" \
	'[["litellm-slp","trace_id","/metadata/spend_logs_metadata/corr",300,"app_event",false]]'
# By hand: the same first 300 records against the application's own export.
zstd -dc "$AK_SRCDIR/samples/app/spans.jsonl.zst" | jq -r '.resourceSpans[].scopeSpans[].spans[].traceId' | tr A-F a-f | sort -u >traces
is "meets as often as by hand" "$(jq '.proposals[0].meets' out)" \
	"$(head -n 300 moved.jsonl | jq -r .metadata.spend_logs_metadata.corr | while read -r t; do grep -cx "$t" traces; done | grep -c 1)"
line=$(jq -r '.proposals[0].line' out)
mkdir -p w/formats
"$AUDITKIT" formats show litellm-slp | awk -v l="    $line" '{ print } /^  trace_id:$/ { print l }' >w/formats/litellm-slp.yaml
is "the line was put in" "$(grep -cF -- "$line" w/formats/litellm-slp.yaml)" 1
ingest w ingest --remap moved.jsonl
is "with the line they meet, as in the untouched export" "$(linked w)" "$(new v; ingest v ingest slp.jsonl; linked v)"
is "and that is many" "$(($(linked w) > 1800))" 1
is "nothing is proposed any more" "$(jq -c .proposals out)" "[]"

new h
ingest h ingest header.jsonl
is "inside a traceparent" "$(jq -r '.proposals[0].line' out)" '- {path: "/metadata/requester_metadata/tp", traceparent: trace}'
"$AUDITKIT" -w h ingest header.jsonl --source again >text 2>/dev/null
is "in words, with the denominator" "$(tr -s ' \n' ' ' <text | grep -cE 'propose /metadata/requester_metadata/tp of litellm-slp, .* meets app events in [0-9]+ of 300 records read again')" 1
is "no value is shown" "$(grep -cE '[0-9a-f]{32}' text)" 0
new p
ingest p ingest payload.jsonl
is "payload is not searched" "$(linked p) $(jq -c .proposals out)" "0 []"
new c
python3 "$AK_SRCDIR/tests/e2e/spendlogs.py" <slp.jsonl | python3 -c '
import csv, sys
rows = csv.DictReader(sys.stdin)
out = csv.DictWriter(sys.stdout, rows.fieldnames, lineterminator="\n")
out.writeheader()
for n, r in enumerate(rows):
    out.writerow({**r, "request_id": "y-%d" % n})' >db.csv
ingest c ingest db.csv
is "a column of a table, mapped to another field" "$(linked c) $(jq -r '.proposals[] | [.format, .column, .path] | join(" ")' out)" "0 litellm-spendlogs-csv trace_id /session_id"
python3 -c '
import csv, json, sys
rows = csv.DictReader(open("db.csv"))
out = csv.DictWriter(sys.stdout, rows.fieldnames, lineterminator="\n")
out.writeheader()
for r in rows:
    out.writerow({**r, "session_id": "", "metadata": json.dumps({"corr": r["session_id"]})})' >inner.csv
new j
ingest j ingest inner.csv
is "inside JSON in a cell" "$(jq -r '.proposals[0].line' out)" '- "/metadata|json/corr"'
"$AUDITKIT" init a >/dev/null 2>&1
ingest a ingest slp.jsonl
jq -cn --slurpfile s slp.jsonl '$s[:40][] | {resourceSpans: [{scopeSpans: [{spans: [{traceId: "0000000000000000000000000000000\(.id | length % 10)", spanId: "00f067aa0ba902b7",
	name: "chat", startTimeUnixNano: "1780480800000000000", attributes: [{key: "my.gateway.call", value: {stringValue: .call_id}}]}]}]}]}' |
	awk '{ gsub(/00f067aa0ba902b7/, sprintf("%016x", NR)); print }' >spans.jsonl
ingest a ingest spans.jsonl
is "the application's side: an attribute of a span" "$(jq -r '.proposals[] | [.format, .column, .path, .meets, .of, .other] | map(tostring) | join(" ")' out)" \
	"otlp-spans gateway_request_id /attributes|kv/my.gateway.call 40 40 request"
new s
"$AUDITKIT" -w s ingest - --json <moved.jsonl 2>/dev/null >out
is "standard input is not read again" "$(jq -c .proposals out)" "[]"
ingest v ingest slp.jsonl
is "nor is anything searched where ids meet" "$(jq -c .proposals out)" "[]"
finish
