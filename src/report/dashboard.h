/* One page of what a workspace says of a period: figures of every report with their denominators, the worst findings, the
 * sources and what is missing (F213). Two steps: the document, whose figures are those of the reports; and what the page's
 * template shows of it. */
#ifndef AK_REPORT_DASHBOARD_H
#define AK_REPORT_DASHBOARD_H

#include "check/check.h"
#include "report/report.h"

/* Lists are cut to so many rows; what is left out is counted. */
enum { AK_DASHBOARD_TOP = 10, AK_DASHBOARD_LISTS = 3, AK_DASHBOARD_POINTS = 366 };

struct ak_dashboard_opts {
	int64_t from_us, to_us; /* half-open */
	const struct ak_zone *zone; /* NULL: UTC */
	const char *zone_name;
	enum ak_by by[AK_DASHBOARD_LISTS]; /* a list each */
	size_t nby;
	const struct ak_policy *policy; /* may be NULL */
	const struct ak_check_opts *check;
};

#ifdef __cplusplus
extern "C" {
#endif

/* {schema, from, to, zone, bucket, workspace: {name, system|null, organization|null, records, superseded, ledger_size,
 * root|null, sealed|null}, points: [starts of buckets], usage, cost, latency: as `report` has them by bucket, rows of the
 * window only, `drawn` the records in them; errors, cache: as `report` has them; lists: [{by, layer,
 * source, query, total: row, groups, rows: those with most records, unnamed: row|null, others: {groups, records}, more_than:
 * where there are more groups than are kept at once so many, else 0}], coverage: [{from, from_kind, to_kind, limited, linked, ambiguous, unmatched, total, percent,
 * days: [{day, linked, total}]}], checks: {met, not_met, not_evaluable, findings, total, counts (sentences), top: [{check,
 * severity, id, text, cites, cites_all, fix, measure}], rest: [{check, n}], unclear: [{check, why}]}, sources: of
 * ak_query_sources, fewer members; missing: [{what, text, with|null}], commands: {part: command}}.
 * The window is the year with most records where there are more days; hours where there are at most three days. */
enum ak_rc ak_dashboard(struct ak_store *s, const struct ak_dashboard_opts *o, json_t **out, struct ak_err *err);
/* Of it what lies over time and the lists, without checks and commands: {schema: "auditkit.figures/1", from, to, zone, bucket, points, usage, cost,
 * latency, lists}. */
enum ak_rc ak_dashboard_time(struct ak_store *s, const struct ak_dashboard_opts *o, json_t **out, struct ak_err *err);
/* The page. tmpl: dashboard.html.mustache. */
enum ak_rc ak_dashboard_html(const json_t *doc, struct ak_str tmpl, struct ak_buf *out, struct ak_err *err);

/* ---- for these files ---- */
/* Sides of ak_link_cover by day, each with its days, which add up to it: linking decides record by record. */
json_t *ak_dashboard_coverage(const json_t *rows);
/* The worst findings, one of each rule before a second one; the others by their number. doc: of ak_check_all. */
json_t *ak_dashboard_checks(const json_t *doc);
/* What is missing, as far as sources and policy.yaml say so. */
json_t *ak_dashboard_missing(const json_t *sources, const json_t *usage, const struct ak_policy *policy, int64_t now_us);
/* Pictures over time: [{id, title, note, svg, legend, table, command}], svg and so on safe to be written raw. */
json_t *ak_dashboard_charts(const json_t *doc, json_t *left_out);
/* Columns of a layer's records, of those that failed, as small pictures; null where it has no rows. */
json_t *ak_dashboard_spark(const json_t *doc, const json_t *layer, const char *member);
/* The day or hour of a point, as it is printed. */
json_t *ak_dashboard_point(const json_t *doc, size_t i);
/* "gateway attempts", "provider usage, openai-usage, group_by=model" */
json_t *ak_dashboard_layer_name(const json_t *layer);

#ifdef __cplusplus
}
#endif
#endif
