/* https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
#include "base/ak.h"
#include "check/out.h"

#include "base/jsonw.h"
#include "base/text.h"

/* Control and bidi characters visible, as everywhere. */
static json_t *safe(const char *z)
{
	struct ak_buf b;
	json_t *v;

	ak_buf_init(&b, SIZE_MAX / 2);
	ak_text_safe(&b, ak_str_of(z));
	v = json_stringn(b.n ? b.p : "", b.n);
	ak_buf_release(&b);
	return v;
}

static json_t *message(const char *z) { return json_pack("{s:o}", "text", safe(*z ? z : "-")); }

static const char *level(const char *severity)
{
	return strcmp(severity, "high") == 0 ? "error" : strcmp(severity, "medium") == 0 ? "warning" : "note";
}

static json_t *rule(const json_t *k)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:{s:s}, s:{s:s}}", "id", ak_out_text(k, "check"), "name", ak_out_text(k, "check"), "shortDescription",
			 message(ak_out_text(k, "title")), "fullDescription", message(ak_out_text(k, "rationale")), "help", message(ak_out_text(k, "fix")),
			 "defaultConfiguration", "level", level(ak_out_text(k, "severity")), "properties", "severity", ak_out_text(k, "severity"));
}

/* Unreserved characters of RFC 3986 stay. */
static void uri(struct ak_buf *out, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ak_is_alnum((unsigned char)p[i]) || strchr("-._~", p[i]))
			ak_buf_addc(out, p[i]);
		else
			ak_buf_addf(out, "%%%02X", (unsigned char)p[i]);
}

/* A record has no line: its source is the artifact, its citation the logical place. Readers that show files (GitHub's among them) take no
 * location without a first line. */
static json_t *location(const char *cite)
{
	const char *colon = strrchr(cite, ':');
	struct ak_buf b;
	json_t *o;

	ak_buf_init(&b, SIZE_MAX / 2);
	uri(&b, cite, colon ? (size_t)(colon - cite) : strlen(cite));
	o = json_pack("{s:{s:{s:s, s:s}, s:{s:i}}, s:[{s:o, s:s}], s:o}", "physicalLocation", "artifactLocation", "uri", b.n ? b.p : "-", "uriBaseId",
		      "SOURCES", "region", "startLine", 1, "logicalLocations", "fullyQualifiedName", safe(cite), "kind", "resource", "message", message(cite));
	ak_buf_release(&b);
	return o;
}

static json_t *result(const json_t *k, const json_t *f, size_t index)
{
	const json_t *muted = json_object_get(f, "muted"), *is_new = json_object_get(f, "new"), *response = json_object_get(f, "response");
	json_t *places = json_array(), *cite,
	       *o = json_pack("{s:s, s:I, s:s, s:s, s:o, s:{s:s}}", "ruleId", ak_out_text(k, "check"), "ruleIndex", (json_int_t)index, "kind", "fail", "level",
			      level(ak_out_text(k, "severity")), "message", message(ak_out_text(f, "text")), "partialFingerprints", "auditkitFinding/v1",
			      ak_out_text(f, "id"));
	size_t i;

	json_array_foreach(json_object_get(f, "cites"), i, cite)
		if (json_is_string(cite) && i < 20)
			json_array_append_new(places, location(json_string_value(cite)));
	json_object_set_new(o, "locations", places);
	if (is_new)
		json_object_set_new(o, "baselineState", json_string(json_is_true(is_new) ? "new" : "unchanged"));
	json_object_set_new(o, "suppressions", muted ? json_pack("[{s:s, s:s, s:o}]", "kind", "external", "status", "accepted", "justification",
								  safe(ak_out_text(muted, "reason"))) : json_array());
	json_object_set_new(o, "properties", json_pack("{s:o, s:i}", "subject", safe(ak_out_text(f, "subject")), "citations",
						       (int)json_array_size(json_object_get(f, "cites"))));
	if (response)
		json_object_set_new(json_object_get(o, "properties"), "managementResponse", safe(ak_out_text(response, "text")));
	return o;
}

static json_t *notification(const json_t *k, size_t index)
{
	return json_pack("{s:s, s:o, s:{s:s, s:I}}", "level", "warning", "message", message(ak_out_text(k, "why")), "associatedRule", "id", ak_out_text(k, "check"),
			 "index", (json_int_t)index);
}

void ak_check_sarif(const json_t *doc, struct ak_buf *out)
{
	json_t *rules = json_array(), *results = json_array(), *notes = json_array(), *k, *f, *log;
	struct ak_err ignored = {0};
	size_t i, n;

	json_array_foreach(json_object_get(doc, "checks"), i, k) {
		long long unlisted = ak_out_num(k, "found") - (long long)json_array_size(json_object_get(k, "findings"));

		json_array_append_new(rules, rule(k));
		json_array_foreach(json_object_get(k, "findings"), n, f)
			json_array_append_new(results, result(k, f, i));
		if (*ak_out_text(k, "why"))
			json_array_append_new(notes, notification(k, i));
		if (unlisted > 0)
			json_array_append_new(notes, json_pack("{s:s, s:{s:o}}", "level", "note", "message", "text",
							       json_sprintf("%s: %lld more findings are not listed", ak_out_text(k, "check"), unlisted)));
	}
	log = json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:{s:{s:{s:s}}}, s:s, s:[{s:b, s:o}], s:o}]}", "$schema",
			"https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs", "tool", "driver", "name", "auditkit", "version", PACKAGE_VERSION,
			"rules", rules, "originalUriBaseIds", "SOURCES", "description", "text", "sources of the workspace, by name", "columnKind", "unicodeCodePoints",
			"invocations", "executionSuccessful", 1, "toolExecutionNotifications", notes, "results", results);
	if (ak_json_pretty(log, out, &ignored) != AK_OK)
		AK_BUG("a document of our own cannot be written");
	json_decref(log);
}
