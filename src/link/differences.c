/* Two witnesses of one attempt, field by field. */
#include "base/ak.h"
#include "link/link.h"

#include "base/buf.h"
#include "base/jsonw.h"
#include "store/corroborate.h"

static void text_of(const json_t *v, struct ak_buf *out)
{
	ak_buf_clear(out);
	if (json_is_string(v))
		ak_buf_addstr(out, ak_str_n(json_string_value(v), json_string_length(v)));
	else if (ak_jcs(v, out, NULL) != AK_OK)
		AK_BUG("a field cannot be written as JSON");
}

json_t *ak_link_differences(const json_t *counted, const json_t *witness, size_t *compared)
{
	const json_t *a = json_object_get(counted, "fields"), *b = json_object_get(witness, "fields");
	json_t *list = json_array();
	struct ak_buf x, y;

	ak_buf_init(&x, SIZE_MAX);
	ak_buf_init(&y, SIZE_MAX);
	*compared = 0;
	for (int f = 0; f < AK_F_COUNT; f++) {
		const json_t *v = json_object_get(a, ak_fields[f].name), *w = json_object_get(b, ak_fields[f].name);
		if (!v || !w || !ak_corroborate_compares((enum ak_field_id)f))
			continue;
		++*compared;
		text_of(v, &x);
		text_of(w, &y);
		if (ak_corroborate_differs((enum ak_field_id)f, ak_buf_str(&x), ak_buf_str(&y)))
			json_array_append_new(list, json_pack("{s:s, s:s%, s:s%}", "field", ak_fields[f].name, "counted", x.n ? x.p : "", x.n,
							      "witness", y.n ? y.p : "", y.n));
	}
	ak_buf_release(&x);
	ak_buf_release(&y);
	return list;
}
