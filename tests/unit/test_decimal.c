#include "base/ak.h"

#include "base/decimal.h"
#include "tap.h"

static struct ak_arena arena;

struct parse_case {
	const char *text;
	int scale;
	const char *want, *lenient; /* canonical text or reason */
};

static void is_parsed(const struct parse_case *c, bool lenient, const char *want)
{
	struct ak_err err = {0};
	struct ak_str got = AK_STR("untouched");

	if (ak_dec_parse(ak_str_of(c->text), c->scale, lenient, &arena, &got, &err) == AK_OK) {
		is_str(got, want, c->text);
	} else {
		is_str(ak_str_of(err.reason), want, c->text);
		is_str(got, "untouched", "a rejection writes nothing");
	}
}

static void parsing(void)
{
	static const struct parse_case cases[] = {
		{"0", 0, "0", "0"},
		{"-0", 0, "0", "0"},
		{"-0.000", 0, "0", "0"},
		{"0E-6176", 0, "0", "0"},
		{"0e99999999999999999999999", 0, "0", "0"},
		{"12.50", 0, "12.5", "12.5"},
		{"1.2e-05", 0, "0.000012", "0.000012"},
		{"1.2E+5", 0, "120000", "120000"},
		{"1.25e1", 0, "12.5", "12.5"},
		{"100", 0, "100", "100"},
		{"-0.02", 0, "-0.02", "-0.02"},
		{"1250", -2, "12.5", "12.5"},
		{"3", -2, "0.03", "0.03"},
		{"1.5", 3, "1500", "1500"},
		{"0", -40, "0", "0"},
		{"+5", 0, "number_syntax", "5"},
		{"007", 0, "number_syntax", "7"},
		{"-00.50", 0, "number_syntax", "-0.5"},
		{".5", 0, "number_syntax", "0.5"},
		{"5.", 0, "number_syntax", "5"},
		{" 5 ", 0, "number_syntax", "5"},
		{"1,245", 0, "number_syntax", "1245"},
		{"1,245.50", 0, "number_syntax", "1245.5"},
		{"12,245,000", 0, "number_syntax", "12245000"},
		{"$1.50", 0, "number_syntax", "1.5"},
		{"-$1.50", 0, "number_syntax", "-1.5"},
		{"$-1.50", 0, "number_syntax", "-1.5"},
		{"+\xE2\x82\xAC"
		 "2",
		 0, "number_syntax", "2"},
		{"\xC2\xA3"
		 "3",
		 0, "number_syntax", "3"},
		{"\xC2\xA5"
		 "4,000",
		 0, "number_syntax", "4000"},
		{"1,24", 0, "number_syntax", "number_syntax"},
		{"1,2456", 0, "number_syntax", "number_syntax"},
		{"1234,567", 0, "number_syntax", "number_syntax"},
		{"0,123", 0, "number_syntax", "number_syntax"},
		{",123", 0, "number_syntax", "number_syntax"},
		{"1,,234", 0, "number_syntax", "number_syntax"},
		{"1.234,567", 0, "number_syntax", "number_syntax"},
		{"", 0, "number_syntax", "number_syntax"},
		{"-", 0, "number_syntax", "number_syntax"},
		{"--1", 0, "number_syntax", "number_syntax"},
		{"-$-1", 0, "number_syntax", "number_syntax"},
		{"$$1", 0, "number_syntax", "number_syntax"},
		{"$", 0, "number_syntax", "number_syntax"},
		{".", 0, "number_syntax", "number_syntax"},
		{"$.", 0, "number_syntax", "number_syntax"},
		{"1e", 0, "number_syntax", "number_syntax"},
		{"1e+", 0, "number_syntax", "number_syntax"},
		{"e5", 0, "number_syntax", "number_syntax"},
		{"1.2.3", 0, "number_syntax", "number_syntax"},
		{"0x10", 0, "number_syntax", "number_syntax"},
		{"NaN", 0, "number_syntax", "number_syntax"},
		{"Infinity", 0, "number_syntax", "number_syntax"},
		{"1 000", 0, "number_syntax", "number_syntax"},
		{"1e59", 0, "100000000000000000000000000000000000000000000000000000000000",
		 "100000000000000000000000000000000000000000000000000000000000"},
		{"1e60", 0, "number_too_long", "number_too_long"},
		{"1e-36", 0, "0.000000000000000000000000000000000001", "0.000000000000000000000000000000000001"},
		{"1e-37", 0, "number_too_long", "number_too_long"},
		{"1e-99999999999999999999", 0, "number_too_long", "number_too_long"},
		{"1", -37, "number_too_long", "number_too_long"},
		{"123456789012345678901234.567890123456789012345678901234567891", 0,
		 "123456789012345678901234.567890123456789012345678901234567891",
		 "123456789012345678901234.567890123456789012345678901234567891"},
		{"1123456789012345678901234.567890123456789012345678901234567891", 0, "number_too_long",
		 "number_too_long"},
	};

	for (size_t i = 0; i < AK_COUNT(cases); i++) {
		is_parsed(&cases[i], false, cases[i].want);
		is_parsed(&cases[i], true, cases[i].lenient);
	}
}

