#include "base/ak.h"
#include "report/dashboard.h"

#include <stdlib.h>

#include "base/civil.h"
#include "base/jsonget.h"
#include "base/text.h"
#include "link/cover.h"
#include "query/query.h"
#include "report/latency.h"

#define DAY_US (INT64_C(86400) * 1000000)
enum { HOURS_UP_TO = 3, SIDES = 20 };

struct making {
	struct ak_store *s;
	const struct ak_dashboard_opts *o;
	json_t *doc, *sources;
	json_int_t first, last; /* of the window, in buckets since 1970 */
	bool hours;
	struct ak_err *err;
};

static struct ak_report_opts options(const struct making *m, enum ak_report_shape shape)
{
	return (struct ak_report_opts){
		.shape = shape, .from_us = m->o->from_us, .to_us = m->o->to_us, .zone = m->o->zone, .zone_name = m->o->zone_name, .civil = true};
}

static struct ak_report_opts by_time(const struct making *m, enum ak_report_shape shape)
{
	struct ak_report_opts o = options(m, shape);

	o.bucket = m->hours ? "1h" : "1d";
	o.bucket_us = m->hours ? DAY_US / 24 : DAY_US;
	return o;
}

/* ---- the window ---- */

/* "2026-06-01T14:00:00" as buckets since 1970. */
static bool bucket_of(const json_t *row, bool hours, json_int_t *out)
{
	const char *z = ak_jtxt(row, "start", "");
	struct ak_civil c;

	if (strlen(z) < 13)
		return false;
	c = (struct ak_civil){strtol(z, NULL, 10), (int)strtol(z + 5, NULL, 10), (int)strtol(z + 8, NULL, 10)};
	*out = ak_civil_days(c) * (hours ? 24 : 1) + (hours ? strtol(z + 11, NULL, 10) : 0);
	return true;
}

struct counted {
	json_int_t at;
	uint64_t n;
};

