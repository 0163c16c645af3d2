/* Who read or exported logs (F208): what systems recorded of it, and accesses with this tool. */
#include "base/ak.h"
#include "report/list.h"

#include "base/jsonget.h"
#include "base/time.h"
#include "query/query.h"
#include "store/access.h"

struct reads {
	json_t *doc, *actions;
	int64_t views, payload;
};

static enum ak_rc take_view(void *ctx, json_t *view, struct ak_err *err)
{
	struct reads *r = ctx;
	const char *scope = ak_jtxt(view, "log_scope", "");

	r->views++;
	r->payload += strcmp(scope, "payload") == 0 || strcmp(scope, "both") == 0;
	ak_list_count(r->actions, ak_jtxt(view, "action", NULL), 1);
	return ak_list_add(r->doc, "rows", json_deep_copy(view), err);
}

static bool is_inside(const struct ak_list_opts *o, const char *time)
{
	struct ak_err ignored = {0};
	int64_t us;

	if (o->from_us == INT64_MIN && o->to_us == INT64_MAX)
		return true;
	return time && ak_time_arg(time, 0, &us, &ignored) == AK_OK && us >= o->from_us && us < o->to_us;
}

struct own {
	int64_t lines, records;
	json_t *commands, *operators;
};

static enum ak_rc take_own(struct reads *r, const struct ak_list_opts *o, const json_t *lines, struct own *own, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	json_t *line, *row;
	size_t i;

	json_array_foreach((json_t *)lines, i, line) {
		if (rc != AK_OK || !is_inside(o, ak_jtxt(line, "time", NULL)))
			continue;
		row = json_object();
		ak_list_copy(row, line, "time operator command records options");
		json_object_set_new(row, "line", json_integer((json_int_t)i + 1));
		own->lines++;
		own->records += json_integer_value(json_object_get(line, "records"));
		ak_list_count(own->commands, ak_jtxt(line, "command", NULL), 1);
		ak_list_count(own->operators, ak_jtxt(line, "operator", NULL), 1);
		rc = ak_list_add(r->doc, "own", row, err);
	}
	return rc;
}

static void finish(struct reads *r, const struct own *own, bool whole, size_t covered, size_t all)
{
	char payload[72], sealed[72];

	json_object_set_new(r->doc, "total", json_pack("{s:I, s:I, s:O, s:I, s:I, s:O, s:i, s:b, s:I, s:I}", "views", (json_int_t)r->views,
						       "views_of_payload", (json_int_t)r->payload, "actions", r->actions, "own", (json_int_t)own->lines,
						       "own_records", (json_int_t)own->records, "own_commands", own->commands, "operators",
						       (int)json_object_size(own->operators), "unbroken", whole, "covered", (json_int_t)covered, "lines",
						       (json_int_t)all));
	ak_list_say(r->doc, "%s reads and exports that systems recorded name payload as what was seen",
		    ak_list_of((uint64_t)r->payload, (uint64_t)r->views, payload));
	ak_list_say(r->doc, "%lld accesses with auditkit by %zu operators showed %lld records", (long long)own->lines, json_object_size(own->operators),
		    (long long)own->records);
	ak_list_say(r->doc, "the log of accesses is %s; the ledger covers %s lines", whole ? "an unbroken chain" : "BROKEN: a line was changed or taken out",
		    ak_list_of(covered, all, sealed));
}

enum ak_rc ak_report_log_access(struct ak_store *s, const struct ak_list_opts *o, json_t **out, bool *any, struct ak_err *err)
{
	struct reads r = {.doc = ak_list_new("log-access", "auditkit.report-log-access/1", o), .actions = json_object()};
	struct own own = {.commands = json_object(), .operators = json_object()};
	bool unbroken = false, agrees = true;
	size_t covered = 0;
	json_t *lines = NULL;
	enum ak_rc rc = ak_query_views_each(s, o->from_us, o->to_us, take_view, &r, err);

	json_object_set_new(r.doc, "own", json_array());
	if (rc == AK_OK)
		rc = ak_access_read(s, &lines, &unbroken, err);
	if (rc == AK_OK)
		rc = ak_access_anchored(s, lines, &covered, &agrees, err);
	if (rc == AK_OK)
		rc = take_own(&r, o, lines, &own, err);
	finish(&r, &own, unbroken && agrees, covered, json_array_size(lines));
	*any = r.views || own.lines;
	*out = r.doc;
	json_decref(r.actions);
	json_decref(own.commands);
	json_decref(own.operators);
	json_decref(lines);
	return rc;
}
