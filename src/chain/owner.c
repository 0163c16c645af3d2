/* Owner attribution: key -> owner -> app -> team -> cost centre, each link with who says it. */
#include "base/ak.h"
#include "chain/chain.h"

#include "chain/row.h"

static const char *const links[] = {"owner", "app", "team", "team_name", "cost_center"};

struct walk {
	const struct ak_policy *policy;
	json_t *row;
	ak_row_fn *each;
	void *ctx;
};

static const char *txt(const json_t *o, const char *m) { return ak_chain_text(o, m); }

/* The entry of a value in a link, made when it is new. */
static json_t *entry(json_t *row, const char *link, const char *value)
{
	json_t *all = json_object_get(row, "links"), *list = json_object_get(all, link), *e;
	size_t i;

	if (!list)
		json_object_set_new(all, link, list = json_array());
	json_array_foreach(list, i, e)
		if (ak_chain_same(txt(e, "value"), value))
			return e;
	e = json_pack("{s:s, s:[]}", "value", value, "sources");
	json_array_append_new(list, e);
	return e;
}

/* One source says a value once, by its first record. */
static void add(json_t *row, const char *link, const char *value, const char *source, const char *kind, const char *cite, json_int_t records)
{
	json_t *sources, *s;
	size_t i;

	if (!value || !*value || strcmp(value, "unknown") == 0)
		return;
	sources = json_object_get(entry(row, link, value), "sources");
	json_array_foreach(sources, i, s)
		if (ak_chain_same(txt(s, "source"), source) && ak_chain_same(txt(s, "kind"), kind)) {
			json_object_set_new(s, "records", json_integer(json_integer_value(json_object_get(s, "records")) + records));
			return;
		}
	json_array_append_new(sources, json_pack("{s:s, s:s, s:s, s:I}", "source", source, "kind", kind, "cite", cite, "records", records));
	ak_chain_cite(row, cite);
}

/* ---- what policy.yaml declares ---- */

static void declared(struct walk *w, const char *link, const char *path)
{
	struct ak_answer *list = NULL;
	size_t n = w->policy ? ak_policy_answers(w->policy, &list) : 0;

	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].path, path) == 0 && !list[i].unknown) {
			json_t *cite = json_sprintf("policy.yaml:%d", list[i].line);

			add(w->row, link, list[i].value, "policy.yaml", "declared", json_string_value(cite), 1);
			json_decref(cite);
		}
	ak_free(list);
}

static bool has_value(const json_t *row, const char *link, const char *value)
{
	json_t *e;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(row, "links"), link), i, e)
		if (ak_chain_same(txt(e, "value"), value))
			return true;
	return false;
}

/* The owner of an app is a team, by its id or by its label. */
static void declared_app(struct walk *w, const char *app)
{
	json_t *owner = json_sprintf("scope.apps.%s.owner", app), *centre = json_sprintf("scope.apps.%s.cost_center", app);
	const json_t *v = ak_policy_get(w->policy, json_string_value(owner));
	bool label = json_is_string(v) && !has_value(w->row, "team", json_string_value(v)) && has_value(w->row, "team_name", json_string_value(v));

	declared(w, label ? "team_name" : "team", json_string_value(owner));
	declared(w, "cost_center", json_string_value(centre));
	json_decref(owner);
	json_decref(centre);
}

/* A name that stands for people in the records cannot be compared with a token. */
static void declare(struct walk *w)
{
	const json_t *apps = json_object_get(json_object_get(w->row, "links"), "app");
	json_t *path, *app;
	size_t i;

	if (!w->policy)
		return;
	path = json_sprintf("scope.keys.%s.owner", txt(w->row, "key"));
	if (!json_is_true(json_object_get(w->row, "person")))
		declared(w, "owner", json_string_value(path));
	json_decref(path);
	if (json_array_size(apps) == 1)
		json_array_foreach((json_t *)apps, i, app)
			declared_app(w, txt(app, "value"));
}

/* ---- conflicts ---- */

static bool says(const json_t *e, const json_t *by)
{
	json_t *s;
	size_t i;

	json_array_foreach(json_object_get((json_t *)e, "sources"), i, s)
		if (ak_chain_same(txt(s, "source"), txt(by, "source")) && ak_chain_same(txt(s, "kind"), txt(by, "kind")))
			return true;
	return false;
}

static bool is_declaration(const json_t *s) { return ak_chain_same(txt(s, "kind"), "declared") || ak_chain_same(txt(s, "kind"), "key inventory"); }

/* Do two sources share a value of the link? */
static bool agree(const json_t *list, const json_t *a, const json_t *b)
{
	json_t *e;
	size_t i;

	json_array_foreach((json_t *)list, i, e)
		if (says(e, a) && says(e, b))
			return true;
	return false;
}

/* Source b says of this value what source a does not know: against a declaration each such value counts; among records, where a key
 * may serve several, only that they have no value in common. */
static bool against(const json_t *list, const json_t *e, const json_t *b)
{
	json_t *other, *a;
	size_t i, k;

	json_array_foreach((json_t *)list, i, other)
		json_array_foreach(json_object_get(other, "sources"), k, a)
			if (other != e && !says(e, a) && (is_declaration(a) || is_declaration(b) || !agree(list, a, b)))
				return true;
	return false;
}

static bool conflicting(const json_t *list)
{
	json_t *e, *b;
	size_t i, k;

	if (json_array_size(list) > 1)
		json_array_foreach((json_t *)list, i, e)
			json_array_foreach(json_object_get(e, "sources"), k, b)
				if (against(list, e, b))
					return true;
	return false;
}

