#!/bin/sh
# tail: a log while it is written, rotated and cut, and a workspace while another process fills it.
. "$AK_SRCDIR/tests/tap.sh"
AUDITKIT_DATA=$AK_SRCDIR
export AUDITKIT_DATA
cd "$tap_dir" || exit 1
line() { # line NO METHOD PATH STATUS
	printf '{"log_type":"response","request_id":"req-%d","timestamp":"2025-03-17 14:%02d:%02d","method":"%s","endpoint":"%s","status_code":%d,"user_id":"ada@example.org","error_type":"%s"}\n' \
		"$1" $(($1 / 60 % 60)) $(($1 % 60)) "$2" "$3" "$4" "${5-}"
}
many() { # many FROM TO: lines, quickly
	awk -v a="$1" -v b="$2" 'BEGIN { for (i = a; i <= b; i++) printf "{\"log_type\":\"response\",\"request_id\":\"req-%d\",\"timestamp\":\"2025-03-17 14:%02d:%02d\",\"method\":\"POST\",\"endpoint\":\"/v1/embeddings\",\"status_code\":%d}\n", i, i / 60 % 60, i % 60, i % 5000 ? 200 : 429 }'
}
until_lines() { # until_lines FILE N
	i=0
	while [ "$(wc -l <"$1")" -lt "$2" ] && [ $i -lt 300 ]; do i=$((i + 1)); sleep 0.1; done
}
key=AIza$(printf 'SyA%032d' 7)
{
	line 1 POST /v1/chat/completions 200
	line 2 GET /v1/models 200
	line 3 POST "/v1/chat/completions?key=$key" 429 RateLimitError
	line 4 POST "/v1/embeddings/ada@example.org" 500
	line 5 POST /v1/chat/completions 200
} >seed.jsonl
cat >want <<'END'
2025-03-17T14:00:01Z POST /v1/chat/completions     200 ✓
2025-03-17T14:00:02Z GET  /v1/models               200 ✓
2025-03-17T14:00:03Z POST /v1/chat/completions     429 ⚠ RateLimitError
END
"$AUDITKIT" tail seed.jsonl >out 2>err
is "F212: time, method, path and status with their signs" "$? $(head -n 3 out | cmp - want 2>&1) $(wc -l <out) $(grep -c '^2025-03-17T14:00:04Z POST /v1/embeddings/.* 500 ✗$' out)" "0  5 1"
is "no key and no person is shown, and nothing is coloured" "$(grep -cE "$key|ada@" out err | tr '\n' ' ')$(grep -c "$(printf '\033')" out)" "out:0 err:0 0"
is "in colour when it is asked for" "$("$AUDITKIT" --color always tail seed.jsonl | grep -c "$(printf '\033\\[3[123]m[✓⚠✗]')")" 5
is "plain: words, ASCII" "$("$AUDITKIT" tail --plain seed.jsonl | sed 's/.* [0-9]* \(ok\|warning\|failed\).*/\1/' | tr '\n' ' ')$("$AUDITKIT" tail --plain seed.jsonl | LC_ALL=C grep -c '[^ -~]')" "ok ok warning failed ok 0"
is "filters" "$("$AUDITKIT" tail --status 4xx --status 500 seed.jsonl | wc -l) $("$AUDITKIT" tail --method get seed.jsonl | wc -l) $("$AUDITKIT" tail --path /v1/chat seed.jsonl | wc -l) $("$AUDITKIT" tail --failing -n 1 seed.jsonl | grep -c 500)" "2 1 3 1"
is "JSON: a document a line" "$("$AUDITKIT" tail --json seed.jsonl | jq -rs 'map([.schema, .status, .state] | join(" ")) | .[2:4] | join(", ")')" "auditkit.tail/1 429 warning, auditkit.tail/1 500 failed"
{
	for id in a b c; do printf '{"log_type":"request","request_id":"%s","timestamp":"2025-03-17 15:00:00","method":"POST","endpoint":"/v1/%s"}\n' $id $id; done
	printf '{"log_type":"error","request_id":"b","timestamp":"2025-03-17 15:00:01","error_type":"Timeout"}\n'
	printf '{"log_type":"security","request_id":"a","timestamp":"2025-03-17 15:00:01","auth_method":"API Key"}\n'
	printf '{"log_type":"response","request_id":"a","timestamp":"2025-03-17 15:00:02","status_code":200}\n'
} >entries.jsonl
is "entries of one request are a line; without an answer it is said what is known" "$("$AUDITKIT" tail --plain entries.jsonl | sed 's/  */ /g' | tr '\n' ',')" \
	"2025-03-17T15:00:00Z POST /v1/a 200 ok,2025-03-17T15:00:00Z POST /v1/b - failed Timeout,2025-03-17T15:00:00Z POST /v1/c - -,"
