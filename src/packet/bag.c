#include "base/ak.h"

#include <inttypes.h>

#include "base/limits.h"
#include "base/text.h"
#include "packet/bag.h"
#include "packet/path.h"
#include "packet/spool.h"

struct ak_bag_file {
	char *path;
	struct ak_spool bytes;
	struct ak_sha256 *hash;
	const struct ak_bag *bag;
};

struct ak_bag {
	char *name, *tmpdir;
	struct ak_bag_file **file; /* sorted */
	size_t n, cap;
	struct ak_pathset names;
	struct ak_buf tagmanifest;
	bool finished;
};

static const char bagit[] = "bagit.txt", bag_info[] = "bag-info.txt", manifest[] = "manifest-sha256.txt",
		  tagmanifest[] = "tagmanifest-sha256.txt";
static const char *const reserved[] = {bagit, bag_info, manifest, tagmanifest, "fetch.txt"};

static bool below(const char *path, const char *folder)
{
	return strncmp(path, folder, strlen(folder)) == 0;
}

enum ak_rc ak_bag_new(const char *name, const char *tmpdir, struct ak_bag **out, struct ak_err *err)
{
	const char *what = *name == '-'	       ? "begins with a dash, as an option does"
			   : strchr(name, '/') ? "has more than one part"
					       : ak_path_problem(ak_str_of(name));
	if (what) {
		ak_hint(err, "give another name with -o");
		return ak_fail(err, AK_EXIT_USAGE, "packet name '%s' %s", name, what);
	}
	struct ak_bag *b = ak_alloc_zero(1, sizeof(*b));
	b->name = ak_strdup(name);
	b->tmpdir = ak_strdup(tmpdir);
	ak_pathset_init(&b->names);
	ak_buf_init(&b->tagmanifest, 1 << 16);
	*out = b;
	return AK_OK;
}

void ak_bag_free(struct ak_bag *bag)
{
	if (!bag)
		return;
	for (size_t i = 0; i < bag->n; i++) {
		ak_spool_release(&bag->file[i]->bytes);
		ak_sha256_free(bag->file[i]->hash);
		ak_free(bag->file[i]->path);
		ak_free(bag->file[i]);
	}
	ak_free(bag->file);
	ak_pathset_release(&bag->names);
	ak_buf_release(&bag->tagmanifest);
	ak_free(bag->name);
	ak_free(bag->tmpdir);
	ak_free(bag);
}

const char *ak_bag_name(const struct ak_bag *bag)
{
	return bag->name;
}

static void insert(struct ak_bag *bag, struct ak_bag_file *f)
{
	size_t at = bag->n;
	while (at > 0 && strcmp(bag->file[at - 1]->path, f->path) > 0)
		at--;
	if (bag->n == bag->cap) {
		bag->cap = bag->cap ? 2 * bag->cap : 64;
		bag->file = ak_realloc(bag->file, bag->cap * sizeof(*bag->file));
	}
	memmove(bag->file + at + 1, bag->file + at, (bag->n - at) * sizeof(*bag->file));
	bag->file[at] = f;
	bag->n++;
	f->bag = bag;
	f->bytes.folder = bag->tmpdir;
}

static struct ak_bag_file *file_new(struct ak_bag *bag, const char *path)
{
	struct ak_bag_file *f = ak_alloc_zero(1, sizeof(*f));
	f->path = ak_strdup(path);
	f->hash = ak_sha256_new();
	ak_sha256_start(f->hash);
	ak_spool_init(&f->bytes, bag->tmpdir);
	insert(bag, f);
	return f;
}

static enum ak_rc take_name(struct ak_bag *bag, const char *path, struct ak_err *err)
{
	const char *what = ak_path_problem(ak_str_of(path));
	if (!what)
		what = ak_pathset_add(&bag->names, ak_str_of(path), false);
	if (what)
		return ak_fail(err, AK_EXIT_BUG, "packet file name '%s' %s", path, what);
	if (bag->n >= AK_MAX_PACKET_ENTRIES)
		return ak_fail(err, AK_EXIT_LIMIT, "packet has more than %llu files", AK_MAX_PACKET_ENTRIES);
	return AK_OK;
}

