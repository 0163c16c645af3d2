#include "base/ak.h"
#include "cmd/check_page.h"

#include "base/jsonget.h"
#include "check/out.h"

#define PAGE 40
#define TOP 10
#define MARGIN 10

/* ---- cut to lines ---- */

static size_t lines_of(const char *text, size_t width)
{
	struct ak_buf safe, b;
	size_t n = 1;

	ak_buf_init(&safe, SIZE_MAX / 2);
	ak_buf_init(&b, SIZE_MAX / 2);
	ak_text_safe(&safe, ak_str_of(text));
	ak_text_wrap(&b, ak_buf_str(&safe), MARGIN, MARGIN, width);
	for (size_t i = 0; i < b.n; i++)
		n += b.p[i] == '\n';
	ak_buf_release(&safe);
	ak_buf_release(&b);
	return n;
}

/* As many words of a text as fit on so many lines together with what stands behind it; "..." where some do not. Its first `keep` bytes always
 * stay: the name of a rule. What stands behind goes before they do. */
static void fit(const struct ak_ctx *c, const char *text, size_t keep, const char *behind, size_t most, struct ak_buf *out)
{
	size_t n = strlen(text);

	ak_buf_clear(out);
	ak_buf_addf(out, "%s%s", text, behind);
	while (n > keep && lines_of(out->p, c->io->width) > most) {
		while (n > keep && text[--n] != ' ')
			;
		ak_buf_clear(out);
		ak_buf_addf(out, "%.*s ...%s", (int)n, text, behind);
	}
	if (keep && *behind && lines_of(out->p, c->io->width) > most)
		fit(c, text, keep, "", most, out);
}

/* ---- the page ---- */

static const char *const severities[] = {"high", "medium", "low"};

struct shown {
	const json_t *check;
	const json_t *finding[TOP];
	size_t n;
};

struct page {
	struct ak_ctx *c;
	const json_t *doc;
	struct shown rule[TOP];
	size_t nrules, nfindings;
};

static const json_t *failing(const json_t *check, size_t at)
{
	const json_t *f;
	size_t i;

	json_array_foreach(json_object_get(check, "findings"), i, f)
		if (ak_out_fails(f) && at-- == 0)
			return f;
	return NULL;
}

/* The next finding of each rule of a severity in turn, so that one rule with many does not hide the others. */
static bool pick_round(struct page *p, const char *severity, size_t round)
{
	bool any = false;
	json_t *k;
	size_t i;

	json_array_foreach(json_object_get(p->doc, "checks"), i, k) {
		const json_t *f = strcmp(ak_jtxt(k, "severity", ""), severity) == 0 ? failing(k, round) : NULL;
		struct shown *s = p->rule;

		if (!f || p->nfindings == TOP)
			continue;
		while (s < p->rule + p->nrules && s->check != k)
			s++;
		p->nrules += s == p->rule + p->nrules;
		s->check = k;
		s->finding[s->n++] = f;
		p->nfindings++;
		any = true;
	}
	return any;
}

/* One of each rule first, the most severe before the others; then more of the most severe. */
static void pick(struct page *p)
{
	for (size_t s = 0; s < AK_COUNT(severities); s++)
		pick_round(p, severities[s], 0);
	for (size_t s = 0; s < AK_COUNT(severities); s++)
		for (size_t round = 1; p->nfindings < TOP && pick_round(p, severities[s], round); round++)
			;
}

static void behind(const json_t *f, struct ak_buf *out)
{
	const json_t *cites = json_object_get(f, "cites");
	size_t n = json_array_size(cites);

	ak_buf_clear(out);
	ak_buf_adds(out, "");
	if (n)
		ak_buf_addf(out, " [%s", json_string_value(json_array_get(cites, 0)));
	if (n > 1)
		ak_buf_addf(out, " and %s more", AK_NUM(n - 1));
	if (n)
		ak_buf_addc(out, ']');
	if (json_object_get(f, "response"))
		ak_buf_addf(out, " (answered by %s)", ak_jtxt(json_object_get(f, "response"), "owner", "?"));
	if (json_object_get(f, "expired"))
		ak_buf_addf(out, " (was muted until %s)", ak_jtxt(json_object_get(f, "expired"), "expires", "?"));
}

