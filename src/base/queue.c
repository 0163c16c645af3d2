#include "base/ak.h"
#include "base/queue.h"

void ak_queue_init(struct ak_queue *q, size_t cap)
{
	memset(q, 0, sizeof *q);
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->changed, NULL);
	q->cap = cap < AK_QUEUE_MAX ? cap : AK_QUEUE_MAX;
}

void ak_queue_release(struct ak_queue *q)
{
	pthread_cond_destroy(&q->changed);
	pthread_mutex_destroy(&q->lock);
}

bool ak_queue_push(struct ak_queue *q, void *item)
{
	bool done;

	pthread_mutex_lock(&q->lock);
	while (q->n == q->cap && !q->stopped)
		pthread_cond_wait(&q->changed, &q->lock);
	done = !q->stopped;
	if (done)
		q->item[(q->head + q->n++) % q->cap] = item;
	pthread_cond_broadcast(&q->changed);
	pthread_mutex_unlock(&q->lock);
	return done;
}

void *ak_queue_pop(struct ak_queue *q)
{
	void *item = NULL;

	pthread_mutex_lock(&q->lock);
	while (q->n == 0 && !q->stopped)
		pthread_cond_wait(&q->changed, &q->lock);
	if (!q->stopped) {
		item = q->item[q->head];
		q->head = (q->head + 1) % q->cap;
		q->n--;
	}
	pthread_cond_broadcast(&q->changed);
	pthread_mutex_unlock(&q->lock);
	return item;
}

void ak_queue_stop(struct ak_queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->stopped = true;
	pthread_cond_broadcast(&q->changed);
	pthread_mutex_unlock(&q->lock);
}
