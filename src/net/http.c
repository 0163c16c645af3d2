#include "base/ak.h"
#include "net/http.h"

#include <unistd.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "net/address.h"
#include "net/libcurl.h"

enum { CONNECT_SECONDS = 30, STALL_SECONDS = 60, TOTAL_SECONDS = 900, POST_CONNECT_SECONDS = 10, POST_SECONDS = 30 };

struct ak_http {
	const struct ak_http_setup *setup;
	const struct ak_libcurl *lib;
	CURL *curl;
	struct curl_slist *headers;
	/* of the running request */
	struct ak_http_reply *reply;
	bool too_long, refused_address, open_address;
};

/* What libcurl says, as far as the next step depends on it. */
static const struct trouble {
	CURLcode code;
	bool transient;
	const char *what, *hint;
} troubles[] = {
	{CURLE_COULDNT_RESOLVE_HOST, true, "its name is not found",
	 "look at the host name, and at whether this machine may ask for names"},
	{CURLE_COULDNT_CONNECT, true, "no connection", "look at the address and at what lies between"},
	{CURLE_OPERATION_TIMEDOUT, true, "no answer in time", "try again later; what was read is kept"},
	{CURLE_PARTIAL_FILE, true, "the answer was cut short", "try again later; what was read is kept"},
	{CURLE_RECV_ERROR, true, "the connection broke", "try again later; what was read is kept"},
	{CURLE_SEND_ERROR, true, "the connection broke", "try again later; what was read is kept"},
	{CURLE_GOT_NOTHING, true, "the answer is empty", "try again later; what was read is kept"},
	{CURLE_HTTP2, true, "the connection broke", "try again later; what was read is kept"},
	{CURLE_HTTP2_STREAM, true, "the connection broke", "try again later; what was read is kept"},
	{CURLE_PEER_FAILED_VERIFICATION, false, "its certificate is not to be trusted",
	 "give the authority's certificate with --ca-file when it is your own proxy; nothing else makes this right"},
	{CURLE_SSL_CACERT_BADFILE, false, "the file of trusted certificates cannot be read",
	 "name a PEM file with --ca-file"},
	{CURLE_SSL_CONNECT_ERROR, true, "no TLS 1.2 connection comes about",
	 "look at the address and at what lies between"},
	{CURLE_UNSUPPORTED_PROTOCOL, false, "it is not https", "give an address that starts with https://"},
	{CURLE_WEIRD_SERVER_REPLY, false, "the answer is no HTTP", "look at the address"},
};

static bool is_plain(const char *origin) { return strncmp(origin, "http://", sizeof "http://" - 1) == 0; }

static const char *host_of(const struct ak_http *h)
{
	return h->setup->origin + (is_plain(h->setup->origin) ? sizeof "http://" : sizeof "https://") - 1;
}

static enum ak_rc bad_origin(struct ak_err *err)
{
	ak_hint(err, "give https://HOST or https://HOST:PORT, without user, path or query");
	return ak_fail(err, AK_EXIT_USAGE, "the base URL is not the https address of a host");
}

/* By its text; the address is looked at when it is connected to. */
static bool is_own(struct ak_str host)
{
	static const char *const own[] = {"localhost", "127.0.0.1", "[::1]"};

	for (size_t i = 0; i < AK_COUNT(own); i++)
		if (ak_str_starts(host, ak_str_of(own[i])) && (host.n == strlen(own[i]) || host.p[strlen(own[i])] == ':'))
			return true;
	return false;
}

enum ak_rc ak_http_check_origin(const char *origin, bool loopback_http, struct ak_err *err)
{
	static const char scheme[] = "https://";
	bool plain = loopback_http && is_plain(origin);
	const char *p = origin + sizeof scheme - 1 - plain;
	size_t n;

	if ((!plain && strncmp(origin, scheme, sizeof scheme - 1) != 0) || (plain && !is_own(ak_str_of(p))))
		return bad_origin(err);
	n = *p == '[' ? strspn(p, "[]:.0123456789abcdefABCDEF")
		      : strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:");
	return n > 0 && p[n] == '\0' && n < 256 ? AK_OK : bad_origin(err);
}

static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct ak_http *h = ctx;

	if (h->setup->path && n * size > h->setup->max_body - h->reply->body.n)
		return n * size;
	if (n * size > h->setup->max_body - h->reply->body.n) {
		h->too_long = true;
		return 0;
	}
	ak_buf_add(&h->reply->body, p, n * size);
	return n * size;
}

static bool has_word(struct ak_str s, const char *word) { return memmem(s.p, s.n, word, strlen(word)) != NULL; }

