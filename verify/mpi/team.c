#include "mpi/team.h"
#include <mpi.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "formats/memory.h"
#include "mpi/chunk.h"
#include "running/backend.h"

enum { VF_TAG_WORK = 1, VF_TAG_RESULT, VF_AHEAD = 2, VF_WINDOW = 8, VF_CHUNKS_A_RANK = 32 };

/* A result that waits for those before it. */
typedef struct {
  vf_bytes bytes;
  int there;
} vf_waiting_result;

/* The thread of rank 0 that computes, while the other one talks to the ranks. */
typedef struct {
  pthread_mutex_t lock;
  pthread_cond_t given;
  vf_job job;
  vf_range range; /* what it is to compute; count 0: nothing */
  vf_bytes result;
  int ready, end;
} vf_mate;

typedef struct {
  vf_job *job;
  vf_mate mate;
  int ranks, *open;                      /* chunks that each rank has */
  uint64_t chunk, first, handed, chunks; /* size; of what is left: where, how many were given */
  uint64_t next;                         /* the chunk whose results come next */
  uint64_t window;
  vf_waiting_result *results; /* of chunk c at c % window */
} vf_lead;

/* ---- the thread that computes ---- */

static void *vf_mate_run(void *user) {
  vf_mate *mate = user;
  for (;;) {
    vf_bytes bytes = {NULL, 0, 0};
    pthread_mutex_lock(&mate->lock);
    while (mate->range.count == 0 && !mate->end) pthread_cond_wait(&mate->given, &mate->lock);
    const vf_range range = mate->range;
    const int end = mate->end;
    pthread_mutex_unlock(&mate->lock);
    if (end) return NULL;
    vf_chunk_compute(&mate->job, range, &bytes);
    pthread_mutex_lock(&mate->lock);
    mate->result = bytes;
    mate->range.count = 0;
    mate->ready = bytes.count > 0; /* nothing where a signal came */
    pthread_mutex_unlock(&mate->lock);
    if (bytes.count == 0) return NULL;
  }
}

/* A job that shares what is only read. */
static void vf_mate_open(vf_mate *mate, const vf_job *job) {
  pthread_mutex_init(&mate->lock, NULL);
  pthread_cond_init(&mate->given, NULL);
  mate->job = *job;
  mate->job.stream = NULL;
  mate->job.law_rows = 0;
  vf_job_allocate(&mate->job);
}

static void vf_mate_close(vf_mate *mate, pthread_t thread) {
  pthread_mutex_lock(&mate->lock);
  mate->end = 1;
  pthread_cond_signal(&mate->given);
  pthread_mutex_unlock(&mate->lock);
  pthread_join(thread, NULL);
  vf_job_free(&mate->job);
}

/* ---- handing out ---- */

static vf_range vf_range_of(const vf_lead *lead, uint64_t chunk) {
  const vf_run_options *options = lead->job->options;
  const uint64_t from = lead->first + chunk * lead->chunk;
  const uint64_t left = options->first + options->count - from; /* modulo 2^64 */
  return (vf_range){from, left < lead->chunk ? left : lead->chunk};
}

/* The next chunk, unless there is none or the results would not find room. */
static int vf_may_hand_out(const vf_lead *lead) {
  return lead->handed < lead->chunks && lead->handed < lead->next + lead->window;
}

static void vf_hand_out(vf_lead *lead) {
  for (int turn = 0; turn < VF_AHEAD; turn++)
    for (int rank = 1; rank < lead->ranks; rank++) {
      if (lead->open[rank] > turn || !vf_may_hand_out(lead)) continue;
      const vf_range range = vf_range_of(lead, lead->handed++);
      uint64_t message[2] = {range.first, range.count};
      MPI_Send(message, 2, MPI_UINT64_T, rank, VF_TAG_WORK, MPI_COMM_WORLD);
      lead->open[rank]++;
    }
  pthread_mutex_lock(&lead->mate.lock);
  if (lead->mate.range.count == 0 && !lead->mate.ready && vf_may_hand_out(lead)) {
    lead->mate.range = vf_range_of(lead, lead->handed++);
    pthread_cond_signal(&lead->mate.given);
  }
  pthread_mutex_unlock(&lead->mate.lock);
}

/* ---- taking results ---- */

static void vf_keep_result(vf_lead *lead, vf_bytes bytes) {
  vf_bytes_reader reader = {bytes.data, bytes.data + bytes.count, 0};
  const uint64_t chunk = (vf_take_u64(&reader) - lead->first) / lead->chunk;
  lead->results[chunk % lead->window] = (vf_waiting_result){bytes, 1};
}

