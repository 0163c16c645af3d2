#!/bin/sh
# Traps of gateway exports that need more than one file or the stored bytes; tests/formats/traps-gateways-2.tsv has the list.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
put() { # put SOURCE FILE: ingest a file, recognised by itself
	"$AUDITKIT" -w w ingest --source "$1" "$2" --json >out 2>err
	rc=$?
}
of() { # of TABLE SOURCE COLUMNS
	sqlite3 -separator ' ' w/workspace.db "SELECT $3 FROM $1 t JOIN file f ON f.id = t.file JOIN export x ON x.id = f.export
		JOIN source s ON s.id = x.source WHERE s.name = '$2' ORDER BY t.seq"
}

# ---- one call as ten sources tell it: 18 tokens in, 4 of them cached, 21 out, 2 s until 09:20:47, 0.00037 dollars ----
python3 - <<'E'
import json
T = "4bf92f3577b34da6a3ce929d0e0e4736"
END, START = "2026-03-02T09:20:47.000Z", "2026-03-02T09:20:45.000Z"
files = {
    "kong": {"started_at": 1772443245000, "request": {"id": "1" * 32, "method": "POST", "uri": "/v1/chat/completions",
             "headers": {"traceparent": f"00-{T}-00f067aa0ba902b7-01"}}, "response": {"status": 200}, "latencies": {"request": 2000, "kong": 3},
             "ai": {"proxy": {"meta": {"provider_name": "azure", "response_model": "gpt-4o"}, "usage": {"prompt_tokens": 18,
             "completion_tokens": 21, "cost": 0.00037, "prompt_tokens_details": {"cached_tokens": 4}}}}},
    "envoy": {"start_time": START, "response_code": 200, "x-request-id": "83b63da3-45a9-4196-98b8-1a7f697d6d8d", "duration": 2000,
              "gen_ai.response.model": "gpt-4o", "gen_ai.usage.input_tokens": 18, "gen_ai.usage.output_tokens": 21,
              "gen_ai.usage.cached_input_tokens": 4, "traceparent": f"00-{T}-00f067aa0ba902b7-01"},
    "llmgateway": {"logs": [{"id": "Zx9", "requestId": "rq_77", "createdAt": END, "duration": 2000, "usedModel": "gpt-4o", "traceId": T,
                   "usedProvider": "azure", "hasError": False, "promptTokens": "18", "completionTokens": "21", "cachedTokens": "4", "cost": 0.00037}]},
    "stream": {"stream": "s", "source": "request_logs", "events": [{"id": "Zy9", "type": "request_log", "timestamp": END, "requestId": "rq_78",
               "organizationId": "o", "usedModel": "gpt-4o", "usedProvider": "azure", "durationMs": 2000, "hasError": False,
               "promptTokens": 18, "completionTokens": 21, "cachedTokens": 4, "cost": 3.7e-4}]},
    "bifrost": {"id": "br-1", "timestamp": START, "object": "chat.completion", "provider": "azure", "model": "gpt-4o", "number_of_retries": 0,
                "fallback_index": 0, "status": "success", "latency": 2000.0, "cost": 0.00037, "token_usage": json.dumps({"prompt_tokens": 18,
                "completion_tokens": 21, "prompt_tokens_details": {"cached_tokens": 4}}), "metadata": json.dumps({"trace_id": T})},
    "tensorzero": {"id": "0195a4b0-1111-7222-8333-944455556666", "inference_id": "0195a4b0-0000-7222-8333-944455556666", "model_name": "gpt-4o",
                   "model_provider_name": "azure", "input_tokens": 18, "output_tokens": 21, "provider_cache_read_input_tokens": 4,
                   "response_time_ms": 2000, "cost": "0.000370000", "created_at": END},
    "oneapi": {"id": 7, "created_at": 1772443247, "type": 2, "username": "svc", "token_name": "pay", "model_name": "gpt-4o", "quota": 185,
               "prompt_tokens": 18, "completion_tokens": 21, "elapsed_time": 2000, "request_id": "r-1"},
    "newapi": {"id": 7, "created_at": 1772443247, "type": 2, "username": "svc", "token_name": "pay", "model_name": "gpt-4o", "quota": 185,
               "prompt_tokens": 18, "completion_tokens": 21, "use_time": 2, "other": json.dumps({"cache_tokens": 4})},
    "langfuse": {"id": "ob1", "trace_id": T, "type": "GENERATION", "name": "answer", "start_time": START, "end_time": END, "level": "DEFAULT",
                 "provided_model_name": "gpt-4o", "usage_details": {"input": 14, "input_cached_tokens": 4, "output": 21, "total": 39},
                 "cost_details": {"total": "0.000370000000"}},
    "span": {"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": T.upper(), "spanId": "00f067aa0ba902b8", "name": "chat",
             "startTimeUnixNano": "1772443245000000000", "endTimeUnixNano": "1772443247000000000", "attributes": [
             {"key": k, "value": v} for k, v in (("gen_ai.usage.input_tokens", {"intValue": "18"}), ("gen_ai.usage.output_tokens", {"intValue": "21"}),
             ("gen_ai.usage.cache_read.input_tokens", {"intValue": 4}), ("gen_ai.usage.cost", {"doubleValue": 0.00037}),
             ("gen_ai.response.model", {"stringValue": "gpt-4o"}))]}]}]}]},
}
for name, value in files.items():
    json.dump(value, open(name + ".json", "w"))
