#include "base/ak.h"
#include "packet/checklist.h"

#include "base/jsonget.h"
#include "base/jsonw.h"
#include "query/fieldrows.h"
#include "store/columns.h"

enum { BEFORE = -2, AFTER = -3, MOST = 6 }; /* sides of a change, in place of a field */
enum { TIME = -1, NONE = -2 }; /* in place of a value: the time of the record; the kind has no such field */
enum { R = 1 << AK_K_REQUEST, A = 1 << AK_K_AUDIT, P = 1 << AK_K_APP, U = 1 << AK_K_USAGE, C = 1 << AK_K_CALL, K = 1 << AK_K_KEY,
       Q = 1 << AK_K_QUOTA, D = 1 << AK_K_VERDICT, G = 1 << AK_K_GRANT, STATES = K | G };

enum line { IS_GROUP, IS_ITEM, IS_KEPT };

static const struct {
	enum line is;
	const char *title, *text;
	unsigned kinds;
	int field[MOST]; /* ends with 0, which is START: it stands alone */
} lines[] = {
#define GROUP(title, worth) {IS_GROUP, title, worth, 0, {0}},
#define ITEM(title, kinds, ...) {IS_ITEM, title, NULL, kinds, {__VA_ARGS__}},
#define KEPT(title, why) {IS_KEPT, title, why, 0, {0}},
#include "packet/checklist.def"
#undef GROUP
#undef ITEM
#undef KEPT
};

/* One reading of a kind: as many fields as are read at once, and the items that they answer. */
struct pass {
	int field[AK_FIELDROWS_MOST];
	size_t n;
	size_t item[AK_COUNT(lines)];
	int at[AK_COUNT(lines)][MOST]; /* of each of its fields: which of `field`, or TIME or NONE */
	size_t nitems;
	uint64_t filled[AK_COUNT(lines)], of;
};

static size_t fields_of(size_t i)
{
	size_t n = 1;

	while (n < MOST && lines[i].field[n])
		n++;
	return n;
}

static int real_field(int f) { return f == BEFORE || f == AFTER ? AK_F_CHANGES : f; }

static int ask(struct pass *p, int field)
{
	if (field == AK_F_START)
		return TIME;
	for (size_t i = 0; i < p->n; i++)
		if (p->field[i] == real_field(field))
			return (int)i;
	p->field[p->n] = real_field(field);
	return (int)p->n++;
}

static bool is_side(struct ak_str changes, const char *side)
{
	struct ak_err ignored = {0};
	json_t *list = NULL, *c;
	bool found = false;
	size_t i;

	if (ak_json_parse(changes, &list, &ignored) != AK_OK)
		return false;
	json_array_foreach(list, i, c)
		found |= json_object_get(c, side) != NULL;
	json_decref(list);
	return found;
}

static enum ak_rc take(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct pass *p = ctx;

	(void)err;
	p->of++;
	for (size_t i = 0; i < p->nitems; i++) {
		bool has = false;

		for (size_t k = 0; k < fields_of(p->item[i]) && !has; k++) {
			int at = p->at[i][k], field = lines[p->item[i]].field[k];

			has = at == TIME ? row->dated : at >= 0 && row->value[at].p != NULL;
			if (has && (field == BEFORE || field == AFTER))
				has = is_side(row->value[at], field == BEFORE ? "before" : "after");
		}
		p->filled[i] += has;
	}
	return AK_OK;
}

/* Does the kind have one of the item's fields at all? */
static bool is_asked(size_t i, int kind)
{
	bool has = false;

	for (size_t k = 0; k < fields_of(i) && lines[i].is == IS_ITEM; k++)
		has |= ak_field_of((enum ak_field_id)real_field(lines[i].field[k]), (enum ak_kind)kind);
	return has && (lines[i].kinds >> kind & 1);
}

/* Requests are read by column where all that is asked for stands in columns. */
static bool in_columns(size_t i, int kind)
{
	int f = lines[i].field[0];

	return kind != AK_K_REQUEST || f == AK_F_START || ak_column_of((enum ak_field_id)f) >= 0;
}

static enum ak_rc read_pass(struct ak_store *s, int kind, int64_t from_us, int64_t to_us, struct pass *p, json_t **items, struct ak_err *err)
{
	bool state = STATES >> kind & 1;
	enum ak_rc rc;

