/* A process of its own that speaks to the network and to nothing else: it holds the credentials, its sandbox opens no file
 * of the user's, and it hands over the bytes of answers. Who reads these bytes has no network (DECISIONS 30). */
#ifndef AK_NET_FETCHER_H
#define AK_NET_FETCHER_H

#include "net/http.h"

struct ak_fetcher_opts {
	const struct ak_http_setup *setup; /* one per service; copied by fork, may be wiped by the caller afterwards */
	size_t nsetups;
	bool caged;              /* close the sandbox around the process */
	void (*forget)(void *ctx); /* called in the process first: lets go of what it must not hold; may be NULL */
	void *ctx;
};

struct ak_fetcher;

#ifdef __cplusplus
extern "C" {
#endif

/* Start the process; before a sandbox is closed around the caller and before it has threads. It ends with the caller, however
 * that one ends. AK_EXIT_LIMIT, AK_EXIT_USAGE. */
enum ak_rc ak_fetcher_start(const struct ak_fetcher_opts *o, struct ak_fetcher **out, struct ak_err *err);
/* ak_http_get of one of its services. reply->body must be initialised with room for max_body. */
enum ak_rc ak_fetcher_get(struct ak_fetcher *f, size_t service, const char *target, struct ak_http_reply *reply, struct ak_err *err);
/* ak_http_post to a service whose setup has a path. */
enum ak_rc ak_fetcher_post(struct ak_fetcher *f, size_t service, struct ak_str body, struct ak_http_reply *reply, struct ak_err *err);
void ak_fetcher_stop(struct ak_fetcher *f);

#ifdef __cplusplus
}
#endif
#endif
