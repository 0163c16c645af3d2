#include "base/ak.h"
#include "ingest/trail.h"

#include <jansson.h>

#include "base/buf.h"
#include "base/fs.h"
#include "io/source.h"

enum { MOST_BYTES = 16 << 20, MOST_DIGESTS = 200000 };

/* "bucket/object", NULL when one is missing. */
static const char *place(struct ak_trail *t, const json_t *doc, const char *bucket, const char *object)
{
	const char *b = json_string_value(json_object_get(doc, bucket)), *o = json_string_value(json_object_get(doc, object));

	return b && o ? ak_arena_printf(&t->arena, "%s/%s", b, o).p : NULL;
}

static const char *text(struct ak_trail *t, const json_t *doc, const char *member)
{
	const char *z = json_string_value(json_object_get(doc, member));

	return z ? ak_arena_z(&t->arena, ak_str_of(z)) : NULL;
}

static enum ak_rc each_log(const json_t *doc, ak_trail_log_fn *each, void *ctx, struct ak_err *err)
{
	json_t *log;
	size_t i;
	enum ak_rc rc = AK_OK;

	json_array_foreach(json_object_get(doc, "logFiles"), i, log) {
		const char *object = json_string_value(json_object_get(log, "s3Object"));
		const char *hash = json_string_value(json_object_get(log, "hashValue"));
		const struct ak_trail_log l = {ak_str_of(object ? object : ""), ak_str_of(hash ? hash : "")};

		if ((rc = each(ctx, &l, err)) != AK_OK)
			return rc;
	}
	return rc;
}

/* False: a copy of one that is known. */
static bool add(struct ak_trail *t, const json_t *doc, const struct ak_file_digest *sum, const char *signature)
{
	const char *object = place(t, doc, "digestS3Bucket", "digestS3Object");
	struct ak_map_entry *e;
	struct ak_trail_digest *d;
	bool fresh;

	e = ak_map_put(&t->by_object, ak_str_of(object), &fresh);
	if (!fresh) {
		d = e->v.ptr;
		t->twice += memcmp(d->decoded, sum->decoded, sizeof d->decoded) != 0;
		return false;
	}
	d = ak_arena_zero(&t->arena, sizeof *d);
	*d = (struct ak_trail_digest){.object = object, .before = place(t, doc, "previousDigestS3Bucket", "previousDigestS3Object"),
				      .before_hash = text(t, doc, "previousDigestHashValue"),
				      .before_signature = text(t, doc, "previousDigestSignature"), .end = text(t, doc, "digestEndTime"),
				      .signature = signature ? ak_arena_z(&t->arena, ak_str_of(signature)) : NULL};
	memcpy(d->given, sum->given, sizeof d->given);
	memcpy(d->decoded, sum->decoded, sizeof d->decoded);
	e->v.ptr = d;
	*t->tail = d;
	t->tail = &d->next;
	t->digests++;
	return true;
}

static bool is_digest(const json_t *doc)
{
	return json_is_string(json_object_get(doc, "digestS3Bucket")) && json_is_string(json_object_get(doc, "digestS3Object")) &&
	       json_is_string(json_object_get(doc, "digestEndTime")) && json_is_array(json_object_get(doc, "logFiles"));
}

static enum ak_rc slurp(struct ak_inputs *in, struct ak_buf *b, struct ak_err *err)
{
	char block[16384];
	size_t n;
	enum ak_rc rc;

	ak_buf_clear(b);
	do {
		rc = ak_inputs_read(in, block, sizeof block, &n, err);
		if (rc == AK_OK)
			ak_buf_add(b, block, n);
	} while (rc == AK_OK && n);
	return rc;
}

static enum ak_rc one_file(const struct ak_trail_opts *o, struct ak_inputs *in, struct ak_str name, struct ak_buf *b, struct ak_trail *t,
			   ak_trail_log_fn *each, void *ctx, struct ak_err *err)
{
	const struct ak_map_entry *header = o->headers ? ak_map_get(o->headers, ak_fs_base(ak_arena_z(&t->arena, name))) : NULL;
	struct ak_err ignored = {0};
	struct ak_file_digest sum;
	json_t *doc;
	enum ak_rc rc = AK_OK;

	if (slurp(in, b, &ignored) != AK_OK) {
		t->unreadable++;
		return AK_OK;
	}
	doc = b->over ? NULL : json_loadb(b->p ? b->p : "", b->n, JSON_REJECT_DUPLICATES, NULL);
	ak_inputs_digest(in, &sum);
	if (!is_digest(doc))
		t->others++;
	else if (add(t, doc, &sum, header ? header->v.ptr : NULL))
		rc = each_log(doc, each, ctx, err);
	json_decref(doc);
	return rc;
}

static enum ak_rc all_files(const struct ak_trail_opts *o, struct ak_inputs *in, struct ak_trail *t, ak_trail_log_fn *each, void *ctx,
			    struct ak_err *err)
{
	struct ak_err ignored = {0};
	struct ak_file_info file;
	struct ak_buf b;
	enum ak_rc rc = AK_OK, got;

	ak_buf_init(&b, MOST_BYTES);
	while (rc == AK_OK && (got = ak_inputs_next(in, &file, &ignored)) != AK_END) {
		if (got != AK_OK)
			t->unreadable++;
		else
			rc = one_file(o, in, file.name, &b, t, each, ctx, err);
		if (rc == AK_OK && t->digests > MOST_DIGESTS) {
			ak_hint(err, "give the folder of one region or one year at a time");
			rc = ak_fail(err, AK_EXIT_LIMIT, "'--cloudtrail-digests' has more than %d digests", MOST_DIGESTS);
		}
	}
	ak_buf_release(&b);
	return rc;
}

enum ak_rc ak_trail_read(const struct ak_trail_opts *o, struct ak_trail *out, ak_trail_log_fn *each, void *ctx, struct ak_err *err)
{
	struct ak_inputs *in = NULL;
	enum ak_rc rc;

	*out = (struct ak_trail){.digests = 0};
	ak_arena_init(&out->arena);
	ak_map_init(&out->by_object);
	out->tail = &out->first;
	rc = ak_inputs_open(&o->folder, 1, &in, err);
	if (rc == AK_OK)
		rc = all_files(o, in, out, each, ctx, err);
	ak_inputs_free(in);
	return rc;
}

void ak_trail_release(struct ak_trail *t)
{
	ak_map_release(&t->by_object);
	ak_arena_release(&t->arena);
}
