#!/bin/sh
# Links between records: each trap of identifiers a row of links.py; conservation per pair and day; the same trace from anywhere.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
links=$AK_SRCDIR/tests/e2e/links.py
tapped() { # tapped PYTHON...: its lines are tests
	python3 "$links" "$@" >said || echo "not ok - $1 ended badly" >>said
	while IFS= read -r line; do
		case $line in
		"ok - "*) tap 0 "${line#ok - }" ;;
		"not ok - "*) tap 1 "${line#not ok - }" ;;
		*) echo "$line" ;;
		esac
	done <said
}
read_in() { # read_in W FOLDER
	"$AUDITKIT" init "$1" >/dev/null 2>&1
	for f in calls events kong; do
		[ ! -f "$2/$f.jsonl" ] || "$AUDITKIT" -w "$1" ingest --source "$f" "$2/$f.jsonl" >out 2>&1 || sed 's/^/# /' out
	done
}
mkdir in
python3 "$links" make in
read_in w in
"$AUDITKIT" -w w report links --format jsonl >rows 2>err
tapped rows w/workspace.db rows
"$AUDITKIT" -w w report links --fuzzy --format jsonl >guessed 2>err
tapped fuzzy w/workspace.db guessed
"$AUDITKIT" -w w report coverage --by-day --json >days 2>err
tapped law rows days
"$AUDITKIT" -w w report coverage --fuzzy --by-day --json >days 2>err
tapped law guessed days

# ---- a period costs and says the same as the whole ----
"$AUDITKIT" -w w report links --from 2026-03-02 --to 2026-03-03 --format jsonl >day
is "the rows of a day are those of the whole with that day" "$(sort day)" "$(jq -c 'select(.day == "2026-03-02")' rows | sort)"
is "--state chooses" "$("$AUDITKIT" -w w report links --state ambiguous --format jsonl | jq -r .state | sort | uniq -c | tr -s ' ')" \
	"$(jq -r .state rows | grep ambiguous | sort | uniq -c | tr -s ' ')"
is "--json gives one document" "$("$AUDITKIT" -w w report links --json | jq '[.schema, .format_version, (.links | length) == .rows]' -c)" '["auditkit.links/1",1,true]'
is "gateway behind gateway, from both" "$(jq -r 'select(.from_kind == "request" and .to_kind == "request") | .from_source + " " + .to_source + " " + .field' rows | sort)" \
	"calls kong auditkit.provider.request_id
kong calls auditkit.provider.request_id"

# ---- the limit ----
share=$("$AUDITKIT" -w w report coverage --json | jq -r '.sides[] | select(.from == "events" and .to_kind == "request") | .linked * 1000 / .total | floor / 10')
"$AUDITKIT" -w w report coverage --min-coverage "$share" >out 2>&1
is "met at $share" "$?" 0
"$AUDITKIT" -w w report coverage --min-coverage "$(echo "$share" | awk '{print $1 + 0.2}')" >out 2>&1
is "exit 1 above it" "$? $(grep -c '^BELOW' out)" "1 1"
"$AUDITKIT" -w w report coverage --min-coverage lots >out 2>&1
is "no share" "$?" 2
"$AUDITKIT" -w w check coverage --json >out 2>&1
is "without a declared limit the check is not evaluable" "$? $(jq -r '.checks[0].verdict' out)" "0 not evaluable"
sed -i 's/min_link_coverage: ,/min_link_coverage: 99%,/' w/policy.yaml
"$AUDITKIT" -w w check coverage --json >out 2>&1
is "with it it is not met" "$? $(jq -r '.checks[0] | .verdict + " " + .findings[0].subject' out)" "1 not met events"

# ---- no source on the other side ----
"$AUDITKIT" init alone >/dev/null 2>&1
"$AUDITKIT" -w alone ingest --source events in/events.jsonl >/dev/null 2>&1
is "a source that was not supplied is the reason" "$("$AUDITKIT" -w alone report coverage --json | jq -c '.coverage[] | [.to, .linked, .reasons]')" \
	"[null,0,{\"source not supplied\":$(wc -l <in/events.jsonl)}]"

