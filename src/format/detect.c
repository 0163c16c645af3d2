#include "base/ak.h"

#include "format/detect.h"

/* Records that are looked at, and empty buckets that are passed over to find them; bytes that mostly hold them. */
enum { MOST_RECORDS = 5, MOST_EMPTY = 1000, FIRST_PIECE = 16384, LONGEST_NAME = 126 };

/* Looking for names in more than that costs as much as walking the first records. */
enum { MOST_QUICK = 65536 };

/* What one record shows. */
struct tally {
	int hits;
	bool any_wanted, any, forbidden;
};

struct sample {
	const struct ak_mapping *m;
	struct ak_arena arena;
	struct ak_row level[AK_LEVELS];
	const struct ak_str *cells; /* CSV header, NULL for JSON */
	size_t ncells;
	size_t seen, fitting;
	size_t *shown; /* records that show each sign; NULL = nobody asks */
};

static bool has_column(const struct sample *s, struct ak_str name)
{
	for (size_t i = 0; i < s->ncells; i++)
		if (ak_str_eq(s->cells[i], name))
			return true;
	return false;
}

static bool shows(const struct sample *s, const struct ak_sign *sign)
{
	const struct ak_row *row = &s->level[sign->ref.level];

	if (sign->how != AK_SIGN_CONST && s->cells)
		return has_column(s, sign->column);
	for (size_t i = 0; i < row->n; i++) {
		if (row->pick[i].slot != sign->ref.slot)
			continue;
		if (sign->how != AK_SIGN_CONST)
			return true;
		for (size_t v = 0; v < sign->nvalues; v++)
			if (row->pick[i].type != AK_J_NULL && ak_literal_fits(&sign->value[v], row->pick[i].text))
				return true;
	}
	return false;
}

static void count(struct tally *t, enum ak_sign_how how, bool holds)
{
	switch (how) {
	case AK_SIGN_REQUIRED:
	case AK_SIGN_CONST:
		t->hits += holds;
		break;
	case AK_SIGN_ANY:
		t->any_wanted = true;
		t->any |= holds;
		break;
	case AK_SIGN_FORBIDDEN:
		t->forbidden |= holds;
		break;
	}
}

static void judge(struct sample *s, struct ak_fit *out)
{
	const struct ak_detect *d = &s->m->detect;
	struct tally t = {0};

	for (size_t i = 0; i < d->n; i++) {
		bool holds = shows(s, &d->sign[i]);

		count(&t, d->sign[i].how, holds);
		if (s->shown)
			s->shown[i] += holds;
	}
	s->seen++;
	s->fitting += t.hits == d->weight && !t.forbidden && (!t.any_wanted || t.any);
	if (!t.forbidden && t.hits > out->hits)
		out->hits = t.hits;
}

static void clear_rows(struct sample *s)
{
	ak_arena_clear(&s->arena);
	for (int i = 0; i < AK_LEVELS; i++)
		ak_row_init(&s->level[i], &s->arena);
}

static bool walk_around(struct sample *s, struct ak_walker *w, const struct ak_frame *f)
{
	for (size_t i = 1; i <= f->nctx && i < AK_LEVELS; i++)
		if (ak_walker_walk(w, f->ctx[i - 1], NULL, &s->m->detect.trie[i], &s->level[i], NULL))
			return false;
	return true;
}

static bool walk(struct sample *s, struct ak_walker *w, const struct ak_frame *f)
{
	clear_rows(s);
	return !ak_walker_walk(w, f->text, f, &s->m->detect.trie[0], &s->level[0], NULL) && walk_around(s, w, f);
}

/* Does an empty container stand in objects as this format's records do? */
static bool stands_right(struct sample *s, struct ak_walker *w, const struct ak_frame *f)
{
	const struct ak_detect *d = &s->m->detect;
	size_t shown = 0;

	clear_rows(s);
	if (!s->m->plan.empty_records || !walk_around(s, w, f))
		return false;
	for (size_t i = 0; i < d->n; i++) {
		const struct ak_sign *sign = &d->sign[i];

		if (!sign->ref.level || (sign->how != AK_SIGN_REQUIRED && sign->how != AK_SIGN_CONST))
			continue;
		if (!shows(s, sign))
			return false;
		shown++;
	}
	return shown;
}

/* The first name of a record path, p == NULL when it begins with another step. */
static struct ak_str first_name(struct ak_str path)
{
	struct ak_str rest = ak_str_n(path.p + 1, path.n - 1);
	struct ak_str name = ak_str_n(rest.p, ak_str_find(rest, '/'));

	return ak_str_is(name, "[]") || ak_str_find(name, '~') < name.n ? ak_str_n(NULL, 0) : name;
}

bool ak_detect_is_named(struct ak_str head, struct ak_str name)
{
	char quoted[LONGEST_NAME + 2];

	if (name.n > LONGEST_NAME)
		return true;
	quoted[0] = quoted[name.n + 1] = '"';
	memcpy(quoted + 1, name.p, name.n);
	return memmem(head.p, head.n, quoted, name.n + 2) != NULL;
}

/* Pages whose name is nowhere in the head need not be looked for from end to end. */
static bool may_have_records(const struct ak_frame_plan *plan, struct ak_str head)
{
	bool may = plan->bare || !plan->npaths;

	for (size_t i = 0; i < plan->npaths && !may; i++) {
		struct ak_str name = first_name(plan->paths[i]);

		may = !name.p || ak_detect_is_named(head, name);
	}
	return may;
}

