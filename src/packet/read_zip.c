#include "base/ak.h"

#include "io/la.h"
#include "packet/reader.h"
#include "packet/zipdir.h"

/* The library inflates; what it reads was held against the zip's own directory before. */
struct zip {
	struct ak_reader *r;
	struct ak_la la;
	struct ak_zipdir dir;
};

static enum ak_rc damaged(const struct zip *z)
{
	return ak_reader_damaged(z->r, ak_la_errno(&z->la), "data are damaged or cut short");
}

static enum ak_rc pull(void *src, void *buf, size_t cap, size_t *n, struct ak_err *err)
{
	struct zip *z = src;
	(void)err; /* the reader's own */
	la_ssize_t got = archive_read_data(z->la.a, buf, cap);
	if (got < 0)
		return damaged(z);
	*n = (size_t)got;
	return ak_reader_count(z->r, *n);
}

static bool is_ascii(struct ak_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

static enum ak_rc read_entry(struct zip *z, struct archive_entry *e, const struct ak_zip_entry *want)
{
	struct ak_reader *r = z->r;
	struct ak_str full = ak_str_of(archive_entry_pathname(e)), name;
	bool folder = archive_entry_filetype(e) == AE_IFDIR;
	/* The library knows no letters but those of the locale: the name is taken as both directory and entry spell it. */
	if (r->foreign && !is_ascii(want->name) && (uint64_t)archive_entry_size(e) == want->size)
		full = want->name;
	if (!full.p || !ak_str_eq(full, want->name))
		return ak_reader_refuse(r, "archive_mismatch", "name in the zip has a second spelling");
	if (archive_entry_is_encrypted(e) || (!folder && archive_entry_filetype(e) != AE_IFREG) ||
	    archive_entry_hardlink(e) || (folder && want->size))
		return ak_reader_refuse(r, "archive_type", "is a link, device or other special entry");
	if (folder && full.n > 1 && full.p[full.n - 1] == '/')
		full.n--;
	enum ak_rc rc = ak_reader_entry(r, full, folder, &name);
	return rc < 0 || folder ? rc : ak_reader_file(r, name, pull, z);
}

static enum ak_rc read_entries(struct zip *z)
{
	for (size_t i = 0;; i++) {
		int rc = archive_read_next_header2(z->la.a, z->la.e);
		if (rc == ARCHIVE_EOF)
			return i == z->dir.n ? AK_OK : damaged(z);
		enum ak_rc next = ak_reader_next(z->r);
		if (next < 0)
			return next;
		if ((rc != ARCHIVE_OK && !(rc == ARCHIVE_WARN && z->r->foreign)) || i >= z->dir.n)
			return damaged(z);
		next = read_entry(z, z->la.e, &z->dir.v[i]);
		if (next < 0)
			return next;
	}
}

enum ak_rc ak_read_zip(struct ak_reader *r, int fd)
{
	struct zip z = {.r = r};
	enum ak_rc rc = ak_zipdir_read(&z.dir, r, fd);
	if (rc == AK_OK) {
		ak_la_init(&z.la);
		if (archive_read_support_format_zip_seekable(z.la.a) != ARCHIVE_OK || ak_la_open_fd(&z.la, fd) != ARCHIVE_OK)
			rc = damaged(&z);
		else
			rc = read_entries(&z);
		ak_la_release(&z.la);
	}
	ak_zipdir_release(&z.dir);
	return rc;
}
