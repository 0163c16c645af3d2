#include "base/ak.h"
#include "serve/view.h"

#include "base/jsonget.h"
#include "base/jsonw.h"
#include "base/text.h"
#include "search/row.h"
#include "search/saved.h"

enum { BEHIND = 6, SOME = 3, NONE = -1 };

/* ---- links ---- */

/* "UP?name=value" for a value of one of our filters; null. */
static json_t *find_link(const char *up, const char *name, const char *value)
{
	struct ak_buf b;
	json_t *out;

	if (!name || !value || !*value)
		return json_null();
	ak_buf_init(&b, 1 << 16);
	ak_buf_addf(&b, "%s?%s=", up, name);
	ak_target_escape(&b, ak_str_of(value));
	out = b.over ? json_null() : json_string(b.p);
	ak_buf_release(&b);
	return out;
}

/* The filter that looks for values of a field: the one that stands for the fewest. */
static const char *filter_of(int field)
{
	const struct ak_search_name *best = NULL;

	for (const struct ak_search_name *n = ak_search_names; n->name; n++)
		for (size_t i = 0; n->means && i < n->n; i++)
			if (n->field[i] == field && (!best || n->n < best->n))
				best = n;
	return best ? best->name : NULL;
}

/* ---- the form ---- */

/* What most searches ask for; the others are folded away until one of them is used. */
static const char *const main_filters[] = {"user", "action", "resource", "model", "key", "ip", "status", "id"};

static bool is_main(const char *name)
{
	for (size_t i = 0; i < AK_COUNT(main_filters); i++)
		if (strcmp(name, main_filters[i]) == 0)
			return true;
	return false;
}

static json_t *field(const struct ak_form *f, const struct ak_search_name *n)
{
	const json_t *given = json_object_get(f->spec.filters, n->name);
	json_t *values = json_array(), *v;
	size_t i;

	json_array_foreach((json_t *)given, i, v)
		json_array_append_new(values, json_pack("{s:O, s:o}", "value", v, "id", json_sprintf("f-%s-%zu", n->name, i)));
	/* An empty one: the first, or an alternative to what is there. */
	json_array_append_new(values, json_pack("{s:s, s:o, s:b}", "value", "", "id", json_sprintf("f-%s-%zu", n->name, json_array_size(given)), "or",
						json_array_size(given) > 0));
	return json_pack("{s:s, s:s, s:s, s:o}", "name", n->name, "label", n->name, "help", n->means, "values", values);
}

json_t *ak_view_form(const struct ak_form *f)
{
	json_t *layers = json_array(), *first = json_array(), *more = json_array();
	bool used = false;

	for (int k = 0; k < AK_K_COUNT; k++)
		json_array_append_new(layers, json_pack("{s:s, s:s, s:b}", "name", ak_kinds[k].name, "plural", ak_kinds[k].plural, "on", f->spec.layers >> k & 1));
	for (const struct ak_search_name *n = ak_search_names; n->name; n++) {
		if (!n->means)
			continue;
		json_array_append_new(is_main(n->name) ? first : more, field(f, n));
		used |= !is_main(n->name) && json_object_get(f->spec.filters, n->name);
	}
	return json_pack("{s:o, s:b, s:o, s:o, s:b, s:s?, s:s?, s:s?, s:s?, s:s?, s:b, s:b, s:b, s:b, s:b}", "layers", layers, "layers_on", f->spec.layers != 0, "main",
			 first, "more", more, "more_on", used, "from", f->spec.from, "to", f->spec.to, "at", f->spec.at, "where", f->spec.where, "text",
			 f->spec.text, "oldest", !f->spec.backwards, "pinned", f->spec.pinned, "limit_100", f->limit == 100, "limit_200", f->limit == 200,
			 "limit_500", f->limit == 500);
}

/* ---- the table ---- */

struct column {
	const char *head;
	int field[SOME]; /* the first that a record has */
	bool number, money; /* money: with its currency */
};

