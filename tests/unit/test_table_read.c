/* The packet's own CSV dialect read back: what csvw.h writes and nothing else. */
#include "base/ak.h"

#include "base/csvw.h"
#include "packet/checks.h"
#include "tap.h"

static const char *const texts[] = {"plain", "", "two\r\nlines", "say \"so\"", "=1+1", "'quoted", "''", " blank ", "a,b", "a;b", "-", "\xC3\xA9"};

static void there_and_back(void)
{
	struct ak_csvw w;
	struct ak_buf b;
	struct ak_str text;
	json_t *row;

	ak_buf_init(&b, 1 << 20);
	ak_csvw_init(&w, &b);
	for (size_t i = 0; i < AK_COUNT(texts); i++)
		ak_csvw_text(&w, ak_str_of(texts[i]));
	ak_csvw_text(&w, ak_str_n(NULL, 0));
	ak_csvw_number(&w, AK_STR("-12.5"));
	ak_csvw_end(&w);
	text = ak_buf_str(&b);
	row = ak_table_row(&text);
	is_int((int64_t)json_array_size(row), AK_COUNT(texts) + 2, "cells");
	for (size_t i = 0; i < AK_COUNT(texts); i++)
		is_str(ak_str_of(json_string_value(json_array_get(row, i))), texts[i], "a text comes back");
	ok(json_is_null(json_array_get(row, AK_COUNT(texts))), "a missing value is null");
	is_str(ak_str_of(json_string_value(json_array_get(row, AK_COUNT(texts) + 1))), "-12.5", "a number comes back");
	is_int((int64_t)text.n, 0, "nothing is left");
	json_decref(row);
	ak_buf_release(&b);
}

static void refused(void)
{
	static const char *const bad[] = {"a\n", "a", "a\rb\r\n", "\"a\r\n", "\"a\"b\r\n", "a\"b\r\n", "\"a\""};

	for (size_t i = 0; i < AK_COUNT(bad); i++) {
		struct ak_str text = ak_str_of(bad[i]);
		json_t *row = ak_table_row(&text);

		ok(!row, "another dialect is refused");
		json_decref(row);
	}
}

static void types(void)
{
	static const struct {
		const char *type, *good, *bad;
	} t[] = {
		{"integer", "-12", "1.5"},	   {"integer", "0", "-"},
		{"integer", "99999999999999999999", "1e3"}, {"number", "12.50", "12."},
		{"number", "-3", ".5"},		   {"boolean", "true", "yes"},
		{"datetime", "2026-06-01T00:00:00Z", "2026-06-01"}, {"datetime", "2026-06-01T00:00:00.123Z", "2026-06-01T00:00:00.Z"},
		{"datetime", "2026-06-01T00:00:00Z", "2026-06-01T00:00:00+02:00"},
	};

	for (size_t i = 0; i < AK_COUNT(t); i++) {
		ok(ak_table_fits(t[i].type, t[i].good), t[i].good);
		ok(!ak_table_fits(t[i].type, t[i].bad), t[i].bad);
	}
	ok(ak_table_fits("string", "anything") && !ak_table_fits("geojson", "anything"), "an unknown type fits nothing");
}

int main(void)
{
	there_and_back();
	refused();
	types();
	return done_testing();
}
