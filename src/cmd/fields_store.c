#include "base/ak.h"
#include "cmd/fields_store.h"

#include "store/schema.h"

struct placing {
	json_t *rows;
	size_t n[AK_STORE_CLASSES], columns;
};

static void place(struct placing *p, int kind, const char *column, const char *name, enum ak_store_class class)
{
	json_array_append_new(p->rows, json_pack("{s:s, s:s, s:s?, s:s}", "table", ak_kinds[kind].name, "column", column, "name", name,
						 "store", ak_store_class_name(class)));
	p->n[class]++;
	p->columns++;
}

/* As the tables are made: fixed columns, then the fields of the kind. */
static void place_kind(struct placing *p, int kind)
{
	const char *comment;

	for (int i = 0; i < AK_C_FIXED; i++)
		place(p, kind, ak_schema_fixed((enum ak_fixed_column)i, &comment), NULL, ak_kinds[kind].store_class);
	for (int f = 0; f < AK_F_COUNT; f++)
		if (ak_field_of((enum ak_field_id)f, (enum ak_kind)kind))
			place(p, kind, ak_fields[f].column, ak_fields[f].name, ak_field_store((enum ak_field_id)f, (enum ak_kind)kind));
}

static enum ak_rc print_json(struct ak_ctx *c, const struct placing *p, struct ak_err *err)
{
	json_t *classes = json_object(), *doc;
	enum ak_rc rc;

	for (int i = 0; i < AK_STORE_CLASSES; i++)
		json_object_set_new(classes, ak_store_class_name((enum ak_store_class)i), json_integer((json_int_t)p->n[i]));
	doc = json_pack("{s:s, s:i, s:I, s:o, s:O}", "schema", "auditkit.fields-store/1", "format_version", 1, "columns",
			(json_int_t)p->columns, "classes", classes, "rows", p->rows);
	rc = ak_io_json(c->io, doc, err);
	json_decref(doc);
	return rc;
}

static void row(struct ak_table *t, const char *column, const char *stores)
{
	ak_table_cell(t, "%s", column);
	ak_table_cell(t, "%s", stores);
}

static void print_table(struct ak_ctx *c)
{
	struct ak_table t;
	struct ak_buf b;
	const char *comment;

	ak_buf_init(&b, 256);
	ak_table_init(&t, 2, "ll");
	t.tight = t.head = true;
	row(&t, "column", "log");
	for (int f = 0; f < AK_F_COUNT; f++) {
		ak_buf_clear(&b);
		ak_field_stores((enum ak_field_id)f, &b);
		row(&t, ak_fields[f].column, b.p);
	}
	for (int i = 0; i < AK_C_FIXED; i++)
		row(&t, ak_schema_fixed((enum ak_fixed_column)i, &comment), "that of its table");
	ak_table_print(&t, c->io);
	ak_table_release(&t);
	ak_buf_release(&b);
}

static void print_counts(struct ak_ctx *c, const struct placing *p)
{
	for (int i = 0; i < AK_STORE_CLASSES; i++)
		ak_io_line(c->io, i ? "" : "columns", "%zu of %zu in %d tables: %s%s", p->n[i], p->columns, (int)AK_K_COUNT,
			   ak_store_class_name((enum ak_store_class)i),
			   i == AK_STORE_PAYLOAD	? "; prompts and completions are counted as they arrive and never stored"
			   : i == AK_STORE_NOT_RETAINED ? " unless 'ingest --keep-text' asks for it"
							: "");
}

enum ak_rc ak_fields_store(struct ak_ctx *c, struct ak_err *err)
{
	struct placing p = {.rows = json_array()};
	enum ak_rc rc = AK_OK;

	for (int k = 0; k < AK_K_COUNT; k++)
		place_kind(&p, k);
	if (c->json) {
		rc = print_json(c, &p, err);
	} else {
		print_table(c);
		print_counts(c, &p);
	}
	json_decref(p.rows);
	return rc;
}
