#include "base/ak.h"
#include "pull/state.h"

#include "base/jsonw.h"
#include "store/register.h"

static const char *const of_names[3] = {"api", "stream", "base"};

static const char *text(const json_t *o, const char *name, struct ak_arena *a)
{
	const char *z = json_string_value(json_object_get(o, name));

	return z ? ak_arena_z(a, ak_str_of(z)) : NULL;
}

static int64_t number(const json_t *o, const char *name) { return json_integer_value(json_object_get(o, name)); }

static bool is_of(const json_t *o, const char *const of[3])
{
	for (int i = 0; i < 3; i++) {
		const char *z = json_string_value(json_object_get(o, of_names[i]));

		if (!z || strcmp(z, of[i]) != 0)
			return false;
	}
	return true;
}

enum ak_rc ak_pull_state_read(struct ak_store *s, const char *source, const char *const of[3], struct ak_arena *a,
			      struct ak_pull_state *out, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *stored = NULL;
	AK_CLEANUP(ak_json_decref) json_t *o = NULL;
	enum ak_rc rc = ak_register_pull_get(s, source, &stored, err);

	*out = (struct ak_pull_state){0};
	if (rc != AK_OK || !stored || (rc = ak_json_parse(ak_str_of(stored), &o, err)) != AK_OK || !is_of(o, of))
		return rc;
	out->any_through = json_is_integer(json_object_get(o, "through"));
	out->through_us = number(o, "through");
	out->open = json_is_integer(json_object_get(o, "to"));
	out->from_us = number(o, "from");
	out->to_us = number(o, "to");
	out->pages = (uint64_t)number(o, "pages");
	out->at.pass = (size_t)number(o, "pass");
	out->at.page = number(o, "page");
	out->at.parent = text(o, "parent", a);
	out->at.cursor = text(o, "cursor", a);
	return AK_OK;
}

static bool may_be_stored(const char *z, const struct ak_redactor *r)
{
	struct ak_arena a;
	bool same;

	if (!z)
		return true;
	ak_arena_init(&a);
	same = ak_str_is(ak_redact_text(r, ak_str_of(z), &a, NULL), z);
	ak_arena_release(&a);
	return same;
}

static json_t *document(const char *const of[3], const struct ak_pull_state *st, const struct ak_redactor *r)
{
	json_t *o = json_object();
	bool whole = may_be_stored(st->at.parent, r) && may_be_stored(st->at.cursor, r);

	for (int i = 0; i < 3; i++)
		json_object_set_new(o, of_names[i], json_string(of[i]));
	if (st->any_through)
		json_object_set_new(o, "through", json_integer(st->through_us));
	if (!st->open)
		return o;
	json_object_set_new(o, "from", json_integer(st->from_us));
	json_object_set_new(o, "to", json_integer(st->to_us));
	json_object_set_new(o, "pages", json_integer((json_int_t)st->pages));
	json_object_set_new(o, "pass", json_integer((json_int_t)st->at.pass));
	if (!whole)
		return o;
	json_object_set_new(o, "page", json_integer(st->at.page));
	if (st->at.parent)
		json_object_set_new(o, "parent", json_string(st->at.parent));
	if (st->at.cursor)
		json_object_set_new(o, "cursor", json_string(st->at.cursor));
	return o;
}

enum ak_rc ak_pull_state_write(struct ak_store *s, const char *source, const char *const of[3],
			       const struct ak_pull_state *st, const struct ak_redactor *r, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *o = document(of, st, r);
	struct ak_buf b;
	enum ak_rc rc;

	ak_buf_init(&b, 1 << 20);
	rc = ak_jcs(o, &b, err);
	if (rc == AK_OK)
		rc = ak_register_pull_set(s, source, b.p, err);
	ak_buf_release(&b);
	return rc;
}
