#include "base/ak.h"

#include <stdlib.h>

#include "base/text.h"
#include "tap.h"
#include "tmpl/mustache.h"

static const char *const modules[] = {"comments", "delimiters", "interpolation", "inverted", "partials", "sections"};

static struct ak_str spec_partial(void *ctx, struct ak_str name)
{
	const json_t *v = json_object_getn(ctx, name.p, name.n);
	return v ? ak_str_n(json_string_value(v), json_string_length(v)) : (struct ak_str){0};
}

static struct ak_str text_of(const json_t *test, const char *key)
{
	const json_t *v = json_object_get(test, key);
	return ak_str_n(json_string_value(v), json_string_length(v));
}

static void spec_test(const char *module, const json_t *test)
{
	struct ak_mustache_opts opts = {.escape = AK_ESC_HTML, .spec_raw = true, .partial = spec_partial, .ctx = json_object_get(test, "partials")};
	struct ak_buf out;
	struct ak_err err = {0};
	char name[160], want[2048];
	struct ak_str expected = text_of(test, "expected");
	ak_buf_init(&out, 65536);
	snprintf(name, sizeof(name), "spec %s: %s", module, json_string_value(json_object_get(test, "name")));
	snprintf(want, sizeof(want), "%.*s", (int)expected.n, expected.p);
	enum ak_rc rc =
		ak_mustache_render("spec", text_of(test, "template"), json_object_get(test, "data"), &opts, &out, &err);
	struct ak_str got = ak_buf_str(&out);
	is_str(rc == AK_OK && got.p ? got : AK_STR(""), want, name);
	ak_buf_release(&out);
}

/* The official specification files, kept outside the tree. */
static void test_spec(void)
{
	const char *env = getenv("AK_SHARED");
	const char *const places[] = {env ? env : "../shared", "../shared", "../../shared", "../../../shared"};
	for (size_t m = 0; m < AK_COUNT(modules); m++) {
		json_t *doc = NULL, *test;
		size_t i;
		for (size_t d = 0; !doc && d < AK_COUNT(places); d++) {
			char path[1024];
			snprintf(path, sizeof(path), "%s/fixtures/mustache-spec/%s.json", places[d], modules[m]);
			doc = json_load_file(path, 0, NULL);
		}
		if (!doc) {
			printf("# skip: specification file '%s.json' not found, set AK_SHARED\n", modules[m]);
			continue;
		}
		json_array_foreach(json_object_get(doc, "tests"), i, test) spec_test(modules[m], test);
		ok(i >= 10, "module has tests");
		json_decref(doc);
	}
}

static struct ak_str endless(void *ctx, struct ak_str name)
{
	(void)ctx, (void)name;
	return AK_STR("{{>again}}");
}

static void render_as(const char *tmpl, enum ak_escape how, bool strict, const char *want, const char *name)
{
	struct ak_mustache_opts opts = {.escape = how, .unknown_is_error = strict};
	json_t *data = json_pack("{s:s, s:i, s:f, s:b, s:n, s:s, s:[], s:{s:s}, s:[i,i]}", "evil", "<b>&\"'`", "n", 7,
				 "r", 0.25, "t", 1, "nil", "empty", "", "none", "o", "k", "v", "list", 1, 2);
	json_object_set_new(data, "safe", ak_mustache_safe(AK_STR("<i>")));
	struct ak_buf out;
	struct ak_err err = {0};
	ak_buf_init(&out, 4096);
	enum ak_rc rc = ak_mustache_render("page", ak_str_of(tmpl), data, &opts, &out, &err);
	is_str(rc == AK_OK ? ak_str_n(out.p ? out.p : "", out.n) : ak_str_of(err.msg), want, name);
	ok(rc == AK_OK || err.exit == AK_EXIT_USAGE, "and the class is right");
	ak_buf_release(&out);
	json_decref(data);
}

static void render_is(const char *tmpl, enum ak_escape how, const char *want, const char *name) { render_as(tmpl, how, false, want, name); }

static void test_unknown(void)
{
	render_as("a\n{{o.k}} {{nil}} {{#gone}}{{x}}{{/gone}}", AK_ESC_TEXT, true, "a\nv  ", "what is null or stands in no section is no unknown name");
	render_as("a\n\n {{ o.kk }}", AK_ESC_TEXT, true, "page:3: nothing has this name: {{o.kk}}", "an unknown name");
	render_as("{{#list}}{{y}}{{/list}}\n{{x}}", AK_ESC_TEXT, true, "page:1: nothing has this name: {{y}}", "the first of two");
	render_as("{{x}}{{#o}}{{x}}{{/o}}{{k}}", AK_ESC_TEXT, true, "page:1: nothing has this name: {{x}}", "a name is known anywhere or nowhere");
	render_as("{{k}}{{#o}}{{k}}{{/o}}", AK_ESC_TEXT, true, "v", "a name that one place has");
}

