/* The six headings of the scope statement: system, environment, date range, applications, gateway keys and what is left out. Each has
 * what the records show and what is declared, or is a gap. */
#include "base/ak.h"
#include "packet/sections.h"

#include "base/time.h"

enum { NAMES = 20 };

struct heading {
	struct ak_sections *s;
	json_t *section;
	const struct ak_facts *f;
	struct ak_table *table;
	const char *name;
	size_t rows;
};

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static const char *known(const char *answer) { return answer && *answer && strcmp(answer, "unknown") != 0 ? answer : NULL; }

static void put(struct heading *h, const char *tag, const char *basis, json_t *contents)
{
	json_t *row = json_pack("{s:s, s:s, s:o, s:s}", "heading", h->name, "tag", tag, "contents", contents, "basis", basis);

	ak_table_add(h->table, row);
	json_decref(row);
	h->rows++;
}

/* "policy.yaml:LINE" of an answer. */
static const char *line_of(const struct heading *h, const char *above, const char *member, char *buf, size_t n)
{
	const struct ak_policy *p = h->s->policy;
	const json_t *map = *above ? ak_policy_get(p, above) : p->yaml.root;

	snprintf(buf, n, "policy.yaml:%d", ak_yaml_key_line(&p->yaml, map, member));
	return buf;
}

/* Names up to a number, and how many more there are. */
struct names {
	struct ak_buf b;
	size_t n;
};

static void name_one(struct names *x, const char *name)
{
	if (x->n++ < NAMES)
		ak_buf_addf(&x->b, "%s%s", x->b.n ? ", " : "", name);
}

/* The names as one text, behind what is said of them; NULL where there are none. Released. */
static json_t *named(struct names *x, const char *before)
{
	json_t *o = NULL;

	if (x->n > NAMES)
		ak_buf_addf(&x->b, " and %zu more", x->n - NAMES);
	if (x->n)
		o = json_sprintf("%s%s", before, x->b.p ? x->b.p : "");
	ak_buf_release(&x->b);
	return o;
}

static struct names no_names(void)
{
	struct names x = {.n = 0};

	ak_buf_init(&x.b, 1 << 16);
	return x;
}

/* What policy.yaml names under a member of scope: a text, a list, or the members of a map. */
static void declare(struct heading *h, const char *member)
{
	const json_t *v = h->s->policy ? json_object_get(ak_policy_get(h->s->policy, "scope"), member) : NULL, *item;
	struct names x = no_names();
	char basis[64];
	const char *name;
	json_t *list, *said, *one;
	size_t i;

	if (json_is_string(v) && known(json_string_value(v)))
		name_one(&x, json_string_value(v));
	json_array_foreach((json_t *)v, i, item)
		if (json_is_string(item))
			name_one(&x, json_string_value(item));
	json_object_foreach((json_t *)v, name, one)
		name_one(&x, name);
	list = named(&x, "");
	if (!list)
		return;
	said = ak_section_redacted(h->s, json_string_value(list));
	put(h, "declared", line_of(h, "scope", member, basis, sizeof basis), said);
	json_decref(list);
}

static void of_system(struct heading *h) { declare(h, "system"); }

static void of_environments(struct heading *h)
{
	struct names x = no_names();
	json_t *row, *list;
	size_t i;

	declare(h, "environments");
	json_array_foreach(h->f->environments, i, row)
		name_one(&x, text(row, "environment"));
	list = named(&x, "the records name ");
	if (list)
		put(h, "proven", "request and app event records", list);
}

static void of_dates(struct heading *h)
{
	const struct ak_sections *s = h->s;
	char from[32], to[32];

	if (s->from_us != INT64_MIN || s->to_us != INT64_MAX)
		put(h, "proven", "packet.json", json_sprintf("asked for: %s to %s, the end not included",
							     s->from_us == INT64_MIN ? "the first record" : ak_time_z(s->from_us, 0, from),
							     s->to_us == INT64_MAX ? "the last record" : ak_time_z(s->to_us, 0, to)));
	if (s->first[0])
		put(h, "proven", "tables/records.csv", json_sprintf("first record %s, last %s", s->first, s->last));
}

