#include "base/ak.h"
#include "check/said.h"

#include "base/time.h"

#define DAY_US INT64_C(86400000000)

static const json_t *answer(const json_t *v)
{
	return !v || json_is_null(v) || (json_is_string(v) && (!*json_string_value(v) || strcmp(json_string_value(v), "unknown") == 0)) ? NULL : v;
}

const json_t *ak_policy_said(const struct ak_policy *p, const char *path) { return p ? answer(ak_policy_get(p, path)) : NULL; }
const json_t *ak_policy_said_in(const json_t *entry, const char *member) { return answer(json_object_get(entry, member)); }

bool ak_policy_unanswered(const json_t *entry)
{
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)entry, name, v)
		if (answer(v))
			return false;
	return json_object_size(entry) > 0;
}

const char *ak_policy_said_text(const struct ak_policy *p, const char *path, const char *otherwise)
{
	const char *z = json_string_value(ak_policy_said(p, path));

	return z ? z : otherwise;
}

int64_t ak_policy_said_number(const struct ak_policy *p, const char *path, int64_t otherwise)
{
	const json_t *v = ak_policy_said(p, path);

	return json_is_integer(v) ? json_integer_value(v) : otherwise;
}

int64_t ak_policy_said_days(const struct ak_policy *p, const char *path, int64_t otherwise)
{
	const char *z = ak_policy_said_text(p, path, NULL);
	int64_t days = z ? ak_policy_days(z) : -1;

	return days >= 0 ? days : otherwise;
}

int64_t ak_policy_said_us(const struct ak_policy *p, const char *path, int64_t otherwise)
{
	const char *z = ak_policy_said_text(p, path, NULL);
	int64_t s = z ? ak_policy_seconds(z) : -1;

	return s >= 0 ? s * 1000000 : otherwise;
}

bool ak_policy_said_has(const json_t *list, struct ak_str word)
{
	const json_t *v;
	size_t i;

	if (json_is_string(list))
		return ak_str_eq_fold(word, ak_str_of(json_string_value(list)));
	json_array_foreach((json_t *)list, i, v)
		if (json_is_string(v) && ak_str_eq_fold(word, ak_str_of(json_string_value(v))))
			return true;
	return false;
}

bool ak_policy_said_age(const char *date, int64_t as_of_us, int64_t *days)
{
	struct ak_err ignored = {0};
	int64_t us;

	if (!date || ak_time_arg(date, as_of_us, &us, &ignored) != AK_OK)
		return false;
	*days = as_of_us >= us ? (as_of_us - us) / DAY_US : -1 - (us - as_of_us - 1) / DAY_US;
	return true;
}
