#include "base/ak.h"
#include "cmd/status_prom.h"

#include "base/time.h"
#include "check/check.h"
#include "base/jsonget.h"

/* HELP and TYPE stand once, before the first sample of a metric. */
static void metric(struct ak_io *io, const char *name, const char *help)
{
	ak_io_printf(io, "# HELP auditkit_%s %s\n# TYPE auditkit_%s gauge\n", name, help, name);
}

/* A label's value: backslash, quote and newline are escaped. */
static void add_label(struct ak_buf *b, const char *name, const char *value)
{
	ak_buf_addf(b, "%s%s=\"", b->n ? "," : "", name);
	for (; *value; value++) {
		if (*value == '\n')
			ak_buf_adds(b, "\\n");
		else if (*value == '\\' || *value == '"')
			ak_buf_addf(b, "\\%c", *value);
		else
			ak_buf_addc(b, *value);
	}
	ak_buf_addc(b, '"');
}

static void sample(struct ak_io *io, const char *name, const char *const labels[][2], uint64_t value)
{
	struct ak_buf b;

	ak_buf_init(&b, 1 << 16);
	for (size_t i = 0; labels && labels[i][0]; i++)
		add_label(&b, labels[i][0], labels[i][1]);
	ak_io_printf(io, "auditkit_%s%s%s%s %llu\n", name, b.n ? "{" : "", b.n ? b.p : "", b.n ? "}" : "", (unsigned long long)value);
	ak_buf_release(&b);
}

static void plain(struct ak_io *io, const char *name, const char *help, uint64_t value)
{
	metric(io, name, help);
	sample(io, name, NULL, value);
}

static void print_workspace(struct ak_io *io, const struct ak_status_state *s)
{
	const json_t *ws = s->facts->workspace, *records = json_object_get(ws, "records");
	const char *kind;
	json_t *n;

	metric(io, "records", "Records stored, older revisions included, by kind.");
	json_object_foreach((json_t *)records, kind, n)
		sample(io, "records", (const char *const[][2]){{"kind", kind}, {NULL, NULL}}, (uint64_t)json_integer_value(n));
	plain(io, "records_superseded", "Stored records that a newer revision replaces.", ak_jnum(ws, "superseded"));
	plain(io, "records_rejected", "Records that were read and could not be stored.", ak_jnum(ws, "rejected"));
	plain(io, "records_read", "Records that were read.", ak_jnum(ws, "records_in"));
	plain(io, "conflicts", "Records of one identity with different content.", ak_jnum(ws, "conflicts"));
	plain(io, "ledger_leaves", "Leaves that the last checkpoint covers.", ak_jnum(json_object_get(ws, "checkpoint"), "size"));
}

static bool is_overdue(const struct ak_status_state *s, const char *name)
{
	return ak_jfind(s->overdue, "source", name) != NULL;
}

/* One metric of each source. */
static void per_source(struct ak_io *io, const struct ak_status_state *s, const char *name, const char *help,
		       bool (*value)(const struct ak_status_state *s, const json_t *source, uint64_t *out))
{
	json_t *source;
	uint64_t v;
	size_t i;

	metric(io, name, help);
	json_array_foreach(s->facts->sources, i, source)
		if (value(s, source, &v))
			sample(io, name, (const char *const[][2]){{"source", ak_jtxt(source, "name", "?")}, {NULL, NULL}}, v);
}

static bool stored(const struct ak_status_state *s, const json_t *source, uint64_t *out)
{
	(void)s;
	*out = ak_jnum(source, "stored");
	return true;
}

static bool last_event(const struct ak_status_state *s, const json_t *source, uint64_t *out)
{
	const char *last = ak_jtxt(source, "last", NULL);
	struct ak_err ignored = {0};
	int64_t us;

	(void)s;
	if (!last || ak_time_arg(last, 0, &us, &ignored) != AK_OK || us < 0)
		return false;
	*out = (uint64_t)us / 1000000;
	return true;
}

