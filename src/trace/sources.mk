libak_a_SOURCES += src/trace/beside.c src/trace/facets.c
libak_a_SOURCES += src/trace/hops.c src/trace/hops.h
libak_a_SOURCES += src/trace/inforce.c
libak_a_SOURCES += src/trace/story.c
libak_a_SOURCES += src/trace/text.c
libak_a_SOURCES += src/trace/trace.c src/trace/trace.h
libak_a_SOURCES += src/trace/witness.c
