/* First thread: reads every input, hashes it and hands out chunks of a fixed size, so that a prefix digest taken at a
 * chunk's end can be taken again by a later run. */
#include "base/ak.h"
#include "ingest/intake.h"

#include <pthread.h>
#include <stdio.h>

#include "base/arena.h"

struct ak_chunk *ak_intake_chunk(enum ak_chunk_kind kind, size_t room)
{
	struct ak_chunk *c = ak_alloc(sizeof *c + room);

	memset(c, 0, sizeof *c);
	c->kind = kind;
	return c;
}

void ak_intake_send(struct ak_intake *r, struct ak_chunk *c)
{
	if (r->in)
		c->total = ak_inputs_total(r->in, &c->done);
	if (!ak_queue_push(&r->p->chunks, c)) {
		ak_chunk_free(c);
		r->stopped = true;
	}
}

char *ak_intake_name(const struct ak_intake *r, struct ak_str name)
{
	struct ak_arena a;
	struct ak_redact_ledger ignored;
	struct ak_str safe;
	char *z;

	ak_arena_init(&a);
	ak_ledger_init(&ignored);
	safe = ak_redact_text(r->p->o->redactor, name, &a, &ignored);
	z = ak_strndup(safe.p, safe.n);
	ak_ledger_release(&ignored);
	ak_arena_release(&a);
	return z;
}

void ak_intake_error(const struct ak_intake *r, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *msg = ak_intake_name(r, ak_str_of(err->msg));

	snprintf(err->msg, sizeof err->msg, "%s", msg);
}

bool ak_intake_continues(const char *path, const struct ak_file_row *row)
{
	struct ak_inputs *in = NULL;
	struct ak_file_info info;
	struct ak_err err = {0};
	uint64_t left = row->check_offset;
	char *buf = ak_alloc(AK_CHUNK_BYTES), hex[65];
	uint8_t digest[32];
	bool same = false;

	if (ak_inputs_open(&path, 1, &in, &err) == AK_OK && ak_inputs_next(in, &info, &err) == AK_OK) {
		size_t n = 1;
		while (left && n) {
			size_t want = left < AK_CHUNK_BYTES ? (size_t)left : AK_CHUNK_BYTES;
			if (ak_inputs_read(in, buf, want, &n, &err) != AK_OK)
				n = 0;
			left -= n;
		}
		ak_inputs_peek(in, digest);
		ak_hex(digest, sizeof digest, hex);
		same = left == 0 && strcmp(hex, row->check_sha256) == 0;
	}
	ak_inputs_free(in);
	ak_free(buf);
	return same;
}

static struct ak_file_row *resume_of(struct ak_intake *r, const struct ak_chunk *c, const struct ak_file_info *info)
{
	struct ak_pipe *p = r->p;
	const struct ak_ingest_source *s = &p->o->sources[c->named];
	struct ak_file_row *row;

	if (!p->partial.id || info->export_->kind != AK_IN_FILE || (!r->renamed && strcmp(p->partial_of.name, c->name) != 0) ||
	    (s->name && strcmp(s->name, p->partial_of.source) != 0) || !ak_intake_continues(info->export_->argument, &p->partial))
		return NULL;
	row = ak_alloc(sizeof *row);
	*row = p->partial;
	p->partial.id = 0;
	return row;
}

static size_t named_by(const struct ak_intake *r, const struct ak_export_info *e)
{
	const struct ak_ingest_opts *o = r->p->o;
	size_t named = o->source_of && e->kind != AK_IN_STDIN
			       ? o->source_of(o->ctx, e->argument, e->kind == AK_IN_DIR ? ak_inputs_label(r->in) : NULL)
			       : 0;

	return named ? named : r->source;
}

static void fill_names(struct ak_intake *r, struct ak_chunk *c, const struct ak_file_info *info)
{
	c->source = r->source;
	c->named = named_by(r, info->export_);
	c->export_index = r->export_base + info->export_->index;
	c->export_kind = info->export_->kind;
	c->export_name = ak_intake_name(r, info->export_->name);
	c->name = ak_intake_name(r, info->name);
	c->codec = info->codec;
	c->mtime_us = info->export_->mtime_us;
	c->page = info->page;
	r->export_seen = info->export_->index + 1;
	r->given_index = info->given_index;
}

