#!/bin/sh
# Tenants of twenty sources whose truth is known: links, reconciliation, findings, traces and clocks against it.
# AK_LONG: twenty seeds and larger ones.
. "$AK_SRCDIR/tests/tap.sh"
cd "$tap_dir" || exit 1
made() { # made NAME SEED OPTIONS...: exports and a workspace that has read them
	name=$1 seed=$2
	shift 2
	python3 "$AK_SRCDIR/tests/tenant/tenant.py" "$seed" "$name" "$@" || return 1
	"$AUDITKIT" init "w-$name" >/dev/null 2>&1
	sed "s#path: \([a-z]\)#path: $PWD/$name/\1#" "$name/policy.yaml" >"w-$name/policy.yaml"
	"$AUDITKIT" -w "w-$name" ingest >"$name.in" 2>&1
}
compared() { # compared NAME OPTIONS...: all points of compare.py hold
	name=$1
	shift
	python3 "$AK_SRCDIR/tests/tenant/compare.py" "$AUDITKIT" "w-$name" "$name" "$@" >"$name.tap" 2>&1
	rc=$?
	grep -A 8 '^not ok' "$name.tap"
	[ "$rc" = 0 ] || tail -3 "$name.tap"
	[ "$rc" = 0 ] && grep -q '^1\.\.' "$name.tap" && ! grep -q '^not ok' "$name.tap"
}

is "the same seed gives the same bytes" "$(for d in a b; do python3 "$AK_SRCDIR/tests/tenant/tenant.py" 5 $d --calls 60 && (cd $d && find . -type f | sort | xargs cat | sha256sum); done | uniq | wc -l)" 1
made one 1 --calls 120
is "every file is recognised, nothing is rejected" "$? $(tail -n +2 one.in | grep -c 'rejected by')" "0 0"
ok "seed 1: links, books, findings, traces, clocks" compared one --many 4
made none 2 --calls 120 --plant none
ok "seed 2, nothing planted: nothing is found" compared none --only links,coverage,check
made clock 3 --calls 120 --plant bypass,clock,residual
ok "seed 3: clocks that are minutes off, money without a cause" compared clock --only links,reconcile,clock,traces --many 3
cp -R one alone
"$AUDITKIT" init w-alone >/dev/null 2>&1
awk '!/path: / || /app.events|aws.cloudtrail/' w-one/policy.yaml >w-alone/policy.yaml
"$AUDITKIT" -w w-alone ingest >alone.in 2>&1
ok "without a gateway the missing source is the reason" compared alone --only alone
if [ -n "${AK_LONG-}" ]; then
	for seed in 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
		made "s$seed" "$seed" --calls $((200 + seed * 40))
		ok "seed $seed" compared "s$seed" --many 12
		made "n$seed" "$seed" --calls 300 --plant none
		ok "seed $seed, nothing planted" compared "n$seed" --only links,coverage,reconcile,check
	done
fi
finish
