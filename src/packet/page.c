#include "base/ak.h"
#include "packet/page.h"

#include "base/jsonget.h"
#include "base/text.h"
#include "chart/chart.h"
#include "packet/cover.h"
#include "packet/pictures.h"
#include "packet/rekey.h"
#include "tmpl/mustache.h"

static json_t *number(uint64_t n) { return json_string(AK_NUM(n)); }

/* A view leaves tables out, and large ones stand in the annex: what names one says whether it is there, or why it is not. list:
 * objects with this member, changed in place. */
static json_t *link_tables(json_t *list, const char *member, const json_t *there)
{
	json_t *o;
	size_t i;

	json_array_foreach(list, i, o) {
		const json_t *state = json_object_get(there, ak_jtxt(o, member, ""));

		json_object_set_new(o, "linked", json_boolean(json_is_true(state)));
		json_object_set_new(o, "where", json_string(state ? ".csv in the annex" : ", left out by the view"));
	}
	return list;
}

static json_t *copies(const json_t *list)
{
	json_t *out = json_array(), *o;
	size_t i;

	json_array_foreach((json_t *)list, i, o)
		json_array_append_new(out, json_copy(o));
	return out;
}

/* {name of a table: whether it stands in the packet, not in its annex}. */
static json_t *names_of(const json_t *resources, const json_t *apart)
{
	json_t *there = json_object(), *r;
	size_t i;

	json_array_foreach((json_t *)resources, i, r)
		json_object_set_new(there, ak_jtxt(r, "name", ""), json_true());
	json_array_foreach((json_t *)apart, i, r)
		json_object_set_new(there, ak_jtxt(r, "name", ""), json_false());
	return there;
}

static bool says(const json_t *o, const char *verdict) { return strcmp(ak_jtxt(o, "verdict", ""), verdict) == 0; }

static json_t *joined(const json_t *names)
{
	struct ak_buf b;
	json_t *v;
	size_t i;

	ak_buf_init(&b, 1 << 16);
	json_array_foreach((json_t *)names, i, v)
		ak_buf_addf(&b, "%s%s", i ? ", " : "", json_string_value(v) ? json_string_value(v) : "?");
	v = json_stringn(b.p ? b.p : "", b.n);
	ak_buf_release(&b);
	return v;
}

/* Flags of a verdict, which has three values. */
static json_t *judged(const json_t *o)
{
	json_t *v = json_copy((json_t *)o);

	json_object_set_new(v, "is_met", json_boolean(says(o, "met")));
	json_object_set_new(v, "is_not_met", json_boolean(says(o, "not met")));
	json_object_set_new(v, "is_open", json_boolean(says(o, "not evaluable")));
	return v;
}

/* Null when nobody is named. */
static json_t *owner_of(const json_t *o)
{
	return json_array_size(json_object_get(o, "owners")) ? joined(json_object_get(o, "owners")) : json_null();
}

static bool is_of_policy(const json_t *o) { return strncmp(ak_jtxt(o, "owner_basis", ""), "policy", 6) == 0; }

static json_t *verdicts(const json_t *questions)
{
	json_int_t met = 0, not_met = 0;
	json_t *q;
	size_t i;

	json_array_foreach((json_t *)questions, i, q) {
		met += says(q, "met");
		not_met += says(q, "not met");
	}
	return json_pack("{s:I, s:I, s:I}", "met", met, "not_met", not_met, "not_evaluable", (json_int_t)json_array_size(questions) - met - not_met);
}

static const char *word_of(const json_t *o) { return says(o, "not met") ? "NOT MET" : ak_jtxt(o, "verdict", "?"); }

static json_t *count_of(const json_t *list) { return json_array_size(list) ? json_integer((json_int_t)json_array_size(list)) : json_null(); }

/* {n, n_met, n_failed, n_open, failed: [{id, word, first}], open: likewise, all: likewise} of rules as the matrix has them; null without any. */
static json_t *beside_of(const json_t *rules)
{
	json_t *failed = json_array(), *open = json_array(), *all = json_array(), *r;
	size_t i, met = 0;

	json_array_foreach((json_t *)rules, i, r) {
		json_t *list = says(r, "not met") ? failed : says(r, "met") ? NULL : open;
		json_t *one = json_pack("{s:o, s:s}", "id", json_sprintf("C-%s", ak_jtxt(r, "check", "?")), "word", word_of(r));

		met += !list;
		if (list) {
			json_t *copy = json_copy(one);

			json_object_set_new(copy, "first", json_boolean(!json_array_size(list)));
			json_array_append_new(list, copy);
		}
		json_object_set_new(one, "first", json_boolean(i == 0));
		json_array_append_new(all, one);
	}
	if (i)
		return json_pack("{s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "n", (json_int_t)i, "n_met", (json_int_t)met, "n_failed", count_of(failed), "n_open", count_of(open),
				 "failed", failed, "open", open, "all", all);
	json_decref(failed);
	json_decref(open);
	json_decref(all);
	return json_null();
}