# ---- from anywhere the same ----
for seed in 1 2 ${AK_LONG:+3 4 5 6 7 8 9}; do
	mkdir "s$seed"
	python3 "$links" scatter "s$seed" "$seed"
	read_in "w$seed" "s$seed"
	tapped symmetry "$AUDITKIT" "w$seed"
done

# ---- one id in several spellings, at several gateways, on several days ----
hash=5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f
slp() { # slp ID CALL START PROVIDER HEADERS [METADATA]
	printf '{"id":"%s","trace_id":null,"call_id":"%s","call_type":"acompletion","stream":false,"response_cost":0.001,"status":"success","custom_llm_provider":"%s","total_tokens":110,"prompt_tokens":100,"completion_tokens":10,"startTime":%s.0,"endTime":%s.5,"model":"m","model_group":"chat","model_parameters":{},"hidden_params":{"additional_headers":{%s}},"metadata":{"user_api_key_hash":"%s"%s}}\n' \
		"$1" "6a1b0d6e-1111-4222-8333-94445555666$2" "$4" "$3" "$3" "$5" "$hash" "$6"
}
fresh() { # fresh NAME: a workspace of NAME/*.jsonl
	"$AUDITKIT" init "w-$1" >/dev/null 2>&1
	"$AUDITKIT" -w "w-$1" ingest "$1" >out 2>&1 || sed 's/^/# /' out
}
states() { "$AUDITKIT" -w "w-$1" report links --json | jq -c "[.links[] | select(.from_kind == \"$2\") | [.state, (.to // .candidates // .reason), .cardinality]]"; }
hops() { "$AUDITKIT" -w "w-$1" trace reconstruct "$2" --json | jq -c "[.hops[] | select(.n == $3) | .cite]"; }

mkdir aws azure envoy worlds agent
for n in 1 2; do
	printf '{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","timestamp":"2026-09-01T09:0%s:00Z","accountId":"111111111111","identity":{"arn":"arn:aws:sts::111111111111:assumed-role/app/i-1"},"region":"eu-central-1","requestId":"6f9e9644-0000-4c3c-892f-b51372320d5%s","operation":"Converse","modelId":"m","input":{"inputTokenCount":100},"output":{"outputTokenCount":10}}\n' $n $n
done >aws/inv.jsonl
{
	slp chatcmpl-a1 1 1788253260 bedrock '"llm_provider-x-amzn-requestid":"6f9e9644-0000-4c3c-892f-b51372320d51"'
	slp chatcmpl-a2 2 1788253320 bedrock '"llm_provider-x-amzn-requestid":"6F9E9644-0000-4C3C-892F-B51372320D52"'
	slp chatcmpl-a3 3 1788253320 openai '"llm_provider-x-request-id":"req_0123456789abcdef0123456789abcdef"'
} >aws/slp.jsonl
fresh aws
is "a provider's log meets an id in capitals" "$(states aws provider_call | jq -c 'map(.[0])')" '["linked","linked"]'
is "it is no bypass" "$("$AUDITKIT" -w w-aws check bypass --json | jq -c '[.checks[0] | .verdict, .found]')" '["met",0]'
is "its trace has the provider's record, from either spelling" \
	"$(hops aws 6f9e9644-0000-4c3c-892f-b51372320d52 3) $(hops aws 6F9E9644-0000-4C3C-892F-B51372320D52 3)" \
	'["bedrock-invocations:3"] ["bedrock-invocations:3"]'
is "only another provider's log is there" "$("$AUDITKIT" -w w-aws report links --json | jq -c '[.links[] | select(.reason) | [.from, .reason, .provider]]')" \
	'[["litellm-slp:8","source not supplied","openai"]]'
