#include "base/ak.h"
#include "packet/checks.h"

#include "base/jsonget.h"
#include "base/jsonw.h"
#include "base/merkle.h"
#include "base/note.h"
#include "packet/annex.h"
#include "packet/archive.h"
#include "packet/check_leaves.h"

#define MOST_KINDS 64u /* a forged one may have a kind a row */
#define FILE_BYTES ((size_t)4 << 20)

struct annex {
	struct ak_checked *p;
	struct ak_checked own; /* its files but the leaves, looked at like those of a packet */
	const json_t *named;   /* range of annex.json */
	struct ak_merkle_beside beside;
	json_t *counts; /* {kind: {stands: n}} */
	struct ak_check_leaves *leaves;
	uint64_t first, end, size, want;
	uint8_t root[32];
	bool walked, good;
	char why[240];
	/* leaves.csv as it comes */
	struct ak_archive_bytes *bytes;
	struct ak_sha256 *sha;
	char block[65536];
	size_t at, n;
	enum ak_rc rc;
	struct ak_err *err;
};

static bool bad(struct annex *a, const char *why)
{
	if (!*a->why)
		snprintf(a->why, sizeof a->why, "%s", why);
	return false;
}

/* ---- leaves.csv ---- */

static bool more(struct annex *a)
{
	a->at = a->n = 0;
	if (a->rc != AK_OK || (a->rc = ak_archive_pull(a->bytes, a->block, sizeof a->block, &a->n, a->err)) != AK_OK || !a->n)
		return false;
	ak_sha256_add(a->sha, a->block, a->n);
	return true;
}

/* The next line without its CR LF. */
static bool line(struct annex *a, char *out, size_t cap)
{
	size_t n = 0;

	for (;;) {
		if (a->at == a->n && !more(a))
			return false;
		if (a->block[a->at] == '\n') {
			a->at++;
			out[n] = '\0';
			return n && out[n - 1] == '\r' ? (out[n - 1] = '\0', true) : false;
		}
		if (n + 1 == cap)
			return false;
		out[n++] = a->block[a->at++];
	}
}

static void count(struct annex *a, const char *kind, const char *stands)
{
	json_t *k = json_object_get(a->counts, kind);

	if (!k)
		json_object_set_new(a->counts, kind, k = json_object());
	json_object_set_new(k, stands, json_integer(json_integer_value(json_object_get(k, stands)) + 1));
}

static bool next_leaf(void *ctx, uint8_t leaf[32])
{
	struct annex *a = ctx;
	char row[200], *cell[4], *c = row;
	const char *why;
	uint64_t seq;

	if (!line(a, row, sizeof row))
		return bad(a, "leaves.csv ends before the run does");
	for (size_t i = 0; i < AK_COUNT(cell); i++) {
		cell[i] = c;
		c = c ? strchr(c, ',') : NULL;
		if (c)
			*c++ = '\0';
	}
	if (c || !cell[3] || !ak_note_number(ak_str_of(cell[0]), &seq) || !ak_unhex(ak_str_of(cell[3]), leaf, 32))
		return bad(a, "leaves.csv has a row that is none");
	if (seq != a->want)
		return bad(a, "leaves.csv leaves a row out");
	a->want++;
	if (json_object_size(a->counts) < MOST_KINDS)
		count(a, cell[1], cell[2]);
	why = ak_check_leaves_row(a->leaves, seq, cell[1], cell[2], leaf);
	return !why || bad(a, why);
}

static void walk(struct annex *a)
{
	char head[64], rest[8];

	a->walked = true;
	if (!line(a, head, sizeof head) || strcmp(head, "seq,kind,stands,leaf") != 0) {
		bad(a, "leaves.csv has another header");
		return;
	}
	a->good = a->first == a->end || ak_merkle_check_range(&a->beside, a->first, a->end, a->size, next_leaf, a, a->root);
	if (!a->good)
		bad(a, "its leaves do not make the signed root");
	else if (line(a, rest, sizeof rest) || a->at < a->n)
		a->good = bad(a, "leaves.csv has more rows than the run");
}

/* While they come they are hashed, those behind the run too. */
static enum ak_rc visit(void *ctx, struct ak_str name, struct ak_archive_bytes *bytes, struct ak_err *err)
{
	struct annex *a = ctx;
	uint8_t digest[32];
	char hex[65];

