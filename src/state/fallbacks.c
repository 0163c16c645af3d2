/* Who was served by something else than what was asked for (M19). */
#include "base/ak.h"
#include "state/state.h"

#include "query/state.h"
#include "state/modelname.h"
#include "state/timeline.h"

/* What the route in force says of the model that served. */
enum route { SILENT, NAMES_IT, NAMES_OTHERS, FALLS_BACK };
/* Until all served models are known: it may be that the name asked for is none. */
#define UNDECLARED "undeclared"

struct counting {
	json_t *rows;  /* key -> row, in order of appearance */
	json_t *rules; /* asked, served -> {by, until} */
	json_t *models; /* that providers name */
	json_int_t requests, fallen;
	struct ak_timeline routes;
};

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static bool same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }

/* The route's setting in force that names the served model, as its citation *says gets what the route says of models; *until gets when that may change. */
static const char *look(struct counting *c, const char *asked, const char *served, int64_t t, int64_t *until, enum route *says)
{
	const char *by = NULL;

	*until = INT64_MAX;
	for (size_t i = 0; i < c->routes.n; i++) {
		const struct ak_seen *s = &c->routes.seen[i];
		struct ak_held h;

		if (!s->dated || !same(s->said.id, asked) || s->said.vague)
			continue;
		if (s->t > t && s->t < *until)
			*until = s->t;
		if (by)
			continue;
		ak_timeline_at(&c->routes, NULL, "route", asked, s->said.path, t, &h);
		if (h.value && h.set && strstr(h.value, served))
			by = h.set->by, *says = strstr(s->said.path, "fallback") ? FALLS_BACK : NAMES_IT;
		else if (h.value && *says == SILENT && strstr(s->said.path, "model") && !strstr(s->said.path, "fallback"))
			*says = NAMES_OTHERS;
	}
	return by;
}

/* Calls come in time order, so an answer holds until the route changes. */
static const char *rule_of(struct counting *c, const char *asked, const char *served, int64_t t, enum route *says)
{
	json_t *known;
	struct ak_buf key;
	int64_t until;

	*says = SILENT;
	if (!asked || !served || !c->routes.n)
		return NULL;
	ak_buf_init(&key, 1u << 20);
	ak_buf_addf(&key, "%s\x1f%s", asked, served);
	known = json_object_get(c->rules, key.p);
	if (!known || json_integer_value(json_object_get(known, "until")) <= t) {
		const char *by = look(c, asked, served, t, &until, says);

		known = json_pack("{s:s?, s:I, s:i}", "by", by, "until", (json_int_t)until, "says", (int)*says);
		json_object_set_new(c->rules, key.p, known);
	}
	ak_buf_release(&key);
	*says = (enum route)json_integer_value(json_object_get(known, "says"));
	return text(known, "by");
}

static const char *kind_of(const json_t *call, const char *asked, const char *served, enum route says)
{
	enum ak_model_relation relation = asked && served ? ak_model_relation(asked, served) : AK_MODEL_UNTOLD;

	if (same(text(call, "outcome"), "failure") || (!served && !json_is_string(json_object_get(call, "provider"))))
		return "not served";
	if (text(call, "fallback_from"))
		return "fallback";
	if (relation == AK_MODEL_SAME)
		return "as asked";
	if (says == NAMES_IT)
		return "by route";
	return relation == AK_MODEL_ALIAS ? "longer name" : relation == AK_MODEL_UNTOLD ? "not told" : says == SILENT ? UNDECLARED : "other model";
}

/* Settings of routes that name it as a model. */
static bool in_route(const struct counting *c, const char *name)
{
	for (size_t i = 0; i < c->routes.n; i++) {
		const struct ak_said *d = &c->routes.seen[i].said;

		if (d->path && strstr(d->path, "model") && (same(d->before, name) || same(d->after, name)))
			return true;
	}
	return false;
}

/* A name that no record knows as a model does not say which model was asked for, however much it looks like one: "claude-prod" is a group's. */
static bool is_model(const struct counting *c, const char *name)
{
	const char *key;
	json_t *row;
	size_t i;

	json_object_foreach(c->rows, key, row)
		if (text(row, "served") && ak_model_relation(name, text(row, "served")) <= AK_MODEL_ALIAS)
			return true;
	json_array_foreach(c->models, i, row)
		if (ak_model_relation(name, text(row, "model")) <= AK_MODEL_ALIAS)
			return true;
	return in_route(c, name);
}

enum class { SAME, ALIAS, ANOTHER, NOT_STATED, NOT_SERVED, CLASSES };
static const char *const class_names[CLASSES] = {"same", "alias", "another model", "not stated", "not served"};

