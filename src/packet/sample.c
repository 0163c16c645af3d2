#include "base/ak.h"
#include "packet/sample.h"

#include "base/jsonw.h"
#include "packet/section.h"
#include "query/query.h"

struct drawn {
	uint8_t digest[AK_SHA256_LEN];
	char *citation;
};

struct ak_sample {
	const char *population;
	char seed[24];
	size_t size, n;
	uint64_t of;
	struct drawn *drawn; /* by digest */
};

struct ak_sample *ak_sample_new(const char *population, const char *seed, size_t size)
{
	struct ak_sample *s = ak_alloc_zero(1, sizeof *s);

	s->population = population;
	s->size = size;
	snprintf(s->seed, sizeof s->seed, "%s", seed);
	s->drawn = ak_alloc_zero(size + 1, sizeof *s->drawn);
	return s;
}

void ak_sample_free(struct ak_sample *s)
{
	for (size_t i = 0; i < s->n; i++)
		ak_free(s->drawn[i].citation);
	ak_free(s->drawn);
	ak_free(s);
}

void ak_sample_add(struct ak_sample *s, const char *citation)
{
	char text[400];
	int n = snprintf(text, sizeof text, "%s %s", s->seed, citation);
	uint8_t digest[AK_SHA256_LEN];
	size_t at = s->n;

	s->of++;
	ak_sha256(text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1, digest);
	if (s->n == s->size && (!s->size || memcmp(digest, s->drawn[s->n - 1].digest, sizeof digest) >= 0))
		return;
	if (s->n == s->size)
		ak_free(s->drawn[--at].citation);
	else
		s->n++;
	for (; at && memcmp(digest, s->drawn[at - 1].digest, sizeof digest) < 0; at--)
		s->drawn[at] = s->drawn[at - 1];
	memcpy(s->drawn[at].digest, digest, sizeof digest);
	s->drawn[at].citation = ak_strdup(citation);
}

json_t *ak_sample_rows(const struct ak_sample *s)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < s->n; i++) {
		char hex[2 * AK_SHA256_LEN + 1];

		ak_hex(s->drawn[i].digest, AK_SHA256_LEN, hex);
		json_array_append_new(rows, json_pack("{s:s, s:I, s:I, s:s, s:s}", "population", s->population, "of", (json_int_t)s->of, "drawn",
						      (json_int_t)i + 1, "citation", s->drawn[i].citation, "sha256", hex));
	}
	return rows;
}

/* ---- the populations ---- */

static void call(void *ctx, const char *citation) { ak_sample_add(ctx, citation); }

static void say(struct ak_sections *s, json_t *section, struct ak_table *t, const struct ak_sample *one)
{
	AK_CLEANUP(ak_json_decref) json_t *rows = one ? ak_sample_rows(one) : NULL;
	json_t *row;
	size_t k;

	if (!json_array_size(rows))
		return;
	json_array_foreach(rows, k, row)
		ak_table_add(t, row);
	ak_section_say(section, "proven", "tables/sample.csv", "%zu of %llu %s are drawn; seed %s, method: the least SHA-256 of \"SEED CITATION\"",
		       one->n, (unsigned long long)one->of, one->population, s->packet_id);
}

enum ak_rc ak_section_sample(struct ak_sections *s, json_t *section, struct ak_err *err)
{
	static const char *const tables[] = {"changes", "access_grants", "log_views", "settlements"};
	struct ak_sample *calls;
	struct ak_table *t;
	enum ak_rc rc;

	if (!s->sample)
		return AK_OK;
	t = ak_section_table(s, section, "sample", "Sample: rows drawn from each population, to be asked for one by one",
			     "population of:integer drawn:integer citation sha256 wanted");
	calls = ak_sample_new("calls", s->packet_id, s->sample);
	rc = ak_query_call_cites(s->store, s->from_us, s->to_us, call, calls, err);
	say(s, section, t, calls);
	ak_sample_free(calls);
	for (size_t i = 0; i < AK_COUNT(tables); i++)
		say(s, section, t, ak_tables_sample_of(s->tables, tables[i]));
	return rc;
}
