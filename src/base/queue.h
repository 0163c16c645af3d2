/* A bounded queue between two threads. */
#ifndef AK_BASE_QUEUE_H
#define AK_BASE_QUEUE_H

#include <pthread.h>

#include "base/ak.h"

#define AK_QUEUE_MAX 16

struct ak_queue {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	void *item[AK_QUEUE_MAX];
	size_t head, n, cap;
	bool stopped; /* the taker has gone: pushes fail */
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_queue_init(struct ak_queue *q, size_t cap);
void ak_queue_release(struct ak_queue *q);
/* Waits for room; false when the queue was stopped (the item stays the caller's). */
bool ak_queue_push(struct ak_queue *q, void *item);
/* Waits for an item; NULL when the queue was stopped. */
void *ak_queue_pop(struct ak_queue *q);
/* Wake everybody up; from now on pushes and pops fail. */
void ak_queue_stop(struct ak_queue *q);

#ifdef __cplusplus
}
#endif
#endif
