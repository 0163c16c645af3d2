#include "base/ak.h"
#include "redact/nearby.h"

#include "redact/marker.h"
#include "redact/names.h"

enum { LONGEST_NAME = 48, MOST_BETWEEN = 6, LONGEST_LOOK = 256 };

bool ak_nearby_word(struct ak_str *rest, struct ak_str *word)
{
	size_t n = ak_str_find(*rest, ' ');

	*word = ak_str_n(rest->p, n);
	*rest = ak_str_n(rest->p + n, rest->n - n);
	if (rest->n)
		*rest = ak_str_n(rest->p + 1, rest->n - 1);
	return word->n > 0;
}

/* A word of its own: `mistral_key` and `MistralKey` have one, `mistralai` has not. */
static bool is_word(struct ak_str s, size_t at, size_t end)
{
	unsigned char before = at > 0 ? (unsigned char)s.p[at - 1] : ' ', after = end < s.n ? (unsigned char)s.p[end] : ' ';
	bool capital = ak_is_upper((unsigned char)s.p[at]);

	if (ak_is_alnum(before) && !(capital && ak_is_lower(before)) && !(at > 1 && s.p[at - 2] == '\\'))
		return false;
	return !ak_is_alnum(after) || (ak_is_upper(after) && ak_is_lower((unsigned char)s.p[end - 1]));
}

static bool holds_word(struct ak_str s, struct ak_str word)
{
	for (size_t i = 0; i + word.n <= s.n; i++)
		if (ak_str_eq_fold(ak_str_n(s.p + i, word.n), word) && is_word(s, i, i + word.n))
			return true;
	return false;
}

static bool holds_any(struct ak_str s, const char *words)
{
	for (struct ak_str rest = ak_str_of(words), w; ak_nearby_word(&rest, &w);)
		for (size_t i = 0; i + w.n <= s.n; i++)
			if (ak_str_eq_fold(ak_str_n(s.p + i, w.n), w))
				return true;
	return false;
}

/* Capitals, small letters and digits: neither a word nor a digest. */
static bool is_mixed(struct ak_str v)
{
	unsigned seen = 0;

	for (size_t i = 0; i < v.n; i++)
		seen |= ak_charset[(unsigned char)v.p[i]];
	return (seen & AK_CS_LOWER) && (seen & AK_CS_UPPER) && (seen & AK_CS_DIGIT);
}

/* A sign inside a run ends a name, not a value. */
static unsigned run_set(const struct ak_detector *d)
{
	return (d->set | AK_SET_AN) & ~(unsigned)AK_CS_EQUAL;
}

/* End of the run, with its padding; of a longer one than any value, some place in it, so that a scan stays linear. */
static size_t run_end(const struct ak_detector *d, struct ak_str s, size_t from)
{
	size_t most = d->most ? d->most + 1u : LONGEST_LOOK, end, pad;

	if (s.n - from > most)
		s.n = from + most;
	end = ak_charset_run(s, from, run_set(d));
	if (!(d->set & AK_CS_EQUAL))
		return end;
	pad = ak_charset_run(s, end, AK_CS_EQUAL);
	return pad - end <= 2 && !(pad < s.n && ak_charset_has(AK_SET_AN, s.p[pad])) ? pad : end;
}

static bool takes(const struct ak_detector *d, struct ak_str v)
{
	return v.n >= d->after && (!d->most || v.n <= d->most) && (!d->set || ak_charset_run(v, 0, d->set) == v.n);
}

/* The name or word in front of a value says that it is no secret: a hash, an id, a commit. */
static bool is_data(struct ak_str s, size_t floor, size_t from)
{
	size_t end = from, start;

	while (end > floor && from - end < MOST_BETWEEN && !ak_charset_has(AK_SET_DOTTED, s.p[end - 1]))
		end--;
	start = end;
	while (start > floor && end - start < LONGEST_NAME && ak_charset_has(AK_SET_DOTTED, s.p[start - 1]))
		start--;
	return ak_name_is_data(ak_str_n(s.p + start, end - start));
}

/* Cut out of something longer? */
static bool is_part(const struct ak_detector *d, struct ak_str s, size_t from, size_t to)
{
	if (from > 0 && ak_charset_has(run_set(d), s.p[from - 1]))
		return true;
	if (to > from && s.p[to - 1] == '=')
		return false;
	if (to < s.n && s.p[to] == '/')
		return d->most && to + 1 < s.n && ak_charset_has(run_set(d), s.p[to + 1]);
	return d->most && to < s.n && ak_charset_has(run_set(d) | AK_CS_DASH | AK_CS_UNDER | AK_CS_PLUS, s.p[to]);
}

static bool is_joined(struct ak_str s, size_t from)
{
	return from > 0 && ak_charset_has(AK_CS_DASH | AK_CS_UNDER | AK_CS_PLUS | AK_CS_SLASH, s.p[from - 1]);
}

/* Behind a marker or token that stands at i, else i: what redaction left is no value. */
static size_t past_own(struct ak_str s, size_t i)
{
	size_t end = s.p[i] == '[' ? ak_marker_end(s, i) : i;

	return end == i && i > 0 && s.p[i - 1] == ':' && ak_marker_is_token_colon(s, i - 1) ? ak_charset_run(s, i, AK_SET_HEX) : end;
}

/* A value that begins in [at, end). A word behind it has its own place s.n: nothing stands between them. */
static bool find(const struct ak_detector *d, struct ak_str s, size_t floor, size_t word, size_t at, size_t end, size_t *from,
		 size_t *to)
{
	static const char keys[] = "key token secret login auth pass cred";

	for (size_t i = at, next; i < end; i = next) {
		struct ak_str v;
		bool keyed;

		next = past_own(s, i);
		if (next > i)
			continue;
		next = run_end(d, s, i);
		v = ak_str_n(s.p + i, next - i);
		/* A slash behind the value is none of it. */
		if (d->most && v.n == d->most + 1u && v.p[v.n - 1] == '/')
			v.n--;
		next += next == i;
		if (!takes(d, v) || is_part(d, s, i, i + v.n) || is_data(s, floor, i))
			continue;
		keyed = word < i && holds_any(ak_str_n(s.p + word, i - word), keys);
		if (!keyed && (d->near != AK_NEAR_EITHER || is_joined(s, i) || !is_mixed(v)))
			continue;
		*from = i;
		*to = ak_charset_run(s, i + v.n, d->most ? 0 : d->set);
		return true;
	}
	return false;
}

bool ak_nearby_match(const struct ak_detector *d, struct ak_str s, size_t floor, size_t at, size_t end, size_t *from,
		     size_t *to)
{
	size_t last = s.n - end > AK_NEARBY_DISTANCE ? end + AK_NEARBY_DISTANCE : s.n;
	size_t reach = (size_t)AK_NEARBY_DISTANCE + d->after, first = at - floor > reach ? at - reach : floor;

	if (!is_word(s, at, end))
		return false;
	if (find(d, s, floor, at, end, last, from, to))
		return true;
	return d->near == AK_NEAR_EITHER && find(d, s, floor, s.n, first, at, from, to) && *to <= at;
}

const char *ak_nearby_kind(const struct ak_detector *rows, size_t n, struct ak_str name, struct ak_str value)
{
	for (size_t i = 0; i < n; i++) {
		if (!rows[i].near || !takes(&rows[i], value))
			continue;
		for (struct ak_str rest = ak_str_of(rows[i].words), w; ak_nearby_word(&rest, &w);)
			if (holds_word(name, w))
				return rows[i].kind;
	}
	return "named_secret";
}
