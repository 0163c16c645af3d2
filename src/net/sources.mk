libak_a_SOURCES += src/net/address.c src/net/address.h
libak_a_SOURCES += src/net/fetcher.c src/net/fetcher.h
libak_a_SOURCES += src/net/http.c src/net/http.h
libak_a_SOURCES += src/net/libcurl.c src/net/libcurl.h
libak_a_SOURCES += src/net/aside.c src/net/aside.h
libak_a_SOURCES += src/net/mailer.c src/net/mailer.h
