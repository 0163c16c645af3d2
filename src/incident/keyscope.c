/* Which values stand for one key. Ids and hashes that stand in one record belong together; an alias is a label that anybody may give. */
#include "base/ak.h"
#include "incident/incident.h"

#include "query/blast.h"

static const char *txt(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }

static bool has(const json_t *list, const char *value)
{
	json_t *v;
	size_t i;

	json_array_foreach((json_t *)list, i, v)
		if (value && strcmp(json_string_value(v), value) == 0)
			return true;
	return false;
}

static bool put(json_t *list, const char *value)
{
	if (!value || has(list, value))
		return false;
	json_array_append_new(list, json_string(value));
	return true;
}

/* Another secret under an id: a rotated key keeps its id, and a hash that was given is one secret alone. */
static bool is_shared(const json_t *rows, const json_t *values, const char *id)
{
	json_t *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row)
		if (txt(row, "key_id") && strcmp(txt(row, "key_id"), id) == 0 && txt(row, "key_hash") && !has(values, txt(row, "key_hash")))
			return true;
	return false;
}

/* Ids and hashes that share a record with what is known; true when something was added. */
static bool widen(const json_t *rows, struct ak_key_scope *k, bool by_hash)
{
	bool more = false;
	json_t *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row) {
		const char *id = txt(row, "key_id"), *hash = txt(row, "key_hash");

		if (!has(k->values, id) && !has(k->values, hash))
			continue;
		if (by_hash && id && (is_shared(rows, k->values, id) || !has(k->values, hash))) {
			if (hash && !has(k->values, hash))
				put(k->others, hash);
			continue;
		}
		more |= put(k->values, id);
		more |= put(k->values, hash);
	}
	return more;
}

static enum ak_rc names(struct ak_store *s, const struct ak_key_scope *k, json_t **rows, struct ak_err *err)
{
	json_t *all = json_copy(k->values);
	enum ak_rc rc;

	json_array_extend(all, k->others);
	rc = ak_query_key_names(s, all, rows, err);
	json_decref(all);
	return rc;
}

/* All ids of a hash are asked for once, so that other secrets under them are seen. */
static enum ak_rc ids_too(struct ak_store *s, const struct ak_key_scope *k, json_t **rows, struct ak_err *err)
{
	json_t *first = NULL, *ask = json_copy(k->values), *row;
	size_t i;
	enum ak_rc rc = names(s, k, &first, err);

	json_array_foreach(first, i, row)
		if (has(k->values, txt(row, "key_hash")) || has(k->values, txt(row, "key_id")))
			put(ask, txt(row, "key_id"));
	if (rc == AK_OK)
		rc = ak_query_key_names(s, ask, rows, err);
	json_decref(first);
	json_decref(ask);
	return rc;
}

/* By an alias: the one key whose records have it, and no other's. */
static enum ak_rc of_alias(const json_t *rows, const json_t *forms, struct ak_key_scope *k, struct ak_err *err)
{
	json_t *row, *seed = NULL;
	size_t i, strangers = 0;

	json_array_foreach((json_t *)rows, i, row) {
		if (!has(forms, txt(row, "key_alias")))
			continue;
		put(k->aliases, txt(row, "key_alias"));
		if (!seed && (txt(row, "key_id") || txt(row, "key_hash"))) {
			seed = row;
			put(k->values, txt(row, "key_id"));
			put(k->values, txt(row, "key_hash"));
		}
	}
	if (!json_array_size(k->aliases))
		return AK_END;
	while (widen(rows, k, false))
		;
	json_array_foreach((json_t *)rows, i, row)
		if (has(forms, txt(row, "key_alias")) && (txt(row, "key_id") || txt(row, "key_hash")) && !has(k->values, txt(row, "key_id")) &&
		    !has(k->values, txt(row, "key_hash")))
			strangers++;
	if (strangers) {
		ak_hint(err, "'auditkit show' lists the records of a label; give the id or hash of one key");
		return ak_fail(err, AK_EXIT_USAGE, "several keys have this alias; none is picked");
	}
	return AK_OK;
}

static enum ak_rc start(const json_t *rows, const json_t *forms, struct ak_key_scope *k, struct ak_err *err)
{
	json_t *row;
	size_t i;

	k->by = NULL;
	json_array_foreach((json_t *)rows, i, row) {
		if (has(forms, txt(row, "key_hash")) && put(k->values, txt(row, "key_hash")) && !k->by)
			k->by = "hash";
		if (has(forms, txt(row, "key_id"))) {
			put(k->values, txt(row, "key_id"));
			k->by = "id";
		}
	}
	if (k->by)
		return AK_OK;
	k->by = "alias";
	return of_alias(rows, forms, k, err);
}

static enum ak_rc grow(struct ak_store *s, struct ak_key_scope *k, struct ak_err *err)
{
	bool more = true, by_hash = strcmp(k->by, "hash") == 0;
	enum ak_rc rc = AK_OK;

	for (int round = 0; more && rc == AK_OK && round < 16; round++) {
		json_t *rows = NULL, *row;
		size_t i;

		rc = by_hash ? ids_too(s, k, &rows, err) : names(s, k, &rows, err);
		more = rc == AK_OK && widen(rows, k, by_hash);
		json_array_foreach(rows, i, row)
			if (has(k->values, txt(row, "key_id")) || has(k->values, txt(row, "key_hash")))
				put(k->aliases, txt(row, "key_alias"));
		json_decref(rows);
	}
	return rc;
}

enum ak_rc ak_key_scope(struct ak_store *s, const json_t *forms, struct ak_key_scope *out, struct ak_err *err)
{
	struct ak_key_scope k = {.values = json_array(), .aliases = json_array(), .others = json_array()};
	json_t *rows = NULL;
	enum ak_rc rc = ak_query_key_names(s, forms, &rows, err);

	if (rc == AK_OK)
		rc = start(rows, forms, &k, err);
	if (rc == AK_OK && json_array_size(k.values))
		rc = grow(s, &k, err);
	json_decref(rows);
	if (rc == AK_OK)
		*out = k;
	else
		ak_key_scope_release(&k);
	return rc;
}

void ak_key_scope_release(struct ak_key_scope *k)
{
	json_decref(k->values);
	json_decref(k->aliases);
	json_decref(k->others);
}
