#include "base/ak.h"

#include <stdlib.h>

#include "map.h"

/* Loading: what is refused, with line and reason, and what a compiled mapping says of itself. */

static const struct {
	const char *yaml, *msg;
} refused[] = {
	{HEAD("request", "json") "fields: {}\nfeilds: {}\n",
	 "test.yaml:8: unknown key 'feilds' (did you mean 'fields'?)"},
	{HEAD("request", "xml") "fields: {}\n", "test.yaml:5: container is json or csv"},
	{HEAD("requests", "json") "fields: {}\n", "test.yaml:4: unknown record kind"},
	{HEAD("request", "json") "fields:\n  input_tokenz: /a\n",
	 "test.yaml:8: unknown field 'input_tokenz' (did you mean 'input_tokens'?)"},
	{HEAD("request", "json") "fields:\n  changes: /a\n",
	 "test.yaml:8: no record kind of this mapping has a field 'changes'"},
	{HEAD("audit_event", "json") "fields:\n  changes: /a\n", "test.yaml:8: 'changes' needs 'diff'"},
	{HEAD("request", "json") "fields:\n  event_id: a\n", "test.yaml:8: a path is text that begins with '/' or '^'"},
	{HEAD("request", "json") "dims: [provider]\ngrouping:\n  - {field: route_id, as: a, questions: [1], again: b}\nfields: {}\n",
	 "test.yaml:9: grouping: 'route_id' is not one of the dims"},
	{HEAD("request", "json") "dims: [provider]\ngrouping:\n  - {field: provider, as: a, questions: [8], again: b}\nfields: {}\n",
	 "test.yaml:9: questions are numbers from 1 to 7"},
	{HEAD("request", "json") "dims: [provider]\ngrouping:\n  - {field: provider, questions: [1], again: b}\nfields: {}\n",
	 "test.yaml:9: key 'as' is missing in 'grouping'"},
	{HEAD("request", "json") "completeness: {caps: [{rows: 0, what: a page}]}\nfields: {}\n",
	 "test.yaml:7: completeness.caps: 'rows' is 1 or more"},
	{HEAD("request", "json") "completeness: {caps: [{rows: 9}]}\nfields: {}\n", "test.yaml:7: key 'what' is missing in 'completeness.caps'"},
	{HEAD("request", "json") "completeness: {settles: -1}\nfields: {}\n", "test.yaml:7: completeness.settles: seconds, 0 to 31622400"},
	{HEAD("request", "json") "completeness: {sequence: numbr}\nfields: {}\n", "test.yaml:7: unknown field 'numbr'"},
	{HEAD("request", "json") "completeness: {truncated: [{path: /a}]}\nfields: {}\n",
	 "test.yaml:7: when: give one of is, in, not, set, at-least and whole"},
	{HEAD("request", "csv") "fields:\n  event_id: ^/a\n", "test.yaml:8: a CSV row has no parent object"},
	{HEAD("request", "json") "fields:\n  event_id: ^^^^^^^/a\n", "test.yaml:8: at most 6 parent objects"},
	{HEAD("request", "json") "fields:\n  event_id: {path: /a, tmie: s}\n",
	 "test.yaml:8: unknown key 'tmie' in 'fields.event_id' (did you mean 'time'?)"},
	{HEAD("request", "json") "fields:\n  event_id: {path: /a, time: s}\n",
	 "test.yaml:8: 'time' does not fit the field 'event_id' (id)"},
	{HEAD("request", "json") "fields:\n  duration_ms: {path: /a, time: s}\n",
	 "test.yaml:8: 'time' of a number needs 'minus'"},
	{HEAD("request", "json") "fields:\n  event_start: {path: /a, time: sec}\n",
	 "test.yaml:8: 'time' does not know 'sec'"},
	{HEAD("request", "json") "fields:\n  event_start: {path: /a, plus: 0}\n",
	 "test.yaml:8: 'plus' is a number of seconds from 1 to 31622400"},
	{HEAD("request", "json") "fields:\n  event_id: {join: [/a, /b]}\n",
	 "test.yaml:8: 'join' needs 'with' for the field 'event_id' (id)"},
	{HEAD("request", "json") "fields:\n  event_id: {join: [/a, /b], with: \", \"}\n",
	 "test.yaml:8: 'with' is one of . _ : / @ + = - for an id"},
	{HEAD("request", "json") "fields:\n  event_id: {path: /a, with: /}\n", "test.yaml:8: 'with' belongs to 'join'"},
	{HEAD("request", "json") "fields:\n  action: {exported: true}\n",
	 "test.yaml:8: 'exported' does not fit the field 'action' (name)"},
	{HEAD("request", "json") "fields: {}\nsignature: {rows: rsa-sha256}\n",
	 "test.yaml:8: signature: give rows: rsa-sha256 and at, or body: hmac-sha256 and header"},
	{HEAD("request", "json") "fields: {}\nsignature: {body: hmac-sha256, header: X, at: b}\n",
	 "test.yaml:8: signature: give rows: rsa-sha256 and at, or body: hmac-sha256 and header"},
	{HEAD("request", "csv") "fields: {}\nsignature: {body: hmac-sha256, header: X}\n", "test.yaml:8: signature: of JSON only"},
	{HEAD("request", "json") "fields: {}\nsamples:\n  - {name: a, input: b}\n",
	 "test.yaml:9: a sample has either 'expect' or 'instead'"},
	{HEAD("request", "json") "fields: {}\nsamples:\n  - {name: a, input: b, instead: t}\n",
	 "test.yaml:9: 'instead' names another format, or none"},
	{HEAD("request", "json") "fields:\n  event_start: {path: /a, zone: Nowhere/Land}\n",
	 "test.yaml:8: unknown zone 'Nowhere/Land'"},
	{HEAD("request", "json") "fields:\n  input_tokens: {const: many}\n",
	 "test.yaml:8: this constant does not fit the field 'input_tokens' (integer)"},
	{HEAD("request", "json") "fields:\n  event_id: {path: /a, const: b}\n",
	 "test.yaml:8: 'event_id': give one of path, const, sum, join, exported, count and diff"},
	{HEAD("request", "json") "fields:\n  attempt_retries: {path: /a, less: 1}\n",
	 "test.yaml:8: 'less' is a number from 1 that is taken off a 'count'"},
	{HEAD("request", "json") "fields:\n  event_id: {count: /a}\n",
	 "test.yaml:8: 'count' does not fit the field 'event_id' (id)"},
	{HEAD("request", "json") "fields:\n  event_id: {path: /a, split: {by: \",\"}}\n",
	 "test.yaml:8: split: 'take' is needed for a field with one value"},
	{HEAD("request", "json") "fields:\n  event_id: {path: /a, when: {path: /b}}\n",
	 "test.yaml:8: when: give one of is, in, not, set, at-least and whole"},
	{HEAD("request", "json") "fields:\n  event_id: {path: /a, when: {path: /b, at-least: many}}\n",
	 "test.yaml:8: when: 'at-least' is a number"},
	{HEAD("request", "json") "fields:\n  event_id: []\n", "test.yaml:8: 'event_id': an empty list of rules"},
	{HEAD("request", "json") "fields:\n  event_id: /a\n  event.id: /b\n",
	 "test.yaml:9: field 'event.id' is given twice"},
	{HEAD("request", "json") "sealed: [/a/b]\nfields: {event_id: /a}\n",
	 "test.yaml:7: 'sealed' is a list of members of a record, of JSON only"},
	{HEAD("request", "json") "wrapped: [data]\nfields: {event_id: /a}\n", "test.yaml:7: 'wrapped' is a list of paths, of JSON only"},
	{HEAD("request", "json") "wrapped: [/data]\nfields: {route_id: /data/a, event_id: /a}\n",
	 "test.yaml:8: path '/data/a' is named apart from what is wrapped"},
	{HEAD("request", "json") "fields: {event_id: /a/*}\npayload: {prompt: [/a]}\n",
	 "test.yaml:8: payload: '/a/*' takes all of what is below payload; name the members"},
	{HEAD("request", "json") "fields: {guardrails: \"/a/b/[]\"}\npayload: {prompt: [/a]}\n",
	 "test.yaml:8: payload: '/a/b/[]' takes all of what is below payload; name the members"},
	{HEAD("request", "json") "fields: {}\nidentifiers:\n  - {kind: request_model, path: /a}\n",
	 "test.yaml:9: 'request_model' is not an identifier"},
	{HEAD("request", "json") "fields: {}\nrecords: [/data]\n",
	 "test.yaml:8: a record path begins with '/' and ends with '/[]'"},
	{HEAD("[{kind: request}, {kind: audit_event}]", "json") "fields: {}\n",
	 "test.yaml:4: every kind but the last has a 'when', the last has none"},
	{HEAD("request", "json") "fields: {}\nidentity: [event_idd]\n",
	 "test.yaml:8: unknown field 'event_idd' (did you mean 'event_id'?)"},
	{"id: t\ntitle: t\nversion: 1\nkind: request\ncontainer: json\ndetect: {any: [/a]}\nfields: {}\n",
	 "test.yaml:6: detect: name at least one required path or constant"},
	{"id: T\ntitle: t\nversion: 1\nkind: request\ncontainer: json\ndetect: {required: [/a]}\nfields: {}\n",
	 "test.yaml:1: an id is 1 to 64 of a-z, 0-9 and '-'"},
};

