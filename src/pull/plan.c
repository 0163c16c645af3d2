#include "base/ak.h"

#include "base/time.h"
#include "pull/pull.h"

#define SECOND 1000000

static int64_t floor_to(int64_t us, int64_t step) { return us - ((us % step) + step) % step; }

/* The period that was asked for, if it is the one that was interrupted. */
static bool same_period(const struct ak_pull_job *j, const struct ak_pull_state *st, int64_t align)
{
	return (j->since_us == INT64_MIN || floor_to(j->since_us, align) == st->from_us) &&
	       (j->until_us == INT64_MIN || floor_to(j->until_us, SECOND) == st->to_us);
}

static enum ak_rc no_start(const struct ak_pull_job *j, struct ak_err *err)
{
	ak_hint(err, "say from when on with --since, such as --since 2026-06-01, or with since in the `pull:` of "
		     "policy.yaml; the next pull knows it "
		     "by itself");
	return ak_fail(err, AK_EXIT_USAGE, "source '%s' was never pulled and nothing says from when on", j->source);
}

enum ak_rc ak_pull_plan(struct ak_store *s, const struct ak_pull_job *j, struct ak_arena *a, struct ak_pull_state *st,
			bool *resumed, struct ak_err *err)
{
	const char *const of[3] = {j->api->id, j->stream->name, ak_arena_printf(a, "%s%s", j->origin, j->prefix).p};
	const struct ak_api_stream *stream = j->stream;
	int64_t align = stream->window.align_us ? stream->window.align_us : SECOND, from = j->since_us;
	enum ak_rc rc = ak_pull_state_read(s, j->source, of, a, st, err);

	if (rc != AK_OK)
		return rc;
	*resumed = st->open && !j->restart && st->at.pass < stream->npasses &&
		   (!stream->window.from || same_period(j, st, align));
	if (*resumed)
		return AK_OK;
	if (stream->window.from && from == INT64_MIN && st->open)
		from = st->from_us;
	if (stream->window.from && from == INT64_MIN && st->any_through)
		from = st->through_us - stream->overlap_us;
	if (stream->window.from && from == INT64_MIN)
		return no_start(j, err);
	st->to_us = floor_to(j->until_us == INT64_MIN ? ak_time_now() : j->until_us, SECOND);
	st->from_us = stream->window.from ? floor_to(from, align) : st->to_us;
	st->at = (struct ak_pull_place){.page = stream->paging.first};
	st->pages = 0;
	st->open = !stream->window.from || st->from_us < st->to_us;
	if (!st->open && j->since_us != INT64_MIN)
		return ak_fail(err, AK_EXIT_USAGE, "the period ends before it begins");
	return AK_OK;
}
