#ifdef __linux__
#define _GNU_SOURCE /* sched_getaffinity() */
#include <sched.h>
#endif
#include "running/parallel.h"
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

/* Some C libraries give a thread 128 KiB, less than what some checks keep on the stack. */
enum { VF_JOBS_MAX = 1024, VF_STACK = 1 << 23 };

typedef struct {
  pthread_mutex_t lock;
  uint64_t next, count;
  void (*task)(void *user, uint64_t i, int worker);
  void *user;
} vf_queue;

typedef struct {
  vf_queue *queue;
  int number;
} vf_worker;

int vf_processors(void) {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online < 1 ? 1 : (int)online;
}

/* Tasks until none is left. */
static void *vf_work(void *user) {
  const vf_worker *worker = user;
  vf_queue *queue = worker->queue;
  for (;;) {
    pthread_mutex_lock(&queue->lock);
    const uint64_t i = queue->next < queue->count ? queue->next++ : queue->count;
    pthread_mutex_unlock(&queue->lock);
    if (i == queue->count) return NULL;
    queue->task(queue->user, i, worker->number);
  }
}

void vf_parallel(uint64_t count, int jobs, void (*task)(void *user, uint64_t i, int worker),
                 void *user) {
  vf_queue queue = {PTHREAD_MUTEX_INITIALIZER, 0, count, task, user};
  vf_worker workers[VF_JOBS_MAX];
  pthread_t threads[VF_JOBS_MAX];
  sigset_t all, before;
  pthread_attr_t attributes;
  int started = 1;
  const uint64_t most = jobs < 1 ? 1 : jobs < VF_JOBS_MAX ? (uint64_t)jobs : VF_JOBS_MAX;
  const int wanted = (int)(count < most ? count : most);
  workers[0] = (vf_worker){&queue, 0};
  /* Signals go to the thread that called, so that an interrupt is handled once. */
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, VF_STACK);
  for (; started < wanted; started++) {
    workers[started] = (vf_worker){&queue, started};
    if (pthread_create(threads + started, &attributes, vf_work, workers + started)) break;
  }
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  vf_work(workers);
  for (int i = 1; i < started; i++) pthread_join(threads[i], NULL);
  pthread_mutex_destroy(&queue.lock);
}
