#include "base/ak.h"
#include "cmd/grouping.h"

#include "base/jsonget.h"
#include "query/query.h"

/* Is this word one of the names of a declared query, as in "group_by=a,b" or "group_by[]=a&group_by[]=b"? */
static bool has_name(const char *query, const char *name)
{
	size_t n = strlen(name);
	const char *at = query;

	while ((at = strstr(at, name))) {
		bool begins = at == query || strchr("=, &[", at[-1]), ends = !at[n] || strchr(", &]=", at[n]);
		if (begins && ends)
			return true;
		at += n;
	}
	return false;
}

static bool is_grouped(const json_t *row, const struct ak_grouping *g)
{
	return ak_jnum(row, ak_fields[g->field].column) || has_name(ak_jtxt(row, "declared", ""), g->as);
}

static json_t *numbers(unsigned questions)
{
	json_t *list = json_array();

	for (int q = 1; q <= AK_GROUPING_QUESTIONS; q++)
		if (questions >> q & 1)
			json_array_append_new(list, json_integer(q));
	return list;
}

/* Rows of one source and format, first .. end. */
static void compare(const json_t *rows, size_t first, size_t end, const struct ak_mapping *m, json_t *out)
{
	const json_t *row = json_array_get(rows, first);
	const struct ak_grouping *g;

	for (size_t i = 0; (g = ak_mapping_grouping(m, i)); i++) {
		uint64_t files = 0;
		for (size_t k = first; k < end; k++)
			files += !is_grouped(json_array_get(rows, k), g);
		if (files)
			json_array_append_new(out, json_pack("{s:O, s:O, s:s, s:s, s:I, s:I, s:o, s:s}", "source",
							     json_object_get(row, "source"), "format", json_object_get(row, "format"),
							     "field", ak_fields[g->field].column, "as", g->as, "files", (json_int_t)files,
							     "of", (json_int_t)(end - first), "questions", numbers(g->questions), "again",
							     g->again));
	}
}

static bool same(const json_t *a, const json_t *b, const char *member)
{
	return strcmp(ak_jtxt(a, member, ""), ak_jtxt(b, member, "")) == 0;
}

/* Every field that a mapping of these formats wants its usage grouped by, once. */
static size_t wanted(const struct ak_registry *r, const json_t *formats, enum ak_field_id fields[AK_F_COUNT])
{
	bool seen[AK_F_COUNT] = {false};
	const struct ak_grouping *g;
	const json_t *row;
	size_t i, n = 0;

	json_array_foreach(formats, i, row) {
		const struct ak_mapping *m = NULL;
		struct ak_err gone = {0};

		if (ak_registry_find(r, ak_jtxt(row, "format", ""), &m, &gone) != AK_OK)
			continue;
		for (size_t k = 0; (g = ak_mapping_grouping(m, k)); k++) {
			if (!seen[g->field] && ak_field_of(g->field, AK_K_USAGE))
				fields[n++] = g->field;
			seen[g->field] = true;
		}
	}
	return n;
}

enum ak_rc ak_grouping_missing(struct ak_ctx *c, const char *source, int64_t run, json_t **out, struct ak_err *err)
{
	enum ak_field_id fields[AK_F_COUNT];
	json_t *formats = NULL, *rows = NULL;
	enum ak_rc rc = ak_query_formats(c->store, source, run, &formats, err);
	size_t first = 0, end, n;

	if (rc == AK_OK)
		rc = ak_query_groupings(c->store, source, run, fields, wanted(c->registry, formats, fields), &rows, err);
	json_decref(formats);
	if (rc != AK_OK)
		return rc;
	n = json_array_size(rows);
	*out = json_array();
	for (; first < n; first = end) {
		const json_t *row = json_array_get(rows, first);
		const struct ak_mapping *m = NULL;
		struct ak_err gone = {0};

		for (end = first; end < n && same(row, json_array_get(rows, end), "source") && same(row, json_array_get(rows, end), "format");)
			end++;
		/* A mapping that was there at ingest and is no longer says nothing. */
		if (ak_registry_find(c->registry, ak_jtxt(row, "format", ""), &m, &gone) == AK_OK)
			compare(rows, first, end, m, *out);
	}
	json_decref(rows);
	return AK_OK;
}

static void print_one(struct ak_ctx *c, const json_t *g)
{
	const json_t *questions = json_object_get(g, "questions");
	uint64_t files = ak_jnum(g, "files"), of = ak_jnum(g, "of");
	struct ak_buf b;
	json_t *q;
	char x[32], y[32];
	size_t i, n = json_array_size(questions);

	ak_buf_init(&b, 4096);
	ak_buf_addf(&b, n == 1 ? "question " : "questions ");
	json_array_foreach((json_t *)questions, i, q)
		ak_buf_addf(&b, "%s%lld", !i ? "" : i + 1 < n ? ", " : " and ", (long long)json_integer_value(q));
	ak_io_line(c->io, "warning", "%s: usage not grouped by %s in %s of %s file%s: %s not evaluable from it; re-export so: %s",
		   ak_jtxt(g, "source", "?"), ak_jtxt(g, "as", "?"), ak_thousands(files, x), ak_thousands(of, y), of == 1 ? "" : "s", b.p,
		   ak_jtxt(g, "again", "?"));
	ak_buf_release(&b);
}

void ak_grouping_print(struct ak_ctx *c, const json_t *missing)
{
	json_t *g;
	size_t i;

	json_array_foreach((json_t *)missing, i, g)
		print_one(c, g);
}
