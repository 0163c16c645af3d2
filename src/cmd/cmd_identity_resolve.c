#include "base/ak.h"
#include "cmd/cmd.h"

#include <unistd.h>

#include "base/fs.h"
#include "base/jsonw.h"
#include "base/text.h"
#include "base/jsonget.h"
#include "cmd/lines.h"
#include "packet/past.h"
#include "packet/rekey.h"
#include "redact/marker.h"
#include "store/rotate.h"

enum { MOST_SHOWN = 100 };

/* How candidates become a token of a class: as a value of one of these types would. */
static const struct {
	const char *cls;
	enum ak_type type;
} ways[] = {
	{"email", AK_T_PERSON}, {"user", AK_T_PERSON}, {"ip", AK_T_IP}, {"key", AK_T_KEY}, {"id", AK_T_TOKEN}, {"id", AK_T_ID},
};

struct search {
	struct ak_ctx *c;
	struct ak_str token;
	struct ak_hmac *packet; /* key of the packet's own pseudonyms; NULL = none asked for */
	struct ak_arena arena;	/* of the line at hand */
	struct ak_buf rekeyed;
	uint64_t lines, too_long, found;
	struct ak_str match[MOST_SHOWN]; /* the first ones, in the command's memory */
	uint64_t number[MOST_SHOWN];
	json_t *deleted; /* ids of the keys that could not be tried */
};

static bool of_class(struct ak_str token, const char *cls)
{
	size_t n = strlen(cls);

	return token.n > n && memcmp(token.p, cls, n) == 0 && token.p[n] == ':';
}

static bool agrees(struct search *s, struct ak_str made)
{
	if (ak_str_eq(made, s->token))
		return true;
	if (!s->packet || !ak_marker_is_token(made))
		return false;
	ak_buf_clear(&s->rekeyed);
	ak_packet_rekey_text(&(struct ak_rekey){s->packet, 0}, made, &s->rekeyed);
	return ak_str_eq(ak_buf_str(&s->rekeyed), s->token);
}

static bool matches_under(struct search *s, const struct ak_redactor *r, struct ak_str candidate)
{
	for (size_t i = 0; i < AK_COUNT(ways); i++)
		if (of_class(s->token, ways[i].cls) && agrees(s, ak_redact_token(r, ways[i].type, candidate, &s->arena)))
			return true;
	return false;
}

/* Under the key in force, and under those it followed. */
static bool matches(struct search *s, struct ak_str candidate)
{
	bool found;

	/* A token among the candidates is not who it stands for. */
	if (!candidate.n || ak_marker_is_token(ak_str_trim(candidate)))
		return false;
	found = matches_under(s, s->c->redactor, candidate);
	for (size_t i = 0; i < s->c->keys->npast && !found; i++)
		found = matches_under(s, s->c->past[i], candidate);
	return found;
}

static enum ak_rc read_candidates(struct search *s, int fd, const char *name, struct ak_err *err)
{
	struct ak_lines l;
	struct ak_str line;
	enum ak_rc rc;

	ak_lines_open(&l, fd, name);
	while ((rc = ak_lines_next(&l, &line, err)) == AK_OK) {
		ak_arena_clear(&s->arena);
		s->lines++;
		s->too_long += !line.p;
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (!line.p || !matches(s, line))
			continue;
		if (s->found < MOST_SHOWN) {
			s->match[s->found] = ak_arena_str(&s->c->arena, line);
			s->number[s->found] = l.number;
		}
		s->found++;
	}
	ak_lines_release(&l);
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc search_file(struct search *s, const char *path, struct ak_err *err)
{
	enum ak_rc rc;
	int fd;

	if (strcmp(path, "-") == 0)
		return read_candidates(s, STDIN_FILENO, "standard input", err);
	if (ak_fs_open_read(path, &fd, err) != AK_OK)
		return AK_FAIL;
	rc = read_candidates(s, fd, path, err);
	close(fd);
	return rc;
}

/* The sub-key for packets of the pseudonym key that was in force when it was built. */
static enum ak_rc repacket_of(const struct ak_ctx *c, const char *kid, const uint8_t **out, struct ak_err *err)
{
	uint8_t id[4];