is "and its trace says so" "$("$AUDITKIT" -w w-aws trace reconstruct chatcmpl-a3 --json | jq -r '.hops[] | select(.n == 3) | .lacks.reason, .lacks.text' | tr '\n' '|')" \
	'source not supplied|no provider export in this workspace carries it; source not supplied: those that are here have no calls of openai|'

id=d427a391-0000-4f38-9cbc-6560600e0981 own=0b1c2d3e-aaaa-4bbb-8ccc-0123456789ab
printf '{"started_at":1788253200000,"client_ip":"10.1.2.3","request":{"id":"2f6946328ffc4946b8c9120704a4a155","method":"POST","uri":"/chat","headers":{}},"response":{"status":200,"headers":{"x-request-id":"%s","apim-request-id":"%s"}},"latencies":{"kong":3,"proxy":1090,"request":1103,"receive":10},"ai":{"proxy":{"meta":{"provider_name":"azure","request_model":"gpt-4o","response_model":"gpt-4o"},"usage":{"prompt_tokens":100,"completion_tokens":10}}}}\n' $own $id >azure/kong.jsonl
slp chatcmpl-a1 1 1788253200 azure "\"llm_provider-x-request-id\":\"$own\",\"llm_provider-apim-request-id\":\"$id\"" >azure/slp.jsonl
printf '{"time":"2026-09-01T09:00:30.4350000Z","resourceId":"/SUBSCRIPTIONS/0A1B/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.COGNITIVESERVICES/ACCOUNTS/DEMO","category":"RequestResponse","operationName":"ChatCompletions_Create","event":"ShoeboxCallResult","correlationId":"%s","resultSignature":"200","durationMs":900,"location":"eastus","properties":"{\\"modelDeploymentName\\":\\"chat\\",\\"modelName\\":\\"gpt-4o\\"}"}\n' $id aaaaa391-0000-4f38-9cbc-6560600e0981 >azure/rr.jsonl
fresh azure
is "Azure: the service's id beside x-request-id" "$(states azure provider_call | jq -c 'map(.[0])')" '["linked","linked","unmatched"]'
is "a minute beside the last record is not outside the period" "$(states azure provider_call | jq -r '.[2][1]')" "not found"
is "its trace has the diagnostic record" "$(hops azure $id 3)" '["azure-openai-logs:'"$("$AUDITKIT" -w w-azure report links --json | jq -r '[.links[] | select(.from_kind == "provider_call")][0].from | split(":")[1]')"'"]'

envoy() { printf '{"start_time":"%s","method":"POST","response_code":%s,"response_flags":"-","duration":900,"x-request-id":"83b63da3-45a9-4196-98b8-1a7f697d6d8%s","gen_ai.request.model":"m","gen_ai.response.model":"m","gen_ai.usage.input_tokens":15,"gen_ai.usage.output_tokens":7}\n' "$1" "$2" "$3"; }
{ envoy 2026-09-01T09:00:00.100Z 200 a; envoy 2026-09-02T11:30:00.100Z 200 a
  envoy 2026-09-01T09:10:00.100Z 503 b; envoy 2026-09-01T09:10:03.100Z 200 b
  envoy 2026-09-01T09:20:00.100Z 200 c; envoy 2026-09-01T09:20:09.100Z 200 c; } >envoy/access.jsonl
for n in a b c; do
	printf '{"time":"2026-09-01T09:00:00.000Z","app":"local","event":"x.y","event_id":"ev-%s","env":"prod","status":200,"request_id":"83b63da3-45a9-4196-98b8-1a7f697d6d8%s"}\n' $n $n
done >envoy/events.jsonl
fresh envoy
is "an id of two days or of two answers is ambiguous, of a retry it is not" "$(states envoy app_event | jq -c 'map([.[0], .[2], (.[1] | if type == "array" then length else 1 end)])')" \
	'[["ambiguous",null,2],["linked","1:n",1],["linked","1:n",1],["ambiguous",null,2]]'
