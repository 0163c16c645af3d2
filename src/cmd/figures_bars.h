/* Bars behind the rows of a table of figures, and a line of marks over its time buckets. */
#ifndef AK_CMD_FIGURES_BARS_H
#define AK_CMD_FIGURES_BARS_H

#include <jansson.h>

#include "cmd/io.h"

/* What a row's bar shows, above zero; false: nothing that is known. */
typedef bool ak_bar_fn(const void *ctx, const json_t *row, double *value);

struct ak_bars {
	ak_bar_fn *value;
	const void *ctx;
	const char *what; /* "records": stands above them */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Print the table; when io->bars and there is room, with a bar for each of these rows, which follow its head in this order. */
void ak_bars_print(const struct ak_bars *b, struct ak_table *t, const json_t *const *rows, size_t n, struct ak_io *io);
/* "trend": a mark a bucket of the rows (their member start), buckets without a row being zero. bucket: "1d". Buckets are added up where there is
 * no room for all; unless they cannot be (percentiles), then nothing is printed. */
void ak_bars_trend(const struct ak_bars *b, const json_t *rows, const char *bucket, bool adds_up, struct ak_io *io);

#ifdef __cplusplus
}
#endif
#endif