/* Chunks are filled to the brim, whatever the decoder hands out at a time. */
static enum ak_rc fill(struct ak_intake *r, struct ak_chunk *c, struct ak_err *err)
{
	while (c->n < AK_CHUNK_BYTES) {
		size_t n = 0;
		enum ak_rc rc = ak_inputs_read(r->in, c->data + c->n, AK_CHUNK_BYTES - c->n, &n, err);
		if (rc != AK_OK)
			return rc;
		if (n == 0)
			return AK_END;
		c->n += n;
	}
	return AK_OK;
}

static void read_file(struct ak_intake *r)
{
	struct ak_chunk *close = ak_intake_chunk(AK_CHUNK_CLOSE, 0);
	uint64_t end = 0;
	enum ak_rc rc = AK_OK;

	while (rc == AK_OK && !r->stopped) {
		struct ak_chunk *c = ak_intake_chunk(AK_CHUNK_DATA, AK_CHUNK_BYTES);
		rc = fill(r, c, &close->error);
		end += c->n;
		c->end = end;
		ak_inputs_peek(r->in, c->sha256);
		if (c->n)
			ak_intake_send(r, c);
		else
			ak_chunk_free(c);
	}
	ak_intake_error(r, &close->error);
	ak_inputs_digest(r->in, &close->digest);
	ak_intake_send(r, close);
}

/* An archive's own digest is known when all of it has been read: that is when the next export starts, or at the end.
 * Files of other exports have theirs by then; they keep it. */
static void end_export(struct ak_intake *r, uint64_t index)
{
	struct ak_chunk *c = ak_intake_chunk(AK_CHUNK_EXPORT_END, 0);

	c->export_index = r->export_base + index;
	ak_inputs_given(r->in, r->given_index, &c->digest);
	ak_intake_send(r, c);
}

void ak_intake_paths(struct ak_intake *r, const char *const *paths, size_t n)
{
	const struct ak_ingest_source *s = &r->p->o->sources[r->source];
	struct ak_file_info info;
	struct ak_err err = {0};
	enum ak_rc rc = AK_OK;
	bool open_failed;

	if (s->pages)
		ak_inputs_open_pages(s->pages, s->npages, s->name, &r->in);
	else
		rc = ak_inputs_open(paths, n, &r->in, &err);
	open_failed = rc != AK_OK;

	r->export_seen = r->nth = 0;
	while (!r->stopped && (open_failed || (rc = ak_inputs_next(r->in, &info, &err)) != AK_END)) {
		struct ak_chunk *c = ak_intake_chunk(AK_CHUNK_OPEN, 0);
		if (rc == AK_OK) {
			if (r->export_seen && info.export_->index >= r->export_seen)
				end_export(r, r->export_seen - 1);
			fill_names(r, c, &info);
			c->resume = resume_of(r, c, &info);
			c->original = ak_intake_sum(r);
		} else {
			c->source = c->named = r->source;
			c->error = err;
			ak_intake_error(r, &c->error);
			if (!open_failed)
				c->name = ak_intake_name(r, ak_str_of(ak_inputs_label(r->in)));
			ak_err_clear(&err);
		}
		ak_intake_send(r, c);
		if (rc == AK_OK)
			read_file(r);
		if (open_failed)
			break;
	}
	if (r->export_seen && !r->stopped)
		end_export(r, r->export_seen - 1);
	ak_inputs_free(r->in);
	r->in = NULL;
	r->export_base += r->export_seen;
}

void *ak_pipe_digest(void *pipe)
{
	struct ak_intake r = {.p = pipe};

	for (r.source = 0; r.source < r.p->o->nsources && !r.stopped; r.source++)
		if (r.p->o->follow)
			ak_intake_follow(&r);
		else
			ak_intake_paths(&r, r.p->o->sources[r.source].paths, r.p->o->sources[r.source].npaths);
	if (!r.stopped)
		ak_intake_send(&r, ak_intake_chunk(AK_CHUNK_END, 0));
	return NULL;
}
