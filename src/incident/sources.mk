libak_a_SOURCES += src/incident/find.c src/incident/incident.h
libak_a_SOURCES += src/incident/tally.c src/incident/tally.h
libak_a_SOURCES += src/incident/timeline.c
libak_a_SOURCES += src/incident/blast.c src/incident/keyscope.c
libak_a_SOURCES += src/incident/bundle.c src/incident/bundle.h src/incident/sink.c src/incident/sink.h
