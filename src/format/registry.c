#include "base/ak.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>

#include "base/embedded.h"
#include "base/fs.h"
#include "base/limits.h"
#include "base/text.h"
#include "format/detect.h"
#include "format/registry.h"

struct entry {
	struct ak_str id;               /* of the mapping, or of the file that holds it */
	const struct ak_embedded *text; /* of a built-in one */
	struct ak_mapping *m;           /* NULL: a built-in one that nobody asked for yet */
};

struct list {
	struct entry *e;
	size_t n, cap;
};

struct ak_registry {
	struct list used;   /* sorted by id */
	struct list hidden; /* in the order they were met */
	pthread_mutex_t *lock; /* of e->m: the thread that maps detects, the one that writes looks mappings up */
};

/* Most runs look at one mapping out of a hundred and more, so those built in are parsed when they are asked for. */
static struct ak_mapping *mapping(const struct ak_registry *r, struct entry *e)
{
	struct ak_err err = {0};

	pthread_mutex_lock(r->lock);
	if (!e->m) {
		if (ak_mapping_parse(e->text->name, ak_str_n(e->text->text, e->text->n), &e->m, &err) != AK_OK)
			AK_BUG(err.msg);
		if (!ak_str_is(e->id, e->m->info.id))
			AK_BUG("a built-in format is not named as its file");
		e->m->info.origin = "built in";
	}
	pthread_mutex_unlock(r->lock);
	return e->m;
}

static struct entry *insert(struct list *l, size_t at)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 32;
		l->e = ak_realloc(l->e, l->cap * sizeof(struct entry));
	}
	memmove(l->e + at + 1, l->e + at, (l->n++ - at) * sizeof(struct entry));
	return &l->e[at];
}

static void list_free(struct list *l)
{
	for (size_t i = 0; i < l->n; i++)
		ak_mapping_free(l->e[i].m);
	ak_free(l->e);
}

/* The place of an id, or where it would stand. */
static bool find(const struct ak_registry *r, struct ak_str id, size_t *at)
{
	int order = 1;

	for (*at = 0; *at < r->used.n; ++*at)
		if ((order = ak_str_cmp(r->used.e[*at].id, id)) >= 0)
			break;
	return order == 0;
}

/* front: hides one of the same id, else it is hidden by it. */
static void place(struct ak_registry *r, struct entry e, bool front)
{
	size_t at;

	if (!find(r, e.id, &at)) {
		*insert(&r->used, at) = e;
		return;
	}
	*insert(&r->hidden, r->hidden.n) = front ? r->used.e[at] : e;
	if (front)
		r->used.e[at] = e;
}

static struct entry of_mapping(struct ak_mapping *m) { return (struct entry){ak_str_of(m->info.id), NULL, m}; }

static enum ak_rc load_file(const char *path, struct ak_mapping **out, struct ak_err *err)
{
	struct ak_buf text;
	enum ak_rc rc;

	ak_buf_init(&text, AK_MAX_YAML_BYTES);
	rc = ak_fs_slurp(path, AK_MAX_YAML_BYTES, &text, err);
	if (rc != AK_OK && err)
		ak_hint(err, "name a mapping file that you may read; `auditkit formats` lists the formats that need none");
	else
		rc = ak_mapping_parse(path, ak_buf_str(&text), out, err);
	if (rc && err && !err->hint[0])
		ak_hint(err, "mend that line: auditkit-formats(5) explains mapping files, `auditkit fields` lists the columns");
	ak_buf_release(&text);
	return rc;
}

static bool is_yaml(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && name[0] != '.' && strcmp(name + n - 5, ".yaml") == 0;
}

static enum ak_rc add_folder(struct ak_registry *r, const char *dir, struct ak_err *err)
{
	char **names = NULL;
	size_t n = 0;
	struct ak_err why = {0};
	enum ak_rc rc = ak_fs_is_dir(dir) ? ak_fs_list(dir, &names, &n, &why) : AK_OK;

	if (rc != AK_OK && why.sys == ENOENT)
		return AK_OK;
	if (rc != AK_OK && err)
		*err = why;
	for (size_t i = 0; !rc && i < n; i++) {
		AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(dir, names[i]);
		struct ak_mapping *m;

		if (!is_yaml(names[i]))
			continue;
		rc = load_file(path, &m, err);
		if (!rc)
			place(r, of_mapping(m), false);
	}
	if (names)
		ak_fs_list_free(names);
	return rc;
}

static void add_builtin(struct ak_registry *r)
{
	for (const struct ak_embedded *e = ak_embedded_formats; e->name; e++)
		place(r, (struct entry){ak_str_n(e->name, strlen(e->name) - strlen(".yaml")), e, NULL}, false);
}

