/* Schema: every JSON file parses, every table is as its Table Schema says. Content: figures that stand twice agree, sums
 * add up, and no secret is in any file. */
#include "base/ak.h"
#include "packet/checks.h"

#include "packet/selfaudit.h"
#include "packet/table.h"

struct tally {
	size_t json, tables, rows;     /* schema */
	size_t totals, agree;	       /* content: figures recomputed */
	const char *bad, *why;	       /* first file that is not as its schema says */
	char differs[120];	       /* first figure that does not agree */
};

static const char *text_of(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }

static void bad(struct tally *t, const char *file, const char *why)
{
	if (!t->bad) {
		t->bad = file;
		t->why = why;
	}
}

static void compare(struct tally *t, bool equal, const char *table, const char *what)
{
	t->totals++;
	t->agree += equal;
	if (!equal && !*t->differs)
		snprintf(t->differs, sizeof t->differs, "%.60s: %.50s", table, what);
}

static void all_json(struct ak_checked *p, struct tally *t)
{
	const char *name;
	json_t *hash;

	json_object_foreach(p->hashes, name, hash) {
		size_t n = strlen(name);
		json_t *doc;

		if (strncmp(name, "data/", 5) != 0 || n < 5 || strcmp(name + n - 5, ".json") != 0)
			continue;
		t->json++;
		doc = ak_check_json(p, name);
		if (!doc)
			bad(t, name, "is not JSON");
		json_decref(doc);
	}
}

static bool same_cell(const json_t *cell, const json_t *value)
{
	char number[24];

	if (json_is_null(value))
		return json_is_null(cell);
	if (!json_is_string(cell))
		return json_is_string(value) && json_string_length(value) == 0;
	if (json_is_string(value))
		return json_equal(cell, value);
	if (json_is_boolean(value))
		return strcmp(json_string_value(cell), json_is_true(value) ? "true" : "false") == 0;
	snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
	return json_is_integer(value) && strcmp(json_string_value(cell), number) == 0;
}

static bool same_row(const json_t *cells, const json_t *values)
{
	json_t *v;
	size_t i;

	if (json_array_size(cells) != json_array_size(values))
		return false;
	json_array_foreach((json_t *)values, i, v)
		if (!same_cell(json_array_get(cells, i), v))
			return false;
	return true;
}

static bool header_fits(struct ak_str *csv, const json_t *fields)
{
	json_t *header = ak_table_row(csv), *field;
	bool good = json_array_size(header) == json_array_size(fields);
	size_t i;

	json_array_foreach((json_t *)fields, i, field) {
		const char *name = text_of(field, "name"), *have = json_string_value(json_array_get(header, i));

		good = good && name && have && strcmp(name, have) == 0;
	}
	json_decref(header);
	return good;
}

/* Rows that no section shows are of the types that the schema says. */
static bool others_fit(const struct ak_table_scan *scan, const json_t *fields)
{
	json_t *field;
	size_t i;

	json_array_foreach((json_t *)fields, i, field) {
		const char *type = text_of(field, "type");

		if (!ak_table_scan_fits(scan, i, type ? type : ""))
			return false;
	}
	return !scan->broken;
}

/* A section that shows a table has its first rows and says how many there are. */
static bool right_number(const struct ak_table_scan *scan, const json_t *shown)
{
	size_t have = json_array_size(json_object_get(shown, "rows"));
	const json_t *count = json_object_get(shown, "count");

	if (json_is_integer(count) && json_integer_value(count) != (json_int_t)scan->rows)
		return false;
	return json_is_integer(count) ? have == (scan->rows < AK_TABLE_SHOWN ? scan->rows : AK_TABLE_SHOWN) : have == scan->rows;
}

/* One CSV against its schema and against the section that shows it. */
static void table(struct ak_checked *p, struct tally *t, const json_t *resource, const json_t *shown)
{
	const json_t *fields = json_object_get(json_object_get(resource, "schema"), "fields");
	const char *path = text_of(resource, "path");
	const json_t *rows = json_object_get(shown, "rows");
	const struct ak_table_scan *scan;
	struct ak_str csv;
	bool equal = true;
	char file[140];

	snprintf(file, sizeof file, "data/%s", path ? path : "");
	scan = ak_check_table(p, file);
	csv = scan ? ak_buf_str(&scan->shown) : ak_str_n(NULL, 0);
	t->tables++;
	if (!path || !scan || !header_fits(&csv, fields)) {
		bad(t, path ? path : "datapackage.json", scan ? "has another header than its schema" : "is not in the packet");
		return;
	}
	if (!others_fit(scan, fields)) {
		bad(t, path, "has a row that is not as its schema says");
		return;
	}
	for (size_t n = 0; csv.n; n++) {
		json_t *row = ak_table_row(&csv);

		equal = equal && same_row(row, json_array_get(rows, n));
		json_decref(row);
	}
	t->rows += scan->rows;
	compare(t, right_number(scan, shown), path, "another number of rows than its section has");
	compare(t, equal, path, "other values than its section has");
	t->totals += scan->sums;
	t->agree += scan->sums - scan->wrong;
	if (scan->wrong && !*t->differs)
		snprintf(t->differs, sizeof t->differs, "%.60s: a row does not add up", path);
}

