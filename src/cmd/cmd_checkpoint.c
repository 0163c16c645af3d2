#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/jsonget.h"
#include "query/query.h"

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	json_t *ws = NULL, *cp, *doc;
	enum ak_rc rc = ak_query_workspace(c->store, &ws, err);

	if (rc != AK_OK)
		return err->exit;
	cp = json_object_get(ws, "checkpoint");
	if (!json_is_object(cp)) {
		ak_hint(err, "'auditkit ingest' cuts the first one");
		rc = ak_fail(err, AK_EXIT_PARTIAL, "this workspace has no checkpoint yet");
	} else if (c->json) {
		doc = json_pack("{s:s, s:i, s:O}", "schema", "auditkit.checkpoint/1", "format_version", 1, "checkpoint", cp);
		rc = ak_io_json(c->io, doc, err);
		json_decref(doc);
	} else {
		ak_io_text(c->io, ak_str_of(ak_jtxt(cp, "note", "")));
	}
	json_decref(ws);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_example examples[] = {
	{"auditkit checkpoint", "print the last signed tree head, to keep outside this machine"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_checkpoint = {
	.name = "checkpoint",
	.summary = "print the last signed tree head of the ledger",
	.text = "The note follows c2sp.org/tlog-checkpoint. Kept in git, a ticket or mail it shows later that nothing before it\n"
		"was rewritten.",
	.examples = examples,
	.needs = AK_NEED_READ,
	.run = run,
};
