#include "base/ak.h"
#include "cmd/findtrace.h"

#include "cmd/forms.h"
#include "query/query.h"
#include "trace/trace.h"

/* Nothing starts at it: is it somebody's? */
static enum ak_rc nowhere(struct ak_ctx *c, const json_t *forms, struct ak_err *err)
{
	json_t *rows = NULL;
	int64_t total = 0;
	enum ak_rc rc = ak_query_of_identifier(c->store, forms, 1, &rows, &total, err);

	json_decref(rows);
	if (rc != AK_OK)
		return rc;
	if (total) {
		ak_hint(err, "'auditkit show' lists the records that have it");
		return ak_fail(err, AK_EXIT_USAGE, "this identifier names a key, person or resource, not one request or event");
	}
	ak_hint(err, "any id works: trace, request, response, event, refund, or source:number");
	return ak_fail(err, AK_EXIT_PARTIAL, "no record has this identifier");
}

enum ak_rc ak_cmd_by_forms(struct ak_ctx *c, const char *word, ak_cmd_form_fn *fn, json_t **out, struct ak_err *err)
{
	json_t *forms = ak_cmd_forms(c, word), *form;
	enum ak_rc rc = AK_END;
	size_t i;

	json_array_foreach(forms, i, form) {
		if (rc != AK_END)
			break;
		ak_cmd_found_by(c, json_string_value(form));
		rc = fn(c, json_string_value(form), out, err);
	}
	if (rc == AK_END)
		rc = nowhere(c, forms, err);
	json_decref(forms);
	return rc;
}

static enum ak_rc reconstruct(struct ak_ctx *c, const char *form, json_t **out, struct ak_err *err)
{
	const struct ak_trace_opts o = {.policy = c->policy};

	return ak_trace_reconstruct(c->store, ak_str_of(form), &o, out, err);
}

enum ak_rc ak_cmd_find_trace(struct ak_ctx *c, json_t **trace, struct ak_err *err)
{
	return ak_cmd_by_forms(c, c->args->word[0], reconstruct, trace, err);
}
