#include "base/ak.h"
#include "pull/puller.h"

#include <stdio.h>

#include "base/limits.h"
#include "pull/page.h"
#include "pull/request.h"

enum { RECORDS, NEXT, MORE, PAGES, TOTAL, FINDS };

/* What a page said. */
struct told {
	uint64_t records;
	bool more;
	const char *cursor; /* of the next page; of a link its path */
	uint64_t total;	    /* 0 = not said */
};

static enum ak_rc stop(struct ak_puller *p, const char *why)
{
	snprintf(p->out->why, sizeof p->out->why, "%s", why);
	return AK_END;
}

static uint64_t number(const struct ak_page_find *f)
{
	uint64_t n = 0;

	for (size_t i = 0; i < f->text.n && i < 15 && ak_is_digit((unsigned char)f->text.p[i]); i++)
		n = n * 10 + (uint64_t)(f->text.p[i] - '0');
	return n;
}

/* The path of a next link, if it leads to where we are. */
static const char *linked(struct ak_puller *p)
{
	size_t n = strlen(p->j->origin);
	const char *to = p->reply.link;

	if (strncmp(to, p->j->origin, n) == 0)
		to += n;
	return to[0] == '/' && to[1] != '/' ? ak_arena_z(&p->arena, ak_str_of(to)) : NULL;
}

static void tell_next(struct ak_puller *p, const struct ak_page_find *f, struct told *t)
{
	const struct ak_api_stream *s = p->j->stream;

	switch (s->paging.by) {
	case AK_PAGING_CURSOR:
		if (f[NEXT].text.n)
			t->cursor = ak_arena_z(&p->arena, f[NEXT].text);
		t->more = s->paging.more ? ak_str_is(f[MORE].text, "true") : t->cursor != NULL;
		break;
	case AK_PAGING_NUMBER:
		t->more = s->paging.pages
				  ? (uint64_t)p->state.at.page < number(&f[PAGES]) + (uint64_t)s->paging.first - 1
			  : s->paging.more ? ak_str_is(f[MORE].text, "true")
					   : t->records > 0 && (!t->total || p->counted + t->records < t->total);
		break;
	case AK_PAGING_LINK:
		t->more = p->reply.link[0] != '\0';
		t->cursor = linked(p);
		break;
	default:
		t->more = s->paging.more && ak_str_is(f[MORE].text, "true");
	}
}

static enum ak_rc read_page(struct ak_puller *p, struct told *t)
{
	const struct ak_api_stream *s = p->j->stream;
	struct ak_page_find f[FINDS] = {[RECORDS] = {.path = s->records},
					[NEXT] = {.path = s->paging.from},
					[MORE] = {.path = s->paging.more},
					[PAGES] = {.path = s->paging.pages},
					[TOTAL] = {.path = s->paging.total}};

	if (!ak_page_read(ak_buf_str(&p->reply.body), f, FINDS, &p->arena) || !f[RECORDS].there) {
		ak_hint(p->err, "look at the address; what came before this page is stored, and the same command goes "
				"on there");
		return ak_fail(p->err, AK_EXIT_NETWORK, "page %llu of '%s' is cut short or no page of this API",
			       (unsigned long long)p->state.pages + 1, p->j->source);
	}
	*t = (struct told){.records = f[RECORDS].elements, .total = number(&f[TOTAL])};
	tell_next(p, f, t);
	return AK_OK;
}

/* A list that leads back to itself would be read for ever. */
static bool came_before(struct ak_puller *p, const char *what, const void *bytes, size_t n)
{
	struct ak_buf key;
	uint8_t digest[AK_SHA256_LEN];
	bool fresh;

	ak_sha256(bytes, n, digest);
	ak_buf_init(&key, 200);
	ak_buf_adds(&key, what);
	ak_buf_addhex(&key, digest, sizeof digest);
	ak_map_put(&p->seen, ak_buf_str(&key), &fresh);
	ak_buf_release(&key);
	return !fresh;
}

static enum ak_rc look(struct ak_puller *p, const struct told *t)
{
	enum ak_api_paging by = p->j->stream->paging.by;
	bool needs_cursor = by == AK_PAGING_CURSOR || by == AK_PAGING_LINK;

	if (!t->more)
		return p->from_start && t->total > p->counted
			       ? stop(p, "fewer records came than the service says it has")
			       : AK_OK;
	if (by == AK_PAGING_NONE)
		return stop(p, "the page says that more follow, and there is no way to ask for them");
	if (!t->records)
		return stop(p, "an empty page says that more follow");
	if (needs_cursor && !t->cursor)
		return stop(p, "a page says that more follow, but not where");
	if (needs_cursor && came_before(p, "c", t->cursor, strlen(t->cursor)))
		return stop(p, "a page leads back to one that came before");
	return AK_OK;
}

static enum ak_rc one_page(struct ak_puller *p, bool *more)
{
	struct ak_buf target;
	struct told t = {0};
	enum ak_rc rc = ak_puller_flush_some(p); /* here p->state is the next request */

	if (rc != AK_OK)
		return rc;
	ak_buf_init(&target, 1 << 15);
	ak_request_target(p->j, &p->state, &target);
	rc = target.over ? ak_fail(p->err, AK_EXIT_NETWORK, "the request is too long") : ak_puller_fetch(p, target.p);
	ak_buf_release(&target);
	if (rc != AK_OK || (rc = read_page(p, &t)) != AK_OK)
		return rc;
	*more = false;
	if (t.records && came_before(p, "p", p->reply.body.p, p->reply.body.n))
		return stop(p, "the same page came twice");
	p->counted += t.records;
	if ((rc = ak_puller_hold(p)) != AK_OK)
		return rc;
	rc = look(p, &t);
	*more = rc == AK_OK && t.more;
	if (*more) {
		p->state.at.cursor = t.cursor;
		p->state.at.page++;
	}
	ak_puller_tell(p, 0);
	return rc;
}

static enum ak_rc too_much(struct ak_puller *p)
{
	ak_hint(p->err, "what came is stored; the same command goes on there, or takes more at a time with --max-mb");
	return ak_fail(p->err, AK_EXIT_LIMIT, "'%s' has more than the %llu MiB of --max-mb", p->j->source,
		       (unsigned long long)(p->o->max_bytes >> 20));
}

enum ak_rc ak_puller_series(struct ak_puller *p)
{
	bool more = true;
	enum ak_rc rc = AK_OK;

	ak_map_init(&p->seen);
	p->counted = 0;
	p->from_start = !p->state.at.cursor && p->state.at.page == p->j->stream->paging.first;
	while (more && rc == AK_OK) {
		rc = one_page(p, &more);
		if (rc == AK_OK && more && p->out->bytes >= p->o->max_bytes)
			rc = too_much(p);
	}
	ak_map_release(&p->seen);
	return rc;
}
