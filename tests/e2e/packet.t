#!/bin/sh
# The packet of the sample tenant: checked with other people's tools, the same bytes anywhere, broken by any change.
. "$AK_SRCDIR/tests/tap.sh"
mkdir "$tap_dir/a"
cp -r "$AK_SRCDIR/samples" "$tap_dir/a/ex"
chmod -R u+w "$tap_dir/a"
cd "$tap_dir/a" || exit 1
"$AUDITKIT" init w >/dev/null 2>&1
sed 's#path: \([a-z]\)#path: ../ex/\1#' ex/policy.yaml >w/policy.yaml
"$AUDITKIT" -w w ingest >/dev/null 2>&1

"$AUDITKIT" -w w packet build -o p.tar >gaps 2>&1
is "open questions: exit 3" "$?" 3
is "and nothing is written" "$(ls p.tar* 2>/dev/null)" ""
is "each is named" "$(grep -c '^gap ' gaps)" "$("$AUDITKIT" -w w packet build --draft --json -o d.zip | jq .gap_count)"
is "what policy.yaml admits is named and not counted" "$(grep -c '^declared .*aws-cost' gaps)" 1
cp w/policy.yaml policy.kept
sed -i 's/^declared: {by: [a-z-]*/declared: {by: jane.doe@corp-mail.com/; s/^  aws-cost: {why: finance/  joe.roe@corp-mail.com: {why: ask ann.lee@corp-mail.com/' w/policy.yaml
"$AUDITKIT" -w w packet build -v -o p.tar >mails 2>&1
is "an address in policy.yaml is not printed" "$? $(grep -c '^gap ' mails) $(grep -c 'owed by' mails | sed 's/[1-9]/some/') $(tr -d ' \n' <mails | grep -c corp-mail)" "3 $(grep -c '^gap ' gaps) some 0"
mv policy.kept w/policy.yaml
is "a draft is unsigned and says so" "$("$AUDITKIT" packet verify d.zip --json | jq -c '[.ok, .draft, .signer]')" '[true,true,null]'

"$AUDITKIT" -w w packet build --draft -o draft >/dev/null 2>&1
is "it says so on every page and in its receipt" "$(grep -L DRAFT draft/index.html draft/README.md draft/VERIFY.txt draft/data/*.md draft.receipt.txt | tr '\n' ' ')" ""
is "and on every printed page" "$(grep -c 'class="mark">DRAFT' draft/index.html)" 1
is "a draft holds no signature" "$(ls draft/signatures 2>/dev/null)" ""
mv w/policy.yaml policy.away
"$AUDITKIT" -w w packet build --draft -o bare.zip >/dev/null 2>&1
is "a draft is built without policy.yaml, too" "$? $("$AUDITKIT" packet verify bare.zip --json | jq -c '[.ok, .draft]')" "0 [true,true]"
mv policy.away w/policy.yaml

echo kept >p.tar.receipt.txt
"$AUDITKIT" -w w packet build --allow-gaps -o p.tar >/dev/null 2>&1
is "the receipt of another packet stands in the way: exit 2, nothing is written" "$? $(ls p.tar 2>/dev/null)$(cat p.tar.receipt.txt)" "2 kept"
rm p.tar.receipt.txt
ok "build" "$AUDITKIT" -w w packet build --allow-gaps -o p.tar
mkdir other
# Turkish has another upper case of i, German another decimal point; both are made here where the system lacks them.
for l in tr_TR de_DE; do localedef -i $l -f UTF-8 "$PWD/$l.UTF-8" >/dev/null 2>&1; done
LOCPATH=$PWD
export LOCPATH
is "a German locale is there" "$(LC_ALL=de_DE.UTF-8 locale decimal_point)" ","
is "a Turkish locale is there" "$(LC_ALL=tr_TR.UTF-8 locale -k charmap)" 'charmap="UTF-8"'
(cd other && umask 077 && TZ=Asia/Kathmandu LC_ALL=tr_TR.UTF-8 "$AUDITKIT" -w ../w packet build --allow-gaps -o p.tar) >/dev/null 2>&1
mkdir third
(cd third && TZ=America/St_Johns LC_ALL=de_DE.UTF-8 "$AUDITKIT" -w ../w packet build --allow-gaps -o p.tar) >/dev/null 2>&1
unset LOCPATH
ok "a third zone and locale: the same bytes" cmp p.tar third/p.tar
ok "another zone, locale, umask and folder: the same bytes" cmp p.tar other/p.tar
digest=$(sed -n 's/^digest   sha256 //p' p.tar.receipt.txt)
is "the receipt has the annex as the packet names it and as sha256sum prints its file" "$(sed -n 's/^annex    sha256 \([0-9a-f]*\) .*/\1/p' p.tar.receipt.txt | tr '\n' ' ')" \
	"$(tar -xOf p.annex.tar p.annex/tagmanifest-sha256.txt | sha256sum | cut -c1-64) $(sha256sum p.annex.tar | cut -c1-64) "
