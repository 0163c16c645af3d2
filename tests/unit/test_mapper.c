#include "base/ak.h"

#include <stdlib.h>

#include "map.h"

/* Values: converters, modifiers, absence. Expected texts were worked out by hand or with Python's decimal and datetime.
 */

static void numbers(void)
{
	struct run *r =
		run_map(HEAD("request", "json") "fields:\n  input_tokens: /a\n  output_tokens: /b\n  total_tokens: /c\n"
						"  cost_estimated: {path: /d, decimal: {scale: -2, currency: eur}}\n"
						"  duration_ms: [{path: /e, decimal: {scale: 3}}, /f]\n"
						"  attempt_retries: {sum: [\"/g/[]/n\", /h]}\n  stream: /i\n  "
						"gateway_overhead_ms: {sum: [/j, /k]}\n",
			"{\"a\":59200.0,\"b\":\"1,245\",\"c\":0,\"d\":\"$1.42\",\"e\":0.007394075393676758,"
			"\"g\":[{\"n\":2},{\"n\":null},{\"n\":3}],\"h\":\"4\",\"i\":\"T\",\"j\":0.1,\"k\":\"0.2\"}\n"
			"{\"a\":-1,\"b\":9007199254740992,\"c\":1.5,\"d\":1e70,\"e\":\"x\",\"f\":7,\"i\":1}\n"
			"{\"a\":9007199254740991,\"d\":0,\"e\":\"12 ms\",\"h\":-3,\"i\":\"maybe\"}\n",
			NULL);

	is_int((int64_t)r->n, 3, "three records");
	is_int(num_of(r, 0, AK_F_INPUT_TOKENS), 59200, "integer written as a float");
	is_int(num_of(r, 0, AK_F_OUTPUT_TOKENS), 1245, "thousands separator in text");
	is_int(num_of(r, 0, AK_F_TOTAL_TOKENS), 0, "zero is a value");
	is_str(text_of(r, 0, AK_F_COST_ESTIMATED), "0.0142", "cents, with a currency sign");
	is_str(text_of(r, 0, AK_F_COST_CURRENCY), "eur", "currency of the rule that fired");
	is_str(text_of(r, 0, AK_F_DURATION), "7.394075393676758", "seconds to milliseconds, exact");
	is_int(num_of(r, 0, AK_F_ATTEMPT_RETRIES), 9, "sum over elements and another path");
	is_str(text_of(r, 0, AK_F_OVERHEAD), "0.3", "decimal sum is exact");
	is_int(num_of(r, 0, AK_F_STREAM), 1, "boolean from t");
	is_int(r->rec[0].flags & AK_R_BAD_NUMBER, 0, "nothing bad");
	ok(!r->rec[1].v[AK_F_INPUT_TOKENS].set, "negative count dropped");
	ok(!r->rec[1].v[AK_F_OUTPUT_TOKENS].set, "2^53 dropped");
	ok(!r->rec[1].v[AK_F_TOTAL_TOKENS].set, "fraction of a token dropped");
	ok(!r->rec[1].v[AK_F_COST_ESTIMATED].set && !r->rec[1].v[AK_F_COST_CURRENCY].set, "cost over bounds dropped");
	is_str(text_of(r, 1, AK_F_DURATION), "7", "second rule after a bad first");
	ok(r->rec[1].flags & AK_R_BAD_NUMBER, "record flagged");
	is_int((int64_t)ak_mapper_stats(r->mp)->invalid_kept_out[AK_F_INPUT_TOKENS], 1, "counted");
	is_int((int64_t)absent(r, AK_F_INPUT_TOKENS, AK_ABSENT_INVALID), 1, "with its reason");
	is_int(num_of(r, 2, AK_F_INPUT_TOKENS), INT64_C(9007199254740991), "2^53-1 stays");
	is_str(text_of(r, 2, AK_F_COST_ESTIMATED), "0", "cost zero is a value");
	ok(!r->rec[2].v[AK_F_DURATION].set && !r->rec[2].v[AK_F_STREAM].set, "text that is no number or boolean");
	ok(!r->rec[2].v[AK_F_ATTEMPT_RETRIES].set, "a bad term spoils the sum");
	run_end(r);
}

