/* Reading and writing our own documents without ceremony. */
#ifndef AK_BASE_JSONGET_H
#define AK_BASE_JSONGET_H

#include <jansson.h>

#include "base/ak.h"
#include "base/time.h"

static inline uint64_t ak_jnum(const json_t *o, const char *key) { return (uint64_t)json_integer_value(json_object_get(o, key)); }

static inline const char *ak_jtxt(const json_t *o, const char *key, const char *otherwise)
{
	const char *z = json_string_value(json_object_get(o, key));

	return z ? z : otherwise;
}

/* NULL of an empty text too. */
static inline const char *ak_jfilled(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_string_length(v) ? json_string_value(v) : NULL;
}

/* The first object of a list whose member is this text; NULL when there is none, or no text is asked for. Borrowed. */
static inline json_t *ak_jfind(const json_t *list, const char *key, const char *value)
{
	json_t *o;
	size_t i;

	json_array_foreach((json_t *)list, i, o) {
		const char *z = json_string_value(json_object_get(o, key));

		if (z && value && strcmp(z, value) == 0)
			return o;
	}
	return NULL;
}

/* Whether a list has this text. */
static inline bool ak_jhas(const json_t *list, const char *text)
{
	json_t *v;
	size_t i;

	json_array_foreach((json_t *)list, i, v)
		if (json_is_string(v) && strcmp(json_string_value(v), text) == 0)
			return true;
	return false;
}

/* A list without doubles: appended unless it stands there. */
static inline void ak_jadd_once(json_t *list, struct ak_str s)
{
	json_t *v = json_stringn(s.p, s.n), *known;
	size_t i;

	json_array_foreach(list, i, known)
		if (json_equal(known, v)) {
			json_decref(v);
			return;
		}
	json_array_append_new(list, v);
}

/* A bound of a period, exact; null where it is open (INT64_MIN or INT64_MAX). */
static inline json_t *ak_jbound(int64_t us)
{
	char text[32];

	return us == INT64_MIN || us == INT64_MAX ? json_null() : json_string(ak_time_z(us, us % 1000000 ? 6 : 0, text));
}

#endif
