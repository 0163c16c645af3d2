#!/bin/sh
# Reports for a dispute, of unusual amounts, of policies in action; and what every report can become: CSV, lines, a file with its sidecar, a page of a
# template, a sheet on its lists. Figures are computed again by reports_again.py.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
export XDG_CONFIG_HOME="$tap_dir/config"
python3 "$AK_SRCDIR/tests/e2e/reports_make.py"
"$AUDITKIT" init w >/dev/null 2>&1
cp mapping.yaml w/formats/reports-calls.yaml && cp usage.yaml w/formats/reports-usage.yaml
"$AUDITKIT" -w w ingest calls.jsonl settlements.csv usage.jsonl quota.jsonl verdicts.jsonl >ingested 2>&1
ak() { "$AUDITKIT" -w w "$@"; }
again() { # again WORKSPACE ROWS REPORT...: to be computed again at the end, all in one go
	n=$((n + 1))
	echo "$1 $2 $3 $*" >>asked
	w=$1
	shift 2
	"$AUDITKIT" -w "$w" report "$@" --json >out.json 2>err
	[ $? = 0 ] && cp out.json "again-$n.json"
}
n=0

# ---- F203: one customer's records, and nobody else's ----
again w 34 dispute --customer acme
is "what names another customer, or their call, is left out and said to be" "$(jq -c '[.total.withheld, (.adjustments[] | select(.withheld) | [.settlement_id] + .withheld)]' out.json)" \
	'[2,["s3","request_id"],["s6","line_item"]]'
is "a settlement of nobody is a call's" "$(jq -c '[.adjustments[] | [.settlement_id, .basis]]' out.json)" '[["s1","named"],["s2","call"],["s3","named"],["s6","named"],["s8","named"],["s9","named"]]'
is "the ledger says the same: cost" "$(jq -c '[.total.cost[] | [.currency, .estimated.sum]]' out.json)" "$(ak report cost --by tenant --json | jq -c --arg t "$(jq -r .scope.value out.json)" '[.layers[0].rows[] | select(.tenant == $t) | .cost[] | [.currency, .estimated.sum]]')"
is "and settlement, by what names the customer" "$(jq -c '[.total.adjustments[] | select(.type == "charge") | [.currency, .amount.sum]] | sort' out.json)" \
	"$(ak report cost --by tenant,settlement --json | jq -c --arg t "$(jq -r .scope.value out.json)" '[.layers[] | select(.layer == "settlement") | .rows[] | select(.tenant == $t and .settlement == "charge") | .cost[] | [.currency, .billed.sum]] + [["USD",null]] | sort')"
again w 28 dispute --customer gamma --from 2026-06-01 --to 2026-07-01
again w 14 dispute --customer beta --from 2026-06-08
again w 28 dispute --team team-beta
again w 23 dispute --key key-shared
# One key by its id, hash and label, in records that name it by its id or by its label only.
cat >inventory.csv <<'END'
key_id,key_hash,alias,owner,owner_type,app,team,environment,state,created_at
key-acme,hash-one-0123456789abcdef,label-acme,t-1,team,,t-1,prod,active,2026-01-01T00:00:00Z
id-beta,hash-two-0123456789abcdef,key-beta,t-1,team,,t-1,prod,active,2026-01-01T00:00:00Z
END
for w in ids labels; do
	"$AUDITKIT" init "w-$w" >/dev/null 2>&1
	sed "$([ $w = ids ] || echo 's#key_id: /key#key_alias: /key#')" mapping.yaml >"w-$w/formats/reports-calls.yaml"
	"$AUDITKIT" -w "w-$w" ingest inventory.csv calls.jsonl >>ingested 2>&1
done
ofkey() { "$AUDITKIT" -w "$1" report dispute --key "$2" --json 2>/dev/null | jq -c '[.total.attempts, (.scope.names | map_values(length))]'; }
of() { "$AUDITKIT" -w w report dispute --key "$1" --json 2>/dev/null | jq .total.attempts; }
is "a key by any of its names" "$(for k in key-acme label-acme hash-one-0123456789abcdef; do ofkey w-ids $k; done | sort -u)" "[$(of key-acme),{\"aliases\":1,\"hashes\":1,\"ids\":1}]"
is "records that have its label only" "$(for k in key-beta id-beta hash-two-0123456789abcdef; do ofkey w-labels $k; done | sort -u)" "[$(of key-beta),{\"aliases\":1,\"hashes\":1,\"ids\":1}]"
for who in acme beta gamma; do
	for f in csv json jsonl; do ak report dispute --customer $who -o $who.$f >/dev/null 2>&1; done
	ak report dispute --customer $who --ipe $who.ipe.json >$who.txt 2>&1
