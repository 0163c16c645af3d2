/* Reading our own documents without ceremony. */
#ifndef AK_CMD_JSONGET_H
#define AK_CMD_JSONGET_H

#include <jansson.h>

#include "base/ak.h"

static inline uint64_t ak_jnum(const json_t *o, const char *key) { return (uint64_t)json_integer_value(json_object_get(o, key)); }

static inline const char *ak_jtxt(const json_t *o, const char *key, const char *otherwise)
{
	const char *z = json_string_value(json_object_get(o, key));

	return z ? z : otherwise;
}

#endif