/* A million digits are lexed in one pass, whatever they say. */
static void long_texts(void)
{
	enum { MANY = 1000000 };
	struct parse_case c = {NULL, 0, NULL, NULL};
	char *text = ak_alloc(MANY + 32);

	c.text = text;
	memset(text, '0', MANY);
	strncpy(text + MANY, "1e3", 32);
	memcpy(text, "0.", 2);
	is_int((int64_t)strlen(text), MANY + 3, "a very long text");
	is_parsed(&c, false, "number_too_long");
	strncpy(text + MANY, "1e999999", 32);
	is_parsed(&c, false, "1");
	text[MANY] = '\0';
	is_parsed(&c, false, "0");
	memset(text, '9', MANY);
	is_parsed(&c, false, "number_too_long");
	ak_free(text);
}

static void integers(void)
{
	static const struct {
		const char *text;
		bool lenient;
		int64_t want;
		const char *reason;
	} cases[] = {
		{"59200", false, 59200, NULL},
		{"59200.0", false, 59200, NULL},
		{"5.92e4", false, 59200, NULL},
		{"-7", false, -7, NULL},
		{"-0", false, 0, NULL},
		{"0e77", false, 0, NULL},
		{"1,245", true, 1245, NULL},
		{"9007199254740991", false, 9007199254740991, NULL},
		{"-9007199254740991", false, -9007199254740991, NULL},
		{"9007199254740992", false, 0, "number_too_long"},
		{"10000000000000000", false, 0, "number_too_long"},
		{"1e400", false, 0, "number_too_long"},
		{"18446744073709551617", false, 0, "number_too_long"},
		{"1.5", false, 0, "number_fraction"},
		{"1e-1", false, 0, "number_fraction"},
		{"1,245", false, 0, "number_syntax"},
		{"", false, 0, "number_syntax"},
		{"true", true, 0, "number_syntax"},
	};

	for (size_t i = 0; i < AK_COUNT(cases); i++) {
		struct ak_err err = {0};
		int64_t v = -99;
		enum ak_rc rc = ak_dec_int(ak_str_of(cases[i].text), cases[i].lenient, &v, &err);

		is_int(rc, cases[i].reason ? AK_REJECT : AK_OK, cases[i].text);
		is_int(v, cases[i].reason ? -99 : cases[i].want, "its value");
		is_str(ak_str_of(err.reason), cases[i].reason ? cases[i].reason : "", "its reason");
	}
}

static void sums(void)
{
	/* Expected total of the mixed terms computed with Python's decimal at 200 digits. */
	static const char *const mixed[] = {"999999999.999999999",
					    "0.000000000000000000000000000000000001",
					    "-1000000000",
					    "123456789012345678901234567890123456789012345678901234567890",
					    "-123456789012345678901234567890123456789012345678901234567889.5",
					    "-0.25"};
	static const char *const bad[] = {"",	"-",   "1.", ".5",    "01",  "1.0",  "-0",
					  "+1", "1e5", " 1", "1,000", "--1", "1.2.3"};
	struct ak_dec_sum s;
	bool all = true;

	ak_dec_sum_init(&s);
	is_str(ak_dec_sum_text(&s, &arena), "0", "no terms");
	for (int i = 0; i < 1000000; i++)
		all = ak_dec_sum_add(&s, AK_STR("0.0000171")) && all;
	ok(all, "a million terms");
	is_str(ak_dec_sum_text(&s, &arena), "17.1", "their exact sum");
	for (int i = 0; i < 1000000; i++)
		all = ak_dec_sum_add(&s, AK_STR("-0.0000171")) && all;
	is_str(ak_dec_sum_text(&s, &arena), "0", "and back to nothing");
	ak_dec_sum_add(&s, AK_STR("-0.5"));
	is_str(ak_dec_sum_text(&s, &arena), "-0.5", "negative");
	ak_dec_sum_init(&s);
	for (size_t i = 0; i < AK_COUNT(mixed); i++)
		all = ak_dec_sum_add(&s, ak_str_of(mixed[i])) && all;
	ok(all, "terms of every size");
	is_str(ak_dec_sum_text(&s, &arena), "0.249999999000000000000000000000000001", "large ones cancel exactly");
	for (size_t i = 0; i < AK_COUNT(bad); i++)
		ok(!ak_dec_sum_add(&s, ak_str_of(bad[i])), bad[i]);
	is_str(ak_dec_sum_text(&s, &arena), "0.249999999000000000000000000000000001", "bad terms changed nothing");
}

