libak_a_SOURCES += src/link/buckets.c
libak_a_SOURCES += src/link/closure.c src/link/engine.c src/link/engine.h src/link/pairs.c src/link/match.c src/link/rows.c src/link/rows.h src/link/match.h src/link/values.c src/link/values.h
libak_a_SOURCES += src/link/coverage.c src/link/cover.c src/link/cover.h
libak_a_SOURCES += src/link/differences.c src/link/link.h
libak_a_SOURCES += src/link/propose.c src/link/propose.h
libak_a_SOURCES += src/link/sums.c src/link/sums.h
