libak_a_SOURCES += src/base/merkle.c src/base/merkle.h
libak_a_SOURCES += src/base/note.c src/base/note.h
libak_a_SOURCES += src/base/prover.c
libak_a_SOURCES += src/base/signers.c src/base/signers.h
libak_a_SOURCES += src/base/sshkey.c src/base/sshkey.h
libak_a_SOURCES += src/base/sshsig.c src/base/sshsig.h
libak_a_SOURCES += src/base/tlogproof.c src/base/tlogproof.h
libak_a_SOURCES += src/base/verdict.h
