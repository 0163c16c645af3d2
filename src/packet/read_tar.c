#include "base/ak.h"

#include <unistd.h>

#include "base/buf.h"
#include "io/la.h"
#include "packet/reader.h"

/* POSIX ustar, read here rather than by the library because a packet has none of what makes tar dangerous: no links, no
 * sparse files, no long-name or attribute records. The library only takes the compression off. */

enum { BLOCK = 512, PAX_MAX = 65536 };

struct tar {
	struct ak_reader *r;
	struct ak_la la;
	uint64_t left; /* bytes of the current file not read yet */
	struct ak_buf name; /* of the next entry, where an extended header gave it: bags of others only */
};

/* Places and lengths in a header block. */
enum {
	NAME = 0,
	NAME_N = 100,
	SIZE = 124,
	SIZE_N = 12,
	SUM = 148,
	SUM_N = 8,
	TYPE = 156,
	MAGIC = 257,
	PREFIX = 345,
	PREFIX_N = 155
};

/* Times and owners are no part of the evidence; anything else in an extended header would change what is read. */
static const char *const harmless[] = {"mtime", "atime", "ctime", "uid", "gid", "uname", "gname"};

/* Up to n bytes, fewer only at the end of the stream. */
static enum ak_rc take(struct tar *t, void *buf, size_t n, size_t *got)
{
	size_t done = 0;
	while (done < n) {
		la_ssize_t k = archive_read_data(t->la.a, (char *)buf + done, n - done);
		if (k < 0)
			return ak_reader_damaged(t->r, ak_la_errno(&t->la), "compressed data are damaged or cut short");
		if (k == 0)
			break;
		done += (size_t)k;
	}
	*got = done;
	return ak_reader_count(t->r, done);
}

static enum ak_rc take_all(struct tar *t, void *buf, size_t n)
{
	size_t got = 0;
	enum ak_rc rc = take(t, buf, n, &got);
	if (rc == AK_OK && got < n)
		return ak_reader_refuse(t->r, "archive_damaged", "archive is cut short");
	return rc;
}

static bool is_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i])
			return false;
	}
	return true;
}

/* Octal digits between blanks, ended by a blank or NUL or the field's end. */
static bool octal(const uint8_t *p, size_t n, uint64_t *out)
{
	uint64_t v = 0;
	size_t i = 0, digits = 0;
	while (i < n && p[i] == ' ')
		i++;
	for (; i < n && p[i] >= '0' && p[i] <= '7'; i++, digits++)
		v = v << 3 | (uint64_t)(p[i] - '0');
	while (i < n && (p[i] == ' ' || p[i] == '\0'))
		i++;
	*out = v;
	return i == n && digits > 0;
}

static bool checksum_good(const uint8_t *h)
{
	uint64_t want, sum = 0;
	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= SUM && i < SUM + SUM_N ? ' ' : h[i];
	return octal(h + SUM, SUM_N, &want) && want == sum;
}

/* prefix '/' name, without the '/' a folder ends with. */
static struct ak_str full_name(const uint8_t *h, char out[PREFIX_N + 1 + NAME_N])
{
	size_t n = 0;
	if (memcmp(h + MAGIC, "ustar", 6) == 0 && h[PREFIX]) { /* GNU's magic ends in a blank, and there is no prefix */
		n = strnlen((const char *)h + PREFIX, PREFIX_N);
		memcpy(out, h + PREFIX, n);
		out[n++] = '/';
	}
	size_t k = strnlen((const char *)h + NAME, NAME_N);
	memcpy(out + n, h + NAME, k);
	n += k;
	if (n > 1 && out[n - 1] == '/' && h[TYPE] == '5')
		n--;
	return ak_str_n(out, n);
}

static enum ak_rc skip_padding(struct tar *t, uint64_t size)
{
	uint8_t pad[BLOCK];
	size_t n = (size_t)(-size & (BLOCK - 1));
	enum ak_rc rc = take_all(t, pad, n);
	if (rc == AK_OK && !is_zero(pad, n))
		return ak_reader_refuse(t->r, "archive_trailing", "bytes are hidden behind the end of a file");
	return rc;
}

static bool is_harmless(struct ak_str key)
{
	for (size_t i = 0; i < AK_COUNT(harmless); i++) {
		if (ak_str_is(key, harmless[i]))
			return true;
	}
	return false;
}

/* Records "<length> key=value\n" (POSIX pax). */
static bool pax_harmless(struct tar *t, struct ak_str s)
{
	while (s.n) {
		size_t gap = ak_str_find(s, ' '), n = 0;
		for (size_t i = 0; i < gap && n < PAX_MAX; i++) {
			if (!ak_is_digit((unsigned char)s.p[i]))
				return false;
			n = 10 * n + (size_t)(s.p[i] - '0');
		}
		if (gap == s.n || n <= gap + 1 || n > s.n || s.p[n - 1] != '\n')
			return false;
		struct ak_str record = ak_str_n(s.p + gap + 1, n - gap - 2);
		size_t eq = ak_str_find(record, '=');
		if (t->r->foreign && ak_str_is(ak_str_n(record.p, eq), "path")) {
			ak_buf_clear(&t->name);
			ak_buf_add(&t->name, record.p + eq + 1, eq < record.n ? record.n - eq - 1 : 0);
		} else if (eq == record.n || !is_harmless(ak_str_n(record.p, eq))) {
			return false;
		}
		s = ak_str_n(s.p + n, s.n - n);
	}
	return true;
}

