#include "base/ak.h"
#include "cmd/figures_opts.h"

#include <stdlib.h>

/* 15m, 1h, 1d: minutes that divide a day. */
static enum ak_rc read_bucket(const char *text, int64_t *us, struct ak_err *err)
{
	static const struct {
		char unit;
		int64_t minutes;
	} units[] = {{'m', 1}, {'h', 60}, {'d', 1440}};
	char *end;
	long n = strtol(text, &end, 10);

	for (size_t i = 0; i < AK_COUNT(units); i++) {
		int64_t minutes = n > 0 && n <= 1440 ? n * units[i].minutes : 0;

		if (end != text && end[0] == units[i].unit && !end[1] && minutes && minutes <= 1440 && 1440 % minutes == 0) {
			*us = minutes * 60 * INT64_C(1000000);
			return AK_OK;
		}
	}
	ak_hint(err, "write 1m, 15m, 1h, 6h or 1d: what divides a day");
	return ak_fail(err, AK_EXIT_USAGE, "option '--bucket': '%.40s' is no bucket", text);
}

enum ak_rc ak_figures_by(const char *text, struct ak_report_opts *o, struct ak_err *err)
{
	for (const char *p = text; *p; p += *p == ',') {
		struct ak_str word = ak_str_n(p, strcspn(p, ","));
		int by = ak_report_by_find(word);

		p += word.n;
		if (by < 0) {
			ak_hint(err, "'auditkit help report usage' lists them");
			return ak_fail(err, AK_EXIT_USAGE, "option '--by': records are not grouped by '%.*s'", (int)(word.n < 40 ? word.n : 40), word.p);
		}
		if (o->nby == AK_COUNT(o->by))
			return ak_fail(err, AK_EXIT_USAGE, "option '--by': at most %zu words", AK_COUNT(o->by));
		for (size_t i = 0; i < o->nby; i++)
			if (o->by[i] == (enum ak_by)by)
				return ak_fail(err, AK_EXIT_USAGE, "option '--by': '%s' twice", ak_report_by_name(o->by[i]));
		o->by[o->nby++] = (enum ak_by)by;
	}
	return AK_OK;
}

enum ak_rc ak_figures_zone(const struct ak_ctx *c, struct ak_report_opts *o, struct ak_err *err)
{
	o->zone_name = ak_args_text(c->args, "zone");
	if (!o->zone_name || strcmp(o->zone_name, "UTC") == 0)
		return AK_OK;
	o->zone = ak_zone_find(o->zone_name);
	if (o->zone)
		return AK_OK;
	ak_hint(err, "names are those of the time zone database, such as Europe/Berlin");
	return ak_fail(err, AK_EXIT_USAGE, "option '--zone': there is no time zone '%.60s' here", o->zone_name);
}

enum ak_rc ak_figures_options(const struct ak_ctx *c, const char *otherwise, struct ak_report_opts *o, struct ak_err *err)
{
	const char *by = ak_args_text(c->args, "by");
	enum ak_rc rc = ak_cmd_period(c, &o->from_us, &o->to_us, err);

	o->bucket = ak_args_text(c->args, "bucket");
	if (rc == AK_OK)
		rc = ak_figures_by(by ? by : o->bucket ? "" : otherwise, o, err);
	if (rc == AK_OK && o->bucket)
		rc = read_bucket(o->bucket, &o->bucket_us, err);
	return rc == AK_OK ? ak_figures_zone(c, o, err) : rc;
}