done
is "no export names another customer, as id, token, team, call or settlement" "$(python3 - <<'END2'
import json, sqlite3
db = sqlite3.connect("w/workspace.db")
calls = [json.loads(l) for l in open("calls.jsonl")]
token = {c["tenant"]: db.execute("SELECT tenant_id FROM request WHERE gateway_request_id = ?", (c["call"],)).fetchone()[0] for c in calls if "tenant" in c}
settled = [l.strip().split(",") for l in open("settlements.csv")][1:]
looked = 0
for who in token:
    others = [c["call"] for c in calls if c.get("tenant") != who] + [c["trace"] for c in calls if c.get("tenant") != who]
    others += [x for t in token if t != who for x in (t, token[t])] + [s[0] + '"' for s in settled if s[5] not in (who, "")]
    for form in ("csv", "json", "jsonl", "txt"):
        text = open("%s.%s" % (who, form)).read()
        assert len(text) > 500
        for o in others:
            looked += 1
            if o in text:
                print(who, form, o)
print("looked" if looked > 2000 else looked)
END2
)" looked
is "the sidecar: count, digest, times, the command without the name" "$(python3 - <<'END2'
import csv, hashlib, json
m, text = json.load(open("acme.csv.meta.json")), open("acme.csv", "rb").read()
rows = list(csv.DictReader(text.decode().splitlines()))
print(m["sha256"] == hashlib.sha256(text).hexdigest(), m["bytes"] == len(text), m["listed"] == len(rows), "acme" in m["filter"], m["counts"]["rows"]["matches"] == sum(r["list"] == "rows" for r in rows), m["first"], m["last"])
END2
)" "True True True False True 2026-06-01T00:00:00Z 2026-06-14T16:10:00Z"
is "CSV, JSON and lines say the same" "$(python3 - <<'END2'
import csv, json
doc, lines, rows = json.load(open("acme.json")), [json.loads(l) for l in open("acme.jsonl")], list(csv.DictReader(open("acme.csv")))
strip = lambda l: [{k: v for k, v in r.items() if k != "list"} for r in l]
print(strip(lines) == doc["rows"] + doc["adjustments"] + doc["usage"], [r["estimated"] for r in rows] == [r.get("estimated") or "" for r in lines], [r["amount"] for r in rows] == [r.get("amount") or "" for r in lines])
END2
)" "True True True"
is "a guarded cell" "$(ak report dispute --customer gamma --format csv | grep -c "'=1+1")" 1
is "its command gives it again" "$(sh -c "\"\$AUDITKIT\" -w w $(jq -r .filter acme.json.meta.json | cut -d' ' -f2-) --json" | cmp - acme.json && echo same)" same
is "a file of something else is not replaced" "$(ak report dispute --customer beta -o acme.csv >/dev/null 2>&1; echo $?)" 2
named="x-$(printf 's%s' k-proj-)Qx7Zr2Lm9Kp4Wd6Hb1Vn8Tc3.csv"
"$AUDITKIT" -w w report usage -o "$named" >named.out 2>&1
"$AUDITKIT" -w w search --layer request --format csv -o "s$named" >>named.out 2>&1
is "a file that is named after a secret is not named beside it" "$(cat "$named.meta.json" "s$named.meta.json" named.out | grep -c Qx7Zr2) $(jq -r .file "$named.meta.json" "s$named.meta.json" | grep -c '^s*x-\[REDACTED:openai_key:')" "0 2"
touch -d 2020-01-01 acme.csv acme.csv.meta.json
ak report usage -o u.csv --ipe u.ipe.json >/dev/null 2>&1
is "a sheet that says the same is left alone too" "$(sha256sum u.ipe.json >sums; ak report usage -o u.csv --ipe u.ipe.json >/dev/null 2>&1; echo $?; sha256sum --quiet -c sums && echo same)" "0
same"
is "from a schedule, without a terminal or a home: the same is not written twice" "$(env -i XDG_CONFIG_HOME="$XDG_CONFIG_HOME" "$AUDITKIT" -w w report dispute --customer acme -o acme.csv </dev/null 2>&1; echo $?; find . -name 'acme.csv*' -newermt 2021-01-01 | wc -l)" "unchanged acme.csv has this report already
0
0"
is "no scope, two scopes, nobody" "$(ak report dispute >/dev/null 2>&1; echo $?) $(ak report dispute --team a --key b >/dev/null 2>&1; echo $?) $(ak report dispute --team nobody >out 2>err; echo "$? $(wc -c <out) $(grep -c '^auditkit: there is no' err)")" "2 2 3 0 1"

