#include "base/ak.h"
#include "packet/overdue.h"

#include "base/time.h"

#define DAY_US INT64_C(86400000000)

static const char *given(const char *text) { return text && strcmp(text, "unknown") != 0 ? text : NULL; }

/* Whole days between a canonical time and now; -1 when it is none. */
static int64_t age(const char *exported_at, int64_t now_us)
{
	struct ak_err ignored = {0};
	int64_t us;

	return exported_at && ak_time_arg(exported_at, now_us, &us, &ignored) == AK_OK ? (now_us - us) / DAY_US : -1;
}

json_t *ak_overdue_days(const char *due, int64_t as_of_us)
{
	struct ak_err ignored = {0};
	int64_t us, days;

	if (!due || strlen(due) != sizeof "2026-07-15" - 1 || ak_time_arg(due, 0, &us, &ignored) != AK_OK)
		return json_null();
	days = (as_of_us - us) / DAY_US;
	return as_of_us >= us && days > 0 ? json_integer((json_int_t)days) : json_null();
}

json_t *ak_overdue(const struct ak_policy *p, const json_t *exports, const char *name, int64_t now_us)
{
	json_t *list = json_array(), *e;
	size_t k;

	for (size_t i = 0; p && i < p->nsources; i++)
		json_array_foreach((json_t *)exports, k, e) {
			const struct ak_policy_source *s = &p->sources[i];
			int64_t own = ak_policy_days(given(s->every)), most = own >= 0 ? own : p->max_export_age_days;
			int64_t days = age(json_string_value(json_object_get(e, "exported_at")), now_us);

			if (strcmp(json_string_value(json_object_get(e, name)), s->name) != 0 || most < 0 || days <= most)
				continue;
			json_array_append_new(list, json_pack("{s:s, s:i, s:I, s:s, s:O, s:O, s:I}", "source", s->name, "line", s->line, "every",
							      (json_int_t)most, "limit", own >= 0 ? "every" : "limits.max_export_age",
							      "exported_at", json_object_get(e, "exported_at"), "exported_at_basis",
							      json_object_get(e, "exported_at_basis"), "days", (json_int_t)days));
		}
	return list;
}

void ak_overdue_classes(const struct ak_policy *p, int64_t now_us, int64_t oldest_us[AK_K_COUNT])
{
	for (int k = 0; k < AK_K_COUNT; k++) {
		char path[64];
		const json_t *keep;
		int64_t days;

		snprintf(path, sizeof path, "retention.%s.keep", ak_kinds[k].name);
		keep = p ? ak_policy_get(p, path) : NULL;
		days = json_is_string(keep) ? ak_policy_days(json_string_value(keep)) : -1;
		oldest_us[k] = days < 0 || days > now_us / DAY_US ? INT64_MIN : now_us - days * DAY_US;
	}
}
