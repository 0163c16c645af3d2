#!/bin/sh
# Hostile names (tests/output/*.tsv: name, text as JSON) go through a workspace to every form of output and back: tables
# for spreadsheets, pages, Markdown, JSON, terminals and messages (SECURITY R-OUT-1 to 4).
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
count() { wc -l <"$AK_SRCDIR/tests/output/$1.tsv"; }
is "payloads for spreadsheets, terminals, pages" "$(($(count csv) >= 60)) $(($(count terminal) >= 80)) $(($(count markup) >= 60))" "1 1 1"
is "no two are the same" "$(cut -f 2 "$AK_SRCDIR"/tests/output/*.tsv | sort | uniq -d)" ""
python3 "$AK_SRCDIR/tests/e2e/output.py" "$AUDITKIT" "$AK_SRCDIR/tests/output" >out 2>err
is "all looks are done" "$? $(tail -n 1 err)" "0 "
grep '^#' out
grep -v '^#' out >lines
while IFS="$(printf '\t')" read -r name bad seen; do
	is "$name, of $seen" "$bad $((seen > 0))" "0 1"
done <lines
is "that were so many looks" "$(wc -l <lines)" 32
finish
