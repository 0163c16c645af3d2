/* Exports of `serve`: the bytes that `auditkit search --all --format ...` prints for the same search, and the sidecar that it writes
 * beside a file. They are made piece by piece while they are sent, on a connection to the database of their own, so that pages are
 * answered in between. */
#include "base/ak.h"
#include "cmd/serve_pages.h"

#include "base/text.h"
#include "base/time.h"
#include "cmd/search_out.h"
#include "cmd/search_run.h"

/* STALL: who takes nothing of an export for so long loses its connection to somebody who waits for one. */
enum { SLICE_US = 50000, STALL_US = 5000000, AGAIN_S = 3 };

struct ak_export {
	struct ak_visit v; /* of its own: it outlives the request */
	size_t slot;
	struct ak_form f;
	struct ak_found found;
	struct ak_found_out out;
	struct ak_buf ready;
	size_t at;
	const char *file; /* name that it is saved under */
	bool sidecar, whole, lost;
	int64_t took_us; /* when its reader asked for bytes the last time */
};

static const struct {
	const char *name, *type;
	enum ak_found_format format;
} formats[] = {
	{"export.csv", "text/csv; charset=utf-8", AK_FOUND_CSV},
	{"export.json", "application/json", AK_FOUND_JSON},
	{"export.jsonl", "application/x-ndjson", AK_FOUND_JSONL},
};

/* ---- making it ---- */

static void take(void *ctx, struct ak_str bytes)
{
	struct ak_export *e = ctx;

	if (!e->sidecar)
		ak_buf_addstr(&e->ready, bytes);
}

static enum ak_rc close_it(struct ak_export *e, struct ak_err *err)
{
	json_t *doc;
	enum ak_rc rc;

	ak_found_at_least(&e->found);
	doc = ak_found_document(&e->found);
	rc = ak_found_close(&e->out, json_incref(doc), err);
	if (rc == AK_OK && e->sidecar)
		rc = ak_found_sidecar(&e->out, doc, ak_str_of(e->file), &e->ready, err);
	json_decref(doc);
	e->whole = true;
	return rc;
}

/* Until there is something to send, all is done, or others should have their turn. */
static enum ak_rc go_on(struct ak_export *e, struct ak_err *err)
{
	int64_t until = ak_time_now() + SLICE_US;
	json_t *record;
	enum ak_rc rc = AK_OK;

	while (rc == AK_OK && e->at == e->ready.n && !e->whole && ak_time_now() < until) {
		ak_buf_clear(&e->ready);
		e->at = 0;
		rc = ak_found_next(&e->found, &record, err);
		if (rc == AK_END) {
			rc = close_it(e, err);
		} else if (rc == AK_OK) {
			rc = ak_found_put(&e->out, record, err);
			json_decref(record);
		}
	}
	return rc == AK_OK && e->ready.over ? AK_FAIL : rc;
}

static enum ak_rc more(void *ctx, char *to, size_t room, size_t *n)
{
	struct ak_export *e = ctx;
	struct ak_err err = {0};
	enum ak_rc rc = e->lost ? AK_FAIL : go_on(e, &err);

	e->took_us = ak_time_now();
	if (rc != AK_OK)
		return AK_FAIL;
	if (e->at == e->ready.n && e->whole)
		return AK_END;
	*n = e->ready.n - e->at < room ? e->ready.n - e->at : room;
	if (*n)
		memcpy(to, e->ready.p + e->at, *n);
	e->at += *n;
	return AK_OK;
}

/* What it has of the slot; somebody else may have that afterwards. */
static void leave(struct ak_export *e)
{
	if (e->lost)
		return;
	e->lost = true;
	ak_search_free(e->found.q);
	e->v.s->running[e->slot] = NULL;
}

static void done(void *ctx)
{
	struct ak_export *e = ctx;

	leave(e);
	ak_found_release(&e->out);
	ak_form_release(&e->f);
	ak_buf_release(&e->ready);
	ak_arena_release(&e->v.c.arena);
	ak_free(e);
}

/* ---- beginning it ---- */

static struct ak_export *new_export(struct ak_visit *v, size_t slot, size_t format, bool sidecar)
{
	struct ak_export *e = ak_alloc_zero(1, sizeof *e);

	e->v = *v;
	ak_arena_init(&e->v.c.arena);
	e->v.root = ak_arena_z(&e->v.c.arena, ak_str_of(v->root));
	e->slot = slot;
	e->sidecar = sidecar;
	e->out.c = &e->v.c;
	e->out.format = formats[format].format;
	e->out.sink = take;
	e->out.sink_ctx = e;
	e->out.temp.fd = -1;
	ak_buf_init(&e->ready, 1 << 27);
	e->took_us = ak_time_now();
	v->s->running[slot] = e;
	return e;
}