enum ak_rc ak_bag_move(struct ak_bag *from, const char *path, struct ak_bag *to, struct ak_err *err)
{
	size_t at = 0;
	while (at < from->n && strcmp(from->file[at]->path, path) != 0)
		at++;
	if (at == from->n || from->finished || to->finished || !below(path, "data/"))
		AK_BUG("a file of a bag that cannot be moved");
	enum ak_rc rc = take_name(to, path, err);
	if (rc != AK_OK)
		return rc;
	struct ak_bag_file *f = from->file[at];
	from->n--;
	memmove(from->file + at, from->file + at + 1, (from->n - at) * sizeof(*from->file));
	insert(to, f);
	return AK_OK;
}

static enum ak_rc begin(struct ak_bag *bag, const char *path, struct ak_bag_file **file, struct ak_err *err)
{
	enum ak_rc rc = take_name(bag, path, err);
	if (rc == AK_OK)
		*file = file_new(bag, path);
	return rc;
}

enum ak_rc ak_bag_begin(struct ak_bag *bag, const char *path, struct ak_bag_file **file, struct ak_err *err)
{
	for (size_t i = 0; i < AK_COUNT(reserved); i++) {
		if (ak_str_eq_fold(ak_str_of(path), ak_str_of(reserved[i])))
			return ak_fail(err, AK_EXIT_BUG, "packet file name '%s' is the bag's own", path);
	}
	if (below(path, "signatures/") != bag->finished)
		return ak_fail(err, AK_EXIT_BUG, "packet file '%s' is added %s", path,
			       bag->finished ? "after the manifests" : "before there is something to sign");
	return begin(bag, path, file, err);
}

enum ak_rc ak_bag_write(struct ak_bag_file *file, struct ak_str bytes, struct ak_err *err)
{
	if (file->bag->finished && !below(file->path, "signatures/"))
		return ak_fail(err, AK_EXIT_BUG, "packet file '%s' is written after the manifests", file->path);
	ak_sha256_add(file->hash, bytes.p, bytes.n);
	return ak_spool_add(&file->bytes, bytes, err);
}

enum ak_rc ak_bag_add(struct ak_bag *bag, const char *path, struct ak_str bytes, struct ak_err *err)
{
	struct ak_bag_file *f;
	enum ak_rc rc = ak_bag_begin(bag, path, &f, err);
	return rc == AK_OK ? ak_bag_write(f, bytes, err) : rc;
}

/* One of the bag's own files. */
static enum ak_rc add_own(struct ak_bag *bag, const char *path, const struct ak_buf *bytes, struct ak_err *err)
{
	struct ak_bag_file *f;
	if (bytes->over)
		return ak_fail(err, AK_EXIT_LIMIT, "packet file '%s' is too large", path);
	enum ak_rc rc = begin(bag, path, &f, err);
	return rc == AK_OK ? ak_bag_write(f, ak_buf_str(bytes), err) : rc;
}

static void list(const struct ak_bag *bag, bool payload, struct ak_buf *out)
{
	uint8_t digest[AK_SHA256_LEN];
	for (size_t i = 0; i < bag->n; i++) {
		const struct ak_bag_file *f = bag->file[i];
		if (below(f->path, "data/") != payload)
			continue;
		ak_sha256_peek(f->hash, digest);
		ak_buf_addhex(out, digest, sizeof(digest));
		ak_buf_addf(out, "  %s\n", f->path);
	}
}

static enum ak_rc info_line(const struct ak_bag_info *info, struct ak_buf *out, struct ak_err *err)
{
	bool good = info->label[0] != '\0';
	for (const char *c = info->label; *c; c++)
		good = good && (ak_is_alnum((unsigned char)*c) || *c == '-');
	for (const char *c = info->value; *c; c++)
		good = good && (unsigned char)*c >= ' ' && *c != 0x7f;
	if (!good || ak_utf8_valid(ak_str_of(info->value)) != strlen(info->value))
		return ak_fail(err, AK_EXIT_USAGE, "bag-info line '%s' is not one line of plain text", info->label);
	ak_buf_addf(out, "%s: %s\n", info->label, info->value);
	return AK_OK;
}

