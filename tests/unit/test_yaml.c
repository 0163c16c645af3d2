#include "base/ak.h"

#include "base/limits.h"
#include "conf/yaml.h"
#include "tap.h"

static struct ak_yaml doc;
static struct ak_err err;

static enum ak_rc load(const char *text)
{
	ak_yaml_release(&doc);
	ak_err_clear(&err);
	return ak_yaml_load("x.yaml", ak_str_of(text), &doc, &err);
}

static void refused(const char *text, const char *msg, const char *name)
{
	ok(load(text) == AK_FAIL && err.exit == AK_EXIT_USAGE, name);
	is_str(ak_str_of(err.msg), msg, name);
}

static struct ak_str text_at(const char *key)
{
	const json_t *v = json_object_get(doc.root, key);
	return ak_str_n(json_string_value(v), json_string_length(v));
}

static void test_types(void)
{
	ok(load("a: null\nb: ~\nc:\nd: true\ne: false\nf: -12\ng: 1.50\nh: 2026-06-16\ni: yes\nj: 007\n"
		"k: 9223372036854775808\nl: '12'\nm: \"true\"\nn: 0x1f\no: 24/48\np: 0\nq: -0\nr: +5\n") == AK_OK,
	   "scalars load");
	ok(json_is_null(json_object_get(doc.root, "a")), "null");
	ok(json_is_null(json_object_get(doc.root, "b")), "~ is null");
	ok(json_is_null(json_object_get(doc.root, "c")), "nothing is null");
	ok(json_is_true(json_object_get(doc.root, "d")), "true");
	ok(json_is_false(json_object_get(doc.root, "e")), "false");
	is_int(json_integer_value(json_object_get(doc.root, "f")), -12, "integer");
	is_str(text_at("g"), "1.50", "a float stays text");
	is_str(text_at("h"), "2026-06-16", "a date stays text");
	is_str(text_at("i"), "yes", "yes stays text");
	is_str(text_at("j"), "007", "leading zeros stay text");
	is_str(text_at("k"), "9223372036854775808", "2^63 stays text");
	is_str(text_at("l"), "12", "quoted digits stay text");
	is_str(text_at("m"), "true", "quoted true stays text");
	is_str(text_at("n"), "0x1f", "hex stays text");
	is_str(text_at("o"), "24/48", "a mask stays text");
	ok(json_is_integer(json_object_get(doc.root, "p")), "0 is an integer");
	is_str(text_at("r"), "+5", "a plus sign makes text");
	ok(load("") == AK_OK && json_is_null(doc.root), "an empty text is null");
	ok(load("\xef\xbb\xbf"
		"a: 1\n") == AK_OK &&
		   json_object_get(doc.root, "a"),
	   "a byte order mark is passed over");
}

static void test_lines(void)
{
	ok(load("# one\na: x\nb:\n  c: [1,\n    2]\n  d: true\n") == AK_OK, "nested text loads");
	const json_t *b = json_object_get(doc.root, "b");
	const json_t *c = json_object_get(b, "c");
	is_int(ak_yaml_key_line(&doc, doc.root, "a"), 2, "line of a key");
	is_int(ak_yaml_key_line(&doc, doc.root, "b"), 3, "line of a key with a map");
	is_int(ak_yaml_line(&doc, b), 4, "line of a map");
	is_int(ak_yaml_line(&doc, json_array_get(c, 1)), 5, "line of a list entry");
	is_int(ak_yaml_key_line(&doc, b, "d"), 6, "line of a boolean's key");
	is_int(ak_yaml_key_line(&doc, b, "a"), 0, "no line for a key that is elsewhere");
}

