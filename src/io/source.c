#include "base/ak.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "io/decode.h"
#include "io/expand.h"

/* The chain of the current file: disk [-> outer] [-> members [-> inner]]; top is its last link, NULL between files. */
struct ak_inputs {
	struct ak_expansion x;
	size_t begun;	    /* files on disk begun so far; the current one is x.files[begun - 1] */
	struct stat opened; /* of the current file when it was opened */
	struct ak_disk disk;
	struct ak_stream *outer, *inner, *top;
	struct ak_members *members;
	const char *outer_codec; /* of the archive */
	size_t members_seen;
	struct ak_sha256 *hash;
	struct ak_file_digest now; /* of the current file; decoded is final when settled */
	bool settled;
	size_t now_file; /* index of the file on disk `now` belongs to */
	char *label;	 /* of the file on disk, for messages: base name, or the path below the folder given */
	char *name;	 /* behind ak_file_info.name */
};

static struct ak_disk_file *current(struct ak_inputs *in)
{
	return &in->x.files[in->begun - 1];
}

static char *joined(struct ak_str a, const char *member)
{
	struct ak_buf b;
	ak_buf_init(&b, SIZE_MAX / 2);
	ak_buf_addstr(&b, a);
	ak_buf_addc(&b, '!');
	ak_buf_adds(&b, member);
	return ak_buf_detach(&b);
}

/* Everything on disk has been read: keep its figures. */
static void given_settle(struct ak_inputs *in, const uint8_t digest[AK_SHA256_LEN])
{
	struct ak_file_digest *g = &current(in)->given;
	struct stat st;
	memcpy(g->given, digest, AK_SHA256_LEN);
	g->given_bytes = in->disk.bytes;
	g->given_known = true;
	if (in->disk.fd > 0 && fstat(in->disk.fd, &st) == 0)
		g->changed = st.st_size != in->opened.st_size || (uint64_t)st.st_size != in->disk.bytes ||
			     ak_expand_mtime(&st) != ak_expand_mtime(&in->opened);
}

/* What a decoder left unread belongs to the file as given. Standard input is not waited for after a failure. */
static void given_finish(struct ak_inputs *in, bool failed)
{
	uint8_t digest[AK_SHA256_LEN];
	if (failed && in->disk.fd <= 0)
		return;
	if (ak_disk_finish(&in->disk, digest, NULL) == AK_OK)
		given_settle(in, digest);
}

static void decoded_settle(struct ak_inputs *in, bool failed)
{
	if (in->settled)
		return;
	in->settled = true;
	ak_sha256_end(in->hash, in->now.decoded);
	if (in->members)
		return;
	if (in->disk.hashing)
		given_finish(in, failed);
	else if (!failed)
		given_settle(in, in->now.decoded);
}

static void inner_close(struct ak_inputs *in)
{
	ak_stream_close(in->inner);
	in->inner = in->top = NULL;
}

static void chain_close(struct ak_inputs *in)
{
	inner_close(in);
	ak_members_close(in->members);
	in->members = NULL;
	ak_stream_close(in->outer);
	in->outer = NULL;
	ak_disk_stop(&in->disk);
}

static enum ak_rc nested(const struct ak_stream *s, struct ak_err *err)
{
	return ak_stream_fail(err, "nested_archive", "unpack the outer one and give what it holds",
			      "cannot read '%s': it is packed more than once", s->name);
}

/* The chain is complete: from here on ak_inputs_read may be called. name is taken over. */
static void yield_file(struct ak_inputs *in, char *name, const char *codec, struct ak_file_info *out)
{
	const struct ak_disk_file *f = current(in);
	ak_free(in->name);
	in->name = name;
	in->now = (struct ak_file_digest){0};
	in->now_file = in->begun - 1;
	in->settled = false;
	ak_sha256_start(in->hash);
	*out = (struct ak_file_info){
		.export_ = f->export_,
		.name = ak_str_of(name),
		.codec = codec,
		.given_size = in->members ? 0 : f->size,
		.given_index = in->now_file,
		.mtime_us = f->mtime_us,
		.member = in->members != NULL,
		.seekable = in->top == &in->disk.s && in->disk.fd > 0,
		.page = f->page,
	};
}

