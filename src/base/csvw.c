#include "base/ak.h"

#include "base/csvw.h"

void ak_csvw_init(struct ak_csvw *w, struct ak_buf *out)
{
	w->out = out;
	w->in_row = false;
	w->guarded = 0;
}

static size_t skip(struct ak_str s, size_t at, const char *const *what)
{
	for (size_t i = 0; what[i]; i++) {
		struct ak_str one = ak_str_of(what[i]);

		if (ak_str_starts(ak_str_n(s.p + at, s.n - at), one))
			return one.n;
	}
	return 0;
}

/* Would a spreadsheet take the cell for a formula or a command, or would reversing the guard change it? */
static bool needs_guard(struct ak_str s)
{
	static const char *const covers[] = {" ", "\"", "\xC2\xA0", "\xEF\xBB\xBF", NULL};
	/* The last four are the full-width = + - @. */
	static const char *const starts[] = {"=",
					     "+",
					     "-",
					     "@",
					     "\t",
					     "\r",
					     "\n",
					     "|",
					     "\xEF\xBC\x9D",
					     "\xEF\xBC\x8B",
					     "\xEF\xBC\x8D",
					     "\xEF\xBC\xA0",
					     NULL};
	size_t at = 0, n;

	if (s.n && s.p[0] == '\'')
		return true;
	while ((n = skip(s, at, covers)) > 0)
		at += n;
	return at < s.n && (s.p[at] == '\0' || skip(s, at, starts));
}

/* Blanks at the ends are quoted for readers that trim, ; and TAB for spreadsheets that take them for separators. */
static bool needs_quotes(struct ak_str s, bool guarded)
{
	if (!s.n || (s.p[0] == ' ' && !guarded) || s.p[s.n - 1] == ' ')
		return true;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] && strchr("\",;\t\r\n", s.p[i]))
			return true;
	return false;
}

static void begin_cell(struct ak_csvw *w)
{
	if (w->in_row)
		ak_buf_addc(w->out, ',');
	w->in_row = true;
}

void ak_csvw_text(struct ak_csvw *w, struct ak_str s)
{
	bool guard, quotes;

	begin_cell(w);
	if (!s.p)
		return;
	guard = needs_guard(s);
	quotes = needs_quotes(s, guard);
	if (quotes)
		ak_buf_addc(w->out, '"');
	if (guard)
		ak_buf_addc(w->out, '\'');
	w->guarded += guard;
	while (s.n) {
		size_t n = ak_str_find(s, '"');

		ak_buf_add(w->out, s.p, n);
		if (n == s.n)
			break;
		ak_buf_adds(w->out, "\"\"");
		s = ak_str_n(s.p + n + 1, s.n - n - 1);
	}
	if (quotes)
		ak_buf_addc(w->out, '"');
}

void ak_csvw_number(struct ak_csvw *w, struct ak_str s)
{
	begin_cell(w);
	ak_buf_addstr(w->out, s);
}

void ak_csvw_end(struct ak_csvw *w)
{
	ak_buf_adds(w->out, "\r\n");
	w->in_row = false;
}