n4() { printf '{"call": "%s", "at": "2026-06-01T00:00:00Z", "served": "%s", "asked": "gpt-4", "status": 200, "tenant": "%s"}\n' "$@"; }
{ n4 x-1 gpt-4 acme; n4 x-2 gpt-4 4; n4 x-3 4 acme; } >four.jsonl
"$AUDITKIT" init w4 >/dev/null 2>&1
cp mapping.yaml w4/formats/reports-calls.yaml
"$AUDITKIT" -w w4 ingest four.jsonl >/dev/null 2>&1
is "a customer called 4 is not named by gpt-4, but by 4" "$("$AUDITKIT" -w w4 report dispute --customer acme --json | jq -c '[.rows[] | [.request_id, .served_model, .requested_model, .withheld]]')" '[["x-1","gpt-4","gpt-4",null],["x-3",null,"gpt-4",["served_model"]]]'

# ---- F208: reads and exports of this tool ----
ak search --layer request --limit 1 >/dev/null 2>&1
ak report log-access --json >out.json
is "a search, an export and who it was of" "$(jq -c '[.own[] | select(.command == "search" or .options.output == ["acme.csv"])] | [.[0].options.output[0], (.[0].options.words[0] | .[:3]), .[-1].command]' out.json)" '["acme.csv","id:","search"]'
is "reports that show records are in it too" "$(ak report changes >/dev/null 2>&1; ak report log-access --json | jq -r '.own[-1].command, (.own[-2].command)' | tr '\n' ' ')" "report changes report log-access "

# ---- F204 ----
again w 35 variance --from 2026-06-08 --to 2026-06-15
again w 10 variance --from 2026-06-12 --to 2026-06-14 --baseline-from 2026-06-01 --factor 3 --by team,tenant
again w 12 variance --from 2026-06-13T05:00:00Z --to 2026-06-15T12:00:00Z --factor 1.5 --zone America/New_York
again w 96 variance --from 2026-06-12T00:00:00Z --to 2026-06-13T00:00:00Z --bucket 1h --by status
again w 12 variance --from 2026-06-02 --to 2026-06-04 --zone Asia/Kolkata
again w 3 variance --from 2026-06-01 --to 2026-06-02
is "before every record there is no baseline" "$(jq -c '[.rows[].verdict] | unique' out.json)" '["no baseline"]'
printf '%s\n' '{"bucket": "2026-06-09T00:00:00Z", "model": "m-1", "n": 1, "cost": "9.30", "cur": "USD", "team": "a"}' \
	'{"bucket": "2026-06-09T00:00:00Z", "model": "m-2", "n": 1, "cost": "-0.3", "cur": "USD", "team": "Zürich"}' >spike.jsonl
for d in 1 2 3 4 5 6 7 8; do echo "{\"bucket\": \"2026-06-0${d}T00:00:00Z\", \"model\": \"m-1\", \"n\": 1, \"cost\": \"3\", \"cur\": \"USD\", \"team\": \"a\"}"; done >>spike.jsonl
for t in 2026-03-29T00:30 2026-03-29T01:30 2026-10-25T00:30 2026-10-25T01:30; do
	echo "{\"bucket\": \"$t:00Z\", \"model\": \"m-$t\", \"n\": 1, \"cost\": \"0.375\", \"cur\": \"USD\"}" | sed 's/"m-.\{10\}\(.\{6\}\)"/"m\1"/' >>spike.jsonl
done
sed 's/^identity.*/identity: [event_start, response_model]/' usage.yaml >spike.yaml
"$AUDITKIT" init ws >/dev/null 2>&1
cp spike.yaml ws/formats/reports-usage.yaml
"$AUDITKIT" -w ws ingest spike.jsonl >/dev/null 2>&1
again ws 1 variance --from 2026-06-09 --to 2026-06-10 --baseline-from 2026-06-02 --factor 3
is "a day of three times is listed with who made it" "$(jq -c '.rows[0] | [.verdict, .amount, .expected, .difference, .ratio, [.drivers.team[] | [.name, .contribution]]]' out.json)" \
	'["high","9","3","6","3.00",[["a","6.3"],["Zürich","-0.3"]]]'
