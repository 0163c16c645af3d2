#include "base/ak.h"
#include "cmd/questions.h"

#include "base/jsonget.h"

#define MEASURED 42 /* column where the measure begins */

void ak_print_questions(struct ak_ctx *c, const json_t *questions)
{
	struct ak_buf b;
	json_t *q;
	size_t i, at;

	ak_io_printf(c->io, "\n%-26s %s\n", "question", c->io->width < MEASURED + 24 ? "verdict" : "verdict        measured");
	ak_buf_init(&b, 1 << 20);
	json_array_foreach(questions, i, q) {
		const char *verdict = ak_jtxt(q, "verdict", "");

		ak_buf_clear(&b);
		ak_buf_addf(&b, "%llu %-24s %-*s", (unsigned long long)ak_jnum(q, "number"), ak_jtxt(q, "question", ""),
			    c->io->width < MEASURED + 24 ? 0 : 15, strcmp(verdict, "not met") == 0 ? "NOT MET" : verdict);
		if (c->io->width < MEASURED + 24)
			ak_buf_adds(&b, "\n  ");
		at = c->io->width < MEASURED + 24 ? 2 : MEASURED;
		ak_text_wrap(&b, ak_str_of(ak_jtxt(q, "measured", "")), at, at, c->io->width);
		ak_buf_addc(&b, '\n');
		ak_io_text(c->io, ak_buf_str(&b));
	}
	ak_buf_release(&b);
}
