/* The records of one interaction. */
#include "base/ak.h"
#include "link/link.h"

#include <stdio.h>

#include "base/map.h"

#define MOST_RECORDS 10000

struct closure {
	struct ak_store *s;
	json_t *found;      /* result rows in order of discovery: also the queue */
	json_t *ambiguous;  /* values that several calls share: not followed */
	struct ak_map seen; /* "seq" and "value" keys */
};

static bool first_time(struct closure *c, const char *what, const char *text)
{
	struct ak_buf key;
	bool fresh;

	ak_buf_init(&key, 1 << 16);
	ak_buf_addf(&key, "%s%s", what, text);
	ak_map_put(&c->seen, ak_buf_str(&key), &fresh);
	ak_buf_release(&key);
	return fresh;
}

static void add(struct closure *c, int64_t seq, const char *kind, const char *field, const char *value)
{
	char text[32];
	json_t *row;

	snprintf(text, sizeof text, "%lld", (long long)seq);
	if (!first_time(c, "s", text))
		return;
	row = json_pack("{s:I, s:s}", "seq", (json_int_t)seq, "kind", kind);
	if (field) {
		json_object_set_new(row, "field", json_string(field));
		json_object_set_new(row, "value", json_string(value));
	}
	json_array_append_new(c->found, row);
}

static bool merges(const json_t *hit)
{
	const char *class = json_string_value(json_object_get(hit, "class"));

	return strcmp(class, "call") == 0 || strcmp(class, "attempt-group") == 0;
}

/* Ids that some systems repeat: they link only where one gateway call has them. */
static bool is_weak(const char *field)
{
	return strcmp(field, "gen_ai.response.id") == 0 || strcmp(field, "auditkit.provider.request_id") == 0;
}

/* Attempts, not records: entries of one call and witnesses of one attempt are one. */
static size_t calls(const json_t *hits)
{
	json_t *hit, *attempt, *seen = json_object();
	size_t i, n;

	json_array_foreach(hits, i, hit)
		if (strcmp(json_string_value(json_object_get(hit, "kind")), "request") == 0) {
			char seq[32];
			attempt = json_object_get(hit, "attempt");
			snprintf(seq, sizeof seq, "%lld", (long long)json_integer_value(attempt));
			json_object_set_new(seen, json_is_string(attempt) ? json_string_value(attempt) : seq, json_true());
		}
	n = json_object_size(seen);
	json_decref(seen);
	return n;
}

static enum ak_rc follow(struct closure *c, const char *field, const char *value, struct ak_err *err)
{
	json_t *hits = NULL, *hit;
	size_t i;
	enum ak_rc rc;

	if (!first_time(c, "v", value))
		return AK_OK;
	if ((rc = ak_query_lookup(c->s, ak_str_of(value), &hits, err)) != AK_OK)
		return rc;
	if (is_weak(field) && calls(hits) > 1)
		json_array_append_new(c->ambiguous, json_pack("{s:s, s:s, s:I}", "field", field, "value", value, "calls",
							      (json_int_t)calls(hits)));
	else
		json_array_foreach(hits, i, hit)
			if (merges(hit))
				add(c, json_integer_value(json_object_get(hit, "seq")),
				    json_string_value(json_object_get(hit, "kind")), field, value);
	json_decref(hits);
	return AK_OK;
}

static enum ak_rc follow_all(struct closure *c, const json_t *record, struct ak_err *err)
{
	const char *name;
	json_t *v;
	enum ak_rc rc = AK_OK;

	json_object_foreach(json_object_get(record, "fields"), name, v) {
		int f = ak_field_find(ak_str_of(name));
		if (f < 0 || !json_is_string(v) || (ak_fields[f].ident != AK_I_CALL && ak_fields[f].ident != AK_I_ATTEMPTS))
			continue;
		if ((rc = follow(c, name, json_string_value(v), err)) != AK_OK)
			return rc;
	}
	return rc;
}

/* Records of other sources that tell of the same attempt. */
static enum ak_rc follow_witnesses(struct closure *c, const json_t *record, struct ak_err *err)
{
	json_t *rows = NULL, *row;
	size_t i;
	enum ak_rc rc = AK_OK;

	if (strcmp(json_string_value(json_object_get(record, "kind")), "request") == 0)
		rc = ak_query_witnesses(c->s, json_integer_value(json_object_get(record, "seq")), &rows, err);
	json_array_foreach(rows, i, row) {
		const char *name = ak_fields[ak_field_find(ak_str_of(json_string_value(json_object_get(row, "field"))))].name;
		const char *value = json_string_value(json_object_get(json_object_get(record, "fields"), name));

		add(c, json_integer_value(json_object_get(row, "of_seq")), "request", name, value ? value : "");
		add(c, json_integer_value(json_object_get(row, "seq")), "request", name, value ? value : "");
	}
	json_decref(rows);
	return rc;
}

enum ak_rc ak_link_closure(struct ak_store *s, int64_t seq, json_t **out, json_t **ambiguous, struct ak_err *err)
{
	struct closure c = {.s = s, .found = json_array(), .ambiguous = json_array()};
	enum ak_rc rc = AK_OK;

	ak_map_init(&c.seen);
	add(&c, seq, "", NULL, NULL);
	for (size_t i = 0; i < json_array_size(c.found) && rc == AK_OK; i++) {
		json_t *row = json_array_get(c.found, i), *record = NULL;
		if (i >= MOST_RECORDS)
			rc = ak_fail(err, AK_EXIT_LIMIT, "more than %d records share these identifiers", MOST_RECORDS);
		if (rc == AK_OK)
			rc = ak_query_record(s, json_integer_value(json_object_get(row, "seq")), &record, err);
		if (rc == AK_OK) {
			json_object_set(row, "kind", json_object_get(record, "kind"));
			rc = follow_all(&c, record, err);
			if (rc == AK_OK)
				rc = follow_witnesses(&c, record, err);
			json_object_set_new(row, "record", record);
		}
	}
	ak_map_release(&c.seen);
	if (rc == AK_OK) {
		*out = c.found;
		*ambiguous = c.ambiguous;
		return AK_OK;
	}
	json_decref(c.found);
	json_decref(c.ambiguous);
	return rc == AK_END ? ak_fail(err, AK_EXIT_CORRUPT, "the identifier index names a record that is not there") : rc;
}
