#include "base/ak.h"
#include "cmd/serve_pages.h"

#include "base/fs.h"
#include "base/text.h"
#include "base/time.h"
#include "cmd/record.h"
#include "cmd/search_run.h"
#include "search/saved.h"
#include "serve/view.h"

enum {
	PAGE_S = 60, /* that a page may take: others wait for it */
	PATH = 128   /* bytes of an address before its query, at most */
};

#define HTML_TYPE "text/html; charset=utf-8"

/* ---- common ---- */

static const char *name_of(const struct ak_ctx *c)
{
	return c->store->name && *c->store->name ? c->store->name : "workspace";
}

void ak_serve_page(struct ak_visit *v, json_t *data, const char *up, unsigned status, struct ak_reply *r)
{
	struct ak_err err = {0};

	json_object_set_new(data, "workspace", json_string(name_of(&v->c)));
	json_object_set_new(data, "up", json_string(up));
	if (ak_pages_render(&v->s->pages, data, &r->body, &err) == AK_OK) {
		r->status = status;
		r->type = HTML_TYPE;
	} else {
		ak_buf_clear(&r->body);
		ak_buf_adds(&r->body, "auditkit: this page is too large; ask for fewer rows\n");
		r->status = 500;
	}
	json_decref(data);
}

json_t *ak_serve_error(struct ak_visit *v, const struct ak_err *err, unsigned *status)
{
	static const struct {
		enum ak_exit exit;
		unsigned status;
	} rows[] = {{AK_EXIT_USAGE, 400}, {AK_EXIT_PARTIAL, 404}, {AK_EXIT_REFUSED, 403}, {AK_EXIT_BUSY, 503}, {AK_EXIT_LIMIT, 503}};
	struct ak_str said = ak_redact_text(v->c.redactor, ak_str_of(err->msg), &v->c.arena, NULL);
	struct ak_str hint = ak_redact_text(v->c.redactor, ak_str_of(err->hint), &v->c.arena, NULL);

	*status = 500;
	for (size_t i = 0; i < AK_COUNT(rows); i++)
		if (rows[i].exit == err->exit)
			*status = rows[i].status;
	return json_pack("{s:o, s:o}", "message", json_stringn(said.p, said.n), "hint", hint.n ? json_stringn(hint.p, hint.n) : json_null());
}

static void failed(struct ak_visit *v, const struct ak_err *err, const char *up, struct ak_reply *r)
{
	unsigned status;
	json_t *error = ak_serve_error(v, err, &status);

	ak_serve_page(v, json_pack("{s:s, s:o}", "title", "Not shown", "error", error), up, status, r);
}

static void go_to(struct ak_visit *v, const char *path, const char *query, struct ak_reply *r)
{
	r->status = 303;
	r->location = ak_arena_printf(&v->c.arena, "%s%s%s%s", v->root, path, *query ? "?" : "", query).p;
}

/* What the browser is to keep: the settled search. */
static const char *settled(struct ak_visit *v, const struct ak_form *f, bool page)
{
	struct ak_buf b;
	const char *query;

	ak_buf_init(&b, AK_TARGET_BYTES - PATH);
	ak_form_query(f, page, &b);
	query = b.over ? NULL : ak_arena_z(&v->c.arena, ak_buf_str(&b));
	ak_buf_release(&b);
	return query;
}

static enum ak_rc too_long(struct ak_err *err)
{
	return ak_fail(err, AK_EXIT_USAGE, "this search is too long for an address; 'auditkit search' takes longer ones");
}

enum ak_rc ak_serve_form(struct ak_visit *v, const struct ak_target *t, const char *path, struct ak_form *f, struct ak_search_opts *o, struct ak_reply *r,
			 struct ak_err *err)
{
	struct ak_found_forms forms = {.c = &v->c};
	struct ak_where w;
	const char *query;
	enum ak_rc rc = ak_form_read(t, &v->c.arena, f, err);

