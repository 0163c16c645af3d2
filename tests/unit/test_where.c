/* The grammar of --where: what a text means, said again by ak_where_text, and where it goes wrong. */
#include "base/ak.h"

#include "base/decimal.h"
#include "search/where.h"
#include "tap.h"

static struct ak_arena arena;

static struct ak_where fresh(void) { return (struct ak_where){.arena = &arena, .now_us = INT64_C(1780000000000000), .kinds = ~0u}; }

static void means(const char *text, const char *want)
{
	struct ak_where w = fresh();
	const struct ak_search_test *t = NULL;
	struct ak_err err = {0};
	struct ak_buf b;
	enum ak_rc rc = ak_where_parse(&w, text, &t, &err);

	ak_buf_init(&b, 1 << 16);
	if (rc == AK_OK)
		ak_where_text(t, &b);
	ok(rc == AK_OK && ak_str_is(ak_buf_str(&b), want), text);
	if (rc != AK_OK || !ak_str_is(ak_buf_str(&b), want))
		printf("# got %s%s\n", b.p ? b.p : "", err.msg);
	/* What it says reads as the same. */
	if (rc == AK_OK) {
		char *again = ak_buf_detach(&b);

		w = fresh();
		ak_buf_clear(&b);
		rc = ak_where_parse(&w, again, &t, &err);
		if (rc == AK_OK)
			ak_where_text(t, &b);
		ok(rc == AK_OK && ak_str_is(ak_buf_str(&b), again), "and its text reads as the same");
		ak_free(again);
	}
	ak_buf_release(&b);
}

static void wrong(const char *text, size_t column)
{
	struct ak_where w = fresh();
	const struct ak_search_test *t = NULL;
	struct ak_err err = {0};
	char want[40];

	snprintf(want, sizeof want, "column %zu of", column);
	ok(ak_where_parse(&w, text, &t, &err) == AK_FAIL && err.exit == AK_EXIT_USAGE && strncmp(err.msg, want, strlen(want)) == 0, text);
	if (strncmp(err.msg, want, strlen(want)) != 0)
		printf("# %s\n", err.msg);
}

static unsigned kinds(const char *text)
{
	struct ak_where w = fresh();
	const struct ak_search_test *t = NULL;

	ak_where_parse(&w, text, &t, NULL);
	return w.kinds & ((1u << AK_K_COUNT) - 1);
}

static void grammar(void)
{
	means("region = eu", "region = 'eu'");
	means("cloud.region == 'eu'", "region = 'eu'");
	means("status >= 500 and cost > 0.0100", "status_code >= '500' and (cost_estimated > '0.01' or cost_billed > '0.01')");
	means("a" "ction = 'it''s'", "action = 'it''s'");
	means("action = \"a \"\"b\"\"\"", "action = 'a \"b\"'");
	means("region = a or region = b and not region = c", "region = 'a' or (region = 'b' and not region = 'c')");
	means("(region = a or region = b) and region = c", "(region = 'a' or region = 'b') and region = 'c'");
	means("NOT NOT region = a", "not not region = 'a'");
	means("region in (a, 'b c')", "region = 'a' or region = 'b c'");
	means("region not in (a)", "not region is missing and not region = 'a'");
	means("region != a", "not region is missing and not region = 'a'");
	means("region <> a", "not region is missing and not region = 'a'");
	means("region is missing", "region is missing");
	means("region is not missing", "not region is missing");
	means("model is missing", "request_model is missing and response_model is missing");
	means("status = 4xx", "status_code >= '400' and status_code <= '499'");
	means("status < 99.5", "status_code < '99.5'");
	means("stream = yes", "stream = '1'");
	means("error_template contains 'rate limit'", "error_template contains 'rate limit'");
	means("action like 'key.*'", "action like 'key.*'");
	means("action does delete", "action does 'delete'");
	means("time < 2026-06-01", "event_start < '2026-06-01T00:00:00.000000Z'");
	means("text contains 'time out'", "text contains 'time out'");
	means("source = app", "source = 'app'");
	means("cost_center='CC-1'", "cost_center = 'CC-1'");
}

static void mistakes(void)
{
	static const char nested[] = "((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((region = a";
	char many[6000] = "";

	wrong("", 1);
	wrong("stats = 3", 1);
	wrong("region = a and ", 16);
	wrong("region a", 8);
	wrong("region = ", 10);
	wrong("(region = a", 12);
	wrong("region = a)", 11);
	wrong("region in a", 11);
	wrong("region in (a b)", 14);
	wrong("region in ()", 12);
	wrong("region = 'open", 10);
	wrong("status = high", 10);
	wrong("cost > 1,5", 9);
	wrong("user > x", 8);
	wrong("user contains x", 15);
	wrong("status contains 4", 17);
	wrong("time > soon", 8);
	wrong("stream = maybe", 10);
	wrong("region = '$x'", 10);
	wrong("region is here", 11);
	wrong("region ; drop", 8);
	wrong("region = a region = b", 12);
	wrong(nested, 65);
	for (int i = 0; i < 250; i++)
		memcpy(many + strlen(many), i ? " or region=a" : "region=a", i ? 13 : 9);
	struct ak_where w = fresh();
	const struct ak_search_test *t;
	struct ak_err err = {0};

	ok(ak_where_parse(&w, many, &t, &err) == AK_FAIL && strstr(err.msg, "more than 200"), "too many tests");
}