again ws 1 variance --from 2026-06-09 --to 2026-06-10 --baseline-from 2026-06-02 --factor 3.1
is "just below the factor it is not" "$(jq -r '.rows[0].verdict' out.json)" usual
again ws 25 variance --from 2026-10-24T22:00:00Z --to 2026-10-25T23:00:00Z --bucket 1h --zone Europe/Berlin
is "an hour that is there twice is two" "$(jq -c '[.rows[] | select(.start[:19] == "2026-10-25T02:00:00") | [.start, .amount]]' out.json)" '[["2026-10-25T02:00:00+02:00","0.375"],["2026-10-25T02:00:00+01:00","0.375"]]'
again ws 1 variance --from 2026-10-24T22:00:00Z --to 2026-10-25T23:00:00Z --zone Europe/Berlin
is "a day of 25 hours is a day, and so is the one before it" "$(jq -c '[.rows[0].start, .rows[0].verdict, .rows[0].baseline_buckets, .baseline]' out.json)" '["2026-10-25T00:00:00+02:00","new",1,{"from":"2026-10-23T22:00:00Z","to":"2026-10-24T22:00:00Z"}]'
again ws 23 variance --from 2026-03-28T23:00:00Z --to 2026-03-29T22:00:00Z --bucket 1h --zone Europe/Berlin
is "an hour that never was is not missing" "$(jq -c '[.rows[] | select(.start[:13] == "2026-03-29T02")]' out.json)" '[]'
is "options that are none" "$(for o in '--factor 1' '--factor x' '--by owner' '--baseline-from 2026-06-20' '--baseline-to 2026-06-09'; do ak report variance --from 2026-06-08 --to 2026-06-15 $o >/dev/null 2>&1; printf '%s ' $?; done)" "2 2 2 2 2 "
is "a period without records" "$(ak report variance --from 2030-01-01 >out 2>err; echo "$? $(wc -c <out)")" "3 0"

# ---- F214, F205 ----
again w 12 governance
again w 7 governance --from 2026-06-02 --to 2026-06-04
is "a sample leads to its trace" "$(ak trace reconstruct "$(jq -r '[.samples[] | select(.layer == "gateway attempts")][0].trace' out.json)" --json 2>/dev/null | jq -r '.schema')" auditkit.trace/1
ak report quota --json >out.json
is "every attempt that was refused, with the event that tells of it" "$(python3 - <<'END2'
import json, sqlite3
doc = json.load(open("out.json"))
db = sqlite3.connect("w/workspace.db")
want = [r[0] for r in db.execute("SELECT gateway_request_id FROM request WHERE status_code = 429 ORDER BY seq")]
named = {r[0] for r in db.execute("SELECT gateway_request_id FROM quota_event WHERE gateway_request_id IS NOT NULL")}
print([r["request_id"] for r in doc["refused"]] == want, {r["request_id"] for r in doc["refused"] if r["event"]} == named & set(want), doc["total"]["answered_429_with_event"] == len(named & set(want)) > 0)
END2
)" "True True True"

# ---- F216 ----
sheet() { # sheet REPORT...: its rows, and its digest by the command that it prints
	ak report "$@" --ipe sheet.json --force >/dev/null 2>err
	case $? in 0 | 3) ;; *) is "report $*" "$(cat err)" "" ;; esac
	sheet=$(jq -r '"\(.rows) \(.sha256)", .command' sheet.json)
	sh -c "\"\$AUDITKIT\" -w w $(echo "$sheet" | sed -n '2s/^auditkit //p')" >lines 2>/dev/null
	is "sheet of report $*" "$(echo "$sheet" | head -n 1)" "$(wc -l <lines | tr -d ' ') $(sha256sum <lines | cut -d' ' -f1)"
}
for r in ${AK_LONG:+errors latency cache governance changes quota payload redaction processing processors coverage fallbacks completeness}; do sheet "$r"; done
[ -z "${AK_LONG-}" ] || sheet access --to 2026-06-15
sheet usage --by team --bucket 1d --zone Europe/Berlin
sheet cost --from 2026-06-02 --to 2026-06-09
sheet dispute --customer acme
sheet variance
sheet keys
sheet log-access --to 2026-06-15
is "who, when, what the sources held, what is missing" "$(jq -c '[(.runner | .[:5]), (.time | length), (.source_totals | length), ([.source_totals[] | .records_in == .stored + .duplicate + .rejected + .blank + .excluded + .expired] | all), (.gaps | length > 0), (.ledger_size > 150), ([.source_totals[].cannot_prove] | all)]' sheet.json)" \
	'["user:",20,5,true,true,true,true]'