static void judge(json_t *row)
{
	const json_t *all = json_object_get(row, "links");
	json_t *conflicts = json_array();

	for (size_t i = 0; i < AK_COUNT(links); i++) {
		const json_t *list = json_object_get(all, links[i]);

		if (conflicting(list))
			json_array_append_new(conflicts, json_string(links[i]));
		if (!json_array_size(list) && strcmp(links[i], "team_name") != 0 &&
		    !(strcmp(links[i], "team") == 0 && json_array_size(json_object_get(all, "team_name"))))
			ak_chain_say(row, "missing", links[i], "no source says it");
	}
	json_object_set_new(row, "conflict", json_boolean(json_array_size(conflicts)));
	json_object_set_new(row, "conflicts", conflicts);
	json_object_del(row, "person");
}

static enum ak_rc flush(struct walk *w, struct ak_err *err)
{
	json_t *row = w->row;
	enum ak_rc rc;

	if (!row)
		return AK_OK;
	declare(w);
	judge(row);
	rc = w->each(w->ctx, row, err);
	json_decref(row);
	w->row = NULL;
	return rc;
}

static enum ak_rc take(void *ctx, json_t *said, struct ak_err *err)
{
	struct walk *w = ctx;
	const char *type = txt(said, "owner_type"), *owner = txt(said, "owner");
	enum ak_rc rc = AK_OK;

	if (w->row && !ak_chain_same(txt(w->row, "key"), txt(said, "key")))
		rc = flush(w, err);
	if (rc != AK_OK)
		return rc;
	if (!w->row)
		w->row = json_pack("{s:O, s:{}, s:[]}", "key", json_object_get(said, "key"), "links", "cites");
	if (ak_chain_same(type, "human") || (owner && (strncmp(owner, "email:", 6) == 0 || strncmp(owner, "user:", 5) == 0)))
		json_object_set_new(w->row, "person", json_true());
	for (size_t i = 0; i < AK_COUNT(links); i++)
		add(w->row, links[i], txt(said, links[i]), txt(said, "source"), txt(said, "kind"), txt(said, "cite"),
		    json_integer_value(json_object_get(said, "records")));
	return AK_OK;
}

/* ---- keys by what is said of them ---- */

static json_t *text_or_null(struct ak_str s) { return s.p ? json_stringn(s.p, s.n) : json_null(); }

static enum ak_rc note_conflict(void *ctx, json_t *row, struct ak_err *err)
{
	(void)err;
	*(bool *)ctx = json_is_true(json_object_get(row, "conflict"));
	return AK_OK;
}

/* Would a key of which just this is said be in conflict? */
static enum ak_rc try_list(const struct ak_chain_opts *o, const struct ak_key_said **said, size_t n, bool *conflict, struct ak_err *err)
{
	struct walk w = {.policy = o->policy, .each = note_conflict, .ctx = conflict};
	enum ak_rc rc = AK_OK;

	*conflict = false;
	for (size_t i = 0; i < n && rc == AK_OK; i++) {
		const struct ak_key_said *k = said[i];
		json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "key", "", "source", k->source_name, "kind", k->kind, "cite", "",
					"records", 1, "owner", text_or_null(k->owner), "owner_type", text_or_null(k->owner_type), "app", text_or_null(k->app),
					"team", text_or_null(k->team), "team_name", text_or_null(k->team_name), "cost_center", text_or_null(k->cost_center));

		rc = take(&w, row, err);
		json_decref(row);
	}
	return rc == AK_OK ? flush(&w, err) : rc;
}

/* One source alone contradicts nobody but policy.yaml. */
static bool one_source(const struct ak_key_said **said, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (said[i]->source != said[0]->source || strcmp(said[i]->kind, said[0]->kind) != 0)
			return false;
	return true;
}

enum { SAID = 16 };

static enum ak_rc by_keys(const struct ak_chain_opts *o, struct ak_callkeys *read, struct walk *w, struct ak_chain_others *others, struct ak_err *err)
{
	const json_t *apps = o->policy ? ak_policy_get(o->policy, "scope.apps") : NULL, *keys = o->policy ? ak_policy_get(o->policy, "scope.keys") : NULL;
	bool *lists = ak_alloc_zero(ak_callkeys_lists(read), sizeof *lists), declared = json_object_size(apps) > 0;
	const struct ak_key_said *said[SAID];
	const char *name;
	json_t *v;
	struct ak_map named;
	uint64_t given = 0;
	enum ak_rc rc = AK_OK;

	ak_map_init(&named);
	json_object_foreach((json_t *)keys, name, v)
		ak_map_put(&named, ak_str_of(name), NULL);
	for (size_t i = 1; i < ak_callkeys_lists(read) && rc == AK_OK; i++) {
		size_t n = ak_callkeys_list(read, i, said, SAID);

		if (declared || !one_source(said, n))
			rc = try_list(o, said, n, &lists[i], err);
	}
	if (rc == AK_OK)
		rc = ak_callkeys_owners_each(read, &(struct ak_callkeys_asked){lists, declared, &named}, take, w, &given, err);
	if (rc == AK_OK)
		others->n = ak_callkeys_said(read) - given;
	ak_map_release(&named);
	ak_free(lists);
	return rc;
}

enum ak_rc ak_chain_owner_conflicts_each(struct ak_store *s, const struct ak_chain_opts *o, struct ak_callkeys *keys, ak_row_fn *each, void *ctx,
					 struct ak_chain_others *others, struct ak_err *err)
{
	struct walk w = {.policy = o->policy, .each = each, .ctx = ctx};
	enum ak_rc rc = keys ? by_keys(o, keys, &w, others, err) : AK_END;

	if (rc == AK_END)
		rc = ak_query_key_owners_each(s, o->from_us, o->to_us, take, &w, err);
	if (rc == AK_OK)
		return flush(&w, err);
	json_decref(w.row);
	return rc;
}
