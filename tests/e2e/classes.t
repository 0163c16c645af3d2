#!/bin/sh
# Every path of every source stands in the redaction statement exactly once, in one class: judged from the exports themselves.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
python=python3
python3 -c 'import yaml' 2>/dev/null || python=/usr/bin/python3
judge() { "$python" "$AK_SRCDIR/tests/e2e/classes.py" "$@"; }
cp -r "$AK_SRCDIR/samples" ex
chmod -R u+w ex
"$AUDITKIT" init w >/dev/null 2>&1
sed 's#path: \([a-z]\)#path: ../ex/\1#' ex/policy.yaml >w/policy.yaml
"$AUDITKIT" -w w ingest >/dev/null 2>&1
"$AUDITKIT" -w w packet build --allow-gaps -o p >/dev/null 2>&1
# shellcheck disable=SC2046
judge check "$AUDITKIT" p $(sed -n 's/^  \([a-z-]*\): {path: \([^,]*\),.*/\1 \2/p' ex/policy.yaml |
	while read -r name glob; do for f in ex/$glob; do echo "$name=$f"; done; done) >verdict
is "the sample tenant: $(tail -n 1 verdict)" "$(grep -cE '^[0-9]{3,} paths seen, 0 not in exactly one row, 0 rows doubled, other classes: \[\]$' verdict)" 1

mkdir in
judge samples "$AUDITKIT" in
"$AUDITKIT" init all >/dev/null 2>&1
for f in in/*; do
	b=${f#in/}
	"$AUDITKIT" -w all ingest --format "${b%%.*}" --source "${b%.*}" "$f" >/dev/null 2>&1
	echo "${b%.*}=$f"
done >sources
"$AUDITKIT" -w all packet build --draft -o q >/dev/null 2>&1
# shellcheck disable=SC2046
judge check "$AUDITKIT" q $(cat sources) >verdict
is "samples of every format: $(tail -n 1 verdict)" "$(grep -cE '^[0-9]{3,} paths seen, 0 not in exactly one row, 0 rows doubled, other classes: \[\]$' verdict)" 1
grep '^wrong' verdict | sed 's/^/# /'

# The judge sees a row that is missing and one that stands twice.
sed -i '/,\/total_tokens,/d' q/data/tables/classes.csv
sed -n '/,\/model,/p' q/data/tables/classes.csv >doubled && cat doubled >>q/data/tables/classes.csv
# shellcheck disable=SC2046
judge check "$AUDITKIT" q $(cat sources) >verdict
is "a row that is missing, and one that stands twice, are seen" "$(grep -cE ' [1-9][0-9]* not in exactly one row, [1-9][0-9]* rows doubled' verdict)" 1

# What is said of a field is what the policy does with it.
class() { python3 -c 'import csv, sys; print(*sorted({r["class"] for r in csv.DictReader(open(sys.argv[1] + "/data/tables/classes.csv", newline="")) if sys.argv[2] in r["fields"].split() and r["source"] == sys.argv[3]}))' "$@"; }
is "a field that policy.yaml drops is removed" "$(class p end_user_id litellm-prod)" removed
is "a person is hashed" "$(class p actor_email openai-audit)" hashed
is "a prompt is removed" "$(grep -c '^litellm-prod,/messages,removed,' p/data/tables/classes.csv)" 1
is "counts of redaction have their denominator" "$(python3 -c '
import csv
rows = list(csv.DictReader(open("p/data/tables/redaction.csv", newline="")))
print(len(rows) > 20, all(int(r["records"]) > 0 for r in rows))')" "True True"
finish
