#include "base/ak.h"
#include "net/fetcher.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/sandbox.h"

enum { TARGET_MAX = 16384, DESCRIPTORS = 1024 };

struct ak_fetcher {
	int fd;
};

/* What goes over the socket: an order and its target, an answer and its body. Both ends are the same program. */
struct order {
	uint32_t service, n;
};
struct answer {
	int32_t rc;
	uint8_t transient;
	int64_t status, retry_after;
	uint64_t body;
	char link[AK_HTTP_LINK];
	struct ak_err err;
};

/* false: the other end is gone. */
static bool take(int fd, void *p, size_t n)
{
	char *at = p;

	while (n) {
		ssize_t got = read(fd, at, n);

		if (got == 0 || (got < 0 && errno != EINTR))
			return false;
		if (got > 0) {
			at += got;
			n -= (size_t)got;
		}
	}
	return true;
}

static bool give(int fd, const void *p, size_t n)
{
	return ak_fs_write_all(fd, p, n, "the fetching process", NULL) == AK_OK;
}

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

static void serve(int fd, const struct ak_fetcher_opts *o, struct ak_http **http, struct ak_err failed)
{
	static char target[TARGET_MAX + 1];
	struct order order;

	while (take(fd, &order, sizeof order) && order.n <= TARGET_MAX && order.service < o->nsetups &&
	       take(fd, target, order.n)) {
		struct ak_http_reply r = {0};
		struct answer a = {.rc = AK_FAIL, .err = failed};

		target[order.n] = '\0';
		ak_buf_init(&r.body, o->setup[order.service].max_body);
		if (failed.exit == AK_EXIT_OK)
			a.rc = ak_http_get(http[order.service], target, &r, &a.err);
		fill(&a, &r);
		if (!give(fd, &a, sizeof a) || !give(fd, r.body.p, a.body))
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

/* It keeps the socket and standard error, and no other descriptor: not the database, not a lock. */
static void run(int fd, const struct ak_fetcher_opts *o)
{
	struct ak_http_setup *setup = ak_alloc_zero(o->nsetups, sizeof *setup);
	struct ak_http **http = ak_alloc_zero(o->nsetups, sizeof *http);
	struct ak_err err = {0};
	enum ak_rc rc = AK_OK;

	if (o->forget)
		o->forget(o->ctx);
	for (int i = 0; i < DESCRIPTORS; i++)
		if (i != fd && i != STDERR_FILENO)
			close(i);
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
	pid_t pid;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) != 0)
		return ak_fail_sys(err, AK_EXIT_LIMIT, errno, "cannot start the fetching process");
	signal(SIGPIPE, SIG_IGN);
	pid = fork();
	if (pid == 0)
		run(fd[1], o);
	close(fd[1]);
	if (pid < 0) {
		ak_fail_sys(err, AK_EXIT_LIMIT, errno, "cannot start the fetching process");
		close(fd[0]);
		return AK_FAIL;
	}
	*out = ak_alloc_zero(1, sizeof **out);
	(*out)->fd = fd[0];
	return AK_OK;
}

static enum ak_rc gone(struct ak_err *err)
{
	ak_hint(err, "start the command again: it goes on where it was");
	return ak_fail(err, AK_EXIT_NETWORK, "the fetching process has ended");
}

/* The process reads what strangers send: its words are not taken on trust. */
static void take_error(struct ak_err *err, struct ak_err *said)
{
	said->msg[sizeof said->msg - 1] = said->hint[sizeof said->hint - 1] = '\0';
	if (said->hint[0])
		ak_hint(err, "%s", said->hint);
	ak_fail(err, said->exit == AK_EXIT_LIMIT ? AK_EXIT_LIMIT : AK_EXIT_NETWORK, "%s", said->msg);
}

enum ak_rc ak_fetcher_get(struct ak_fetcher *f, size_t service, const char *target, struct ak_http_reply *reply,
			  struct ak_err *err)
{
	struct order order = {(uint32_t)service, (uint32_t)strlen(target)};
	struct answer a;
	char *room;

	if (order.n > TARGET_MAX) {
		ak_hint(err, "the service names a next page that cannot be asked for; --restart reads the period again");
		return ak_fail(err, AK_EXIT_NETWORK, "the address of the next page has %lu bytes, more than %d", (unsigned long)order.n, TARGET_MAX);
	}
	if (!give(f->fd, &order, sizeof order) || !give(f->fd, target, order.n) || !take(f->fd, &a, sizeof a))
		return gone(err);
	ak_buf_clear(&reply->body);
	room = a.body ? ak_buf_room(&reply->body, a.body) : NULL;
	if (a.body && (!room || !take(f->fd, room, a.body)))
		return gone(err);
	reply->body.n += a.body;
	reply->status = (long)a.status;
	reply->retry_after = a.retry_after;
	reply->transient = a.transient;
	memcpy(reply->link, a.link, sizeof reply->link);
	reply->link[sizeof reply->link - 1] = '\0';
	if (a.rc != AK_OK && err)
		take_error(err, &a.err);
	return a.rc == AK_OK ? AK_OK : AK_FAIL;
}

void ak_fetcher_stop(struct ak_fetcher *f)
{
	if (!f)
		return;
	close(f->fd);
	ak_free(f);
}
