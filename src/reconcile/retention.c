#include "base/ak.h"
#include "reconcile/retention.h"

#include <stdio.h>

#include "base/map.h"
#include "base/time.h"
#include "query/reconcile.h"

#define DAY_US INT64_C(86400000000)
#define APART_S 3600 /* exports that are made closer to each other are parts of one */

static int64_t num(const json_t *o, const char *k) { return json_integer_value(json_object_get(o, k)); }
static const char *txt(const json_t *o, const char *k) { return json_string_value(json_object_get(o, k)); }

/* Days of the declared class, -1 = none, INT64_MAX = for ever. */
static int64_t keep_days(const struct ak_policy *p, const char *kind)
{
	char path[80];
	const char *text;

	if (!p || !kind)
		return -1;
	snprintf(path, sizeof path, "retention.%s.keep", kind);
	text = json_string_value(ak_policy_get(p, path));
	return text ? ak_policy_days(text) : -1;
}

static bool same_question(const json_t *a, const json_t *b)
{
	return strcmp(txt(a, "source"), txt(b, "source")) == 0 && json_equal(json_object_get(a, "query"), json_object_get(b, "query")) &&
	       json_equal(json_object_get(a, "format"), json_object_get(b, "format"));
}

/* The range of all exports of the same question that were made clearly before. */
static bool older_range(const json_t *exports, const json_t *e, int64_t *first, int64_t *last)
{
	const json_t *o;
	bool any = false;
	size_t i;

	json_array_foreach((json_t *)exports, i, o) {
		if (num(o, "export") >= num(e, "export") || !same_question(o, e) || !json_is_integer(json_object_get(o, "first")) ||
		    !json_is_integer(json_object_get(o, "exported")) || num(o, "exported") + APART_S > num(e, "exported"))
			continue;
		*first = !any || num(o, "first") < *first ? num(o, "first") : *first;
		*last = !any || num(o, "last") > *last ? num(o, "last") : *last;
		any = true;
	}
	return any;
}

static enum ak_rc counted(struct ak_store *s, const json_t *e, bool of_it, int64_t from, int64_t to, json_t **row, struct ak_err *err)
{
	int64_t id = num(e, "export");

	return ak_query_recon_stored(s, txt(e, "kind"), txt(e, "source"), of_it ? 0 : id, of_it ? id : 0, from, to, row, err);
}

static json_t *range(int64_t from, int64_t to)
{
	char a[32], b[32];

	return json_pack("{s:s, s:s}", "from", ak_time_z(from, 3, a), "to", ak_time_z(to, 3, b));
}

static enum ak_rc late(struct ak_store *s, const json_t *e, int64_t cutoff, json_t *doc, struct ak_err *err)
{
	json_t *row = NULL, *o;
	enum ak_rc rc = counted(s, e, true, INT64_MIN, cutoff, &row, err);
	int64_t n;

	if (rc != AK_OK)
		return rc;
	n = num(row, "n");
	/* its oldest record, new or not, is older than the class */
	o = json_pack("{s:I, s:I, s:O, s:O, s:[]}", "stored", (json_int_t)n, "at_least", (json_int_t)(n ? n : num(e, "first") < cutoff), "first",
		      json_object_get(row, "first"), "last", json_object_get(row, "last"), "cites");
	if (n)
		json_array_append_new(json_object_get(o, "cites"), json_sprintf("%s:%lld", txt(e, "source"), (long long)num(row, "first_seq")));
	json_object_set_new(doc, "late", o);
	json_decref(row);
	return AK_OK;
}

static enum ak_rc early(struct ak_store *s, const json_t *exports, const json_t *e, int64_t cutoff, json_t *doc, struct ak_err *err)
{
	int64_t first = num(e, "first"), last = num(e, "last"), known = 0, before = 0, from, to, o_first = 0, o_last = 0;
	json_t *row = NULL, *o;
	bool any = older_range(exports, e, &o_first, &o_last), judged;
	enum ak_rc rc = AK_OK;

