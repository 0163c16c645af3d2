#!/bin/sh
# What the packet says of its own files, by validators of other people's; packet diff, test and comments; the trace from a packet alone.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
ex=$AK_SRCDIR/samples
"$AUDITKIT" init w >/dev/null 2>&1
# Every tenth call is enough: each packet is read several times.
mkdir litellm app
zstd -dcq "$ex/app/spans.jsonl.zst" | awk 'NR % 10 == 1' >app/spans.jsonl
gzip -dcq "$ex"/litellm/slp-*.gz | awk 'NR % 10 == 1' >litellm/slp-1.jsonl
gzip litellm/slp-1.jsonl && zstd -q --rm app/spans.jsonl
sed -e "s#path: \(litellm/slp\|app/\)#path: $PWD/\1#" -e "s#path: \([a-z]\)#path: $ex/\1#" "$ex/policy.yaml" >w/policy.yaml
"$AUDITKIT" -w w ingest >/dev/null 2>&1
"$AUDITKIT" -w w packet build --allow-gaps -q -o whole-packet >/dev/null
eyes() { python3 "$AK_SRCDIR/tests/e2e/packet2.py" "$@"; }
ok "documents by the schemas in the packet, tables by Data Package 1.0 and 2.0" eyes schemas whole-packet
ok "every row by its Table Schema" eyes tables whole-packet
# AK_NPM: a node_modules with ajv-cli, tableschema and datapackage.
if [ -n "${AK_NPM:-}" ]; then
	for f in $(cd whole-packet && find data -name '*.json' ! -path '*/schemas/*' ! -name datapackage.json); do
		"$AK_NPM/.bin/ajv" validate --spec=draft7 --strict=false -s "whole-packet/data/schemas/$(jq -r .schema "whole-packet/$f" | sed 's/auditkit\.//; s#/.*##').schema.json" -d "whole-packet/$f" >>ajv 2>&1
	done
	is "by ajv-cli" "$(grep -cv ' valid$' ajv) $(($(grep -c ' valid$' ajv) > 12))" "0 1"
	is "by datapackage and tableschema" "$(NODE_PATH=$AK_NPM node "$AK_SRCDIR/tests/e2e/packet2.js" whole-packet)" "true 0"
fi

id=$(jq -r .trace.id whole-packet/data/07-sample-trace.json)
# From here on a view without the longest tables.
mkdir -p w/templates && printf '%s\n' 'title: Small' 'audience: nobody' 'leaves_out: {tables: [fields, field_values, classes, checklists, over_time]}' >w/templates/view-small.yaml
build() { "$AUDITKIT" -w w packet build --allow-gaps -q --view small "$@" >/dev/null; }
build -o p
"$AUDITKIT" -w w packet build --allow-gaps -q --view internal-audit -o full.tar >/dev/null # withholds no pseudonym
"$AUDITKIT" trace reconstruct "$id" --packet full.tar --json >alone
"$AUDITKIT" -w w trace reconstruct "$id" --json >whole
ok "the trace from the packet alone is the workspace's" eyes traces alone whole
is "from an id that stands in it as well" "$("$AUDITKIT" trace reconstruct "$(jq -r '.hops[] | select(.cite).cite' alone | head -n 1)" --packet full.tar --json | cmp - alone && echo same)" same
printf '{"digest":0}' | jq -cS --slurpfile d alone '$d[0] | del(.digest)' | tr -d '\n' >bytes
is "its digest is that of its bytes" "$(jq -r .digest alone)" "$(sha256sum bytes | cut -c1-64)"
"$AUDITKIT" trace reconstruct nobody --packet p >out 2>&1
is "an id that is not in it: exit 3, and which one is" "$? $(grep -c "$id" out)" "3 1"
cp -r p q && echo x >>q/README.md
"$AUDITKIT" trace reconstruct "$id" --packet q >/dev/null 2>&1
is "a packet that was edited: exit 4" "$?" 4

build --from 2026-06-03 --to 2026-06-08 -o old.tar
"$AUDITKIT" packet diff old.tar p --json >differs
is "both are named" "$(jq -r '[.old.packet, .new.packet, .same, .same_workspace] | @csv' differs)" \
	"$("$AUDITKIT" packet show old.tar data/packet.json | jq '.id'),$(jq .id p/data/packet.json),false,true"
tar -xf old.tar
is "rows that came and went, as comm counts them" "$(jq -r '.changes[] | select(.subject == "changes") | "\(.added) \(.removed)"' differs)" \
	"$(for d in p old; do tail -n +2 $d/data/tables/changes.csv | sed 's/:[0-9a-f]\{32\}/:/g' | sort >$d.rows; done; echo "$(comm -23 p.rows old.rows | wc -l) $(comm -13 p.rows old.rows | wc -l)")"
