#include "base/ak.h"
#include "report/alone.h"

#include "base/jsonget.h"
#include "model/field.h"

/* Sources that are no records. */
enum { ALONE_INGEST = 1, ALONE_DECLARED = 2, ALONE_OWN = 4, ALONE_LINK = 8, ALONE_SUM = 16, ALONE_BOUND = 32 };

static const struct {
	unsigned bit;
	const char *name, *title, *cannot_prove;
} others[] = {
	{ALONE_INGEST, "ingest", "counts of ingest", "that nothing else was secret or personal: they count what a rule knew"},
	{ALONE_DECLARED, "declaration", "declarations in policy.yaml", "that what they say is so"},
	{ALONE_OWN, "access_log", "lines of access.jsonl", "that nobody read the workspace without auditkit"},
	{ALONE_LINK, "link", "links", "that what either record says is true, only that both name the same call"},
	{ALONE_SUM, "sum", "sums", "anything about one call"},
	{ALONE_BOUND, "lower_bound", "lower bounds", "that nothing else is missing"},
};

#define K(kind) (1u << AK_K_##kind)
static const struct {
	const char *report;
	unsigned kinds, others;
} declared[] = {
#define REPORT(name, kinds, others) {name, kinds, others},
#include "report/alone.def"
#undef REPORT
};
#undef K

static void say(json_t *list, const char *kind, const char *title, const char *cannot_prove)
{
	json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "kind", kind, "title", title, "cannot_prove", cannot_prove));
}

void ak_alone_kinds(json_t *doc, unsigned kinds)
{
	json_t *list = json_array();

	for (int k = 0; k < AK_K_COUNT; k++)
		if (kinds >> k & 1)
			say(list, ak_kinds[k].name, ak_kinds[k].plural, ak_kinds[k].cannot_prove);
	json_object_set_new(doc, "alone", list);
}

void ak_alone_add(json_t *doc, const char *report, unsigned only)
{
	for (size_t i = 0; i < AK_COUNT(declared); i++) {
		if (strcmp(declared[i].report, report) != 0 || json_object_get(doc, "alone"))
			continue;
		ak_alone_kinds(doc, declared[i].kinds & (only ? only : ~0u));
		for (size_t k = 0; k < AK_COUNT(others); k++)
			if (declared[i].others & others[k].bit)
				say(json_object_get(doc, "alone"), others[k].name, others[k].title, others[k].cannot_prove);
	}
}

unsigned ak_alone_of_link(const json_t *row)
{
	int from = ak_kind_find(ak_str_of(ak_jtxt(row, "from_kind", ""))), to = ak_kind_find(ak_str_of(ak_jtxt(row, "to_kind", "")));

	return (from < 0 ? 0 : 1u << from) | (to < 0 ? 0 : 1u << to);
}
