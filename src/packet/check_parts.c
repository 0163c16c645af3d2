/* Whether a packet has the parts that a packet has and no others, and whether what is said of them in several places is the same. */
#include "base/ak.h"
#include "packet/checks.h"

#include "base/jsonget.h"
#include "base/note.h"

#define PROOFS "data/integrity/proofs/"

static const struct {
	const char *path;
	bool must;
} parts[] = {
#define PART(path, must) {path, must},
#include "packet/parts.def"
#undef PART
};

static bool fits(const char *name, const char *path)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
	const char *star = strchr(path, '*');
	size_t head = star ? (size_t)(star - path) : 0, tail = star ? strlen(star + 1) : 0, n = strlen(name);

	if (!star)
		return strcmp(name, path) == 0;
	return n > head + tail && memcmp(name, path, head) == 0 && strcmp(name + n - tail, star + 1) == 0 && strspn(name + head, letters) >= n - head - tail;
}

/* "data/01-scope.json" of the sections that packet.json names. */
static bool is_section(const struct ak_checked *p, const char *name)
{
	json_t *section;
	char path[100];
	size_t i;

	json_array_foreach(json_object_get(p->packet, "sections"), i, section) {
		int n = snprintf(path, sizeof path, "data/%02zu-%.60s.", i + 1, ak_jtxt(section, "id", ""));

		if (strncmp(name, path, (size_t)n) == 0 && (strcmp(name + n, "json") == 0 || strcmp(name + n, "md") == 0))
			return true;
	}
	return false;
}

static bool is_part(const struct ak_checked *p, const char *name)
{
	for (size_t i = 0; i < AK_COUNT(parts); i++)
		if (fits(name, parts[i].path))
			return true;
	return is_section(p, name);
}

static void miss(const struct ak_checked *p, const char *name, size_t *n, char *first, size_t room)
{
	if (!ak_check_has(p, name) && !(*n)++)
		snprintf(first, room, "; %.100s is missing", name);
}

size_t ak_check_lacks(const struct ak_checked *p, char *first, size_t room)
{
	json_t *section;
	char path[100];
	size_t n = 0, i;

	for (i = 0; i < AK_COUNT(parts); i++)
		if (parts[i].must)
			miss(p, parts[i].path, &n, first, room);
	json_array_foreach(json_object_get(p->packet, "sections"), i, section)
		for (int k = 0; k < 2; k++) {
			snprintf(path, sizeof path, "data/%02zu-%.60s.%s", i + 1, ak_jtxt(section, "id", ""), k ? "md" : "json");
			miss(p, path, &n, first, room);
		}
	return n;
}

size_t ak_check_strangers(const struct ak_checked *p, char *first, size_t room)
{
	const char *name;
	size_t n = 0;
	json_t *hash;

	json_object_foreach(p->hashes, name, hash)
		if (!is_part(p, name) && !n++)
			snprintf(first, room, "; %.100s is no part of a packet", name);
	return n;
}

/* ---- what stands in several places ---- */

/* -1: the table is in no section, or elsewhere. */
static json_int_t rows_of(const struct ak_checked *p, const char *table)
{
	const json_t *shown = ak_check_shown(p->sections, table);
	const struct ak_table_scan *scan;
	char path[100];

	snprintf(path, sizeof path, "data/tables/%.60s.csv", table);
	scan = ak_check_table(p, path);
	return shown && scan && !json_is_true(json_object_get(shown, "annex")) ? (json_int_t)scan->rows : -1;
}

static void same_rows(struct ak_checked *p, const char *table, json_int_t n)
{
	json_int_t rows = rows_of(p, table);

	if (rows >= 0)
		ak_tally_compare(&p->tally, rows == n, table, "rows");
}

static void gaps(struct ak_checked *p)
{
	json_t *questions = ak_check_json(p, "data/08-requests/questions.json"), *known, *g;
	json_int_t open = 0, all = 0;
	size_t i, k;

	json_array_foreach(json_object_get(p->packet, "sections"), i, known) {
		json_int_t here = 0, declared = 0;

		json_array_foreach(json_object_get(json_array_get(p->sections, i), "gaps"), k, g)
			*(json_is_true(json_object_get(g, "declared")) ? &declared : &here) += 1;
		ak_tally_compare(&p->tally, here == json_integer_value(json_object_get(known, "gaps")), "packet.json", "gaps");
		ak_tally_compare(&p->tally, declared == json_integer_value(json_object_get(known, "not_provided")), "packet.json", "declared gaps");
		open += here;
		all += here + declared;
	}
	ak_tally_compare(&p->tally, open == json_integer_value(json_object_get(p->packet, "gap_count")), "packet.json", "gaps in all");
	ak_tally_compare(&p->tally, all == (json_int_t)json_array_size(json_object_get(questions, "gaps")), "questions.json", "gaps");
	same_rows(p, "gaps", all);
	json_decref(questions);
}

static void rules(struct ak_checked *p)
{
	static const char *const verdicts[][2] = {{"met", "met"}, {"not met", "not_met"}, {"not evaluable", "not_evaluable"}};
	json_t *cover = ak_check_json(p, "data/00-cover.json"), *checks = json_object_get(cover, "checks"), *rule;
	size_t i;

	for (size_t v = 0; v < AK_COUNT(verdicts); v++) {
		json_int_t n = 0;

		json_array_foreach(json_object_get(checks, "rules"), i, rule)
			n += strcmp(ak_jtxt(rule, "verdict", ""), verdicts[v][0]) == 0;
		ak_tally_compare(&p->tally, n == json_integer_value(json_object_get(checks, verdicts[v][1])), "00-cover.json", "verdicts of rules");
	}
	json_decref(cover);
}

static void proofs(struct ak_checked *p)
{
	json_int_t n = 0;
	const char *name;
	json_t *hash;

	json_object_foreach(p->hashes, name, hash)
		n += fits(name, PROOFS "*.tlog-proof");
	same_rows(p, "proofs", n);
}

static void names(struct ak_checked *p)
{
	json_t *annex = ak_check_json(p, "data/integrity/annex.json");
	const char *id = ak_jtxt(p->packet, "id", ""), *named = ak_jtxt(p->packet, "annex_sha256", "");
	struct ak_str info = ak_check_text(p, "bag-info.txt"), line;
	bool same = false;
	char want[100];

	snprintf(want, sizeof want, "External-Identifier: %.60s", id);
	while (ak_note_line(&info, &line))
		same |= ak_str_is(line, want);
	ak_tally_compare(&p->tally, same, "bag-info.txt", "the packet's id");
	ak_tally_compare(&p->tally, strcmp(named, ak_jtxt(annex, "digest", "")) == 0, "annex.json", "the annex's digest");
	json_decref(annex);
}

static void findings(struct ak_checked *p)
{
	json_t *doc = ak_check_json(p, "data/08-requests/findings.json"), *list = json_object_get(doc, "findings"), *finding;
	json_int_t answered = 0;
	size_t i, n = json_array_size(list);

	json_array_foreach(list, i, finding)
		answered += json_is_object(json_object_get(finding, "response"));
	ak_tally_compare(&p->tally, (json_int_t)n == json_integer_value(json_object_get(p->packet, "finding_count")), "findings.json", "findings");
	ak_tally_compare(&p->tally, answered == json_integer_value(json_object_get(p->packet, "answered_count")), "findings.json", "responses");
	same_rows(p, "findings", (json_int_t)n);
	json_decref(doc);
}

void ak_check_agreement(struct ak_checked *p)
{
	findings(p);
	gaps(p);
	rules(p);
	proofs(p);
	names(p);
}
