#!/bin/sh
# The pages of section 5 name everything that the code knows: mapping members, policy keys, tables, files of a packet.
. "$AK_SRCDIR/tests/tap.sh"
cd "$AK_SRCDIR" || exit 1
# What is made from the formats themselves would name anything.
page() { sed '/^\.SH BUILT-IN/,/^\.SH EX/d; s/\\-/-/g; s/\\(dq/"/g' "man/$1.5"; }
missing() { # missing PAGE: of the words on standard input, those that the page does not have
	page "$1" >"$tap_dir/page"
	while read -r w; do grep -qwF -- "$w" "$tap_dir/page" || printf '%s ' "$w"; done
}
is "policy keys" "$(sed -n 's/.*{"\([a-z_]*\)", AK_Y_.*/\1/p; s/.*{"[a-z_]*", AK_Y_.*{"\([a-z_]*\)", AK_Y_.*/\1/p' src/conf/policy_rules.c | sort -u | missing auditkit-policy)" ""
is "there are many of them" "$(($(grep -c 'AK_Y_' src/conf/policy_rules.c) > 50))" 1
is "mapping members" "$(grep -oE 'ak_compile_member\([a-z]+, "[a-z_-]+"\)|\{"[a-z-]+", (TEXTS|TYPE|~TYPE)' src/format/*.c | grep -o '"[a-z_-]*"' | tr -d '"' | sort -u | missing auditkit-formats)" ""
is "tables" "$({ sed -n 's/^CREATE TABLE \([a-z_]*\).*/\1/p' src/store/schema.sql; sed -n 's/.*\[AK_K_[A-Z]*\] = {"\([a-z_]*\)".*/\1/p' src/model/field.c; } | missing auditkit-workspace)" ""
is "files of a packet" "$(grep -ohE '"(data|signatures)/[a-z0-9/._-]+[a-z0-9]"|"[A-Za-z-]+\.(txt|html|md)"' src/packet/build.c src/packet/sign.c src/packet/bag.c src/packet/proof.c | tr -d '"' |
	sed 's#.*/##' | sort -u | missing auditkit-packet)" ""
is "checks of a packet" "$(grep -ohE 'ak_check_say\([a-z&]+, "[a-z]+"' src/packet/*.c | grep -o '"[a-z]*"' | tr -d '"' | sort -u | missing auditkit-packet)" ""
is "fields" "$("$AUDITKIT" fields --json | jq -r '.fields[] | .name, .column' | missing auditkit-fields)" ""
is "plain formats and what they need" "$(for f in $(grep -l 'page: auditkit-formats(5)' src/formats/*.yaml | grep -v -e -csv); do
	basename "$f" .yaml
	sed -n 's/^  required: \[\(.*\)\].*/\1/p' "$f" | tr -d '/ ' | tr ',' '\n'
done | sort -u | missing auditkit-formats)" ""
is "mandoc finds nothing" "$(mandoc -T lint -W warning man/*.5 2>&1 | head -n 3)" ""
finish
