/* Error templates (DECISIONS 13): the words of an error message without its data.
 *
 * Quoted parts become <q>, JSON bodies <json>, URLs and file paths <url>, e-mail shapes <email>, addresses <ip>, words
 * that begin with a digit <n>, other words with digits or of no language <id>, secrets <secret>. Where a source echoes
 * what somebody wrote (`prompt: ...`), the rest is <text>. A quote or brace that is never closed takes the rest of the
 * message: what cannot be told apart is not kept. */
#include "base/ak.h"
#include "redact/value.h"

#include "base/text.h"
#include "redact/email.h"
#include "redact/marker.h"
#include "redact/personal.h"
#include "redact/veiled.h"

enum { TEMPLATE_BYTES = 200, LONGEST_WORD = 40 };

struct reader {
	const struct ak_pass *p;
	struct ak_str s;
	size_t at;
	struct ak_buf out;
};

static const char *const echoes[] = {"messages", "content",    "prompt",       "input",	 "inputs",    "query",
				     "text",	 "completion", "instructions", "user",	 "assistant", "system",
				     "human",	 "body",       "response",     "request"};

static const char *const placeholders[] = {"<q>", "<json>", "<url>",	"<email>", "<ip>",
					   "<n>", "<id>",   "<secret>", "<text>"};

static bool is_space(char c)
{
	return ak_charset_has(AK_CS_BLANK, c);
}

/* Opening quotes and what closes them. */
static struct ak_str closing_of(struct ak_str s, size_t *open)
{
	static const struct {
		struct ak_str open, close;
	} pairs[] = {
		{{"\"", 1}, {"\"", 1}},
		{{"'", 1}, {"'", 1}},
		{{"`", 1}, {"`", 1}},
		{{"\xc2\xab", 2}, {"\xc2\xbb", 2}},
		{{"\xe2\x80\x9c", 3}, {"\xe2\x80\x9d", 3}},
		{{"\xe2\x80\x98", 3}, {"\xe2\x80\x99", 3}},
		{{"\xe3\x80\x8c", 3}, {"\xe3\x80\x8d", 3}},
	};

	for (size_t i = 0; i < AK_COUNT(pairs); i++)
		if (ak_str_starts(s, pairs[i].open)) {
			*open = pairs[i].open.n;
			return pairs[i].close;
		}
	return ak_str_n(NULL, 0);
}

/* An apostrophe inside or behind a word closes nothing and opens nothing. */
static bool in_word(struct ak_str s, size_t i)
{
	return s.p[i] == '\'' && i > 0 && ak_is_alnum((unsigned char)s.p[i - 1]);
}

static bool take_quoted(struct reader *r)
{
	size_t open = 0, i;
	struct ak_str close = closing_of(ak_str_n(r->s.p + r->at, r->s.n - r->at), &open);

	if (close.n == 0 || in_word(r->s, r->at))
		return false;
	for (i = r->at + open; i < r->s.n; i++) {
		bool apostrophe = r->s.p[i] == '\'' && i + 1 < r->s.n && ak_is_alnum((unsigned char)r->s.p[i + 1]);

		if (r->s.p[i] == '\\')
			i++;
		else if (!apostrophe && ak_str_starts(ak_str_n(r->s.p + i, r->s.n - i), close))
			break;
	}
	r->at = i < r->s.n ? i + close.n : r->s.n;
	ak_buf_adds(&r->out, "<q>");
	return true;
}

/* From a brace to the last one that closes: quotes inside bodies are not trusted to balance. */
static bool take_body(struct reader *r)
{
	char open = r->s.p[r->at], close = open == '{' ? '}' : ']';
	size_t next = r->at + 1;
	const char *last;

	while (next < r->s.n && is_space(r->s.p[next]))
		next++;
	if (open != '{' && (open != '[' || next == r->s.n || !memchr("{['\"\\", r->s.p[next], 5)))
		return false;
	last = memrchr(r->s.p + r->at, close, r->s.n - r->at);
	r->at = last ? (size_t)(last - r->s.p) + 1 : r->s.n;
	ak_buf_adds(&r->out, "<json>");
	return true;
}

static bool take_mark(struct reader *r)
{
	struct ak_str rest = ak_str_n(r->s.p + r->at, r->s.n - r->at);
	size_t end = ak_marker_end(r->s, r->at);

	if (end > r->at) {
		ak_buf_adds(&r->out, "<secret>");
		r->at = end;
		return true;
	}
	for (size_t i = 0; i < AK_COUNT(placeholders); i++)
		if (ak_str_starts(rest, ak_str_of(placeholders[i]))) {
			ak_buf_adds(&r->out, placeholders[i]);
			r->at += strlen(placeholders[i]);
			return true;
		}
	return false;
}

/* Words end at blanks, quotes, brackets and separators. */
static bool ends_word(struct ak_str s, size_t i)
{
	size_t open;

	return is_space(s.p[i]) || memchr("()[]{}<>,;=|\"`", s.p[i], 14) || (s.p[i] == '\'' && !in_word(s, i)) ||
	       closing_of(ak_str_n(s.p + i, s.n - i), &open).n > 1;
}

static size_t word_end(struct ak_str s, size_t at)
{
	size_t i = at;

	while (i < s.n && !ends_word(s, i))
		i++;
	/* Parameters of an URL and base64 padding belong to the word. */
	if (ak_str_holds(ak_str_n(s.p + at, i - at), AK_STR("://")))
		while (i < s.n && !is_space(s.p[i]) && !memchr("\"'`<>)", s.p[i], 6))
			i++;
	return i;
}

static bool is_echo(struct ak_str w)
{
	for (size_t i = 0; i < AK_COUNT(echoes); i++)
		if (ak_str_eq_fold(w, ak_str_of(echoes[i])))
			return true;
	return false;
}

