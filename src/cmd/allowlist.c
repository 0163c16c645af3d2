#include "base/ak.h"
#include "cmd/allowlist.h"

bool ak_allowlist_works(const struct ak_policy_allow *entry, const struct ak_keys *keys)
{
	bool here = !entry->key || strcmp(entry->key, keys->kid) == 0;

	for (size_t i = 0; i < keys->npast && !here; i++)
		here = strcmp(entry->key, keys->past[i].kid) == 0;
	return here;
}

size_t ak_allowlist_void(const struct ak_policy *p, const struct ak_keys *keys)
{
	size_t n = 0;

	for (size_t i = 0; p && i < p->nallow; i++)
		n += !ak_allowlist_works(&p->allow[i], keys);
	return n;
}

void ak_allowlist_warn(struct ak_ctx *c)
{
	for (size_t i = 0; c->policy && i < c->policy->nallow; i++) {
		const struct ak_policy_allow *a = &c->policy->allow[i];

		if (!ak_allowlist_works(a, c->keys))
			ak_io_note(c->io, "VOID", "redaction.allow, line %d of policy.yaml: its key %s is not here, so it lets nothing through; allow the value "
						  "again by its new marker", a->line, a->key);
	}
}
