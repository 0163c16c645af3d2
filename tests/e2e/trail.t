#!/bin/sh
# CloudTrail digests against log files, links and signatures that Python and openssl made.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
for k in aws other; do
	openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out $k.pem 2>/dev/null
	openssl pkey -in $k.pem -pubout -out $k.pub
done
fresh() { # fresh: four hours of a trail
	rm -rf logs digests
	mkdir logs digests
	python3 "$AK_SRCDIR/tests/e2e/trail.py" aws.pem 4
}
check() { # check OPTION...: a workspace of its own; rc, and what is said of each sort
	rm -rf ws
	"$AUDITKIT" init ws >/dev/null 2>&1
	again "$@"
}
again() {
	"$AUDITKIT" -w ws ingest --json --cloudtrail-digests digests "$@" >out.json 2>err.txt
	rc=$?
	"$AUDITKIT" -w ws sources show aws-cloudtrail --json >show.json
	said=$(jq -r '[.warnings[] | select(.rule | startswith("trail_")) | "\(.rule[6:]) \(.detail | [scan("[0-9]+")] | join("/"))"] | join(", ")' show.json)
}
name() { basename digests/*"T$1"0000Z.json.gz; }
edit() { # edit FILE FILTER: a packed JSON file, changed
	gzip -dc "$1" | jq -c "$2" | gzip >edited && mv edited "$1"
}

fresh
check --signature-key aws.pub --signatures newest.sig logs
is "an unbroken trail" "$rc, $said" "0, files 8/8, links 3/3/0/0/0/0, logs 8/4/8/0/0, signatures 4/4/0/0"
is "sources show says it in words" "$("$AUDITKIT" -w ws sources show aws-cloudtrail | tr -s ' \n' ' ' | grep -c 'of 8 log files that 4 digests list 8 were read here unaltered, 0 altered, 0 are not here')" 1
is "the report has it too" "$(jq '[.. | objects | select(.rule? == "trail_logs") | .detail | test("of 8 log files that 4 digests list 8")] | unique == [true]' out.json)" true
again --signature-key aws.pub --signatures newest.sig logs
is "a second check takes the place of the first" "$rc, $(jq '[.warnings[] | select(.rule == "trail_logs") | .n] | add' show.json)" "0, 1"
check --signature-key aws.pub logs
is "the newest signature stands only beside the file" "$rc, $said" "0, files 8/8, links 3/3/0/0/0/0, logs 8/4/8/0/0, signatures 4/3/0/1"
check logs
is "without a key" "$rc, ${said##*, }" "0, signatures 4/0/0/4"
check --signature-key other.pub logs
is "another key" "$rc, ${said##*, }" "4, signatures 4/0/3/1"
is "each of them is named" "$(jq -r '[.warnings[] | select(.rule == "trail_signature_bad") | .detail[0:36]] | sort | join(",")' show.json)" \
	"digest that ends at 2026-08-01T01:00,digest that ends at 2026-08-01T02:00,digest that ends at 2026-08-01T03:00"

gzip -dc logs/*T0100Z_part.json.gz | sed 's/Converse/InvokeModel/' | gzip >edited && mv edited "$(ls logs/*T0100Z_part.json.gz)"
rm logs/*T0201Z_part.json.gz
check --signature-key aws.pub logs
is "an altered log file, one that is missing" "$rc, $said" \
	"4, files 7/6, links 3/3/0/0/0/0, log_altered , logs 8/4/6/1/1, signatures 4/3/0/1"
is "the altered one is a file of the workspace" "$(sqlite3 ws/workspace.db "SELECT f.name LIKE '%T0100Z%' FROM diag d JOIN file f ON f.id = d.file WHERE d.rule = 'trail_log_altered'")" 1

fresh
rm "digests/$(name 02)"
check --signature-key aws.pub logs
is "a digest that is not there leaves a link open and its files unlisted" "$rc, $said" \
	"0, files 8/6, links 2/1/0/1/0/0, logs 6/3/6/0/0, signatures 3/1/0/2"
fresh
edit "digests/$(name 02)" '.logFiles |= .[1:]'
check --signature-key aws.pub logs
is "a digest that leaves a file out" "$rc, $(echo "$said" | sed 's/link_broken [0-9/]*/link_broken/; s/signature_bad [0-9/]*/signature_bad/')" \
	"4, files 8/7, link_broken, links 3/2/1/0/0/0, logs 7/4/7/0/0, signature_bad, signatures 4/2/1/1"
fresh
edit "digests/$(name 04)" '.previousDigestHashValue = "00"'
check --signature-key aws.pub logs
is "a hash that is none" "$rc, $(echo "$said" | sed 's/.*\(links [0-9/]*\).*/\1/')" "4, links 3/2/1/0/0/0"
fresh
cp "digests/$(name 03)" digests/copy.json.gz
mkdir digests/changed
edit "digests/$(name 04)" . && cp "digests/$(name 04)" digests/changed/ && edit "digests/changed/$(name 04)" '.logFiles = []'
printf cut >digests/cut.json.gz
check --signature-key aws.pub logs
is "a copy is one, another of the same name contradicts" "$rc, $(echo "$said" | sed 's/.*\(links [0-9/]*\).*/\1/')" "4, links 3/3/0/0/0/1"

fresh
check --signature-key aws.pub --dry-run logs
is "a dry run stores nothing" "$rc, $(sqlite3 ws/workspace.db 'SELECT count(*) FROM diag')" "0, 0"
check digests
is "digests alone are records, but there is nothing to check" "$rc $(grep -c 'no CloudTrail log in this workspace' err.txt)" "5 1"
rm -rf digests/*
cp logs/* digests/
check logs
is "a folder without digests" "$rc $(grep -c 'no CloudTrail digest' err.txt)" "5 1"
finish
