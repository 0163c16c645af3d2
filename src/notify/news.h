/* What a check's document has that a target was not told, and what was told and is no more. */
#ifndef AK_NOTIFY_NEWS_H
#define AK_NOTIFY_NEWS_H

#include "notify/book.h"
#include "notify/target.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of the document of ak_check_all, for one target: {new, failing, unnamed, checks: [{check, severity, title, unit, found, failing, affected, of, new,
 * unnamed, ids: [every new finding that fails]}]}. Checks without news are left out, `failing` counts those of the target's severities;
 * unnamed: findings beyond those a document names, which cannot be told apart and so are counted only. The caller releases it. */
json_t *ak_news(const json_t *doc, const struct ak_notify_target *t, const struct ak_book *book);
/* Findings that some target was told of and that are gone or muted now: [{check, ids}]. Only a rule that was judged wholly, over all records, can say
 * so; the list is empty otherwise. The caller releases it. */
json_t *ak_news_gone(const json_t *doc, const struct ak_book *book);

#ifdef __cplusplus
}
#endif
#endif
