#include "base/ak.h"
#include "store/terms.h"

#include <string.h>

const char *ak_term_text(enum ak_term t)
{
	static const char *const texts[AK_TERM_COUNT] = {"\037payload", "\037retention", "\037route version", "\037budget version"};

	return texts[t];
}

static bool holds(const struct ak_value *v, const char *word)
{
	return v && v->text.n && memmem(v->text.p, v->text.n, word, strlen(word));
}

static bool is(const struct ak_value *v, const char *word) { return v && ak_str_is(v->text, word); }

unsigned ak_terms_of(const struct ak_packed *r)
{
	const struct ak_value *changes, *category, *type;
	bool policy;
	unsigned bits = 0;

	if (r->kind != AK_K_AUDIT)
		return 0;
	changes = ak_packed_get(r, AK_F_CHANGES);
	category = ak_packed_get(r, AK_F_CATEGORY);
	type = ak_packed_get(r, AK_F_RESOURCE_TYPE);
	policy = holds(type, "polic") || holds(type, "Polic") || holds(type, "POLIC");
	if (holds(changes, "payload"))
		bits |= 1u << AK_TERM_PAYLOAD;
	if (holds(changes, "retention"))
		bits |= 1u << AK_TERM_RETENTION;
	if (ak_packed_get(r, AK_F_ROUTE_VERSION) || holds(changes, "route_policy_version") || holds(changes, "routing_policy_version") ||
	    (policy && is(category, "routing")))
		bits |= 1u << AK_TERM_ROUTE_VERSION;
	if (ak_packed_get(r, AK_F_BUDGET_VERSION) || holds(changes, "budget_policy_version") || holds(changes, "quota_policy_version") ||
	    (policy && is(category, "quota")))
		bits |= 1u << AK_TERM_BUDGET_VERSION;
	return bits;
}