/* Link: <target>; rel="next", several in one header, divided by commas (RFC 8288). */
static void take_link(struct ak_http_reply *r, struct ak_str value)
{
	while (value.n) {
		size_t from = ak_str_find(value, '<'), to = ak_str_find(value, '>');
		struct ak_str rest, params;

		if (from >= to || to >= value.n)
			return;
		rest = ak_str_n(value.p + to + 1, value.n - to - 1);
		params = ak_str_n(rest.p, ak_str_find(rest, '<'));
		if ((has_word(params, "rel=\"next\"") || has_word(params, "rel=next")) &&
		    to - from - 1 < sizeof r->link) {
			memcpy(r->link, value.p + from + 1, to - from - 1);
			r->link[to - from - 1] = '\0';
			return;
		}
		value = ak_str_n(params.p + params.n, rest.n - params.n);
	}
}

static size_t on_header(char *p, size_t size, size_t n, void *ctx)
{
	struct ak_http *h = ctx;
	struct ak_str line = ak_str_n(p, n * size);
	size_t colon = ak_str_find(line, ':');

	if (colon < line.n && ak_str_eq_fold(ak_str_n(line.p, colon), AK_STR("link")))
		take_link(h->reply, ak_str_n(line.p + colon + 1, line.n - colon - 1));
	return n * size;
}

