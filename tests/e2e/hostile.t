#!/bin/sh
# Hostile input (SECURITY 5.3 to 5.5): one row of tests/e2e/hostile/*.tsv is one case; hostile.py has the rules that hold
# for all of them. With AK_CASE only the cases whose name contains it. AK_LONG=1: all of
# them, else every third one.
. "$AK_SRCDIR/tests/tap.sh"
quick_skips
cd "$tap_dir" || exit 1
unset AUDITKIT_WORKSPACE
mkdir bin
ln -s "$AUDITKIT" bin/ak
# cap KIB COMMAND...: with so much address space; AddressSanitizer needs all there is.
limit='ulimit -v "$1"'
! sanitized || limit=:
printf '#!/bin/sh\n%s\nshift\nexec "$@"\n' "$limit" >bin/cap
chmod +x bin/cap
python3 "$AK_SRCDIR/tests/e2e/hostile.py" "$AK_SRCDIR" "${AK_CASE-}"