static void times(void)
{
	struct run *r =
		run_map(HEAD("request", "json") "zone: Europe/Berlin\n"
						"fields:\n  event_start: {path: /s, time: auto}\n  event_end: /e\n"
						"  duration_ms: {path: /n2, time: ns, minus: /n1}\n  "
						"time_to_first_chunk_ms: {path: /b, minus: /a}\n",
			"{\"s\":1785564000.25,\"e\":\"2026-08-01T08:00:00+02:00\",\"n1\":\"1544712660000000001\","
			"\"n2\":\"1544712661000000000\",\"a\":0.1,\"b\":0.35}\n"
			"{\"s\":\"2025-01-24 09:20:46.847371\",\"e\":1785564000}\n"
			"{\"s\":\"2014-12-31T23:59:59Z\",\"n1\":\"5\",\"n2\":null}\n"
			"{\"s\":\"2025-10-26 02:30:00\"}\n{\"s\":\"yesterday\"}\n{\"s\":\"2999-01-01T00:00:00Z\"}\n",
			NULL);

	is_str(text_of(r, 0, AK_F_START), "2026-08-01T06:00:00.25Z", "epoch seconds by magnitude");
	is_int(num_of(r, 0, AK_F_START), INT64_C(1785564000250000), "in microseconds");
	is_str(r->rec[0].time_raw, "1785564000.25", "original text kept");
	is_str(text_of(r, 0, AK_F_END), "2026-08-01T06:00:00Z", "offset");
	is_str(text_of(r, 0, AK_F_DURATION), "999.999999", "difference in nanoseconds");
	is_str(text_of(r, 0, AK_F_TTFT), "0.25", "difference of decimals");
	is_str(text_of(r, 1, AK_F_START), "2025-01-24T08:20:46.847371Z", "naive time in the mapping's zone");
	ok(r->rec[1].flags & AK_R_ASSUMED_ZONE, "zone was assumed");
	ok(!r->rec[1].v[AK_F_END].set, "a number where text is declared is refused");
	is_int((int64_t)ak_mapper_stats(r->mp)->invalid_kept_out[AK_F_END], 1, "and counted");
	ok(r->rec[2].flags & AK_R_ODD_TIME, "before 2015");
	is_str(r->rec[2].time_raw, NULL, "canonical text needs no original");
	ok(!r->rec[2].v[AK_F_DURATION].set, "null minuend");
	is_str(text_of(r, 3, AK_F_START), "2025-10-26T00:30:00Z", "first of two");
	ok(r->rec[3].flags & AK_R_AMBIGUOUS_TIME, "hour that occurs twice");
	ok((r->rec[4].flags & AK_R_NO_TIME) && !(r->rec[4].flags & AK_R_ODD_TIME), "no time");
	ok(r->rec[5].flags & AK_R_ODD_TIME, "far ahead");
	run_end(r);

	r = run_map(HEAD("request", "json") "zone: UTC\nfields: {event_start: /s}\nrevision: exported_at\n",
		    "{\"s\":\"2026-01-05 12:00\"}", "-05:00");
	is_str(text_of(r, 0, AK_F_START), "2026-01-05T17:00:00Z", "--tz wins");
	is_str(r->rec[0].revision, "2026-03-02T09:00:00.000000Z", "revision by export time");
	run_end(r);

	r = run_map(HEAD("request", "json") "fields: {event_start: /s}\nrevision: {path: /u, time: ms}\n",
		    "{\"s\":\"2026-01-05 12:00\",\"u\":1785564000001}", NULL);
	ok(!r->rec[0].v[AK_F_START].set, "naive time without zone is refused");
	is_str(r->rec[0].revision, "2026-08-01T06:00:00.001000Z", "revision time");
	run_end(r);
}

