/* GET and POST over HTTPS, one answer at a time: the libcurl cage (SECURITY R-CURL-1). https only, certificates verified, TLS 1.2 or
 * later, no proxy, cookies, .netrc or content coding; one redirect of a GET at most and only within the origin, none of a POST; the
 * address that is connected to is looked at, not the name, so that a name that changes its mind gains nothing. */
#ifndef AK_NET_HTTP_H
#define AK_NET_HTTP_H

#include "base/buf.h"
#include "base/err.h"

#define AK_HTTP_LINK 2048

/* One service and how to speak to it. */
struct ak_http_setup {
	const char *origin;		  /* "https://host[:port]", without a slash at the end */
	const char *path;		  /* of POST: "/services/...", which may be a secret; NULL: this service is read */
	bool loopback_http;		  /* origin may be "http://", where the address is one of this machine */
	const char *const *headers;	  /* "Name: value", NULL-terminated; the credential is one of them */
	const char *ca_file;		  /* certificates to trust in place of the system's; NULL = those */
	const char *private_by;		  /* what allows them, for the message: "--allow-private" */
	bool allow_private;		  /* addresses that ak_address_is_private refuses */
	size_t max_body;		  /* bytes of one answer; of POST the rest is read and dropped */
	bool (*wanted)(void *ctx);	  /* asked about once a second: does anybody still wait for the answer? NULL = yes */
	void *ctx;
};

/* An answer, or why there is none. */
struct ak_http_reply {
	long status;	     /* 0 = no answer came */
	int64_t retry_after; /* seconds that Retry-After asks for, as number or date; 0 = it does not */
	bool transient;	     /* the same request may well succeed later */
	char link[AK_HTTP_LINK]; /* target of Link: rel="next" (RFC 8288), "" = none */
	struct ak_buf body;
};

struct ak_http;

#ifdef __cplusplus
extern "C" {
#endif

/* AK_EXIT_USAGE: an origin that is not https://, holds a user or more than a host and a port. *setup is used until free. */
enum ak_rc ak_http_new(const struct ak_http_setup *setup, struct ak_http **out, struct ak_err *err);
void ak_http_free(struct ak_http *h);
/* GET origin + target (a path that starts with '/', and a query). AK_OK: an answer, whatever its status. AK_FAIL: none, or
 * one that is not to be used; reply->transient says whether to try again. AK_EXIT_NETWORK; AK_EXIT_LIMIT for a longer body
 * than max_body. Messages name the origin's host and hold nothing that was sent or received. */
enum ak_rc ak_http_get(struct ak_http *h, const char *target, struct ak_http_reply *reply, struct ak_err *err);
/* POST body to origin + path of the setup, in the same way; at most a minute. */
enum ak_rc ak_http_post(struct ak_http *h, struct ak_str body, struct ak_http_reply *reply, struct ak_err *err);
/* Is this an origin that ak_http_new would take? loopback_http: "http://" too, as far as the text shows it. AK_EXIT_USAGE. */
enum ak_rc ak_http_check_origin(const char *origin, bool loopback_http, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
