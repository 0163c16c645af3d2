#include "base/ak.h"
#include "cmd/pull_report.h"

#include "base/time.h"
#include "pull/request.h"

/* ---- --list ---- */

static json_t *strings(const char *const *list)
{
	json_t *a = json_array();

	for (; list && *list; list++)
		json_array_append_new(a, json_string(*list));
	return a;
}

static json_t *stream_json(const struct ak_api *api, const struct ak_api_stream *s)
{
	return json_pack("{s:s, s:s, s:s, s:s*, s:o, s:s*, s:o, s:b, s:I}", "api", api->id, "stream", s->name, "path",
			 s->path, "title", s->title, "formats", strings(s->formats), "status", s->status, "notes",
			 strings(s->notes), "period", s->window.from != NULL, "passes", (json_int_t)s->npasses);
}

static json_t *api_json(const struct ak_api *api)
{
	json_t *streams = json_array(), *needs = json_object();

	for (size_t i = 0; i < api->nstreams; i++)
		json_array_append_new(streams, stream_json(api, &api->stream[i]));
	for (size_t i = 0; i < api->needs.n; i++)
		json_object_set_new(needs, api->needs.item[i].name, json_string(api->needs.item[i].value));
	return json_pack("{s:s, s:s, s:s*, s:s, s:s*, s:o, s:o}", "id", api->id, "title", api->title, "base", api->base,
			 "key_env", api->env, "credential", api->credential, "set", needs, "streams", streams);
}

static void list_api(struct ak_ctx *c, const struct ak_api *api)
{
	ak_io_line(c->io, api->id, "%s", api->title);
	ak_io_line(c->io, "", "%s; %s", api->base ? api->base : "your own: --base-url", api->env);
	if (api->credential)
		ak_io_line(c->io, "", "%s", api->credential);
	for (size_t i = 0; i < api->needs.n; i++)
		ak_io_line(c->io, "", "--set %s=...: %s", api->needs.item[i].name, api->needs.item[i].value);
	for (size_t i = 0; i < api->nstreams; i++)
		ak_io_line(c->io, "", "%s/%s%s%s", api->id, api->stream[i].name, api->stream[i].title ? ": " : "",
			   api->stream[i].title ? api->stream[i].title : "");
}

static enum ak_rc print_json(struct ak_ctx *c, const char *schema, const char *member, json_t *list, struct ak_err *err)
{
	json_t *doc = json_pack("{s:s, s:i, s:o}", "schema", schema, "format_version", 1, member, list);
	enum ak_rc rc = ak_io_json(c->io, doc, err);

	json_decref(doc);
	return rc;
}

enum ak_rc ak_pull_print_apis(struct ak_ctx *c, const struct ak_pull_asks *asks, struct ak_err *err)
{
	json_t *list = json_array();

	for (size_t i = 0; i < asks->napis; i++)
		if (c->json)
			json_array_append_new(list, api_json(&asks->api[i]));
		else
			list_api(c, &asks->api[i]);
	if (c->json)
		return print_json(c, "auditkit.apis/1", "apis", list, err);
	json_decref(list);
	return AK_OK;
}

/* ---- --dry-run ---- */

static json_t *requests(struct ak_ctx *c, const struct ak_pull_job *j, struct ak_pull_state *st)
{
	json_t *list = json_array();

	for (; st->open && st->at.pass < j->stream->npasses; st->at.pass++) {
		struct ak_arena a;
		struct ak_buf b;
		struct ak_str safe;

		ak_arena_init(&a);
		ak_buf_init(&b, 1 << 16);
		ak_request_words(j, st, &b);
		safe = ak_redact_text(c->redactor, ak_buf_str(&b), &a, NULL);
		json_array_append_new(list, json_stringn(safe.p, safe.n));
		ak_buf_release(&b);
		ak_arena_release(&a);
		st->at.cursor = st->at.parent = NULL;
		st->at.page = j->stream->paging.first;
	}
	return list;
}

static json_t *span_json(bool windowed, int64_t from_us, int64_t to_us)
{
	char from[32], to[32];

	if (!windowed)
		return json_null();
	return json_pack("{s:s, s:s}", "from", ak_time_z(from_us, 0, from), "to", ak_time_z(to_us, 0, to));
}

enum ak_rc ak_pull_print_plan(struct ak_ctx *c, const struct ak_pull_asks *asks, struct ak_err *err)
{
	json_t *list = json_array(), *one, *r;
	enum ak_rc rc = AK_OK;
	size_t k;

