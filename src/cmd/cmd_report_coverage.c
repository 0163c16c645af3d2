#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/time.h"
#include "base/jsonget.h"
#include "cmd/list_text.h"
#include "cmd/period.h"
#include "cmd/report_out.h"
#include "link/cover.h"

/* A share such as 95, 94.9 or 95%; ppm, -1 = not given. */
static enum ak_rc wanted(const struct ak_ctx *c, int64_t *ppm, struct ak_err *err)
{
	const char *text = ak_args_text(c->args, "min-coverage");
	struct ak_buf b;

	*ppm = -1;
	if (!text)
		return AK_OK;
	ak_buf_init(&b, 64);
	ak_buf_addf(&b, "%s%s", text, strchr(text, '%') ? "" : "%");
	*ppm = b.over ? -1 : ak_policy_ppm(ak_buf_str(&b).p);
	ak_buf_release(&b);
	return *ppm >= 0 ? AK_OK : ak_fail(err, AK_EXIT_USAGE, "--min-coverage is a share of a hundred such as 95 or 94.9");
}

static bool is_below(const json_t *side, int64_t ppm)
{
	return json_is_true(json_object_get(side, "limited")) && ak_jnum(side, "total") > 0 &&
	       (__int128)ak_jnum(side, "linked") * 1000000 < (__int128)ak_jnum(side, "total") * ppm;
}

static void reasons(const json_t *row, struct ak_buf *b)
{
	const char *name;
	json_t *n;

	ak_buf_clear(b);
	json_object_foreach(json_object_get(row, "reasons"), name, n)
		ak_buf_addf(b, "%s%s %s", b->n ? ", " : "", name, AK_NUM((uint64_t)json_integer_value(n)));
}

/* "1,957 of 1,986, 98.5 %, 2 unclear; unmatched: not found 27" */
static void print_row(struct ak_ctx *c, const char *keyword, const char *who, const json_t *r)
{
	char linked[32], total[32], unclear[32];
	struct ak_buf b;

	ak_buf_init(&b, 4096);
	reasons(r, &b);
	ak_io_line(c->io, keyword, "%s%s of %s, %s, %s unclear%s%s", who, ak_thousands(ak_jnum(r, "linked"), linked), ak_thousands(ak_jnum(r, "total"), total),
		   ak_jtxt(r, "percent", "-"), ak_thousands(ak_jnum(r, "ambiguous"), unclear), b.n ? "; unmatched: " : "", b.n ? ak_buf_str(&b).p : "");
	ak_buf_release(&b);
}

static bool same_pair(const json_t *a, const json_t *b)
{
	static const char *const names[] = {"from", "from_kind", "to", "to_kind"};

	for (size_t i = 0; a && i < AK_COUNT(names); i++)
		if (strcmp(ak_jtxt(a, names[i], ""), ak_jtxt(b, names[i], "")) != 0)
			return false;
	return a != NULL;
}

/* A line a pair of sources, or under its name a line a day. */
static void print_pairs(struct ak_ctx *c, const json_t *rows, bool by_day)
{
	const json_t *last = NULL;
	struct ak_buf who;
	json_t *r;
	size_t i;

	if (!json_array_size(rows))
		ak_io_line(c->io, "linked", "nothing: no record of this period is one that another source would meet");
	ak_buf_init(&who, 4096);
	json_array_foreach((json_t *)rows, i, r) {
		ak_buf_clear(&who);
		ak_buf_addf(&who, "%s %s -> %s %s", ak_jtxt(r, "from", "?"), ak_jtxt(r, "from_kind", "?"), ak_jtxt(r, "to", "no"), ak_jtxt(r, "to_kind", "?"));
		if (by_day && !same_pair(last, r))
			ak_io_line(c->io, "linked", "%s", who.p);
		ak_buf_adds(&who, ": ");
		print_row(c, by_day ? ak_jtxt(r, "day", "undated") : "linked", by_day ? " " : ak_buf_str(&who).p, r);
		last = r;
	}
	ak_buf_release(&who);
}

