libak_a_SOURCES += src/link/coverage.c src/link/link.h
