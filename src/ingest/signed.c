#include "base/ak.h"
#include "ingest/signed.h"

enum { MOST_SIGNATURE = 1024, MOST_SECONDS = 20 };

/* Four counts, which add up to the records or bodies of the file. Words that do not depend on the file: equal ones are
 * added up where they are shown. */
static const struct {
	const char *severity, *rule, *rows, *body;
} verdicts[AK_SIGNED_VERDICTS] = {
	[AK_SIGNED_GOOD] = {"notice", "signature_good", "records whose signature agrees with the key that was given",
			    "batches whose signature agrees with the secret that was given"},
	[AK_SIGNED_BAD] = {"warning", "signature_bad", "records whose signature does not agree: altered, or another key; not to be trusted",
			   "batches whose signature does not agree: altered, or another secret; not to be trusted"},
	[AK_SIGNED_MISSING] = {"warning", "signature_missing", "records without a signature",
			       "batches without a signature: name the header of each in the file of --signatures"},
	[AK_SIGNED_UNCHECKED] = {"notice", "signature_unchecked", "signed records that nobody checked: --signature-key FILE does",
				 "signed batches that nobody checked: --signature-key and --signatures do"},
};

static const struct ak_mapping_signature *signature_of(const struct ak_stage *m)
{
	return m->mapping ? ak_mapping_signature(m->mapping) : NULL;
}

static struct ak_item *put(struct ak_stage *m, const struct ak_mapping_signature *how, enum ak_signed_verdict v, uint64_t n)
{
	bool rows = how->how == AK_SIGNED_ROWS;
	struct ak_item *i = ak_batch_add(m->batch, AK_ITEM_REJECT);

	i->diag = (struct ak_diag_row){.severity = verdicts[v].severity, .rule = verdicts[v].rule, .n = n,
				       .detail = rows ? verdicts[v].rows : verdicts[v].body};
	return i;
}

/* `t=SECONDS,v1=HEX`: one part of it. */
static bool part(struct ak_str header, const char *name, struct ak_str *out)
{
	struct ak_str key = ak_str_of(name);

	while (header.n) {
		size_t end = ak_str_find(header, ',');
		struct ak_str one = ak_str_trim(ak_str_n(header.p, end));

		if (ak_str_starts(one, key)) {
			*out = ak_str_n(one.p + key.n, one.n - key.n);
			return true;
		}
		end += end < header.n;
		header = ak_str_n(header.p + end, header.n - end);
	}
	return false;
}

static void start_body(struct ak_stage *m, const struct ak_signing *s)
{
	const struct ak_map_entry *e = s->headers ? ak_map_get(s->headers, ak_str_of(m->full_name)) : NULL;
	struct ak_str header = e ? ak_str_of(e->v.ptr) : ak_str_n(NULL, 0), at, hex;

	m->signed_header = e != NULL;
	m->signed_mac_given = part(header, "v1=", &hex) && ak_unhex(hex, m->signed_mac, sizeof m->signed_mac);
	if (!m->signed_mac_given || !part(header, "t=", &at) || !at.n || at.n > MOST_SECONDS)
		return;
	m->signed_sum = ak_hmac_start(s->secret);
	ak_hmac_add(m->signed_sum, at.p, at.n);
	ak_hmac_add(m->signed_sum, ".", 1);
}

void ak_signed_open(struct ak_stage *m)
{
	const struct ak_mapping_signature *how = signature_of(m);
	const struct ak_signing *s = m->p->o->signing;

	ak_hmac_end(m->signed_sum, NULL);
	m->signed_sum = NULL;
	m->signed_header = m->signed_mac_given = false;
	memset(m->signed_n, 0, sizeof m->signed_n);
	if (how && how->how == AK_SIGNED_BODY && s && s->secret)
		start_body(m, s);
}

void ak_signed_bytes(struct ak_stage *m, const char *p, size_t n)
{
	if (m->signed_sum)
		ak_hmac_add(m->signed_sum, p, n);
}

static enum ak_signed_verdict judge(struct ak_stage *m, struct ak_str record)
{
	const struct ak_signing *s = m->p->o->signing;
	struct ak_str text, signature;
	uint8_t raw[MOST_SIGNATURE];
	size_t n;

	if (!ak_mapping_signed_text(m->mapping, record, &m->scratch, &text, &signature) || !signature.n)
		return AK_SIGNED_MISSING;
	if (!s || !s->rsa)
		return AK_SIGNED_UNCHECKED;
	return ak_unbase64(signature, raw, sizeof raw, &n) && ak_rsa_verify(s->rsa, text, raw, n) ? AK_SIGNED_GOOD : AK_SIGNED_BAD;
}

void ak_signed_record(struct ak_stage *m, const struct ak_frame *f)
{
	const struct ak_mapping_signature *how = signature_of(m);
	enum ak_signed_verdict v;
	struct ak_item *i;

	if (!how || how->how != AK_SIGNED_ROWS || f->kind != AK_FRAME_RECORD || f->empty)
		return;
	v = judge(m, f->text);
	if (v != AK_SIGNED_BAD) {
		m->signed_n[v]++;
		return;
	}
	i = put(m, how, v, 1); /* each by its place */
	i->diag.rec_no = m->rec_no + 1;
	i->diag.offset = f->offset;
	i->diag.length = f->length;
}

static enum ak_signed_verdict body_verdict(struct ak_stage *m)
{
	const struct ak_signing *s = m->p->o->signing;
	uint8_t mac[AK_SHA256_LEN];

	if (!s || !s->secret)
		return AK_SIGNED_UNCHECKED;
	if (!m->signed_header)
		return AK_SIGNED_MISSING;
	if (!m->signed_sum)
		return AK_SIGNED_BAD;
	ak_hmac_end(m->signed_sum, mac);
	m->signed_sum = NULL;
	return ak_const_eq(mac, m->signed_mac, sizeof mac) ? AK_SIGNED_GOOD : AK_SIGNED_BAD;
}

/* A log where no row is signed says nothing unless somebody expects signatures: the source can do without. */
static bool expected(const struct ak_stage *m)
{
	const struct ak_signing *s = m->p->o->signing;

	return (s && s->rsa) || m->signed_n[AK_SIGNED_UNCHECKED];
}

void ak_signed_close(struct ak_stage *m)
{
	const struct ak_mapping_signature *how = signature_of(m);

	if (!how || how->how == AK_SIGNED_NOT)
		return;
	if (how->how == AK_SIGNED_BODY)
		put(m, how, body_verdict(m), 1);
	for (int v = 0; v < AK_SIGNED_VERDICTS; v++)
		if (m->signed_n[v] && (v != AK_SIGNED_MISSING || expected(m)))
			put(m, how, (enum ak_signed_verdict)v, m->signed_n[v]);
}
