#include "base/ak.h"
#include "cmd/doctor.h"

#include <stdlib.h>
#include <sys/resource.h>

#include "base/crypto.h"
#include "base/time.h"
#include "base/zone.h"
#include "base/jsonget.h"
#include "packet/archive.h"
#include "query/query.h"

#define MADE_US INT64_C(1767225600000000) /* 2026-01-01: no clock that is right shows an earlier day */
#define SECOND_US INT64_C(1000000)

static void look_at_sandbox(struct ak_doctor *d)
{
	const struct ak_sandbox_kernel *k = &d->c->sandbox;
	const char *how = getenv("AUDITKIT_SANDBOX");
	struct ak_buf words;

	if (how && strcmp(how, "off") == 0) {
		ak_doctor_say(d, "sandbox", AK_ODD, "unset AUDITKIT_SANDBOX", "switched off by AUDITKIT_SANDBOX");
		return;
	}
	ak_buf_init(&words, 1000);
	ak_sandbox_describe(k, &words);
	if (k->landlock && k->seccomp)
		ak_doctor_say(d, "sandbox", AK_WELL, NULL, "%s, closed around every command", words.p);
	else
		ak_doctor_say(d, "sandbox", AK_ODD, k->built ? "a kernel from 5.13 on with Landlock; in a container, a profile that allows its calls" : NULL,
			      "%s", words.p);
	ak_buf_release(&words);
}

/* The last checkpoint was cut by this machine, so it lies in the past; records come from other clocks. */
static bool clock_against_workspace(struct ak_doctor *d, int64_t now)
{
	json_t *ws = NULL;
	const char *sealed;
	struct ak_time t;
	bool said = false;

	if (!d->c->store || ak_query_workspace(d->c->store, &ws, NULL) != AK_OK)
		return false;
	sealed = ak_jtxt(json_object_get(ws, "checkpoint"), "time", NULL);
	if (sealed && ak_time_parse(ak_str_of(sealed), NULL, &d->c->arena, &t, NULL) == AK_OK && t.us > now + 300 * SECOND_US) {
		ak_doctor_say(d, "clock", AK_BAD, "timedatectl set-ntp true", "behind: the last checkpoint was cut at %s", sealed);
		said = true;
	} else if (json_integer_value(json_object_get(ws, "last_us")) > now + 86400 * SECOND_US) {
		ak_doctor_say(d, "clock", AK_ODD, "compare it with date -u, and the export's time zone with --tz",
			      "more than a day behind the newest record");
		said = true;
	}
	json_decref(ws);
	return said;
}

static void look_at_clock(struct ak_doctor *d)
{
	int64_t now = ak_time_now();
	char text[32];

	ak_time_z(now, 0, text);
	if (now < MADE_US)
		ak_doctor_say(d, "clock", AK_BAD, "timedatectl set-ntp true", "%s is before this program was made", text);
	else if (!clock_against_workspace(d, now))
		ak_doctor_say(d, "clock", AK_WELL, NULL, "%s%s", text, d->c->store ? ", after all that is stored" : "");
}

static void look_at_zones(struct ak_doctor *d)
{
	static const char *const names[] = {"Europe/Berlin", "America/New_York", "Asia/Tokyo"};
	size_t found = 0;

	for (size_t i = 0; i < AK_COUNT(names); i++)
		found += ak_zone_find(names[i]) != NULL;
	if (found == AK_COUNT(names))
		ak_doctor_say(d, "time zones", AK_WELL, NULL, "rules are there");
	else
		ak_doctor_say(d, "time zones", AK_ODD, "apt install tzdata", "%zu of %zu that were asked for are missing: times with a named zone are refused",
			      AK_COUNT(names) - found, AK_COUNT(names));
}

static void look_at_libraries(struct ak_doctor *d)
{
	bool usable;
	const char *sqlite = ak_sql_library(&usable);

	ak_doctor_say(d, "libraries", usable ? AK_WELL : AK_BAD, usable ? NULL : "apt install --only-upgrade libsqlite3-0", "SQLite %s%s, OpenSSL %s, %s, Jansson %s",
		      sqlite, usable ? "" : " (older than this program was built with, or not safe for threads)", ak_crypto_library(),
		      ak_archive_library(), jansson_version_str());
}

static void look_at_limits(struct ak_doctor *d)
{
	static const struct {
		int which;
		const char *name, *repair;
		rlim_t least;
	} rows[] = {
		{RLIMIT_NOFILE, "open files", "ulimit -n 1024", 256},
		{RLIMIT_FSIZE, "size of a file", "ulimit -f unlimited", RLIM_INFINITY},
		{RLIMIT_AS, "memory", "ulimit -v unlimited", 1 << 30},
		{RLIMIT_DATA, "memory of data", "ulimit -d unlimited", 1 << 30},
	};
	size_t low = 0;

	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		struct rlimit now;

		if (getrlimit(rows[i].which, &now) != 0 || now.rlim_cur >= rows[i].least)
			continue;
		low++;
		ak_doctor_say(d, "limits", AK_ODD, rows[i].repair, "%s: %llu", rows[i].name, (unsigned long long)now.rlim_cur);
	}
	if (!low)
		ak_doctor_say(d, "limits", AK_WELL, NULL, "open files, file size and memory suffice");
}

void ak_doctor_machine(struct ak_doctor *d)
{
	look_at_clock(d);
	look_at_zones(d);
	look_at_sandbox(d);
	look_at_libraries(d);
	look_at_limits(d);
}
