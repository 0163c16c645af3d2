libak_a_SOURCES += src/reconcile/accounts.c src/reconcile/engine.h
libak_a_SOURCES += src/reconcile/bypass.c src/reconcile/calls.c src/reconcile/cells.c
libak_a_SOURCES += src/reconcile/classes.c src/reconcile/drill.c
libak_a_SOURCES += src/reconcile/edges.c src/reconcile/gateway.c src/reconcile/load.c
libak_a_SOURCES += src/reconcile/names.c src/reconcile/num.c src/reconcile/num.h
libak_a_SOURCES += src/reconcile/rates.c src/reconcile/reconcile.c src/reconcile/reconcile.h
libak_a_SOURCES += src/reconcile/rows.c src/reconcile/rows.h
libak_a_SOURCES += src/reconcile/summary.c src/reconcile/zone.c