E
for s in kong envoy llmgateway stream bifrost tensorzero oneapi newapi langfuse span; do
	put $s $s.json
	case $s in langfuse | span) t=app_event ;; *) t=request ;; esac
	case $s in envoy) cost= ;; *) cost=0.00037 ;; esac
	case $s in oneapi) cached= ;; *) cached=4 ;; esac
	is "$s: the same numbers" "$(of $t $s "input_tokens, output_tokens, cache_read_tokens, duration_ms, cost_estimated, response_model,
		strftime('%H:%M:%f', event_start)")" "18 21 $cached 2000 $cost gpt-4o 09:20:45.000"
done
is "and the trace where the source has one" "$(for s in kong envoy llmgateway bifrost; do of request $s trace_id; done; for s in langfuse span; do of app_event $s trace_id; done | sort -u)" \
	"$(for s in 1 2 3 4; do echo 4bf92f3577b34da6a3ce929d0e0e4736; done; echo 4bf92f3577b34da6a3ce929d0e0e4736)"

# ---- ids that collide, versions of a row, rows of other sorts ----
jq -nc '{data: [range(3) | {id: 7, created_at: (1772443300 + .), type: 2, username: "svc", token_name: "pay", model_name: "m", quota: 1,
	prompt_tokens: 1, completion_tokens: 1, use_time: 0, other: ""}]}' >mod.json
put mod mod.json
is "rows of one id modulo 1,024 are three" "$(jq -c '[.sources[0].stored, .sources[0].conflict // 0]' out)" "[3,0]"
put mod mod.json
is "and none when they are read again" "$(jq -c '.sources[0] | [.stored, .duplicate]' out)" "[0,3]"
jq -c '.updated_at = "2026-03-02T10:00:00Z" | .usage_details.output = 22' langfuse.json >later.json
put versions langfuse.json
put versions later.json
is "a later version of a row takes its place" "$(sqlite3 -separator ' ' w/workspace.db "SELECT output_tokens, seq IN (SELECT seq FROM superseded)
	FROM app_event WHERE event_id = 'ob1' ORDER BY seq" | tr '\n' ' ')" "21 1 22 0 "
printf '%s\n' '[2026-03-02 09:20:46.000][1][info] lds: add/update listener' "$(cat envoy.json | sed 's/8d"/8e"/')" 'plain text' "$(cat envoy.json | sed 's/8d"/8f"/')" >mixed.log
put mixed mixed.log
is "lines of the proxy between those of the log cost only themselves" "$rc $(jq -c '.sources[0] | [.stored, .rejected]' out)" "3 [2,2]"
printf '\357\273\277%s\r\n%s\r\n' "$(sed 's/8d"/90"/' envoy.json)" "$(sed 's/8d"/91"/' envoy.json)" >crlf.log
put crlf crlf.log
is "a byte order mark and CRLF" "$rc $(jq .sources[0].stored out)" "0 2"

# ---- one logical request is several attempts ----
jq -c '.logs[0] |= (.id = "Zw9" | .requestId = "rq_99" | del(.traceId)) | .logs += [.logs[0] | .id = "Zw8" | .hasError = true | .errorDetails = {statusCode: 429} | .createdAt = "2026-03-02T09:20:44Z"]' llmgateway.json >two.json
put attempts two.json
is "attempts of one request are two rows of one group" "$(of request attempts 'event_id, gateway_event_id, outcome' | tr '\n' ' ')$("$AUDITKIT" -w w trace reconstruct rq_99 2>/dev/null | grep -c '2 attempts in 2 records')" \
	"Zw9 rq_99 success Zw8 rq_99 failure 1"

# ---- what must not be kept ----
python3 - <<'E'
import json
canary = "-".join(["canary", "7f3a", "secret"])
key = "".join(["sk", "-", "proj", "-", "Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv1Wx2Yz3"])
def kong(i, **more):
    return {"started_at": 1772443245000, "request": {"id": f"{i:032x}", "method": "POST", "uri": f"/chat?apikey={key}", "querystring": {"apikey": key},
            "headers": {"apikey": key, "cookie": f"s={canary}", "x-note": canary}}, "response": {"status": 200, "headers": {"set-cookie": canary}},
            "latencies": {"request": 1}, "tries": [{"ip": "203.0.113.81", "hostname": canary, "balancer_start": 1}], **more}
