#include "base/ak.h"
#include "check/out.h"

#include "base/text.h"

const char *ak_out_text(const json_t *o, const char *member)
{
	const char *z = json_string_value(json_object_get(o, member));

	return z ? z : "";
}

long long ak_out_num(const json_t *o, const char *member) { return (long long)json_integer_value(json_object_get(o, member)); }

bool ak_out_fails(const json_t *finding) { return !json_object_get(finding, "muted") && !json_is_false(json_object_get(finding, "new")); }

static const char *number(const json_t *o, const char *member, char buf[32]) { return ak_thousands((uint64_t)ak_out_num(o, member), buf); }

void ak_out_total(const json_t *doc, struct ak_buf *out)
{
	size_t n = json_array_size(json_object_get(doc, "checks"));
	char a[32], b[32], c[32];

	ak_buf_addf(out, "%zu check%s: %s met, %s NOT MET, %s not evaluable", n, n == 1 ? "" : "s", number(doc, "met", a), number(doc, "not_met", b),
		    number(doc, "not_evaluable", c));
}

void ak_out_counts(const json_t *doc, struct ak_buf *out)
{
	const json_t *f = json_object_get(doc, "findings"), *b = json_object_get(doc, "baseline");
	char n[32];

	ak_buf_addf(out, "%s finding%s: ", number(f, "found", n), ak_out_num(f, "found") == 1 ? "" : "s");
	ak_buf_addf(out, "%s %s, ", number(f, "failing", n), b ? "new" : "failing");
	ak_buf_addf(out, "%s muted", number(f, "muted", n));
	if (!b)
		return;
	ak_buf_addf(out, ", %s known", number(f, "known", n));
	ak_buf_addf(out, "; of %s before", number(b, "found", n));
	ak_buf_addf(out, " %s resolved", number(b, "resolved", n));
	if (ak_out_num(b, "not_judged"))
		ak_buf_addf(out, ", %s not judged now", number(b, "not_judged", n));
	if (ak_out_num(b, "unnamed"))
		ak_buf_addf(out, ", %s that it does not name", number(b, "unnamed", n));
}

void ak_out_measure(const json_t *check, struct ak_buf *out)
{
	char n[32], of[32];

	if (ak_out_num(check, "affected"))
		ak_buf_addf(out, "%s of %s %s", number(check, "affected", n), number(check, "of", of), ak_out_text(check, "unit"));
	else if (ak_out_num(check, "found"))
		ak_buf_addf(out, "%s finding%s", number(check, "found", n), ak_out_num(check, "found") == 1 ? "" : "s");
	else
		ak_buf_addf(out, "no finding in %s %s", number(check, "of", of), ak_out_text(check, "unit"));
}