	from = first > cutoff ? first : cutoff;
	to = last < o_last ? last : o_last;
	/* an export that only goes on where the older one ended asks another question */
	judged = any && from < to && 2 * (to - from) >= last - from;
	if (judged && (rc = counted(s, e, false, from, to + 1, &row, err)) == AK_OK)
		known = num(row, "n");
	json_decref(row);
	row = NULL;
	if (rc == AK_OK && any && o_first < first && (rc = counted(s, e, false, o_first > cutoff ? o_first : cutoff, first, &row, err)) == AK_OK)
		before = num(row, "n");
	json_decref(row);
	if (rc != AK_OK)
		return rc;
	o = json_pack("{s:o, s:I, s:I, s:I, s:I}", "window", judged ? range(from, to) : json_null(), "known", (json_int_t)known, "shown_again",
		      (json_int_t)num(e, "duplicate"), "missing", (json_int_t)(judged && known > num(e, "duplicate") ? known - num(e, "duplicate") : 0),
		      "before_range", (json_int_t)before);
	json_object_set_new(doc, "early", o);
	return AK_OK;
}

static const char *unjudged(const json_t *e, int64_t days)
{
	const char *basis = txt(e, "basis");

	if (!txt(e, "kind") || !json_is_integer(json_object_get(e, "first")))
		return "its records have no time";
	if (days < 0)
		return "policy.yaml declares no retention class for its records";
	if (!json_is_integer(json_object_get(e, "exported")) || !basis || (strcmp(basis, "declared") != 0 && strcmp(basis, "retrieved") != 0))
		return "when it was exported is known by the file's time only: say so with 'ingest --exported-at'";
	return NULL;
}

static enum ak_rc judge(struct ak_store *s, const json_t *exports, const json_t *e, int64_t days, json_t *out, struct ak_err *err)
{
	int64_t cutoff = days == INT64_MAX || days > 100000 ? INT64_MIN : num(e, "exported") * 1000000 - days * DAY_US;
	char text[32];
	json_t *doc = json_pack("{s:s, s:s, s:o, s:s, s:s, s:o, s:o, s:I}", "source", txt(e, "source"), "kind", txt(e, "kind"), "keep_days",
				days == INT64_MAX ? json_string("forever") : json_integer(days), "exported_at", txt(e, "exported_at"), "basis",
				txt(e, "basis"), "covers", range(num(e, "first"), num(e, "last")), "cutoff",
				cutoff == INT64_MIN ? json_null() : json_string(ak_time_z(cutoff, 0, text)), "shown",
				(json_int_t)(num(e, "stored") + num(e, "duplicate")));
	enum ak_rc rc = late(s, e, cutoff, doc, err);

	if (rc == AK_OK)
		rc = early(s, exports, e, cutoff, doc, err);
	json_array_append_new(json_object_get(out, "judged"), doc);
	return rc;
}

enum ak_rc ak_reconcile_retention(struct ak_store *s, const struct ak_policy *policy, json_t **out, struct ak_err *err)
{
	json_t *exports = NULL, *e, *doc = json_pack("{s:[], s:[]}", "judged", "not_judged");
	struct ak_map said;
	size_t i;
	enum ak_rc rc = ak_query_recon_exports(s, &exports, err);

	ak_map_init(&said);
	json_array_foreach(exports, i, e) {
		int64_t days = keep_days(policy, txt(e, "kind"));
		const char *why = unjudged(e, days);
		bool fresh = false;

		if (rc != AK_OK)
			break;
		if (!why)
			rc = judge(s, exports, e, days, doc, err);
		else
			ak_map_put(&said, ak_str_of(txt(e, "source")), &fresh);
		if (why && fresh)
			json_array_append_new(json_object_get(doc, "not_judged"), json_pack("{s:s, s:s}", "source", txt(e, "source"), "why", why));
	}
	ak_map_release(&said);
	json_decref(exports);
	if (rc == AK_OK)
		*out = doc;
	else
		json_decref(doc);
	return rc;
}
