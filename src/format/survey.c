#include "base/ak.h"
#include "format/survey.h"

#include "base/time.h"

enum { MOST_MEMBERS = 2000, MOST_DISTINCT = 4096, DEEPEST = 8, LONGEST_LABEL = 200 };

const struct ak_word ak_survey_words[] = {
	{"success", "success"}, {"succeeded", "success"}, {"successful", "success"}, {"ok", "success"},	      {"completed", "success"},
	{"complete", "success"}, {"done", "success"},	  {"allowed", "success"},    {"true", "success"},     {"pass", "success"},
	{"failure", "failure"}, {"failed", "failure"},	  {"fail", "failure"},	     {"error", "failure"},    {"denied", "failure"},
	{"rejected", "failure"}, {"blocked", "failure"},  {"timeout", "failure"},    {"cancelled", "failure"}, {"canceled", "failure"},
	{"false", "failure"},	{"aborted", "failure"},	  {NULL, NULL},
};

void ak_survey_init(struct ak_survey *s)
{
	ak_arena_init(&s->arena);
	ak_map_init(&s->index);
	s->records = 0;
}

void ak_survey_release(struct ak_survey *s)
{
	for (size_t i = 0; i < s->index.n; i++)
		ak_map_release(&((struct ak_member *)s->index.e[i].v.ptr)->distinct);
	ak_map_release(&s->index);
	ak_arena_release(&s->arena);
}

struct ak_str ak_survey_name(struct ak_str key, struct ak_arena *a)
{
	char *p = ak_arena_alloc(a, key.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < key.n; i++)
		if (ak_is_alnum((unsigned char)key.p[i]))
			p[n++] = ak_lower(key.p[i]);
	return ak_str_n(p, n);
}

/* ---- traits of a value ---- */

static bool all_of(struct ak_str s, const char *set)
{
	for (size_t i = 0; i < s.n; i++)
		if (!s.p[i] || !strchr(set, ak_lower(s.p[i])))
			return false;
	return s.n > 0;
}

static unsigned epoch_traits(struct ak_str s)
{
	static const struct {
		size_t digits;
		unsigned trait;
	} units[] = {{10, AK_IS_S}, {13, AK_IS_MS}, {16, AK_IS_US}, {19, AK_IS_NS}};
	size_t n = ak_str_find(s, '.');

	/* 1,420,000,000 is of 2014, 2,200,000,000 of 2039. */
	for (size_t i = 0; i < AK_COUNT(units); i++)
		if (n == units[i].digits && all_of(ak_str_n(s.p, n), "0123456789") && memcmp(s.p, "142", 3) > 0 && memcmp(s.p, "220", 3) < 0 &&
		    (n == s.n || units[i].trait == AK_IS_S || units[i].trait == AK_IS_MS))
			return units[i].trait;
	return 0;
}

static unsigned number_traits(struct ak_str s)
{
	unsigned t = epoch_traits(s);
	size_t point = 0, digits = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (ak_is_digit((unsigned char)s.p[i]))
			digits++;
		else if (s.p[i] == '.')
			point++;
		else if (!strchr("+-eE", s.p[i]) || !s.p[i])
			return 0;
	}
	if (!digits || point > 1 || s.n > 40)
		return 0;
	t |= AK_IS_NUMBER | (digits == s.n || (digits + 1 == s.n && s.p[0] == '-') ? AK_IS_INT : 0);
	return t | (digits == s.n && s.n == 3 && s.p[0] >= '1' && s.p[0] <= '5' ? AK_IS_STATUS : 0);
}

static unsigned time_traits(struct ak_str s)
{
	struct ak_arena a;
	struct ak_time t;
	struct ak_err ignored = {0};
	unsigned traits = 0;

	if (s.n < 10 || s.n > 40 || s.p[4] != '-' || s.p[7] != '-')
		return 0;
	ak_arena_init(&a);
	if (ak_time_parse(s, NULL, &a, &t, &ignored) == AK_OK)
		traits = AK_IS_TIME | AK_IS_ZONED;
	else if (ak_time_parse(s, "UTC", &a, &t, &ignored) == AK_OK)
		traits = AK_IS_TIME;
	ak_arena_release(&a);
	return traits;
}

