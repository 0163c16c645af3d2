#!/bin/sh
# help collect: every command is shell, every question and format named exists, and those for OpenAI, Anthropic and
# Cloudflare read all pages when a stand-in answers for the provider; what they write is what ingest reads.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
collect() { "$AUDITKIT" help collect "$@"; }
run_of() { collect "$1" --json | jq -r --arg n "$2" '.systems[0].files[] | select(.name == $n) | .run'; }

is "systems" "$(collect --json | jq -r '[.systems[].id] | join(" ")')" "anthropic azure bedrock cloudflare litellm openai otel"
is "all seven questions are answered by some file" \
	"$(collect --json | jq -c '[.systems[].files[].answers[].number] | unique')" "[1,2,3,4,5,6,7]"
is "and have words" "$(collect --json | jq '[.systems[].files[].answers[] | select(.question == null)] | length')" 0
"$AUDITKIT" formats --json | jq -r '.formats[].id' | sort >ids
collect --json | jq -r '.systems[].files[].formats[]' | sort -u >named
is "formats named are built in" "$(comm -13 ids named)" ""
is "and are some" "$(($(wc -l <named) >= 8))" 1
for s in $(collect --json | jq -r '.systems[].id'); do
	is "$s: pages, needs, files" "$(collect "$s" --json | jq '.systems | length == 1 and all(.[]; (.pages | length) > 0 and (.needs | length) > 0 and (.files | length) > 0)')" true
	collect "$s" >text
	n=$(collect "$s" --json | jq '.systems[0].files | length')
	i=0
	while [ "$i" -lt "$n" ]; do
		collect "$s" --json | jq -r ".systems[0].files[$i].run" >run.sh
		ok "$s file $i is shell" sh -n run.sh
		ok "$s file $i: nothing that shellcheck calls wrong" shellcheck -s sh -S error run.sh
		is "$s file $i is printed as it stands" "$(grep -cxF "$(grep -v '^$' run.sh | tail -n 1)" text | sed 's/[1-9][0-9]*/some/')" some
		i=$((i + 1))
	done
done
collect nothing >out 2>err
is "an unknown system: exit 2 and a way on" "$? $(grep -c 'help collect' err)" "2 1"

# ---- a stand-in for curl: answers three pages, refuses what an API would refuse, writes down what was asked ----
mkdir bin work
cat >bin/curl <<'CURL'
#!/bin/sh
out= url= page=0 args=" $* "
while [ $# -gt 0 ]; do
	case $1 in
	-o) out=$2; shift ;;
	https://*) url=$1 ;;
	after=* | after_id=* | page=[0-9]*) page=${1##*[=_]} ;;
	page=*) page=${1##*_} ;;
	esac
	shift
done
[ -n "$page" ] || page=0
case $args in *'Bearer k '* | *'x-api-key: k '*) ;; *) exit 22 ;; esac
echo "$url$args" >>"$ASKED"
more=$([ "$page" -lt 2 ] && echo true || echo false)
next=$([ "$page" -lt 2 ] && echo "\"p_$((page + 1))\"" || echo null)
case $url in
*/audit_logs) case $url in
	*openai*) only=$(echo "$args" | sed 's/.*tenant_only=\([a-z]*\).*/\1/')
		echo "{\"object\":\"list\",\"data\":[{\"id\":\"audit_log-$only-$page\",\"type\":\"api_key.created\",\"effective_at\":1780272000,\"actor\":{\"type\":\"api_key\",\"api_key\":{\"id\":\"key_1\"}}}],\"last_id\":\"audit_log_$((page + 1))\",\"has_more\":$more}" ;;
	*) echo '{"result":[]}' ;;
	esac ;;
