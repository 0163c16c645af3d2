#!/bin/sh
# A plan of canary requests is the file that completeness reads, and its markers are what a packet is searched for.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
export XDG_CONFIG_HOME="$tap_dir/config"
"$AUDITKIT" canary plan --count 3 --every 30 --from 2026-06-01T10:00:00Z >plan
is "three ids and their times" "$(grep -c '^00-[0-9a-f]\{32\}-[0-9a-f]\{16\}-01$' plan) $(grep -o 'at 2026-[^,]*' plan | tr '\n' ' ')" "3 at 2026-06-01T10:00:00Z at 2026-06-01T10:30:00Z at 2026-06-01T11:00:00Z "
is "hashes are those of the markers" "$(sed -n 's/.*marker \(canary-[0-9a-f]*\), sha256.*/\1/p' plan | while read -r m; do printf %s "$m" | sha256sum | cut -c1-64; done)" "$(sed -n 's/.*sha256 //p' plan)"
is "no two are the same" "$("$AUDITKIT" canary plan --count 2000 --json | jq -r '.canaries[] | .traceparent, .marker' | sort | uniq -d | wc -l)" 0
is "limits" "$("$AUDITKIT" canary plan --count 0 >/dev/null 2>&1; echo $?)$("$AUDITKIT" canary plan --every 0 >/dev/null 2>&1; echo $?)$("$AUDITKIT" canary plan --count 10001 >/dev/null 2>&1; echo $?)" 222
# Two of the three arrive in the gateway's log, with the prompt that holds the marker.
n=0
grep '^00-' plan | head -n 2 | while IFS=- read -r _ trace _; do
	n=$((n + 1))
	m=$(sed -n 's/.*marker \(canary-[0-9a-f]*\).*/\1/p' plan | sed -n "${n}p")
	printf '{"id": "chatcmpl-%s", "trace_id": "%s", "call_type": "acompletion", "status": "success", "startTime": 178030800%s.5, "endTime": 178030801%s, "model": "m", "model_group": "g", "custom_llm_provider": "openai", "response_cost": 0.1, "metadata": {}, "messages": [{"role": "user", "content": "please repeat %s"}]}\n' "$n" "$trace" $n $n "$m"
done >slp.jsonl
"$AUDITKIT" init w >/dev/null 2>&1
"$AUDITKIT" -w w ingest --format litellm-slp slp.jsonl >/dev/null 2>&1
is "two of three are found" "$("$AUDITKIT" -w w report completeness --canaries plan --json | jq -c '.methods[] | select(.method == "canaries") | [.found, .of]')" "[1,3]"
sed -n 's/.*sha256 //p' plan >hashes
is "no marker is in the packet" "$("$AUDITKIT" -w w packet build --draft --canary-hashes hashes -o p.d >/dev/null 2>&1; echo $?) $(grep -rl canary- p.d w 2>/dev/null | wc -l)" "0 0"
finish
