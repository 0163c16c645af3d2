#include "base/ak.h"
#include "redact/value.h"

#include "base/text.h"
#include "redact/email.h"
#include "redact/marker.h"
#include "redact/personal.h"
#include "redact/veiled.h"

enum { LONGEST_ID = 200, LONGEST_WORD = 64, INNER_PROSE = 64 };

static struct ak_str escaped(const struct ak_pass *p, struct ak_str s)
{
	struct ak_buf b;

	if (ak_text_is_safe(s))
		return s;
	ak_buf_init(&b, s.n * 10 + 1);
	ak_text_safe(&b, s);
	s = ak_arena_str(p->a, ak_buf_str(&b));
	ak_buf_release(&b);
	ak_pass_count(p, "control_characters", AK_ACT_SANITISED);
	return s;
}

/* A secret in which a control character or an address stood is whole only now. */
static struct ak_str clean(const struct ak_pass *p, struct ak_str s, bool personal)
{
	struct ak_str before;

	do {
		before = s;
		s = ak_email_replace(p, s);
		s = ak_veiled_replace(p, personal ? ak_personal_replace(p, s) : s, personal);
		s = escaped(p, s);
		if (!ak_str_eq(s, before))
			s = ak_value_secrets(p, s);
	} while (!ak_str_eq(s, before));
	return s;
}

/* Plain characters, and no encoding either. */
static bool is_plain(const struct ak_pass *p, struct ak_str s)
{
	return ak_charset_is_plain(s) && (ak_pass_knows_bare(p, s) || !ak_veiled_may(p->r, s));
}

struct ak_str ak_value_safe(const struct ak_pass *p, struct ak_str s)
{
	return is_plain(p, s) ? s : clean(p, s, false);
}

struct ak_str ak_value_text(const struct ak_pass *p, struct ak_str s)
{
	struct ak_str out = ak_personal_replace(p, s);

	if (out.p == s.p)
		return is_plain(p, s) ? s : clean(p, s, true);
	return clean(p, ak_value_secrets(p, out), true);
}

struct ak_str ak_value_kept(const struct ak_pass *p, struct ak_str s)
{
	return ak_value_cut(p, ak_value_safe(p, s));
}

static bool only(struct ak_str s, unsigned set, const char *more, size_t most)
{
	if (s.n == 0 || s.n > most)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!ak_charset_has(set, s.p[i]) && !(s.p[i] && strchr(more, s.p[i])))
			return false;
	return true;
}

bool ak_value_is_id(struct ak_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; n++) {
		size_t end = s.p[i] == '[' ? ak_marker_end(s, i) : i;

		if (end == i && !ak_charset_has(AK_SET_DOTTED | AK_CS_SLASH | AK_CS_PLUS | AK_CS_EQUAL, s.p[i]) &&
		    s.p[i] != ':' && s.p[i] != '@')
			return false;
		i = end > i ? end : i + 1;
	}
	return n > 0 && n <= LONGEST_ID;
}

struct ak_str ak_value_id(const struct ak_pass *p, struct ak_str s)
{
	if (s.n && s.n <= LONGEST_ID && is_plain(p, s))
		return s;
	if (ak_value_is_id(s))
		s = ak_value_kept(p, s);
	if (ak_value_is_id(s))
		return s;
	ak_pass_count(p, "not_id_shaped", AK_ACT_HASHED);
	return ak_redactor_token(p->r, "id", s, p->a);
}

struct ak_str ak_value_name(const struct ak_pass *p, struct ak_str s)
{
	return ak_personal_reads(p->field) ? ak_value_cut(p, ak_value_text(p, s)) : ak_value_kept(p, s);
}

static bool is_enum(struct ak_str s)
{
	return ak_marker_end(s, 0) == 0 && only(s, AK_SET_DOTTED | AK_CS_SLASH, ":", LONGEST_WORD);
}

/* An enum that is in lower case already, as almost all are. */
static bool is_enum_word(struct ak_str s)
{
	return s.n && s.n <= LONGEST_WORD &&
	       ak_charset_run(s, 0, AK_SET_LOWER36 | AK_CS_DASH | AK_CS_UNDER | AK_CS_DOT | AK_CS_SLASH) == s.n;
}

