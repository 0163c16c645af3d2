/* Any BagIt bag against its manifests: structure, fixity, completeness. What a packet has beyond that is not looked for. */
#include "base/ak.h"
#include "packet/check.h"

#include <stdarg.h>

#include "base/crypto.h"
#include "base/digest.h"
#include "base/map.h"
#include "base/text.h"
#include "packet/archive.h"
#include "packet/bagtext.h"
#include "packet/checks.h"
#include "packet/path.h"

#define TAG_BYTES ((size_t)256 << 20) /* of a tag file */

struct file {
	uint64_t size;
	uint8_t digest[AK_DIGESTS][AK_DIGEST_MAX];
	size_t payload_manifests; /* that list it */
	size_t seen_by;		  /* number of the manifest that listed it last */
	bool tag_listed;
};

struct state {
	json_t *doc, *manifests;
	struct ak_map files; /* name -> struct file * */
	struct ak_map texts; /* name of a tag file -> struct ak_buf *, undecoded */
	struct ak_map fetch; /* names of fetch.txt */
	struct ak_digests *digests;
	struct ak_bagit bagit;
	size_t payload, equal, listed, differ, missing, extra, to_fetch, unknown, numbered;
	bool strong; /* a payload manifest is of sha256 or sha512 */
	char structure[200], odd[200];
};

static void first(char out[200], const char *fmt, ...) AK_PRINTF(2, 3);
static void first(char out[200], const char *fmt, ...)
{
	va_list ap;

	if (*out)
		return;
	va_start(ap, fmt);
	vsnprintf(out, 200, fmt, ap);
	va_end(ap);
}

static bool is_payload(struct ak_str name) { return ak_str_starts(name, AK_STR("data/")); }

/* Tag files that are read: those of BagIt itself, at the top. */
static bool is_read(struct ak_str name)
{
	static const char *const whole[] = {"bagit.txt", "bag-info.txt", "fetch.txt"};

	for (size_t i = 0; i < AK_COUNT(whole); i++)
		if (ak_str_is(name, whole[i]))
			return true;
	return name.n > 4 && memcmp(name.p + name.n - 4, ".txt", 4) == 0 &&
	       (ak_str_starts(name, AK_STR("manifest-")) || ak_str_starts(name, AK_STR("tagmanifest-")));
}

static enum ak_rc visit(void *ctx, struct ak_str name, struct ak_archive_bytes *bytes, struct ak_err *err)
{
	struct state *s = ctx;
	struct file *f = ak_alloc_zero(1, sizeof *f);
	struct ak_buf *text = NULL;
	char block[65536];
	size_t n;
	enum ak_rc rc;

	ak_map_put(&s->files, name, NULL)->v.ptr = f;
	if (is_read(name)) {
		text = ak_alloc_zero(1, sizeof *text);
		ak_buf_init(text, TAG_BYTES);
		ak_map_put(&s->texts, name, NULL)->v.ptr = text;
	}
	ak_digests_start(s->digests);
	while ((rc = ak_archive_pull(bytes, block, sizeof block, &n, err)) == AK_OK && n) {
		ak_digests_add(s->digests, block, n);
		f->size += n;
		if (text)
			ak_buf_add(text, block, n);
	}
	ak_digests_end(s->digests, f->digest);
	s->payload += is_payload(name);
	if (rc == AK_OK && text && text->over)
		return ak_fail(err, AK_EXIT_LIMIT, "a manifest of the bag is larger than 256 MiB");
	return rc;
}

static struct ak_str raw(const struct state *s, struct ak_str name)
{
	const struct ak_map_entry *e = ak_map_get(&s->texts, name);
	const struct ak_buf *b = e ? e->v.ptr : NULL;

	return b ? ak_str_n(b->p ? b->p : "", b->n) : ak_str_n(NULL, 0);
}

/* A tag file in UTF-8; false, and a line of structure, when it is not in its encoding. */
static bool text_of(struct state *s, struct ak_str name, struct ak_buf *out)
{
	ak_buf_init(out, 2 * TAG_BYTES);
	if (ak_bag_decode(raw(s, name), s->bagit.encoding, out))
		return true;
	first(s->structure, "%.*s is not in %s, which bagit.txt says, or that encoding is not known here", (int)(name.n < 80 ? name.n : 80), name.p,
	      s->bagit.encoding);
	return false;
}

/* The file that a path of a manifest means, NULL when there is none; *name: as it is looked for. */
static struct file *file_of(struct state *s, struct ak_str path, struct ak_buf *name)
{
	struct ak_map_entry *e;

