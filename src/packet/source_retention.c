/* The part of the retention statement that goes by source: class, deletion, archive, exceptions, holds, and what the system itself keeps. */
#include "base/ak.h"
#include "packet/source_retention.h"

#include "base/jsonget.h"
#include "base/time.h"
#include "check/said.h"
#include "packet/sections.h"

#define DAY_US INT64_C(86400000000)

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }

static const json_t *declared_source(const struct ak_policy *policy, const char *name)
{
	return json_object_get(ak_policy_said(policy, "sources"), name);
}

static bool instant(const char *z, int64_t *us)
{
	struct ak_err ignored = {0};

	return z && ak_time_arg(z, 0, us, &ignored) == AK_OK;
}

/* The oldest record of a source, whatever its kind; NULL when none has a time. */
static const char *oldest_of(const struct ak_facts *f, const char *source)
{
	const char *oldest = NULL;
	json_t *age;
	size_t i;

	json_array_foreach(json_object_get(f->shapes, "ages"), i, age) {
		const char *z = text(age, "oldest");

		if (strcmp(text(age, "source"), source) == 0 && z && (!oldest || strcmp(z, oldest) < 0))
			oldest = z;
	}
	return oldest;
}

enum kept { NOT_STATED, NOT_JUDGED, REACHES, LOST };
static const char *const states[] = {"not stated", "not judged", "reaches as far as stated", "source lost records early"};

/* How rows are grouped leaves none out. */
static bool asked_for_less(const char *query) { return query && (strncmp(query, "group_by=", 9) != 0 || query[strcspn(query, "& ;")]); }

/* A day of leave: exports and records need not be of the same hour. A query may have asked for less. */
static enum kept judge(const struct ak_facts *f, const struct ak_policy *policy, const json_t *source)
{
	const json_t *said = declared_source(policy, text(source, "name"));
	const char *stores = json_string_value(ak_policy_said_in(said, "stores")), *since = json_string_value(ak_policy_said_in(said, "since"));
	int64_t days = stores ? ak_policy_days(stores) : -1, exported, from, oldest;

	if (!ak_policy_said_in(said, "stores"))
		return NOT_STATED;
	if (days <= 0 || days > 36500 || asked_for_less(text(source, "query")) || !instant(text(source, "exported_at"), &exported) || !instant(oldest_of(f, text(source, "name")), &oldest))
		return NOT_JUDGED;
	from = exported - days * DAY_US;
	if (instant(since, &exported) && exported > from)
		from = exported;
	return oldest > from + DAY_US ? LOST : REACHES;
}

void ak_source_lost_early(const struct ak_facts *f, const struct ak_policy *policy, uint64_t *lost, uint64_t *of)
{
	json_t *source;
	size_t i;

	json_array_foreach(f->sources, i, source) {
		enum kept k = judge(f, policy, source);

		*of += k == REACHES || k == LOST;
		*lost += k == LOST;
	}
}

static json_t *said_of(const struct ak_sections *s, const json_t *entry, const char *member)
{
	const json_t *v = ak_policy_said_in(entry, member), *item;
	struct ak_buf b;
	json_t *o;
	size_t i;

	ak_buf_init(&b, 1 << 16);
	if (json_is_integer(v))
		ak_buf_addf(&b, "%lld", (long long)json_integer_value(v));
	else if (json_is_string(v))
		ak_buf_adds(&b, json_string_value(v));
	else if (json_is_array(v) && !json_array_size(v))
		ak_buf_adds(&b, "none");
	json_array_foreach((json_t *)v, i, item)
		if (json_is_string(item))
			ak_buf_addf(&b, "%s%s", i ? ", " : "", json_string_value(item));
	o = b.n ? ak_section_redacted(s, b.p) : json_null();
	ak_buf_release(&b);
	return o;
}

/* What of a class nobody has declared stays empty in its column, and is counted. */
static void one(struct ak_sections *s, struct ak_table *t, const struct ak_facts *f, const json_t *age, size_t *bare)
{
	static const char *const of_class[] = {"keep", "delete", "archive", "storage_class"};
	const json_t *classes = ak_policy_said(s->policy, "retention"), *class = json_object_get(classes, text(age, "kind"));
	const json_t *exceptions = json_object_get(classes, "exceptions"), *said = declared_source(s->policy, text(age, "source"));
	const json_t *source = ak_jfind(f->sources, "name", text(age, "source"));
	json_t *row = json_copy((json_t *)age);

	for (size_t i = 0; i < AK_COUNT(of_class); i++)
		json_object_set_new(row, of_class[i], said_of(s, class, of_class[i]));
	json_object_set_new(row, "exceptions_by", said_of(s, exceptions, "approved_by"));
	json_object_set_new(row, "declared_holds", said_of(s, exceptions, "holds"));
	json_object_set(row, "holds", json_object_get(f->holds, "in_force"));
	json_object_set_new(row, "stores", said_of(s, said, "stores"));
	json_object_set_new(row, "when_full", said_of(s, said, "when_full"));
	json_object_set_new(row, "since", said_of(s, said, "since"));
	json_object_set_new(row, "kept", json_string(states[source ? judge(f, s->policy, source) : NOT_STATED]));
	*bare += json_is_null(json_object_get(row, "keep")) || json_is_null(json_object_get(row, "delete"));
	ak_table_add(t, row);
	json_decref(row);
}

void ak_section_source_retention(struct ak_sections *s, json_t *section, const struct ak_facts *f)
{
	const json_t *ages = json_object_get(f->shapes, "ages");
	uint64_t lost = 0, of = 0;
	size_t bare = 0, i;
	json_t *age, *source;
	struct ak_table *t;

	if (s->scope) /* of some records nothing follows for their source */
		return;
	t = ak_section_table(s, section, "retention_sources",
			     "By source and kind: what policy.yaml declares of the life of its records, and whether the oldest is as old as the source states to keep",
			     "source kind records:integer oldest:datetime keep delete archive storage_class exceptions_by declared_holds holds:integer stores when_full since kept");

	json_array_foreach((json_t *)ages, i, age)
		one(s, t, f, age, &bare);
	ak_source_lost_early(f, s->policy, &lost, &of);
	ak_section_say(section, "declared", "tables/retention_sources.csv", "%zu of %zu sources and kinds have a declared class with a way of deletion", json_array_size(ages) - bare, json_array_size(ages));
	ak_section_say(section, "proven", "tables/retention_sources.csv", "%llu of %llu sources whose own retention is stated in days have no record as old as that",
		       (unsigned long long)lost, (unsigned long long)of);
	json_array_foreach(f->sources, i, source)
		if (judge(f, s->policy, source) == LOST)
			ak_section_say(section, "proven", "tables/retention_sources.csv", "source lost records early: %s states to keep %s, its oldest record is of %s, the export of %s", text(source, "name"),
				       json_string_value(ak_policy_said_in(declared_source(s->policy, text(source, "name")), "stores")), oldest_of(f, text(source, "name")), text(source, "exported_at"));
}