is "the way without auditkit comes first" "$(grep -nE '^(check|verify) ' p.tar.receipt.txt | cut -c1-40 | tr '\n' ' ' | grep -c 'check .*VERIFY.txt.*verify')" 1
for f in p.zip p.tar.gz p.tar.zst folder; do
	"$AUDITKIT" -w w packet build --allow-gaps -q -o "$f" >/dev/null
	is "$f has the same digest" "$("$AUDITKIT" packet verify "$f" --digest "$digest" --json | jq -c '[.ok, .digest]')" "[true,\"$digest\"]"
done

tar -xf p.tar
ok "VERIFY.txt as written" sh -c 'cd p && PATH=/usr/bin:/bin sh -eu VERIFY.txt'
is "digest by sha256sum" "$(sha256sum p/tagmanifest-sha256.txt | cut -c1-64)" "$digest"
is "sections as JSON and Markdown" "$(ls p/data/0[1-7]*.json p/data/0[1-7]*.md | wc -l)" 14
is "every sentence is tagged" "$(jq -r '.statements[].tag' p/data/0[1-7]*.json | sort -u | tr '\n' ' ')" "declared proven "
is "stored records as sqlite3 counts them" "$(python3 -c 'import csv; print(sum(int(r["records"]) for r in csv.DictReader(open("p/data/tables/records.csv"))))')" \
	"$(sqlite3 w/workspace.db "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%rec_no INTEGER NOT NULL, -- 1-based%'" |
		while read -r t; do sqlite3 w/workspace.db "select count(*) from $t"; done | awk '{ n += $1 } END { print n }')"
is "conservation in the packed table" "$(python3 -c '
import csv
for r in csv.DictReader(open("p/data/tables/sources.csv")):
    n = {k: int(v) for k, v in r.items() if k in "records_in stored duplicate rejected blank excluded expired".split()}
    if n["records_in"] * 2 != sum(n.values()): print(r["name"])')" ""
is "digests of the files before redaction, as sha256sum has them" \
	"$(python3 -c 'import csv; print(*sorted(r["sha256"] for r in csv.DictReader(open("p/data/tables/files.csv", newline=""))), sep="\n")')" \
	"$(sed -n 's/^  [a-z-]*: {path: \([^,]*\),.*/\1/p' ex/policy.yaml | while read -r g; do (cd ex && sha256sum $g); done | cut -c1-64 | sort)"
is "page needs no script and no network" "$(grep -ciE '<script|https?://|@import|url\(' p/index.html)" 0
sqlite3 w/workspace.db .dump | grep -oE '(user|email|id|key|ip):[0-9a-f]{32}' | sort -u >tokens
grep -rhoE '(user|email|id|key|ip):[0-9a-f]{32}' p | sort -u >packed
is "pseudonyms of the workspace are not in the packet" "$(comm -12 tokens packed | wc -l)" 0
is "but some are" "$(($(wc -l <packed) > 0))" 1

printf ' ' >>p/data/02-sources.md
"$AUDITKIT" packet verify p >/dev/null 2>&1
is "a changed file: exit 4" "$?" 4
rm -rf p && tar -xf p.tar && echo more >p/data/extra.txt
"$AUDITKIT" packet verify p >/dev/null 2>&1
is "an added file: exit 4" "$?" 4
rm -rf p && tar -xf p.tar && rm p/data/tables/links.csv
"$AUDITKIT" packet verify p >/dev/null 2>&1
is "a missing file: exit 4" "$?" 4
rm -rf p && tar -xf p.tar
ssh-keygen -q -t ed25519 -N '' -f stranger
echo "auditkit namespaces=\"auditkit-packet\" $(cut -d' ' -f1,2 stranger.pub)" >signers
"$AUDITKIT" packet verify p --signers signers >/dev/null 2>&1
is "a signer that is not on the list: exit 4" "$?" 4
rm -rf p && tar -xf p.tar
ok "leaves, proofs and tree head by Python and openssl" python3 "$AK_SRCDIR/tests/e2e/check_packet.py" p proofs
ok "tables as their Table Schema says, by Python" python3 "$AK_SRCDIR/tests/e2e/check_packet.py" p tables
is "verify says so too" "$("$AUDITKIT" packet verify p --json | jq -r '.checks[] | .name + " " + .result' | paste -sd,)" \
	"structure pass,fixity pass,completeness pass,schema pass,content pass,signature pass,timestamp skipped,log pass,continuity skipped"