	*out = NULL;
	if (!ak_unhex(ak_str_of(kid), id, sizeof id))
		return ak_fail(err, AK_EXIT_INPUT, "the packet does not say under which pseudonym key it was built");
	if (strcmp(kid, c->keys->kid) == 0)
		*out = c->keys->repacket;
	for (size_t i = 0; i < c->keys->npast && !*out; i++)
		*out = strcmp(kid, c->keys->past[i].kid) == 0 ? c->keys->past[i].repacket : NULL;
	if (*out)
		return AK_OK;
	ak_hint(err, "'auditkit keys' names the keys; one that was deleted took with it who its tokens are");
	return ak_fail(err, AK_EXIT_REFUSED, "the packet was built under pseudonym key '%.8s', which is not here", kid);
}

/* Its id and the key in force when it was built say under which key its tokens were made. */
static enum ak_rc packet_key(struct search *s, const char *path, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *packet = NULL;
	const uint8_t *repacket = NULL;
	const char *id;
	enum ak_rc rc;

	rc = ak_past_json(path, "data/packet.json", &packet, err);
	if (rc == AK_END)
		rc = ak_fail(err, AK_EXIT_INPUT, "'%s' is a packet without its packet.json", ak_fs_base(path).p);
	if (rc != AK_OK)
		return rc;
	id = ak_jtxt(packet, "id", NULL);
	if (!id || strcmp(ak_jtxt(packet, "workspace", ""), s->c->store->id) != 0) {
		ak_hint(err, "name the workspace that it was built from with -w DIR");
		return ak_fail(err, AK_EXIT_REFUSED, "the packet was not built from this workspace");
	}
	if (repacket_of(s->c, ak_jtxt(packet, "pseudonym_key", ""), &repacket, err) != AK_OK)
		return AK_FAIL;
	s->packet = ak_packet_rekey_new(repacket, id);
	return AK_OK;
}

/* The keys of this workspace that are gone: nobody can tell whom their tokens mean. */
static enum ak_rc find_deleted(struct search *s, struct ak_err *err)
{
	const struct ak_keys *k = s->c->keys;
	struct ak_key_period *list;
	size_t n;

	if (ak_key_periods(s->c->store, &list, &n, err) != AK_OK)
		return AK_FAIL;
	for (size_t i = 0; i < n; i++) {
		bool here = strcmp(list[i].kid, k->kid) == 0;

		for (size_t j = 0; j < k->npast; j++)
			here |= strcmp(list[i].kid, k->past[j].kid) == 0;
		if (!here)
			json_array_append_new(s->deleted, json_string(list[i].kid));
	}
	ak_free(list);
	return AK_OK;
}

static enum ak_rc print_json(const struct search *s, struct ak_err *err)
{
	json_t *found = json_array(), *doc;
	enum ak_rc rc;