	for (size_t i = 0; i < asks->n && rc == AK_OK; i++) {
		const struct ak_pull_job *j = &asks->ask[i].job;
		struct ak_pull_state st;
		bool resumed;

		if ((rc = ak_pull_plan(c->store, j, &c->arena, &st, &resumed, err)) != AK_OK)
			break;
		one = json_pack("{s:s, s:o, s:b}", "source", j->source, "period",
				span_json(j->stream->window.from != NULL, st.from_us, st.to_us), "resumed", resumed);
		json_object_set_new(one, "requests", requests(c, j, &st));
		json_array_append_new(list, one);
		json_array_foreach(json_object_get(one, "requests"), k, r)
			if (!c->json)
				ak_io_line(c->io, k ? "" : j->source, "%s", json_string_value(r));
	}
	if (rc == AK_OK && c->json)
		return print_json(c, "auditkit.pull_plan/1", "sources", list, err);
	json_decref(list);
	if (rc == AK_OK)
		ak_io_note(c->io, "done", "nothing was asked for; further pages follow from what a page says");
	return rc;
}

/* ---- what came ---- */

static const char *state_of(const struct ak_pull_end *e)
{
	return e->err.exit != AK_EXIT_OK ? "failed" : e->result.complete ? "complete" : "incomplete";
}

static json_t *end_json(const struct ak_pull_ask *a, const struct ak_pull_end *e)
{
	const struct ak_pull_result *r = &e->result;
	const struct ak_counts *n = &r->counts;
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:b, s:o, s:I, s:I, s:I, s:I}", "source", a->job.source, "api",
			      a->job.api->id, "stream", a->job.stream->name, "state", state_of(e), "resumed",
			      r->resumed, "period", span_json(r->windowed && r->to_us, r->from_us, r->to_us),
			      "requests", (json_int_t)r->requests, "retries", (json_int_t)r->retries, "pages",
			      (json_int_t)r->pages, "bytes", (json_int_t)r->bytes);

	json_object_set_new(o, "original", json_string(a->job.save ? "saved" : "not retained"));
	json_object_set_new(o, "why",
			    e->err.exit != AK_EXIT_OK ? json_string(e->err.msg)
			    : r->why[0]		      ? json_string(r->why)
						      : json_null());
	json_object_update_new(o, json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "records_in", (json_int_t)n->in,
					    "stored", (json_int_t)n->stored, "duplicate", (json_int_t)n->duplicate,
					    "rejected", (json_int_t)n->rejected, "blank", (json_int_t)n->blank,
					    "excluded", (json_int_t)n->excluded, "expired", (json_int_t)n->expired));
	return o;
}

static void row(struct ak_table *t, const struct ak_pull_ask *a, const struct ak_pull_end *e)
{
	const struct ak_pull_result *r = &e->result;
	char n[32], z[32];

	ak_table_cell(t, "%s", a->job.source);
	ak_table_cell(t, "%.10s", r->windowed && r->to_us ? ak_time_z(r->from_us, 0, z) : "-");
	ak_table_cell(t, "%s", ak_thousands(r->pages, n));
	ak_table_cell(t, "%s", ak_thousands(r->counts.in, n));
	ak_table_cell(t, "%s", ak_thousands(r->counts.stored, n));
	ak_table_cell(t, "%s", ak_thousands(r->counts.duplicate, n));
	ak_table_cell(t, "%s", ak_thousands(r->counts.rejected, n));
	ak_table_cell(t, "%s", state_of(e));
}

static void say(struct ak_ctx *c, const struct ak_pull_ask *a, const struct ak_pull_end *e)
{
	const struct ak_pull_result *r = &e->result;
	char z[32];

	if (r->to_us)
		ak_io_line(c->io, "until", "%s: %s", a->job.source, ak_time_z(r->to_us, 0, z));
	if (r->resumed)
		ak_io_line(c->io, "resumed", "%s went on where it was interrupted", a->job.source);
	if (r->why[0])
		ak_io_line(c->io, "warning", "%s is incomplete: %s; the next pull reads the period again",
			   a->job.source, r->why);
	if (e->err.exit != AK_EXIT_OK)
		ak_io_line(c->io, "failed", "%s: %s", a->job.source, e->err.msg);
	else if (r->pages && !a->job.save)
		ak_io_line(c->io, "original", "%s: not retained, digests of its pages are", a->job.source);
}

enum ak_rc ak_pull_print(struct ak_ctx *c, const struct ak_pull_asks *asks, const struct ak_pull_end *ends,
			 struct ak_err *err)
{
	static const char *const head[] = {"source", "from", "pages", "records", "stored", "dup", "rej", "state"};
	json_t *list = json_array();
	struct ak_table t;

	if (c->json) {
		for (size_t i = 0; i < asks->n; i++)
			json_array_append_new(list, end_json(&asks->ask[i], &ends[i]));
		return print_json(c, "auditkit.pull/1", "sources", list, err);
	}
	json_decref(list);
	ak_table_init(&t, AK_COUNT(head), "llrrrrrl");
	t.tight = t.head = true;
	for (size_t i = 0; i < AK_COUNT(head); i++)
		ak_table_cell(&t, "%s", head[i]);
	for (size_t i = 0; i < asks->n; i++)
		row(&t, &asks->ask[i], &ends[i]);
	ak_table_print(&t, c->io);
	ak_table_release(&t);
	for (size_t i = 0; i < asks->n; i++)
		say(c, &asks->ask[i], &ends[i]);
	return AK_OK;
}