static void refusals(void)
{
	for (size_t i = 0; i < AK_COUNT(refused); i++) {
		struct ak_mapping *m = NULL;
		struct ak_err err = {0};
		enum ak_rc rc = ak_mapping_parse("test.yaml", ak_str_of(refused[i].yaml), &m, &err);

		ok(rc == AK_FAIL && err.exit == AK_EXIT_USAGE && !m, "refused");
		is_str(ak_str_of(err.msg), refused[i].msg, refused[i].msg);
	}
}

static const char whole[] =
	"id: page-format\ntitle: Pages\nversion: 3\nsystem: shop\nkind:\n"
	"  - {when: {path: /type, is: call}, kind: request}\n  - {kind: audit_event}\n"
	"doc: [{page: \"https://example.org/doc\", read: \"2026-01-02\"}]\nstatus: from docs\ncontainer: json\n"
	"records: [\"/data/[]\", \"\"]\nempty_records: true\ndetect: {required: [/type], const: {/object: [a, b]}}\n"
	"identity: [event_id]\nrevision: /updated\ndims: [provider]\n"
	"fields:\n"
	"  event_id: [/id, {path: /other, strip-prefix: x}]\n"
	"  input_tokens: {sum: [/a, /b]}\n"
	"  provider: {const: openai}\n"
	"  duration_ms: {path: /end, minus: /start, when: {path: /x, set: true}}\n"
	"  changes: {diff: {before: /old, after: /new}}\n"
	"identifiers: [{kind: trace_id, path: /t}]\n"
	"payload: {prompt: [/messages, ^/shared], other: /tools}\n"
	"headers: [/headers]\ndrop: {/prices: pricing table}\n";

