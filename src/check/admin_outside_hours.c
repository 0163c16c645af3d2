/* People who change keys outside of the working hours that policy.yaml declares (F228). */
#include "base/ak.h"
#include "check/said.h"
#include "check/event.h"

#include "base/text.h"
#include "base/time.h"
#include "base/zone.h"

#define DAY_S 86400

struct calendar {
	const char *name;
	const struct ak_zone *zone;
	int from, to; /* minutes of the day; to below from: over midnight */
	const json_t *days, *holidays, *of, *environments;
};

struct ctx {
	struct ak_piles events; /* by source, actor and day */
	struct calendar c;
	uint64_t read;
	int64_t last_day;
};

static bool read_calendar(struct ak_check_run *r, struct calendar *c)
{
	const json_t *hours = ak_policy_said(r->policy, "audit.hours");
	const char *from = json_string_value(ak_policy_said_in(hours, "from")), *to = json_string_value(ak_policy_said_in(hours, "to"));

	c->name = json_string_value(ak_policy_said_in(hours, "zone"));
	c->zone = c->name ? ak_zone_find(c->name) : NULL;
	c->from = from ? ak_policy_minutes(from) : -1;
	c->to = to ? ak_policy_minutes(to) : -1;
	c->days = ak_policy_said_in(hours, "days");
	c->holidays = ak_policy_said_in(hours, "holidays");
	c->of = ak_policy_said_in(hours, "of");
	c->environments = ak_policy_said_in(hours, "environments");
	return c->zone && c->from >= 0 && c->to >= 0;
}

static int weekday_of(int64_t day) { return (int)((day % 7 + 11) % 7); } /* 1970-01-01 was a Thursday */

static bool is_holiday(const struct calendar *c, int64_t day)
{
	char date[32];

	ak_time_z(day * DAY_S * 1000000, 0, date);
	return c->holidays && ak_policy_said_has(c->holidays, ak_str_n(date, 10));
}

static bool is_workday(const struct calendar *c, int64_t day)
{
	static const char *const names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
	int weekday = weekday_of(day);

	if (is_holiday(c, day))
		return false;
	return c->days ? ak_policy_said_has(c->days, ak_str_of(names[weekday])) : weekday >= 1 && weekday <= 5;
}

/* Local civil time as seconds; NULL calendars never come here. */
static int64_t local_of(const struct calendar *c, int64_t us)
{
	int64_t at = us >= 0 ? us / 1000000 : -((-us + 999999) / 1000000);
	struct ak_zone_span span;

	ak_zone_span(c->zone, at, &span);
	return at + span.offset;
}

static bool is_within(const struct calendar *c, int64_t local)
{
	int64_t day = local >= 0 ? local / DAY_S : -((-local + DAY_S - 1) / DAY_S);
	int minute = (int)((local - day * DAY_S) / 60);

	if (c->from <= c->to)
		return is_workday(c, day) && minute >= c->from && minute < c->to;
	return minute >= c->from ? is_workday(c, day) : minute < c->to && is_workday(c, day - 1);
}

static bool is_production(const struct calendar *c, struct ak_str environment)
{
	if (!environment.p)
		return true;
	if (c->environments)
		return ak_policy_said_has(c->environments, environment);
	return ak_str_eq_fold(environment, AK_STR("prod")) || ak_str_eq_fold(environment, AK_STR("production"));
}

static bool is_asked(const struct calendar *c, const struct ak_str *v)
{
	return c->of ? ak_event_listed(c->of, v) : v[AK_EV_CATEGORY].p && ak_str_is(v[AK_EV_CATEGORY], "keys");
}

