#include "base/ak.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/limits.h"
#include "packet/zipdir.h"

/* Sizes of the fixed parts (PKWARE APPNOTE 4.3). */
enum {
	LOCAL = 30,
	CENTRAL = 46,
	END = 22,
	DESCRIPTOR = 24,
	LOCATOR64 = 20,
	END64 = 56,
	EXTRA = 65535,
	MAX_DIRECTORY = 8 << 20
};

enum { ENCRYPTED = 1, SIZE_BEHIND = 8, STORED = 0, DEFLATED = 8 };

static const uint32_t local_mark = 0x04034b50, central_mark = 0x02014b50, end_mark = 0x06054b50,
		      descriptor_mark = 0x08074b50, locator64_mark = 0x07064b50, end64_mark = 0x06064b50;

static uint16_t u16(const void *p, size_t at)
{
	const uint8_t *b = (const uint8_t *)p + at;
	return (uint16_t)(b[0] | b[1] << 8);
}

static uint32_t u32(const void *p, size_t at)
{
	return u16(p, at) | (uint32_t)u16(p, at + 2) << 16;
}

static uint64_t u64(const void *p, size_t at)
{
	return u32(p, at) | (uint64_t)u32(p, at + 4) << 32;
}

/* The zip64 field among the extra fields (APPNOTE 4.5.3): what is too large for 32 bits, or was unknown before. */
static struct ak_str zip64_field(const char *p, size_t n)
{
	while (n >= 4) {
		size_t len = u16(p, 2);
		if (len > n - 4)
			break;
		if (u16(p, 0) == 1)
			return ak_str_n(p + 4, len);
		p += 4 + len;
		n -= 4 + len;
	}
	return ak_str_n(NULL, 0);
}

/* Take the next 8 bytes of the field where *v says that they hold it. */
static bool widen(struct ak_str *field, uint64_t *v)
{
	if (*v != UINT32_MAX)
		return true;
	if (field->n < 8)
		return false;
	*v = u64(field->p, 0);
	*field = ak_str_n(field->p + 8, field->n - 8);
	return true;
}

static enum ak_rc damaged(struct ak_reader *r)
{
	return ak_reader_refuse(r, "archive_damaged", "zip directory is damaged or cut short");
}

static enum ak_rc read_at(struct ak_reader *r, int fd, uint64_t at, void *buf, size_t n)
{
	ssize_t got = ak_fs_pread(fd, buf, n, (off_t)at);
	if (got < 0)
		return ak_fail_sys(r->err, AK_EXIT_INPUT, errno, "cannot read '%s'", r->path);
	return (size_t)got == n ? AK_OK : damaged(r);
}

/* The external attributes hold a Unix mode when the high byte of "made by" is 3 (Unix) or 19 (macOS). The library takes
 * a FIFO or device for a file, so the type is looked at here. */
static bool plain_mode(uint16_t made_by, uint32_t attributes)
{
	uint32_t type = attributes >> 16 & S_IFMT;
	bool has_mode = made_by >> 8 == 3 || made_by >> 8 == 19;
	return !has_mode || type == 0 || type == S_IFREG || type == S_IFDIR;
}

/* One directory entry at p, at most max bytes; *used gets its length. */
static enum ak_rc parse_entry(struct ak_reader *r, const char *p, size_t max, struct ak_zip_entry *e, size_t *used)
{
	if (max < CENTRAL || u32(p, 0) != central_mark)
		return damaged(r);
	size_t name = u16(p, 28), extra = u16(p, 30), comment = u16(p, 32);
	if (CENTRAL + name + extra + comment > max)
		return damaged(r);
	*e = (struct ak_zip_entry){.name = ak_str_n(p + CENTRAL, name), .offset = u32(p, 42), .stored = u32(p, 20)};
	e->size = u32(p, 24);
	e->crc = u32(p, 16);
	e->flags = u16(p, 8);
	e->method = u16(p, 10);
	*used = CENTRAL + name + extra + comment;
	struct ak_str wide = zip64_field(p + CENTRAL + name, extra);
	/* Nothing lies beyond the file; sums of these do not overflow then. */
	if (!widen(&wide, &e->size) || !widen(&wide, &e->stored) || !widen(&wide, &e->offset) ||
	    e->stored > r->info.given_bytes || e->offset > r->info.given_bytes)
		return damaged(r);
	if (comment || u16(p, 34))
		return ak_reader_refuse(r, "archive_trailing", "zip directory has comments or more than one disk");
	if (e->flags & ENCRYPTED)
		return ak_reader_refuse(r, "archive_type", "is encrypted");
	if (!plain_mode(u16(p, 4), u32(p, 38)))
		return ak_reader_refuse(r, "archive_type", "is a link, device or other special entry");
	if (e->method != STORED && e->method != DEFLATED)
		return ak_reader_refuse(r, "archive_type", "is neither stored nor deflated");
	return AK_OK;
}

