#include "base/ak.h"
#include "net/mailer.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/run.h"
#include "net/aside.h"

enum { SECONDS = 60, MESSAGE_MAX = 1 << 20 };

struct ak_mailer {
	int fd;
};

struct programs {
	const char *const *path;
	size_t n;
};

struct order {
	uint32_t program, n;
};

/* Both this process and the program that does not come to an end. */
static void on_alarm(int sig)
{
	(void)sig;
	kill(0, SIGKILL);
}

static enum ak_rc mail(const char *path, struct ak_str message, struct ak_err *err)
{
	const char *const argv[] = {path, "-t", "-i", NULL};
	struct ak_err why = {0};
	struct ak_buf out;
	enum ak_rc rc;

	ak_buf_init(&out, 1 << 16);
	alarm(SECONDS);
	rc = ak_run(argv, message, &out, &why);
	alarm(0);
	ak_buf_release(&out);
	if (rc == AK_OK)
		return AK_OK;
	ak_hint(err, "see what it wrote above, and its log; the next run sends the message again");
	if (why.sys)
		ak_hint(err, "install a mail program, or name it with program: in policy.yaml; the next run sends the message again");
	return ak_fail(err, AK_EXIT_NETWORK, why.sys ? "cannot run the mail program '%s'" : "the mail program '%s' did not take the message", path);
}

static void run(int fd, const void *opts)
{
	const struct programs *p = opts;
	static char text[MESSAGE_MAX + 1];
	struct order order;

	/* Standard input and output, which ak_run replaces. */
	(void)ak_fs_open("/dev/null", O_RDWR, 0);
	(void)ak_fs_open("/dev/null", O_RDWR, 0);
	setpgid(0, 0);
	signal(SIGALRM, on_alarm);
	while (ak_aside_take(fd, &order, sizeof order) && order.program < p->n && order.n <= MESSAGE_MAX && ak_aside_take(fd, text, order.n)) {
		struct ak_err err = {0};

		mail(p->path[order.program], ak_str_n(text, order.n), &err);
		if (!ak_aside_give(fd, &err, sizeof err))
			break;
	}
	_exit(0);
}

enum ak_rc ak_mailer_start(const char *const *program, size_t n, struct ak_mailer **out, struct ak_err *err)
{
	const struct programs p = {program, n};
	int fd;

	if (ak_aside_start(run, &p, &fd, err) != AK_OK)
		return AK_FAIL;
	*out = ak_alloc_zero(1, sizeof **out);
	(*out)->fd = fd;
	return AK_OK;
}

enum ak_rc ak_mailer_send(struct ak_mailer *m, size_t i, struct ak_str message, struct ak_err *err)
{
	struct order order = {(uint32_t)i, (uint32_t)message.n};
	struct ak_err said;

	if (message.n > MESSAGE_MAX)
		return ak_fail(err, AK_EXIT_LIMIT, "the message has %zu bytes, more than %d", message.n, MESSAGE_MAX);
	if (!ak_aside_give(m->fd, &order, sizeof order) || !ak_aside_give(m->fd, message.p, message.n) || !ak_aside_take(m->fd, &said, sizeof said)) {
		ak_hint(err, "look at its log; the next run sends the message again");
		return ak_fail(err, AK_EXIT_NETWORK, "the mail program did not end within %d s", SECONDS);
	}
	if (said.exit == AK_EXIT_OK)
		return AK_OK;
	ak_aside_error(err, &said);
	return AK_FAIL;
}

void ak_mailer_stop(struct ak_mailer *m)
{
	if (!m)
		return;
	close(m->fd);
	ak_free(m);
}
