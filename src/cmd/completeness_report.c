#include "base/ak.h"
#include "cmd/completeness_report.h"

#include "base/time.h"
#include "base/jsonget.h"
#include "packet/overdue.h"
#include "query/query.h"

enum ak_rc ak_completeness_add(struct ak_ctx *c, json_t *source, struct ak_err *err)
{
	int64_t oldest[AK_K_COUNT];
	json_t *one = json_pack("[O]", source);
	enum ak_rc rc;

	ak_overdue_classes(c->policy, ak_time_now(), oldest);
	rc = ak_query_completeness(c->store, oldest, one, err);
	json_decref(one);
	return rc;
}

static void print_checks(struct ak_ctx *c, const json_t *checks)
{
	struct ak_buf unjudged;
	json_t *k;
	size_t i;
	char n[32], of[32];

	ak_buf_init(&unjudged, 1 << 16);
	json_array_foreach((json_t *)checks, i, k) {
		if (json_is_integer(json_object_get(k, "of")))
			ak_io_line(c->io, "checked", "%s: %s, %s of %s %s", ak_jtxt(k, "what", "?"), ak_jtxt(k, "state", "?"),
				   ak_thousands(ak_jnum(k, "n"), n), ak_thousands(ak_jnum(k, "of"), of), ak_jtxt(k, "unit", "?"));
		else
			ak_buf_addf(&unjudged, "%s%s (%s)", unjudged.n ? "; " : "", ak_jtxt(k, "what", "?"), ak_jtxt(k, "why", "?"));
	}
	if (unjudged.n)
		ak_io_line(c->io, "unchecked", "%s", unjudged.p);
	ak_buf_release(&unjudged);
}

void ak_completeness_print(struct ak_ctx *c, const json_t *o)
{
	const json_t *hours = json_object_get(o, "hours"), *list = json_object_get(o, "unmapped_actions");
	json_t *row;
	size_t i;
	char n[32], of[32];

	print_checks(c, json_object_get(o, "checks"));
	if (ak_jnum(hours, "of"))
		ak_io_line(c->io, "hours", "%s of %s hours from the first to the last record have one",
			   ak_thousands(ak_jnum(hours, "with_records"), n), ak_thousands(ak_jnum(hours, "of"), of));
	json_array_foreach(json_object_get(o, "silences"), i, row)
		if (json_is_true(json_object_get(row, "suspected")))
			ak_io_line(c->io, "silence", "%s to %s, %s hours; the average rate is %s records in that time", ak_jtxt(row, "from", "?"),
				   ak_jtxt(row, "to", "?"), ak_thousands(ak_jnum(row, "hours"), n), ak_thousands(ak_jnum(row, "expected"), of));
	json_array_foreach(json_object_get(o, "missing_numbers"), i, row)
		ak_io_line(c->io, "missing", "numbers %llu to %llu of the sequence", (unsigned long long)ak_jnum(row, "first"),
			   (unsigned long long)ak_jnum(row, "last"));
	json_array_foreach((json_t *)list, i, row)
		ak_io_line(c->io, i ? "" : "unmapped", "%s: %s audit events, category %s", ak_jtxt(row, "action", "no action"),
			   ak_thousands(ak_jnum(row, "n"), n), ak_jtxt(row, "category", "none"));
	if (ak_jnum(o, "unmapped_actions_all") > json_array_size(list))
		ak_io_line(c->io, "", "the %s most frequent of %s actions without a category are listed", ak_thousands(json_array_size(list), n),
			   ak_thousands(ak_jnum(o, "unmapped_actions_all"), of));
}
