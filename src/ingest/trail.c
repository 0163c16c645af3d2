#include "base/ak.h"
#include "ingest/trail.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/fs.h"
#include "base/time.h"
#include "query/rows.h"
#include "store/register.h"

enum { MOST_SIGNATURE = 1024 };

struct check {
	const struct ak_trail_opts *o;
	struct ak_trail_result *r;
	struct ak_map hashes, names; /* of CloudTrail log files: SHA-256 in hex and base name -> id of the file */
	struct ak_map listed;        /* ids of files that a digest lists */
	int64_t export_;
};

/* ---- the workspace ---- */

static void know(struct ak_map *m, const char *key, int64_t id)
{
	bool fresh;
	struct ak_map_entry *e;

	if (!key)
		return;
	e = ak_map_put(m, ak_str_of(key), &fresh);
	if (fresh)
		e->v.num = id;
}

static enum ak_rc one_row(void *ctx, json_t *row, struct ak_err *err)
{
	struct check *c = ctx;
	int64_t id = json_integer_value(json_object_get(row, "id"));
	const char *name = json_string_value(json_object_get(row, "name"));
	struct ak_str base = ak_fs_base(name);

	(void)err;
	know(&c->hashes, json_string_value(json_object_get(row, "sha256")), id);
	know(&c->hashes, json_string_value(json_object_get(row, "decoded_sha256")), id);
	know(&c->names, base.p, id);
	c->export_ = json_integer_value(json_object_get(row, "export"));
	c->r->files++;
	return AK_OK;
}

static enum ak_rc say(struct check *c, bool bad, const char *rule, int64_t file, const char *detail, struct ak_err *err)
{
	const struct ak_diag_row row = {.export_ = c->export_, .file = file, .severity = bad ? "warning" : "notice", .rule = rule,
					.detail = detail, .n = 1};

	return ak_register_diag(c->o->store, &row, err);
}

/* ---- log files ---- */

static enum ak_rc one_log(void *ctx, const struct ak_trail_log *log, struct ak_err *err)
{
	struct check *c = ctx;
	const struct ak_map_entry *e = ak_map_get(&c->hashes, log->hash);
	struct ak_map_entry *seen;
	char id[24];
	bool fresh;

	c->r->listed++;
	if (!e) {
		e = ak_map_get(&c->names, ak_fs_base(log->object.p));
		c->r->log_altered += e != NULL;
		c->r->log_missing += !e;
		return e ? say(c, true, "trail_log_altered", e->v.num, "a log file is not what its digest says it was", err) : AK_OK;
	}
	c->r->log_good++;
	snprintf(id, sizeof id, "%lld", (long long)e->v.num);
	seen = ak_map_put(&c->listed, ak_str_of(id), &fresh);
	seen->v.num = e->v.num;
	c->r->files_listed += fresh;
	return AK_OK;
}

/* ---- digests ---- */

static enum ak_rc say_digest(struct check *c, const struct ak_trail_digest *d, const char *rule, const char *what, struct ak_err *err)
{
	struct ak_arena a;
	struct ak_time t;
	enum ak_rc rc;

	ak_arena_init(&a);
	if (ak_time_parse(ak_str_of(d->end), "UTC", &a, &t, NULL) != AK_OK)
		t.text = AK_STR("an unknown time");
	rc = say(c, true, rule, 0, ak_arena_printf(&a, "digest that ends at %.*s: %s", AK_STR_FMT(t.text), what).p, err);
	ak_arena_release(&a);
	return rc;
}

static bool same_hash(const char *hex, const uint8_t sum[32])
{
	uint8_t raw[32];

	return hex && ak_unhex(ak_str_of(hex), raw, sizeof raw) && memcmp(raw, sum, sizeof raw) == 0;
}

static struct ak_trail_digest *before_of(const struct ak_trail *t, const struct ak_trail_digest *d)
{
	const struct ak_map_entry *e = d->before ? ak_map_get(&t->by_object, ak_str_of(d->before)) : NULL;

	return e ? e->v.ptr : NULL;
}

/* The first digest of a chain says that there is none before it. */
static enum ak_rc link_of(struct check *c, const struct ak_trail *t, struct ak_trail_digest *d, struct ak_err *err)
{
	struct ak_trail_digest *before = before_of(t, d);

	if (!d->before)
		return AK_OK;
	c->r->links++;
	if (!before) {
		c->r->link_missing++;
		return AK_OK;
	}
	if (!before->signature)
		before->signature = d->before_signature;
	if (same_hash(d->before_hash, before->decoded) || same_hash(d->before_hash, before->given)) {
		c->r->link_good++;
		return AK_OK;
	}
	c->r->link_broken++;
	return say_digest(c, d, "trail_link_broken", "the digest before it is not the one that it names", err);
}

