#include "base/ak.h"
#include "serve/target.h"

#include "base/text.h"

/* Decoded copy; NULL when it is not to be taken. plus: '+' is a blank, as forms write it. */
static const char *decode(struct ak_str s, bool plus, struct ak_arena *a)
{
	char *out = ak_arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '%') {
			int high = i + 2 < s.n ? ak_hex_value(s.p[i + 1]) : -1, low = i + 2 < s.n ? ak_hex_value(s.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return NULL;
			c = (unsigned char)(high << 4 | low);
			i += 2;
		} else if (plus && c == '+') {
			c = ' ';
		}
		if (c < ' ' || c == 0x7f)
			return NULL;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	return ak_utf8_valid(ak_str_n(out, n)) == n ? out : NULL;
}

/* What stands before the first of a character; *rest is what stands behind it, p == NULL when there is none. */
static struct ak_str before(struct ak_str s, char end, struct ak_str *rest)
{
	const char *at = s.n ? memchr(s.p, end, s.n) : NULL;
	size_t n = at ? (size_t)(at - s.p) : s.n;

	*rest = at ? ak_str_n(at + 1, s.n - n - 1) : ak_str_n(NULL, 0);
	return ak_str_n(s.p, n);
}

static bool path(struct ak_str s, struct ak_arena *a, struct ak_target *t)
{
	struct ak_str rest, part;
	const char *z;

	t->token = before(s, '/', &rest);
	while (rest.p) {
		if (!rest.n) {
			t->slash = true;
			return true;
		}
		part = before(rest, '/', &rest);
		z = decode(part, false, a);
		if (!z || !*z || strcmp(z, ".") == 0 || strcmp(z, "..") == 0 || t->nparts == AK_TARGET_PARTS)
			return false;
		t->part[t->nparts++] = z;
	}
	return true;
}

static bool params(struct ak_str s, struct ak_arena *a, struct ak_target *t)
{
	struct ak_param *list = ak_arena_zero(a, AK_TARGET_PARAMS * sizeof *list);
	struct ak_str pair, value;

	t->param = list;
	while (s.n) {
		struct ak_str name = before(pair = before(s, '&', &s), '=', &value);

		if (!pair.n)
			continue;
		if (t->nparams == AK_TARGET_PARAMS)
			return false;
		list[t->nparams].name = decode(name, true, a);
		list[t->nparams].value = decode(value.p ? value : AK_STR(""), true, a);
		if (!list[t->nparams].name || !list[t->nparams].value)
			return false;
		t->nparams++;
	}
	return true;
}

bool ak_target_parse(const char *raw, struct ak_arena *a, struct ak_target *out)
{
	struct ak_str rest, all = ak_str_of(raw), whole;

	*out = (struct ak_target){.nparts = 0};
	if (all.n > AK_TARGET_BYTES || *raw != '/')
		return false;
	whole = before(ak_str_n(raw + 1, all.n - 1), '?', &rest);
	out->query = rest.p ? rest : AK_STR("");
	/* Browsers keep a fragment to themselves. */
	return !memchr(raw, '#', all.n) && path(whole, a, out) && params(out->query, a, out);
}

void ak_target_escape(struct ak_buf *out, struct ak_str s)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (ak_is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
			ak_buf_addc(out, (char)c);
		} else {
			ak_buf_addc(out, '%');
			ak_buf_addc(out, hex[c >> 4]);
			ak_buf_addc(out, hex[c & 15]);
		}
	}
}
