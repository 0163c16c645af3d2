/* 2 Source index: what was read, what was lost, what does not meet. */
#include "base/ak.h"
#include "packet/sections.h"

#include "base/jsonget.h"
#include "base/time.h"
#include "check/said.h"
#include "query/query.h"

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }

/* not_provided of policy.yaml: said openly, so it is a declared gap and not an open question (DECISIONS 35). */
static void not_provided(struct ak_sections *s, json_t *o)
{
	const json_t *all = s->policy ? ak_policy_get(s->policy, "not_provided") : NULL;
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)all, name, v) {
		const char *why = text(v, "why"), *owner = text(v, "owner"), *due = text(v, "due");

		if (!why || !owner || !due)
			ak_section_gap(s, o, "%s is not provided; why, owner or due is missing in policy.yaml", name);
		else
			ak_section_not_provided(s, o, owner, due, "%s is not provided: %s", name, why);
	}
}

/* A source of the policy from which nothing was ever read. */
static void missing(struct ak_sections *s, json_t *o, const struct ak_facts *f)
{
	for (size_t p = 0; s->policy && p < s->policy->nsources; p++) {
		json_t *row;
		bool seen = false;
		size_t i;

		json_array_foreach(f->sources, i, row)
			seen = seen || strcmp(text(row, "name"), s->policy->sources[p].name) == 0;
		if (!seen)
			ak_section_gap(s, o, "source %s is declared (policy.yaml:%d), nothing was read from it", s->policy->sources[p].name,
				       s->policy->sources[p].line);
	}
}

/* The line of policy.yaml that asks for it is a gap already. */
static bool owner_is_asked(const struct ak_sections *s, const char *name)
{
	const json_t *entry = json_object_get(ak_policy_said(s->policy, "sources"), name);

	return entry && !ak_policy_said_in(entry, "owner");
}

static void counts(struct ak_sections *s, json_t *o, const struct ak_facts *f)
{
	struct ak_table *t = ak_section_table(s, o, "sources", "Sources: in = stored + duplicate + rejected + blank + excluded + expired",
				     "name kind format owner files:integer records_in:integer stored:integer duplicate:integer "
				     "rejected:integer blank:integer excluded:integer expired:integer conflict:integer "
				     "superseded:integer state first:datetime last:datetime exported_at:datetime exported_at_basis query original "
				     "sha256 cannot_prove");
	json_t *row;
	size_t i;

	json_array_foreach(f->sources, i, row) {
		const char *state = text(row, "state"), *name = text(row, "name");

		ak_table_add(t, row);
		if (!text(row, "owner") && !owner_is_asked(s, name) && strcmp(ak_jtxt(row, "format", ""), "unrecognised") != 0)
			ak_section_gap(s, o, "source %s has no owner", name);
		if (state && strcmp(state, "complete") != 0)
			ak_section_gap(s, o, "source %s is %s: not everything in it was read", name, state);
		if (json_is_true(json_object_get(row, "has_more")))
			ak_section_gap(s, o, "source %s ends in a page that says more pages follow", name);
		if (json_is_true(json_object_get(row, "unfinished")))
			ak_section_gap(s, o, "source %s was not pulled to the end of its period", name);
	}
	if (!json_array_size(f->sources))
		ak_section_gap(s, o, "no source has been read");
	ak_section_say(o, "proven", "tables/sources.csv", "%lld of %lld records that were read are stored, %lld were duplicates, %lld rejected, %lld blank, %lld excluded, %lld expired",
		       (long long)ak_facts_sum(f->sources, "stored"), (long long)ak_facts_sum(f->sources, "records_in"),
		       (long long)ak_facts_sum(f->sources, "duplicate"), (long long)ak_facts_sum(f->sources, "rejected"),
		       (long long)ak_facts_sum(f->sources, "blank"), (long long)ak_facts_sum(f->sources, "excluded"),
		       (long long)ak_facts_sum(f->sources, "expired"));
}