rows = {
    "k": [kong(2, ai={"proxy": {"payload": {"request": canary, "response": canary}, "lakera-guard": {"mode": "BOTH", "input_faulty_prompt": canary,
          "output_faulty_response": canary}}, "sanitizer": {"pii_identified": 1, "sanitized_items": [{"entity_type": "X", "original": canary, "sanitized": "Y"}]},
          "mcp": {"rpc": [{"id": 1, "method": "tools/call", "payload": {"request": canary, "response": canary}}]}})],
    "l": [{"id": "Za1", "requestId": "rq_1", "createdAt": "2026-03-02T09:20:47Z", "usedModel": "m", "usedProvider": "openai", "messages": [{"content": canary}],
           "content": canary, "rawRequest": {"x": canary}, "upstreamResponse": {"y": canary}, "customHeaders": {"x-key": key}, "params": {"p": canary},
           "errorDetails": {"statusCode": 400, "responseText": canary}}],
    "v": [{"id": "gv9", "logId": "Za1", "ruleId": "r", "actionTaken": "blocked", "matchedPattern": canary, "matchedContent": canary, "contentHash": canary,
           "createdAt": "2026-03-02T09:20:47Z"}],
    "b": [{"id": "br-9", "timestamp": "2026-03-02T09:20:47Z", "provider": "openai", "model": "m", "number_of_retries": 0, "fallback_index": 0, "status": "success",
           "content_summary": canary, "raw_request": canary, "input_history": [{"content": canary}], "plugin_logs": canary, "metadata": {"note": canary}}],
    "t": [{"id": "0195a4b0-2222-7222-8333-944455556666", "inference_id": "0195a4b0-0000-7222-8333-944455556667", "model_name": "m", "model_provider_name": "openai",
           "raw_request": canary, "raw_response": canary, "system": canary, "input_messages": canary, "output": canary, "created_at": "2026-03-02T09:20:47Z"}],
    "n": [{"id": 9, "created_at": 1772443400, "type": 3, "username": "root", "token_name": "", "model_name": "", "quota": 0, "use_time": 0, "content": canary, "other": ""}],
    "f": [{"id": "ob9", "trace_id": "tr-9", "type": "GENERATION", "name": "n", "start_time": "2026-03-02T09:20:47Z", "level": "DEFAULT",
           "input": json.dumps(json.dumps({"messages": [{"content": canary}]})), "output": canary, "metadata": {"note": canary}, "model_parameters": canary}],
    "h": [{"metadata": {"auditId": "a-9"}, "type": "mcp_tool_call", "loggedAt": "2026-03-02T09:20:47Z", "source": {"type": "local", "value": canary}, "outcome": "success",
           "subjects": {"user": "kim"}, "component": "c", "target": {"name": canary}, "data": {"request": canary}}],
}
rows["o"] = [{"dao_name": "keyauth_credentials", "entity": json.dumps({"key": canary, "consumer": {"id": "c1"}, "config": {"header_value": canary,
              "minute": 5}}), "entity_key": "k1", "id": "i1", "operation": o, "request_id": "r1"} for o in ("create", "delete")]
rows["r"] = [{"request_id": "r1", "request_timestamp": 1772443246, "method": "POST", "path": "/consumers/pay/key-auth", "status": 201,
              "client_ip": "203.0.113.9", "payload": p} for p in (json.dumps({"key": canary}), "key=" + canary)]
for name, lines in rows.items():
    open(f"secret-{name}.jsonl", "w").writelines(json.dumps(x) + "\n" for x in lines)
E
for f in k l v b t n f h o; do put "s$f" "secret-$f.jsonl"; jq -r '.sources[0] | "\(.format) \(.stored)"' out; done >kinds
put sr secret-r.jsonl
is "ten exports with such data" "$(jq .sources[0].stored out)" 1
is "each recognised" "$(sort kinds | tr '\n' ' ')" "bifrost-logs 1 kong-ai 1 kong-audit-objects 2 langfuse-observations 1 llmgateway-logs 1 llmgateway-violations 1 newapi-logs 1 tensorzero-model-inferences 1 toolhive-audit 1 "
is "the prompts arrived, and that is said" "$(for s in sk sl sb st; do of request $s payload_prompt; done | tr '\n' ' ')$(of app_event sf payload_prompt)" "present present present present present"
sqlite3 w/workspace.db .dump >dump
cat w/workspace.db* dump >bytes
is "no word of them is kept" "$(grep -ac 'canary-7f3a\|7f3a-secret\|Gh4Ij5Kl6Mn7' bytes)" 0

# ---- a table of keys is no export ----
printf 'id,created_at,token,description,status,project_id\nak1,2026-03-02 09:20:47,x,pay,active,pr1\n' >keys.csv
put keys keys.csv
is "it is refused" "$rc" 5

# ---- the list: each trap has a test that exists, or a reason ----
list=$AK_SRCDIR/tests/formats/traps-gateways-2.tsv
is "all 18 traps are listed, in order" "$(grep -v '^#' "$list" | cut -f 1 | uniq | tr '\n' ' ')" "$(seq 18 | tr '\n' ' ')"
grep -v '^#' "$list" | while IFS="$(printf '\t')" read -r n what where; do
	case $what in
	reason) [ -n "$where" ] || echo "$n" ;;
	*) grep -qF -- "$where" "$AK_SRCDIR/$what" || echo "$n $what" ;;
	esac
done >missing
is "each test that is named exists" "$(cat missing)" ""
finish
