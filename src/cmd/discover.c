#include "base/ak.h"
#include "cmd/discover.h"

#include <stdlib.h>

#include "base/embedded.h"
#include "base/time.h"
#include "base/jsonget.h"
#include "conf/yaml.h"
#include "ingest/ingest.h"
#include "query/query.h"
#include "tmpl/mustache.h"

#define LISTED 200 /* apps or keys that policy.yaml lists; when there are more it says how many */
#define FAR 2	   /* folders upward before a path is absolute */
#define NAME_BYTES 256 /* of a name as policy.yaml writes it; a longer one is no name, but a text that went into the wrong field */

enum ak_rc ak_policy_text(const json_t *seen, struct ak_buf *out, struct ak_err *err)
{
	const struct ak_mustache_opts o = {.escape = AK_ESC_YAML};
	const struct ak_embedded *e = ak_embedded_templates;
	json_t *none = json_object();
	enum ak_rc rc;

	while (e->name && strcmp(e->name, "policy.yaml.mustache") != 0)
		e++;
	if (!e->name)
		AK_BUG("no template for policy.yaml");
	rc = ak_mustache_render(e->name, ak_str_n(e->text, e->n), seen ? seen : none, &o, out, err);
	json_decref(none);
	return rc;
}

/* ---- texts that may stand in the file ---- */

/* File names have not been through the redactor. */
static json_t *safe(struct ak_ctx *c, const char *text)
{
	struct ak_buf b;
	json_t *v;

	ak_buf_init(&b, 1 << 20);
	ak_text_safe(&b, ak_redact_text(c->redactor, ak_str_of(text), &c->arena, NULL));
	v = json_stringn(b.p, b.n);
	ak_buf_release(&b);
	return v;
}

json_t *ak_discover_base(struct ak_ctx *c, const char *from, const char *to)
{
	AK_CLEANUP(ak_free_charp) char *a = realpath(from, NULL), *b = realpath(to, NULL);
	const char *p = a, *q = b, *rest_a, *rest_b;
	struct ak_buf path;
	size_t up = 0;
	const char *z;
	bool clean;

	if (!a || !b)
		return json_string("unknown");
	for (rest_a = a, rest_b = b; *p && *p == *q; p++, q++)
		if (*p == '/') {
			rest_a = p + 1;
			rest_b = q + 1;
		}
	if ((!*p || *p == '/') && (!*q || *q == '/')) {
		rest_a = *p ? p + 1 : p;
		rest_b = *q ? q + 1 : q;
	}
	for (const char *s = rest_a; *s; s++)
		up += *s == '/' || s == rest_a;
	ak_buf_init(&path, 1 << 16);
	for (size_t i = 0; i < up && up <= FAR; i++)
		ak_buf_adds(&path, i + 1 < up || *rest_b ? "../" : "..");
	ak_buf_adds(&path, up > FAR ? b : *rest_b ? rest_b : up ? "" : ".");
	z = ak_arena_z(&c->arena, ak_buf_str(&path));
	ak_buf_release(&path);
	clean = ak_str_eq(ak_redact_text(c->redactor, ak_str_of(z), &c->arena, NULL), ak_str_of(z)) && ak_text_is_safe(ak_str_of(z));
	return json_string(clean ? z : "unknown");
}

/* ---- what the records name ---- */

/* As policy.yaml writes it: ingest looks for secrets in that file, and escapes of YAML can make a text look like one. */
static bool is_writable(struct ak_ctx *c, struct ak_str text)
{
	const char *kind;
	struct ak_buf b;
	size_t at;
	bool good;

	ak_buf_init(&b, 8 * NAME_BYTES);
	ak_yaml_add_text(&b, text);
	good = b.n <= NAME_BYTES && !ak_redact_secret(c->redactor, ak_buf_str(&b), &at, &kind);
	ak_buf_release(&b);
	return good;
}

/* NUL and the empty text cannot stand in YAML as a key. */
static bool is_name(struct ak_ctx *c, const json_t *v)
{
	size_t n = json_string_length(v);

	return n && n <= NAME_BYTES && strlen(json_string_value(v)) == n && is_writable(c, ak_str_n(json_string_value(v), n));
}