static bool is_address(struct ak_str s)
{
	size_t dots = 0, colons = 0;

	for (size_t i = 0; i < s.n; i++) {
		dots += s.p[i] == '.';
		colons += s.p[i] == ':';
	}
	return s.n <= 45 && ((dots == 3 && !colons && all_of(s, "0123456789.")) || (colons >= 2 && all_of(s, "0123456789abcdef:.")));
}

static unsigned word_of(struct ak_str s)
{
	for (unsigned i = 0; ak_survey_words[i].word; i++)
		if (ak_str_eq_fold(s, ak_str_of(ak_survey_words[i].word)))
			return 1u << i;
	return 0;
}

static unsigned text_traits(struct ak_str s)
{
	size_t at = ak_str_find(s, '@'), blanks = 0, lines = 0;
	unsigned t = AK_IS_TEXT | time_traits(s);

	for (size_t i = 0; i < s.n; i++) {
		blanks += s.p[i] == ' ' || s.p[i] == '\t';
		lines += s.p[i] == '\n' || s.p[i] == '\r';
	}
	if (s.n > LONGEST_LABEL)
		return t;
	t |= (lines ? 0 : AK_IS_LABEL) | (lines || blanks ? 0 : AK_IS_SHORT);
	t |= at > 0 && at + 3 < s.n && ak_str_find(ak_str_n(s.p + at, s.n - at), '.') < s.n - at && !blanks ? AK_IS_EMAIL : 0;
	t |= is_address(s) ? AK_IS_ADDRESS : 0;
	t |= s.n == 64 && all_of(s, "0123456789abcdef") ? AK_IS_HASH : 0;
	t |= s.n == 55 && s.p[2] == '-' && s.p[35] == '-' && s.p[52] == '-' && all_of(s, "0123456789abcdef-") ? AK_IS_PARENT : 0;
	return t;
}

static unsigned traits_of(const struct ak_jnode *n)
{
	switch (n->type) {
	case AK_J_NUM:
		return number_traits(n->text) | AK_IS_SHORT | AK_IS_LABEL;
	case AK_J_BOOL:
		return AK_IS_BOOL;
	case AK_J_STR:
		return text_traits(n->text) | number_traits(n->text) | (word_of(n->text) ? AK_IS_WORD : 0);
	default:
		return AK_IS_CONTENT;
	}
}

/* ---- members ---- */

struct place {
	struct ak_survey *s;
	struct ak_str path, key, above; /* the last key, and the one before */
	bool safe, list;
	int depth;
};

static bool is_safe(const struct ak_survey *s, struct ak_str key)
{
	struct ak_buf as_name, shown;
	bool same;

	ak_buf_init(&as_name, 1 << 20);
	ak_buf_init(&shown, 1 << 20);
	for (size_t i = 0; i < key.n; i++)
		ak_buf_addc(&as_name, s->titles && key.p[i] && strchr(" ()[]/$%:#&,?", key.p[i]) ? '_' : key.p[i]);
	ak_drift_key(&shown, ak_buf_str(&as_name));
	same = ak_str_eq(ak_buf_str(&shown), ak_buf_str(&as_name));
	ak_buf_release(&as_name);
	ak_buf_release(&shown);
	return same;
}

static struct ak_member *member_of(const struct place *at)
{
	struct ak_survey *s = at->s;
	struct ak_map_entry *e = ak_map_get(&s->index, at->path);
	struct ak_member *m;

	if (e)
		return e->v.ptr;
	if (s->index.n >= MOST_MEMBERS)
		return NULL;
	m = ak_arena_zero(&s->arena, sizeof *m);
	m->path = ak_arena_str(&s->arena, at->path);
	m->name = ak_survey_name(at->key, &s->arena);
	m->pair = ak_survey_name(ak_arena_printf(&s->arena, "%.*s.%.*s", AK_STR_FMT(at->above), AK_STR_FMT(at->key)), &s->arena);
	m->safe = at->safe;
	m->traits = UINT32_MAX;
	ak_map_init(&m->distinct);
	ak_map_put(&s->index, m->path, NULL)->v.ptr = m;
	return m;
}

