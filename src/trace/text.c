/* The trace for a terminal: evidence ends at the last column, ids are never cut. */
#include "base/ak.h"
#include "trace/trace.h"

#include "base/text.h"

#define NARROW 64 /* below, what a hop says stands under its title */

struct page {
	struct ak_buf *out;
	size_t width;
};

static const char *txt(const json_t *o, const char *key)
{
	const char *z = json_string_value(json_object_get(o, key));

	return z ? z : "";
}

static void safe(struct ak_buf *out, const char *z) { ak_text_safe(out, ak_str_of(z)); }

/* "2026-06-09T14:02:11.3184Z" -> "14:02:11.318": three digits whatever the source gives. Of another day than the call only that. */
static void clock_of(const char *time, const char *day, struct ak_buf *out)
{
	size_t n = strlen(time), digits = n > 20 && time[19] == '.' ? strspn(time + 20, "0123456789") : 0;

	if (n < 20)
		ak_buf_addf(out, "%-13s", "");
	else if (*day && strncmp(time, day, 10) != 0)
		ak_buf_addf(out, "%.10s   ", time);
	else
		ak_buf_addf(out, "%.8s.%.*s%.*s ", time + 11, (int)(digits < 3 ? digits : 3), time + 20, (int)(digits < 3 ? 3 - digits : 0), "000");
}

/* Blanks up to where a citation starts that ends at the last column. */
static void pad(const struct page *p, size_t column, size_t cite)
{
	if (column + cite < p->width)
		ak_buf_addf(p->out, "%*s", (int)(p->width - column - cite), "");
}

/* Words that end before the citation, which stands at the end of the first line or, where it does not fit, of its own. */
static void wrapped(const struct page *p, const char *first, const char *text, size_t indent, const char *cite)
{
	struct ak_buf safe_text;
	size_t room = strlen(cite) + (*cite != 0), column = strlen(first);

	ak_buf_init(&safe_text, 1 << 20);
	safe(&safe_text, text);
	ak_buf_adds(p->out, first);
	column = ak_text_wrap(p->out, ak_buf_str(&safe_text), column, indent, p->width);
	if (*cite && column + room > p->width) {
		ak_buf_addc(p->out, '\n');
		column = 0;
	}
	if (*cite)
		pad(p, column, strlen(cite));
	safe(p->out, cite);
	ak_buf_addc(p->out, '\n');
	ak_buf_release(&safe_text);
}

#define HOP_TEXT 31
#define HOP_DETAIL 16

static void print_hop(const struct page *p, const json_t *h, const char *day)
{
	const json_t *lines = json_object_get(h, "lines");
	const char *first = json_array_size(lines) ? json_string_value(json_array_get(lines, 0)) : "";
	bool narrow = p->width < NARROW;
	size_t i, detail = narrow ? 4 : HOP_DETAIL;
	struct ak_buf b;
	json_t *l;

	ak_buf_init(&b, 1 << 20);
	clock_of(txt(h, "time"), day, &b);
	ak_buf_addf(&b, narrow ? "%lld %s" : "%lld %-15s ", (long long)json_integer_value(json_object_get(h, "n")), txt(h, "title"));
	if (narrow) {
		wrapped(p, b.p, "", 0, "");
		wrapped(p, "  ", first, 2, txt(h, "cite"));
	} else {
		wrapped(p, b.p, first, HOP_TEXT, txt(h, "cite"));
	}
	json_array_foreach((json_t *)lines, i, l)
		if (i)
			wrapped(p, &"                "[HOP_DETAIL - detail], json_string_value(l), detail, "");
	ak_buf_release(&b);
}

static void print_story(const struct page *p, const json_t *story)
{
	struct ak_buf text;
	json_t *s;
	size_t i;

	ak_buf_init(&text, 1 << 20);
	json_array_foreach((json_t *)story, i, s)
		ak_buf_addf(&text, "%s%s", i ? " " : "", txt(s, "text"));
	wrapped(p, "story     ", text.p ? text.p : "", 10, "");
	ak_buf_addc(p->out, '\n');
	ak_buf_release(&text);
}