	for (size_t i = 0; i < s->found && i < MOST_SHOWN; i++) {
		struct ak_buf safe;

		ak_buf_init(&safe, (size_t)1 << 24);
		ak_text_safe(&safe, s->match[i]);
		json_array_append_new(found, json_pack("{s:I, s:s}", "line", (json_int_t)s->number[i], "candidate", ak_buf_str(&safe).p));
		ak_buf_release(&safe);
	}
	doc = json_pack("{s:s, s:i, s:s%, s:I, s:I, s:I, s:o, s:O}", "schema", "auditkit.identity-resolve/1", "format_version", 1, "token", s->token.p,
			s->token.n, "candidates", (json_int_t)s->lines, "too_long", (json_int_t)s->too_long, "found", (json_int_t)s->found,
			"matches", found, "deleted_keys", s->deleted);
	rc = ak_io_json(s->c->io, doc, err);
	json_decref(doc);
	return rc;
}

/* On one line, however long: for programs to read too. */
static void print_match(struct ak_io *io, uint64_t number, struct ak_str candidate)
{
	struct ak_buf b;

	ak_buf_init(&b, (size_t)1 << 24);
	ak_buf_addf(&b, "match     line %llu: ", (unsigned long long)number);
	ak_text_safe(&b, candidate);
	ak_buf_addc(&b, '\n');
	ak_io_text(io, ak_buf_str(&b));
	ak_buf_release(&b);
}

static enum ak_rc print(const struct search *s, struct ak_err *err)
{
	if (s->c->json)
		return print_json(s, err);
	for (size_t i = 0; i < s->found && i < MOST_SHOWN; i++)
		print_match(s->c->io, s->number[i], s->match[i]);
	if (s->found > MOST_SHOWN)
		ak_io_line(s->c->io, "", "and %llu more lines", (unsigned long long)(s->found - MOST_SHOWN));
	ak_io_note(s->c->io, "done", "%llu of %llu candidates are %.*s", (unsigned long long)s->found, (unsigned long long)s->lines,
		   AK_STR_FMT(s->token));
	for (size_t i = 0; !s->found && i < json_array_size(s->deleted); i++)
		ak_io_note(s->c->io, "deleted", "key %s: whom its tokens mean cannot be told any more",
			   json_string_value(json_array_get(s->deleted, i)));
	if (s->too_long)
		ak_io_note(s->c->io, "", "%llu of %llu lines are too long to be candidates", (unsigned long long)s->too_long,
			   (unsigned long long)s->lines);
	return AK_OK;
}

static enum ak_rc resolve(struct search *s, struct ak_err *err)
{
	const char *from = ak_args_text(s->c->args, "from"), *packet = ak_args_text(s->c->args, "packet");
	enum ak_rc rc;

	if (!ak_marker_is_token(s->token)) {
		ak_hint(err, "tokens are email:, user:, id:, ip: or key: and 32 hex digits, whole, not as shortened on screen");
		return ak_fail(err, AK_EXIT_USAGE, "the word given is no token");
	}
	if (!from) {
		ak_hint(err, "--from FILE, one candidate a line, or --from - for standard input");
		return ak_fail(err, AK_EXIT_USAGE, "no candidates: a token cannot be turned back, only compared");
	}
	rc = packet ? packet_key(s, packet, err) : AK_OK;
	if (rc == AK_OK)
		rc = find_deleted(s, err);
	if (rc == AK_OK)
		rc = search_file(s, from, err);
	/* Before anything is shown. */
	if (rc == AK_OK)
		rc = ak_cmd_log_access(s->c, s->found, err);
	return rc == AK_OK ? print(s, err) : rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct search s = {.c = c, .token = ak_str_of(c->args->word[0]), .deleted = json_array()};
	enum ak_rc rc;

	ak_arena_init(&s.arena);
	ak_buf_init(&s.rekeyed, 1 << 16);
	rc = resolve(&s, err);
	ak_arena_release(&s.arena);
	ak_buf_release(&s.rekeyed);
	ak_hmac_free(s.packet);
	json_decref(s.deleted);
	return rc != AK_OK ? err->exit : s.found ? AK_EXIT_OK : AK_EXIT_PARTIAL;
}

static const struct ak_opt opts[] = {
	{"from", 0, AK_OPT_INPUT, "FILE", "the candidates, one a line; - is standard input"},
	{"packet", 0, AK_OPT_INPUT, "PACKET", "the token stands in this packet, which has pseudonyms of its own"},
	{.name = NULL},
};

static const struct ak_example examples[] = {
	{"auditkit identity resolve ip:3f2a9c0d4b5e6f708192a3b4c5d6e7f8 --from names.txt", "which of these addresses it is"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_identity_resolve = {
	.name = "identity resolve",
	.args = "TOKEN",
	.summary = "say which of the candidates in a file a token stands for",
	.text = "Tokens are keyed digests and cannot be turned back: every candidate is made into a token as a stored value of its kind\n"
		"would be, addresses, users, keys (raw, or as SHA-256) and identifiers alike, and compared, under the key in force and all\n"
		"past ones. Exit 3 when none matches; keys that were deleted (crypto-erasure) are then named. A packet is searched with the\n"
		"key that was in force when it was built; when that is gone, exit 6.\n"
		"The access is written to access.jsonl before the answer is shown; the candidates are not.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.min_words = 1,
	.max_words = 1,
	.run = run,
};