struct ak_str ak_value_enum(const struct ak_pass *p, struct ak_str s)
{
	char *low;

	if (is_enum_word(s))
		return s;
	if (!is_enum(s))
		s = ak_value_name(p, s);
	if (!is_enum(s))
		return s;
	low = ak_arena_z(p->a, s);
	for (size_t i = 0; i < s.n; i++)
		low[i] = ak_lower(low[i]);
	/* `SK-` is the prefix of no key, `sk-` is. */
	return ak_value_secrets(p, ak_str_n(low, s.n));
}

/* Sources write one currency in both cases. Their digests take the value as the mapping gives it, which is lower case. */
struct ak_str ak_value_currency(const struct ak_pass *p, struct ak_str s)
{
	char *code;

	if (s.n != 3 || ak_charset_run(s, 0, AK_SET_LETTERS) != 3)
		return ak_value_enum(p, s);
	code = ak_arena_z(p->a, s);
	for (size_t i = 0; i < s.n; i++)
		code[i] = (char)(code[i] & ~('a' - 'A'));
	return ak_str_n(code, s.n);
}

struct ak_str ak_value_code(const struct ak_pass *p, struct ak_str s)
{
	if (ak_marker_is(s) || only(s, AK_SET_LOWER36 | AK_CS_UNDER | AK_CS_DOT | AK_CS_DASH, "", LONGEST_WORD))
		return s;
	ak_pass_count(p, "not_code_shaped", AK_ACT_REMOVED);
	return ak_str_n(NULL, 0);
}

/* A plain hash of a prompt or response: who has a list of candidates finds it. */
static bool is_guessable(const struct ak_pass *p, struct ak_str s)
{
	return (p->field == AK_F_PROMPT_HASH || p->field == AK_F_RESPONSE_HASH) && s.n >= 32 &&
	       ak_charset_run(s, 0, AK_SET_HEX) == s.n;
}

struct ak_str ak_value_token(const struct ak_pass *p, struct ak_str s)
{
	if (ak_marker_is(s) || ak_marker_is_token(s))
		return s;
	ak_pass_count(p, is_guessable(p, s) ? "unkeyed_hash" : "identifier", AK_ACT_HASHED);
	return ak_redactor_token(p->r, "id", ak_str_trim(s), p->a);
}

static bool is_prose(struct ak_str s)
{
	return s.n > INNER_PROSE && ak_str_find(s, ' ') < s.n && ak_marker_end(s, 0) == 0;
}

struct ak_str ak_value_inner(const struct ak_pass *p, enum ak_name_class name, struct ak_str s)
{
	struct ak_str address, network;

	if (s.n == 0 || ak_marker_is(s) || ak_marker_is_token(s))
		return s;
	if (name == AK_NAME_WEAK || name == AK_NAME_STRONG)
		return ak_value_is_digest(s) ? ak_value_key(p, s) : ak_value_kept(p, s);
	if (name == AK_NAME_PERSON)
		return ak_value_person(p, s);
	if (ak_value_address_text(s, p->a, &address)) {
		address = ak_value_address(p, s, &network);
		return ak_value_address_mark(p, address, network);
	}
	if (is_prose(s)) {
		ak_pass_count(p, "free_text", AK_ACT_REMOVED);
		return AK_STR("[REMOVED:free_text]");
	}
	return ak_value_cut(p, ak_value_text(p, s));
}

struct ak_str ak_value_inner_words(const struct ak_pass *p, enum ak_name_class name, struct ak_str s)
{
	s = ak_value_inner(p, name, s);
	if (!s.p || ak_marker_is(s) || ak_str_starts(s, AK_STR("[REMOVED:")))
		return s;
	if (ak_marker_is_token(s) || ak_value_is_address_mark(p->r, s) ? ak_profile_keeps_tokens(p->r->profile) : ak_charset_run(s, 0, AK_SET_LETTERS | AK_CS_DASH | AK_CS_UNDER | AK_CS_DOT | AK_CS_SLASH) == s.n)
		return s;
	ak_pass_count(p, "free_text", AK_ACT_REMOVED);
	return AK_STR("[REMOVED:free_text]");
}
