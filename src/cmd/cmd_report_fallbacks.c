#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/jsonget.h"
#include "cmd/lines.h"
#include "cmd/list_text.h"
#include "cmd/period.h"
#include "cmd/report_out.h"
#include "state/state.h"

static const char *class_text(const char *class)
{
	static const char *const says[][2] = {
		{"same", "the model that was asked for"},
		{"alias", "another name of it: a snapshot, a provider in front, or declared by the route in force"},
		{"another model", "another model, or a fallback that the gateway recorded"},
		{"not stated", "not stated: a name that no record says the model of, or none"},
		{"not served", "not served"},
	};

	for (size_t i = 0; i < AK_COUNT(says); i++)
		if (strcmp(says[i][0], class) == 0)
			return says[i][1];
	return class;
}

static void print(struct ak_ctx *c, const json_t *doc)
{
	const char *name;
	json_t *r;
	size_t i;
	char n[32], of[32];

	ak_io_line(c->io, "attempts", "%s, of which %s were served by another model than asked for", ak_thousands(ak_jnum(doc, "requests"), n),
		   ak_thousands(ak_jnum(doc, "served_otherwise"), of));
	json_object_foreach((json_t *)json_object_get(doc, "classes"), name, r)
		ak_io_line(c->io, "", "%s of %s: %s", ak_thousands((uint64_t)json_integer_value(r), n), ak_thousands(ak_jnum(doc, "requests"), of), class_text(name));
	json_array_foreach(json_object_get(doc, "rows"), i, r) {
		const char *by = ak_jtxt(r, "by", NULL);

		ak_io_line(c->io, ak_jtxt(r, "kind", "?"), "%s of %s: %s -> %s, %s %s, tenant %s, source %s%s%s%s", ak_thousands(ak_jnum(r, "requests"), n),
			   ak_thousands(ak_jnum(doc, "requests"), of), ak_jtxt(r, "asked", "-"), ak_jtxt(r, "served", "-"), ak_jtxt(r, "provider", "-"),
			   ak_jtxt(r, "region", "region not told"), ak_jtxt(r, "tenant", "not told"), ak_jtxt(r, "source", "-"), by ? ", route set by [" : "", by ? by : "",
			   by ? "]" : "");
	}
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	int64_t from_us, to_us;
	json_t *doc = NULL;
	bool printed = false;
	enum ak_rc rc = ak_cmd_period(c, &from_us, &to_us, err);

	if (rc == AK_OK)
		rc = ak_state_fallbacks(c->store, from_us, to_us, &doc, err);
	if (rc == AK_OK)
		rc = ak_report_out(c, doc, &printed, err);
	if (rc == AK_OK && !printed && ak_jnum(doc, "requests"))
		ak_cmd_period_asked(c);
	if (rc == AK_OK && !printed) {
		print(c, doc);
		ak_alone_print(c->io, doc);
	}
	if (rc == AK_OK && !ak_jnum(doc, "requests"))
		rc = ak_cmd_nothing(c, "gateway request", err);
	json_decref(doc);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	AK_OPTS_PERIOD,
	AK_OPTS_OUT,
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit report fallbacks", "who was served by another model, provider or region than asked"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_report_fallbacks = {
	.name = "report fallbacks",
	.summary = "what attempts were served by, against what was asked for",
	.text = "The rows, and the classes, add up to all attempts of the period. Where the route in force names the model that served, its record is\n"
		"cited. A dated snapshot, a provider or region in front and a version behind are names of the same model. Another model is\n"
		"said to have served only where the gateway recorded a fallback, the route in force names other models, or a record knows the\n"
		"name asked for as a model: one that was served, or that a provider counts, prices or logs, or that a route names. Any other\n"
		"name, such as claude-prod, says nothing of a model: then it is not stated whether another one served."
		AK_TEXT_OUT AK_TEXT_NOTHING,
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_POLICY | AK_NEED_LOGGED,
	.run = run,
};
