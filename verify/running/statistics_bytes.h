/* Statistics as bytes (docs/output.md section 12): one state, one spelling. */
#ifndef VF_STATISTICS_BYTES_H
#define VF_STATISTICS_BYTES_H

#include "formats/bytes.h"
#include "running/statistics.h"

void vf_statistics_write(const vf_statistics *statistics, vf_bytes *bytes);

/* Reads the statistics of `trajectories` trajectories into a zero-initialised place. Returns 0, or
 * -1 where the bytes are none; what was read is to be freed all the same. */
int vf_statistics_read(vf_statistics *statistics, uint64_t trajectories, vf_bytes_reader *reader);

#endif
