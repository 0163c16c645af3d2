#include "base/ak.h"
#include "format/drafting.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/jsonw.h"
#include "format/samples.h"
#include "model/field.h"

/* A made-up value in the shape that the member's values have. n tells them apart. */
static void made_up(const struct ak_member *m, enum ak_field_id f, int n, char out[96])
{
	static const struct {
		unsigned trait;
		const char *text;
	} shapes[] = {
		{AK_IS_S, "1780480800"}, {AK_IS_MS, "1780480800250"}, {AK_IS_US, "1780480800250000"}, {AK_IS_NS, "1780480800250000000"},
		{AK_IS_ZONED, "2026-06-03T10:00:00.250Z"}, {AK_IS_TIME, "2026-06-03 10:00:00.250"},
		{AK_IS_PARENT, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
		{AK_IS_HASH, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
		{AK_IS_EMAIL, "kim@example.org"}, {AK_IS_ADDRESS, "203.0.113.7"}, {AK_IS_STATUS, "200"}, {AK_IS_BOOL, "true"},
	};

	bool is_time = f < AK_F_COUNT && ak_fields[f].type == AK_T_TIME;

	for (size_t i = 0; i < AK_COUNT(shapes); i++)
		if (m->traits & shapes[i].trait && (!(shapes[i].trait & AK_IS_EPOCH) || is_time) &&
		    (shapes[i].trait != AK_IS_STATUS || f == AK_F_STATUS_CODE)) {
			snprintf(out, 96, "%s", shapes[i].text);
			return;
		}
	if (m->words && m->traits & AK_IS_WORD)
		snprintf(out, 96, "%s", ak_survey_words[__builtin_ctz(m->words)].word);
	else if (m->traits & AK_IS_NUMBER)
		snprintf(out, 96, m->traits & AK_IS_INT ? "%d" : "%d.5", n);
	else
		snprintf(out, 96, f == AK_F_PROVIDER ? "openai" : f == AK_F_ENDPOINT ? "/v1/example" : "example-%d", n);
}

static json_t *made_up_json(const struct ak_member *m, enum ak_field_id f, int n)
{
	char text[96];

	if (m->traits & AK_IS_CONTENT)
		return json_pack("[{s:s, s:s}]", "role", "user", "content", "made-up text");
	made_up(m, f, n, text);
	if (m->traits & AK_IS_BOOL)
		return json_true();
	if (m->traits & AK_IS_INT && !(m->traits & AK_IS_TEXT) && strlen(text) < 16)
		return json_integer(strtoll(text, NULL, 10));
	return json_string(text);
}

/* ---- JSON ---- */

static struct ak_str next_step(struct ak_str *path, struct ak_arena *a)
{
	struct ak_str step = ak_str_n(path->p + 1, path->n - 1), name;
	size_t n = ak_str_find(step, '/');
	char *p = ak_arena_alloc(a, n + 1);
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		p[len++] = step.p[i] == '~' && i + 1 < n ? (step.p[++i] == '1' ? '/' : '~') : step.p[i];
	name = ak_str_n(p, len);
	p[len] = '\0';
	*path = ak_str_n(step.p + n, step.n - n);
	return name;
}

static bool is_decoded(struct ak_str step) { return step.n > 5 && memcmp(step.p + step.n - 5, "|json", 5) == 0; }

/* The value at a path below an object, which is made on the way; text that is JSON stays an object under "key|json". */
static void put(json_t *object, struct ak_str path, json_t *value, struct ak_arena *a)
{
	struct ak_str name = next_step(&path, a);
	bool list = ak_str_starts(path, AK_STR("/[]"));
	json_t *below = json_object_get(object, name.p);

	if (list)
		next_step(&path, a);
	if (!path.n) {
		if (list)
			value = json_pack("[o]", value);
		json_object_set_new(object, name.p, value);
		return;
	}
	if (!below) {
		below = list ? json_pack("[{}]") : json_object();
		json_object_set_new(object, name.p, below);
	}
	put(list ? json_array_get(below, 0) : below, path, value, a);
}

/* Objects under "key|json" become texts. */
static void encode_texts(json_t *node)
{
	json_t *v;
	const char *key;
	void *next;
	size_t i;

	if (json_is_array(node))
		json_array_foreach(node, i, v)
			encode_texts(v);
	json_object_foreach_safe(node, next, key, v) {
		struct ak_str name = ak_str_of(key);
		struct ak_buf b;
		char *bare;

		encode_texts(v);
		if (!is_decoded(name))
			continue;
		ak_buf_init(&b, 1 << 20);
		bare = ak_strndup(key, name.n - 5);
		if (ak_jcs(v, &b, NULL) == AK_OK)
			json_object_set_new(node, bare, json_stringn(b.p, b.n));
		json_object_del(node, key);
		ak_free(bare);
		ak_buf_release(&b);
	}
}

/* The path from the top: that of the container, less its last two steps for a member of the object around. */
static struct ak_str full_path(const struct ak_drafting *d, const struct ak_member *m, struct ak_arena *a)
{
	struct ak_str at = d->records, own = m->path;

	if (own.p[0] == '^') {
		at.n -= 3;
		while (at.n && at.p[at.n - 1] != '/')
			at.n--;
		at.n -= at.n > 0;
		own = ak_str_n(own.p + 1, own.n - 1);
	}
	return ak_arena_printf(a, "%.*s%.*s", AK_STR_FMT(at), AK_STR_FMT(own));
}

static void sample_json(const struct ak_drafting *d, struct ak_buf *out)
{
	json_t *top = json_object();
	struct ak_arena a;
	int n = 10;

	ak_arena_init(&a);
	for (int f = 0; f < AK_F_COUNT; f++)
		if (d->field[f])
			put(top, full_path(d, d->field[f], &a), made_up_json(d->field[f], (enum ak_field_id)f, n++), &a);
	for (int role = 0; role < 2; role++)
		for (size_t i = 0; i < d->npayload[role]; i++)
			put(top, full_path(d, d->payload[role][i], &a), made_up_json(d->payload[role][i], AK_F_COUNT, n++), &a);
	encode_texts(top);
	if (ak_jcs(top, out, NULL) != AK_OK)
		AK_BUG("a made-up record cannot be written as JSON");
	ak_buf_addc(out, '\n');
	json_decref(top);
	ak_arena_release(&a);
}

/* ---- CSV ---- */

static void add_cell(struct ak_buf *b, struct ak_str s, bool first)
{
	ak_buf_adds(b, first ? "" : ",");
	if (!s.n || (ak_str_find(s, ',') == s.n && ak_str_find(s, '"') == s.n && ak_str_find(s, ';') == s.n)) {
		ak_buf_addstr(b, s);
		return;
	}
	ak_buf_addc(b, '"');
	for (size_t i = 0; i < s.n; i++)
		ak_buf_adds(b, s.p[i] == '"' ? "\"\"" : (char[]){s.p[i], '\0'});
	ak_buf_addc(b, '"');
}

static void sample_csv(const struct ak_drafting *d, struct ak_buf *out)
{
	struct ak_buf row;
	struct ak_arena a;
	bool first = true;
	int n = 10;

	ak_arena_init(&a);
	ak_buf_init(&row, 1 << 20);
	for (size_t i = 0; i < ak_survey_count(&d->survey); i++) {
		const struct ak_member *m = ak_survey_at(&d->survey, i);
		struct ak_str path = m->path;
		int f = 0;
		char text[96];

		if (!ak_draft_uses(d, m))
			continue;
		while (f < AK_F_COUNT && d->field[f] != m)
			f++;
		made_up(m, (enum ak_field_id)f, n++, text);
		add_cell(out, next_step(&path, &a), first);
		add_cell(&row, ak_str_of(f < AK_F_COUNT ? text : "made-up text"), first);
		first = false;
	}
	ak_buf_addf(out, "\n%s\n", ak_buf_str(&row).p);
	ak_buf_release(&row);
	ak_arena_release(&a);
}

void ak_draft_sample(const struct ak_drafting *d, struct ak_buf *out)
{
	if (d->csv)
		sample_csv(d, out);
	else
		sample_json(d, out);
}

/* ---- what becomes of it ---- */

static enum ak_rc map_one(const struct ak_mapping *m, struct ak_str input, struct ak_arena *a, struct ak_record *rec, struct ak_err *err)
{
	struct ak_mapper *mp = ak_mapper_new(m, &(struct ak_mapper_opts){0});
	struct ak_framer *framer = ak_framer_new(ak_mapping_plan(m));
	struct ak_csv *csv = ak_csv_new(0);
	struct ak_frame f = {.kind = AK_FRAME_BLANK};
	enum ak_rc rc = AK_OK;

	if (ak_mapping_info(m)->csv) {
		ak_csv_feed(csv, input.p, input.n, true);
		rc = ak_mapper_csv(mp, csv, &f, a, rec, err);
	} else {
		ak_framer_feed(framer, input.p, input.n, true);
		rc = ak_framer_next(framer, &f);
		if (rc == AK_OK && f.kind == AK_FRAME_RECORD)
			rc = ak_mapper_json(mp, &f, a, rec, err);
	}
	ak_csv_free(csv);
	ak_framer_free(framer);
	ak_mapper_free(mp);
	return rc == AK_OK && f.kind == AK_FRAME_RECORD ? AK_OK : ak_fail(err, AK_EXIT_BUG, "the draft cannot read its own sample");
}

enum ak_rc ak_draft_expect(const struct ak_drafting *d, const struct ak_mapping *m, struct ak_buf *out, struct ak_err *err)
{
	struct ak_record *rec = ak_alloc_zero(1, sizeof *rec);
	struct ak_arena a;
	struct ak_buf input;
	const char *p, *end;
	enum ak_rc rc;

	ak_arena_init(&a);
	ak_buf_init(&input, 1 << 20);
	ak_draft_sample(d, &input);
	rc = map_one(m, ak_buf_str(&input), &a, rec, err);
	ak_buf_adds(out, "# Made up in the shapes that were seen; replace it with a record of your own that holds nothing to protect.\n"
			 "samples:\n  - name: made up\n    input: |\n");
	for (p = input.p; rc == AK_OK && (end = strchr(p, '\n')); p = end + 1)
		ak_buf_addf(out, "      %.*s\n", (int)(end - p), p);
	ak_buf_addf(out, "    expect:\n      - kind: %s\n", ak_kinds[d->kind].name);
	for (int f = 0; rc == AK_OK && f < AK_F_COUNT; f++) {
		char room[32];
		struct ak_str v = ak_sample_value(rec, (enum ak_field_id)f, room);

		if (!v.p)
			continue;
		ak_buf_addf(out, "        %s: ", ak_fields[f].column);
		ak_jsonw_string(out, v);
		ak_buf_addc(out, '\n');
	}
	ak_buf_release(&input);
	ak_arena_release(&a);
	ak_free(rec);
	return rc;
}