/* A carry has to happen before 2^63 / 10^9 terms of one sign; this walks through the deferral at its start value. */
static void carries(void)
{
	struct ak_dec_sum s;

	ak_dec_sum_init(&s);
	ak_dec_sum_add(&s, AK_STR("999999999999999999.999999999999999999999999999999999999"));
	s.pending = UINT32_C(1) << 30;
	ak_dec_sum_add(&s, AK_STR("0.000000000000000000000000000000000001"));
	is_int(s.pending, 0, "the carry was done");
	is_str(ak_dec_sum_text(&s, &arena), "1000000000000000000", "it ran through all limbs");
}

static void comparing(void)
{
	static const char *const rising[] = {"-100",
					     "-99.5",
					     "-99",
					     "-1.01",
					     "-1.001",
					     "-1",
					     "-0.1",
					     "0",
					     "0.000001",
					     "0.1",
					     "0.11",
					     "0.2",
					     "1",
					     "1.5",
					     "2",
					     "9.99",
					     "10",
					     "10.01",
					     "123456789012345678901"};
	bool good = true;

	for (size_t i = 0; i < AK_COUNT(rising); i++)
		for (size_t j = 0; j < AK_COUNT(rising); j++)
			good = good && ak_dec_cmp(ak_str_of(rising[i]), ak_str_of(rising[j])) == (i > j) - (i < j);
	ok(good, "order of all pairs");
	is_str(ak_dec_sub(AK_STR("1"), AK_STR("0.9"), &arena), "0.1", "difference");
	is_str(ak_dec_sub(AK_STR("0.9"), AK_STR("1"), &arena), "-0.1", "negative difference");
	is_str(ak_dec_times(AK_STR("-1.25"), 8, &arena), "-10", "times");
	is_str(ak_dec_times(AK_STR("0"), 4294967295u, &arena), "0", "nothing times");
	is_str(ak_dec_times(AK_STR("99999999999999999999.99"), 4294967295u, &arena), "429496729499999999999957050327.05", "a long one times");
	is_str(ak_dec_over(AK_STR("1"), 3, 6, &arena), "0.333333", "over");
	is_str(ak_dec_over(AK_STR("-2"), 3, 6, &arena), "-0.666667", "over, away from zero");
	is_str(ak_dec_over(AK_STR("0.5"), 1000, 2, &arena), "0", "over, less than a digit");
	is_str(ak_dec_over(AK_STR("-0.004"), 1, 2, &arena), "-0.004", "no digit is lost");
	is_str(ak_dec_over(AK_STR("9.995"), 10, 3, &arena), "1", "a carry through all");
	is_str(ak_dec_over(AK_STR("12.50"), 5, 0, &arena), "2.5", "exact");
	ok(ak_dec_fraction(AK_STR("1.250")) == 3 && ak_dec_fraction(AK_STR("12")) == 0, "digits behind the point");
	is_str(ak_dec_sub(AK_STR("12.5"), AK_STR("12.5"), &arena), "0", "no difference");
	is_str(ak_dec_sub(AK_STR("-1.5"), AK_STR("-2"), &arena), "0.5", "of negatives");
	is_str(ak_dec_sub(AK_STR("1.50"), AK_STR("1"), &arena), NULL, "not canonical");
}

static bool same_number(const char *a, const char *b, bool lenient)
{
	struct ak_dec_parts x, y;
	bool good = ak_dec_lex(ak_str_of(a), lenient, &x);

	return ak_dec_lex(ak_str_of(b), lenient, &y) == good &&
	       (!good || (x.neg == y.neg && x.too_long == y.too_long && x.n == y.n && memcmp(x.digits, y.digits, x.n) == 0 &&
			  x.exp10 == y.exp10 && x.fraction == y.fraction));
}

/* Numbers of the usual shape are read in a short way; with an exponent of 0 they take the long one. */
static void short_way(void)
{
	static const char alphabet[] = "0000123456789.";
	uint64_t state = 11;
	int differ = 0, numbers = 0;

	for (int i = 0; i < 40000; i++) {
		char plain[64] = "", exponent[72];
		struct ak_dec_parts d;

		for (int k = 0; k < 1 + i % 45; k++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			plain[k] = alphabet[(state >> 33) % (k % 3 ? sizeof alphabet - 2 : sizeof alphabet - 1)];
		}
		snprintf(exponent, sizeof exponent, "%se0", plain);
		differ += !same_number(plain, exponent, i & 1);
		numbers += ak_dec_lex(ak_str_of(plain), i & 1, &d);
	}
	is_int(differ, 0, "the short way gives what the long way gives");
	ok(numbers > 10000, "and most texts were numbers");
}

int main(void)
{
	ak_arena_init(&arena);
	parsing();
	short_way();
	long_texts();
	integers();
	sums();
	carries();
	comparing();
	ak_arena_release(&arena);
	return done_testing();
}
