/* Files of one format become sources: a folder when it holds nothing else, else a pattern in which what looks like a date
 * or a number stands for any. */
#include "base/ak.h"
#include "cmd/exports.h"

#include <fnmatch.h>

#include "base/map.h"
#include "base/text.h"

#define FOLDER_AT 20	 /* files of one format from which on their folder is the source */
#define PATTERNS_AT 50 /* more patterns than that for one format in one folder are none */
#define PREFIX_AT 3	 /* letters that names must share to be one source */

/* Files lo to hi of the list: what stands below one folder, whose path with its '/' has n bytes. */
struct span {
	size_t lo, hi, n;
};

static bool same(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

static bool is_direct(const struct ak_exports *x, struct span d, size_t i) { return !strchr(x->file[i].path + d.n, '/'); }

static bool is_clean(const struct ak_redactor *r, const char *text)
{
	struct ak_arena a;
	struct ak_str s = ak_str_of(text);
	bool good;

	ak_arena_init(&a);
	good = ak_text_is_safe(s) && ak_str_eq(ak_redact_text(r, s, &a, NULL), s);
	ak_arena_release(&a);
	return good;
}

/* ---- names ---- */

static bool is_taken(const struct ak_exports *x, const char *name)
{
	for (size_t i = 0; i < x->nsources; i++)
		if (strcmp(x->source[i].name, name) == 0)
			return true;
	return false;
}

/* A stream is not called after its container. */
static const char *stream_of(struct ak_exports *x, const char *format)
{
	size_t n = strlen(format);

	return n > 4 && strcmp(format + n - 4, "-csv") == 0 ? ak_arena_z(x->arena, ak_str_n(format, n - 4)) : format;
}

/* The format; where that is taken, with the last part of the path; where that is, too, with a number. */
static const char *name_source(struct ak_exports *x, const struct ak_redactor *r, const char *path, const char *format)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *name;
	struct ak_buf b;

	format = name = stream_of(x, format);

	ak_buf_init(&b, 8192);
	ak_buf_addf(&b, "%s-", format);
	for (const char *p = base; *p && *p != '.' && b.n < 56; p++)
		if (ak_is_alnum((unsigned char)*p) || *p == '_' || *p == '-')
			ak_buf_addc(&b, *p);
	while (b.n > 1 && b.p[b.n - 1] == '-')
		b.p[--b.n] = '\0';
	if (is_taken(x, name) && is_clean(r, b.p))
		name = ak_arena_z(x->arena, ak_buf_str(&b));
	for (int i = 2; is_taken(x, name); i++)
		name = ak_arena_printf(x->arena, "%s-%d", format, i).p;
	ak_buf_release(&b);
	return name;
}

static void add(struct ak_exports *x, const struct ak_redactor *r, const char *path, const char *format, size_t files)
{
	if (x->nsources == x->sources_cap) {
		x->sources_cap = x->sources_cap ? x->sources_cap * 2 : 16;
		x->source = ak_realloc(x->source, x->sources_cap * sizeof *x->source);
	}
	path = ak_arena_z(x->arena, ak_str_of(path));
	x->source[x->nsources] = (struct ak_export_source){name_source(x, r, path, format), path, format, files};
	x->nsources++;
}

/* ---- patterns ---- */

/* The end of a word made at random, as CloudTrail and object stores append one: letters of both cases and digits, or hex of both kinds,
 * with the further groups of a UUID; p when none begins there. */
static const char *random_end(const char *p)
{
	enum { LEAST = 8 };
	bool digit = false, upper = false, lower = false, hex = true;
	const char *q = p;

	for (; ak_is_alnum((unsigned char)*q); q++) {
		digit |= ak_is_digit((unsigned char)*q);
		upper |= ak_is_upper((unsigned char)*q);
		lower |= ak_is_lower((unsigned char)*q);
		hex &= ak_is_hex((unsigned char)*q);
	}
	if (q - p < LEAST || !digit || !(upper || lower) || !((upper && lower) || hex))
		return p;
	for (const char *next = q; hex && *next == '-'; q = next) {
		for (next++; ak_is_hex((unsigned char)*next);)
			next++;
		if (next == q + 1 || ak_is_alnum((unsigned char)*next))
			break;
	}
	return q;
}

/* Digits, with what joins the parts of a date, and words made at random become `*`; what a pattern would take for its own, `?`. */
static void generalise(const char *path, size_t from, struct ak_buf *out)
{
	const char *p = path;

	ak_buf_clear(out);
	for (; *p; p++) {
		const char *end = p >= path + from && (p == path || !ak_is_alnum((unsigned char)p[-1])) ? random_end(p) : p;

		if (end > p) {
			ak_buf_addc(out, '*');
			p = end - 1;
			continue;
		}
		if (p < path + from || !ak_is_digit((unsigned char)*p)) {
			ak_buf_addc(out, strchr("*?[]\\", *p) ? '?' : *p);
			continue;
		}
		while (ak_is_digit((unsigned char)p[1]) || (p[1] && strchr("-_.:T+", p[1]) && ak_is_digit((unsigned char)p[2])))
			p++;
		ak_buf_addc(out, '*');
	}
}

