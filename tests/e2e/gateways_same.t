#!/bin/sh
# One call as six gateways record it: equal canonical numbers, whether the source counts cents, billionths or dollars, caches
# inside or beside the input, the time to the first token or to the last one. And sums of a gateway are no provider's.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
put() { "$AUDITKIT" -w w ingest --source "$1" "$2" >out 2>err || { echo "# $1: $(cat err)"; return 1; }; }
of() {
	sqlite3 -separator ' ' w/workspace.db "SELECT $3 FROM $1 t JOIN file f ON f.id = t.file JOIN export x ON x.id = f.export
		JOIN source s ON s.id = x.source WHERE s.name = '$2' ORDER BY t.seq"
}
# 1,000 tokens in, 400 of them from the provider's cache; 500 out; 41.25 cents; 1,103 ms.
jq -nc '{id: "01JN", created_at: "2026-03-02T09:20:46Z", provider: "azure-openai", model: "gpt-4o", success: true, status_code: 200, cached: false, step: 0,
	duration: 1103, tokens_in: 1000, tokens_out: 500, cost: 0.4125, metadata: "{\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\"}"}' >cloudflare.json
jq -nc '{data: {id: "gen_01JN", total_cost: 0.4125, created_at: "2026-03-02T09:20:46Z", model: "gpt-4o", provider_name: "azure", finish_reason: "stop", streamed: true,
	latency: 200, generation_time: 1103, native_tokens_prompt: 1000, native_tokens_completion: 500, native_tokens_cached: 400, native_tokens_cache_creation: 0}}' >vercel.json
jq -nc '{data: {id: "gen-1", upstream_id: "chatcmpl-1", total_cost: 0.4125, created_at: "2026-03-02T09:20:46+00:00", model: "gpt-4o", provider_name: "Azure", finish_reason: "stop",
	latency: 1103, generation_time: 903, tokens_prompt: 7, tokens_completion: 7, native_tokens_prompt: 1000, native_tokens_completion: 500, native_tokens_cached: 400}}' >openrouter.json
jq -nc '{id: "pk-1", created_at: "2026-03-02T09:20:46Z", ai_org: "azure-openai", ai_model: "gpt-4o", req_units: 1000, res_units: 500, total_units: 1500, cost: 41.25,
	response_time: 1103, response_status_code: 200}' >portkey.json
jq -nc '{request_id: "8b1f0000-1111-4222-8333-944455556666", request_created_at: "2026-03-02 09:20:46", response_status: 200, provider: "AZURE", request_model: "gpt-4o", delay_ms: 1103,
	time_to_first_token: 200, prompt_tokens: 600, prompt_cache_read_tokens: 400, completion_tokens: 500, cost: 0.4125}' >helicone.json
jq -nc '{request_id: "8b1f0001-1111-4222-8333-944455556666", request_created_at: "2026-03-02 09:20:46", status: 200, provider: "AZURE", model: "gpt-4o", latency: "1103",
	time_to_first_token: "200", prompt_tokens: "600", prompt_cache_read_tokens: "400", completion_tokens: "500", cost: "412500000", organization_id: "o"}' >clickhouse.json
jq -nc '{request_id: "chatcmpl-1", call_type: "acompletion", api_key: "", spend: 0.4125, startTime: "2026-03-02 09:20:46", endTime: "2026-03-02 09:20:47.103", model: "gpt-4o",
	custom_llm_provider: "azure", status: "success", prompt_tokens: 1000, completion_tokens: 500, metadata: {}}' >litellm.json
for s in cloudflare vercel openrouter portkey helicone clickhouse litellm; do
	ok "$s is recognised" put "$s" "$s.json"
	is "$s: tokens, cost, length, provider, model, outcome, start" \
		"$(of request "$s" "input_tokens, output_tokens, cost_estimated, cost_currency, duration_ms, provider, response_model || coalesce(request_model, ''), outcome, event_start" | sed 's/gpt-4ogpt-4o/gpt-4o/')" \
		"1000 500 0.4125 USD 1103 azure.ai.openai gpt-4o success 2026-03-02T09:20:46Z"
done
is "latency is the first token for one, the call for the other" \
	"$(of request vercel time_to_first_chunk_ms) $(of request openrouter "coalesce(time_to_first_chunk_ms, '-')")" "200 -"
is "the cache is a part of the input" "$(for s in helicone clickhouse; do of request $s "cache_read_tokens, input_includes_cache"; done | sort -u)" "400 1"

# ---- what a gateway added up itself ----
jq -nc '{id: "ds-1", user_id: "usr_7", date: "2026-03-02", api_key: "", model: "gpt-4o", custom_llm_provider: "azure", prompt_tokens: "1000", completion_tokens: "500",
	spend: 0.4125, api_requests: "1", successful_requests: "1", failed_requests: "0"}' >daily.json
jq -nc '{data: [{date: "2026-03-02", model: "gpt-4o", provider_name: "Azure", usage: 0.4125, requests: 1, prompt_tokens: 1000, completion_tokens: 500}]}' >activity.json
ok "daily sums" put daily daily.json
ok "a provider's use" put activity activity.json
is "an estimate is no bill" "$(of usage daily "cost_estimated, coalesce(cost_billed, '-')") $(of usage activity cost_billed)" "0.4125 - 0.4125"
"$AUDITKIT" -w w packet build --draft -o p.d >/dev/null 2>&1
is "a gateway's sums are a layer of their own" "$(cat p.d/data/tables/*.csv | grep -E '^(daily|activity),(gateway sums|provider usage),' | cut -d, -f1,2 | sort -u | tr '\n' ' ')" \
	"activity,provider usage daily,gateway sums "
finish