static void texts(void)
{
	struct run *r = run_map(
		HEAD("request",
		     "json") "sentinels: [UNSPECIFIED]\nfields:\n"
			     "  trace_id: {path: \"/h/[]\", traceparent: trace}\n  span_id: {path: /sp, hex-or-base64: "
			     "8}\n"
			     "  request_model: {path: /m, strip-prefix: models/, split: {by: \"@\", take: 1}}\n"
			     "  provider: /p\n  region: {path: /z, split: {by: \"/\", take: -2}}\n"
			     "  cache_status: {path: /c, lower: true, enum: {\"true\": hit, \"mi*\": miss, "
			     "\"miss-b*\": bypass}}\n"
			     "  project_id: /num\n  app: /bool\n  team_id: /one\n  organization_id: /many\n  "
			     "environment: /u\n"
			     "  outcome: {path: /st, enum: {ok: success, \"*\": failure}}\n  stack_trace_present: "
			     "/trace\n",
		"{\"h\":[\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\"],\"sp\":\"7uGbfsPBsXQ=\","
		"\"m\":\"models/gemini-2@001\",\"p\":\"OpenAI\",\"z\":\"projects/p/locations/europe-west1/models/x\","
		"\"c\":\"TRUE\",\"num\":12345678901234567890,\"bool\":true,\"one\":[\"t1\"],\"many\":[\"a\",\"b\"],"
		"\"u\":\"UNSPECIFIED\",\"st\":\"ok\",\"trace\":\"File x\"}\n"
		"{\"h\":[\"none\"],\"sp\":\"EEE19B7EC3C1B174\",\"c\":\"miss-bypassed\",\"st\":\"weird\",\"u\":\"  \","
		"\"p\":\"None\",\"trace\":\"\",\"num\":\"00000000-0000-0000-0000-000000000000\",\"z\":\"a\"}\n"
		"{\"c\":\"other\",\"trace\":{\"a\":1},\"sp\":\"0000000000000000\",\"num\":{\"deep\":1},"
		"\"h\":[\"00-00000000000000000000000000000000-0000000000000000-00\"]}\n",
		NULL);

	is_str(text_of(r, 0, AK_F_TRACE_ID), "4bf92f3577b34da6a3ce929d0e0e4736", "traceparent");
	is_str(text_of(r, 0, AK_F_SPAN_ID), "eee19b7ec3c1b174", "base64 id");
	is_str(text_of(r, 1, AK_F_SPAN_ID), "eee19b7ec3c1b174", "upper-case hex id");
	is_str(text_of(r, 0, AK_F_REQUEST_MODEL), "gemini-2", "split, then strip-prefix");
	is_str(text_of(r, 0, AK_F_PROVIDER), "openai", "enum fields are lower-cased");
	is_str(text_of(r, 0, AK_F_REGION), "models", "split from the end");
	ok(!r->rec[1].v[AK_F_REGION].set, "split without such an element");
	is_str(text_of(r, 0, AK_F_CACHE_STATUS), "hit", "folded, then looked up");
	is_str(text_of(r, 1, AK_F_CACHE_STATUS), "bypass", "the longest prefix wins");
	ok(!r->rec[2].v[AK_F_CACHE_STATUS].set, "no row fits");
	is_str(text_of(r, 0, AK_F_PROJECT), "12345678901234567890", "a number as its token");
	is_str(text_of(r, 0, AK_F_APP), "true", "a boolean as text");
	is_str(text_of(r, 0, AK_F_TEAM), "t1", "an array of one stands for its element");
	ok(!r->rec[0].v[AK_F_ORGANIZATION].set, "an array of two does not");
	ok(!r->rec[2].v[AK_F_PROJECT].set, "an object is no text");
	is_int((int64_t)absent(r, AK_F_ENVIRONMENT, AK_ABSENT_SENTINEL), 2, "the mapping's sentinel, and blanks");
	is_int((int64_t)absent(r, AK_F_ENVIRONMENT, AK_ABSENT_NULL), 1, "member not there");
	ok(!r->rec[1].v[AK_F_PROVIDER].set && !r->rec[1].v[AK_F_PROJECT].set, "None and the nil UUID");
	is_str(text_of(r, 0, AK_F_OUTCOME), "success", "exact row");
	is_str(text_of(r, 1, AK_F_OUTCOME), "failure", "any other");
	ok(!r->rec[1].v[AK_F_TRACE_ID].set, "no traceparent");
	ok(!r->rec[2].v[AK_F_TRACE_ID].set && !r->rec[2].v[AK_F_SPAN_ID].set, "trace and span ids of zeros only");
	is_int(num_of(r, 0, AK_F_STACK_TRACE), 1, "presence of text");
	is_int(num_of(r, 1, AK_F_STACK_TRACE), 0, "empty text: not there");
	is_int(num_of(r, 2, AK_F_STACK_TRACE), 1, "presence of a container");
	run_end(r);
}

