#!/bin/sh
# Rows of the packet that are measured or declared or a gap: the six headings of the scope, the six types of sources, leavers, retention by source.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
cp -r "$AK_SRCDIR/samples" ex
chmod -R u+w ex
# Few records are enough.
gzip -dc ex/litellm/slp-2026-06-01_07.jsonl.gz | head -n 60 >ex/litellm/slp.jsonl && rm ex/litellm/slp-2026* && gzip ex/litellm/slp.jsonl && mv ex/litellm/slp.jsonl.gz ex/litellm/slp-1.jsonl.gz
zstd -dcq ex/app/spans.jsonl.zst | head -n 60 >ex/app/spans.jsonl && rm ex/app/*.zst
find ex -type f -exec touch -d 2026-06-15T06:00:00Z {} +
review=ex/grc/access-review-2026-06.csv
grant() { printf '2026-06-12T09:00:00Z,%s,%s@example.org,human,viewer,%s,%s,%s\r\n' "$@"; }
{
	grant gateway gone1 metadata revoke 2026-06-01T00:00:00Z # the row itself
	grant gateway gone2 payload keep 2026-06-13T00:00:00Z # another row, and seen after the review
	grant openai gone2 metadata leaver ''
	grant gateway gone3 metadata keep ''			 # an event
	grant gateway gone4 metadata keep ''			 # policy.yaml
	grant gateway stays metadata keep ''
	grant openai stays metadata keep ''
} >>$review
printf 'ae-gone-%s,root@example.org,owner,198.51.100.20,org-brindle,user,%s@example.org,user.remove,,,left,,2026-06-10T00:00:00Z\r\n' 3 gone3 >>ex/gateway/admin-audit.csv
touch -d 2026-06-15T06:00:00Z ex/gateway/admin-audit.csv $review
"$AUDITKIT" init w >/dev/null 2>&1
sed -e 's#path: \([a-z]\)#path: ../ex/\1#' -e '/^  tickets:/d' -e '/^  app-spans:/d' -e '/^  openai-usage:/d' -e '/excluded:/d; /research notebooks/d' -e 's/^  system: .*/  system: "=1 _x000D_ \& <b> \\tq\\u0007 _x005F_ end "/' -e 's/every: 1d}/every: 1d, stores: 200d, when_full: delete-oldest}/' \
	-e '/^  openai-audit:/s/stores: 200d/since: 2026-06-01, stores: 200d/' -e '/^  request:/s/keep/archive: s3 eu, storage_class: glacier, keep/' \
	-e 's/^  payload_viewers.*/&\n  leavers: [gone4@example.org]/' \
	-e 's/^not_provided:.*/&\n  app-events: {why: kept by the vendor, owner: team-support, due: 2026-12-01}/' ex/policy.yaml >w/policy.yaml
"$AUDITKIT" -w w ingest >/dev/null 2>&1
"$AUDITKIT" -w w packet build >out 2>&1
is "gaps: exit 3" "$? $(grep -c 'the scope has no excluded sources' out) $(grep -c '^gap .*change tickets: nothing was read' out)" "3 1 1"
"$AUDITKIT" -w w packet build --allow-gaps --view internal-audit -q -o p >/dev/null
row() { table=$1; shift; python3 -c 'import csv, sys; [print("|".join(r[c] or "-" for c in sys.argv[2:])) for r in csv.DictReader(open(sys.argv[1], newline=""))]' "p/data/tables/$table" "$@"; }
is "six headings, each filled or not provided" "$(row scope_headings.csv heading tag)" "system|declared
environment|declared
environment|proven
date range|proven
included apps|declared
included apps|proven
included gateway keys|proven
excluded sources|not provided"
is "apps in the records, as sqlite3 has them" "$(row scope_headings.csv contents | sed -n 's/.* in the records: //p')" \
	"$(sqlite3 w/workspace.db "SELECT group_concat(app, ', ') FROM (SELECT DISTINCT app FROM (SELECT app FROM request UNION SELECT app FROM usage UNION SELECT app FROM api_key) WHERE app IS NOT NULL ORDER BY 1)")"
