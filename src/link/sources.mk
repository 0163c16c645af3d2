libak_a_SOURCES += src/link/buckets.c
libak_a_SOURCES += src/link/closure.c
libak_a_SOURCES += src/link/clock.c src/link/clock.h src/link/clock_net.c src/link/clock_net.h
libak_a_SOURCES += src/link/coverage.c
libak_a_SOURCES += src/link/differences.c src/link/link.h
libak_a_SOURCES += src/link/propose.c src/link/propose.h
libak_a_SOURCES += src/link/sums.c src/link/sums.h
