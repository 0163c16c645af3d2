#include "base/ak.h"
#include "format/draft.h"

#include "format/drafting.h"
#include "read/csv.h"
#include "read/json.h"

enum { MOST_RECORDS = 1000, MOST_PATHS = 32, DEEPEST = 4, LONGEST_ID = 40 };

/* The export as trees: top-level values, or rows. */
struct docs {
	struct ak_arena arena;
	struct ak_jnode *doc[MOST_RECORDS];
	size_t n;
};

static bool looks_like_json(struct ak_str s)
{
	if (ak_str_starts(s, AK_STR("\xEF\xBB\xBF")))
		s = ak_str_n(s.p + 3, s.n - 3);
	s = ak_str_trim(s);
	return s.n && (s.p[0] == '{' || s.p[0] == '[');
}

static void read_json(struct docs *d, struct ak_str input)
{
	const struct ak_frame_plan plan = {.bare = true, .no_ctx = true};
	struct ak_framer *framer = ak_framer_new(&plan);
	struct ak_frame f;

	ak_framer_feed(framer, input.p, input.n, true);
	while (d->n < MOST_RECORDS && ak_framer_next(framer, &f) == AK_OK) {
		struct ak_jnode *n = f.kind == AK_FRAME_RECORD ? ak_jtree_parse(ak_arena_str(&d->arena, f.text), &d->arena) : NULL;

		if (n && n->type == AK_J_OBJ)
			d->doc[d->n++] = n;
	}
	ak_framer_free(framer);
}

static struct ak_str column_path(struct ak_arena *a, struct ak_str name)
{
	struct ak_buf b;
	struct ak_str path;

	ak_buf_init(&b, 1 << 20);
	ak_buf_addc(&b, '/');
	for (size_t i = 0; i < name.n; i++)
		ak_buf_adds(&b, name.p[i] == '~' ? "~0" : name.p[i] == '/' ? "~1" : (char[]){name.p[i], '\0'});
	path = ak_arena_str(a, ak_buf_str(&b));
	ak_buf_release(&b);
	return path;
}

static struct ak_jnode *row_tree(struct docs *d, const struct ak_str *cells, const int *slot, size_t n, const struct ak_row *row)
{
	struct ak_jnode *tree = ak_arena_zero(&d->arena, sizeof *tree), **last = &tree->child;

	tree->type = AK_J_OBJ;
	for (size_t i = 0; i < n; i++) {
		const struct ak_pick *p = ak_row_get(row, slot[i]);
		struct ak_jnode *m = ak_arena_zero(&d->arena, sizeof *m);

		m->type = p ? p->type : AK_J_NULL;
		m->key = cells[i];
		m->text = p ? ak_arena_str(&d->arena, p->text) : AK_STR("");
		*last = m;
		last = &m->next;
	}
	return tree;
}

static enum ak_rc read_csv(struct docs *d, struct ak_str input, struct ak_err *err)
{
	struct ak_csv *csv = ak_csv_new(0);
	struct ak_walker *w = ak_walker_new();
	struct ak_arena scratch;
	const struct ak_str *header;
	struct ak_trie trie;
	struct ak_frame f;
	size_t n = 0;
	enum ak_rc rc;

	ak_arena_init(&scratch);
	ak_trie_init(&trie, &d->arena);
	ak_csv_feed(csv, input.p, input.n, true);
	rc = ak_csv_header(csv, &header, &n, err);
	struct ak_str *cells = ak_arena_alloc(&d->arena, (n + 1) * sizeof *cells);
	int *slot = ak_arena_zero(&d->arena, (n + 1) * sizeof *slot);

	for (size_t i = 0; i < n && rc == AK_OK; i++) {
		cells[i] = ak_arena_str(&d->arena, header[i]);
		rc = ak_trie_add(&trie, column_path(&d->arena, cells[i]), AK_PICK_VALUE, &slot[i], err);
	}
	ak_trie_seal(&trie);
	while (d->n < MOST_RECORDS && rc == AK_OK) {
		struct ak_row row;
		enum ak_rc got;

		ak_arena_clear(&scratch);
		ak_row_init(&row, &scratch);
		got = ak_csv_next(csv, &trie, w, &row, &f, NULL);
		if (got == AK_END || got == AK_FAIL)
			break;
		if (got == AK_OK && f.kind == AK_FRAME_RECORD)
			d->doc[d->n++] = row_tree(d, cells, slot, n, &row);
	}
	ak_arena_release(&scratch);
	ak_walker_free(w);
	ak_csv_free(csv);
	return rc == AK_FAIL ? AK_FAIL : AK_OK;
}

/* ---- where the records stand ---- */

/* Lists of objects below a value: their paths, or the records of one of them. */
struct search {
	struct ak_map *paths;	 /* filled when want.p is NULL */
	struct ak_str want;
	struct ak_survey *survey;
};

static void search(struct search *s, const struct ak_jnode *object, struct ak_str path, int depth);

static void search_list(struct search *s, const struct ak_jnode *list, const struct ak_jnode *around, struct ak_str path, int depth)
{
	bool is_it = s->want.p && ak_str_eq(s->want, path);

	if (!list->child || list->child->type != AK_J_OBJ)
		return;
	if (!s->want.p && s->paths->n < MOST_PATHS)
		ak_map_put(s->paths, path, NULL);
	for (const struct ak_jnode *e = list->child; e; e = e->next)
		if (e->type == AK_J_OBJ && is_it)
			ak_survey_record(s->survey, e, around);
		else if (e->type == AK_J_OBJ)
			search(s, e, path, depth + 1);
}

