#!/bin/sh
# Exports of clouds that need more than one record to be read rightly: parts of one call count once, keys are never stored.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
put() { # put SOURCE FILE...: the run's stored and duplicate
	s=$1
	shift
	"$AUDITKIT" -w w ingest --source "$s" "$@" --json >out 2>err || { echo "# $s: $(cat err)"; return 1; }
	jq -r '.run.totals | "\(.stored) \(.duplicate)"' out
}
sql() { sqlite3 -separator ' ' w/workspace.db "$1"; }

# ---- API Management: a row of the gateway and three numbered rows of one exchange ----
jq -nc '{TimeGenerated: "2026-08-01T09:14:15Z", CorrelationId: "c-1", ResponseCode: 200, IsRequestSuccess: true, TotalTime: 1021},
	{TimeGenerated: "2026-08-01T09:14:20Z", CorrelationId: "c-2", ResponseCode: 429, IsRequestSuccess: false, TotalTime: 3}' >gateway.jsonl
jq -nc 'range(3) | {TimeGenerated: "2026-08-01T09:14:16Z", CorrelationId: "c-1", RequestId: "chatcmpl-1", SequenceNumber: .,
	DeploymentName: (if . == 1 then "chat" else "" end), ModelName: (if . == 1 then "gpt-4o" else "" end),
	PromptTokens: (if . == 1 then 120 else 0 end), CompletionTokens: (if . == 1 then 30 else 0 end), RequestMessages: "[]"}' >llm.jsonl
is "rows of the gateway and of the exchange" "$(put apim gateway.jsonl llm.jsonl)" "5 0"
is "are two attempts, the tokens once" \
	"$(sql "SELECT gateway_request_id, status_code, response_model, input_tokens, output_tokens, outcome, records FROM attempt ORDER BY 1")" \
	"c-1 200 gpt-4o 120 30 success 4
c-2 429    failure 1"
is "read again they are known" "$(put apim llm.jsonl)" "0 3"

# ---- Google Cloud: both entries of a call in pieces, a change in two entries ----
entry() { # entry METHOD INSERT TIME OPERATION
	jq -nc --arg m "$1" --arg i "$2" --arg t "$3" --arg o "$4" '{insertId: $i, logName: "projects/demo/logs/x", timestamp: $t,
		operation: {id: $o}, resource: {type: "audited_resource", labels: {project_id: "demo"}}, protoPayload: {serviceName:
		"aiplatform.googleapis.com", methodName: $m, resourceName: "projects/demo/models/m"}}'
}
bidi=google.cloud.aiplatform.v1beta1.LlmBidiService.BidiGenerateContent
make=google.cloud.aiplatform.v1.EndpointService.CreateEndpoint
{
	entry $bidi a1 2026-08-01T09:00:00.123456789Z 5374205265901353984
	entry $bidi a2 2026-08-01T09:05:00Z 5374205265901353984
	entry $make b1 2026-08-01T10:00:00Z 77
	entry $make b2 2026-08-01T10:01:00Z 77
} >gcp.jsonl
put gcp gcp.jsonl >/dev/null
is "a call in pieces is one call" "$(sql "SELECT count(*), max(event_id), max(event_start) FROM provider_call r
	WHERE provider = 'gcp.vertex_ai' AND NOT EXISTS (SELECT 1 FROM superseded x WHERE x.seq = r.seq)")" "1 5374205265901353984 2026-08-01T09:05:00Z"
is "entries of a change stay apart" "$(sql "SELECT count(*), min(category), max(category) FROM audit_event WHERE action = '$make'")" "2 routing routing"

# ---- DeepSeek: the column with the key ----
key=sk-$(printf 'brindle%s' 0123456789abcdef01234567)
{
	echo user_id,start_time_iso,end_time_iso,model,api_key_name,api_key,type,price,amount
	for t in request_count,,4 input_cache_hit_tokens,0.1,400 input_cache_miss_tokens,0.2,600 output_tokens,1,500; do
		echo "u-1,2026-08-01T08:00:00+08:00,2026-08-01T09:00:00+08:00,deepseek-chat,bot,$key,$t"
	done
} >amount.csv
is "one metric a row" "$(put deepseek amount.csv)" "4 0"
is "adds up to the same numbers as elsewhere" "$(sql "SELECT sum(request_count), sum(input_tokens), sum(cache_read_tokens), sum(output_tokens),
	min(event_start), min(input_includes_cache) FROM usage WHERE provider = 'deepseek'")" "4 1000 400 500 2026-08-01T00:00:00Z 1"
cat w/workspace.db* >bytes
is "no key is stored" "$(grep -acF "$key" bytes)" 0
is "its token is" "$(sql "SELECT count(DISTINCT key_hash), min(key_hash) GLOB 'key:*' FROM usage WHERE provider = 'deepseek'")" "1 1"

# ---- Bedrock: the call that CloudTrail and the invocation log tell of has one request id; the cache is inside the input ----
jq -nc '{schemaType: "ModelInvocationLog", schemaVersion: "1.0", timestamp: "2026-08-01T09:14:15Z", requestId: "6f9e9644-0000-4c3c-892f-b51372320d5e",
	operation: "Converse", modelId: "m", input: {inputTokenCount: 500, cacheReadInputTokenCount: 400, cacheWriteInputTokenCount: 100},
	output: {outputTokenCount: 500}}' >bedrock.jsonl
put bedrock bedrock.jsonl >/dev/null
is "Bedrock counts the cache beside the input" "$(sql "SELECT input_tokens, input_includes_cache, cache_read_tokens, cache_write_tokens, output_tokens
	FROM provider_call WHERE provider = 'aws.bedrock'")" "1000 1 400 100 500"
finish
