#include "base/ak.h"

#include "base/jsonw.h"
#include "tap.h"

static struct ak_buf buf;

static json_t *load(const char *text)
{
	return json_loads(text, JSON_DECODE_ANY, NULL);
}

static void is_canonical(const char *text, const char *want, const char *name)
{
	struct ak_err err = {0};
	json_t *v AK_CLEANUP(ak_json_decref) = load(text);

	ak_buf_clear(&buf);
	ok(v && ak_jcs(v, &buf, &err) == AK_OK, name);
	is_str(ak_buf_str(&buf), want, "its bytes");
}

static void streaming(void)
{
	bool first = true;

	ak_buf_clear(&buf);
	ak_jsonw_key(&buf, &first, "a");
	ak_jsonw_int(&buf, INT64_MIN);
	ak_jsonw_key(&buf, &first, "b");
	ak_jsonw_int(&buf, 9007199254740991);
	ak_jsonw_key(&buf, &first, "c");
	ak_jsonw_int(&buf, 0);
	is_str(ak_buf_str(&buf), "\"a\":-9223372036854775808,\"b\":9007199254740991,\"c\":0", "keys and integers");
	ak_buf_clear(&buf);
	ak_jsonw_string(&buf, AK_STR("\b\t\n\f\r\"\\/\x01\x1f\x7f\xC2\x80\0."));
	is_str(ak_buf_str(&buf), "\"\\b\\t\\n\\f\\r\\\"\\\\/\\u0001\\u001f\x7f\xC2\x80\\u0000.\"", "escapes");
	ak_buf_clear(&buf);
	ak_jsonw_string(&buf, AK_STR(""));
	is_str(ak_buf_str(&buf), "\"\"", "empty string");
}

/* RFC 8785: the string of 3.2.2, without its reals; the sorting example of 3.2.3. */
static void vectors(void)
{
	is_canonical("{\"string\":\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/"
		     "\",\"literals\":[null,true,false]}",
		     "{\"literals\":[null,true,false],\"string\":\"\xE2\x82\xAC$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}",
		     "RFC 8785 3.2.2");
	is_canonical(
		"{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew Letter Dalet With "
		"Dagesh\","
		"\"1\":\"One\",\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\","
		"\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}",
		"{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xC2\x80\":\"Control\","
		"\"\xC3\xB6\":\"Latin Small Letter O With Diaeresis\",\"\xE2\x82\xAC\":\"Euro Sign\","
		"\"\xF0\x9F\x98\x80\":\"Emoji: Grinning Face\",\"\xEF\xAC\xB3\":\"Hebrew Letter Dalet With Dagesh\"}",
		"RFC 8785 3.2.3: UTF-16 order");
	is_canonical("{\"b\":{},\"a\":[],\"aa\":[{\"y\":-1,\"x\":[1,2]}],\"\":\"\"}",
		     "{\"\":\"\",\"a\":[],\"aa\":[{\"x\":[1,2],\"y\":-1}],\"b\":{}}", "nesting, prefixes, empty key");
	is_canonical("9007199254740991", "9007199254740991", "largest integer");
}

static void refusals(void)
{
	static const char *const bad[] = {"[1.5]", "[1e0]", "9007199254740992", "{\"a\":-9007199254740992}"};
	struct ak_err err = {0};
	json_t *nul = json_stringn("a\0b", 3);

	for (size_t i = 0; i < AK_COUNT(bad); i++) {
		json_t *v AK_CLEANUP(ak_json_decref) = load(bad[i]);

		ak_buf_clear(&buf);
		ok(v && ak_jcs(v, &buf, &err) == AK_FAIL && err.exit == AK_EXIT_BUG, bad[i]);
		ok(v && ak_json_pretty(v, &buf, &err) == AK_FAIL, "nor for people");
	}
	ok(nul && ak_jcs(nul, &buf, &err) == AK_FAIL, "a string with NUL");
	ak_json_decref(&nul);
	ok(!nul, "decref forgets");
}

static void pretty(void)
{
	json_t *v AK_CLEANUP(ak_json_decref) =
		load("{\"b\":[1,{\"c\":null}],\"a\":{},\"e\":[],\"d\":"
		     "\"x\\u202ey\\u2028\\u0085\\u007f\\udb40\\udc41\\u00e9\\ud83d\\ude00\\n\"}");

	ak_buf_clear(&buf);
	ok(v && ak_json_pretty(v, &buf, NULL) == AK_OK, "pretty");
	is_str(ak_buf_str(&buf),
	       "{\n  \"a\": {},\n  \"b\": [\n    1,\n    {\n      \"c\": null\n    }\n  ],\n"
	       "  \"d\": \"x\\u202ey\\u2028\\u0085\\u007f\\udb40\\udc41\xC3\xA9\xF0\x9F\x98\x80\\n\",\n  \"e\": "
	       "[]\n}\n",
	       "indented, sorted, hidden characters escaped");
}

static void parsing(void)
{
	static const char *const bad[] = {"",  "{",	     "{\"a\":1,\"a\":2}",   "{} x", "{\"topsecret\": }",
					  "1", "[\"\xFF\"]", "{\"a\":\"\\u0000\"}", "[1,]", "[NaN]"};
	json_t *v = NULL;

	ok(ak_json_parse(AK_STR("{\"a\":[1,\"x\"]}"), &v, NULL) == AK_OK && json_object_size(v) == 1, "a document");
	ak_json_decref(&v);
	for (size_t i = 0; i < AK_COUNT(bad); i++) {
		struct ak_err err = {0};

		ok(ak_json_parse(ak_str_of(bad[i]), &v, &err) == AK_FAIL && !v, bad[i]);
		ok(err.exit == AK_EXIT_INPUT && !strstr(err.msg, "topsecret") && err.offset != UINT64_MAX,
		   "an input error with a position that echoes nothing");
	}
	ok(ak_json_parse(AK_STR("{}\0"), &v, NULL) == AK_FAIL, "bytes after the document");
}

int main(void)
{
	ak_buf_init(&buf, 1 << 16);
	streaming();
	vectors();
	refusals();
	pretty();
	parsing();
	ak_buf_release(&buf);
	return done_testing();
}
