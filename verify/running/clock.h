#ifndef VF_CLOCK_H
#define VF_CLOCK_H

/* Seconds on a clock that only goes forward. */
double vf_seconds(void);

#endif
