#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/jsonget.h"
#include "packet/diff.h"

#define SHOWN 12 /* of a section, without -v */

static void print_change(struct ak_ctx *c, const json_t *o)
{
	const char *before = ak_jtxt(o, "before", NULL), *after = ak_jtxt(o, "after", NULL), *direction = ak_jtxt(o, "direction", NULL);
	const char *what = ak_jtxt(o, "what", "");
	char said[64] = "";

	if (json_is_integer(json_object_get(o, "added")))
		snprintf(said, sizeof said, ": %llu more, %llu gone", (unsigned long long)ak_jnum(o, "added"), (unsigned long long)ak_jnum(o, "removed"));
	if (strcmp(what, "statement") == 0 && (!before || !after))
		ak_io_line(c->io, ak_jtxt(o, "kind", ""), "%s", before ? before : after ? after : "");
	else if (strcmp(what, "statement") == 0)
		ak_io_line(c->io, ak_jtxt(o, "kind", ""), "%s; was %s", after, before);
	else
		ak_io_line(c->io, ak_jtxt(o, "kind", ""), "%s %s%s%s%s%s%s%s%s", what, ak_jtxt(o, "subject", ""), said, after ? ", now " : "", after ? after : "",
			   before ? ", was " : "", before ? before : "", direction ? ": " : "", direction ? direction : "");
}

static void print_section(struct ak_ctx *c, const json_t *doc, const json_t *section)
{
	const char *id = ak_jtxt(section, "section", "");
	size_t i, shown = 0, left = 0;
	json_t *o;

	if (!ak_jnum(section, "added") && !ak_jnum(section, "removed") && !ak_jnum(section, "changed"))
		return;
	ak_io_printf(c->io, "\n%s: %llu added, %llu removed, %llu changed\n", id, (unsigned long long)ak_jnum(section, "added"),
		     (unsigned long long)ak_jnum(section, "removed"), (unsigned long long)ak_jnum(section, "changed"));
	json_array_foreach(json_object_get(doc, "changes"), i, o) {
		if (strcmp(ak_jtxt(o, "section", ""), id) != 0)
			continue;
		if (shown < SHOWN || c->io->verbose) {
			print_change(c, o);
			shown++;
		} else {
			left++;
		}
	}
	if (left)
		ak_io_line(c->io, "", "and %zu more: -v lists them", left);
}

static void print_head(struct ak_ctx *c, const char *key, const json_t *o)
{
	ak_io_line(c->io, key, "%s as of %s", ak_jtxt(o, "packet", "?"), ak_jtxt(o, "as_of", "?"));
	ak_io_printf(c->io, "%-10s%s\n", "", ak_jtxt(o, "digest", "?"));
}

static void print(struct ak_ctx *c, const json_t *doc)
{
	json_t *section;
	size_t i;

	print_head(c, "old", json_object_get(doc, "old"));
	print_head(c, "new", json_object_get(doc, "new"));
	if (json_is_true(json_object_get(doc, "same"))) {
		ak_io_line(c->io, "same", "both have one digest: nothing changed");
		return;
	}
	if (!json_is_true(json_object_get(doc, "same_workspace")))
		ak_io_line(c->io, "note", "they were built from two workspaces: what differs need not have changed");
	ak_io_line(c->io, "note", "pseudonyms are each packet's own: rows that differ in nothing else are equal here");
	if (json_array_size(json_object_get(doc, "in_annex")))
		ak_io_line(c->io, "note", "%zu tables stand in an annex: of these the number of rows and the first rows are compared",
			   json_array_size(json_object_get(doc, "in_annex")));
	if (!json_array_size(json_object_get(doc, "changes")))
		ak_io_line(c->io, "same", "in every verdict, finding, statement, gap and table");
	json_array_foreach(json_object_get(doc, "sections"), i, section)
		print_section(c, doc, section);
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	json_t *doc = NULL;
	enum ak_rc rc = ak_packet_diff(c->args->word[0], c->args->word[1], &doc, err);

	if (rc == AK_OK && c->json)
		rc = ak_io_json(c->io, doc, err);
	else if (rc == AK_OK)
		print(c, doc);
	json_decref(doc);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_example examples[] = {
	{"auditkit packet diff packet.tar packet.zip", "what changed since the last packet"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_packet_diff = {
	.name = "packet diff",
	.args = "OLD NEW",
	.summary = "what changed from one packet to the next, by section",
	.text = "Verdicts and findings first, then statements, gaps and tables of each section: added, removed, changed. What got\n"
		"worse or better is marked: a verdict, a finding or a gap that came or went. Rows of tables are compared whole and\n"
		"counted. Both packets are checked first; one that is not as it was packed is exit 4.",
	.examples = examples,
	.needs = AK_NEED_INPUT,
	.min_words = 2,
	.max_words = 2,
	.run = run,
};
