#include "base/ak.h"
#include "store/leaf.h"

#include <endian.h>
#include <stdlib.h>

#include "base/jsonw.h"

/* Members of `what` that are no fields: where the record came from. */
enum { X_FORMAT = AK_F_COUNT, X_FILE, X_LENGTH, X_OFFSET, X_RECORD, X_END };
static const char *const extra_names[X_END - AK_F_COUNT] = {"auditkit.format", "auditkit.source.file",
							     "auditkit.source.length", "auditkit.source.offset",
							     "auditkit.source.record"};

/* `,"name":` of a member, ready to be copied. */
struct key {
	char *p;
	size_t n;
};

/* One record, of either form. */
struct view {
	const char *format;
	int64_t file;
	uint64_t rec_no, offset, length;
	const struct ak_value *v[AK_F_COUNT]; /* NULL = absent */
};

struct ak_leafer {
	struct view view, packed; /* of packed.v all is NULL between calls */
	struct ak_buf json;
	struct key key[X_END];
	size_t name[AK_F_COUNT]; /* lengths of the fields' names, with their NUL */
	int order[AK_G_COUNT][X_END]; /* members of a group in JCS order */
	size_t n[AK_G_COUNT];
};

static const char *member_name(int m) { return m < AK_F_COUNT ? ak_fields[m].name : extra_names[m - AK_F_COUNT]; }

static int by_name(const void *a, const void *b)
{
	return strcmp(member_name(*(const int *)a), member_name(*(const int *)b));
}

struct ak_leafer *ak_leafer_new(void)
{
	struct ak_leafer *l = ak_alloc_zero(1, sizeof *l);

	ak_buf_init(&l->json, 1 << 26);
	for (int f = 0; f < AK_F_COUNT; f++) {
		l->name[f] = strlen(ak_fields[f].name) + 1;
		l->order[ak_fields[f].group][l->n[ak_fields[f].group]++] = f;
	}
	for (int x = X_FORMAT; x < X_END; x++)
		l->order[AK_G_WHAT][l->n[AK_G_WHAT]++] = x;
	for (int g = 0; g < AK_G_COUNT; g++)
		ak_sort(l->order[g], l->n[g], sizeof(int), by_name);
	for (int m = 0; m < X_END; m++) {
		struct ak_buf b;
		bool first = false;

		ak_buf_init(&b, 1 << 16);
		ak_jsonw_key(&b, &first, member_name(m));
		l->key[m].n = b.n;
		l->key[m].p = ak_buf_detach(&b);
	}
	return l;
}

void ak_leafer_free(struct ak_leafer *l)
{
	for (int m = 0; l && m < X_END; m++)
		ak_free(l->key[m].p);
	if (l)
		ak_buf_release(&l->json);
	ak_free(l);
}

static void extra_value(int m, const struct view *r, struct ak_buf *b)
{
	if (m == X_FORMAT)
		ak_jsonw_string(b, ak_str_of(r->format));
	else
		ak_jsonw_int(b, m == X_FILE	? r->file
				: m == X_LENGTH ? (int64_t)r->length
				: m == X_OFFSET ? (int64_t)r->offset
						: (int64_t)r->rec_no);
}

static void field_value(int f, const struct ak_value *v, struct ak_buf *b)
{
	switch (ak_fields[f].type) {
	case AK_T_INT:
		ak_jsonw_int(b, v->num);
		break;
	case AK_T_BOOL:
	case AK_T_PRESENCE:
		ak_buf_adds(b, v->num ? "true" : "false");
		break;
	default:
		ak_jsonw_string(b, v->text);
	}
}

static const struct view *view_record(struct ak_leafer *l, const char *format, int64_t file, const struct ak_record *rec)
{
	l->view.format = format;
	l->view.file = file;
	l->view.rec_no = rec->rec_no;
	l->view.offset = rec->offset;
	l->view.length = rec->length;
	for (int f = 0; f < AK_F_COUNT; f++)
		l->view.v[f] = rec->v[f].set ? &rec->v[f] : NULL;
	return &l->view;
}