verdicts() { jq -r '.questions[] | "\(.number) \(.verdict)"' $1/data/08-requests/questions.json; }
is "verdicts that turned" "$(jq '[.changes[] | select(.what == "verdict" and .direction)] | length' differs)" "$({ verdicts p; verdicts old; } | sort | uniq -u | wc -l | awk '{ print $1 / 2 }')"
is "sections count what is listed" "$(jq '[.sections[] | .added + .removed + .changed] | add' differs)" "$(jq '.changes | length' differs)"
is "the other way round what came went" "$("$AUDITKIT" packet diff p old.tar --json | jq -c '[.sections[] | [.section, .removed, .added]] | sort')" "$(jq -c '[.sections[] | [.section, .added, .removed]] | sort' differs)"
is "with itself: nothing" "$("$AUDITKIT" packet diff p p --json | jq -c '[.same, .changes]')" '[true,[]]'
build --reviewer Other --from 2026-06-03 --to 2026-06-08 -o other.tar
# The sample is drawn by the packet's own seed.
is "other pseudonyms are no change" "$("$AUDITKIT" packet diff old.tar other.tar --json | jq -c '[.same, [.changes[] | select(.what == "rows" and .subject != "sample")]]')" '[false,[]]'
"$AUDITKIT" packet diff q p >/dev/null 2>&1
is "a packet that was edited is not compared: exit 4" "$?" 4

[ -n "${AK_LONG:-}" ] || set -- --from 2026-06-03 --to 2026-06-04
"$AUDITKIT" -w w packet test "$@" --json >trial
is "packet test: all pass" "$? $(jq -c '[.ok, ([.tests[] | select(.result != "pass")] | length), ([.tests[].name] | contains(["a changed byte", "a planted key", "same bytes"]))]' trial)" "0 [true,0,true]"
is "and nothing of it is kept" "$(find w -name '*packet-test*' | wc -l)" 0
"$AUDITKIT" -w w packet test "$@" >said 2>&1
next=$(tr '\n' ' ' <said | sed -n 's/.*next *auditkit \(packet build[^:]*\)/\1/p')
is "what it says comes next builds a packet, with as many open questions" \
	"$(eval "\"\$AUDITKIT\" -w w $next -o next.tar --json" 2>/dev/null | jq .gap_count) $(sed -n 's/^READY.*; \([0-9]*\) questions.*/\1/p' said)" "$(jq -r '.gap_count, .gap_count' trial | paste -sd ' ')"
[ -n "${AK_LONG:-}" ] || is "of the day that was named" "$(jq -r '.tests[0].detail' trial | cut -c1-46)" "2026-06-03T00:00:00Z to 2026-06-04T00:00:00Z, "

"$AUDITKIT" packet comments p -o blank
is "comments are bound to the digest" "$(jq -r .digest blank)" "$(sha256sum p/tagmanifest-sha256.txt | cut -c1-64)"
is "one for each section" "$(jq -c '[.comments[].section]' blank)" "$(jq -c '[.sections[].id]' p/data/packet.json)"
jq '.comments[2] += {text: "Which of these are test keys?", about: "tables/keys.csv"}' blank >filled
"$AUDITKIT" packet comments p --read filled --seal --by Auditor -o sealed >out
is "sealed: the empty ones are left out" "$? $(jq -c '[.by, (.comments | length)]' sealed)" '0 ["Auditor",1]'
is "the seal, as jq and sha256sum have it" "$(jq -r .seal sealed) $(grep -c "$(jq -r .seal sealed)" out)" "$(jq -cS 'del(.seal)' sealed | tr -d '\n' | sha256sum | cut -c1-64) 1"
"$AUDITKIT" packet comments p --read sealed >out
is "they come back" "$? $(grep -c 'tables/keys.csv: Which of these are test keys?' out)" "0 1"
for e in 's/Which/What/' 's/Auditor/Somebody/' 's#tables/keys#tables/keyz#'; do
	sed "$e" sealed >edited
	"$AUDITKIT" packet comments p --read edited >/dev/null 2>err
	is "edited later ($e): exit 4" "$? $(grep -c 'edited after they were sealed' err)" "4 1"
done
sed 's/Which/What/' sealed >edited
"$AUDITKIT" packet comments p --read edited --seal -o forged >/dev/null
"$AUDITKIT" packet comments p --read forged --seal-given "$(jq -r .seal sealed)" >/dev/null 2>&1
is "sealed anew: the seal that was given shows it" "$?" 4
"$AUDITKIT" packet comments old.tar --read sealed >/dev/null 2>err
is "on another packet: exit 4" "$? $(grep -c 'about another packet' err)" "4 1"
"$AUDITKIT" -w w ingest --manual sealed >/dev/null 2>&1
is "and into the ledger" "$? $("$AUDITKIT" -w w verify >/dev/null 2>&1; echo $?)" "0 0"
finish
