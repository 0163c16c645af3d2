/* notified.jsonl in the workspace: which finding was told where, one line per message that was taken, refused, or made pointless because
 * its findings are gone. It is only appended to, under a lock that lasts from reading to the last line, so that two runs tell nothing
 * twice; a line that a kill cut short is taken off. A message whose line is missing is sent again under the same id. */
#ifndef AK_NOTIFY_BOOK_H
#define AK_NOTIFY_BOOK_H

#include <jansson.h>

#include "base/err.h"
#include "base/map.h"

struct ak_book {
	int fd;
	struct ak_map told;  /* "TARGET ID" -> times * 2 + (it is told and not gone since) */
	struct ak_map check; /* ID -> index into checks, of every finding that was told */
	struct ak_map checks; /* names */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Read it and keep it locked. write: make it when it is missing. AK_EXIT_IO, AK_EXIT_CORRUPT for a line that is none. */
enum ak_rc ak_book_open(const char *workspace, bool write, struct ak_book *out, struct ak_err *err);
void ak_book_close(struct ak_book *b);
bool ak_book_is_told(const struct ak_book *b, const char *target, const char *id);
/* How often a target was told of a finding: told again, it is another message. */
int64_t ak_book_times(const struct ak_book *b, const char *target, const char *id);

/* An event of findings: [{check, ids: [id]}], synced to disk. */
enum ak_rc ak_book_told(struct ak_book *b, const char *target, const char *type, const char *notification, const json_t *findings, struct ak_err *err);
enum ak_rc ak_book_failed(struct ak_book *b, const char *target, const char *type, const char *notification, uint64_t findings, const char *why,
			  struct ak_err *err);
enum ak_rc ak_book_gone(struct ak_book *b, const json_t *findings, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
