#include "mpi/team.h"
#include <mpi.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "formats/memory.h"
#include "mpi/chunk.h"
#include "running/backend.h"

enum {
  VF_TAG_WORK = 1,
  VF_TAG_END,   /* there is no more work */
  VF_TAG_SAVE,  /* a state is wanted */
  VF_TAG_STATE, /* one answer for each time */
  VF_TAG_RESULT,
  VF_AHEAD = 2,
  VF_WINDOW = 8,
  VF_CHUNKS_A_RANK = 32
};

/* A piece that was handed out. */
typedef struct {
  vf_piece piece;   /* with the newest state that is known */
  vf_bytes message; /* on its way to a rank */
  MPI_Request request;
  vf_bytes result; /* that came, and may have to wait */
  int there, taken;
} vf_item;

/* The thread of rank 0 that computes, while the other one talks to the ranks. */
typedef struct {
  pthread_mutex_t lock;
  pthread_cond_t given;
  vf_job job;
  vf_bytes work;          /* what it is to compute; empty: nothing */
  vf_bytes state, result; /* what it answers; empty: nothing */
  uint64_t number;
  int wanted, end; /* its state; it is to stop */
} vf_mate;

typedef struct {
  vf_job *job;
  vf_mate mate;
  int ranks, *open;                     /* pieces that each rank has; the mate is rank 0 */
  int states;                           /* that are on their way */
  uint64_t chunk, handed, next, window; /* pieces are handed out up to handed, taken up to next */
  vf_item *items;                       /* of piece number n at n % window */
} vf_lead;

static vf_item *vf_item_of(const vf_lead *lead, uint64_t number) {
  return lead->items + number % lead->window;
}

/* ---- the thread that computes ---- */

static void vf_mate_look(void *user, vf_job *job) {
  vf_mate *mate = user;
  pthread_mutex_lock(&mate->lock);
  if (mate->wanted) vf_state_put(job, mate->number, &mate->state);
  mate->wanted = 0;
  pthread_mutex_unlock(&mate->lock);
}

static void *vf_mate_run(void *user) {
  vf_mate *mate = user;
  for (;;) {
    vf_bytes result = {NULL, 0, 0};
    pthread_mutex_lock(&mate->lock);
    while (mate->work.count == 0 && !mate->end) pthread_cond_wait(&mate->given, &mate->lock);
    const int end = mate->end;
    vf_piece piece = vf_work_take(&mate->work, &mate->number);
    pthread_mutex_unlock(&mate->lock);
    if (end) return NULL;
    vf_chunk_compute(&mate->job, mate->number, &piece, vf_mate_look, mate, &result);
    vf_bytes_free(&piece.state);
    pthread_mutex_lock(&mate->lock);
    vf_bytes_free(&mate->work);
    mate->result = result;
    pthread_mutex_unlock(&mate->lock);
  }
}

