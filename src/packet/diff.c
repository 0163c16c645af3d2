#include "base/ak.h"
#include "packet/diff.h"

#include "base/fs.h"
#include "base/jsonget.h"
#include "base/jsonw.h"
#include "packet/archive.h"
#include "packet/checks.h"

#define TEXT_BYTES ((size_t)1 << 20)

/* Two packets and what is said about them. */
struct pair {
	struct ak_checked side[2]; /* before, after */
	json_t *changes, *in_annex; /* tables whose rows are in the annex of one of them */
};

/* A text whose pseudonyms are left out, so that those of two packets are equal. The caller's. */
static json_t *blank(const json_t *text)
{
	struct ak_buf b;
	json_t *o;

	if (!json_is_string(text))
		return text ? json_incref((json_t *)text) : json_null();
	ak_buf_init(&b, 2 * json_string_length(text) + 16);
	ak_table_blank(ak_str_n(json_string_value(text), json_string_length(text)), &b);
	o = ak_check_safe(ak_buf_str(&b));
	ak_buf_release(&b);
	return o;
}

static json_t *change(struct pair *d, const char *section, const char *kind, const char *what, const json_t *subject)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:o, s:n, s:n, s:n}", "section", section, "kind", kind, "what", what, "subject", blank(subject), "before",
			      "after", "direction");

	json_array_append_new(d->changes, o);
	return o;
}

/* The element of a list with the same members of these names. */
static const json_t *same(const json_t *list, const json_t *of, const char *const *members)
{
	json_t *o;
	size_t i;

	json_array_foreach((json_t *)list, i, o) {
		bool equal = true;

		for (const char *const *m = members; equal && *m; m++) {
			AK_CLEANUP(ak_json_decref) json_t *a = blank(json_object_get(o, *m));
			AK_CLEANUP(ak_json_decref) json_t *b = blank(json_object_get(of, *m));

			equal = json_equal(a, b);
		}
		if (equal)
			return o;
	}
	return NULL;
}

/* Lists whose elements have a name of their own: what is new, what is gone, what says something else. */
struct named {
	const char *what;
	const char *const *key;	    /* members that name an element */
	const char *const *says;    /* members that may change */
	const char *subject;	    /* the member that is shown */
	const char *fresh, *gone;   /* direction */
};

static void say_before_after(json_t *o, const json_t *old, const json_t *new, const char *const *says)
{
	const json_t *const side[] = {old, new};
	static const char *const names[] = {"before", "after"};

	for (size_t k = 0; k < 2; k++) {
		struct ak_buf b;

		if (!side[k])
			continue;
		ak_buf_init(&b, TEXT_BYTES);
		for (const char *const *m = says; *m; m++) {
			const json_t *v = json_object_get(side[k], *m);

			if (json_is_string(v))
				ak_buf_addf(&b, "%s%s", b.n ? ": " : "", json_string_value(v));
			else if (json_is_object(v))
				ak_buf_addf(&b, "%sanswered%s%s", b.n ? ", " : "", json_is_string(json_object_get(v, "closed")) ? " and closed " : "",
					    ak_jtxt(v, "closed", ""));
			else if (json_is_boolean(v))
				ak_buf_addf(&b, "%s%s", b.n ? ", " : "", json_is_true(v) ? "declared" : "not answered");
		}
		json_object_set_new(o, names[k], ak_check_safe(ak_str_n(b.p ? b.p : "", b.n)));
		ak_buf_release(&b);
	}
}

static int rank(const json_t *verdict)
{
	const char *v = json_string_value(verdict);

	return !v ? 0 : strcmp(v, "met") == 0 ? 2 : strcmp(v, "not evaluable") == 0 ? 1 : 0;
}

static void lists(struct pair *d, const char *section, const json_t *old, const json_t *new, const struct named *n)
{
	json_t *o, *c;
	size_t i;

	json_array_foreach((json_t *)new, i, o) {
		const json_t *was = same(old, o, n->key);

		if (was && same(old, o, n->says) && same(new, was, n->says))
			continue;
		c = change(d, section, was ? "changed" : "added", n->what, json_object_get(o, n->subject));
		say_before_after(c, was, o, n->says);
		if (!was && n->fresh)
			json_object_set_new(c, "direction", json_string(n->fresh));
		if (was && strcmp(n->what, "verdict") == 0 && rank(json_object_get(o, "verdict")) != rank(json_object_get(was, "verdict")))
			json_object_set_new(c, "direction", json_string(rank(json_object_get(o, "verdict")) > rank(json_object_get(was, "verdict")) ? "better" : "worse"));
	}
	json_array_foreach((json_t *)old, i, o)
		if (!same(new, o, n->key)) {
			c = change(d, section, "removed", n->what, json_object_get(o, n->subject));
			say_before_after(c, o, NULL, n->says);
			if (n->gone)
				json_object_set_new(c, "direction", json_string(n->gone));
		}
}

