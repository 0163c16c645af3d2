#!/bin/sh
# Format files pass yamllint; scripts pass shellcheck.
. "$AK_SRCDIR/tests/tap.sh"
cd "$AK_SRCDIR" || exit 1
ok "formats" yamllint -d '{extends: relaxed, rules: {line-length: disable}}' src/formats
ok "scripts" shellcheck -s sh -S error bootstrap src/embed.sh src/lists.sh tests/tap.sh
finish
