#include "base/ak.h"
#include "serve/server.h"

#ifdef AK_MICROHTTPD
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/time.h"
#include "serve/guard.h"
#include "serve/microhttpd.h"

enum {
	CONNECTIONS = 32,
	MEMORY = 32768,	   /* of a connection: its request line and headers */
	SILENCE_S = 20,	   /* a connection on which nothing moves */
	HEADERS_S = 5,	   /* to send a request, however slowly it drips */
	ANSWER_S = 60,	   /* to take an answer, or the next piece of one */
	BLOCK = 65536,
	TICK_MS = 200
};

/* A connection, and until when what it is about must be done. */
struct line {
	bool used, waits, shut; /* waits: for a request, or the rest of its headers */
	int fd;
	int64_t until_us, since_us;
};

struct ak_server {
	const struct ak_microhttpd *lib;
	struct MHD_Daemon *daemon;
	struct ak_server_opts o;
	struct ak_guard guard;
	struct line line[CONNECTIONS];
	int64_t last_us; /* somebody with the token asked, or took a piece */
	int fd;		 /* until the daemon has it */
	bool hungry;	 /* a body goes on whatever the sockets say */
	char url[80], policy[256];
};

/* One request, from its first line to its last byte. */
struct call {
	char *target; /* NULL = too long */
	bool checked;
};

/* A body in pieces, as the library holds it. */
struct pieces {
	struct ak_server *s;
	struct MHD_Connection *c;
	enum ak_rc (*more)(void *ctx, char *to, size_t room, size_t *n);
	void (*done)(void *ctx);
	void *ctx;
};

static volatile sig_atomic_t asked_to_stop;

static void stop(int sig)
{
	(void)sig;
	asked_to_stop = 1;
}

/* ---- answers ---- */

static struct line *line_of(struct ak_server *s, struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *i = s->lib->get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return i ? i->socket_context : NULL;
}

static void allow(struct ak_server *s, struct MHD_Connection *c, int seconds)
{
	struct line *l = line_of(s, c);

	if (l) {
		l->since_us = ak_time_now();
		l->until_us = l->since_us + seconds * INT64_C(1000000);
		l->waits = seconds == HEADERS_S;
	}
}

