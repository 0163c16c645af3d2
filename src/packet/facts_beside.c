#include "base/ak.h"
#include "packet/facts_beside.h"

#include <pthread.h>

#include "link/link.h"
#include "packet/overdue.h"
#include "query/query.h"

struct ak_facts_beside {
	struct ak_store *s, *own; /* own: NULL = the caller reads */
	int64_t from_us, to_us, oldest[AK_K_COUNT];
	pthread_t thread;
	bool runs;
	/* the thread's while it runs */
	json_t *links, *control_totals, *shapes;
	enum ak_rc rc;
	struct ak_err err;
};

static void read_all(struct ak_facts_beside *b, struct ak_store *s)
{
	b->rc = ak_link_coverage(s, 0, b->from_us, b->to_us, &b->links, &b->err);
	if (b->rc == AK_OK)
		b->rc = ak_query_control_totals(s, &b->control_totals, &b->err);
	if (b->rc == AK_OK)
		b->rc = ak_query_shapes(s, b->oldest, &b->shapes, &b->err);
}

static void *run(void *beside)
{
	struct ak_facts_beside *b = beside;

	read_all(b, b->own);
	return NULL;
}

struct ak_facts_beside *ak_facts_beside_start(struct ak_store *s, int64_t from_us, int64_t to_us, const struct ak_policy *policy, int64_t as_of_us, bool alone)
{
	struct ak_facts_beside *b = ak_alloc_zero(1, sizeof *b);
	struct ak_err ignored = {0};

	b->s = s;
	b->from_us = from_us;
	b->to_us = to_us;
	ak_overdue_classes(policy, as_of_us, b->oldest);
	if (!alone && ak_store_open_beside(s, &b->own, &ignored) == AK_OK)
		b->runs = pthread_create(&b->thread, NULL, run, b) == 0;
	return b;
}

static void join(struct ak_facts_beside *b)
{
	if (b->runs)
		pthread_join(b->thread, NULL);
	b->runs = false;
}

enum ak_rc ak_facts_beside_end(struct ak_facts_beside *b, struct ak_facts *f, struct ak_err *err)
{
	bool ran = b->runs;

	join(b);
	if (!ran)
		read_all(b, b->s);
	f->links = b->links;
	f->control_totals = b->control_totals;
	f->shapes = b->shapes;
	b->links = b->control_totals = b->shapes = NULL;
	if (b->rc != AK_OK)
		*err = b->err;
	return b->rc;
}

void ak_facts_beside_free(struct ak_facts_beside *b)
{
	if (!b)
		return;
	if (b->runs)
		ak_store_interrupt(b->own);
	join(b);
	json_decref(b->links);
	json_decref(b->control_totals);
	json_decref(b->shapes);
	ak_store_close(b->own);
	ak_free(b);
}
