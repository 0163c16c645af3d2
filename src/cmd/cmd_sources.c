#include "base/ak.h"
#include "cmd/cmd.h"

#include "cmd/completeness_report.h"
#include "cmd/clock_report.h"
#include "cmd/grouping.h"
#include "base/jsonget.h"
#include "cmd/source_drift.h"
#include "cmd/witness_report.h"
#include "query/query.h"

static void list(struct ak_ctx *c, const json_t *sources)
{
	static const char *const head[] = {"source", "kind", "files", "records", "stored", "rej", "first", "last"};
	struct ak_table t;
	json_t *s;
	size_t i;
	char n[32];

	ak_table_init(&t, AK_COUNT(head), "llrrrrll");
	t.tight = t.head = true;
	for (i = 0; i < AK_COUNT(head); i++)
		ak_table_cell(&t, "%s", head[i]);
	json_array_foreach((json_t *)sources, i, s) {
		ak_table_cell(&t, "%s", ak_jtxt(s, "name", "?"));
		ak_table_cell(&t, "%s", ak_jtxt(s, "kind", "-"));
		ak_table_cell(&t, "%s", ak_thousands(ak_jnum(s, "files"), n));
		ak_table_cell(&t, "%s", ak_thousands(ak_jnum(s, "records_in"), n));
		ak_table_cell(&t, "%s", ak_thousands(ak_jnum(s, "stored"), n));
		ak_table_cell(&t, "%s", ak_thousands(ak_jnum(s, "rejected"), n));
		ak_table_cell(&t, "%.10s", ak_jtxt(s, "first", "-"));
		ak_table_cell(&t, "%.10s", ak_jtxt(s, "last", "-"));
	}
	ak_table_print(&t, c->io);
	ak_table_release(&t);
	json_array_foreach((json_t *)sources, i, s)
		if (strcmp(ak_jtxt(s, "state", "?"), "complete") != 0)
			ak_io_line(c->io, "warning", "%s is %s", ak_jtxt(s, "name", "?"), ak_jtxt(s, "state", "?"));
	json_array_foreach((json_t *)sources, i, s)
		if (json_is_true(json_object_get(s, "unfinished")))
			ak_io_line(c->io, "warning", "%s was not pulled to the end of its period: pull it again", ak_jtxt(s, "name", "?"));
	json_array_foreach((json_t *)sources, i, s)
		if (json_is_true(json_object_get(s, "has_more")))
			ak_io_line(c->io, "warning", "%s lacks its last page: the newest one says that more follow",
				   ak_jtxt(s, "name", "?"));
	if (json_array_size(sources))
		ak_io_note(c->io, "next", "auditkit %ssources show NAME", c->with);
}

static void rows(struct ak_ctx *c, const json_t *source, const char *member, const char *keyword, const char *const *cols)
{
	json_t *r;
	size_t i;

	json_array_foreach(json_object_get(source, member), i, r) {
		struct ak_buf b;
		ak_buf_init(&b, 1 << 16);
		for (const char *const *k = cols; *k; k++) {
			const json_t *v = json_object_get(r, *k);
			if (json_is_integer(v))
				ak_buf_addf(&b, "%s%s %lld", b.n ? ", " : "", *k, (long long)json_integer_value(v));
			else if (json_is_string(v))
				ak_buf_addf(&b, "%s%s", b.n ? ", " : "", json_string_value(v));
		}
		ak_io_line(c->io, i ? "" : keyword, "%s", b.n ? b.p : "-");
		ak_buf_release(&b);
	}
}

/* Of a source that was pulled: who asks for the bytes behind its digests has to know. */
static void original(struct ak_ctx *c, const json_t *s)
{
	const char *request = ak_jtxt(s, "request", NULL), *kept = ak_jtxt(s, "original", NULL);

	if (!request || !kept)
		return;
	ak_io_line(c->io, "request", "%s", request);
	ak_io_line(c->io, "original", "%s; the digests of %llu pages are kept", strcmp(kept, "saved") == 0 ? "saved by its user (pull --save)" : "not retained",
		   (unsigned long long)ak_jnum(s, "pages"));
}

