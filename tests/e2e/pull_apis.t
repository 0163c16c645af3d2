#!/bin/sh
# pull beyond the audit log: buckets, pages by number and by link, one list for each element of another, an API of the user's own,
# and --all by policy.yaml; the requests of every built-in API.
. "$AK_SRCDIR/tests/tap.sh"
. "$AK_SRCDIR/tests/e2e/api_start.sh"
AUDITKIT_DATA=$AK_SRCDIR
export AUDITKIT_DATA
cd "$tap_dir" || exit 1
port=''
api_start "$tap_dir/api"
secret=key-of-the-$(printf 'test-1234')
export OPENAI_ADMIN_KEY="$secret" LITELLM_API_KEY="$secret" EXAMPLE_KEY="$secret"
period='--since 2026-06-01 --until 2026-06-02'

ws() { rm -rf "$1" && "$AUDITKIT" init "$1" >/dev/null 2>&1; }
pull() { # pull WORKSPACE WORDS...; $rc, out, err
	w=$1
	shift
	"$AUDITKIT" -w "$w" pull --ca-file api/ca.pem --allow-private "$@" >out 2>err
	rc=$?
}
sql() { sqlite3 "$1/workspace.db" "$2"; }
report() { jq -r "[.sources[] | $1] | join(\" \")" out; }
asked() { jq -r "$1" api/asked; }

# ---- what is known ----
"$AUDITKIT" init w >/dev/null 2>&1
"$AUDITKIT" -w w pull --list --json >apis.json
is "APIs" "$(jq -r '[.apis[].id] | join(" ")' apis.json)" "anthropic cloudflare litellm llmgateway openai"
"$AUDITKIT" formats --json | jq -r '.formats[].id' | sort >ids
jq -r '.apis[].streams[].formats[]' apis.json | sort -u >named
is "the formats of their pages are built in, of how many" "$(comm -13 ids named) $(wc -l <named)" " 21"
while read -r words; do
	# shellcheck disable=SC2086
	OPENAI_ADMIN_KEY='' pull w $words $period --dry-run --json
	is "$words: requests without a credential" "$rc $(jq '[.sources[].requests | length > 0] | all' out)" "0 true"
done <<'WORDS'
openai
anthropic
litellm --base-url https://gateway.example.org/litellm
cloudflare --set account=a1 --set gateway=prod
llmgateway --base-url https://gateway.example.org --set organization=o1
WORDS
is "an id stands in the parameters too" "$(jq -r '.sources[0].requests[0]' out)" \
	"GET https://gateway.example.org/logs startDate=2026-06-01T00:00:00Z endDate=2026-06-02T00:00:00Z orgId=o1 orderBy=createdAt_asc limit=100"
pull w cloudflare/gateway $period
is "an id that is missing: exit 2" "$rc $(grep -c 'hint: give it with --set account=' err)" "2 1"
pull w cloudflare/gateway $period --set account=../x --set gateway=g
is "one that is no id: exit 2" "$rc $(grep -c 'is no id' err)" "2 1"
pull w litellm/spend $period
is "no address: exit 2" "$rc $(grep -c 'hint: .*--base-url' err)" "2 1"

# ---- usage: buckets, all families in one go ----
ws usage
pull usage openai/usage-completions $period --base-url "https://127.0.0.1:$port" --json
is "usage: pages by cursor" "$rc $(report '"\(.pages) \(.records_in) \(.stored) \(.state)"')" "0 3 24 24 complete"
is "usage: tokens as the service has them" "$(sql usage 'SELECT count(*), sum(input_tokens), sum(output_tokens) FROM usage')" "24|240|120"
is "usage: group_by is repeated" "$(asked '[.query[] | select(.[0] == "group_by") | .[1]] | join(",")' | sort -u)" "project_id,user_id,api_key_id,model,batch,service_tier"
pull usage openai/usage-completions --since 2026-06-01T05:30:00Z --until 2026-06-01T12:00:00Z --base-url "https://127.0.0.1:$port" --json
is "usage: a period begins at a bucket" "$(report .period.from)" 2026-06-01T05:00:00Z
is "usage: buckets that come again are the same" "$(sql usage 'SELECT count(*) FROM usage')" 24
: >api/asked
pull usage openai/usage-completions --until 2026-06-03 --base-url "https://127.0.0.1:$port" --json
is "usage: what may have changed is read again, two days" "$(report .period.from)" 2026-05-31T00:00:00Z

printf 12 >api/tokens
sleep 1
pull usage openai/usage-completions --since 2026-06-01 --until 2026-06-02 --base-url "https://127.0.0.1:$port" --json
rm api/tokens
is "usage: buckets that were revised stand beside the old ones, which count no longer" "$rc $(report '"\(.stored) \(.duplicate)"') $(sql usage "SELECT count(*), sum(input_tokens) FROM usage u WHERE event_start >= '2026-06-01' AND NOT EXISTS(SELECT 1 FROM superseded s WHERE s.seq = u.seq)")" "0 24 0 24|288"