/* The row if its name is one, with what else in it is a name; NULL if not. */
static json_t *named_row(struct ak_ctx *c, const json_t *row, const char *name, json_int_t *left_out)
{
	json_t *kept, *v;
	const char *key;

	if (!is_name(c, json_object_get(row, name))) {
		++*left_out;
		return NULL;
	}
	kept = json_object();
	json_object_foreach((json_t *)row, key, v)
		if (!json_is_string(v) || is_name(c, v))
			json_object_set(kept, key, v);
		else
			*left_out += json_string_length(v) > 0;
	return kept;
}

/* What a list of policy.yaml is made of. */
static const struct list {
	const char *member, *name, *many, *count, *left_out;
} lists[] = {
	{"apps", "app", "many_apps", "app_count", "unfit_apps"},
	{"keys", "key", "many_keys", "key_count", "unfit_keys"},
	{"providers", "provider", "many_providers", "provider_count", "unfit_providers"},
	{"environments", "environment", "many_environments", "environment_count", "unfit_environments"},
};

/* More than a person would go through are left to that person; the file says how many. */
static void list_some(struct ak_ctx *c, json_t *seen, const struct list *l, const json_t *rows)
{
	json_int_t n = (json_int_t)json_array_size(rows), left_out = 0;
	json_t *kept = json_array(), *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row) {
		json_t *one = n > LISTED ? NULL : named_row(c, row, l->name, &left_out);

		if (one)
			json_array_append_new(kept, one);
	}
	json_object_set_new(seen, l->member, kept);
	json_object_set_new(seen, l->many, n > LISTED ? json_integer(n) : json_null());
	json_object_set_new(seen, l->count, json_integer(n));
	json_object_set_new(seen, l->left_out, left_out ? json_integer(left_out) : json_null());
}

/* Names of the sources whose records are of a kind. */
static json_t *of_kind(const json_t *sources, const char *kind)
{
	json_t *list = json_array(), *s;
	size_t i;

	json_array_foreach((json_t *)sources, i, s)
		if (strcmp(ak_jtxt(s, "kind", ""), kind) == 0)
			json_array_append(list, json_object_get(s, "name"));
	return list;
}

struct look {
	struct ak_ctx *c;
	json_t *seen;
};

struct rows {
	json_t *sources, *apps, *keys, *providers, *environments, *kinds, *payload, *run;
};

static enum ak_rc read_rows(struct ak_store *s, int64_t run, struct rows *r, struct ak_err *err)
{
	enum ak_rc rc = ak_query_sources(s, run, &r->sources, err);

	if (rc == AK_OK)
		rc = ak_query_run(s, run, &r->run, err);
	if (rc == AK_OK)
		rc = ak_query_apps(s, INT64_MIN, INT64_MAX, &r->apps, err);
	if (rc == AK_OK)
		rc = ak_query_keys(s, INT64_MIN, INT64_MAX, &r->keys, err);
	if (rc == AK_OK)
		rc = ak_query_providers(s, INT64_MIN, INT64_MAX, &r->providers, err);
	if (rc == AK_OK)
		rc = ak_query_environments(s, INT64_MIN, INT64_MAX, &r->environments, err);
	if (rc == AK_OK)
		rc = ak_query_ages(s, INT64_MIN, INT64_MAX, &r->kinds, err);
	return rc == AK_OK ? ak_query_payload(s, run, INT64_MIN, INT64_MAX, &r->payload, err) : rc;
}

/* Called before the transaction is rolled back. */
static enum ak_rc look(void *ctx, int64_t run, struct ak_err *err)
{
	struct look *l = ctx;
	struct rows r = {0};
	enum ak_rc rc = read_rows(l->c->store, run, &r, err);
	const json_t *listed[] = {r.apps, r.keys, r.providers, r.environments}; /* as lists[] */
	json_t *seen = l->seen, *all[] = {r.sources, r.apps, r.keys, r.providers, r.environments, r.kinds, r.payload, r.run};

