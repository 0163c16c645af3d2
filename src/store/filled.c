#include "base/ak.h"
#include "store/filled.h"

enum { LIST_BYTES = 1 << 18 };

/* "request.model", as the list has it; what another version wrote and this one does not know is no field of ours. */
static void take(struct ak_filled *out, struct ak_str word)
{
	size_t dot = ak_str_find(word, '.');
	int k = ak_kind_find(ak_str_n(word.p, dot)), f = dot < word.n ? ak_field_find(ak_str_n(word.p + dot + 1, word.n - dot - 1)) : -1;

	if (k >= 0 && f >= 0)
		ak_filled_put(out->set[k], f);
}

enum ak_rc ak_filled_read(struct ak_store *s, struct ak_filled *out, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *text = NULL;
	enum ak_rc rc = ak_store_get(s, AK_FILLED_KEY, &text, err);

	memset(out, 0, sizeof *out);
	out->known = rc == AK_OK && text;
	for (const char *p = out->known ? text : ""; *p; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		take(out, ak_str_n(p, n));
		p += n;
	}
	return rc;
}

bool ak_filled_covers(const struct ak_filled *a, const struct ak_filled *b)
{
	for (int k = 0; k < AK_K_COUNT; k++)
		for (int i = 0; i < AK_FILLED_WORDS; i++)
			if (b->set[k][i] & ~a->set[k][i])
				return false;
	return true;
}

enum ak_rc ak_filled_add(struct ak_store *s, const struct ak_filled *more, struct ak_err *err)
{
	AK_CLEANUP(ak_buf_release) struct ak_buf b;
	struct ak_filled have;
	enum ak_rc rc = ak_filled_read(s, &have, err);

	ak_buf_init(&b, LIST_BYTES);
	if (rc != AK_OK || !have.known || ak_filled_covers(&have, more))
		return rc;
	for (int k = 0; k < AK_K_COUNT; k++)
		for (int f = 0; f < AK_F_COUNT; f++)
			if (ak_filled_has(have.set[k], f) || ak_filled_has(more->set[k], f))
				ak_buf_addf(&b, "%s%s.%s", b.n ? " " : "", ak_kinds[k].name, ak_fields[f].column);
	return ak_store_set(s, AK_FILLED_KEY, ak_buf_str(&b), err);
}