	ak_buf_clear(name);
	ak_bag_name_of(path, s->bagit.v1, name);
	e = ak_map_get(&s->files, ak_buf_str(name));
	if (!e && !s->bagit.v1) { /* some programs wrote %25 in 0.97, too */
		struct ak_buf other;

		ak_buf_init(&other, 4096);
		ak_bag_name_of(path, true, &other);
		e = ak_map_get(&s->files, ak_buf_str(&other));
		if (e) {
			ak_buf_clear(name);
			ak_buf_addstr(name, ak_buf_str(&other));
		}
		ak_buf_release(&other);
	}
	return e ? e->v.ptr : NULL;
}

static bool equals(struct ak_str hex, const struct file *f, enum ak_digest d)
{
	uint8_t want[AK_DIGEST_MAX];

	return hex.n == 2 * ak_digest_bytes(d) && ak_unhex(hex, want, ak_digest_bytes(d)) && memcmp(want, f->digest[d], ak_digest_bytes(d)) == 0;
}

static void odd(struct state *s, struct ak_str name, const char *what)
{
	struct ak_buf b;

	if (*s->odd)
		return;
	ak_buf_init(&b, 1000);
	ak_text_safe(&b, ak_str_n(name.p, name.n < 90 ? name.n : 90));
	first(s->odd, "; %s %s", b.p ? b.p : "", what);
	ak_buf_release(&b);
}

struct tally {
	size_t files, equal;
};

static void manifest_line(struct state *s, struct ak_str manifest, bool tags, enum ak_digest d, struct ak_str line, struct tally *t)
{
	AK_CLEANUP(ak_buf_release) struct ak_buf name;
	struct ak_str digest, path;
	struct file *f;
	const char *what;

	ak_buf_init(&name, 4096);
	if (!ak_bag_manifest_line(line, &digest, &path)) {
		first(s->structure, "%.*s has a line that is no digest and path", (int)(manifest.n < 80 ? manifest.n : 80), manifest.p);
		return;
	}
	f = file_of(s, path, &name);
	what = ak_path_problem_foreign(ak_buf_str(&name));
	if (what || is_payload(ak_buf_str(&name)) == tags)
		first(s->structure, "%.*s names a path that %s", (int)(manifest.n < 80 ? manifest.n : 80), manifest.p,
		      what ? what : tags ? "lies below data/" : "does not lie below data/");
	t->files++;
	if (f && f->seen_by == s->numbered)
		first(s->structure, "%.*s names a file twice", (int)(manifest.n < 80 ? manifest.n : 80), manifest.p);
	if (f) {
		f->seen_by = s->numbered;
		f->tag_listed = f->tag_listed || tags;
		f->payload_manifests += !tags;
	}
	if (!f && ak_map_get(&s->fetch, ak_buf_str(&name))) {
		odd(s, ak_buf_str(&name), "is to be fetched");
	} else if (!f) {
		s->missing++;
		odd(s, ak_buf_str(&name), "is missing");
	} else if (d < AK_DIGESTS && !equals(digest, f, d)) {
		s->differ++;
		odd(s, ak_buf_str(&name), "differs from the manifest");
	} else {
		t->equal += d < AK_DIGESTS;
	}
}

static void manifest(struct state *s, struct ak_str name)
{
	bool tags = ak_str_starts(name, AK_STR("tagmanifest-"));
	size_t front = tags ? strlen("tagmanifest-") : strlen("manifest-");
	struct ak_str algorithm = ak_str_n(name.p + front, name.n - front - 4), text, line;
	enum ak_digest d = ak_digest_find(algorithm);
	struct tally t = {0, 0};
	struct ak_buf b;

	s->numbered++;
	s->unknown += d == AK_DIGESTS;
	s->strong = s->strong || (!tags && d < AK_DIGESTS && d >= AK_DIGEST_SHA256);
	if (text_of(s, name, &b))
		for (text = ak_buf_str(&b); ak_bag_line(&text, &line);)
			if (ak_str_trim(line).n)
				manifest_line(s, name, tags, d, line, &t);
	ak_buf_release(&b);
	s->listed += t.files;
	s->equal += t.equal;
	json_array_append_new(s->manifests, json_pack("{s:o, s:o, s:I, s:I, s:b}", "name", ak_check_safe(name), "algorithm", ak_check_safe(algorithm),
						      "files", (json_int_t)t.files, "equal", (json_int_t)t.equal, "computed", d < AK_DIGESTS));
}

