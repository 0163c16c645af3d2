/* Whose a key is, what it may do, and who has which role. */
#include "base/ak.h"
#include "state/at.h"

#include "base/time.h"

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static json_t *maybe(const char *z) { return z ? json_string(z) : json_null(); }
static bool same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }

static bool time_of(const char *z, int64_t *us)
{
	struct ak_err ignored = {0};

	return z && ak_time_arg(z, 0, us, &ignored) == AK_OK;
}

/* What the inventory said last up to the instant; the first one after it where there is none. */
static void add_inventory(struct at *q, const char *what, const char *member)
{
	json_t *row = NULL, *held = NULL, *next = NULL, *e;
	size_t i;
	int64_t us;

	json_array_foreach(q->inventory, i, e) {
		if (!same(text(e, "kind"), "inventory") || !text(e, member) || !time_of(text(e, "time"), &us))
			continue;
		if (us > q->us)
			next = next ? next : e;
		else if (!held || !same(text(held, member), text(e, member)))
			held = e;
	}
	if (!held && !next)
		return;
	row = ak_at_row(what, text(held ? held : next, "resource"));
	if (held) {
		json_object_set(row, "value", json_object_get(held, member));
		json_object_set(row, "since", json_object_get(held, "time"));
		json_object_set(row, "by", json_object_get(held, "citation"));
		json_object_set_new(row, "basis", json_string("snapshot"));
	} else {
		json_object_set_new(row, "next", json_pack("{s:O, s:O, s:O}", "value", json_object_get(next, member), "since", json_object_get(next, "time"), "by",
							   json_object_get(next, "citation")));
	}
	if (next && (!held || !same(text(held, member), text(next, member))))
		json_object_set(row, "until", held ? json_object_get(next, "time") : json_null());
	json_array_append_new(q->out, row);
}

void ak_at_keys(struct at *q)
{
	const char *const ids[] = {q->of->key_hash, q->of->key_id, q->of->key_alias};
	bool owner = false, scope = false;

	for (size_t i = 0; i < AK_COUNT(ids); i++) {
		owner = ak_at_group(q, "key_owner", "key", ids[i], ak_at_owner) || owner;
		scope = ak_at_group(q, "key_scope", "key", ids[i], ak_at_other) || scope;
		scope = scope || ak_at_vague(q, "key_scope", "key", ids[i]);
	}
	add_inventory(q, "key_owner", "owner");
	add_inventory(q, "key_scope", "scopes");
}

void ak_at_grants(struct at *q)
{
	json_t *e;
	size_t i;
	int64_t us;

	json_array_foreach(q->inventory, i, e) {
		json_t *row;
		bool held;

		if (!same(text(e, "kind"), "grant") || !text(e, "role") || !time_of(text(e, "time"), &us))
			continue;
		held = us <= q->us;
		row = ak_at_row("role", text(e, "principal"));
		json_object_set_new(row, "resource", maybe(text(e, "resource")));
		if (held) {
			json_object_set(row, "value", json_object_get(e, "role"));
			json_object_set(row, "since", json_object_get(e, "time"));
			json_object_set(row, "by", json_object_get(e, "citation"));
			json_object_set_new(row, "basis", json_string("snapshot"));
		} else {
			json_object_set_new(row, "next", json_pack("{s:O, s:O, s:O}", "value", json_object_get(e, "role"), "since", json_object_get(e, "time"), "by",
								   json_object_get(e, "citation")));
		}
		json_array_append_new(q->out, row);
	}
}