static void test_refusals(void)
{
	refused("a: 1\nb: 2\na: 3\n", "x.yaml:3: duplicate key 'a', first on line 1", "duplicate key");
	refused("a: &x 1\n", "x.yaml:1: anchors, aliases and tags are not supported", "anchor");
	refused("a: [1]\nb: *x\n", "x.yaml:2: anchors, aliases and tags are not supported", "alias");
	refused("a: !!str 1\n", "x.yaml:1: anchors, aliases and tags are not supported", "tag");
	refused("a: !x {b: 1}\n", "x.yaml:1: anchors, aliases and tags are not supported", "tag on a map");
	refused("&k a: 1\n", "x.yaml:1: anchors, aliases and tags are not supported", "anchor on a key");
	refused("a: 1\n---\nb: 1\n", "x.yaml:2: more than one document in the file", "two documents");
	refused("? [a]\n: 1\n", "x.yaml:1: a key must be plain text", "list as key");
	refused("\"\": 1\n", "x.yaml:1: a key is empty or holds a NUL byte", "empty key");
	refused("a: \"x\\0y\"\n", "x.yaml:1: a text value holds a NUL byte", "NUL escape");
	ok(load("a: [1\nb: 2\n") == AK_FAIL && strncmp(err.msg, "x.yaml:", 7) == 0, "unclosed list");
	ok(load("a: \xff\n") == AK_FAIL, "bytes that are no UTF-8");
	ok(load("a: b: c\n") == AK_FAIL, "two colons");
}

static void test_limits(void)
{
	struct ak_buf b;
	ak_buf_init(&b, AK_MAX_YAML_BYTES * 2);
	for (unsigned i = 0; i < AK_MAX_JSON_DEPTH; i++)
		ak_buf_addc(&b, '[');
	for (unsigned i = 0; i < AK_MAX_JSON_DEPTH; i++)
		ak_buf_addc(&b, ']');
	ok(load(b.p) == AK_OK, "nesting at the limit");
	ak_buf_clear(&b);
	for (unsigned i = 0; i < 100000; i++)
		ak_buf_addc(&b, '[');
	ok(load(b.p) == AK_FAIL, "nesting beyond the limit");
	ak_buf_clear(&b);
	for (unsigned i = 0; i + 1 < AK_MAX_YAML_NODES; i++)
		ak_buf_adds(&b, "- 1\n");
	ok(load(b.p) == AK_OK, "values at the limit");
	ak_buf_adds(&b, "- 1\n");
	ok(load(b.p) == AK_FAIL, "values beyond the limit");
	ak_buf_clear(&b);
	while (b.n < AK_MAX_YAML_BYTES)
		ak_buf_adds(&b, "# comment line here\n");
	ok(load(b.p) == AK_FAIL && strstr(err.msg, "larger than"), "bytes beyond the limit");
	ak_buf_release(&b);
}

static const struct ak_yaml_rule inner_rules[] = {
	{"keep", AK_Y_BOOL, true, NULL},
	{"count", AK_Y_INT, false, NULL},
	{NULL, AK_Y_ANY, false, NULL},
};
static const struct ak_yaml_rule named_rules[] = {
	{"*", AK_Y_MAP_OR_UNKNOWN, false, inner_rules},
	{NULL, AK_Y_ANY, false, NULL},
};
static const struct ak_yaml_rule rules[] = {
	{"version", AK_Y_INT, true, NULL},	 {"retention", AK_Y_MAP, false, named_rules},
	{"list", AK_Y_LIST, false, inner_rules}, {"names", AK_Y_STR_OR_LIST, false, NULL},
	{"title", AK_Y_STR, false, NULL},	 {NULL, AK_Y_ANY, false, NULL},
};

static void checked(const char *text, const char *msg, const char *name)
{
	if (!ok(load(text) == AK_OK, name))
		return;
	enum ak_rc rc = ak_yaml_check(&doc, doc.root, rules, NULL, &err);
	if (!msg) {
		ok(rc == AK_OK, name);
		return;
	}
	ok(rc == AK_FAIL && err.exit == AK_EXIT_USAGE, name);
	is_str(ak_str_of(err.msg), msg, name);
}