static void show(struct ak_ctx *c, const json_t *s)
{
	static const char *const redaction[] = {"field", "rule", "action", "n", NULL};
	static const char *const payload[] = {"path", "role", "present", "masked", "absent", NULL};
	static const char *const unknown[] = {"path", "type", "n", "max_length", "first_rec", NULL};
	static const char *const absent[] = {"field", "reason", "n", NULL};
	static const char *const warnings[] = {"rule", "n", "detail", NULL};

	ak_io_line(c->io, "source", "%s, %s, system %s", ak_jtxt(s, "name", "?"), ak_jtxt(s, "kind_title", "no records"),
		   ak_jtxt(s, "system", "undeclared"));
	ak_io_line(c->io, "owner", "%s", ak_jtxt(s, "owner", "undeclared"));
	ak_io_line(c->io, "exported", "%s (%s), query %s", ak_jtxt(s, "exported_at", "unknown"), ak_jtxt(s, "exported_at_basis", "-"),
		   ak_jtxt(s, "query", "undeclared"));
	original(c, s);
	ak_io_line(c->io, "period", "%s to %s", ak_jtxt(s, "first", "-"), ak_jtxt(s, "last", "-"));
	ak_io_line(c->io, "records",
		   "%llu = %llu stored + %llu duplicate + %llu rejected + %llu blank + %llu excluded + %llu expired; of the stored "
		   "%llu conflicts, %llu superseded",
		   (unsigned long long)ak_jnum(s, "records_in"), (unsigned long long)ak_jnum(s, "stored"),
		   (unsigned long long)ak_jnum(s, "duplicate"), (unsigned long long)ak_jnum(s, "rejected"),
		   (unsigned long long)ak_jnum(s, "blank"), (unsigned long long)ak_jnum(s, "excluded"),
		   (unsigned long long)ak_jnum(s, "expired"), (unsigned long long)ak_jnum(s, "conflict"),
		   (unsigned long long)ak_jnum(s, "superseded"));
	ak_io_line(c->io, "sha256", ak_jnum(s, "listed") > 1 ? "%s, of the sorted listing of %llu files as sha256sum prints it" : "%s",
		   ak_jtxt(s, "sha256", "-"), (unsigned long long)ak_jnum(s, "listed"));
	ak_io_line(c->io, "alone", "this source does not prove %s", ak_jtxt(s, "cannot_prove", "anything"));
	ak_witness_print(c, json_object_get(s, "witnesses"), ak_jtxt(s, "name", "?"));
	ak_clock_print(c, json_object_get(s, "clocks"), true);
	ak_clock_bounds_print(c, json_object_get(s, "clock_bounds"));
	ak_grouping_print(c, json_object_get(s, "grouping"));
	ak_completeness_print(c, json_object_get(s, "completeness"));
	rows(c, s, "warnings", "warning", warnings);
	rows(c, s, "redaction", "redacted", redaction);
	rows(c, s, "payload", "payload", payload);
	rows(c, s, "unknown_fields", "drift", unknown);
	rows(c, s, "absent", "absent", absent);
}

static enum ak_rc show_rejects(struct ak_ctx *c, const char *name, struct ak_err *err)
{
	json_t *diag = NULL, *d;
	size_t i;
	enum ak_rc rc = ak_query_diag(c->store, name, "reject", 0, 0, &diag, err);

	json_array_foreach(diag, i, d)
		ak_io_line(c->io, i ? "" : "rejected", "%s record %llu at byte %llu, %llu bytes: %s (%s), hash %s", ak_jtxt(d, "file", "?"),
			   (unsigned long long)ak_jnum(d, "rec_no"), (unsigned long long)ak_jnum(d, "byte_offset"),
			   (unsigned long long)ak_jnum(d, "byte_length"), ak_jtxt(d, "detail", "not readable"), ak_jtxt(d, "rule", "?"), ak_jtxt(d, "hash", "-"));
	json_decref(diag);
	return rc;
}