	if (!p->nitems)
		return AK_OK;
	rc = ak_query_fieldrows_there(s, (enum ak_kind)kind, p->field, p->n, state ? INT64_MIN : from_us, state ? INT64_MAX : to_us, take, p, err);
	for (size_t i = 0; i < p->nitems && p->of && rc == AK_OK; i++)
		json_array_append_new(json_object_get(items[p->item[i]], "measured"),
				      json_pack("{s:s, s:I, s:I}", "kind", ak_kinds[kind].name, "filled", (json_int_t)p->filled[i], "of", (json_int_t)p->of));
	memset(p, 0, sizeof *p);
	return rc;
}

static enum ak_rc read_kind(struct ak_store *s, int kind, int64_t from_us, int64_t to_us, struct pass *p, json_t **items, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (int columns = 1; columns >= 0; columns--) {
		memset(p, 0, sizeof *p);
		for (size_t i = 0; i < AK_COUNT(lines) && rc == AK_OK; i++) {
			if (!is_asked(i, kind) || in_columns(i, kind) != (bool)columns)
				continue;
			if (p->n + MOST > AK_FIELDROWS_MOST)
				rc = read_pass(s, kind, from_us, to_us, p, items, err);
			for (size_t k = 0; k < fields_of(i); k++)
				p->at[p->nitems][k] = ak_field_of((enum ak_field_id)real_field(lines[i].field[k]), (enum ak_kind)kind) ? ask(p, lines[i].field[k]) : NONE;
			p->item[p->nitems++] = i;
		}
		if (rc == AK_OK)
			rc = read_pass(s, kind, from_us, to_us, p, items, err);
	}
	return rc;
}

static json_t *names_of(size_t i)
{
	struct ak_buf b;
	json_t *o;

	ak_buf_init(&b, 1 << 12);
	for (size_t k = 0; k < fields_of(i); k++)
		ak_buf_addf(&b, "%s%s", k ? ", " : "", ak_fields[real_field(lines[i].field[k])].name);
	o = json_stringn(b.p ? b.p : "", b.n);
	ak_buf_release(&b);
	return o;
}

static const char *state_of(const json_t *item)
{
	uint64_t filled = 0, of = 0;
	json_t *m;
	size_t i;

	json_array_foreach(json_object_get(item, "measured"), i, m) {
		filled += ak_jnum(m, "filled");
		of += ak_jnum(m, "of");
	}
	return !of ? "no records" : filled == of ? "always" : filled ? "partly" : "never";
}

static json_t *groups_of(json_t **items)
{
	json_t *list = json_array(), *group = NULL;

	for (size_t i = 0; i < AK_COUNT(lines); i++) {
		const char *state;

		if (lines[i].is == IS_GROUP) {
			group = json_pack("{s:s, s:s, s:[], s:{}}", "group", lines[i].title, "worth", lines[i].text, "items", "counts");
			json_array_append_new(list, group);
			continue;
		}
		state = lines[i].is == IS_KEPT ? "elsewhere" : state_of(items[i]);
		json_object_set_new(items[i], "state", json_string(state));
		json_object_set_new(json_object_get(group, "counts"), state,
				    json_integer(json_integer_value(json_object_get(json_object_get(group, "counts"), state)) + 1));
		json_array_append(json_object_get(group, "items"), items[i]);
	}
	return list;
}

enum ak_rc ak_checklists(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	json_t *items[AK_COUNT(lines)] = {NULL};
	struct pass *p = ak_alloc_zero(1, sizeof *p);
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < AK_COUNT(lines); i++)
		if (lines[i].is == IS_KEPT)
			items[i] = json_pack("{s:s, s:s, s:[], s:s}", "item", lines[i].title, "fields", "", "measured", "why", lines[i].text);
		else if (lines[i].is == IS_ITEM)
			items[i] = json_pack("{s:s, s:o, s:[]}", "item", lines[i].title, "fields", names_of(i), "measured");
	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++)
		rc = read_kind(s, k, from_us, to_us, p, items, err);
	if (rc == AK_OK)
		*out = groups_of(items);
	for (size_t i = 0; i < AK_COUNT(lines); i++)
		json_decref(items[i]);
	ak_free(p);
	return rc;
}