static void fetch(struct state *s)
{
	struct ak_str text, line, path;
	struct ak_buf b, name;

	if (!raw(s, AK_STR("fetch.txt")).p)
		return;
	ak_buf_init(&name, 4096);
	if (text_of(s, AK_STR("fetch.txt"), &b))
		for (text = ak_buf_str(&b); ak_bag_line(&text, &line);) {
			if (!ak_str_trim(line).n)
				continue;
			if (!ak_bag_fetch_line(line, &path)) {
				first(s->structure, "fetch.txt has a line that is no address, length and path");
				continue;
			}
			ak_buf_clear(&name);
			ak_bag_name_of(path, s->bagit.v1, &name);
			if (ak_path_problem_foreign(ak_buf_str(&name)) || !is_payload(ak_buf_str(&name)))
				first(s->structure, "fetch.txt names a path that does not stay below data/");
			ak_map_put(&s->fetch, ak_buf_str(&name), NULL);
			s->to_fetch += !ak_map_get(&s->files, ak_buf_str(&name));
		}
	ak_buf_release(&b);
	ak_buf_release(&name);
}

/* Every payload file is in every payload manifest; in 0.97 in one of them. */
static void strangers(struct state *s, size_t payload_manifests)
{
	for (size_t i = 0; i < s->files.n; i++) {
		const struct file *f = s->files.e[i].v.ptr;

		if (!is_payload(s->files.e[i].key) || f->payload_manifests >= (s->bagit.v1 ? payload_manifests : 1))
			continue;
		s->extra++;
		odd(s, s->files.e[i].key, f->payload_manifests ? "is not in every manifest" : "is in no manifest");
	}
}

static void oxum(struct state *s)
{
	uint64_t bytes = 0, files = 0;
	struct ak_str text, line;
	char have[64];
	struct ak_buf b;

	if (!raw(s, AK_STR("bag-info.txt")).p)
		return;
	for (size_t i = 0; i < s->files.n; i++)
		if (is_payload(s->files.e[i].key)) {
			bytes += ((const struct file *)s->files.e[i].v.ptr)->size;
			files++;
		}
	snprintf(have, sizeof have, "%llu.%llu", (unsigned long long)bytes, (unsigned long long)files);
	if (text_of(s, AK_STR("bag-info.txt"), &b))
		for (text = ak_buf_str(&b); ak_bag_line(&text, &line);)
			if (line.n > 13 && ak_str_eq_fold(ak_str_n(line.p, 13), AK_STR("Payload-Oxum:")) && !s->to_fetch &&
			    !ak_str_is(ak_str_trim(ak_str_n(line.p + 13, line.n - 13)), have))
				first(s->structure, "bag-info.txt says another number of bytes and files than the %llu in %llu", (unsigned long long)bytes,
				      (unsigned long long)files);
	ak_buf_release(&b);
}

static void add(struct state *s, const char *name, enum ak_result result, const char *fmt, ...) AK_PRINTF(4, 5);
static void add(struct state *s, const char *name, enum ak_result result, const char *fmt, ...)
{
	struct ak_checked p = {.doc = s->doc};
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	ak_check_say(&p, name, result, "%s", text);
}

static void report(struct state *s, size_t manifests)
{
	static const char *const beyond[] = {"schema", "content", "signature", "timestamp", "log", "continuity"};

	if (*s->structure)
		add(s, "structure", AK_RESULT_FAIL, "%s", s->structure);
	else
		add(s, "structure", AK_RESULT_PASS, "BagIt %s, tag files in %s, %zu payload manifests, %zu payload files", s->bagit.v1 ? "1.0" : "0.97",
		    s->bagit.encoding, manifests, s->payload);
	if (!manifests || (s->unknown && !s->equal && s->payload))
		add(s, "fixity", AK_RESULT_FAIL, "no manifest whose digests are computed here: md5, sha1, sha256 and sha512 are");
	else
		add(s, "fixity", s->differ ? AK_RESULT_FAIL : AK_RESULT_PASS, "%zu of %zu digests equal%s%s%s", s->equal, s->listed,
		    s->unknown ? "; a manifest is of an algorithm that is not computed here" : "",
		    s->strong ? "" : "; md5 and sha1 show accidents, not a forger", s->differ ? s->odd : "");
	if (s->to_fetch)
		add(s, "completeness", AK_RESULT_FAIL, "%zu files are elsewhere: fetch.txt says where, nothing is fetched here; %zu missing, %zu extra", s->to_fetch,
		    s->missing, s->extra);
	else
		add(s, "completeness", s->missing || s->extra ? AK_RESULT_FAIL : AK_RESULT_PASS, "%zu missing, %zu extra%s%s", s->missing, s->extra,
		    s->fetch.n ? "; all that fetch.txt names is here" : "", s->missing || s->extra ? s->odd : "");
	for (size_t i = 0; i < AK_COUNT(beyond); i++)
		add(s, beyond[i], AK_RESULT_SKIPPED, "not a level of BagIt");
}

