libak_a_SOURCES += src/cli/args.c src/cli/args.h
libak_a_SOURCES += src/cli/cage.c src/cli/cage.h
libak_a_SOURCES += src/cli/cli.h src/cli/main.c
libak_a_SOURCES += src/cli/help.c src/cli/help.h
libak_a_SOURCES += src/cli/io.c
libak_a_SOURCES += src/cli/keysource.c src/cli/keysource.h
libak_a_SOURCES += src/cli/open.c src/cli/open.h
libak_a_SOURCES += src/cli/table.c
