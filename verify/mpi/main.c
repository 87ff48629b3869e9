/* sidyn-mpi: `sidyn run` on the ranks of an MPI world, the same options, the same bytes. */
#include <fcntl.h>
#include <mpi.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "formats/failure.h"
#include "mpi/main.h"
#include "mpi/team.h"

static int vf_stderr_kept = -1;

/* One rank speaks of what all ranks see: the command line and the experiment. */
static void vf_be_silent(void) {
  const int nowhere = open("/dev/null", O_WRONLY);
  vf_stderr_kept = dup(STDERR_FILENO);
  if (nowhere < 0) return;
  dup2(nowhere, STDERR_FILENO);
  close(nowhere);
}

static int vf_work_aloud(vf_job *job) {
  if (vf_stderr_kept >= 0) dup2(vf_stderr_kept, STDERR_FILENO);
  return vf_team_work(job);
}

int main(int argc, char **argv) {
  static const vf_team leading = {0, vf_team_lead, vf_team_gather};
  static const vf_team working = {1, vf_work_aloud, NULL};
  int rank, ranks, threads;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &threads);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  if (rank > 0) vf_be_silent();
  if (ranks > 1) vf_set_team(rank > 0 ? &working : &leading);
  const int status = argc > 1 && strcmp(argv[1], "run") == 0
                         ? vf_main(argc, argv)
                         : vf_fail("sidyn-mpi: allowed: run, with the options of sidyn run");
  if (status && rank == 0) MPI_Abort(MPI_COMM_WORLD, status);
  if (status) pause(); /* rank 0 ends all, after it has said why */
  MPI_Finalize();
  return status;
}
