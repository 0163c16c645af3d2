#include "base/ak.h"
#include "check/out.h"

#include <stdio.h>

#include "tmpl/mustache.h"

static void xml(struct ak_buf *out, const char *z) { ak_escape(out, AK_ESC_HTML, ak_str_of(z)); }

static void attribute(struct ak_buf *out, const char *name, const char *value)
{
	ak_buf_addf(out, " %s=\"", name);
	xml(out, value);
	ak_buf_addc(out, '"');
}

static void finding(struct ak_buf *out, const json_t *f)
{
	const json_t *response = json_object_get(f, "response"), *muted = json_object_get(f, "muted");
	json_t *cite;
	size_t i;

	ak_buf_addf(out, "%s %s", ak_out_text(f, "id"), ak_out_fails(f) ? "" : muted ? "(muted) " : "(known) ");
	xml(out, ak_out_text(f, "text"));
	json_array_foreach(json_object_get(f, "cites"), i, cite) {
		ak_buf_adds(out, i ? ", " : " [");
		xml(out, json_string_value(cite) ? json_string_value(cite) : "?");
	}
	if (json_array_size(json_object_get(f, "cites")))
		ak_buf_addc(out, ']');
	if (response) {
		ak_buf_adds(out, "; management: ");
		xml(out, ak_out_text(response, "text"));
	}
	ak_buf_addc(out, '\n');
}

static void findings(struct ak_buf *out, const json_t *check)
{
	const json_t *list = json_object_get(check, "findings");
	json_t *f;
	size_t i;

	json_array_foreach((json_t *)list, i, f)
		finding(out, f);
	if (ak_out_num(check, "found") > (long long)json_array_size(list))
		ak_buf_addf(out, "and %lld more that are not listed\n", ak_out_num(check, "found") - (long long)json_array_size(list));
}

static void test(struct ak_buf *out, const json_t *check)
{
	bool skipped = strcmp(ak_out_text(check, "verdict"), "not evaluable") == 0, failed = ak_out_num(check, "failing") > 0;
	struct ak_buf message;

	ak_buf_init(&message, 1 << 16);
	ak_out_measure(check, &message);
	ak_buf_adds(out, "    <testcase");
	attribute(out, "classname", "auditkit.check");
	attribute(out, "name", ak_out_text(check, "check"));
	ak_buf_adds(out, " time=\"0\">\n");
	if (skipped) {
		ak_buf_adds(out, "      <skipped");
		attribute(out, "message", ak_out_text(check, "why"));
		ak_buf_adds(out, "/>\n");
	} else if (failed) {
		ak_buf_adds(out, "      <failure");
		attribute(out, "type", ak_out_text(check, "severity"));
		attribute(out, "message", message.p);
		ak_buf_adds(out, ">");
		xml(out, ak_out_text(check, "title"));
		ak_buf_adds(out, "\ndo: ");
		xml(out, ak_out_text(check, "fix"));
		ak_buf_addc(out, '\n');
		findings(out, check);
		ak_buf_adds(out, "</failure>\n");
	} else {
		ak_buf_adds(out, "      <system-out>");
		xml(out, message.p);
		ak_buf_addc(out, '\n');
		findings(out, check);
		ak_buf_adds(out, "</system-out>\n");
	}
	ak_buf_adds(out, "    </testcase>\n");
	ak_buf_release(&message);
}

void ak_check_junit(const json_t *doc, struct ak_buf *out)
{
	const json_t *checks = json_object_get(doc, "checks");
	long long failures = 0;
	char counts[128];
	json_t *k;
	size_t i;

	json_array_foreach((json_t *)checks, i, k)
		failures += ak_out_num(k, "failing") > 0;
	snprintf(counts, sizeof counts, "tests=\"%zu\" failures=\"%lld\" errors=\"0\" skipped=\"%lld\" time=\"0\"", json_array_size(checks), failures,
		 ak_out_num(doc, "not_evaluable"));
	ak_buf_addf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"auditkit check\" %s>\n  <testsuite name=\"auditkit check\" %s>\n", counts,
		    counts);
	json_array_foreach((json_t *)checks, i, k)
		test(out, k);
	ak_buf_adds(out, "  </testsuite>\n</testsuites>\n");
}
