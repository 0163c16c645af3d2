#!/bin/sh
# Lists of files that automake wants spelled out: written to lists.mk by bootstrap, before autoreconf, so that a new
# format, template, sample, man page or test is one new file and nothing else. usage: sh src/lists.sh >lists.mk
set -eu
LC_ALL=C
export LC_ALL

list() { # list VARIABLE FILE...
	printf '%s =' "$1"
	shift
	for f in "$@"; do
		[ -f "$f" ] && printf ' \\\n\t%s' "$f"
	done
	printf '\n\n'
}

echo '# made by src/lists.sh; do not edit'
list format_files src/formats/*.yaml
list collect_files src/collect/*.yaml
list api_files src/apis/*.yaml
list template_files templates/*
list output_schema_files src/schemas/*.json
list recipe_files src/recipes/*
list man1_files man/*.1
list man5_files man/*.5
# Samples keep their folders; automake installs one folder at a time.
list sample_files $(find samples -type f | sort)
i=0
printf 'sample_dirs =\n'
for d in $(find samples -type d | sort); do
	i=$((i + 1))
	printf 'sample%ddir = $(pkgdatadir)/%s\n' "$i" "$d"
	list "dist_sample${i}_DATA" $(find "$d" -maxdepth 1 -type f | sort)
done
list unit_sources tests/unit/test_*.c
# programs NAME SUPPORT LDFLAGS FILES...: one program per file, in a list of that name
programs() {
	name=$1
	support=$2
	flags=$3
	shift 3
	printf '%s =' "$name"
	for f; do
		[ -f "$f" ] && printf ' \\\n\t%s' "${f%.c}"
	done
	printf '\n\n'
	for f; do
		[ -f "$f" ] || continue
		v=$(echo "${f%.c}" | tr -c 'A-Za-z0-9\n' '_')
		printf '%s_SOURCES = %s %s\n%s_LDADD = libak.a $(AK_LIBS)\n' "$v" "$f" "$support" "$v"
		[ -z "$flags" ] || printf '%s_LDFLAGS = %s\n' "$v" "$flags"
	done
	echo
}
programs unit_programs tests/unit/tap.h '' tests/unit/test_*.c
programs fuzz_programs '$(fuzz_support)' '$(AM_LDFLAGS) $(FUZZ_FLAGS)' tests/fuzz/fuzz_*.c
list cli_tests tests/cli/*.t tests/redact/*.t tests/lint/*.t tests/e2e/*.t tests/fuzz/*.t tests/bench/*.t
list unit_headers tests/unit/*.h
list src_extra $(find src -type f ! -name "*.c" ! -name "*.cc" ! -name "*.pyc" ! -path "src/gen/*" | sort)
list test_support $(find tests -type f ! -name '*.t' ! -path 'tests/unit/*' ! -name '*.pyc' | sort)
