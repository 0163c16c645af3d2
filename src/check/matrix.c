#include "base/ak.h"
#include "check/matrix.h"

#include "base/jsonget.h"
#include "check/evidence.h"

static const struct {
	const char *area, *question, *owner, *classes, *decides, *more;
} areas[] = {
#define AREA(area, question, owner, classes, decides, more) {area, question, owner, classes, decides, more},
#include "check/areas.def"
#undef AREA
};

static const struct {
	int number;
	const char *what, *classes, *checks, *rules, *areas;
} failures[] = {
#define FAILURE(number, what, classes, checks, rules, areas) {number, what, classes, checks, rules, areas},
#include "check/failures.def"
#undef FAILURE
};

static const json_t *check_of(const json_t *findings, struct ak_str name)
{
	json_t *k;
	size_t i;

	json_array_foreach(json_object_get(findings, "checks"), i, k)
		if (ak_str_is(name, ak_jtxt(k, "check", "")))
			return k;
	AK_BUG("a rule of areas.def or failures.def is not in rules.def");
}

static bool says(const json_t *check, const char *verdict) { return strcmp(ak_jtxt(check, "verdict", ""), verdict) == 0; }

/* Of names parted by '|' the first whose rule can judge, else the first. */
static const json_t *choose(const json_t *findings, struct ak_str names)
{
	const json_t *first = NULL;

	while (names.n) {
		size_t n = ak_str_find(names, '|');
		const json_t *k = check_of(findings, ak_str_n(names.p, n));

		if (!says(k, "not evaluable"))
			return k;
		first = first ? first : k;
		names = n < names.n ? ak_str_n(names.p + n + 1, names.n - n - 1) : ak_str_n(names.p, 0);
	}
	return first;
}

static json_t *row_of(const json_t *k, bool decides)
{
	json_t *row = json_pack("{s:O, s:b, s:O, s:O, s:O, s:O, s:O, s:O}", "check", json_object_get(k, "check"), "decides", decides, "verdict",
				json_object_get(k, "verdict"), "found", json_object_get(k, "found"), "failing", json_object_get(k, "failing"), "affected",
				json_object_get(k, "affected"), "of", json_object_get(k, "of"), "unit", json_object_get(k, "unit"));

	if (json_object_get(k, "why"))
		json_object_set(row, "why", json_object_get(k, "why"));
	return row;
}

static json_t *rows_of(const json_t *findings, const char *names, bool decides, json_t *list)
{
	struct ak_str name;

	while (ak_evidence_next(&names, &name))
		json_array_append_new(list, row_of(choose(findings, name), decides));
	return list;
}

struct sum {
	size_t n, met, not_met, decides, decided; /* decided: met, of those that decide */
};

static struct sum sum_of(const json_t *rows)
{
	struct sum s = {0};
	json_t *k;
	size_t i;

	json_array_foreach((json_t *)rows, i, k) {
		bool decides = json_is_true(json_object_get(k, "decides"));

		s.n++;
		s.met += says(k, "met");
		s.not_met += says(k, "not met");
		s.decides += decides;
		s.decided += decides && says(k, "met");
	}
	return s;
}

/* The names of the classes that are missing; entries: those that are asked for. */
static json_t *missing_of(const json_t *evidence, const char *names, json_t *entries)
{
	json_t *missing = json_array();
	struct ak_str name;

	while (ak_evidence_next(&names, &name)) {
		const json_t *e = ak_evidence_of(evidence, name);

		if (entries)
			json_array_append(entries, (json_t *)e);
		if (!json_is_true(json_object_get(e, "supplied")))
			json_array_append(missing, json_object_get(e, "class"));
	}
	return missing;
}

static json_t *owners_of(const json_t *entries)
{
	json_t *owners = json_object(), *list = json_array(), *e, *s, *v;
	const char *name;
	size_t i, k;

	json_array_foreach((json_t *)entries, i, e)
		json_array_foreach(json_object_get(e, "sources"), k, s)
			if (ak_jtxt(s, "owner", NULL))
				json_object_set_new(owners, ak_jtxt(s, "owner", ""), json_true());
	json_object_foreach(owners, name, v)
		json_array_append_new(list, json_string(name));
	json_decref(owners);
	return list;
}

/* Who answers: the owners of the sources behind it, else who declared the policy. */
void ak_matrix_owners(json_t *o, const json_t *entries, const struct ak_policy *policy)
{
	json_t *owners = owners_of(entries);
	const char *by = policy ? policy->declared_by : NULL, *basis = json_array_size(owners) ? "sources" : NULL;

	if (!basis && by && strcmp(by, "unknown") != 0) {
		json_array_append_new(owners, json_string(by));
		basis = "policy.yaml declared.by";
	}
	json_object_set_new(o, "owners", owners);
	json_object_set_new(o, "owner_basis", basis ? json_string(basis) : json_null());
}

/* "1 4" as [1, 4]. */
static json_t *numbers_of(const char *text)
{
	json_t *list = json_array();

	for (; *text; text++)
		if (ak_is_digit((unsigned char)*text))
			json_array_append_new(list, json_integer(*text - '0'));
	return list;
}