static const json_t *shown_table(const json_t *sections, const char *name)
{
	json_t *section, *t;
	size_t i, k;

	json_array_foreach((json_t *)sections, i, section)
		json_array_foreach(json_object_get(section, "tables"), k, t)
			if (text_of(t, "name") && strcmp(text_of(t, "name"), name) == 0)
				return t;
	return NULL;
}

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
static void adds_up(struct tally *t, const json_t *sections, const char *name)
{
	const char *parts = NULL, *total = ak_table_sum(name, &parts);
	const json_t *doc = shown_table(sections, name);
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
		compare(t, fits && sum == in_row(doc, row, total), name, "a row does not add up");
	}
}

static json_t *read_sections(struct ak_checked *p)
{
	json_t *list = json_array(), *known;
	size_t i;

	json_array_foreach(json_object_get(p->packet, "sections"), i, known) {
		const char *id = text_of(known, "id");
		char name[100];
		json_t *doc;

		snprintf(name, sizeof name, "data/%02zu-%.60s.json", i + 1, id ? id : "");
		doc = ak_check_json(p, name);
		json_array_append_new(list, doc ? doc : json_null());
	}
	return list;
}

static size_t count_tag(const json_t *section, const char *tag)
{
	json_t *s;
	size_t i, n = 0;

	json_array_foreach(json_object_get(section, "statements"), i, s)
		n += text_of(s, "tag") && strcmp(text_of(s, "tag"), tag) == 0;
	return n;
}

static void findings(struct ak_checked *p, struct tally *t)
{
	json_t *doc = ak_check_json(p, "data/08-requests/findings.json"), *finding;
	json_int_t n = 0, answered = 0;
	size_t i;

	json_array_foreach(json_object_get(doc, "findings"), i, finding) {
		n++;
		answered += json_is_object(json_object_get(finding, "response"));
	}
	compare(t, n == json_integer_value(json_object_get(p->packet, "finding_count")), "findings.json", "findings");
	compare(t, answered == json_integer_value(json_object_get(p->packet, "answered_count")), "findings.json", "responses");
	json_decref(doc);
}

/* What packet.json says of each section against the section itself. */
static void statements(struct ak_checked *p, struct tally *t, const json_t *sections)
{
	json_int_t proven = 0, declared = 0;
	json_t *known;
	size_t i;

	json_array_foreach(json_object_get(p->packet, "sections"), i, known) {
		const json_t *section = json_array_get(sections, i);
		size_t n = count_tag(section, "proven"), m = count_tag(section, "declared");

		compare(t, (json_int_t)n == json_integer_value(json_object_get(known, "proven")), "packet.json", "proven statements");
		compare(t, (json_int_t)m == json_integer_value(json_object_get(known, "declared")), "packet.json", "declared statements");
		proven += (json_int_t)n;
		declared += (json_int_t)m;
	}
	compare(t, proven == json_integer_value(json_object_get(p->packet, "proven")), "packet.json", "proven statements in all");
	compare(t, declared == json_integer_value(json_object_get(p->packet, "declared")), "packet.json", "declared statements in all");
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

static void clean(struct ak_checked *p, const struct tally *t)
{
	size_t ids = ak_ids_count(p->ids);
	char besides[160] = "";
	size_t n = 0;

	if (p->let)
		n = (size_t)snprintf(besides, sizeof besides, " besides %zu values that the packet's allow-list lets through", p->let);
	if (ids)
		snprintf(besides + n, sizeof besides - n, "%s %zu ids with the shape of a person's number", p->let ? " and" : " besides", ids);
	ak_check_say(p, "content", AK_RESULT_PASS, "%zu of %zu figures recomputed, 0 secrets%s", t->agree, t->totals, besides);
}

static void content(struct ak_checked *p, struct tally *t, const json_t *sections)
{
	const char *where = "";
	uint64_t line = 0;
	size_t found;

	statements(p, t, sections);
	findings(p, t);
	adds_up(t, sections, "sources");
	adds_up(t, sections, "links");
	found = leaks(p, &where, &line);
	if (found)
		ak_check_say(p, "content", AK_RESULT_FAIL, "%zu files hold what looks like a secret, the first is %.100s line %llu", found, where,
			     (unsigned long long)line);
	else if (t->agree != t->totals)
		ak_check_say(p, "content", AK_RESULT_FAIL, "%zu of %zu figures agree; %s", t->agree, t->totals, t->differs);
	else
		clean(p, t);
}

void ak_check_tables(struct ak_checked *p)
{
	json_t *package, *resource, *sections;
	struct tally t = {0};
	size_t i;

	if (p->altered || p->too_big) {
		const char *why = p->altered ? "not run on altered files" : "the files are too large to be held in memory";

		ak_check_say(p, "schema", AK_RESULT_SKIPPED, "%s", why);
		ak_check_say(p, "content", AK_RESULT_SKIPPED, "%s", why);
		return;
	}
	package = ak_check_json(p, "data/datapackage.json");
	sections = read_sections(p);
	all_json(p, &t);
	json_array_foreach(json_object_get(package, "resources"), i, resource) {
		const char *name = text_of(resource, "name");

		table(p, &t, resource, name ? shown_table(sections, name) : NULL);
	}
	if (!t.tables)
		bad(&t, "datapackage.json", "describes no table");
	if (t.bad) {
		ak_check_say(p, "schema", AK_RESULT_FAIL, "%.100s %s", t.bad, t.why);
		ak_check_say(p, "content", AK_RESULT_SKIPPED, "not run on files that are not as their schema says");
	} else {
		ak_check_say(p, "schema", AK_RESULT_PASS, "%zu JSON files, %zu tables with %zu rows", t.json, t.tables, t.rows);
		content(p, &t, sections);
	}
	json_decref(sections);
	json_decref(package);
}
