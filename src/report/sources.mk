libak_a_SOURCES += src/report/report.c src/report/report.h src/report/rows.c src/report/rows.h src/report/latency.c src/report/latency.h
