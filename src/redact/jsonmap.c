/* Strings inside LIST and DIFF values, one by one. */
#include "base/ak.h"
#include "redact/value.h"

#include "base/jsonw.h"
#include "base/limits.h"

struct map {
	const struct ak_pass *p;
	ak_inner_fn *fn;
};

/* What the names around a value say: about text, all of them; about a number, its own before those of secrets around it. */
struct scope {
	enum ak_name_class name, outer;
	struct ak_str own;
};

enum { LONG_NUMBER = 4 };

static json_t *rewrite(const struct map *m, const struct scope *at, json_t *v);

static enum ak_name_class stronger(enum ak_name_class a, enum ak_name_class b)
{
	return a > b ? a : b;
}

/* Below a secret's name everything is secret; people's names say something about their own value only. */
static enum ak_name_class inherited(enum ak_name_class outer, const char *key)
{
	enum ak_name_class own = ak_name_class(ak_str_of(key));

	return outer >= AK_NAME_WEAK ? stronger(outer, own) : own;
}

/* Teams and services are named with hyphens, members of settings are not: `team-mail` is no person, `token-pool` no secret. */
static bool names_thing(struct ak_str name) { return name.n && memchr(name.p, '-', name.n); }

static void enter(struct scope *to, const struct scope *from, struct ak_str key)
{
	enum ak_name_class own = ak_name_class(key);
	bool index = key.n > 0;

	for (size_t i = 0; i < key.n; i++)
		index &= ak_is_digit((unsigned char)key.p[i]);
	*to = *from;
	if (index)
		return;
	if (own == AK_NAME_STRONG || (own == AK_NAME_WEAK && !names_thing(key)))
		to->outer = stronger(from->outer, own);
	to->own = key;
}

/* Class follows the value: a limit or a count stays a number below the name of anybody; what a person's or a secret's own member
 * holds, and a long number below a secret's name, does not. */
static enum ak_name_class number_class(const struct scope *at, size_t digits)
{
	static const char *const measures[] = {"rpm", "tpm", "rpd", "tpd", "used", "remaining", "window", "weight", "timeout", "retries", "quota", "amount", "size"};
	enum ak_name_class own = ak_name_class(at->own);

	for (size_t i = 0; i < AK_COUNT(measures); i++)
		if (ak_str_eq_fold(at->own, ak_str_of(measures[i])))
			return AK_NAME_PLAIN;
	if (own == AK_NAME_PLAIN)
		return digits < LONG_NUMBER || ak_name_is_data(at->own) ? AK_NAME_PLAIN : at->outer;
	if (names_thing(at->own) && (own != AK_NAME_STRONG || digits < LONG_NUMBER))
		return AK_NAME_PLAIN;
	return own;
}

/* Two keys that became one keep both their values. */
static void set_once(const struct map *m, json_t *out, const char *key, json_t *v)
{
	for (unsigned n = 2; json_object_get(out, key); n++)
		key = ak_arena_printf(m->p->a, "%s#%u", key, n).p;
	json_object_set_new(out, key, v);
}

static json_t *rewrite_object(const struct map *m, const struct scope *at, json_t *v)
{
	json_t *out = json_object(), *member;
	struct scope in;
	const char *key;

	json_object_foreach(v, key, member)
	{
		ak_inner_fn *fn = m->fn == ak_value_inner_words ? ak_value_inner : m->fn;
		struct ak_str safe = fn(m->p, AK_NAME_PLAIN, ak_str_of(key));
		char *z = ak_strndup(safe.p ? safe.p : "", safe.n);

		enter(&in, at, ak_str_of(key));
		in.name = inherited(at->name, key);
		set_once(m, out, z, rewrite(m, &in, member));
		ak_free(z);
	}
	return out;
}

static json_t *rewrite_number(const struct map *m, const struct scope *at, json_t *v)
{
	enum ak_name_class name;
	struct ak_str text, s;

	if (!json_is_integer(v))
		return json_incref(v);
	text = ak_arena_printf(m->p->a, "%lld", (long long)json_integer_value(v));
	name = number_class(at, text.n);
	if (name == AK_NAME_PLAIN)
		return json_incref(v);
	s = m->fn(m->p, name, text);
	return ak_str_eq(s, text) ? json_incref(v) : json_stringn(s.p ? s.p : "", s.n);
}

static json_t *rewrite(const struct map *m, const struct scope *at, json_t *v)
{
	struct ak_str s;
	json_t *out, *item;
	size_t i;

	if (json_is_object(v))
		return rewrite_object(m, at, v);
	if (json_is_array(v)) {
		out = json_array();
		json_array_foreach(v, i, item) json_array_append_new(out, rewrite(m, at, item));
		return out;
	}
	if (!json_is_string(v))
		return rewrite_number(m, at, v);
	s = m->fn(m->p, at->name, ak_str_n(json_string_value(v), json_string_length(v)));
	return json_stringn(s.p ? s.p : "", s.n);
}