static const struct view *view_packed(struct ak_leafer *l, const char *format, int64_t file, const struct ak_packed *rec)
{
	struct view *v = &l->packed;

	v->format = format;
	v->file = file;
	v->rec_no = rec->rec_no;
	v->offset = rec->offset;
	v->length = rec->length;
	for (size_t i = 0; i < rec->n; i++)
		v->v[rec->value[i].field] = &rec->value[i].v;
	return v;
}

static void unview_packed(struct ak_leafer *l, const struct ak_packed *rec)
{
	for (size_t i = 0; i < rec->n; i++)
		l->packed.v[rec->value[i].field] = NULL;
}

static void group_json(struct ak_leafer *l, enum ak_group g, const struct view *r, struct ak_buf *b)
{
	bool first = true;

	ak_buf_addc(b, '{');
	for (size_t i = 0; i < l->n[g]; i++) {
		int m = l->order[g][i];
		if (m < AK_F_COUNT && !r->v[m])
			continue;
		ak_buf_add(b, l->key[m].p + first, l->key[m].n - first);
		first = false;
		if (m < AK_F_COUNT)
			field_value(m, r->v[m], b);
		else
			extra_value(m, r, b);
	}
	ak_buf_addc(b, '}');
}

static void identity_of(struct ak_buf *b, const struct ak_hmac *dedupe, const char *cls, const char *format, struct ak_str key,
			uint8_t out[16])
{
	uint8_t mac[AK_SHA256_LEN];

	ak_buf_clear(b);
	ak_buf_adds(b, format);
	ak_buf_addc(b, '\n');
	ak_buf_addstr(b, key);
	ak_hmac_class(dedupe, ak_str_of(cls), ak_buf_str(b), mac);
	memcpy(out, mac, 16);
}

static void content_value(struct ak_buf *b, int f, const struct ak_value *v)
{
	size_t at = b->n, n;
	uint64_t length = htole64(v->text.n);

	ak_buf_add(b, &length, sizeof length);
	if (!ak_type_is_number(ak_fields[f].type)) {
		ak_buf_addstr(b, v->text);
		return;
	}
	ak_jsonw_int(b, v->num);
	n = b->n - at - sizeof length;
	length = htole64(n);
	memcpy(b->p + at, &length, sizeof length);
}

static void content_of(struct ak_leafer *l, const struct view *r)
{
	ak_buf_clear(&l->json);
	ak_buf_add(&l->json, r->format, strlen(r->format) + 1);
	for (int g = 0; g < AK_G_COUNT; g++)
		for (size_t i = 0; i < l->n[g]; i++) {
			int m = l->order[g][i];
			if (m >= AK_F_COUNT || !r->v[m])
				continue;
			ak_buf_add(&l->json, ak_fields[m].name, l->name[m]);
			content_value(&l->json, m, r->v[m]);
		}
}

/* key: empty when the content tells the record. */
static void digest_content(struct ak_leafer *l, const struct ak_hmac *dedupe, const struct view *r, struct ak_str key, struct ak_hashes *out)
{
	content_of(l, r);
	ak_hmac(dedupe, ak_buf_str(&l->json), out->content);
	if (key.n)
		identity_of(&l->json, dedupe, "key", r->format, key, out->identity);
	else
		identity_of(&l->json, dedupe, "content", r->format, ak_str_n((char *)out->content, 32), out->identity);
}

static struct ak_str key_of(unsigned flags, struct ak_str natural_key) { return flags & AK_R_NO_KEY ? ak_str_n(NULL, 0) : natural_key; }

void ak_leaf_content(struct ak_leafer *l, const struct ak_hmac *dedupe, const char *format, const struct ak_record *rec,
		     struct ak_hashes *out)
{
	digest_content(l, dedupe, view_record(l, format, 0, rec), key_of(rec->flags, rec->natural_key), out);
}

