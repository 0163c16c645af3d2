#include "base/ak.h"
#include "redact/detector.h"
#include "redact/object.h"
#include "redact/redact.h"
#include "redact/shape.h"

/* Text of the shapes, for both tables. */
#define TEXT_OPEN(lit, s, min) lit " " #s "{" #min ",}"
#define TEXT_EXACT(lit, s, min, max) lit " " #s "{" #min "," #max "}"
#define TEXT_INFIX(lit, pre, s, min) #s "{" #pre ",} " lit " " #s "{" #min ",}"
#define TEXT_CONTEXT(w, s, min, max, near) #s "{" #min "," #max "} beside: " w

const struct ak_detector ak_detectors[] = {
#define LITERAL(k, lit) .kind = k, .literal = lit, .n = sizeof(lit) - 1
#define RUN(s, min) .set = AK_SET_##s, .after = min
#define PREFIX(k, lit, s, min) {LITERAL(k, lit), .shape = TEXT_OPEN(lit, s, min), RUN(s, min), .anchored = true},
#define FREE(k, lit, s, min) {LITERAL(k, lit), .shape = TEXT_OPEN(lit, s, min), RUN(s, min)},
#define EXACT(k, lit, s, min, max)                                                                                     \
	{LITERAL(k, lit), .shape = TEXT_EXACT(lit, s, min, max), RUN(s, min), .most = max, .anchored = true},
#define KEY_ID(k, lit, s, min)                                                                                         \
	{LITERAL(k, lit), .shape = TEXT_OPEN(lit, s, min), RUN(s, min), .anchored = true, .key_id = true},
#define INFIX(k, lit, pre, s, min)                                                                                     \
	{LITERAL(k, lit), .shape = TEXT_INFIX(lit, pre, s, min), RUN(s, min), .before = pre, .anchored = true},
#define SHAPE(k, lit, fn, text) {LITERAL(k, lit), .shape = text, .match = fn},
#define CONTEXT(k, w, s, min, max, how)                                                                                \
	{.kind = k, .words = w, .shape = TEXT_CONTEXT(w, s, min, max, how), RUN(s, min), .most = max, .near = AK_NEAR_##how},
#include "redact/detectors.def"
#undef PREFIX
#undef FREE
#undef EXACT
#undef KEY_ID
#undef INFIX
#undef SHAPE
#undef CONTEXT
};
const size_t ak_detectors_n = AK_COUNT(ak_detectors);

static const struct ak_detector_info infos[] = {
#define PREFIX(k, lit, s, min) {k, TEXT_OPEN(lit, s, min), "prefix", AK_ACT_REMOVED},
#define FREE(k, lit, s, min) {k, TEXT_OPEN(lit, s, min), "prefix", AK_ACT_REMOVED},
#define EXACT(k, lit, s, min, max) {k, TEXT_EXACT(lit, s, min, max), "prefix", AK_ACT_REMOVED},
#define KEY_ID(k, lit, s, min) {k, TEXT_OPEN(lit, s, min), "prefix", AK_ACT_HASHED},
#define INFIX(k, lit, pre, s, min) {k, TEXT_INFIX(lit, pre, s, min), "prefix", AK_ACT_REMOVED},
#define SHAPE(k, lit, fn, text) {k, text, "shape", AK_ACT_REMOVED},
#define CONTEXT(k, w, s, min, max, how) {k, TEXT_CONTEXT(w, s, min, max, how), "context", AK_ACT_REMOVED},
#include "redact/detectors.def"
#undef PREFIX
#undef FREE
#undef EXACT
#undef KEY_ID
#undef INFIX
#undef SHAPE
#undef CONTEXT
	{"named_secret", "value after a name that says secret: api_key=, \"client_secret\": \"...\", ?key=", "context",
	 AK_ACT_REMOVED},
	{"nested_encoding", "text encoded more than 4 times over, or more than 4 times its size when decoded", "context",
	 AK_ACT_REMOVED},
};

/* A run this long before an infix is looked at, so that a scan stays linear. */
enum { LONGEST_BEFORE = 256 };

/* The letter that ends a colour: ESC[31m, of which ESC may be lost. */
static bool ends_colour(struct ak_str s, size_t at)
{
	enum { LONGEST_COLOUR = 24 };
	size_t i = at - 1;

	while (i > 0 && at - i < LONGEST_COLOUR && (ak_is_digit((unsigned char)s.p[i - 1]) || s.p[i - 1] == ';'))
		i--;
	return i > 0 && s.p[i - 1] == '[';
}

bool ak_detector_left(struct ak_str s, size_t at)
{
	if (at == 0 || !ak_charset_has(AK_SET_AN, s.p[at - 1]))
		return true;
	if (s.p[at - 1] == 'm' && ends_colour(s, at))
		return true;
	return at >= 2 && s.p[at - 2] == '\\' && memchr("nrtbfv0", s.p[at - 1], 7);
}

bool ak_detector_match(const struct ak_detector *d, struct ak_str s, size_t floor, size_t at, size_t *from, size_t *to)
{
	size_t body = at + d->n, start = at, end;

	if (d->match) {
		if (!d->match(s, at, &start, to))
			return false;
		*from = start > floor ? start : floor;
		return true;
	}
	while (d->before && start > floor && at - start < LONGEST_BEFORE && ak_charset_has(d->set, s.p[start - 1]))
		start--;
	if (at - start < d->before || (d->anchored && !ak_detector_left(s, start)))
		return false;
	end = ak_charset_run(s, body, d->set);
	if (end - body < d->after)
		return false;
	end = ak_charset_run(s, end, d->set | AK_SET_AN);
	if (d->most && end - body > d->most)
		return false;
	*from = start;
	*to = end;
	return true;
}

size_t ak_redact_detectors(const struct ak_detector_info **out)
{
	*out = infos;
	return AK_COUNT(infos);
}
