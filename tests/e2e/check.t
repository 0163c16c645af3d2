#!/bin/sh
# `check` as a pipeline meets it: ids that stay, baselines, suppressions that end, answers, rules of one's own with three values, the forms
# that other programs read, exit codes that never take an error for a finding, and one page for people.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
here=$AK_SRCDIR/tests/e2e
ak() { "$AUDITKIT" -w "$@"; }
forms() { python3 "$here/check_forms.py" "$@" 2>&1; }
workspace() { # workspace NAME FILE...: these exports, those of one argument in one ingest
	w=$1
	shift
	"$AUDITKIT" init "$w" >/dev/null 2>&1
	mkdir -p "$w/formats" && cp "$here/chains.yaml" "$w/formats/chains-requests.yaml"
	# shellcheck disable=SC2086
	for f in "$@"; do (cd "${f%%/*}" && "$AUDITKIT" -w "$tap_dir/$w" ingest ${f#*/}) >/dev/null 2>&1 || echo "# $f was not ingested whole"; done
	cp "$w/policy.yaml" "$w.yaml"
}
says() { { sed '/^limits:/d' "$1.yaml" && cat; } >"$1/policy.yaml"; }
# tokens are of a workspace's own key
ids() { jq -r '.checks[] | .check as $c | .findings[] | select(.subject | test("^(id|user):") | not) | "\($c) \(.subject) \(.id)"' "$1" | sort; }

# ---- 100 calls: 6 fail, 3 of them for their rate; of two apps, one with a hostile name; five have no cost ----
python3 - <<'PY'
import csv
with open("calls.csv", "w", newline="") as f:
    out = csv.writer(f)
    out.writerow("request_id time key_id status cost currency app team cost_center model provider".split())
    for i in range(100):
        status = 500 if i in (3, 40, 77) else 429 if i in (10, 11, 12) else 200
        out.writerow(["r-%03d" % i, "2026-06-%02dT10:%02d:00Z" % (1 + i // 50, i % 50), "key_%d" % (i % 4), status, "" if 60 <= i < 65 else "0.1", "USD",
                      "bot" if i % 2 else "]]><b a='1'>&|*_`x`\u202e [l](http://e.example) @ops", "t-1", "CC-1", "gpt-4.1", "openai"])
PY
workspace calls ./calls.csv
rate() { ak calls check --max-error-rate "$1" error-rate >out 2>err; echo $?; }
is "6 of 100 calls fail: more than 5 %, more than 5.9 %, not more than 6 %" "$(rate 5) $(rate 5.9%) $(rate 6) $(rate 50%)" "1 1 0 0"
is "the figure with what it is of" "$(rate 5) $(grep -c '6 of 100 gateway requests (6.0 %), more than 5%' out)" "1 1"
is "a limit that is none: usage" "$(rate x) $(rate 101) $(rate -1)" "2 2 2"
refused() { ak calls check --max-rate-limited "$1" rate-limited >out 2>err; echo $?; }
is "3 calls were refused for their rate" "$(refused 2) $(refused 3)" "1 0"
is "no limit: not evaluable, and no finding" "$(ak calls check error-rate rate-limited --json | jq -c '[.not_evaluable, .findings.failing]')" "[2,0]"
echo 'limits: {max_error_rate: 5%, max_rate_limited: 2%}' | says calls
is "limits of the policy" "$(ak calls check error-rate rate-limited --json | jq -c '[.checks[] | [.verdict, .affected, .of]]')" '[["not met",6,100],["not met",3,100]]'

# ---- rules of one's own ----
says calls <<'Y'
checks:
  errors-by-key:
    title: no key has more than one error a day
    severity: high
    layer: request
    where: {status_code: {ge: 400}, not: {app: nobody}}
    count: {over: 1}
    by: key_id
    per: 1d
  spend: {layer: request, sum: {field: cost_estimated, over: 3, currency: USD}, by: [app]}
  spend-low: {layer: request, where: {cost_estimated: {present: true}}, sum: {field: cost_estimated, over: 9.5, currency: USD}}
  error-share: {layer: request, ratio: {of: {outcome: failure}, over: 5%}, by: [app], severity: low}
  keys: {layer: request, distinct: {field: key_id, over: 3}}
  silence: {layer: request, where: {provider: openai}, count: {under: 101}}
  costly: {layer: request, where: {cost_estimated: {gt: 0.2}}, count: {over: 0}}
  prices-known: {layer: price, count: {over: 10}}
  any-of: {layer: request, where: {any: [{status_code: [429, 500]}, {key_id: {prefix: nothing}}]}, count: {over: 5}}
Y
ak calls check --json >own.json
verdict() { jq -r --arg c "$1" '.checks[] | select(.check == $c) | "\(.verdict) \(.found) of \(.of)"' own.json; }
is "a rule fires per group and bucket" "$(jq -c '[.checks[] | select(.check == "errors-by-key") | .findings[] | [.group.key_id, .bucket, .affected]]' own.json)" \
	'[["key_0","2026-06-01T00:00:00Z",2],["key_3","2026-06-01T00:00:00Z",2]]'
is "where no field is missing, exactly what Python counts" "$(verdict errors-by-key) $(verdict keys) $(verdict any-of) $(verdict silence) $(verdict spend-low)" \
	"$(python3 - <<'PY'
import collections, csv
from decimal import Decimal
rows = list(csv.DictReader(open("calls.csv")))
bad = [r for r in rows if int(r["status"]) >= 400]
days = collections.Counter((r["key_id"], r["time"][:10]) for r in bad)
say = lambda broken, of: "%s %d of %d" % ("not met" if broken else "met", broken, of)
print(say(sum(n > 1 for n in days.values()), 100), say(len({r["key_id"] for r in rows}) > 3, 100), say(len(bad) > 5, 100),
      say(len(rows) < 101, 100), say(sum(Decimal(r["cost"] or 0) for r in rows) > Decimal("9.5"), 95))
PY
)"
is "records that lack the field could break it: not evaluable" "$(verdict costly) $(jq -r '.checks[] | select(.check == "costly") | .why' own.json)" \
	"not evaluable 0 of 95 1 of 1 groups depend on records that lack a field"
is "a sum with missing parts is decided by nobody" "$(verdict spend | cut -d' ' -f1-2)" "not evaluable"
is "a layer without records: not evaluable" "$(verdict prices-known)" "not evaluable 0 of 0"
is "of and apart are all that was read" "$(jq -c '[.checks[] | select(.check | test("errors-by-key|costly|any-of|spend-low")) | .of + ([.apart // {} | .[]] | add // 0)] | unique' own.json)" "[100]"
ak calls check --json >again.json
ok "the same input, the same findings" cmp own.json again.json
refuse() { # refuse NAME MESSAGE RULE
	echo "checks: {r: $3}" | says calls
	ak calls check r >out 2>err
	is "$1" "$? $(grep -c -- "$2" err)" "2 1"
}
refuse "an unknown field, with the nearest" "have no field 'staus_code'" '{layer: request, where: {staus_code: 500}, count: {over: 1}}'
is "is named" "$(grep -c "did you mean 'status_code'" err)" 1
refuse "money without its currency" "is money: name the currency" '{layer: request, sum: {field: cost_estimated, over: 1}}'
refuse "an order of what has none" "it has no order" '{layer: request, where: {app: {gt: 3}}, count: {over: 1}}'
refuse "two figures" "needs one of count, sum, ratio and distinct" '{layer: request, count: {over: 1}, sum: {field: input_tokens, over: 1}}'
refuse "an unknown comparison" "is no comparison" '{layer: request, where: {app: {like: x}}, count: {over: 1}}'
refuse "a layer that is none" "is no kind of record" '{layer: requests-all, count: {over: 1}}'
refuse "silence of a group that is not there" "does not go with by" '{layer: request, count: {under: 1}, by: app}'
echo 'checks: {rejects: {layer: request, count: {over: 1}}}' | says calls
ak calls check >out 2>err
is "a name that is taken" "$? $(grep -c 'auditkit has a check of that name' err)" "2 1"

# ---- the forms, with a hostile name in them ----
echo 'checks: {share: {layer: request, ratio: {of: {outcome: failure}, over: 5%}, by: [app], severity: high}}' | says calls
ak calls check --json --junit j.xml --sarif s.json --markdown m.md >doc.json
is "findings: exit 1, files and document" "$? $(wc -l <doc.json | grep -c '[1-9]')" "1 1"
is "JSON, JUnit, SARIF and Markdown by other parsers" "$(forms doc.json junit=j.xml sarif=s.json markdown=m.md)" ""
is "the hostile name is in all of them, harmless" "$(grep -c 'app \]\]&gt;&lt;b a=' j.xml) $(grep -c '<b' j.xml) $(grep -c '<b a=' s.json) $(grep -c '\\<b a=' m.md) $(grep -c '[^\]<b\|http://e\|[^\]\](http\|[^[]@ops' m.md)" "1 0 2 1 0"
is "no control character anywhere" "$(cat j.xml s.json m.md | LC_ALL=C grep -c "$(printf '\342\200\256')")" 0
is "to standard output, alone" "$(ak calls check --junit - | python3 -c 'import sys, xml.etree.ElementTree as e; print(e.parse(sys.stdin).getroot().tag)') $(ak calls check --sarif - | jq -r .version)" "testsuites 2.1.0"
ak calls check --junit - --sarif - >out 2>err
is "two of them to standard output: usage" "$?" 2
ak calls check --json --markdown - >out 2>err
is "or one beside --json" "$?" 2
ln m.md former.md
ak calls check --markdown m.md >/dev/null
is "a file is replaced, never written into" "$(test m.md -ef former.md || echo apart) $(find . -maxdepth 1 -name '*.tmp*' | wc -l)" "apart 0"

# ---- ids, baselines, suppressions: the planted set of chains.t ----
mkdir planted changed
(cd planted && python3 "$here/chains_make.py" planted)
workspace one "planted/*.csv *.jsonl"
workspace two "planted/*.jsonl" "planted/*.csv"
ak one check --json >one.json
is "a planted set: exit 1" "$? $(forms one.json)" "1 "
ak two check --json >two.json
is "ingested in another order, the places in the ledger differ" "$([ "$(jq -c '[.checks[].findings[].cites]' one.json)" != "$(jq -c '[.checks[].findings[].cites]' two.json)" ] && echo yes)" yes
ids one.json >one.ids
is "and the ids are the same" "$(ids two.json | diff one.ids - | head -n 4)" ""
is "no rule finds more than it looked at" "$(jq -c '.checks[] | select(.affected > .of) | [.check, .affected, .of]' one.json)" ""
is "every citation is a record that show knows" "$(jq -r '.checks[].findings[].cites[]' one.json | grep -v '^policy' | sort -u | awk -v long="${AK_LONG:+1}" 'long || NR % 10 == 1' | while read -r c; do ak one show "$c" >/dev/null 2>&1 || echo "$c"; done)" ""

ak one check --baseline one.json >out 2>&1
is "the same set is known: exit 0, all of it resolved by nobody" "$? $(grep -c ' 0 new, 0 muted, [0-9,]* known; of [0-9,]* before 0 resolved' out)" "0 1"
cp planted/* changed
sed -i 's/^RF-none,refund,-*[0-9.]*/RF-none,refund,-7.77/; /^RF-late,/d' changed/settlements.csv
workspace three "changed/*.csv *.jsonl"
ak three check --json --baseline one.json >three.json
is "another content, and one less: exit 1" "$? $(jq -c '[.checks[] | select(.check == "refund-unapproved") | .findings[] | select(.new) | .subject]' three.json)" '1 ["RF-none"]'
is "those that are gone are counted" "$(jq -c '.baseline | [.found == .seen + .resolved + .not_judged + .unnamed, .resolved > 0, ([.gone[] | select(.state == "resolved")] | length) == .resolved]' three.json)" "[true,true,true]"
is "of a rule that is not asked nothing is resolved" "$(ak one check balance --json --baseline one.json | jq -c '.baseline | [.resolved, .not_judged > 0]')" "[0,true]"
echo '{"schema":"auditkit.check/1","checks":[{"check":"balance","found":1,"findings":[{"text":"x"}]}]}' >old.json
for f in old.json calls.csv none.json; do ak one check --baseline $f >out 2>err; echo "$?"; done >codes
is "a baseline without ids, one that is none, one that is not there: exit 5" "$(tr '\n' ' ' <codes)" "5 5 5 "

mute() { printf 'version: 1\nsuppressions:\n' >"$1/suppressions.yaml" && cat >>"$1/suppressions.yaml"; }
jq -r '.checks[].findings[] | "  - {id: \(.id), owner: head, reason: known, expires: 2099-12-31}"' one.json | mute one
ak one check --json >muted.json
is "all are muted: exit 0, still not met, still there" "$? $(jq -c '[.findings.failing, .findings.muted == .findings.found, .not_met > 0]' muted.json)" "0 [0,true,true]"
ak one check >out
is "and the page shows them" "$(grep -c '^muted     ' out) $(grep -c '0 failing' out)" "1 1"
ak one check --junit j.xml --sarif s.json >/dev/null
is "forms of muted ones" "$(forms muted.json junit=j.xml sarif=s.json)" ""
sed -i '3s/2099-12-31/2020-01-31/' one/suppressions.yaml
ak one check --json >expired.json
is "one that expired fires again, and says so" "$? $(jq -c '[.findings.failing, ([.checks[].findings[] | select(.expired)] | length), ([.suppressions[] | select(.state == "expired")] | length)]' expired.json)" "1 [1,1,1]"
cp one/suppressions.yaml three/
sed -i 's/2020-01-31/2099-12-31/' three/suppressions.yaml
ak three check --json >content.json
is "changed content fires again, what stayed is muted" "$? $(jq -c '[.checks[] | select(.check == "refund-unapproved") | .findings[] | select(.muted | not) | .subject]' content.json)" '1 ["RF-none"]'
is "suppressions that match nothing are named" "$(ak three check -v | grep -c '^idle .*matches nothing')" "$(jq '[.suppressions[] | select(.state == "matches nothing")] | length' content.json)"
echo '  - {check: balance, subject: nobody, owner: head, reason: known, expires: 2099-12-31}
  - {check: refund-mismatch, subject: RF-eur, owner: head, reason: known, expires: 2099-12-31}' | mute one
is "by check and subject" "$(ak one check --json | jq -c '[.checks[].findings[] | select(.muted) | .subject]')" '["RF-eur"]'
bad() { # bad NAME MESSAGE ENTRY
	echo "  - $3" | mute one
	ak one check >out 2>err
	is "$1" "$? $(grep -c -- "suppressions.yaml:3: .*$2" err)" "2 1"
}
bad "a suppression without an owner" "key 'owner' is missing" '{id: a123456789abcdef, reason: x, expires: 2099-12-31}'
bad "without a reason" "key 'reason' is missing" '{id: a123456789abcdef, owner: x, expires: 2099-12-31}'
bad "without an end" "key 'expires' is missing" '{id: a123456789abcdef, owner: x, reason: y}'
bad "with an end that is none" "must be a date" '{id: a123456789abcdef, owner: x, reason: y, expires: never}'
bad "of all there is" "needs id, or check and subject" '{owner: x, reason: y, expires: 2099-12-31}'
bad "of a check that is none" "there is no check of that name" '{check: balanse, subject: x, owner: x, reason: y, expires: 2099-12-31}'
rm one/suppressions.yaml

# ---- what management says ----
first=$(jq -r '.checks[] | select(.check == "balance") | .findings[0].id' one.json)
printf 'version: 1\nresponses:\n  %s: {text: "booked <b>late</b>", owner: finance, due: 2026-07-31}\n  invoice: {text: asked the provider, owner: fin, closed: 2026-07-01}\n' "$first" >one/responses.yaml
ak one check --json >answered.json
is "an answer by id, and one for all of a check; both still fail" "$? $(jq -c '[.checks[].findings[] | select(.response) | .response.owner] | unique' answered.json) $(jq -c .findings answered.json)" \
	"1 [\"fin\",\"finance\"] $(jq -c .findings one.json)"
is "printed beside it" "$(ak one check balance | grep -c 'management, finance, due 2026-07-31: booked')" 1
printf 'version: 1\nresponses:\n  balanse: {text: x, owner: y, due: 2026-07-31}\n' >one/responses.yaml
ak one check >out 2>err
is "an answer to nothing: the nearest is named" "$? $(grep -c "did you mean 'balance'" err)" "2 1"
rm one/responses.yaml

# ---- exit codes: an error is never 1 ----
code() { ak "$@" >out 2>err; echo $?; }
is "unknown check, unknown option, no time" "$(code one check no-such) $(code one check --no-such) $(code one check --from never)" "2 2 2"
is "no workspace, a damaged one" "$(code nowhere check) $(mkdir broken && echo x >broken/workspace.db && code broken check)" "7 7"
is "a file that cannot be written" "$(code one check --junit no/such/folder.xml)" 74
echo 'checks: [' >>one/policy.yaml
is "a policy that is none" "$(code one check)" 2
cp one.yaml one/policy.yaml

# ---- one page ----
ak one check >page 2>&1
is "a page of at most 40 lines, 80 columns" "$(($(wc -l <page) <= 40)) $(awk 'length > 80' page | wc -l)" "1 0"
is "ten findings, the rest counted: together all that fail" "$(python3 - <<'PY'
import json, re
doc, page = json.load(open("one.json")), open("page").read()
heads = re.findall(r"^(?:HIGH|medium|low|) +([a-z-]+), [\d,]+ (?:of [\d,]+|findings?):", page, re.M)
shown = len(heads) + len(re.findall(r"^ {10}- ", page, re.M))
rest = sum(int(n) for n in re.findall(r"[a-z] (\d+)(?=,|$)", re.sub(r"\n {10}", " ", page).split("\nrest")[1].split("\n")[0]))
failing = [k["check"] for k in doc["checks"] if k["failing"]]
print(shown, shown + rest == doc["findings"]["failing"], page.count("  do: ") == len(heads) == len(set(heads)), set(heads) == set(failing[:1] + heads) and len(heads) == min(10, len(failing)))
PY
)" "10 True True True"
is "high ones first" "$(grep -n '^HIGH\|^medium' page | cut -d: -f2 | cut -c1-6 | tr '\n' ' ' | cut -c1-4)" "HIGH"
ak one check -v >v
is "-v has every finding with its id" "$(jq -r '.checks[].findings[].id' one.json | while read -r i; do grep -q "$i" v || echo "$i"; done)" ""
is "every rule says why, what to do and how bad" "$(ak one check --list --json | jq -c '[.checks[] | select((.rationale | length) < 10 or (.fix | length) < 10 or (.severity | test("^(high|medium|low)$") | not))]')" "[]"
ak one check --questions --json >q.json
is "the seven questions; exit 1 where one is not met" "$? $(jq -c '.questions | [length, (map(.verdict) - ["met", "not met", "not evaluable"] | length)]' q.json)" "$(jq '[.questions[] | select(.verdict == "not met")] | length | if . > 0 then 1 else 0 end' q.json) [7,0]"
"$AUDITKIT" init nothing >/dev/null 2>&1
"$AUDITKIT" -w nothing check >/dev/null 2>&1
is "a workspace that says nothing to any rule is no clean one" "$?" 3
finish
