#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/crypto.h"
#include "base/time.h"

enum { MOST = 10000, TRACE_BYTES = 16, SPAN_BYTES = 8, MARKER_BYTES = 8 };

struct canary {
	int64_t at_us;
	char traceparent[56], marker[40], sha256[65];
};

static void hex(const uint8_t *p, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++)
		snprintf(out + 2 * i, 3, "%02x", p[i]);
}

/* An id of all zeros is none (W3C Trace Context). */
static void make(int64_t at_us, struct canary *out)
{
	uint8_t id[TRACE_BYTES + SPAN_BYTES + MARKER_BYTES], digest[AK_SHA256_LEN];
	char trace[2 * TRACE_BYTES + 1], span[2 * SPAN_BYTES + 1], marker[2 * MARKER_BYTES + 1];

	ak_random(id, sizeof id);
	id[0] |= 1;
	id[TRACE_BYTES] |= 1;
	hex(id, TRACE_BYTES, trace);
	hex(id + TRACE_BYTES, SPAN_BYTES, span);
	hex(id + TRACE_BYTES + SPAN_BYTES, MARKER_BYTES, marker);
	out->at_us = at_us;
	snprintf(out->traceparent, sizeof out->traceparent, "00-%s-%s-01", trace, span);
	snprintf(out->marker, sizeof out->marker, "canary-%s", marker);
	ak_sha256(out->marker, strlen(out->marker), digest);
	hex(digest, sizeof digest, out->sha256);
}

static void print(struct ak_ctx *c, const struct canary *k, size_t n, int64_t every_us)
{
	char at[32];

	ak_io_printf(c->io, "# %zu canary requests, one every %lld s. Send each through the control point at its time, as any application\n"
			    "# would, with the line below as its header `traceparent` and its marker somewhere in the prompt. After the\n"
			    "# exports of that time are ingested: 'auditkit report completeness --canaries THIS-FILE' says which of them are\n"
			    "# there, and 'auditkit packet build --canary-hashes FILE', with the SHA-256 of the markers, that no prompt is.\n",
		     n, (long long)(every_us / 1000000));
	for (size_t i = 0; i < n; i++)
		ak_io_printf(c->io, "# %zu of %zu at %s, marker %s, sha256 %s\n%s\n", i + 1, n, ak_time_z(k[i].at_us, 0, at), k[i].marker, k[i].sha256,
			     k[i].traceparent);
}

static enum ak_rc print_json(struct ak_ctx *c, const struct canary *k, size_t n, int64_t every_us, struct ak_err *err)
{
	json_t *list = json_array(), *doc;
	char at[32];
	enum ak_rc rc;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "at", ak_time_z(k[i].at_us, 0, at), "traceparent", k[i].traceparent,
						      "marker", k[i].marker, "marker_sha256", k[i].sha256));
	doc = json_pack("{s:s, s:i, s:I, s:o}", "schema", "auditkit.canary-plan/1", "format_version", 1, "every_seconds",
			(json_int_t)(every_us / 1000000), "canaries", list);
	rc = ak_io_json(c->io, doc, err);
	json_decref(doc);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *from = ak_args_text(c->args, "from");
	int64_t n = ak_args_int(c->args, "count", 24), minutes = ak_args_int(c->args, "every", 60), first = ak_time_now();
	struct canary *k;
	enum ak_rc rc = from ? ak_time_arg(from, first, &first, err) : AK_OK;

	if (rc == AK_OK && (n < 1 || n > MOST))
		rc = ak_fail(err, AK_EXIT_USAGE, "option '--count' is a number from 1 to %d", MOST);
	if (rc == AK_OK && (minutes < 1 || minutes > 366 * 1440))
		rc = ak_fail(err, AK_EXIT_USAGE, "option '--every' is a number of minutes, up to a year of them");
	if (rc != AK_OK)
		return err->exit;
	k = ak_alloc((size_t)n * sizeof *k);
	for (int64_t i = 0; i < n; i++)
		make(first + i * minutes * 60000000, &k[i]);
	if (c->json)
		rc = print_json(c, k, (size_t)n, minutes * 60000000, err);
	else
		print(c, k, (size_t)n, minutes * 60000000);
	ak_free(k);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"count", 0, AK_OPT_INT, "N", "how many (24)"},
	{"every", 0, AK_OPT_INT, "MINUTES", "how far apart (60)"},
	{"from", 0, AK_OPT_TEXT, "TIME", "when the first is sent (now)"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit canary plan --count 24 --every 60 >canaries.txt", "a day of them, one an hour"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_canary_plan = {
	.name = "canary plan",
	.summary = "plan requests that must be found in the exports: a live test of logging",
	.text = "Prints ids and times, sends nothing. The plan is the file that `report completeness --canaries` reads. Ids and markers are random\n"
		"and stand nowhere else: keep the plan where those who export the logs do not see it before.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_NOTHING,
	.run = run,
};
