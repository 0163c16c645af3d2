/* The sheet on a report's lists as information produced by the entity (F216): what gave them, who ran it and when, how many rows, what
 * the sources held, and what is known to be missing. */
#include "base/ak.h"
#include "cmd/report_out.h"

#include "base/crypto.h"
#include "base/fs.h"
#include "base/jsonget.h"
#include "base/jsonw.h"
#include "query/query.h"
#include "query/search.h"
#include "report/list.h"
#include "store/access.h"

static void add_gap(json_t *gaps, const char *what, const char *source, json_t *text)
{
	json_array_append_new(gaps, json_pack("{s:s, s:s?, s:o}", "what", what, "source", source, "text", text));
}

static void gaps_of_source(json_t *gaps, const json_t *s)
{
	const char *name = ak_jtxt(s, "name", "?"), *state = ak_jtxt(s, "state", "?");
	json_t *check;
	size_t i;

	if (strcmp(state, "complete") != 0)
		add_gap(gaps, "source", name, json_sprintf("it is %s: not everything in it was read", state));
	if (ak_jnum(s, "rejected"))
		add_gap(gaps, "source", name, json_sprintf("%llu of %llu records could not be read", (unsigned long long)ak_jnum(s, "rejected"),
							   (unsigned long long)ak_jnum(s, "records_in")));
	if (!ak_jtxt(s, "owner", NULL))
		add_gap(gaps, "source", name, json_string("nobody is declared as its owner"));
	if (!ak_jtxt(s, "query", NULL))
		add_gap(gaps, "source", name, json_string("the query that produced it is not declared"));
	json_array_foreach(json_object_get(json_object_get(s, "completeness"), "checks"), i, check)
		if (ak_jnum(check, "n"))
			add_gap(gaps, "completeness", name, json_sprintf("%s, %s: %llu of %llu %s", ak_jtxt(check, "what", "?"), ak_jtxt(check, "state", "?"),
									 (unsigned long long)ak_jnum(check, "n"), (unsigned long long)ak_jnum(check, "of"),
									 ak_jtxt(check, "unit", "")));
}

/* Per source what came and what became of it; the gaps of all. */
static enum ak_rc add_sources(struct ak_ctx *c, const json_t *doc, json_t *sheet, struct ak_err *err)
{
	json_t *sources = NULL, *totals = json_array(), *gaps = json_array(), *s, *gap;
	enum ak_rc rc = ak_query_sources(c->store, 0, &sources, err);
	size_t i;

	if (rc == AK_OK)
		rc = ak_query_completeness(c->store, NULL, sources, err);
	json_array_foreach(json_object_get(doc, "gaps"), i, gap)
		add_gap(gaps, ak_jtxt(gap, "what", "report"), NULL, json_string(ak_jtxt(gap, "text", "?")));
	json_array_foreach(sources, i, s) {
		json_t *row = json_object();

		ak_list_copy(row, s, "name system kind format owner query exported_at state first last files records_in stored duplicate rejected blank excluded"
				     " expired conflict superseded sha256 cannot_prove");
		json_array_append_new(totals, row);
		gaps_of_source(gaps, s);
	}
	json_object_set_new(sheet, "source_totals", totals);
	json_object_set_new(sheet, "gaps", gaps);
	json_decref(sources);
	return rc;
}

/* The options that decide what is in the lists; the command has them as they are typed. */
static json_t *parameters(const json_t *doc)
{
	static const char *const members[] = {"from", "to", "zone", "bucket", "by", "scope", "baseline", "factor", "as_of"};
	json_t *out = json_object();

	for (size_t i = 0; i < AK_COUNT(members); i++)
		if (json_object_get(doc, members[i]))
			json_object_set(out, members[i], json_object_get(doc, members[i]));
	return out;
}

static json_t *counts(const struct ak_made *m)
{
	json_t *out = json_array(), *n;
	const char *name;

	json_object_foreach(m->counts, name, n)
		json_array_append_new(out, json_pack("{s:s, s:O}", "list", name, "rows", n));
	return out;
}

/* What depends on when it is asked would give other rows the next time. */
enum ak_rc ak_report_ipe_allowed(const struct ak_ctx *c, const json_t *doc, struct ak_err *err)
{
	static const char *const moving[] = {"report access", "report log-access"};
	const char *to = ak_jtxt(doc, "to", NULL);
	int64_t us = INT64_MAX, now = ak_time_now();

