/* A process of the same program for what the caller may not do itself, and the socket between them. It is forked before the caller
 * closes its sandbox and before it has threads. */
#ifndef AK_NET_ASIDE_H
#define AK_NET_ASIDE_H

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fork it: `run` is called there with its end of the socket and o, and must not return; it has that descriptor and standard error, no
 * database and no lock. *fd is the caller's end: when it is closed the process reads an end. AK_EXIT_LIMIT. */
enum ak_rc ak_aside_start(void (*run)(int fd, const void *o), const void *o, int *fd, struct ak_err *err);
/* n bytes from the other end, or to it. false: it is gone. */
bool ak_aside_take(int fd, void *p, size_t n);
bool ak_aside_give(int fd, const void *p, size_t n);
/* An error that came over the socket becomes err: AK_EXIT_LIMIT as it is, every other class AK_EXIT_NETWORK. The process reads what
 * strangers send: its words are not taken on trust. */
void ak_aside_error(struct ak_err *err, struct ak_err *said);

#ifdef __cplusplus
}
#endif
#endif
