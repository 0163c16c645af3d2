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
finish
