#include "base/ak.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/tzrule.h"
#include "base/zone.h"

#define ZONE_DIR "/usr/share/zoneinfo/"

enum {
	MOST_BYTES = 1 << 18,
	MOST_NAME = 64,
	HEADER = 44,
	TYPE_BYTES = 6,
	LARGEST_OFFSET = 26 * 3600 /* RFC 8536: at least -25 h and at most +26 h */
};

struct ak_zone {
	struct ak_zone *next;
	char name[MOST_NAME];
	bool good;
	size_t n;	 /* transitions */
	int64_t *at;	 /* n, ascending */
	int32_t *offset; /* n + 1: before the first, then after each */
	bool has_rule;	 /* for what comes after the last transition */
	struct ak_tz_rule rule;
};

static struct ak_zone *zones;
static pthread_mutex_t zones_lock = PTHREAD_MUTEX_INITIALIZER;
/* Records of one source ask for one zone: no lock for the same name again. */
static _Thread_local const struct ak_zone *last;

static int64_t big_endian(const unsigned char *p, int n)
{
	uint64_t v = n && p[0] & 0x80 ? UINT64_MAX : 0;

	for (int i = 0; i < n; i++)
		v = v << 8 | p[i];
	return (int64_t)v;
}

/* The counts of a TZif header, in the order of the file. */
struct counts {
	uint32_t isutc, isstd, leap, time, type, character;
};

static bool read_header(const unsigned char *p, size_t n, struct counts *c)
{
	uint32_t *to[] = {&c->isutc, &c->isstd, &c->leap, &c->time, &c->type, &c->character};

	if (n < HEADER || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return false;
	for (size_t i = 0; i < AK_COUNT(to); i++) {
		int64_t v = big_endian(p + 20 + 4 * i, 4);

		if (v < 0 || v > MOST_BYTES)
			return false;
		*to[i] = (uint32_t)v;
	}
	return true;
}

static size_t body_bytes(const struct counts *c, size_t time_bytes)
{
	return c->time * (time_bytes + 1) + (size_t)c->type * TYPE_BYTES + c->character + c->leap * (time_bytes + 4) +
	       c->isstd + c->isutc;
}

static bool read_offset(const unsigned char *types, const struct counts *c, size_t type, int32_t *out)
{
	if (type >= c->type)
		return false;
	*out = (int32_t)big_endian(types + type * TYPE_BYTES, 4);
	return *out >= -LARGEST_OFFSET && *out <= LARGEST_OFFSET;
}

static bool read_transitions(struct ak_zone *z, const unsigned char *p, const struct counts *c)
{
	const unsigned char *indices = p + (size_t)c->time * 8, *types = indices + c->time;

	z->n = c->time;
	z->at = ak_alloc_zero(z->n, sizeof(*z->at));
	z->offset = ak_alloc_zero(z->n + 1, sizeof(*z->offset));
	if (!read_offset(types, c, 0, &z->offset[0]))
		return false;
	for (size_t i = 0; i < z->n; i++) {
		z->at[i] = big_endian(p + 8 * i, 8);
		if ((i && z->at[i] <= z->at[i - 1]) || !read_offset(types, c, indices[i], &z->offset[i + 1]))
			return false;
	}
	return true;
}

/* "\n" TZ string "\n"; an empty one means that nothing is known. */
static bool read_footer(struct ak_zone *z, struct ak_str foot)
{
	size_t n;

	if (!foot.n || foot.p[0] != '\n')
		return false;
	foot = ak_str_n(foot.p + 1, foot.n - 1);
	n = ak_str_find(foot, '\n');
	if (n == foot.n)
		return false;
	z->has_rule = n > 0;
	return !n || ak_tz_rule_parse(ak_str_n(foot.p, n), &z->rule);
}

static bool read_zone(struct ak_zone *z, const unsigned char *p, size_t n)
{
	struct counts c;
	size_t skip;

	if (!read_header(p, n, &c))
		return false;
	/* The first block has 32-bit times and is there for old readers. */
	skip = HEADER + body_bytes(&c, 4);
	if (skip > n || !read_header(p + skip, n - skip, &c))
		return false;
	p += skip + HEADER;
	n -= skip + HEADER;
	if (c.leap || body_bytes(&c, 8) > n || !read_transitions(z, p, &c))
		return false;
	p += body_bytes(&c, 8);
	n -= body_bytes(&c, 8);
	return read_footer(z, ak_str_n((const char *)p, n));
}

static bool good_name(const char *name)
{
	size_t n = strlen(name);

	if (!n || n >= MOST_NAME || !ak_is_alnum((unsigned char)name[0]))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!ak_is_alnum((unsigned char)name[i]) && !strchr("_+-/", name[i]))
			return false;
	return true;
}

static void load(struct ak_zone *z)
{
	unsigned char *bytes = ak_alloc(MOST_BYTES);
	char path[sizeof(ZONE_DIR) + MOST_NAME];
	struct stat st;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "%s%s", ZONE_DIR, z->name);
	fd = ak_fs_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		got = ak_fs_pread(fd, bytes, MOST_BYTES, 0);
		z->good = got > 0 && read_zone(z, bytes, (size_t)got);
	}
	if (fd >= 0)
		close(fd);
	ak_free(bytes);
}

const struct ak_zone *ak_zone_find(const char *name)
{
	struct ak_zone *z;

	if (last && strcmp(last->name, name) == 0)
		return last;
	if (!good_name(name))
		return NULL;
	pthread_mutex_lock(&zones_lock);
	for (z = zones; z && strcmp(z->name, name) != 0; z = z->next)
		;
	if (!z) {
		z = ak_alloc_zero(1, sizeof(*z));
		memcpy(z->name, name, strlen(name));
		load(z);
		z->next = zones;
		zones = z;
	}
	pthread_mutex_unlock(&zones_lock);
	if (!z->good)
		return NULL;
	last = z;
	return z;
}

void ak_zone_span(const struct ak_zone *z, int64_t at, struct ak_zone_span *out)
{
	size_t low = 0, high = z->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (z->at[mid] <= at)
			low = mid + 1;
		else
			high = mid;
	}
	/* low = transitions up to `at` */
	if (low == z->n && z->has_rule) {
		ak_tz_rule_span(&z->rule, at, out);
		if (z->n && out->start < z->at[z->n - 1])
			out->start = z->at[z->n - 1];
		return;
	}
	out->start = low ? z->at[low - 1] : INT64_MIN;
	out->end = low < z->n ? z->at[low] : INT64_MAX;
	out->offset = z->offset[low];
}

bool ak_zone_local(const struct ak_zone *z, int64_t local, int64_t *at, bool *twice)
{
	struct ak_zone_span span;
	int64_t first = 0, guess;
	int found = 0;

	for (int64_t t = local - LARGEST_OFFSET; t <= local + LARGEST_OFFSET; t = span.end) {
		ak_zone_span(z, t, &span);
		guess = local - span.offset;
		if (guess >= span.start && guess < span.end && !found++)
			first = guess;
	}
	if (!found)
		return false;
	*at = first;
	*twice = found > 1;
	return true;
}