static int by_time_order(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* Where there are more buckets than are drawn: those that hold most records, the later of equal ones. */
static void choose_window(struct making *m, const json_t *report)
{
	size_t n = 0, cap = 0, i, k, begin = 0, best = 0, best_end = 0;
	struct counted *list = NULL;
	uint64_t sum = 0, most = 0;
	json_t *layer, *row;

	json_array_foreach(json_object_get(report, "layers"), i, layer) cap += json_array_size(json_object_get(layer, "rows"));
	list = ak_alloc_zero(cap + 1, sizeof *list);
	json_array_foreach(json_object_get(report, "layers"), i, layer)
		json_array_foreach(json_object_get(layer, "rows"), k, row) if (bucket_of(row, m->hours, &list[n].at)) list[n++]
			.n = ak_jnum(row, "records");
	if (n)
		ak_sort(list, n, sizeof *list, by_time_order);
	for (i = 0; i < n; i++) {
		sum += list[i].n;
		while (list[i].at - list[begin].at >= AK_DASHBOARD_POINTS)
			sum -= list[begin++].n;
		if (sum >= most) {
			most = sum;
			best = begin;
			best_end = i;
		}
	}
	m->first = n ? list[best].at : 0;
	m->last = n ? list[best_end].at : -1;
	ak_free(list);
}

static json_t *points(const struct making *m)
{
	json_t *out = json_array();
	char text[32];

	for (json_int_t i = m->first; i <= m->last; i++)
		json_array_append_new(out, json_stringn(ak_time_z(i * (m->hours ? DAY_US / 24 : DAY_US), 0, text), 19));
	return out;
}

static void cut_rows(const struct making *m, json_t *layer)
{
	json_t *all = json_object_get(layer, "rows"), *kept = json_array(), *row;
	json_int_t at;
	uint64_t drawn = 0;
	size_t i;

	json_array_foreach(all, i, row)
	{
		if (!bucket_of(row, m->hours, &at) || at < m->first || at > m->last)
			continue;
		json_array_append(kept, row);
		drawn += ak_jnum(row, "records");
	}
	json_object_set_new(layer, "rows", kept);
	json_object_set_new(layer, "drawn", json_integer((json_int_t)drawn));
}

/* ---- figures ---- */

static enum ak_rc over_time(struct making *m, enum ak_report_shape shape, json_t **out)
{
	const struct ak_report_opts o = by_time(m, shape);

	return ak_report(m->s, &o, out, m->err);
}

static void set_layers(struct making *m, const char *name, json_t *report)
{
	json_t *layer;
	size_t i;

	json_array_foreach(json_object_get(report, "layers"), i, layer) cut_rows(m, layer);
	json_object_set_new(m->doc, name, report);
}

static enum ak_rc add_figures(struct making *m)
{
	struct ak_report_opts o;
	json_t *usage = NULL, *cost = NULL, *latency = NULL;
	enum ak_rc rc = over_time(m, AK_REPORT_COST, &cost);

	if (rc == AK_OK)
		choose_window(m, cost);
	if (rc == AK_OK && m->last - m->first < HOURS_UP_TO && m->last >= m->first) {
		m->hours = true;
		json_decref(cost);
		cost = NULL;
		rc = over_time(m, AK_REPORT_COST, &cost);
	}
	if (rc == AK_OK) {
		choose_window(m, cost); /* its layers are those of usage, and settlements */
		set_layers(m, "cost", cost);
		rc = over_time(m, AK_REPORT_USAGE, &usage);
	}
	if (rc != AK_OK)
		return rc;
	set_layers(m, "usage", usage);
	o = by_time(m, AK_REPORT_USAGE);
	rc = ak_report_latency(m->s, &o, &latency, m->err);
	if (rc == AK_OK) {
		cut_rows(m, latency);
		json_object_set_new(m->doc, "latency", latency);
	}
	return rc;
}

/* *out stays NULL where there are more groups than are kept at once. */
static enum ak_rc unless_too_many(struct making *m, const struct ak_report_opts *o, json_t **out)
{
	enum ak_rc rc = ak_report(m->s, o, out, m->err);

	if (rc == AK_OK || m->err->exit != AK_EXIT_LIMIT)
		return rc;
	*m->err = (struct ak_err){0};
	*out = NULL;
	return AK_OK;
}

static enum ak_rc add_totals(struct making *m)
{
	struct ak_report_opts o = options(m, AK_REPORT_ERRORS);
	json_t *errors = NULL, *cache = NULL;
	enum ak_rc rc;

	o.by[o.nby++] = AK_BY_STATUS;
	o.by[o.nby++] = AK_BY_ERROR;
	rc = unless_too_many(m, &o, &errors);
	if (rc == AK_OK && !errors) {
		o.nby--; /* by status alone there are never many */
		rc = ak_report(m->s, &o, &errors, m->err);
	}
	if (rc != AK_OK)
		return rc;
	json_object_set_new(m->doc, "errors", errors);
	o = options(m, AK_REPORT_CACHE);
	rc = ak_report(m->s, &o, &cache, m->err);
	if (rc == AK_OK)
		json_object_set_new(m->doc, "cache", cache);
	return rc;
}

/* ---- lists ---- */

struct ranked {
	json_t *row;
	size_t at;
};

static int by_records(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	uint64_t n = ak_jnum(x->row, "records"), other = ak_jnum(y->row, "records");

	return n != other ? (n < other) - (n > other) : (x->at > y->at) - (x->at < y->at);
}

/* Rows with most records first; equal ones stay in the order of their names. What no record names is a row of its own. */
static json_t *list_of(const json_t *layer, const char *by)
{
	const json_t *rows = json_object_get(layer, "rows");
	struct ranked *list = ak_alloc_zero(json_array_size(rows) + 1, sizeof *list);
	json_t *r, *top = json_array(), *unnamed = NULL;
	size_t named = 0, i;
	uint64_t records = 0;

	json_array_foreach((json_t *)rows, i, r)
	{
		if (json_is_null(json_object_get(r, by)))
			unnamed = r;
		else
			list[named++] = (struct ranked){r, i};
	}
	if (named)
		ak_sort(list, named, sizeof *list, by_records);
	for (i = 0; i < named && i < AK_DASHBOARD_TOP; i++)
		json_array_append(top, list[i].row);
	for (; i < named; i++)
		records += ak_jnum(list[i].row, "records");
	ak_free(list);
	return json_pack("{s:i, s:s, s:O, s:O, s:O, s:O, s:I, s:o, s:O?, s:{s:I, s:I}}", "more_than", 0, "by", by, "layer",
			 json_object_get(layer, "layer"), "source", json_object_get(layer, "source"), "query",
			 json_object_get(layer, "query"), "total", json_object_get(layer, "total"), "groups", (json_int_t)named,
			 "rows", top, "unnamed", unnamed, "others", "groups",
			 (json_int_t)(named > AK_DASHBOARD_TOP ? named - AK_DASHBOARD_TOP : 0), "records", (json_int_t)records);
}

/* The layer that has most records, gateway attempts before all others. */
static const json_t *main_layer(const json_t *report)
{
	const json_t *layers = json_object_get(report, "layers"), *best = NULL;
	json_t *layer;
	size_t i;

	json_array_foreach((json_t *)layers, i, layer)
	{
		if (strcmp(ak_jtxt(layer, "layer", ""), "gateway attempts") == 0)
			return layer;
		if (!best ||
		    ak_jnum(json_object_get(layer, "total"), "records") > ak_jnum(json_object_get(best, "total"), "records"))
			best = layer;
	}
	return best;
}

/* Of more groups than are kept at once: the total alone. */
static enum ak_rc list_too_many(struct making *m, const char *by, json_t *lists)
{
	const struct ak_report_opts o = options(m, AK_REPORT_USAGE);
	json_t *report = NULL, *list;
	const json_t *layer;
	enum ak_rc rc = ak_report(m->s, &o, &report, m->err);

	if (rc == AK_OK && (layer = main_layer(report)) != NULL) {
		json_array_clear(json_object_get(layer, "rows"));
		list = list_of(layer, by);
		json_object_set_new(list, "more_than", json_integer(AK_AGGREGATE_GROUPS));
		json_array_append_new(lists, list);
	}
	json_decref(report);
	return rc;
}

static enum ak_rc add_list(struct making *m, enum ak_by by, json_t *lists)
{
	struct ak_report_opts o = options(m, AK_REPORT_USAGE);
	const char *name = ak_report_by_name(by);
	json_t *report = NULL;
	const json_t *layer;
	enum ak_rc rc;

	o.by[o.nby++] = by;
	rc = unless_too_many(m, &o, &report);
	if (rc == AK_OK && !report)
		return list_too_many(m, name, lists);
	if (rc == AK_OK && (layer = main_layer(report)) != NULL)
		json_array_append_new(lists, list_of(layer, name));
	json_decref(report);
	return rc;
}

static enum ak_rc add_lists(struct making *m)
{
	json_t *lists = json_array();
	enum ak_rc rc = AK_OK;

	json_object_set_new(m->doc, "lists", lists);
	for (size_t i = 0; i < m->o->nby && rc == AK_OK; i++)
		rc = add_list(m, m->o->by[i], lists);
	return rc;
}

/* ---- the rest ---- */

static enum ak_rc add_coverage(struct making *m)
{
	const struct ak_link_opts lo = {.from_us = m->o->from_us, .to_us = m->o->to_us};
	json_t *pairs = NULL, *sides = NULL, *list;
	enum ak_rc rc = ak_link_cover(m->s, &lo, true, &pairs, &sides, m->err);
	size_t n;

	if (rc == AK_OK) {
		list = ak_dashboard_coverage(sides);
		json_object_set_new(m->doc, "coverage", list);
		n = json_array_size(list);
		json_object_set_new(m->doc, "coverage_left_out", json_integer(n > SIDES ? (json_int_t)(n - SIDES) : 0));
		while (json_array_size(list) > SIDES)
			json_array_remove(list, json_array_size(list) - 1);
	}
	json_decref(pairs);
	json_decref(sides);
	return rc;
}

static void copy(json_t *to, const json_t *from, const char *const *members, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		json_t *v = json_object_get(from, members[i]);

		if (v)
			json_object_set(to, members[i], v);
		else
			json_object_set_new(to, members[i], json_null());
	}
}

