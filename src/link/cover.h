/* How much of each source is met by others, counted from the engine's results. */
#ifndef AK_LINK_COVER_H
#define AK_LINK_COVER_H

#include <jansson.h>

#include "link/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Two lists of rows {from, from_kind, to, to_kind, day (only by_day, null = undated), linked, ambiguous, unmatched, total, reasons: {reason: n},
 * percent ("98.5 %", truncated; null of nothing)}; linked + ambiguous + unmatched = total, and the reasons add up to unmatched.
 * *pairs: per source pair; `to` is null where a source meets none. *sides (may be NULL): a source against all sources of a kind, with
 * `limited`: limits.min_link_coverage is about it, and `sources`: how many there are. By kinds, sources and days. */
enum ak_rc ak_link_cover(struct ak_store *s, const struct ak_link_opts *o, bool by_day, json_t **pairs, json_t **sides, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
