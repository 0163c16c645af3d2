/* 1 Scope: what the packet speaks about, and the populations in it. */
#include "base/ak.h"
#include "base/jsonw.h"
#include "packet/sections.h"

#include "base/jsonget.h"
#include "base/time.h"
#include "check/named.h"
#include "check/said.h"
#include "model/field.h"

static const struct ak_kind_info *kind_of(const json_t *age) { return &ak_kinds[ak_kind_find(ak_str_of(ak_jtxt(age, "kind", "")))]; }

/* From when to when things happened; RFC 3339 times in UTC of one width are in the order of their bytes. */
static void reach(struct ak_sections *s, const json_t *ages)
{
	json_t *row;
	size_t i;

	s->records = (uint64_t)ak_facts_sum(ages, "records");
	json_array_foreach((json_t *)ages, i, row) {
		const char *first = ak_jtxt(row, "first", NULL), *last = ak_jtxt(row, "last", NULL);

		if (!kind_of(row)->events)
			continue;
		if (first && (!s->first[0] || strcmp(first, s->first) < 0))
			snprintf(s->first, sizeof s->first, "%s", first);
		if (last && strcmp(last, s->last) > 0)
			snprintf(s->last, sizeof s->last, "%s", last);
	}
}

/* An inventory has the days on which its keys were made: they are no part of what happened. */
static void states_outside(struct ak_sections *s, json_t *o, const json_t *ages)
{
	json_t *row;
	size_t i;

	s->states = json_array();
	json_array_foreach((json_t *)ages, i, row) {
		const char *first = ak_jtxt(row, "first", NULL), *last = ak_jtxt(row, "last", NULL);

		if (kind_of(row)->events || !first || !last || (s->first[0] && strcmp(first, s->first) >= 0 && strcmp(last, s->last) <= 0))
			continue;
		json_array_append_new(s->states, json_pack("{s:s, s:s, s:O, s:s, s:s}", "kind", ak_jtxt(row, "kind", ""), "kinds", kind_of(row)->plural, "records",
							   json_object_get(row, "records"), "first", first, "last", last));
		ak_section_say(o, "proven", "tables/records.csv", "%lld %s are states and no events: they are dated %s to %s, outside of the time of the events",
			       (long long)ak_jnum(row, "records"), kind_of(row)->plural, first, last);
	}
}

static void period(struct ak_sections *s, json_t *o)
{
	char from[32], to[32];

	if (s->from_us == INT64_MIN && s->to_us == INT64_MAX)
		ak_section_say(o, "proven", "packet.json", "period: everything in the workspace");
	else
		ak_section_say(o, "proven", "packet.json", "period: %s to %s, the end not included",
			       s->from_us == INT64_MIN ? "the first record" : ak_time_z(s->from_us, 0, from),
			       s->to_us == INT64_MAX ? "the last record" : ak_time_z(s->to_us, 0, to));
}

/* For whom the packet is, and what it does not show them. */
static void view(struct ak_sections *s, json_t *o)
{
	static const char *const what[] = {"columns", "fields", "tables", "tokens"};
	AK_CLEANUP(ak_json_decref) json_t *doc = ak_view_document(s->view);
	struct ak_buf b;

	if (!s->view)
		return;
	ak_buf_init(&b, 1 << 16);
	for (size_t i = 0; i < AK_COUNT(what); i++) {
		const json_t *list = json_object_get(json_object_get(doc, "leaves_out"), what[i]);
		json_t *v;
		size_t k;

		json_array_foreach((json_t *)list, k, v)
			ak_buf_addf(&b, "%s%s%s%s", k ? ", " : b.n ? "; " : "", k ? "" : what[i], k ? "" : " ", json_string_value(v));
	}
	ak_section_say(o, "proven", "packet.json", "view %s, for %s; left out: %s", s->view->title, s->view->audience, b.n ? b.p : "nothing");
	ak_buf_release(&b);
}

