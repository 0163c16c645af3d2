#include "base/ak.h"

#include "read/payload.h"

static bool is_one_of(struct ak_str text, const char *const *list)
{
	for (; *list; list++)
		if (ak_str_is(text, *list))
			return true;
	return false;
}

bool ak_payload_is_label(struct ak_str key)
{
	static const char *const label[] = {"role",  "type",    "id",		      "object",	      "model", "finish_reason",
					    "index", "created", "system_fingerprint", "service_tier", "name",  "tool_call_id",
					    NULL};

	return is_one_of(key, label);
}

bool ak_payload_is_void(struct ak_str text)
{
	static const char *const nothing[] = {"", "{}", "[]", "null", NULL};

	return text.n <= AK_PAYLOAD_VOID && is_one_of(text, nothing);
}

bool ak_payload_is_mask(const struct ak_row *row, struct ak_str text)
{
	for (size_t i = 0; i < row->nmasks; i++)
		if (ak_str_eq(text, row->masks[i]))
			return true;
	return false;
}

bool ak_payload_is_cut(const struct ak_row *row, struct ak_str text)
{
	for (size_t i = 0; i < row->ncuts; i++)
		if (memmem(text.p, text.n, row->cuts[i].p, row->cuts[i].n))
			return true;
	return false;
}

bool ak_payload_is_mask_size(const struct ak_row *row, size_t n)
{
	for (size_t i = 0; i < row->nmasks; i++)
		if (row->masks[i].n == n)
			return true;
	return false;
}

enum ak_payload ak_payload_of(const struct ak_paystate *s)
{
	return s->present ? AK_PAY_PRESENT : s->masked ? AK_PAY_MASKED : AK_PAY_ABSENT;
}

void ak_payload_merge(struct ak_paystate *into, const struct ak_paystate *from)
{
	into->present |= from->present;
	into->masked |= from->masked;
	into->bytes += from->bytes;
}
