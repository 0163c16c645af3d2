libak_a_SOURCES += src/model/field.c src/model/field.h src/model/fields.def src/model/record.c src/model/record.h src/model/idform.c src/model/idform.h
