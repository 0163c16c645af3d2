#!/bin/sh
# A tenant in which nothing is wrong: no finding, whatever its exports look like; and the same without its gateway.
. "$AK_SRCDIR/tests/tap.sh"
. "$AK_SRCDIR/tests/tenant/lib.sh"
is "the same seed gives the same bytes" "$(for d in a b; do
	python3 "$AK_SRCDIR/tests/tenant/tenant.py" 5 $d --calls 40 && (cd $d && find . -type f | sort | xargs cat | sha256sum)
done | uniq | wc -l)" 1
made none 2 --calls 60 --plant none
ok "nothing planted, nothing found" compared none --only links,check
python3 "$AK_SRCDIR/tests/tenant/tenant.py" 2 alone --calls 60
read_into w-alone alone '!/path: / || /app.events|aws.cloudtrail/'
ok "without a gateway the missing source is the reason" compared alone --only alone
finish
