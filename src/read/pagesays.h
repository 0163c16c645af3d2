/* What a page of an API says of the pages behind it, from the members beside its records: a flag, or its number and how
 * many there are. */
#ifndef AK_READ_PAGESAYS_H
#define AK_READ_PAGESAYS_H

#include "base/ak.h"

struct ak_page_says {
	bool told, more;		       /* by a flag */
	uint64_t page, pages, per_page, total; /* by numbers; 0 = not said */
};

#ifdef __cplusplus
extern "C" {
#endif

/* The key, kept for ever, when a member of the outermost object with this name may say it, or hold what says it; else
 * NULL. */
const char *ak_page_says_key(struct ak_str key);
/* value: its JSON text, as it stands. What is no flag, number or object of such says nothing. */
void ak_page_says_member(struct ak_page_says *s, const char *key, struct ak_str value);
/* 1: more pages follow; 0: it is the last; -1: it does not say. */
int ak_page_says_more(const struct ak_page_says *s);

#ifdef __cplusplus
}
#endif
#endif