static enum ak_rc take(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct ctx *x = ctx;
	const struct ak_str *v = row->value;
	struct ak_check_run *r = x->events.r;
	char local[32];

	(void)err;
	x->read++;
	if (!is_asked(&x->c, v))
		ak_check_apart(r, "no operation that working hours are asked of");
	else if (!is_production(&x->c, v[AK_EV_ENVIRONMENT]))
		ak_check_apart(r, "of another environment");
	else if (ak_event_who(v) == AK_WHO_MACHINE)
		ak_check_apart(r, "by a machine");
	else if (ak_event_who(v) == AK_WHO_UNTOLD)
		ak_check_apart(r, "does not say whether a person acted");
	else if (!row->dated)
		ak_check_apart(r, "has no time");
	else {
		int64_t at = local_of(&x->c, row->time_us);

		ak_check_of(r, 1);
		if (!is_within(&x->c, at)) {
			struct ak_str part[] = {v[AK_EV_SOURCE], ak_event_actor(v), ak_str_n(ak_time_z(at * 1000000, 0, local), 10)};

			ak_pile_add(ak_piles_at(&x->events, part), row);
		}
	}
	return AK_OK;
}

/* Which of them it offends: a day off is named; where hours go over midnight it is the day on which they began. */
static const char *offended(struct ctx *x, int64_t local)
{
	static const char *const names[] = {"a Sunday", "a Monday", "a Tuesday", "a Wednesday", "a Thursday", "a Friday", "a Saturday"};
	const struct calendar *c = &x->c;
	int64_t day = local >= 0 ? local / DAY_S : -((-local + DAY_S - 1) / DAY_S);
	int minute = (int)((local - day * DAY_S) / 60);
	bool began_before = c->from > c->to && minute < c->to;

	day -= began_before;
	if (is_workday(c, day))
		return ak_arena_printf(&x->events.arena, "outside of %02d:%02d to %02d:%02d", c->from / 60, c->from % 60, c->to / 60, c->to % 60).p;
	return ak_arena_printf(&x->events.arena, "%s %s%s, no working day", began_before ? "in hours that began on" : "on", is_holiday(c, day) ? "a holiday, " : "",
			       names[weekday_of(day)]).p;
}

static void find(struct ctx *x, const struct ak_pile *p)
{
	int64_t at = local_of(&x->c, p->first_us);
	char local[32], first[32];
	json_t *f;

	ak_time_z(at * 1000000, 0, local);
	f = ak_pile_finding(&x->events, p, p->part[1].p ? p->part[1].p : p->part[0].p,
			    json_sprintf("%s: %s %s by a person at %.10s %.5s %s%s, %s", p->part[0].p, AK_NUM(p->n), p->n == 1 ? "operation" : "operations", local,
					 local + 11, x->c.name, p->n == 1 ? "" : " and later that day", offended(x, at)));
	json_object_set_new(f, "time", json_string(ak_time_z(p->first_us, 0, first)));
	json_object_set_new(f, "calendar", json_pack("{s:s, s:s, s:s, s:O?, s:b}", "zone", x->c.name, "local_date", p->part[2].p, "local_time",
						    ak_arena_printf(&x->events.arena, "%.8s", local + 11).p, "days", x->c.days, "workday",
						    is_workday(&x->c, at / DAY_S)));
	ak_check_found(x->events.r, f);
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	struct ctx x = {0};
	enum ak_rc rc;

	if (!read_calendar(r, &x.c)) {
		ak_check_unjudged(r, "audit.hours of policy.yaml declares no working hours: {zone: Europe/Berlin, from: \"08:00\", to: \"18:00\"}");
		return AK_OK;
	}
	rc = ak_piles_init(&x.events, r, 3, err);
	if (rc == AK_OK)
		rc = ak_events_each(r, take, &x, err);
	ak_piles_sort(&x.events);
	for (size_t i = 0; i < x.events.n && rc == AK_OK; i++)
		find(&x, x.events.pile[i]);
	if (!r->of)
		ak_check_unjudged(r, x.read ? "no audit event tells of a person who did such an operation" : "there is no audit event in the period: ingest the audit log of the gateway");
	ak_piles_done(&x.events);
	ak_piles_release(&x.events);
	return rc;
}

const struct ak_check ak_check_admin_outside_hours = {
	.name = "admin-outside-hours",
	.title = "people change keys within working hours",
	.severity = "medium",
	.unit = "operations on keys by people",
	.rationale = "somebody who rotates a production key at night is on call, or is not who they seem",
	.fix = "ask who it was; audit.hours of policy.yaml has zone, hours, days and holidays, and which operations are asked",
	.run = run,
	.facts = "calendar.local_date",
	.sizes = "affected",
};
