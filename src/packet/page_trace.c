/* The sample trace as steps of the page. */
#include "base/ak.h"
#include "packet/page.h"

#include "base/jsonget.h"
#include "base/time.h"
#include "packet/pictures.h"

enum { HOP_LINES = 4 }; /* beside the first and what is missing */

static bool is_missing(const json_t *line) { return strstr(json_string_value(line) ? json_string_value(line) : "", "MISSING") != NULL; }

/* A line for readers: what the organization would run to fill a gap is nothing that they can. */
static json_t *for_readers(const json_t *line)
{
	const char *z = json_string_value(line), *command = z ? strstr(z, ": auditkit ") : NULL;

	return json_stringn(z ? z : "", command ? (size_t)(command - z) : z ? strlen(z) : 0);
}

/* The lines behind the first; those that a step has no room for stand in section 7, what is missing never does. */
static json_t *rest_of(const json_t *lines, json_t **gone, json_t **more)
{
	json_t *out = json_array(), *l;
	size_t i, left = 0;

	*gone = json_array();
	json_array_foreach((json_t *)lines, i, l) {
		if (!i)
			continue;
		if (is_missing(l))
			json_array_append_new(*gone, for_readers(l));
		else if (json_array_size(out) < HOP_LINES)
			json_array_append_new(out, for_readers(l));
		else
			left++;
	}
	*more = left ? json_sprintf("%zu more line%s", left, left == 1 ? "" : "s") : json_null();
	return out;
}

/* To the millisecond. */
static json_t *short_time(const char *time)
{
	struct ak_err ignored = {0};
	char text[32];
	int64_t us;

	if (!time || !*time || ak_time_arg(time, 0, &us, &ignored) != AK_OK)
		return json_null();
	return json_string(ak_time_z(us, 3, text));
}

static json_t *hop_view(const json_t *h)
{
	const json_t *lines = json_object_get(h, "lines");
	const char *state = ak_jtxt(h, "state", "");
	json_t *more, *gone, *rest = rest_of(lines, &gone, &more);

	return json_pack("{s:O, s:O, s:o, s:s, s:o, s:o, s:o, s:s?, s:b, s:b}", "n", json_object_get(h, "n"), "title", json_object_get(h, "title"), "time",
			 short_time(ak_jtxt(h, "time", NULL)), "first", json_array_size(lines) ? json_string_value(json_array_get(lines, 0)) : "", "gone", gone, "lines", rest, "more", more,
			 "cite", ak_jtxt(h, "cite", NULL), "missing", strcmp(state, "missing") == 0, "aggregate", strcmp(state, "aggregate") == 0);
}

json_t *ak_page_trace(const struct ak_sections *s)
{
	json_t *o, *hops = json_array(), *hop, *t = NULL;
	size_t i;

	json_array_foreach(s->all, i, o)
		if (json_object_get(o, "trace"))
			t = json_object_get(o, "trace");
	json_array_foreach(json_object_get(t, "hops"), i, hop)
		if (ak_jnum(hop, "n") <= 5)
			json_array_append_new(hops, hop_view(hop));
	if (!t || !json_array_size(hops)) {
		json_decref(hops);
		return json_null();
	}
	return json_pack("{s:O, s:o, s:o, s:O?, s:O?}", "id", json_object_get(t, "id"), "hops", hops, "timeline", ak_picture_of_trace(t), "final_status",
			 json_object_get(t, "final_status"), "start", json_object_get(json_object_get(t, "when"), "start"));
}