static void test_values(void)
{
	render_is("{{evil}}", AK_ESC_HTML, "&lt;b&gt;&amp;&quot;&#39;&#96;", "HTML is escaped");
	render_is("{{{evil}}}{{&evil}}", AK_ESC_HTML, "&lt;b&gt;&amp;&quot;&#39;&#96;&lt;b&gt;&amp;&quot;&#39;&#96;",
		  "raw tags escape what is not marked safe");
	render_is("{{{safe}}}|{{safe}}", AK_ESC_HTML, "<i>|&lt;i&gt;", "safe text is raw in raw tags only");
	render_is("{{n}} {{r}} {{t}} {{nil}}|{{gone}}", AK_ESC_HTML, "7 0.25 true |", "numbers, booleans and nothing");
	render_is("{{#empty}}a{{/empty}}{{^empty}}b{{/empty}}{{#n}}c{{/n}}", AK_ESC_HTML, "bc",
		  "an empty string is false");
	render_is("{{#list}}{{.}},{{/list}}{{o.k}}{{o.x.y}}{{#o}}{{k}}{{n}}{{/o}}", AK_ESC_HTML, "1,2,vv7",
		  "lists, names");
	render_is("{{evil}}", AK_ESC_MARKDOWN, "\\<b\\>\\&\"'\\`", "Markdown is escaped");
	render_is("{{evil}}", AK_ESC_TEXT, "<b>&\"'`", "text is not");
	render_is("", AK_ESC_HTML, "", "an empty template");
}

static void test_errors(void)
{
	render_is("a\n{{#list}}\n", AK_ESC_HTML, "page:2: section is not closed: {{#list}}", "open section");
	render_is("a\nb\n{{x", AK_ESC_HTML, "page:3: tag is not closed: {{x", "open tag");
	render_is("{{{x}}", AK_ESC_HTML, "page:1: tag is not closed: {{{x}}", "triple tag closed as a double one");
	render_is("{{/list}}", AK_ESC_HTML, "page:1: section is closed but was not opened: {{/list}}", "stray close");
	render_is("{{#list}}{{/o}}", AK_ESC_HTML, "page:1: section is closed under another name: {{/o}}", "crossed names");
	render_is("{{ }}", AK_ESC_HTML, "page:1: tag has no name: {{ }}", "nameless tag");
	render_is("{{=a=}}", AK_ESC_HTML, "page:1: delimiters are not two words without '=': {{=a=}}", "one delimiter");
	render_is("{{=a b c=}}", AK_ESC_HTML, "page:1: delimiters are not two words without '=': {{=a b c=}}", "three delimiters");

	struct ak_mustache_opts opts = {.partial = endless};
	struct ak_buf out;
	struct ak_err err = {0};
	json_t *data = json_object();
	ak_buf_init(&out, 8);
	ok(ak_mustache_render("p", AK_STR("{{>again}}"), data, &opts, &out, &err) == AK_FAIL, "endless partials end");
	is_str(ak_str_of(err.msg), "again:1: partials are nested too deep", "with a message");
	ok(ak_mustache_render("p", AK_STR("123456789"), data, &opts, &out, &err) == AK_FAIL, "a page too large");
	is_int(err.exit, AK_EXIT_LIMIT, "is a limit");
	ak_buf_release(&out);
	json_decref(data);

	char deep[65 * 6 + 1] = "";
	for (int i = 0; i < 65; i++)
		memcpy(deep + 6 * i, "{{#t}}", 7);
	render_is(deep, AK_ESC_HTML, "page:1: sections are nested too deep: {{#t}}", "sections nest at most 64 deep");
}

static void escape_is(enum ak_escape how, struct ak_str in, const char *want, const char *name)
{
	struct ak_buf out;
	ak_buf_init(&out, 4096);
	ak_escape(&out, how, in);
	is_str(ak_buf_str(&out), want, name);
	ak_buf_release(&out);
}

static void test_escapes(void)
{
	escape_is(AK_ESC_HTML, AK_STR("a\nb\x1b[0m"), "a\nb\\u{1b}[0m", "HTML keeps line ends and shows controls");
	escape_is(AK_ESC_HTML, AK_STR("x\xe2\x80\xaey"), "x\\u{202e}y", "bidi controls are shown");
	escape_is(AK_ESC_MARKDOWN, AK_STR("# 1. a|b\n- c"), "\\# 1. a\\|b - c", "Markdown stays in its cell");
	escape_is(AK_ESC_MARKDOWN, AK_STR("==="), "\\===", "no heading from a value");
	escape_is(AK_ESC_MARKDOWN, AK_STR("http://x.example"), "http\\[:\\]//x.example", "no link from a URL");
	escape_is(AK_ESC_MARKDOWN, AK_STR("www.example.org"), "www\\.example.org", "nor from a bare host");
	escape_is(AK_ESC_MARKDOWN, AK_STR("a@b.example"), "a\\[@\\]b.example", "no link from an address");
	escape_is(AK_ESC_MARKDOWN, AK_STR("model@20250101 12:30"), "model@20250101 12:30", "other @ and : stay");
	escape_is(AK_ESC_MARKDOWN, AK_STR("[a](javascript:x)"), "\\[a\\](javascript:x)", "no link syntax");
	escape_is(AK_ESC_MARKDOWN, AK_STR("~~`*_\\"), "\\~\\~\\`\\*\\_\\\\", "no emphasis or code");
	escape_is(AK_ESC_MARKDOWN, AK_STR("12. x"), "12\\. x", "no list item from a number");
	escape_is(AK_ESC_MARKDOWN, AK_STR("1) x"), "1\\) x", "nor with a bracket");
	escape_is(AK_ESC_MARKDOWN, AK_STR("- x"), "\\- x", "nor from a dash");
	escape_is(AK_ESC_MARKDOWN, AK_STR("gpt-4.1_mini 2026-06-01 _x_ __"), "gpt-4.1_mini 2026-06-01 \\_x\\_ \\_\\_",
		  "names and dates stay readable");
	escape_is(AK_ESC_TEXT, AK_STR("a\nb"), "a\\u{a}b", "text shows line ends");
}

int main(void)
{
	test_spec();
	test_values();
	test_errors();
	test_unknown();
	test_escapes();
	return done_testing();
}
