#include "base/ak.h"
#include "pull/pull.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/time.h"
#include "pull/page.h"
#include "pull/puller.h"
#include "pull/request.h"

#define LOCK_MS 5000

struct parents {
	struct ak_arena *arena;
	const char **id;
	size_t n, cap;
};

static void add_parent(void *ctx, struct ak_str id)
{
	struct parents *l = ctx;

	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->id = ak_realloc(l->id, l->cap * sizeof *l->id);
	}
	l->id[l->n++] = ak_arena_z(l->arena, id);
}

/* One page of the list of parents; *cursor: of this page, then of the next, NULL behind the last. */
static enum ak_rc parents_page(struct ak_puller *p, struct parents *l, const char **cursor)
{
	const struct ak_api_stream *s = p->j->stream;
	struct ak_page_find f[] = {{.path = s->each.id, .each = add_parent, .ctx = l},
				   {.path = s->each.records},
				   {.path = s->paging.from},
				   {.path = s->paging.more}};
	struct ak_buf target;
	bool more;
	enum ak_rc rc;

	ak_buf_init(&target, 1 << 15);
	ak_request_parents(p->j, *cursor, &target);
	rc = ak_puller_fetch(p, target.p);
	ak_buf_release(&target);
	if (rc != AK_OK)
		return rc;
	if (!ak_page_read(ak_buf_str(&p->reply.body), f, AK_COUNT(f), &p->arena) || !f[1].there)
		return ak_fail(p->err, AK_EXIT_NETWORK,
			       "the list that '%s' goes along is cut short or no page of this API", p->j->source);
	more = s->paging.more ? ak_str_is(f[3].text, "true") : f[2].text.n > 0;
	if (more && (!f[2].text.n || (*cursor && ak_str_is(f[2].text, *cursor))))
		return ak_fail(p->err, AK_EXIT_NETWORK, "the list that '%s' goes along does not say how it goes on",
			       p->j->source);
	*cursor = more ? ak_arena_z(&p->arena, f[2].text) : NULL;
	return AK_OK;
}

static enum ak_rc list_parents(struct ak_puller *p, struct parents *l)
{
	const char *cursor = NULL;
	enum ak_rc rc;

	do
		rc = parents_page(p, l, &cursor);
	while (rc == AK_OK && cursor);
	return rc;
}

/* Of a list that has changed meanwhile: the parent that was being read may be gone, then all are read. */
static size_t first_parent(const struct parents *l, const char *id)
{
	for (size_t i = 0; id && i < l->n; i++)
		if (strcmp(l->id[i], id) == 0)
			return i;
	return 0;
}

static void rewind_series(struct ak_puller *p)
{
	p->state.at.cursor = NULL;
	p->state.at.page = p->j->stream->paging.first;
}

static enum ak_rc each_parent(struct ak_puller *p)
{
	struct parents l = {.arena = &p->arena};
	enum ak_rc rc = list_parents(p, &l);
	size_t first = first_parent(&l, p->state.at.parent);

	for (size_t i = first; i < l.n && rc == AK_OK; i++) {
		if (i > first || !p->state.at.parent || strcmp(p->state.at.parent, l.id[i]) != 0)
			rewind_series(p);
		p->state.at.parent = l.id[i];
		rc = ak_puller_series(p);
	}
	ak_free(l.id);
	return rc;
}

static enum ak_rc passes(struct ak_puller *p)
{
	enum ak_rc rc = AK_OK;

	while (rc == AK_OK && p->state.at.pass < p->j->stream->npasses) {
		rc = p->j->stream->each.path ? each_parent(p) : ak_puller_series(p);
		if (rc != AK_OK)
			return rc;
		p->state.at.pass++;
		p->state.at.parent = NULL;
		rewind_series(p);
	}
	return rc;
}

/* A period that lies apart from the regular ones leaves their mark where it is: what lies between is not known. */
static void close_period(struct ak_puller *p)
{
	struct ak_pull_state *st = &p->state;

	if (p->out->windowed && (!st->any_through || (st->from_us <= st->through_us && st->to_us > st->through_us))) {
		st->any_through = true;
		st->through_us = st->to_us;
	}
	st->open = false;
}

static enum ak_rc end(struct ak_puller *p, enum ak_rc rc)
{
	struct ak_err failed = *p->err;
	enum ak_rc stored;

	p->out->complete = rc == AK_OK;
	if (rc == AK_OK)
		close_period(p);
	/* Stopped short: the next pull reads the period again from its beginning. */
	if (rc == AK_END) {
		p->state.at = (struct ak_pull_place){.page = p->j->stream->paging.first};
		p->state.pages = 0;
	}
	if (rc == AK_FAIL)
		ak_err_clear(p->err);
	stored = ak_puller_flush(p);
	if (stored != AK_OK)
		return stored;
	if (rc == AK_FAIL)
		*p->err = failed;
	return rc == AK_END ? AK_OK : rc;
}

static const char *format_of(const struct ak_puller *p)
{
	const struct ak_mapping *m;
	struct ak_err ignored = {0};

	for (const char *const *f = p->j->stream->formats; *f; f++)
		if (ak_registry_find(p->o->ingest.registry, *f, &m, &ignored) == AK_OK)
			return *f;
	return NULL;
}

enum ak_rc ak_pull(const struct ak_pull_opts *o, const struct ak_pull_job *j, struct ak_pull_result *out,
		   struct ak_err *err)
{
	struct ak_puller p = {.o = o, .j = j, .out = out, .err = err, .of = {j->api->id, j->stream->name}};
	enum ak_rc rc;

	*out = (struct ak_pull_result){.windowed = j->stream->window.from != NULL};
	ak_arena_init(&p.arena);
	ak_buf_init(&p.reply.body, AK_MAX_PAGE_BYTES);
	p.of[2] = ak_arena_printf(&p.arena, "%s%s", j->origin, j->prefix).p;
	p.format = format_of(&p);
	/* Two pulls at once would ask for everything twice. */
	rc = ak_store_lock(o->ingest.store, LOCK_MS, err);
	if (rc == AK_OK)
		rc = ak_pull_plan(o->ingest.store, j, &p.arena, &p.state, &out->resumed, err);
	out->from_us = p.state.from_us;
	out->to_us = p.state.to_us;
	out->complete = rc == AK_OK && !p.state.open;
	if (rc == AK_OK && p.state.open)
		rc = end(&p, passes(&p));
	ak_buf_release(&p.reply.body);
	ak_arena_release(&p.arena);
	return rc;
}
