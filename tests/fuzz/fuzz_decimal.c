/* Decimals: what is printed reads back as itself, and sums, differences and comparisons agree. Input: a byte of flags
 * and scale, then one or two numbers with a newline between them. */
#include "base/ak.h"

#include <inttypes.h>

#include "base/decimal.h"
#include "fuzz.h"

static bool canonical(struct ak_str text, int scale, bool lenient, struct ak_arena *a, struct ak_str *out)
{
	struct ak_err err = {0};
	struct ak_str again;
	enum ak_rc rc = ak_dec_parse(text, scale, lenient, a, out, &err);

	HOLDS(rc == AK_OK || rc == AK_REJECT);
	if (rc == AK_REJECT) {
		fuzz_rejected(&err);
		return false;
	}
	HOLDS(ak_dec_parse(*out, 0, false, a, &again, &err) == AK_OK);
	HOLDS(ak_str_eq(*out, again));
	return true;
}

static void integer(struct ak_str text, bool lenient, struct ak_arena *a)
{
	struct ak_err err = {0};
	struct ak_str out;
	int64_t v;
	enum ak_rc rc = ak_dec_int(text, lenient, &v, &err);

	HOLDS(rc == AK_OK || rc == AK_REJECT);
	if (rc == AK_REJECT) {
		fuzz_rejected(&err);
		return;
	}
	HOLDS(v >= -INT64_C(9007199254740991) && v <= INT64_C(9007199254740991));
	HOLDS(canonical(text, 0, lenient, a, &out));
	HOLDS(ak_str_eq(out, ak_arena_printf(a, "%" PRId64, v)));
}

static void pair(struct ak_str x, struct ak_str y, struct ak_arena *a)
{
	struct ak_str zero = ak_dec_sub(x, x, a), diff = ak_dec_sub(x, y, a);
	int order = ak_dec_cmp(x, y);
	struct ak_dec_sum sum;

	HOLDS(zero.p && ak_str_is(zero, "0"));
	HOLDS(diff.p && ak_dec_cmp(diff, AK_STR("0")) == order);
	HOLDS(ak_dec_cmp(y, x) == -order && (order == 0) == ak_str_eq(x, y));
	ak_dec_sum_init(&sum);
	HOLDS(ak_dec_sum_add(&sum, diff) && ak_dec_sum_add(&sum, y));
	HOLDS(ak_str_eq(ak_dec_sum_text(&sum, a), x));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_in in = {p, n};
	unsigned flags = fuzz_byte(&in);
	bool lenient = flags & 1;
	int scale = (int)(flags >> 1 & 31) - 16;
	struct ak_str text = fuzz_rest(&in), x = ak_str_n(text.p, ak_str_find(text, '\n')), y, cx, cy;
	struct ak_arena a;

	ak_arena_init(&a);
	y = x.n < text.n ? ak_str_n(x.p + x.n + 1, text.n - x.n - 1) : x;
	integer(x, lenient, &a);
	if (canonical(x, scale, lenient, &a, &cx) && canonical(y, 0, lenient, &a, &cy))
		pair(cx, cy, &a);
	ak_arena_release(&a);
	return 0;
}
