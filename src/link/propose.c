#include "base/ak.h"
#include "link/propose.h"

#include "base/map.h"
#include "format/strings.h"
#include "io/source.h"
#include "query/meets.h"

/* Texts that can be an identifier, and paths that are looked at. */
enum { ID_MIN = 8, ID_MAX = 128, PATHS = 512 };
/* Fewer records than this, or than one in twenty, are chance. */
enum { LEAST = 3, ONE_IN = 20 };

struct found {
	int field;
	bool traceparent, now; /* now: met by the record in hand */
	uint64_t meets;
};

struct sample {
	const struct ak_mapping *mapping;
	enum ak_kind other;
	struct ak_meets *meets;
	struct ak_map paths; /* path -> struct found *; those that met at least once */
	struct ak_arena arena;
	uint64_t records;
	struct ak_err *err;
	enum ak_rc rc;
};

struct search {
	struct ak_store *s;
	const struct ak_registry *registry;
	struct ak_map samples; /* format -> struct sample * */
	struct ak_buf head;
	struct ak_err *err;
};

/* ---- one string ---- */

static bool could_be_id(struct ak_str t)
{
	if (t.n < ID_MIN || t.n > ID_MAX)
		return false;
	for (size_t i = 0; i < t.n; i++)
		if ((unsigned char)t.p[i] <= ' ' || (unsigned char)t.p[i] >= 0x7f)
			return false;
	return true;
}

/* "00-<32 hex>-<16 hex>-<2 hex>": W3C Trace Context, 2021-11-23. */
static bool is_traceparent(struct ak_str t, struct ak_str *trace)
{
	if (t.n != 55 || t.p[2] != '-' || t.p[35] != '-' || t.p[52] != '-')
		return false;
	*trace = ak_str_n(t.p + 3, 32);
	return true;
}

static void note(struct sample *m, struct ak_str path, int field, bool traceparent)
{
	struct ak_map_entry *e = ak_map_get(&m->paths, path);

	if (!e && m->paths.n >= PATHS)
		return;
	if (!e) {
		e = ak_map_put(&m->paths, path, NULL);
		e->v.ptr = ak_arena_zero(&m->arena, sizeof(struct found));
		*(struct found *)e->v.ptr = (struct found){.field = field, .traceparent = traceparent};
	}
	((struct found *)e->v.ptr)->now = true;
}

static void look(void *ctx, struct ak_str path, struct ak_str text)
{
	struct sample *m = ctx;
	struct ak_str trace = text;
	bool traceparent;
	int field = -1;

	if (m->rc != AK_OK || !could_be_id(text))
		return;
	traceparent = is_traceparent(text, &trace);
	m->rc = ak_meets_value(m->meets, trace, &field, m->err);
	if (field >= 0 && !ak_strings_is_read(m->mapping, (enum ak_field_id)field, path))
		note(m, path, field, traceparent);
}

static void next_record(void *ctx)
{
	struct sample *m = ctx;

	m->records++;
	for (size_t i = 0; i < m->paths.n; i++) {
		struct found *f = m->paths.e[i].v.ptr;
		f->meets += f->now;
		f->now = false;
	}
}

/* ---- files ---- */

/* Requests look for app events and the other way round; other kinds are joined with neither. */
static bool other_side(const struct ak_mapping *m, enum ak_kind *other)
{
	unsigned kinds = ak_mapping_info(m)->kinds;

	*other = kinds >> AK_K_REQUEST & 1 ? AK_K_APP : AK_K_REQUEST;
	return (kinds >> AK_K_REQUEST & 1) || (kinds >> AK_K_APP & 1);
}

static enum ak_rc sample_of(struct search *q, const struct ak_mapping *m, struct sample **out)
{
	bool fresh;
	enum ak_kind other;
	struct ak_map_entry *e;
	struct sample *s;
	enum ak_rc rc;

	*out = NULL;
	if (!other_side(m, &other))
		return AK_OK;
	e = ak_map_put(&q->samples, ak_str_of(ak_mapping_info(m)->id), &fresh);
	if (fresh) {
		e->v.ptr = s = ak_alloc_zero(1, sizeof *s);
		s->mapping = m;
		s->other = other;
		s->err = q->err;
		ak_map_init(&s->paths);
		ak_arena_init(&s->arena);
		if ((rc = ak_meets_open(q->s, other, &s->meets, q->err)) != AK_OK)
			return rc;
	}
	*out = e->v.ptr;
	return AK_OK;
}

/* The beginning of the open file. */
static void read_head(struct search *q, struct ak_inputs *in, bool *eof)
{
	struct ak_err ignored = {0};
	char piece[65536];
	size_t n = 1;

	ak_buf_clear(&q->head);
	while (n && q->head.n < AK_PROPOSE_BYTES && ak_inputs_read(in, piece, sizeof piece, &n, &ignored) == AK_OK)
		ak_buf_add(&q->head, piece, n);
	*eof = !n;
}