/* [{id, word, first}] of the areas or questions with these numbers. */
static json_t *named_by(const json_t *numbers, const json_t *list, char letter)
{
	json_t *out = json_array(), *n, *o;
	size_t i, k;

	json_array_foreach((json_t *)numbers, i, n)
		json_array_foreach((json_t *)list, k, o)
			if (json_equal(json_object_get(o, "number"), n))
				json_array_append_new(out, json_pack("{s:o, s:s, s:b}", "id", json_sprintf("%c%lld", letter, (long long)json_integer_value(n)), "word",
								     word_of(o), "first", !json_array_size(out)));
	return out;
}

static json_t *question_views(const json_t *questions, const json_t *matrix)
{
	json_t *list = json_array(), *q;
	size_t i;

	json_array_foreach((json_t *)questions, i, q) {
		const json_t *f = json_object_get(q, "common_failure");
		json_t *v = judged(q);

		json_object_set_new(v, "owner", owner_of(q));
		json_object_set_new(v, "of_policy", json_boolean(is_of_policy(q)));
		json_object_set_new(v, "beside", beside_of(json_object_get(q, "rules")));
		json_object_set_new(v, "about", named_by(json_object_get(q, "areas"), json_object_get(matrix, "areas"), 'A'));
		json_object_set_new(v, "needs", joined(json_object_get(q, "needs")));
		json_object_set_new(v, "failure", f ? json_pack("{s:O, s:O, s:b}", "what", json_object_get(f, "what"), "verdict", json_object_get(f, "verdict"),
								 "found", says(f, "found")) : json_null());
		json_array_append_new(list, v);
	}
	return list;
}

/* ---- the matrix ---- */

static json_t *area_view(const json_t *area, const json_t *questions)
{
	json_t *v = judged(area), *classes = json_array(), *c;
	size_t i;

	json_array_foreach(json_object_get(area, "classes"), i, c)
		json_array_append_new(classes, json_pack("{s:O, s:O, s:b}", "title", json_object_get(c, "title"), "supplied", json_object_get(c, "supplied"), "last",
							 i + 1 == json_array_size(json_object_get(area, "classes"))));
	json_object_set_new(v, "classes", classes);
	json_object_set_new(v, "beside", beside_of(json_object_get(area, "checks")));
	json_object_set_new(v, "about", named_by(json_object_get(area, "questions"), questions, 'Q'));
	json_object_set_new(v, "answers_for", owner_of(area));
	json_object_set_new(v, "of_policy", json_boolean(is_of_policy(area)));
	return v;
}

static json_t *areas(const json_t *matrix, const json_t *questions)
{
	json_t *list = json_array(), *a;
	size_t i;

	json_array_foreach(json_object_get(matrix, "areas"), i, a)
		json_array_append_new(list, area_view(a, questions));
	return list;
}

/* ---- checklists ---- */

static json_t *bar_of(uint64_t n, uint64_t of)
{
	char a[32], b[32];
	struct ak_buf svg;
	json_t *v;

	snprintf(a, sizeof a, "%llu", (unsigned long long)n);
	snprintf(b, sizeof b, "%llu", (unsigned long long)of);
	ak_buf_init(&svg, 4096);
	ak_chart_share(a, b, false, &svg);
	v = ak_mustache_safe(ak_buf_str(&svg));
	ak_buf_release(&svg);
	return v;
}

static json_t *item_view(const json_t *item)
{
	json_t *v = json_copy((json_t *)item), *list = json_array(), *m;
	const char *state = ak_jtxt(item, "state", "");
	size_t i;

	json_array_foreach(json_object_get(item, "measured"), i, m) {
		int k = ak_kind_find(ak_str_of(ak_jtxt(m, "kind", "")));
		uint64_t n = ak_jnum(m, "filled"), of = ak_jnum(m, "of");
		char share[32];

		json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:s, s:o}", "kind", k >= 0 ? ak_kinds[k].plural : "records", "filled", number(n), "of", number(of),
						      "percent", ak_percent(n, of, share), "bar", bar_of(n, of)));
	}
	json_object_set_new(v, "measured", list);
	json_object_set_new(v, "good", json_boolean(strcmp(state, "always") == 0 || strcmp(state, "elsewhere") == 0));
	json_object_set_new(v, "bad", json_boolean(strcmp(state, "never") == 0));
	json_object_set_new(v, "why", json_object_get(item, "why") ? json_incref(json_object_get(item, "why")) : json_null());
	return v;
}