static enum ak_rc print(struct ak_ctx *c, const json_t *sources, const char *name, struct ak_err *err)
{
	json_t *s, *doc, *grouping = NULL, *witnesses = NULL, *clocks = NULL;
	size_t i;
	enum ak_rc rc;

	if (!name && !c->json) {
		list(c, sources);
		return AK_OK;
	}
	if (!name) {
		doc = json_pack("{s:s, s:i, s:O}", "schema", "auditkit.sources/1", "format_version", 1, "sources", sources);
		rc = ak_io_json(c->io, doc, err);
		json_decref(doc);
		return rc;
	}
	json_array_foreach((json_t *)sources, i, s) {
		if (strcmp(ak_jtxt(s, "name", ""), name) != 0)
			continue;
		if ((rc = ak_grouping_missing(c, name, 0, &grouping, err)) != AK_OK)
			return rc;
		json_object_set_new(s, "grouping", grouping);
		if ((rc = ak_query_corroboration(c->store, 0, INT64_MIN, INT64_MAX, &witnesses, err)) != AK_OK)
			return rc;
		json_object_set_new(s, "witnesses", witnesses);
		if ((rc = ak_query_clock(c->store, name, 0, &clocks, err)) != AK_OK)
			return rc;
		json_object_set_new(s, "clocks", clocks);
		if ((rc = ak_clock_bounds_add(c, s, err)) != AK_OK)
			return rc;
		if ((rc = ak_completeness_add(c, s, err)) != AK_OK)
			return rc;
		if (c->json) {
			json_object_set_new(s, "schema", json_string("auditkit.source/1"));
			json_object_set_new(s, "format_version", json_integer(1));
			return ak_io_json(c->io, s, err);
		}
		show(c, s);
		return show_rejects(c, name, err);
	}
	ak_hint(err, "'auditkit sources' lists them");
	return ak_fail(err, AK_EXIT_USAGE, "no source '%s' in this workspace", name);
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *verb = c->args->nwords ? c->args->word[0] : "list", *name = c->args->nwords > 1 ? c->args->word[1] : NULL;
	json_t *sources = NULL;
	enum ak_rc rc;

	if (strcmp(verb, "drift") == 0)
		return ak_source_drift_print(c, name, err) == AK_OK ? AK_EXIT_OK : err->exit;
	if (strcmp(verb, "list") != 0 && (strcmp(verb, "show") != 0 || !name))
		return ak_fail(err, AK_EXIT_USAGE, "usage: auditkit sources [list | show NAME | drift [NAME]]"), err->exit;
	rc = ak_query_sources(c->store, 0, &sources, err);
	if (rc == AK_OK)
		rc = print(c, sources, strcmp(verb, "show") == 0 ? name : NULL, err);
	json_decref(sources);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_example examples[] = {
	{"auditkit sources", "all sources with their counts"},
	{"auditkit sources --json", "the same, with redaction, payload, drift and absence counts"},
	{"auditkit sources show litellm-audit", "one source: what it proves, and how complete it is"},
	{"auditkit sources drift", "fields that no mapping names, and known ones that the last batch lacks"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_sources = {
	.name = "sources",
	.args = "[list | show NAME | drift [NAME]]",
	.summary = "the source register: counts, periods, digests, what was redacted and what is odd",
	.text = "One file that is read again and again counts with each reading: in is more than stored, and the rest "
		"are duplicates.\n"
		"A source is incomplete when a file of it was cut off or is no export, until that file is read whole, "
		"under its name.\n\n"
		"show says what may be missing: hours without a record, numbers missing in a sequence, files that end "
		"at a known limit,\n"
		"pages that say more follow, records that are cut, undated or not final. none is a count of zero, "
		"found and suspected are\n"
		"counts, unchecked names what the source does not let anybody see. How to export what is missing: "
		"`auditkit help collect`.",
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_POLICY | AK_NEED_REGISTRY,
	.max_words = 2,
	.run = run,
};