/* Findings and what to do, so many lines each. */
static void print_rule(struct page *p, const struct shown *s, bool first, size_t lines, size_t advice)
{
	const char *severity = ak_jtxt(s->check, "severity", ""), *mark = strcmp(severity, "high") == 0 ? "HIGH" : severity;
	struct ak_buf text, tail, out;
	size_t keep;

	ak_buf_init(&text, 1 << 20);
	ak_buf_init(&tail, 1 << 16);
	ak_buf_init(&out, 1 << 20);
	for (size_t i = 0; i < s->n; i++) {
		ak_buf_clear(&text);
		if (i == 0)
			ak_buf_addf(&text, "%s, ", ak_jtxt(s->check, "check", "?"));
		if (i == 0 && ak_jnum(s->check, "affected"))
			ak_buf_addf(&text, "%s of %s: ", AK_NUM(ak_jnum(s->check, "affected")), AK_NUM(ak_jnum(s->check, "of")));
		else if (i == 0)
			ak_buf_addf(&text, "%s finding%s: ", AK_NUM(ak_jnum(s->check, "found")), ak_jnum(s->check, "found") == 1 ? "" : "s");
		ak_buf_adds(&text, i ? "- " : "");
		keep = i ? 0 : text.n - 2; /* without the ": " */
		ak_buf_adds(&text, ak_jtxt(s->finding[i], "text", "?"));
		behind(s->finding[i], &tail);
		fit(p->c, text.p, keep, tail.n ? tail.p : "", lines, &out);
		ak_io_line(p->c->io, i == 0 && first ? mark : "", "%s", out.p);
	}
	ak_buf_clear(&text);
	ak_buf_addf(&text, "do: %s", ak_jtxt(s->check, "fix", "?"));
	fit(p->c, text.p, 0, "", advice, &out);
	ak_io_line(p->c->io, "", "%s", out.p);
	ak_buf_release(&text);
	ak_buf_release(&tail);
	ak_buf_release(&out);
}

static uint64_t shown_of(const struct page *p, const json_t *check)
{
	for (size_t i = 0; i < p->nrules; i++)
		if (p->rule[i].check == check)
			return p->rule[i].n;
	return 0;
}

/* Findings that fail and are not on the page, per rule; what three lines cannot name is counted together. */
static void rest(const struct page *p, struct ak_buf *out)
{
	size_t width = p->c->io->width > 40 ? p->c->io->width : 40, room = (width - MARGIN) * 3 - 60;
	uint64_t all = 0, others = 0, rules = 0;
	struct ak_buf names;
	json_t *k;
	size_t i;

	ak_buf_init(&names, 1 << 20);
	json_array_foreach(json_object_get(p->doc, "checks"), i, k) {
		uint64_t n = ak_jnum(k, "failing") - shown_of(p, k);

		all += n;
		if (n && names.n + strlen(ak_jtxt(k, "check", "?")) < room) {
			ak_buf_addf(&names, "%s%s %s", names.n ? ", " : "", ak_jtxt(k, "check", "?"), AK_NUM(n));
		} else if (n) {
			others += n;
			rules++;
		}
	}
	if (rules)
		ak_buf_addf(&names, ", %s other rule%s %s", AK_NUM(rules), rules == 1 ? "" : "s", AK_NUM(others));
	if (all)
		ak_buf_addf(out, "%s more finding%s: %s", AK_NUM(all), all == 1 ? "" : "s", names.p);
	ak_buf_release(&names);
}

static void muted(const struct page *p, struct ak_buf *out)
{
	uint64_t n = ak_jnum(json_object_get(p->doc, "findings"), "muted");
	json_t *k, *f;
	size_t i, at;

	if (n)
		ak_buf_addf(out, "%s finding%s:", AK_NUM(n), n == 1 ? "" : "s");
	json_array_foreach(json_object_get(p->doc, "checks"), i, k)
		json_array_foreach(json_object_get(k, "findings"), at, f) {
			const json_t *by = json_object_get(f, "muted");

			if (by)
				ak_buf_addf(out, "%s %s %s until %s by %s", out->p[out->n - 1] == ':' ? "" : ",", ak_jtxt(k, "check", "?"), ak_jtxt(f, "subject", "?"),
					    ak_jtxt(by, "expires", "?"), ak_jtxt(by, "owner", "?"));
		}
}

/* Suppressions that mute nothing any more. */
static void idle(const struct page *p, struct ak_buf *out)
{
	json_t *e;
	size_t i;

	json_array_foreach(json_object_get(p->doc, "suppressions"), i, e)
		if (strcmp(ak_jtxt(e, "state", ""), "in force") != 0)
			ak_buf_addf(out, "%s line %lld %s%s%s", out->n ? "," : "suppressions.yaml:", (long long)ak_jnum(e, "line"), ak_jtxt(e, "state", "?"),
				    strcmp(ak_jtxt(e, "state", ""), "expired") == 0 ? " on " : "",
				    strcmp(ak_jtxt(e, "state", ""), "expired") == 0 ? ak_jtxt(e, "expires", "?") : "");
}

