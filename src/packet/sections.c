/* The sections in their order, and the verdicts over them. */
#include "base/ak.h"
#include "packet/sections.h"

#include "packet/cover.h"
#include "packet/findings.h"
#include "packet/questions.h"

enum ak_rc ak_sections_build(struct ak_sections *s, struct ak_err *err)
{
	static ak_section_fn *const order[] = {ak_section_scope,     ak_section_sources, ak_section_fields, ak_section_redaction,
					       ak_section_retention, ak_section_access,	 ak_section_trace};
	struct ak_facts f;
	enum ak_rc rc = ak_facts_read(s->store, s->from_us, s->to_us, s->policy, s->tables, &f, err);

	s->all = json_array();
	s->files = json_object();
	s->documents = json_object();
	if (rc == AK_OK)
		rc = ak_facts_read_sources(s->store, s->policy, s->as_of_us, &f, err);
	for (size_t i = 0; i < AK_COUNT(order) && rc == AK_OK; i++)
		rc = order[i](s, &f, err);
	if (rc == AK_OK) {
		s->questions = ak_questions(&f, s->policy, s->as_of_us);
		s->findings = ak_findings(&f, s->policy, s->as_of_us, s->questions, s->responses);
	}
	if (rc == AK_OK)
		rc = ak_cover_build(s, &f, err);
	ak_facts_release(&f);
	return rc;
}