static void judge(struct state *s)
{
	const char *what = ak_bagit_parse(raw(s, AK_STR("bagit.txt")), &s->bagit);
	size_t manifests = 0, tag_manifests = 0;

	if (what) {
		first(s->structure, "bagit.txt %s", what);
		s->bagit = (struct ak_bagit){true, "UTF-8"};
	}
	fetch(s);
	for (size_t i = 0; i < s->texts.n; i++) {
		struct ak_str name = s->texts.e[i].key;

		if (!ak_str_starts(name, AK_STR("manifest-")) && !ak_str_starts(name, AK_STR("tagmanifest-")))
			continue;
		*(ak_str_starts(name, AK_STR("manifest-")) ? &manifests : &tag_manifests) += 1;
		manifest(s, name);
	}
	for (size_t i = 0; tag_manifests && i < s->texts.n; i++) {
		struct file *f = ak_map_get(&s->files, s->texts.e[i].key)->v.ptr;

		if (ak_str_starts(s->texts.e[i].key, AK_STR("manifest-")) && s->bagit.v1 && !f->tag_listed)
			first(s->structure, "a payload manifest is in no tag manifest");
		if (ak_str_starts(s->texts.e[i].key, AK_STR("tagmanifest-")) && f->tag_listed)
			first(s->structure, "a tag manifest lists a tag manifest");
	}
	strangers(s, manifests);
	oxum(s);
	if (!manifests)
		first(s->structure, "the bag has no payload manifest");
	json_object_set_new(s->doc, "altered", json_integer((json_int_t)(s->differ + s->missing + s->extra + s->to_fetch)));
	json_object_set_new(s->doc, "bag", json_pack("{s:s, s:s, s:I, s:I, s:I, s:O}", "version", s->bagit.v1 ? "1.0" : "0.97", "encoding", s->bagit.encoding,
						     "payload_files", (json_int_t)s->payload, "fetch_listed", (json_int_t)s->fetch.n, "fetch_missing",
						     (json_int_t)s->to_fetch, "manifests", s->manifests));
	report(s, manifests);
}

static void release(struct state *s)
{
	for (size_t i = 0; i < s->files.n; i++)
		ak_free(s->files.e[i].v.ptr);
	for (size_t i = 0; i < s->texts.n; i++) {
		ak_buf_release(s->texts.e[i].v.ptr);
		ak_free(s->texts.e[i].v.ptr);
	}
	ak_map_release(&s->files);
	ak_map_release(&s->texts);
	ak_map_release(&s->fetch);
	ak_digests_free(s->digests);
	json_decref(s->manifests);
}

/* SHA-256 of the tag manifest, as for a packet; of the payload manifest where there is none. */
static void set_digest(struct state *s, const char *given)
{
	static const char *const names[] = {"tagmanifest-sha256.txt", "tagmanifest-sha512.txt", "manifest-sha256.txt", "manifest-sha512.txt"};
	char hex[65] = "";

	for (size_t i = 0; i < AK_COUNT(names) && !*hex; i++) {
		const struct ak_map_entry *e = ak_map_get(&s->files, ak_str_of(names[i]));

		if (e)
			ak_hex(((const struct file *)e->v.ptr)->digest[AK_DIGEST_SHA256], 32, hex);
	}
	json_object_set_new(s->doc, "digest", *hex ? json_string(hex) : json_null());
	if (given && strcmp(given, hex) != 0)
		first(s->structure, "the digest is another than the one you gave");
}

enum ak_rc ak_bag_verify(const char *path, const struct ak_packet_check *o, json_t **out, struct ak_err *err)
{
	struct state s = {.digests = ak_digests_new(), .manifests = json_array()};
	struct ak_archive_info info;
	enum ak_rc rc;

	ak_map_init(&s.files);
	ak_map_init(&s.texts);
	ak_map_init(&s.fetch);
	rc = ak_archive_read_foreign(path, visit, &s, &info, err);
	if (rc == AK_OK) {
		s.doc = json_pack("{s:s, s:i, s:b, s:s, s:I, s:I, s:n, s:n, s:n, s:s, s:b, s:[]}", "schema", "auditkit.packet-verify/1", "format_version", 1,
				  "ok", 1, "form", ak_form_name(info.form), "files", (json_int_t)info.files, "bytes", (json_int_t)info.bytes, "packet",
				  "signer", "signer_name", "signer_source", o->signers.p ? "given" : "packet", "draft", 0, "checks");
		set_digest(&s, o->digest);
		judge(&s);
		*out = s.doc;
	}
	release(&s);
	return rc;
}
