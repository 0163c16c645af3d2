#!/bin/sh
# What a person reads fits 80 columns, has no blanks at line ends, and is plain text where NO_COLOR says so or no terminal is.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
cp -r "$AK_SRCDIR/samples" ex
run() { # run CODE ARGS...: output and messages go into all, each line with its command
	want=$1
	shift
	"$AUDITKIT" "$@" >out 2>&1
	rc=$?
	[ "$rc" = "$want" ] || { tap 1 "$*: exit $rc, not $want"; sed 's/^/# /' out | head -n 5; }
	sed "s#^#[$*] #" out >>all
	awk -v c="[$*] " '{ if (length($0) > 80) print c "long: " $0 } / $/ { print c "blank at the end: " $0 }' out >>wrong
	ran="${ran}x"
}
: >wrong
run 0 init w
sed 's#path: \([a-z]\)#path: ../ex/\1#' ex/policy.yaml >w/policy.yaml
run 0 -w w ingest
run 0 -w w ingest
run 0 -w w status
run 0 -w w status -v
run 0 -w w sources
run 0 -w w sources drift
gzip -dc ex/litellm/slp-2026-06-08_14.jsonl.gz | python3 "$AK_SRCDIR/tests/e2e/spendlogs.py" >spend.csv
run 0 -w w ingest --source litellm-db spend.csv
for s in $(sqlite3 w/workspace.db 'SELECT name FROM source'); do run 0 -w w sources show "$s"; done
run 0 -w w verify
run 0 -w w trace sample
for t in $(sqlite3 w/workspace.db "SELECT trace_id FROM request WHERE fallback_from IS NOT NULL OR status_code = 429 OR policy_verdict = 'blocked' LIMIT 12"); do
	run 0 -w w trace reconstruct "$t"
done
run 0 -w w show key_15b3785b
run 0 -w w show "litellm-prod:$(sqlite3 w/workspace.db 'SELECT min(seq) FROM request')" --raw-ref
run 3 -w w packet build -o no.zip
run 0 -w w packet build --allow-gaps -v -o p.zip
run 0 packet verify p.zip
run 0 formats
run 0 fields
run 0 fields show gen_ai.usage.input_tokens
run 0 limits
run 0 -w w doctor
run 0 -w w backup copy.tar
run 0 help collect
for s in litellm openai anthropic bedrock azure cloudflare otel; do run 0 help collect "$s"; done
"$AUDITKIT" help | sed -n 's/^  \([a-z]\{2,\}\( [a-z]\{2,\}\)\{0,1\}\)  .*/\1/p' >names
for c in '' packet trace $(tr ' ' / <names); do
	# shellcheck disable=SC2046
	run 0 help $(echo "$c" | tr / ' ')
done
is "commands that were looked at" "$((${#ran} > 40))" 1
# Mappings, digests of files and paths of fields are never cut: such a word may stand alone on a longer line.
is "no line is longer than 80, none ends in a blank" "$(grep -vE 'long: +[^ ]+$' wrong | head -n 20)" ""
is "no escape codes without a terminal" "$(grep -c "$(printf '\033')" all)" 0
is "colour where it is asked for" "$("$AUDITKIT" --color always -w w status | grep -c "$(printf '\033')\[31mNOT MET")" 1
is "but never in JSON" "$("$AUDITKIT" --color always -w w status --json | grep -c "$(printf '\033')")" 0
is "a workspace in .auditkit has its folder's name" "$(mkdir brindle && cd brindle && "$AUDITKIT" init >/dev/null 2>&1 && "$AUDITKIT" status --json | jq -r .workspace.name)" brindle
finish
