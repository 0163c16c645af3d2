/* The actions that policy.yaml may choose for a field (redact/plan.h), one value at a time. */
#include "base/ak.h"
#include "redact/value.h"

#include "base/text.h"
#include "redact/marker.h"

enum { LONGEST_SEALED = 1024 };
#define SEAL_NAME AK_STR("auditkit/1/field")

/* A further value of a field whose own is gone before redaction. */
static struct ak_str removed(const struct ak_pass *p, struct ak_str s)
{
	if (s.p)
		ak_pass_count(p, "policy", AK_ACT_REMOVED);
	return ak_str_n(NULL, 0);
}

static struct ak_str mask(const struct ak_pass *p, struct ak_str s)
{
	if (s.n == 0 || ak_marker_is(s) || ak_str_is(s, "***"))
		return s;
	ak_pass_count(p, "policy", AK_ACT_MASKED);
	return AK_STR("***");
}

/* Where an address stood, its network. */
static struct ak_str mask_address(const struct ak_pass *p, struct ak_str s)
{
	struct ak_str network = ak_value_network(p, s);

	if (network.p && !ak_str_eq(network, s))
		ak_pass_count(p, "policy", AK_ACT_MASKED);
	return network;
}

struct ak_str ak_redact_reveal(const struct ak_redactor *r, struct ak_str s, struct ak_arena *a)
{
	struct ak_str none = {NULL, 0}, hex;
	uint8_t *sealed, *text;
	size_t n;

	if (!ak_marker_is_sealed(s) || memcmp(s.p + 4, r->kid, 8) != 0)
		return none;
	hex = ak_str_n(s.p + 13, s.n - 13);
	n = hex.n / 2;
	sealed = ak_arena_alloc(a, 2 * n + 1);
	text = sealed + n;
	if (!ak_unhex(hex, sealed, n) || !ak_siv_open(r->seal, AK_SIV_KEY, SEAL_NAME, ak_str_n((char *)sealed, n), text))
		return none;
	text[n - AK_SIV_TAG] = '\0';
	return ak_str_n((char *)text, n - AK_SIV_TAG);
}

/* Machines keep their names: what counts them would not find them. */
static struct ak_str encrypt(const struct ak_pass *p, struct ak_str s)
{
	uint8_t sealed[AK_SIV_TAG + LONGEST_SEALED];
	char hex[2 * sizeof sealed + 1];

	s = ak_str_trim(s);
	if (s.n == 0 || ak_marker_is(s) || ak_marker_is_token(s) || ak_redact_reveal(p->r, s, p->a).p)
		return s;
	if (p->field >= 0 && ak_fields[p->field].type == AK_T_PERSON && ak_value_is_machine(s))
		return ak_value_kept(p, s);
	if (s.n > LONGEST_SEALED) {
		ak_pass_count(p, "too_long", AK_ACT_REMOVED);
		return ak_str_n(NULL, 0);
	}
	ak_siv_seal(p->r->seal, AK_SIV_KEY, SEAL_NAME, s, sealed);
	ak_hex(sealed, AK_SIV_TAG + s.n, hex);
	ak_pass_count(p, "policy", AK_ACT_ENCRYPTED);
	return ak_arena_printf(p->a, "enc:%s:%s", p->r->kid, hex);
}

/* A person or customer as declared exception: a label like any other, or an id that is not shaped like one. */
static struct ak_str keep(const struct ak_pass *p, struct ak_str s)
{
	return ak_value_kept(p, ak_str_trim(s));
}

ak_action_fn *ak_action_of(enum ak_type type, enum ak_field_action action)
{
	static ak_action_fn *const does[AK_FIELD_ACTIONS] = {
		[AK_FIELD_KEEP] = keep,			  [AK_FIELD_REMOVE] = removed,	    [AK_FIELD_MASK] = mask,
		[AK_FIELD_SANITISE] = ak_value_template, [AK_FIELD_HASH] = ak_value_token, [AK_FIELD_ENCRYPT] = encrypt,
	};

	return type == AK_T_IP && action == AK_FIELD_MASK ? mask_address : does[action];
}