static bool incomplete(const struct ak_status_state *s, const json_t *source, uint64_t *out)
{
	(void)s;
	*out = strcmp(ak_jtxt(source, "state", ""), "complete") != 0 || json_is_true(json_object_get(source, "has_more")) ||
	       json_is_true(json_object_get(source, "unfinished"));
	return true;
}

static bool overdue(const struct ak_status_state *s, const json_t *source, uint64_t *out)
{
	*out = is_overdue(s, ak_jtxt(source, "name", ""));
	return true;
}

static void print_sources(struct ak_io *io, const struct ak_status_state *s)
{
	plain(io, "sources", "Sources that were read.", json_array_size(s->facts->sources));
	per_source(io, s, "source_records", "Records that were stored of a source.", stored);
	per_source(io, s, "source_last_event_timestamp_seconds", "Newest event of a source, whole seconds.", last_event);
	per_source(io, s, "source_incomplete", "1 when files or pages of a source are missing.", incomplete);
	per_source(io, s, "source_overdue", "1 when the newest export of a source is older than policy.yaml allows.", overdue);
}

static void print_gaps(struct ak_io *io, const struct ak_status_state *s)
{
	json_int_t all = 0, bypass = ak_facts_bypass(s->facts->links, &all);

	plain(io, "provider_requests_without_gateway_record", "Requests that providers counted and no gateway recorded.", (uint64_t)bypass);
	plain(io, "provider_requests_compared", "Requests of providers that were compared.", (uint64_t)all);
	plain(io, "policy_answers", "Answers that policy.yaml declares.", s->answers);
	plain(io, "policy_answers_unknown", "Answers of policy.yaml that say unknown.", s->unknown);
}

static void print_questions(struct ak_io *io, const struct ak_status_state *s)
{
	json_t *q;
	size_t i;

	metric(io, "question", "The verdict of each question of a reviewer.");
	json_array_foreach((json_t *)s->questions, i, q) {
		char number[24];

		snprintf(number, sizeof number, "%llu", (unsigned long long)ak_jnum(q, "number"));
		sample(io, "question", (const char *const[][2]){{"number", number}, {"verdict", ak_jtxt(q, "verdict", "?")}, {NULL, NULL}}, 1);
	}
}

static void print_checks(struct ak_io *io, const json_t *doc)
{
	const json_t *checks = json_object_get(doc, "checks");
	json_t *k;
	size_t i;

	metric(io, "check", "The verdict of each check.");
	json_array_foreach((json_t *)checks, i, k)
		sample(io, "check", (const char *const[][2]){{"check", ak_jtxt(k, "check", "?")}, {"severity", ak_jtxt(k, "severity", "?")},
							      {"verdict", ak_jtxt(k, "verdict", "?")}, {NULL, NULL}}, 1);
	metric(io, "check_findings", "Findings of each check that could be evaluated.");
	json_array_foreach((json_t *)checks, i, k)
		if (strcmp(ak_jtxt(k, "verdict", ""), "not evaluable") != 0)
			sample(io, "check_findings", (const char *const[][2]){{"check", ak_jtxt(k, "check", "?")}, {NULL, NULL}}, ak_jnum(k, "found"));
}

enum ak_rc ak_status_prometheus(struct ak_ctx *c, const struct ak_status_state *s, struct ak_err *err)
{
	struct ak_check_set set = {0};
	struct ak_check_opts o = {.policy = c->policy, .set = &set, .from_us = INT64_MIN, .to_us = INT64_MAX, .now_us = ak_time_now()};
	json_t *doc = NULL;
	enum ak_rc rc = ak_check_set_read(c->policy, &set, err);

	if (rc == AK_OK)
		rc = ak_check_all(c->store, &o, &doc, err);
	if (rc == AK_OK) {
		print_workspace(c->io, s);
		print_sources(c->io, s);
		print_gaps(c->io, s);
		print_questions(c->io, s);
		print_checks(c->io, doc);
	}
	json_decref(doc);
	ak_check_set_release(&set);
	return rc;
}
