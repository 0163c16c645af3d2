#include "base/ak.h"
#include "packet/untag.h"

/* Between what these make no reader sees one word. */
static const char *const blocks[] = {
	"td", "th", "tr", "p", "li", "div", "br", "dd", "dt", "dl", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "table", "thead", "tbody", "tfoot",
	"caption", "section", "article", "nav", "header", "footer", "main", "aside", "details", "summary", "pre", "blockquote", "figure", "figcaption",
	"text", "title", "svg", "script", "style", "head", "body", "html", "option", "select", "button", "input", "img", "form", "textarea",
};

struct untag {
	struct ak_str text;
	struct ak_buf *out;
	size_t line;	/* of out: where the line begins */
	size_t ends;	/* line ends within tags, which come behind the line */
	bool quotes, open; /* open: a tag does not end, so none is looked for behind it */
	bool split;	/* the last thing was a tag behind a character */
	bool joined, any;  /* the line, the text holds what tags had split */
};

/* Where a comment that begins at `at` ends; 0 = nowhere. */
static size_t comment_end(struct ak_str s, size_t at)
{
	for (size_t i = at + 2; i + 2 < s.n; i++)
		if (s.p[i] == '-' && s.p[i + 1] == '-') {
			if (s.p[i + 2] == '>')
				return i + 3;
			if (i + 3 < s.n && s.p[i + 2] == '!' && s.p[i + 3] == '>')
				return i + 4;
		}
	return 0;
}

static size_t tag_end(struct ak_str s, size_t at, bool quotes)
{
	char quote = '\0';

	for (size_t i = at + 1; i < s.n; i++) {
		char c = s.p[i];

		if (quote)
			quote = c == quote ? '\0' : quote;
		else if (c == '>')
			return i + 1;
		else if (quotes && (c == '"' || c == '\''))
			quote = c;
	}
	return 0;
}

static bool begins(struct ak_str s, size_t at)
{
	char c = at + 1 < s.n ? s.p[at + 1] : '\0';

	return s.p[at] == '<' && ((c | 0x20) >= 'a' ? (c | 0x20) <= 'z' : c == '/' || c == '!' || c == '?');
}

static bool is_block(struct ak_str s, size_t at)
{
	size_t from = at + 1 + (s.p[at + 1] == '/'), n = 0, k;

	while (from + n < s.n && ak_is_alnum((unsigned char)s.p[from + n]))
		n++;
	for (size_t i = 0; i < AK_COUNT(blocks); i++) {
		for (k = 0; k < n && blocks[i][k] && ak_lower(s.p[from + k]) == blocks[i][k];)
			k++;
		if (k == n && !blocks[i][k])
			return true;
	}
	return false;
}

static void character(struct untag *u, char c)
{
	bool blank = c == ' ' || c == '\t' || c == '\r';

	u->joined = u->joined || (u->split && !blank);
	u->split = false;
	ak_buf_addc(u->out, c);
}

static void end_line(struct untag *u)
{
	if (!u->joined)
		u->out->n = u->line;
	u->any = u->any || u->joined;
	u->joined = u->split = false;
	for (u->ends++; u->ends; u->ends--)
		ak_buf_addc(u->out, '\n');
	u->line = u->out->n;
}

/* The tag or comment at `at`; what of it is passed over, 0 = it is none. */
static size_t tag(struct untag *u, size_t at)
{
	bool comment = ak_str_starts(ak_str_n(u->text.p + at, u->text.n - at), AK_STR("<!--"));
	size_t end = comment ? comment_end(u->text, at) : tag_end(u->text, at, u->quotes);
	char last = u->out->n > u->line ? u->out->p[u->out->n - 1] : ' ';

	if (!end) {
		u->open = true;
		return 0;
	}
	for (size_t i = at; i < end; i++)
		u->ends += u->text.p[i] == '\n';
	if (!comment && is_block(u->text, at))
		character(u, ' ');
	else
		u->split = u->split || (last != ' ' && last != '\t');
	return end - at;
}

bool ak_untag(struct ak_str text, bool quotes, struct ak_buf *out)
{
	struct untag u = {.text = text, .out = out, .quotes = quotes};

	ak_buf_clear(out);
	for (size_t i = 0, n; i < text.n && !out->over; i += n ? n : 1) {
		n = !u.open && begins(text, i) ? tag(&u, i) : 0;
		if (!n && text.p[i] == '\n')
			end_line(&u);
		else if (!n)
			character(&u, text.p[i]);
	}
	end_line(&u);
	return u.any && !out->over;
}
