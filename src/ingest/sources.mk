libak_a_SOURCES += src/ingest/batch.c src/ingest/pipe.h
libak_a_SOURCES += src/ingest/digest.c
libak_a_SOURCES += src/ingest/ingest.c src/ingest/ingest.h
libak_a_SOURCES += src/ingest/keeptext.c
libak_a_SOURCES += src/ingest/map.c
libak_a_SOURCES += src/ingest/queue.c src/ingest/queue.h
libak_a_SOURCES += src/ingest/stage.c src/ingest/stage.h
libak_a_SOURCES += src/ingest/write.c
