#!/bin/sh
# Findings and the responses of management: printed beside them, never hiding them; mistakes in responses.yaml are named.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
cp -r "$AK_SRCDIR/samples" ex # made now: none is late
{ cat "$AK_SRCDIR/samples/policy.yaml" && echo "exports: ../ex"; } >w/policy.yaml
"$AUDITKIT" -w w ingest >/dev/null 2>&1
build() { "$AUDITKIT" -w w packet build --draft --force -o "$1" >out.txt 2>err.txt; }
found() { jq -r ".findings[] | $1" "$2/data/08-requests/findings.json"; }
respond() { printf 'version: 1\nresponses:\n%s\n' "$1" >w/responses.yaml; }
has() { grep -c -- "$1" "$2"; }

build none
is "findings of the samples" "$(found .id none | tr '\n' ' ')" "key-no-owner attempt-no-key change-no-ticket provider-bypass small-group retention-overrun "
is "keys as the packed table has them" "$(found 'select(.id == "key-no-owner").measured' none)" "$(python3 -c '
import csv
used = [r for r in csv.DictReader(open("none/data/tables/keys.csv")) if int(r["attempts"] or 0) or int(r["provider_requests"] or 0)]
print(sum(not r["owner"] for r in used), "of", len(used), "keys in use at gateway or provider")')"
is "changes as the packed table has them" "$(found 'select(.id == "change-no-ticket").measured' none)" "$(python3 -c '
import csv
rows = list(csv.DictReader(open("none/data/tables/changes.csv")))
asked = [r["verdict"] for r in rows if r["verdict"] not in ("settlement", "not made")]
print(sum(v not in ("approved", "automated", "not evaluable") for v in asked), "of", len(asked), "changes")')"
is "changes as the check has them" "$(found 'select(.id == "change-no-ticket").measured' none)" \
	"$("$AUDITKIT" -w w check change-unapproved --json 2>/dev/null | jq -r '.checks[0] | "\(.found) of \(.of) changes"')"
is "bypass as the truth of the samples has it" "$(found 'select(.id == "provider-bypass").measured' none | cut -d' ' -f1)" \
	"$(jq -r .bypass.requests "$AK_SRCDIR/samples/truths.json")"
is "an unanswered finding says so" "$(has 'key-no-owner: 1 of 7 keys in use at gateway or provider, no response' out.txt)" 1

respond '  key-no-owner: {text: "owner <b>named</b> in CHG-1190", owner: platform-head, due: 2026-07-31}
  provider-bypass: {text: key is blocked, owner: sec-ops, closed: 2026-06-20}
  secret-in-record: {text: rotated, owner: sec-ops, closed: 2026-06-20}'
build two
is "a response takes nothing away" "$(found .id two)" "$(found .id none)"
is "verdicts are the same" "$(jq -c .questions two/data/08-requests/questions.json)" "$(jq -c .questions none/data/08-requests/questions.json)"
is "it stands beside its finding" "$(found 'select(.id == "key-no-owner").response | .owner + " " + .due' two)" "platform-head 2026-07-31"
is "on the page, harmless" "$(has 'owner &lt;b&gt;named&lt;/b&gt; in CHG-1190</td><td class="w" data-label="Owner">platform-head</td><td class="w" data-label="Due">2026-07-31' two/index.html)" 1
is "in the overview" "$(has '^| .* (key-no-owner) | .* | platform\\*-head\|^| .* (key-no-owner) | .* | platform.*head | 2026' two/README.md)" 1
is "what is closed and still measured says both" "$(has 'closed 2026-06-20, still measured' two/index.html)" 1
is "the strip counts findings" "$(has '<a href="#findings">6 findings</a>' two/index.html)" 1
is "the report counts responses, and names one that answers nothing" "$(has '^findings  6, 2 of them with a response' out.txt) \
$(has 'responses.yaml answers secret-in-record, which was not found' out.txt)" "1 1"
is "another answer, another packet" "$(test "$(jq -r .id two/data/packet.json)" != "$(jq -r .id none/data/packet.json)" && echo yes)" yes
ok "it verifies" "$AUDITKIT" packet verify two
build again
ok "the same bytes" diff -r two again
cp -r two forged
jq -c 'del(.findings[0])' two/data/08-requests/findings.json >forged/data/08-requests/findings.json
(cd forged && sha256sum $(cut -c67- manifest-sha256.txt) >m && mv m manifest-sha256.txt && sed "/ manifest-sha256.txt/d" tagmanifest-sha256.txt >t &&
	sha256sum manifest-sha256.txt >>t && LC_ALL=C sort -k2 t >tagmanifest-sha256.txt && rm t)
"$AUDITKIT" packet verify forged >out.txt
is "a finding taken out of a packet: exit 4" "$? $(has '^FAIL      content .*findings' out.txt)" "4 1"

refused() { # refused NAME MESSAGE RESPONSES
	respond "$3"
	"$AUDITKIT" -w w packet build --draft -o no.zip >out.txt 2>err.txt
	is "$1" "$? $(has "responses.yaml:$2" err.txt) $(ls no.zip 2>/dev/null)" "2 1 "
}
refused "an unknown finding is named, with the nearest" "3: unknown key 'key-no-ownr' in 'responses' (did you mean 'key-no-owner'?)" '  key-no-ownr: {text: x, owner: y, due: 2026-07-31}'
refused "one without an owner" "3: key 'owner' is missing in 'responses.key-no-owner'" '  key-no-owner: {text: x, due: 2026-07-31}'
refused "one without a day" "3: 'key-no-owner' needs due" '  key-no-owner: {text: x, owner: y}'
refused "one with a day that is none" "3: 'key-no-owner.due' must be a date" '  key-no-owner: {text: x, owner: y, due: soon}'
refused "one that would hide" "3: unknown key 'hide' in 'responses.key-no-owner'" '  key-no-owner: {text: x, owner: y, due: 2026-07-31, hide: true}'
respond "  key-no-owner: {text: ask maria.keller@$(echo example).org, owner: y, due: 2026-07-31}"
"$AUDITKIT" -w w packet build --draft -o no.zip >out.txt 2>err.txt
is "an address in a response: the self-audit stops it" "$? $(has 'responses.yaml' err.txt) $(ls no.zip 2>/dev/null)" "4 1 "
echo 'responses: {}' >w/responses.yaml
"$AUDITKIT" -w w packet build --draft -o no.zip >out.txt 2>err.txt
is "a version is needed" "$? $(has "'version' is missing" err.txt)" "2 1"

chmod -R u+w ex
touch -d '3 days ago' ex/grc/tickets.csv ex/litellm/audit.jsonl
rm w/responses.yaml
"$AUDITKIT" init late >/dev/null 2>&1
cp w/policy.yaml late/
"$AUDITKIT" -w late ingest >/dev/null 2>&1
"$AUDITKIT" -w late packet build --draft -o late.d >out.txt 2>err.txt
is "a source older than its rhythm, 1 d; another within its 30 d" "$(found 'select(.id == "source-overdue").measured' late.d)" "1 of 11 sources"
finish
