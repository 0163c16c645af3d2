/* The look for secrets and personal data in every file of a packet, before it is packed and when it is verified: once by
 * the rules that redacted (redact/), those of names and neighbouring words included, once by the sieve (packet/sieve.h),
 * which was written apart from them.
 *
 * Ids and other typed values may hold what has the shape of a person's number (DECISIONS 11): they are looked through for
 * secrets and addresses, not for such shapes, wherever the packet shows them (packet/ids.h). */
#ifndef AK_PACKET_SELFAUDIT_H
#define AK_PACKET_SELFAUDIT_H

#include "base/err.h"
#include "packet/canaries.h"
#include "packet/ids.h"
#include "redact/redact.h"

struct ak_selfaudit {
	const struct ak_redactor *redactor;
	struct ak_canaries *canaries; /* NULL = none */
	struct ak_ids *ids;	      /* typed values that were told; NULL = none */
	bool only; /* the first `told` of them: a thread that is behind does not know what was told since */
	size_t told;
};

struct ak_selfaudit_hit {
	const char *kind;
	bool personal;			    /* a person's number, which ids may hold */
	uint64_t line;			    /* from 1, within the bytes that were given */
	char from[40];			    /* ", from policy.yaml:82", where the statement around it rests on that line; else empty */
	char fingerprint[AK_TOKEN_HEX + 1]; /* what `redact allow` takes; empty when it cannot be told */
};

#ifdef __cplusplus
extern "C" {
#endif

/* The first find in one file. In the notes and proofs below data/integrity/ the words that are base64 of a digest, a
 * key or a signature are passed over: random bytes look like a provider's key once in some ten thousand packets, and a
 * log's key that does would stop all packets of its workspace. */
bool ak_selfaudit(const struct ak_selfaudit *a, const char *path, struct ak_str bytes, struct ak_selfaudit_hit *out);
/* Bytes that stand behind so many lines of the file at path, before they are packed: AK_EXIT_VERIFY when they hold something, or one
 * of the canaries. Parts of a file are cut where no value goes across, between rows. */
enum ak_rc ak_selfaudit_pass(const struct ak_selfaudit *a, const char *path, uint64_t lines, struct ak_str bytes,
			     struct ak_err *err);
/* The same for what was found already. */
enum ak_rc ak_selfaudit_fail(const char *path, uint64_t lines, const struct ak_selfaudit_hit *hit, struct ak_err *err);
/* May the head of a column make a secret of what stands below it? Then each of its cells is looked at with it; line 1. */
bool ak_selfaudit_names(const char *column);
bool ak_selfaudit_cell(const struct ak_selfaudit *a, const char *column, struct ak_str cell, struct ak_selfaudit_hit *out);
/* A value whose type was checked when it was stored: told before the file that shows it is looked at. */
void ak_selfaudit_typed(const struct ak_selfaudit *a, struct ak_str value);
/* The same of a field, if the dictionary gives it such a type; of all members of a document that are fields. */
void ak_selfaudit_field(const struct ak_selfaudit *a, const char *name, const json_t *value);
void ak_selfaudit_fields(const struct ak_selfaudit *a, const json_t *doc);
/* Line ends in a text. */
uint64_t ak_selfaudit_lines(struct ak_str bytes);

#ifdef __cplusplus
}
#endif
#endif