static void lists(void)
{
	struct run *r =
		run_map(HEAD("request", "json") "fields:\n"
						"  finish_reasons: \"/choices/[]/f\"\n  guardrails: {path: /g, split: "
						"{by: \",\"}, lower: true}\n",
			"{\"choices\":[{\"f\":\"stop\"},{\"f\":null},{\"f\":\"le\\\"n\"}],\"g\":\"PII, Secrets ,\"}\n"
			"{\"choices\":[],\"g\":[]}\n{\"g\":\"[\\\"a\\\",1,true]\"}\n{\"g\":[{\"x\":1}]}\n"
			"{\"g\":\"[not json\"}\n",
			NULL);

	is_str(text_of(r, 0, AK_F_FINISH_REASONS), "[\"stop\",\"le\\\"n\"]", "elements of a path");
	is_str(text_of(r, 0, AK_F_GUARDRAILS), "[\"pii\",\"secrets\"]", "delimited text");
	ok(!r->rec[1].v[AK_F_FINISH_REASONS].set, "no elements, no value");
	is_str(text_of(r, 1, AK_F_GUARDRAILS), "[]", "an empty array is a value");
	is_str(text_of(r, 2, AK_F_GUARDRAILS), "[\"a\",\"1\",\"true\"]", "array in a string");
	ok(!r->rec[3].v[AK_F_GUARDRAILS].set, "a list of objects is none");
	is_str(text_of(r, 4, AK_F_GUARDRAILS), "[\"[not json\"]", "a bracket alone makes no array");
	run_end(r);
}

static void identifiers(void)
{
	struct run *r = run_map(
		HEAD("audit_event",
		     "json") "identity: [event_id, status_code]\nfields:\n  event_id: /id\n  status_code: /code\n"
			     "  resource_id: {path: \"/*/id\", key-from: /type}\n  key_id: \"/keys/[]\"\n"
			     "identifiers:\n  - {kind: key_id, path: /more}\n  - {kind: trace_id, path: /t}\n"
			     "  - {kind: trace_id, path: /t2, when: {path: /type, not: \"api_key.*\"}}\n",
		"{\"id\":\"e1\",\"type\":\"api_key.created\",\"api_key.created\":{\"id\":\"k9\"},\"project\":{\"id\":"
		"\"p\"},"
		"\"keys\":[\"a\",\"\",\"b\",\"a\"],\"more\":\"c\",\"t\":\"t1\",\"t2\":\"t9\",\"code\":200}\n"
		"{\"type\":\"user.added\",\"user_added\":{\"id\":\"u1\"},\"more\":\"c\",\"t\":\"t1\",\"t2\":\"t2\","
		"\"code\":0}\n"
		"{\"type\":\"x\"}\n",
		NULL);
	const struct ak_alias *a = r->rec[0].alias;

	is_str(text_of(r, 0, AK_F_RESOURCE_ID), "k9", "member named by another");
	is_str(text_of(r, 1, AK_F_RESOURCE_ID), "u1", "dots written as underscores");
	is_str(text_of(r, 0, AK_F_KEY_ID), "a", "first value fills the column");
	ok(a && a->field == AK_F_KEY_ID && ak_str_is(a->value, "b"), "second is an alias");
	ok(a && a->next && ak_str_is(a->next->value, "c") && !a->next->next, "another path too, repeats do not");
	is_str(text_of(r, 0, AK_F_TRACE_ID), "t1", "an identifier without field rule fills the column");
	is_str(text_of(r, 1, AK_F_KEY_ID), "c", "so does one whose rule gave nothing");
	ok(r->rec[1].alias && ak_str_is(r->rec[1].alias->value, "t2"), "condition by prefix");
	is_str(r->rec[0].natural_key,
	       "e1\x1f"
	       "200",
	       "composite key");
	is_str(r->rec[1].natural_key,
	       "\x1f"
	       "0",
	       "usable when any part is set");
	ok(r->rec[2].flags & AK_R_NO_KEY, "unusable when none is");
	is_str(text_of(r, 0, AK_F_OUTCOME), "success", "outcome from the status");
	ok(!r->rec[1].v[AK_F_OUTCOME].set, "a status of 0 says nothing");
	run_end(r);
}

