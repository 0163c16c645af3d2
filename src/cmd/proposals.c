#include "base/ak.h"
#include "cmd/proposals.h"

#include "base/jsonget.h"
#include "link/propose.h"

#define USUAL_PPM 900000

enum ak_rc ak_proposals_find(struct ak_ctx *c, const struct ak_ingest_source *sources, size_t n, json_t **out, struct ak_err *err)
{
	int64_t wanted = c->policy && c->policy->min_link_coverage ? ak_policy_ppm(c->policy->min_link_coverage) : -1;

	return ak_link_propose(c->store, c->registry, sources, n, wanted < 0 ? USUAL_PPM : wanted, out, err);
}

void ak_proposals_print(struct ak_ctx *c, const json_t *proposals)
{
	json_t *p;
	size_t i;
	char meets[32], of[32];

	json_array_foreach((json_t *)proposals, i, p) {
		bool app = strcmp(ak_jtxt(p, "other", ""), "app_event") == 0;

		ak_io_line(c->io, "propose", "%s of %s, which the mapping does not read for %s, meets %s in %s of %s records read again",
			   ak_jtxt(p, "path", "?"), ak_jtxt(p, "format", "?"), ak_jtxt(p, "field", "?"), app ? "app events" : "gateway records",
			   ak_thousands(ak_jnum(p, "meets"), meets), ak_thousands(ak_jnum(p, "of"), of));
		ak_io_line(c->io, "", "put first below 'fields: %s:' in formats/%s.yaml (auditkit formats show %s): %s", ak_jtxt(p, "column", "?"),
			   ak_jtxt(p, "format", "?"), ak_jtxt(p, "format", "?"), ak_jtxt(p, "line", "?"));
	}
	if (json_array_size(proposals))
		ak_io_line(c->io, "", "then read the exports again with --remap");
}
