#include "base/ak.h"
#include "cmd/period.h"

#include "base/time.h"

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
