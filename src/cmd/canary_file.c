#include "base/ak.h"
#include "cmd/canary_file.h"

#include "base/fs.h"
#include "base/map.h"
#include "cmd/forms.h"
#include "redact/redact.h"

enum { MOST_BYTES = 1 << 23, MOST_IDS = 10000, LONGEST = 512 };

struct reading {
	struct ak_ctx *c;
	const char *name;
	struct ak_map seen;
	json_t *list;
};

static const char *wrong(struct ak_str id)
{
	if (id.n > LONGEST)
		return "longer than any identifier (512 characters)";
	for (size_t i = 0; i < id.n; i++) {
		unsigned char b = (unsigned char)id.p[i];

		if (b == ' ' || b == '\t')
			return "more than one word";
		if (b < 0x20 || b == 0x7f)
			return "a control character, so this is no text file";
		if (b > 0x7f)
			return "a byte beyond ASCII, which no identifier has";
	}
	return NULL;
}

static enum ak_rc take(struct reading *r, struct ak_str line, size_t number, struct ak_err *err)
{
	struct ak_str id = ak_str_trim(line), shown;
	const char *why = wrong(id);
	bool fresh;

	if (!id.n || *id.p == '#')
		return AK_OK;
	if (why) {
		ak_hint(err, "one id of a call a line: a trace, request, call or response id; lines that begin with # are comments");
		return ak_fail(err, AK_EXIT_INPUT, "%s:%zu: no id of a call: %s", r->name, number, why);
	}
	ak_map_put(&r->seen, id, &fresh);
	if (!fresh)
		return AK_OK;
	if (json_array_size(r->list) == MOST_IDS)
		return ak_fail(err, AK_EXIT_LIMIT, "'%s' has more than %d ids", r->name, MOST_IDS);
	shown = ak_redact_text(r->c->redactor, id, &r->c->arena, NULL);
	json_array_append_new(r->list, json_pack("{s:o, s:I, s:o}", "id", json_stringn(shown.p, shown.n), "line", (json_int_t)number, "forms",
						 ak_cmd_forms(r->c, ak_arena_z(&r->c->arena, id))));
	return AK_OK;
}

enum ak_rc ak_cmd_canaries(struct ak_ctx *c, const char *path, json_t **out, struct ak_err *err)
{
	const char *slash = strrchr(path, '/');
	struct reading r = {.c = c, .name = slash ? slash + 1 : path, .list = json_array()};
	struct ak_str rest;
	struct ak_buf b;
	enum ak_rc rc;

	ak_buf_init(&b, MOST_BYTES);
	ak_map_init(&r.seen);
	rc = ak_fs_slurp(path, MOST_BYTES, &b, err);
	rest = ak_buf_str(&b);
	if (ak_str_starts(rest, AK_STR("\xef\xbb\xbf")))
		rest = ak_str_n(rest.p + 3, rest.n - 3);
	for (size_t number = 1, n; rc == AK_OK && rest.n; number++) {
		n = ak_str_find(rest, '\n');
		rc = take(&r, ak_str_n(rest.p, n), number, err);
		n += n < rest.n;
		rest = ak_str_n(rest.p + n, rest.n - n);
	}
	if (rc == AK_OK && !json_array_size(r.list)) {
		ak_hint(err, "one id of a call a line: a trace, request, call or response id; lines that begin with # are comments");
		rc = ak_fail(err, AK_EXIT_INPUT, "'%s' names no call", r.name);
	}
	ak_map_release(&r.seen);
	ak_buf_release(&b);
	if (rc == AK_OK)
		*out = r.list;
	else
		json_decref(r.list);
	return rc;
}