	if (rc != AK_OK)
		return rc;
	ak_found_where(&forms, &w);
	rc = ak_spec_compile(&f->spec, &w, o, err);
	ak_form_settle(f, &w, rc == AK_OK ? o : NULL);
	if (!(query = settled(v, f, true)))
		return too_long(err);
	if (!ak_str_eq(ak_str_of(query), t->query)) {
		go_to(v, path, query, r);
		return AK_END;
	}
	o->count_all = f->count;
	if (f->bound != INT64_MAX)
		o->bound = f->bound;
	return rc;
}

/* ---- records ---- */

static json_t *rows(struct ak_found *found, struct ak_err *err)
{
	json_t *out = json_array(), *record;
	enum ak_rc rc;

	while ((rc = ak_found_next(found, &record, err)) == AK_OK) {
		json_array_append_new(out, ak_view_row(record, found->o.kinds, "./"));
		json_decref(record);
	}
	ak_found_at_least(found);
	if (rc == AK_END)
		return out;
	json_decref(out);
	return NULL;
}

/* A relative time is one of the moment in which it was asked for: what goes on from here says it in full. */
static void write_out(struct ak_visit *v, const struct ak_search_opts *o, struct ak_form *f)
{
	const struct {
		const char **text;
		int64_t us;
	} ends[] = {{&f->spec.from, o->from_us}, {&f->spec.to, o->to_us}};
	char z[32];

	for (size_t i = 0; i < AK_COUNT(ends); i++)
		if (*ends[i].text)
			*ends[i].text = ak_arena_z(&v->c.arena, ak_str_of(ak_time_z(ends[i].us, ends[i].us % 1000000 ? 6 : 0, z)));
}

/* Behind this page, or back at the start. */
static const char *page_link(struct ak_visit *v, const struct ak_form *f, const struct ak_search_opts *o, const char *cursor)
{
	struct ak_form next = *f;

	next.cursor = cursor;
	next.bound = INT64_MAX;
	if (cursor)
		write_out(v, o, &next);
	return settled(v, &next, true);
}

static json_t *exports(struct ak_visit *v, const struct ak_form *f, const struct ak_found *found)
{
	static const struct {
		const char *format, *title;
	} all[] = {{"csv", "CSV"}, {"json", "JSON"}, {"jsonl", "JSON lines"}};
	json_t *out = json_array();
	struct ak_form whole = *f;
	const char *query;

	write_out(v, &found->o, &whole);
	whole.bound = found->o.bound;
	query = settled(v, &whole, false);
	for (size_t i = 0; query && i < AK_COUNT(all); i++)
		json_array_append_new(out, json_pack("{s:s, s:s, s:s}", "format", all[i].format, "title", all[i].title, "query", query));
	return out;
}

static json_t *command_line(struct ak_visit *v, const struct ak_form *f)
{
	struct ak_buf b;
	json_t *out;

	ak_buf_init(&b, 1 << 16);
	ak_buf_addf(&b, "auditkit %ssearch", v->c.with);
	out = ak_form_command(f, &v->c.arena, &b) && !b.over ? json_string(b.p) : json_null();
	ak_buf_release(&b);
	return out;
}

static void add_counts(struct ak_visit *v, json_t *result, const struct ak_form *f, const struct ak_found *found)
{
	struct ak_form exact = *f;
	json_t *none, *counts = ak_view_counts(found->count, f, &none);
	const char *query;
	bool inexact = false;

	for (int k = 0; k < AK_K_COUNT; k++)
		inexact |= found->count[k].asked && !found->count[k].exact;
	exact.count = true;
	query = settled(v, &exact, true);
	json_object_set_new(result, "several", json_boolean(json_array_size(counts) > 1));
	json_object_set_new(result, "counts", counts);
	json_object_set_new(result, "none", none);
	json_object_set_new(result, "inexact", json_boolean(inexact && query));
	json_object_set_new(result, "count_query", json_string(query ? query : ""));
}

