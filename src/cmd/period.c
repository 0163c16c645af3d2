#include "base/ak.h"
#include "cmd/period.h"

#include "base/buf.h"
#include "base/time.h"
#include "base/jsonget.h"
#include "query/query.h"

enum ak_rc ak_cmd_period(const struct ak_ctx *c, int64_t *from_us, int64_t *to_us, struct ak_err *err)
{
	const char *from = ak_args_text(c->args, "from"), *to = ak_args_text(c->args, "to");
	int64_t now = ak_time_now();

	*from_us = INT64_MIN;
	*to_us = INT64_MAX;
	if ((from && ak_time_arg(from, now, from_us, err) != AK_OK) || (to && ak_time_arg(to, now, to_us, err) != AK_OK))
		return AK_FAIL;
	return *from_us < *to_us ? AK_OK : ak_fail(err, AK_EXIT_USAGE, "--from is not before --to");
}

enum ak_rc ak_cmd_any_record(const struct ak_ctx *c, int64_t from_us, int64_t to_us, bool *any, struct ak_err *err)
{
	json_t *spans = NULL, *k;
	size_t i;
	enum ak_rc rc = ak_query_spans(c->store, from_us, to_us, &spans, err);

	*any = false;
	json_array_foreach(spans, i, k)
		*any |= ak_jnum(k, "in_period") > 0;
	json_decref(spans);
	return rc;
}

enum ak_rc ak_cmd_nothing(const struct ak_ctx *c, const char *what, struct ak_err *err)
{
	bool bounded = ak_args_text(c->args, "from") || ak_args_text(c->args, "to");
	json_t *spans = NULL, *k;
	struct ak_buf b;
	char n[32];
	size_t i;
	enum ak_rc rc = ak_query_spans(c->store, INT64_MIN, INT64_MAX, &spans, err);

	if (rc != AK_OK)
		return rc;
	ak_buf_init(&b, 1 << 16);
	json_array_foreach(spans, i, k)
		ak_buf_addf(&b, "%s%s %s from %.10s to %.10s", i ? ", " : "", ak_thousands(ak_jnum(k, "records"), n), ak_jtxt(k, "title", "?"),
			    ak_jtxt(k, "first", "an unknown time"), ak_jtxt(k, "last", "an unknown time"));
	ak_io_note(c->io, "workspace", "has %s", b.n ? b.p : "no record");
	if (json_array_size(spans) && bounded)
		ak_hint(err, "choose --from and --to within the records that there are, or ingest those of this period");
	else
		ak_hint(err, "'auditkit help collect' says how to get them");
	rc = ak_fail(err, AK_EXIT_PARTIAL, "there is no %s %s", what, bounded ? "of this period" : "in this workspace");
	ak_buf_release(&b);
	json_decref(spans);
	return rc;
}