/* End of the digest, its place, its SHA-256 and the signature of the one before, a line each. */
static bool agrees(const struct ak_rsa *key, const struct ak_trail_digest *d)
{
	uint8_t raw[MOST_SIGNATURE];
	size_t n = strlen(d->signature) / 2;
	struct ak_buf b;
	char hex[65];
	bool good;

	ak_buf_init(&b, 1 << 20);
	ak_hex(d->decoded, sizeof d->decoded, hex);
	ak_buf_addf(&b, "%s\n%s\n%s\n%s", d->end, d->object, hex, d->before_signature ? d->before_signature : "null");
	good = n && n <= sizeof raw && ak_unhex(ak_str_of(d->signature), raw, n) && !b.over && ak_rsa_verify(key, ak_buf_str(&b), raw, n);
	ak_buf_release(&b);
	return good;
}

static enum ak_rc signature_of(struct check *c, const struct ak_trail_digest *d, struct ak_err *err)
{
	if (!d->signature || !c->o->key) {
		c->r->signature_unchecked++;
		return AK_OK;
	}
	if (agrees(c->o->key, d)) {
		c->r->signature_good++;
		return AK_OK;
	}
	c->r->signature_bad++;
	return say_digest(c, d, "trail_signature_bad", "its signature does not agree: altered, or another key", err);
}

/* ---- what is said ---- */

static enum ak_rc sums(struct check *c, struct ak_err *err)
{
	const struct ak_trail_result *r = c->r;
	struct ak_arena a;
	enum ak_rc rc;

	ak_arena_init(&a);
#define N(x) (unsigned long long)r->x
	rc = say(c, r->log_altered, "trail_logs", 0,
		 ak_arena_printf(&a, "of %llu log files that %llu digests list %llu were read here unaltered, %llu altered, %llu are not here",
				 N(listed), N(digests), N(log_good), N(log_altered), N(log_missing)).p, err);
	if (rc == AK_OK)
		rc = say(c, r->files_listed < r->files, "trail_files", 0,
			 ak_arena_printf(&a, "of %llu CloudTrail files of this workspace these digests list %llu", N(files), N(files_listed)).p, err);
	if (rc == AK_OK)
		rc = say(c, r->link_broken || r->twice || r->unreadable, "trail_links", 0,
			 ak_arena_printf(&a, "of %llu links to the digest before %llu hold, %llu are broken, %llu lead to a digest that was not given; "
					 "%llu files could not be read, %llu contradict another of their name",
					 N(links), N(link_good), N(link_broken), N(link_missing), N(unreadable), N(twice)).p, err);
	if (rc == AK_OK)
		rc = say(c, r->signature_bad, "trail_signatures", 0,
			 ak_arena_printf(&a, "of %llu digests %llu are signed with the key that was given, %llu are not, %llu were not checked",
					 N(digests), N(signature_good), N(signature_bad), N(signature_unchecked)).p, err);
#undef N
	ak_arena_release(&a);
	return rc;
}

static enum ak_rc judge(struct check *c, const struct ak_trail *t, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	c->r->digests = t->digests;
	c->r->unreadable = t->unreadable;
	c->r->twice = t->twice;
	if (!t->digests) {
		ak_hint(err, "copy the folder CloudTrail-Digest of the trail's bucket and name it");
		return ak_fail(err, AK_EXIT_INPUT, "there is no CloudTrail digest in the folder of '--cloudtrail-digests'");
	}
	for (struct ak_trail_digest *d = t->first; rc == AK_OK && d; d = d->next)
		rc = link_of(c, t, d, err);
	for (const struct ak_trail_digest *d = t->first; rc == AK_OK && d; d = d->next)
		rc = signature_of(c, d, err);
	return rc == AK_OK ? sums(c, err) : rc;
}

static enum ak_rc files_of(struct check *c, struct ak_err *err)
{
	enum ak_rc rc = ak_rows_each(c->o->store, "SELECT id, export, name, sha256, decoded_sha256 FROM file"
				     " WHERE format = 'aws-cloudtrail' ORDER BY export, id", NULL, 0, one_row, c, err);

	if (rc != AK_OK || c->r->files)
		return rc;
	ak_hint(err, "name the log files of the trail too: auditkit ingest --cloudtrail-digests DIGESTS LOGS");
	return ak_fail(err, AK_EXIT_INPUT, "there is no CloudTrail log in this workspace that digests could be about");
}

enum ak_rc ak_trail_check(const struct ak_trail_opts *o, struct ak_trail_result *out, struct ak_err *err)
{
	struct check c = {.o = o, .r = out};
	struct ak_trail t;
	enum ak_rc rc;

	*out = (struct ak_trail_result){.digests = 0};
	ak_map_init(&c.hashes);
	ak_map_init(&c.names);
	ak_map_init(&c.listed);
	rc = files_of(&c, err);
	if (rc == AK_OK)
		rc = ak_register_forget_diag(o->store, "trail_", err);
	if (rc == AK_OK) {
		rc = ak_trail_read(o, &t, one_log, &c, err);
		rc = rc == AK_OK ? judge(&c, &t, err) : rc;
		ak_trail_release(&t);
	}
	ak_map_release(&c.hashes);
	ak_map_release(&c.names);
	ak_map_release(&c.listed);
	return rc;
}

bool ak_trail_is_bad(const struct ak_trail_result *r)
{
	return r->log_altered || r->link_broken || r->signature_bad || r->twice;
}