/* Null is nothing given, wherever it stands. */
static void nulls(void)
{
	struct run *r = run_map(
		HEAD("request",
		     "json") "zone:\nrecords:\nidentity:\nrevision:\nheaders:\npayload: {prompt: null}\n"
			     "fields:\n  event_id: {path: /id, when: null, enum: null, split: null, const: null}\n",
		"{\"id\":\"a\"}", NULL);
	struct ak_mapping *m = NULL;
	struct ak_err err = {0};

	is_str(text_of(r, 0, AK_F_EVENT_ID), "a", "null members count as not given");
	run_end(r);
	ok(ak_mapping_parse("t", ak_str_of(HEAD("request", "json") "records: [null]\nfields: {}\n"), &m, &err) ==
		   AK_FAIL,
	   "a null in a list is a mistake");
}

static void facts(void)
{
	struct ak_mapping *m = load(whole);
	const struct ak_mapping_info *info = ak_mapping_info(m);
	const struct ak_frame_plan *plan = ak_mapping_plan(m);
	const enum ak_field_id *dims;
	const char *why = NULL;
	int role = -1;

	is_str(ak_str_of(info->id), "page-format", "id");
	is_str(ak_str_of(info->version), "3", "version is text");
	is_str(ak_str_of(info->origin), "test.yaml", "origin");
	is_int(info->kinds, 1 << AK_K_REQUEST | 1 << AK_K_AUDIT, "kinds");
	/* Of the text above, by Python's hashlib. */
	is_str(ak_str_of(info->digest), "25a265e3c5b41f71318a9ffd3f98897a71aa98494cb0b3f26598bdfcbb83ce7d", "digest");
	is_int((int64_t)info->text.n, (int64_t)strlen(whole), "the YAML is kept");
	ok(plan->npaths == 1 && plan->bare && plan->empty_records && !plan->no_ctx, "plan");
	is_str(plan->paths[0], "/data/[]", "record path");
	is_str(ak_str_of(ak_mapping_rule_text(m, AK_F_EVENT_ID)), "/id | /other", "rule text of alternatives");
	is_str(ak_str_of(ak_mapping_rule_text(m, AK_F_INPUT_TOKENS)), "/a + /b", "rule text of a sum");
	is_str(ak_str_of(ak_mapping_rule_text(m, AK_F_PROVIDER)), "always 'openai'", "rule text of a constant");
	is_str(ak_str_of(ak_mapping_rule_text(m, AK_F_DURATION)), "/end - /start (conditional)",
	       "rule text of a difference");
	is_str(ak_str_of(ak_mapping_rule_text(m, AK_F_CHANGES)), "/old -> /new", "rule text of states");
	is_str(ak_str_of(ak_mapping_rule_text(m, AK_F_TRACE_ID)), "/t",
	       "rule text of an identifier without field rule");
	ok(!ak_mapping_rule_text(m, AK_F_TEAM), "no rule");
	is_str(ak_str_of(ak_mapping_payload_path(m, 1, &role)), "^/shared", "payload path");
	is_int(role, 0, "its role");
	is_str(ak_str_of(ak_mapping_payload_path(m, 2, &role)), "/tools", "last payload path");
	is_int(role, 2, "its role");
	ok(!ak_mapping_payload_path(m, 3, &role), "no more payload paths");
	is_str(ak_str_of(ak_mapping_drop_path(m, 0, &why)), "/prices", "drop path");
	is_str(ak_str_of(why), "pricing table", "its reason");
	is_str(ak_str_of(ak_mapping_drop_path(m, 1, &why)), "/headers/*", "headers");
	ok(!ak_mapping_drop_path(m, 2, &why), "no more drop paths");
	ok(ak_mapping_dims(m, &dims) == 1 && dims[0] == AK_F_PROVIDER, "dims");
	ok(ak_mapping_has_revision(m), "revision");
	ak_mapping_free(m);
}

