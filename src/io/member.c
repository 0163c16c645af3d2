#include "base/ak.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "io/la.h"
#include "io/stream.h"
#include "io/ziptail.h"

struct ak_members {
	struct ak_stream s;
	struct ak_feed feed;
	struct ak_la la;
	bool zip;
	struct ak_map seen;
	uint64_t entries;
	char *name;    /* of the current member */
	char *subject; /* "archive!member", for messages */
	uint8_t buf[AK_STREAM_BLOCK];
};

static enum ak_rc member_pull(struct ak_stream *s, struct ak_err *err)
{
	struct ak_members *m = (struct ak_members *)s;
	return ak_feed_pull(&m->feed, m->la.a, s, m->buf, err);
}

static void member_close(struct ak_stream *s)
{
	ak_members_close((struct ak_members *)s);
}

static const struct ak_stream_ops member_ops = {member_pull, member_close};

enum ak_rc ak_members_open(struct ak_stream *up, bool zip, struct ak_members **out, struct ak_err *err)
{
	struct ak_members *m = ak_alloc_zero(1, sizeof(*m));
	ak_la_init(&m->la);
	/* Streaming zip: bytes are hashed in the order they stand in the file. */
	if ((zip ? archive_read_support_format_zip_streamable(m->la.a) : archive_read_support_format_tar(m->la.a)) != ARCHIVE_OK)
		ak_out_of_memory();
	ak_stream_init(&m->s, &member_ops, up);
	m->feed.up = up;
	m->zip = zip;
	ak_map_init(&m->seen);
	enum ak_rc rc = ak_feed_open(&m->feed, &m->la, err);
	if (rc != AK_OK) {
		ak_members_close(m);
		return rc;
	}
	*out = m;
	return AK_OK;
}

static enum ak_rc refuse(struct ak_members *m, struct ak_err *err, const char *reason, const char *what,
			 const char *hint)
{
	return ak_stream_fail(err, reason, hint, "cannot read a member of '%s': %s", m->s.up->name, what);
}

/* No member is ever written to disk, but its name becomes the name of evidence: it must mean the same everywhere. */
static bool name_is_sound(struct ak_str name)
{
	if (name.n == 0 || name.n > 4096 || name.p[0] == '/' || (name.n > 1 && name.p[1] == ':'))
		return false;
	for (size_t i = 0, start = 0; i <= name.n; i++) {
		if (i < name.n && name.p[i] != '/') {
			unsigned char c = (unsigned char)name.p[i];
			if (c < 0x20 || c == 0x7f || c == '\\')
				return false;
			continue;
		}
		if (i - start > 255 || ak_str_is(ak_str_n(name.p + start, i - start), ".."))
			return false;
		start = i + 1;
	}
	return true;
}

static bool name_is_hidden(struct ak_str name)
{
	if (ak_str_starts(name, AK_STR("__MACOSX/")))
		return true;
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '.' && (i == 0 || name.p[i - 1] == '/'))
			return true;
	return false;
}

static const char *entry_skip(struct archive_entry *e, struct ak_str name)
{
	if (archive_entry_hardlink(e) || archive_entry_hardlink_utf8(e))
		return "hard link";
	if (archive_entry_filetype(e) == AE_IFLNK)
		return "symlink";
	if (archive_entry_filetype(e) != AE_IFREG)
		return "not a regular file";
	if (name_is_hidden(name))
		return "dot file";
	return archive_entry_size_is_set(e) && archive_entry_size(e) == 0 ? "empty" : NULL;
}

/* The raw name; libarchive converts it by the locale in one of its two views and returns NULL where it cannot. */
static void name_take(struct ak_members *m, struct archive_entry *e)
{
	const char *name = archive_entry_pathname_utf8(e);
	if (!name)
		name = archive_entry_pathname(e);
	while (name && name[0] == '.' && name[1] == '/')
		name += 2;
	ak_free(m->name);
	ak_free(m->subject);
	m->name = ak_strdup(name ? name : "");
	struct ak_buf b;
	ak_buf_init(&b, SIZE_MAX / 2);
	ak_buf_addf(&b, "%s!%s", m->s.up->name, m->name);
	m->subject = ak_buf_detach(&b);
	m->s.name = m->subject;
}

