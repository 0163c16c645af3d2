#!/bin/sh
# Every #include goes to the file's own layer or below it, as src/LAYERS says; headers exist; no banned functions.
. "$AK_SRCDIR/tests/tap.sh"
cd "$AK_SRCDIR/src" || exit 1
awk '!/^#/ { n++; for (i = 1; i <= NF; i++) print $i, n }' LAYERS >"$tap_dir/rank"
rank() { sed -n "s/^$1 //p" "$tap_dir/rank"; }
bad=''
for f in $(find . -name '*.[ch]' -o -name '*.cc' | sed 's#^\./##' | grep / | grep -v '^gen/'); do
	mine=$(rank "${f%%/*}")
	for d in $(sed -n 's#^\#include "\([a-z]*\)/.*#\1#p' "$f" | sort -u); do
		[ "$d" = "${f%%/*}" ] && continue
		theirs=$(rank "$d")
		[ -n "$theirs" ] && [ -n "$mine" ] && [ "$theirs" -le "$mine" ] || bad="$bad $f:$d"
	done
done
is "includes point downwards" "$bad" ""
is "no function that cannot be bounded" "$(grep -nEw '(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof|system|popen|tmpnam|mktemp)[[:space:]]*\(' \
	$(find . -name '*.[ch]') | grep -vE '^\S+\s*(\*|//)' | head -n 3)" ""
is "SQL stays in store and query" "$(grep -lE 'sqlite3\.h' $(find . -name '*.[ch]') | grep -vE '^\./(store|query|ingest)/' | tr '\n' ' ')" ""
is "libarchive stays in io and packet" "$(grep -lE '<archive' $(find . -name '*.[ch]') | grep -vE '^\./(io|packet)/' | tr '\n' ' ')" ""
finish
