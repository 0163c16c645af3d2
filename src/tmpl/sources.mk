libak_a_SOURCES += src/tmpl/escape.c
libak_a_SOURCES += src/tmpl/mustache.c src/tmpl/mustache.h
libak_a_SOURCES += src/tmpl/parse.c src/tmpl/parse.h
libak_a_SOURCES += src/tmpl/load.c src/tmpl/load.h