static void around(void)
{
	struct run *r = run_map(
		HEAD("usage", "json") "records: [\"/data/[]/results/[]\"]\nempty_records: true\n"
				      "fields:\n  event_start: {path: ^/start, time: s}\n  usage_type: ^^/object\n  "
				      "input_tokens: /n\n"
				      "payload: {masks: [x]}\ndrop: {^^/has_more: paging}\n",
		"{\"object\":\"page\",\"data\":[{\"start\":1785542400,\"results\":[{\"n\":1},{\"n\":2,\"n\":3}]},"
		"{\"start\":1785628800,\"results\":[]},{\"start\":1,\"start\":2,\"results\":[{\"n\":4}]}],"
		"\"has_more\":true,\"cursor\":\"c\"}",
		NULL);

	is_int((int64_t)r->n, 2, "one record and one empty bucket");
	is_int((int64_t)r->rejects, 2, "duplicate keys in a record and around one");
	is_str(ak_str_of(r->reason), "json_duplicate_key", "reason of the walker");
	is_str(text_of(r, 0, AK_F_START), "2026-08-01T00:00:00Z", "member of the parent");
	is_str(text_of(r, 0, AK_F_USAGE_TYPE), "page", "member of the parent's parent");
	is_int(num_of(r, 0, AK_F_INPUT_TOKENS), 1, "member of the record");
	is_str(text_of(r, 1, AK_F_START), "2026-08-02T00:00:00Z", "empty bucket has its time");
	ok(r->rec[1].flags & AK_R_EMPTY_BUCKET, "and its flag");
	ok(ak_map_get(&r->drift.paths, AK_STR("/cursor\x1fstring")), "unknown members around are counted");
	ok(!ak_map_get(&r->drift.paths, AK_STR("/has_more\x1f"
					       "boolean")),
	   "known ones are not");
	run_end(r);
}

static void csv(void)
{
	struct run *r = run_map(
		HEAD("usage", "csv") "empty_records: true\nidentity: [event_start, project_id]\n"
				     "fields:\n  event_start: {path: /start_time, time: s}\n  project_id: /Project Id\n"
				     "  input_tokens: /n~1a\n  line_item: /meta|json/item\n",
		"start_time,Project Id,n/a,meta,extra\r\n1785542400,p1,\"1,000\",\"{\"\"item\"\":\"\"x\"\"}\",e\r\n"
		"1785628800,,,,\r\n1785628800,p2\r\n",
		NULL);

	is_int((int64_t)r->n, 2, "two rows");
	is_int(num_of(r, 0, AK_F_INPUT_TOKENS), 1000, "number, and an escaped column name");
	is_str(text_of(r, 0, AK_F_LINE_ITEM), "x", "JSON in a cell");
	is_str(r->rec[0].natural_key, "2026-08-01T00:00:00Z\x1fp1", "key");
	ok(!r->rec[1].v[AK_F_PROJECT].set && (r->rec[1].flags & AK_R_EMPTY_BUCKET), "a row of times only");
	ok(!(r->rec[0].flags & AK_R_EMPTY_BUCKET), "a row with numbers");
	ok(ak_map_get(&r->drift.paths, AK_STR("/extra\x1fstring")), "unknown column");
	run_end(r);
}

static void explained(void)
{
	struct run *r =
		run_map(HEAD("request", "json") "fields:\n  event_id: /id\n  team_id: /team\n  status_code: /s\n",
			"{\"id\":\"a\\nb\",\"team\":\"-\",\"s\":404}", NULL);
	struct ak_buf b;

	ak_buf_init(&b, 4096);
	ak_mapper_explain(r->mp, &r->rec[0], &b);
	is_str(ak_buf_str(&b),
	       "event_id                a\\u{a}b  /id\n"
	       "outcome                 failure  (derived)\n"
	       "status_code             404  /s\n"
	       "team_id                 (stands for nothing)  /team\n",
	       "one line per field");
	ak_buf_release(&b);
	run_end(r);
}

static void families(void)
{
	static const struct {
		const char *text, *want;
	} of[] = {
		{"/v1/chat/completions", "chat"},
		{"/v1/responses?x=1", "responses"},
		{"/v1/completions", "completions"},
		{"/v1/embeddings", "embeddings"},
		{"/v1/images/generations", "images"},
		{"/v1/audio/speech", "audio"},
		{"/v1/moderations", "moderations"},
		{"/v1/models", "models"},
		{"/v1/batches", "batch"},
		{"/v1/messages", "chat"},
		{"/v1/files", "other"},
		{"acompletion", "chat"},
		{"aresponses", "responses"},
		{"text_completion", "completions"},
		{"anthropic_messages", "chat"},
		{"aembedding", "embeddings"},
		{"atranscription", "audio"},
		{"generate_content", "chat"},
		{"/v1/models/gpt-4o/chat/completions", "chat"},
	};

	for (size_t i = 0; i < AK_COUNT(of); i++) {
		char json[120];
		struct run *r;

		snprintf(json, sizeof(json), "{\"%s\":\"%s\"}", of[i].text[0] == '/' ? "e" : "o", of[i].text);
		r = run_map(HEAD("request", "json") "fields:\n  endpoint: /e\n  operation: /o\n", json, NULL);
		is_str(text_of(r, 0, AK_F_ENDPOINT_FAMILY), of[i].want, of[i].text);
		run_end(r);
	}
}

