/* 7 Sample trace: one request, reconstructed and proven to stand in the ledger. */
#include "base/ak.h"
#include "packet/sections.h"

#include "packet/tenants.h"
#include "trace/trace.h"

enum ak_rc ak_section_trace(struct ak_sections *s, const struct ak_facts *f, struct ak_err *err)
{
	json_t *o = ak_section_new(s, "sample-trace", "Sample trace", "Can one request be reconstructed?"), *trace = NULL;
	const struct ak_trace_opts opts = {.policy = s->policy, .from_us = s->from_us, .to_us = s->to_us};
	AK_CLEANUP(ak_free_charp) char *rule = NULL;
	enum ak_rc rc = ak_trace_sample(s->store, 1, &opts, &trace, &rule, err);
	struct ak_buf b;

	(void)f;
	if (rc == AK_END) {
		if (s->scope)
			ak_section_not_provided(s, o, NULL, NULL, "no trace within the scope is complete and safe to show");
		else
			ak_section_gap(s, o, "no trace is complete and safe to show");
		return AK_OK;
	}
	if (rc != AK_OK)
		return rc;
	if (!s->tenant_reason)
		ak_tenants_hide_trace(trace);
	ak_view_hide_trace(s->view, trace);
	ak_buf_init(&b, 1 << 20);
	ak_trace_text(trace, 80, &b);
	json_object_set_new(o, "text", json_stringn(b.p, b.n));
	ak_buf_release(&b);
	json_object_del(trace, "digest"); /* pseudonyms change in the packet, and with them the digest */
	json_object_set_new(o, "trace", trace);
	ak_selfaudit_fields(s->audit, trace);
	ak_section_say(o, "proven", "the block below", "picked by the rule: %s; seed 1", rule);
	return s->scope ? AK_OK : ak_section_prove(s, o, trace, err);
}
