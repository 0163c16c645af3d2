#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/csvw.h"
#include "base/crypto.h"
#include "base/jsonw.h"
#include "base/text.h"
#include "query/freesql.h"

enum { ROWS = 1000, MOST_ROWS = 100000000, SECONDS = 60, MOST_SECONDS = 86400, TABLE_ROWS = 10000, TABLE_TEXT = 100000 };

struct out {
	struct ak_ctx *c;
	enum { AS_TABLE, AS_CSV, AS_JSON, AS_JSONL } as;
	struct ak_table table;
	struct ak_buf line, cell;
	char **name; /* of the columns: unique, UTF-8 */
	size_t *order; /* of their names, for objects */
	size_t n, renamed;
	uint64_t rows;
	bool raw;
};

static bool taken(const struct out *o, const char *name, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (o->name[i] && strcmp(o->name[i], name) == 0)
			return true;
	return false;
}

/* Names as a statement gives them, but none twice: an object would have the last one only. Each first name stays as it is. */
static void set_names(struct out *o, const char *const *given, size_t n)
{
	char end[32];
	struct ak_buf b;

	ak_buf_init(&b, 1 << 20);
	o->n = n;
	o->name = ak_alloc_zero(n + 1, sizeof *o->name);
	o->order = ak_alloc_zero(n + 1, sizeof *o->order);
	for (size_t i = 0; i < n; i++)
		if (ak_utf8_valid(ak_str_of(given[i])) == strlen(given[i]) && !taken(o, given[i], i))
			o->name[i] = ak_strdup(given[i]);
	for (size_t i = 0; i < n; i++) {
		if (o->name[i])
			continue;
		o->renamed++;
		for (size_t k = 2; !o->name[i]; k++) {
			snprintf(end, sizeof end, "_%zu", k);
			ak_buf_clear(&b);
			ak_text_safe(&b, ak_str_of(given[i]));
			ak_buf_adds(&b, end);
			if (!taken(o, b.p, n))
				o->name[i] = ak_strdup(b.p);
		}
	}
	ak_buf_release(&b);
	for (size_t i = 0, k; i < n; i++) {
		for (k = i; k && strcmp(o->name[o->order[k - 1]], o->name[i]) > 0; k--)
			o->order[k] = o->order[k - 1];
		o->order[k] = i;
	}
}

static enum ak_rc head(void *ctx, const char *const *names, size_t n, struct ak_err *err)
{
	struct out *o = ctx;
	struct ak_csvw w;
	char *align = ak_alloc(n + 1);

	(void)err;
	memset(align, 'l', n);
	align[n] = '\0';
	set_names(o, names, n);
	if (o->as == AS_TABLE) {
		ak_table_init(&o->table, n, ak_arena_z(&o->c->arena, ak_str_n(align, n)));
		o->table.head = true;
		for (size_t i = 0; i < n; i++)
			ak_table_cell(&o->table, "%s", o->name[i]);
	}
	if (o->as == AS_CSV) {
		ak_csvw_init(&w, &o->line);
		for (size_t i = 0; i < n; i++)
			ak_csvw_text(&w, ak_str_of(o->name[i]));
		ak_csvw_end(&w);
		ak_io_text(o->c->io, ak_buf_str(&o->line));
	}
	if (o->as == AS_JSON)
		ak_io_printf(o->c->io, "{\n  \"format_version\": 1,\n  \"rows\": [");
	ak_free(align);
	return AK_OK;
}

/* Line ends and tabs are CSV's own matter; what a terminal obeys and what is not UTF-8 is written as tables write it. */
static void csv_text(struct out *o, struct ak_csvw *w, struct ak_str s)
{
	bool plain = ak_utf8_valid(s) == s.n;

	for (size_t i = 0; i < s.n && plain; i++)
		plain = (unsigned char)s.p[i] >= 0x20 ? s.p[i] != 0x7f : s.p[i] && strchr("\t\r\n", s.p[i]);
	ak_buf_clear(&o->cell);
	if (!plain)
		ak_text_safe(&o->cell, s);
	ak_csvw_text(w, plain ? s : ak_buf_str(&o->cell));
}

static void csv_row(struct out *o, const struct ak_freesql_cell *cell, size_t n)
{
	struct ak_csvw w;

	ak_csvw_init(&w, &o->line);
	for (size_t i = 0; i < n; i++)
		if (cell[i].type == AK_CELL_INT || cell[i].type == AK_CELL_REAL)
			ak_csvw_number(&w, cell[i].text);
		else
			csv_text(o, &w, cell[i].text);
	ak_csvw_end(&w);
}

/* An integer beyond 2^53 and a real are texts: no reader rounds them. */
static void json_value(struct ak_buf *b, const struct ak_freesql_cell *c)
{
	if (c->type == AK_CELL_NULL)
		ak_buf_adds(b, "null");
	else if (c->type == AK_CELL_INT && c->i <= INT64_C(9007199254740991) && c->i >= -INT64_C(9007199254740991))
		ak_jsonw_int(b, c->i);
	else
		ak_jsonw_string(b, ak_utf8_valid(c->text) == c->text.n ? c->text : AK_STR("[not UTF-8]"));
}