# ---- pages by number ----
ws spend
pull spend litellm/spend $period --base-url "https://127.0.0.1:$port/litellm" --json
is "spend logs: pages by number" "$rc $(report '"\(.pages) \(.stored) \(.state)"')" "0 3 25 complete"
is "spend logs: requests" "$(sql spend "SELECT count(*), sum(output_tokens) FROM request")" "25|500"
is "spend logs: the window is in their form" "$(asked 'select(.path | endswith("v2")) | .query | map(.[1]) | .[0:2] | join("|")' | sort -u)" "2026-06-01 00:00:00|2026-06-02 00:00:00"
ws spend
printf 2 >api/dead
pull spend litellm/spend $period --base-url "https://127.0.0.1:$port/litellm"
rm api/dead
: >api/asked
pull spend litellm/spend $period --base-url "https://127.0.0.1:$port/litellm" --json
is "spend logs: resumed at page two" "$rc $(report '"\(.resumed) \(.pages) \(.state)"') $(asked '.query | map({(.[0]): .[1]}) | add | .page' | tr '\n' ' ')$(sql spend 'SELECT count(*) FROM request')" "0 true 2 complete 2 3 25"
ws spend
printf 2 >api/lost
pull spend litellm/spend $period --base-url "https://127.0.0.1:$port/litellm" --json
rm api/lost
is "fewer records than the service says: exit 3" "$rc $(report '"\(.state) \(.stored)"') $(grep -c 'fewer records' out)" "3 incomplete 24 1"

# ---- an API of one's own, with a mapping of one's own, links, and a list for each element of another ----
cat >example.yaml <<'YAML'
id: example
title: a gateway of nobody
auth: {header: Authorization, scheme: Bearer, env: EXAMPLE_KEY}
streams:
  calls:
    path: "/example/teams/{each}/calls"
    formats: example-calls
    records: /calls
    paging: {by: link, send: after, from: /next}
    each: {path: /example/teams, records: /teams, id: "/teams/[]/name"}
YAML
ws own
mkdir -p own/formats
cat >own/formats/example-calls.yaml <<'YAML'
id: example-calls
title: calls of a gateway of nobody
version: 1
system: example
kind: request
status: from docs
container: json
records: ["/calls/[]"]
detect:
  required: [/call, /when, /model]
identity: [event_id]
fields:
  event_id: /call
  event_start: {path: /when, time: s}
  request_model: /model
  output_tokens: /tokens
YAML
chmod -R go-w own
own() { pull own example/calls --api example.yaml --base-url "https://127.0.0.1:$port" "$@"; }
own --json
is "an API described by its user: exit 0" "$rc $(report '"\(.pages) \(.records_in) \(.stored) \(.state)"')" "0 9 36 36 complete"
is "every team's calls are there" "$(sql own "SELECT group_concat(n) FROM (SELECT count(*) AS n FROM request GROUP BY substr(event_id, 1, instr(event_id, '-')) )")" "12,12,12"
is "the team stands in the request" "$(sql own "SELECT count(DISTINCT substr(request, 1, instr(request, '/calls'))) FROM file")" 3
printf 2 >api/stray
own --restart --json
rm api/stray
is "a link to another host is not followed: exit 3" "$rc $(report .state) $(grep -c 'but not where' out)" "3 incomplete 1"
own --save elsewhere/deep
is "--save makes its folder" "$rc $(find elsewhere/deep -name '*.json' | wc -l) $(stat -c %a elsewhere/deep)" "0 9 700"
sed 's#records: /calls#recrods: /calls#' example.yaml >wrong.yaml
pull own example/calls --api wrong.yaml --base-url "https://127.0.0.1:$port"
is "a mistake in it: exit 2, with its line" "$rc $(grep -c "wrong.yaml:8: unknown key 'recrods'" err)" "2 1"
rm own/formats/example-calls.yaml
own --restart
is "pages of no known format: exit 5, nothing of them is stored" "$rc $(grep -c 'of no known format' err)" "5 1"

# ---- --all ----
ws all
printf '%s\n' "$secret" >all.key
chmod 600 all.key
cat >all/policy.yaml <<YAML
version: 1
sources:
  provider-audit: {pull: {api: openai, stream: audit, since: 2026-06-01, base_url: "https://127.0.0.1:$port", credential_file: ../all.key, ca_file: ../api/ca.pem, allow_private: true}, owner: sec-ops, every: 1d}
  gateway: {pull: {api: litellm, stream: spend, since: 2026-06-01, base_url: "https://127.0.0.1:$port/litellm", key_env: GATEWAY_KEY, ca_file: ../api/ca.pem, allow_private: true}, owner: platform}
YAML
unset OPENAI_ADMIN_KEY
export GATEWAY_KEY="$secret"
"$AUDITKIT" -w all pull --all --json >out 2>err
is "--all: exit 0, both sources" "$? $(report '"\(.source)=\(.stored)"')" "0 provider-audit=50 gateway=25"
is "with their owners" "$(sql all 'SELECT name, owner FROM source ORDER BY name' | tr '\n' ' ')" "gateway|platform provider-audit|sec-ops "
"$AUDITKIT" -w all pull --all --json >out 2>err
is "the next night: nothing new, exit 0" "$? $(report '"\(.stored) \(.state)"')" "0 0 complete 0 complete"
"$AUDITKIT" -w all pull gateway --json >out 2>err
is "one of them by its name" "$? $(report .source)" "0 gateway"
printf 1 >api/dead
GATEWAY_KEY="$secret" "$AUDITKIT" -w all pull --all >out 2>err
is "one that fails stops no other: exit 69" "$? $(grep -c failed out)" "69 4"
rm api/dead
"$AUDITKIT" -w all ingest >out 2>err
is "ingest knows that they are pulled: exit 2" "$? $(grep -c 'pull --all' err)" "2 1"
is "and packet build that they are there" "$("$AUDITKIT" -w all packet build --draft -o p.zip 2>&1 | grep -c 'nothing was read from it')" 0
finish
