libak_a_SOURCES += src/report/report.c src/report/report.h src/report/rows.c src/report/rows.h src/report/latency.c src/report/latency.h
libak_a_SOURCES += src/report/alone.c src/report/alone.h src/report/alone.def
libak_a_SOURCES += src/report/list.c src/report/list.h src/report/keys.c src/report/grants.c src/report/changes.c src/report/reads.c
libak_a_SOURCES += src/report/arrived.c src/report/activities.c src/report/flat.c src/report/flat.h
libak_a_SOURCES += src/report/dispute.c src/report/dispute.h src/report/bill.c src/report/bill.h
libak_a_SOURCES += src/report/variance.c src/report/variance.h src/report/movers.c src/report/movers.h src/report/governance.c
libak_a_SOURCES += src/report/arrived.c src/report/activities.c
libak_a_SOURCES += src/report/dashboard.c src/report/dashboard.h src/report/dashboard_parts.c src/report/dashboard_charts.c src/report/dashboard_html.c src/report/dashboard_tables.c src/report/dashboard_view.h