/* One after another: costs of gateways in a row are of the same call, those of two currencies are never added. */
static void add_costs(struct ak_buf *b, const json_t *t)
{
	const json_t *costs = json_object_get(t, "cost"), *c;
	bool several = json_array_size(json_object_get(t, "gateways")) > 1;
	size_t i;

	json_array_foreach((json_t *)costs, i, c) {
		ak_buf_addf(b, ", %s%s %s", i ? "" : "est. ", txt(c, "currency"), txt(c, "estimated"));
		if (several)
			ak_buf_addf(b, " at %s", txt(c, "gateway"));
	}
}

static void print_when(const struct page *p, const json_t *t)
{
	const json_t *when = json_object_get(t, "when"), *ms;
	long long attempts = json_integer_value(json_object_get(t, "attempts")), records = json_integer_value(json_object_get(t, "records"));
	size_t gateways = json_array_size(json_object_get(t, "gateways"));
	struct ak_buf b;

	ak_buf_init(&b, 1 << 20);
	ak_buf_addf(&b, "%.10s", txt(when, "start"));
	if (json_is_integer(ms = json_object_get(when, "duration_ms")))
		ak_buf_addf(&b, ", %lld.%03lld s", (long long)json_integer_value(ms) / 1000, (long long)json_integer_value(ms) % 1000);
	ak_buf_addf(&b, ", %lld attempt%s in %lld record%s", attempts, attempts == 1 ? "" : "s", records, records == 1 ? "" : "s");
	if (gateways > 1)
		ak_buf_addf(&b, " of %zu gateways", gateways);
	ak_buf_addf(&b, ", final status %s", txt(t, "final_status"));
	add_costs(&b, t);
	wrapped(p, "when      ", b.p, 10, "");
	ak_buf_release(&b);
}

/* ---- the footer ---- */

static void counted(struct ak_buf *b, size_t n, const char *one, const char *many)
{
	if (n)
		ak_buf_addf(b, "%s%zu %s", b->n ? ", " : "", n, n == 1 ? one : many);
}

static void print_folded(const struct page *p, const json_t *f)
{
	const json_t *again = json_object_get(f, "delivered_again"), *o;
	size_t i, repeats = 0;
	struct ak_buf b;

	json_array_foreach((json_t *)again, i, o)
		repeats += (size_t)json_integer_value(json_object_get(o, "times")) - 1;
	ak_buf_init(&b, 1 << 20);
	counted(&b, repeats, "duplicate", "duplicates");
	counted(&b, (size_t)json_integer_value(json_object_get(f, "entries")), "further entry", "further entries");
	counted(&b, (size_t)json_integer_value(json_object_get(f, "witnesses")), "second witness", "second witnesses");
	counted(&b, json_array_size(json_object_get(f, "older")), "older revision", "older revisions");
	json_array_foreach(json_object_get(f, "at_ingest"), i, o)
		ak_buf_addf(&b, "%sof all of %s %lld duplicate%s of %lld records when read", b.n ? "; " : "", txt(o, "source"),
			    (long long)json_integer_value(json_object_get(o, "duplicates")), json_integer_value(json_object_get(o, "duplicates")) == 1 ? "" : "s",
			    (long long)json_integer_value(json_object_get(o, "of")));
	wrapped(p, "folded    ", b.n ? b.p : "nothing", 10, "");
	ak_buf_release(&b);
}

/* How strong the proof of the records is, by level. */
static void print_proof(const struct page *p, const json_t *members)
{
	static const char *const levels[] = {"origin-signed", "chained at source", "sealed at ingest"};
	size_t i, all = json_array_size(members);
	struct ak_buf b;
	json_t *m;

	ak_buf_init(&b, 1 << 16);
	for (size_t k = 0; k < AK_COUNT(levels); k++) {
		size_t n = 0;

		json_array_foreach((json_t *)members, i, m)
			n += strcmp(txt(json_object_get(m, "proof"), "level"), levels[k]) == 0;
		if (n)
			ak_buf_addf(&b, "%s%zu of %zu records %s", b.n ? ", " : "", n, all, levels[k]);
	}
	wrapped(p, "proof     ", b.n ? b.p : "none", 10, "");
	ak_buf_release(&b);
}