static const struct {
	const char *name, *value;
} always[] = {
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"},
	{"Cache-Control", "no-store"},
	{"X-Frame-Options", "DENY"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
};

static enum MHD_Result queue(struct ak_server *s, struct MHD_Connection *c, unsigned status, const char *type, struct MHD_Response *r)
{
	enum MHD_Result rc = MHD_NO;

	if (!r)
		return MHD_NO;
	for (size_t i = 0; i < AK_COUNT(always); i++)
		s->lib->add_response_header(r, always[i].name, always[i].value);
	s->lib->add_response_header(r, "Content-Security-Policy", s->policy);
	s->lib->add_response_header(r, "Content-Type", type);
	if (status == 405)
		s->lib->add_response_header(r, "Allow", "GET, HEAD");
	rc = s->lib->queue_response(c, status, r);
	s->lib->destroy_response(r);
	return rc;
}

/* Nothing of what was asked is in it, and a wrong token and a missing page look the same. */
static enum MHD_Result refuse(struct ak_server *s, struct MHD_Connection *c, unsigned status)
{
	static char text[] = "auditkit: refused\n";

	return queue(s, c, status, "text/plain; charset=utf-8", s->lib->create_response_from_buffer(sizeof text - 1, text, MHD_RESPMEM_PERSISTENT));
}

static ssize_t next_piece(void *ctx, uint64_t pos, char *to, size_t room)
{
	struct pieces *p = ctx;
	size_t n = 0;
	enum ak_rc rc = p->more(p->ctx, to, room, &n);

	(void)pos;
	p->s->last_us = ak_time_now();
	allow(p->s, p->c, ANSWER_S);
	/* Not yet: it is asked again after the others, without a pause. */
	p->s->hungry |= rc == AK_OK && !n;
	return rc == AK_OK ? (ssize_t)n : rc == AK_END ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void end_pieces(void *ctx)
{
	struct pieces *p = ctx;

	p->done(p->ctx);
	ak_free(p);
}

static enum MHD_Result give(struct ak_server *s, struct MHD_Connection *c, struct ak_reply *r)
{
	struct MHD_Response *out;
	struct ak_buf name;
	struct pieces *p;
	char again[16];

	if (r->more) {
		p = ak_alloc(sizeof *p);
		*p = (struct pieces){s, c, r->more, r->done, r->ctx};
		/* Silence that is ours is none: who takes a piece has time for the next one, as next_piece says. */
		s->lib->set_connection_option(c, MHD_CONNECTION_OPTION_TIMEOUT, 0u);
		out = s->lib->create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, next_piece, p, end_pieces);
		if (!out)
			end_pieces(p);
	} else {
		out = s->lib->create_response_from_buffer(r->body.n, r->body.p ? r->body.p : (char[1]){0}, MHD_RESPMEM_MUST_COPY);
	}
	if (out && r->more)
		s->lib->add_response_header(out, "Connection", "close");
	if (out && r->location)
		s->lib->add_response_header(out, "Location", r->location);
	if (out && r->again_s) {
		snprintf(again, sizeof again, "%d", r->again_s);
		s->lib->add_response_header(out, "Retry-After", again);
		s->lib->add_response_header(out, "Refresh", again);
	}
	if (out && r->file) {
		ak_buf_init(&name, 512);
		ak_buf_addf(&name, "attachment; filename=\"%s\"", r->file);
		s->lib->add_response_header(out, "Content-Disposition", name.p);
		ak_buf_release(&name);
	}
	return queue(s, c, r->status, r->type ? r->type : "text/plain; charset=utf-8", out);
}

static enum MHD_Result answer(struct ak_server *s, struct MHD_Connection *c, const struct call *call, bool head)
{
	struct ak_reply r = {.status = 404};
	struct ak_target t;
	struct ak_arena a;
	enum MHD_Result rc;

	if (!call->target)
		return refuse(s, c, 414);
	ak_arena_init(&a);
	ak_buf_init(&r.body, 64 << 20);
	if (!ak_target_parse(call->target, &a, &t) || !ak_guard_knows(&s->guard, t.token)) {
		rc = refuse(s, c, 404);
	} else {
		s->last_us = ak_time_now();
		s->o.answer(s->o.ctx, &t, head, &a, &r);
		rc = r.status == 404 ? refuse(s, c, 404) : give(s, c, &r);
	}
	ak_buf_release(&r.body);
	ak_arena_release(&a);
	return rc;
}

/* ---- requests ---- */

static enum MHD_Result header(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct ak_asked *q = ctx;
	struct ak_str n = ak_str_of(name);

	(void)kind;
	if (ak_str_eq_fold(n, AK_STR("Host"))) {
		q->host = value ? value : "";
		q->hosts++;
	} else if (ak_str_eq_fold(n, AK_STR("Origin"))) {
		q->origin = value ? value : "";
		q->origins++;
	} else if (ak_str_eq_fold(n, AK_STR("Sec-Fetch-Site"))) {
		q->site = value ? value : "";
		q->sites++;
	} else if (ak_str_eq_fold(n, AK_STR("Transfer-Encoding")) || (ak_str_eq_fold(n, AK_STR("Content-Length")) && !(value && strcmp(value, "0") == 0))) {
		q->body = true;
	}
	return MHD_YES;
}

/* The library asks twice: when the headers are there, and when all is. */
static enum MHD_Result request(void *ctx, struct MHD_Connection *c, const char *url, const char *method, const char *version, const char *body,
			       size_t *nbody, void **of_call)
{
	struct ak_asked q = {.method = method};
	struct ak_server *s = ctx;
	struct call *call = *of_call;
	unsigned refused;

	(void)url;
	(void)version;
	(void)body;
	if (!call || *nbody)
		return MHD_NO;
	if (call->checked)
		return answer(s, c, call, strcmp(method, "HEAD") == 0);
	call->checked = true;
	allow(s, c, ANSWER_S);
	s->lib->get_connection_values(c, MHD_HEADER_KIND, header, &q);
	refused = ak_guard_refuse(&s->guard, &q);
	return refused ? refuse(s, c, refused) : MHD_YES;
}

/* The target before the library has taken it apart. */
static void *begin(void *ctx, const char *target, struct MHD_Connection *c)
{
	struct call *call = ak_alloc_zero(1, sizeof *call);

	(void)ctx;
	(void)c;
	if (strlen(target) <= AK_TARGET_BYTES)
		call->target = ak_strdup(target);
	return call;
}

static void end(void *ctx, struct MHD_Connection *c, void **of_call, enum MHD_RequestTerminationCode how)
{
	struct call *call = *of_call;

	(void)how;
	allow(ctx, c, HEADERS_S);
	if (call)
		ak_free(call->target);
	ak_free(call);
	*of_call = NULL;
}

/* ---- connections ---- */

static void close_line(struct line *l)
{
	if (!l->shut)
		shutdown(l->fd, SHUT_RDWR);
	l->shut = true;
}

/* The last place is taken: who has waited longest without asking for anything makes room, so that nobody keeps the owner out by sitting
 * there. */
static void make_room(struct ak_server *s)
{
	struct line *oldest = NULL;

	for (size_t k = 0; k < CONNECTIONS; k++) {
		struct line *l = &s->line[k];

		if (!l->used || l->shut)
			return;
		if (l->waits && (!oldest || l->since_us < oldest->since_us))
			oldest = l;
	}
	if (oldest)
		close_line(oldest);
}

static void came_or_went(void *ctx, struct MHD_Connection *c, void **of_line, enum MHD_ConnectionNotificationCode what)
{
	const union MHD_ConnectionInfo *i;
	struct ak_server *s = ctx;
	struct line *l = *of_line;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (l)
			l->used = false;
		return;
	}
	i = s->lib->get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	for (size_t k = 0; i && k < CONNECTIONS; k++)
		if (!s->line[k].used) {
			s->line[k] = (struct line){.used = true, .waits = true, .fd = i->connect_fd, .since_us = ak_time_now()};
			s->line[k].until_us = s->line[k].since_us + HEADERS_S * INT64_C(1000000);
			*of_line = &s->line[k];
			make_room(s);
			return;
		}
}

