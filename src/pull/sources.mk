libak_a_SOURCES += src/pull/api.c src/pull/api_rules.c src/pull/api.h
libak_a_SOURCES += src/pull/fetch.c src/pull/group.c src/pull/puller.h
libak_a_SOURCES += src/pull/page.c src/pull/page.h
libak_a_SOURCES += src/pull/plan.c
libak_a_SOURCES += src/pull/pull.c src/pull/pull.h
libak_a_SOURCES += src/pull/request.c src/pull/request.h
libak_a_SOURCES += src/pull/series.c
libak_a_SOURCES += src/pull/state.c src/pull/state.h
