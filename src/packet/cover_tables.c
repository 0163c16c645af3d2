/* Tables of what the cover's documents have, for who wants to count again. */
#include "base/ak.h"
#include "packet/cover.h"

#include "base/jsonget.h"

json_t *ak_cover_section(const struct ak_sections *s, const char *id)
{
	json_t *o = ak_jfind(s->all, "id", id);

	if (!o)
		AK_BUG("a section is missing");
	return o;
}

struct ak_table *ak_cover_table(struct ak_sections *s, const char *section, const char *name, const char *title, const char *columns)
{
	return ak_section_table(s, ak_cover_section(s, section), name, title, columns);
}

static json_t *sum_of(const json_t *row, const char *member)
{
	const char *z = ak_jtxt(json_object_get(row, member), "sum", NULL);

	return z ? json_string(z) : json_null();
}

static json_t *row_of(const json_t *layer, const json_t *row)
{
	return json_pack("{s:o, s:O?, s:O?, s:O?}", "start", json_sprintf("%.19sZ", ak_jtxt(row, "start", "")), "layer", json_object_get(layer, "layer"), "source",
			 json_object_get(layer, "source"), "query", json_object_get(layer, "query"));
}

static void add(struct ak_table *t, json_t *row)
{
	ak_table_add(t, row);
	json_decref(row);
}

static void usage(struct ak_sections *s, const json_t *figures)
{
	static const char *const sums[] = {"requests", "input_tokens", "output_tokens"};
	struct ak_table *t = ak_cover_table(s, "scope", "over_time", "Records, failures and tokens by day or hour, UTC, as drawn; layers are never added to each other",
					    "start:datetime layer source query records:integer failed:integer requests:number input_tokens:number output_tokens:number");
	json_t *layer, *row;
	size_t i, k;

	json_array_foreach(json_object_get(json_object_get(figures, "usage"), "layers"), i, layer)
		json_array_foreach(json_object_get(layer, "rows"), k, row) {
			json_t *cells = row_of(layer, row);

			json_object_set(cells, "records", json_object_get(row, "records"));
			json_object_set(cells, "failed", json_object_get(row, "failed"));
			for (size_t m = 0; m < AK_COUNT(sums); m++)
				json_object_set_new(cells, sums[m], sum_of(row, sums[m]));
			add(t, cells);
		}
}

static void cost(struct ak_sections *s, const json_t *figures)
{
	static const char *const sums[] = {"estimated", "billed", "effective"};
	struct ak_table *t = ak_cover_table(s, "scope", "cost_over_time", "Amounts by day or hour, UTC, as drawn; layers and currencies are never added to each other",
					    "start:datetime layer source query currency estimated:number billed:number effective:number");
	json_t *layer, *row, *one;
	size_t i, k, c;

	json_array_foreach(json_object_get(json_object_get(figures, "cost"), "layers"), i, layer)
		json_array_foreach(json_object_get(layer, "rows"), k, row)
			json_array_foreach(json_object_get(row, "cost"), c, one) {
				json_t *cells = row_of(layer, row);

				json_object_set(cells, "currency", json_object_get(one, "currency"));
				for (size_t m = 0; m < AK_COUNT(sums); m++)
					json_object_set_new(cells, sums[m], sum_of(one, sums[m]));
				add(t, cells);
			}
}

static void latency(struct ak_sections *s, const json_t *figures)
{
	static const char *const ranks[] = {"p50", "p95", "p99"};
	struct ak_table *t = ak_cover_table(s, "scope", "latency_over_time", "Duration of gateway attempts by day or hour, UTC, in milliseconds, as drawn",
					    "start:datetime attempts:integer with_duration:integer p50:number p95:number p99:number");
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(figures, "latency"), "rows"), i, row) {
		const json_t *ms = json_object_get(row, "duration_ms");
		json_t *cells = row_of(NULL, row);

		json_object_set(cells, "attempts", json_object_get(row, "records"));
		json_object_set_new(cells, "with_duration", json_integer((json_int_t)ak_jnum(ms, "of")));
		for (size_t m = 0; m < AK_COUNT(ranks); m++)
			json_object_set_new(cells, ranks[m], ak_jtxt(ms, ranks[m], NULL) ? json_string(ak_jtxt(ms, ranks[m], "")) : json_null());
		add(t, cells);
	}
}

static void reconciled(struct ak_sections *s, const struct ak_facts *f)
{
	struct ak_table *t;
	json_t *row;
	size_t i;

	if (!json_array_size(f->reconciled))
		return;
	t = ak_cover_table(s, "sources", "reconciled", "Gateway and provider by sums: gap = provider figure - gateway, and the classes that add up to it",
			   "source query provider measure unit gateway:number provider_figure:number gap:number classes");
	json_array_foreach(f->reconciled, i, row) {
		json_t *cells = json_copy(row), *parts = json_array(), *v;
		const char *name;

		json_object_foreach(json_object_get(row, "classes"), name, v)
			json_array_append_new(parts, json_sprintf("%s=%s", name, json_string_value(v) ? json_string_value(v) : "?"));
		json_object_set_new(cells, "classes", parts);
		if (json_object_get(row, "currency"))
			json_object_set(cells, "unit", json_object_get(row, "currency"));
		add(t, cells);
	}
}

static void findings(struct ak_sections *s)
{
	static const char *const members[] = {"text", "owner", "due", "closed"};
	struct ak_table *t = ak_cover_table(s, "sources", "findings", "Findings of this packet with the management response to each, which does not take it away",
					    "id title measured details proof response owner due overdue_days:integer closed");
	json_t *f;
	size_t i;

	json_array_foreach(s->findings, i, f) {
		json_t *cells = json_copy(f);
		const json_t *answer = json_object_get(f, "response");

		json_object_set(cells, "overdue_days", json_object_get(answer, "overdue"));
		for (size_t m = 0; m < AK_COUNT(members); m++)
			json_object_set_new(cells, m ? members[m] : "response", ak_jtxt(answer, members[m], NULL) ? json_string(ak_jtxt(answer, members[m], "")) : json_null());
		add(t, cells);
	}
}

static void gaps(struct ak_sections *s)
{
	struct ak_table *t = ak_cover_table(s, "sources", "gaps", "What nothing answers, and what policy.yaml admits; overdue: days past its due day at the checkpoint", "id section gap owner due overdue_days:integer declared:boolean");
	json_t *section, *g;
	size_t i, k;

	json_array_foreach(s->all, i, section)
		json_array_foreach(json_object_get(section, "gaps"), k, g) {
			json_t *cells = json_copy(g);

			json_object_set(cells, "section", json_object_get(section, "id"));
			json_object_set(cells, "gap", json_object_get(g, "text"));
			json_object_set(cells, "overdue_days", json_object_get(g, "overdue"));
			add(t, cells);
		}
}

void ak_cover_tables(struct ak_sections *s, const struct ak_facts *f, const json_t *figures)
{
	usage(s, figures);
	cost(s, figures);
	latency(s, figures);
	reconciled(s, f);
	findings(s);
	gaps(s);
}