static void search(struct search *s, const struct ak_jnode *object, struct ak_str path, int depth)
{
	for (const struct ak_jnode *m = object->child; m && depth < DEEPEST; m = m->next) {
		struct ak_arena a;
		struct ak_str key, below;

		if (m->type != AK_J_OBJ && m->type != AK_J_ARR)
			continue;
		ak_arena_init(&a);
		key = column_path(&a, m->key);
		below = ak_arena_printf(&a, "%.*s%.*s%s", AK_STR_FMT(path), AK_STR_FMT(key), m->type == AK_J_ARR ? "/[]" : "");
		if (m->type == AK_J_ARR)
			search_list(s, m, object, below, depth);
		else
			search(s, m, below, depth + 1);
		ak_arena_release(&a);
	}
}

static void survey(struct ak_drafting *d, const struct docs *docs, struct ak_str path)
{
	struct search s = {.want = path, .survey = &d->survey};

	ak_survey_init(&d->survey);
	d->survey.titles = d->csv;
	d->records = path;
	for (size_t i = 0; i < docs->n; i++)
		if (path.n)
			search(&s, docs->doc[i], AK_STR(""), 0);
		else
			ak_survey_record(&d->survey, docs->doc[i], NULL);
	ak_draft_choose(d);
}

/* The container in which most is recognised; the outermost of equals, and no container before any. */
static void find_records(struct ak_drafting *d, struct docs *docs)
{
	struct ak_map paths;
	struct search s = {.paths = &paths};
	struct ak_str best = AK_STR("");
	int most = -1;

	ak_map_init(&paths);
	for (size_t i = 0; i < docs->n && !d->csv; i++)
		search(&s, docs->doc[i], AK_STR(""), 0);
	for (size_t i = 0; i <= paths.n; i++) {
		struct ak_str path = i ? ak_arena_str(&docs->arena, paths.e[i - 1].key) : AK_STR("");

		survey(d, docs, path);
		if (d->score > most) {
			most = d->score;
			best = path;
		}
		ak_survey_release(&d->survey);
	}
	ak_map_release(&paths);
	survey(d, docs, best);
}

/* What of the file's name is a name: "kestrel-calls-2026-06.jsonl" is kestrel-calls. */
static void make_id(const char *name, char id[LONGEST_ID + 1])
{
	size_t n = 0;

	for (const char *p = name; *p && *p != '.' && !ak_is_digit((unsigned char)*p) && n < LONGEST_ID; p++) {
		bool letter = ak_is_alnum((unsigned char)*p);

		if (letter || (n && id[n - 1] != '-'))
			id[n++] = letter ? ak_lower(*p) : '-';
	}
	while (n && id[n - 1] == '-')
		n--;
	id[n] = '\0';
	if (n < 2)
		memcpy(id, "my-gateway", sizeof "my-gateway");
}

static enum ak_rc write_all(const struct ak_drafting *d, const char *id, struct ak_buf *out, struct ak_err *err)
{
	struct ak_mapping *m = NULL;
	struct ak_buf text;
	enum ak_rc rc;

	ak_buf_init(&text, 1 << 22);
	ak_draft_write(d, id, &text);
	rc = ak_mapping_parse(id, ak_buf_str(&text), &m, err);
	if (rc == AK_OK) {
		rc = ak_draft_expect(d, m, &text, err);
		ak_mapping_free(m);
	}
	if (rc == AK_OK)
		ak_buf_addstr(out, ak_buf_str(&text));
	ak_buf_release(&text);
	return rc;
}

static enum ak_rc nothing_known(struct ak_err *err)
{
	ak_hint(err, "auditkit-formats(5) explains how to write a mapping by hand; of CSV, the first row names the "
		     "columns, and commas, semicolons "
		     "or tabs part the cells");
	return ak_fail(err, AK_EXIT_INPUT, "no member was recognised: neither a time nor an id, a model, tokens or an action");
}

enum ak_rc ak_draft_mapping(struct ak_str input, const char *name, struct ak_buf *out, struct ak_err *err)
{
	struct docs *docs = ak_alloc_zero(1, sizeof *docs);
	struct ak_drafting *d = ak_alloc_zero(1, sizeof *d);
	char id[LONGEST_ID + 1];
	enum ak_rc rc = AK_OK;

	ak_arena_init(&docs->arena);
	d->csv = !looks_like_json(input);
	if (d->csv)
		rc = read_csv(docs, input, err);
	else
		read_json(docs, input);
	if (rc == AK_OK && !docs->n) {
		ak_hint(err, "give an export of JSON or CSV that holds records, a few hundred at best");
		rc = ak_fail(err, AK_EXIT_INPUT, "no record was found to make a mapping from");
	}
	if (rc == AK_OK) {
		make_id(name, id);
		find_records(d, docs);
		rc = d->score ? write_all(d, id, out, err) : nothing_known(err);
		ak_survey_release(&d->survey);
	}
	ak_arena_release(&docs->arena);
	ak_free(docs);
	ak_free(d);
	return rc;
}