sheet links --fuzzy
sheet reconcile
echo mine >taken
for r in usage links reconcile; do
	is "$r: a sheet that cannot be written keeps the file from being written" "$(ak report $r -o new.csv --ipe taken 2>&1 >/dev/null | head -n 1) $(ls new.csv* 2>/dev/null)" "auditkit: cannot write 'taken': it exists already "
done
is "what changes with time has no sheet" "$(ak report log-access --ipe never.json 2>&1 >/dev/null | head -n 1) $(test -e never.json; echo $?)" "auditkit: --ipe: the rows of 'report log-access' change with time, and nothing could give them again 1"

# ---- F210, F217 ----
is "the template that comes along" "$(ak report usage --template "$AK_SRCDIR/templates/report-usage.md.mustache" | grep -c '^| \*\*all\*\*')" "$(ak report usage --json | jq '.layers | length')"
printf '{{#rows}}{{key}}: {{attempts}}\n{{/rows}}' >keys.txt
is "one of the user's" "$(ak report keys --template keys.txt | head -n 1)" "$(ak report keys --json | jq -r '.rows[0] | "\(.key): \(.attempts)"')"
is "what a record says is no markup" "$(sed 's/tokens/<i>/' settlements.csv >html.csv; "$AUDITKIT" init wh >/dev/null 2>&1; "$AUDITKIT" -w wh ingest html.csv >/dev/null 2>&1; printf '{{#adjustments}}{{{line_item}}}{{/adjustments}}' >d.html; "$AUDITKIT" -w wh report dispute --customer beta --template d.html)" "&lt;i&gt;"
for t in '{{#rows}}\n{{kee}}\n{{/rows}}|2: nothing has this name: {{kee}}' '\n\n{{#rows}}|3: section is not closed: {{#rows}}' '{{#rows}}\n{{/row}}|2: section is closed under another name: {{/row}}' '\n{{key|2: tag is not closed: {{key'; do
	printf "${t%%|*}" >bad.txt
	is "an error names line and tag: ${t#*|}" "$(ak report keys --template bad.txt -o page.txt 2>&1 >/dev/null | head -n 1) $(test -e page.txt; echo $?)" "auditkit: bad.txt:${t#*|} 1"
done
is "--template goes alone" "$(ak report keys --template keys.txt --json >/dev/null 2>&1; echo $?) $(ak report keys --format xml >/dev/null 2>&1; echo $?) $(ak report keys -o x.pdf >/dev/null 2>&1; echo $?)" "2 2 2"
is "beside each layer what it does not prove" "$(ak report usage --json | jq '[.layers[].cannot_prove | length > 10] | all') $(ak report cost | grep -c 'do not prove')" "true 3"
for r in "dispute --customer acme" variance governance quota; do
	ak report $r >text 2>&1
	is "$r: at most 80 columns of ASCII" "$(LC_ALL=C awk 'length($0) > 80 || /[^ -~]/' text | head -n 1)$([ -s text ] || echo empty)" ""
done
flat() { tr '\n' ' ' | tr -s ' '; }
said() { # said REPORT...: what it says its sources do not prove alone, the same in the document and in the text, unless there is none
	ak report "$@" --json 2>/dev/null | jq -r '.alone[] | "\(.title) do not prove \(.cannot_prove)"' >said.json
	ak report "$@" 2>/dev/null | flat >said.text
	while read -r line; do
		[ "$(cat said.text)" = " " ] || [ ! -s said.text ] || grep -qF "$line" said.text || echo "$* does not print: $line"
	done <said.json
	sed 's/ do not prove .*//' said.json | paste -sd, -
}
# Which they are: by report, from what its rows are made of.
while IFS='|' read -r r want; do
	is "report $r: what its sources do not prove alone" "$(said $r)" "$want"
