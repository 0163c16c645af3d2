#!/bin/sh
# F069: a packet holds no customer's tenant id, as a token or in the clear, unless --include-tenant says why; then it says who and
# why, and so does the log of accesses. The sample tenant's gateway gets a customer here, and a limit of its own.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
ak() { "$AUDITKIT" -w w "$@"; }
sql() { sqlite3 w/workspace.db "$1"; }
code() { "$@" >out 2>err; echo $?; }
"$AUDITKIT" init w >/dev/null 2>&1
# Tokens stay those of the workspace, so that they can be looked for.
sed 's/pseudonyms: unknown/pseudonyms: per-workspace/' w/policy.yaml >p.yaml && cat p.yaml >w/policy.yaml
gzip -dc "$AK_SRCDIR"/samples/litellm/slp-2026-06-01_07.jsonl.gz | head -n 300 | jq -c '.metadata.spend_logs_metadata.tenant_id = "tenantone"' >gw.jsonl
jq -c '{event_id: ("q" + .id), time: (.startTime | todate), scope: "tenant", scope_id: "tenantone", limit: 100, used: 90, unit: "requests", window: "1m", decision: "allowed", policy_version: "b-7", trace_id, tenant_id: "tenantone"}' gw.jsonl >quota.jsonl
{
	printf '{"audit_event_id":"a1","actor_id":"job:x","actor_role":"owner","organization_id":"org-1","target_type":"tenant","target_id":"tenantone","action":"quota.update","created_at":"2026-06-02T09:15:00Z","reason":"growth"}\n'
	printf '{"audit_event_id":"a2","actor_id":"job:x","actor_role":"owner","organization_id":"org-1","target_type":"route","target_id":"routeone","action":"route.update","created_at":"2026-06-02T09:16:00Z","reason":"growth"}\n'
} >admin.jsonl
for f in gw quota admin; do ok "$f is read" ak ingest $f.jsonl --source $f; done
for f in app openai; do ak ingest "$AK_SRCDIR"/samples/$f >/dev/null 2>&1; done
token=$(sql "SELECT DISTINCT tenant_id FROM request WHERE tenant_id IS NOT NULL")
is "one customer, as a token" "$token $(sql "SELECT count(*) FROM request WHERE tenant_id IS NOT NULL")" "id:${token#id:} 300"
with=$(sql "SELECT (SELECT count(tenant_id) FROM request) + (SELECT count(tenant_id) FROM quota_event)")
all=$(sql "SELECT sum(n) FROM (SELECT count(*) AS n FROM request UNION ALL SELECT count(*) FROM audit_event UNION ALL SELECT count(*) FROM app_event UNION ALL SELECT count(*) FROM usage UNION ALL SELECT count(*) FROM provider_call UNION ALL SELECT count(*) FROM dlp_verdict UNION ALL SELECT count(*) FROM quota_event UNION ALL SELECT count(*) FROM settlement)")

# ---- left out ----
ok "a packet" ak packet build --draft --rows -o p
ok "it holds together" "$AUDITKIT" packet verify p
is "it has a sample trace with a limit in it" "$(jq -r '[.trace.hops[] | select(.title == "quota")] | length > 0' p/data/07-sample-trace.json)" true
is "no file of it names the customer" "$(grep -rlE "tenantone|$token" p p.annex | wc -l) $(wc -l <p.annex/data/tables/gateway_requests.csv)" "0 301"
is "the limit's owner is withheld in the trace" "$(jq -r '[.trace.hops[] | select(.title == "quota") | .fields["auditkit.resource.id"]] | unique[]' p/data/07-sample-trace.json) $(jq -r .text p/data/07-sample-trace.json | tr -s '[:space:]' ' ' | grep -c 'tenant withheld, policy version b-7')" "withheld 1"
is "and in the tables; other names stay" "$(python3 -c 'import csv
print(sorted({r["scope_id"] for r in csv.DictReader(open("p/data/tables/quota_events.csv"))}), sorted(r["resource"] for r in csv.DictReader(open("p/data/tables/changes.csv")) if r["citation"].startswith("admin")))')" "['withheld'] ['routeone', 'withheld']"
said() { jq -r '.statements[] | select(.text | contains("tenant ids")) | .tag + ": " + .text' "$1/data/$2.json"; }
is "the statement counts them" "$(said p 04-redaction)" "proven: customer tenant ids are left out of this packet; $with of $all records that can name one hold one, as a token"
is "packet.json says so" "$(jq -r .tenant_ids p/data/packet.json)" "left out"

# ---- asked for ----
is "without a reason" "$(code ak packet build --draft -o q --include-tenant) $(grep -c "goes with '--reason'" err)" "2 1"
is "with an empty one" "$(code ak packet build --draft -o q --include-tenant --reason '')" 2
is "a reason alone" "$(code ak packet build --draft -o q --reason x) $(test -e q; echo $?)" "2 1"
gkey=AIza$(printf 'Sy7%.0s' 1 2 3 4 5 6 7 8 9 10 11)Qw
ok "both" ak packet build --draft --view internal-audit -o q --include-tenant --reason "dispute 12 of $gkey"
ok "it holds together too" "$AUDITKIT" packet verify q
is "the trace has the token" "$(jq -r --arg t "$token" '[.trace.hops[].fields["auditkit.tenant.id"] | select(. == $t)] | length > 0' q/data/07-sample-trace.json)" true
is "the records have it" "$(grep -c "$token" q.annex/data/tables/gateway_requests.csv) $(head -n 1 q.annex/data/tables/gateway_requests.csv | tr , '\n' | grep -c '^tenant_id')" "300 1"
is "the limits have their owner" "$(python3 -c 'import csv; print({r["scope_id"] for r in csv.DictReader(open("q/data/tables/quota_events.csv"))})')" "{'tenantone'}"
for section in 04-redaction 06-access; do
	is "$section: who, why, how many; the reason without its key" "$(said q $section | sed 's/:[0-9a-f]*:[0-9a-f]*]/:K:F]/; s/user:[0-9a-f]*/user:T/')" \
		"declared: customer tenant ids, which $with of $all records that can name one hold, stand in this packet, by user:T: dispute 12 of [REDACTED:google_api_key:K:F]"
done
is "so says the log of accesses" "$(tail -n 1 w/access.jsonl | jq -r '[.command, .options.field, (.options.reason | .[:10])] | join("|")')" "packet build|tenant_id|dispute 12"
is "packet.json too" "$(jq -r .tenant_ids q/data/packet.json)" included
is "it is another packet" "$(test "$(jq -r .id p/data/packet.json)" != "$(jq -r .id q/data/packet.json)"; echo $?)" 0
is "the key is nowhere" "$(grep -rlF "$gkey" q w | wc -l)" 0
finish
