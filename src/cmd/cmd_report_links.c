#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/jsonget.h"
#include "cmd/list_text.h"
#include "cmd/period.h"
#include "cmd/report_stream.h"
#include "link/cover.h"
#include "link/rows.h"

/* Rows of the people's table; the formats for machines give all of them. */
enum { SHOWN = 50 };

struct report {
	struct ak_ctx *c;
	struct ak_stream *out;
	struct ak_table table;
	uint64_t rows, state[3], window;
};

static const char *const heads[] = {"state", "from", "to", "method", "field", "card", "confidence"};

static void count(struct report *r, const json_t *row)
{
	const char *state = ak_jtxt(row, "state", "");

	r->rows++;
	for (int i = 0; i < 3; i++)
		r->state[i] += strcmp(state, ak_link_state_name(i)) == 0;
	r->window += strcmp(ak_jtxt(row, "method", ""), "window") == 0 && strcmp(state, "linked") == 0;
}

static void show(struct report *r, const json_t *row)
{
	const json_t *candidates = json_object_get(row, "candidates");

	if (r->rows > SHOWN && !r->c->verbose)
		return;
	ak_table_cell(&r->table, "%s", ak_jtxt(row, "state", "?"));
	ak_table_cell(&r->table, "%s", ak_jtxt(row, "from", "?"));
	if (json_array_size(candidates) == 1)
		ak_table_cell(&r->table, "%s, or that is another's", json_string_value(json_array_get(candidates, 0)));
	else if (candidates)
		ak_table_cell(&r->table, "one of %zu", json_array_size(candidates));
	else
		ak_table_cell(&r->table, "%s%s%s", ak_jtxt(row, "to", ak_jtxt(row, "reason", "-")), ak_jtxt(row, "provider", NULL) ? ": " : "",
			      ak_jtxt(row, "provider", ""));
	ak_table_cell(&r->table, "%s", ak_jtxt(row, "method", "-"));
	ak_table_cell(&r->table, "%s", ak_jtxt(row, "field", "-"));
	ak_table_cell(&r->table, "%s", ak_jtxt(row, "cardinality", "-"));
	ak_table_cell(&r->table, "%s", ak_jtxt(row, "confidence", "-"));
}

static enum ak_rc each(void *ctx, json_t *row, struct ak_err *err)
{
	struct report *r = ctx;

	count(r, row);
	if (ak_stream_is_table(r->out))
		show(r, row);
	return ak_stream_row(r->out, row, err);
}

static void print_table(struct report *r)
{
	char rows[32], n[4][32];

	for (int i = 0; i < 3; i++)
		ak_thousands(r->state[i], n[i]);
	ak_table_print(&r->table, r->c->io);
	if (r->rows > SHOWN && !r->c->verbose)
		ak_io_line(r->c->io, "", "and %s more: -v prints them, --format jsonl gives all members", ak_thousands(r->rows - SHOWN, rows));
	ak_io_line(r->c->io, "rows", "%s: %s links, %s records ambiguous, %s unmatched", ak_thousands(r->rows, rows), n[0], n[1], n[2]);
	if (r->window)
		ak_io_line(r->c->io, "inferred", "%s of the links only by time, model and tokens: no identifier says so", ak_thousands(r->window, n[3]));
}

static enum ak_rc options(const struct ak_ctx *c, struct ak_link_opts *o, unsigned *states, struct ak_err *err)
{
	const char *state = ak_args_text(c->args, "state");

	*states = 0;
	for (int i = 0; state && i < 3; i++)
		if (strcmp(state, ak_link_state_name(i)) == 0)
			*states = 1u << i;
	if (state && !*states)
		return ak_fail(err, AK_EXIT_USAGE, "--state is linked, unmatched or ambiguous");
	o->fuzzy = ak_args_flag(c->args, "fuzzy");
	return ak_cmd_period(c, &o->from_us, &o->to_us, err);
}

