#include "base/ak.h"
#include "cmd/check_matrix.h"

#include "base/jsonget.h"
#include "base/text.h"
#include "base/time.h"
#include "check/matrix.h"
#include "cmd/questions.h"
#include "packet/questions.h"

bool ak_check_any_not_met(const json_t *list)
{
	json_t *one;
	size_t i;

	json_array_foreach((json_t *)list, i, one)
		if (strcmp(ak_jtxt(one, "verdict", ""), "not met") == 0)
			return true;
	return false;
}

enum ak_rc ak_questions_doc(struct ak_ctx *c, int64_t from_us, int64_t to_us, const json_t *findings, json_t **out, struct ak_err *err)
{
	struct ak_facts facts = {0};
	json_t *list = NULL;
	enum ak_rc rc = ak_facts_read(c->store, from_us, to_us, c->policy, NULL, &facts, err);

	if (rc == AK_OK) {
		list = ak_questions(&facts, c->policy, ak_time_now());
		rc = ak_matrix_questions(c->store, c->policy, findings, list, err);
	}
	if (rc == AK_OK)
		*out = json_pack("{s:s, s:i, s:o}", "schema", "auditkit.questions/1", "format_version", 1, "questions", list);
	else
		json_decref(list);
	ak_facts_release(&facts);
	return rc;
}

static const char *verdict_of(const json_t *o)
{
	const char *verdict = ak_jtxt(o, "verdict", "?");

	return strcmp(verdict, "not met") == 0 ? "NOT MET" : verdict;
}

static void names(const json_t *list, struct ak_buf *out)
{
	json_t *v;
	size_t i;

	json_array_foreach((json_t *)list, i, v)
		ak_buf_addf(out, "%s%s", i ? ", " : "", json_string_value(v));
}

/* "shared-key NOT MET, 2 of 7 keys in use" */
static void checks(const json_t *rows, const char *verdict, struct ak_buf *out)
{
	json_t *k;
	size_t i;

	json_array_foreach((json_t *)rows, i, k) {
		if (strcmp(ak_jtxt(k, "verdict", ""), verdict) != 0)
			continue;
		ak_buf_addf(out, "%s%s", out->n ? ", " : "", ak_jtxt(k, "check", "?"));
		if (strcmp(verdict, "not met") == 0 && ak_jnum(k, "affected"))
			ak_buf_addf(out, " (%s of %s)", AK_NUM(ak_jnum(k, "affected")), AK_NUM(ak_jnum(k, "of")));
		else if (strcmp(verdict, "not met") == 0)
			ak_buf_addf(out, " (%s found)", AK_NUM(ak_jnum(k, "found")));
	}
}

/* ---- questions ---- */

void ak_check_questions(struct ak_ctx *c, const json_t *doc)
{
	struct ak_buf b;
	json_t *q;
	size_t i;

	ak_print_questions(c, json_object_get(doc, "questions"));
	ak_io_printf(c->io, "\n");
	ak_buf_init(&b, 1 << 16);
	json_array_foreach(json_object_get(doc, "questions"), i, q) {
		const json_t *f = json_object_get(q, "common_failure");
		const char *verdict = ak_jtxt(f, "verdict", "?");

		if (strcmp(verdict, "not found") == 0)
			continue;
		ak_buf_clear(&b);
		checks(json_object_get(f, "checks"), strcmp(verdict, "found") == 0 ? "not met" : "not evaluable", &b);
		if (json_array_size(json_object_get(q, "needs"))) {
			ak_buf_adds(&b, "; missing: ");
			names(json_object_get(q, "needs"), &b);
		}
		ak_io_line(c->io, strcmp(verdict, "found") == 0 ? "FOUND" : "unclear", "%llu: %s: %s", (unsigned long long)ak_jnum(q, "number"), ak_jtxt(f, "what", "?"),
			   b.n ? b.p : "-");
	}
	ak_buf_release(&b);
}

/* ---- the matrix ---- */

static void print_area(struct ak_ctx *c, const json_t *a)
{
	static const struct { const char *word, *verdict; } parts[] = {{"NOT MET", "not met"}, {"met", "met"}, {"unclear", "not evaluable"}};
	struct ak_buf b;

	ak_buf_init(&b, 1 << 16);
	ak_io_printf(c->io, "\n");
	ak_io_line(c->io, verdict_of(a)[0] == 'N' ? "NOT MET" : strcmp(verdict_of(a), "met") == 0 ? "met" : "unclear", "%llu %s: %llu of %llu classes of evidence, %llu of"
		   " %llu rules met%s%s", (unsigned long long)ak_jnum(a, "number"), ak_jtxt(a, "area", "?"), (unsigned long long)ak_jnum(a, "supplied"),
		   (unsigned long long)ak_jnum(a, "needed"), (unsigned long long)ak_jnum(a, "rules_met"), (unsigned long long)ak_jnum(a, "rules"),
		   ak_jtxt(a, "why", NULL) ? "; " : "", ak_jtxt(a, "why", ""));
	for (size_t i = 0; i < AK_COUNT(parts); i++) {
		ak_buf_clear(&b);
		checks(json_object_get(a, "checks"), parts[i].verdict, &b);
		if (b.n)
			ak_io_line(c->io, "", "%s: %s", parts[i].word, b.p);
	}
	ak_buf_clear(&b);
	names(json_object_get(a, "owners"), &b);
	ak_io_line(c->io, "", "owner: %s%s", b.n ? b.p : ak_jtxt(a, "owner", "?"), strncmp(ak_jtxt(a, "owner_basis", ""), "policy", 6) == 0 ? " (declared policy.yaml)" : "");
	ak_buf_release(&b);
}

void ak_check_matrix(struct ak_ctx *c, const json_t *doc)
{
	json_t *a;
	size_t i;

	ak_io_line(c->io, "areas", "7 areas of a review: %llu met, %llu NOT MET, %llu not evaluable", (unsigned long long)ak_jnum(doc, "met"),
		   (unsigned long long)ak_jnum(doc, "not_met"), (unsigned long long)ak_jnum(doc, "not_evaluable"));
	json_array_foreach(json_object_get(doc, "areas"), i, a)
		print_area(c, a);
}
