#include "base/ak.h"
#include "state/limit.h"
#include "state/state.h"

#include "base/decimal.h"
#include "base/jsonw.h"
#include "base/time.h"
#include "base/window.h"
#include "query/state.h"
#include "state/name.h"

static const struct {
	const char *name;
	enum ak_limit_unit unit;
	const char *window; /* NULL: said beside it */
	bool open;	    /* the unit is said beside it too */
} limits[] = {
	{"rpm_limit", AK_LIMIT_REQUESTS, "1m", false}, {"rpm", AK_LIMIT_REQUESTS, "1m", false}, {"requests_per_minute", AK_LIMIT_REQUESTS, "1m", false},
	{"max_requests_per_1_minute", AK_LIMIT_REQUESTS, "1m", false}, {"tpm_limit", AK_LIMIT_TOKENS, "1m", false}, {"tpm", AK_LIMIT_TOKENS, "1m", false},
	{"tokens_per_minute", AK_LIMIT_TOKENS, "1m", false}, {"max_tokens_per_1_minute", AK_LIMIT_TOKENS, "1m", false},
	{"max_requests_per_1_day", AK_LIMIT_REQUESTS, "1d", false}, {"requests_per_day", AK_LIMIT_REQUESTS, "1d", false},
	{"monthly_token_limit", AK_LIMIT_TOKENS, "1mo", false}, {"daily_token_limit", AK_LIMIT_TOKENS, "1d", false},
	{"monthly_budget", AK_LIMIT_COST, "1mo", false}, {"daily_budget", AK_LIMIT_COST, "1d", false}, {"max_budget", AK_LIMIT_COST, NULL, false},
	{"limit", AK_LIMIT_COST, NULL, true}, {"hard_cap", AK_LIMIT_COST, NULL, true}, {"cap", AK_LIMIT_COST, NULL, true},
};

static const char *const window_names[] = {"window", "budget_duration", "duration", "period", "interval"};
static const char *const unit_names[] = {"unit", "currency"};

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int kind_of(const char *path)
{
	for (size_t i = 0; i < AK_COUNT(limits); i++)
		if (strcmp(limits[i].name, last_part(path)) == 0)
			return (int)i;
	return -1;
}

bool ak_limit_path(const char *path) { return kind_of(path) >= 0; }

bool ak_limit_about(const char *path)
{
	for (size_t i = 0; i < AK_COUNT(window_names); i++)
		if (strcmp(window_names[i], last_part(path)) == 0)
			return true;
	for (size_t i = 0; i < AK_COUNT(unit_names); i++)
		if (strcmp(unit_names[i], last_part(path)) == 0)
			return true;
	return ak_limit_path(path);
}

/* The setting of one of these names beside a path. */
static const char *beside_of(const char *path, const char *const *names, size_t n, ak_beside_fn *beside, void *ctx)
{
	char z[300];
	size_t folder = (size_t)(last_part(path) - path);

	for (size_t i = 0; i < n; i++) {
		const char *v;

		snprintf(z, sizeof z, "%.*s%s", (int)(folder < 200 ? folder : 200), path, names[i]);
		v = beside(ctx, z);
		if (v && strcmp(v, AK_STATE_NOT_SET) != 0)
			return v;
	}
	return NULL;
}