static void json_row(struct out *o, const struct ak_freesql_cell *cell, size_t n)
{
	ak_buf_adds(&o->line, o->as == AS_JSONL ? "{" : o->rows ? ",\n    {" : "\n    {");
	for (size_t i = 0; i < n; i++) {
		ak_buf_adds(&o->line, i ? "," : "");
		ak_jsonw_string(&o->line, ak_str_of(o->name[o->order[i]]));
		ak_buf_addc(&o->line, ':');
		json_value(&o->line, &cell[o->order[i]]);
	}
	ak_buf_adds(&o->line, o->as == AS_JSONL ? "}\n" : "}");
}

static void table_row(struct out *o, const struct ak_freesql_cell *cell, size_t n)
{
	for (size_t i = 0; i < n && o->rows < TABLE_ROWS; i++)
		if (cell[i].text.n > TABLE_TEXT)
			ak_table_cell(&o->table, "[%zu bytes: --format csv or jsonl]", cell[i].text.n);
		else
			ak_table_text(&o->table, cell[i].text.p ? cell[i].text : AK_STR("-"));
}

static enum ak_rc row(void *ctx, const struct ak_freesql_cell *cell, size_t n, struct ak_err *err)
{
	struct out *o = ctx;

	ak_buf_clear(&o->line);
	if (o->as == AS_TABLE)
		table_row(o, cell, n);
	else if (o->as == AS_CSV)
		csv_row(o, cell, n);
	else
		json_row(o, cell, n);
	if (o->line.over || o->cell.over)
		return ak_fail(err, AK_EXIT_LIMIT, "row %llu is too long", (unsigned long long)o->rows + 1);
	if (o->line.n)
		ak_io_text(o->c->io, ak_buf_str(&o->line));
	o->rows++;
	return AK_OK;
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
	if (o->renamed)
		ak_io_note(o->c->io, "columns", "%zu of %zu have a name of another, or one that is no UTF-8, and got a number; AS names them", o->renamed, o->n);
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

/* Behind the quoted text that begins here; its own quote stands in it twice. */
static const char *quoted_end(const char *p)
{
	char end = *p == '[' ? ']' : *p;

	for (p++; *p && (*p != end || (end != ']' && p[1] == end)); p++)
		p += *p == end;
	return *p ? p + 1 : p;
}

static const char *comment_end(const char *p)
{
	const char *end = *p == '-' ? strchr(p, '\n') : strstr(p + 2, "*/");

	return !end ? p + strlen(p) : *p == '-' ? end : end + 2;
}

/* What access.jsonl keeps of a statement: it without what is quoted and without comments, since a secret may stand there in parts
 * that no detector knows; and a keyed digest of the whole, by which its author can show which one it was. */
static const char *shape(struct ak_ctx *c, const char *sql)
{
	struct ak_hmac *key = ak_hmac_new(c->keys->token, 32);
	uint8_t mac[32];
	char hex[33];
	struct ak_buf b;

	ak_hmac_class(key, AK_STR("sql"), ak_str_of(sql), mac);
	ak_hmac_free(key);
	ak_hex(mac, 16, hex);
	hex[32] = '\0';
	ak_buf_init(&b, 8000);
	for (const char *p = sql; *p;) {
		if (strchr("'\"`[", *p)) {
			p = quoted_end(p);
			ak_buf_addc(&b, '?');
		} else if ((*p == '-' && p[1] == '-') || (*p == '/' && p[1] == '*')) {
			p = comment_end(p);
			ak_buf_addc(&b, ' ');
		} else {
			ak_buf_addc(&b, *p++);
		}
	}
	if (b.over) {
		ak_buf_clear(&b);
		ak_buf_addf(&b, "a statement of %zu bytes", strlen(sql));
	}
	const char *out = ak_arena_printf(&c->arena, "%s; hmac %s", ak_buf_str(&b).p, hex).p;

	ak_buf_release(&b);
	return out;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct ak_freesql_opts f;
	struct out o = {.c = c};
	bool more = false;
	enum ak_rc rc = options(c, &f, &o, err);

	ak_buf_init(&o.line, 1 << 27);
	ak_buf_init(&o.cell, 1 << 27);
	c->logged = shape(c, c->args->word[0]);
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
	ak_free(o.order);
	ak_buf_release(&o.cell);
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
		"and every other table or column are refused (exit 6). Rows, time and memory are bounded. What is asked stands in access.jsonl, with\n"
		"a ? for all that is quoted, and a keyed digest. Of columns with one name the second is NAME_2: name them with AS.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.min_words = 1,
	.max_words = 1,
	.run = run,
};
