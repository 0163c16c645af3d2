#include "base/ak.h"
#include "cmd/tail.h"

#include <stdlib.h>
#include <time.h>

#include "base/text.h"
#include "base/time.h"

enum { MOST_LINES = 10000, PAUSE_MS = 300, METHOD_WIDTH = 4, PATH_WIDTH = 24, WAIT_US = 30000000 };

/* ---- how it went ---- */

enum state { OK, WARNING, FAILED, UNKNOWN };

static const struct look {
	const char *name, *glyph, *color;
} looks[] = {
	[OK] = {"ok", "\xe2\x9c\x93", "32"},
	[WARNING] = {"warning", "\xe2\x9a\xa0", "33"},
	[FAILED] = {"failed", "\xe2\x9c\x97", "31"},
	[UNKNOWN] = {"-", "-", NULL},
};

static enum state state_of(const struct ak_tail_line *l)
{
	if (l->status)
		return l->status < 400 ? OK : l->status < 500 ? WARNING : FAILED;
	if (!l->outcome)
		return UNKNOWN;
	return strcmp(l->outcome, "success") == 0 ? OK : strcmp(l->outcome, "failure") == 0 ? FAILED : WARNING;
}

/* ---- options ---- */

static bool is_status(const char *z)
{
	return strlen(z) == 3 && z[0] >= '1' && z[0] <= '5' && ((ak_is_digit((unsigned char)z[1]) && ak_is_digit((unsigned char)z[2])) || strcmp(z + 1, "xx") == 0);
}

enum ak_rc ak_tail_options(struct ak_ctx *c, struct ak_tail *out, struct ak_err *err)
{
	int64_t lines = ak_args_int(c->args, "lines", 10);

	*out = (struct ak_tail){.c = c, .status = ak_args_list(c->args, "status"), .method = ak_args_list(c->args, "method"), .path = ak_args_text(c->args, "path"),
				.failing = ak_args_flag(c->args, "failing"), .plain = ak_args_flag(c->args, "plain"), .follow = ak_args_flag(c->args, "follow")};
	for (size_t i = 0; out->status && out->status[i]; i++)
		if (!is_status(out->status[i]))
			return ak_fail(err, AK_EXIT_USAGE, "option '--status' wants a code such as 429 or a class such as 4xx");
	if (lines < 0 || lines > MOST_LINES)
		return ak_fail(err, AK_EXIT_USAGE, "option '--lines' wants a number up to %d", MOST_LINES);
	out->want = (size_t)lines;
	out->held = ak_alloc_zero(out->want + 1, sizeof *out->held);
	out->open = ak_alloc_zero(AK_TAIL_OPEN, sizeof *out->open);
	c->io->lines = true;
	return AK_OK;
}

static bool status_fits(const char *const *list, int64_t status)
{
	for (size_t i = 0; list && list[i]; i++)
		if (list[i][1] == 'x' ? status / 100 == list[i][0] - '0' : status == strtol(list[i], NULL, 10))
			return true;
	return !list;
}

static bool word_fits(const char *const *list, const char *word)
{
	for (size_t i = 0; list && list[i]; i++)
		if (word && ak_str_eq_fold(ak_str_of(list[i]), ak_str_of(word)))
			return true;
	return !list;
}

static bool fits(const struct ak_tail *t, const struct ak_tail_line *l)
{
	enum state s = state_of(l);

	return status_fits(t->status, l->status) && word_fits(t->method, l->method) && (!t->path || (l->path && ak_str_starts(ak_str_of(l->path), ak_str_of(t->path)))) &&
	       (!t->failing || s == WARNING || s == FAILED);
}

/* ---- a line ---- */

static void as_text(const struct ak_tail *t, const struct ak_tail_line *l, struct ak_buf *out)
{
	const struct look *k = &looks[state_of(l)];
	bool paint = t->c->io->color_out && k->color;
	int width = METHOD_WIDTH;

	ak_buf_addf(out, "%s ", l->time ? l->time : "-");
	for (const char *p = l->method ? l->method : "-"; *p; p++, width--)
		ak_buf_addc(out, *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p);
	ak_buf_addf(out, "%*s ", width > 0 ? width : 0, "");
	ak_text_safe(out, ak_str_of(l->path ? l->path : "-"));
	width = PATH_WIDTH - ak_text_width(ak_str_of(l->path ? l->path : "-"));
	ak_buf_addf(out, "%*s ", width > 0 ? width : 0, "");
	if (l->status)
		ak_buf_addf(out, "%lld ", (long long)l->status);
	else
		ak_buf_adds(out, "  - ");
	if (paint)
		ak_buf_addf(out, "\033[%sm", k->color);
	ak_buf_adds(out, t->plain ? k->name : k->glyph);
	if (paint)
		ak_buf_adds(out, "\033[0m");
	if (l->error) {
		ak_buf_addc(out, ' ');
		ak_text_safe(out, ak_str_of(l->error));
	}
	ak_buf_addc(out, '\n');
}

static void as_json(const struct ak_tail_line *l, struct ak_buf *out)
{
	json_t *o = json_pack("{s:s, s:i, s:s?, s:s?, s:s?, s:s?, s:s?, s:s, s:s?, s:s?}", "schema", "auditkit.tail/1", "format_version", 1, "time", l->time, "method",
			      l->method, "path", l->path, "model", l->model, "error", l->error, "state", state_of(l) == UNKNOWN ? "unknown" : looks[state_of(l)].name,
			      "source", l->source, "cite", l->cite);
	char *text;

	json_object_set_new(o, "status", l->status ? json_integer(l->status) : json_null());
	text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
	ak_buf_addf(out, "%s\n", text ? text : "");
	ak_free(text);
	json_decref(o);
}