static enum ak_rc info_text(const struct ak_bag *bag, const struct ak_bag_info *info, size_t n, struct ak_buf *out,
			    struct ak_err *err)
{
	uint64_t octets = 0, streams = 0;
	for (size_t i = 0; i < n; i++) {
		enum ak_rc rc = info[i].value ? info_line(&info[i], out, err) : AK_OK;
		if (rc < 0)
			return rc;
	}
	for (size_t i = 0; i < bag->n; i++) {
		bool payload = below(bag->file[i]->path, "data/");
		octets += payload ? bag->file[i]->bytes.size : 0;
		streams += payload;
	}
	ak_buf_addf(out, "Payload-Oxum: %" PRIu64 ".%" PRIu64 "\n", octets, streams);
	return AK_OK;
}

enum ak_rc ak_bag_finish(struct ak_bag *bag, const struct ak_bag_info *info, size_t n, struct ak_err *err)
{
	struct ak_buf b;
	if (bag->finished)
		AK_BUG("bag finished twice");
	ak_buf_init(&b, (size_t)AK_MAX_PACKET_ENTRIES * (AK_PATH_MAX + 67));
	enum ak_rc rc = info_text(bag, info, n, &b, err);
	if (rc == AK_OK)
		rc = add_own(bag, bag_info, &b, err);
	if (rc == AK_OK) {
		ak_buf_clear(&b);
		list(bag, true, &b);
		rc = add_own(bag, manifest, &b, err);
	}
	if (rc == AK_OK) {
		ak_buf_clear(&b);
		ak_buf_adds(&b, "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
		rc = add_own(bag, bagit, &b, err);
	}
	ak_buf_release(&b);
	if (rc == AK_OK) {
		list(bag, false, &bag->tagmanifest);
		rc = add_own(bag, tagmanifest, &bag->tagmanifest, err);
	}
	bag->finished = rc == AK_OK;
	return rc;
}

enum ak_rc ak_bag_take(struct ak_bag *bag, const char *path, struct ak_bag_file **file, struct ak_err *err)
{
	if (bag->finished || below(path, "signatures/"))
		AK_BUG("a signed or finished bag is not taken");
	return begin(bag, path, file, err);
}

enum ak_rc ak_bag_taken(struct ak_bag *bag, struct ak_err *err)
{
	char block[4096];
	size_t n = 1;
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < bag->n; i++) {
		if (strcmp(bag->file[i]->path, tagmanifest) != 0)
			continue;
		for (uint64_t at = 0; n && rc == AK_OK; at += n) {
			rc = ak_bag_file_read(bag->file[i], at, block, sizeof block, &n, err);
			if (rc == AK_OK)
				ak_buf_add(&bag->tagmanifest, block, n);
		}
	}
	if (rc == AK_OK && (!bag->tagmanifest.n || bag->tagmanifest.over))
		return ak_fail(err, AK_EXIT_VERIFY, "the packet has no tag manifest to sign");
	bag->finished = rc == AK_OK;
	return rc;
}

void ak_bag_digest(const struct ak_bag *bag, uint8_t out[AK_SHA256_LEN])
{
	struct ak_str t = ak_bag_tagmanifest(bag);
	ak_sha256(t.p, t.n, out);
}

struct ak_str ak_bag_tagmanifest(const struct ak_bag *bag)
{
	if (!bag->finished)
		AK_BUG("digest of an unfinished bag");
	return ak_buf_str(&bag->tagmanifest);
}

size_t ak_bag_count(const struct ak_bag *bag)
{
	return bag->n;
}

const struct ak_bag_file *ak_bag_at(const struct ak_bag *bag, size_t i)
{
	return bag->file[i];
}

const char *ak_bag_file_path(const struct ak_bag_file *file)
{
	return file->path;
}

uint64_t ak_bag_file_size(const struct ak_bag_file *file)
{
	return file->bytes.size;
}

void ak_bag_file_digest(const struct ak_bag_file *file, uint8_t out[AK_SHA256_LEN])
{
	ak_sha256_peek(file->hash, out);
}

enum ak_rc ak_bag_file_read(const struct ak_bag_file *file, uint64_t offset, void *buf, size_t cap, size_t *n,
			    struct ak_err *err)
{
	return ak_spool_read(&file->bytes, offset, buf, cap, n, err);
}
