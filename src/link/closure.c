/* The records of one interaction. */
#include "base/ak.h"
#include "link/link.h"

#include <stdlib.h>

#include "base/map.h"
#include "link/values.h"
#include "model/idform.h"

#define MOST_RECORDS 10000

/* Kinds with an identifier of calls. */
#define KINDS                                                                                                              \
	(1u << AK_K_REQUEST | 1u << AK_K_APP | 1u << AK_K_AUDIT | 1u << AK_K_CALL | 1u << AK_K_VERDICT | 1u << AK_K_QUOTA |  \
	 1u << AK_K_SETTLEMENT | 1u << AK_K_TICKET)

struct closure {
	struct ak_store *s;
	struct ak_link_values values;
	json_t *found;	   /* result rows in order of discovery */
	json_t *ambiguous; /* values that several calls share: not followed */
	struct ak_map seen, shared; /* seq; values in `ambiguous` */
	const struct ak_link_record **queue;
	size_t n, cap;
	const struct ak_link_match *by; /* of the members that are being added */
};

static bool first_time(struct closure *c, int64_t seq)
{
	bool fresh;

	ak_map_put(&c->seen, ak_str_n((const char *)&seq, sizeof seq), &fresh);
	return fresh;
}

static void add(void *ctx, int64_t seq)
{
	struct closure *c = ctx;
	json_t *row;

	if (!first_time(c, seq))
		return;
	row = json_pack("{s:I}", "seq", (json_int_t)seq);
	if (c->by && c->by->strength) {
		json_object_set_new(row, "field", json_string(ak_fields[ak_link_fields[c->by->field]].name));
		json_object_set_new(row, "value", json_stringn(c->by->value.p, c->by->value.n));
	}
	json_array_append_new(c->found, row);
}

/* A call with all that tells of it, once. */
static enum ak_rc push(struct closure *c, const struct ak_link_record *r, const struct ak_link_match *by, struct ak_err *err)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->queue[i]->call == r->call)
			return AK_OK;
	if (json_array_size(c->found) >= MOST_RECORDS)
		return ak_fail(err, AK_EXIT_LIMIT, "more than %d records share these identifiers", MOST_RECORDS);
	if (c->n == c->cap) {
		c->cap = c->cap ? 2 * c->cap : 64;
		c->queue = ak_realloc(c->queue, c->cap * sizeof(const struct ak_link_record *));
	}
	c->queue[c->n++] = r;
	c->by = by;
	add(c, r->seq);
	return r->kind == AK_K_REQUEST && r->live ? ak_link_members(c->values.reader, r->call, add, c, err) : AK_OK;
}

/* Only a value that several calls have joins these records: which of them is meant is not to be told. */
static void note_shared(struct closure *c, const struct ak_link_record *a, const struct ak_link_record *b, const struct ak_link_match *m)
{
	const struct ak_link_value *v = ak_link_values_get(&c->values, m->value);
	bool fresh;

	if (!v || !b->live || ak_link_values_settled(&c->values, a, b, m->value))
		return;
	ak_map_put(&c->shared, m->value, &fresh);
	if (fresh)
		json_array_append_new(c->ambiguous, json_pack("{s:s, s:s%, s:I}", "field", ak_fields[ak_link_fields[m->field]].name, "value",
							      m->value.p, m->value.n, "calls", (json_int_t)v->calls));
}

static enum ak_rc follow(struct closure *c, const struct ak_link_record *a, struct ak_str value, struct ak_err *err)
{
	const struct ak_link_value *v = ak_link_values_get(&c->values, value);
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; v && i < v->n && rc == AK_OK; i++) {
		struct ak_link_match m;

		if (v->rec[i]->call == a->call)
			continue;
		m = ak_link_match(a, v->rec[i], false, ak_link_values_use, &c->values);
		if (m.strength)
			rc = push(c, v->rec[i], &m, err);
		else if (m.contested)
			note_shared(c, a, v->rec[i], &m);
	}
	return rc;
}

static enum ak_rc follow_all(struct closure *c, const struct ak_link_record *a, struct ak_err *err)
{
	char buf[AK_ID_FORM];
	struct ak_str twin;
	enum ak_rc rc;

	ak_link_values_want(&c->values, a);
	rc = ak_link_values_find(&c->values, err);
	for (size_t i = 0; i < a->n && rc == AK_OK; i++) {
		rc = follow(c, a, a->id[i].value, err);
		if (rc == AK_OK && ak_id_twin(ak_link_fields[a->id[i].field], a->id[i].value, buf, &twin))
			rc = follow(c, a, twin, err);
	}
	return rc;
}

/* The documents of the records; a record of a kind without such identifiers stands alone. */
static enum ak_rc documents(struct closure *c, struct ak_err *err)
{
	json_t *row, *record = NULL;
	size_t i;
	enum ak_rc rc = AK_OK;

	json_array_foreach(c->found, i, row) {
		if ((rc = ak_query_record(c->s, json_integer_value(json_object_get(row, "seq")), &record, err)) != AK_OK)
			return rc == AK_END ? ak_fail(err, AK_EXIT_CORRUPT, "the identifier index names a record that is not there") : rc;
		json_object_set(row, "kind", json_object_get(record, "kind"));
		json_object_set_new(row, "record", record);
	}
	return rc;
}

static enum ak_rc walk(struct closure *c, int64_t seq, struct ak_err *err)
{
	const struct ak_link_record *first = NULL;
	enum ak_rc rc = ak_link_values_load(&c->values, seq, &first, err);

	if (rc != AK_OK || !first) {
		add(c, seq);
		return rc;
	}
	rc = push(c, first, NULL, err);
	for (size_t i = 0; i < c->n && rc == AK_OK; i++)
		rc = follow_all(c, c->queue[i], err);
	return rc;
}

enum ak_rc ak_link_closure(struct ak_store *s, int64_t seq, json_t **out, json_t **ambiguous, struct ak_err *err)
{
	struct closure c = {.s = s, .found = json_array(), .ambiguous = json_array()};
	struct ak_link_reader *reader = NULL;
	struct ak_arena arena;
	enum ak_rc rc = ak_link_reader_open(s, &reader, err);

	ak_arena_init(&arena);
	ak_map_init(&c.seen);
	ak_map_init(&c.shared);
	if (rc == AK_OK) {
		ak_link_values_init(&c.values, reader, &arena, KINDS);
		rc = walk(&c, seq, err);
		if (rc == AK_OK)
			rc = documents(&c, err);
		ak_link_values_release(&c.values);
	}
	ak_link_reader_free(reader);
	ak_arena_release(&arena);
	ak_map_release(&c.seen);
	ak_map_release(&c.shared);
	ak_free(c.queue);
	if (rc == AK_OK) {
		*out = c.found;
		*ambiguous = c.ambiguous;
		return AK_OK;
	}
	json_decref(c.found);
	json_decref(c.ambiguous);
	return rc;
}