enum ak_rc ak_registry_open(const char *const *folders, struct ak_registry **out, struct ak_err *err)
{
	struct ak_registry *r = ak_alloc_zero(1, sizeof(*r));
	enum ak_rc rc = AK_OK;

	r->lock = ak_alloc(sizeof(*r->lock));
	pthread_mutex_init(r->lock, NULL);
	for (; !rc && folders && *folders; folders++)
		rc = add_folder(r, *folders, err);
	add_builtin(r);
	if (!rc)
		*out = r;
	else
		ak_registry_free(r);
	return rc;
}

void ak_registry_free(struct ak_registry *r)
{
	if (!r)
		return;
	list_free(&r->used);
	list_free(&r->hidden);
	pthread_mutex_destroy(r->lock);
	ak_free(r->lock);
	ak_free(r);
}

enum ak_rc ak_registry_add_file(struct ak_registry *r, const char *path, const struct ak_mapping **out,
				struct ak_err *err)
{
	struct ak_mapping *m;
	enum ak_rc rc = load_file(path, &m, err);

	if (rc)
		return rc;
	place(r, of_mapping(m), true);
	if (out)
		*out = m;
	return AK_OK;
}

size_t ak_registry_count(const struct ak_registry *r)
{
	return r->used.n;
}

const struct ak_mapping *ak_registry_at(const struct ak_registry *r, size_t i)
{
	return mapping(r, &r->used.e[i]);
}

const struct ak_mapping *ak_registry_hidden(const struct ak_registry *r, size_t i)
{
	return i < r->hidden.n ? mapping(r, &r->hidden.e[i]) : NULL;
}

enum ak_rc ak_registry_find(const struct ak_registry *r, const char *id, const struct ak_mapping **out,
			    struct ak_err *err)
{
	const char **names, *near;
	size_t at;

	if (find(r, ak_str_of(id), &at)) {
		*out = mapping(r, &r->used.e[at]);
		return AK_OK;
	}
	names = ak_alloc_zero(r->used.n + 1, sizeof(char *));
	for (size_t i = 0; i < r->used.n; i++)
		names[i] = mapping(r, &r->used.e[i])->info.id;
	near = ak_text_nearest(ak_str_of(id), names);
	ak_free(names);
	if (near)
		ak_hint(err, "did you mean '%s'?", near);
	else
		ak_hint(err, "'auditkit formats list' shows them all");
	return ak_fail(err, AK_EXIT_USAGE, "unknown format '%s'", id);
}

/* The mapping with the largest share of matched signs, without `not`; r->used.n when none matched any. */
static size_t nearest(const struct ak_registry *r, const struct ak_fit *fit, size_t not )
{
	size_t best = r->used.n;

	for (size_t i = 0; i < r->used.n; i++)
		if (i != not &&fit[i].hits &&
		    (best == r->used.n || fit[i].hits * fit[best].signs > fit[best].hits * fit[i].signs))
			best = i;
	return best;
}

/* Buckets without results say of what they are buckets only where no other format has such. */
static enum ak_rc only_empty(const struct ak_registry *r, const struct ak_fit *fit, struct ak_err *err)
{
	struct ak_buf ids;
	enum ak_rc rc;

	ak_buf_init(&ids, AK_ERR_MSG);
	for (size_t i = 0; i < r->used.n; i++)
		if (fit[i].around)
			ak_buf_addf(&ids, "%s'%s'", ids.n ? " or " : "", mapping(r, &r->used.e[i])->info.id);
	ak_hint(err, "name the format with --format");
	rc = ak_fail(err, AK_EXIT_INPUT, "format is not clear: nothing but empty buckets, as %.*s has them",
		     AK_STR_FMT(ak_buf_str(&ids)));
	ak_buf_release(&ids);
	return rc;
}

static enum ak_rc nothing_fits(const struct ak_registry *r, const struct ak_fit *fit, size_t head, struct ak_err *err)
{
	size_t near = nearest(r, fit, r->used.n), records = 0;

	for (size_t i = 0; i < r->used.n; i++)
		records += fit[i].records;
	if (!head) {
		ak_hint(err, "if there was nothing to export, say what it is an export of with --format");
		return ak_fail(err, AK_EXIT_INPUT, "format not recognised: the file is empty");
	}
	for (size_t i = 0; i < r->used.n; i++)
		if (fit[i].around)
			return only_empty(r, fit, err);
	if (near < r->used.n)
		ak_hint(err, "`auditkit formats try %s FILE` says why not; name the format with --format, or draft one with "
			     "`auditkit formats new FILE`, see auditkit-formats(5), and give it with --mapping", mapping(r, &r->used.e[near])->info.id);
	else
		ak_hint(err, "name the format with --format (`auditkit formats` lists them), or draft a new one with "
			     "`auditkit formats new FILE`, see auditkit-formats(5), and give it with --mapping");
	if (!records)
		return ak_fail(err, AK_EXIT_INPUT, "format not recognised: no complete record in the first %zu bytes",
			       head);
	if (near == r->used.n)
		return ak_fail(err, AK_EXIT_INPUT, "format not recognised: no known format is near");
	return ak_fail(err, AK_EXIT_INPUT, "format not recognised: nearest is '%s' (%d of %d signs)",
		       mapping(r, &r->used.e[near])->info.id, fit[near].hits, fit[near].signs);
}