echo 'no record' >>seed.jsonl
"$AUDITKIT" tail seed.jsonl >out 2>err
is "what is no record is counted" "$? $(wc -l <out) $(grep -c '^unread    1 of 6 lines' err)" "0 5 1"
printf '%s' "$(line 6 POST /v1/last 200)" >>seed.jsonl
is "a last line without an end" "$("$AUDITKIT" tail -n 1 seed.jsonl 2>/dev/null | cut -d' ' -f3)" /v1/last

# ---- a log that is written, cut and rotated ----
many 1 30000 >log.jsonl
is "of a long log only the end is read" "$("$AUDITKIT" tail -n 2 log.jsonl 2>/dev/null | cut -c12-19 | tr '\n' ' ')" "14:19:59 14:20:00 "
if command -v strace >/dev/null; then
	strace -f -e trace=pread64 -o trace "$AUDITKIT" tail -n 2 log.jsonl >/dev/null 2>&1
	is "not two of its four megabytes" "$(awk -F' = ' '{ n += $2 } END { print (n > 100000 && n < 2000000) }' trace)" 1
fi
is "or as much as the filter needs" "$("$AUDITKIT" tail -n 3 --status 429 log.jsonl 2>/dev/null | wc -l) $("$AUDITKIT" tail -n 7 --status 429 log.jsonl 2>/dev/null | wc -l)" "3 6"
"$AUDITKIT" tail -f -n 1 log.jsonl >followed 2>follow.err &
pid=$!
until_lines followed 1
line 1 PUT /v1/added 200 >>log.jsonl
line 2 PUT /v1/added 200 | head -c 60 >>log.jsonl
until_lines followed 2
sleep 0.4
half=$(wc -l <followed)
line 2 PUT /v1/added 200 | tail -c +61 >>log.jsonl
until_lines followed 3
is "lines as they come, whole" "$half $(grep -c PUT followed)" "2 2"
cp log.jsonl log.jsonl.0 && : >log.jsonl
line 3 PATCH /v1/cut 500 >>log.jsonl
until_lines followed 4
is "a log that is cut is gone on with" "$(tail -n 1 followed | cut -d' ' -f2,3) $(grep -c 'was cut' follow.err)" "PATCH /v1/cut 1"
mv log.jsonl log.jsonl.1
line 4 DELETE /v1/rotated 200 >log.jsonl

# ---- a workspace that is filled, while the old log is waited for ----
"$AUDITKIT" init w >/dev/null 2>&1
"$AUDITKIT" -w w tail >out 2>err
is "nothing there yet" "$? $(wc -c <out) $(grep -c 'there is no request yet' err)" "0 0 1"
head -n 5 seed.jsonl >exported.jsonl
"$AUDITKIT" -w w ingest exported.jsonl >/dev/null 2>&1
"$AUDITKIT" -w w tail >out
"$AUDITKIT" -w w tail exported.jsonl >again
is "a workspace shows what its log showed, to the byte" "$(cmp out again 2>&1)$(head -n 3 out | cmp - want 2>&1)$(wc -l <out)" 5
is "the newest that fit, with their citations" "$("$AUDITKIT" -w w tail -n 1 --failing --json | jq -c '[.status, .cite]') $("$AUDITKIT" -w w show "$("$AUDITKIT" -w w tail -n 1 --failing --json | jq -r .cite)" | grep -c 'http.response.status_code *500')" '[500,"proxy-log:5"] 1'
"$AUDITKIT" -w w tail -f -n 1 >live 2>live.err &
live=$!
until_lines live 1
line 9 POST /v1/new 429 >new.jsonl
"$AUDITKIT" -w w ingest new.jsonl >/dev/null 2>&1
until_lines live 2
kill -INT $live
wait $live
is "what is stored meanwhile comes; Ctrl-C is 0" "$? $(wc -l <live) $(tail -n 1 live | cut -d' ' -f3)" "0 2 /v1/new"
is "looking is an access" "$(grep -c '"command":"tail"' w/access.jsonl)" 5
until_lines followed 5
is "a log that is renamed and begun anew is gone on with" "$(tail -n 1 followed | cut -d' ' -f2,3) $(grep -c 'was rotated' follow.err)" "DELETE /v1/rotated 1"
kill -TERM $pid
wait $pid
is "SIGTERM is 0" $? 0

# ---- what is refused ----
refused() { # refused WANT WORDS ARGS...
	want=$1
	words=$2
	shift 2
	"$AUDITKIT" "$@" >out 2>err
	is "$words" "$? $(grep -c -e "$words" err)" "$want 1"
}
refused 2 "'--status' wants a code" tail --status 9xx seed.jsonl
refused 2 "there is no workspace here" tail
refused 2 "unknown format 'planet'" tail --format planet seed.jsonl
refused 5 "holds no requests" tail "$AK_SRCDIR/samples/gateway/admin-audit.csv"
refused 5 "is compressed or an archive" tail "$AK_SRCDIR"/samples/litellm/slp-2026-06-01_07.jsonl.gz
finish