static enum ak_rc read_file(struct search *q, const char *format, bool eof)
{
	const struct ak_mapping *m = NULL;
	struct ak_detection why;
	struct ak_err ignored = {0};
	struct ak_str head = ak_buf_str(&q->head);
	struct sample *s = NULL;
	enum ak_rc rc;

	if ((format ? ak_registry_find(q->registry, format, &m, &ignored)
		    : ak_registry_detect(q->registry, head, eof, &m, &why, &ignored)) != AK_OK)
		return AK_OK;
	if ((rc = sample_of(q, m, &s)) != AK_OK || !s || s->records >= AK_PROPOSE_RECORDS)
		return rc;
	if (ak_mapping_info(m)->csv)
		ak_strings_csv(m, head, AK_PROPOSE_RECORDS - s->records, look, s, next_record);
	else
		ak_strings_json(m, head, AK_PROPOSE_RECORDS - s->records, look, s, next_record);
	return s->rc;
}

/* What cannot be read now was reported by ingest. */
static enum ak_rc read_again(struct search *q, const struct ak_ingest_source *source)
{
	struct ak_err ignored = {0};
	struct ak_file_info file;
	enum ak_rc rc = AK_OK;
	size_t files = 0;

	for (size_t i = 0; i < source->npaths && rc == AK_OK; i++) {
		struct ak_inputs *in = NULL;
		if (strcmp(source->paths[i], "-") == 0 || ak_inputs_open(&source->paths[i], 1, &in, &ignored) != AK_OK)
			continue;
		while (rc == AK_OK && files++ < AK_PROPOSE_FILES && ak_inputs_next(in, &file, &ignored) == AK_OK) {
			bool eof;
			read_head(q, in, &eof);
			rc = read_file(q, source->format, eof);
		}
		ak_inputs_free(in);
	}
	return rc;
}

/* ---- the result ---- */

static json_t *proposal(const struct sample *m, struct ak_str path, const struct found *f)
{
	const struct ak_field *field = &ak_fields[f->field];
	json_t *line = f->traceparent ? json_sprintf("- {path: \"%.*s\", traceparent: trace}", AK_STR_FMT(path))
				      : json_sprintf("- \"%.*s\"", AK_STR_FMT(path));

	return json_pack("{s:s, s:s, s:s, s:s%, s:b, s:I, s:I, s:s, s:o}", "format", ak_mapping_info(m->mapping)->id, "field", field->name,
			 "column", field->column, "path", path.p, path.n, "traceparent", f->traceparent, "meets", (json_int_t)f->meets, "of",
			 (json_int_t)m->records, "other", ak_kinds[m->other].name, "line", line);
}

static bool is_better(const struct found *a, const struct found *b) { return !b || a->meets > b->meets; }

/* The best path of each field; of equal ones the first that was seen. */
static void choose(const struct sample *m, json_t *out)
{
	for (int f = 0; f < AK_F_COUNT; f++) {
		const struct found *best = NULL;
		struct ak_str path = {NULL, 0};
		for (size_t i = 0; i < m->paths.n; i++) {
			const struct found *one = m->paths.e[i].v.ptr;
			if (one->field != f || one->meets < LEAST || one->meets * ONE_IN < m->records || !is_better(one, best))
				continue;
			best = one;
			path = m->paths.e[i].key;
		}
		if (best)
			json_array_append_new(out, proposal(m, path, best));
	}
}

static void release(struct search *q)
{
	for (size_t i = 0; i < q->samples.n; i++) {
		struct sample *s = q->samples.e[i].v.ptr;
		ak_meets_free(s->meets);
		ak_map_release(&s->paths);
		ak_arena_release(&s->arena);
		ak_free(s);
	}
	ak_map_release(&q->samples);
	ak_buf_release(&q->head);
}

enum ak_rc ak_link_propose(struct ak_store *s, const struct ak_registry *r, const struct ak_ingest_source *sources, size_t n,
			   int64_t least_ppm, json_t **out, struct ak_err *err)
{
	struct search q = {.s = s, .registry = r, .err = err};
	int64_t linked = 0, total = 0;
	enum ak_rc rc = ak_meets_newest(s, AK_PROPOSE_EVENTS, &linked, &total, err);

	if (rc != AK_OK)
		return rc;
	*out = json_array();
	if (!total || (__int128)linked * 1000000 >= (__int128)total * least_ppm)
		return AK_OK;
	ak_map_init(&q.samples);
	ak_buf_init(&q.head, AK_PROPOSE_BYTES + 65536);
	for (size_t i = 0; i < n && rc == AK_OK; i++)
		rc = read_again(&q, &sources[i]);
	for (size_t i = 0; i < q.samples.n && rc == AK_OK; i++)
		choose(q.samples.e[i].v.ptr, *out);
	release(&q);
	if (rc != AK_OK)
		json_decref(*out);
	return rc;
}
