#include "base/ak.h"

#include <inttypes.h>

#include "base/note.h"
#include "base/text.h"
#include "base/verdict.h"

enum { ED25519 = 1, RAW_SIG = 4 + AK_ED25519_SIG, RAW_KEY = 1 + AK_ED25519_LEN, MAX_SIGNATURES = 100 };

static const char dash[] = "\xe2\x80\x94 ";

bool ak_note_key_init(const char *name, const uint8_t pub[AK_ED25519_LEN], struct ak_note_key *out)
{
	size_t n = strlen(name);
	if (!n || n >= AK_NOTE_NAME || ak_utf8_valid(ak_str_n(name, n)) != n)
		return false;
	for (const char *c = name; *c; c++) {
		if ((unsigned char)*c <= ' ' || *c == 0x7f || *c == '+')
			return false;
	}
	struct ak_note_key k = {0};
	memcpy(k.name, name, n);
	memcpy(k.pub, pub, AK_ED25519_LEN);
	uint8_t tail[2 + AK_ED25519_LEN] = {'\n', ED25519}, digest[AK_SHA256_LEN];
	memcpy(tail + 2, pub, AK_ED25519_LEN);
	ak_sha256_2(ak_str_n(name, n), ak_str_n((const char *)tail, sizeof(tail)), digest);
	memcpy(k.id, digest, sizeof(k.id));
	*out = k;
	return true;
}

void ak_note_key_text(const struct ak_note_key *key, struct ak_buf *out)
{
	uint8_t raw[RAW_KEY] = {ED25519};
	char text[4 * ((RAW_KEY + 2) / 3) + 1];
	memcpy(raw + 1, key->pub, AK_ED25519_LEN);
	ak_base64(raw, sizeof(raw), text);
	ak_buf_addf(out, "%s+", key->name);
	ak_buf_addhex(out, key->id, sizeof(key->id));
	ak_buf_addf(out, "+%s", text);
}

bool ak_note_key_parse(struct ak_str text, struct ak_note_key *out)
{
	uint8_t raw[RAW_KEY], id[4];
	size_t n;
	char name[AK_NOTE_NAME] = {0};
	struct ak_note_key k;
	size_t a = ak_str_find(text, '+');
	if (a >= sizeof(name) || text.n < a + 10 || text.p[a + 9] != '+')
		return false;
	if (memchr(text.p, 0, a) || !ak_unhex(ak_str_n(text.p + a + 1, 8), id, sizeof(id)))
		return false;
	if (!ak_unbase64(ak_str_n(text.p + a + 10, text.n - a - 10), raw, sizeof(raw), &n) || n != sizeof(raw) ||
	    raw[0] != ED25519)
		return false;
	memcpy(name, text.p, a);
	if (!ak_note_key_init(name, raw + 1, &k) || memcmp(k.id, id, sizeof(id)) != 0)
		return false;
	*out = k;
	return true;
}

/* UTF-8 without control bytes but line ends, and the last byte is one. */
static bool is_text(struct ak_str s)
{
	if (!s.n || s.p[s.n - 1] != '\n' || ak_utf8_valid(s) != s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < ' ' && s.p[i] != '\n')
			return false;
	}
	return true;
}

enum ak_rc ak_note_sign(const uint8_t seed[32], const char *name, struct ak_str text, struct ak_buf *out,
			struct ak_err *err)
{
	struct ak_note_key key;
	uint8_t pub[AK_ED25519_LEN], raw[RAW_SIG];
	char line[4 * ((RAW_SIG + 2) / 3) + 1];
	ak_ed25519_public(seed, pub);
	if (!is_text(text) || !ak_note_key_init(name, pub, &key))
		return ak_fail(err, AK_EXIT_BUG, "note text or key name is not fit to be signed");
	memcpy(raw, key.id, sizeof(key.id));
	ak_ed25519_sign(seed, text, raw + sizeof(key.id));
	ak_base64(raw, sizeof(raw), line);
	ak_buf_addstr(out, text);
	ak_buf_addf(out, "\n%s%s %s\n", dash, key.name, line);
	return AK_OK;
}