static void print_neighbours(const struct page *p, const json_t *list)
{
	json_t *n, *r;
	size_t i, k;

	json_array_foreach((json_t *)list, i, n) {
		const json_t *records = json_object_get(n, "records");
		struct ak_buf b;

		ak_buf_init(&b, 1 << 20);
		ak_buf_addf(&b, "same %s, other calls:", txt(n, "field"));
		json_array_foreach((json_t *)records, k, r)
			if (k < 5)
				ak_buf_addf(&b, "%s %s", k ? "," : "", txt(r, "cite"));
		if (json_array_size(records) > 5)
			ak_buf_addf(&b, ", ... (%lld records share it)", (long long)json_integer_value(json_object_get(n, "sharing")));
		wrapped(p, i ? "          " : "beside    ", b.p, 10, "");
		ak_buf_release(&b);
	}
}

static void print_links(const struct page *p, const json_t *l)
{
	static const char *const names[] = {"exact", "inferred", "ambiguous", "aggregate"};
	long long open = json_integer_value(json_object_get(l, "missing")), declared = json_integer_value(json_object_get(l, "declared"));
	struct ak_buf b;

	ak_buf_init(&b, 1 << 20);
	for (size_t i = 0; i < AK_COUNT(names); i++)
		ak_buf_addf(&b, "%lld %s%s", (long long)json_integer_value(json_object_get(l, names[i])), names[i], i < 2 ? ", " : "; ");
	ak_buf_addf(&b, "%lld missing", open + declared);
	if (declared && open)
		ak_buf_addf(&b, " (%lld declared)", declared);
	else if (declared)
		ak_buf_adds(&b, " (declared)");
	wrapped(p, "links     ", b.p, 10, "");
	ak_buf_release(&b);
}

/* What was in force, and how long: until nothing says otherwise when no end is known. */
static void print_in_force(const struct page *p, const json_t *f)
{
	struct ak_buf state;
	char title[32];

	snprintf(title, sizeof title, "  %-13.28s ", txt(f, "title"));
	ak_buf_init(&state, 1 << 20);
	ak_buf_addf(&state, "%s%s%s", txt(f, "state"), *txt(f, "until") ? ", until " : "", txt(f, "until"));
	if (HOP_DETAIL + ak_str_find(ak_buf_str(&state), ' ') > p->width) { /* a word that has to stand alone */
		ak_buf_addf(p->out, "  %.28s\n", txt(f, "title"));
		snprintf(title, sizeof title, "%*s", HOP_DETAIL, "");
	}
	wrapped(p, title, state.n ? state.p : "", HOP_DETAIL, txt(f, "cite"));
	ak_buf_release(&state);
}

static void print_id(const struct page *p, const json_t *t)
{
	struct ak_buf b;

	ak_buf_init(&b, 1 << 20);
	ak_buf_adds(&b, txt(t, "id"));
	if (*txt(t, "id_kind"))
		ak_buf_addf(&b, " (%s, %s)", txt(t, "id_kind"), txt(t, "id_method"));
	wrapped(p, "trace     ", b.n ? b.p : "", 10, "");
	ak_buf_release(&b);
}

void ak_trace_text(const json_t *t, size_t width, struct ak_buf *out)
{
	const struct page page = {out, width}, *p = &page;
	const json_t *hops = json_object_get(t, "hops");
	json_t *h, *f;
	size_t i;

	print_id(p, t);
	print_when(p, t);
	print_story(p, json_object_get(t, "story"));
	wrapped(p, "UTC          hop", "", 0, "evidence");
	json_array_foreach((json_t *)hops, i, h)
		print_hop(p, h, txt(json_object_get(t, "when"), "start"));
	if (json_array_size(json_object_get(t, "in_force")))
		ak_buf_adds(out, "\nin force then\n");
	json_array_foreach(json_object_get(t, "in_force"), i, f)
		print_in_force(p, f);
	ak_buf_addc(out, '\n');
	print_links(p, json_object_get(t, "links"));
	print_folded(p, json_object_get(t, "folded"));
	print_proof(p, json_object_get(t, "members"));
	print_neighbours(p, json_object_get(t, "neighbours"));
	ak_buf_addf(out, "digest    %s\n", txt(t, "digest"));
}
