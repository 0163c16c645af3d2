/* Content: figures that stand twice agree, sums add up, links lead somewhere, and no secret is in any file. */
#include "base/ak.h"
#include "packet/checks.h"

#include "packet/check_workbook.h"
#include "packet/selfaudit.h"

static const char *text_of(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }

static json_int_t in_row(const json_t *table_doc, const json_t *row, const char *column)
{
	json_t *c;
	size_t i;

	json_array_foreach(json_object_get(table_doc, "columns"), i, c) {
		const char *name = text_of(c, "name");

		if (name && strcmp(name, column) == 0)
			return json_integer_value(json_array_get(row, i));
	}
	return 0;
}

/* total = sum of parts, in every row that a section shows of a table. */
static void adds_up(struct ak_tally *t, const json_t *sections, const char *name)
{
	const char *parts = NULL, *total = ak_table_sum(name, &parts);
	const json_t *doc = ak_check_shown(sections, name);
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(doc, "rows"), i, row) {
		json_int_t sum = 0;
		bool fits = true;
		char part[32];

		for (const char *p = parts; *p; p += strspn(p, " ")) {
			size_t n = strcspn(p, " ");

			snprintf(part, sizeof part, "%.*s", (int)n, p);
			fits = fits && !__builtin_add_overflow(sum, in_row(doc, row, part), &sum);
			p += n;
		}
		ak_tally_compare(t, fits && sum == in_row(doc, row, total), name, "a row does not add up");
	}
}

static size_t count_tag(const json_t *section, const char *tag)
{
	json_t *s;
	size_t i, n = 0;

	json_array_foreach(json_object_get(section, "statements"), i, s)
		n += text_of(s, "tag") && strcmp(text_of(s, "tag"), tag) == 0;
	return n;
}

/* What packet.json says of each section against the section itself. */
static void statements(struct ak_checked *p, struct ak_tally *t, const json_t *sections)
{
	json_int_t proven = 0, declared = 0;
	json_t *known;
	size_t i;

	json_array_foreach(json_object_get(p->packet, "sections"), i, known) {
		const json_t *section = json_array_get(sections, i);
		size_t n = count_tag(section, "proven"), m = count_tag(section, "declared");

		ak_tally_compare(t, (json_int_t)n == json_integer_value(json_object_get(known, "proven")), "packet.json", "proven statements");
		ak_tally_compare(t, (json_int_t)m == json_integer_value(json_object_get(known, "declared")), "packet.json", "declared statements");
		proven += (json_int_t)n;
		declared += (json_int_t)m;
	}
	ak_tally_compare(t, proven == json_integer_value(json_object_get(p->packet, "proven")), "packet.json", "proven statements in all");
	ak_tally_compare(t, declared == json_integer_value(json_object_get(p->packet, "declared")), "packet.json", "declared statements in all");
}

/* Line of what looks like a secret or an e-mail address, by both looks of the self-audit; 0 = none. */
static uint64_t leak_in(struct ak_checked *p, const char *name)
{
	const struct ak_table_scan *scan = ak_check_table(p, name);
	struct ak_str text = ak_check_text(p, name);
	struct ak_selfaudit_hit hit;

	if (strncmp(name, "signatures/", 11) == 0)
		return 0;
	if (scan)
		return scan->leak;
	return text.p && ak_selfaudit(&p->audit, name, text, &hit) ? hit.line : 0;
}

static size_t leaks(struct ak_checked *p, const char **where, uint64_t *line)
{
	const char *name;
	json_t *hash;
	size_t n = 0;

	json_object_foreach(p->hashes, name, hash) {
		uint64_t found = leak_in(p, name);

		if (found && !n++) {
			*where = name;
			*line = found;
		}
	}
	return n;
}

/* Tables that the packet shows and its annex has. */
static size_t in_annex(const json_t *sections)
{
	json_t *section, *shown;
	size_t i, k, n = 0;

	json_array_foreach((json_t *)sections, i, section)
		json_array_foreach(json_object_get(section, "tables"), k, shown)
			n += json_is_true(json_object_get(shown, "annex"));
	return n;
}

static void clean(struct ak_checked *p, const struct ak_tally *t, size_t links, size_t cells)
{
	size_t ids = ak_ids_count(p->ids), apart = in_annex(p->sections);
	char besides[160] = "", annex[100] = "";
	size_t n = 0;

	if (p->let)
		n = (size_t)snprintf(besides, sizeof besides, " besides %zu values that the packet's allow-list lets through", p->let);
	if (ids)
		snprintf(besides + n, sizeof besides - n, "%s %zu ids with the shape of a person's number", p->let ? " and" : " besides", ids);
	if (apart && !p->o->annex)
		snprintf(annex, sizeof annex, "; %zu more tables stand in the annex, --annex checks them", apart);
	ak_check_say(p, "content", AK_RESULT_PASS, "%zu of %zu figures recomputed, %zu cells of the workbook agree, %zu links resolve, 0 secrets%s%s", t->agree, t->totals, cells, links,
		     besides, annex);
}

void ak_check_content(struct ak_checked *p)
{
	struct ak_tally *t = &p->tally;
	char nowhere[200] = "", other[160] = "";
	const char *where = "";
	uint64_t line = 0;
	size_t found, links, cells = 0;

	if (p->unlike_schema || p->altered) {
		ak_check_say(p, "content", AK_RESULT_SKIPPED, p->altered ? "not run, since fixity failed" : "not run on files that are not as their schema says");
		return;
	}
	statements(p, t, p->sections);
	ak_check_agreement(p);
	adds_up(t, p->sections, "sources");
	adds_up(t, p->sections, "links");
	links = ak_check_links(p, nowhere, sizeof nowhere);
	found = leaks(p, &where, &line);
	if (found)
		ak_check_say(p, "content", AK_RESULT_FAIL, "%zu files hold what looks like a secret, the first is %.100s line %llu", found, where,
			     (unsigned long long)line);
	else if (t->agree != t->totals)
		ak_check_say(p, "content", AK_RESULT_FAIL, "%zu of %zu figures agree; %s", t->agree, t->totals, t->differs);
	else if (ak_check_workbook(p, other, sizeof other, &cells))
		ak_check_say(p, "content", AK_RESULT_FAIL, "%s", other);
	else if (*nowhere)
		ak_check_say(p, "content", AK_RESULT_FAIL, "%s", nowhere);
	else
		clean(p, t, links, cells);
}