bool ak_note_line(struct ak_str *text, struct ak_str *line)
{
	size_t n = ak_str_find(*text, '\n');
	if (n == text->n)
		return false;
	*line = ak_str_n(text->p, n);
	*text = ak_str_n(text->p + n + 1, text->n - n - 1);
	return true;
}

/* "<em dash> name base64": the signature when it is by this key. Returns false when the line is malformed. */
static bool read_signature(struct ak_str line, const struct ak_note_key *key, uint8_t sig[AK_ED25519_SIG], bool *mine)
{
	struct ak_str mark = ak_str_n(dash, sizeof(dash) - 1);
	uint8_t raw[8192];
	size_t n;
	if (!ak_str_starts(line, mark))
		return false;
	line = ak_str_n(line.p + mark.n, line.n - mark.n);
	size_t gap = ak_str_find(line, ' ');
	if (!gap || gap == line.n || !ak_unbase64(ak_str_n(line.p + gap + 1, line.n - gap - 1), raw, sizeof(raw), &n) ||
	    n < 5)
		return false;
	*mine = ak_str_is(ak_str_n(line.p, gap), key->name) && memcmp(raw, key->id, sizeof(key->id)) == 0 &&
		n == RAW_SIG;
	if (*mine)
		memcpy(sig, raw + sizeof(key->id), AK_ED25519_SIG);
	return true;
}

enum ak_rc ak_note_verify(struct ak_str note, const struct ak_note_key *key, struct ak_str *text, struct ak_err *err)
{
	size_t cut = note.n;
	while (cut > 1 && !(note.p[cut - 1] == '\n' && note.p[cut - 2] == '\n'))
		cut--;
	if (cut < 3 || !is_text(note))
		return ak_fail_verify(err, "note_syntax", "note has no signatures or is not plain text");
	struct ak_str body = ak_str_n(note.p, cut - 1), sigs = ak_str_n(note.p + cut, note.n - cut), line;
	unsigned seen = 0, good = 0;
	while (ak_note_line(&sigs, &line)) {
		uint8_t sig[AK_ED25519_SIG];
		bool mine;
		if (++seen > MAX_SIGNATURES || !read_signature(line, key, sig, &mine))
			return ak_fail_verify(err, "note_syntax", "note has a malformed signature line");
		if (mine && !ak_ed25519_verify(key->pub, body, sig))
			return ak_fail_verify(err, "note_bad", "signature of the note does not match its text");
		good += mine;
	}
	if (!good)
		return ak_fail_verify(err, "note_unsigned", "note is not signed by the expected key");
	*text = body;
	return AK_OK;
}

void ak_checkpoint_text(const struct ak_checkpoint *c, struct ak_buf *out)
{
	char root[4 * ((AK_SHA256_LEN + 2) / 3) + 1];
	ak_base64(c->root, sizeof(c->root), root);
	ak_buf_addstr(out, c->origin);
	ak_buf_addf(out, "\n%" PRIu64 "\n%s\n", c->size, root);
	ak_buf_addstr(out, c->extra);
}

bool ak_note_number(struct ak_str s, uint64_t *out)
{
	uint64_t v = 0;
	if (!s.n || s.n > 20 || (s.p[0] == '0' && s.n > 1))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (!ak_is_digit(c) || v > (UINT64_MAX - (c - '0')) / 10)
			return false;
		v = 10 * v + (c - '0');
	}
	*out = v;
	return true;
}

enum ak_rc ak_checkpoint_parse(struct ak_str text, struct ak_checkpoint *out, struct ak_err *err)
{
	struct ak_checkpoint c;
	struct ak_str size, root;
	size_t n;
	if (!is_text(text) || !ak_note_line(&text, &c.origin) || !c.origin.n || !ak_note_line(&text, &size) ||
	    !ak_note_number(size, &c.size) || !ak_note_line(&text, &root) || root.n != 44 ||
	    !ak_unbase64(root, c.root, sizeof(c.root), &n) || n != AK_SHA256_LEN)
		return ak_fail_verify(err, "checkpoint_syntax", "checkpoint is not origin, size and root");
	c.extra = text;
	*out = c;
	return AK_OK;
}