*/usage/completions) echo "{\"object\":\"page\",\"data\":[{\"object\":\"bucket\",\"start_time\":$((1780272000 + page * 3600)),\"end_time\":$((1780275600 + page * 3600)),\"results\":[{\"object\":\"organization.usage.completions.result\",\"input_tokens\":10,\"output_tokens\":5,\"num_model_requests\":1,\"project_id\":\"proj_a\",\"api_key_id\":\"key_1\",\"model\":\"gpt-5-mini\"}]}],\"has_more\":$more,\"next_page\":$next}" ;;
*/costs) echo "{\"object\":\"page\",\"data\":[{\"object\":\"bucket\",\"start_time\":$((1780272000 + page * 86400)),\"end_time\":$((1780358400 + page * 86400)),\"results\":[{\"object\":\"organization.costs.result\",\"amount\":{\"value\":0.5,\"currency\":\"usd\"},\"line_item\":\"x\",\"project_id\":\"proj_a\"}]}],\"has_more\":$more,\"next_page\":$next}" ;;
*/projects) echo '{"data":[{"id":"proj_a"},{"id":"proj_b"}],"has_more":false}' ;;
*/api_keys) echo '{"data":[{"id":"key_1","name":"svc","created_at":1780272000,"last_used_at":1780272000,"owner_project_access":"active","owner":{"type":"user","user":{"id":"user-1"}}}],"has_more":false}' ;;
*/usage_report/messages | */cost_report) echo "{\"data\":[{\"starting_at\":\"2026-06-0$((page + 1))T00:00:00Z\",\"ending_at\":\"2026-06-0$((page + 2))T00:00:00Z\",\"results\":[]}],\"has_more\":$more,\"next_page\":$next}" ;;
*/activities) echo "{\"data\":[{\"id\":\"activity_$page\"}],\"last_id\":\"activity_$((page + 1))\",\"has_more\":$more}" ;;
*/logs) n=$([ "$page" -lt 3 ] && echo 50 || echo 7)
	jq -n --argjson n "$n" --arg p "$page" '{result: [range($n) | {id: "\($p)-\(.)"}], result_info: {total_count: 107}}' ;;
*) exit 22 ;;
esac >"${out:-/dev/stdout}"
CURL
chmod +x bin/curl
PATH=$tap_dir/bin:$PATH ASKED=$tap_dir/asked
export PATH ASKED
OPENAI_ADMIN_KEY=k ANTHROPIC_ADMIN_KEY=k CLOUDFLARE_API_TOKEN=k FROM=1780272000 TO=1782864000 ACCOUNT=a GATEWAY=g
export OPENAI_ADMIN_KEY ANTHROPIC_ADMIN_KEY CLOUDFLARE_API_TOKEN FROM TO ACCOUNT GATEWAY
try() { # try SYSTEM FILE GLOB PAGES: run it as printed
	: >asked
	run_of "$1" "$2" >run.sh
	(cd work && timeout 60 sh -eu ../run.sh) >out 2>err
	# shellcheck disable=SC2086
	is "$1, $2: pages read" "$? $(cd work && ls $3 2>/dev/null | wc -l) $(wc -l <asked)" "0 $4 $4"
}
try openai "audit log" 'openai-audit-*.json' 6
is "both sorts of events" "$(cat work/openai-audit-*.json | jq -r '.data[].id' | sort | tr '\n' ' ')" \
	"audit_log-false-0 audit_log-false-1 audit_log-false-2 audit_log-true-0 audit_log-true-1 audit_log-true-2 "
try openai "usage by key and model" 'openai-usage-*.json' 3
is "grouped by key" "$(grep -c 'group_by=api_key_id' asked)" 3
try openai costs 'openai-costs-*.json' 3
run_of openai "keys with their owners" >run.sh
is "no list of keys goes on" "$(cd work && sh -eu ../run.sh)" 0
try anthropic "usage by key and model" 'anthropic-usage-*.json' 3
try anthropic costs 'anthropic-cost-*.json' 3
try anthropic "activity feed" 'anthropic-activities-*.json' 3
try cloudflare "request log" 'cloudflare-[0-9]*.json' 3
is "cloudflare: records read and told" "$(tr '\n' ' ' <out)" "107 107 "
"$AUDITKIT" init ws >/dev/null 2>&1
for f in audit:openai-audit usage:openai-usage costs:openai-costs keys:key-inventory; do
	rm -rf in && mkdir in && cp work/openai-"${f%%:*}"*.json in
	"$AUDITKIT" -w ws ingest in --json >out 2>err
	is "ingest reads what openai ${f%%:*} wrote" "$? $(jq -r '[.sources[].format] | unique | join(" ")' out) $(jq '.run.totals | .records_in == .stored + .duplicate and .stored > 0' out)" "0 ${f##*:} true"
done
finish