static enum ak_rc entry_check(struct ak_members *m, struct archive_entry *e, struct ak_member *out, struct ak_err *err)
{
	struct ak_str name = ak_str_of(m->name);
	if (!name_is_sound(name))
		return refuse(m, err, "member_name", "its name is not a plain relative path",
			      "pack it again with names that have no leading '/', '..', backslash or control byte");
	bool fresh;
	ak_map_put(&m->seen, name, &fresh);
	if (!fresh)
		return refuse(m, err, "member_duplicate", "its name occurs twice", "pack it again with each file once");
	if (archive_entry_is_encrypted(e))
		return refuse(m, err, "member_encrypted", "it is encrypted", "unpack it with its password first");
	int64_t mtime = archive_entry_mtime_is_set(e) ? (int64_t)archive_entry_mtime(e) : 0;
	bool sane = mtime > 0 && mtime < (int64_t)1 << 38;
	*out = (struct ak_member){
		.name = m->name,
		.mtime_us = sane ? mtime * 1000000 + archive_entry_mtime_nsec(e) / 1000 : 0,
		.skip = entry_skip(e, name),
	};
	return AK_OK;
}

/* What libarchive has not taken: the end of the chunk it got last, or a few bytes more. */
static enum ak_rc zip_end_check(struct ak_members *m, struct ak_err *err)
{
	const struct ak_feed *f = &m->feed;
	uint64_t left = f->fed - (uint64_t)archive_filter_bytes(m->la.a, -1);
	struct ak_ziptail t = {.up = f->up};
	if (left > f->last_n + sizeof(f->before))
		return ak_feed_fail(f, m->s.up->name, err);
	t.nlater = left < f->last_n ? (size_t)left : f->last_n;
	t.later = f->last + f->last_n - t.nlater;
	t.n = (size_t)left - t.nlater;
	t.p = f->before + sizeof(f->before) - t.n;
	return ak_ziptail_check(&t, m->entries, err);
}

/* A tar must say that it ends, and say so last: a second archive appended to it would be lost without a word. */
static enum ak_rc end_check(struct ak_members *m, struct ak_err *err)
{
	if (m->zip)
		return zip_end_check(m, err);
	if (m->feed.starved)
		return ak_feed_fail(&m->feed, m->s.up->name, err);
	uint64_t left = m->feed.fed - (uint64_t)archive_filter_bytes(m->la.a, -1);
	if (left > m->feed.last_n)
		left = m->feed.last_n;
	bool nonzero = false;
	for (const uint8_t *p = m->feed.last + m->feed.last_n - left; left && !nonzero; left--)
		nonzero = *p++ != 0;
	bool more = false;
	if (ak_stream_drain(m->s.up, &more, err) == AK_FAIL)
		return AK_FAIL;
	if (!nonzero && !more)
		return AK_END;
	return ak_stream_fail(err, "stream_trailing_data", "give archives that were joined one by one",
			      "cannot read '%s' to its end: data follows the end of the archive", m->s.up->name);
}

enum ak_rc ak_members_next(struct ak_members *m, struct ak_member *out, bool *fatal, struct ak_err *err)
{
	struct archive_entry *e = m->la.e;
	*fatal = true;
	do {
		int got = archive_read_next_header2(m->la.a, e);
		if (got == ARCHIVE_EOF)
			return end_check(m, err);
		if (got != ARCHIVE_OK && got != ARCHIVE_WARN)
			return ak_feed_fail(&m->feed, m->s.up->name, err);
		if (++m->entries > AK_MAX_ARCHIVE_ENTRIES)
			return refuse(m, err, "archive_entries", "it holds more of them than the limit",
				      "unpack it into a folder and give that");
	} while (archive_entry_filetype(e) == AE_IFDIR);
	*fatal = false;
	name_take(m, e);
	m->s.n = 0;
	m->s.ended = m->s.failed = false;
	m->feed.block_n = 0;
	m->feed.at = 0;
	m->feed.spoilt = false;
	return entry_check(m, e, out, err);
}

struct ak_stream *ak_members_stream(struct ak_members *m)
{
	return &m->s;
}

void ak_members_close(struct ak_members *m)
{
	if (!m)
		return;
	ak_la_release(&m->la);
	ak_map_release(&m->seen);
	ak_free(m->name);
	ak_free(m->subject);
	ak_free(m);
}