	if (!ak_str_is(name, AK_LEAVES_PATH))
		return ak_check_visit(&a->own, name, bytes, err);
	a->bytes = bytes;
	a->err = err;
	a->rc = AK_OK;
	a->at = a->n = 0;
	ak_sha256_start(a->sha);
	walk(a);
	while (more(a))
		;
	ak_sha256_end(a->sha, digest);
	ak_hex(digest, 32, hex);
	json_object_setn_new(a->own.hashes, name.p, name.n, json_string(hex));
	return a->rc;
}

/* ---- against what the packet says ---- */

static enum ak_rc read_beside(struct annex *a, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *doc = NULL;
	AK_CLEANUP(ak_buf_release) struct ak_buf b;
	struct ak_err why = {0};
	const json_t *list;
	enum ak_rc rc;

	ak_buf_init(&b, FILE_BYTES);
	rc = ak_packet_file(a->p->o->annex, "data/range-proof.json", &b, err);
	if (rc == AK_FAIL)
		return rc;
	if (rc == AK_END || ak_json_parse(ak_buf_str(&b), &doc, &why) != AK_OK) {
		bad(a, "it has no range-proof.json, or one that cannot be read");
		return AK_OK;
	}
	list = json_object_get(doc, "beside");
	a->beside.n = json_array_size(list);
	if (a->beside.n > AK_MERKLE_MAX_BESIDE)
		a->beside.n = 0;
	for (size_t i = 0; i < a->beside.n; i++) {
		const char *hex = json_string_value(json_array_get(list, i));

		if (!hex || !ak_unhex(ak_str_of(hex), a->beside.hash[i], 32))
			bad(a, "range-proof.json holds a hash that is none");
	}
	return AK_OK;
}

/* Members of annex.json; false when they are not those of the signed tree head. */
static bool take_range(struct annex *a)
{
	const char *root = json_string_value(json_object_get(a->named, "root"));
	uint8_t head[32];
	size_t n;
	const char *signed_root = json_string_value(json_object_get(a->p->packet, "ledger_root"));

	a->first = a->want = ak_jnum(a->named, "first");
	a->end = ak_jnum(a->named, "end");
	a->size = ak_jnum(a->named, "size");
	return root && ak_unhex(ak_str_of(root), a->root, 32) && signed_root && ak_unbase64(ak_str_of(signed_root), head, 32, &n) && n == 32 &&
	       memcmp(head, a->root, 32) == 0 && a->size == ak_jnum(a->p->packet, "ledger_size") && a->first <= a->end && a->end <= a->size;
}

static bool same_files(struct annex *a, const json_t *doc)
{
	const char *digest = json_string_value(json_object_get(a->own.hashes, "tagmanifest-sha256.txt")), *name;
	const char *want = json_string_value(json_object_get(doc, "digest")), *of_packet = json_string_value(json_object_get(a->p->packet, "annex_sha256"));
	json_t *f, *h;
	size_t i, listed = 0;

	if (!digest || !want || strcmp(digest, want) != 0 || !of_packet || strcmp(want, of_packet) != 0)
		return false;
	json_array_foreach(json_object_get(doc, "files"), i, f) {
		const char *have = json_string_value(json_object_get(a->own.hashes, ak_jtxt(f, "path", "")));

		if (!have || strcmp(have, ak_jtxt(f, "sha256", "")) != 0)
			return false;
		listed++;
	}
	json_object_foreach(a->own.hashes, name, h)
		listed--; /* nobody signs an annex: the packet names it */
	return listed == 0;
}

/* Counted leaves of all kinds, or -1 when the packet names other numbers of leaves. */
static json_int_t counted(const struct annex *a)
{
	AK_CLEANUP(ak_json_decref) json_t *rows = ak_annex_counts(a->counts);
	const char *kind;
	json_t *k;
	json_int_t sum = 0;

	if (!json_equal(json_object_get(a->named, "counts"), rows))
		return -1;
	json_object_foreach(a->counts, kind, k)
		sum += json_integer_value(json_object_get(k, "counted"));
	return sum;
}

static json_int_t counted_of(const struct annex *a, const char *kind)
{
	return json_integer_value(json_object_get(json_object_get(a->counts, kind), "counted"));
}

