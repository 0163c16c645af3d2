#!/bin/sh
# How many instructions a fixed job takes, by callgrind: a machine's load does not change the number. It may differ by a tenth
# from what instructions.tsv records for the same compiler and flags. AK_LONG=1 runs it; AK_RECORD=1 writes the numbers there.
. "$AK_SRCDIR/tests/tap.sh"
[ "${AK_LONG-}${AK_RECORD-}" ] || { echo '1..0 # SKIP only in make check-long'; exit 0; }
command -v valgrind >/dev/null || { echo '1..0 # SKIP no valgrind here'; exit 0; }
! sanitized || skip_all 'sanitizers and valgrind exclude each other'
# shellcheck disable=SC2086
build="$(uname -m), $(basename "$(echo ${CC:-cc} | sed 's/^ccache //')") $(${CC:-cc} -dumpfullversion), ${AK_CFLAGS-unknown flags}"
record=$AK_SRCDIR/tests/bench/instructions.tsv
cd "$tap_dir" || exit 1

python3 - <<'PY'
import json
with open("calls.jsonl", "w") as f:
    for i in range(1500):
        t = 1780272000 + 37 * i
        f.write(json.dumps({
            "id": "chatcmpl-%012d" % i, "trace_id": "%032x" % (i * 7919), "call_type": "acompletion", "stream": i % 2 == 0,
            "status": "failure" if i % 50 == 0 else "success", "custom_llm_provider": "bedrock", "startTime": t, "endTime": t + 1.5,
            "model": "model-%d" % (i % 5), "model_group": "chat", "api_base": "https://api.example.com/v1",
            "metadata": {"user_api_key_hash": "%064x" % (i % 40), "user_api_key_alias": "svc-%d" % (i % 40),
                         "user_api_key_team_id": "team-%d" % (i % 6), "requester_ip_address": "203.0.113.%d" % (i % 250)},
            "response_cost": 0.00012 * (i % 9), "total_tokens": 3 * i, "prompt_tokens": i, "completion_tokens": 2 * i,
            "messages": [{"role": "user", "content": "removed"}], "response": {"text": "removed"}}) + "\n")
with open("usage.csv", "w") as f:
    f.write("start_time,end_time,project_id,model,num_model_requests,input_tokens,output_tokens\n")
    for i in range(3000):
        t = 1780272000 + 3600 * (i % 336)
        f.write("%d,%d,proj_%d,gpt-4.1,%d,%d,%d\n" % (t, t + 3600, i // 336, i + 1, 10 * i, i))
PY
# A short policy: what the template says must not count.
"$AUDITKIT" init w >/dev/null 2>&1
printf 'version: 1\n' >w/policy.yaml

job() { # job NAME ARGS...
	name=$1
	shift
	valgrind --tool=callgrind --callgrind-out-file=counts "$AUDITKIT" -w w "$@" >out 2>err
	now=$(sed -n 's/^summary: \([0-9]*\).*/\1/p' counts)
	case $(cat err) in *dwarf*) echo "# this valgrind cannot read this compiler's debug data (try -gdwarf-4)" ;; esac
	was=$(awk -F '\t' -v b="$build" -v n="$name" '$1 == b && $2 == n { print $3 }' "$record")
	[ "$now" ] && [ ! "${AK_RECORD-}" ] || printf '%s\t%s\t%s\n' "$build" "$name" "$now" >>new
	if [ ! "$was" ] || [ "${AK_RECORD-}" ]; then
		tap_n=$((tap_n + 1))
		echo "ok $tap_n - $name: $now instructions # SKIP nothing recorded for $build: AK_RECORD=1 make check TESTS=tests/bench/instructions.t"
		return
	fi
	is "$name: $now instructions, $was recorded" "$((now * 10 <= was * 11))$((now * 10 >= was * 9))" 11
	[ "$((now * 10 <= was * 11 && now * 10 >= was * 9))" = 1 ] ||
		echo '# meant so? then AK_RECORD=1 make check TESTS=tests/bench/instructions.t and commit tests/bench/instructions.tsv'
}
job 'ingest of 1,500 lines' ingest --format litellm-slp calls.jsonl
job 'ingest of 3,000 rows' ingest --format openai-usage-csv usage.csv
job 'verify' verify
job 'packet build' packet build --allow-gaps --force -o one.zip
is "what was counted is what was stored" "$(sqlite3 w/workspace.db 'SELECT (SELECT count(*) FROM request), (SELECT count(*) FROM usage)')" '1500|3000'
if [ "${AK_RECORD-}" ]; then
	{ grep -vF "$build	" "$record"; cat new; } >kept
	cat kept >"$record"
fi
finish
