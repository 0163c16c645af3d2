/* Personal data in free text (SECURITY 2): cards, accounts, numbers of persons, phones, addresses of networks and devices.
 *
 * One row of personal.def per finder. Names and postal addresses are not found: no rule tells them from other words
 * without also taking those. Values with a type (times, numbers, enums, ids, models) never come here (R-PII-2). */
#ifndef AK_REDACT_PERSONAL_H
#define AK_REDACT_PERSONAL_H

#include "redact/profile.h"
#include "redact/redactor.h"

/* The end of what begins at `at`, or `at`. Nothing alphanumeric stands before it. */
typedef size_t ak_finder_fn(struct ak_str s, size_t at);

enum ak_finder_use {
	AK_FIND_TEXT = 1,  /* in what is stored */
	AK_FIND_AUDIT = 2, /* in the finished packet too, where ids stand as well */
};

struct ak_finder {
	const char *kind, *shape;
	ak_finder_fn *find;
	const char *token; /* class of the keyed token, NULL = removed */
	unsigned profiles; /* that look for it: bits of enum ak_profile_id */
	unsigned begins;   /* bytes it may begin with: private to personal.c */
	unsigned use;
};

struct ak_personal_hit {
	size_t from, to;
	const struct ak_finder *finder;
};

#ifdef __cplusplus
extern "C" {
#endif

/* The rows, for `redact rules` and the statement; profiles say where each is at work. */
size_t ak_personal_finders(const struct ak_finder **out);
/* The first hit at or after `at` of the finders that the redactor's profile has and `use` names. */
bool ak_personal_find(const struct ak_redactor *r, struct ak_str s, size_t at, unsigned use, struct ak_personal_hit *out);
/* Every hit replaced and counted: `ip:<32 hex>(203.0.113.0/24)`, `phone:`, `mac:`, else `[REMOVED:<kind>]`. The same text when there is
 * none. */
struct ak_str ak_personal_replace(const struct ak_pass *p, struct ak_str s);
/* What stands for one find, counted; p == NULL: it is allowed, and stays. */
struct ak_str ak_personal_mark(const struct ak_pass *p, const struct ak_finder *f, struct ak_str found);
/* The end of the network at `at` that stays as it stands, or `at`. */
size_t ak_personal_network_end(const struct ak_redactor *r, struct ak_str s, size_t at);
/* Is this field's text looked through? Models, versions, regions and units are not. */
bool ak_personal_reads(int field);
/* Does one of the words (NULL-terminated, lower case) end in the 40 bytes before `at`? Whole words, letters in any case. */
bool ak_personal_near(struct ak_str s, size_t at, const char *const *words);
/* `at` stands behind a dash, underscore, plus or point that joins it to a number or a name. */
bool ak_personal_joined(struct ak_str s, size_t at);
/* Nothing alphanumeric follows, nor a point, dash or underscore that goes on. */
bool ak_personal_ends(struct ak_str s, size_t end);
/* Digits in groups as sizes says (0-terminated), between them one separator out of seps, the same one throughout. The end, or
 * `at`; the digits in d (at most 24, terminated). */
size_t ak_personal_groups(struct ak_str s, size_t at, const uint8_t *sizes, const char *seps, char d[25]);
/* Length of the run of digits at `at`. */
size_t ak_personal_digits(struct ak_str s, size_t at);

/* Finders, by the names of personal.def. */
ak_finder_fn ak_find_card, ak_find_iban, ak_find_ssn, ak_find_itin, ak_find_phone, ak_find_ip4, ak_find_ip6, ak_find_mac;
ak_finder_fn ak_find_nino, ak_find_nhs, ak_find_pesel, ak_find_aadhaar, ak_find_cpf, ak_find_aba;
ak_finder_fn ak_find_cvv, ak_find_expiry, ak_find_track, ak_find_holder, ak_find_pan, ak_find_card_groups;
ak_finder_fn ak_find_record_no, ak_find_date, ak_find_zip, ak_find_url, ak_find_vin;

#ifdef __cplusplus
}
#endif
#endif
