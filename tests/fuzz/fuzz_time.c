/* Times: the canonical text reads back as the same instant and the same text. Input: a byte that chooses reader, zone
 * and unit, then the text. */
#include "base/ak.h"

#include "base/time.h"
#include "fuzz.h"

/* Microseconds of 0001-01-01 and 10000-01-01. */
#define FIRST_US (INT64_C(-62135596800) * 1000000)
#define END_US (INT64_C(253402300800) * 1000000)

static void stable(const struct ak_time *t, struct ak_arena *a)
{
	struct ak_time again;
	struct ak_err err = {0};

	HOLDS(t->us >= FIRST_US && t->us < END_US);
	HOLDS(t->text.n && t->text.p[t->text.n - 1] == 'Z');
	HOLDS(ak_time_parse(t->text, NULL, a, &again, &err) == AK_OK);
	HOLDS(again.us == t->us && ak_str_eq(again.text, t->text) && !again.assumed_zone);
	HOLDS(ak_time_parse(ak_time_format(t->us, 6, a), NULL, a, &again, &err) == AK_OK && again.us == t->us);
}

static void argument(struct ak_str text, struct ak_arena *a)
{
	struct ak_err err = {0};
	int64_t us;
	enum ak_rc rc = ak_time_arg(ak_arena_z(a, text), INT64_C(1772445600000000), &us, &err);

	HOLDS(rc == AK_OK || rc == AK_FAIL);
	if (rc == AK_FAIL)
		fuzz_failed(&err, AK_EXIT_USAGE);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char *const zones[] = {NULL, "UTC", "+05:45", "Europe/Berlin", "America/St_Johns", "no/such zone"};
	struct fuzz_in in = {p, n};
	unsigned how = fuzz_byte(&in);
	struct ak_str text = fuzz_rest(&in);
	struct ak_err err = {0};
	struct ak_arena a;
	struct ak_time t;
	enum ak_rc rc;

	ak_arena_init(&a);
	if (how % 3 == 0)
		rc = ak_time_epoch(text, (enum ak_epoch)(how / 3 % (AK_EPOCH_AUTO + 1)), &a, &t, &err);
	else
		rc = ak_time_parse(text, zones[how / 3 % AK_COUNT(zones)], &a, &t, &err);
	HOLDS(rc == AK_OK || rc == AK_REJECT);
	if (rc == AK_OK)
		stable(&t, &a);
	else
		fuzz_rejected(&err);
	argument(text, &a);
	ak_arena_release(&a);
	return 0;
}