/* A job that shares what is only read. */
static void vf_mate_open(vf_mate *mate, const vf_job *job) {
  pthread_mutex_init(&mate->lock, NULL);
  pthread_cond_init(&mate->given, NULL);
  mate->job = *job;
  mate->job.stream = NULL;
  mate->job.law_rows = 0;
  mate->job.pieces = NULL;
  mate->job.piece_count = 0;
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

/* The number of a new piece; UINT64_MAX where there is none, or its result would not find room. */
static uint64_t vf_new_item(vf_lead *lead) {
  if (lead->handed == lead->next + lead->window) return UINT64_MAX;
  const vf_piece piece = vf_next_piece(lead->job, lead->chunk);
  if (piece.range.count == 0) return UINT64_MAX;
  *vf_item_of(lead, lead->handed) = (vf_item){.piece = piece, .request = MPI_REQUEST_NULL};
  return lead->handed++;
}

static void vf_hand_out(vf_lead *lead) {
  vf_mate *mate = &lead->mate;
  for (int turn = 0; turn < VF_AHEAD; turn++)
    for (int rank = 1; rank < lead->ranks; rank++) {
      const uint64_t number = lead->open[rank] > turn ? UINT64_MAX : vf_new_item(lead);
      if (number == UINT64_MAX) continue;
      vf_item *item = vf_item_of(lead, number);
      vf_work_put(number, &item->piece, &item->message);
      /* Not waited for: the rank may be sending, too. */
      MPI_Isend(item->message.data, (int)item->message.count, MPI_BYTE, rank, VF_TAG_WORK,
                MPI_COMM_WORLD, &item->request);
      lead->open[rank]++;
    }
  const uint64_t number = lead->open[0] ? UINT64_MAX : vf_new_item(lead);
  if (number == UINT64_MAX) return;
  lead->open[0] = 1;
  pthread_mutex_lock(&mate->lock);
  vf_work_put(number, &vf_item_of(lead, number)->piece, &mate->work);
  pthread_cond_signal(&mate->given);
  pthread_mutex_unlock(&mate->lock);
}

/* ---- taking results ---- */

static vf_bytes vf_copy(const unsigned char *from, const unsigned char *to) {
  vf_bytes bytes = {NULL, 0, 0};
  vf_bytes_raw(&bytes, from, (size_t)(to - from));
  return bytes;
}

/* A state, or a result, whose bytes are freed. Returns 0, or VF_EXIT_USAGE after a message. */
static int vf_take_message(vf_lead *lead, int tag, int rank, vf_bytes bytes) {
  vf_bytes_reader reader = {bytes.data, bytes.data + bytes.count, 0};
  const uint64_t number = vf_take_u64(&reader);
  const uint64_t length =
      tag == VF_TAG_STATE ? (uint64_t)(reader.end - reader.at) : vf_take_u64(&reader);
  const int fits = vf_take_fits(&reader, length, 1);
  const int known = number >= lead->next && number < lead->handed;
  int wrong = !fits;
  if (fits && known && (tag == VF_TAG_RESULT || length > 0)) {
    vf_item *item = vf_item_of(lead, number);
    vf_bytes_free(&item->piece.state);
    item->piece.state = vf_copy(reader.at, reader.at + length);
    if (tag == VF_TAG_RESULT) {
      item->result = vf_copy(reader.at + length, reader.end);
      item->there = 1;
      MPI_Wait(&item->request, MPI_STATUS_IGNORE); /* the rank has it */
      vf_bytes_free(&item->message);
    }
  }
  if (tag == VF_TAG_RESULT) lead->open[rank]--;
  if (tag == VF_TAG_STATE) lead->states--;
  vf_bytes_free(&bytes);
  return wrong ? vf_fail("run: a rank sent what is no result") : 0;
}

/* What the mate has to say. Returns whether there was something. */
static int vf_hear_mate(vf_lead *lead, int *wrong) {
  vf_mate *mate = &lead->mate;
  pthread_mutex_lock(&mate->lock);
  const vf_bytes state = mate->state, result = mate->result;
  mate->state = mate->result = (vf_bytes){NULL, 0, 0};
  if (mate->wanted && mate->work.count == 0) { /* it has nothing to save */
    mate->wanted = 0;
    lead->states--;
  }
  pthread_mutex_unlock(&mate->lock);
  if (state.count) *wrong = vf_take_message(lead, VF_TAG_STATE, 0, state);
  if (result.count && !*wrong) *wrong = vf_take_message(lead, VF_TAG_RESULT, 0, result);
  return state.count || result.count;
}

/* Whether something came. In the order of each rank: a state is older than the result behind it. */
static int vf_receive(vf_lead *lead, int *wrong) {
  MPI_Status status;
  int there = 0, count;
  MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &there, &status);
  if (there) {
    MPI_Get_count(&status, MPI_BYTE, &count);
    vf_bytes bytes = {vf_allocate((size_t)count, 1), (size_t)count, (size_t)count};
    MPI_Recv(bytes.data, count, MPI_BYTE, status.MPI_SOURCE, status.MPI_TAG, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
    *wrong = vf_take_message(lead, status.MPI_TAG, status.MPI_SOURCE, bytes);
  }
  return (!*wrong && vf_hear_mate(lead, wrong)) || there;
}

static int vf_take_result(vf_lead *lead, vf_item *item) {
  const int wrong = vf_chunk_take(lead->job, &item->result);
  if (!wrong) { /* early ends are named in the order of the trajectories */
    const vf_bytes ends =
        vf_copy(item->result.data, item->result.data + vf_chunk_name(NULL, &item->result));
    vf_bytes_free(&item->result);
    item->result = ends;
  }
  vf_bytes_free(&item->piece.state);
  item->taken = 1;
  return wrong ? vf_fail("run: a rank sent what is no result") : 0;
}

/* Takes what is there: statistics in any order, rows in that of the trajectories. */
static int vf_take_results(vf_lead *lead) {
  const int any = lead->job->options->statistics;
  int status = 0;
  for (uint64_t n = lead->next; n < lead->handed && !status; n++) {
    vf_item *item = vf_item_of(lead, n);
    if (item->there && !item->taken && (any || n == lead->next))
      status = vf_take_result(lead, item);
    if (item->taken && n == lead->next) {
      vf_chunk_name(lead->job, &item->result);
      vf_bytes_free(&item->result);
      lead->next++;
    }
    if (!any && n == lead->next) break;
  }
  return status;
}

/* ---- saving ---- */

void vf_team_gather(vf_job *job, vf_moment *moment) {
  const struct timespec pause = {0, 200000};
  vf_lead *lead = job->team;
  uint64_t at = job->options->first;
  int wrong = 0;
  for (int rank = 0; rank < lead->ranks; rank++) {
    if (lead->open[rank] == 0) continue;
    lead->states++;
    if (rank > 0) MPI_Send(NULL, 0, MPI_BYTE, rank, VF_TAG_SAVE, MPI_COMM_WORLD);
  }
  pthread_mutex_lock(&lead->mate.lock);
  lead->mate.wanted = lead->open[0] > 0;
  pthread_mutex_unlock(&lead->mate.lock);
  while (lead->states > 0 && !wrong)
    if (!vf_receive(lead, &wrong)) nanosleep(&pause, NULL);
  /* What lies between the pieces was done when the run went on. */
  for (uint64_t n = lead->next; n < lead->handed; n++) {
    const vf_item *item = vf_item_of(lead, n);
    vf_moment_add(moment, (vf_range){at, item->piece.range.first - at});
    at = item->piece.range.first + item->piece.range.count;
    if (item->taken) vf_moment_add(moment, item->piece.range);
    if (!item->taken && item->piece.state.count)
      vf_bytes_raw(&moment->flights, item->piece.state.data, item->piece.state.count);
  }
  vf_moment_add(moment, (vf_range){at, job->options->first + job->taken - at});
}

/* ---- the ranks ---- */

static int vf_lead_all(vf_lead *lead) {
  const struct timespec moment = {0, 200000};
  vf_run_progress progress = vf_progress_begin(lead->job);
  int status = 0;
  while (!status && lead->job->done < lead->job->options->count) {
    vf_hand_out(lead);
    if (!vf_receive(lead, &status)) nanosleep(&moment, NULL);
    if (!status) status = vf_take_results(lead);
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
  lead.window = (uint64_t)lead.ranks * VF_WINDOW;
  lead.open = vf_allocate((size_t)lead.ranks, sizeof *lead.open);
  lead.items = vf_allocate((size_t)lead.window, sizeof *lead.items);
  job->team = &lead;
  if (job->stream) fflush(job->stream); /* what stands before the rows, which ranks write behind */
  vf_mate_open(&lead.mate, job);
  if (pthread_create(&thread, NULL, vf_mate_run, &lead.mate))
    return vf_fail("run: the system gives no thread");
  const int status = vf_lead_all(&lead);
  if (status) return status; /* main() ends all ranks */
  vf_mate_close(&lead.mate, thread);
  for (int rank = 1; rank < lead.ranks; rank++)
    MPI_Send(NULL, 0, MPI_BYTE, rank, VF_TAG_END, MPI_COMM_WORLD);
  vf_rows_close();
  free(lead.items);
  free(lead.open);
  return 0;
}

/* Answers where a state is wanted. */
static void vf_answer(const vf_job *job, uint64_t number) {
  vf_bytes state = {NULL, 0, 0};
  MPI_Recv(NULL, 0, MPI_BYTE, 0, VF_TAG_SAVE, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  vf_state_put(job, number, &state);
  MPI_Send(state.data, (int)state.count, MPI_BYTE, 0, VF_TAG_STATE, MPI_COMM_WORLD);
  vf_bytes_free(&state);
}

static void vf_worker_look(void *user, vf_job *job) {
  const uint64_t *number = user;
  int wanted = 0;
  MPI_Iprobe(0, VF_TAG_SAVE, MPI_COMM_WORLD, &wanted, MPI_STATUS_IGNORE);
  if (wanted) vf_answer(job, *number);
}

static void vf_worker_compute(vf_job *job, const MPI_Status *status) {
  int count;
  uint64_t number;
  vf_bytes result = {NULL, 0, 0};
  MPI_Get_count(status, MPI_BYTE, &count);
  vf_bytes work = {vf_allocate((size_t)count, 1), (size_t)count, (size_t)count};
  MPI_Recv(work.data, count, MPI_BYTE, 0, VF_TAG_WORK, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  vf_piece piece = vf_work_take(&work, &number);
  const size_t rows = vf_chunk_compute(job, number, &piece, vf_worker_look, &number, &result);
  if (job->options->npy) {
    vf_rows_write(job, piece.range.first, result.data + rows, result.count - rows);
    result.count = rows;
  }
  MPI_Send(result.data, (int)result.count, MPI_BYTE, 0, VF_TAG_RESULT, MPI_COMM_WORLD);
  vf_bytes_free(&result);
  vf_bytes_free(&piece.state);
  vf_bytes_free(&work);
}

int vf_team_work(vf_job *job) {
  if (job->options->part) vf_wait_for_interrupts(); /* rank 0 asks what there is, and ends all */
  for (;;) {
    MPI_Status status;
    MPI_Probe(0, MPI_ANY_TAG, MPI_COMM_WORLD, &status);
    if (status.MPI_TAG == VF_TAG_WORK) vf_worker_compute(job, &status);
    if (status.MPI_TAG == VF_TAG_SAVE) vf_answer(job, UINT64_MAX);
    if (status.MPI_TAG == VF_TAG_END) break;
  }
  MPI_Recv(NULL, 0, MPI_BYTE, 0, VF_TAG_END, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  vf_rows_close();
  return 0;
}
