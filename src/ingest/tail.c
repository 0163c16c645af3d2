#include "base/ak.h"
#include "ingest/tail.h"

#include "base/time.h"

#define SEAL_US (INT64_C(300) * 1000000)

enum { NCOUNTS = sizeof(struct ak_counts) / sizeof(uint64_t) };

void ak_counts_add(struct ak_counts *to, const struct ak_counts *c)
{
	uint64_t *a = &to->in;
	const uint64_t *b = &c->in;

	for (size_t i = 0; i < NCOUNTS; i++)
		a[i] += b[i];
}

static void take_off(struct ak_counts *from, const struct ak_counts *c)
{
	uint64_t *a = &from->in;
	const uint64_t *b = &c->in;

	for (size_t i = 0; i < NCOUNTS; i++)
		a[i] -= b[i];
}

void ak_tail_tell(struct ak_tail *t, const struct ak_ingest_opts *o, const char *source, const struct ak_counts *closed,
		  const struct ak_file_row *open)
{
	struct ak_ingest_tail now = {.source = source, .file = open->name, .all = *closed, .last_us = open->last_us};

	if (open->id)
		ak_counts_add(&now.all, &open->counts);
	take_off(&now.all, &t->before);
	now.added = now.all;
	take_off(&now.added, &t->told);
	if (!o->follow || !o->tail || !now.added.in)
		return;
	t->told = now.all;
	o->tail(o->ctx, &now);
}

bool ak_tail_seals(struct ak_tail *t, const struct ak_ingest_opts *o)
{
	int64_t now = ak_time_now();
	bool due = o->follow && t->sealed_us && now - t->sealed_us >= SEAL_US;

	if (due || !t->sealed_us)
		t->sealed_us = now;
	return due;
}