static void members(void)
{
	struct run *r = run_map(HEAD("config_snapshot", "json") "fields:\n  settings: {diff: {members: [/type, \"/e/status\", /cap, /x, /type]}}\n",
				"{\"type\":\"none\",\"e\":{\"status\":true},\"cap\":{\"b\":1.50,\"a\":[]},\"x\":null}\n{\"x\":\"-\"}\n", NULL);

	is_str(text_of(r, 0, AK_F_SETTINGS),
	       "[{\"after\":[],\"path\":\"/cap/a\"},{\"after\":\"1.5\",\"path\":\"/cap/b\"},{\"after\":true,\"path\":\"/status\"},"
	       "{\"after\":\"none\",\"path\":\"/type\"}]",
	       "a state of members, each once, in order");
	ok(!r->rec[1].v[AK_F_SETTINGS].set, "of members that are not there");
	is_str(ak_str_of(ak_mapping_rule_text(r->m, AK_F_SETTINGS)), "/type, /e/status, /cap, /x, /type", "rule text of it");
	run_end(r);
}

static void made(void)
{
	struct run *r = run_map(HEAD("usage", "json") "zone: UTC\nsentinels: [unknown]\n"
						      "fields:\n  event_start: {exported: true}\n  event_end: {path: /day, plus: 86400}\n"
						      "  line_item: {join: [/a, \"/list/[]/b\", /c], when: {path: /day, set: true}}\n"
						      "  quantity_unit: {join: [/a, /c], enum: {x: ex}}\n"
						      "  event_id: {join: [/day, /a], with: \"/\"}\n",
				"{\"day\":\"2026-02-28\",\"a\":\"x\",\"list\":[{\"b\":\"y\"},{\"b\":null},{\"b\":7}],\"c\":true}\n"
				"{\"day\":\"2026-02-28T23:00:00.5Z\",\"a\":\"unknown\",\"c\":\"\"}\n{\"a\":\"x\",\"day\":\"soon\"}\n",
				NULL);

	is_str(text_of(r, 0, AK_F_START), "2026-03-02T09:00:00Z", "the time of the export");
	is_int(num_of(r, 0, AK_F_START), INT64_C(1772442000000000), "in microseconds");
	is_str(text_of(r, 0, AK_F_END), "2026-03-01T00:00:00Z", "a day later");
	is_str(text_of(r, 0, AK_F_LINE_ITEM), "x, y, 7, true", "texts joined");
	is_str(text_of(r, 0, AK_F_QUANTITY_UNIT), "ex", "each through the table, what is not in it left out");
	is_str(text_of(r, 0, AK_F_EVENT_ID), "2026-02-28/x", "an id of two parts");
	is_str(text_of(r, 1, AK_F_EVENT_ID), "2026-02-28T23:00:00.5Z", "of one alone");
	is_str(text_of(r, 1, AK_F_END), "2026-03-01T23:00:00.500000Z", "a fraction stays");
	ok(!r->rec[1].v[AK_F_LINE_ITEM].set, "nothing to join is no text");
	is_int((int64_t)absent(r, AK_F_LINE_ITEM, AK_ABSENT_SENTINEL), 1, "for the reason of its parts");
	ok(!r->rec[2].v[AK_F_END].set, "no time, nothing added");
	is_str(ak_str_of(ak_mapping_rule_text(r->m, AK_F_START)), "time of the export", "rule text of it");
	is_str(ak_str_of(ak_mapping_rule_text(r->m, AK_F_QUANTITY_UNIT)), "/a and /c", "rule text of a join");
	run_end(r);
}