	if (rc == AK_OK) {
		const json_t *totals = json_object_get(r.run, "totals");

		json_t *grants = of_kind(r.sources, "access_grant");

		json_object_set(seen, "records", json_object_get(totals, "records_in"));
		json_object_set(seen, "rejected", json_object_get(totals, "rejected"));
		for (size_t i = 0; i < AK_COUNT(lists); i++)
			list_some(l->c, seen, &lists[i], listed[i]);
		json_object_set_new(seen, "has_environments", json_boolean(json_array_size(json_object_get(seen, "environments"))));
		json_object_set(seen, "kinds", r.kinds);
		json_object_set(seen, "payload", r.payload);
		json_object_set_new(seen, "gateways", of_kind(r.sources, "request"));
		json_object_set(seen, "roles_from", json_array_size(grants) == 1 ? json_array_get(grants, 0) : json_null());
		json_decref(grants);
	}
	for (size_t i = 0; i < AK_COUNT(all); i++)
		json_decref(all[i]);
	return rc;
}

/* ---- the dry run ---- */

/* The comments that name unread files. */
static void list_unread(struct ak_ctx *c, json_t *seen, const json_t *unnamed)
{
	json_t *list = json_array(), *f;
	json_int_t more = 0;
	size_t i;

	json_array_foreach((json_t *)unnamed, i, f)
		if (json_array_size(list) < LISTED && is_name(c, json_object_get(f, "file")))
			json_array_append(list, json_object_get(f, "file"));
		else
			more++;
	json_object_set_new(seen, "unread", list);
	json_object_set_new(seen, "more_unread", more ? json_integer(more) : json_null());
}

static void list_files(struct ak_ctx *c, const struct ak_exports *x, json_t *seen)
{
	json_t *sources = json_array(), *unnamed = json_array();
	size_t i;

	for (i = 0; i < x->nsources; i++) {
		const struct ak_export_source *s = &x->source[i];

		json_array_append_new(sources, json_pack("{s:s, s:s, s:s, s:I}", "name", s->name, "path", s->path, "format",
							 s->format, "files", (json_int_t)s->files));
	}
	for (i = 0; i < x->nfiles; i++)
		if (!x->file[i].named)
			json_array_append_new(unnamed, json_pack("{s:o, s:o}", "file", safe(c, x->file[i].path), "why",
								 x->file[i].why ? safe(c, x->file[i].why)
										: json_string("no pattern that may be written names it alone")));
	json_object_set_new(seen, "discovered", json_true());
	json_object_set_new(seen, "files", json_integer((json_int_t)x->nfiles));
	json_object_set_new(seen, "sources", sources);
	list_unread(c, seen, unnamed);
	json_object_set_new(seen, "unnamed", unnamed);
}

static void progress(void *ctx, const struct ak_ingest_progress *p)
{
	struct look *l = ctx;

	ak_io_progress(l->c->io, p->file, p->records, p->done, p->total);
}

enum ak_rc ak_discover(struct ak_ctx *c, const struct ak_exports *x, json_t **seen, struct ak_err *err)
{
	struct look l = {c, json_object()};
	struct ak_ingest_source *list = ak_arena_zero(&c->arena, (x->nsources + 1) * sizeof *list);
	struct ak_ingest_opts o = {.store = c->store, .keys = c->keys, .registry = c->registry, .redactor = c->redactor, .past = c->past, .sources = list,
				   .nsources = x->nsources, .inspect = look, .options_json = "{}", .dry_run = true, .max_rejects = -1,
				   .progress = progress, .ctx = &l};
	struct ak_ingest_result r;
	enum ak_rc rc;

	for (size_t i = 0; i < x->nsources; i++) {
		const char **path = ak_arena_zero(&c->arena, 2 * sizeof *path);

		path[0] = ak_arena_printf(&c->arena, "%s/%s", x->root, x->source[i].path).p;
		list[i] = (struct ak_ingest_source){.name = x->source[i].name, .paths = path, .npaths = 1};
	}
	list_files(c, x, l.seen);
	rc = ak_ingest(&o, &r, err);
	ak_io_progress_end(c->io);
	if (rc == AK_OK)
		*seen = l.seen;
	else
		json_decref(l.seen);
	return rc;
}
