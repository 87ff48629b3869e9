/* Trajectories in flight: a chunk of an ensemble that can stop between any two steps, be stored,
 * and go on elsewhere, with another backend and other threads, with the same bits. */
#ifndef VF_FLIGHT_H
#define VF_FLIGHT_H

#include "running/ensemble.h"

#define VF_NOT_BEGUN UINT64_MAX

typedef struct {
  const sid_experiment *experiment;
  uint64_t first, count, room;
  double *rows;        /* as vf_ensemble() gives them */
  double *states;      /* count*sid_state_doubles() */
  sid_stream *streams; /* for the steps to come */
  uint64_t *steps;     /* made, or VF_NOT_BEGUN */
  vf_end *ends;
} vf_flight;

/* Room for `room` trajectories. */
void vf_flight_open(vf_flight *flight, const sid_experiment *experiment, uint64_t room);
void vf_flight_free(vf_flight *flight);

/* Bytes that a trajectory takes. */
size_t vf_flight_bytes(const sid_experiment *experiment);

/* Trajectories first .. first+count-1, not begun; count <= room. */
void vf_flight_begin(vf_flight *flight, uint64_t first, uint64_t count);

/* Whether trajectory i of the flight has ended. */
int vf_flight_done(const vf_flight *flight, uint64_t i);

/* Goes on for about `seconds`, on `jobs` threads, or until *stop is set. Returns whether all
 * trajectories have ended. */
int vf_flight_advance(vf_flight *flight, int jobs, double seconds, const volatile int *stop);

#endif
