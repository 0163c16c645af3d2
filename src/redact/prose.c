/* Messages in words: where their stack trace begins, and what is kept of one that somebody asked for. */
#include "base/ak.h"
#include "redact/value.h"

#include "base/text.h"

/* What a trace begins with, and whether at the start of a line only. Escaped line ends count as such. */
static const struct {
	struct ak_str text;
	bool line;
} begins[] = {
#define TRACE(z, line) {{z, sizeof z - 1}, line}
	TRACE("Traceback (most recent call last)", false),
	TRACE("File \"", true),
	TRACE("at ", true),
	TRACE("Caused by: ", true),
	TRACE("goroutine ", true),
	TRACE("stack backtrace:", false),
	TRACE("Stack trace:", false),
	TRACE("--- End of inner exception", false),
	TRACE("from /", true),
};

/* Behind a line end, written or escaped, and blanks. */
static bool starts_line(struct ak_str s, size_t i)
{
	while (i && (s.p[i - 1] == ' ' || s.p[i - 1] == '\t'))
		i--;
	if (i && (s.p[i - 1] == '\n' || s.p[i - 1] == '\r'))
		return true;
	return i >= 2 && s.p[i - 2] == '\\' && memchr("nrt", s.p[i - 1], 3);
}

size_t ak_value_stack_trace(struct ak_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '-' || s.p[i] > 's')
			continue;
		for (size_t k = 0; k < AK_COUNT(begins); k++)
			if (s.p[i] == begins[k].text.p[0] && ak_str_starts(ak_str_n(s.p + i, s.n - i), begins[k].text) &&
			    (!begins[k].line || starts_line(s, i)))
				return i;
	}
	return s.n;
}

struct ak_str ak_value_prose(const struct ak_pass *p, struct ak_str s)
{
	size_t end = ak_value_stack_trace(s);

	if (end < s.n) {
		ak_pass_count(p, "stack_trace", AK_ACT_REMOVED);
		s = ak_str_trim(ak_str_n(s.p, end));
	}
	s = ak_value_cut(p, ak_value_text(p, ak_value_secrets(p, s)));
	return s.n ? s : ak_str_n(NULL, 0);
}