static bool is_currency(const char *z)
{
	size_t n = strspn(z, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return n == 3 && !z[3];
}

bool ak_limit_read(const char *cls, const char *path, ak_beside_fn *beside, void *ctx, char currency[4], struct ak_limit *out, const char **why)
{
	int k = kind_of(path);
	const char *unit = beside_of(path, unit_names, AK_COUNT(unit_names), beside, ctx);
	int64_t start;

	*out = (struct ak_limit){.unit = k >= 0 ? limits[k].unit : AK_LIMIT_COST, .window = k >= 0 ? limits[k].window : NULL};
	if (!out->window)
		out->window = beside_of(path, window_names, AK_COUNT(window_names), beside, ctx);
	if (k >= 0 && limits[k].open && !unit && strcmp(cls ? cls : "", "budget") != 0) {
		*why = "what is counted is not told: no unit or currency stands beside it";
		return false;
	}
	if (k >= 0 && limits[k].open && unit && (strcmp(unit, "requests") == 0 || strcmp(unit, "calls") == 0))
		out->unit = AK_LIMIT_REQUESTS;
	else if (k >= 0 && limits[k].open && unit && strcmp(unit, "tokens") == 0)
		out->unit = AK_LIMIT_TOKENS;
	else if (unit && out->unit == AK_LIMIT_COST && !is_currency(unit)) {
		*why = "its unit is none of requests, tokens and a currency";
		return false;
	}
	if (unit && out->unit == AK_LIMIT_COST) {
		for (int i = 0; i < 4; i++)
			currency[i] = (char)(unit[i] >= 'a' && unit[i] <= 'z' ? unit[i] - 'a' + 'A' : unit[i]);
		out->currency = currency;
	}
	if (out->window && !ak_window_start(out->window, 0, 0, &start)) {
		*why = "its window cannot be read";
		return false;
	}
	return true;
}

const char *ak_limit_unit_name(const struct ak_limit *l)
{
	static const char *const names[] = {"requests", "tokens", "cost"};

	return names[l->unit];
}

bool ak_limit_of_provider(const char *reason, const char *provider)
{
	return reason && ((provider && strcmp(reason, provider) == 0) || ak_query_is_provider(ak_str_of(reason)));
}

/* ---- changes of limits ---- */

/* A limit, the window or the unit of one, or a setting that is called a limit, budget or quota; not what a system counts up by itself. */
static bool of_limit(const char *path)
{
	static const char *const words[] = {"limit", "budget", "quota"};
	bool named = ak_limit_path(path);
	char low[300];
	size_t n;

	for (n = 0; path[n] && n < sizeof low - 1; n++)
		low[n] = ak_lower(path[n]);
	low[n] = '\0';
	for (size_t i = 0; i < AK_COUNT(words); i++)
		named = named || strstr(low, words[i]);
	return named && !ak_said_counter(path);
}

static bool says(const json_t *v) { return v && !json_is_null(v); }

json_t *ak_state_limits_changed(const char *changes)
{
	json_t *all = NULL, *out = json_array(), *c;
	struct ak_err ignored = {0};
	size_t i;

	if (changes && ak_json_parse(ak_str_of(changes), &all, &ignored) != AK_OK)
		all = NULL;
	for (i = 0; json_is_array(all) && i < json_array_size(all); i++) {
		const json_t *before, *after;
		const char *path;

		c = json_array_get(all, i);
		path = json_string_value(json_object_get(c, "path"));
		before = json_object_get(c, "before");
		after = json_object_get(c, "after");
		if (path && of_limit(path) && (says(before) || says(after)) && !(before && after && json_equal(before, after)))
			json_array_append_new(out, json_pack("{s:s, s:O?, s:O?}", "path", path, "before", before, "after", after));
	}
	json_decref(all);
	return out;
}

/* ---- sums of one subject ---- */

static const char *setting(void *ctx, const char *path)
{
	json_t *e;
	size_t i;

	json_array_foreach((json_t *)ctx, i, e)
		if (strcmp(json_string_value(json_object_get(e, "path")), path) == 0)
			return json_string_value(json_object_get(e, "value"));
	return NULL;
}

static enum ak_rc sum_of(struct ak_store *s, const char *subject, const json_t *e, const struct ak_limit *l, int64_t at_us, json_t *list, struct ak_err *err)
{
	static const char *const columns[] = {"requests", "tokens", "cost"};
	const char *since = json_string_value(json_object_get(e, "since"));
	int64_t anchor = INT64_MIN, start;
	struct ak_err ignored = {0};
	json_t *row = NULL;
	char z[32];
	enum ak_rc rc;

	if (since && ak_time_arg(since, 0, &anchor, &ignored) != AK_OK)
		anchor = INT64_MIN;
	if ((anchor == INT64_MIN && !l->window) || !ak_window_start(l->window, anchor == INT64_MIN ? 0 : anchor, at_us, &start))
		return AK_OK;
	rc = ak_query_used(s, subject, l->currency ? l->currency : "", start, at_us, &row, err);
	if (rc == AK_OK)
		json_array_append_new(list, json_pack("{s:O, s:O, s:s, s:s?, s:s?, s:s, s:O}", "path", json_object_get(e, "path"), "limit", json_object_get(e, "value"), "unit",
						      ak_limit_unit_name(l), "currency", l->currency, "window", l->window, "from", ak_time_z(start, 0, z), "used",
						      json_object_get(row, columns[l->unit])));
	json_decref(row);
	return rc;
}

enum ak_rc ak_limit_sums(struct ak_store *s, const json_t *row, int64_t at_us, json_t **out, struct ak_err *err)
{
	json_t *settings = json_object_get(row, "settings"), *e, *list = json_array();
	const char *subject = json_string_value(json_object_get(row, "subject")), *why;
	enum ak_rc rc = AK_OK;
	size_t i;

	json_array_foreach(settings, i, e) {
		const char *path = json_string_value(json_object_get(e, "path"));
		struct ak_limit l;
		char currency[4];

		if (rc == AK_OK && ak_limit_path(path) && json_is_string(json_object_get(e, "value")) && ak_limit_read(json_string_value(json_object_get(row, "class")), path, setting, settings, currency, &l, &why))
			rc = sum_of(s, subject, e, &l, at_us, list, err);
	}
	*out = list;
	return rc;
}

/* ---- what quota events say of themselves ---- */

struct event_walk {
	ak_row_fn *each;
	void *ctx;
	uint64_t *judged;
	struct ak_arena arena;
};

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static const char *dash(const char *z) { return z ? z : "-"; }

static bool is_one(const char *z, const char *a, const char *b) { return z && (strcmp(z, a) == 0 || strcmp(z, b) == 0); }

static bool number(struct event_walk *w, const json_t *o, const char *member, struct ak_str *out)
{
	const char *z = text(o, member);
	struct ak_err ignored = {0};

	return z && ak_dec_parse(ak_str_of(z), 0, false, &w->arena, out, &ignored) == AK_OK;
}

static enum ak_rc judge_event(void *ctx, json_t *row, struct ak_err *err)
{
	struct event_walk *w = ctx;
	const char *decision = text(row, "decision"), *served = text(row, "served"), *what = NULL;
	bool refused = is_one(decision, "blocked", "throttled"), passed = is_one(decision, "allowed", "warned");
	struct ak_str limit, used;
	bool told = number(w, row, "limit", &limit) && number(w, row, "used", &used);

	if (refused && served)
		what = "the call that it names was served";
	else if (passed && told && ak_dec_cmp(used, limit) > 0)
		what = "more was used than the limit";
	*w->judged += (refused && text(row, "request")) || (passed && told);
	ak_arena_clear(&w->arena);
	if (!what)
		return AK_OK;
	json_object_set_new(row, "text", json_sprintf("%s %s: decision %s at %s of %s %s%s%s, but %s", dash(text(row, "class")), dash(text(row, "subject")), decision,
						      dash(text(row, "used")), dash(text(row, "limit")), dash(text(row, "unit")), text(row, "window") ? " in " : "",
						      text(row, "window") ? text(row, "window") : "", what));
	json_object_set_new(row, "cites", served && refused ? json_pack("[s, s]", text(row, "citation"), served) : json_pack("[s]", text(row, "citation")));
	return w->each(w->ctx, row, err);
}

enum ak_rc ak_state_quota_events(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, uint64_t *judged, struct ak_err *err)
{
	struct event_walk w = {.each = each, .ctx = ctx, .judged = judged};
	enum ak_rc rc;

	*judged = 0;
	ak_arena_init(&w.arena);
	rc = ak_query_quota_events_each(s, from_us, to_us, judge_event, &w, err);
	ak_arena_release(&w.arena);
	return rc;
}
