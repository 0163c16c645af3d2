#include "base/ak.h"
#include "packet/check_leaves.h"

#include "base/jsonget.h"
#include "base/jsonw.h"
#include "packet/cited.h"
#include "packet/rowtables.h"
#include "query/only.h"

/* A record that the packet proves: its document in integrity/proofs. */
struct proven {
	uint64_t seq;
	json_t *doc;
};

struct ak_check_leaves {
	const struct ak_checked *p;
	bool scope, bounded; /* the packet has some records only; its period has bounds */
	struct proven *proven;
	size_t nproven, at;
	struct ak_cited *counted[AK_ROW_TABLES];
};

static int by_seq(const void *a, const void *b)
{
	uint64_t x = ((const struct proven *)a)->seq, y = ((const struct proven *)b)->seq;

	return x < y ? -1 : x > y;
}

static void read_proofs(struct ak_check_leaves *l)
{
	static const char below[] = "data/integrity/proofs/";
	const struct ak_map *texts = &l->p->texts;
	struct ak_err none = {0};

	l->proven = ak_alloc_zero(texts->n + 1, sizeof *l->proven);
	for (size_t i = 0; i < texts->n; i++) {
		struct ak_str name = texts->e[i].key;
		const struct ak_buf *b = texts->e[i].v.ptr;
		json_t *doc = NULL;

		if (!ak_str_starts(name, ak_str_of(below)) || name.n < 5 || memcmp(name.p + name.n - 5, ".json", 5) != 0 || !b->n ||
		    ak_json_parse(ak_buf_str(b), &doc, &none) != AK_OK)
			continue;
		l->proven[l->nproven++] = (struct proven){ak_jnum(doc, "index"), doc};
	}
	ak_sort(l->proven, l->nproven, sizeof *l->proven, by_seq);
}

struct ak_check_leaves *ak_check_leaves_new(const struct ak_checked *p)
{
	struct ak_check_leaves *l = ak_alloc_zero(1, sizeof *l);
	const json_t *period = json_object_get(p->packet, "period");

	l->p = p;
	l->scope = json_is_object(json_object_get(p->packet, "scope"));
	l->bounded = json_is_string(json_object_get(period, "from")) || json_is_string(json_object_get(period, "to"));
	for (size_t i = 0; i < AK_ROW_TABLES; i++)
		l->counted[i] = ak_cited_new();
	read_proofs(l);
	return l;
}

void ak_check_leaves_free(struct ak_check_leaves *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->nproven; i++)
		json_decref(l->proven[i].doc);
	for (size_t i = 0; i < AK_ROW_TABLES; i++)
		ak_cited_free(l->counted[i]);
	ak_free(l->proven);
	ak_free(l);
}

static const char *label(const struct ak_check_leaves *l, const char *kind, const char *stands)
{
	static const char *const always[] = {"counted", "superseded", "disposed"};
	int k = ak_kind_find(ak_str_of(kind));

	if ((k < 0) != (strcmp(stands, "entry") == 0))
		return k < 0 ? "a leaf of a kind that no record is of stands for one" : "a record stands for an entry of the ledger";
	if (k < 0)
		return NULL;
	if (strcmp(stands, "outside") == 0 || strcmp(stands, "undated") == 0)
		return l->bounded ? NULL : "a record stands outside of the period, which has no bounds";
	if (strcmp(stands, "not selected") == 0)
		return !l->scope ? "a record is not selected, and the packet has all of its period" : ak_query_only_whole((enum ak_kind)k) ?
		       "a record is not selected whose kind is stated whole" : NULL;
	for (size_t i = 0; i < AK_COUNT(always); i++)
		if (strcmp(stands, always[i]) == 0)
			return NULL;
	return "a leaf stands for what no leaf does";
}

/* The trace of a packet is of records that it has. */
static const char *against_proof(const struct proven *proof, const char *kind, const char *stands, const uint8_t leaf[32])
{
	char hex[65];

	ak_hex(leaf, 32, hex);
	if (strcmp(ak_jtxt(proof->doc, "leaf", ""), hex) != 0 || strcmp(ak_jtxt(proof->doc, "kind", ""), kind) != 0)
		return "a leaf is another than the packet's proof of this record has";
	return strcmp(stands, "not selected") == 0 ? "a record of the packet's sample trace is not selected" : NULL;
}

const char *ak_check_leaves_row(struct ak_check_leaves *l, uint64_t seq, const char *kind, const char *stands, const uint8_t leaf[32])
{
	const char *why = label(l, kind, stands);

	while (l->at < l->nproven && l->proven[l->at].seq < seq)
		l->at++;
	if (!why && l->at < l->nproven && l->proven[l->at].seq == seq)
		why = against_proof(&l->proven[l->at], kind, stands, leaf);
	for (size_t i = 0; i < AK_ROW_TABLES; i++)
		if (strcmp(kind, ak_kinds[ak_row_tables_all[i].kind].name) == 0 && strcmp(stands, "counted") == 0)
			ak_cited_add(l->counted[i], seq);
	return why;
}

/* A view may leave the citations out, then the number of rows is all. */
static bool cites(const struct ak_table_scan *scan, const json_t *without)
{
	const char *first = json_string_value(json_array_get(scan->header, 0));

	return (first && strcmp(first, "citation") == 0) || !ak_jhas(without, "citation");
}

bool ak_check_leaves_tables(const struct ak_check_leaves *l, const struct ak_checked *annex, char *why, size_t n)
{
	const json_t *view = json_object_get(l->p->packet, "view"), *without = json_object_get(view, "leaves_out");
	bool all = json_is_true(json_object_get(l->p->packet, "rows"));

	for (size_t i = 0; i < AK_ROW_TABLES; i++) {
		const char *name = ak_row_tables_all[i].name, *kind = ak_kinds[ak_row_tables_all[i].kind].name;
		const struct ak_table_scan *scan;
		unsigned long long counted = ak_cited_count(l->counted[i]);
		char file[80];

		snprintf(file, sizeof file, "data/tables/%s.csv", name);
		scan = ak_check_table(annex, file);
		if (!scan && (all || ak_jhas(json_object_get(view, "rows"), kind)) && !ak_jhas(json_object_get(without, "tables"), name)) {
			snprintf(why, n, "%s.csv is not there, in which the packet has its records row by row", name);
			return false;
		}
		if (!scan)
			continue;
		if (scan->rows != counted)
			snprintf(why, n, "%s.csv has %zu rows, and %llu leaves of its kind are counted", name, scan->rows, counted);
		else if (cites(scan, json_object_get(without, "columns")) && (!scan->cited || !ak_cited_equal(scan->cited, l->counted[i])))
			snprintf(why, n, "%s.csv cites other records than those whose leaves are counted", name);
		else
			continue;
		return false;
	}
	return true;
}