is "six types of sources" "$(row source_types.csv type | uniq | tr '\n' ' ')" "provider-audit gateway-requests app-logs usage-cost tickets access-review "
is "what is missing, with its reason" "$(row source_types.csv type state owner records | grep not)" "app-logs|not provided: kept by the vendor|team-support|0
tickets|not provided: nobody has said why|-|0"
is "digest and owner of one that is there" "$(row source_types.csv source owner sha256 records | grep ^openai-costs)" "openai-costs|team-fin|$(sha256sum <ex/openai/costs.json | cut -c1-64)|$(sqlite3 w/workspace.db "SELECT count(*) FROM usage u JOIN file f ON f.id = u.file JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source WHERE s.name = 'openai-costs'")"
is "records of all types, as sqlite3 counts the kinds" "$(row source_types.csv records | awk '{ n += $1 } END { print n }')" \
	"$(for t in audit_event provider_call request app_event usage settlement ticket access_grant; do sqlite3 w/workspace.db "SELECT count(*) FROM $t"; done | awk '{ n += $1 } END { print n }')"

is "leavers: who says so" "$(row leavers.csv state tag says | sort)" "keep|declared|policy.yaml
keep|proven|an event that removed the person
keep|proven|another row of a list of people or access
leaver|proven|this row of the review
revoke|proven|this row of the review"
is "nobody who stays" "$(row leavers.csv principal | sort -u | wc -l) $(row access_grants.csv principal | sort -u | wc -l)" "4 19"
is "the leaf that says so" "$(row leavers.csv says says_leaf | sed -n 's/.*event.*|//p')" "$(sqlite3 w/workspace.db "SELECT seq FROM audit_event WHERE action = 'user.remove'")"
is "said with its numbers" "$(jq -r '.statements[].text' p/data/06-access.json | grep -c '^5 grants are of people who have left, .* 1 of them by declaration only; 1 were used after the review$')" 1
is "a finding: those that no review ended" "$(jq -r '.findings[] | select(.id == "leaver-with-access") | .measured' p/data/08-requests/findings.json)" \
	"3 of $(sqlite3 w/workspace.db 'SELECT count(*) FROM access_grant') grants"
is "rules that no record bears out are declared" "$(row access_rules.csv rule tag records)" "access.payload_viewers|declared|0
access.export_approvers|declared|0
access.roles_from|proven|21"

is "archive, storage class, exceptions, holds of a source" "$(row retention_sources.csv source kind keep delete archive storage_class exceptions_by declared_holds holds | grep ^litellm-prod)" \
	"litellm-prod|request|90d|nightly job|s3 eu|glacier|data-protection-officer|none|0"
is "what the source itself keeps" "$(row retention_sources.csv source stores when_full since kept | grep -E '^(litellm-prod|openai-audit|tickets)')" \
	"litellm-prod|200d|delete-oldest|-|source lost records early
openai-audit|200d|delete-oldest|2026-06-01|reaches as far as stated"
is "a finding" "$(jq -r '.findings[] | select(.id == "source-lost-early").measured' p/data/08-requests/findings.json)" "$(row retention_sources.csv source kept | sort -u | grep -c early) of 6 sources that state it"
is "verifies" "$("$AUDITKIT" packet verify p --json | jq .ok)" true
eyes() { python3 "$AK_SRCDIR/tests/e2e/packet_rows.py" "$@"; }
is "every column of every table is described" "$(eyes columns p "$AK_SRCDIR")" columns
is "the worked example of method.md" "$(eyes method p)" "as computed again"
{
	echo 'User,Action,Resource,Model,Tokens (input),Tokens (output),Cost,DLP Result,IP Address,User Agent,Timestamp'
	seq 200 | sed 's/.*/u&@example.org,chat.message,c&,gpt-4o,1,1,,,,,2026-06-09T10:00:00Z/'
} >more.csv
sed -i '/^  end_user:/s/.*/  actor_email: {keep: false, why: not needed}/' w/policy.yaml
"$AUDITKIT" -w w ingest more.csv ex/app/spans.jsonl >/dev/null 2>&1
"$AUDITKIT" -w w packet build --allow-gaps --draft --previous p -q -o next >/dev/null
is "what changed since the packet before" "$(eyes drift p next)" "first value null rate changed redaction changed store changed"
is "and how many" "$(jq -r '.statements[].text' next/data/03-fields.json | grep -c "^since the packet before $(grep -c ",first value," next/data/tables/field_drift.csv) fields are new")" 1
sed -i 's/stores: 200d/stores: never/' w/policy.yaml
"$AUDITKIT" -w w packet build >out 2>&1
is "another word than days or records: exit 2" "$? $(grep -c "sources.*stores.* must be a number of days" out)" "2 1"
finish
