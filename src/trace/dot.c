/* The trace as a directed graph in the DOT language: one box per hop in their order, dashed where it is missing. Labels are quoted
 * strings: quotes and backslashes are escaped, and `&`, behind which Graphviz looks for the name of a character. */
#include "base/ak.h"
#include "trace/trace.h"

#include "base/text.h"

#define LABEL_BYTES 160 /* of one line of a label; a diagram is to be read */

static const char *txt(const json_t *o, const char *key)
{
	const char *z = json_string_value(json_object_get(o, key));

	return z ? z : "";
}

/* Inside a quoted string. */
static void text(struct ak_buf *out, const char *z)
{
	struct ak_buf safe;
	struct ak_str s;
	size_t i = 0, from;

	ak_buf_init(&safe, 1 << 20);
	ak_text_safe(&safe, ak_str_of(z));
	s = ak_buf_str(&safe);
	while (i < s.n && i < LABEL_BYTES) {
		from = i;
		ak_utf8_next(s, &i);
		if (s.p[from] == '"' || s.p[from] == '\\')
			ak_buf_addc(out, '\\');
		ak_buf_addstr(out, ak_str_n(s.p + from, i - from));
		if (s.p[from] == '&')
			ak_buf_adds(out, "amp;");
	}
	if (i < s.n)
		ak_buf_adds(out, "...");
	ak_buf_release(&safe);
}

/* A further line of a label, where there is something to say. */
static void line(struct ak_buf *out, const char *z)
{
	if (!*z)
		return;
	ak_buf_adds(out, "\\n");
	text(out, z);
}

static bool present(const json_t *hop) { return strcmp(txt(hop, "state"), "present") == 0; }

static void box(struct ak_buf *out, size_t n, const json_t *hop)
{
	const char *first = json_string_value(json_array_get(json_object_get(hop, "lines"), 0));

	ak_buf_addf(out, "  h%zu [label=\"", n);
	text(out, txt(hop, "title"));
	line(out, txt(hop, "time"));
	line(out, first ? first : "");
	line(out, txt(hop, "cite"));
	ak_buf_addf(out, "\"%s%s];\n", present(hop) ? "" : ", style=dashed", json_is_true(json_object_get(hop, "finding")) ? ", penwidth=2" : "");
}

/* What was decided on the way to an attempt, where it is not the first. */
static void edge(struct ak_buf *out, size_t n, const json_t *from, const json_t *to)
{
	const char *decision = txt(to, "decision");

	ak_buf_addf(out, "  h%zu -> h%zu", n, n + 1);
	if (*decision && strcmp(decision, "first") != 0) {
		ak_buf_adds(out, " [label=\"");
		text(out, decision);
		ak_buf_adds(out, "\"]");
	} else if (!present(from) || !present(to)) {
		ak_buf_adds(out, " [style=dashed]");
	}
	ak_buf_adds(out, ";\n");
}

void ak_trace_dot(const json_t *t, struct ak_buf *out)
{
	const json_t *hops = json_object_get(t, "hops"), *h;
	size_t i;

	ak_buf_adds(out, "digraph trace {\n  graph [labelloc=t, label=\"auditkit trace ");
	text(out, txt(t, "id"));
	ak_buf_addf(out, "\\ndigest %s\"];\n  node [shape=box];\n", txt(t, "digest"));
	json_array_foreach((json_t *)hops, i, h)
		box(out, i + 1, h);
	json_array_foreach((json_t *)hops, i, h)
		if (i)
			edge(out, i, json_array_get(hops, i - 1), h);
	ak_buf_adds(out, "}\n");
}