"$AUDITKIT" -w w-envoy trace reconstruct 83b63da3-45a9-4196-98b8-1a7f697d6d8a >out 2>&1
is "and no trace is made of both" "$?" 2

{ slp chatcmpl-env 1 1788253200 openai "" ',"spend_logs_metadata":{"env":"prod"}'; slp chatcmpl-env 2 1788253800 openai "" ',"spend_logs_metadata":{"env":"staging"}'; } >worlds/slp.jsonl
echo '{"time":"2026-09-01T08:59:59.900Z","app":"cart","event":"x.y","event_id":"e1","env":"prod","status":200,"response_id":"chatcmpl-env"}' >worlds/ev.jsonl
fresh worlds
is "a recording in another environment is no candidate" "$(states worlds app_event)" '[["linked","litellm-slp:5","1:1"]]'
is "and not in the trace" "$(hops worlds e1 2)" '["litellm-slp:5"]'

span() { printf '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}}]},"scopeSpans":[{"scope":{"name":"a"},"spans":[{"traceId":"4BF92F3577B34DA6A3CE929D0E0E4736","spanId":"%s","parentSpanId":"00f067aa0ba902b7","name":"chat","kind":3,"startTimeUnixNano":"%s000000000","endTimeUnixNano":"%s200000000","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.response.id","value":{"stringValue":"%s"}}],"status":{"code":1}}]}]}]}\n' "$@"; }
{ span AAAAAAAAAAAAAAAA 1788253200 1788253201 chatcmpl-a; span ALvMAAAAAAA= 1788253205 1788253206 chatcmpl-b; } >agent/spans.jsonl
for n in "a 0" "b 5"; do
	printf '{"request_id":"chatcmpl-%s","call_type":"acompletion","api_key":"'$hash'","spend":0.001,"prompt_tokens":10,"completion_tokens":2,"total_tokens":12,"startTime":"2026-09-01 09:00:0%s.100000","endTime":"2026-09-01 09:00:0%s.900000","model":"m","model_group":"chat","custom_llm_provider":"openai","cache_hit":"None","session_id":"x%s","status":"success","metadata":"{\\"spend_logs_metadata\\":{\\"app_trace_id\\":\\"4bf92f3577b34da6a3ce929d0e0e4736\\"}}"}\n' ${n% *} ${n#* } ${n#* } ${n% *}
done >agent/spend.jsonl
fresh agent
is "an agent's calls are compared with their own spans; the last one says how it ended" \
	"$("$AUDITKIT" -w w-agent trace reconstruct chatcmpl-a --json | jq -c '[.clocks, [.hops[] | select(.n == 5) | .time]]')" '[[],["2026-09-01T09:00:06.200000000Z"]]'
digest=$("$AUDITKIT" -w w-agent trace reconstruct chatcmpl-a --json | jq -r .digest)
for as in 4bf92f3577b34da6a3ce929d0e0e4736 4BF92F3577B34DA6A3CE929D0E0E4736 4BF92F35-77B3-4DA6-A3CE-929D0E0E4736 S/kvNXezTaajzpKdDg5HNg== AAAAAAAAAAAAAAAA ALvMAAAAAAA= 00bbcc0000000000 \
	00-4BF92F3577B34DA6A3CE929D0E0E4736-aaaaaaaaaaaaaaaa-01; do
	is "the same trace from $as" "$("$AUDITKIT" -w w-agent trace reconstruct "$as" --json 2>&1 | jq -r .digest)" "$digest"
done
is "explain and timeline find it too" "$("$AUDITKIT" -w w-aws explain 6F9E9644-0000-4C3C-892F-B51372320D52 --json | jq -r .schema) $("$AUDITKIT" -w w-agent explain 4BF92F3577B34DA6A3CE929D0E0E4736 --json | jq -r .schema)" \
	"auditkit.explain/1 auditkit.explain/1"
finish
