#!/bin/sh
# Write C that holds the given files: usage: embed.sh NAME FILE... > out.c
# Defines `const struct ak_embedded NAME[]` (base/embedded.h), sorted by file name, ended by a NULL name.
set -eu
LC_ALL=C
export LC_ALL
name=$1
shift
echo '/* made by src/embed.sh; do not edit */'
echo '#include "base/ak.h"'
echo '#include "base/embedded.h"'
i=0
list=$(for f in "$@"; do printf '%s\t%s\n' "${f##*/}" "$f"; done | sort | cut -f2)
for f in $list; do
	printf 'static const char text_%d[] = {' "$i"
	od -An -v -tu1 "$f" | sed 's/[0-9][0-9]*/&,/g'
	echo '0};'
	i=$((i + 1))
done
echo "const struct ak_embedded ${name}[] = {"
i=0
for f in $list; do
	printf '\t{"%s", text_%d, sizeof text_%d - 1},\n' "${f##*/}" "$i" "$i"
	i=$((i + 1))
done
printf '\t{NULL, NULL, 0},\n};\n'