static json_t *checklists(const json_t *cover)
{
	json_t *list = json_array(), *group, *item;
	size_t i, k;

	json_array_foreach(json_object_get(cover, "checklists"), i, group) {
		json_t *items = json_array(), *v = json_pack("{s:O, s:O, s:I}", "group", json_object_get(group, "group"), "worth", json_object_get(group, "worth"), "number",
							     (json_int_t)i + 1);
		size_t good = 0;

		json_array_foreach(json_object_get(group, "items"), k, item) {
			json_array_append_new(items, item_view(item));
			good += json_is_true(json_object_get(json_array_get(items, k), "good"));
		}
		json_object_set_new(v, "good_ones", json_integer((json_int_t)good));
		json_object_set_new(v, "all_of_them", json_integer((json_int_t)k));
		json_object_set_new(v, "items", items);
		json_array_append_new(list, v);
	}
	return list;
}

/* ---- rules ---- */

static json_t *rules(const json_t *cover, const char *verdict)
{
	json_t *list = json_array(), *r;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(cover, "checks"), "rules"), i, r) {
		json_t *v;

		if (!says(r, verdict))
			continue;
		v = json_copy(r);
		json_object_set_new(v, "affected", number(ak_jnum(r, "affected")));
		json_object_set_new(v, "of", number(ak_jnum(r, "of")));
		json_object_set_new(v, "found", number(ak_jnum(r, "found")));
		json_object_set_new(v, "high", json_boolean(strcmp(ak_jtxt(r, "severity", ""), "high") == 0));
		json_array_append_new(list, v);
	}
	return list;
}

static json_t *attestations(const json_t *cover)
{
	const json_t *a = json_object_get(cover, "attestations");
	json_t *rows = json_array(), *row;
	size_t i, good = 0;

	json_array_foreach(json_object_get(a, "rows"), i, row) {
		json_t *v = json_copy(row);
		bool fresh = strcmp(ak_jtxt(row, "state", ""), "in time") == 0;

		good += fresh;
		json_object_set_new(v, "fresh", json_boolean(fresh));
		json_array_append_new(rows, v);
	}
	return json_pack("{s:O, s:I, s:I, s:o}", "at_most_days", json_object_get(a, "at_most_days"), "good", (json_int_t)good, "all", (json_int_t)i, "rows", rows);
}

static json_t *provider_views(const json_t *providers)
{
	json_t *list = copies(providers), *v;
	size_t i;

	json_array_foreach(list, i, v)
		json_object_set_new(v, "attempts", number(ak_jnum(v, "attempts")));
	return list;
}

static json_t *rule_views(const json_t *cover)
{
	json_t *list = json_array(), *r;
	size_t i;

	json_array_foreach(json_object_get(cover, "rules"), i, r) {
		json_t *v = json_copy(r);

		json_object_set_new(v, "unknown", json_boolean(strcmp(ak_jtxt(r, "tag", ""), "unknown") == 0));
		json_array_append_new(list, v);
	}
	return list;
}

/* ---- files ---- */

static json_t *files(const json_t *resources)
{
	json_t *list = json_array(), *r;
	size_t i;

	json_array_foreach((json_t *)resources, i, r)
		json_array_append_new(list, json_pack("{s:O, s:O, s:o, s:o, s:s}", "name", json_object_get(r, "name"), "title", json_object_get(r, "title"), "rows",
						      number(ak_jnum(r, "rows")), "bytes", number(ak_jnum(r, "bytes")), "sha256",
						      ak_jtxt(r, "hash", "sha256:") + strlen("sha256:")));
	return list;
}

static json_t *first_of(const json_t *list, size_t most)
{
	json_t *out = json_array(), *v;
	size_t i;

	json_array_foreach((json_t *)list, i, v)
		if (i < most)
			json_array_append(out, v);
	return out;
}

static void cut(json_t *v, const char *name, const json_t *list, size_t most)
{
	char key[32];

	json_object_set_new(v, name, first_of(list, most));
	snprintf(key, sizeof key, "has_%s", name);
	json_object_set_new(v, key, json_boolean(json_array_size(list)));
	snprintf(key, sizeof key, "more_%s", name);
	json_object_set_new(v, key, json_array_size(list) > most ? number(json_array_size(list) - most) : json_null());
}

