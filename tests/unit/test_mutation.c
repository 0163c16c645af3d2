/* The table of detectors without one of its rows: some sample of tests/redact/kinds.py is then no longer told by its kind.
 * A row that nothing misses has no test. */
#include "base/ak.h"

#include <stdlib.h>

#include "redact_sample.h"
#include "tap.h"

#include "base/run.h"
#include "redact/scan.h"

struct sample {
	struct ak_str kind, text;
};

static struct sample *samples;
static size_t nsamples;

static struct ak_str cell(struct ak_str *line)
{
	size_t n = ak_str_find(*line, '\t');
	struct ak_str out = ak_str_n(line->p, n);

	n += n < line->n;
	*line = ak_str_n(line->p + n, line->n - n);
	return out;
}

static void read_samples(struct ak_str all)
{
	samples = ak_alloc_zero(4096, sizeof(*samples));
	while (all.n && nsamples < 4096) {
		size_t n = ak_str_find(all, '\n');
		struct ak_str line = ak_str_n(all.p, n);

		samples[nsamples].kind = cell(&line);
		cell(&line);
		samples[nsamples++].text = line;
		n += n < all.n;
		all = ak_str_n(all.p + n, all.n - n);
	}
}

static bool tells(const struct ak_scanner *sc, const struct sample *s)
{
	struct ak_arena a;
	struct ak_hits h;
	bool told = false;

	ak_arena_init(&a);
	ak_scan(sc, s->text, true, &a, &h);
	for (size_t i = 0; i < h.n; i++)
		told |= ak_str_is(s->kind, h.v[i].kind);
	ak_arena_release(&a);
	return told;
}

static void all_rows(void)
{
	struct ak_scanner sc;

	ak_scan_init(&sc);
	for (size_t i = 0; i < nsamples; i++)
		if (!tells(&sc, &samples[i]))
			ok(false, ak_strndup(samples[i].kind.p, samples[i].kind.n));
	ak_scan_release(&sc);
	ok(nsamples > 2 * ak_detectors_n, "every sample is told by its kind");
}

/* Samples of the row's own kind. */
static bool misses(const struct ak_detector *rows, const char *kind)
{
	struct ak_scanner sc;
	bool missed = false;

	ak_scan_init_rows(&sc, rows, ak_detectors_n - 1);
	for (size_t i = 0; i < nsamples && !missed; i++)
		missed = ak_str_is(samples[i].kind, kind) && !tells(&sc, &samples[i]);
	ak_scan_release(&sc);
	return missed;
}

static void without_one(void)
{
	struct ak_detector *rows = ak_alloc(ak_detectors_n * sizeof(*rows));
	size_t killed = 0;

	for (size_t i = 0; i < ak_detectors_n; i++) {
		const struct ak_detector *d = &ak_detectors[i];

		memcpy(rows, ak_detectors, i * sizeof(*rows));
		memcpy(rows + i, ak_detectors + i + 1, (ak_detectors_n - i - 1) * sizeof(*rows));
		if (misses(rows, d->kind))
			killed++;
		else
			printf("# nothing misses %s: %s\n", d->kind, d->shape);
	}
	is_int((int64_t)killed, (int64_t)ak_detectors_n, "every row is missed by a sample");
	ak_free(rows);
}

int main(void)
{
	const char *src = getenv("AK_SRCDIR");
	struct ak_buf path, out;
	struct ak_err err;

	ak_buf_init(&path, 4096);
	ak_buf_init(&out, 16u << 20);
	ak_buf_addf(&path, "%s/tests/redact/kinds.py", src ? src : ".");
	ak_buf_add(&path, "", 1);
	if (ak_run((const char *const[]){"python3", path.p, NULL}, AK_STR(""), &out, &err) != AK_OK) {
		ok(false, "samples are made");
		return done_testing();
	}
	read_samples(ak_buf_str(&out));
	all_rows();
	without_one();
	ak_free(samples);
	ak_buf_release(&out);
	ak_buf_release(&path);
	return done_testing();
}
