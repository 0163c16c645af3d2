libak_a_SOURCES += src/check/check.c src/check/check.h src/check/rules.def
libak_a_SOURCES += src/check/rejects.c
libak_a_SOURCES += src/check/missing_audit_event.c
libak_a_SOURCES += src/check/quota_not_enforced.c
libak_a_SOURCES += src/check/clock.c
