#include "base/ak.h"
#include "packet/zip_store.h"

#include "io/deflate.h"

enum { ZIP_2_0 = 20, UTF8_NAMES = 1 << 11, STORED = 0, MOST_PARTS = 65534 };
/* The first day of the format: no time is told. */
static const uint32_t local_mark = 0x04034b50, central_mark = 0x02014b50, end_mark = 0x06054b50, no_time = 0x00210000;

void ak_zip_store_init(struct ak_zip_store *z, const char *path)
{
	*z = (struct ak_zip_store){.path = path};
	ak_buf_init(&z->directory, SIZE_MAX / 2);
}

enum ak_rc ak_zip_store_open(struct ak_zip_store *z, struct ak_bag *bag, const char *path, struct ak_err *err)
{
	ak_zip_store_init(z, path);
	return ak_bag_begin(bag, path, &z->file, err);
}

void ak_zip_store_release(struct ak_zip_store *z) { ak_buf_release(&z->directory); }

static enum ak_rc write(struct ak_zip_store *z, struct ak_str bytes, struct ak_err *err)
{
	z->at += bytes.n;
	if (z->at >= UINT32_MAX)
		return ak_fail(err, AK_EXIT_LIMIT, "%s is too large for a zip", z->path);
	return ak_bag_write(z->file, bytes, err);
}

static void common(struct ak_buf *b, const char *name, struct ak_str part, uint32_t crc)
{
	ak_buf_addle(b, ZIP_2_0, 2);
	ak_buf_addle(b, UTF8_NAMES, 2);
	ak_buf_addle(b, STORED, 2);
	ak_buf_addle(b, no_time, 4);
	ak_buf_addle(b, crc, 4);
	ak_buf_addle(b, part.n, 4);
	ak_buf_addle(b, part.n, 4);
	ak_buf_addle(b, strlen(name), 2);
	ak_buf_addle(b, 0, 2);
}

void ak_zip_store_head(struct ak_zip_store *z, const char *name, struct ak_str part, struct ak_buf *head)
{
	uint32_t crc = ak_crc32(part);

	z->parts++;
	ak_buf_addle(&z->directory, central_mark, 4);
	ak_buf_addle(&z->directory, ZIP_2_0, 2);
	common(&z->directory, name, part, crc);
	ak_buf_addle(&z->directory, 0, 6); /* comment, disk, internal attributes */
	ak_buf_addle(&z->directory, 0, 4);
	ak_buf_addle(&z->directory, z->at, 4);
	ak_buf_adds(&z->directory, name);
	ak_buf_addle(head, local_mark, 4);
	common(head, name, part, crc);
	ak_buf_adds(head, name);
}

void ak_zip_store_tail(struct ak_zip_store *z)
{
	uint64_t n = z->directory.n;

	ak_buf_addle(&z->directory, end_mark, 4);
	ak_buf_addle(&z->directory, 0, 4);
	ak_buf_addle(&z->directory, z->parts, 2);
	ak_buf_addle(&z->directory, z->parts, 2);
	ak_buf_addle(&z->directory, n, 4);
	ak_buf_addle(&z->directory, z->at, 4);
	ak_buf_addle(&z->directory, 0, 2);
}

enum ak_rc ak_zip_store_add(struct ak_zip_store *z, const char *name, struct ak_str part, struct ak_err *err)
{
	struct ak_buf head;
	enum ak_rc rc;

	if (part.n >= UINT32_MAX || z->parts >= MOST_PARTS)
		return ak_fail(err, AK_EXIT_LIMIT, "%s is too large for a zip", z->path);
	ak_buf_init(&head, 1024);
	ak_zip_store_head(z, name, part, &head);
	rc = write(z, ak_buf_str(&head), err);
	ak_buf_release(&head);
	return rc == AK_OK ? write(z, part, err) : rc;
}

enum ak_rc ak_zip_store_end(struct ak_zip_store *z, struct ak_err *err)
{
	ak_zip_store_tail(z);
	return write(z, ak_buf_str(&z->directory), err);
}