static int by_offset(const void *a, const void *b)
{
	const struct ak_zip_entry *x = a, *y = b;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static enum ak_rc parse_directory(struct ak_zipdir *d, struct ak_reader *r, size_t size)
{
	size_t at = 0;
	for (size_t i = 0; i < d->n; i++) {
		size_t used = 0;
		enum ak_rc rc = parse_entry(r, d->bytes + at, size - at, &d->v[i], &used);
		if (rc < 0)
			return rc;
		at += used;
	}
	if (at != size)
		return damaged(r);
	if (d->n)
		ak_sort(d->v, d->n, sizeof(*d->v), by_offset);
	return AK_OK;
}

/* Extra fields of a local header, with the sizes of its zip64 field; *wide tells whether it has one. */
static enum ak_rc local_sizes(struct ak_reader *r, int fd, uint64_t at, size_t n, uint64_t *size, uint64_t *stored,
			      bool *wide)
{
	char *extra = ak_alloc(EXTRA);
	enum ak_rc rc = read_at(r, fd, at, extra, n);
	struct ak_str field = zip64_field(extra, rc == AK_OK ? n : 0);
	*wide = field.p != NULL;
	if (rc == AK_OK && (!widen(&field, size) || !widen(&field, stored)))
		rc = damaged(r);
	ak_free(extra);
	return rc;
}

static enum ak_rc differ(struct ak_reader *r, const char *what)
{
	return ak_reader_refuse(r, "archive_mismatch", what);
}

/* The header before the data says the same as the directory; *end gets the position behind its data, *wide whether its
 * sizes have 64 bits. */
static enum ak_rc check_local(struct ak_reader *r, int fd, const struct ak_zip_entry *e, uint64_t *end, bool *wide)
{
	char h[LOCAL], name[AK_PATH_MAX * 3];
	enum ak_rc rc = read_at(r, fd, e->offset, h, LOCAL);
	if (rc < 0)
		return rc;
	size_t n = u16(h, 26), extra = u16(h, 28);
	uint64_t stored = u32(h, 18), size = u32(h, 22);
	if (u32(h, 0) != local_mark || u16(h, 6) != e->flags || u16(h, 8) != e->method || n != e->name.n)
		return differ(r, "zip directory and stored entry differ");
	if (n > sizeof(name))
		return ak_reader_refuse(r, "archive_name", "name is longer than 100 bytes");
	rc = local_sizes(r, fd, e->offset + LOCAL + n, extra, &size, &stored, wide);
	if (rc == AK_OK && !(e->flags & SIZE_BEHIND) && (u32(h, 14) != e->crc || stored != e->stored || size != e->size))
		return differ(r, "zip directory and stored entry differ");
	if (rc == AK_OK)
		rc = read_at(r, fd, e->offset + LOCAL, name, n);
	if (rc == AK_OK && !ak_str_eq(ak_str_n(name, n), e->name))
		return differ(r, "zip directory and stored entry have different names");
	*end = e->offset + LOCAL + n + extra + e->stored;
	return rc;
}

/* The sizes that follow the data when they were not known before; with or without their mark. */
static enum ak_rc check_descriptor(struct ak_reader *r, int fd, const struct ak_zip_entry *e, bool wide, uint64_t *end)
{
	char b[DESCRIPTOR] = {0};
	size_t width = wide ? 8 : 4;
	uint64_t rest = r->info.given_bytes - *end;
	enum ak_rc rc = *end > r->info.given_bytes ? damaged(r) : read_at(r, fd, *end, b, rest < DESCRIPTOR ? (size_t)rest : DESCRIPTOR);
	if (rc < 0)
		return rc;
	size_t at = u32(b, 0) == descriptor_mark ? 4 : 0;
	uint64_t stored = wide ? u64(b, at + 4) : u32(b, at + 4);
	uint64_t size = wide ? u64(b, at + 4 + width) : u32(b, at + 4 + width);
	if (u32(b, at) != e->crc || stored != e->stored || size != e->size)
		return differ(r, "zip directory and stored sizes differ");
	*end += at + 4 + 2 * width;
	return AK_OK;
}

static enum ak_rc check_tiling(const struct ak_zipdir *d, struct ak_reader *r, int fd, uint64_t directory)
{
	uint64_t end = 0;
	for (size_t i = 0; i < d->n; i++) {
		const struct ak_zip_entry *e = &d->v[i];
		if (e->offset != end)
			return ak_reader_refuse(r, "archive_mismatch",
						"zip has bytes that belong to no entry, or to two");
		bool wide = false;
		enum ak_rc rc = check_local(r, fd, e, &end, &wide);
		if (rc == AK_OK && (e->flags & SIZE_BEHIND))
			rc = check_descriptor(r, fd, e, wide, &end);
		if (rc < 0)
			return rc;
	}
	if (end != directory)
		return ak_reader_refuse(r, "archive_mismatch", "zip has bytes that belong to no entry, or to two");
	return AK_OK;
}

/* The directory as the end of the file describes it. */
struct end {
	uint64_t at, n, size, directory; /* at: where this description begins */
};

/* A zip64 end record and its locator stand before the end record (APPNOTE 4.3.14, 4.3.15). What the end record says too
 * must agree. */
static enum ak_rc read_end64(struct ak_reader *r, int fd, struct end *e)
{
	char locator[LOCATOR64], b[END64];
	if (e->at < LOCATOR64 + END64)
		return AK_OK;
	enum ak_rc rc = read_at(r, fd, e->at - LOCATOR64, locator, LOCATOR64);
	if (rc < 0 || u32(locator, 0) != locator64_mark)
		return rc;
	uint64_t at = e->at - LOCATOR64 - END64;
	rc = read_at(r, fd, at, b, END64);
	if (rc < 0)
		return rc;
	if (u64(locator, 8) != at || u32(locator, 4) || u32(locator, 16) != 1 || u32(b, 0) != end64_mark ||
	    u64(b, 4) != END64 - 12 || u32(b, 16) || u32(b, 20) || u64(b, 24) != u64(b, 32))
		return damaged(r);
	if ((e->n != UINT16_MAX && e->n != u64(b, 32)) || (e->size != UINT32_MAX && e->size != u64(b, 40)) ||
	    (e->directory != UINT32_MAX && e->directory != u64(b, 48)))
		return differ(r, "zip ends in two descriptions that differ");
	*e = (struct end){at, u64(b, 32), u64(b, 40), u64(b, 48)};
	return AK_OK;
}

static enum ak_rc read_end(struct ak_reader *r, int fd, struct end *e)
{
	char b[END];
	if (r->info.given_bytes < END)
		return damaged(r);
	uint64_t at = r->info.given_bytes - END;
	enum ak_rc rc = read_at(r, fd, at, b, END);
	if (rc < 0)
		return rc;
	if (u32(b, 0) != end_mark || u16(b, 20))
		return ak_reader_refuse(r, "archive_trailing",
					"zip is cut short, or has a comment or bytes behind its end");
	*e = (struct end){at, u16(b, 10), u32(b, 12), u32(b, 16)};
	if (u32(b, 4) || u16(b, 8) != e->n)
		return damaged(r);
	rc = read_end64(r, fd, e);
	if (rc < 0)
		return rc;
	if (e->n > AK_MAX_PACKET_ENTRIES || e->size > MAX_DIRECTORY)
		return ak_reader_refuse(r, "archive_limit", "too many entries");
	return e->size > e->at || e->directory != e->at - e->size ? damaged(r) : AK_OK;
}

enum ak_rc ak_zipdir_read(struct ak_zipdir *d, struct ak_reader *r, int fd)
{
	struct end e = {0};
	*d = (struct ak_zipdir){0};
	enum ak_rc rc = read_end(r, fd, &e);
	if (rc < 0)
		return rc;
	d->n = (size_t)e.n;
	d->bytes = ak_alloc((size_t)e.size + 1);
	d->v = ak_alloc_zero(d->n + 1, sizeof(*d->v));
	rc = read_at(r, fd, e.directory, d->bytes, (size_t)e.size);
	if (rc == AK_OK)
		rc = parse_directory(d, r, (size_t)e.size);
	return rc == AK_OK ? check_tiling(d, r, fd, e.directory) : rc;
}

void ak_zipdir_release(struct ak_zipdir *d)
{
	ak_free(d->bytes);
	ak_free(d->v);
	*d = (struct ak_zipdir){0};
}
