#include "base/ak.h"
#include "check/tickets.h"

static enum ak_rc take(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct ak_tickets *t = ctx;

	(void)err;
	t->any = true;
	if (row->value[0].p)
		ak_map_put(&t->known, row->value[0], NULL);
	return AK_OK;
}

enum ak_rc ak_tickets_read(struct ak_check_run *r, struct ak_tickets *out, struct ak_err *err)
{
	static const int field[] = {AK_F_TICKET_ID};

	*out = (struct ak_tickets){.any = false};
	ak_map_init(&out->known);
	return ak_query_fieldrows_each(r->store, AK_K_TICKET, field, AK_COUNT(field), INT64_MIN, INT64_MAX, take, out, err);
}

void ak_tickets_release(struct ak_tickets *t) { ak_map_release(&t->known); }

enum ak_ticket ak_tickets_of(const struct ak_tickets *t, const struct ak_str *v)
{
	if (!v[AK_EV_TICKET].p)
		return AK_TICKET_NONE;
	if (!t->any)
		return AK_TICKET_UNCONFIRMED;
	return ak_map_get(&t->known, v[AK_EV_TICKET]) ? AK_TICKET_KNOWN : AK_TICKET_UNKNOWN;
}
