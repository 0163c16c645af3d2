#include "base/ak.h"
#include "cmd/cmd.h"

#include <stdio.h>

#include "base/jsonget.h"
#include "cmd/follow.h"
#include "cmd/tail.h"
#include "query/latest.h"

enum { BLOCK = 1000, WINDOW = 2000 };

/* ---- the workspace ---- */

struct walk {
	struct ak_tail *t;
	int64_t next; /* behind the last place that was seen */
	size_t rows;
};

static enum ak_rc on_row(void *ctx, json_t *row, struct ak_err *err)
{
	struct walk *w = ctx;
	const char *path = ak_jtxt(row, "endpoint", NULL), *facet = ak_jtxt(row, "facet", NULL);
	struct ak_tail_line l;
	char cite[160];

	(void)err;
	w->rows++;
	w->t->seen++;
	w->next = (int64_t)ak_jnum(row, "seq") + 1;
	snprintf(cite, sizeof cite, "%s:%lld", ak_jtxt(row, "source", "?"), (long long)ak_jnum(row, "seq"));
	l = (struct ak_tail_line){.id = ak_jtxt(row, "id", NULL), .facet = facet, .time = ak_jtxt(row, "time", NULL), .method = ak_jtxt(row, "http_method", NULL),
				  .path = path || facet ? path : ak_jtxt(row, "operation", NULL), .outcome = ak_jtxt(row, "outcome", NULL),
				  .model = ak_jtxt(row, "model", NULL), .error = ak_jtxt(row, "error", NULL), .source = ak_jtxt(row, "source", NULL), .cite = cite,
				  .status = (int64_t)ak_jnum(row, "status_code")};
	ak_tail_take(w->t, &l);
	return AK_OK;
}

static enum ak_rc forth(struct walk *w, struct ak_err *err)
{
	enum ak_rc rc;

	do {
		w->rows = 0;
		rc = ak_query_latest_each(w->t->c->store, w->next, BLOCK, on_row, w, err);
	} while (rc == AK_OK && w->rows == BLOCK && !ak_follow_stopping());
	return rc;
}

/* From ever further back, until enough fit. */
static enum ak_rc newest(struct walk *w, struct ak_err *err)
{
	int64_t end = 0, window = WINDOW;
	enum ak_rc rc = ak_query_latest_end(w->t->c->store, &end, err);

	for (; rc == AK_OK; window *= 8) {
		ak_tail_begin_again(w->t);
		w->next = end > window ? end - window : 0;
		rc = forth(w, err);
		if (w->t->n >= w->t->want || end <= window || ak_follow_stopping())
			break;
	}
	if (!w->t->follow)
		ak_tail_close(w->t, true);
	return rc == AK_OK ? ak_tail_go_live(w->t, err) : rc;
}

static enum ak_rc workspace(struct ak_tail *t, struct ak_err *err)
{
	struct walk w = {.t = t};
	enum ak_rc rc = newest(&w, err);

	while (rc == AK_OK && t->follow && !ak_follow_stopping()) {
		ak_tail_pause();
		rc = forth(&w, err);
		ak_tail_close(t, false);
		if (rc == AK_OK)
			rc = ak_io_flush(t->c->io, err);
	}
	ak_tail_close(t, true);
	return rc;
}

/* ---- both ---- */

static enum ak_rc no_workspace(struct ak_err *err)
{
	ak_hint(err, "name a log, or a workspace with -w DIR");
	return ak_fail(err, AK_EXIT_USAGE, "there is no workspace here whose requests could be shown");
}

/* Counts with what they are of; where nothing fits, also that there is something. */
static void say(struct ak_tail *t)
{
	if (t->unread)
		ak_io_note(t->c->io, "unread", "%s of %s lines are no records: auditkit ingest --dry-run says why", AK_NUM(t->unread), AK_NUM(t->seen));
	if (t->other)
		ak_io_note(t->c->io, "other", "%s of %s records are no requests", AK_NUM(t->other), AK_NUM(t->seen));
	if (!t->shown && t->seen)
		ak_io_note(t->c->io, "none", "of %s requests fits", AK_NUM(t->seen - t->unread - t->other));
	if (!t->seen)
		ak_io_note(t->c->io, "none", "there is no request yet");
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *file = c->args->nwords ? c->args->word[0] : NULL;
	struct ak_tail t;
	enum ak_rc rc = ak_tail_options(c, &t, err);

	if (rc == AK_OK && !file && !c->store)
		rc = no_workspace(err);
	if (rc == AK_OK && !file && ak_args_text(c->args, "format"))
		rc = ak_fail(err, AK_EXIT_USAGE, "option '--format' says how a log is read: name one");
	if (rc == AK_OK && !file)
		rc = ak_cmd_log_access(c, 0, err);
	if (rc == AK_OK && t.follow)
		ak_follow_start(c);
	if (rc == AK_OK)
		rc = file ? ak_tail_file(&t, file, ak_args_text(c->args, "format"), err) : workspace(&t, err);
	if (rc == AK_OK)
		say(&t);
	ak_tail_release(&t);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"follow", 'f', AK_OPT_FLAG, NULL, "go on as requests come, until Ctrl-C"},
	{"lines", 'n', AK_OPT_INT, "N", "so many that are there already (default: 10)"},
	{"status", 0, AK_OPT_LIST, "S", "only these: a code such as 429 or a class such as 5xx"},
	{"method", 0, AK_OPT_LIST, "M", "only these methods"},
	{"path", 0, AK_OPT_TEXT, "PREFIX", "only paths that begin so"},
	{"failing", 0, AK_OPT_FLAG, NULL, "only what did not go well"},
	{"plain", 0, AK_OPT_FLAG, NULL, "the words ok, warning and failed in place of signs"},
	{"format", 0, AK_OPT_TEXT, "ID", "read the log by this mapping, whatever it looks like"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit tail", "the newest requests of the workspace"},
	{"auditkit tail --failing --lines 20", "those that were refused or failed"},
	{"auditkit tail --plain --status 429", "without signs, of one status"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_tail = {
	.name = "tail",
	.args = "[LOG]",
	.summary = "a live view of requests: time, method, path, status",
	.text = "Of the workspace, in the order in which ingest stored them; with --follow what another ingest --follow stores is shown as it\n"
		"comes. Or of the log of a gateway, as it is written, without storing anything: its records are mapped and redacted as ingest does\n"
		"it, under the key of the workspace, or where there is none a key that nobody keeps, and no byte of it is shown before. A log that is\n"
		"renamed and begun anew, or cut, is gone on with.\n\n"
		"A check mark stands for success, a warning sign for 4xx, a cross for 5xx and failures without a status, - for what the source does\n"
		"not say. Entries of one request are one line, when its answer has come or half a minute is over. Where a source gives no path its operation stands there. Colours are for terminals. With --json each request is a document\n"
		"on a line of its own. Ctrl-C or SIGTERM ends --follow with exit code 0.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_MAYBE | AK_NEED_REGISTRY | AK_NEED_INPUT | AK_NEED_ACCESS,
	.max_words = 1,
	.run = run,
};
