#!/bin/sh
# A tenant of twenty sources whose truth is known (tests/tenant): links, findings, traces, causes and a key's reach against it.
# AK_LONG: twenty seeds, larger ones, with and without what is planted.
. "$AK_SRCDIR/tests/tap.sh"
. "$AK_SRCDIR/tests/tenant/lib.sh"
made one 1 --calls 60
is "every file is recognised, nothing is rejected" "$? $(awk '$1 == "reject" || /NOT READ|MISSING/' w-one.in | wc -l)" "0 0"
ok "links, coverage, findings, traces, causes, reach of a key" compared one --only links,coverage,check,traces,explain,blast --many 3
if [ -n "${AK_LONG-}" ]; then
	for seed in 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
		made "s$seed" "$seed" --calls $((200 + seed * 40))
		ok "seed $seed" compared "s$seed" --many 12
		made "n$seed" "$seed" --calls 300 --plant none
		ok "seed $seed, nothing planted" compared "n$seed" --only links,coverage,reconcile,check
		made "c$seed" "$seed" --calls 300 --plant bypass,clock,residual,refund-mismatch,ticket-without-change
		ok "seed $seed, clocks and money" compared "c$seed" --only links,reconcile,check,clock,traces
		rm -rf "w-s$seed" "s$seed" "w-n$seed" "n$seed" "w-c$seed" "c$seed"
	done
fi
finish