/* What a page has as many of as there are documents. */
static void add_cover(json_t *v, const json_t *questions, const struct ak_sections *s, const json_t *there)
{
	const json_t *cover = json_object_get(s->documents, AK_COVER_PATH), *matrix = json_object_get(s->documents, AK_MATRIX_PATH);
	static const char *const checked[] = {"met", "not_met", "not_evaluable"};
	json_t *pictures = ak_pictures(cover, json_object_get(s->documents, AK_FIGURES_PATH));

	json_object_set(v, "delete_by", json_object_get(cover, "delete_by"));
	json_object_set_new(v, "answers", link_tables(copies(json_object_get(cover, "answers")), "table", there));
	json_object_set_new(v, "passed", link_tables(json_is_object(json_object_get(cover, "passed")) ? json_pack("[o]", json_copy(json_object_get(cover, "passed"))) : json_array(),
						     "table", there));
	json_object_set_new(v, "checked", json_object());
	for (size_t i = 0; i < AK_COUNT(checked); i++)
		json_object_set(json_object_get(v, "checked"), checked[i], json_object_get(json_object_get(cover, "checks"), checked[i]));
	json_object_set_new(v, "providers", provider_views(json_object_get(cover, "providers")));
	json_object_set_new(v, "provider_attempts", number((uint64_t)ak_facts_sum(json_object_get(cover, "providers"), "attempts")));
	json_object_set_new(v, "has_providers", json_boolean(json_array_size(json_object_get(cover, "providers"))));
	json_object_set_new(v, "areas", areas(matrix, questions));
	json_object_set_new(v, "judged", json_boolean(!s->scope));
	json_object_set_new(v, "areas_met", judged(matrix));
	json_object_set_new(v, "checklists", checklists(cover));
	json_object_set_new(v, "rules_failed", rules(cover, "not met"));
	json_object_set_new(v, "rules_met", rules(cover, "met"));
	json_object_set_new(v, "rules_open", rules(cover, "not evaluable"));
	json_object_set_new(v, "own_rules", rule_views(cover));
	json_object_set_new(v, "attestations", attestations(cover));
	json_object_set_new(v, "trace", ak_page_trace(s));
	json_object_set_new(v, "has_pictures", json_boolean(json_array_size(pictures)));
	json_object_set_new(v, "pictures", link_tables(pictures, "table", there));
	json_object_set_new(v, "style", ak_mustache_safe(ak_str_of(ak_chart_style)));
}

/* [{records, kinds, day}] */
static json_t *dated_outside(const json_t *states)
{
	json_t *list = json_array(), *v;
	size_t i;

	json_array_foreach((json_t *)states, i, v)
		json_array_append_new(list, json_pack("{s:o, s:O, s:o}", "records", number(ak_jnum(v, "records")), "kinds", json_object_get(v, "kinds"), "day",
						      json_sprintf("%.10s", ak_jtxt(v, "first", ""))));
	return list;
}

/* No user and no e-mail address stands in it, not even under a pseudonym. */
static bool withholds_people(const struct ak_view *view)
{
	unsigned people = ak_packet_token_class("user") | ak_packet_token_class("email");

	return view && (view->tokens & people) == people;
}

static json_int_t count_overdue(const json_t *gaps)
{
	json_int_t n = 0;
	json_t *gap;
	size_t i;

	json_array_foreach((json_t *)gaps, i, gap)
		n += json_is_integer(json_object_get(gap, "overdue"));
	return n;
}

json_t *ak_page_view(const json_t *packet, const struct ak_packet_result *r, json_t *views, const struct ak_sections *s, const json_t *resources,
		     const json_t *apart)
{
	json_t *v = json_copy((json_t *)packet), *there = names_of(resources, apart);

	json_object_set(v, "sections", views);
	json_object_set_new(v, "there", there);
	json_object_set_new(v, "questions", link_tables(question_views(r->questions, json_object_get(s->documents, AK_MATRIX_PATH)), "proof", there));
	json_object_set_new(v, "verdicts", verdicts(r->questions));
	json_object_set_new(v, "findings", link_tables(copies(r->findings), "proof", there));
	json_object_set_new(v, "has_findings", json_boolean(json_array_size(r->findings)));
	cut(v, "gaps", r->gap_list, AK_PAGE_GAPS);
	json_object_set_new(v, "declared_gaps", json_integer((json_int_t)(json_array_size(r->gap_list) - r->gaps)));
	json_object_set_new(v, "dated_outside", dated_outside(s->states));
	json_object_set_new(v, "people_withheld", json_boolean(withholds_people(s->view)));
	json_object_set_new(v, "overdue_gaps", json_integer(count_overdue(r->gap_list)));
	json_object_set_new(v, "gaps_in_all", json_integer((json_int_t)json_array_size(r->gap_list)));
	json_object_set_new(v, "many_gaps", json_boolean(json_array_size(r->gap_list) != 1));
	json_object_set_new(v, "many_findings", json_boolean(json_array_size(r->findings) != 1));
	add_cover(v, r->questions, s, there);
	json_object_set_new(v, "files", files(resources));
	json_object_set_new(v, "annex_files", files(apart));
	json_object_set_new(v, "has_annex_files", json_boolean(json_array_size(apart)));
	return v;
}