static void explain(const struct ak_registry *r, const struct ak_fit *fit, size_t best, struct ak_detection *why)
{
	size_t next = nearest(r, fit, best);
	int n;

	why->score = fit[best].hits;
	why->required = fit[best].signs;
	n = snprintf(why->why, sizeof(why->why), "%d of %d signs", fit[best].hits, fit[best].signs);
	if (next < r->used.n)
		snprintf(why->why + n, sizeof(why->why) - (size_t)n, ", next best %s %d of %d",
			 mapping(r, &r->used.e[next])->info.id, fit[next].hits, fit[next].signs);
}

/* The fitting mapping with most signs; *tie is another with as many, or the count. */
static size_t winner(const struct ak_registry *r, const struct ak_fit *fit, size_t *tie)
{
	size_t best = r->used.n;

	*tie = r->used.n;
	for (size_t i = 0; i < r->used.n; i++) {
		if (!fit[i].fits)
			continue;
		if (best == r->used.n || fit[i].signs > fit[best].signs) {
			best = i;
			*tie = r->used.n;
		} else if (fit[i].signs == fit[best].signs) {
			*tie = i;
		}
	}
	return best;
}

static bool may(const struct ak_registry *r, struct entry *e, struct ak_str head)
{
	return !(e->text && !ak_detect_text_may(ak_str_n(e->text->text, e->text->n), head)) && ak_detect_may(mapping(r, e), head);
}

/* First those that a quick look does not rule out; when none of them fits, all, to say which is near. */
static size_t try_all(const struct ak_registry *r, struct ak_walker *w, struct ak_str head, bool eof, bool quick, struct ak_fit *fit,
		      size_t *tie)
{
	for (size_t i = 0; i < r->used.n; i++)
		if (!quick || may(r, &r->used.e[i], head))
			ak_detect_try(mapping(r, &r->used.e[i]), w, head, eof, &fit[i]);
	return winner(r, fit, tie);
}

enum ak_rc ak_registry_detect(const struct ak_registry *r, struct ak_str head, bool eof, const struct ak_mapping **out,
			      struct ak_detection *why, struct ak_err *err)
{
	struct ak_fit *fit = ak_alloc_zero(r->used.n + 1, sizeof(*fit));
	struct ak_walker *w = ak_walker_new();
	size_t best, tie;
	enum ak_rc rc = AK_OK;

	best = try_all(r, w, head, eof, true, fit, &tie);
	if (best == r->used.n)
		best = try_all(r, w, head, eof, false, fit, &tie);
	if (best == r->used.n) {
		rc = nothing_fits(r, fit, head.n, err);
	} else if (tie < r->used.n) {
		ak_hint(err, "name the format with --format");
		rc = ak_fail(err, AK_EXIT_INPUT, "format is not clear: '%s' and '%s' fit alike",
			     mapping(r, &r->used.e[best])->info.id, mapping(r, &r->used.e[tie])->info.id);
	} else {
		*out = mapping(r, &r->used.e[best]);
		explain(r, fit, best, why);
	}
	ak_walker_free(w);
	ak_free(fit);
	return rc;
}

enum ak_rc ak_registry_believe(const struct ak_registry *r, const struct ak_mapping *named, struct ak_str head, bool eof, struct ak_err *err)
{
	const struct ak_mapping *found = NULL;
	struct ak_walker *w = ak_walker_new();
	struct ak_err ignored = {0};
	struct ak_detection why;
	struct ak_fit fit = {0};
	const char *id = named->info.id;

	ak_detect_try(named, w, head, eof, &fit);
	ak_walker_free(w);
	if (strcmp(named->info.origin, "built in") != 0 || fit.fits || 2 * fit.hits >= fit.signs ||
	    ak_registry_detect(r, head, eof, &found, &why, &ignored) != AK_OK || found == named)
		return AK_OK;
	ak_hint(err, "leave --format out; if it is %s all the same: `auditkit formats show %s >my.yaml`, then --mapping my.yaml", id, id);
	return ak_fail(err, AK_EXIT_INPUT, "--format says '%s', of which the file has %d of %d signs; it has %d of %d of '%s'", id, fit.hits,
		       fit.signs, why.score, why.required, found->info.id);
}