/* A statement is named by its words before the first figure. */
static json_t *with_stems(const json_t *statements)
{
	json_t *list = json_deep_copy(statements), *s;
	size_t i;

	json_array_foreach(list, i, s) {
		const char *text = ak_jtxt(s, "text", "");
		size_t n = strcspn(text, ":0123456789");
		json_t *stem = json_stringn(n ? text : "", n);

		json_object_set_new(s, "stem", stem ? stem : json_string(""));
	}
	return list;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Rows of one table, as a bag of marks. */
static void rows(const struct ak_table_scan *a, const struct ak_table_scan *b, json_int_t *added, json_int_t *removed)
{
	size_t i = 0, k = 0, n = a ? a->marks : 0, m = b ? b->marks : 0;

	*added = *removed = 0;
	ak_sort(a ? a->mark : NULL, n, sizeof *a->mark, by_value);
	ak_sort(b ? b->mark : NULL, m, sizeof *b->mark, by_value);
	while (i < n || k < m) {
		int order = i == n ? 1 : k == m ? -1 : by_value(&a->mark[i], &b->mark[k]);

		*removed += order < 0;
		*added += order > 0;
		i += order <= 0;
		k += order >= 0;
	}
}

static json_t *row_count(const struct ak_table_scan *t)
{
	return t ? json_sprintf("%zu row%s", t->rows, t->rows == 1 ? "" : "s") : json_null();
}

static const struct ak_table_scan *scan_of(const struct ak_checked *p, const char *table)
{
	for (size_t i = 0; i < p->tables.n; i++) {
		const struct ak_table_scan *t = p->tables.e[i].v.ptr;

		if (strcmp(t->table, table) == 0)
			return t;
	}
	return NULL;
}

static bool same_first_rows(const json_t *a, const json_t *b)
{
	const json_t *x = json_object_get(a, "rows"), *y = json_object_get(b, "rows");
	json_t *row, *cell;
	size_t i, k;

	if (json_array_size(x) != json_array_size(y))
		return false;
	json_array_foreach((json_t *)x, i, row)
		json_array_foreach(row, k, cell) {
			AK_CLEANUP(ak_json_decref) json_t *p = blank(cell);
			AK_CLEANUP(ak_json_decref) json_t *q = blank(json_array_get(json_array_get(y, i), k));

			if (!json_equal(p, q))
				return false;
		}
	return true;
}

/* Of a table that stands in the annex of one of them: how many rows, and the first of them. */
static bool in_annex(struct pair *d, const char *section, const json_t *a, const json_t *b)
{
	json_int_t n = (json_int_t)ak_jnum(a, "count"), m = (json_int_t)ak_jnum(b, "count");
	json_t *c;

	if (!json_is_true(json_object_get(a, "annex")) && !json_is_true(json_object_get(b, "annex")))
		return false;
	json_array_append(d->in_annex, json_object_get(b ? b : a, "name"));
	if (a && b && n == m && same_first_rows(a, b))
		return true;
	c = change(d, section, a && b ? "changed" : b ? "added" : "removed", "table in the annex", json_object_get(b ? b : a, "name"));
	json_object_set_new(c, "before", a ? json_sprintf("%lld row%s", (long long)n, n == 1 ? "" : "s") : json_null());
	json_object_set_new(c, "after", b ? json_sprintf("%lld row%s", (long long)m, m == 1 ? "" : "s") : json_null());
	return true;
}

static void tables(struct pair *d, const char *section, const json_t *old, const json_t *new)
{
	const json_t *const both[] = {new, old};
	json_t *t;
	size_t i;

	for (size_t k = 0; k < 2; k++)
		json_array_foreach((json_t *)both[k], i, t) {
			const char *name = ak_jtxt(t, "name", "");
			const struct ak_table_scan *a = scan_of(&d->side[0], name), *b = scan_of(&d->side[1], name);
			json_int_t added, removed;
			json_t *c;

			if (k && ak_jfind(new, "name", name))
				continue; /* was looked at */
			if (in_annex(d, section, ak_jfind(old, "name", name), ak_jfind(new, "name", name)))
				continue;
			rows(a, b, &added, &removed);
			if (a && b && !added && !removed)
				continue;
			c = change(d, section, a && b ? "changed" : b ? "added" : "removed", a && b ? "rows" : "table", json_object_get(t, "name"));
			json_object_set_new(c, "before", row_count(a));
			json_object_set_new(c, "after", row_count(b));
			json_object_set_new(c, "added", json_integer(added));
			json_object_set_new(c, "removed", json_integer(removed));
		}
}

static void one_section(struct pair *d, const char *id)
{
	static const char *const stem[] = {"stem", NULL}, *const text[] = {"text", NULL}, *const all[] = {"tag", "text", NULL},
				  *const gap[] = {"declared", "owner", "due", NULL};
	static const struct named statements = {"statement", stem, all, "text", NULL, NULL}, gaps = {"gap", text, gap, "text", "worse", "better"};
	const json_t *old = ak_jfind(d->side[0].sections, "id", id), *new = ak_jfind(d->side[1].sections, "id", id);
	AK_CLEANUP(ak_json_decref) json_t *a = with_stems(json_object_get(old, "statements"));
	AK_CLEANUP(ak_json_decref) json_t *b = with_stems(json_object_get(new, "statements"));

	lists(d, id, a, b, &statements);
	lists(d, id, json_object_get(old, "gaps"), json_object_get(new, "gaps"), &gaps);
	tables(d, id, json_object_get(old, "tables"), json_object_get(new, "tables"));
}

static void answers(struct pair *d)
{
	static const char *const number[] = {"number", NULL}, *const verdict[] = {"verdict", "measured", NULL}, *const id[] = {"id", NULL},
				  *const measured[] = {"measured", "response", NULL};
	static const struct named questions = {"verdict", number, verdict, "question", NULL, NULL},
				  findings = {"finding", id, measured, "id", "worse", "better"};
	static const struct {
		const char *file, *list;
		const struct named *as;
	} files[] = {{"data/08-requests/questions.json", "questions", &questions}, {"data/08-requests/findings.json", "findings", &findings}};

	for (size_t i = 0; i < AK_COUNT(files); i++) {
		AK_CLEANUP(ak_json_decref) json_t *a = ak_check_json(&d->side[0], files[i].file);
		AK_CLEANUP(ak_json_decref) json_t *b = ak_check_json(&d->side[1], files[i].file);

		lists(d, "answers", json_object_get(a, files[i].list), json_object_get(b, files[i].list), files[i].as);
	}
}

static json_int_t count(const json_t *changes, const char *section, const char *kind)
{
	json_int_t n = 0;
	json_t *c;
	size_t i;

	json_array_foreach((json_t *)changes, i, c)
		n += strcmp(ak_jtxt(c, "section", ""), section) == 0 && strcmp(ak_jtxt(c, "kind", ""), kind) == 0;
	return n;
}

static json_t *head(const struct ak_checked *p)
{
	return json_pack("{s:O?, s:O?, s:O?, s:O?}", "packet", json_object_get(p->packet, "id"), "digest", json_object_get(p->doc, "digest"), "as_of",
			 json_object_get(p->packet, "as_of"), "period", json_object_get(p->packet, "period"));
}

static json_t *compare(struct pair *d)
{
	json_t *sections = json_array(), *names = json_array(), *s, *name;
	const char *a = ak_jtxt(d->side[0].packet, "workspace", ""), *b = ak_jtxt(d->side[1].packet, "workspace", "");
	json_t *doc;
	size_t i;

	d->changes = json_array();
	d->in_annex = json_array();
	answers(d);
	json_array_append_new(names, json_string("answers"));
	for (size_t k = 2; k-- > 0;)
		json_array_foreach(d->side[k].sections, i, s) {
			const char *id = ak_jtxt(s, "id", NULL);

			if (!id || (k == 0 && ak_jfind(d->side[1].sections, "id", id)))
				continue;
			one_section(d, id);
			json_array_append_new(names, json_string(id));
		}
	json_array_foreach(names, i, name) {
		const char *id = json_string_value(name);

		json_array_append_new(sections, json_pack("{s:O, s:I, s:I, s:I}", "section", name, "added", count(d->changes, id, "added"), "removed",
							  count(d->changes, id, "removed"), "changed", count(d->changes, id, "changed")));
	}
	json_decref(names);
	doc = json_pack("{s:s, s:i, s:o, s:o, s:b, s:b, s:o, s:o, s:o}", "schema", "auditkit.packet-diff/1", "format_version", 1, "old", head(&d->side[0]),
			"new", head(&d->side[1]), "same",
			json_equal(json_object_get(d->side[0].doc, "digest"), json_object_get(d->side[1].doc, "digest")), "same_workspace",
			*a && strcmp(a, b) == 0, "sections", sections, "changes", d->changes, "in_annex", d->in_annex);
	return doc;
}

enum ak_rc ak_packet_diff(const char *before, const char *after, json_t **out, struct ak_err *err)
{
	const struct ak_packet_check o = {.rows = true};
	const char *const paths[] = {before, after};
	struct ak_archive_info info[2];
	struct pair d = {0};
	enum ak_rc rc = AK_OK;
	size_t n = 0;

	for (; rc == AK_OK && n < 2; n++) {
		rc = ak_check_open(paths[n], &o, &d.side[n], &info[n], err);
		if (rc == AK_OK && (!ak_packet_whole(d.side[n].doc) || !d.side[n].packet)) {
			ak_hint(err, "'auditkit packet verify' says what is wrong with it");
			rc = ak_fail(err, AK_EXIT_VERIFY, "packet '%s' is not as it was packed", ak_fs_base(paths[n]).p);
		}
	}
	if (rc == AK_OK)
		*out = compare(&d);
	while (n-- > 0)
		ak_check_close(&d.side[n]);
	return rc;
}
