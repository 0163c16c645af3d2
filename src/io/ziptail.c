#include "base/ak.h"

#include "io/ziptail.h"

/* PKWARE APPNOTE 6.3.10, 4.3: what may stand behind the last member. Lengths: of the fixed part after the mark, and of up
 * to three length fields in it. */
struct part {
	uint32_t mark;
	uint16_t fixed;
	uint8_t nlengths, at[3], width;
};

enum { DESCRIPTOR, ENTRY, EXTRA, SIGNATURE, END64, LOCATOR64, END };

static const struct part parts[] = {
	[DESCRIPTOR] = {0x08074b50, 12, 0, {0}, 0}, /* of an encrypted member, which the library does not pass */
	[ENTRY] = {0x02014b50, 42, 3, {24, 26, 28}, 2}, /* an entry of the directory: name, extra, comment */
	[EXTRA] = {0x08064b50, 4, 1, {0}, 4},
	[SIGNATURE] = {0x05054b50, 2, 1, {0}, 2},
	[END64] = {0x06064b50, 8, 1, {0}, 4}, /* its length has 8 bytes; more than 4 GiB are never right */
	[LOCATOR64] = {0x07064b50, 16, 0, {0}, 0},
	[END] = {0x06054b50, 18, 1, {16}, 2},
};

static enum ak_rc refill(struct ak_ziptail *t, struct ak_err *err)
{
	while (!t->n) {
		if (t->nlater) {
			t->p = t->later;
			t->n = t->nlater;
			t->nlater = 0;
			continue;
		}
		enum ak_rc rc = ak_stream_fill(t->up, err);
		if (rc != AK_OK)
			return rc;
		t->p = t->up->p;
		t->n = t->up->n;
		t->up->n = 0;
	}
	return AK_OK;
}

/* n bytes to buf, or over them where it is NULL. AK_END: there are not so many. */
static enum ak_rc take(struct ak_ziptail *t, uint8_t *buf, uint64_t n, struct ak_err *err)
{
	while (n) {
		enum ak_rc rc = refill(t, err);
		if (rc != AK_OK)
			return rc;
		size_t some = t->n < n ? t->n : (size_t)n;
		if (buf) {
			memcpy(buf, t->p, some);
			buf += some;
		}
		t->p += some;
		t->n -= some;
		n -= some;
	}
	return AK_OK;
}

static uint32_t little(const uint8_t *p, size_t width)
{
	uint32_t v = 0;
	while (width--)
		v = v << 8 | p[width];
	return v;
}

static const struct part *part_of(uint32_t mark)
{
	for (size_t i = 0; i < AK_COUNT(parts); i++)
		if (parts[i].mark == mark)
			return &parts[i];
	return NULL;
}

/* One part whole. AK_REJECT: none begins here. */
static enum ak_rc pass_part(struct ak_ziptail *t, const struct part **out, struct ak_err *err)
{
	uint8_t fixed[42];
	uint64_t more = 0;
	enum ak_rc rc = take(t, fixed, 4, err);
	if (rc != AK_OK)
		return rc;
	*out = part_of(little(fixed, 4));
	if (!*out)
		return AK_REJECT;
	rc = take(t, fixed, (*out)->fixed, err);
	for (size_t i = 0; rc == AK_OK && i < (*out)->nlengths; i++)
		more += little(fixed + (*out)->at[i], (*out)->width);
	return rc == AK_OK ? take(t, NULL, more, err) : rc;
}

static enum ak_rc only_zeros(struct ak_ziptail *t, struct ak_err *err)
{
	enum ak_rc rc;
	while ((rc = refill(t, err)) == AK_OK) {
		for (size_t i = 0; i < t->n; i++)
			if (t->p[i])
				return AK_REJECT;
		t->n = 0;
	}
	return rc;
}

enum ak_rc ak_ziptail_check(struct ak_ziptail *t, uint64_t members, struct ak_err *err)
{
	const struct part *part = NULL;
	uint64_t entries = 0;
	enum ak_rc rc;
	while ((rc = pass_part(t, &part, err)) == AK_OK && part != &parts[END])
		entries += part == &parts[ENTRY];
	if (rc == AK_END)
		return ak_stream_fail(err, "stream_truncated", "the export or transfer was cut off: take it again",
				      "cannot read '%s' to its end: its directory is cut off", t->up->name);
	if (rc == AK_OK && entries != members)
		return ak_stream_fail(err, "zip_mismatch", "unpack it and look, then give the files",
				      "cannot trust '%s': its directory names %llu entries, %llu are there", t->up->name,
				      (unsigned long long)entries, (unsigned long long)members);
	if (rc == AK_OK)
		rc = only_zeros(t, err);
	return rc == AK_REJECT ? ak_stream_fail(err, "stream_trailing_data", "give archives that were joined one by one, or unpack it",
						"cannot read '%s' to its end: data follows that is no part of it",
						t->up->name)
			       : rc;
}