/* No row may mean that none is in the state that was asked for. */
static enum ak_rc nothing(struct ak_ctx *c, const struct ak_link_opts *o, bool all_states, struct ak_err *err)
{
	json_t *pairs = NULL, *sides = NULL;
	enum ak_rc rc = all_states ? AK_OK : ak_link_cover(c->store, o, false, &pairs, &sides, err);

	if (rc == AK_OK && !json_array_size(pairs))
		rc = ak_cmd_nothing(c, "record that another source would meet", err);
	json_decref(pairs);
	json_decref(sides);
	return rc;
}

static enum ak_rc make(struct report *r, const struct ak_link_opts *o, unsigned states, json_t *doc, struct ak_err *err)
{
	enum ak_rc rc = ak_link_rows(r->c->store, o, states, each, r, err);

	json_object_set_new(doc, "rows", json_integer((json_int_t)r->rows));
	if (rc == AK_OK)
		rc = ak_stream_end(r->out, err);
	if (rc == AK_OK && ak_stream_is_table(r->out)) {
		if (r->rows)
			ak_cmd_period_print(r->c->io, doc);
		print_table(r);
		ak_alone_print(r->c->io, doc);
	}
	return rc == AK_OK && !r->rows ? nothing(r->c, o, !states, err) : rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	static const struct ak_stream_kind kind = {
		"links", "state from from_source from_kind to to_source to_kind day method field cardinality confidence candidates reason provider", "day"};
	struct report r = {.c = c};
	struct ak_link_opts o = {.run = 0};
	json_t *doc;
	unsigned states;
	enum ak_rc rc = options(c, &o, &states, err);

	if (rc != AK_OK)
		return err->exit;
	doc = json_pack("{s:s, s:i, s:s, s:o, s:o}", "schema", "auditkit.links/1", "format_version", 1, "report", "links", "from", ak_jbound(o.from_us), "to",
			ak_jbound(o.to_us));
	ak_table_init(&r.table, AK_COUNT(heads), "lllllll");
	r.table.head = true;
	for (size_t i = 0; i < AK_COUNT(heads); i++)
		ak_table_cell(&r.table, "%s", heads[i]);
	rc = ak_stream_open(c, &kind, doc, &r.out, err);
	if (rc == AK_OK)
		rc = make(&r, &o, states, doc, err);
	ak_stream_free(r.out);
	ak_table_release(&r.table);
	json_decref(doc);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	AK_OPTS_PERIOD,
	{"state", 0, AK_OPT_TEXT, "STATE", "only linked, unmatched or ambiguous"},
	{"fuzzy", 0, AK_OPT_FLAG, NULL, "also by time, model and tokens where no identifier says anything: inferred, and named so"},
	AK_OPTS_OUT,
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit report links --state unmatched", "what meets nothing on the other side, and why"},
	{"auditkit report links --format jsonl", "every link with its method, cardinality and confidence"},
	{"auditkit report links -o links.csv --ipe links.ipe.json --force", "the same as a file, with a sheet on its completeness"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_report_links = {
	.name = "report links",
	.summary = "every link between records, and every record that meets none with its reason",
	.text = "A link says by which identifier it was found. exact: both records have the value as it stands. normalised: one of them has it\n"
		"as an alias or in another spelling (capitals, base64, a traceparent, a UUID for a trace id). certain: both sides mean the same\n"
		"by it. high: the value was normalised, or it is a response or provider request id, which joins only while no system has two\n"
		"calls with it; else the record is ambiguous, its candidates are listed and none is picked. So is a gateway's own id of a call where\n"
		"that gateway has calls with it that cannot be attempts of one: more than ten minutes apart, or after one that succeeded. Calls of\n"
		"another environment are no candidates. Session ids never join.\n\n"
		"Of a call whose provider's log is not here, `source not supplied` comes with `provider`; logs of other providers are none of it.\n"
		"Each record is asked once per kind on the other side. `report coverage` counts the same rows."
		AK_TEXT_OUT AK_TEXT_NOTHING,
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_POLICY | AK_NEED_LOGGED,
	.run = run,
};