/* The address as it is about to be connected to: behind every look-up. */
static curl_socket_t on_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct ak_http *h = ctx;

	(void)purpose;
	if (is_plain(h->setup->origin) && !ak_address_is_loopback(&a->addr)) {
		h->open_address = true;
		return CURL_SOCKET_BAD;
	}
	if (!is_plain(h->setup->origin) && !h->setup->allow_private && ak_address_is_private(&a->addr)) {
		h->refused_address = true;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static int on_second(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct ak_http *h = ctx;

	(void)a, (void)b, (void)c, (void)d;
	return h->setup->wanted && !h->setup->wanted(h->setup->ctx);
}

static void configure(struct ak_http *h)
{
	CURLcode (*const set)(CURL *curl, CURLoption option, ...) = h->lib->easy_setopt;
	CURL *c = h->curl;

	set(c, CURLOPT_PROTOCOLS_STR, is_plain(h->setup->origin) ? "http" : "https");
	set(c, CURLOPT_FOLLOWLOCATION, 0L);
	set(c, CURLOPT_SSL_VERIFYPEER, 1L);
	set(c, CURLOPT_SSL_VERIFYHOST, 2L);
	set(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	set(c, CURLOPT_PROXY, "");
	set(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	set(c, CURLOPT_NOSIGNAL, 1L);
	set(c, CURLOPT_CONNECTTIMEOUT, (long)(h->setup->path ? POST_CONNECT_SECONDS : CONNECT_SECONDS));
	set(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
	set(c, CURLOPT_LOW_SPEED_TIME, (long)STALL_SECONDS);
	set(c, CURLOPT_TIMEOUT, (long)(h->setup->path ? POST_SECONDS : TOTAL_SECONDS));
	set(c, CURLOPT_USERAGENT, "auditkit/" PACKAGE_VERSION);
	set(c, CURLOPT_HTTPHEADER, h->headers);
	set(c, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	set(c, CURLOPT_OPENSOCKETDATA, h);
	set(c, CURLOPT_NOPROGRESS, 0L);
	set(c, CURLOPT_XFERINFOFUNCTION, on_second);
	set(c, CURLOPT_XFERINFODATA, h);
	set(c, CURLOPT_WRITEFUNCTION, on_body);
	set(c, CURLOPT_WRITEDATA, h);
	set(c, CURLOPT_HEADERFUNCTION, on_header);
	set(c, CURLOPT_HEADERDATA, h);
	if (h->setup->ca_file) {
		set(c, CURLOPT_CAINFO, h->setup->ca_file);
		set(c, CURLOPT_CAPATH, (char *)NULL);
	}
}

enum ak_rc ak_http_new(const struct ak_http_setup *setup, struct ak_http **out, struct ak_err *err)
{
	const struct ak_libcurl *lib = NULL;
	struct ak_http *h;
	enum ak_rc rc = ak_http_check_origin(setup->origin, setup->loopback_http, err);

	rc = rc ? rc : ak_libcurl_load(&lib, err);
	if (rc != AK_OK)
		return rc;
	h = ak_alloc_zero(1, sizeof *h);
	h->setup = setup;
	h->lib = lib;
	h->curl = lib->easy_init();
	for (const char *const *line = setup->headers; line && *line; line++)
		h->headers = lib->slist_append(h->headers, *line);
	if (!h->curl) {
		ak_http_free(h);
		return ak_fail(err, AK_EXIT_LIMIT, "cannot start libcurl");
	}
	configure(h);
	*out = h;
	return AK_OK;
}

void ak_http_free(struct ak_http *h)
{
	if (!h)
		return;
	h->lib->easy_cleanup(h->curl);
	h->lib->slist_free_all(h->headers);
	ak_free(h);
}

static enum ak_rc no_answer(struct ak_http *h, CURLcode code, struct ak_err *err)
{
	const struct trouble *t = NULL;
	bool sends = h->setup->path != NULL;

	if (h->too_long) {
		ak_hint(err, "ask for a shorter period, so that a page is smaller");
		return ak_fail(err, AK_EXIT_LIMIT, "'%.200s' sends a page of more than %zu bytes", host_of(h),
			       h->setup->max_body);
	}
	if (h->open_address) {
		ak_hint(err, "give an address that starts with https://");
		return ak_fail(err, AK_EXIT_NETWORK, "'%.200s' is not this machine, and http:// hides nothing on the way", host_of(h));
	}
	if (h->refused_address) {
		ak_hint(err, "%s allows it when the service is your own; anything else would be somebody's trick",
			h->setup->private_by ? h->setup->private_by : "nothing");
		return ak_fail(err, AK_EXIT_NETWORK, "'%.200s' has a private address, which is not connected to",
			       host_of(h));
	}
	for (size_t i = 0; i < AK_COUNT(troubles); i++)
		if (troubles[i].code == code)
			t = &troubles[i];
	h->reply->transient = t && t->transient;
	if (sends)
		ak_hint(err, "look at the address and at what lies between; the next run sends it again");
	else
		ak_hint(err, "%s", t ? t->hint : "try again later; what was read is kept");
	return ak_fail(err, AK_EXIT_NETWORK, "cannot %s '%.200s': %s", sends ? "send to" : "read from", host_of(h),
		       t ? t->what : h->lib->easy_strerror(code));
}

static enum ak_rc perform(struct ak_http *h, const char *url, struct ak_err *err)
{
	CURLcode code;

	ak_buf_clear(&h->reply->body);
	h->reply->status = 0;
	h->reply->transient = false;
	h->reply->link[0] = '\0';
	h->too_long = h->refused_address = h->open_address = false;
	h->lib->easy_setopt(h->curl, CURLOPT_URL, url);
	code = h->lib->easy_perform(h->curl);
	if (code != CURLE_OK)
		return no_answer(h, code, err);
	h->lib->easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &h->reply->status);
	return AK_OK;
}

/* Where a redirect leads, if that is within the origin: credentials go nowhere else. NULL otherwise; ak_free. */
static char *next_place(struct ak_http *h)
{
	size_t n = strlen(h->setup->origin);
	char *to = NULL;

	h->lib->easy_getinfo(h->curl, CURLINFO_REDIRECT_URL, &to);
	return to && strncmp(to, h->setup->origin, n) == 0 && to[n] == '/' ? ak_strdup(to) : NULL;
}

static bool is_redirect(long status) { return status >= 300 && status < 400; }

static enum ak_rc redirected(struct ak_http *h, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *to = next_place(h);
	enum ak_rc rc = to ? perform(h, to, err) : AK_OK;

	if (rc != AK_OK || !is_redirect(h->reply->status))
		return rc;
	ak_hint(err, "look at the address, or give the service's own with --base-url");
	return ak_fail(err, AK_EXIT_NETWORK, "'%.200s' sends the request %s, which is not followed", host_of(h),
		       to ? "in a circle" : "to another place");
}

static enum ak_rc ask(struct ak_http *h, const char *target, struct ak_http_reply *reply, struct ak_err *err)
{
	struct ak_buf url;
	enum ak_rc rc;

	h->reply = reply;
	ak_buf_init(&url, 1 << 16);
	ak_buf_adds(&url, h->setup->origin);
	ak_buf_adds(&url, target);
	if (url.over || target[0] != '/') {
		ak_buf_release(&url);
		return ak_fail(err, AK_EXIT_NETWORK, "the request to '%.200s' is too long", host_of(h));
	}
	rc = perform(h, url.p, err);
	if (h->setup->path)
		ak_wipe(url.p, url.n);
	ak_buf_release(&url);
	return rc;
}

static enum ak_rc judge(struct ak_http *h, struct ak_http_reply *reply)
{
	curl_off_t after = 0;

	h->lib->easy_getinfo(h->curl, CURLINFO_RETRY_AFTER, &after);
	reply->retry_after = after > 0 ? (int64_t)after : 0;
	reply->transient = reply->status == 429 || reply->status == 408 || reply->status >= 500;
	return AK_OK;
}

enum ak_rc ak_http_get(struct ak_http *h, const char *target, struct ak_http_reply *reply, struct ak_err *err)
{
	enum ak_rc rc = ask(h, target, reply, err);

	if (rc == AK_OK && is_redirect(reply->status))
		rc = redirected(h, err);
	return rc == AK_OK ? judge(h, reply) : rc;
}

enum ak_rc ak_http_post(struct ak_http *h, struct ak_str body, struct ak_http_reply *reply, struct ak_err *err)
{
	enum ak_rc rc;

	h->lib->easy_setopt(h->curl, CURLOPT_POSTFIELDS, body.p);
	h->lib->easy_setopt(h->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
	rc = ask(h, h->setup->path, reply, err);
	if (rc != AK_OK || !is_redirect(reply->status))
		return rc == AK_OK ? judge(h, reply) : rc;
	ak_hint(err, "give the address that it leads to, if that is yours");
	return ak_fail(err, AK_EXIT_NETWORK, "'%.200s' sends the message to another place, which is not followed", host_of(h));
}