static void kinds_and_levels(void)
{
	struct run *r = run_map(
		whole,
		"{\"data\":[{\"type\":\"call\",\"id\":\"c1\",\"a\":1,\"b\":\"2\",\"updated\":7},"
		"{\"type\":\"change\",\"other\":\"xe2\",\"old\":{\"q\":1},\"new\":{\"q\":2},\"prices\":{\"a\":1},"
		"\"headers\":{\"h1\":\"v\",\"h2\":\"w\"}}],\"shared\":\"some text\"}"
		"{\"data\":[]}{\"type\":\"call\",\"id\":\"-\"}",
		NULL);

	is_int((int64_t)r->n, 4, "page, empty page and bare record");
	is_int(r->rec[0].kind, AK_K_REQUEST, "first kind by condition");
	is_int(r->rec[1].kind, AK_K_AUDIT, "last kind else");
	is_str(text_of(r, 0, AK_F_EVENT_ID), "c1", "id");
	is_int(num_of(r, 0, AK_F_INPUT_TOKENS), 3, "sum over number and numeric text");
	is_str(r->rec[0].natural_key, "c1", "natural key");
	is_str(r->rec[0].revision, "00000000000000000007", "revision number padded");
	is_str(text_of(r, 0, AK_F_PAYLOAD_PROMPT), "present", "payload of the object around");
	is_str(text_of(r, 1, AK_F_EVENT_ID), "e2", "second alternative, prefix stripped");
	ok(!r->rec[1].v[AK_F_INPUT_TOKENS].set, "fields of other kinds are skipped");
	is_str(text_of(r, 1, AK_F_CHANGES), "[{\"after\":2,\"before\":1,\"path\":\"/q\"}]", "changes");
	ok(r->rec[2].flags & AK_R_EMPTY_BUCKET, "empty container is a record of zero");
	ok(!(r->rec[0].flags & AK_R_EMPTY_BUCKET), "others are not");
	ok((r->rec[3].flags & AK_R_NO_KEY) && !r->rec[3].natural_key.n, "a sentinel is no key");
	is_str(text_of(r, 3, AK_F_PAYLOAD_PROMPT), "absent", "no object around, no payload");
	is_int((int64_t)ak_mapper_stats(r->mp)->dropped[0], 1, "dropped member counted");
	is_int((int64_t)ak_mapper_stats(r->mp)->dropped[1], 2, "headers counted");
	is_int((int64_t)ak_mapper_stats(r->mp)->payload[1][AK_PAY_PRESENT], 2, "payload counted per record");
	ok(ak_mapper_saw(r->mp, AK_F_PROVIDER) && !ak_mapper_saw(r->mp, AK_F_TRACE_ID), "dims seen");
	is_int((int64_t)absent(r, AK_F_TEAM, AK_ABSENT_NOT_MAPPED), 4, "no rule: not in this format, for every record");
	is_int((int64_t)r->rec[1].rec_no, 2, "record number");
	run_end(r);
}

int main(void)
{
	refusals();
	nulls();
	facts();
	kinds_and_levels();
	return done_testing();
}