static void parameters(void)
{
	struct ak_where w = fresh();
	const struct ak_search_test *t = NULL;
	struct ak_err err = {0};
	struct ak_buf b;

	wrong("region = $r", 10);
	w.keep_params = true;
	ak_buf_init(&b, 4096);
	ok(ak_where_parse(&w, "region = $r and status >= $low", &t, &err) == AK_OK && w.open, "parameters stay open where a query is saved");
	ak_where_text(t, &b);
	ok(ak_str_is(ak_buf_str(&b), "region = $r and status_code >= $low"), "and are written as such");
	ak_buf_release(&b);
}

static void moments(void)
{
	static const struct {
		const char *text;
		int64_t from, to;
	} at[] = {
		{"2026-06-09T03:14Z", 1780974840, 1780974900},	  {"2026-06-09T03:14:30Z", 1780974870, 1780974871},
		{"2026-06-09", 1780963200, 1781049600},		  {"2026-06-09T03:14Z+-1m", 1780974780, 1780974900},
		{"2026-06-09T03:14Z\xc2\xb1" "90s", 1780974750, 1780974930},
	};
	struct ak_where w = fresh();
	const struct ak_search_test *t;
	struct ak_err err = {0};
	int64_t from = 0, to = 0;

	for (size_t i = 0; i < AK_COUNT(at); i++)
		ok(ak_test_at(&w, at[i].text, &from, &to, &t, &err) == AK_OK && !t && from == at[i].from * 1000000 && to == at[i].to * 1000000, at[i].text);
	ok(ak_test_at(&w, "00:00Z+-1m", &from, &to, &t, &err) == AK_OK && t, "a time of day is a test");
	ok(ak_test_number(t, INT64_C(86399) * 1000000) && ak_test_number(t, 0) && ak_test_number(t, 59999999) && !ak_test_number(t, 60000000) &&
		   !ak_test_number(t, INT64_C(86339) * 1000000) && ak_test_number(t, -60000000),
	   "on both sides of midnight, its end left out");
	ok(ak_test_at(&w, "soon", &from, &to, &t, &err) == AK_FAIL && ak_test_at(&w, "03:14Z+-x", &from, &to, &t, &err) == AK_FAIL, "what is no moment");
}

/* Columns hold digits and a scale, rows a text: the same answer. */
static void decimals(void)
{
	static const char *const texts[] = {"0", "0.01", "-0.5", "1000000", "0.000001", "123456789.123456789", "99999999999999999"};
	bool same = true;

	for (size_t i = 0; i < AK_COUNT(texts); i++)
		for (size_t k = 0; k < AK_COUNT(texts); k++)
			for (int c = AK_EQ; c <= AK_GE; c++) {
				struct ak_test_value v = {.text = ak_str_of(texts[k])};
				struct ak_search_test t = {.op = AK_TEST_COMPARE, .cmp = (enum ak_compare)c, .field = AK_F_COST_BILLED, .value = &v, .n = 1};
				int64_t digits;
				int scale;

				same &= ak_dec_small(ak_str_of(texts[i]), &digits, &scale) &&
					ak_test_decimal(&t, digits, scale) == ak_test_text(&t, ak_str_of(texts[i]));
			}
	ok(same, "decimals of columns and of rows compare alike");
}

static void sorts(void)
{
	ok(ak_action_is(AK_STR("key.rotated"), AK_STR("rotate")) && ak_action_is(AK_STR("CreateUser"), AK_STR("create")) &&
		   ak_action_is(AK_STR("user_login_failed"), AK_STR("login")) && !ak_action_is(AK_STR("created_at"), AK_STR("delete")) &&
		   !ak_action_is(AK_STR("recreates"), AK_STR("create")),
	   "sorts of actions go by words");
	ok((kinds("model = x") >> AK_K_REQUEST & 1) && !(kinds("model = x") >> AK_K_AUDIT & 1) && kinds("model = x and action = y") == kinds("action = y and model = x") &&
		   !kinds("line_item = x and guardrails = y"),
	   "the layers that have every field");
}

int main(void)
{
	ak_arena_init(&arena);
	grammar();
	mistakes();
	parameters();
	moments();
	decimals();
	sorts();
	ak_arena_release(&arena);
	return done_testing();
}