#define C(head, ...) {head, {__VA_ARGS__, NONE}, false, false}
#define N(head, f) {head, {AK_F_##f, NONE}, true, false}
#define M(head, f) {head, {AK_F_##f, NONE}, true, true}
static const struct column behind[AK_K_COUNT][BEHIND + 1] = {
	[AK_K_REQUEST] = {C("provider", AK_F_PROVIDER), C("key", AK_F_KEY_ALIAS, AK_F_KEY_ID), N("tokens in", INPUT_TOKENS), N("tokens out", OUTPUT_TOKENS),
			  M("cost", COST_ESTIMATED), C("app", AK_F_APP)},
	[AK_K_AUDIT] = {C("category", AK_F_CATEGORY), C("outcome", AK_F_OUTCOME), C("role", AK_F_ACTOR_ROLE), C("ticket", AK_F_TICKET_ID)},
	[AK_K_APP] = {C("app", AK_F_APP), C("outcome", AK_F_OUTCOME), C("environment", AK_F_ENVIRONMENT), C("trace", AK_F_TRACE_ID)},
	[AK_K_USAGE] = {C("key", AK_F_KEY_ALIAS, AK_F_KEY_ID), C("project", AK_F_PROJECT_NAME, AK_F_PROJECT), N("requests", REQUEST_COUNT),
			N("tokens in", INPUT_TOKENS), N("tokens out", OUTPUT_TOKENS), M("billed", COST_BILLED)},
	[AK_K_TICKET] = {C("approver", AK_F_APPROVER), C("deployment", AK_F_DEPLOYMENT_REF), C("rollback", AK_F_ROLLBACK_REF)},
	[AK_K_GRANT] = {C("log scope", AK_F_LOG_SCOPE), C("export", AK_F_EXPORT_PERMISSION), C("last used", AK_F_LAST_USED), C("reviewed", AK_F_REVIEWED)},
	[AK_K_KEY] = {C("team", AK_F_TEAM_NAME, AK_F_TEAM), C("environment", AK_F_ENVIRONMENT), C("created", AK_F_CREATED), C("last used", AK_F_LAST_USED)},
	[AK_K_CALL] = {C("provider", AK_F_PROVIDER), C("region", AK_F_REGION), C("outcome", AK_F_OUTCOME), C("provider's id", AK_F_PROVIDER_REQUEST_ID, AK_F_REQUEST_ID)},
	[AK_K_VERDICT] = {C("result", AK_F_DLP_RESULT), C("rule", AK_F_RULE), C("version", AK_F_RULE_VERSION), C("checked", AK_F_CHECKED)},
	[AK_K_QUOTA] = {C("scope", AK_F_QUOTA_SCOPE), N("limit", QUOTA_LIMIT), N("used", QUOTA_USED), C("unit", AK_F_QUOTA_UNIT)},
	[AK_K_SETTLEMENT] = {M("amount", COST_BILLED), C("invoice", AK_F_INVOICE_ID), C("reason", AK_F_REASON)},
	[AK_K_PRICE] = {M("price", PRICE), N("per", PRICE_PER), C("unit", AK_F_PRICE_UNIT)},
	[AK_K_CONFIG] = {C("version", AK_F_CONFIG_VERSION), N("retention days", RETENTION_DAYS)},
};
#undef C
#undef N
#undef M

/* The one layer, or NONE. */
static int only(unsigned kinds)
{
	for (int k = 0; k < AK_K_COUNT; k++)
		if (kinds == 1u << k)
			return k;
	return NONE;
}

json_t *ak_view_heads(unsigned kinds)
{
	json_t *out = json_array();
	int k = only(kinds);

	for (size_t i = 0; i < AK_ROW_CELLS; i++)
		json_array_append_new(out, json_pack("{s:s}", "head", ak_row_heads[i]));
	if (k == NONE)
		json_array_insert_new(out, 1, json_pack("{s:s}", "head", "layer"));
	for (size_t i = 0; k != NONE && behind[k][i].head; i++)
		json_array_append_new(out, json_pack("{s:s, s:b}", "head", behind[k][i].head, "number", behind[k][i].number));
	return out;
}

static json_t *value_text(const json_t *v)
{
	struct ak_buf b;
	json_t *out;

	if (json_is_string(v))
		return json_string(json_string_value(v));
	if (!v || json_is_null(v))
		return json_string("-");
	ak_buf_init(&b, 1 << 22);
	ak_jcs(v, &b, NULL);
	out = json_string(b.over || !b.p ? "(too long to show)" : b.p);
	ak_buf_release(&b);
	return out;
}

/* In groups of three, amounts with their currency. */
static json_t *number(const struct column *c, const json_t *v, const char *currency)
{
	json_t *plain = value_text(v);
	const char *figure = AK_FIGURE(json_string_value(plain));
	json_t *out = json_pack("{s:s, s:o, s:b}", "head", c->head, "text",
				c->money ? json_sprintf("%s %s", figure, currency ? currency : "?") : json_string(figure), "number", true);

	json_decref(plain);
	return out;
}

