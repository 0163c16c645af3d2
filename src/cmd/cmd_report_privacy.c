/* report payload, redaction, processing and processors: what personal data arrives, what is done to it and who receives it. */
#include "base/ak.h"
#include "cmd/cmd.h"

#include "cmd/list_run.h"

static const struct ak_opt opts[] = {
	AK_OPTS_LIST,
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};
static const struct ak_opt redaction_opts[] = {
	{"top", 0, AK_OPT_INT, "N", "print so many rows of each table; the others are counted"},
	AK_OPTS_OUT,
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_list_table payload_tables[] = {
	{"rows", "records", "source kind attempts:records! present! masked! absent!"},
	{"places", "places", "source path role present! masked! absent!"},
	{NULL, NULL, NULL},
};
static const struct ak_list_table redaction_tables[] = {
	{"rows", "redaction", "source field rule action n!"},
	{"files", "files", "source name records_in:records! stored! rejected! sha256"},
	{NULL, NULL, NULL},
};
static const struct ak_list_table processing_tables[] = {
	{"rows", "purposes", "app purpose owner cost_center:cost_centre records! state"},
	{"categories", "data", "kind field form n! of!"},
	{"providers", "providers", "provider region trains keeps_days:days contract state"},
	{"retention", "retention", "kind records! keep why delete"},
	{NULL, NULL, NULL},
};
static const struct ak_list_table processors_tables[] = {
	{"rows", "providers", "provider records! region seen_region trains keeps_days:days contract state"},
	{NULL, NULL, NULL},
};

static enum ak_exit run_payload(struct ak_ctx *c, struct ak_err *err)
{
	return ak_list_run(c, ak_report_payload, payload_tables, "gateway request, app event or provider call", err);
}

static enum ak_exit run_redaction(struct ak_ctx *c, struct ak_err *err)
{
	return ak_list_run(c, ak_report_redaction, redaction_tables, "file that was read", err);
}

static enum ak_exit run_processing(struct ak_ctx *c, struct ak_err *err)
{
	return ak_list_run(c, ak_report_processing, processing_tables, "application or record", err);
}

static enum ak_exit run_processors(struct ak_ctx *c, struct ak_err *err)
{
	return ak_list_run(c, ak_report_processors, processors_tables, "provider", err);
}

static const struct ak_example payload_examples[] = {
	{"auditkit report payload", "how many records arrived with prompts, masked or not"},
	{NULL, NULL},
};
static const struct ak_example redaction_examples[] = {
	{"auditkit report redaction", "what was changed or left out, by source, field and rule"},
	{NULL, NULL},
};
static const struct ak_example processing_examples[] = {
	{"auditkit report processing", "purposes, categories of data, providers and retention, and what is not declared"},
	{NULL, NULL},
};
static const struct ak_example processors_examples[] = {
	{"auditkit report processors", "who receives data, as it is declared and as records name it"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_report_payload = {
	.name = "report payload",
	.summary = "how prompts and completions arrived: readable, masked or not at all",
	.text = "Counted before anything was removed; none is stored. Attempts are counted once, whatever entries and witnesses tell of them.\n"
		"Places are paths of the sources, of all times. The verdict holds what arrived against redaction.payload_mode of policy.yaml."
		AK_TEXT_OUT AK_TEXT_NOTHING,
	.opts = opts,
	.examples = payload_examples,
	.needs = AK_NEED_READ | AK_NEED_POLICY | AK_NEED_LOGGED,
	.run = run_payload,
};

const struct ak_cmd ak_cmd_report_redaction = {
	.name = "report redaction",
	.summary = "what was changed or left out before the first write, by rule and field",
	.text = "The counts are those of ingest, of all times: what was removed is not there to be counted again. Of each file the digest before\n"
		"redaction; the root of the ledger covers what was stored of all of them."
		AK_TEXT_OUT "\n\nExit code 3: nothing has been ingested.",
	.opts = redaction_opts,
	.examples = redaction_examples,
	.needs = AK_NEED_READ | AK_NEED_POLICY | AK_NEED_LOGGED,
	.run = run_redaction,
};

const struct ak_cmd ak_cmd_report_processing = {
	.name = "report processing",
	.summary = "processing activities: purposes, categories of data, providers, retention",
	.text = "Purposes, providers and retention are those of policy.yaml, held against what records name; categories are the fields of people,\n"
		"customers and places that are stored, with the form they are stored in. What is not declared is listed as a gap."
		AK_TEXT_OUT AK_TEXT_NOTHING,
	.opts = opts,
	.examples = processing_examples,
	.needs = AK_NEED_READ | AK_NEED_POLICY | AK_NEED_LOGGED,
	.run = run_processing,
};

const struct ak_cmd ak_cmd_report_processors = {
	.name = "report processors",
	.summary = "providers that receive data: region, training, retention, contract",
	.text = "As scope.providers of policy.yaml declares them, with who declared it and when. A provider that records name and nobody declared\n"
		"is a gap; one that is declared and in no record is said to be." AK_TEXT_OUT AK_TEXT_NOTHING,
	.opts = opts,
	.examples = processors_examples,
	.needs = AK_NEED_READ | AK_NEED_POLICY | AK_NEED_LOGGED,
	.run = run_processors,
};
