#include "base/ak.h"
#include "redact/redact.h"

static const char *const action_names[AK_ACT_COUNT] = {
	[AK_ACT_REMOVED] = "removed",
	[AK_ACT_HASHED] = "hashed",
	[AK_ACT_MASKED] = "masked",
	[AK_ACT_SANITISED] = "sanitised",
	[AK_ACT_NOT_COLLECTED] = "not collected",
	[AK_ACT_ENCRYPTED] = "encrypted",
};

void ak_ledger_init(struct ak_redact_ledger *l)
{
	memset(l, 0, sizeof(*l));
}

void ak_ledger_release(struct ak_redact_ledger *l)
{
	ak_free(l->row);
	ak_ledger_init(l);
}

void ak_ledger_clear(struct ak_redact_ledger *l) { l->n = 0; }

static bool same(const struct ak_redact_count *c, int field, const char *rule, enum ak_action action)
{
	return c->field == field && c->action == action && (c->rule == rule || strcmp(c->rule, rule) == 0);
}

/* Where a row was last seen; the rule's address is enough, since rules are constants. */
static uint32_t *hint_of(struct ak_redact_ledger *l, int field, const char *rule, enum ak_action action)
{
	uintptr_t h = (uintptr_t)rule * 31 + (uintptr_t)(unsigned)field * 7 + (uintptr_t)action;

	return &l->hint[(h ^ h >> 7) % AK_COUNT(l->hint)];
}

void ak_ledger_add(struct ak_redact_ledger *l, int field, const char *rule, enum ak_action action, uint64_t n)
{
	uint32_t *hint = hint_of(l, field, rule, action);
	size_t i = *hint;

	if (i >= l->n || !same(&l->row[i], field, rule, action)) {
		for (i = 0; i < l->n && !same(&l->row[i], field, rule, action); i++)
			;
		if (i == l->n) {
			if (l->n == l->cap) {
				l->cap = l->cap ? l->cap * 2 : 32;
				l->row = ak_realloc(l->row, l->cap * sizeof(l->row[0]));
			}
			l->row[l->n++] = (struct ak_redact_count){field, rule, action, 0};
		}
		*hint = (uint32_t)i;
	}
	l->row[i].n += n;
}

const char *ak_action_name(enum ak_action a)
{
	return action_names[a];
}
