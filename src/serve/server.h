/* The listener of `serve`: loopback only, GET and HEAD only, one request after the other in one thread. Whoever asks and does not
 * know the token learns nothing (serve/guard.h). */
#ifndef AK_SERVE_SERVER_H
#define AK_SERVE_SERVER_H

#include "base/buf.h"
#include "base/err.h"
#include "serve/target.h"

/* An answer. Texts are the arena's that `answer` was given. */
struct ak_reply {
	unsigned status;
	const char *type;     /* Content-Type */
	const char *location; /* of a 303 */
	const char *file;     /* name to be saved under; NULL = to be shown */
	int again_s;	      /* a browser asks again by itself after so many seconds; 0 = it does not */
	struct ak_buf body;   /* initialised by the server, which releases it */
	/* A body in pieces: AK_END when there is no more, AK_FAIL breaks the connection off, so that nobody takes it for whole. No
	 * byte: not yet. done is called once. */
	enum ak_rc (*more)(void *ctx, char *to, size_t room, size_t *n);
	void (*done)(void *ctx);
	void *ctx;
};

struct ak_server_opts {
	int port; /* 0 = any that is free */
	bool six; /* ::1 in place of 127.0.0.1 */
	const char *style_hash; /* base64 of the SHA-256 of the one style sheet that pages have */
	/* Of a request with the right token; head: nobody will see the body. */
	void (*answer)(void *ctx, const struct ak_target *t, bool head, struct ak_arena *a, struct ak_reply *r);
	void *ctx;
};

struct ak_server;

#ifdef __cplusplus
extern "C" {
#endif

/* Listen, and load what listens; before the sandbox is closed. opts is copied, its texts are borrowed. AK_EXIT_LIMIT: this program has no
 * server in it, or the system gives no socket; AK_EXIT_BUSY: the port is taken. */
enum ak_rc ak_server_open(const struct ak_server_opts *o, struct ak_server **out, struct ak_err *err);
unsigned ak_server_port(const struct ak_server *s);
/* "http://127.0.0.1:PORT/TOKEN/" */
const char *ak_server_url(const struct ak_server *s);
/* Answer until SIGINT or SIGTERM, or until nobody has asked for so long. */
enum ak_rc ak_server_run(struct ak_server *s, int64_t idle_us, struct ak_err *err);
void ak_server_close(struct ak_server *s);

#ifdef __cplusplus
}
#endif
#endif