static void month_first(void)
{
	static const char *const rows[][2] = {
		{"08/31/2026", "2026-08-31T00:00:00Z"},	       {"5/1/25", "2025-05-01T00:00:00Z"},
		{"5/1/2025 7:30", NULL},		       {"5/1/2025 07:30:01", "2025-05-01T07:30:01Z"},
		{"2026-08-31T01:00:00Z", "2026-08-31T01:00:00Z"}, {"31/08/2026", NULL},
		{"8/1/202", NULL},			       {"8/1", NULL},
		{"/8/1/26", NULL},			       {"8/1/20261", NULL},
	};

	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		char in[80];
		struct run *r;

		snprintf(in, sizeof(in), "{\"a\":\"%s\"}\n", rows[i][0]);
		r = run_map(HEAD("usage", "json") "zone: UTC\nfields:\n  event_start: {path: /a, time: mdy}\n", in, NULL);
		if (rows[i][1])
			is_str(text_of(r, 0, AK_F_START), rows[i][1], rows[i][0]);
		else
			ok(!r->rec[0].v[AK_F_START].set, rows[i][0]);
		run_end(r);
	}
}

static void counted(void)
{
	struct run *r = run_map(HEAD("request", "json") "fields:\n  attempt_retries: {count: [\"/tries/[]/ip\", /last], less: 1}\n"
							"  attempt_fallbacks: {count: \"/tries/[]/ip\"}\n",
				"{\"tries\":[{\"ip\":\"a\"},{\"ip\":null},{\"ip\":\"b\"}],\"last\":\"c\"}\n"
				"{\"tries\":[{\"ip\":\"a\"}]}\n{\"tries\":[]}\n",
				NULL);

	is_int(num_of(r, 0, AK_F_ATTEMPT_RETRIES), 2, "values of all paths, less one");
	is_int(num_of(r, 0, AK_F_ATTEMPT_FALLBACKS), 2, "null does not count");
	ok(r->rec[1].v[AK_F_ATTEMPT_RETRIES].set && !num_of(r, 1, AK_F_ATTEMPT_RETRIES), "one less one is zero");
	ok(!r->rec[2].v[AK_F_ATTEMPT_RETRIES].set && !r->rec[2].v[AK_F_ATTEMPT_FALLBACKS].set, "nothing to count is no value");
	is_str(ak_str_of(ak_mapping_rule_text(r->m, AK_F_ATTEMPT_RETRIES)), "number of /tries/[]/ip and /last", "rule text");
	run_end(r);
}

static void earlier(void)
{
	struct run *r = run_map(HEAD("request", "json") "zone: UTC\nfields:\n  event_start: [{path: /end, time: auto, minus: /ms}, "
							"{path: /end, time: auto, minus: /s, decimal: {scale: 3}}, {path: /end, time: auto}]\n",
				"{\"end\":\"2026-03-02T09:20:47.951Z\",\"ms\":1103}\n{\"end\":1772443247,\"s\":\"2\"}\n"
				"{\"end\":1772443247,\"ms\":0.0019}\n{\"end\":1772443247,\"ms\":-5}\n{\"end\":1772443247,\"ms\":null}\n"
				"{\"end\":1772443247,\"ms\":1e30}\n{\"ms\":5}\n",
				NULL);

	is_str(text_of(r, 0, AK_F_START), "2026-03-02T09:20:46.848Z", "so many milliseconds earlier");
	is_str(r->rec[0].time_raw, "2026-03-02T09:20:47.951Z", "what the source wrote stays");
	is_str(text_of(r, 1, AK_F_START), "2026-03-02T09:20:45Z", "seconds by their scale");
	is_str(text_of(r, 2, AK_F_START), "2026-03-02T09:20:46.999999Z", "microseconds, floored");
	is_str(text_of(r, 3, AK_F_START), "2026-03-02T09:20:47Z", "no length is negative: the next rule");
	is_str(text_of(r, 4, AK_F_START), "2026-03-02T09:20:47Z", "without a length too");
	is_str(text_of(r, 5, AK_F_START), "2026-03-02T09:20:47Z", "nor is one beyond numbers");
	ok(!r->rec[6].v[AK_F_START].set, "no time, no earlier one");
	run_end(r);
}

