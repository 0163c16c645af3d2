#!/bin/sh
# Calls at the edge of an hour beside timed-out calls that the provider finished: each figure of both hours has its cause, and no gap is called a bypass.
. "$AK_SRCDIR/tests/tap.sh"
. "$AK_SRCDIR/tests/tenant/lib.sh"
made hidden 16 --calls 60 --plant none
ok "a call at the edge and a timed-out call of the same hour do not hide each other" compared hidden --only reconcile,check
made across 14 --calls 300 --plant none
ok "a timed-out call that the provider counted in the next hour is none that bypassed the gateway" compared across --only reconcile
made rest 3 --calls 60 --plant residual
cites() { # residual cites provider rows that are there and names the row that a drill opens
	"$AUDITKIT" -w w-rest check residual --json >residual.json
	[ "$?" = 1 ] || return 1
	python3 - residual.json <<-'EOF' >row || return 1
		import json, sys
		f = [f for c in json.load(open(sys.argv[1]))["checks"] for f in c["findings"] if f["measure"] == "cost"]
		rows, cites = f[0]["rows"], f[0]["cites"]
		assert len(f) == 1 and cites and all(c.startswith("openai-costs:") for c in cites)
		assert len(cites) == min(20, sum(r["provider_rows"] for r in rows)) and str(len(cites)) in f[0]["text"]
		amounts = [abs(float(r["unexplained"])) for r in rows]
		assert amounts == sorted(amounts, reverse=True)
		print(rows[0]["row"], cites[0])
	EOF
	read -r row cite <row
	"$AUDITKIT" -w w-rest report reconcile --drill "$row" --json | grep -q "\"$cite\""
}
ok "residual cites the provider's rows of the largest unexplained amounts" cites
finish