/* One segment of a JSON Pointer with ~0 and ~1 undone (RFC 6901 4): behind them nothing looks like the start of a word. */
static struct ak_str unescaped(const struct map *m, struct ak_str s)
{
	char *p = ak_arena_alloc(m->p->a, s.n);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		bool escape = s.p[i] == '~' && i + 1 < s.n && (s.p[i + 1] == '0' || s.p[i + 1] == '1');

		p[n++] = !escape ? s.p[i] : s.p[++i] == '0' ? '~' : '/';
	}
	return ak_str_n(p, n);
}

static void add_segment(const struct map *m, struct ak_buf *out, struct ak_str segment)
{
	struct ak_str plain = unescaped(m, segment), safe = plain.n ? m->fn(m->p, AK_NAME_PLAIN, plain) : plain;

	if (ak_str_eq(plain, safe)) {
		ak_buf_addstr(out, segment);
		return;
	}
	for (size_t i = 0; i < safe.n; i++)
		ak_buf_adds(out, safe.p[i] == '~' ? "~0" : safe.p[i] == '/' ? "~1" : (char[]){safe.p[i], '\0'});
}

/* Segment by segment, each as the name it was, then as a whole. */
static json_t *rewrite_path(const struct map *m, struct ak_str path)
{
	struct ak_buf b;
	json_t *out;
	struct ak_str s;

	ak_buf_init(&b, (size_t)1 << 26);
	for (size_t i = 0, end; i <= path.n; i = end + 1) {
		end = i + ak_str_find(ak_str_n(path.p + i, path.n - i), '/');
		if (i)
			ak_buf_addc(&b, '/');
		add_segment(m, &b, ak_str_n(path.p + i, end - i));
	}
	s = m->fn(m->p, AK_NAME_PLAIN, ak_buf_str(&b));
	out = json_stringn(s.p ? s.p : "", s.n);
	ak_buf_release(&b);
	return out;
}

/* {path, before, after}: the path names both values. */
static json_t *rewrite_entry(const struct map *m, json_t *e)
{
	const struct map names = {m->p, m->fn == ak_value_inner_words ? ak_value_inner : m->fn};
	static const struct scope nowhere;
	json_t *path = json_object_get(e, "path"), *out, *member;
	struct scope at = {0};
	struct ak_str text;
	const char *key;

	if (!json_is_object(e) || !json_is_string(path))
		return rewrite(m, &nowhere, e);
	text = ak_str_n(json_string_value(path), json_string_length(path));
	at.name = ak_name_path_class(unescaped(m, text));
	for (size_t i = 0, end; i <= text.n; i = end + 1) {
		end = i + ak_str_find(ak_str_n(text.p + i, text.n - i), '/');
		if (end > i)
			enter(&at, &(struct scope){at.name, at.outer, at.own}, unescaped(m, ak_str_n(text.p + i, end - i)));
	}
	out = json_object();
	json_object_foreach(e, key, member)
	{
		bool side = strcmp(key, "before") == 0 || strcmp(key, "after") == 0;

		json_object_set_new(out, key, member == path ? rewrite_path(&names, text)
							     : rewrite(side ? m : &names, side ? &at : &nowhere, member));
	}
	return out;
}

/* Entries as long as they fit. False when one of them cannot be written. */
static bool write_all(const struct map *m, json_t *in, bool diff, size_t most, struct ak_buf *b)
{
	json_t *e;
	size_t i;

	ak_buf_addc(b, '[');
	json_array_foreach(in, i, e)
	{
		AK_CLEANUP(ak_json_decref) json_t *out = diff ? rewrite_entry(m, e) : rewrite(m, &(struct scope){0}, e);
		size_t before = b->n;

		if (i)
			ak_buf_addc(b, ',');
		if (!out || ak_jcs(out, b, NULL) != AK_OK)
			return false;
		if (b->n + 1 <= most)
			continue;
		b->n = before;
		ak_pass_count(m->p, "too_long", AK_ACT_REMOVED);
		if (m->p->truncated)
			*m->p->truncated = true;
		break;
	}
	ak_buf_addc(b, ']');
	return !b->over;
}

struct ak_str ak_value_map_json(const struct ak_pass *p, struct ak_str json, bool diff, ak_inner_fn *fn)
{
	const struct map m = {p, fn};
	AK_CLEANUP(ak_json_decref)
	json_t *in = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	struct ak_str text = {NULL, 0};
	struct ak_buf b;

	ak_buf_init(&b, (size_t)1 << 26);
	if (json_is_array(in) && write_all(&m, in, diff, diff ? AK_VALUE_DIFF_BYTES : AK_MAX_KEPT_VALUE_BYTES, &b))
		text = ak_arena_str(p->a, ak_buf_str(&b));
	else
		ak_pass_count(p, "unreadable", AK_ACT_REMOVED);
	ak_buf_release(&b);
	return text;
}
