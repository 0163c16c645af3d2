/* ingest --remap: digests of the originals come first, since they say which records the new ones replace. */
#include "base/ak.h"
#include "ingest/intake.h"

#include <stdio.h>

static const char *key_of(size_t source, uint64_t nth, char key[48])
{
	snprintf(key, 48, "%zu:%llu", source, (unsigned long long)nth);
	return key;
}

const char *ak_intake_sum(struct ak_intake *r)
{
	char key[48];
	struct ak_map_entry *e = r->p->remap ? ak_map_get(&r->p->sums, ak_str_of(key_of(r->source, r->nth++, key))) : NULL;

	return e ? e->v.ptr : NULL;
}

static void sum_file(struct ak_pipe *p, struct ak_inputs *in, size_t source, uint64_t nth, char *room)
{
	struct ak_err ignored = {0};
	char key[48], *hex = ak_alloc(65);
	uint8_t digest[32];
	size_t n = 1;

	while (n && ak_inputs_read(in, room, AK_CHUNK_BYTES, &n, &ignored) == AK_OK)
		continue;
	ak_inputs_peek(in, digest);
	ak_hex(digest, sizeof digest, hex);
	ak_map_put(&p->sums, ak_str_of(key_of(source, nth, key)), NULL)->v.ptr = hex;
	ak_remap_give(p->remap, hex);
}

/* What cannot be read is told by the real pass. */
static void sum_source(struct ak_pipe *p, size_t source, char *room)
{
	const struct ak_ingest_source *s = &p->o->sources[source];
	struct ak_inputs *in = NULL;
	struct ak_file_info info;
	struct ak_err ignored = {0};
	uint64_t nth = 0;
	enum ak_rc rc = ak_inputs_open(s->paths, s->npaths, &in, &ignored);

	while (rc == AK_OK || (rc == AK_FAIL && in)) {
		rc = ak_inputs_next(in, &info, &ignored);
		if (rc == AK_OK)
			sum_file(p, in, source, nth++, room);
	}
	ak_inputs_free(in);
}

static const char *current(void *registry, const char *format)
{
	const struct ak_mapping *m = NULL;
	struct ak_err ignored = {0};

	return ak_registry_find(registry, format, &m, &ignored) == AK_OK ? ak_mapping_info(m)->digest : NULL;
}

enum ak_rc ak_intake_remap(struct ak_pipe *p, struct ak_err *err)
{
	char *room = ak_alloc(AK_CHUNK_BYTES);

	p->remap = ak_remap_new(p->o->store);
	ak_map_init(&p->sums);
	for (size_t i = 0; i < p->o->nsources; i++)
		sum_source(p, i, room);
	ak_free(room);
	return ak_remap_load(p->remap, current, (void *)p->o->registry, err);
}