/* Who drips a byte now and then never falls silent. */
static void hurry(struct ak_server *s)
{
	int64_t now = ak_time_now();

	for (size_t k = 0; k < CONNECTIONS; k++)
		if (s->line[k].used && now > s->line[k].until_us)
			close_line(&s->line[k]);
}

/* ---- opening and closing ---- */

static enum ak_rc listening(const struct ak_server_opts *o, int *fd, struct ak_err *err)
{
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)o->port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)o->port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int s = socket(o->six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1, why;

	if (s >= 0 && o->port) /* the same port again, right after it ended */
		setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (s >= 0 && (o->six ? bind(s, (struct sockaddr *)&six, sizeof six) : bind(s, (struct sockaddr *)&four, sizeof four)) == 0 &&
	    listen(s, CONNECTIONS) == 0) {
		*fd = s;
		return AK_OK;
	}
	why = errno;
	if (s >= 0)
		close(s);
	if (why == EADDRINUSE) {
		ak_hint(err, "leave --port out for any that is free");
		return ak_fail(err, AK_EXIT_BUSY, "port %d of this machine is taken", o->port);
	}
	ak_hint(err, o->six ? "without --ipv6 it listens at 127.0.0.1" : "ports below 1024 are for root");
	return ak_fail_sys(err, AK_EXIT_LIMIT, why, "cannot listen at %s", o->six ? "::1" : "127.0.0.1");
}

static enum ak_rc name_it(struct ak_server *s, struct ak_err *err)
{
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
	} at = {.any = {0}};
	socklen_t n = sizeof at;
	uint8_t random[AK_GUARD_TOKEN / 2];
	struct ak_buf b;

	if (getsockname(s->fd, &at.any, &n) != 0)
		return ak_fail_sys(err, AK_EXIT_LIMIT, errno, "cannot listen");
	ak_random(random, sizeof random);
	ak_hex(random, sizeof random, s->guard.token);
	s->guard.port = ntohs(s->o.six ? at.six.sin6_port : at.four.sin_port);
	ak_buf_init(&b, sizeof s->policy - 1);
	ak_buf_addf(&b, "http://%s:%u/%s/", s->o.six ? "[::1]" : "127.0.0.1", s->guard.port, s->guard.token);
	memcpy(s->url, b.p, b.n + 1);
	ak_buf_clear(&b);
	ak_buf_addf(&b, "default-src 'none'; style-src 'sha256-%s'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'", s->o.style_hash);
	memcpy(s->policy, b.p, b.n + 1);
	ak_buf_release(&b);
	return AK_OK;
}

