/* Rows on their way from a table to the bag: a thread looks at them for secrets and writes them, while the next ones are read.
 * What is given in order is done in order, and of failures the first is kept. */
#ifndef AK_PACKET_FLUSHER_H
#define AK_PACKET_FLUSHER_H

#include "base/buf.h"
#include "packet/bag.h"
#include "packet/selfaudit.h"

struct ak_flusher;

/* Rows behind so many lines of the file at path. */
struct ak_flush {
	const char *path; /* borrowed until they are settled */
	struct ak_bag_file *file;
	uint64_t lines;
};

#ifdef __cplusplus
extern "C" {
#endif

/* audit is borrowed. Ids that are told to it after rows were given are not known to them. */
struct ak_flusher *ak_flusher_new(const struct ak_selfaudit *audit, size_t most_bytes);
void ak_flusher_free(struct ak_flusher *f);
/* The bytes are taken, *rows is empty then. Without a thread to be had they are written at once. */
void ak_flusher_give(struct ak_flusher *f, const struct ak_flush *what, struct ak_buf *rows);
/* Wait until all that was given is in the bag: no thread runs then. The first failure of all times. */
enum ak_rc ak_flusher_settle(struct ak_flusher *f, struct ak_err *err);
/* The same, then these rows. */
enum ak_rc ak_flusher_end(struct ak_flusher *f, const struct ak_flush *what, struct ak_buf *rows, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