static bool looks_like_json(struct ak_str head)
{
	if (ak_str_starts(head, AK_STR("\xEF\xBB\xBF")))
		head = ak_str_n(head.p + 3, head.n - 3);
	head = ak_str_trim(head);
	return head.n && (head.p[0] == '{' || head.p[0] == '[');
}

/* A log among the lines of something else: a program that logs to its standard output. */
static bool has_object_line(struct ak_str head)
{
	return memmem(head.p, head.n, "\n{\"", 3) != NULL;
}

bool ak_detect_reads(bool csv, struct ak_str head)
{
	return csv ? !looks_like_json(head) : looks_like_json(head) || has_object_line(head);
}

bool ak_detect_may(const struct ak_mapping *m, struct ak_str head)
{
	for (size_t i = 0; !m->info.csv && head.n <= MOST_QUICK && i < m->detect.n; i++) {
		const struct ak_sign *s = &m->detect.sign[i];

		if ((s->how == AK_SIGN_REQUIRED || s->how == AK_SIGN_CONST) && s->column.n && !ak_detect_is_named(head, s->column))
			return false;
	}
	return true;
}

/* Judges what the framer has; true when nothing more is wanted. */
static bool judge_frames(struct sample *s, struct ak_walker *w, struct ak_framer *framer, size_t *empty, struct ak_fit *out)
{
	struct ak_frame f;

	while (s->seen < MOST_RECORDS && *empty < MOST_EMPTY && ak_framer_next(framer, &f) == AK_OK) {
		if (f.kind == AK_FRAME_RECORD && !f.empty && walk(s, w, &f))
			judge(s, out);
		out->around |= f.empty && !out->around && stands_right(s, w, &f);
		*empty += f.empty;
	}
	return s->seen >= MOST_RECORDS || *empty >= MOST_EMPTY;
}

/* The head is given as if it were all there is: then records inside a page that goes on behind it come out too. What is
 * cut off at its end is a bad frame, and those are passed over. In pieces, since the first records decide. */
static void try_json(struct sample *s, struct ak_walker *w, struct ak_str head, struct ak_fit *out)
{
	struct ak_framer *framer = ak_framer_new(&s->m->detect.plan);
	size_t empty = 0, piece = FIRST_PIECE, left;
	bool end;

	do {
		left = head.n < piece ? 0 : head.n - piece;
		ak_framer_feed(framer, head.p, head.n - left, !left);
		end = judge_frames(s, w, framer, &empty, out) || !left;
		head = ak_str_n(head.p + head.n - left, left);
		piece *= 2;
	} while (!end);
	ak_framer_free(framer);
}

static bool next_row(struct sample *s, struct ak_csv *csv, struct ak_walker *w)
{
	struct ak_frame f;
	enum ak_rc rc;

	do {
		clear_rows(s);
		rc = ak_csv_next(csv, &s->m->detect.trie[0], w, &s->level[0], &f, NULL);
	} while (rc == AK_REJECT || (rc == AK_OK && f.kind != AK_FRAME_RECORD));
	return rc == AK_OK;
}

/* A header alone is judged too: an export of a quiet month has no rows. */
static void try_csv(struct sample *s, struct ak_walker *w, struct ak_str head, bool eof, struct ak_fit *out)
{
	struct ak_csv *csv = ak_csv_new(0);

	ak_csv_feed(csv, head.p, head.n, eof);
	if (ak_csv_header(csv, &s->cells, &s->ncells, NULL) == AK_OK) {
		clear_rows(s);
		while (s->seen < MOST_RECORDS && next_row(s, csv, w))
			judge(s, out);
		if (!s->seen)
			judge(s, out);
	}
	ak_csv_free(csv);
}

static void look(const struct ak_mapping *m, struct ak_walker *w, struct ak_str head, bool eof, size_t *shown, struct ak_fit *out)
{
	struct sample s = {.m = m, .shown = shown};

	*out = (struct ak_fit){.signs = m->detect.weight};
	if (!ak_detect_reads(m->info.csv, head))
		return;
	if (!m->info.csv && !may_have_records(&m->detect.plan, head))
		return;
	ak_arena_init(&s.arena);
	clear_rows(&s);
	if (m->info.csv)
		try_csv(&s, w, head, eof, out);
	else
		try_json(&s, w, head, out);
	out->records = s.seen;
	out->fits = s.seen && 2 * s.fitting > s.seen;
	ak_arena_release(&s.arena);
}

void ak_detect_try(const struct ak_mapping *m, struct ak_walker *w, struct ak_str head, bool eof, struct ak_fit *out)
{
	look(m, w, head, eof, NULL, out);
}

json_t *ak_mapping_signs(const struct ak_mapping *m, struct ak_str head, bool eof)
{
	static const char *const how[] = {[AK_SIGN_REQUIRED] = "required", [AK_SIGN_ANY] = "any", [AK_SIGN_FORBIDDEN] = "forbidden", [AK_SIGN_CONST] = "const"};
	struct ak_walker *w = ak_walker_new();
	size_t *shown = ak_alloc((m->detect.n + 1) * sizeof *shown);
	json_t *signs = json_array();
	struct ak_fit fit;

	memset(shown, 0, (m->detect.n + 1) * sizeof *shown);
	look(m, w, head, eof, shown, &fit);
	for (size_t i = 0; i < m->detect.n; i++)
		json_array_append_new(signs, json_pack("{s:s%, s:s, s:I}", "sign", m->detect.sign[i].path.p, m->detect.sign[i].path.n, "how",
						       how[m->detect.sign[i].how], "found", (json_int_t)shown[i]));
	ak_free(shown);
	ak_walker_free(w);
	return json_pack("{s:b, s:I, s:o}", "fits", fit.fits, "records", (json_int_t)fit.records, "signs", signs);
}
