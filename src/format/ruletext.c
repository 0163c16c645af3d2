#include "base/ak.h"

#include "format/compiled.h"

/* Rules in words, for the packet's dictionary. */

static void paths(struct ak_buf *b, const json_t *node, const char *between)
{
	size_t n = json_is_array(node) ? json_array_size(node) : 1;

	for (size_t i = 0; i < n; i++) {
		ak_buf_adds(b, i ? between : "");
		ak_buf_adds(b, json_string_value(json_is_array(node) ? json_array_get(node, i) : node));
	}
}

static void constant(struct ak_buf *b, const json_t *value)
{
	if (json_is_string(value))
		ak_buf_addf(b, "always '%s'", json_string_value(value));
	else if (json_is_integer(value))
		ak_buf_addf(b, "always %" JSON_INTEGER_FORMAT, json_integer_value(value));
	else
		ak_buf_addf(b, "always %s", json_is_true(value) ? "true" : "false");
}

static void diff(struct ak_buf *b, const json_t *d)
{
	const json_t *changes = ak_compile_member(d, "changes"), *members = ak_compile_member(d, "members");
	const json_t *before = ak_compile_member(d, "before"), *after = ak_compile_member(d, "after");

	if (changes) {
		ak_buf_adds(b, "changes in ");
		paths(b, changes, ", ");
		return;
	}
	if (members) {
		paths(b, members, ", ");
		return;
	}
	if (before)
		paths(b, before, ", ");
	ak_buf_adds(b, before ? " -> " : "-> ");
	if (after)
		paths(b, after, ", ");
	if (ak_compile_says(d, "partial"))
		ak_buf_adds(b, ", which names only what was set");
}

void ak_compile_rule_text(const json_t *node, struct ak_buf *b)
{
	const json_t *value = ak_compile_member(node, "const"), *sum = ak_compile_member(node, "sum");
	const json_t *d = ak_compile_member(node, "diff"), *minus = ak_compile_member(node, "minus");
	const json_t *join = ak_compile_member(node, "join"), *counted = ak_compile_member(node, "count");

	if (value)
		constant(b, value);
	else if (sum)
		paths(b, sum, " + ");
	else if (join)
		paths(b, join, " and ");
	else if (counted) {
		ak_buf_adds(b, "number of ");
		paths(b, counted, " and ");
	} else if (ak_compile_member(node, "exported"))
		ak_buf_adds(b, "time of the export");
	else if (d)
		diff(b, d);
	else
		paths(b, json_is_object(node) ? ak_compile_member(node, "path") : node, ", ");
	if (minus) {
		ak_buf_adds(b, " - ");
		paths(b, minus, ", ");
	}
	if (ak_compile_member(node, "when"))
		ak_buf_adds(b, " (conditional)");
}
