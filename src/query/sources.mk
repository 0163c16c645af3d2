libak_a_SOURCES += src/query/leaf.c
libak_a_SOURCES += src/query/links.c
libak_a_SOURCES += src/query/query.h
libak_a_SOURCES += src/query/record.c
libak_a_SOURCES += src/query/records.c
libak_a_SOURCES += src/query/rows.c src/query/rows.h
libak_a_SOURCES += src/query/sources.c src/query/totals.c
libak_a_SOURCES += src/query/workspace.c