static enum ak_rc read_pax(struct tar *t, uint64_t size)
{
	if (size > PAX_MAX)
		return ak_reader_refuse(t->r, "archive_type", "extended header is too long");
	char *text = ak_alloc((size_t)size + 1);
	enum ak_rc rc = take_all(t, text, (size_t)size);
	if (rc == AK_OK && !pax_harmless(t, ak_str_n(text, (size_t)size)))
		rc = ak_reader_refuse(t->r, "archive_type", "extended header says more than times and owners");
	ak_free(text);
	return rc == AK_OK ? skip_padding(t, size) : rc;
}

static enum ak_rc pull(void *src, void *buf, size_t cap, size_t *n, struct ak_err *err)
{
	struct tar *t = src;
	(void)err; /* the reader's own */
	size_t want = t->left < cap ? (size_t)t->left : cap;
	enum ak_rc rc = take_all(t, buf, want);
	if (rc < 0)
		return rc;
	t->left -= want;
	*n = want;
	return AK_OK;
}

static struct ak_str without_slash(struct ak_str name, bool folder)
{
	return folder && name.n > 1 && name.p[name.n - 1] == '/' ? ak_str_n(name.p, name.n - 1) : name;
}

static enum ak_rc read_entry(struct tar *t, const uint8_t *h)
{
	char full[PREFIX_N + 1 + NAME_N];
	uint64_t size;
	struct ak_str name;
	if (!checksum_good(h) || memcmp(h + MAGIC, "ustar", 5) != 0 || !octal(h + SIZE, SIZE_N, &size))
		return ak_reader_refuse(t->r, "archive_damaged", "header behind this entry is damaged");
	uint8_t type = h[TYPE];
	if (type == 'x')
		return read_pax(t, size);
	bool folder = type == '5';
	enum ak_rc rc = ak_reader_next(t->r);
	if (rc < 0)
		return rc;
	if ((type != '0' && type != '\0' && !folder) || (folder && size))
		return ak_reader_refuse(t->r, "archive_type", "is a link, device or other special entry");
	rc = ak_reader_entry(t->r, t->name.n ? without_slash(ak_buf_str(&t->name), folder) : full_name(h, full), folder, &name);
	if (rc < 0 || folder) {
		ak_buf_clear(&t->name);
		return rc;
	}
	t->left = size;
	rc = ak_reader_file(t->r, name, pull, t);
	ak_buf_clear(&t->name);
	return rc == AK_OK ? skip_padding(t, size) : rc;
}

/* After the first zero block: another one, then zeros to the end of the stream and nothing behind it. */
static enum ak_rc read_end(struct tar *t)
{
	uint8_t block[BLOCK];
	size_t n = 0;
	enum ak_rc rc = take_all(t, block, BLOCK);
	for (n = BLOCK; rc == AK_OK && n > 0;) {
		if (!is_zero(block, n))
			return ak_reader_refuse(t->r, "archive_trailing", "bytes behind the end of the archive");
		rc = take(t, block, BLOCK, &n);
	}
	if (rc < 0)
		return rc;
	if ((uint64_t)archive_filter_bytes(t->la.a, -1) != t->r->info.given_bytes)
		return ak_reader_refuse(t->r, "archive_trailing", "bytes behind the end of the compressed data");
	return AK_OK;
}

static enum ak_rc read_entries(struct tar *t)
{
	uint8_t h[BLOCK];
	for (;;) {
		enum ak_rc rc = take_all(t, h, BLOCK);
		if (rc < 0)
			return rc;
		if (is_zero(h, BLOCK))
			return read_end(t);
		rc = read_entry(t, h);
		if (rc < 0)
			return rc;
	}
}

static int open_stream(struct ak_la *l, int fd, enum ak_form form)
{
	int rc = archive_read_support_format_raw(l->a);
	if (rc == ARCHIVE_OK && form == AK_FORM_TAR_GZ)
		rc = archive_read_support_filter_gzip(l->a);
	if (rc == ARCHIVE_OK && form == AK_FORM_TAR_ZST)
		rc = archive_read_support_filter_zstd(l->a);
	if (rc == ARCHIVE_OK)
		rc = ak_la_open_fd(l, fd);
	return rc == ARCHIVE_OK ? archive_read_next_header2(l->a, l->e) : rc;
}

enum ak_rc ak_read_tar(struct ak_reader *r, int fd)
{
	struct tar t = {.r = r};
	enum ak_rc rc;
	ak_buf_init(&t.name, PAX_MAX);
	ak_la_init(&t.la);
	if (open_stream(&t.la, fd, r->info.form) != ARCHIVE_OK)
		rc = ak_reader_damaged(r, ak_la_errno(&t.la), "compressed data are damaged or cut short");
	else if (archive_filter_count(t.la.a) > 2)
		rc = ak_reader_refuse(r, "archive_damaged", "archive is compressed more than once");
	else
		rc = read_entries(&t);
	ak_la_release(&t.la);
	ak_buf_release(&t.name);
	return rc;
}
