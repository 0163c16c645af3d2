#!/bin/sh
# The main job under C, de_DE.UTF-8 and tr_TR.UTF-8: the same bytes on standard output, on standard error and in the files.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
# German has another decimal point, Turkish another upper case of i; both are made here where the system lacks them.
mkdir locale
for l in tr_TR de_DE; do localedef -i $l -f UTF-8 "$tap_dir/locale/$l.UTF-8" >/dev/null 2>&1; done
LOCPATH=$tap_dir/locale
export LOCPATH
is "a German locale is there" "$(LC_ALL=de_DE.UTF-8 locale decimal_point)" ","
is "a Turkish locale is there" "$(LC_ALL=tr_TR.UTF-8 locale -k charmap)" 'charmap="UTF-8"'
# The keys of all three are the same, and so are tokens, digests and signatures.
"$AUDITKIT" init w >/dev/null 2>&1
cp -r "$AK_SRCDIR/samples" ex
chmod -R u+w ex
sed 's#path: \([a-z]\)#path: ../ex/\1#' ex/policy.yaml >w/policy.yaml
key=sk-proj-$(printf 'aB3I%.0s' 1 2 3 4 5 6 7 8 9 10)
{
	echo "key $key"
	echo "ISTANBUL İSTANBUL ılık IBAN Inbox@EXAMPLE.ORG INBOX@example.org 1,5 1.5 -0,02"
	echo "PASSWORD=Iiİı1234 authorIzation: Bearer IiIiIiIiIiIiIiIiIiIi12"
	printf '\377\033[31m \303\204\303\226\n'
} >lines

say() { echo "== $*"; "$AUDITKIT" "$@" 2>&1; echo "exit $?"; }
copy() { # copy LOCALE WORKSPACE: under the same names, since paths are printed
	rm -rf run
	mkdir run
	cp -rp "$2" run/w
	cp -rp ex lines run/
}
# Ledger heads hold the time and fresh salts, and nothing else may differ: the table of records without them is compared.
store() {
	copy "$1" w
	(cd run && LC_ALL=$1 LANG=$1 LANGUAGE=$1 && export LC_ALL LANG LANGUAGE && say -w w ingest && say -w w status) 2>&1 |
		sed -E "s/20[0-9-]{8}T[0-9:]{8}Z/TIME/g; s|[A-Za-z0-9+/]{43}=|ROOT|g; s/[0-9.]+ s\b/SECONDS/g; s|[0-9,]+ records/s|RATE|" >"$1.said"
	for t in request audit_event usage app_event ticket access_grant api_key; do
		sqlite3 -json run/w/workspace.db "SELECT * FROM $t ORDER BY seq" | jq -cS '.[] | del(.salt, .leaf, .ingested_at)'
	done >"$1.rows" 2>&1
}
read_all() {
	copy "$1" stored
	(
		cd run || exit 1
		LC_ALL=$1 LANG=$1 LANGUAGE=$1
		export LC_ALL LANG LANGUAGE
		say -w w status
		say -w w status --json
		say -w w sources
		say -w w sources --json
		say -w w sources drift
		say -w w sources show litellm-prod
		say -w w trace sample
		say -w w trace reconstruct "$trace"
		say -w w trace reconstruct "$trace" --json
		say -w w show key_15b3785b
		say -w w show key_15b3785b --json
		say -w w verify
		say -w w packet build --allow-gaps -o p.tar
		say -w w packet build --allow-gaps -o folder
		say packet verify p.tar
		say packet verify p.tar --json
		say -w w redact try <lines
		say -w w redact try --json <lines
		say -w w redact try --field request_model <lines
		say fields
		say formats
		say limits
		say help
		say statsu
		say -w w show 'İstanbul'
	) >"$1.out" 2>&1
	(cd run && find folder -type f | LC_ALL=C sort | xargs sha256sum && sha256sum p.tar p.tar.receipt.txt) >"$1.files" 2>&1
}
for l in C de_DE.UTF-8 tr_TR.UTF-8; do
	store $l
	[ $l != C ] || cp -rp run/w stored
done
trace=$(sqlite3 stored/workspace.db "SELECT trace_id FROM request WHERE fallback_from IS NOT NULL LIMIT 1")
for l in C de_DE.UTF-8 tr_TR.UTF-8; do read_all $l; done
is "records that were compared" "$(wc -l <C.rows)" "$(sed 's/,//g' C.said | awk '$1 == "total" { print $5 }')"
is "the job did something" "$(grep -c '^== ' C.out) $(($(wc -l <C.out) > 800)) $(grep -c '^exit 0' C.out)" "25 1 23"
is "files of the packet" "$(($(wc -l <C.files) > 40)) $(grep -c 'No such' C.files)" "1 0"
for l in de_DE.UTF-8 tr_TR.UTF-8; do
	ok "$l: ingest says the same" diff C.said $l.said
	ok "$l: and stores the same" diff C.rows $l.rows
	ok "$l: the same output" diff C.out $l.out
	ok "$l: the same packet" diff C.files $l.files
done
finish