static void test_check(void)
{
	checked("version: 1\nretention:\n  a: {keep: true, count: 3}\n  b: unknown\nlist: [{keep: false}]\n"
		"names: [x, y]\ntitle: t\n",
		NULL, "a fitting document");
	checked("version: 1\nnames: x\nretention:\nlist:\n", NULL, "empty values count as not given");
	checked("version: 1\n\nretension: {}\n", "x.yaml:3: unknown key 'retension' (did you mean 'retention'?)",
		"typo");
	checked("version: 1\nzebra: 1\n", "x.yaml:2: unknown key 'zebra'", "no guess for a far word");
	checked("version: 1\nretention:\n  a: {kepp: true}\n",
		"x.yaml:3: unknown key 'kepp' in 'retention.a' (did you mean 'keep'?)", "typo below");
	checked("title: x\n", "x.yaml:1: key 'version' is missing", "required key");
	checked("version: 1\nlist:\n  - {count: 1}\n", "x.yaml:3: key 'keep' is missing in 'list'",
		"required in a list");
	checked("version: '1'\n", "x.yaml:1: 'version' must be a whole number", "text for a number");
	checked("version: 1\ntitle: 3\n", "x.yaml:2: 'title' must be text", "number for text");
	checked("version: 1\nnames: [1]\n", "x.yaml:2: 'names' must be text or a list of texts",
		"number in a text list");
	checked("version: 1\nlist: [3]\n", "x.yaml:2: every entry of 'list' must be a map", "number in a list of maps");
	checked("version: 1\nretention: {a: 3}\n", "x.yaml:2: 'retention.a' must be a map or the word unknown",
		"number for a map");
	checked("- a\n", "x.yaml:1: the file must be a map", "a list at the top");
	checked("", "x.yaml:1: the file must be a map", "an empty file");
}

/* What is written is read back as the same text, as key and as value, in block and in flow style. */
static void test_text(void)
{
	static const char *const texts[] = {"team-support", "litellm/slp-*.jsonl.gz", "a b", " a", "a ", "", "unknown", "true", "No", "null",
					    "~", "12", "012", "1.5", "2026-06-16", "a: b", "a #b", "#a", "{a, b}", "[a]", "*a", "&a", "!a",
					    "'a'", "\"a\\", "a\tb\nc\x01", "-", "- a", "? a", "@a", "%a", "caf\xc3\xa9", "a,b", "= a", "../x y/",
					    "1e5", "0x1F", ".5", ".inf", "...", "---", "12:30", "=", "<<", "\xc2\x85", "\xe2\x80\xa8x", "\xef\xbb\xbf",
					    "\xef\xbf\xbe", "\xef\xbf\xbd", "\xf3\xbf\xbf\xbf", "\xf3\xa0\x80\x81", "\x7f", "\342\200\256a"};

	for (size_t i = 0; i < AK_COUNT(texts); i++) {
		struct ak_buf b;

		ak_buf_init(&b, 4096);
		ak_buf_adds(&b, "block: ");
		ak_yaml_add_text(&b, ak_str_of(texts[i]));
		ak_buf_adds(&b, "\nflow: {x: ");
		ak_yaml_add_text(&b, ak_str_of(texts[i]));
		ak_buf_adds(&b, ", y: 1}\nkeys:\n  ");
		ak_yaml_add_text(&b, ak_str_of(*texts[i] ? texts[i] : "k"));
		ak_buf_adds(&b, ": 1\n");
		ok(load(b.p) == AK_OK, texts[i]);
		is_str(text_at("block"), texts[i], "the same in a block");
		is_str(ak_str_of(json_string_value(json_object_get(json_object_get(doc.root, "flow"), "x"))), texts[i], "the same in a flow map");
		ok(json_object_get(json_object_get(doc.root, "keys"), *texts[i] ? texts[i] : "k") != NULL, "the same as a key");
		ak_buf_release(&b);
	}
}

int main(void)
{
	test_types();
	test_text();
	test_lines();
	test_refusals();
	test_limits();
	test_check();
	ok(ak_yaml_load_file("/nonexistent/x.yaml", &doc, &err) == AK_FAIL, "a missing file");
	ak_yaml_release(&doc);
	ak_yaml_release(&doc);
	return done_testing();
}