/* The questions that an area is about. */
static json_t *questions_of(size_t area)
{
	json_t *list = json_array();

	for (size_t f = 0; f < AK_COUNT(failures); f++)
		if (strchr(failures[f].areas, (int)('1' + area)))
			json_array_append_new(list, json_integer(failures[f].number));
	return list;
}

static json_t *why_of(const json_t *missing, const struct sum *s, const char *verdict)
{
	struct ak_buf b;
	json_t *m, *text;
	size_t i;

	ak_buf_init(&b, 1 << 16);
	if (strcmp(verdict, "not met") == 0)
		ak_buf_addf(&b, "%zu of %zu rules are not met", s->not_met, s->n);
	json_array_foreach((json_t *)missing, i, m)
		ak_buf_addf(&b, "%s%s", i ? ", " : b.n ? "; missing: " : "missing: ", json_string_value(m));
	if (strcmp(verdict, "not met") != 0 && s->decided < s->decides)
		ak_buf_addf(&b, "%s%zu of %zu rules that decide it cannot judge", b.n ? "; " : "", s->decides - s->decided, s->decides);
	text = json_stringn(b.p ? b.p : "", b.n);
	ak_buf_release(&b);
	return text;
}

static json_t *area_of(size_t a, const json_t *evidence, const json_t *findings, const struct ak_policy *policy)
{
	json_t *entries = json_array(), *missing = missing_of(evidence, areas[a].classes, entries), *rows = rows_of(findings, areas[a].decides, true, json_array());
	struct sum s;
	const char *verdict;
	json_t *o;

	rows_of(findings, areas[a].more, false, rows);
	s = sum_of(rows);
	verdict = s.not_met ? "not met" : json_array_size(missing) || s.decided < s.decides ? "not evaluable" : "met";
	o = json_pack("{s:i, s:s, s:s, s:s, s:o, s:s, s:I, s:I, s:I, s:I}", "number", (int)a + 1, "area", areas[a].area, "question", areas[a].question, "owner",
		      areas[a].owner, "questions", questions_of(a), "verdict", verdict, "needed", (json_int_t)json_array_size(entries), "supplied",
		      (json_int_t)(json_array_size(entries) - json_array_size(missing)), "rules", (json_int_t)s.n, "rules_met", (json_int_t)s.met);
	if (strcmp(verdict, "met") != 0)
		json_object_set_new(o, "why", why_of(missing, &s, verdict));
	ak_matrix_owners(o, entries, policy);
	json_object_set_new(o, "classes", entries);
	json_object_set_new(o, "missing", missing);
	json_object_set_new(o, "checks", rows);
	return o;
}

enum ak_rc ak_matrix(struct ak_store *s, const struct ak_policy *policy, const json_t *findings, json_t **out, struct ak_err *err)
{
	json_t *evidence = NULL, *list, *area;
	json_int_t met = 0, not_met = 0;
	enum ak_rc rc = ak_evidence_read(s, policy, &evidence, err);

	if (rc != AK_OK)
		return rc;
	list = json_array();
	for (size_t a = 0; a < AK_COUNT(areas); a++) {
		area = area_of(a, evidence, findings, policy);
		met += says(area, "met");
		not_met += says(area, "not met");
		json_array_append_new(list, area);
	}
	*out = json_pack("{s:s, s:i, s:O, s:O, s:I, s:I, s:I, s:o}", "schema", "auditkit.matrix/1", "format_version", 1, "from", json_object_get(findings, "from"), "to",
			 json_object_get(findings, "to"), "met", met, "not_met", not_met, "not_evaluable", (json_int_t)AK_COUNT(areas) - met - not_met, "areas", list);
	json_decref(evidence);
	return AK_OK;
}

enum ak_rc ak_matrix_questions(struct ak_store *s, const struct ak_policy *policy, const json_t *findings, json_t *questions, struct ak_err *err)
{
	json_t *evidence = NULL, *q;
	size_t i;
	enum ak_rc rc = ak_evidence_read(s, policy, &evidence, err);

	for (size_t f = 0; f < AK_COUNT(failures) && rc == AK_OK; f++)
		json_array_foreach(questions, i, q) {
			json_t *rows, *entries, *missing;
			struct sum sum;

			if ((int)ak_jnum(q, "number") != failures[f].number)
				continue;
			entries = json_array();
			missing = missing_of(evidence, failures[f].classes, entries);
			rows = rows_of(findings, failures[f].checks, true, json_array());
			sum = sum_of(rows);
			json_object_set_new(q, "common_failure", json_pack("{s:s, s:s, s:o}", "what", failures[f].what, "verdict",
									   sum.not_met ? "found" : sum.met == sum.n ? "not found" : "not evaluable", "checks", rows));
			json_object_set_new(q, "needs", missing);
			json_object_set_new(q, "rules", rows_of(findings, failures[f].rules, false, json_array()));
			json_object_set_new(q, "areas", numbers_of(failures[f].areas));
			ak_matrix_owners(q, entries, policy);
			json_decref(entries);
		}
	json_decref(evidence);
	return rc;
}
