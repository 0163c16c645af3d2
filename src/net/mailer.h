/* A process of its own that hands messages to the mail program of this machine. It has no file and no key, but no sandbox either: mail
 * programs get the right to the queue from their set-group-id bit, and write to it. No shell, no argument that a message could set. */
#ifndef AK_NET_MAILER_H
#define AK_NET_MAILER_H

#include "base/err.h"

#define AK_SENDMAIL "/usr/sbin/sendmail"

struct ak_mailer;

#ifdef __cplusplus
extern "C" {
#endif

/* program: n paths (AK_SENDMAIL or another that reads a message with its recipients, as `sendmail -t -i` does); they live as long as the
 * mailer. Before the sandbox is closed around the caller, as ak_fetcher_start. AK_EXIT_LIMIT. */
enum ak_rc ak_mailer_start(const char *const *program, size_t n, struct ak_mailer **out, struct ak_err *err);
/* A whole message, with its headers and \n at line ends, to program i. It has a minute. AK_EXIT_NETWORK when it is not taken. */
enum ak_rc ak_mailer_send(struct ak_mailer *m, size_t i, struct ak_str message, struct ak_err *err);
void ak_mailer_stop(struct ak_mailer *m);

#ifdef __cplusplus
}
#endif
#endif
