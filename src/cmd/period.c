#include "base/ak.h"
#include "cmd/period.h"

#include "base/buf.h"
#include "base/civil.h"
#include "base/time.h"
#include "base/zone.h"
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

/* "2026-06-01 02:00" of a zone; the text itself where there is none. */
static const char *local(const struct ak_zone *zone, const char *utc, char buf[32])
{
	struct ak_err ignored = {0};
	struct ak_zone_span span;
	int64_t us;

	if (!zone || ak_time_arg(utc, 0, &us, &ignored) != AK_OK)
		return utc;
	ak_zone_span(zone, ak_floor_div(us, 1000000), &span);
	ak_time_z(us + span.offset * INT64_C(1000000), 0, buf);
	buf[10] = ' ';
	buf[16] = '\0';
	return buf;
}

void ak_cmd_period_print(struct ak_io *io, const json_t *doc)
{
	const char *from = ak_jtxt(doc, "from", NULL), *to = ak_jtxt(doc, "to", NULL), *name = ak_jtxt(doc, "zone", "UTC");
	const struct ak_zone *zone = strcmp(name, "UTC") == 0 ? NULL : ak_zone_find(name);
	char a[32], b[32];

	if (!from && !to) {
		ak_io_line(io, "period", "everything in the workspace");
		return;
	}
	ak_io_line(io, "period", "%s to %s, in UTC, end not included", from ? from : "the first record", to ? to : "the last record");
	if (zone)
		ak_io_line(io, "", "in %s: %s to %s", name, from ? local(zone, from, a) : "the first record", to ? local(zone, to, b) : "the last record");
}

void ak_cmd_period_asked(const struct ak_ctx *c)
{
	struct ak_err ignored = {0};
	int64_t from_us, to_us;
	json_t *doc;

	if (ak_cmd_period(c, &from_us, &to_us, &ignored) != AK_OK)
		return;
	doc = json_pack("{s:o, s:o}", "from", ak_jbound(from_us), "to", ak_jbound(to_us));
	ak_cmd_period_print(c->io, doc);
	json_decref(doc);
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