/* AK_END: the member turned out to be empty. */
static enum ak_rc member_begin(struct ak_inputs *in, const struct ak_member *m, struct ak_file_info *out,
			       struct ak_err *err)
{
	const struct ak_disk_file *f = current(in);
	struct ak_stream *s = ak_members_stream(in->members);
	struct ak_tip tip = {.codec = in->outer_codec};
	if (ak_stream_fill(s, NULL) == AK_END)
		return AK_END;
	enum ak_rc rc = ak_decode(s, &in->inner, &tip, err);
	if (rc != AK_OK)
		return rc;
	if (tip.shape != AK_SHAPE_TEXT)
		return nested(s, err);
	in->top = tip.top;
	yield_file(in, joined(f->rel ? ak_str_of(f->rel) : f->export_->name, m->name), tip.codec, out);
	if (m->mtime_us)
		out->mtime_us = m->mtime_us;
	return AK_OK;
}

static enum ak_rc archive_end(struct ak_inputs *in, struct ak_err *err)
{
	enum ak_rc rc = AK_END;
	if (in->outer)
		rc = ak_stream_drain(in->outer, NULL, err);
	given_finish(in, rc == AK_FAIL);
	chain_close(in);
	if (rc != AK_FAIL && in->members_seen == 0)
		return ak_stream_fail(err, "archive_empty", "give an archive that holds files",
				      "cannot read '%s': it holds no file", in->label);
	return rc;
}

static enum ak_rc member_next(struct ak_inputs *in, struct ak_file_info *out, struct ak_err *err)
{
	for (;;) {
		struct ak_member m;
		bool fatal;
		inner_close(in);
		enum ak_rc rc = ak_members_next(in->members, &m, &fatal, err);
		if (rc == AK_END)
			return archive_end(in, err);
		if (rc != AK_OK && fatal) {
			given_finish(in, true);
			chain_close(in);
			return rc;
		}
		in->members_seen++;
		if (rc != AK_OK)
			return rc;
		rc = m.skip ? AK_END : member_begin(in, &m, out, err);
		if (rc != AK_END)
			return rc;
		in->members_seen--;
		ak_expand_skip(&in->x, joined(ak_str_of(in->label), m.name), m.skip ? m.skip : "empty");
	}
}

static enum ak_rc disk_open(struct ak_inputs *in, struct ak_err *err)
{
	struct ak_disk_file *f = current(in);
	const struct ak_export_info *e = f->export_;
	int fd = 0;
	ak_free(in->label);
	in->label = e->kind == AK_IN_STDIN ? ak_strdup("standard input")
		    : f->rel		   ? ak_strdup(f->rel)
					   : ak_strndup(e->name.p, e->name.n);
	if (f->page) {
		ak_disk_start_held(&in->disk, f->page->body, in->label);
		return AK_OK;
	}
	if (e->kind != AK_IN_STDIN) {
		enum ak_rc rc = ak_expand_open(f, &fd, err);
		if (rc != AK_OK)
			return rc;
		if (fstat(fd, &in->opened) != 0) {
			rc = ak_expand_fail(in->label, errno, err);
			close(fd);
			return rc;
		}
		f->size = (uint64_t)in->opened.st_size;
	}
	ak_disk_start(&in->disk, fd, in->label);
	return AK_OK;
}

static enum ak_rc archive_begin(struct ak_inputs *in, const struct ak_tip *tip, struct ak_file_info *out,
				struct ak_err *err)
{
	struct ak_export_info *e = current(in)->export_;
	if (e->kind != AK_IN_DIR)
		e->kind = AK_IN_ARCHIVE;
	in->members_seen = 0;
	in->outer_codec = tip->codec;
	enum ak_rc rc = ak_members_open(tip->top, tip->shape == AK_SHAPE_ZIP, &in->members, err);
	return rc == AK_OK ? member_next(in, out, err) : rc;
}

static enum ak_rc file_begin(struct ak_inputs *in, struct ak_file_info *out, struct ak_err *err)
{
	struct ak_tip tip = {.codec = "none"};
	const struct ak_disk_file *f = &in->x.files[in->begun++];
	enum ak_rc rc = disk_open(in, err);
	if (rc == AK_OK)
		rc = ak_decode(&in->disk.s, &in->outer, &tip, err);
	if (rc != AK_OK)
		return rc;
	if (ak_shape_is_archive(tip.shape))
		return archive_begin(in, &tip, out, err);
	if (tip.shape != AK_SHAPE_TEXT)
		return nested(tip.top, err);
	in->top = tip.top;
	in->disk.hashing = in->outer != NULL;
	struct ak_str name = f->rel ? ak_str_of(f->rel) : f->export_->name;
	yield_file(in, ak_strndup(name.p, name.n), tip.codec, out);
	return AK_OK;
}