static void kinds(struct ak_sections *s, json_t *o, const struct ak_facts *f)
{
	struct ak_table *t = ak_section_table(s, o, "records", "Records of the period by kind",
					      "kind records:integer first:datetime last:datetime cannot_prove");
	json_t *row;
	size_t i;

	json_array_foreach(f->ages, i, row) {
		int k = ak_kind_find(ak_str_of(json_string_value(json_object_get(row, "kind"))));

		json_object_set_new(row, "cannot_prove", json_string(ak_kinds[k].cannot_prove));
		ak_table_add(t, row);
	}
	ak_section_say(o, "proven", "tables/records.csv", "%lld records of %zu kinds in the period, of %lld in the workspace; the ledger has %lld leaves",
		       (long long)ak_facts_sum(f->ages, "records"), json_array_size(f->ages),
		       (long long)json_integer_value(json_object_get(f->workspace, "records_total")),
		       (long long)json_integer_value(json_object_get(json_object_get(f->workspace, "checkpoint"), "size")));
}

/* DECISIONS 1: several entries of one request id are one attempt. */
static void folded(json_t *o, const struct ak_facts *f)
{
	long long entries = (long long)json_integer_value(json_object_get(f->entries, "entries"));

	if (entries)
		ak_section_say(o, "proven", "request records", "%lld entries of request logs fold into %lld attempts, one per request id; totals count attempts",
			       entries, (long long)json_integer_value(json_object_get(f->entries, "attempts")));
}

/* An environment that occurs without being declared is test data shown as production, or a gap in the scope. */
static void environments(struct ak_sections *s, json_t *o, const struct ak_facts *f)
{
	const json_t *declared = s->policy ? ak_policy_get(s->policy, "scope.environments") : NULL;
	json_t *row, *item;
	size_t i, k;

	json_array_foreach(f->environments, i, row) {
		const char *name = json_string_value(json_object_get(row, "environment"));
		bool known = json_is_string(declared) && strcmp(json_string_value(declared), name) == 0;

		json_array_foreach(declared, k, item)
			known = known || (json_is_string(item) && strcmp(json_string_value(item), name) == 0);
		ak_section_say(o, "proven", "request and app event records", "environment %s: %lld records", name,
			       (long long)json_integer_value(json_object_get(row, "records")));
		if (!known)
			ak_section_gap(s, o, "environment %s occurs in the records and policy.yaml does not name it", name);
	}
}

/* F014, F108: estimated costs against the prices in force at the time of each call. */
static void recomputed(struct ak_sections *s, json_t *o, const struct ak_facts *f)
{
	size_t i, agree = 0, n = 0;
	json_t *row;

	if (!json_array_size(f->price_check))
		return;
	json_array_foreach(f->price_check, i, row) {
		const char *left = json_string_value(json_object_get(row, "residual"));
		bool priced = json_integer_value(json_object_get(row, "priced")) > 0;

		n += priced;
		agree += priced && left && strcmp(left, "0") == 0;
	}
	ak_section_rows(s, o, "price_check", "Estimated costs computed again with the catalogue's price at the time of each call",
			"source provider model currency attempts:integer priced:integer stored:number recomputed:number "
			"residual:number",
			f->price_check);
	ak_section_say(o, "proven", "tables/price_check.csv", "%lld of %lld dated and answered attempts with an estimated cost have prices for their time; %zu of %zu priced models agree to the last digit",
		       (long long)ak_facts_sum(f->price_check, "priced"), (long long)ak_facts_sum(f->price_check, "attempts"), agree, n);
}

/* Money that was given back or added, and limits that acted. */
static void settled(json_t *o, const struct ak_facts *f)
{
	size_t n = f->counts.rows[AK_P_SETTLEMENTS];

	if (!n)
		return;
	ak_section_place(o, f->table[AK_P_SETTLEMENTS]);
	ak_section_say(o, "proven", "tables/settlements.csv", "%zu of %zu settlement rows meet a gateway record, %zu of %zu the admin event that approved them",
		       f->counts.settlements_found, n, f->counts.settlements_approved, n);
}

static void quotas(json_t *o, const struct ak_facts *f)
{
	if (!f->counts.rows[AK_P_QUOTAS])
		return;
	ak_section_place(o, f->table[AK_P_QUOTAS]);
	ak_section_say(o, "proven", "tables/quota_events.csv", "%lld quota events, %lld of them belong to a call in the gateway's records",
		       (long long)f->counts.quota_events, (long long)f->counts.quota_linked);
}