/* Whether something came. */
static int vf_receive(vf_lead *lead) {
  MPI_Status status;
  int there = 0, count;
  MPI_Iprobe(MPI_ANY_SOURCE, VF_TAG_RESULT, MPI_COMM_WORLD, &there, &status);
  if (there) {
    MPI_Get_count(&status, MPI_BYTE, &count);
    vf_bytes bytes = {vf_allocate((size_t)count, 1), (size_t)count, (size_t)count};
    MPI_Recv(bytes.data, count, MPI_BYTE, status.MPI_SOURCE, VF_TAG_RESULT, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
    lead->open[status.MPI_SOURCE]--;
    vf_keep_result(lead, bytes);
  }
  pthread_mutex_lock(&lead->mate.lock);
  const int ready = lead->mate.ready;
  const vf_bytes own = lead->mate.result;
  lead->mate.ready = 0;
  pthread_mutex_unlock(&lead->mate.lock);
  if (ready) vf_keep_result(lead, own);
  return there || ready;
}

/* Adds what is there in the order of the trajectories. */
static int vf_take_results(vf_lead *lead) {
  for (;;) {
    vf_waiting_result *one = lead->results + lead->next % lead->window;
    if (!one->there) return 0;
    const int wrong = vf_chunk_take(lead->job, &one->bytes);
    vf_bytes_free(&one->bytes);
    one->there = 0;
    lead->next++;
    if (wrong) return vf_fail("run: a rank sent what is no result");
  }
}

static int vf_lead_all(vf_lead *lead) {
  const struct timespec moment = {0, 200000};
  vf_run_progress progress = vf_progress_begin(lead->job);
  int status = 0;
  while (!status && lead->next < lead->chunks) {
    vf_hand_out(lead);
    if (!vf_receive(lead)) nanosleep(&moment, NULL);
    status = vf_take_results(lead);
    if (!status) status = vf_job_look(lead->job, &progress);
  }
  return status;
}

/* Many chunks for each rank, so that none waits long for the slowest; no smaller than what its
 * threads take at once. */
static uint64_t vf_chunk_size(const vf_job *job, int ranks) {
  const uint64_t left = job->options->count - job->done;
  const uint64_t least = (uint64_t)job->options->jobs * vf_backend()->lanes;
  uint64_t chunk = left / ((uint64_t)ranks * VF_CHUNKS_A_RANK);
  if (chunk < least) chunk = least;
  return chunk < job->chunk ? chunk : job->chunk;
}

int vf_team_lead(vf_job *job) {
  vf_lead lead = {.job = job};
  pthread_t thread;
  MPI_Comm_size(MPI_COMM_WORLD, &lead.ranks);
  lead.chunk = vf_chunk_size(job, lead.ranks);
  lead.first = job->options->first + job->done;
  lead.chunks = (job->options->count - job->done + lead.chunk - 1) / lead.chunk;
  lead.window = (uint64_t)lead.ranks * VF_WINDOW;
  lead.open = vf_allocate((size_t)lead.ranks, sizeof *lead.open);
  lead.results = vf_allocate((size_t)lead.window, sizeof *lead.results);
  job->flight.count = 0; /* what was in flight begins again */
  vf_mate_open(&lead.mate, job);
  if (pthread_create(&thread, NULL, vf_mate_run, &lead.mate))
    return vf_fail("run: the system gives no thread");
  const int status = vf_lead_all(&lead);
  vf_mate_close(&lead.mate, thread);
  for (int rank = 1; rank < lead.ranks && !status; rank++) {
    uint64_t nothing[2] = {0, 0};
    MPI_Send(nothing, 2, MPI_UINT64_T, rank, VF_TAG_WORK, MPI_COMM_WORLD);
  }
  free(lead.results);
  free(lead.open);
  return status;
}

int vf_team_work(vf_job *job) {
  for (;;) {
    uint64_t message[2];
    vf_bytes bytes = {NULL, 0, 0};
    MPI_Recv(message, 2, MPI_UINT64_T, 0, VF_TAG_WORK, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    if (message[1] == 0) return 0;
    vf_chunk_compute(job, (vf_range){message[0], message[1]}, &bytes);
    MPI_Send(bytes.data, (int)bytes.count, MPI_BYTE, 0, VF_TAG_RESULT, MPI_COMM_WORLD);
    vf_bytes_free(&bytes);
  }
}