done <<'END2'
access --to 2026-06-15|access grants
redaction|counts of ingest
processing|gateway requests,app events,provider calls,declarations in policy.yaml
processors|gateway requests,usage and cost rows,provider calls,declarations in policy.yaml
coverage|gateway requests,DLP and guardrail verdicts,quota events,settlement rows,links
links|gateway requests,DLP and guardrail verdicts,quota events,settlement rows,links
reconcile|gateway requests,usage and cost rows,provider calls,sums
completeness|gateway requests,app events,usage and cost rows,provider calls,lower bounds
fallbacks|gateway requests,audit events
keys|gateway requests,audit events,usage and cost rows,API keys
log-access --to 2026-06-15|audit events,lines of access.jsonl
END2
is "no report is without it" "$(for r in $(ak help | sed -n 's/^ *report \([a-z-]*\) .*/\1/p'); do grep -qE "^REPORT\(\"$r\"" "$AK_SRCDIR/src/report/alone.def" || echo "$r"; done | paste -sd' ' -)" "usage dashboard cost errors cache"
for r in keys links reconcile; do
	ak report $r --json | jq -c .alone >alone
	ak report $r --format csv >said.csv 2>said.err
	is "$r: as notes beside CSV" "$(flat <said.err | grep -cF "$(jq -r '.[0] | "\(.title) do not prove \(.cannot_prove)"' alone)") $(grep -c 'do not prove' said.csv)" "1 0"
	ak report $r -o said-$r.csv --ipe said-$r.json 2>/dev/null
	is "$r: in sidecar and sheet" "$(jq -c .alone said-$r.csv.meta.json) $(jq -c .alone said-$r.json)" "$(cat alone) $(cat alone)"
	is "$r: the file is what CSV prints" "$(cmp said.csv said-$r.csv && jq -r .sha256 said-$r.csv.meta.json)" "$(sha256sum <said.csv | cut -d' ' -f1)"
done