/* Names that tell searches and moments apart, so that a file and its sidecar find each other among others. */
static const char *file_name(struct ak_export *e, const char *extension)
{
	uint8_t search[8];
	char hex[17];

	ak_cursor_fingerprint(&e->found.o, search);
	ak_hex(search, sizeof search, hex);
	hex[8] = '\0';
	return ak_arena_printf(&e->v.c.arena, "search-%s-at-%lld%s", hex, (long long)e->found.o.bound, extension).p;
}

static enum ak_rc begin(struct ak_export *e, const struct ak_target *sent, size_t format, const char *path, struct ak_reply *r, struct ak_err *err)
{
	struct ak_search_opts o = {.bound = INT64_MAX};
	struct ak_target t;
	const char *again = ak_arena_printf(&e->v.c.arena, "/-/-?%.*s", AK_STR_FMT(sent->query)).p;
	enum ak_rc rc;

	/* Once more, into memory that lasts. */
	if (!ak_target_parse(again, &e->v.c.arena, &t))
		return ak_fail(err, AK_EXIT_USAGE, "this address is none of a search");
	rc = ak_serve_form(&e->v, &t, path, &e->f, &o, r, err);
	if (rc == AK_OK && (e->f.cursor || e->f.limit != AK_FORM_LIMIT))
		rc = ak_fail(err, AK_EXIT_USAGE, "an export has every record of a search, and no pages");
	if (rc != AK_OK)
		return rc;
	e->found = (struct ak_found){.c = &e->v.c, .o = o, .limit = UINT64_MAX};
	e->found.as = ak_arena_printf(&e->v.c.arena, "%s: ", path).p;
	ak_found_start(&e->out, &e->found.o);
	ak_found_head(&e->out);
	rc = ak_found_begin(&e->found, e->v.s->spare[e->slot], err);
	e->file = rc == AK_OK ? file_name(e, formats[format].name + strlen("export")) : NULL;
	return rc;
}

static bool which(const char *name, size_t *format, bool *sidecar)
{
	for (size_t i = 0; i < AK_COUNT(formats); i++) {
		size_t n = strlen(formats[i].name);

		if (strncmp(name, formats[i].name, n) == 0 && (!name[n] || strcmp(name + n, ".meta.json") == 0)) {
			*format = i;
			*sidecar = name[n] != '\0';
			return true;
		}
	}
	return false;
}

/* One that is free, or whose reader has stalled longest. */
static enum ak_rc free_slot(const struct ak_serve *s, size_t *slot, struct ak_err *err)
{
	struct ak_export *stalled = NULL;
	int64_t before = ak_time_now() - STALL_US;

	for (size_t i = 0; i < AK_SERVE_EXPORTS; i++) {
		struct ak_export *e = s->running[i];

		if (!e) {
			*slot = i;
			return AK_OK;
		}
		if (e->took_us < before && (!stalled || e->took_us < stalled->took_us))
			stalled = e;
	}
	if (stalled) {
		*slot = stalled->slot;
		leave(stalled);
		return AK_OK;
	}
	ak_hint(err, "this page asks again by itself every %d seconds, and the export begins when one of them is done", AGAIN_S);
	return ak_fail(err, AK_EXIT_BUSY, "%d exports are running", AK_SERVE_EXPORTS);
}

bool ak_serve_export(struct ak_visit *v, const struct ak_target *t, bool head, struct ak_reply *r)
{
	struct ak_err err = {0};
	struct ak_export *e;
	size_t format, slot = 0;
	bool sidecar;
	unsigned status;
	json_t *error;
	enum ak_rc rc;

	if (!which(t->part[0], &format, &sidecar))
		return false;
	r->type = sidecar ? "application/json" : formats[format].type;
	r->status = 200;
	/* Nobody sees anything of it. */
	if (head)
		return true;
	rc = free_slot(v->s, &slot, &err);
	if (rc == AK_OK) {
		e = new_export(v, slot, format, sidecar);
		rc = begin(e, t, format, t->part[0], r, &err);
		if (rc == AK_OK) {
			r->more = more;
			r->done = done;
			r->ctx = e;
			r->file = ak_arena_printf(&v->c.arena, "%s%s", e->file, sidecar ? ".meta.json" : "").p;
			return true;
		}
		r->location = r->location ? ak_arena_z(&v->c.arena, ak_str_of(r->location)) : NULL;
		done(e);
	}
	if (rc == AK_END)
		return true;
	r->again_s = err.exit == AK_EXIT_BUSY ? AGAIN_S : 0;
	error = ak_serve_error(v, &err, &status);
	ak_serve_page(v, json_pack("{s:s, s:o}", "title", r->again_s ? "Waiting" : "Not exported", "error", error), "./", status, r);
	return true;
}