/* Each change once, by its verdict; and by how many people, which says whether two are by one where a view shows nobody. */
static void changes(const struct ak_sections *s, json_t *o, const struct ak_facts *f)
{
	const struct ak_tally *c = &f->counts;
	size_t rows = c->rows[AK_P_CHANGES], actors = json_object_size(c->change_actors);
	json_int_t most = 0;
	struct ak_buf b;
	const char *name;
	json_t *n;

	if (!rows)
		return;
	ak_buf_init(&b, 1 << 16);
	json_object_foreach(c->change_verdicts, name, n)
		ak_buf_addf(&b, "%s%s %lld", b.n ? ", " : ": ", name, (long long)json_integer_value(n));
	ak_section_say(o, "proven", "tables/changes.csv", "%zu of %zu changes by administrators are asked for an approval%s%.*s", c->changes_asked, rows,
		       c->changes_asked < rows ? ", the others failed, only read or are judged with their settlement" : "", (int)b.n, b.n ? b.p : "");
	ak_buf_release(&b);
	json_object_foreach(c->change_actors, name, n)
		most = json_integer_value(n) > most ? json_integer_value(n) : most;
	ak_section_say(o, "proven", "tables/changes.csv", "%s%zu actors made the %zu changes, one of them at most %lld; %zu name nobody%s", actors < AK_ACTORS_TOLD ? "" : "more than ",
		       actors, rows, (long long)most, c->changes_by_nobody, ak_view_leaves_column(s->view, "actor") ? "; this view shows what sort of actor and no actor" : "");
}

static void rollup(struct ak_sections *s, json_t *o, const struct ak_facts *f, enum ak_rollup r, const char *title,
		   const char *columns, const json_t *rows)
{
	json_t *published = ak_small_groups_rows(f->small, r, rows);

	ak_section_rows(s, o, ak_small_groups_name(r), title, columns, published);
	json_decref(published);
}

/* What the figures make of it, so that nobody takes a declaration for a filter. */
static void control_point(struct ak_sections *s, json_t *o, const struct ak_facts *f)
{
	const char *name = ak_policy_said_text(s->policy, "scope.control_point", NULL), *wrong;
	AK_CLEANUP(ak_json_decref) json_t *shown = NULL;
	uint64_t all = 0, own = 0;
	json_t *row;
	size_t i;

	if (!name || s->scope || ak_policy_names_nothing(s->policy, "scope.control_point", f->sources, &wrong))
		return;
	json_array_foreach(json_object_get(f->shapes, "ages"), i, row)
		if (strcmp(ak_jtxt(row, "kind", ""), "request") == 0) {
			all++;
			own += strcmp(ak_jtxt(row, "source", ""), name) == 0;
		}
	shown = ak_section_redacted(s, name);
	ak_section_say(o, "proven", "tables/sources.csv", "figures of bypass take traffic of providers that meets no request of the %llu source%s with requests, not of control_point alone; %s %s",
		       (unsigned long long)all, all == 1 ? "" : "s", json_string_value(shown), own ? "decides where several have the same call" : "is not one of them");
}

enum ak_rc ak_section_scope(struct ak_sections *s, const struct ak_facts *f, struct ak_err *err)
{
	json_t *o = ak_section_new(s, "scope", "Scope", "Which use of which AI APIs does this packet cover?");

	reach(s, f->ages);
	period(s, o);
	ak_scoped_say(s, o);
	view(s, o);
	ak_section_headings(s, o, f);
	if (s->first[0])
		ak_section_say(o, "proven", "tables/records.csv", "first event of the period %s, last %s", s->first, s->last);
	states_outside(s, o, f->ages);
	kinds(s, o, f);
	folded(o, f);
	environments(s, o, f);
	ak_section_declared(s, o, "scope");
	control_point(s, o, f);
	ak_section_place(o, f->table[AK_P_KEYS]);
	rollup(s, o, f, AK_R_ROUTES, "Model paths: what was asked for and what served it",
	       "source asked provider served attempts:integer failed:integer after_fallback:integer "
	       "cache_hits:integer without_key:integer people:integer",
	       f->routes);
	rollup(s, o, f, AK_R_SPEND, "Usage and cost; layers and currencies are never added to each other; line_item is the bill's own word, which may cover several models",
	       "source layer provider model line_item currency records:integer requests:integer "
	       "input_tokens:integer output_tokens:integer estimated:number billed:number query people:integer",
	       f->spend);
	ak_section_place(o, f->table[AK_P_CHANGES]);
	changes(s, o, f);
	recomputed(s, o, f);
	settled(o, f);
	quotas(o, f);
	return ak_section_sample(s, o, err);
}
