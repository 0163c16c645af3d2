/* Source: PKWARE APPNOTE 6.3.10; the field UT is Info-ZIP's (extrafld.txt). */
#include "base/ak.h"

#include "base/fs.h"
#include "base/time.h"
#include "io/deflate.h"
#include "packet/zip_write.h"

enum { CHUNK = 65536, MOST_FILES = 65534 };
enum { ZIP_2_0 = 20, ON_UNIX = 3 << 8, SIZES_BEHIND = 8, DEFLATED = 8 };

static const uint32_t local_mark = 0x04034b50, central_mark = 0x02014b50, end_mark = 0x06054b50,
		      descriptor_mark = 0x08074b50, plain_file = 0100644u << 16;

struct zip {
	int fd;
	const char *path;
	uint64_t at; /* bytes before those that wait in out */
	uint32_t mtime, dos;
	struct ak_deflate *deflate;
	struct ak_buf out, directory;
	char *chunk;
};

struct entry {
	char *name;
	uint64_t offset, stored, size;
	uint32_t crc;
};

/* Date and time of a second in UTC, the way of MS-DOS: even seconds since 1980. */
static uint32_t dos_time(int64_t mtime)
{
	static const struct {
		uint8_t at, n, shift;
		uint16_t from;
	} parts[] = {{0, 4, 25, 1980}, {5, 2, 21, 0}, {8, 2, 16, 0}, {11, 2, 11, 0}, {14, 2, 5, 0}};
	char z[32];
	uint32_t dos = 0, v;
	ak_time_z(mtime * 1000000, 0, z);
	for (size_t i = 0; i < AK_COUNT(parts); i++) {
		v = 0;
		for (size_t k = 0; k < parts[i].n; k++)
			v = 10 * v + (uint32_t)(z[parts[i].at + k] - '0');
		dos |= (v - parts[i].from) << parts[i].shift;
	}
	return dos | (uint32_t)(mtime % 60) / 2;
}

static uint64_t place(const struct zip *z) { return z->at + z->out.n; }

/* Write what waits when it is worth a call. */
static enum ak_rc flush(struct zip *z, size_t enough, struct ak_err *err)
{
	if (place(z) >= UINT32_MAX) {
		ak_hint(err, "write it as .tar.gz or .tar.zst");
		return ak_fail(err, AK_EXIT_LIMIT, "packet is too large for zip");
	}
	if (z->out.n < enough)
		return AK_OK;
	enum ak_rc rc = ak_fs_write_all(z->fd, z->out.p, z->out.n, z->path, err);
	z->at += z->out.n;
	ak_buf_clear(&z->out);
	return rc;
}

/* What the header before the data and the directory say alike: version to name and extra field lengths. */
static void common(const struct zip *z, struct ak_buf *b, const struct entry *e, bool sizes)
{
	ak_buf_addle(b, ZIP_2_0, 2);
	ak_buf_addle(b, SIZES_BEHIND, 2);
	ak_buf_addle(b, DEFLATED, 2);
	ak_buf_addle(b, z->dos, 4);
	ak_buf_addle(b, sizes ? e->crc : 0, 4);
	ak_buf_addle(b, sizes ? e->stored : 0, 4);
	ak_buf_addle(b, sizes ? e->size : 0, 4);
	ak_buf_addle(b, strlen(e->name), 2);
	ak_buf_addle(b, 9, 2);
}

static void name_and_time(const struct zip *z, struct ak_buf *b, const struct entry *e)
{
	ak_buf_adds(b, e->name);
	ak_buf_adds(b, "UT");
	ak_buf_addle(b, 5, 2);
	ak_buf_addle(b, 1, 1);
	ak_buf_addle(b, z->mtime, 4);
}

static void add_to_directory(struct zip *z, const struct entry *e)
{
	ak_buf_addle(&z->directory, central_mark, 4);
	ak_buf_addle(&z->directory, ON_UNIX | ZIP_2_0, 2);
	common(z, &z->directory, e, true);
	ak_buf_addle(&z->directory, 0, 6); /* comment, disk, internal attributes */
	ak_buf_addle(&z->directory, plain_file, 4);
	ak_buf_addle(&z->directory, e->offset, 4);
	name_and_time(z, &z->directory, e);
}

static enum ak_rc write_data(struct zip *z, const struct ak_bag_file *f, struct entry *e, struct ak_err *err)
{
	uint64_t from = place(z);
	enum ak_rc rc = AK_OK;
	size_t n = 1;
	while (rc == AK_OK && n > 0) {
		rc = ak_bag_file_read(f, e->size, z->chunk, CHUNK, &n, err);
		if (rc < 0)
			return rc;
		e->size += n;
		if (n)
			ak_deflate_add(z->deflate, z->chunk, n, &z->out);
		else
			e->crc = ak_deflate_end(z->deflate, &z->out);
		e->stored = place(z) - from;
		rc = flush(z, CHUNK, err);
	}
	return rc;
}

static enum ak_rc write_entry(struct zip *z, const struct ak_bag_file *f, struct entry *e, struct ak_err *err)
{
	e->offset = place(z);
	ak_buf_addle(&z->out, local_mark, 4);
	common(z, &z->out, e, false);
	name_and_time(z, &z->out, e);
	enum ak_rc rc = write_data(z, f, e, err);
	ak_buf_addle(&z->out, descriptor_mark, 4);
	ak_buf_addle(&z->out, e->crc, 4);
	ak_buf_addle(&z->out, e->stored, 4);
	ak_buf_addle(&z->out, e->size, 4);
	add_to_directory(z, e);
	return rc;
}

static enum ak_rc write_directory(struct zip *z, size_t files, struct ak_err *err)
{
	uint64_t at = place(z);
	ak_buf_addstr(&z->out, ak_buf_str(&z->directory));
	ak_buf_addle(&z->out, end_mark, 4);
	ak_buf_addle(&z->out, 0, 4);
	ak_buf_addle(&z->out, files, 2);
	ak_buf_addle(&z->out, files, 2);
	ak_buf_addle(&z->out, z->directory.n, 4);
	ak_buf_addle(&z->out, at, 4);
	ak_buf_addle(&z->out, 0, 2);
	return flush(z, 0, err);
}

enum ak_rc ak_zip_write(const struct ak_bag *bag, int fd, int64_t mtime, const char *path, struct ak_err *err)
{
	struct zip z = {.fd = fd, .path = path, .mtime = (uint32_t)mtime, .dos = dos_time(mtime)};
	size_t files = ak_bag_count(bag);
	enum ak_rc rc = AK_OK;
	if (files > MOST_FILES)
		return ak_fail(err, AK_EXIT_LIMIT, "packet has too many files for zip");
	ak_buf_init(&z.out, SIZE_MAX / 2);
	ak_buf_init(&z.directory, SIZE_MAX / 2);
	z.deflate = ak_deflate_new();
	z.chunk = ak_alloc(CHUNK);
	for (size_t i = 0; rc == AK_OK && i < files; i++) {
		const struct ak_bag_file *f = ak_bag_at(bag, i);
		struct entry e = {.name = ak_fs_join(ak_bag_name(bag), ak_bag_file_path(f))};
		rc = write_entry(&z, f, &e, err);
		ak_free(e.name);
	}
	if (rc == AK_OK)
		rc = write_directory(&z, files, err);
	ak_free(z.chunk);
	ak_deflate_free(z.deflate);
	ak_buf_release(&z.out);
	ak_buf_release(&z.directory);
	return rc;
}
