#include "base/ak.h"
#include "cmd/questions.h"

#include "cmd/jsonget.h"

#define MEASURED 42 /* column where the measure begins; it ends at 80 */

/* Bytes of the first line: up to the last blank that fits. Measures are ASCII. */
static size_t line_length(struct ak_str s)
{
	size_t n = 80 - MEASURED;

	if (s.n <= n)
		return s.n;
	while (n && s.p[n] != ' ')
		n--;
	return n ? n : 80 - MEASURED;
}

void ak_print_questions(struct ak_ctx *c, const json_t *questions)
{
	json_t *q;
	size_t i;

	ak_io_printf(c->io, "\n%-26s %-14s %s\n", "question", "verdict", "measured");
	json_array_foreach(questions, i, q) {
		const char *verdict = ak_jtxt(q, "verdict", "");
		struct ak_str left = ak_str_of(ak_jtxt(q, "measured", ""));
		bool first = true;

		while (left.n || first) {
			size_t n = line_length(left);

			if (first)
				ak_io_printf(c->io, "%llu %-24s %-14s %.*s\n", (unsigned long long)ak_jnum(q, "number"), ak_jtxt(q, "question", ""),
					     strcmp(verdict, "not met") == 0 ? "NOT MET" : verdict, (int)n, left.p);
			else
				ak_io_printf(c->io, "%*s%.*s\n", MEASURED, "", (int)n, left.p);
			first = false;
			while (n < left.n && left.p[n] == ' ')
				n++;
			left = ak_str_n(left.p + n, left.n - n);
		}
	}
}