void ak_leaf_content_packed(struct ak_leafer *l, const struct ak_hmac *dedupe, const char *format, const struct ak_packed *rec,
			    const struct ak_before *before, struct ak_hashes *out)
{
	const struct view *r = view_packed(l, format, 0, rec);

	for (size_t i = 0; i < before->n; i++)
		l->packed.v[before->value[i].field] = before->value[i].v.set ? &before->value[i].v : NULL;
	digest_content(l, dedupe, r, key_of(rec->flags, rec->natural_key), out);
	unview_packed(l, rec);
	for (size_t i = 0; i < before->n; i++)
		l->packed.v[before->value[i].field] = NULL;
}

void ak_leaf_variant(const struct ak_hmac *dedupe, const char *format, struct ak_str natural_key,
		     const uint8_t content[32], uint8_t out[16])
{
	struct ak_buf key, b;

	ak_buf_init(&key, 1 << 24);
	ak_buf_init(&b, 1 << 24);
	ak_buf_addstr(&key, natural_key);
	ak_buf_addc(&key, '\n');
	ak_buf_add(&key, content, 32);
	identity_of(&b, dedupe, "variant", format, ak_buf_str(&key), out);
	ak_buf_release(&key);
	ak_buf_release(&b);
}

void ak_leaf_group(struct ak_leafer *l, enum ak_group g, const char *format, int64_t file, const struct ak_record *rec,
		   struct ak_buf *out)
{
	group_json(l, g, view_record(l, format, file, rec), out);
}

void ak_leaf_group_salt(enum ak_group g, const uint8_t salt[16], uint8_t out[32])
{
	char text[64];
	size_t n = 0;

	for (const char *p = "auditkit/v1/salt/"; *p; p++)
		text[n++] = *p;
	for (const char *p = ak_group_name(g); *p; p++)
		text[n++] = *p;
	text[n++] = '\n';
	memcpy(text + n, salt, 16);
	ak_sha256(text, n + 16, out);
}

static void leaf_of(const char *kind, const uint8_t *digests, size_t n, uint8_t out[32])
{
	uint8_t text[160];
	size_t len = 0;

	text[len++] = 0x00;
	for (const char *p = "auditkit/v1/"; *p; p++)
		text[len++] = (uint8_t)*p;
	for (const char *p = kind; *p; p++)
		text[len++] = (uint8_t)*p;
	text[len++] = '\n';
	memcpy(text + len, digests, n);
	ak_sha256(text, len + n, out);
}

static void compute(struct ak_leafer *l, enum ak_kind kind, const struct view *r, struct ak_hashes *out)
{
	uint8_t digest[AK_G_COUNT * 32], salt[32];

	for (int g = 0; g < AK_G_COUNT; g++) {
		ak_leaf_group_salt(g, out->salt, salt);
		ak_buf_clear(&l->json);
		ak_buf_add(&l->json, salt, 32);
		group_json(l, g, r, &l->json);
		ak_sha256(l->json.p, l->json.n, digest + 32 * g);
	}
	leaf_of(ak_kinds[kind].name, digest, sizeof digest, out->leaf);
}

void ak_leaf_compute(struct ak_leafer *l, const char *format, int64_t file, const struct ak_record *rec,
		     struct ak_hashes *out)
{
	compute(l, rec->kind, view_record(l, format, file, rec), out);
}

void ak_leaf_packed(struct ak_leafer *l, const char *format, int64_t file, const struct ak_packed *rec, struct ak_hashes *out)
{
	compute(l, rec->kind, view_packed(l, format, file, rec), out);
	unview_packed(l, rec);
	out->has_leaf = true;
}

void ak_leaf_chain(uint8_t chain[32], const struct ak_hashes *h)
{
	uint8_t keyed[48];

	memcpy(keyed, h->content, 32);
	memcpy(keyed + 32, h->identity, 16);
	ak_sha256_2(ak_str_n((const char *)chain, 32), ak_str_n((const char *)keyed, sizeof keyed), chain);
}

void ak_leaf_entry(const char *kind, struct ak_str body, const uint8_t salt[16], uint8_t out[32])
{
	uint8_t digest[32];

	ak_sha256_2(ak_str_n((const char *)salt, 16), body, digest);
	leaf_of(kind, digest, 32, out);
}
