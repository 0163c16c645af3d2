#include "base/ak.h"
#include "cmd/duration.h"

#include "base/decimal.h"

enum ak_rc ak_duration(const char *option, const char *text, int64_t *us, struct ak_err *err)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	size_t n = strlen(text);
	struct ak_err ignored = {0};
	int64_t number;

	for (size_t i = 0; i < AK_COUNT(units); i++)
		if (n > 1 && text[n - 1] == units[i].unit && ak_dec_int(ak_str_n(text, n - 1), false, &number, &ignored) == AK_OK && number > 0 &&
		    number <= 36525 * INT64_C(86400) / units[i].seconds) {
			*us = number * units[i].seconds * 1000000;
			return AK_OK;
		}
	ak_hint(err, "as in: --%s 2h, 30m, 7d", option);
	return ak_fail(err, AK_EXIT_USAGE, "option '--%s' is a whole number above 0 with s, m, h or d behind it, up to 36525d", option);
}
