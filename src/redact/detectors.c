#include "base/ak.h"
#include "redact/detector.h"
#include "redact/redact.h"
#include "redact/shape.h"

const struct ak_detector ak_detectors[] = {
#define PREFIX(k, lit, s, min)                                                                                         \
	{.kind = k,                                                                                                    \
	 .literal = lit,                                                                                               \
	 .n = sizeof(lit) - 1,                                                                                         \
	 .shape = lit " " #s "{" #min ",}",                                                                            \
	 .set = AK_SET_##s,                                                                                            \
	 .after = min,                                                                                                 \
	 .anchored = true},
#define FREE(k, lit, s, min)                                                                                           \
	{.kind = k,                                                                                                    \
	 .literal = lit,                                                                                               \
	 .n = sizeof(lit) - 1,                                                                                         \
	 .shape = lit " " #s "{" #min ",}",                                                                            \
	 .set = AK_SET_##s,                                                                                            \
	 .after = min},
#define INFIX(k, lit, pre, s, min)                                                                                     \
	{.kind = k,                                                                                                    \
	 .literal = lit,                                                                                               \
	 .n = sizeof(lit) - 1,                                                                                         \
	 .shape = #s "{" #pre ",} " lit " " #s "{" #min ",}",                                                          \
	 .set = AK_SET_##s,                                                                                            \
	 .before = pre,                                                                                                \
	 .after = min,                                                                                                 \
	 .anchored = true},
#define SHAPE(k, lit, fn, text) {.kind = k, .literal = lit, .n = sizeof(lit) - 1, .shape = text, .match = fn},
#include "redact/detectors.def"
#undef PREFIX
#undef FREE
#undef INFIX
#undef SHAPE
};
const size_t ak_detectors_n = AK_COUNT(ak_detectors);

static const struct ak_detector_info infos[] = {
#define PREFIX(k, lit, s, min) {k, lit " " #s "{" #min ",}", "prefix", AK_ACT_REMOVED},
#define FREE(k, lit, s, min) {k, lit " " #s "{" #min ",}", "prefix", AK_ACT_REMOVED},
#define INFIX(k, lit, pre, s, min) {k, #s "{" #pre ",} " lit " " #s "{" #min ",}", "prefix", AK_ACT_REMOVED},
#define SHAPE(k, lit, fn, text) {k, text, "shape", AK_ACT_REMOVED},
#include "redact/detectors.def"
#undef PREFIX
#undef FREE
#undef INFIX
#undef SHAPE
	{"named_secret",
	 "value after a name that says secret: password=, \"api_key\": \"...\", Cookie:, ?key=", "context", AK_ACT_REMOVED},
	{"nested_encoding", "text encoded more than 4 times over", "context", AK_ACT_REMOVED},
};

static const struct ak_detector_info finders[] = {
	{"email", "local part, @ or %40, domain with a top label", "personal", AK_ACT_HASHED},
};

/* A run this long before an infix is looked at, so that a scan stays linear. */
enum { LONGEST_BEFORE = 256 };

bool ak_detector_left(struct ak_str s, size_t at)
{
	if (at == 0 || !ak_charset_has(AK_SET_AN, s.p[at - 1]))
		return true;
	return at >= 2 && s.p[at - 2] == '\\' && memchr("nrtbf", s.p[at - 1], 5);
}

bool ak_detector_match(const struct ak_detector *d, struct ak_str s, size_t floor, size_t at, size_t *from, size_t *to)
{
	size_t body = at + d->n, start = at, end;

	if (d->match)
		return d->match(s, at, from, to);
	while (d->before && start > floor && at - start < LONGEST_BEFORE && ak_charset_has(d->set, s.p[start - 1]))
		start--;
	if (at - start < d->before || (d->anchored && !ak_detector_left(s, start)))
		return false;
	end = ak_charset_run(s, body, d->set);
	if (end - body < d->after)
		return false;
	*from = start;
	*to = end;
	return true;
}

size_t ak_redact_finders(const struct ak_detector_info **out)
{
	*out = finders;
	return AK_COUNT(finders);
}

size_t ak_redact_detectors(const struct ak_detector_info **out)
{
	*out = infos;
	return AK_COUNT(infos);
}
