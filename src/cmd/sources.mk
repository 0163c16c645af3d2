libak_a_SOURCES += src/cmd/cmd.h src/cmd/io.h
libak_a_SOURCES += src/cmd/cmd_ingest.c
libak_a_SOURCES += src/cmd/cmd_init.c
libak_a_SOURCES += src/cmd/ingest_report.c src/cmd/ingest_report.h
libak_a_SOURCES += src/cmd/sourcelist.c src/cmd/sourcelist.h
libak_a_SOURCES += src/cmd/table.c
libak_a_SOURCES += src/cmd/usage.c src/cmd/usage.h