static bool print_limit(struct ak_ctx *c, const json_t *sides, int64_t ppm)
{
	const char *given = ak_args_text(c->args, "min-coverage");
	bool below = false, any = false;
	char linked[32], total[32];
	json_t *r;
	size_t i;

	json_array_foreach(sides, i, r) {
		any = any || (json_is_true(json_object_get(r, "limited")) && ak_jnum(r, "total"));
		if (!is_below(r, ppm))
			continue;
		below = true;
		if (!c->json)
			ak_io_line(c->io, "BELOW", "%s: %s of %s %s records meet a %s record (%s)%s%s, wanted at least %s of a hundred", ak_jtxt(r, "from", "?"),
				   ak_thousands(ak_jnum(r, "linked"), linked), ak_thousands(ak_jnum(r, "total"), total), ak_jtxt(r, "from_kind", "?"),
				   ak_jtxt(r, "to_kind", "?"), ak_jtxt(r, "percent", "-"), ak_jtxt(r, "day", NULL) ? " on " : "", ak_jtxt(r, "day", ""), given);
	}
	if (!below && !c->json)
		ak_io_line(c->io, any ? "met" : "unclear", any ? "each source of app events meets gateway records for at least %s of a hundred"
							       : "there is no app event to be linked: nothing was compared with %s of a hundred", given);
	return below;
}

static json_t *document(const struct ak_link_opts *o, bool by_day, json_t *pairs, json_t *sides, int64_t ppm, bool *below)
{
	json_t *doc = json_pack("{s:s, s:i, s:o, s:o, s:b, s:O, s:O}", "schema", "auditkit.coverage/1", "format_version", 1, "from", ak_jbound(o->from_us), "to",
				ak_jbound(o->to_us), "by_day", by_day, "coverage", pairs, "sides", sides), *r;
	size_t i;

	json_array_foreach(sides, i, r)
		*below = *below || (ppm >= 0 && is_below(r, ppm));
	if (ppm >= 0)
		json_object_set_new(doc, "below", json_boolean(*below));
	return doc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	bool by_day = ak_args_flag(c->args, "by-day"), below = false, printed = false;
	struct ak_link_opts o = {.fuzzy = ak_args_flag(c->args, "fuzzy")};
	json_t *pairs = NULL, *sides = NULL, *doc;
	int64_t ppm;
	enum ak_rc rc = wanted(c, &ppm, err);

	if (rc == AK_OK)
		rc = ak_cmd_period(c, &o.from_us, &o.to_us, err);
	if (rc == AK_OK)
		rc = ak_link_cover(c->store, &o, by_day, &pairs, &sides, err);
	if (rc != AK_OK)
		return err->exit;
	doc = document(&o, by_day, pairs, sides, ppm, &below);
	rc = ak_report_out(c, doc, &printed, err);
	if (rc == AK_OK && !printed) {
		if (json_array_size(pairs))
			ak_cmd_period_asked(c);
		print_pairs(c, pairs, by_day);
		if (json_array_size(pairs))
			ak_io_line(c->io, "percent", "%s", AK_PERCENT_SAID);
		below = ppm >= 0 && print_limit(c, sides, ppm);
		ak_alone_print(c->io, doc);
	}
	json_decref(doc);
	if (rc == AK_OK && !json_array_size(pairs))
		rc = ak_cmd_nothing(c, "record that another source would meet", err);
	json_decref(pairs);
	json_decref(sides);
	return rc != AK_OK ? err->exit : below ? AK_EXIT_FINDINGS : AK_EXIT_OK;
}

static const struct ak_opt opts[] = {
	AK_OPTS_PERIOD,
	AK_OPTS_OUT,
	{"by-day", 0, AK_OPT_FLAG, NULL, "a row for each pair and UTC day"},
	{"min-coverage", 0, AK_OPT_TEXT, "P", "exit 1 when a source meets gateway records for fewer of a hundred app events (with --by-day on any day)"},
	{"fuzzy", 0, AK_OPT_FLAG, NULL, "count links by time, model and tokens too"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit report coverage", "how much of each source is met by others"},
	{"auditkit report coverage --by-day --json", "the same for each day"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_report_coverage = {
	.name = "report coverage",
	.summary = "how much of each source meets records of another, per pair and day, and why the rest does not",
	.text = "linked + unclear (ambiguous) + unmatched = of, in every row, and the reasons add up to unmatched. A record that meets another\n"
		"source of the same kind is unmatched in this pair, for that reason. `report links` has the rows that are counted here."
		AK_TEXT_PERCENT AK_TEXT_OUT AK_TEXT_NOTHING,
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_LOGGED,
	.run = run,
};
