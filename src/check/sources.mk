libak_a_SOURCES += src/check/check.c src/check/check.h src/check/rules.def
libak_a_SOURCES += src/check/rejects.c
libak_a_SOURCES += src/check/bypass.c src/check/omission.c src/check/residual.c
libak_a_SOURCES += src/check/retention_early.c src/check/retention_late.c