static bool is_path(struct ak_str w)
{
	size_t slashes = 0;

	for (size_t i = 0; i < w.n; i++)
		slashes += w.p[i] == '/' || w.p[i] == '\\';
	return slashes > 1 || (w.n > 1 && slashes && (w.p[0] == '/' || memchr(w.p, '\\', w.n)));
}

/* What stands for a word; NULL = the word itself. */
static const char *stands_for(const struct ak_pass *p, struct ak_str w)
{
	size_t from, to, digits = 0;
	struct ak_personal_hit found;
	struct ak_str address;

	if (!ak_text_is_safe(w))
		return "<id>";
	if (ak_str_holds(w, AK_STR("://")))
		return "<url>";
	if (ak_email_find(p->r, w, 0, &from, &to))
		return "<email>";
	if (ak_value_address_text(w, p->a, &address))
		return "<ip>";
	if (ak_personal_find(p->r, w, 0, AK_FIND_TEXT, &found))
		return "<id>";
	if (is_path(w))
		return "<url>";
	for (size_t i = 0; i < w.n; i++)
		digits += ak_is_digit((unsigned char)w.p[i]);
	if (digits && (ak_is_digit((unsigned char)w.p[0]) || memchr("+-$#~.", w.p[0], 6)))
		return "<n>";
	return digits || w.n > LONGEST_WORD || memchr(w.p, '@', w.n) || memchr(w.p, '%', w.n) || memchr(w.p, '+', w.n)
		       ? "<id>"
		       : NULL;
}

/* Does a source echo what somebody wrote behind this word (`prompt: ...`)? */
static bool is_echoed(const struct reader *r, struct ak_str core, bool colon)
{
	size_t i = r->at;

	while (i < r->s.n && is_space(r->s.p[i]))
		i++;
	return is_echo(core) && (colon || (i < r->s.n && (r->s.p[i] == '=' || r->s.p[i] == ':')));
}

/* An apostrophe that belonged to the word would open a quote behind its placeholder. */
static void skip_apostrophes(struct reader *r)
{
	while (r->at < r->s.n && in_word(r->s, r->at))
		r->at++;
}

/* Behind `name=` stands somebody's data. */
static void take_assigned(struct reader *r)
{
	size_t end;

	if (r->at >= r->s.n || r->s.p[r->at] != '=')
		return;
	while (r->at < r->s.n && r->s.p[r->at] == '=')
		ak_buf_addc(&r->out, r->s.p[r->at++]);
	end = word_end(r->s, r->at);
	if (end > r->at)
		ak_buf_adds(&r->out, ak_is_digit((unsigned char)r->s.p[r->at]) ? "<n>" : "<id>");
	r->at = end;
	skip_apostrophes(r);
}

/* False when the message is over. */
static bool take_word(struct reader *r)
{
	struct ak_str word = ak_str_n(r->s.p + r->at, word_end(r->s, r->at) - r->at), core = word;
	const char *stand;

	while (core.n && memchr(".:!?", core.p[core.n - 1], 4))
		core.n--;
	r->at += word.n;
	stand = core.n ? stands_for(r->p, core) : NULL;
	if (stand)
		skip_apostrophes(r);
	if (stand)
		ak_buf_adds(&r->out, stand);
	else
		ak_buf_addstr(&r->out, core);
	if (is_echoed(r, core, core.n < word.n && core.p[core.n] == ':')) {
		ak_buf_adds(&r->out, ": <text>");
		return false;
	}
	ak_buf_add(&r->out, core.p + core.n, word.n - core.n);
	take_assigned(r);
	return true;
}

static void read_message(struct reader *r)
{
	while (r->at < r->s.n && r->out.n < TEMPLATE_BYTES) {
		if (is_space(r->s.p[r->at])) {
			if (r->out.n && r->out.p[r->out.n - 1] != ' ')
				ak_buf_addc(&r->out, ' ');
			r->at++;
		} else if (take_mark(r) || take_body(r) || take_quoted(r)) {
			continue;
		} else if (ends_word(r->s, r->at)) {
			ak_buf_addc(&r->out, r->s.p[r->at++]);
		} else if (!take_word(r)) {
			return;
		}
	}
}

/* Back to the last blank when the limit fell into a word or placeholder. */
static struct ak_str fit(struct ak_str s)
{
	if (s.n > TEMPLATE_BYTES) {
		s.n = TEMPLATE_BYTES;
		while (s.n && s.p[s.n - 1] != ' ')
			s.n--;
	}
	return ak_str_trim(s);
}

struct ak_str ak_value_template(const struct ak_pass *p, struct ak_str s)
{
	struct reader r = {.p = p, .s = ak_str_n(s.p, ak_value_stack_trace(s))};
	struct ak_str out;
	struct ak_hits h;
	size_t from, to;

	ak_buf_init(&r.out, (size_t)1 << 20);
	read_message(&r);
	out = ak_arena_str(p->a, fit(ak_buf_str(&r.out)));
	ak_buf_release(&r.out);
	/* Without control bytes and with one blank for several a trace may be told only now. */
	out = ak_str_trim(ak_str_n(out.p, ak_value_stack_trace(out)));
	ak_scan(&p->r->scanner, out, true, p->a, &h);
	if (h.n || out.n == 0 || !ak_text_is_safe(out) || ak_veiled_email(p->r, out, &from, &to)) {
		ak_pass_count(p, "error_template", AK_ACT_REMOVED);
		return ak_str_n(NULL, 0);
	}
	if (!ak_str_eq(out, s))
		ak_pass_count(p, "error_template", AK_ACT_SANITISED);
	return out;
}
