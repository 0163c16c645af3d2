#include "base/ak.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/limits.h"
#include "packet/zipdir.h"

/* Sizes of the fixed parts (PKWARE APPNOTE 4.3). */
enum { LOCAL = 30, CENTRAL = 46, END = 22, DESCRIPTOR = 16, MAX_DIRECTORY = 8 << 20 };

enum { ENCRYPTED = 1, SIZE_BEHIND = 8, STORED = 0, DEFLATED = 8 };

static const uint32_t local_mark = 0x04034b50, central_mark = 0x02014b50, end_mark = 0x06054b50,
		      descriptor_mark = 0x08074b50;

static uint16_t u16(const void *p, size_t at)
{
	const uint8_t *b = (const uint8_t *)p + at;
	return (uint16_t)(b[0] | b[1] << 8);
}

static uint32_t u32(const void *p, size_t at)
{
	return u16(p, at) | (uint32_t)u16(p, at + 2) << 16;
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
	if (e->size == UINT32_MAX || e->stored == UINT32_MAX || e->offset == UINT32_MAX)
		return ak_reader_refuse(r, "archive_type", "zip64 is not read, use .tar.gz for a packet this large");
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
		qsort(d->v, d->n, sizeof(*d->v), by_offset);
	return AK_OK;
}

/* The header before the data says the same as the directory; *end gets the position behind its data. */
static enum ak_rc check_local(struct ak_reader *r, int fd, const struct ak_zip_entry *e, uint64_t *end)
{
	char h[LOCAL], name[AK_PATH_MAX * 3];
	enum ak_rc rc = read_at(r, fd, e->offset, h, LOCAL);
	if (rc < 0)
		return rc;
	size_t n = u16(h, 26);
	bool behind = e->flags & SIZE_BEHIND;
	bool same = u32(h, 0) == local_mark && u16(h, 6) == e->flags && u16(h, 8) == e->method && n == e->name.n;
	if (same && !behind)
		same = u32(h, 14) == e->crc && u32(h, 18) == e->stored && u32(h, 22) == e->size;
	if (!same)
		return ak_reader_refuse(r, "archive_mismatch", "zip directory and stored entry differ");
	if (n > sizeof(name))
		return ak_reader_refuse(r, "archive_name", "name is longer than 100 bytes");
	rc = read_at(r, fd, e->offset + LOCAL, name, n);
	if (rc == AK_OK && !ak_str_eq(ak_str_n(name, n), e->name))
		return ak_reader_refuse(r, "archive_mismatch", "zip directory and stored entry have different names");
	*end = e->offset + LOCAL + n + u16(h, 28) + e->stored;
	return rc;
}

/* The sizes that follow the data when they were not known before; with or without their mark. */
static enum ak_rc check_descriptor(struct ak_reader *r, int fd, const struct ak_zip_entry *e, uint64_t *end)
{
	char b[DESCRIPTOR];
	enum ak_rc rc = read_at(r, fd, *end, b, DESCRIPTOR);
	if (rc < 0)
		return rc;
	size_t at = u32(b, 0) == descriptor_mark ? 4 : 0;
	if (u32(b, at) != e->crc || u32(b, at + 4) != e->stored || u32(b, at + 8) != e->size)
		return ak_reader_refuse(r, "archive_mismatch", "zip directory and stored sizes differ");
	*end += at + 12;
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
		enum ak_rc rc = check_local(r, fd, e, &end);
		if (rc == AK_OK && (e->flags & SIZE_BEHIND))
			rc = check_descriptor(r, fd, e, &end);
		if (rc < 0)
			return rc;
	}
	if (end != directory)
		return ak_reader_refuse(r, "archive_mismatch", "zip has bytes that belong to no entry, or to two");
	return AK_OK;
}

enum ak_rc ak_zipdir_read(struct ak_zipdir *d, struct ak_reader *r, int fd)
{
	char b[END];
	*d = (struct ak_zipdir){0};
	if (r->info.given_bytes < END)
		return damaged(r);
	uint64_t end = r->info.given_bytes - END;
	enum ak_rc rc = read_at(r, fd, end, b, END);
	if (rc < 0)
		return rc;
	if (u32(b, 0) != end_mark || u16(b, 20))
		return ak_reader_refuse(r, "archive_trailing",
					"zip is cut short, or has a comment or bytes behind its end");
	uint64_t size = u32(b, 12), directory = u32(b, 16);
	d->n = u16(b, 10);
	if (d->n > AK_MAX_PACKET_ENTRIES || size > MAX_DIRECTORY)
		return ak_reader_refuse(r, "archive_limit", "too many entries");
	if (u32(b, 4) || u16(b, 8) != d->n || directory + size != end)
		return damaged(r);
	d->bytes = ak_alloc((size_t)size + 1);
	d->v = ak_alloc_zero(d->n + 1, sizeof(*d->v));
	rc = read_at(r, fd, directory, d->bytes, (size_t)size);
	if (rc == AK_OK)
		rc = parse_directory(d, r, (size_t)size);
	return rc == AK_OK ? check_tiling(d, r, fd, directory) : rc;
}

void ak_zipdir_release(struct ak_zipdir *d)
{
	ak_free(d->bytes);
	ak_free(d->v);
	*d = (struct ak_zipdir){0};
}
