/* Progress of a row of checks. */
#include "command/ticker.h"
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include "command/command.h"

static void vf_ticker_line(const vf_ticker *ticker) {
  const double now = vf_seconds();
  if (ticker->what && now - ticker->start > 2.0)
    fprintf(stderr, "\r[%zu/%zu] %s, %.0f s\033[K", ticker->number, ticker->count, ticker->what,
            now - ticker->since);
}

static void *vf_ticker_work(void *user) {
  vf_ticker *ticker = user;
  pthread_mutex_lock(&ticker->lock);
  while (!ticker->stop) {
    struct timespec next;
    vf_ticker_line(ticker);
    clock_gettime(CLOCK_REALTIME, &next);
    next.tv_sec++;
    pthread_cond_timedwait(&ticker->ended, &ticker->lock, &next);
  }
  pthread_mutex_unlock(&ticker->lock);
  return NULL;
}

void vf_ticker_start(vf_ticker *ticker, size_t count) {
  sigset_t all, before;
  *ticker = (vf_ticker){.count = count, .start = vf_seconds()};
  if (!isatty(STDERR_FILENO)) return;
  pthread_mutex_init(&ticker->lock, NULL);
  pthread_cond_init(&ticker->ended, NULL);
  /* signals go to the thread that called */
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  ticker->running = pthread_create(&ticker->thread, NULL, vf_ticker_work, ticker) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void vf_ticker_begin(vf_ticker *ticker, size_t number, const char *what) {
  if (!ticker->running) return;
  pthread_mutex_lock(&ticker->lock);
  ticker->number = number;
  ticker->what = what;
  ticker->since = vf_seconds();
  pthread_mutex_unlock(&ticker->lock);
}

void vf_ticker_end(vf_ticker *ticker) {
  if (!ticker->running) return;
  pthread_mutex_lock(&ticker->lock);
  ticker->what = NULL;
  fputs("\r\033[K", stderr);
  pthread_mutex_unlock(&ticker->lock);
}

void vf_ticker_stop(vf_ticker *ticker) {
  if (!ticker->running) return;
  pthread_mutex_lock(&ticker->lock);
  ticker->stop = 1;
  pthread_cond_signal(&ticker->ended);
  pthread_mutex_unlock(&ticker->lock);
  pthread_join(ticker->thread, NULL);
}
