#include "base/ak.h"
#include "pull/puller.h"

#include <errno.h>
#include <time.h>

#include "base/crypto.h"

enum { TRIES = 6, LONGEST_WAIT = 60, LONGEST_ASKED = 900 };

/* Answers that asking again does not change. */
static const struct verdict {
	long status;
	enum ak_exit exit;
	const char *what, *hint;
} verdicts[] = {
	{400, AK_EXIT_NETWORK, "does not take the request (status 400)",
	 "look at --since, --until and --set; --restart if a cursor has expired"},
	{401, AK_EXIT_REFUSED, "does not accept the credential (status 401)",
	 "look at which kind of key it wants: auditkit pull --list"},
	{403, AK_EXIT_REFUSED, "refuses this credential what is asked for (status 403)",
	 "look at the rights of the key, and at whether the service is switched on: auditkit pull --list"},
	{404, AK_EXIT_NETWORK, "does not know the address (status 404)",
	 "look at --base-url and --set, and at whether the service is switched on"},
	{422, AK_EXIT_NETWORK, "does not take the request (status 422)",
	 "look at --since, --until and --set; --restart if a cursor has expired"},
};

static enum ak_rc judge(struct ak_puller *p)
{
	long status = p->reply.status;

	if (status == 200)
		return AK_OK;
	for (size_t i = 0; i < AK_COUNT(verdicts); i++)
		if (verdicts[i].status == status) {
			ak_hint(p->err, "%s", verdicts[i].hint);
			return ak_fail(p->err, verdicts[i].exit, "'%s' %s", p->j->origin, verdicts[i].what);
		}
	ak_hint(p->err, "start the same command later: it goes on where it was");
	return ak_fail(p->err, AK_EXIT_NETWORK, "'%s' answers with status %ld", p->j->origin, status);
}

/* Seconds before the next try: what the service asks for, else twice as long each time, and a little more so that
 * several clients do not come back together. */
static int64_t pause_of(const struct ak_puller *p, int tried)
{
	int64_t s = tried < 6 ? 1 << tried : LONGEST_WAIT;
	uint8_t more;

	if (p->reply.retry_after)
		return p->reply.retry_after;
	ak_random(&more, 1);
	return s + s * more / 1024;
}

static enum ak_rc wait_a_while(struct ak_puller *p, int64_t s)
{
	struct timespec t = {.tv_sec = s};
	enum ak_rc rc = s > 1 ? ak_puller_flush(p) : AK_OK;

	ak_puller_tell(p, s);
	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		;
	return rc;
}

enum ak_rc ak_puller_fetch(struct ak_puller *p, const char *target)
{
	for (int tried = 0;; tried++) {
		struct ak_err failed = {0};
		enum ak_rc rc;
		int64_t pause;

		p->reply.retry_after = 0;
		p->out->requests++;
		rc = ak_fetcher_get(p->o->fetcher, p->j->service, target, &p->reply, &failed);
		if (rc == AK_OK && !p->reply.transient)
			return judge(p);
		pause = pause_of(p, tried);
		if (!p->reply.transient || tried + 1 == TRIES || pause > LONGEST_ASKED) {
			if (rc == AK_OK)
				return judge(p);
			*p->err = failed;
			return AK_FAIL;
		}
		p->out->retries++;
		rc = wait_a_while(p, pause);
		if (rc != AK_OK)
			return rc;
	}
}