static json_t *result(struct ak_visit *v, const struct ak_form *f, struct ak_found *found, json_t *list)
{
	json_t *doc = ak_found_document(found);
	const char *next = json_string_value(json_object_get(doc, "next"));
	const char *behind = next ? page_link(v, f, &found->o, next) : NULL, *first = found->from_cursor ? page_link(v, f, &found->o, NULL) : NULL;
	json_t *out = json_pack("{s:o, s:o, s:b, s:s, s:s, s:b, s:b, s:s?, s:s?, s:o, s:o}", "heads", ak_view_heads(found->o.kinds), "rows", list, "rows_there",
				json_array_size(list) > 0, "listed", AK_NUM(found->listed), "bound", AK_NUM((uint64_t)found->o.bound), "whole",
				!found->more && !found->from_cursor, "last", !found->more && found->from_cursor, "next", behind, "first", first, "exports",
				exports(v, f, found), "command", command_line(v, f));

	add_counts(v, out, f, found);
	json_decref(doc);
	return out;
}

static enum ak_rc find(struct ak_visit *v, const struct ak_form *f, const struct ak_search_opts *o, json_t **out, struct ak_err *err)
{
	struct ak_found found = {.c = &v->c, .o = *o, .limit = (uint64_t)f->limit, .as = "page: "};
	enum ak_rc rc = f->cursor ? ak_found_go_on(&found, f->cursor, err) : AK_OK;
	json_t *list = NULL;

	ak_store_deadline(v->c.store, ak_time_now() + PAGE_S * INT64_C(1000000));
	if (rc == AK_OK)
		rc = ak_found_begin(&found, v->c.store, err);
	if (rc == AK_OK && !(list = rows(&found, err)))
		rc = AK_FAIL;
	ak_store_deadline(v->c.store, 0);
	if (rc == AK_OK)
		*out = result(v, f, &found, list);
	ak_search_free(found.q);
	return rc;
}

static const char *filter_text(struct ak_visit *v, const struct ak_search_opts *o)
{
	struct ak_search_opts all = *o;
	struct ak_buf b;
	const char *out;

	if (!o->test && o->from_us == INT64_MIN && o->to_us == INT64_MAX)
		return "";
	/* Which layers stands in the counts. */
	all.kinds = 0;
	ak_buf_init(&b, 1 << 16);
	ak_spec_text(&all, &b);
	out = b.over ? "" : ak_arena_z(&v->c.arena, ak_buf_str(&b));
	ak_buf_release(&b);
	return out;
}

static void records(struct ak_visit *v, const struct ak_target *t, struct ak_reply *r)
{
	json_t *found = NULL, *error = NULL, *search;
	struct ak_search_opts o = {.bound = INT64_MAX};
	struct ak_err err = {0};
	struct ak_form f;
	unsigned status = 200;
	enum ak_rc rc = ak_serve_form(v, t, "", &f, &o, r, &err);

	if (rc == AK_END) {
		ak_form_release(&f);
		return;
	}
	search = json_pack("{s:o, s:s}", "form", ak_view_form(&f), "filter", rc == AK_OK ? filter_text(v, &o) : "");
	if (rc == AK_OK)
		rc = find(v, &f, &o, &found, &err);
	if (rc == AK_OK)
		json_object_set_new(search, "result", found);
	else
		error = ak_serve_error(v, &err, &status);
	ak_serve_page(v, json_pack("{s:s, s:b, s:o, s:o?}", "title", "Records", "on_records", true, "search", search, "error", error), "./", status, r);
	ak_form_release(&f);
}

/* ---- one record ---- */

static void record(struct ak_visit *v, const char *cite, struct ak_reply *r)
{
	json_t *list = NULL;
	struct ak_err err = {0};
	enum ak_rc rc = ak_record_by_cite(&v->c, cite, &list, &err);

	if (rc == AK_END)
		rc = ak_fail(&err, AK_EXIT_PARTIAL, "there is no record of this citation");
	if (rc == AK_OK) {
		v->c.logged = ak_arena_printf(&v->c.arena, "record: %s", json_string_value(json_object_get(json_array_get(list, 0), "cite"))).p;
		rc = ak_cmd_log_access(&v->c, 1, &err);
	}
	if (rc == AK_OK)
		ak_serve_page(v, json_pack("{s:s, s:o}", "title", cite, "record", ak_view_record(json_array_get(list, 0), "../")), "../", 200, r);
	else
		failed(v, &err, "../", r);
	json_decref(list);
}

