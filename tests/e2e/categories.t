#!/bin/sh
# Every audit event has exactly one category, or its action is listed with a count: over the samples of all formats, and an action
# of each sort. The raw action is kept.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
python=python3
python3 -c 'import yaml' 2>/dev/null || python=/usr/bin/python3
words='admin_access ai_interaction billing configuration data_access keys login quota routing'
in_words=$(echo "'$words'" | sed "s/ /','/g")
sql() { sqlite3 -separator "$(printf '\t')" w/workspace.db "$1"; }
"$AUDITKIT" init w >/dev/null 2>&1

# ---- what the mappings can say ----
"$AUDITKIT" formats --json | jq -r '.formats[].id' | while read -r id; do "$AUDITKIT" formats show "$id" --json | jq -c .; done >shown
"$python" -c '
import json, yaml
def words(rule):
    if isinstance(rule, list):
        for r in rule: yield from words(r)
    elif isinstance(rule, str): yield "(verbatim)"
    elif "const" in rule: yield rule["const"]
    elif "enum" in rule: yield from rule["enum"].values()
    else: yield "(verbatim)"
loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
for line in open("shown"):
    m = yaml.load(json.loads(line)["text"], loader)
    # Exports of our own hold the words that another mapping gave.
    for w in words(m["fields"].get("category", [])) if "own" not in m else (): print(w, m["id"])' | sort -u >said
is "no mapping says another word, and none takes one over" "$(cut -d' ' -f1 said | sort -u | tr '\n' ' ')" \
	"$(echo "$words other" | tr ' ' '\n' | sort | tr '\n' ' ')"

# ---- the samples of every format ----
mkdir in
"$python" "$AK_SRCDIR/tests/e2e/classes.py" samples "$AUDITKIT" in
find in -type f ! -size 0 | sed 's#^in/\([^.]*\)\..*#\1#' | sort -u | while read -r id; do
	"$AUDITKIT" -w w ingest --format "$id" --source "$id" $(find in -name "$id.*" ! -size 0 | sort) >/dev/null 2>&1
done
of="FROM audit_event a JOIN file f ON f.id = a.file JOIN export x ON x.id = f.export JOIN source s ON s.id = x.source
	WHERE NOT EXISTS(SELECT 1 FROM superseded y WHERE y.seq = a.seq)"
is "a dozen formats and more have audit events" "$(test "$(sql "SELECT count(DISTINCT s.name) $of")" -ge 12 && echo yes)" yes
for s in $(sql "SELECT DISTINCT s.name $of"); do
	"$AUDITKIT" -w w sources show "$s" --json >show.json
	jq -r '.completeness.checks[] | select(.check == "action") | "\(.n) \(.of)"' show.json
	jq -r '.completeness | "\([.categories[]] | add // 0) \([.unmapped_actions[].n] | add // 0)"' show.json
	jq -r '.completeness.unmapped_actions[] | "\(.action // "")\t\(.category // "")\t\(.n)"' show.json | sort >listed
	sql "SELECT a.action, coalesce(a.category, ''), count(*) $of AND s.name = '$s' AND coalesce(a.category, '') NOT IN ($in_words) GROUP BY 1, 2" |
		sort >unmapped
	cmp -s listed unmapped || echo "$s: $(diff listed unmapped | head -3)" >>wrong
	sql "SELECT sum(coalesce(a.category, '') NOT IN ($in_words)) || ' ' || count(*) $of AND s.name = '$s'"
	sql "SELECT sum(coalesce(a.category, '') IN ($in_words)) || ' ' || sum(coalesce(a.category, '') NOT IN ($in_words)) $of AND s.name = '$s'"
done | paste - - - - >counts
is "each source: in one category or listed, and the two add up" "$(awk -F '\t' '$1 != $3 || $2 != $4' counts; cat wrong 2>/dev/null)" ""
is "some are listed, of all these sources" "$(awk -F '\t' '{ split($1, n, " "); u += n[1] } END { print (u > 0), NR }' counts)" "1 $(sql "SELECT count(DISTINCT s.name) $of")"

# ---- an action of each sort, as JSON and CSV ----
grep -v '^#' "$AK_SRCDIR/tests/formats/actions.tsv" >actions
jq -Rc 'split("\t") as [$row, $action, $type, $category] | {audit_event_id: "\($row)-\($action)", actor_id: "svc", actor_role: "admin",
	action: $action, target_type: $type, target_id: "t-1", created_at: "2026-08-01T00:00:00Z"}' actions >admin.json
{ echo audit_event_id,actor_id,actor_role,action,target_type,target_id,created_at
	awk -F '\t' '{ print $1 "-c-" $2 ",svc,admin," $2 "," $3 ",t-1,2026-08-01T00:00:00Z" }' actions; } >admin.csv
for f in json csv; do
	"$AUDITKIT" -w w ingest --source "admin-$f" "admin.$f" --json >out 2>err
	is "$f: $(jq -r '.sources[0].format' out), action and category of each" "$(sql "SELECT a.action, a.category $of AND s.name = 'admin-$f'" | sort)" \
		"$(cut -f2,4 actions | sort)"
done
is "every row of F121 to F129 has one" "$(cut -f1 actions | sort -u | tr '\n' ' ')" "F121 F122 F123 F124 F125 F126 F127 F128 F129 "
is "the one without a category is listed" "$("$AUDITKIT" -w w sources show admin-csv | tr -s ' \n' '  ' | grep -c 'unmapped hologram.start: 1 audit events, category other')" 1
finish