/* Two sources of one system: each attempt counts once, as the first has it. */
static void corroboration(struct ak_sections *s, json_t *o, const struct ak_facts *f)
{
	struct ak_table *fields;
	json_t *p, *row;	json_int_t all = 0;
	size_t i, k;

	ak_section_rows(s, o, "corroboration", "Attempts that two sources of one system recorded; they count once",
			"counted witness attempts:integer differ:integer only_counted:integer only_witness:integer", f->witnesses);
	fields = ak_section_table(s, o, "difference_fields", "Fields that the two records of an attempt differ in",
				  "counted witness field n:integer attempts:integer");
	json_array_foreach(f->witnesses, i, p)
		json_array_foreach(json_object_get(p, "fields"), k, row) {
			json_t *cells = json_pack("{s:O, s:O, s:O, s:O, s:O}", "counted", json_object_get(p, "counted"), "witness",
						  json_object_get(p, "witness"), "field", json_object_get(row, "field"), "n",
						  json_object_get(row, "n"), "attempts", json_object_get(p, "attempts"));
			ak_table_add(fields, cells);
			json_decref(cells);
			all += json_integer_value(json_object_get(row, "n"));
		}
	json_array_foreach(f->differences, i, row) {
		ak_selfaudit_field(s->audit, text(row, "field"), json_object_get(row, "counted_value"));
		ak_selfaudit_field(s->audit, text(row, "field"), json_object_get(row, "witness_value"));
	}
	ak_section_rows(s, o, "differences", "Where the two records of one attempt differ, as they are stored",
			"counted witness field counted_value witness_value", f->differences);
	if (all)
		ak_section_say(o, "proven", "tables/differences.csv", "%lld of %lld differences are listed, of each field the first %d",
			       (long long)json_array_size(f->differences), (long long)all, AK_DIFFERENCES_LISTED);
	json_array_foreach(f->witnesses, i, p)
		ak_section_say(o, "proven", "tables/corroboration.csv",
			       "%lld attempts have two witnesses, %s and %s, and count once; %lld of them differ in some field",
			       (long long)json_integer_value(json_object_get(p, "attempts")), text(p, "counted"), text(p, "witness"),
			       (long long)json_integer_value(json_object_get(p, "differ")));
}

/* Pages that were read from an API: whether anybody has the bytes behind their digests. */
static void pulled(json_t *o, const struct ak_facts *f)
{
	json_t *source;
	size_t i;

	json_array_foreach(f->sources, i, source)
		if (text(source, "original"))
			ak_section_say(o, "proven", "tables/sources.csv", "%s was read from its API, %lld pages: original %s", text(source, "name"),
				       (long long)json_integer_value(json_object_get(source, "pages")), text(source, "original"));
}

static void labels(json_t *o, const struct ak_facts *f)
{
	json_t *source, *row;
	size_t i, k;

	json_array_foreach(f->sources, i, source)
		json_array_foreach(json_object_get(source, "warnings"), k, row)
			if (strcmp(text(row, "rule"), "personal_label") == 0)
				ak_section_say(o, "proven", "tables/sources.csv", "%s: %lld %s", text(source, "name"),
					       (long long)json_integer_value(json_object_get(row, "n")), text(row, "detail"));
}

enum ak_rc ak_section_sources(struct ak_sections *s, const struct ak_facts *f, struct ak_err *err)
{
	json_t *o = ak_section_new(s, "sources", "Source index", "Which exports were read, and was anything lost?"), *row;
	size_t i;

	(void)err;
	ak_section_source_types(s, o, f);
	counts(s, o, f);
	ak_section_completeness(s, o, f);
	ak_section_ipe(s, o, f);
	not_provided(s, o);
	missing(s, o, f);
	ak_section_rows(s, o, "links", "Links between sources: linked + ambiguous + unlinked = total",
			"from to method linked:integer ambiguous:integer unlinked:integer total:integer percent", f->links);
	json_array_foreach(f->links, i, row)
		ak_section_say(o, "proven", "tables/links.csv", "%s to %s: %lld of %lld linked, %s", text(row, "from"),
			       text(row, "to") ? text(row, "to") : "nothing",
			       (long long)json_integer_value(json_object_get(row, "linked")),
			       (long long)json_integer_value(json_object_get(row, "total")),
			       strcmp(text(row, "method"), "exact") == 0 ? "by an identifier both have" : "by sums per bucket, key and model");
	corroboration(s, o, f);
	pulled(o, f);
	labels(o, f);
	if (!s->scope) /* nobody can tell whose they were */
		ak_section_place(o, f->table[AK_P_REJECTS]);
	ak_section_declared(s, o, "sources");
	return AK_OK;
}
