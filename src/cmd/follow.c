#include "base/ak.h"
#include "cmd/follow.h"

#include <signal.h>

#include "base/fs.h"
#include "base/time.h"

static volatile sig_atomic_t asked;

static void ask(int sig)
{
	(void)sig;
	asked = 1;
}

enum ak_rc ak_follow_check(const struct ak_ctx *c, struct ak_err *err)
{
	static const char *const whole[] = {"dry-run", "strict", "max-rejects", "remap", "manual"};
	const struct ak_args *a = c->args;

	for (const struct ak_opt *o = a->cmd->opts; o->name; o++)
		for (size_t i = 0; i < AK_COUNT(whole); i++)
			if (strcmp(o->name, whole[i]) == 0 && ak_args_flag(a, o->name)) {
				ak_hint(err, "give it without --follow when the file is complete");
				return ak_fail(err, AK_EXIT_USAGE, "options '--follow' and '--%s' do not go together", o->name);
			}
	if (a->nwords == 1 && strcmp(a->word[0], "-") != 0 && !strpbrk(a->word[0], "*?[") && !ak_fs_is_dir(a->word[0]))
		return AK_OK;
	ak_hint(err, "name the file that is being written; what others wrote is read without --follow");
	return ak_fail(err, AK_EXIT_USAGE, "option '--follow' wants one file");
}

void ak_follow_start(struct ak_ctx *c)
{
	struct sigaction sa = {.sa_handler = ask, .sa_flags = (int)(SA_RESTART | SA_RESETHAND)};

	asked = 0;
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	c->io->lines = true;
	ak_io_note(c->io, "follow", "reading on as the file grows; Ctrl-C or SIGTERM ends it");
}

bool ak_follow_stopping(void) { return asked != 0; }

static json_t *counts_json(const struct ak_counts *n)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "records_in", (json_int_t)n->in, "stored", (json_int_t)n->stored, "duplicate",
			 (json_int_t)n->duplicate, "rejected", (json_int_t)n->rejected, "blank", (json_int_t)n->blank, "expired",
			 (json_int_t)n->expired);
}

void ak_follow_tail(struct ak_ctx *c, const struct ak_ingest_tail *t)
{
	char now[32], newest[32] = "", a[32], b[32], d[32], r[32], all[32];

	ak_time_z(ak_time_now(), 0, now);
	if (t->last_us != INT64_MIN)
		ak_time_z(t->last_us, 0, newest);
	if (c->json) {
		json_t *doc = json_pack("{s:s, s:i, s:s, s:s, s:s, s:o, s:o, s:s?}", "schema", "auditkit.ingest-follow/1", "format_version", 1,
					"time", now, "source", t->source, "file", t->file, "added", counts_json(&t->added), "total",
					counts_json(&t->all), "newest", newest[0] ? newest : NULL);

		(void)ak_io_json(c->io, doc, NULL);
		json_decref(doc);
		return;
	}
	ak_io_line(c->io, "added", "%s of %s: %s stored, %s duplicate, %s rejected; %s in all, newest %s", ak_thousands(t->added.in, a),
		   t->source, ak_thousands(t->added.stored, b), ak_thousands(t->added.duplicate, d), ak_thousands(t->added.rejected, r),
		   ak_thousands(t->all.in, all), newest[0] ? newest : "unknown");
	ak_io_flush(c->io, NULL);
}
