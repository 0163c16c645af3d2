/* Mapping YAML: whatever parses can be asked and maps records; the rest is refused with file and line. Input: the YAML.
 */
#include "base/ak.h"

#include "format/mapping.h"
#include "fuzz.h"

static const char json[] =
	"{\"id\":\"a1\",\"n\":1.50,\"t\":1750000000,\"s\":\"2026-03-02T10:00:00\",\"m\":{\"k\":\"v\",\"l\":[1,2]},"
	"\"b\":true,"
	"\"a\":[{\"x\":\"1\",\"y\":null},{\"x\":\"2\"}],\"j\":\"{\\\"x\\\":[3]}\",\"p\":\"content\"}\n"
	"{\"data\":[{\"start_time\":1750000000,\"results\":[{\"id\":\"b\",\"n\":\"1,245\"}]}],\"has_more\":false}\n";
static const char csv[] =
	"id,n,t,s,b,j,p\na1,1.50,1750000000,2026-03-02T10:00:00,true,\"{\"\"x\"\":[3]}\",content\nb,,,,,,\n";

static void ask(const struct ak_mapping *m)
{
	const struct ak_mapping_info *info = ak_mapping_info(m);
	const enum ak_field_id *dims;
	const char *why;
	int role;

	HOLDS(info->id && info->title && info->version && info->status && strlen(info->digest) == 64 && info->kinds);
	for (int f = 0; f < AK_F_COUNT; f++)
		ak_mapping_rule_text(m, (enum ak_field_id)f);
	for (size_t i = 0; ak_mapping_payload_path(m, i, &role); i++)
		HOLDS(i < AK_MAX_PAYLOAD_RULES && role >= 0 && role <= 2);
	for (size_t i = 0; ak_mapping_drop_path(m, i, &why); i++)
		HOLDS(i < AK_MAX_PAYLOAD_RULES * 2);
	HOLDS(ak_mapping_dims(m, &dims) <= AK_F_COUNT);
}

static void mapped(const struct ak_mapping *m, struct ak_mapper *mp, enum ak_rc rc, const struct ak_record *r,
		   const struct ak_err *err)
{
	struct ak_buf b;

	HOLDS(rc == AK_OK || rc == AK_REJECT);
	if (rc == AK_REJECT) {
		fuzz_rejected(err);
		return;
	}
	HOLDS(ak_mapping_info(m)->kinds >> r->kind & 1);
	ak_buf_init(&b, 1 << 24);
	ak_mapper_explain(mp, r, &b);
	HOLDS(!b.over);
	ak_buf_release(&b);
}

static void map_json(const struct ak_mapping *m, struct ak_mapper *mp, struct ak_arena *a)
{
	struct ak_framer *framer = ak_framer_new(ak_mapping_plan(m));
	struct ak_record rec;
	struct ak_frame f;

	ak_framer_feed(framer, json, sizeof json - 1, true);
	while (ak_framer_next(framer, &f) == AK_OK) {
		struct ak_err err = {0};

		if (f.kind == AK_FRAME_RECORD)
			mapped(m, mp, ak_mapper_json(mp, &f, a, &rec, &err), &rec, &err);
	}
	ak_framer_free(framer);
}

static void map_csv(const struct ak_mapping *m, struct ak_mapper *mp, struct ak_arena *a)
{
	struct ak_csv *c = ak_csv_new(0);
	const struct ak_str *cells;
	struct ak_record rec;
	struct ak_frame f;
	struct ak_err err = {0};
	enum ak_rc rc;
	size_t n;

	ak_csv_feed(c, csv, sizeof csv - 1, true);
	HOLDS(ak_csv_header(c, &cells, &n, &err) == AK_OK);
	while ((rc = ak_mapper_csv(mp, c, &f, a, &rec, &err)) != AK_END) {
		if (rc == AK_FAIL) { /* the header names no column that the mapping reads */
			fuzz_failed(&err, AK_EXIT_INPUT);
			break;
		}
		if (rc != AK_OK || f.kind == AK_FRAME_RECORD)
			mapped(m, mp, rc, &rec, &err);
	}
	ak_csv_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct ak_drift drift;
	struct ak_mapper_opts opts = {.exported_at = "2026-03-02T10:00:00Z", .drift = &drift};
	struct ak_mapping *m = NULL;
	struct ak_mapper *mp;
	struct ak_arena a;
	struct ak_err err = {0};
	enum ak_rc rc = ak_mapping_parse("m.yaml", ak_str_n((const char *)p, n), &m, &err);

	HOLDS(rc == AK_OK || rc == AK_FAIL);
	if (rc == AK_FAIL) {
		fuzz_failed(&err, AK_EXIT_USAGE);
		HOLDS(strncmp(err.msg, "m.yaml", 6) == 0);
		return 0;
	}
	ask(m);
	ak_drift_init(&drift);
	ak_arena_init(&a);
	mp = ak_mapper_new(m, &opts);
	if (ak_mapping_info(m)->csv)
		map_csv(m, mp, &a);
	else
		map_json(m, mp, &a);
	ak_mapper_free(mp);
	ak_mapping_free(m);
	ak_drift_release(&drift);
	ak_arena_release(&a);
	return 0;
}
