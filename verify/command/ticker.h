/* The line on a terminal that tells which check is running, and for how long. */
#ifndef VF_TICKER_H
#define VF_TICKER_H

#include <pthread.h>
#include <stddef.h>

typedef struct {
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t ended;
  int running, stop;
  double start, since; /* of all, and of the one that is shown */
  const char *what;    /* NULL: nothing is shown */
  size_t number, count;
} vf_ticker;

/* From two seconds on a line on standard error, if that is a terminal, each second, by a thread of
 * its own; nothing where a thread cannot be had. */
void vf_ticker_start(vf_ticker *ticker, size_t count);

/* Number `number` of all begins; `what` is shown until it ends. */
void vf_ticker_begin(vf_ticker *ticker, size_t number, const char *what);

/* The line is cleared, for others to write. */
void vf_ticker_end(vf_ticker *ticker);
void vf_ticker_stop(vf_ticker *ticker);

#endif