static void names_of(const struct page *p, const char *verdict, struct ak_buf *out)
{
	json_t *k;
	size_t i;

	json_array_foreach(json_object_get(p->doc, "checks"), i, k)
		if (strcmp(ak_jtxt(k, "verdict", ""), verdict) == 0)
			ak_buf_addf(out, "%s%s", out->n ? ", " : "", ak_jtxt(k, "check", "?"));
}

/* Lines below the findings: a keyword and at most `most` lines each. */
struct foot {
	const char *keyword;
	size_t most;
	struct ak_buf text;
};

static size_t make_feet(struct page *p, struct foot *feet)
{
	size_t n = 0;

	for (size_t i = 0; i < 6; i++)
		ak_buf_init(&feet[i].text, 1 << 20);
	feet[n] = (struct foot){"rest", 3, feet[n].text};
	rest(p, &feet[n++].text);
	feet[n] = (struct foot){"muted", 2, feet[n].text};
	muted(p, &feet[n++].text);
	feet[n] = (struct foot){"idle", 1, feet[n].text};
	idle(p, &feet[n++].text);
	feet[n] = (struct foot){"met", 2, feet[n].text};
	names_of(p, "met", &feet[n++].text);
	feet[n] = (struct foot){"unclear", 3, feet[n].text};
	names_of(p, "not evaluable", &feet[n++].text);
	feet[n] = (struct foot){"next", 3, feet[n].text};
	ak_buf_addf(&feet[n++].text, "'auditkit %scheck -v' prints all of it, with ids and why", p->c->with);
	for (size_t i = 0; i < n; i++) {
		struct ak_buf cut;

		if (!feet[i].text.n)
			continue;
		ak_buf_init(&cut, 1 << 20);
		fit(p->c, feet[i].text.p, 0, "", feet[i].most, &cut);
		ak_buf_clear(&feet[i].text);
		ak_buf_adds(&feet[i].text, cut.p);
		ak_buf_release(&cut);
	}
	return n;
}

static void head(struct page *p, struct ak_buf *total, struct ak_buf *counts)
{
	ak_out_total(p->doc, total);
	if (ak_jtxt(p->doc, "from", NULL) || ak_jtxt(p->doc, "to", NULL))
		ak_buf_addf(total, "; from %s to %s", ak_jtxt(p->doc, "from", "the first record"), ak_jtxt(p->doc, "to", "the last"));
	ak_out_counts(p->doc, counts);
}

void ak_check_page(struct ak_ctx *c, const json_t *doc)
{
	struct page p = {.c = c, .doc = doc};
	struct foot feet[6];
	struct ak_buf total, counts;
	size_t n, used, spare, lines[TOP];
	const char *last = "";

	pick(&p);
	n = make_feet(&p, feet);
	ak_buf_init(&total, 1 << 12);
	ak_buf_init(&counts, 1 << 12);
	head(&p, &total, &counts);
	used = lines_of(total.p, c->io->width) + lines_of(counts.p, c->io->width) + p.nrules + p.nfindings;
	for (size_t i = 0; i < n; i++)
		used += feet[i].text.n ? lines_of(feet[i].text.p, c->io->width) : 0;
	spare = used < PAGE ? PAGE - used : 0; /* second lines that there is room for: of findings first */
	for (size_t i = 0; i < p.nrules; i++) {
		lines[i] = spare >= p.rule[i].n ? 2 : 1;
		spare -= lines[i] == 2 ? p.rule[i].n : 0;
	}
	ak_io_line(c->io, "checks", "%s", total.p);
	ak_io_line(c->io, "found", "%s", counts.p);
	for (size_t i = 0; i < p.nrules; i++) {
		const char *severity = ak_jtxt(p.rule[i].check, "severity", "");

		print_rule(&p, &p.rule[i], strcmp(severity, last) != 0, lines[i], spare ? 2 : 1);
		spare -= spare > 0;
		last = severity;
	}
	for (size_t i = 0; i < n; i++) {
		if (feet[i].text.n)
			ak_io_line(c->io, feet[i].keyword, "%s", feet[i].text.p);
		ak_buf_release(&feet[i].text);
	}
	ak_buf_release(&total);
	ak_buf_release(&counts);
}
