#!/bin/sh
# Bare ingest: the sources of policy.yaml, what is missing or late among them, rejects within the limit, folders.
. "$AK_SRCDIR/tests/tap.sh"
cp -r "$AK_SRCDIR/samples" "$tap_dir/ex"
chmod -R u+w "$tap_dir/ex"
cd "$tap_dir" || exit 1
"$AUDITKIT" init ws >/dev/null 2>&1
policy() { { sed "$1" "$AK_SRCDIR/samples/policy.yaml" && echo 'exports: ../ex'; } >ws/policy.yaml; }
ingest() { # answer in out.json and out.txt, exit code in rc
	"$AUDITKIT" -w ws ingest --dry-run >out.txt 2>err.txt
	rc=$?
	"$AUDITKIT" -w ws ingest --dry-run --json >out.json 2>/dev/null
}
has() { grep -c "$1" "$2"; }

policy ''
ingest
is "rejects within limits.max_rejects: exit 0" "$rc" 0
is "a row per source" "$(jq -r '.sources[].name' out.json | sort | tr '\n' ' ')" \
	"$(sed -n '/^sources:/,/^not_provided/s/^  \([a-z-]*\):.*/\1/p' ws/policy.yaml | sort | tr '\n' ' ')"
is "and they are printed so" "$(sed -n '2,/^total/p' out.txt | wc -l)" "$(($(jq '.sources | length' out.json) + 1))"
is "the rest is said" "$(has '1 of 5,509 = 0.01 %, within limits.max_rejects 0.1%' out.txt)" 1
is "nothing missing, nothing late" "$(jq -c '[.missing, .overdue]' out.json)" '[[],[]]'
is "owners come from policy.yaml" "$(jq -r '.sources[] | select(.name == "tickets").owner' out.json)" sec-ops
is "the export's time is the file's, and that is said" "$(jq -r '[.sources[].exported_at_basis] | unique[]' out.json) \
$(has '^dated     11 of 11 sources by the time of their newest file' out.txt)" "file time 1"
for limit in '0%:3:BEYOND' '0:3:BEYOND' '1:0:within' '0.01%:3:BEYOND' '0.02%:0:within'; do
	policy "s/max_rejects: 0.1%/max_rejects: ${limit%%:*}/"
	ingest
	is "max_rejects $limit" "$rc $(has "${limit##*:} limits.max_rejects" out.txt)" \
		"$(echo "$limit" | cut -d: -f2) 1"
done
policy 's/max_rejects: 0.1%, //'
ingest
is "without a limit a reject is exit 3" "$rc" 3

policy ''
rm ex/grc/tickets.csv ex/openai/usage-completions.json
touch -d '40 days ago' ex/app/spans.jsonl.zst ex/grc/access-review-2026-06.csv
touch -d '2 days ago' ex/litellm/audit.jsonl
touch -d '36 hours ago' ex/openai/costs.json
ingest
is "missing sources: exit 3, the others are read" "$rc $(jq '.sources | length' out.json)" "3 9"
is "they are named" "$(jq -r '.missing[].source' out.json | tr '\n' ' ')" "openai-usage tickets "
is "with their line" "$(jq -r '.missing[].line' out.json | tr '\n' ' ')" \
	"$(grep -n '^  openai-usage:\|^  tickets:' ws/policy.yaml | cut -d: -f1 | tr '\n' ' ')"
is "in words" "$(has '^MISSING   tickets (policy.yaml:' out.txt)" 1
is "late by their own rhythm: 40 and 2 days, not 92 and 1.5" "$(jq -r '.overdue[] | "\(.source) \(.days) \(.every)"' out.json)" \
	"litellm-audit 2 1
app-spans 40 1"
is "in words too" "$(grep -c '^OVERDUE   app-spans (policy.yaml:[0-9]*): newest export 20' out.txt)" 1
policy 's/every: [0-9]*d/every: unknown/; s/owner: sec-ops, every: unknown/owner: sec-ops/'
ingest
is "without a rhythm limits.max_export_age counts" "$(jq -r '.overdue[] | "\(.source) \(.limit)"' out.json | sort)" \
	"access-review limits.max_export_age
app-spans limits.max_export_age"
policy 's/path: [a-z]*/path: nowhere/'
"$AUDITKIT" -w ws ingest >out.txt 2>err.txt
is "no file at all: exit 5, with the folder to correct" "$? $(has "none of the 11 sources .* below '.*/ex'" err.txt) $(has "exports:" err.txt)" "5 1 1"
policy 's#path: #path: unknown, query: #'
"$AUDITKIT" -w ws ingest >out.txt 2>err.txt
is "a source without a path: exit 2 and its line" "$? $(has 'fill in policy.yaml line' err.txt)" "2 1"
policy ''
"$AUDITKIT" -w ws ingest >out.txt 2>err.txt
"$AUDITKIT" -w ws status >out.txt 2>err.txt
is "status says what is late and what was never read" "$(has 'app-spans is OVERDUE, 40 days old' out.txt) $(tr -s ' \n' '  ' <out.txt | grep -c '2 of 11 sources of policy.yaml never read, first openai-usage on line')" "1 1"

# A folder of files with one object each: one source.
mkdir one two
i=0
while [ $i -lt 20 ]; do
	jq -c "{object: \"list\", has_more: false, data: [.data[$i]]}" "$AK_SRCDIR/samples/openai/audit-page1.json" >one/e$i.json
	i=$((i + 1))
done
"$AUDITKIT" init w2 >/dev/null 2>&1
"$AUDITKIT" -w w2 ingest --json one >out.json 2>/dev/null
is "one row, 20 files, 20 records" "$(jq -r '.sources[] | "\(.files) \(.records_in) \(.stored) \(.listed)"' out.json)" "20 20 20 20"
is "its digest is that of the listing" "$(jq -r '.sources[0].sha256' out.json)" \
	"$(cd one && sha256sum ./*.json | sed 's#\./##' | LC_ALL=C sort | sha256sum | cut -d' ' -f1)"
"$AUDITKIT" -w w2 sources show openai-audit >out.txt
is "shown as such" "$(tr -s ' \n' '  ' <out.txt >flat; has 'of the sorted listing of 20 files' flat)" 1
finish