static enum ak_rc add_sources(struct making *m)
{
	static const char *const members[] = {"name",	"kind_title", "system",	     "files",	    "records_in",
					      "stored", "duplicate",  "rejected",    "superseded",  "first",
					      "last",	"state",      "exported_at", "cannot_prove"};
	json_t *list = json_array(), *row;
	size_t i;
	enum ak_rc rc = ak_query_sources(m->s, 0, &m->sources, m->err);

	json_object_set_new(m->doc, "sources", list);
	json_array_foreach(m->sources, i, row)
	{
		json_t *one = json_object();

		copy(one, row, members, AK_COUNT(members));
		json_array_append_new(list, one);
	}
	if (rc == AK_OK)
		json_object_set_new(
			m->doc, "missing",
			ak_dashboard_missing(m->sources, json_object_get(m->doc, "cost"), m->o->policy, m->o->check->now_us));
	return rc;
}

/* A name of policy.yaml; NULL where it has none. */
static const char *declared(const struct making *m, const char *path)
{
	const char *z = m->o->policy ? json_string_value(ak_policy_get(m->o->policy, path)) : NULL;

	return z && *z && strcmp(z, "unknown") != 0 ? z : NULL;
}

static enum ak_rc add_workspace(struct making *m)
{
	json_t *w = NULL;
	const json_t *cp;
	enum ak_rc rc = ak_query_workspace(m->s, &w, m->err);