/* ---- saved searches ---- */

static void saved(struct ak_visit *v, struct ak_reply *r)
{
	json_t *queries = NULL;
	struct ak_err err = {0};

	if (ak_saved_read(v->c.workspace, &queries, &err) == AK_OK)
		ak_serve_page(v, json_pack("{s:s, s:b, s:{s:o}}", "title", "Saved searches", "on_saved", true, "saved", "queries", ak_view_saved(queries)), "./", 200,
			      r);
	else
		failed(v, &err, "./", r);
	json_decref(queries);
}

static enum ak_rc run_saved(struct ak_visit *v, const struct ak_target *t, const json_t *search, struct ak_reply *r, struct ak_err *err)
{
	json_t *params = json_object();
	struct ak_found_forms forms = {.c = &v->c, .params = params, .used = json_object()};
	struct ak_form f = {.limit = AK_FORM_LIMIT};
	struct ak_where w;
	const char *query = "", *name;
	json_t *value;
	enum ak_rc rc;

	for (size_t i = 0; i < t->nparams; i++)
		if (*t->param[i].value)
			json_object_set_new(params, t->param[i].name, json_string(t->param[i].value));
	ak_found_where(&forms, &w);
	rc = ak_form_saved(search, params, &w, forms.used, &f, err);
	json_object_foreach(params, name, value)
		if (rc == AK_OK && !json_object_get(forms.used, name))
			rc = ak_fail(err, AK_EXIT_USAGE, "this search has no parameter of a name in this address");
	if (rc == AK_OK)
		query = settled(v, &f, true);
	if (rc == AK_OK && !query)
		rc = too_long(err);
	else if (rc == AK_OK)
		go_to(v, "", query, r);
	ak_form_release(&f);
	json_decref(forms.used);
	json_decref(params);
	return rc;
}

static void run(struct ak_visit *v, const struct ak_target *t, struct ak_reply *r)
{
	json_t *queries = NULL;
	struct ak_err err = {0};
	enum ak_rc rc = ak_saved_read(v->c.workspace, &queries, &err);
	const json_t *q = json_array_get(json_object_get(queries, t->part[1]), 0);

	if (rc == AK_OK && !q)
		rc = ak_fail(&err, AK_EXIT_PARTIAL, "there is no saved search of this name");
	if (rc == AK_OK)
		rc = run_saved(v, t, json_object_get(q, "search"), r, &err);
	if (rc != AK_OK)
		failed(v, &err, "../", r);
	json_decref(queries);
}

/* ---- addresses ---- */

static void route(struct ak_visit *v, const struct ak_target *t, bool head, struct ak_reply *r)
{
	if (t->nparts == 0 && !t->slash)
		go_to(v, "", "", r);
	else if (t->nparts == 0)
		records(v, t, r);
	else if (t->slash)
		return;
	else if (t->nparts == 2 && strcmp(t->part[0], "record") == 0)
		record(v, t->part[1], r);
	else if (t->nparts == 1 && strcmp(t->part[0], "saved") == 0)
		saved(v, r);
	else if (t->nparts == 2 && strcmp(t->part[0], "saved") == 0)
		run(v, t, r);
	else if (t->nparts == 1)
		ak_serve_export(v, t, head, r);
}

void ak_serve_answer(void *ctx, const struct ak_target *t, bool head, struct ak_arena *a, struct ak_reply *r)
{
	struct ak_serve *s = ctx;
	struct ak_visit v = {.s = s, .c = *s->c};

	ak_arena_init(&v.c.arena);
	v.root = ak_arena_printf(&v.c.arena, "/%.*s/", AK_STR_FMT(t->token)).p;
	route(&v, t, head, r);
	/* What the server still reads outlives the visit. */
	r->location = r->location ? ak_arena_z(a, ak_str_of(r->location)) : NULL;
	r->file = r->file ? ak_arena_z(a, ak_str_of(r->file)) : NULL;
	ak_arena_release(&v.c.arena);
}
