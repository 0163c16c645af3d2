#include "base/ak.h"
#include "pull/puller.h"

#include <stdio.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/time.h"
#include "pull/request.h"

#define GROUP_BYTES ((size_t)4 << 20)
#define GROUP_US 5000000

/* "openai-audit-20260616T041500Z-000012.json": when, and the number of the page in its pull. */
static char *name_of(const struct ak_puller *p, int64_t now)
{
	char z[32];
	struct ak_buf b;

	ak_time_z(now, 0, z);
	ak_buf_init(&b, 1024);
	ak_buf_addf(&b, "%s-%.4s%.2s%.5s%.2s%.2sZ-%06llu.json", p->j->source, z, z + 5, z + 8, z + 14, z + 17,
		    (unsigned long long)p->state.pages + 1);
	return ak_buf_detach(&b);
}

static char *request_of(const struct ak_puller *p)
{
	struct ak_arena a;
	struct ak_str safe;
	struct ak_buf b;
	char *z;

	ak_arena_init(&a);
	ak_buf_init(&b, 1 << 16);
	ak_request_words(p->j, &p->state, &b);
	safe = ak_redact_text(p->o->ingest.redactor, ak_buf_str(&b), &a, NULL);
	z = ak_strndup(safe.p, safe.n);
	ak_buf_release(&b);
	ak_arena_release(&a);
	return z;
}

static enum ak_rc save(const struct ak_puller *p, const struct ak_page *page)
{
	AK_CLEANUP(ak_free_charp) char *path = p->j->save ? ak_fs_join(p->j->save, page->name) : NULL;

	return path ? ak_fs_write_file(path, page->body, 0600, true, p->err) : AK_OK;
}

/* A page without a record looks like none: then the API says what it is. */
static bool is_known(const struct ak_puller *p)
{
	const struct ak_mapping *m;
	struct ak_detection why;
	struct ak_err ignored = {0};

	return ak_registry_detect(p->o->ingest.registry, ak_buf_str(&p->reply.body), true, &m, &why, &ignored) == AK_OK;
}

enum ak_rc ak_puller_hold(struct ak_puller *p)
{
	struct ak_page *page = &p->page[p->npages];
	int64_t now = ak_time_now();

	if (!p->npages)
		p->group_start = now;
	*page = (struct ak_page){.time_us = now, .saved = p->j->save != NULL};
	page->name = name_of(p, now);
	page->request = request_of(p);
	page->format = is_known(p) ? NULL : p->format;
	page->body.n = p->reply.body.n;
	page->body.p = ak_buf_detach(&p->reply.body);
	ak_buf_init(&p->reply.body, AK_MAX_PAGE_BYTES);
	p->npages++;
	p->held += page->body.n;
	p->state.pages++;
	p->out->pages++;
	p->out->bytes += page->body.n;
	return save(p, page);
}

static void let_go(struct ak_puller *p)
{
	for (size_t i = 0; i < p->npages; i++) {
		ak_free((char *)(uintptr_t)p->page[i].name);
		ak_free((char *)(uintptr_t)p->page[i].request);
		ak_free((char *)(uintptr_t)p->page[i].body.p);
	}
	p->npages = p->held = 0;
}

static enum ak_rc seal(void *ctx, const struct ak_ingest_result *r, struct ak_err *err)
{
	struct ak_puller *p = ctx;

	if (r->failed_files || r->incomplete_files) {
		ak_hint(err, "keep the pages with --save DIR and look at them with 'auditkit formats try'");
		return ak_fail(err, AK_EXIT_INPUT,
			       "%llu of %zu pages of '%s' are of no known format; they are not stored",
			       (unsigned long long)(r->failed_files + r->incomplete_files), p->npages, p->j->source);
	}
	return ak_pull_state_write(p->o->ingest.store, p->j->source, p->of, &p->state, p->o->ingest.redactor, err);
}

static void add(struct ak_counts *to, const struct ak_counts *c)
{
	to->in += c->in;
	to->stored += c->stored;
	to->duplicate += c->duplicate;
	to->rejected += c->rejected;
	to->blank += c->blank;
	to->excluded += c->excluded;
	to->expired += c->expired;
	to->conflict += c->conflict;
	to->superseded += c->superseded;
}

/* A period without a page has nothing to ingest, but the place is remembered. */
static enum ak_rc remember(struct ak_puller *p)
{
	struct ak_store *s = p->o->ingest.store;
	enum ak_rc rc = ak_store_begin(s, p->err);

	if (rc == AK_OK)
		rc = ak_pull_state_write(s, p->j->source, p->of, &p->state, p->o->ingest.redactor, p->err);
	if (rc == AK_OK)
		return ak_store_commit(s, p->err);
	ak_store_rollback(s);
	return rc;
}

enum ak_rc ak_puller_flush(struct ak_puller *p)
{
	struct ak_ingest_opts o = p->o->ingest;
	struct ak_ingest_source source = {.name = p->j->source,
					  .owner = p->j->owner,
					  .system = p->j->system,
					  .pages = p->page,
					  .npages = p->npages};
	struct ak_ingest_result r;
	enum ak_rc rc;

	if (!p->npages)
		return p->state.open ? AK_OK : remember(p);
	o.sources = &source;
	o.nsources = 1;
	o.max_rejects = INT64_MAX; /* so that all of the run is one transaction */
	o.seal = seal;
	o.ctx = p;
	rc = ak_ingest(&o, &r, p->err);
	if (rc == AK_OK)
		add(&p->out->counts, &r.counts);
	let_go(p);
	return rc;
}

enum ak_rc ak_puller_flush_some(struct ak_puller *p)
{
	bool due = p->npages == AK_GROUP_PAGES || p->held >= GROUP_BYTES ||
		   (p->npages && ak_time_now() - p->group_start >= GROUP_US);

	return due ? ak_puller_flush(p) : AK_OK;
}

void ak_puller_tell(const struct ak_puller *p, int64_t waiting_s)
{
	struct ak_pull_progress now = {.source = p->j->source,
				       .pages = p->out->pages,
				       .records = p->out->counts.in + p->counted,
				       .bytes = p->out->bytes,
				       .waiting_s = waiting_s};

	if (p->o->progress)
		p->o->progress(p->o->ctx, &now);
}