	if (rc != AK_OK)
		return rc;
	cp = json_object_get(w, "checkpoint");
	json_object_set_new(m->doc, "workspace",
			    json_pack("{s:O, s:s?, s:s?, s:I, s:I, s:I, s:s?, s:s?}", "name", json_object_get(w, "name"),
				      "system", declared(m, "scope.system"), "organization", declared(m, "scope.organization"),
				      "records", (json_int_t)(ak_jnum(w, "records_total") - ak_jnum(w, "superseded")),
				      "superseded", (json_int_t)ak_jnum(w, "superseded"), "ledger_size",
				      (json_int_t)ak_jnum(cp, "size"), "root", ak_jtxt(cp, "root", NULL), "sealed",
				      ak_jtxt(cp, "time", NULL)));
	json_decref(w);
	return AK_OK;
}

static enum ak_rc add_checks(struct making *m)
{
	json_t *doc = NULL;
	enum ak_rc rc = ak_check_all(m->s, m->o->check, &doc, m->err);

	if (rc == AK_OK)
		json_object_set_new(m->doc, "checks", ak_dashboard_checks(doc));
	json_decref(doc);
	return rc;
}

/* How each part is had again, in the workspace. */
static json_t *commands(const struct making *m)
{
	static const struct {
		const char *part, *command;
		bool zone, bucket;
	} all[] = {{"usage", "report usage", true, true},
		   {"cost", "report cost", true, true},
		   {"latency", "report latency", true, true},
		   {"errors", "report errors --by status,error", false, false},
		   {"cache", "report cache --by source", false, false},
		   {"coverage", "report coverage", false, false},
		   {"coverage_days", "report coverage --by-day", false, false},
		   {"checks", "check", false, false}};
	json_t *out = json_pack("{s:s}", "sources", "auditkit sources");
	char text[32];
	struct ak_buf b;

	ak_buf_init(&b, 4096);
	for (size_t i = 0; i < AK_COUNT(all) + m->o->nby; i++) {
		const char *by = i < AK_COUNT(all) ? NULL : ak_report_by_name(m->o->by[i - AK_COUNT(all)]);

		ak_buf_clear(&b);
		ak_buf_addf(&b, "auditkit %s%s", by ? "report usage --by " : all[i].command, by ? by : "");
		if (m->o->from_us != INT64_MIN)
			ak_buf_addf(&b, " --from %s", ak_time_z(m->o->from_us, m->o->from_us % 1000000 ? 6 : 0, text));
		if (m->o->to_us != INT64_MAX)
			ak_buf_addf(&b, " --to %s", ak_time_z(m->o->to_us, m->o->to_us % 1000000 ? 6 : 0, text));
		if (!by && all[i].bucket)
			ak_buf_adds(&b, m->hours ? " --bucket 1h" : " --bucket 1d");
		if (!by && all[i].zone && m->o->zone)
			ak_buf_addf(&b, " --zone %s", m->o->zone_name);
		json_object_set_new(out, by ? by : all[i].part, json_string(b.p));
	}
	ak_buf_release(&b);
	return out;
}

typedef enum ak_rc part_fn(struct making *m);

static enum ak_rc make(struct making *m, part_fn *const *parts, size_t n, const char *schema, json_t **out)
{
	const struct ak_dashboard_opts *o = m->o;
	enum ak_rc rc = AK_OK;

	m->doc = json_pack("{s:s, s:i, s:o, s:o, s:s}", "schema", schema, "format_version", 1, "from", ak_jbound(o->from_us), "to", ak_jbound(o->to_us),
			   "zone", o->zone ? o->zone_name : "UTC");
	for (size_t i = 0; i < n && rc == AK_OK; i++)
		rc = parts[i](m);
	if (rc == AK_OK) {
		json_object_set_new(m->doc, "bucket", json_string(m->hours ? "1h" : "1d"));
		json_object_set_new(m->doc, "points", points(m));
		*out = json_incref(m->doc);
	}
	return rc;
}

static void release(struct making *m)
{
	json_decref(m->sources);
	json_decref(m->doc);
}

enum ak_rc ak_dashboard(struct ak_store *s, const struct ak_dashboard_opts *o, json_t **out, struct ak_err *err)
{
	static part_fn *const parts[] = {add_workspace, add_figures, add_totals, add_lists, add_coverage, add_sources, add_checks};
	struct making m = {.s = s, .o = o, .err = err};
	enum ak_rc rc = make(&m, parts, AK_COUNT(parts), "auditkit.dashboard/1", out);

	if (rc == AK_OK)
		json_object_set_new(*out, "commands", commands(&m));
	release(&m);
	return rc;
}

enum ak_rc ak_dashboard_time(struct ak_store *s, const struct ak_dashboard_opts *o, json_t **out, struct ak_err *err)
{
	static part_fn *const parts[] = {add_figures, add_lists};
	struct making m = {.s = s, .o = o, .err = err};
	enum ak_rc rc = make(&m, parts, AK_COUNT(parts), "auditkit.figures/1", out);

	release(&m);
	return rc;
}
