#include "base/ak.h"
#include "packet/flusher.h"

#include <pthread.h>

#include "base/queue.h"

#define JOBS 4

struct job {
	struct ak_flush what;
	struct ak_selfaudit audit;
	struct ak_buf rows;
	bool end;
};

struct ak_flusher {
	const struct ak_selfaudit *audit;
	struct job job[JOBS];
	struct ak_queue full, idle;
	pthread_t thread;
	bool runs;
	enum ak_rc rc; /* the thread's while it runs */
	struct ak_err err;
};

struct ak_flusher *ak_flusher_new(const struct ak_selfaudit *audit, size_t most_bytes)
{
	struct ak_flusher *f = ak_alloc_zero(1, sizeof *f);

	f->audit = audit;
	ak_queue_init(&f->full, JOBS);
	ak_queue_init(&f->idle, JOBS);
	for (size_t i = 0; i < JOBS; i++) {
		ak_buf_init(&f->job[i].rows, most_bytes);
		ak_queue_push(&f->idle, &f->job[i]);
	}
	return f;
}

static void work(struct ak_flusher *f, struct job *j)
{
	struct ak_str rows = ak_buf_str(&j->rows);

	if (f->rc == AK_OK)
		f->rc = ak_selfaudit_pass(&j->audit, j->what.path, j->what.lines, rows, &f->err);
	if (f->rc == AK_OK)
		f->rc = ak_bag_write(j->what.file, rows, &f->err);
	ak_buf_clear(&j->rows);
}

static void *run(void *flusher)
{
	struct ak_flusher *f = flusher;
	bool end = false;

	while (!end) {
		struct job *j = ak_queue_pop(&f->full);

		end = j->end;
		if (!end)
			work(f, j);
		ak_queue_push(&f->idle, j);
	}
	return NULL;
}

/* A job that holds the rows, and what is known as of now. */
static struct job *take(struct ak_flusher *f, const struct ak_flush *what, struct ak_buf *rows)
{
	struct job *j = ak_queue_pop(&f->idle);
	struct ak_buf empty = j->rows;

	j->rows = *rows;
	*rows = empty;
	j->what = *what;
	j->audit = *f->audit;
	j->audit.only = true;
	j->audit.told = ak_ids_count(f->audit->ids);
	j->end = false;
	return j;
}

void ak_flusher_give(struct ak_flusher *f, const struct ak_flush *what, struct ak_buf *rows)
{
	struct job *j = take(f, what, rows);

	f->runs = f->runs || pthread_create(&f->thread, NULL, run, f) == 0;
	if (f->runs) {
		ak_queue_push(&f->full, j);
		return;
	}
	work(f, j);
	ak_queue_push(&f->idle, j);
}

static void stop(struct ak_flusher *f)
{
	struct job *j;

	if (!f->runs)
		return;
	j = ak_queue_pop(&f->idle);
	j->end = true;
	ak_queue_push(&f->full, j);
	pthread_join(f->thread, NULL);
	f->runs = false;
}

enum ak_rc ak_flusher_settle(struct ak_flusher *f, struct ak_err *err)
{
	stop(f);
	if (f->rc != AK_OK)
		*err = f->err;
	return f->rc;
}

enum ak_rc ak_flusher_end(struct ak_flusher *f, const struct ak_flush *what, struct ak_buf *rows, struct ak_err *err)
{
	struct job *j;

	stop(f);
	j = take(f, what, rows);
	work(f, j);
	ak_queue_push(&f->idle, j);
	return ak_flusher_settle(f, err);
}

void ak_flusher_free(struct ak_flusher *f)
{
	if (!f)
		return;
	stop(f);
	for (size_t i = 0; i < JOBS; i++)
		ak_buf_release(&f->job[i].rows);
	ak_queue_release(&f->full);
	ak_queue_release(&f->idle);
	ak_free(f);
}