/* Use the pattern if it matches n files, all of this format and none that has a source already. */
static bool use(struct ak_exports *x, const struct ak_redactor *r, struct span d, const char *pattern, const char *format)
{
	size_t n = 0;

	if (!is_clean(r, pattern))
		return false;
	if (strncmp(pattern, x->file[d.lo].path, d.n) != 0) /* the folder's name became a pattern, too */
		d = (struct span){0, x->nfiles, 0};
	for (size_t i = d.lo; i < d.hi; i++) {
		if (fnmatch(pattern, x->file[i].path, FNM_PATHNAME | FNM_PERIOD | FNM_NOESCAPE) != 0)
			continue;
		if (!same(x->file[i].format, format) || x->file[i].named)
			return false;
		n++;
	}
	for (size_t i = d.lo; i < d.hi; i++)
		if (fnmatch(pattern, x->file[i].path, FNM_PATHNAME | FNM_PERIOD | FNM_NOESCAPE) == 0)
			x->file[i].named = true;
	if (n)
		add(x, r, pattern, format, n);
	return n > 0;
}

/* What all patterns begin and end with, `*` between; false when they share too little to be one thing. */
static bool merge(const struct ak_map *patterns, size_t from, struct ak_buf *out)
{
	struct ak_str first = patterns->e[0].key;
	size_t head = first.n, tail = first.n;

	for (size_t i = 1; i < patterns->n; i++) {
		struct ak_str s = patterns->e[i].key;
		size_t h = 0, t = 0;

		while (h < head && h < s.n && s.p[h] == first.p[h])
			h++;
		while (t < tail && t < s.n && s.p[s.n - 1 - t] == first.p[first.n - 1 - t])
			t++;
		head = h;
		tail = t;
	}
	while (tail && first.p[first.n - tail] != '.')
		tail--;
	ak_buf_clear(out);
	ak_buf_addstr(out, ak_str_n(first.p, head));
	ak_buf_addc(out, '*');
	ak_buf_addstr(out, ak_str_n(first.p + first.n - tail, tail));
	return head + tail < first.n && head >= from + PREFIX_AT;
}

/* A last way for names that may not be printed: everything with that ending. */
static void by_ending(struct ak_exports *x, const struct ak_redactor *r, struct span d, size_t i)
{
	const char *path = x->file[i].path, *dot = strchr(path + d.n, '.');
	struct ak_buf b;

	if (dot && !is_clean(r, dot))
		dot = strrchr(dot, '.');
	ak_buf_init(&b, 8192);
	ak_buf_addf(&b, "%.*s*%s", (int)d.n, path, dot && is_clean(r, dot) ? dot : "");
	use(x, r, d, b.p, x->file[i].format);
	ak_buf_release(&b);
}

/* All files of one format directly in a folder. */
static void group(struct ak_exports *x, const struct ak_redactor *r, struct span d, const char *format)
{
	struct ak_map patterns;
	struct ak_buf b;

	ak_map_init(&patterns);
	ak_buf_init(&b, 1 << 16);
	for (size_t i = d.lo; i < d.hi; i++)
		if (is_direct(x, d, i) && same(x->file[i].format, format)) {
			x->file[i].tried = true;
			/* Without its digits a secret would not be seen as one any more. */
			if (!is_clean(r, x->file[i].path))
				continue;
			generalise(x->file[i].path, d.n, &b);
			ak_map_put(&patterns, ak_buf_str(&b), NULL);
		}
	if (patterns.n < 2 || !merge(&patterns, d.n, &b) || !use(x, r, d, b.p, format))
		for (size_t k = 0; k < patterns.n && patterns.n <= PATTERNS_AT; k++)
			use(x, r, d, patterns.e[k].key.p, format);
	for (size_t i = d.lo; i < d.hi && patterns.n <= PATTERNS_AT; i++) {
		if (!is_direct(x, d, i) || !same(x->file[i].format, format) || x->file[i].named)
			continue;
		generalise(x->file[i].path, strlen(x->file[i].path), &b);
		if (!use(x, r, d, b.p, format))
			by_ending(x, r, d, i);
	}
	ak_buf_release(&b);
	ak_map_release(&patterns);
}

/* ---- folders ---- */

/* A folder with many files or further folders, all of one format, is named as such. */
static bool use_folder(struct ak_exports *x, const struct ak_redactor *r, struct span d)
{
	const char *format = x->file[d.lo].format, *path;
	bool nested = false;

	for (size_t i = d.lo; i < d.hi; i++) {
		if (!same(x->file[i].format, format))
			return false;
		nested = nested || !is_direct(x, d, i);
	}
	path = d.n ? ak_arena_z(x->arena, ak_str_n(x->file[d.lo].path, d.n - 1)) : ".";
	if (!format || (!nested && d.hi - d.lo < FOLDER_AT) || !is_clean(r, path))
		return false;
	for (size_t i = d.lo; i < d.hi; i++)
		x->file[i].named = true;
	add(x, r, path, format, d.hi - d.lo);
	return true;
}

static void folder(struct ak_exports *x, const struct ak_redactor *r, struct span d)
{
	if (d.lo == d.hi || use_folder(x, r, d))
		return;
	for (size_t i = d.lo; i < d.hi; i++) {
		const char *rest = x->file[i].path + d.n, *slash = strchr(rest, '/');
		struct span below = {i, i, slash ? (size_t)(slash - x->file[i].path) + 1 : 0};

		if (!slash) {
			if (x->file[i].format && !x->file[i].tried)
				group(x, r, d, x->file[i].format);
			continue;
		}
		while (below.hi < d.hi && strncmp(x->file[below.hi].path, x->file[i].path, below.n) == 0)
			below.hi++;
		folder(x, r, below);
		i = below.hi - 1;
	}
}

void ak_exports_group(struct ak_exports *x, const struct ak_redactor *redactor)
{
	folder(x, redactor, (struct span){0, x->nfiles, 0});
}
