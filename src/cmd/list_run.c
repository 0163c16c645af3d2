#include "base/ak.h"
#include "cmd/list_run.h"

#include "base/time.h"

static bool has_option(const struct ak_ctx *c, const char *name)
{
	const struct ak_opt *opt = c->args->cmd->opts;

	while (opt->name && strcmp(opt->name, name) != 0)
		opt++;
	return opt->name != NULL;
}

/* Not each report has a period, and ages only one. */
static enum ak_rc read_options(const struct ak_ctx *c, struct ak_list_opts *o, struct ak_err *err)
{
	o->policy = c->policy;
	if (has_option(c, "from") && ak_cmd_period(c, &o->from_us, &o->to_us, err) != AK_OK)
		return AK_FAIL;
	o->as_of_us = o->to_us != INT64_MAX ? o->to_us : ak_time_now();
	if (!has_option(c, "review-days"))
		return AK_OK;
	o->review_days = ak_args_int(c->args, "review-days", 92);
	o->stale_days = ak_args_int(c->args, "stale-days", 90);
	return o->review_days > 0 && o->stale_days > 0 ? AK_OK : ak_fail(err, AK_EXIT_USAGE, "days are numbers above 0");
}

enum ak_rc ak_list_top(const struct ak_ctx *c, size_t *top, struct ak_err *err)
{
	int64_t n = ak_args_int(c->args, "top", -1);

	*top = n < 0 ? SIZE_MAX : (size_t)n;
	if (n < 1 && has_option(c, "top") && ak_args_flag(c->args, "top"))
		return ak_fail(err, AK_EXIT_USAGE, "option '--top' wants a whole number above 0");
	return AK_OK;
}

enum ak_rc ak_list_out(struct ak_ctx *c, json_t *doc, const struct ak_list_table *tables, size_t top, bool any, struct ak_err *err)
{
	bool printed = false;
	enum ak_rc rc = ak_report_out(c, doc, &printed, err);

	if (rc == AK_OK && !printed && any)
		ak_list_print(c->io, doc, tables, top);
	return rc;
}

enum ak_exit ak_list_run(struct ak_ctx *c, ak_list_fn *make, const struct ak_list_table *tables, const char *what, struct ak_err *err)
{
	struct ak_list_opts o = {.from_us = INT64_MIN, .to_us = INT64_MAX};
	json_t *doc = NULL;
	bool any = false;
	size_t top;
	enum ak_rc rc = read_options(c, &o, err);

	if (rc == AK_OK)
		rc = ak_list_top(c, &top, err);
	if (rc == AK_OK)
		rc = make(c->store, &o, &doc, &any, err);
	if (rc == AK_OK)
		rc = ak_list_out(c, doc, tables, top, any, err);
	if (rc == AK_OK && !any)
		rc = ak_cmd_nothing(c, what, err);
	json_decref(doc);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}
