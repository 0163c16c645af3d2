#!/bin/sh
# One use of a model as several sources count it: equal canonical numbers, whatever is inside or beside, in cents or dollars.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
put() { # put SOURCE FILE: ingest a file, recognised by itself
	"$AUDITKIT" -w w ingest --source "$1" "$2" --json >out 2>err || { echo "# $1: $(cat err)"; return 1; }
}
of() { # of TABLE SOURCE COLUMNS
	sqlite3 -separator ' ' w/workspace.db "SELECT $3 FROM $1 t JOIN file f ON f.id = t.file JOIN export x ON x.id = f.export
		JOIN source s ON s.id = x.source WHERE s.name = '$2' ORDER BY t.seq"
}
tokens='input_tokens, input_includes_cache, cache_read_tokens, cache_write_tokens, output_tokens'
# The call: 500 tokens that no cache knew, 60 + 40 written to caches, 400 read from one, 500 answered.
want='1000 1 400 100 500'

# ---- Anthropic counts the cache beside the input ----
jq -n '{data: [{starting_at: "2026-08-01T00:00:00Z", ending_at: "2026-08-02T00:00:00Z", results: [{uncached_input_tokens: 500,
	cache_creation: {ephemeral_5m_input_tokens: 60, ephemeral_1h_input_tokens: 40}, cache_read_input_tokens: 400,
	output_tokens: 500, api_key_id: "apikey_01C", model: "claude-sonnet-4-5"}]}], has_more: false}' >an.json
cat >an.csv <<'CSV'
usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens
2026-08-01,claude-sonnet-4-5,batch-key,Default,message,≤ 200k,500,60,40,400,500
CSV
jq -n '{data: [{date: "2026-08-01T00:00:00Z", actor: {type: "api_actor", api_key_name: "batch-key"}, organization_id: "org_01X",
	customer_type: "api", terminal_type: "x", core_metrics: {num_sessions: 1}, model_breakdown: [{model: "claude-sonnet-4-5",
	tokens: {input: 500, output: 500, cache_read: 400, cache_creation: 100}, estimated_cost: {currency: "USD", amount: 41.25}}]}],
	has_more: false}' >code.json
# ---- OpenAI, gateways and spans count it inside ----
jq -n '{object: "page", data: [{object: "bucket", start_time: 1785542400, end_time: 1785628800, results: [{
	object: "organization.usage.completions.result", input_tokens: 1000, input_cached_tokens: 400, input_cache_write_tokens: 100,
	output_tokens: 500, num_model_requests: 1, model: "m"}]}], has_more: false}' >oa.json
cat >oa.csv <<'CSV'
start_time,end_time,start_time_iso,end_time_iso,num_model_requests,model,input_tokens,output_tokens,input_cached_tokens,input_cache_write_tokens
1785542400,1785628800,2026-08-01T00:00:00,2026-08-02T00:00:00,1.0,m,1000.0,500.0,400.0,100.0
CSV
jq -nc '{id: "c1", trace_id: "t1", call_type: "acompletion", response_cost: 0.4125, startTime: 1785542400, endTime: 1785542401,
	status: "success", model: "claude-sonnet-4-5", model_group: "g", model_parameters: {}, hidden_params: {}, end_user: "",
	prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500, metadata: {user_api_key_alias: "svc",
	usage_object: {cache_read_input_tokens: 400, cache_creation_input_tokens: 100}}}' >gw.jsonl
jq -nc '{resourceSpans: [{scopeSpans: [{spans: [{traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7", name: "chat",
	startTimeUnixNano: "1785542400000000000", endTimeUnixNano: "1785542401000000000", attributes: [
	["gen_ai.usage.input_tokens", 1000], ["gen_ai.usage.output_tokens", 500], ["gen_ai.usage.cache_read.input_tokens", 400],
	["gen_ai.usage.cache_creation.input_tokens", 100] | {key: .[0], value: {intValue: .[1]}}]}]}]}]}' >span.json
for s in usage:an.json usage:an.csv usage:code.json usage:oa.json usage:oa.csv request:gw.jsonl app_event:span.json; do
	file=${s#*:}
	put "${file%.*}-${file#*.}" "$file"
	is "$(jq -r '.sources[0].format' out): tokens" "$(of "${s%%:*}" "${file%.*}-${file#*.}" "$tokens")" "$want"
done
for s in an-json an-csv oa-json oa-csv; do
	is "$s: the same day" "$(of usage $s 'event_start, event_end')" "2026-08-01T00:00:00Z 2026-08-02T00:00:00Z"
done

# ---- 0.4125 dollars: cents as text, dollars as text, number, text with an exponent ----
jq -n '{data: [{starting_at: "2026-08-01T00:00:00Z", ending_at: "2026-08-02T00:00:00Z", results: [{currency: "USD", amount: "41.2500"}]}],
	has_more: false}' >cents.json
cat >dollars.csv <<'CSV'
usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd
2026-08-01,Claude Sonnet 4.5,Default,batch-key,message,≤ 200k,output,0.41250
CSV
for value in 0.4125 '"0.412500000000000000000000000000"' '"4125E-4"' '"4.125e-1"'; do
	n=$((${n-0} + 1))
	echo "{\"object\":\"page\",\"data\":[{\"object\":\"bucket\",\"start_time\":1785542400,\"end_time\":1785628800,\"results\":[
	{\"object\":\"organization.costs.result\",\"amount\":{\"value\":$value,\"currency\":\"usd\"},\"line_item\":\"$n\"}]}],\"has_more\":false}" >"major$n.json"
	put "major$n" "major$n.json"
	is "major unit, written $value" "$(of usage "major$n" 'cost_billed, cost_currency')" "0.4125 USD"
done
put cents cents.json
is "cents" "$(of usage cents 'cost_billed, cost_currency')" "0.4125 USD"
put dollars dollars.csv
is "dollars" "$(of usage dollars 'cost_billed, cost_currency')" "0.4125 USD"
is "an estimate is no bill" "$(of usage code-json 'cost_estimated, cost_billed IS NULL')" "0.4125 1"
is "a limit in whole cents" "$(echo '{"object":"organization.spend_limit","threshold_amount":41,"currency":"USD","interval":"month"}' >limit.json
	put limit limit.json
	of quota_event limit 'quota_limit, quota_unit')" "0.41 usd"
finish