static enum ak_rc start(struct ak_server *s, struct ak_err *err)
{
	s->daemon = s->lib->start_daemon(MHD_NO_FLAG, 0, NULL, NULL, request, s, MHD_OPTION_LISTEN_SOCKET, s->fd, MHD_OPTION_CONNECTION_LIMIT,
					 (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY, MHD_OPTION_CONNECTION_TIMEOUT,
					 (unsigned)SILENCE_S, MHD_OPTION_URI_LOG_CALLBACK, begin, s, MHD_OPTION_NOTIFY_COMPLETED, end, s,
					 MHD_OPTION_NOTIFY_CONNECTION, came_or_went, s, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	if (!s->daemon)
		return ak_fail(err, AK_EXIT_LIMIT, "cannot start libmicrohttpd");
	s->fd = -1;
	return AK_OK;
}

enum ak_rc ak_server_open(const struct ak_server_opts *o, struct ak_server **out, struct ak_err *err)
{
	struct sigaction sa = {.sa_handler = stop}, quiet = {.sa_handler = SIG_IGN};
	struct ak_server *s = ak_alloc_zero(1, sizeof *s);
	enum ak_rc rc;

	/* Now: who reads the address may end it at once. */
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGPIPE, &quiet, NULL);
	s->o = *o;
	s->fd = -1;
	rc = ak_microhttpd_load(&s->lib, err);
	if (rc == AK_OK)
		rc = listening(o, &s->fd, err);
	if (rc == AK_OK)
		rc = name_it(s, err);
	if (rc == AK_OK)
		rc = start(s, err);
	if (rc == AK_OK)
		*out = s;
	else
		ak_server_close(s);
	return rc;
}

unsigned ak_server_port(const struct ak_server *s) { return s->guard.port; }

const char *ak_server_url(const struct ak_server *s) { return s->url; }

enum ak_rc ak_server_run(struct ak_server *s, int64_t idle_us, struct ak_err *err)
{
	s->last_us = ak_time_now();
	while (!asked_to_stop && ak_time_now() - s->last_us < idle_us) {
		int wait = s->hungry ? 0 : TICK_MS;

		s->hungry = false;
		if (s->lib->run_wait(s->daemon, wait) != MHD_YES)
			return ak_fail(err, AK_EXIT_LIMIT, "libmicrohttpd has stopped");
		hurry(s);
	}
	return AK_OK;
}

void ak_server_close(struct ak_server *s)
{
	if (!s)
		return;
	if (s->daemon)
		s->lib->stop_daemon(s->daemon);
	if (s->fd >= 0)
		close(s->fd);
	ak_wipe(&s->guard, sizeof s->guard);
	ak_free(s);
}

#else

enum ak_rc ak_server_open(const struct ak_server_opts *o, struct ak_server **out, struct ak_err *err)
{
	(void)o;
	(void)out;
	ak_hint(err, "install libmicrohttpd-dev and build it again without --without-microhttpd; 'auditkit search' prints the same records");
	return ak_fail(err, AK_EXIT_LIMIT, "this auditkit was built without a web server");
}

unsigned ak_server_port(const struct ak_server *s)
{
	(void)s;
	return 0;
}

const char *ak_server_url(const struct ak_server *s)
{
	(void)s;
	return "";
}

enum ak_rc ak_server_run(struct ak_server *s, int64_t idle_us, struct ak_err *err)
{
	(void)s;
	(void)idle_us;
	return ak_fail(err, AK_EXIT_LIMIT, "this auditkit was built without a web server");
}

void ak_server_close(struct ak_server *s) { (void)s; }
#endif