/* The packet's table `records` kind by kind; *sum: of all of them. False with the first kind that differs. */
static bool told(const struct annex *a, json_int_t *sum, const char **differs, json_int_t *told_of)
{
	AK_CLEANUP(ak_json_decref) json_t *section = ak_check_json(a->p, "data/01-scope.json");
	const json_t *table = ak_jfind(json_object_get(section, "tables"), "name", "records");
	json_t *row;
	size_t i;

	*sum = 0;
	*differs = NULL;
	json_array_foreach(json_object_get(table, "rows"), i, row) {
		const char *kind = json_string_value(json_array_get(row, 0));
		json_int_t n = json_integer_value(json_array_get(row, 1));
		int k = kind ? ak_kind_find(ak_str_of(kind)) : -1;

		*sum += n;
		if (!*differs && (k < 0 || n != counted_of(a, kind))) {
			*differs = k < 0 ? "a kind that is none" : ak_kinds[k].name;
			*told_of = n;
		}
	}
	return !*differs;
}

/* The tables that the packet shows and the annex has; what is wrong with one of them goes into why. */
static void look_at_tables(struct annex *a)
{
	const struct ak_tally *t = &a->own.tally;
	json_t *section, *shown;
	size_t i, k;

	ak_check_tables(&a->own);
	if (*t->bad || *t->differs)
		bad(a, *t->bad ? t->bad : t->differs);
	for (i = 0; i < a->own.tables.n; i++)
		if (((const struct ak_table_scan *)a->own.tables.e[i].v.ptr)->leak)
			bad(a, "a table of it holds what looks like a secret or an e-mail address");
	json_array_foreach(a->p->sections, i, section)
		json_array_foreach(json_object_get(section, "tables"), k, shown) {
			char file[140];

			snprintf(file, sizeof file, "data/tables/%s.csv", ak_jtxt(shown, "name", "?"));
			if (json_is_true(json_object_get(shown, "annex")) && !ak_check_table(&a->own, file))
				bad(a, "a table that the packet says stands in it is not there");
		}
}

static void judge(struct annex *a, const json_t *doc)
{
	json_int_t n, sum = 0, of = 0;
	const char *kind = NULL;
	bool agree;

	if (!same_files(a, doc)) {
		ak_check_say(a->p, "annex", AK_RESULT_FAIL, "it is not the annex that the packet names, or a file of it was changed");
		return;
	}
	if (!a->walked)
		bad(a, "it has no leaves.csv");
	look_at_tables(a);
	if (a->good && !*a->why)
		ak_check_leaves_tables(a->leaves, &a->own, a->why, sizeof a->why);
	agree = told(a, &sum, &kind, &of);
	n = a->good && !*a->why ? counted(a) : -1;
	if (n < 0)
		ak_check_say(a->p, "annex", AK_RESULT_FAIL, "%s", *a->why ? a->why : "its leaves are counted otherwise than the packet says");
	else if (n != sum)
		ak_check_say(a->p, "annex", AK_RESULT_FAIL, "%lld counted leaves, and the packet shows %lld records", (long long)n, (long long)sum);
	else if (!agree)
		ak_check_say(a->p, "annex", AK_RESULT_FAIL, "%lld counted leaves of kind %s, and the packet shows %lld", (long long)counted_of(a, kind), kind, (long long)of);
	else
		ak_check_say(a->p, "annex", AK_RESULT_PASS, "%llu leaves from %llu on, none left out: %lld counted records, as many as the packet shows; %zu tables of %zu rows",
			     (unsigned long long)(a->end - a->first), (unsigned long long)a->first, (long long)n, a->own.tally.tables, a->own.tally.rows);
}

void ak_check_annex(struct ak_checked *p)
{
	AK_CLEANUP(ak_json_decref) json_t *doc = NULL;
	struct ak_archive_info info;
	struct ak_err err = {0};
	struct annex *a;

	if (!p->o->annex)
		return;
	doc = ak_check_json(p, "data/integrity/annex.json");
	a = ak_alloc_zero(1, sizeof *a);
	a->p = p;
	a->named = json_object_get(doc, "range");
	a->own = (struct ak_checked){.o = p->o, .hashes = json_object(), .sizes = json_object(), .audit = p->audit, .sections = json_incref(p->sections), .is_annex = true};
	ak_map_init(&a->own.texts);
	ak_map_init(&a->own.tables);
	a->counts = json_object();
	a->leaves = ak_check_leaves_new(p);
	a->sha = ak_sha256_new();
	if (!take_range(a))
		bad(a, "the packet names no run of its own tree head");
	if (read_beside(a, &err) == AK_OK && ak_archive_read(p->o->annex, visit, a, &info, &err) == AK_OK)
		judge(a, doc);
	else
		ak_check_say(p, "annex", AK_RESULT_FAIL, "%s", err.msg);
	ak_check_release(&a->own);
	json_decref(a->counts);
	ak_check_leaves_free(a->leaves);
	ak_sha256_free(a->sha);
	ak_free(a);
}
