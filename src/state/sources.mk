libak_a_SOURCES += src/state/state.h
libak_a_SOURCES += src/state/name.c src/state/name.h
libak_a_SOURCES += src/state/replay.c
libak_a_SOURCES += src/state/timeline.c src/state/timeline.h
libak_a_SOURCES += src/state/at.c