static json_t *cell_behind(const json_t *record, const struct column *c)
{
	const json_t *fields = json_object_get(record, "fields"), *v = NULL;
	const char *text;
	char *shown;
	json_t *out;

	for (const int *f = c->field; *f != NONE && !v; f++)
		v = json_object_get(fields, ak_fields[*f].column);
	if (c->number && v)
		return number(c, v, json_string_value(json_object_get(fields, ak_fields[AK_F_COST_CURRENCY].column)));
	text = json_string_value(v);
	if (!text)
		return json_pack("{s:s, s:o, s:b}", "head", c->head, "text", value_text(v), "number", c->number);
	shown = ak_row_shown(text);
	out = json_pack("{s:s, s:s, s:b}", "head", c->head, "text", shown, "number", c->number);
	ak_free(shown);
	return out;
}

json_t *ak_view_row(const json_t *record, unsigned kinds, const char *up)
{
	const char *user = ak_row_value(record, AK_ROW_USER), *cite = ak_jtxt(record, "cite", "?");
	json_t *cells = json_array(), *out;
	char *cell[AK_ROW_CELLS];
	int k = only(kinds);
	struct ak_buf href;

	ak_row_cells(record, cell);
	if (k == NONE)
		json_array_append_new(cells, json_pack("{s:s, s:s, s:b}", "head", "layer", "text", ak_jtxt(record, "kind", "?"), "one", true));
	for (size_t i = AK_ROW_TIME; i < AK_ROW_CELLS; i++)
		json_array_append_new(cells, json_pack("{s:s, s:s, s:o, s:b, s:b}", "head", ak_row_heads[i], "text", cell[i], "find",
						       i == AK_ROW_USER ? find_link(up, "user", user) : json_null(), "time", i == AK_ROW_TIME, "one", i == AK_ROW_USER || i == AK_ROW_ADDRESS));
	for (size_t i = 0; k != NONE && behind[k][i].head; i++)
		json_array_append_new(cells, cell_behind(record, &behind[k][i]));
	for (size_t i = 0; i < AK_ROW_CELLS; i++)
		ak_free(cell[i]);
	ak_buf_init(&href, 1 << 16);
	ak_buf_addf(&href, "%srecord/", up);
	ak_target_escape(&href, ak_str_of(cite));
	out = json_pack("{s:s, s:s, s:o, s:b}", "cite", cite, "href", href.p, "cells", cells, "witness", json_is_true(json_object_get(record, "second_witness")));
	ak_buf_release(&href);
	return out;
}

/* ---- counts ---- */

static json_t *layer_link(const struct ak_form *f, int kind)
{
	struct ak_form one = *f;
	struct ak_buf b;
	json_t *out;

	one.spec.layers = 1u << kind;
	one.cursor = NULL;
	one.bound = INT64_MAX;
	ak_buf_init(&b, 1 << 16);
	ak_form_query(&one, true, &b);
	out = json_string(b.n ? b.p : "");
	ak_buf_release(&b);
	return out;
}

static json_t *thousands(uint64_t n)
{
	return n ? json_string(AK_NUM(n)) : json_null();
}

json_t *ak_view_counts(const struct ak_search_count counts[AK_K_COUNT], const struct ak_form *f, json_t **none)
{
	json_t *out = json_array();
	struct ak_buf b;

	ak_buf_init(&b, 1 << 16);
	for (int k = 0; k < AK_K_COUNT; k++) {
		if (!counts[k].asked)
			continue;
		if (!counts[k].n && counts[k].exact) {
			ak_buf_addf(&b, "%s%s", b.n ? ", " : "", ak_kinds[k].name);
			continue;
		}
		json_array_append_new(out, json_pack("{s:s, s:s, s:b, s:o, s:o, s:o}", "kind", ak_kinds[k].name, "n", AK_NUM(counts[k].n), "exact", counts[k].exact,
						     "witnesses", thousands(counts[k].witnesses), "entries", thousands(counts[k].entries), "query",
						     layer_link(f, k)));
	}
	*none = b.n ? json_string(b.p) : json_null();
	ak_buf_release(&b);
	return out;
}

/* ---- a record ---- */

/* Of a change: null where that side was not there. */
static json_t *side(const json_t *e, const char *name)
{
	const json_t *v = json_object_get(e, name);

	return !v ? json_null() : json_is_string(v) && !json_string_length(v) ? json_string("\"\"") : json_is_null(v) ? json_string("null") : value_text(v);
}

static json_t *changes(const json_t *record, int f)
{
	json_t *list = json_object_get(json_object_get(record, "fields"), ak_fields[f].name), *out = json_array(), *e;
	size_t i;

	json_array_foreach(list, i, e)
		json_array_append_new(out, json_pack("{s:s, s:o, s:o}", "path", ak_jtxt(e, "path", "?"), "before", side(e, "before"), "after",
						     json_is_true(json_object_get(e, "unnamed")) ? json_string("not named by the update") : side(e, "after")));
	return out;
}

