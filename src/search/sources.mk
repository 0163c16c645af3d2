libak_a_SOURCES += src/search/where.h src/search/where.c src/search/names.c src/search/tests.c src/search/filters.c src/search/text.c
libak_a_SOURCES += src/search/spec.h src/search/spec.c
libak_a_SOURCES += src/search/saved.h src/search/saved.c
libak_a_SOURCES += src/search/cursor.h src/search/cursor.c
libak_a_SOURCES += src/search/row.h src/search/row.c