# A forger who also mends the manifests and signs anew still cannot change a figure in one place only.
reseal() {
	(cd "$1" && find data -type f | LC_ALL=C sort | xargs sha256sum >manifest-sha256.txt &&
		cut -c67- tagmanifest-sha256.txt | xargs sha256sum >t && mv t tagmanifest-sha256.txt)
}
failed() { "$AUDITKIT" packet verify "$1" --json | jq -r '[.checks[] | select(.result == "fail") | .name] | join(",")'; }
sed -i 's/2112/2113/' p/data/tables/records.csv && reseal p
is "a changed figure in one table" "$(failed p)" content,signature
rm -rf p && tar -xf p.tar && sed -i 's/,[0-9]*,/,x,/' p/data/tables/records.csv && reseal p
is "a word for a number" "$(failed p)" structure,schema,signature
rm -rf p && tar -xf p.tar && sed -i 's/"outcome\\": \\"success/"outcome\\": \\"failure/; s/success/failure/' p/data/integrity/proofs/*.json && reseal p
is "a changed record of the trace" "$(failed p)" signature,log
rm -rf p && tar -xf p.tar && printf 'sk%sabcdefghijklmnopqrstuvwxyz0123456789abcdefghijkl\n' -proj- >p/data/note.md && reseal p
is "a secret that came in later" "$(failed p)" structure,completeness,content,signature
rm -rf p && tar -xf p.tar && echo more >p/data/extra.txt
(cd p && sh VERIFY.txt) >/dev/null 2>&1
is "VERIFY.txt sees an extra file" "$?" 1
rm -rf p && tar -xf p.tar

"$AUDITKIT" -w w packet build --allow-gaps -q --from 2026-06-03 --to 2026-06-05 --reviewer 'Example Assurance' --approved-by platform-head -o part >/dev/null
is "a period: its requests only" "$(python3 -c 'import csv; print(next(r["records"] for r in csv.DictReader(open("part/data/tables/records.csv")) if r["kind"] == "request"))')" \
	"$(sqlite3 w/workspace.db "select count(*) from request where event_start >= '2026-06-03' and event_start < '2026-06-05' and seq not in (select seq from superseded)")"
is "it says from when to when its events are, inventories, tickets and grants aside, as do the pages" "$(jq -r '.period | [.from, .first, .last, .to] | @csv' part/data/packet.json | tr -d '"') $(grep -lF "events of $(jq -r '.period | .first + " to " + .last' part/data/packet.json)" part/index.html)" \
	"$(for k in $(sqlite3 w/workspace.db "SELECT name FROM pragma_table_list WHERE name IN ('request', 'audit_event', 'app_event', 'usage')"); do sqlite3 w/workspace.db "SELECT substr(event_start, 1, 19) || 'Z' FROM $k WHERE event_start >= '2026-06-03' AND event_start < '2026-06-05' AND seq NOT IN (SELECT seq FROM superseded)"; done | sort | sed -n '1p;$p' | paste -sd, | sed 's/.*/2026-06-03T00:00:00Z,&,2026-06-05T00:00:00Z/') part/index.html"
is "its trace lies in it" "$(jq -r '.trace.hops[0].time | .[:10] >= "2026-06-03" and .[:10] < "2026-06-05"' part/data/07-sample-trace.json)" true
is "reviewer and approval are in it" "$(jq -c '[.reviewer, .approved_by]' part/data/packet.json)" '["Example Assurance","platform-head"]'
is "and it is another packet" "$(cat part/data/packet.json p/data/packet.json | jq -r .id | sort -u | wc -l)" 2
"$AUDITKIT" -w w packet build --allow-gaps --approved-by somebody -o no.zip >/dev/null 2>&1
is "who may not approve: exit 6" "$?" 6
is "SOURCE_DATE_EPOCH is the packet's time" \
	"$(SOURCE_DATE_EPOCH=1700000000 "$AUDITKIT" -w w packet build --allow-gaps --json -o sde.tar | jq -r .created; tar -tvf sde.tar --full-time --utc | head -n 1 | grep -o '2023-11-14 22:13:20')" \
	"$(printf '2023-11-14T22:13:20Z\n2023-11-14 22:13:20')"
SOURCE_DATE_EPOCH=0 "$AUDITKIT" -w w packet build --allow-gaps -o old.zip >/dev/null 2>&1
is "before 1980 there is no zip: exit 2" "$?" 2
"$AUDITKIT" -w w trace sample >/dev/null 2>&1
mkdir later
"$AUDITKIT" -w w packet build --allow-gaps -q -o later/p.tar >/dev/null
ok "reading the evidence does not change the packet" cmp p.tar later/p.tar
ok "show prints one file" sh -c '"$1" packet show p.tar data/05-retention.md | cmp - p/data/05-retention.md' - "$AUDITKIT"

