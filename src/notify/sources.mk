libak_a_SOURCES += src/notify/book.c src/notify/book.h
libak_a_SOURCES += src/notify/message.c src/notify/message.h
libak_a_SOURCES += src/notify/news.c src/notify/news.h
libak_a_SOURCES += src/notify/notify.c src/notify/notify.h
libak_a_SOURCES += src/notify/target.c src/notify/target.h
