#include "base/ak.h"
#include "notify/notify.h"

#include <errno.h>
#include <time.h>

#include "base/jsonget.h"
#include "notify/book.h"
#include "notify/message.h"
#include "notify/news.h"

enum { TRIES = 4, LONGEST_WAIT = 60 };

#define MESSAGE_BYTES ((size_t)1 << 20)

static void wait_a_while(int64_t s)
{
	struct timespec t = {.tv_sec = s};

	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		;
}

static enum ak_rc taken(const struct ak_notify_opts *o, size_t i, const struct ak_http_reply *r, struct ak_err *err)
{
	if (r->status >= 200 && r->status < 300)
		return AK_OK;
	if (r->status == 401 || r->status == 403 || r->status == 404 || r->status == 410)
		ak_hint(err, "look at the address and the token of target %s; the next run sends the message again", o->target[i].name);
	else
		ak_hint(err, "the next run sends the message again");
	return ak_fail(err, AK_EXIT_NETWORK, "'%.200s' answers with status %ld", o->place[i], r->status);
}

/* Twice as long each time, or what the service asks for while that is not too long. */
static enum ak_rc post(const struct ak_notify_opts *o, size_t i, struct ak_str message, int *tries, struct ak_err *err)
{
	struct ak_http_reply r = {0};
	enum ak_rc rc;
	int64_t pause;

	ak_buf_init(&r.body, MESSAGE_BYTES);
	for (*tries = 1;; ++*tries) {
		ak_err_clear(err);
		r.retry_after = 0;
		rc = ak_fetcher_post(o->fetcher, o->service[i], message, &r, err);
		if (rc == AK_OK)
			rc = taken(o, i, &r, err);
		pause = r.retry_after ? r.retry_after : INT64_C(1) << (*tries - 1);
		if (rc == AK_OK || !r.transient || *tries == TRIES || pause > LONGEST_WAIT)
			break;
		o->waits(o->ctx, &o->target[i], pause);
		wait_a_while(pause);
	}
	ak_buf_release(&r.body);
	return rc;
}

static enum ak_rc send_one(const struct ak_notify_opts *o, size_t i, struct ak_str message, int *tries, struct ak_err *err)
{
	if (o->target[i].type != AK_NOTIFY_SENDMAIL)
		return post(o, i, message, tries, err);
	*tries = 1;
	return ak_mailer_send(o->mailer, o->service[i], message, err);
}

/* [{check, ids}] of what a message is about. */
static json_t *findings_of(const json_t *news)
{
	json_t *list = json_array(), *k;
	size_t i;

	json_array_foreach(json_object_get(news, "checks"), i, k)
		json_array_append_new(list, json_pack("{s:O, s:O}", "check", json_object_get(k, "check"), "ids", json_object_get(k, "ids")));
	return list;
}

static enum ak_rc write_down(struct ak_book *book, const struct ak_notify_target *t, const json_t *news, const char *id, enum ak_rc sent, const char *why,
			     struct ak_err *err)
{
	const char *type = ak_notify_type_name(t->type);
	json_t *findings;
	enum ak_rc rc;

	if (sent != AK_OK)
		return ak_book_failed(book, t->name, type, id, ak_jnum(news, "new"), why, err);
	findings = findings_of(news);
	rc = ak_book_told(book, t->name, type, id, findings, err);
	json_decref(findings);
	return rc;
}

/* *failed: why the message was not taken. AK_FAIL: the book cannot be written. */
static enum ak_rc tell(const struct ak_notify_opts *o, size_t i, const json_t *doc, struct ak_book *book, json_t *list, struct ak_err *failed, struct ak_err *err)
{
	const struct ak_notify_target *t = &o->target[i];
	json_t *news = ak_news(doc, t, book), *said;
	char id[AK_NOTIFICATION_ID];
	const char *state = "nothing new";
	struct ak_buf message;
	int tries = 0;
	enum ak_rc rc = AK_OK;

	ak_buf_init(&message, MESSAGE_BYTES);
	if (ak_jnum(news, "new")) {
		ak_notification_id(o->workspace_id, t, news, book, id);
		ak_notification_write(o->workspace_id, t, news, id, &message);
		state = o->dry_run ? "would be sent" : "sent";
		if (o->dry_run) {
			o->would(o->ctx, t, ak_buf_str(&message));
		} else {
			enum ak_rc sent = message.over ? ak_fail(failed, AK_EXIT_LIMIT, "the message to '%s' would be too long", t->name)
						       : send_one(o, i, ak_buf_str(&message), &tries, failed);

			state = sent == AK_OK ? "sent" : "failed";
			rc = write_down(book, t, news, id, sent, failed->msg, err);
		}
	}
	said = json_pack("{s:s, s:s, s:s, s:s, s:O, s:O, s:s?, s:i}", "target", t->name, "type", ak_notify_type_name(t->type), "place", o->place[i], "state", state,
			 "new", json_object_get(news, "new"), "failing", json_object_get(news, "failing"), "notification", ak_jnum(news, "new") ? id : NULL, "tries",
			 tries);
	if (failed->msg[0])
		json_object_set_new(said, "why", json_string(failed->msg));
	json_array_append_new(list, said);
	ak_buf_release(&message);
	json_decref(news);
	return rc;
}

enum ak_rc ak_notify(const struct ak_notify_opts *o, const json_t *doc, json_t **out, struct ak_err *err)
{
	json_t *list = json_array(), *gone;
	struct ak_err first = {0};
	struct ak_book book;
	enum ak_rc rc = ak_book_open(o->workspace, !o->dry_run, &book, err);

	if (rc != AK_OK) {
		json_decref(list);
		return rc;
	}
	gone = ak_news_gone(doc, &book);
	if (json_array_size(gone) && !o->dry_run)
		rc = ak_book_gone(&book, gone, err);
	json_decref(gone);
	for (size_t i = 0; i < o->n && rc == AK_OK; i++) {
		struct ak_err failed = {0};

		rc = tell(o, i, doc, &book, list, &failed, err);
		if (failed.msg[0] && !first.msg[0])
			first = failed;
	}
	ak_book_close(&book);
	if (rc != AK_OK) {
		json_decref(list);
		return rc;
	}
	*out = list;
	if (!first.msg[0])
		return AK_OK;
	*err = first;
	return AK_FAIL;
}