static void print(struct ak_tail *t, const struct ak_tail_line *l)
{
	struct ak_buf b;

	if (!fits(t, l))
		return;
	ak_buf_init(&b, 1 << 20);
	if (t->c->json)
		as_json(l, &b);
	else
		as_text(t, l, &b);
	if (t->live) {
		ak_io_text(t->c->io, ak_buf_str(&b));
		t->shown++;
	} else if (t->want) {
		ak_free(t->held[t->at]);
		t->held[t->at] = ak_buf_detach(&b);
		t->at = (t->at + 1) % t->want;
		t->n += t->n < t->want;
	}
	ak_buf_release(&b);
}

/* ---- entries of one request ---- */

static void free_open(struct ak_tail_open *o)
{
	char *const all[] = {o->id, o->time, o->method, o->path, o->model, o->error, o->cite};

	for (size_t i = 0; i < AK_COUNT(all); i++)
		ak_free(all[i]);
	*o = (struct ak_tail_open){0};
}

static struct ak_tail_open *open_of(struct ak_tail *t, const char *id)
{
	for (size_t i = t->nopen; id && i--;) {
		struct ak_tail_open *o = &t->open[(t->open_at + i) % AK_TAIL_OPEN];

		if (o->id && strcmp(o->id, id) == 0)
			return o;
	}
	return NULL;
}

/* The oldest one goes; what was answered is empty. */
static void close_oldest(struct ak_tail *t)
{
	struct ak_tail_open *o = &t->open[t->open_at];
	struct ak_tail_line l = {.time = o->time, .method = o->method, .path = o->path, .outcome = o->failed ? "failure" : NULL, .model = o->model, .error = o->error,
				 .source = t->source, .cite = o->cite};

	if (o->id)
		print(t, &l);
	free_open(o);
	t->open_at = (t->open_at + 1) % AK_TAIL_OPEN;
	t->nopen--;
}

void ak_tail_close(struct ak_tail *t, bool all)
{
	int64_t before = all ? INT64_MAX : ak_time_steady() - WAIT_US;

	while (t->nopen && (t->open[t->open_at].since_us < before || !t->open[t->open_at].id))
		close_oldest(t);
}

static char *copy(const char *z) { return z ? ak_strdup(z) : NULL; }

static void open_one(struct ak_tail *t, const struct ak_tail_line *l, bool failed)
{
	struct ak_tail_open *o = open_of(t, l->id);

	if (o) { /* an error behind its request, say */
		o->failed |= failed;
		if (l->error && !o->error)
			o->error = ak_strdup(l->error);
		return;
	}
	if (t->nopen == AK_TAIL_OPEN)
		close_oldest(t);
	o = &t->open[(t->open_at + t->nopen++) % AK_TAIL_OPEN];
	*o = (struct ak_tail_open){.id = copy(l->id), .time = copy(l->time), .method = copy(l->method), .path = copy(l->path), .model = copy(l->model),
				   .error = copy(l->error), .cite = copy(l->cite), .failed = failed, .since_us = ak_time_steady()};
}

void ak_tail_take(struct ak_tail *t, const struct ak_tail_line *l)
{
	struct ak_tail_line whole = *l;
	struct ak_tail_open *o;

	if (l->facet && strcmp(l->facet, "security") == 0)
		return;
	if (l->facet && l->id && strcmp(l->facet, "response") != 0) {
		open_one(t, l, strcmp(l->facet, "error") == 0);
		return;
	}
	o = l->facet ? open_of(t, l->id) : NULL;
	if (o) {
		whole.time = o->time ? o->time : whole.time;
		whole.method = whole.method ? whole.method : o->method;
		whole.path = whole.path ? whole.path : o->path;
		whole.model = whole.model ? whole.model : o->model;
		if (!whole.error && state_of(l) != OK)
			whole.error = o->error;
	}
	print(t, &whole);
	if (o)
		free_open(o);
}

enum ak_rc ak_tail_go_live(struct ak_tail *t, struct ak_err *err)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t k = (t->at + t->want - t->n + i) % t->want;

		ak_io_text(t->c->io, ak_str_of(t->held[k]));
	}
	t->shown = t->n;
	t->n = 0;
	t->live = true;
	return ak_io_flush(t->c->io, err);
}

void ak_tail_begin_again(struct ak_tail *t)
{
	for (size_t i = 0; i < t->want; i++) {
		ak_free(t->held[i]);
		t->held[i] = NULL;
	}
	for (; t->nopen; t->nopen--, t->open_at = (t->open_at + 1) % AK_TAIL_OPEN)
		free_open(&t->open[t->open_at]);
	t->n = t->at = 0;
	t->seen = t->unread = t->other = 0;
}

void ak_tail_release(struct ak_tail *t)
{
	if (t->held)
		ak_tail_begin_again(t);
	ak_free(t->held);
	ak_free(t->open);
	t->held = NULL;
	t->open = NULL;
}

void ak_tail_pause(void)
{
	struct timespec s = {.tv_nsec = PAUSE_MS * 1000000L};

	nanosleep(&s, NULL);
}
