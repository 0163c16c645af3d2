#!/bin/sh
# Every #include goes to the file's own layer or below it, as src/LAYERS says; headers exist; no banned functions.
. "$AK_SRCDIR/tests/tap.sh"
cd "$AK_SRCDIR/src" || exit 1
bad=$(find . -name '*.[ch]' -o -name '*.cc' | sed 's#^\./##' | grep / | grep -v '^gen/' | xargs awk '
	FNR == 1 { file = FILENAME; mine = file; sub("/.*", "", mine) }
	FILENAME == "LAYERS" { if (!/^#/) { n++; for (i = 1; i <= NF; i++) rank[$i] = n }; next }
	match($0, /^#include "[a-z]*\//) {
		theirs = substr($0, 11, RLENGTH - 11)
		if (theirs != mine && (!rank[theirs] || !rank[mine] || rank[theirs] > rank[mine])) print file ":" theirs
	}' LAYERS)
is "includes point downwards" "$bad" ""
sources=$(find . \( -name '*.[ch]' -o -name '*.cc' \) ! -path './gen/*' | sort)
# Comment lines do not count.
code() { grep -nE "$1" $sources | grep -vE '^[^:]*:[0-9]*:[[:space:]]*(\*|/\*|//)'; }
is "there are sources to look at" "$(($(echo "$sources" | wc -l) > 150))" 1
is "no banned function" "$(code '\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof|system|popen|tmpnam|mktemp|localtime|gmtime|[sf]?scanf)[[:space:]]*\(' | head -n 3)" ""
is "memory comes from base/" "$(code '\b(malloc|calloc|realloc|free)[[:space:]]*\(' | grep -v '^./base/' | head -n 3)" ""
is "only cli/, cmd/ and main.c end, print or ask the environment" \
	"$(code '\b(exit|getenv|printf|puts|putchar)[[:space:]]*\(|\bstdout\b' | grep -vE '^\./(cli|cmd)/|^\./main\.c|format\(printf' | head -n 3)" ""

cage() { # cage HEADER PLACES: an extended regular expression of the files that may include it
	is "<$1> stays in its cage" "$(grep -lE "#include [<\"]$1" $sources | grep -vE "^\./($2)" | tr '\n' ' ')$(grep -qE "#include [<\"]$1" $sources || echo unused)" ""
}
cage sqlite3.h '(store|query)/'
cage csv.h 'read/csv\.c'
cage simdjson 'read/json_index\.cc'
cage archive '(io|packet)/'
cage yaml.h 'conf/yaml\.c'
cage openssl 'base/crypto\.c|base/digest\.c|base/tsp\.c|base/cms\.c|base/envelope\.c|base/siv\.c|base/rsa\.c|base/sealed\.c'
cage zlib.h 'io/(gzip|deflate)\.c'
cage linux/landlock.h 'base/sandbox\.c'
cage linux/seccomp.h 'base/sandbox\.c'
cage zstd 'io/zstd\.c'
cage lzma.h 'io/xz\.c'
cage curl 'net/libcurl\.h'
cage microhttpd 'serve/microhttpd\.h'
is "libarchive is not called where it takes memory for granted" \
	"$(code 'archive_write_set_format_(zip|by_name|filter_by_ext)|archive_read_(open|open2|open_fd|open_filename|next_header)\(' | head -n 3)" ""
is "but by way of io/la.h" "$(code 'archive_read_open1\(' | grep -c '^./io/la\.c')" 1
# What it loads are texts of our own, documents and the lists and changes that a mapping made, and digest files, small and bounded.
is "jansson is no parser of exports" "$(grep -lE 'json_load[a-z]*\(' $sources | grep -vE '^\./(base/jsonw|query/record|redact/jsonmap|ingest/traildigest)\.c' | tr '\n' ' ')" ""

is "the first include is base/ak.h" "$(for f in $(echo "$sources" | grep '\.c$'); do
	grep -m 1 '^#include' "$f" | grep -q '"base/ak.h"' || echo "$f"
done | head -n 3)" ""
is "no file is longer than 500 lines" "$(wc -l $sources | awk '$1 > 500 && $2 != "total" { print $2, $1 }')" ""
is "no function is longer than 100 lines" "$(awk '/^[a-z].*\)$/ { f = $0 } /^\{$/ { n = FNR } /^\}$/ && n { if (FNR - n > 100) print FILENAME, f; n = 0 }' $(echo "$sources" | grep '\.c$'))" ""
is "SQL is text, not printed" "$(code '"[^"]*\b(SELECT|INSERT|UPDATE|DELETE)\b[^"]*%' | grep -vE '^\./(store|query)/' | head -n 3)" ""
finish
