/* The strongest proof that a record has (MOONSHOTS M22): signed where it came from, chained there, or sealed when it was read.
 * A file whose signatures were not all found good proves nothing of any one of its records. */
#include "base/ak.h"
#include "trace/hops.h"

#include <stdlib.h>

static const json_t *rule_of(const json_t *rows, const char *rule)
{
	const json_t *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row)
		if (ak_trace_same(json_string_value(json_object_get(row, "rule")), rule))
			return row;
	return NULL;
}

static bool is_notice(const json_t *rows, const char *rule)
{
	return ak_trace_same(json_string_value(json_object_get(rule_of(rows, rule), "severity")), "notice");
}

/* "of 3 digests 3 are signed with the key that was given, ...": all of them? */
static bool all_signed(const json_t *trail)
{
	const char *z = json_string_value(json_object_get(rule_of(trail, "trail_signatures"), "detail"));
	char *end;
	unsigned long of, good;

	if (!z || strncmp(z, "of ", 3) != 0 || !is_notice(trail, "trail_signatures"))
		return false;
	of = strtoul(z + 3, &end, 10);
	if (strncmp(end, " digests ", 9) != 0)
		return false;
	good = strtoul(end + 9, NULL, 10);
	return of > 0 && good == of;
}

/* CloudTrail: digests list every log file of this workspace, and they are a chain. */
static enum ak_rc trail(struct ak_trace *t, const json_t *record, json_t **out, struct ak_err *err)
{
	const char *format = json_string_value(json_object_get(record, "format"));
	enum ak_rc rc = AK_OK;

	if (!format || strncmp(format, "aws-cloudtrail", 14) != 0)
		return AK_OK;
	if (!t->trail && (rc = ak_query_trail_signs(t->s, &t->trail, err)) != AK_OK)
		return rc;
	if (!is_notice(t->trail, "trail_files") || !is_notice(t->trail, "trail_logs") || !is_notice(t->trail, "trail_links"))
		return AK_OK;
	if (all_signed(t->trail))
		*out = json_pack("{s:s, s:s}", "level", "origin-signed", "basis", "its log file is listed unaltered by CloudTrail digests, all signed");
	else
		*out = json_pack("{s:s, s:s}", "level", "chained at source", "basis",
				 "its log file is listed unaltered by a chain of CloudTrail digests, whose signatures were not all checked");
	return AK_OK;
}

static enum ak_rc signature(struct ak_trace *t, const json_t *record, json_t **out, struct ak_err *err)
{
	json_t *rows = NULL;
	const json_t *good;
	enum ak_rc rc = ak_query_file_signs(t->s, json_integer_value(json_object_get(record, "file")), &rows, err);

	if (rc != AK_OK)
		return rc;
	good = rule_of(rows, "signature_good");
	if (good && json_array_size(rows) == 1)
		*out = json_pack("{s:s, s:s}", "level", "origin-signed", "basis", "every signature of its file agrees with the key that was given");
	else if (rule_of(rows, "signature_bad"))
		*out = json_pack("{s:s, s:s}", "level", "sealed at ingest", "basis",
				 "leaf of the ledger; its file has signatures that do not agree, which proves nothing of any of its records");
	json_decref(rows);
	return AK_OK;
}

enum ak_rc ak_trace_proof(struct ak_trace *t, const json_t *record, json_t **out, struct ak_err *err)
{
	enum ak_rc rc;

	*out = NULL;
	if ((rc = trail(t, record, out, err)) != AK_OK || *out)
		return rc;
	if ((rc = signature(t, record, out, err)) == AK_OK && !*out)
		*out = json_pack("{s:s, s:s}", "level", "sealed at ingest", "basis", "leaf of the ledger since it was read");
	return rc;
}