static json_t *record_field(const char *name, const json_t *v, const char *up)
{
	int f = ak_field_find(ak_str_of(name));
	const char *filter = f < 0 ? NULL : filter_of(f);

	return json_pack("{s:s, s:o, s:s?, s:s?, s:o}", "name", name, "value", value_text(v), "meaning", f < 0 ? NULL : ak_fields[f].meaning, "unit",
			 f < 0 ? NULL : ak_fields[f].unit, "find", find_link(up, filter, json_string_value(v)));
}

static json_t *original(const json_t *r)
{
	unsigned long long at = ak_jnum(r, "byte_offset"), n = ak_jnum(r, "byte_length");
	const char *codec = ak_jtxt(r, "file_codec", "none");
	bool plain = strcmp(codec, "none") == 0;

	return json_pack("{s:s, s:s, s:o, s:o, s:o}", "file", ak_jtxt(r, "file_name", "?"), "sha256", ak_jtxt(r, "file_sha256", "-"), "number",
			 json_string(AK_NUM(ak_jnum(r, "record"))), "bytes", json_sprintf("%llu to %llu", at, at + n), "command",
			 plain ? json_sprintf("tail -c +%llu FILE | head -c %llu", at + 1, n)
			       : json_sprintf("%s -dc FILE | tail -c +%llu | head -c %llu", codec, at + 1, n));
}

json_t *ak_view_record(const json_t *record, const char *up)
{
	json_t *fields = json_array(), *diffs = json_array(), *flags = json_object_get(record, "flags"), *v;
	const char *name;

	json_object_foreach(json_object_get(record, "fields"), name, v) {
		int f = ak_field_find(ak_str_of(name));

		if (f >= 0 && ak_fields[f].type == AK_T_DIFF && json_is_array(v))
			json_array_append_new(diffs, json_pack("{s:s, s:o}", "name", name, "rows", changes(record, f)));
		else
			json_array_append_new(fields, record_field(name, v, up));
	}
	return json_pack("{s:s, s:s, s:s?, s:s?, s:O?, s:o, s:o, s:s, s:s, s:o}", "cite", ak_jtxt(record, "cite", "?"), "kind", ak_jtxt(record, "kind", "?"), "time",
			 ak_jtxt(record, "time", NULL), "superseded_by", ak_jtxt(record, "superseded_by", NULL), "flags",
			 json_array_size(flags) ? flags : NULL, "fields", fields, "diffs", diffs, "leaf", ak_jtxt(record, "leaf", "?"), "pseudonym_key",
			 ak_jtxt(record, "pseudonym_key", "?"), "original", original(record));
}

/* ---- saved searches ---- */

static void say_list(const json_t *list, const char *name, const char *between, struct ak_buf *out)
{
	json_t *v;
	size_t i;

	if (json_array_size(list))
		ak_buf_addf(out, "%s%s ", out->n ? ", " : "", name);
	json_array_foreach((json_t *)list, i, v)
		ak_buf_addf(out, "%s%s", i ? between : "", json_string_value(v) ? json_string_value(v) : "?");
}

static void say_search(const json_t *search, struct ak_buf *out)
{
	static const char *const texts[] = {"from", "to", "at", "where", "text"};
	const char *name;
	json_t *list;

	json_object_foreach(json_object_get(search, "filters"), name, list)
		say_list(list, name, " or ", out);
	for (size_t i = 0; i < AK_COUNT(texts); i++)
		if (ak_jtxt(search, texts[i], NULL))
			ak_buf_addf(out, "%s%s %s", out->n ? ", " : "", texts[i], ak_jtxt(search, texts[i], ""));
	say_list(json_object_get(search, "layers"), "in", ", ", out);
}

json_t *ak_view_saved(const json_t *queries)
{
	json_t *out = json_array(), *versions, *p;
	const char *name;
	struct ak_buf b;
	size_t i;

	json_object_foreach((json_t *)queries, name, versions) {
		const json_t *q = json_array_get(versions, 0), *search = json_object_get(q, "search");
		json_t *names = ak_saved_params(search), *params = json_array();

		json_array_foreach(names, i, p)
			json_array_append_new(params, json_pack("{s:O, s:o}", "name", p, "id", json_sprintf("p-%s-%zu", name, i)));
		ak_buf_init(&b, 1 << 20);
		say_search(search, &b);
		json_array_append_new(out, json_pack("{s:s, s:I, s:s, s:s, s:o}", "name", name, "version", (json_int_t)ak_jnum(q, "version"), "saved",
						     ak_jtxt(q, "saved", "?"), "says", b.p ? b.p : "everything", "params", params));
		ak_buf_release(&b);
		json_decref(names);
	}
	return out;
}
