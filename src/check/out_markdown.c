#include "base/ak.h"
#include "check/out.h"

#include "tmpl/mustache.h"

#define ROWS 50 /* findings in the table; a step summary has a limit, and a page a reader */

/* A mention would call somebody from a page of a pipeline: no sign of one stays, as in addresses. */
static void md(struct ak_buf *out, const char *z)
{
	struct ak_buf b;

	ak_buf_init(&b, SIZE_MAX / 2);
	ak_escape(&b, AK_ESC_MARKDOWN, ak_str_of(z));
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] == '@' && (i == 0 || b.p[i - 1] != '['))
			ak_buf_adds(out, "\\[@\\]");
		else
			ak_buf_addc(out, b.p[i]);
	ak_buf_release(&b);
}

static void row(struct ak_buf *out, const json_t *check, const json_t *f)
{
	const json_t *cites = json_object_get(f, "cites"), *response = json_object_get(f, "response");

	ak_buf_addf(out, "| %s | ", ak_out_text(check, "severity"));
	md(out, ak_out_text(check, "check"));
	ak_buf_adds(out, " | ");
	md(out, ak_out_text(f, "text"));
	if (response) {
		ak_buf_adds(out, " Management: ");
		md(out, ak_out_text(response, "text"));
	}
	ak_buf_adds(out, " | ");
	if (json_array_size(cites))
		md(out, json_string_value(json_array_get(cites, 0)));
	if (json_array_size(cites) > 1)
		ak_buf_addf(out, " and %zu more", json_array_size(cites) - 1);
	ak_buf_addf(out, " | %s |\n", ak_out_text(f, "id"));
}

static void failing(struct ak_buf *out, const json_t *checks)
{
	static const char *const order[] = {"high", "medium", "low"};
	long long all = 0, shown = 0;
	json_t *k, *f;
	size_t i, n;

	json_array_foreach((json_t *)checks, i, k)
		all += ak_out_num(k, "failing");
	if (!all)
		return;
	ak_buf_adds(out, "\n| severity | check | finding | evidence | id |\n|---|---|---|---|---|\n");
	for (size_t s = 0; s < AK_COUNT(order); s++)
		json_array_foreach((json_t *)checks, i, k)
			json_array_foreach(json_object_get(k, "findings"), n, f)
				if (strcmp(ak_out_text(k, "severity"), order[s]) == 0 && ak_out_fails(f) && shown < ROWS) {
					row(out, k, f);
					shown++;
				}
	if (all > shown)
		ak_buf_addf(out, "\nand %lld more findings.\n", all - shown);
}

static void verdicts(struct ak_buf *out, const json_t *checks)
{
	struct ak_buf measure;
	json_t *k;
	size_t i;

	ak_buf_init(&measure, 1 << 16);
	ak_buf_adds(out, "\n<details><summary>all checks</summary>\n\n| check | verdict | measured | what to do |\n|---|---|---|---|\n");
	json_array_foreach((json_t *)checks, i, k) {
		const char *verdict = ak_out_text(k, "verdict");
		bool unclear = strcmp(verdict, "not evaluable") == 0, bad = strcmp(verdict, "not met") == 0;

		ak_buf_clear(&measure);
		ak_out_measure(k, &measure);
		ak_buf_adds(out, "| ");
		md(out, ak_out_text(k, "check"));
		ak_buf_addf(out, " | %s | ", bad ? "**NOT MET**" : verdict);
		md(out, unclear ? ak_out_text(k, "why") : measure.p);
		ak_buf_adds(out, " | ");
		md(out, bad ? ak_out_text(k, "fix") : "");
		ak_buf_adds(out, " |\n");
	}
	ak_buf_adds(out, "\n</details>\n");
	ak_buf_release(&measure);
}

void ak_check_markdown(const json_t *doc, struct ak_buf *out)
{
	const json_t *checks = json_object_get(doc, "checks");

	ak_buf_adds(out, "## auditkit check\n\n");
	ak_out_total(doc, out);
	ak_buf_adds(out, "; ");
	ak_out_counts(doc, out);
	ak_buf_adds(out, ".\n");
	failing(out, checks);
	verdicts(out, checks);
}
