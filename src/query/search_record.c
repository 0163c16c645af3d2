/* A record that was found, as a document. */
#include "base/ak.h"
#include "query/searching.h"

#include "base/jsonw.h"
#include "base/time.h"
#include "query/rows.h"
#include "store/record.h"
#include "store/rotate.h"

static enum ak_rc name_of(struct ak_search *q, int64_t file, const char **out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc;

	for (size_t i = 0; i < q->nname; i++)
		if (q->name[i].file == file) {
			*out = q->name[i].source;
			return AK_OK;
		}
	rc = ak_sql_prepare(q->s, "SELECT s.name FROM file f JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source WHERE f.id = ?1", &st, err);
	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(st, 1, file);
	if ((rc = ak_sql_step(q->s, st, err)) != AK_OK)
		return rc == AK_END ? ak_fail(err, AK_EXIT_CORRUPT, "a record has lost its file") : rc;
	/* Files of the same days lie together: a few names are kept. */
	if (q->nname == 64) {
		ak_free(q->name[0].source);
		memmove(q->name, q->name + 1, 63 * sizeof *q->name);
		q->nname--;
	}
	if (!q->name)
		q->name = ak_alloc_zero(64, sizeof *q->name);
	q->name[q->nname] = (struct ak_file_name){file, ak_strndup(ak_sql_text(st, 0).p, ak_sql_text(st, 0).n)};
	*out = q->name[q->nname++].source;
	return AK_OK;
}

static enum ak_rc key_of(struct ak_search *q, int64_t seq, const char **out, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	if (!q->period)
		rc = ak_key_periods(q->s, &q->period, &q->nperiod, err);
	*out = NULL;
	for (size_t i = 0; i < q->nperiod; i++)
		if (seq >= q->period[i].from && seq < q->period[i].to)
			*out = q->period[i].kid;
	return rc;
}

static json_t *field_value(int f, const struct ak_value *v)
{
	json_t *tree = NULL;

	switch (ak_fields[f].type) {
	case AK_T_INT:
		return json_integer(v->num);
	case AK_T_BOOL:
	case AK_T_PRESENCE:
		return json_boolean(v->num);
	case AK_T_LIST:
	case AK_T_DIFF:
		return ak_json_parse(v->text, &tree, NULL) == AK_OK ? tree : ak_row_text(v->text);
	default:
		return ak_row_text(v->text);
	}
}

static void add_fields(const struct ak_stored *r, json_t *o)
{
	json_t *fields = json_object();

	for (int f = 0; f < AK_F_COUNT; f++)
		if (r->rec.v[f].set)
			json_object_set_new_nocheck(fields, ak_fields[f].column, field_value(f, &r->rec.v[f]));
	json_object_set_new_nocheck(o, "fields", fields);
}

static enum ak_rc document(struct ak_search *q, const struct ak_stored *r, json_t **out, struct ak_err *err)
{
	const char *source, *kid;
	json_t *name, *o;
	char leaf[65];

	if (name_of(q, r->file, &source, err) != AK_OK || key_of(q, r->seq, &kid, err) != AK_OK)
		return AK_FAIL;
	ak_hex(r->hashes.leaf, 32, leaf);
	name = ak_row_text(ak_str_of(source));
	o = json_pack("{s:s, s:I, s:s, s:s?, s:I, s:s}", "format", "auditkit.record/1", "seq", (json_int_t)r->seq, "kind", ak_kinds[r->rec.kind].name,
		      "pseudonym_key", kid, "flags", (json_int_t)(r->rec.flags & ~(unsigned)AK_R_REDACTED), "leaf", leaf);
	json_object_set_new(o, "cite", json_sprintf("%s:%lld", json_string_value(name), (long long)r->seq));
	json_object_set_new(o, "source", name);
	json_object_set_new(o, "time", r->has_time && r->rec.v[AK_F_START].set ? ak_row_text(r->rec.v[AK_F_START].text) : json_null());
	json_object_set_new(o, "second_witness", json_boolean(ak_bit(&q->witness, r->seq)));
	add_fields(r, o);
	*out = o;
	return AK_OK;
}

enum ak_rc ak_search_record(struct ak_search *q, const struct ak_search_key *k, json_t **out, struct ak_err *err)
{
	struct ak_stored r;
	enum ak_rc rc = AK_OK;

	if (!q->get[k->kind])
		rc = ak_stored_select(q->s, k->kind, " WHERE seq = ?1", &q->get[k->kind], err);
	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(q->get[k->kind], 1, k->seq);
	rc = ak_sql_step(q->s, q->get[k->kind], err);
	if (rc == AK_OK) {
		ak_stored_read(q->get[k->kind], 0, k->kind, &r);
		rc = document(q, &r, out, err);
	} else if (rc == AK_END) {
		rc = ak_fail(err, AK_EXIT_CORRUPT, "a record that was found is not there");
	}
	sqlite3_reset(q->get[k->kind]);
	return rc;
}