# ---- links and reconcile as lists, read again ----
is "rows as CSV, as lines and as a document are the same" "$(python3 - <<'END2'
import csv, io, json, subprocess
run = lambda *a: subprocess.run([__import__("os").environ["AUDITKIT"], "-w", "w", "report", *a], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout.decode()
for report, member in (("links", "links"), ("reconcile", "rows")):
    rows, doc = list(csv.DictReader(io.StringIO(run(report, "--format", "csv")))), json.loads(run(report, "--json"))
    lines = [json.loads(x) for x in run(report, "--format", "jsonl").splitlines()]
    def cell(row, column):
        for name in column.split("."):
            row = row.get(name) if isinstance(row, dict) else None
        return "" if row is None else row if isinstance(row, str) else json.dumps(row, separators=(",", ":"))
    assert lines == doc[member] and len(rows) == len(lines) > 0, report
    assert all(cell(l, c) == r[c].removeprefix("'") for l, r in zip(lines, rows) for c in r), report
    # No member of a row is without a column.
    assert {k for l in lines for k in l} <= {c.split(".")[0] for c in rows[0]}, report
    print(report, all(c in rows[0] for l in lines for c in ("classes." + k for k in l.get("classes", {}))))
END2
)" "links True
reconcile True"
printf '{{#links}}{{state}} {{from}}\n{{/links}}' >links.txt
is "a template has the rows of a stream" "$(ak report links --template links.txt 2>/dev/null)" "$(ak report links --format jsonl 2>/dev/null | jq -r '"\(.state) \(.from)"')"
is "the period stands above" "$(ak report reconcile --from 2026-06-01 2>/dev/null | head -n 1 | cut -c1-34) / $(ak report links --from 2026-06-01 2>/dev/null | head -n 1 | cut -c1-34)" "period    2026-06-01T00:00:00Z to  / period    2026-06-01T00:00:00Z to "
is "a row's records, as CSV" "$(r=$(ak report reconcile --json | jq -r '.rows[] | select(.gateway_records > 0) | .row' | head -n 1); ak report reconcile --drill $r --format csv 2>/dev/null | head -n 1) $(tail -n 1 w/access.jsonl | jq -r .command)" "$(printf 'row,side,cite,value,counted,why\r') report reconcile"
is "what lies across buckets is a row of the CSV, so that they add up" "$(ak report usage --bucket 1h --zone Europe/Berlin --format csv 2>/dev/null | python3 -c '
import csv, sys
rows = [r for r in csv.DictReader(sys.stdin) if r["layer"] == "provider usage"]
print(sum(int(r["records"]) for r in rows), any(r.get("apart") for r in rows))')" "$(ak report usage --bucket 1h --zone Europe/Berlin --json | jq -r '[.layers[] | select(.layer == "provider usage")] | "\([.[].total.records] | add) \(any(.[]; .across))" | sub("true"; "True") | sub("false"; "False")')"
# ---- a workspace that cannot be written: what needs no log of accesses reads it, the rest shows nothing ----
ro() { w=$1; shift; unshare -rm sh -c 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"' - "$w" "$@" 2>&1; }
if ro w test ! -w w/access.jsonl >/dev/null; then
	cp -r w kept
	is "status, sources and figures read it as it is" "$(for c in status sources "report usage" "report reconcile"; do ro kept "$AUDITKIT" -w kept $c >out; a=$?; "$AUDITKIT" -w w $c >want 2>&1; echo "$a $? $(sed 's/kept/w/g' out | cmp - want && echo same)"; done | uniq -c | tr -s " ")" " 4 0 0 same"
	is "what has to be logged shows nothing, and says so" "$(ro kept "$AUDITKIT" -w kept search --all; echo $?)" "auditkit: this access to evidence has to be logged, and nothing can be written in 'kept': nothing is shown
hint: copy the workspace to where it can be written; verify, check, status and
      reports of figures read it where it is
74"
	python3 - <<'END2'
import shutil, sqlite3
db = sqlite3.connect("kept/workspace.db")
db.execute("PRAGMA wal_autocheckpoint=0")
db.execute("INSERT INTO meta VALUES('made-by-a-test', '1')")
db.commit()
for log in ("wal", "shm"):
    shutil.copytree("w", "kept-" + log)
    for f in ("", "-wal", "-shm")[:2 if log == "wal" else 3]:
        shutil.copy("kept/workspace.db" + f, "kept-%s/workspace.db%s" % (log, f))
END2
	is "records that are still in the log: with its index they are read" "$(ro kept-shm "$AUDITKIT" -w kept-shm sql "SELECT 1" >/dev/null; ro kept-shm "$AUDITKIT" -w kept-shm verify | head -n 1 | cut -c1-8)" "$("$AUDITKIT" -w w verify | head -n 1 | cut -c1-8)"
	is "without it they are not left out in silence" "$(ro kept-wal "$AUDITKIT" -w kept-wal verify; echo $?)" "auditkit: nothing can be written in 'kept-wal', and its newest records are still in workspace.db-wal
hint: copy the folder to where it can be written, and run any command there once
74"
else
	echo "# no namespaces for mounts here: a workspace on a read-only medium is not tried"
fi
# A tenant with several gateways, providers and currencies.
if [ -n "${AK_LONG-}" ]; then
	. "$AK_SRCDIR/tests/tenant/lib.sh"
	made t 5 --calls 200
	many() { sqlite3 w-t/workspace.db "SELECT DISTINCT $1 FROM request WHERE $1 IS NOT NULL LIMIT 4"; }
	rows() { "$AUDITKIT" -w w-t report "$@" --json 2>/dev/null | jq '.rows | length'; }
	for v in $(many team_id); do again w-t "$(rows dispute --team "$v")" dispute --team "$v"; done
	for v in $(many tenant_id); do again w-t "$(rows dispute --customer "$v")" dispute --customer "$v"; done
	for v in $(many key_id); do again w-t "$(rows dispute --key "$v")" dispute --key "$v"; done
	for v in $(many actor_id); do again w-t "$(rows dispute --user "$v")" dispute --user "$v"; done
	again w-t "$(rows governance)" governance
	again w-t "$(rows variance --factor 1.2)" variance --factor 1.2
	again w-t "$(rows variance --factor 1.2 --bucket 6h --zone America/New_York --by provider)" variance --factor 1.2 --bucket 6h --zone America/New_York --by provider
fi
i=0
set --
while read -r w rest; do
	i=$((i + 1))
	set -- "$@" "$w" "again-$i.json"
done <asked
python3 "$AK_SRCDIR/tests/e2e/reports_again.py" "$@" >computed 2>&1
i=0
while read -r w rows report rest; do
	i=$((i + 1))
	is "computed again: $rest" "$(sed -n ${i}p computed)" "ok $report $rows"
done <asked
finish
