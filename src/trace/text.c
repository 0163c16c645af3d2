/* The trace for a terminal: 80 columns, evidence ends at column 80, ids are never cut. */
#include "base/ak.h"
#include "trace/trace.h"

#include "base/text.h"

#define WIDTH 80

static const char *txt(const json_t *o, const char *key)
{
	const char *z = json_string_value(json_object_get(o, key));

	return z ? z : "";
}

static void safe(struct ak_buf *out, const char *z) { ak_text_safe(out, ak_str_of(z)); }

/* Left text, then the citation flush right; on its own line where both do not fit. */
static void with_cite(struct ak_buf *out, const char *left, const char *cite)
{
	struct ak_buf b;
	int used, room;

	ak_buf_init(&b, 1 << 20);
	safe(&b, left);
	used = ak_text_width(ak_buf_str(&b));
	ak_buf_addstr(out, ak_buf_str(&b));
	ak_buf_release(&b);
	if (!*cite) {
		ak_buf_addc(out, '\n');
		return;
	}
	room = WIDTH - used - (int)strlen(cite);
	if (room < 1) {
		ak_buf_addc(out, '\n');
		room = WIDTH - (int)strlen(cite);
	}
	ak_buf_addf(out, "%*s", room, "");
	safe(out, cite);
	ak_buf_addc(out, '\n');
}

/* "2026-06-09T14:02:11.318Z" -> "14:02:11.318" */
static void clock_of(const char *time, struct ak_buf *out)
{
	size_t n = strlen(time);

	if (n < 20)
		ak_buf_addf(out, "%-13s", "");
	else
		ak_buf_addf(out, "%-12.*s ", (int)(n - 12 < 12 ? n - 12 : 12), time + 11);
}

static void print_hop(struct ak_buf *out, const json_t *h)
{
	const json_t *lines = json_object_get(h, "lines");
	struct ak_buf b;
	json_t *l;
	size_t i;

	ak_buf_init(&b, 1 << 20);
	clock_of(txt(h, "time"), &b);
	ak_buf_addf(&b, "%lld %-15s ", (long long)json_integer_value(json_object_get(h, "n")), txt(h, "title"));
	ak_buf_adds(&b, json_array_size(lines) ? json_string_value(json_array_get(lines, 0)) : "");
	with_cite(out, b.p, txt(h, "cite"));
	json_array_foreach((json_t *)lines, i, l) {
		if (!i)
			continue;
		ak_buf_adds(out, "                ");
		safe(out, json_string_value(l));
		ak_buf_addc(out, '\n');
	}
	ak_buf_release(&b);
}

static void print_story(struct ak_buf *out, const json_t *story)
{
	size_t column = 10, i;
	json_t *s;

	ak_buf_adds(out, "story     ");
	json_array_foreach((json_t *)story, i, s) {
		struct ak_str text = ak_str_of(txt(s, "text"));
		while (text.n) {
			struct ak_str word = ak_str_n(text.p, ak_str_find(text, ' '));
			if (column + word.n + 1 > WIDTH) {
				ak_buf_adds(out, "\n          ");
				column = 10;
			}
			ak_text_safe(out, word);
			ak_buf_addc(out, ' ');
			column += word.n + 1;
			text.p += word.n + (word.n < text.n);
			text.n -= word.n + (word.n < text.n);
		}
	}
	ak_buf_adds(out, "\n\n");
}

static void print_links(struct ak_buf *out, const json_t *l)
{
	static const char *const names[] = {"exact", "inferred", "ambiguous", "aggregate", "missing"};

	ak_buf_adds(out, "links     ");
	for (size_t i = 0; i < AK_COUNT(names); i++)
		ak_buf_addf(out, "%s%lld %s", i ? ", " : "", (long long)json_integer_value(json_object_get(l, names[i])), names[i]);
	if (json_integer_value(json_object_get(l, "declared")))
		ak_buf_addf(out, ", %lld declared gaps", (long long)json_integer_value(json_object_get(l, "declared")));
	ak_buf_addc(out, '\n');
}

void ak_trace_text(const json_t *t, struct ak_buf *out)
{
	const json_t *hops = json_object_get(t, "hops"), *cost = json_array_get(json_object_get(t, "cost"), 0);
	json_t *h, *f;
	size_t i;

	ak_buf_addf(out, "trace     ");
	safe(out, txt(t, "id"));
	ak_buf_addf(out, "\nwhen      %.10s, %lld attempts, final status ", txt(json_array_get(hops, 0), "time"),
		    (long long)json_integer_value(json_object_get(t, "attempts")));
	safe(out, txt(t, "final_status"));
	if (cost)
		ak_buf_addf(out, ", est. %s %s", txt(cost, "currency"), txt(cost, "estimated"));
	ak_buf_addc(out, '\n');
	print_story(out, json_object_get(t, "story"));
	with_cite(out, "UTC          hop", "evidence");
	json_array_foreach((json_t *)hops, i, h)
		print_hop(out, h);
	if (json_array_size(json_object_get(t, "in_force")))
		ak_buf_adds(out, "\nin force then\n");
	json_array_foreach(json_object_get(t, "in_force"), i, f) {
		struct ak_buf b;
		ak_buf_init(&b, 1 << 20);
		ak_buf_addf(&b, "  %-13s %s", txt(f, "title"), txt(f, "state"));
		with_cite(out, b.p, txt(f, "cite"));
		ak_buf_release(&b);
	}
	ak_buf_addc(out, '\n');
	print_links(out, json_object_get(t, "links"));
	ak_buf_addf(out, "digest    %s\n", txt(t, "digest"));
}
