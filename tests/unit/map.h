/* For tests of mappings: compile YAML, map text, ask for values. */
#ifndef MAP_H
#define MAP_H

#include "base/arena.h"
#include "format/mapping.h"
#include "tap.h"

struct run {
	struct ak_mapping *m;
	struct ak_mapper *mp;
	struct ak_drift drift;
	struct ak_arena arena;
	struct ak_record rec[8];
	size_t n, rejects;
	char reason[48];
};

static inline struct ak_mapping *load(const char *yaml)
{
	struct ak_mapping *m = NULL;
	struct ak_err err = {0};

	if (ak_mapping_parse("test.yaml", ak_str_of(yaml), &m, &err)) {
		printf("Bail out! %s\n", err.msg);
		exit(1);
	}
	return m;
}

static inline void keep(struct run *r, enum ak_rc rc, const struct ak_frame *f, const struct ak_err *err)
{
	if (rc == AK_REJECT) {
		r->rejects++;
		snprintf(r->reason, sizeof(r->reason), "%s", err->reason);
	} else if (rc == AK_OK && f->kind == AK_FRAME_RECORD) {
		r->n++;
	}
}

static inline void map_json(struct run *r, struct ak_str text)
{
	struct ak_framer *framer = ak_framer_new(ak_mapping_plan(r->m));
	struct ak_frame f;

	ak_framer_feed(framer, text.p, text.n, true);
	while (r->n < AK_COUNT(r->rec) && ak_framer_next(framer, &f) == AK_OK) {
		struct ak_err err = {0};

		if (f.kind == AK_FRAME_RECORD)
			keep(r, ak_mapper_json(r->mp, &f, &r->arena, &r->rec[r->n], &err), &f, &err);
	}
	ak_framer_free(framer);
}

static inline void map_csv(struct run *r, struct ak_str text)
{
	struct ak_csv *csv = ak_csv_new(0);
	const struct ak_str *cells;
	struct ak_err err = {0};
	enum ak_rc rc = AK_OK;
	size_t n;

	ak_csv_feed(csv, text.p, text.n, true);
	if (ak_csv_header(csv, &cells, &n, &err))
		printf("Bail out! %s\n", err.msg);
	while (r->n < AK_COUNT(r->rec) && rc != AK_END && rc != AK_FAIL) {
		struct ak_frame f = {.kind = AK_FRAME_BLANK};

		rc = ak_mapper_csv(r->mp, csv, &f, &r->arena, &r->rec[r->n], &err);
		keep(r, rc, &f, &err);
	}
	ak_csv_free(csv);
}

/* Map a text under a mapping; give the result back with run_end. */
static inline struct run *run_map(const char *yaml, const char *text, const char *tz)
{
	struct run *r = ak_alloc_zero(1, sizeof(*r));
	struct ak_mapper_opts opts = {.tz = tz, .exported_at = "2026-03-02T10:00:00+01:00", .drift = &r->drift};

	ak_drift_init(&r->drift);
	ak_arena_init(&r->arena);
	r->m = load(yaml);
	r->mp = ak_mapper_new(r->m, &opts);
	if (ak_mapping_info(r->m)->csv)
		map_csv(r, ak_str_of(text));
	else
		map_json(r, ak_str_of(text));
	return r;
}

static inline void run_end(struct run *r)
{
	ak_mapper_free(r->mp);
	ak_mapping_free(r->m);
	ak_drift_release(&r->drift);
	ak_arena_release(&r->arena);
	ak_free(r);
}

static inline struct ak_str text_of(const struct run *r, size_t i, enum ak_field_id f)
{
	return r->rec[i].v[f].set ? r->rec[i].v[f].text : (struct ak_str){NULL, 0};
}

static inline int64_t num_of(const struct run *r, size_t i, enum ak_field_id f)
{
	return r->rec[i].v[f].set ? r->rec[i].v[f].num : INT64_MIN;
}

static inline uint64_t absent(const struct run *r, enum ak_field_id f, enum ak_absent why)
{
	return ak_mapper_stats(r->mp)->absent[f][why];
}

#define HEAD(kind, container)                                                                                          \
	"id: t\ntitle: t\nversion: 1\nkind: " kind "\ncontainer: " container "\ndetect: {required: [/id]}\n"

#endif