	for (size_t i = 0; i < AK_COUNT(moving); i++)
		if (strcmp(c->args->cmd->name, moving[i]) == 0 && (!to || ak_time_arg(to, now, &us, err) != AK_OK || us > now)) {
			ak_hint(err, "add --to with a time that has passed");
			return ak_fail(err, AK_EXIT_USAGE, "--ipe: the rows of '%s' change with time, and nothing could give them again", c->args->cmd->name);
		}
	return AK_OK;
}

static json_t *head(struct ak_ctx *c, const struct ak_made *m)
{
	struct ak_hmac *token = ak_hmac_new(c->keys->token, 32);
	char *command = ak_report_command(c, m->doc), hex[65], runner[64], now[32];
	json_t *out;

	ak_access_operator(token, runner);
	ak_hex(m->lines, sizeof m->lines, hex);
	ak_time_z(ak_time_now(), 0, now);
	out = json_pack("{s:s, s:i, s:s, s:s, s:o, s:s, s:s, s:s, s:I, s:o, s:s}", "schema", "auditkit.list-ipe/1", "format_version", 1, "report",
			ak_jtxt(m->doc, "report", c->args->cmd->name), "query", c->args->cmd->summary, "parameters", parameters(m->doc), "runner", runner, "time", now,
			"version", PACKAGE_VERSION, "rows", (json_int_t)m->rows, "lists", counts(m), "sha256", hex);
	json_object_set_new(out, "command", json_sprintf("%s --format jsonl", command));
	json_object_set_new(out, "again", json_string("the command, run on this workspace while its ledger has this size, prints as many lines as there are rows, and "
						      "sha256 is their digest"));
	if (json_object_get(m->doc, "alone"))
		json_object_set(out, "alone", json_object_get(m->doc, "alone"));
	json_object_set_new(out, "law", json_string("records_in = stored + duplicate + rejected + blank + excluded + expired"));
	ak_hmac_free(token);
	ak_free(command);
	return out;
}

/* Behind the last record: what the digest holds for. */
static enum ak_rc add_size(struct ak_ctx *c, json_t *sheet, struct ak_err *err)
{
	const struct ak_search_opts o = {.kinds = 1u << AK_K_REQUEST, .from_us = INT64_MIN, .to_us = INT64_MAX, .bound = INT64_MAX};
	struct ak_search *q = NULL;
	enum ak_rc rc = ak_search_open(c->store, &o, &q, err);

	if (rc != AK_OK)
		return rc;
	json_object_set_new(sheet, "ledger_size", json_integer(ak_search_size(q)));
	ak_search_free(q);
	return AK_OK;
}

/* A sheet of the same rows of the same ledger: only when it was made would differ. */
static bool says_the_same(const char *path, const json_t *sheet)
{
	static const char *const members[] = {"command", "sha256", "rows", "ledger_size", "runner"};
	struct ak_err ignored = {0};
	json_t *have = NULL;
	struct ak_buf text;
	bool same;

	ak_buf_init(&text, 1u << 26);
	same = ak_fs_slurp(path, 1u << 25, &text, &ignored) == AK_OK && ak_json_parse(ak_buf_str(&text), &have, &ignored) == AK_OK;
	for (size_t i = 0; i < AK_COUNT(members) && same; i++)
		same = json_object_get(have, members[i]) && json_equal(json_object_get(have, members[i]), json_object_get(sheet, members[i]));
	ak_buf_release(&text);
	json_decref(have);
	return same;
}

enum ak_rc ak_report_ipe(struct ak_ctx *c, const struct ak_made *m, const char *path, struct ak_buf *out, struct ak_err *err)
{
	json_t *sheet, *workspace = NULL;
	enum ak_rc rc = ak_query_workspace(c->store, &workspace, err);

	sheet = head(c, m);
	if (rc == AK_OK) {
		ak_list_copy(sheet, workspace, "workspace_id checkpoint policy_digest");
		rc = add_size(c, sheet, err);
	}
	if (rc == AK_OK && !says_the_same(path, sheet)) {
		rc = add_sources(c, m->doc, sheet, err);
		rc = rc == AK_OK ? ak_json_pretty(sheet, out, err) : rc;
	}
	json_decref(workspace);
	json_decref(sheet);
	return rc;
}
