#include "base/ak.h"
#include "report/list.h"

#include <stdarg.h>

#include "base/jsonget.h"
#include "base/text.h"

json_t *ak_list_new(const char *name, const char *schema, const struct ak_list_opts *o)
{
	return json_pack("{s:s, s:i, s:s, s:o, s:o, s:[], s:{}, s:[]}", "schema", schema, "format_version", 1, "report", name, "from",
			 ak_jbound(o->from_us), "to", ak_jbound(o->to_us), "rows", "total", "statements");
}

enum ak_rc ak_list_add(json_t *doc, const char *member, json_t *row, struct ak_err *err)
{
	json_t *list = json_object_get(doc, member);

	if (!list)
		json_object_set_new(doc, member, list = json_array());
	if (json_array_size(list) < AK_LIST_ROWS) {
		json_array_append_new(list, row);
		return AK_OK;
	}
	json_decref(row);
	ak_hint(err, "bound the period with --from and --to");
	return ak_fail(err, AK_EXIT_LIMIT, "the report has more than %d rows", AK_LIST_ROWS);
}

void ak_list_say(json_t *doc, const char *fmt, ...)
{
	va_list ap;
	char text[1024];

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	json_array_append_new(json_object_get(doc, "statements"), json_string(text));
}

void ak_list_count(json_t *counts, const char *name, int64_t n)
{
	name = name ? name : "-";
	json_object_set_new(counts, name, json_integer(json_integer_value(json_object_get(counts, name)) + n));
}

void ak_list_gap(json_t *doc, const char *what, const char *fmt, ...)
{
	json_t *list = json_object_get(doc, "gaps");
	va_list ap;
	char text[1024];

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (!list)
		json_object_set_new(doc, "gaps", list = json_array());
	json_array_append_new(list, json_pack("{s:s, s:s}", "what", what, "text", text));
}

const char *ak_list_of(uint64_t n, uint64_t of, char buf[72])
{
	snprintf(buf, 72, "%s of %s", AK_NUM(n), AK_NUM(of));
	return buf;
}

void ak_list_copy(json_t *to, const json_t *from, const char *members)
{
	char name[64];

	for (const char *p = members; *p; p += *p == ' ') {
		size_t n = strcspn(p, " ");
		json_t *v;

		snprintf(name, sizeof name, "%.*s", (int)n, p);
		v = json_object_get(from, name);
		json_object_set_new(to, name, v ? json_incref(v) : json_null());
		p += n;
	}
}

const json_t *ak_list_declared(const json_t *o, const char *member)
{
	const json_t *v = json_object_get(o, member);
	const char *z = json_string_value(v);

	return v && !json_is_null(v) && !(z && (!*z || strcmp(z, "unknown") == 0)) ? v : NULL;
}
