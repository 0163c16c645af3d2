/* Mustache over Jansson: all required modules of the official spec (comments, delimiters, interpolation, inverted,
 * partials, sections). Escaping follows the output type; {{{x}}} and {{&x}} are raw only for values the program marked
 * safe (ak_mustache_safe), otherwise they are escaped too unless `spec_raw` is set (the spec's own tests). */
#ifndef AK_TMPL_MUSTACHE_H
#define AK_TMPL_MUSTACHE_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"

enum ak_escape { AK_ESC_HTML, AK_ESC_MARKDOWN, AK_ESC_TEXT, AK_ESC_YAML };

struct ak_mustache_opts {
	enum ak_escape escape;
	bool spec_raw;
	/* Partial by name: returns its text or a NULL view when there is none. Without it, a partial is an error. */
	struct ak_str (*partial)(void *ctx, struct ak_str name);
	void *ctx;
	bool unknown_is_error; /* a value whose name nothing had, wherever it was asked for; not for templates with partials */
	struct ak_str ours;    /* a template whose names are all known, be it that no value has them this time */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Render. Template errors (unclosed tag or section) are AK_EXIT_USAGE with "name:line: what: tag"; missing keys are empty as
 * the spec says; besides false, null and the empty list, the empty string is false. Partials nest at most 20 deep. The
 * delimiters inside a partial are {{ and }} again. A page that does not fit into out is AK_EXIT_LIMIT, and so is one that takes
 * more than 20 million steps (a tag, a piece of text, a row of a section, a level on which a name is looked for). */
enum ak_rc ak_mustache_render(const char *name, struct ak_str tmpl, const json_t *data,
			      const struct ak_mustache_opts *opts, struct ak_buf *out, struct ak_err *err);
/* A string value that {{{x}}} may put out unescaped: {"$safe": "..."}. */
json_t *ak_mustache_safe(struct ak_str text);
/* The escapers alone. All make control and bidi characters visible as \u{..}. HTML: & < > " ' `; a line end stays.
 * Markdown: every character with a meaning gets a backslash, URLs and addresses are written `http[:]//x`, `a[@]b.c`
 * against autolinks, a line end becomes a blank. Text: ak_text_safe, line ends included.
 * YAML: a scalar of one line that is read back as that text; numbers stay numbers. */
void ak_escape(struct ak_buf *out, enum ak_escape how, struct ak_str s);

#ifdef __cplusplus
}
#endif
#endif
