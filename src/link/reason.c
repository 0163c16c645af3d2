#include "base/ak.h"
#include "link/reason.h"

size_t ak_link_sources_of(const struct ak_link_reader *reader, enum ak_kind kind, const struct ak_link_source *other_than)
{
	size_t n, count = 0;
	const struct ak_link_source *s = ak_link_sources(reader, &n);

	for (size_t i = 0; i < n; i++)
		count += (s[i].kinds >> kind & 1) && (!other_than || strcmp(s[i].system, other_than->system) != 0);
	return count;
}

bool ak_link_has_any(const struct ak_link_record *r, unsigned fields)
{
	for (size_t i = 0; i < r->n; i++)
		if (fields >> r->id[i].field & 1)
			return true;
	return false;
}

static bool is_common(const struct ak_link_values *v, const struct ak_link_record *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct ak_link_value *x = ak_link_values_of(v, &r->id[i]);
		if (x && x->common)
			return true;
	}
	return false;
}

/* Where an export's last record is, it need not end: calls pass two systems at different moments. */
#define SLACK_US INT64_C(60000000)

/* Could a record of this time be in what was supplied, and was any of it exported whole? */
static void look_at_sources(const struct ak_link_reader *reader, const struct ak_link_record *r, enum ak_kind kind, bool *within, bool *whole)
{
	size_t n;
	const struct ak_link_source *s = ak_link_sources(reader, &n);

	*within = !r->dated;
	*whole = false;
	for (size_t i = 0; i < n; i++)
		if (s[i].kinds >> kind & 1) {
			*within = *within || s[i].first_us > s[i].last_us || (r->time_us >= s[i].first_us - SLACK_US && r->time_us <= s[i].last_us + SLACK_US);
			*whole = *whole || !s[i].filtered;
		}
}

enum ak_link_reason ak_link_reason_of(struct ak_link_reader *reader, const struct ak_link_values *v, const struct ak_link_record *r,
				      const struct ak_link_pair *p)
{
	bool within, whole;

	if (!ak_link_sources_of(reader, p->to, NULL))
		return AK_WHY_NO_SOURCE;
	if (!ak_link_has_any(r, ~(1u << AK_LF_SPAN | 1u << AK_LF_EVENT)))
		return r->nil ? AK_WHY_NIL : AK_WHY_NO_ID;
	if (!p->back && is_common(v, r))
		return AK_WHY_COMMON;
	if (p->to == AK_K_CALL && r->provider.n && ak_link_no_calls_of(reader, r->provider))
		return AK_WHY_NO_SOURCE;
	look_at_sources(reader, r, p->to, &within, &whole);
	return !within ? AK_WHY_PERIOD : !whole ? AK_WHY_FILTERED : AK_WHY_NOT_FOUND;
}
