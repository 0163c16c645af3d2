#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/csvw.h"
#include "base/jsonw.h"
#include "query/freesql.h"

enum { ROWS = 1000, MOST_ROWS = 100000000, SECONDS = 60, MOST_SECONDS = 86400, TABLE_ROWS = 10000 };

struct out {
	struct ak_ctx *c;
	enum { AS_TABLE, AS_CSV, AS_JSON, AS_JSONL } as;
	struct ak_table table;
	struct ak_buf line;
	char **name; /* of the columns */
	size_t n;
	uint64_t rows;
	bool raw;
};

static enum ak_rc head(void *ctx, const char *const *names, size_t n, struct ak_err *err)
{
	struct out *o = ctx;
	struct ak_csvw w;
	char *align = ak_alloc(n + 1);

	(void)err;
	memset(align, 'l', n);
	align[n] = '\0';
	o->n = n;
	o->name = ak_alloc_zero(n + 1, sizeof *o->name);
	for (size_t i = 0; i < n; i++)
		o->name[i] = ak_strdup(names[i]);
	if (o->as == AS_TABLE) {
		ak_table_init(&o->table, n, ak_arena_z(&o->c->arena, ak_str_n(align, n)));
		o->table.head = true;
		for (size_t i = 0; i < n; i++)
			ak_table_cell(&o->table, "%s", names[i]);
	}
	if (o->as == AS_CSV) {
		ak_csvw_init(&w, &o->line);
		for (size_t i = 0; i < n; i++)
			ak_csvw_text(&w, ak_str_of(names[i]));
		ak_csvw_end(&w);
		ak_io_text(o->c->io, ak_buf_str(&o->line));
	}
	if (o->as == AS_JSON)
		ak_io_printf(o->c->io, "{\n  \"format_version\": 1,\n  \"rows\": [");
	ak_free(align);
	return AK_OK;
}

static void csv_row(struct out *o, const struct ak_freesql_cell *cell, size_t n)
{
	struct ak_csvw w;

	ak_csvw_init(&w, &o->line);
	for (size_t i = 0; i < n; i++)
		if (cell[i].type == AK_CELL_INT || cell[i].type == AK_CELL_REAL)
			ak_csvw_number(&w, cell[i].text);
		else
			ak_csvw_text(&w, cell[i].text);
	ak_csvw_end(&w);
}

/* An integer beyond 2^53 and a real are texts: no reader rounds them. */
static json_t *value(const struct ak_freesql_cell *c)
{
	if (c->type == AK_CELL_NULL)
		return json_null();
	if (c->type == AK_CELL_INT && c->i <= INT64_C(9007199254740991) && c->i >= -INT64_C(9007199254740991))
		return json_integer(c->i);
	json_t *v = json_stringn(c->text.p, c->text.n);

	return v ? v : json_string("[not UTF-8]");
}

static enum ak_rc row(void *ctx, const struct ak_freesql_cell *cell, size_t n, struct ak_err *err)
{
	struct out *o = ctx;
	json_t *doc;
	enum ak_rc rc = AK_OK;

	ak_buf_clear(&o->line);
	if (o->as == AS_TABLE) {
		for (size_t i = 0; i < n && o->rows < TABLE_ROWS; i++)
			ak_table_cell(&o->table, "%.*s", AK_STR_FMT(cell[i].text.p ? cell[i].text : AK_STR("-")));
	} else if (o->as == AS_CSV) {
		csv_row(o, cell, n);
	} else {
		doc = json_object();
		for (size_t i = 0; i < n; i++)
			json_object_set_new(doc, o->name[i], value(&cell[i]));
		ak_buf_adds(&o->line, o->as == AS_JSONL ? "" : o->rows ? ",\n    " : "\n    ");
		rc = ak_jcs(doc, &o->line, err);
		ak_buf_adds(&o->line, o->as == AS_JSONL ? "\n" : "");
		json_decref(doc);
	}
	if (o->line.n)
		ak_io_text(o->c->io, ak_buf_str(&o->line));
	o->rows++;
	return rc;
}

