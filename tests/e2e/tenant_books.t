#!/bin/sh
# A tenant whose clocks are minutes off and whose provider charges what nobody can explain: books and clocks against the truth.
. "$AK_SRCDIR/tests/tap.sh"
. "$AK_SRCDIR/tests/tenant/lib.sh"
made books 3 --calls 60 --plant bypass,clock,residual,refund-mismatch,ticket-without-change
ok "figures, causes and exact sums; bounds of clocks; findings" compared books --only reconcile,clock,check
finish