static void of_apps(struct heading *h)
{
	const json_t *declared = h->s->policy ? ak_policy_get(h->s->policy, "scope.apps") : NULL;
	struct names all = no_names(), strange = no_names();
	char before[64];
	json_t *row, *list;
	size_t i;

	declare(h, "apps");
	json_array_foreach(h->f->apps, i, row) {
		name_one(&all, text(row, "app"));
		if (json_object_size(declared) && !json_object_get(declared, text(row, "app")))
			name_one(&strange, text(row, "app"));
	}
	snprintf(before, sizeof before, "%zu in the records: ", all.n);
	list = named(&all, before);
	if (list)
		put(h, "proven", "records of requests, applications, usage and keys", list);
	snprintf(before, sizeof before, "%zu of them not declared: ", strange.n);
	list = named(&strange, before);
	if (list)
		put(h, "proven", "policy.yaml against the records", list);
}

static void of_keys(struct heading *h)
{
	const struct ak_tally *c = &h->f->counts;

	declare(h, "keys");
	if (c->rows[AK_P_KEYS])
		put(h, "proven", "tables/keys.csv", json_sprintf("%zu keys, %zu of them in use in the period, each in its row", c->rows[AK_P_KEYS], c->keys_used));
}

static void left_out(struct heading *h, const char *what, const char *why, const char *owner, const char *basis)
{
	json_t *plain = json_sprintf("%s: %s%s%s%s", what, known(why) ? why : "no reason is given", known(owner) ? " (" : "", known(owner) ? owner : "",
				     known(owner) ? ")" : "");

	put(h, "declared", basis, ak_section_redacted(h->s, json_string_value(plain)));
	json_decref(plain);
}

/* What is left out on purpose, and what is owed. An empty list says that nothing is. */
static void of_exclusions(struct heading *h)
{
	const struct ak_policy *p = h->s->policy;
	const json_t *list = p ? ak_policy_get(p, "scope.excluded") : NULL, *owed = p ? ak_policy_get(p, "not_provided") : NULL;
	char basis[64];
	const char *name;
	json_t *v;
	size_t i;

	json_array_foreach((json_t *)list, i, v) {
		snprintf(basis, sizeof basis, "policy.yaml:%d", ak_yaml_line(&p->yaml, v));
		left_out(h, text(v, "what"), text(v, "why"), text(v, "owner"), basis);
	}
	if (json_is_array(list) && !json_array_size(list))
		put(h, "declared", line_of(h, "scope", "excluded", basis, sizeof basis), json_string("nothing is left out on purpose"));
	if (!h->rows)
		return;
	json_object_foreach((json_t *)owed, name, v)
		left_out(h, name, text(v, "why"), text(v, "owner"), line_of(h, "not_provided", name, basis, sizeof basis));
}

/* Is there an answer in policy.yaml, be it `unknown`? That one is a gap already. */
static bool asked(const struct ak_policy *policy, const char *member)
{
	return policy && json_object_get(ak_policy_get(policy, "scope"), member) != NULL;
}

void ak_section_headings(struct ak_sections *s, json_t *section, const struct ak_facts *f)
{
	static const struct {
		const char *name, *member; /* of scope: */
		void (*fill)(struct heading *h);
		bool records; /* may be empty in a packet about some records */
	} headings[] = {
		{"system", "system", of_system, false},
		{"environment", "environments", of_environments, true},
		{"date range", "", of_dates, true},
		{"included apps", "apps", of_apps, true},
		{"included gateway keys", "keys", of_keys, true},
		{"excluded sources", "excluded", of_exclusions, false},
	};
	struct ak_table *table = ak_section_table(s, section, "scope_headings", "Scope in six headings: what the records show, what is declared", "heading tag contents basis");

	for (size_t i = 0; i < AK_COUNT(headings); i++) {
		struct heading h = {s, section, f, table, headings[i].name, 0};

		headings[i].fill(&h);
		if (h.rows)
			continue;
		put(&h, "not provided", *headings[i].member ? "policy.yaml" : "records", json_string("nobody has said, and no record shows"));
		if (!asked(s->policy, headings[i].member) && !(s->scope && headings[i].records))
			ak_section_gap(s, section, "the scope has no %s: no record shows it%s%s", headings[i].name, *headings[i].member ? ", and policy.yaml has no scope." : "",
				       headings[i].member);
	}
}
