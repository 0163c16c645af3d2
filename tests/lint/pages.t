#!/bin/sh
# Manual pages and completions are what the command tables say today; every page is well-formed.
. "$AK_SRCDIR/tests/tap.sh"
mkdir "$tap_dir/man"
ok "pages from help" python3 "$AK_SRCDIR/src/man.py" "$AUDITKIT" "$tap_dir/man"
for f in "$tap_dir"/man/*; do
	ok "$(basename "$f") is up to date" cmp "$f" "$AK_SRCDIR/man/$(basename "$f")"
done
sed -n 's/^\t\.name = "\(.*\)",$/\1/p' "$AK_SRCDIR"/src/cmd/cmd_*.c | sort >"$tap_dir/declared"
is "the table lists what is declared" "$("$AUDITKIT" completion bash | sed -n 's/^\t"\(.*\)"\*) options=.*/\1/p' | sort)" "$(cat "$tap_dir/declared")"
is "there is a list" "$(($(wc -l <"$tap_dir/declared") > 30))" 1
is "every command has a page" "$(tr ' ' - <"$tap_dir/declared" | while read -r c; do [ -s "$tap_dir/man/auditkit-$c.1" ] || echo "$c"; done)" ""
is "and a line of the overview" "$("$AUDITKIT" help | sed -n 's/^  \([a-z]\{2,\}[a-z -]*[a-z]\)   *[a-z].*/\1/p' | sed 's/  .*//' | sort)" "$(cat "$tap_dir/declared")"
ok "no page without a command" sh -c 'cd "$1/man" && for f in *.1; do [ -f "$2/man/$f" ] || exit 1; done' - "$AK_SRCDIR" "$tap_dir"
is "mandoc finds no error" "$(mandoc -T lint -W error "$tap_dir"/man/*.1 2>&1 | head -n 3)" ""
for s in bash:auditkit zsh:_auditkit fish:auditkit.fish; do
	"$AUDITKIT" completion "${s%%:*}" >"$tap_dir/completion"
	ok "completion ${s%%:*} is up to date" cmp "$tap_dir/completion" "$AK_SRCDIR/completions/${s##*:}"
done
finish
