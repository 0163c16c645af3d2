libak_a_SOURCES += src/serve/target.h src/serve/target.c src/serve/guard.h src/serve/guard.c
libak_a_SOURCES += src/serve/server.h src/serve/server.c src/serve/microhttpd.h src/serve/microhttpd.c
libak_a_SOURCES += src/serve/form.h src/serve/form.c src/serve/view.h src/serve/view.c
libak_a_SOURCES += src/serve/page.h src/serve/page.c
