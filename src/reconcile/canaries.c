/* Calls that were sent to be found: does a gateway record of them exist, whatever spelling of whatever id they are known by? */
#include "base/ak.h"
#include "reconcile/canaries.h"

#include "base/jsonget.h"
#include "link/link.h"
#include "model/idform.h"
#include "query/query.h"

enum { FOLLOWED = 20, CITED = 5 };

static const char *txt(const json_t *o, const char *k) { return json_string_value(json_object_get(o, k)); }
static int64_t num(const json_t *o, const char *k) { return json_integer_value(json_object_get(o, k)); }
static bool is(const json_t *o, const char *k, const char *z) { return txt(o, k) && strcmp(txt(o, k), z) == 0; }

/* The spellings under which records may be found: as given, plain, and a trace id's other form. */
static json_t *spellings(const json_t *forms)
{
	static const enum ak_field_id as[] = {AK_F_TRACE_ID, AK_F_SPAN_ID, AK_F_REQUEST_ID};
	json_t *list = json_array(), *form;
	char buf[AK_ID_FORM], other[AK_ID_FORM];
	struct ak_str plain, twin;
	size_t i;

	json_array_foreach((json_t *)forms, i, form) {
		struct ak_str s = ak_str_n(json_string_value(form), json_string_length(form));

		ak_jadd_once(list, s);
		if (ak_id_twin(AK_F_TRACE_ID, s, other, &twin))
			ak_jadd_once(list, twin);
		for (size_t k = 0; k < AK_COUNT(as); k++)
			if (ak_id_plain(as[k], s, buf, &plain)) {
				ak_jadd_once(list, plain);
				if (ak_id_twin(AK_F_TRACE_ID, plain, other, &twin))
					ak_jadd_once(list, twin);
			}
	}
	return list;
}

static enum ak_rc cite(struct ak_store *s, int64_t seq, json_t *cites, struct ak_err *err)
{
	json_t *record = NULL;
	enum ak_rc rc = json_array_size(cites) < CITED ? ak_query_record(s, seq, &record, err) : AK_OK;

	if (record) {
		json_t *c = json_sprintf("%s:%lld", txt(record, "source"), (long long)seq);

		ak_jadd_once(cites, ak_str_of(json_string_value(c)));
		json_decref(c);
	}
	json_decref(record);
	return rc;
}

/* Another record has the id: does its trace have a gateway record? */
static enum ak_rc follow(struct ak_store *s, int64_t seq, json_t *cites, struct ak_err *err)
{
	json_t *members = NULL, *ambiguous = NULL, *m;
	size_t i;
	enum ak_rc rc = ak_link_closure(s, seq, &members, &ambiguous, err);

	json_array_foreach(members, i, m)
		if (rc == AK_OK && is(m, "kind", "request"))
			rc = cite(s, num(m, "seq"), cites, err);
	json_decref(members);
	json_decref(ambiguous);
	return rc;
}

/* A key, a person or a session is no call; a record's own id stands for it. */
static bool names_record(const json_t *hit)
{
	return is(hit, "field", "event.id") || !(is(hit, "class", "session") || is(hit, "class", "entity"));
}

static enum ak_rc look(struct ak_store *s, struct ak_str id, json_t *cites, struct ak_err *err)
{
	json_t *hits = NULL, *hit;
	size_t i;
	enum ak_rc rc = ak_query_lookup(s, id, &hits, err);

	json_array_foreach(hits, i, hit)
		if (rc == AK_OK && is(hit, "kind", "request"))
			rc = cite(s, num(hit, "seq"), cites, err);
	json_array_foreach(hits, i, hit)
		if (rc == AK_OK && !json_array_size(cites) && i < FOLLOWED && names_record(hit))
			rc = follow(s, num(hit, "seq"), cites, err);
	json_decref(hits);
	return rc;
}

enum ak_rc ak_reconcile_canaries(struct ak_store *s, json_t *canaries, int64_t *lost, struct ak_err *err)
{
	json_t *c, *forms, *form, *cites;
	size_t i, k;
	enum ak_rc rc = AK_OK;

	*lost = 0;
	json_array_foreach(canaries, i, c) {
		if (rc != AK_OK)
			break;
		forms = spellings(json_object_get(c, "forms"));
		json_object_set_new(c, "cites", cites = json_array());
		json_array_foreach(forms, k, form)
			if (rc == AK_OK && !json_array_size(cites))
				rc = look(s, ak_str_n(json_string_value(form), json_string_length(form)), cites, err);
		json_object_del(c, "forms");
		json_object_set_new(c, "state", json_string(json_array_size(cites) ? "found" : "missing"));
		*lost += !json_array_size(cites);
		json_decref(forms);
	}
	return rc;
}