enum ak_rc ak_inputs_next(struct ak_inputs *in, struct ak_file_info *out, struct ak_err *err)
{
	enum ak_rc rc = in->members ? member_next(in, out, err) : AK_END;
	while (rc == AK_END) {
		chain_close(in);
		in->disk.bytes = 0;
		if (in->begun == in->x.nfiles)
			return AK_END;
		rc = file_begin(in, out, err);
	}
	return rc;
}

enum ak_rc ak_inputs_read(struct ak_inputs *in, void *buf, size_t cap, size_t *n, struct ak_err *err)
{
	if (!in->top) {
		*n = 0;
		return AK_OK;
	}
	enum ak_rc rc = ak_stream_fill(in->top, err);
	if (rc != AK_OK) {
		decoded_settle(in, rc == AK_FAIL);
		if (rc == AK_END)
			*n = 0;
		return rc == AK_END ? AK_OK : rc;
	}
	size_t take = in->top->n < cap ? in->top->n : cap;
	memcpy(buf, in->top->p, take);
	in->top->p += take;
	in->top->n -= take;
	ak_sha256_add(in->hash, buf, take);
	in->now.decoded_bytes += take;
	*n = take;
	return AK_OK;
}

void ak_inputs_given(const struct ak_inputs *in, uint64_t given_index, struct ak_file_digest *out)
{
	*out = given_index < in->x.nfiles ? in->x.files[given_index].given : (struct ak_file_digest){0};
}

void ak_inputs_digest(struct ak_inputs *in, struct ak_file_digest *out)
{
	ak_inputs_given(in, in->now_file, out);
	out->decoded_bytes = in->now.decoded_bytes;
	ak_inputs_peek(in, out->decoded);
}

void ak_inputs_peek(struct ak_inputs *in, uint8_t decoded[32])
{
	if (in->settled)
		memcpy(decoded, in->now.decoded, AK_SHA256_LEN);
	else
		ak_sha256_peek(in->hash, decoded);
}

const char *ak_inputs_label(const struct ak_inputs *in)
{
	return in->label;
}

uint64_t ak_inputs_total(const struct ak_inputs *in, uint64_t *done)
{
	uint64_t total = 0;
	bool known = true;
	*done = in->disk.bytes;
	for (size_t i = 0; i < in->x.nfiles; i++) {
		const struct ak_disk_file *f = &in->x.files[i];
		total += f->size;
		if (i + 1 < in->begun)
			*done += f->size;
		if (strcmp(f->export_->argument, "-") == 0)
			known = false;
	}
	return known ? total : 0;
}

const struct ak_skip *ak_inputs_skipped(const struct ak_inputs *in, size_t *n)
{
	static const struct ak_skip none = {NULL, NULL};
	*n = in->x.nskips;
	return in->x.nskips ? in->x.skips : &none;
}

static struct ak_inputs *inputs_new(void)
{
	struct ak_inputs *in = ak_alloc_zero(1, sizeof(*in));
	ak_disk_init(&in->disk);
	in->hash = ak_sha256_new();
	ak_sha256_start(in->hash);
	return in;
}

void ak_inputs_open_pages(const struct ak_page *pages, size_t n, const char *name, struct ak_inputs **out)
{
	*out = inputs_new();
	ak_expand_pages(&(*out)->x, pages, n, name);
}

enum ak_rc ak_inputs_open(const char *const *args, size_t n, struct ak_inputs **out, struct ak_err *err)
{
	struct ak_inputs *in = inputs_new();
	enum ak_rc rc = ak_expand(&in->x, args, n, err);
	if (rc != AK_OK) {
		ak_inputs_free(in);
		return rc;
	}
	*out = in;
	return AK_OK;
}

void ak_inputs_free(struct ak_inputs *in)
{
	if (!in)
		return;
	chain_close(in);
	ak_disk_release(&in->disk);
	ak_sha256_free(in->hash);
	ak_expand_release(&in->x);
	ak_free(in->label);
	ak_free(in->name);
	ak_free(in);
}