static void count(const struct place *at, const struct ak_jnode *n)
{
	struct ak_member *m = member_of(at);
	uint64_t hash = ak_hash(n->text.p, n->text.n);

	if (!m)
		return;
	m->records += m->last_record != at->s->records;
	m->last_record = at->s->records;
	if (n->type == AK_J_NULL || (n->type == AK_J_STR && !n->text.n))
		return;
	m->values++;
	m->traits &= traits_of(n) | (at->list ? AK_IS_LIST : 0);
	m->words |= n->type == AK_J_STR ? word_of(n->text) : 0;
	m->longest = n->text.n > m->longest ? n->text.n : m->longest;
	if (m->distinct.n < MOST_DISTINCT)
		ak_map_put(&m->distinct, ak_str_n((const char *)&hash, sizeof hash), NULL);
}

/* A list of messages or of their parts: content wherever it stands. */
static bool is_content(const struct ak_jnode *list)
{
	for (const struct ak_jnode *m = list->child ? list->child->child : NULL; m && list->child->type == AK_J_OBJ; m = m->next)
		if (ak_str_is(m->key, "role") || ak_str_is(m->key, "content") || ak_str_is(m->key, "message") || ak_str_is(m->key, "text"))
			return true;
	return false;
}

static void walk(const struct place *at, const struct ak_jnode *n);

static void walk_object(const struct place *at, const struct ak_jnode *n)
{
	for (const struct ak_jnode *m = n->child; m; m = m->next) {
		struct ak_buf b;
		struct place below = *at;

		ak_buf_init(&b, 1 << 20);
		ak_buf_addstr(&b, at->path);
		ak_buf_addc(&b, '/');
		for (size_t i = 0; i < m->key.n; i++)
			ak_buf_adds(&b, m->key.p[i] == '~' ? "~0" : m->key.p[i] == '/' ? "~1" : (char[]){m->key.p[i], '\0'});
		below.path = ak_buf_str(&b);
		below.above = at->key;
		below.key = m->key;
		below.safe = at->safe && is_safe(at->s, m->key);
		below.depth++;
		walk(&below, m);
		ak_buf_release(&b);
	}
}

static void walk_with(const struct place *at, const char *suffix, const struct ak_jnode *n, bool list)
{
	struct place below = *at;
	struct ak_buf b;

	ak_buf_init(&b, 1 << 20);
	ak_buf_addstr(&b, at->path);
	ak_buf_adds(&b, suffix);
	below.path = ak_buf_str(&b);
	below.list |= list;
	walk(&below, n);
	ak_buf_release(&b);
}

static void walk(const struct place *at, const struct ak_jnode *n)
{
	struct ak_jnode *inner;

	if (at->depth > DEEPEST)
		return;
	if (n->type == AK_J_OBJ) {
		walk_object(at, n);
	} else if (n->type == AK_J_ARR && !is_content(n)) {
		for (const struct ak_jnode *e = n->child; e; e = e->next)
			walk_with(at, "/[]", e, true);
	} else if (n->type == AK_J_STR && n->text.n > 1 && n->text.p[0] == '{' && (inner = ak_jtree_parse(n->text, &at->s->arena))) {
		walk_with(at, "|json", inner, false);
	} else {
		count(at, n);
	}
}

void ak_survey_record(struct ak_survey *s, const struct ak_jnode *record, const struct ak_jnode *around)
{
	struct place at = {.s = s, .safe = true};

	s->records++;
	walk_object(&at, record);
	at.path = AK_STR("^");
	for (const struct ak_jnode *m = around ? around->child : NULL; m; m = m->next) {
		struct ak_jnode lone = {.type = AK_J_OBJ, .child = ak_arena_alloc(&s->arena, sizeof *m)};

		if (m->type == AK_J_OBJ || m->type == AK_J_ARR)
			continue;
		*lone.child = *m;
		lone.child->next = NULL;
		walk_object(&at, &lone);
	}
}