mkdir -p w/templates
echo 'Mine: {{id}}' >w/templates/readme.md.mustache
"$AUDITKIT" -w w packet build --allow-gaps --force -o p.tar >/dev/null 2>&1
is "a template of the workspace comes first" "$("$AUDITKIT" packet show p.tar | cut -c1-8)" "Mine: AK"
printf 'AK%s%s\n' IA ABCDEFGHIJKLMNOP >w/templates/readme.md.mustache
"$AUDITKIT" -w w packet build --allow-gaps --force -o leak.tar >/dev/null 2>&1
is "a secret in a page: exit 4" "$?" 4
is "and no packet" "$(ls leak.tar* 2>/dev/null)" ""
plant() { # plant TEXT: a page with it on line 3, what is said
	printf 'one\ntwo\nthree %s\n' "$1" >w/templates/readme.md.mustache
	"$AUDITKIT" -w w packet build --allow-gaps --force -o leak.tar >/dev/null 2>said
	printf 'exit %s ' $?
	tr -s ' \n' ' ' <said
}
random=$(openssl rand -hex 40)
key=$(printf 'AK%s%s' IA ABCDEFGHIJKLMNOP)
is "file, line and kind are named, and what to do" "$(plant "$key" | grep -cE '^exit 4 .*self-audit: README.md line 3 would hold a value of kind [a-z_]+ hint: .*redact allow [0-9a-f]{32} --reason')" 1
is "the secret is not" "$(plant "$key" | grep -c "$key")" 0
is "so is one that only its name tells" "$(plant "password: $random" | grep -cE '^exit 4 .*README.md line 3 would hold a value of kind password .*redact allow [0-9a-f]{32}')" 1
is "one in base64" "$(plant "$(printf 'x %s' "$key and more text" | base64 -w 0)" | grep -cE '^exit 4 .*README.md line 3')" 1
sk=$(printf 'sk-pro%sj-%s' '<b></b>' Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8)
is "one that a tag splits, and one that a comment does" "$(plant "$sk" | grep -cE '^exit 4 .*README.md line 3 would hold a value of kind openai_key') $(plant "sk-<!-- > -->proj-Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8" | grep -cE '^exit 4 .*README.md line 3')" "1 1"

# What no rule knows, by its SHA-256: plain, in parts of a line, and encoded.
sha() { printf %s "$1" | sha256sum | cut -c1-64; }
{ echo '# ours'; sha 'never in it'; echo; sha 'correct-horse'; sha 'blue Falcon 9!'; sha 'x7'; } >canaries
listed() { # listed TEXT: build with that on a page and the list above
	printf 'one\ntwo\nthree %s\n' "$1" >w/templates/readme.md.mustache
	"$AUDITKIT" -w w packet build --allow-gaps --force --canary-hashes canaries -o listed.tar >/dev/null 2>said
	printf 'exit %s ' $?
	tr -s ' \n' ' ' <said
}
is "a packet without them is built" "$(listed 'correct horse' | cut -c1-6)" "exit 0"
rm -f listed.tar*
is "one that no rule knows is found, in base64 (other forms: tests/unit/test_canaries.c)" \
	"$(listed "$(printf 'a correct-horse b' | base64)" | grep -cE '^exit 4 .*self-audit: README.md line 3 would hold the value of line 4 of --canary-hashes')" 1
is "one with signs and blanks, as a cell" "$(listed 'a|blue Falcon 9!|b' | grep -c 'line 5 of --canary-hashes')" 1
is "nothing is written" "$(ls listed.tar* 2>/dev/null)" ""
echo 'not a hash' >>canaries
is "a list with something else: exit 2, with its line" "$(listed x | grep -cE '^exit 2 auditkit: canaries:7: ')" 1
rm -r w/templates

# The third letters of this log key's base64 are those of an Azure key; one workspace in about 500 has such a key.
"$AUDITKIT" init odd >/dev/null 2>&1
id=$("$AUDITKIT" -w odd status --json | jq -r .workspace.workspace_id)
printf 'log key 1955' | sha256sum | cut -c1-64 >"$XDG_CONFIG_HOME/auditkit/keys/$id/log"
"$AUDITKIT" -w odd ingest ex/grc >/dev/null 2>&1
"$AUDITKIT" -w odd packet build --draft -o odd.zip >/dev/null 2>&1
is "a public key that looks like a secret stops no packet" "$? $("$AUDITKIT" packet show odd.zip data/integrity/log.vkey | grep -c '+ARm') \
$("$AUDITKIT" packet verify odd.zip --json | jq .ok)" "0 1 true"
finish
