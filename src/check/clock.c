/* Clocks that disagree by more than a second, or that nobody can set right. */
#include "base/ak.h"
#include "check/check.h"

#include "base/text.h"
#include "link/clock.h"

#define MOST_MS 1000

static const char *txt(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }

static void name_of(const json_t *row, const char *source, const char *app, struct ak_buf *out)
{
	ak_buf_addf(out, "%s%s%s", txt(row, source), txt(row, app) ? " of " : "", txt(row, app) ? txt(row, app) : "");
}

/* A side of zero on which all of the bounds lie, further than a second away. */
static bool is_skewed(const json_t *row, bool *ahead)
{
	const json_t *low = json_object_get(row, "low_ms"), *high = json_object_get(row, "high_ms");

	*ahead = json_is_integer(low) && json_integer_value(low) > MOST_MS;
	return *ahead || (json_is_integer(high) && json_integer_value(high) < -MOST_MS);
}

static void add_ms(struct ak_buf *out, json_int_t ms)
{
	ms = ms < 0 ? -ms : ms;
	ak_buf_addf(out, "%lld.%03lld s", (long long)(ms / 1000), (long long)(ms % 1000));
}

/* What was not read is told with every verdict. */
static json_t *sampled(const json_t *row)
{
	const json_t *by = json_object_get(row, "sampled");

	return json_is_object(by) ? json_sprintf("from one in %s of the %s records of %s", AK_NUM((uint64_t)json_integer_value(json_object_get(by, "one_in"))),
						 AK_NUM((uint64_t)json_integer_value(json_object_get(by, "of"))), txt(by, "source"))
				  : NULL;
}

static void look_at(struct ak_check_run *r, const json_t *row, bool any)
{
	json_t *by = sampled(row);

	if (any)
		ak_check_state(r, by ? json_string_value(by) : "from all records");
	else
		ak_check_of(r, 1);
	json_decref(by);
}

static void find(struct ak_check_run *r, const json_t *row, bool consistent, bool ahead)
{
	const json_t *low = json_object_get(row, "low_ms"), *high = json_object_get(row, "high_ms");
	const json_t *least = ahead ? low : high, *most = ahead ? high : low;
	struct ak_buf subject, text;
	json_t *f, *by = sampled(row);

	ak_buf_init(&subject, 1 << 12);
	ak_buf_init(&text, 1 << 12);
	name_of(row, "from", "from_app", &subject);
	ak_buf_addf(&text, "the clock of %s ", subject.p);
	if (!consistent) {
		ak_buf_adds(&text, "and that of ");
		name_of(row, "to", "to_app", &text);
		ak_buf_addf(&text, " have no bounds: %lld of %lld pairs contradict the others", (long long)json_integer_value(json_object_get(row, "contradicting")),
			    (long long)json_integer_value(json_object_get(row, "pairs")));
	} else {
		ak_buf_adds(&text, "is at least ");
		add_ms(&text, json_integer_value(least));
		if (json_is_integer(most)) {
			ak_buf_adds(&text, " and at most ");
			add_ms(&text, json_integer_value(most));
		}
		ak_buf_adds(&text, ahead ? " ahead of " : " behind ");
		name_of(row, "to", "to_app", &text);
		ak_buf_addf(&text, " (%lld pairs, %s)", (long long)json_integer_value(json_object_get(row, "pairs")), txt(row, "basis"));
	}
	if (by)
		ak_buf_addf(&text, ", %s", json_string_value(by));
	json_decref(by);
	f = json_pack("{s:s, s:s, s:[]}", "subject", subject.p, "text", text.p, "cites");
	json_object_set(f, "cites", json_object_get(row, "example"));
	json_object_set_new(f, "bounds", json_deep_copy(row));
	ak_check_found(r, f);
	ak_buf_release(&subject);
	ak_buf_release(&text);
}

static void look(struct ak_check_run *r, const json_t *rows)
{
	json_t *row;
	size_t i;
	bool ahead = false, any = false;

	json_array_foreach((json_t *)rows, i, row)
		any = any || json_is_object(json_object_get(row, "sampled"));
	json_array_foreach((json_t *)rows, i, row) {
		bool consistent = json_is_true(json_object_get(row, "consistent"));

		/* A clock that is off is off against all others: those it never meets say nothing new. */
		if (!json_integer_value(json_object_get(row, "pairs")) || !json_is_true(json_object_get(row, "enough")))
			continue;
		look_at(r, row, any);
		/* Of a cycle that does not close no pair alone is wrong, and of a few pairs one that contradicts is no clock. */
		if (consistent ? is_skewed(row, &ahead)
			       : json_integer_value(json_object_get(row, "tolerated")) &&
					 json_integer_value(json_object_get(row, "contradicting")) > json_integer_value(json_object_get(row, "tolerated")))
			find(r, row, consistent, ahead);
	}
}

static void look_at_cycles(struct ak_check_run *r, const json_t *cycles)
{
	json_t *cycle, *clock;
	struct ak_buf names;
	size_t i, k;

	json_array_foreach((json_t *)cycles, i, cycle) {
		ak_buf_init(&names, 1 << 14);
		json_array_foreach(json_object_get(cycle, "clocks"), k, clock) {
			ak_buf_adds(&names, k ? ", " : "");
			name_of(clock, "source", "app", &names);
		}
		ak_check_found(r, json_pack("{s:s, s:o, s:[], s:O}", "subject", names.p, "text",
					    json_sprintf("the clocks of %s contradict each other by %lld ms: no offsets fit all of their pairs", names.p,
							 (long long)json_integer_value(json_object_get(cycle, "gap_ms"))),
					    "cites", "cycle", cycle));
		ak_buf_release(&names);
	}
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	AK_CLEANUP(ak_clocks_freep) struct ak_clocks *clocks = NULL;
	json_t *rows, *cycles;
	uint64_t left_out;
	enum ak_rc rc = ak_clock_bounds(r->store, 0, &clocks, err);

	if (rc != AK_OK)
		return rc;
	rows = ak_clocks_rows(clocks, &left_out);
	cycles = ak_clocks_cycles(clocks);
	look(r, rows);
	look_at_cycles(r, cycles);
	if (!r->of)
		ak_check_unjudged(r, "no record of one source is linked to a record of another with a time; ingest app spans or provider calls with their ids");
	json_decref(rows);
	json_decref(cycles);
	return AK_OK;
}

const struct ak_check ak_check_clock = {
	.name = "clock",
	.title = "clocks agree within a second",
	.severity = "medium",
	.unit = "pairs of clocks that linked records bound, whatever the period",
	.rationale = "the order of events of two sources is only as good as their clocks",
	.fix = "have the clock of that source set, and read its times with the bounds of 'auditkit sources show NAME'",
	.run = run,
};
