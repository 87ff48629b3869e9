/* Matrix completion with batch normalisation. */
static sid_status sid_lanes_completion_step(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                                            double wd, double *x, sid_stream *stream, double *work) {
  return sid_step(problem, dynamics, lr, wd, x, stream, work);
}
