#include "base/ak.h"
#include "net/fetcher.h"

#include <poll.h>
#include <unistd.h>

#include "base/sandbox.h"
#include "net/aside.h"

enum { TARGET_MAX = 16384, POST_MAX = 1 << 20 };

struct ak_fetcher {
	int fd;
};

/* What goes over the socket: an order with its target or what is to be posted, an answer and its body. Both ends are the same program. */
struct order {
	uint32_t service, n;
	uint32_t posts; /* what follows goes to the path of the service */
};
struct answer {
	int32_t rc;
	uint8_t transient;
	int64_t status, retry_after;
	uint64_t body;
	char link[AK_HTTP_LINK];
	struct ak_err err;
};

/* ---- the process ---- */

static enum ak_rc close_in(const struct ak_fetcher_opts *o, struct ak_err *err)
{
	struct ak_sandbox s;
	enum ak_rc rc = ak_sandbox_open(&s, AK_BOX_NET, err);

	for (size_t i = 0; i < o->nsetups && rc == AK_OK; i++)
		if (o->setup[i].ca_file)
			rc = ak_sandbox_grant(&s, o->setup[i].ca_file, AK_GRANT_READ, err);
	if (rc == AK_OK)
		rc = ak_sandbox_enter(&s, err);
	ak_sandbox_release(&s);
	return rc;
}

static void fill(struct answer *a, const struct ak_http_reply *r)
{
	a->transient = r->transient;
	a->status = r->status;
	a->retry_after = r->retry_after;
	a->body = a->rc == AK_OK ? r->body.n : 0;
	memcpy(a->link, r->link, sizeof a->link);
}

static bool is_possible(const struct ak_fetcher_opts *o, const struct order *order)
{
	return order->service < o->nsetups && order->n <= (order->posts ? POST_MAX : TARGET_MAX) && !order->posts == !o->setup[order->service].path;
}

static void serve(int fd, const struct ak_fetcher_opts *o, struct ak_http **http, struct ak_err failed)
{
	static char text[POST_MAX + 1];
	struct order order;

	while (ak_aside_take(fd, &order, sizeof order) && is_possible(o, &order) && ak_aside_take(fd, text, order.n)) {
		struct ak_http *h = http[order.service];
		struct ak_http_reply r = {0};
		struct answer a = {.rc = AK_FAIL, .err = failed};

		text[order.n] = '\0';
		ak_buf_init(&r.body, o->setup[order.service].max_body);
		if (failed.exit == AK_EXIT_OK)
			a.rc = order.posts ? ak_http_post(h, ak_str_n(text, order.n), &r, &a.err) : ak_http_get(h, text, &r, &a.err);
		fill(&a, &r);
		if (!ak_aside_give(fd, &a, sizeof a) || !ak_aside_give(fd, r.body.p, a.body))
			_exit(0);
		ak_buf_release(&r.body);
	}
}

/* Signals of a parent that died do not come through its sandbox: the socket tells. */
static bool is_wanted(void *ctx)
{
	struct pollfd p = {.fd = *(int *)ctx};

	return poll(&p, 1, 0) <= 0 || !(p.revents & (POLLHUP | POLLERR));
}

static void run(int fd, const void *opts)
{
	const struct ak_fetcher_opts *o = opts;
	struct ak_http_setup *setup = ak_alloc_zero(o->nsetups, sizeof *setup);
	struct ak_http **http = ak_alloc_zero(o->nsetups, sizeof *http);
	struct ak_err err = {0};
	enum ak_rc rc = AK_OK;

	if (o->forget)
		o->forget(o->ctx);
	for (size_t i = 0; i < o->nsetups && rc == AK_OK; i++) {
		setup[i] = o->setup[i];
		setup[i].wanted = is_wanted;
		setup[i].ctx = &fd;
		rc = ak_http_new(&setup[i], &http[i], &err);
	}
	if (rc == AK_OK && o->caged)
		rc = close_in(o, &err);
	serve(fd, o, http, err);
	_exit(0);
}

/* ---- its user ---- */

enum ak_rc ak_fetcher_start(const struct ak_fetcher_opts *o, struct ak_fetcher **out, struct ak_err *err)
{
	int fd;

	if (ak_aside_start(run, o, &fd, err) != AK_OK)
		return AK_FAIL;
	*out = ak_alloc_zero(1, sizeof **out);
	(*out)->fd = fd;
	return AK_OK;
}

static enum ak_rc gone(struct ak_err *err)
{
	ak_hint(err, "start the command again: it goes on where it was");
	return ak_fail(err, AK_EXIT_NETWORK, "the fetching process has ended");
}

static enum ak_rc exchange(struct ak_fetcher *f, struct order order, const char *text, struct ak_http_reply *reply, struct ak_err *err)
{
	struct answer a;
	char *room;

	if (!ak_aside_give(f->fd, &order, sizeof order) || !ak_aside_give(f->fd, text, order.n) || !ak_aside_take(f->fd, &a, sizeof a))
		return gone(err);
	ak_buf_clear(&reply->body);
	room = a.body ? ak_buf_room(&reply->body, a.body) : NULL;
	if (a.body && (!room || !ak_aside_take(f->fd, room, a.body)))
		return gone(err);
	reply->body.n += a.body;
	reply->status = (long)a.status;
	reply->retry_after = a.retry_after;
	reply->transient = a.transient;
	memcpy(reply->link, a.link, sizeof reply->link);
	reply->link[sizeof reply->link - 1] = '\0';
	if (a.rc != AK_OK && err)
		ak_aside_error(err, &a.err);
	return a.rc == AK_OK ? AK_OK : AK_FAIL;
}

enum ak_rc ak_fetcher_get(struct ak_fetcher *f, size_t service, const char *target, struct ak_http_reply *reply,
			  struct ak_err *err)
{
	struct order order = {(uint32_t)service, (uint32_t)strlen(target), 0};

	if (order.n <= TARGET_MAX)
		return exchange(f, order, target, reply, err);
	ak_hint(err, "the service names a next page that cannot be asked for; --restart reads the period again");
	return ak_fail(err, AK_EXIT_NETWORK, "the address of the next page has %lu bytes, more than %d", (unsigned long)order.n, TARGET_MAX);
}

enum ak_rc ak_fetcher_post(struct ak_fetcher *f, size_t service, struct ak_str body, struct ak_http_reply *reply, struct ak_err *err)
{
	struct order order = {(uint32_t)service, (uint32_t)body.n, 1};

	if (body.n <= POST_MAX)
		return exchange(f, order, body.p, reply, err);
	return ak_fail(err, AK_EXIT_LIMIT, "the message has %zu bytes, more than %d", body.n, POST_MAX);
}

void ak_fetcher_stop(struct ak_fetcher *f)
{
	if (!f)
		return;
	close(f->fd);
	ak_free(f);
}
