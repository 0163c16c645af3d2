#!/bin/sh
# Format files pass yamllint; scripts pass shellcheck.
. "$AK_SRCDIR/tests/tap.sh"
cd "$AK_SRCDIR" || exit 1
ok "formats" yamllint -d '{extends: relaxed, rules: {line-length: disable}}' src/formats src/collect src/apis
# Lists of files are split into words on purpose, and dash, busybox and bash all know -nt.
ok "scripts" shellcheck -s sh -S warning -e SC3013,SC2046,SC2048 bootstrap .ci/run src/*.sh tests/tap.sh tests/*/*.t
finish
