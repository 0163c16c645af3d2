/* Findings told where policy.yaml says: each finding once at each target, until it is gone and comes back. What was not taken is tried again
 * by the next run; nothing else is lost by it. Reads and writes notified.jsonl; the network is that of processes of their own. */
#ifndef AK_NOTIFY_NOTIFY_H
#define AK_NOTIFY_NOTIFY_H

#include "net/fetcher.h"
#include "net/mailer.h"
#include "notify/target.h"

struct ak_notify_opts {
	const char *workspace, *workspace_id; /* folder, id */
	const struct ak_notify_target *target;
	size_t n;
	const size_t *service; /* of the fetcher or the mailer, by target */
	const char *const *place; /* host or program, by target, for people */
	struct ak_fetcher *fetcher; /* NULL when no target wants it, or nothing is to be sent; likewise mailer */
	struct ak_mailer *mailer;
	bool dry_run;
	/* dry_run: a message as it would go out */
	void (*would)(void *ctx, const struct ak_notify_target *t, struct ak_str message);
	/* A try failed and the next one is so many seconds away. */
	void (*waits)(void *ctx, const struct ak_notify_target *t, int64_t seconds);
	void *ctx;
};

#ifdef __cplusplus
extern "C" {
#endif

/* doc: of ak_check_all. *out, the caller's: [{target, type, place, state: "sent"|"nothing new"|"failed"|"would be sent", new, failing, notification (null
 * when nothing is new), tries, why (failed)}]. A target that fails stops no other: AK_FAIL with AK_EXIT_NETWORK and the first reason then, *out is set all the
 * same. AK_EXIT_IO, AK_EXIT_CORRUPT: of notified.jsonl; nothing was sent then, or it will be sent again, and *out is NULL. */
enum ak_rc ak_notify(const struct ak_notify_opts *o, const json_t *doc, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