static void finish(struct out *o, bool more)
{
	char n[32];

	if (o->as == AS_TABLE) {
		ak_table_print(&o->table, o->c->io);
		ak_table_release(&o->table);
	}
	if (o->as == AS_JSON)
		ak_io_printf(o->c->io, "%s],\n  \"more\": %s,\n  \"schema\": \"auditkit.sql/1\"\n}\n", o->rows ? "\n  " : "", more ? "true" : "false");
	ak_io_note(o->c->io, "rows", "%s%s", ak_thousands(o->rows, n), more ? ", and there are more: --limit N" : "");
}

static enum ak_rc options(struct ak_ctx *c, struct ak_freesql_opts *f, struct out *o, struct ak_err *err)
{
	static const char *const names[] = {"table", "csv", "json", "jsonl"};
	const char *format = ak_args_text(c->args, "format");

	*f = (struct ak_freesql_opts){.rows = ak_args_int(c->args, "limit", ROWS), .seconds = ak_args_int(c->args, "timeout", SECONDS)};
	if (f->rows < 1 || f->rows > MOST_ROWS || f->seconds < 1 || f->seconds > MOST_SECONDS)
		return ak_fail(err, AK_EXIT_USAGE, "--limit is 1 to %d rows, --timeout 1 to %d seconds", MOST_ROWS, MOST_SECONDS);
	o->as = c->json ? AS_JSON : AS_TABLE;
	for (int i = 0; format && i < 4; i++)
		if (strcmp(format, names[i]) == 0) {
			o->as = i;
			format = NULL;
		}
	if (format)
		return ak_fail(err, AK_EXIT_USAGE, "--format is table, csv, json or jsonl");
	if (o->as == AS_TABLE && f->rows > TABLE_ROWS)
		return ak_fail(err, AK_EXIT_USAGE, "a table has at most %d rows; --format csv or jsonl has no such bound", TABLE_ROWS);
	return AK_OK;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct ak_freesql_opts f;
	struct out o = {.c = c};
	bool more = false;
	enum ak_rc rc = options(c, &f, &o, err);

	ak_buf_init(&o.line, 1 << 27);
	/* Before it runs: what it gives cannot be counted yet, and is seen row by row. */
	if (rc == AK_OK)
		rc = ak_cmd_log_access(c, 0, err);
	if (rc == AK_OK)
		rc = ak_freesql(c->store, c->args->word[0], &f, head, row, &o, &more, err);
	if (rc == AK_OK)
		finish(&o, more);
	else if (o.as == AS_TABLE && o.name)
		ak_table_release(&o.table);
	for (size_t i = 0; i < o.n; i++)
		ak_free(o.name[i]);
	ak_free(o.name);
	ak_buf_release(&o.line);
	return rc != AK_OK ? err->exit : more ? AK_EXIT_PARTIAL : AK_EXIT_OK;
}

static const struct ak_opt opts[] = {
	{"limit", 'n', AK_OPT_INT, "N", "rows at most (default 1000); more of them is exit 3"},
	{"timeout", 0, AK_OPT_INT, "SECONDS", "time at most (default 60)"},
	{"format", 0, AK_OPT_TEXT, "FORMAT", "table (default), csv, json or jsonl"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit sql 'SELECT team_id, ak_sum(cost_estimated) FROM request GROUP BY 1'", "exact cost by team"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_sql = {
	.name = "sql",
	.args = "QUERY",
	.summary = "read-only SQL over the documented views",
	.text =
		"One SELECT in SQLite's SQL. Views, one per kind of record, with its live, newest records: request, audit_event, app_event, usage,\n"
		"ticket, access_grant, api_key, provider_call, dlp_verdict, quota_event, settlement, price, config_snapshot. Each begins with cite,\n"
		"seq, source, file, time_us (microseconds), flags and second_witness (1: another record of the same attempt counts in its place);\n"
		"then come the columns of auditkit-fields(5). View attempt has each call once, identifier every identifier of every record;\n"
		"tables source, export, file and alias say where records come from. Costs are decimal text: ak_sum(x) adds them exactly, SQLite's\n"
		"own sum does not.\n\n"
		"Values are as they are stored: redacted, people and keys as tokens. Prompts and completions are in no table. Writing, ATTACH, PRAGMA\n"
		"and every other table or column are refused (exit 6). Rows, time and memory are bounded. What is asked stands in access.jsonl.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.min_words = 1,
	.max_words = 1,
	.run = run,
};
