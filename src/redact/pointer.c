#include "base/ak.h"
#include "redact/pointer.h"

#include <jansson.h>

#include "base/buf.h"
#include "base/jsonw.h"
#include "conf/policy.h"

#define MASK "***"

struct pointer {
	int field;
	bool mask;
	char *text;	/* as written */
	char **token;	/* its names */
	size_t n;
};

struct ak_pointers {
	struct pointer *v;
	size_t n;
};

/* The names of a pointer; the caller frees each and the list. */
static char **split(const char *text, size_t *n)
{
	char **token = NULL;

	*n = 0;
	while (*text == '/') {
		size_t len = strcspn(++text, "/"), k = 0;
		char *out = ak_strndup(text, len);

		for (size_t i = 0; i < len; i++) {
			bool escaped = text[i] == '~' && i + 1 < len;

			out[k++] = !escaped ? text[i] : text[i + 1] == '1' ? '/' : '~';
			i += escaped;
		}
		out[k] = '\0';
		token = ak_realloc(token, (*n + 1) * sizeof(*token));
		token[(*n)++] = out;
		text += len;
	}
	return token;
}

static void free_tokens(char **token, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ak_free(token[i]);
	ak_free(token);
}

struct ak_pointers *ak_pointers_new(const struct ak_policy_pointer *list, size_t n)
{
	struct ak_pointers *p;

	if (!n)
		return NULL;
	p = ak_alloc_zero(1, sizeof(*p));
	p->v = ak_alloc_zero(n, sizeof(*p->v));
	p->n = n;
	for (size_t i = 0; i < n; i++) {
		p->v[i].field = ak_field_find(ak_str_of(list[i].field));
		p->v[i].mask = strcmp(list[i].action, "mask") == 0;
		p->v[i].text = ak_strdup(list[i].pointer);
		p->v[i].token = split(list[i].pointer, &p->v[i].n);
	}
	return p;
}

void ak_pointers_free(struct ak_pointers *p)
{
	for (size_t i = 0; p && i < p->n; i++) {
		free_tokens(p->v[i].token, p->v[i].n);
		ak_free(p->v[i].text);
	}
	if (p)
		ak_free(p->v);
	ak_free(p);
}

bool ak_pointers_name(const struct ak_pointers *p, int field)
{
	for (size_t i = 0; p && i < p->n; i++)
		if (p->v[i].field == field)
			return true;
	return false;
}

static void count(const struct ak_pass *p, bool mask)
{
	ak_pass_count(p, "pointer", mask ? AK_ACT_MASKED : AK_ACT_REMOVED);
}

static bool is_mask(const json_t *v) { return json_is_string(v) && strcmp(json_string_value(v), MASK) == 0; }

/* RFC 6901 4: digits without leading zero; SIZE_MAX when it is none of this list. */
static size_t element(const json_t *list, const char *token)
{
	size_t n = 0;

	if (!*token || (token[0] == '0' && token[1]))
		return SIZE_MAX;
	for (; ak_is_digit((unsigned char)*token) && n < json_array_size(list); token++)
		n = n * 10 + (size_t)(*token - '0');
	return *token || n >= json_array_size(list) ? SIZE_MAX : n;
}

/* Down from a value by the names that are left. */
static void below(const struct ak_pass *p, const struct pointer *r, size_t at, json_t *v)
{
	bool last = at + 1 == r->n;
	size_t i = json_is_array(v) ? element(v, r->token[at]) : SIZE_MAX;
	json_t *next = i != SIZE_MAX ? json_array_get(v, i) : json_object_get(v, r->token[at]);

	if (!next)
		return;
	if (!last) {
		below(p, r, at + 1, next);
		return;
	}
	if (r->mask ? is_mask(next) : i != SIZE_MAX && json_is_null(next))
		return;
	if (r->mask && i == SIZE_MAX)
		json_object_set_new(v, r->token[at], json_string(MASK));
	else if (i != SIZE_MAX)
		json_array_set_new(v, i, r->mask ? json_string(MASK) : json_null());
	else
		json_object_del(v, r->token[at]);
	count(p, r->mask);
}

static const char *const sides[] = {"before", "after"};

/* An entry at or below the pointer; into: the one that stands for it already, NULL = this is the first. */
static void at_or_below(const struct ak_pass *p, const struct pointer *r, json_t *entry, json_t *into)
{
	json_t *kept = into ? into : entry;

	for (size_t i = 0; i < AK_COUNT(sides); i++) {
		const json_t *v = json_object_get(entry, sides[i]);

		if (!v)
			continue;
		if (!r->mask || !is_mask(v))
			count(p, r->mask);
		if (r->mask)
			json_object_set_new(kept, sides[i], json_string(MASK));
		else
			json_object_del(entry, sides[i]);
	}
	if (!into)
		json_object_set_new(entry, "path", json_string(r->text));
}

/* How many names of the pointer the path begins with. */
static size_t shared(const struct pointer *r, char **token, size_t n)
{
	size_t i = 0;

	while (i < n && i < r->n && strcmp(token[i], r->token[i]) == 0)
		i++;
	return i;
}

static void apply(const struct ak_pass *p, const struct pointer *r, json_t *list)
{
	json_t *into = NULL;

	for (size_t i = 0; i < json_array_size(list);) {
		json_t *entry = json_array_get(list, i);
		const char *path = json_string_value(json_object_get(entry, "path"));
		size_t n = 0, same;
		char **token = path ? split(path, &n) : NULL;
		bool drop = false;

		same = shared(r, token, n);
		if (path && same == r->n) {
			drop = into != NULL;
			at_or_below(p, r, entry, into);
			into = into ? into : entry;
		} else if (path && same == n) {
			for (size_t k = 0; k < AK_COUNT(sides); k++)
				below(p, r, n, json_object_get(entry, sides[k]));
		}
		free_tokens(token, n);
		if (drop)
			json_array_remove(list, i);
		else
			i++;
	}
}

struct ak_str ak_value_pointers(const struct ak_pass *p, struct ak_str s)
{
	const struct ak_pointers *all = p->r->pointers;
	AK_CLEANUP(ak_json_decref) json_t *list = NULL;
	struct ak_str out = {NULL, 0};
	struct ak_err none = {0};
	struct ak_buf b;

	if (!ak_pointers_name(all, p->field))
		return s;
	ak_buf_init(&b, (size_t)1 << 26);
	if (ak_json_parse(s, &list, &none) == AK_OK && json_is_array(list)) {
		for (size_t i = 0; i < all->n; i++)
			if (all->v[i].field == p->field)
				apply(p, &all->v[i], list);
		if (ak_jcs(list, &b, NULL) == AK_OK && !b.over)
			out = ak_arena_str(p->a, ak_buf_str(&b));
	}
	if (!out.p)
		ak_pass_count(p, "unreadable", AK_ACT_REMOVED);
	ak_buf_release(&b);
	return out;
}