/* A body is payload but for the members that rules name, in JSON of its own and in a text that holds it. */
static void beside_payload(void)
{
	static const char *const body[] = {
		"{\"id\":\"r-1\",\"usage\":{\"in\":5,\"note\":7},\"choices\":[{\"text\":\"hi\"}]}",
		"{\"id\":\"r-1\",\"usage\":{\"in\":5},\"choices\":[]}",
		"\"{\\\"id\\\":\\\"r-1\\\",\\\"usage\\\":{\\\"in\\\":5},\\\"choices\\\":[\\\"hi\\\"]}\"",
		"\"data: {\\\"id\\\":\\\"r-1\\\"}\"", "[{\"id\":\"r-1\"}]", "{}",
	};
	static const struct {
		const char *id, *state;
		int64_t in;
	} want[] = {{"r-1", "present", 5}, {"r-1", "absent", 5}, {"r-1", "present", 5}, {NULL, "present", INT64_MIN}, {NULL, "absent", INT64_MIN}, {NULL, "absent", INT64_MIN}};

	for (size_t i = 0; i < AK_COUNT(body); i++) {
		char input[200];
		struct run *r;

		snprintf(input, sizeof(input), "{\"a\":1,\"body\":%s}\n", body[i]);
		r = run_map(HEAD("request", "json") "fields:\n  response_id: /body/id\n  input_tokens: /body/usage/in\n"
						    "payload: {completion: [/body]}\ndrop: {/a: known}\n",
			    input, NULL);
		is_str(text_of(r, 0, AK_F_RESPONSE_ID), want[i].id, "a member that is named");
		is_int(num_of(r, 0, AK_F_INPUT_TOKENS), want[i].in, "and one further below");
		is_str(text_of(r, 0, AK_F_PAYLOAD_COMPLETION), want[i].state, "are no payload, the rest is");
		is_int((int64_t)r->drift.paths.n, 0, "and nothing is unknown");
		run_end(r);
	}
}

/* One record in a member of the value, and the value itself. */
static void wrapped(void)
{
	struct run *r = run_map(HEAD("request", "json") "wrapped: [/data]\nfields:\n  event_id: /id\n  trace_id: /tags/trace\ndrop: {/note: known}\n",
				"{\"data\":{\"id\":\"a\",\"tags\":{\"trace\":\"t\"},\"note\":1,\"other\":1}}\n{\"id\":\"b\"}\n", NULL);

	is_str(text_of(r, 0, AK_F_EVENT_ID), "a", "below the member");
	is_str(text_of(r, 0, AK_F_TRACE_ID), "t", "and further below");
	is_str(text_of(r, 1, AK_F_EVENT_ID), "b", "without it");
	is_int((int64_t)r->drift.paths.n, 1, "what is dropped is known there too, the rest is not");
	is_str(ak_str_of(ak_mapping_rule_text(r->m, AK_F_EVENT_ID)), "/id", "rule text");
	run_end(r);
}

/* A unit that only the size of the number tells. */
static void at_least(void)
{
	static const char *const want[] = {"0.001342", "999.999", "0.000001", "12", NULL, NULL};
	struct run *r = run_map(HEAD("request", "json") "fields:\n  cost_estimated:\n"
							"    - {path: /c, decimal: {scale: -9}, when: {path: /c, at-least: 1000}}\n"
							"    - {path: /c, decimal: {scale: 0}}\n",
				"{\"c\":1342000}\n{\"c\":999.999}\n{\"c\":1e3}\n{\"c\":\"12\"}\n{\"c\":null}\n{\"c\":[5000]}\n", NULL);

	for (size_t i = 0; i < AK_COUNT(want); i++)
		is_str(text_of(r, i, AK_F_COST_ESTIMATED), want[i], "by its size");
	run_end(r);
}

static void whole(void)
{
	static const char *const want[] = {"0.00000024", "0.5", "0.000000003", "0", "1.25", NULL};
	struct run *r = run_map(HEAD("request", "json") "fields:\n  cost_estimated:\n"
							"    - {path: /c, decimal: {scale: -9}, when: {path: /c, whole: true}}\n"
							"    - {path: /c, when: {path: /c, whole: false}}\n",
				"{\"c\":240}\n{\"c\":0.5}\n{\"c\":\"3.0\"}\n{\"c\":0}\n{\"c\":125e-2}\n{\"c\":null}\n", NULL);

	for (size_t i = 0; i < AK_COUNT(want); i++)
		is_str(text_of(r, i, AK_F_COST_ESTIMATED), want[i], "by its fraction");
	run_end(r);
}

int main(void)
{
	month_first();
	made();
	at_least();
	whole();
	wrapped();
	beside_payload();
	members();
	counted();
	earlier();
	numbers();
	times();
	texts();
	lists();
	identifiers();
	around();
	csv();
	explained();
	families();
	return done_testing();
}