static enum class class_of(const struct counting *c, json_t *row)
{
	static const struct {
		const char *kind;
		enum class class;
	} classes[] = {{"as asked", SAME},	     {"longer name", ALIAS}, {"by route", ALIAS}, {"fallback", ANOTHER}, {"other model", ANOTHER},
		       {"not served", NOT_SERVED}, {"not told", NOT_STATED}};

	if (same(text(row, "kind"), UNDECLARED))
		json_object_set_new(row, "kind", json_string(is_model(c, text(row, "asked")) ? "other model" : "not told"));
	for (size_t i = 0; i < AK_COUNT(classes); i++)
		if (same(text(row, "kind"), classes[i].kind))
			return classes[i].class;
	return NOT_STATED;
}

/* Each row's class, and how many attempts are of each; they add up to all. */
static json_t *classify(struct counting *c)
{
	json_int_t n[CLASSES] = {0};
	json_t *out = json_object(), *row;
	const char *key;

	json_object_foreach(c->rows, key, row) {
		enum class class = class_of(c, row);

		json_object_set_new(row, "class", json_string(class_names[class]));
		n[class] += json_integer_value(json_object_get(row, "requests"));
	}
	for (size_t i = 0; i < CLASSES; i++)
		json_object_set_new(out, class_names[i], json_integer(n[i]));
	c->fallen = n[ANOTHER];
	return out;
}

static enum ak_rc count(void *ctx, json_t *call, struct ak_err *err)
{
	static const char *const shown[] = {"tenant", "source", "provider", "region"};
	struct counting *c = ctx;
	const char *from = text(call, "fallback_from"), *asked = from ? from : text(call, "model"), *served = text(call, "served"), *rule, *kind;
	struct ak_buf key;
	enum route says = SILENT;
	json_t *row;

	(void)err;
	rule = same(asked, served) ? NULL : rule_of(c, asked, served, json_integer_value(json_object_get(call, "t")), &says);
	kind = kind_of(call, asked, served, says);
	ak_buf_init(&key, 1u << 20);
	for (size_t i = 0; i < AK_COUNT(shown); i++)
		ak_buf_addf(&key, "%s\x1f", text(call, shown[i]) ? text(call, shown[i]) : "");
	ak_buf_addf(&key, "%s\x1f%s\x1f%s\x1f%s", asked ? asked : "", served ? served : "", kind, rule ? rule : "");
	row = json_object_get(c->rows, key.p);
	if (!row) {
		row = json_pack("{s:s?, s:s?, s:s, s:s?, s:i, s:s}", "asked", asked, "served", served, "kind", kind, "by", rule, "requests", 0, "first",
				text(call, "citation"));
		for (size_t i = 0; i < AK_COUNT(shown); i++)
			json_object_set(row, shown[i], json_object_get(call, shown[i]));
		json_object_set_new(c->rows, key.p, row);
	}
	ak_buf_release(&key);
	json_object_set_new(row, "requests", json_integer(json_integer_value(json_object_get(row, "requests")) + 1));
	c->requests++;
	return AK_OK;
}

static bool is_route(const struct ak_said *s) { return strcmp(s->cls, "route") == 0; }

static enum ak_rc add(void *ctx, json_t *row, struct ak_err *err)
{
	(void)err;
	ak_timeline_add(&((struct counting *)ctx)->routes, row);
	return AK_OK;
}

enum ak_rc ak_state_fallbacks(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	struct counting c = {.rows = json_object(), .rules = json_object()};
	json_t *systems = NULL, *list = json_array(), *row, *classes;
	const char *key;
	enum ak_rc rc = ak_query_systems(s, &systems, err);

	if (rc == AK_OK)
		rc = ak_query_provider_models(s, &c.models, err);
	ak_timeline_init(&c.routes, systems);
	c.routes.wanted = is_route;
	if (rc == AK_OK)
		rc = ak_query_observations_each(s, add, &c, err);
	if (rc == AK_OK)
		rc = ak_query_calls_each(s, from_us, to_us, count, &c, err);
	classes = classify(&c);
	json_object_foreach(c.rows, key, row)
		json_array_append(list, row);
	if (rc == AK_OK)
		*out = json_pack("{s:s, s:i, s:I, s:I, s:O, s:O}", "schema", "auditkit.fallbacks/1", "format_version", 1, "requests", c.requests, "served_otherwise", c.fallen,
				 "classes", classes, "rows", list);
	json_decref(classes);
	json_decref(list);
	json_decref(c.rows);
	json_decref(c.rules);
	json_decref(c.models);
	ak_timeline_release(&c.routes);
	json_decref(systems);
	return rc;
}
